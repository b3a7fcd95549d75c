from app.kernel.errors import DomainError


class TermsChanged(DomainError):
    """What was agreed to is not what is asked now: show the text again."""

    code, status = "terms_changed", 409
