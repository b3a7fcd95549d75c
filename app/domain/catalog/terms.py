"""The wording that a voucher was sold under."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from app.domain.catalog.models import BenefitKind
from app.domain.catalog.rules import Conditions
from app.domain.catalog.statements import REVISIONS
from app.domain.catalog.wording import face_words
from app.kernel.db import fetch_all

MOST_REMEMBERED = 10_000


@dataclass(frozen=True, kw_only=True)
class RevisionTerms:
    """One published wording. It never changes, so a process may remember it.

    `face_text` says in words what the voucher gives.
    """

    revision_id: int
    benefit_id: int
    revision: int
    kind: BenefitKind
    name: str
    market_value_fen: int
    cost_fen: int
    face: dict[str, Any]
    face_text: str
    conditions: Conditions
    hand_over: str


@dataclass(frozen=True)
class _Row:
    id: int
    benefit_id: int
    revision: int
    kind: str
    name: str
    market_value_fen: int
    cost_fen: int
    face: dict[str, Any]
    conditions: dict[str, Any]
    hand_over: str

    def terms(self) -> RevisionTerms:
        return RevisionTerms(
            revision_id=self.id,
            benefit_id=self.benefit_id,
            revision=self.revision,
            kind=BenefitKind(self.kind),
            name=self.name,
            market_value_fen=self.market_value_fen,
            cost_fen=self.cost_fen,
            face=self.face,
            face_text=face_words(BenefitKind(self.kind), self.face),
            conditions=Conditions.from_json(self.conditions),
            hand_over=self.hand_over,
        )


_remembered: dict[tuple[int, int], RevisionTerms] = {}


def find_revisions(*, merchant_id: int, revision_ids: Collection[int]) -> dict[int, RevisionTerms]:
    """Published wordings by id. An id that is none of the merchant's is left out."""
    known = {i: _remembered.get((merchant_id, i)) for i in revision_ids}
    missing = [i for i, terms in known.items() if terms is None]
    known |= _read(merchant_id, missing) if missing else {}
    return {i: terms for i, terms in known.items() if terms is not None}


def _read(merchant_id: int, ids: list[int]) -> dict[int, RevisionTerms]:
    rows = fetch_all(_Row, REVISIONS, {"merchant_id": merchant_id, "ids": ids})
    found = {row.id: row.terms() for row in rows}
    if len(_remembered) + len(found) > MOST_REMEMBERED:
        _remembered.clear()
    _remembered.update({(merchant_id, i): terms for i, terms in found.items()})
    return found
