from app.kernel.errors import DomainError


class WorkOver(DomainError):
    """Done, failed or stopped already, so there is nothing to stop or to try again."""

    code = "work_over"
