from app.kernel.errors import DomainError


class NotShareable(DomainError):
    """The terms, or what happened to the voucher before, forbid to share it."""

    code = "not_shareable"


class SharedBefore(NotShareable):
    """Once is once: also after the owner has taken it back."""

    code = "shared_before"


class TooMuchShared(DomainError):
    """More uses for one friend, or more friends of one card, than may be."""

    code = "share_limit"


class LinkUnknown(DomainError):
    code, status = "share_link_unknown", 404


class OwnShare(DomainError):
    """Nobody shares with himself."""

    code = "own_share"


class ShareTaken(DomainError):
    """Another friend was first."""

    code = "share_taken"


class ShareOver(DomainError):
    """Withdrawn by its owner, taken back, or not claimed in time."""

    code = "share_over"


class NothingToTakeBack(DomainError):
    """Everything is used up, or back already."""

    code = "nothing_to_take_back"


class ShareWaiting(DomainError):
    """What is offered to a friend is not refunded; the owner takes it back first."""

    code = "share_waiting"
