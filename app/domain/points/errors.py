from app.kernel.errors import DomainError


class NotEnoughPoints(DomainError):
    code = "not_enough_points"


class TooManyPoints(DomainError):
    """More than the shop takes for this price; `details.most` says how many it takes."""

    code = "too_many_points"


class NotHeld(DomainError):
    """An order did not spend the points that it should give back."""

    code = "points_not_spent"


class RuleRefused(DomainError):
    """A rule, a factor or terms that cannot be meant so."""

    code = "point_rule_refused"
