from app.kernel.errors import DomainError


class StillSending(DomainError):
    """What became of a message is told before its sender wrote down that it was sent."""

    code = "still_sending"


class MarketingRefused(DomainError):
    """Nothing limits yet how often one member hears of offers, so nobody hears of them."""

    code = "marketing_refused"


class FieldUnfit(DomainError):
    """The platform would refuse this value, and cutting it would make it say something else."""

    code, status = "field_unfit", 422
