"""Why somebody is not let into the panel."""

from app.kernel.errors import DomainError, Forbidden


class SignInRefused(DomainError):
    """Unknown name, wrong password or wrong code; which of them is nobody's business."""

    code, status = "sign_in_refused", 401


class LockedOut(DomainError):
    """Too many wrong passwords in a row. `details` say for how long (seconds)."""

    code, status = "locked_out", 429


class LoginTaken(DomainError):
    code, status = "login_taken", 409


class WeakPassword(DomainError):
    """Too short, too common, or made of the name itself."""

    code, status = "weak_password", 422


class CodeWrong(DomainError):
    """The six digits are of another minute, of another secret, or were used before."""

    code, status = "code_wrong", 422


class TicketOver(DomainError):
    """The picture was scanned by somebody else, refused, or is older than its two minutes."""

    code, status = "ticket_over", 409


class PasswordFirst(DomainError):
    """A second factor stands beside a password; who comes in with his phone alone has none."""

    code, status = "password_first", 409


class ConfirmFirst(Forbidden):
    """Dear actions need a password or a code of the last few minutes."""

    code = "confirm_first"
