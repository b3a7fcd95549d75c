from app.kernel.errors import DomainError


class TooOften(DomainError):
    """Details: `reason` (the rule) and `retry_after_seconds`."""

    code, status = "too_often", 429
