from app.domain.catalog import UseRefusal
from app.domain.vouchers import VoucherRefusal
from app.kernel.errors import DomainError, Forbidden


class OutsideConditions(VoucherRefusal):
    """The terms forbid this use here and now; the code is that of the condition."""

    @classmethod
    def because(cls, refusal: UseRefusal) -> "OutsideConditions":
        told = cls(
            refusal.clerk_text,
            clerk_text=refusal.clerk_text,
            holder_text=refusal.holder_text,
            next_step=refusal.next_step,
            next_allowed_at=refusal.next_allowed_at,
        )
        told.code = refusal.code
        return told


class CodeIsRevealed(VoucherRefusal):
    """A third party's code is shown to its holder; nobody hands anything over for it here."""

    code = "code_is_revealed"
    clerk_text = "本券是第三方兑换码，无需核销。"
    holder_text = "这张券是第三方兑换码，请在卡包中查看兑换码。"
    next_step = "请顾客在卡包中点击查看兑换码，到第三方平台使用。"


class NotReversible(DomainError):
    """Reversed before, or more than 24 hours ago."""

    code = "not_reversible"


class ReverseNotAllowed(Forbidden):
    code = "reverse_not_allowed"
