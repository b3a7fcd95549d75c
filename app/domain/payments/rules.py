from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.payments.errors import WrongPayment


@dataclass(frozen=True, kw_only=True)
class PaidFact:
    """What WeChat says about a bill that was paid. Amount in fen.

    `is_returned`: the merchant has given the money back by hand, in WeChat's own console.
    """

    merchant_id: int
    payment_number: str
    channel_id: int
    mchid: str
    appid: str
    payer_openid: str
    transaction_id: str
    amount_fen: int
    currency: str
    paid_at: datetime
    is_returned: bool = False


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What we asked for, to be held against the fact."""

    amount_fen: int
    channel_id: int
    appid: str
    payer_openid: str


def check_fact(fact: PaidFact, asked: Asked) -> None:
    """The fact must be the answer to our own question. Raises WrongPayment naming what differs."""
    pairs = {
        "amount_fen": (fact.amount_fen, asked.amount_fen),
        "currency": (fact.currency, "CNY"),
        "channel": (fact.channel_id, asked.channel_id),
        "app": (fact.appid, asked.appid),
        "payer": (fact.payer_openid, asked.payer_openid),
    }
    wrong = [name for name, (said, expected) in pairs.items() if said != expected]
    if wrong:
        raise WrongPayment("The payment is not what was asked for.", wrong=wrong)


@dataclass(frozen=True)
class OurLine:
    """Money as our books have it; `kind` is "payment" or "refund", amount in fen."""

    kind: str
    number: str
    amount_fen: int


@dataclass(frozen=True)
class TheirLine:
    """A line of WeChat's bill; amount in fen."""

    kind: str
    number: str
    amount_fen: int


@dataclass(frozen=True)
class Difference:
    """A number on which the two sides disagree; None where a side does not know it."""

    kind: str
    number: str
    ours_fen: int | None
    theirs_fen: int | None


def compare(ours: Iterable[OurLine], theirs: Iterable[TheirLine]) -> list[Difference]:
    """Line against line, by kind and number, whichever side it stands on."""
    our = {(line.kind, line.number): line.amount_fen for line in ours}
    their = {(line.kind, line.number): line.amount_fen for line in theirs}
    keys = sorted(our.keys() | their.keys())
    return [
        Difference(kind, number, our.get((kind, number)), their.get((kind, number)))
        for kind, number in keys
        if our.get((kind, number)) != their.get((kind, number))
    ]
