"""By which ways a person can be reached now: what each subject knows of him, put together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain import following, members, merchants, messaging, payments
from app.domain.merchants import AppKind
from app.domain.messaging import Channel, Receipt, Way


@dataclass(frozen=True, kw_only=True)
class Person:
    """Whom to reach, and through which order he came; `order_key` is the event of its payment.

    What no order is about has neither. Without an `appid` he is sought in all mini-programs.
    """

    merchant_id: int
    member_id: int
    appid: str | None = None
    order_id: int | None = None
    order_key: str = ""


def find(person: Person, *, at: datetime) -> tuple[Way, ...]:
    """Everything that is open at this moment; which of them is taken is not decided here."""
    return (
        *_mini_program(person),
        *_service_card(person, at=at),
        *_official_accounts(person),
        *_window(person, at=at),
    )


def _mini_program(person: Person) -> Iterator[Way]:
    for appid in _his_mini_programs(person):
        openid = members.find_openid(
            merchant_id=person.merchant_id, member_id=person.member_id, appid=appid
        )
        if openid:
            yield Way(channel=Channel.SUBSCRIBE, appid=appid, openid=openid)


def _his_mini_programs(person: Person) -> Sequence[str]:
    if person.appid is None:
        return merchants.list_appids(merchant_id=person.merchant_id, kind=AppKind.MINI_PROGRAM)
    is_one = _is(AppKind.MINI_PROGRAM, person.appid, merchant_id=person.merchant_id)
    return [person.appid] if is_one else []


def _service_card(person: Person, *, at: datetime) -> Iterator[Way]:
    """The payer's own: a voucher that somebody else holds says nothing to him."""
    if person.order_id is None:
        return
    paid = payments.find_received(merchant_id=person.merchant_id, order_id=person.order_id)
    if paid is None or not _is(AppKind.MINI_PROGRAM, paid.appid, merchant_id=person.merchant_id):
        return
    openid = members.find_openid(
        merchant_id=person.merchant_id, member_id=person.member_id, appid=paid.appid
    )
    receipt = Receipt(
        transaction_id=paid.transaction_id, paid_fen=paid.amount_fen, paid_at=paid.received_at
    )
    if openid == paid.payer_openid and messaging.card_is_open(
        merchant_id=person.merchant_id,
        member_id=person.member_id,
        event_key=person.order_key,
        receipt=receipt,
        at=at,
    ):
        yield Way(channel=Channel.SERVICE_CARD, appid=paid.appid, openid=openid, receipt=receipt)


def _official_accounts(person: Person) -> Iterator[Way]:
    for follower in following.list_of_member(
        merchant_id=person.merchant_id, member_id=person.member_id
    ):
        if not _is(AppKind.OFFICIAL_ACCOUNT, follower.appid, merchant_id=person.merchant_id):
            continue
        if follower.is_following:
            yield Way(channel=Channel.OA_TEMPLATE, appid=follower.appid, openid=follower.openid)
        yield Way(channel=Channel.OA_SUBSCRIBE, appid=follower.appid, openid=follower.openid)


def _window(person: Person, *, at: datetime) -> Iterator[Way]:
    window = following.kf_window(merchant_id=person.merchant_id, member_id=person.member_id, at=at)
    if window and window.left:
        yield Way(channel=Channel.KF, appid=window.appid, openid=window.openid)


def _is(kind: AppKind, appid: str, *, merchant_id: int) -> bool:
    return merchants.get_app(merchant_id=merchant_id, appid=appid).kind == kind
