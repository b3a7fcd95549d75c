"""Why something is not decided, or not done without somebody else."""

from app.kernel.errors import DomainError


class ApprovalNeeded(DomainError):
    """Above the merchant's limit: ask for it in the panel, where a second person decides."""

    code = "approval_needed"


class ApprovalWaits(DomainError):
    """The same was asked for already and nobody decided."""

    code = "approval_waits"


class ApprovalSettled(DomainError):
    """Decided already, or its time is over."""

    code = "approval_settled"


class NotByYou(DomainError):
    """Whoever asked does not decide, nor does whoever gains from it."""

    code = "not_by_you"


class ApprovalOutgrown(DomainError):
    """What would be done now is more than what was asked for, or something else."""

    code = "approval_outgrown"


class ReasonNeeded(DomainError):
    """The second person reads why."""

    code, status = "reason_needed", 422
