from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from app.domain import catalog, members
from app.domain.vouchers import statements
from app.kernel import numbers
from app.kernel.db import execute
from app.kernel.errors import Busy


@dataclass(frozen=True, kw_only=True)
class Use:
    """One voucher to issue: on which terms, worth how much of what was paid, valid when.

    A "locked" one is valid until it can be unlocked, and from then on as it is told then.
    """

    revision_id: int
    allocated_fen: int
    valid_from: datetime
    valid_until: datetime
    state: str = "active"


@dataclass(frozen=True, kw_only=True)
class NewCard:
    """One piece of an offer and the uses it holds; without an offer, a present.

    With a `number` of his own the caller finds what he issued; without, one is drawn.
    """

    offer_id: int | None
    title: str
    uses: Sequence[Use]
    number: str | None = None


def issue(
    *,
    merchant_id: int,
    order_id: int | None,
    order_number: str,
    member_id: int,
    cards: Sequence[NewCard],
    at: datetime,
) -> int:
    """Put cards and their vouchers into a member's wallet, in one statement; how many vouchers.

    `order_number` is what the timeline names; without an order, whatever gave the present. Who
    was joined with another member meanwhile has them as that one. Raises NotFound, Busy.
    """
    drawn = numbers.bulk(numbers.Kind.CARD, merchant_id=merchant_id, count=len(cards))
    of_card = [(card.number or fresh, card) for fresh, card in zip(drawn, cards, strict=True)]
    uses = _in_state(merchant_id, [(number, use) for number, card in of_card for use in card.uses])
    voucher_numbers = numbers.bulk(numbers.Kind.VOUCHER, merchant_id=merchant_id, count=len(uses))
    asked: dict[str, object] = {
        "merchant_id": merchant_id,
        "order_id": order_id,
        "member_id": member_id,
        "at": at,
        "actor": f"member:{member_id}",
        "reference": order_number,
        "cards": _json([_card(number, card) for number, card in of_card]),
        "vouchers": _json([_voucher(*each) for each in zip(voucher_numbers, uses, strict=True)]),
    }
    issued = execute(statements.ISSUE, asked)
    if not issued and uses:
        holder_id = members.canonical_id(merchant_id=merchant_id, member_id=member_id)
        issued = execute(statements.ISSUE, asked | {"member_id": holder_id})
    if not issued and uses:
        # Joined once more between the two: whoever asked comes again.
        raise Busy("Somebody is working on this right now. Please try again.")
    return issued


def _in_state(merchant_id: int, uses: Sequence[tuple[str, Use]]) -> list[tuple[str, Use]]:
    """A third party's code has to be found first; until then its voucher is being issued."""
    revisions = {use.revision_id for _, use in uses}
    terms = catalog.find_revisions(merchant_id=merchant_id, revision_ids=revisions)
    waiting = {i for i, each in terms.items() if each.kind == catalog.BenefitKind.CODE}
    if not waiting:
        return list(uses)
    return [
        (number, replace(use, state="issuing"))
        if use.revision_id in waiting and use.state == "active"
        else (number, use)
        for number, use in uses
    ]


def _card(number: str, card: NewCard) -> dict[str, object]:
    return {"number": number, "offer_id": card.offer_id, "title": card.title}


def _voucher(number: str, of_card: tuple[str, Use]) -> dict[str, object]:
    card_number, use = of_card
    return {"number": number, "card_number": card_number, **vars(use)}


def _json(rows: list[dict[str, object]]) -> str:
    # One text is much cheaper to hand to the driver than a list for each column.
    return msgspec.json.encode(rows).decode()
