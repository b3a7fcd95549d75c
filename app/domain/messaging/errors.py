from app.kernel.errors import DomainError


class StillSending(DomainError):
    """What became of a message is told before its sender wrote down that it was sent."""

    code = "still_sending"


class FieldUnfit(DomainError):
    """The platform would refuse this value, and cutting it would make it say something else."""

    code, status = "field_unfit", 422
