"""The owner's side: let a friend have one voucher, or some uses of a card."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain import catalog, members, vouchers
from app.domain.members import SessionEnded
from app.domain.sharing import statements
from app.domain.sharing.errors import ShareOver
from app.domain.sharing.models import ShareKind, ShareState
from app.domain.sharing.rules import (
    Standing,
    Use,
    check_friend,
    check_friends,
    check_shareable,
    choose,
    is_shareable,
    link_ends,
    new_token,
)
from app.domain.vouchers import Move
from app.kernel import keyring, numbers
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound


@dataclass(frozen=True)
class NewShare:
    """A share that waits for a friend. The token is told this once and kept nowhere."""

    number: str
    token: str
    uses: int
    ends_at: datetime


@dataclass(frozen=True)
class Count:
    number: int


@dataclass(frozen=True)
class _Member:
    id: int


def hold_member(*, merchant_id: int, member_id: int, epoch: int) -> None:
    """Whoever acts, until we commit. Raises SessionEnded."""
    who = {"merchant_id": merchant_id, "member_id": member_id, "epoch": epoch}
    if fetch_one(_Member, statements.HOLD_MEMBER, who) is None:
        raise SessionEnded("The session has ended. Please sign in again.")


def _hold_owner(merchant_id: int, member_id: int, epoch: int) -> None:
    """Whoever gives a link away: his card is not lost. Raises SessionEnded, CodesFrozen."""
    hold_member(merchant_id=merchant_id, member_id=member_id, epoch=epoch)
    members.code_state(merchant_id=merchant_id, member_id=member_id).require_unfrozen()


def share_once(
    *, merchant_id: int, member_id: int, epoch: int, voucher_number: str, at: datetime
) -> NewShare:
    """Let one friend use one voucher. Until somebody claims the link, the voucher is held.

    Raises NotFound, NotShareable, SharedBefore, SessionEnded, CodesFrozen.
    """
    _hold_owner(merchant_id, member_id, epoch)
    which = {"merchant_id": merchant_id, "member_id": member_id, "number": voucher_number}
    use = fetch_one(Use, statements.LOCK_ONE_USE, which)
    if use is None:
        raise NotFound("There is no such voucher in this wallet.", number=voucher_number[:40])
    terms = catalog.find_revisions(merchant_id=merchant_id, revision_ids={use.revision_id})
    check_shareable(use, terms[use.revision_id], at=at)
    return _offer(merchant_id, member_id, ShareKind.ONCE, [use], at=at)


def give_sub_card(
    *, merchant_id: int, member_id: int, epoch: int, card_number: str, uses: int, at: datetime
) -> NewShare:
    """Let one friend have some unused uses of a card, those that end last.

    Raises NotFound, NotShareable, TooMuchShared, SessionEnded, CodesFrozen.
    """
    _hold_owner(merchant_id, member_id, epoch)
    mine = _uses_of_card(merchant_id, member_id, card_number, at=at)
    terms = catalog.find_revisions(
        merchant_id=merchant_id, revision_ids={use.revision_id for use in mine}
    )
    check_friend(has=0, gets=uses)
    chosen = choose([use for use in mine if is_shareable(use, terms, at=at)], uses=uses)
    of_card = {"merchant_id": merchant_id, "card_id": chosen[0].card_id}
    friends = fetch_one(Count, statements.FRIENDS_OF_CARD, of_card)
    check_friends(friends=friends.number if friends else 0)
    return _offer(merchant_id, member_id, ShareKind.SUB_CARD, chosen, at=at)


def renew_link(
    *, merchant_id: int, member_id: int, epoch: int, number: str, at: datetime
) -> NewShare:
    """A new link for a share that waits still; the older one is dead.

    Raises NotFound, ShareOver, SessionEnded, CodesFrozen.
    """
    _hold_owner(merchant_id, member_id, epoch)
    share = lock_own(merchant_id=merchant_id, member_id=member_id, number=number)
    if share.state != ShareState.WAITING or at >= share.ends_at:
        raise ShareOver("共享已失效", state=str(share.state))
    token = new_token()
    which = {"merchant_id": merchant_id, "share_id": share.id}
    execute(statements.RENEW, {**which, "token_hash": keyring.fingerprint(token)})
    uses = fetch_one(Count, statements.COUNT_USES, which)
    return NewShare(share.number, token, uses.number if uses else 0, share.ends_at)


def lock_own(*, merchant_id: int, member_id: int, number: str) -> Standing:
    """Raises NotFound, also for another's."""
    which = {"merchant_id": merchant_id, "member_id": member_id, "number": number}
    share = fetch_one(Standing, statements.LOCK_OWN, which)
    if share is None:
        raise NotFound("There is no such share.", number=number[:40])
    return share


def _uses_of_card(merchant_id: int, member_id: int, number: str, *, at: datetime) -> list[Use]:
    which = {"merchant_id": merchant_id, "member_id": member_id, "number": number, "at": at}
    found = fetch_all(Use, statements.LOCK_USES_OF_CARD, which)
    if not found:
        raise NotFound("There is no such card in this wallet.", number=number[:40])
    return found


def _offer(
    merchant_id: int, member_id: int, kind: ShareKind, uses: Sequence[Use], *, at: datetime
) -> NewShare:
    made = NewShare(
        number=numbers.new(numbers.Kind.SHARE, merchant_id=merchant_id),
        token=new_token(),
        uses=len(uses),
        ends_at=link_ends(uses, at=at),
    )
    execute(
        statements.ADD,
        {
            "merchant_id": merchant_id,
            "member_id": member_id,
            "number": made.number,
            "kind": kind.value,
            "card_id": uses[0].card_id,
            "token_hash": keyring.fingerprint(made.token),
            "voucher_ids": sorted(use.id for use in uses),
            "at": at,
            "ends_at": made.ends_at,
        },
    )
    for use in sorted(uses, key=lambda each: each.id):
        vouchers.move(
            merchant_id=merchant_id,
            voucher_id=use.id,
            what=Move.HOLD,
            actor=f"member:{member_id}",
            reference=made.number,
            reason="share",
            at=at,
        )
    return made
