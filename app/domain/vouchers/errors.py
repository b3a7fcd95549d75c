from datetime import datetime
from typing import Self

from app.kernel.calendar import moment_words
from app.kernel.errors import DomainError


class VoucherRefusal(DomainError):
    """A refusal at the counter: what the clerk reads, what the holder is told, what to do next.

    `holder_step`: what to do for a holder who asks by himself, where it is not the clerk's.
    """

    clerk_text = ""
    holder_text = ""
    next_step = ""
    holder_step = ""

    @classmethod
    def told(cls, **details: object) -> Self:
        """The refusal in this class's own words, with what else helps."""
        return cls(
            cls.clerk_text,
            clerk_text=cls.clerk_text,
            holder_text=cls.holder_text,
            next_step=cls.next_step,
            **details,
        )

    @classmethod
    def told_to_holder(cls, **details: object) -> Self:
        """The same, where no clerk stands between."""
        return cls(
            cls.holder_text,
            clerk_text=cls.clerk_text,
            holder_text=cls.holder_text,
            next_step=cls.holder_step or cls.next_step,
            **details,
        )


class CodeUnknown(VoucherRefusal):
    code, status = "code_unknown", 404
    clerk_text = "这不是有效的券码"
    holder_text = "券码无法识别"
    next_step = "请顾客打开卡包，出示最新的二维码"


class CodeOutdated(VoucherRefusal):
    code = "code_outdated"
    clerk_text = "券码已过期，可能是截图"
    holder_text = "券码每 30 秒更新一次，截图不能使用"
    next_step = "请顾客在卡包中刷新后再出示"


class AlreadyRedeemed(VoucherRefusal):
    code = "already_redeemed"
    clerk_text = "此券已核销，请勿重复核销"
    holder_text = "这张券已经用过了"
    next_step = "请勿再次交付；顾客可在卡包里点开这张券，查看用在何时何店"
    holder_step = "点开这张券，可在「券的经过」里查看用在何时何店"

    @classmethod
    def at_counter(cls, *, used_at: datetime, store_name: str | None, zone: str) -> Self:
        """When and, at a store of the same house, where; `store_name` None: at another house's."""
        where = f"在{store_name}" if store_name else ""
        how = f"{moment_words(used_at, zone=zone)}{where}"
        return cls(
            cls.clerk_text,
            clerk_text=f"此券已核销：{how}，请勿重复核销",
            holder_text=f"这张券已于{how}核销",
            next_step=cls.next_step,
            used_at=used_at,
            store_name=store_name,
        )


class NotYetValid(VoucherRefusal):
    code = "not_yet_valid"
    clerk_text = "此券还未到可用时间"
    holder_text = "这张券还没到可用时间"
    next_step = "请在可用时间开始后再来"


class VoucherExpired(VoucherRefusal):
    code = "voucher_expired"
    clerk_text = "此券已过有效期"
    holder_text = "这张券已过有效期"
    next_step = "如支持过期退，可在订单中申请退款"


class VoucherLocked(VoucherRefusal):
    code = "voucher_locked"
    clerk_text = "此券尚未解锁"
    holder_text = "这张券还没有解锁"
    next_step = "请先完成解锁条件"


class VoucherHeld(VoucherRefusal):
    code = "voucher_held"
    clerk_text = "此券正在转赠、下单或退款中"
    holder_text = "这张券正在转赠、下单或退款中"
    next_step = "请先取消正在进行的操作"


class VoucherFrozen(VoucherRefusal):
    code = "voucher_frozen"
    clerk_text = "此券已被冻结"
    holder_text = "这张券已被冻结"
    next_step = "请联系商家处理"


class VoucherVoid(VoucherRefusal):
    code = "voucher_void"
    clerk_text = "此券已作废"
    holder_text = "这张券已作废"
    next_step = "如有疑问请联系商家"


class MoveRefused(DomainError):
    """The voucher is in a state from which this cannot happen."""

    code = "voucher_move_refused"
