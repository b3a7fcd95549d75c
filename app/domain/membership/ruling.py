"""The merchant's rules: published at once, each time as a new revision; never edited."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain import merchants
from app.domain.membership import statements
from app.domain.membership.errors import RulesRefused, TierInUse
from app.domain.membership.terms import Book, RuleSet, parse
from app.kernel import audit
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound

MOST_REMEMBERED = 1_000
# A revision never changes, so a process may remember it.
_remembered: dict[tuple[int, int], tuple[RuleSet, Mapping[str, int]]] = {}


@dataclass(frozen=True)
class _Newest:
    revision: int | None


@dataclass(frozen=True)
class _Merchant:
    merchant_id: int


@dataclass(frozen=True)
class _Row:
    revision: int
    rules: dict[str, Any]
    revisions: dict[str, int]


@dataclass(frozen=True)
class _Benefit:
    number: str
    revision_id: int | None


@dataclass(frozen=True)
class _Tier:
    number: str


@dataclass(frozen=True)
class _Offer:
    number: str
    title: str


def publish_rules(*, merchant_id: int, rules: RuleSet, actor: str, at: datetime) -> Book:
    """In force from now on; everybody who has a tier is looked at by the next sweep.

    Raises NotFound or RulesRefused for what the rules name, and TierInUse for a tier that they drop.
    """
    wordings = find_wordings(merchant_id=merchant_id, rules=rules)
    execute(statements.LOCK_RULES, {"merchant_id": merchant_id})
    _refuse_dropped(merchant_id, rules)
    before = in_force(merchant_id=merchant_id)
    revision = (before.revision if before else 0) + 1
    named = {"merchant_id": merchant_id, "revision": revision, "actor": actor, "at": at}
    written = {
        "rules": json.dumps(rules.to_json(), ensure_ascii=False),
        "revisions": json.dumps(wordings),
    }
    execute(statements.PUBLISH, named | written)
    execute(statements.LOOK_AGAIN, {"merchant_id": merchant_id, "at": at})
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="tiers.publish",
        subject=f"tiers:{revision}",
        at=at,
        details={
            "tiers": [tier.number for tier in rules.tiers],
            "before": before.rules.to_json() if before else {},
            "after": rules.to_json(),
        },
    )
    zone = merchants.profile(merchant_id=merchant_id).zone
    return Book(revision=revision, rules=rules, wordings=wordings, zone=zone)


def in_force(*, merchant_id: int) -> Book | None:
    """The newest rules, or None where the merchant has no tiers."""
    revision = newest_revision(merchant_id=merchant_id)
    return book_of(merchant_id=merchant_id, revision=revision) if revision else None


def list_merchants() -> list[int]:
    """Every merchant that has tiers."""
    rows = fetch_all(_Merchant, statements.MERCHANTS_WITH_RULES, {})
    return [row.merchant_id for row in rows]


def book_of(*, merchant_id: int, revision: int) -> Book:
    """One revision of the rules. Raises NotFound."""
    if (merchant_id, revision) not in _remembered:
        _remember(merchant_id, revision)
    rules, wordings = _remembered[merchant_id, revision]
    zone = merchants.profile(merchant_id=merchant_id).zone
    return Book(revision=revision, rules=rules, wordings=wordings, zone=zone)


def newest_revision(*, merchant_id: int) -> int | None:
    found = fetch_one(_Newest, statements.NEWEST, {"merchant_id": merchant_id})
    return found.revision if found else None


def find_wordings(*, merchant_id: int, rules: RuleSet) -> dict[str, int]:
    """The newest published wording of each benefit in the packs.

    Raises NotFound for an unknown benefit or offer, RulesRefused for a benefit that is a draft.
    """
    asked: dict[str, object] = {"merchant_id": merchant_id, "numbers": rules.benefits}
    found = {row.number: row.revision_id for row in fetch_all(_Benefit, statements.BENEFITS, asked)}
    _require(rules.benefits, found, "There is no such benefit.")
    drafts = sorted(number for number, wording in found.items() if wording is None)
    if drafts:
        raise RulesRefused("礼包中的权益尚未发布", benefits=drafts)
    _require(rules.offers, offer_titles(merchant_id=merchant_id, rules=rules), "No such offer.")
    return {number: wording for number, wording in found.items() if wording is not None}


def offer_titles(*, merchant_id: int, rules: RuleSet) -> dict[str, str]:
    """Titles of the offers that the rules name, by number."""
    if not rules.offers:
        return {}
    asked: dict[str, object] = {"merchant_id": merchant_id, "numbers": rules.offers}
    return {row.number: row.title for row in fetch_all(_Offer, statements.OFFER_TITLES, asked)}


def _require(wanted: Sequence[str], found: Mapping[str, object], message: str) -> None:
    missing = set(wanted) - found.keys()
    if missing:
        raise NotFound(message, number=min(missing))


def _refuse_dropped(merchant_id: int, rules: RuleSet) -> None:
    held = fetch_all(_Tier, statements.TIERS_IN_USE, {"merchant_id": merchant_id})
    dropped = sorted({row.number for row in held if rules.find(row.number) is None})
    if dropped:
        raise TierInUse("仍有会员处于这些等级，不能删除", tiers=dropped)


def _remember(merchant_id: int, revision: int) -> None:
    asked: dict[str, object] = {"merchant_id": merchant_id, "revision": revision}
    row = fetch_one(_Row, statements.RULES, asked)
    if row is None:
        raise NotFound("There are no such rules.", revision=revision)
    if len(_remembered) >= MOST_REMEMBERED:
        _remembered.clear()
    _remembered[merchant_id, revision] = (parse(row.rules), row.revisions)
