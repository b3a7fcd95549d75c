from app.kernel.errors import DomainError


class FamilyExists(DomainError):
    """One open family card per owner, and nobody is in two families."""

    code = "family_exists"


class NoFamily(DomainError):
    """Neither an owner's nor a member's card."""

    code, status = "no_family", 404


class FamilyFull(DomainError):
    code = "family_full"


class InvitationUnknown(DomainError):
    code, status = "family_link_unknown", 404


class InvitationOver(DomainError):
    """Taken, withdrawn, or not taken in time."""

    code = "family_link_over"


class OwnFamily(DomainError):
    """Nobody joins his own family."""

    code = "own_family"


class OverFamilyCap(DomainError):
    """The limit of the month is reached; the owner may allow more."""

    code = "family_cap"


class RequestWaits(DomainError):
    """One question at a time."""

    code = "family_request_waits"


class RequestOver(DomainError):
    """Decided, or too old, or never asked."""

    code = "family_request_over"
