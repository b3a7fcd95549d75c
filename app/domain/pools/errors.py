from app.kernel.errors import DomainError


class NotACodeBenefit(DomainError):
    """Only a benefit whose published wording is a third party's code has a pool."""

    code = "not_a_code_benefit"


class NotRevealable(DomainError):
    """The voucher is in a state, or at a time, in which its code is not shown."""

    code = "not_revealable"


class CodeNotHereYet(DomainError):
    """There is no code in stock; the next one that comes is for whoever waits longest."""

    code = "code_not_here_yet"
