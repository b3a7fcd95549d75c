from app.kernel.errors import DomainError


class NoCardBag(DomainError):
    """The shop does not put this into the card bag, or not any more."""

    code, status = "no_card_bag", 409


class NotForCardBag(DomainError):
    """The voucher cannot be used now, so it is not put into the card bag either."""

    code, status = "not_for_card_bag", 409


class Taken(DomainError):
    """The benefit, card or account is set up already."""

    code, status = "card_bag_taken", 409
