"""Why a scan without network is not redeemed by itself, and why an upload is refused."""

from app.domain.vouchers import VoucherRefusal
from app.kernel.errors import DomainError, Forbidden


class OfflineOff(DomainError):
    """The merchant does not take vouchers without network."""

    code = "offline_off"


class NotYourDevice(Forbidden):
    """Another person's browser session made this chain; he uploads it himself."""

    code = "not_your_device"


class ChainBroken(DomainError):
    """A link is missing, was changed, or was signed by another key. Nothing after it is taken."""

    code = "chain_broken"


class ConflictClosed(DomainError):
    code = "conflict_closed"


class TakingIsOff(VoucherRefusal):
    code = "offline_off"
    clerk_text = "商家已关闭离线核销"
    next_step = "请店长核对后处理"


class DeviceRevoked(VoucherRefusal):
    """Whoever holds a revoked device may hold its key; its scans are for a person to judge."""

    code = "device_revoked"
    clerk_text = "该设备的离线授权已被撤销"
    next_step = "请店长核对后处理"


class DeviceOver(VoucherRefusal):
    """Scanned before the device was enrolled, or after it or its session had ended."""

    code = "device_over"
    clerk_text = "扫码时设备的离线授权已到期"
    next_step = "请店长核对后处理"


class ScanTooLate(VoucherRefusal):
    code = "scan_too_late"
    clerk_text = "上传太晚，超过商家规定的时限"
    next_step = "请店长核对后处理"


class ScanTimeWrong(VoucherRefusal):
    """Scanned later than now: the device's clock is wrong, or somebody set it."""

    code = "scan_time_wrong"
    clerk_text = "设备时间不正确"
    next_step = "请校准设备时间"


class TooManyScans(VoucherRefusal):
    code = "too_many_scans"
    clerk_text = "超过每人每天的离线核销次数"
    next_step = "请店长核对后处理"


class TooMuchValue(VoucherRefusal):
    code = "too_much_value"
    clerk_text = "超过每人每天的离线核销金额"
    next_step = "请店长核对后处理"
