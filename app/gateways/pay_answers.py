"""What WeChat Pay says about a payment or a refund, in our words."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.gateways._reading import Json, instant_or_none, mapping, whole, word, word_or_none


class PaymentState(StrEnum):
    """REFUNDED only says that a refund was begun; how it went is the refund's to say."""

    PAID = "paid"
    UNPAID = "unpaid"
    PAYING = "paying"
    CLOSED = "closed"
    REFUNDED = "refunded"
    FAILED = "failed"


class RefundState(StrEnum):
    """ABNORMAL: the money could not reach the payer; a person has to settle it."""

    PROCESSING = "processing"
    SUCCESS = "success"
    CLOSED = "closed"
    ABNORMAL = "abnormal"


PAYMENT_STATES = {
    "SUCCESS": PaymentState.PAID,
    "NOTPAY": PaymentState.UNPAID,
    "USERPAYING": PaymentState.PAYING,
    "CLOSED": PaymentState.CLOSED,
    "REVOKED": PaymentState.CLOSED,
    "REFUND": PaymentState.REFUNDED,
    "PAYERROR": PaymentState.FAILED,
}


@dataclass(frozen=True, kw_only=True)
class Payment:
    """Unpaid orders have no transaction, payer or time, and sometimes no amount."""

    number: str
    state: PaymentState
    transaction_id: str | None
    amount_fen: int | None
    payer_openid: str | None = field(repr=False)
    paid_at: datetime | None
    mchid: str
    sub_mchid: str | None
    appid: str


@dataclass(frozen=True, kw_only=True)
class Refund:
    """A refund that WeChat knows; PROCESSING is no promise that the money will arrive."""

    refund_number: str
    state: RefundState
    refund_id: str
    amount_fen: int
    finished_at: datetime | None


def read_payment(answer: Json) -> Payment:
    amount = mapping(answer.get("amount") or {})
    return Payment(
        number=word(answer["out_trade_no"]),
        state=PAYMENT_STATES[word(answer["trade_state"])],
        transaction_id=word_or_none(answer.get("transaction_id")),
        amount_fen=whole(amount["total"]) if "total" in amount else None,
        payer_openid=payer_openid(answer),
        paid_at=instant_or_none(answer.get("success_time")),
        mchid=mchid(answer),
        sub_mchid=word_or_none(answer.get("sub_mchid")),
        appid=appid(answer),
    )


def read_refund(answer: Json) -> Refund:
    return Refund(
        refund_number=word(answer["out_refund_no"]),
        state=RefundState(word(answer["status"]).lower()),
        refund_id=word(answer["refund_id"]),
        amount_fen=whole(mapping(answer["amount"])["refund"]),
        finished_at=instant_or_none(answer.get("success_time")),
    )


def mchid(answer: Json) -> str:
    """Ours, whether the account is the merchant's own or a provider's."""
    return word(answer.get("mchid") or answer.get("sp_mchid"))


def appid(answer: Json) -> str:
    return word(answer.get("appid") or answer.get("sp_appid"))


def payer_openid(answer: Json) -> str | None:
    payer = mapping(answer.get("payer") or {})
    return word_or_none(payer.get("openid") or payer.get("sp_openid"))
