from app.kernel.errors import DomainError


class NotGiftable(DomainError):
    """The terms, an earlier sharing, or too many hands forbid it; `reason` says which."""

    code = "not_giftable"


class GiftUnknown(DomainError):
    """No gift has this token."""

    code, status = "gift_unknown", 404


class GiftNotYet(DomainError):
    """It is given on a later day; `gives_at`."""

    code = "gift_not_yet"


class GiftTaken(DomainError):
    """A friend was there before."""

    code = "gift_taken"


class GiftDeclinedBefore(DomainError):
    """Somebody who had the link did not want it."""

    code = "gift_declined"


class GiftRecalledBefore(DomainError):
    """The giver took it back."""

    code = "gift_recalled"


class GiftOver(DomainError):
    """Nobody took it in time; it went back."""

    code = "gift_over"


class OwnGift(DomainError):
    """Nobody gives to himself."""

    code = "own_gift"


class GiftWaiting(DomainError):
    """What waits for a friend is not refunded; the giver takes it back first."""

    code = "gift_waiting"


class MessageRefused(DomainError):
    """Words that may not stand on a gift."""

    code = "message_refused"
