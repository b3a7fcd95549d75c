from app.kernel.errors import DomainError


class TierInUse(DomainError):
    """Members have a tier that the new rules do not know."""

    code = "tier_in_use"


class BirthdaySet(DomainError):
    """It is set once a year."""

    code = "birthday_set"


class NoSuchDay(DomainError):
    """A month does not have this day, in any year."""

    code = "no_such_day"


class RulesRefused(DomainError):
    """Rules whose parts are at odds, or that promise what is not published."""

    code = "rules_refused"
