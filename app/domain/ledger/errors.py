from app.kernel.errors import DomainError


class InsufficientBalance(DomainError):
    code = "insufficient_balance"


class AlreadyPosted(DomainError):
    """The cause has its entry. Posting it again would move the value twice."""

    code = "already_posted"
