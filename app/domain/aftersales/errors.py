from app.kernel.errors import DomainError


class OrderNotRefundable(DomainError):
    """The order was never paid, or all of it went back before; `state` says which."""

    code = "order_not_refundable"


class RefundUnderWay(DomainError):
    """One return of an order at a time; `refund` is its number."""

    code = "refund_under_way"


class NotRefundable(DomainError):
    """What was chosen cannot go back; `voucher` and `reason` say which and why."""

    code = "not_refundable"


class NothingToRefund(DomainError):
    """Nothing of the order can go back; `reasons` say why, by voucher."""

    code = "nothing_to_refund"


class RefundChanged(DomainError):
    """Something of it was used or taken just now; `back_fen` is what is left. Look again."""

    code = "refund_changed"


class RefundDecided(DomainError):
    """The merchant has decided, or the buyer has withdrawn it; `state` says which."""

    code = "refund_decided"


class NothingToCollect(DomainError):
    """There is no transfer that waits for this person's confirmation; `state` is the refund's."""

    code = "nothing_to_collect"
