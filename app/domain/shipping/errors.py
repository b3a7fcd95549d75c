from app.kernel.errors import DomainError


class NotReportable(DomainError):
    """The order was reported already, or needs no report."""

    code = "not_reportable"
