from app.kernel.errors import DomainError


class FieldUnfit(DomainError):
    """The platform would refuse this value, and cutting it would make it say something else."""

    code, status = "field_unfit", 422
