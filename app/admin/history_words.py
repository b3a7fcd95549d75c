"""What an action of the log is called, by its subject; and what it changed."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from app.admin.history_fields import FIELDS, SUBJECTS, VALUES

AREAS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "panel": (
        _("后台登录"),
        {
            "sign_in": _("登录"),
            "sign_out": _("退出设备"),
            "locked_out": _("多次输错被锁定"),
            "password": _("设置密码"),
            "second_factor": _("绑定动态验证码"),
            "recovery_codes": _("重新生成备用码"),
            "recovery_code_used": _("使用备用码"),
            "link": _("绑定微信"),
            "view_as": _("切换查看身份"),
            "reset_second_factor": _("重置动态验证码"),
        },
    ),
    "staff": (
        _("员工"),
        {
            "invite": _("邀请"),
            "accept": _("加入"),
            "link": _("绑定微信"),
            "role": _("更改角色"),
            "disable": _("停用"),
        },
    ),
    "approval": (
        _("复核"),
        {
            "ask": _("提交"),
            "approved": _("同意"),
            "declined": _("拒绝"),
            "expired": _("过期"),
            "withdrawn": _("撤回"),
            "limit": _("更改金额"),
        },
    ),
    "order": (
        _("订单"),
        {
            "refund": _("主动退款"),
            "refund_approve": _("同意退款"),
            "refund_decline": _("拒绝退款"),
            "refund_retry": _("重试退款"),
            "refund_transfer": _("改为转账退款"),
            "evidence": _("下载证据包"),
        },
    ),
    "voucher": (_("券"), {"reverse": _("撤销核销"), "reveal": _("查看券码")}),
    "counter": (_("核销台"), {"refuse": _("拒绝操作")}),
    "shift": (_("交班"), {"close": _("结班")}),
    "offline": (
        _("离线核销"),
        {
            "rules": _("更改规则"),
            "enrol": _("登记设备"),
            "revoke": _("停用设备"),
            "take": _("上传"),
            "close_conflict": _("处理冲突"),
        },
    ),
    "value": (
        _("储值"),
        {
            "propose": _("提交调整"),
            "approved": _("同意调整"),
            "rejected": _("拒绝调整"),
            "freeze": _("冻结"),
            "unfreeze": _("解冻"),
            "set_rule": _("更改规则"),
        },
    ),
    "work": (_("任务"), {"ask": _("提交"), "cancel": _("停止"), "retry": _("重试")}),
    "numbers": (_("数据"), {"export": _("导出")}),
    "money": (_("对账"), {"assign": _("指派差异"), "settle": _("处理差异")}),
    "operations": (_("运行"), {"retry": _("重试后台工作")}),
    "goodwill": (_("补偿"), {"grant": _("赠送"), "rule": _("更改额度")}),
    "complaint": (
        _("投诉"),
        {
            "open": _("登记"),
            "take": _("受理"),
            "reply": _("回复"),
            "refund": _("退款"),
            "resolve": _("解决"),
        },
    ),
    "member": (
        _("会员"),
        {
            "reveal_phone": _("查看手机号"),
            "find_by_phone": _("按手机号查找"),
            "set_phone": _("设置手机号"),
            "erase_phone": _("删除手机号"),
            "erase_nickname": _("删除昵称"),
            "erase_person": _("注销"),
            "block": _("限制"),
            "unblock": _("解除限制"),
            "merge": _("合并账号"),
            "freeze_codes": _("冻结会员码"),
            "reissue_codes": _("更换会员码"),
        },
    ),
    "address": (_("收货地址"), {"add": _("新增"), "change": _("修改"), "remove": _("删除")}),
    "birthday": (_("生日"), {"set": _("填写"), "forget": _("删除")}),
    "benefit": (_("权益"), {"add": _("新增"), "revise": _("修改"), "publish": _("发布")}),
    "offer": (
        _("卡券商品"),
        {
            "add": _("新增"),
            "edit": _("修改"),
            "stock": _("更改库存"),
            "window": _("更改售卖时间"),
            "cover": _("更换封面"),
            "publish": _("发布"),
            "stop": _("停售"),
        },
    ),
    "category": (_("分类"), {"add": _("新增")}),
    "pool": (_("券码库"), {"import": _("导入"), "watch": _("更改提醒")}),
    "card_batch": (
        _("实体卡批次"),
        {"make": _("制作"), "release": _("复核后启用"), "stop": _("停用")},
    ),
    "paper_card": (_("实体卡"), {"bind": _("绑定"), "undo": _("撤销")}),
    "campaign": (
        _("助力活动"),
        {
            "draft": _("起草"),
            "edit": _("修改"),
            "publish": _("发布"),
            "stop": _("停止"),
            "kill": _("紧急停止"),
        },
    ),
    "promotion": (
        _("活动"),
        {
            "draft": _("起草"),
            "edit": _("修改"),
            "publish": _("发布"),
            "move": _("改期"),
            "stopped": _("停止"),
            "over": _("结束"),
        },
    ),
    "event": (_("日程"), {"add": _("新增"), "move": _("改期")}),
    "assist": (_("好友助力"), {"approve": _("通过"), "reject": _("驳回")}),
    "scene": (_("渠道码"), {"add": _("新增")}),
    "channel": (_("消息渠道"), {"switch_on": _("开启"), "switch_off": _("关闭")}),
    "tiers": (_("会员等级"), {"publish": _("发布")}),
    "points": (
        _("积分"),
        {
            "terms": _("更改规则"),
            "rule.add": _("增加规则"),
            "rule.end": _("结束规则"),
            "factor.add": _("增加倍数"),
            "factor.end": _("结束倍数"),
        },
    ),
    "template": (_("消息模板"), {"add": _("设置"), "try": _("试发")}),
    "session": (
        _("预约场次"),
        {"add": _("新增"), "resize": _("更改座位"), "call_off": _("取消")},
    ),
    "subscription": (
        _("月卡"),
        {
            "start": _("开通"),
            "pause": _("暂停"),
            "resume": _("恢复"),
            "skip": _("跳过一期"),
            "send_to": _("更改地址"),
            "stop": _("终止"),
        },
    ),
    "parcel": (
        _("包裹"),
        {
            "labels": _("导出面单"),
            "send": _("发货"),
            "deliver": _("签收"),
            "fail": _("投递失败"),
            "resend": _("补发"),
            "give_up": _("放弃"),
        },
    ),
    "shipping": (_("发货上报"), {"set_parcel": _("填写单号"), "try_again": _("重试")}),
    "store": (_("门店"), {"add": _("新增"), "change": _("修改"), "close": _("关闭")}),
    "app": (
        _("微信应用"),
        {
            "add": _("新增"),
            "change_secret": _("更换密钥"),
            "open_message_door": _("开启消息接收"),
            "close_message_door": _("关闭消息接收"),
            "set_door_words": _("更改自动回复"),
        },
    ),
    "pay_channel": (
        _("微信支付"),
        {"add": _("新增"), "renew": _("更换密钥"), "close": _("关闭")},
    ),
    "card_bag": (_("微信卡包"), {"add": _("登记"), "add_template": _("新增模板")}),
    "api_key": (_("收银接口"), {"add": _("新增"), "revoke": _("停用")}),
    "merchant": (
        _("商户"),
        {"add": _("开通"), "rename": _("改名"), "brand": _("更改店面"), "logo": _("更换标志")},
    ),
    "consent": (_("条款"), {"give": _("同意")}),
}


def value(word: str) -> str:
    return str(VALUES.get(word, word))


def subject(word: str) -> str:
    """What an action is about: a number that people know, or such as 积分规则 12."""
    kind, _colon, number = word.partition(":")
    if kind not in SUBJECTS or not number:
        return value(word)
    return str(SUBJECTS[kind]) if kind == "merchant" else f"{SUBJECTS[kind]} {number}"


def action(word: str) -> str:
    """Such as 订单 · 主动退款; what has no words here reads as it was written."""
    area, _dot, what = word.partition(".")
    told = AREAS.get(area)
    if told is None:
        return word
    return f"{told[0]} · {told[1].get(what, what)}"


def field(word: str) -> str:
    return str(FIELDS.get(word, word))


def choices() -> dict[str, list[tuple[str, str]]]:
    """By area, for a field to choose from."""
    return {
        str(told): [(f"{area}.{what}", str(words)) for what, words in actions.items()]
        for area, (told, actions) in AREAS.items()
    }


def changes(details: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Field, before, after; only what differs."""
    before = _named(details.get("before", details.get("was")))
    after = _named(details.get("after", details.get("now")))
    for name, each in details.items():
        if _is_pair(each):
            before[name], after[name] = each["was"], each["now"]
    fields = sorted(before.keys() | after.keys())
    return [
        (name, before.get(name), after.get(name))
        for name in fields
        if before.get(name) != after.get(name)
    ]


def others(details: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What else was written down."""
    return [
        (name, value)
        for name, value in details.items()
        if name not in {"before", "after", "was", "now"} and not _is_pair(value)
    ]


def _is_pair(said: Any) -> bool:
    """One field, as it was and as it is now."""
    return isinstance(said, dict) and said.keys() == {"was", "now"}


def _named(said: Any) -> dict[str, Any]:
    """A state as fields; a single value stands for itself."""
    if said is None:
        return {}
    return dict(said) if isinstance(said, dict) else {"state": said}
