"""Words that a merchant keeps members under. They go with the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain import members
from app.domain.promotions import statements
from app.domain.promotions.errors import AtOdds
from app.kernel import audit
from app.kernel.db import execute, fetch_all
from app.kernel.errors import NotFound

LONGEST_TAG = 20
MOST_LISTED = 100


@dataclass(frozen=True)
class _Tag:
    tag: str


def tag(*, merchant_id: int, member_number: str, tag: str, actor: str, at: datetime) -> list[str]:
    """Keep the member (U…) under this word; all his tags. Repeatable. Raises NotFound, Invalid."""
    return _change(
        statements.TAG,
        "member.tag",
        merchant_id=merchant_id,
        member_number=member_number,
        tag=tag,
        actor=actor,
        at=at,
    )


def untag(*, merchant_id: int, member_number: str, tag: str, actor: str, at: datetime) -> list[str]:
    """No longer; all his tags. Repeatable. Raises NotFound, Invalid."""
    return _change(
        statements.UNTAG,
        "member.untag",
        merchant_id=merchant_id,
        member_number=member_number,
        tag=tag,
        actor=actor,
        at=at,
    )


def tags_of(*, merchant_id: int, member_id: int) -> list[str]:
    """In order."""
    who: dict[str, object] = {"merchant_id": merchant_id, "member_id": member_id}
    return [row.tag for row in fetch_all(_Tag, statements.TAGS_OF, who)]


def list_tags(*, merchant_id: int) -> list[str]:
    """The words under which this merchant keeps anybody, in order; at most 100."""
    asked: dict[str, object] = {"merchant_id": merchant_id, "rows": MOST_LISTED}
    return [row.tag for row in fetch_all(_Tag, statements.LIST_TAGS, asked)]


def forget_person(*, merchant_id: int, member_ids: Sequence[int]) -> None:
    """What he was kept under goes; what he was given stays counted. Repeatable."""
    who: dict[str, object] = {"merchant_id": merchant_id, "member_ids": list(member_ids)}
    execute(statements.FORGET_TAGS, who)


def take_over(*, merchant_id: int, loser_id: int, winner_id: int) -> None:
    """Tags and gifts of the one are the other's: he is not given the same again. Repeatable."""
    pair = {"merchant_id": merchant_id, "loser_id": loser_id, "winner_id": winner_id}
    for statement in (statements.TAKE_OVER_TAGS, statements.TAKE_OVER_GRANTS):
        execute(statement, pair)


def _change(
    statement: str,
    action: str,
    *,
    merchant_id: int,
    member_number: str,
    tag: str,
    actor: str,
    at: datetime,
) -> list[str]:
    word = tag.strip()
    if not 0 < len(word) <= LONGEST_TAG:
        raise AtOdds(f"标签须有1至{LONGEST_TAG}个字")
    member_id = members.find_member_id(merchant_id=merchant_id, number=member_number)
    if member_id is None:
        raise NotFound("There is no such member.", number=member_number[:40])
    named: dict[str, object] = {"merchant_id": merchant_id, "member_id": member_id, "tag": word}
    if execute(statement, named | {"at": at}):
        # Without the word, which goes with the person; the audit stays.
        audit.record(
            merchant_id=merchant_id, actor=actor, action=action, subject=member_number, at=at
        )
    return tags_of(merchant_id=merchant_id, member_id=member_id)
