from app.kernel.errors import DomainError


class NotOnDuty(DomainError):
    """Disabled, signed out everywhere, sent to a store that is not his, or the store closed."""

    code, status = "not_on_duty", 403


class InvitationInvalid(DomainError):
    """Unknown, used, withdrawn or too old; which of them is nobody's business."""

    code, status = "invitation_invalid", 409


class LastOwner(DomainError):
    """Without an owner nobody could ever let anyone in again."""

    code, status = "last_owner", 409


class AlreadyAdded(DomainError):
    """The app or the pay account is known already; change that one instead."""

    code, status = "already_added", 409
