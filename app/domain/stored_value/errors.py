from app.kernel.errors import DomainError, Forbidden, Invalid


class NotEnoughValue(DomainError):
    code = "not_enough_value"


class ValueFrozen(DomainError):
    """Nothing is spent from it until the merchant lets it go again."""

    code = "value_frozen"


class StepUpNeeded(DomainError):
    """So large a spending wants its owner to say once more that it is he."""

    code = "step_up_needed"


class ConfirmationInvalid(DomainError):
    """Used before, too old, for less, or somebody else's."""

    code = "confirmation_invalid"


class ValueCapReached(DomainError):
    """The law lets a named card hold so much and no more."""

    code = "value_cap"


class TooMuchReturned(DomainError):
    """More than this order took."""

    code = "too_much_returned"


class NotRefundable(DomainError):
    """The chosen rule does not apply to this top-up."""

    code = "value_not_refundable"


class GiftCardUnknown(DomainError):
    code, status = "gift_card_unknown", 404


class GiftCardTaken(DomainError):
    """Another one was first."""

    code = "gift_card_taken"


class GiftCardOver(DomainError):
    """Its money went back to whoever paid."""

    code = "gift_card_over"


class GiftCardExpired(DomainError):
    """It is not lost: activated again, it is as good as before."""

    code = "gift_card_expired"


class GiftCardTooLarge(DomainError):
    """The law lets such a card hold so much and no more."""

    code = "gift_card_too_large"


class GiftCardsOfDay(DomainError):
    """Unnamed cards worth that much want a buyer who has shown his papers."""

    code = "gift_cards_of_day"


class AdjustmentWaits(DomainError):
    """One adjustment of a member at a time."""

    code = "adjustment_waits"


class AdjustmentImpossible(Invalid):
    """Paid money is only ever made by paying, and nothing is no correction."""

    code, status = "adjustment_impossible", 409


class ReasonMissing(Invalid):
    """Whoever touches somebody's money says why."""

    code, status = "reason_missing", 409


class LimitsImpossible(Invalid):
    """A day allows what one order does."""

    code, status = "spend_limits_impossible", 409


class AdjustmentSettled(DomainError):
    """Somebody decided already, or none was proposed."""

    code = "adjustment_settled"


class OwnValue(Forbidden):
    """Nobody corrects or lets go of his own stored value."""

    code = "own_value"


class SecondPersonNeeded(DomainError):
    """Whoever proposes an adjustment does not approve it."""

    code = "second_person_needed"
