"""How the two halves of the platform refuse: errcode JSON, and WeChat Pay v3 error JSON."""

from dataclasses import dataclass
from typing import Any

from app.simulator.open_platform.errcodes import ERRMSG


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A WeChat Pay error: HTTP status, the number that ends the Request-ID, and the text."""

    status: int
    number: int
    message: str


PAY_REFUSALS = {
    "APPID_MCHID_NOT_MATCH": Refusal(status=400, number=268445527, message="商户号与appid不匹配"),
    "FREQUENCY_LIMITED": Refusal(status=429, number=268447840, message="频率超限,请稍后重试"),
    "INVALID_REQUEST": Refusal(status=400, number=268435461, message="请求不符合业务规则"),
    "MCH_NOT_EXISTS": Refusal(status=400, number=268443715, message="商户号不存在"),
    "NO_AUTH": Refusal(status=403, number=268443715, message="商户无权限"),
    "NO_STATEMENT_EXIST": Refusal(status=400, number=268435461, message="账单文件不存在"),
    "NOT_ENOUGH": Refusal(status=403, number=268435461, message="基本账户余额不足,请充值后重试"),
    "NOT_FOUND": Refusal(status=404, number=268435461, message="模拟平台未覆盖该接口"),
    "ORDER_CLOSED": Refusal(status=400, number=268447914, message="订单已关闭"),
    "ORDER_NOT_EXIST": Refusal(status=404, number=268512771, message="订单不存在"),
    "ORDER_PAID": Refusal(status=400, number=268449538, message="该订单已支付"),
    "OUT_TRADE_NO_USED": Refusal(status=403, number=268498689, message="商户订单号重复"),
    "PARAM_ERROR": Refusal(status=400, number=268435461, message="参数错误"),
    "RESOURCE_ALREADY_EXISTS": Refusal(status=400, number=268435461, message="资源已存在"),
    "RESOURCE_NOT_EXISTS": Refusal(status=404, number=268512771, message="查询的资源不存在"),
    "RULE_LIMIT": Refusal(status=403, number=268435461, message="业务规则限制"),
    "SIGN_ERROR": Refusal(status=401, number=268443699, message="签名错误"),
    "STATEMENT_CREATING": Refusal(status=400, number=268435461, message="账单生成中"),
    "SYSTEM_ERROR": Refusal(status=500, number=268435456, message="系统错误"),
    "USER_ACCOUNT_ABNORMAL": Refusal(status=403, number=268435461, message="用户账户异常"),
}

SAME_NUMBER_OTHER_PARAMETERS = 268498688


class OpenRefused(Exception):
    """api.weixin.qq.com says no. `note` is appended to the errmsg, as the platform does."""

    def __init__(self, errcode: int, note: str = "") -> None:
        super().__init__(errcode, note)
        self.errcode = errcode
        self.errmsg = " ".join(filter(None, (ERRMSG.get(errcode, "unknown error"), note)))


class PayRefused(Exception):
    """api.mch.weixin.qq.com says no."""

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        detail: dict[str, Any] | None = None,
        number: int | None = None,
    ) -> None:
        super().__init__(code, message)
        refusal = PAY_REFUSALS[code]
        self.code = code
        self.status = refusal.status
        self.message = message or refusal.message
        self.number = refusal.number if number is None else number
        self.detail = detail

    def body(self) -> dict[str, Any]:
        """The error as WeChat Pay writes it."""
        told: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.detail is not None:
            told["detail"] = self.detail
        return told
