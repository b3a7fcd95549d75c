from app.kernel.errors import DomainError


class NotEnoughPoints(DomainError):
    code = "not_enough_points"
