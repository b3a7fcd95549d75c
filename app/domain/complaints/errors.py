from app.kernel.errors import DomainError, Forbidden


class TicketClosed(DomainError):
    """The complaint is settled; a new one can be opened."""

    code = "ticket_closed"


class NotSettledYet(DomainError):
    """Only who was helped can say how it was."""

    code = "ticket_not_resolved"


class AlreadyRated(DomainError):
    code = "ticket_rated"


class PhotoUnknown(DomainError):
    """A photo that this member did not hand in."""

    code = "photo_unknown"


class PhotoUnusable(DomainError):
    """Not a picture that we can take; `reason` is image_too_large or image_unreadable."""

    code = "photo_unusable"


class TicketTaken(DomainError):
    """Somebody else deals with it; `by` is his staff number."""

    code = "ticket_taken"


class TicketWithoutOrder(DomainError):
    """No order is known of which it complains, so no money can go back from here."""

    code = "ticket_without_order"


class TicketFull(DomainError):
    """So much was said in it that it is better to talk."""

    code = "ticket_full"


class GoodwillToOneself(DomainError):
    """Whoever gives is the member himself."""

    code = "goodwill_to_oneself"


class GoodwillUnfit(DomainError):
    """A delivery needs an address and a third-party code a stock: neither is given as a present."""

    code = "goodwill_unfit"


class GoodwillLimit(DomainError):
    """The day's limit of this person, in count or in cost, does not allow it."""

    code = "goodwill_limit"


class GoodwillForWhom(DomainError):
    """A present is given within a ticket or to a member: one of them is to be named."""

    code = "goodwill_for_whom"


class GoodwillNotAllowed(Forbidden):
    """The merchant lets nobody of this role give anything away."""

    code = "goodwill_not_allowed"
