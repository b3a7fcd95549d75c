class DomainError(Exception):
    """A refusal that the caller should expect. Subclass it once per reason.

    `code` is for programs and never changes; the message is for people; `details` are plain
    values that help the caller to say what to do next.
    """

    code = "refused"
    status = 409

    def __init__(self, message: str, /, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class NotFound(DomainError):
    code, status = "not_found", 404


class Forbidden(DomainError):
    code, status = "forbidden", 403


class Invalid(DomainError):
    """Input that parses but cannot mean anything, such as a cursor of another list."""

    code, status = "invalid", 422


class Busy(DomainError):
    """Somebody else holds the row and did not let go in time. Trying again is right."""

    code, status = "busy", 409
