"""Wrapping vouchers: what is held for a friend, in one statement after one locked look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from app.domain import catalog, members
from app.domain.catalog import Content
from app.domain.gifting import statements
from app.domain.gifting.errors import NotGiftable
from app.domain.gifting.rules import (
    MOST_VOUCHERS,
    Given,
    Wrapping,
    check_given,
    check_wrapping,
    first_notice,
    window,
)
from app.domain.gifting.tokens import fingerprint_of, link_token
from app.kernel import numbers, request_keys
from app.kernel.db import execute, fetch_all
from app.kernel.errors import DomainError, NotFound
from app.kernel.request_keys import RequestKey


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be given: these vouchers, or whatever can still be used of a card."""

    vouchers: Sequence[str] = ()
    card: str | None = None


def give(
    *,
    merchant_id: int,
    member_id: int,
    wanted: Wanted,
    wrapping: Wrapping,
    key: RequestKey,
    at: datetime,
) -> str:
    """Wrap what this member holds; the gift's number. The same key again gives the same gift.

    Raises Invalid, NotFound, a VoucherRefusal, NotGiftable, MessageRefused, KeyReused, CodesFrozen.
    """
    members.code_state(merchant_id=merchant_id, member_id=member_id).require_unfrozen()
    if first := _first_answer(key):
        return first
    try:
        check_wrapping(wrapping, at=at)
        found = _lock_wanted(merchant_id, member_id, wanted, at=at)
        until = max(wrapping.gives_at or at, at)
        _check_all(merchant_id, found, until=until)
    except DomainError:
        # Twice at once: the second comes here when the first one holds them already.
        if first := _first_answer(key):
            return first
        raise
    number = _wrap(merchant_id, member_id, found, wrapping, order_id=None, at=at)
    request_keys.store(key, status=201, body_json=_answer(number), at=at)
    return number


def give_order(
    *, merchant_id: int, member_id: int, order_id: int, wrapping: Wrapping, at: datetime
) -> str | None:
    """Wrap what an order bought, in the transaction that hands it over; the gift's number.

    Money has come, so nothing is refused here: what cannot be given (any more) stays with the
    buyer, and when nothing can, there is no gift (None).
    """
    which = {"merchant_id": merchant_id, "member_id": member_id, "order_id": order_id, "at": at}
    until = max(wrapping.gives_at or at, at)
    bought = fetch_all(Given, statements.LOCK_ORDER, which)
    found = [each for each in bought if _can_be_given(merchant_id, each, until=until)]
    if not found:
        return None
    return _wrap(merchant_id, member_id, found, wrapping, order_id=order_id, at=at)


def check_sale(
    *, merchant_id: int, contents: Sequence[Content], wrapping: Wrapping, at: datetime
) -> None:
    """Whether what is about to be bought may be given at all. Raises as `give` does."""
    check_wrapping(wrapping, at=at)
    revisions = {item["revision_id"] for item in contents}
    for terms in catalog.find_revisions(merchant_id=merchant_id, revision_ids=revisions).values():
        as_bought = Given(
            id=0,
            number=terms.name,
            state="active",
            revision_id=terms.revision_id,
            valid_until=datetime.max.replace(tzinfo=at.tzinfo),
            times_given=0,
            is_shared=False,
        )
        check_given(as_bought, terms.conditions, until=at)


def _lock_wanted(merchant_id: int, member_id: int, wanted: Wanted, *, at: datetime) -> list[Given]:
    which: dict[str, object] = {"merchant_id": merchant_id, "member_id": member_id}
    if bool(wanted.vouchers) == bool(wanted.card):
        raise NotGiftable("请选择要赠送的券，或一张卡", reason="choose_one")
    if wanted.card:
        found = fetch_all(Given, statements.LOCK_CARD, {**which, "card": wanted.card, "at": at})
        if not found:
            raise NotFound("Nothing on this card can be given.", number=wanted.card[:40])
        return found
    asked = set(wanted.vouchers)
    found = fetch_all(Given, statements.LOCK_VOUCHERS, {**which, "numbers": sorted(asked)})
    if len(found) != len(asked):
        raise NotFound("There is no such voucher in this wallet.")
    return found


def _check_all(merchant_id: int, found: Sequence[Given], *, until: datetime) -> None:
    if len(found) > MOST_VOUCHERS:
        raise NotGiftable("一份礼物最多放 100 张券", reason="too_many")
    terms = catalog.find_revisions(
        merchant_id=merchant_id, revision_ids={each.revision_id for each in found}
    )
    for each in found:
        check_given(each, terms[each.revision_id].conditions, until=until)


def _can_be_given(merchant_id: int, voucher: Given, *, until: datetime) -> bool:
    try:
        _check_all(merchant_id, [voucher], until=until)
    except DomainError:
        return False
    return True


def _wrap(
    merchant_id: int,
    member_id: int,
    found: Sequence[Given],
    wrapping: Wrapping,
    *,
    order_id: int | None,
    at: datetime,
) -> str:
    number = numbers.new(numbers.Kind.GIFT, merchant_id=merchant_id)
    gives_at, ends_at = window(wrapping, [each.valid_until for each in found], at=at)
    held = execute(
        statements.GIVE,
        {
            "merchant_id": merchant_id,
            "member_id": member_id,
            "order_id": order_id,
            "number": number,
            "fingerprint": fingerprint_of(link_token(merchant_id=merchant_id, number=number)),
            "message": wrapping.message,
            "cover": wrapping.cover,
            "gives_at": gives_at,
            "ends_at": ends_at,
            "notice_at": first_notice(gives_at, ends_at, at=at),
            "ids": [each.id for each in found],
            "actor": f"member:{member_id}",
            "at": at,
        },
    )
    if held != len(found):
        raise RuntimeError(f"what gift {number} holds was locked and yet moved away")
    return number


def _answer(number: str) -> str:
    return msgspec.json.encode({"number": number}).decode()


def _first_answer(key: RequestKey) -> str | None:
    answer = request_keys.find_answer(key)
    return str(answer.body["number"]) if answer else None
