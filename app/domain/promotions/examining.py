"""What stands in the way of a campaign: everything at once, so that one round of mending is enough."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain import catalog, membership
from app.domain.catalog import BenefitKind, OfferKind, RevisionTerms
from app.domain.promotions import statements
from app.domain.promotions.errors import Finding
from app.domain.promotions.models import Kind
from app.domain.promotions.rules import Window
from app.domain.promotions.terms import Terms
from app.kernel.db import fetch_all
from app.kernel.errors import NotFound

# A present is put into a wallet as it is: there is no address, and no code to go with it.
NOT_GIVEN = frozenset({BenefitKind.DELIVERY, BenefitKind.CODE})


@dataclass(frozen=True)
class Sold:
    id: int
    number: str
    kind: str
    bonus_fen: int
    bonus_cap_fen: int | None


@dataclass(frozen=True)
class _Benefit:
    number: str
    name: str
    revision_id: int | None


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What the terms name: ids of the offers, wordings by benefit number."""

    offer_ids: Sequence[int]
    revisions: Mapping[str, int]
    findings: Sequence[Finding]


def examine(
    *, merchant_id: int, terms: Terms, window: Window | None, zone: str, at: datetime
) -> Examined:
    """Look up everything that the terms name, and judge them. Raises NotFound."""
    offers = _offers(merchant_id, terms)
    benefits = _benefits(merchant_id, terms)
    known = {each.number: each.revision_id for each in benefits if each.revision_id is not None}
    wordings = catalog.find_revisions(merchant_id=merchant_id, revision_ids=set(known.values()))
    findings = [
        *_about_time(window),
        *_about_words(terms),
        *_about_people(merchant_id, terms),
        *_about_offers(terms, offers),
        *_about_gifts(benefits, wordings, window, zone=zone, at=at),
    ]
    return Examined(offer_ids=[each.id for each in offers], revisions=known, findings=findings)


def _offers(merchant_id: int, terms: Terms) -> list[Sold]:
    asked: dict[str, object] = {"merchant_id": merchant_id, "numbers": list(terms.offers)}
    found = fetch_all(Sold, statements.OFFERS, asked)
    _require_all(set(terms.offers), {each.number for each in found}, "offer")
    return found


def _benefits(merchant_id: int, terms: Terms) -> list[_Benefit]:
    named = [item.benefit for item in terms.gives]
    asked: dict[str, object] = {"merchant_id": merchant_id, "numbers": named}
    found = fetch_all(_Benefit, statements.BENEFITS, asked)
    _require_all(set(named), {each.number for each in found}, "benefit")
    return found


def _require_all(named: set[str], found: set[str], what: str) -> None:
    if missing := named - found:
        raise NotFound(f"There is no such {what}.", number=min(missing)[:40])


def _about_time(window: Window | None) -> Iterator[Finding]:
    if window is None:
        yield Finding(field="ends_at", why="活动已经结束", suggestion="填写今后的时间")


def _about_words(terms: Terms) -> Iterator[Finding]:
    for field in ("name", "theme", "text"):
        for vague in catalog.vague_words(getattr(terms, field)):
            yield Finding(
                field=field, phrase=vague.phrase, why=vague.why, suggestion=vague.suggestion
            )


def _about_people(merchant_id: int, terms: Terms) -> Iterator[Finding]:
    wanted = terms.audience.min_rank
    if wanted is None:
        return
    book = membership.in_force(merchant_id=merchant_id)
    if book is None or all(tier.rank < wanted for tier in book.rules.tiers):
        yield Finding(
            field="audience.min_rank",
            why="没有这么高的会员等级，没有人属于这一人群",
            suggestion="选择已有的等级，或先发布等级规则",
        )


def _about_offers(terms: Terms, offers: Sequence[Sold]) -> Iterator[Finding]:
    if terms.kind != Kind.TOPUP_BONUS:
        return
    for offer in offers:
        if offer.kind != OfferKind.TOPUP or not offer.bonus_fen:
            yield _bad_topup(offer, "不是带赠送金额的储值商品", "选择有赠送金额的储值商品")
        elif offer.bonus_cap_fen is None:
            yield _bad_topup(offer, "没有每人获赠上限", "在商品中填写每人最多获赠的金额")


def _bad_topup(offer: Sold, why: str, suggestion: str) -> Finding:
    return Finding(field="offers", phrase=offer.number, why=why, suggestion=suggestion)


def _about_gifts(
    benefits: Sequence[_Benefit],
    wordings: Mapping[int, RevisionTerms],
    window: Window | None,
    *,
    zone: str,
    at: datetime,
) -> Iterator[Finding]:
    for benefit in benefits:
        wording = wordings.get(benefit.revision_id or 0)
        if wording is None:
            yield _bad_gift(benefit, "该权益尚未发布", "先发布该权益")
        elif wording.kind in NOT_GIVEN:
            yield _bad_gift(benefit, "需要寄送或兑换码的权益不能直接发放", "改用到店权益")
        elif window and _ends_before(wording, window, zone=zone, at=at):
            yield _bad_gift(benefit, "权益在活动结束之前就失效", "延长有效期，或让活动早些结束")


def _bad_gift(benefit: _Benefit, why: str, suggestion: str) -> Finding:
    return Finding(field="gives", phrase=benefit.name, why=why, suggestion=suggestion)


def _ends_before(wording: RevisionTerms, window: Window, *, zone: str, at: datetime) -> bool:
    if not isinstance(wording.conditions.validity, catalog.Fixed):
        return False
    _, ends_at = catalog.validity_window(wording.conditions, issued_at=at, zone=zone)
    return ends_at < window.ends_at
