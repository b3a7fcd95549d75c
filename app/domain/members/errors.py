from app.kernel.errors import DomainError


class MemberBlocked(DomainError):
    """The merchant does not want this member, on any device or in any app."""

    code, status = "member_blocked", 403


class SessionEnded(DomainError):
    """Signed out everywhere, blocked, or joined with another member: sign in again."""

    code, status = "not_signed_in", 401


class CodesFrozen(DomainError):
    """The member's card was reported lost; it wants to be issued anew first."""

    code = "codes_frozen"


class NicknameRefused(DomainError):
    """WeChat does not let it pass, or it was not written in a mini-program."""

    code, status = "nickname_refused", 422
