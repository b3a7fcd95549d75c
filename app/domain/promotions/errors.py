from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.catalog import NotOnSale
from app.kernel.errors import DomainError


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What stands in the way of publishing; `suggestion` says what to change."""

    field: str
    why: str
    suggestion: str
    phrase: str | None = None


class AtOdds(DomainError):
    """What was said can be read, and its parts do not go together: `details.why`, each of them."""

    code = "campaign_at_odds"

    def __init__(self, *why: str) -> None:
        super().__init__("；".join(why), why=list(why))


class PromotionRefused(DomainError):
    """Details: `findings`, each with the field, why, and what to change."""

    code = "promotion_refused"

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("活动暂不能发布", findings=[vars(finding) for finding in findings])


class PromotionState(DomainError):
    """What is published is not edited, and what is over does not begin again."""

    code = "promotion_state"


class NotForYou(NotOnSale):
    """The campaign sells this to other members; `details.reason` says to whom."""

    code = "not_for_you"
