from app.kernel.errors import DomainError


class OrderNotPayable(DomainError):
    """The order is paid, closed or too old: there is nothing to pay."""

    code = "order_not_payable"
