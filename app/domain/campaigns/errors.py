from collections.abc import Sequence

from app.domain.campaigns.linter import Finding
from app.kernel.errors import DomainError


class CampaignRefused(DomainError):
    """Details: `findings`, each with the rule, the field, why, and what to change."""

    code = "campaign_refused"

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(
            "活动不符合平台规则，暂不能发布", findings=[vars(finding) for finding in findings]
        )


class CampaignState(DomainError):
    """What is published is not edited, and what is over does not begin again."""

    code = "campaign_state"
