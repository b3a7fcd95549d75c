"""The field table of a transfer, and the rules that no table holds."""

from typing import Any

from app.simulator.errors import PayRefused
from app.simulator.pay.fields import Record, Rows, Rule, Text, Whole, check, wrong
from app.simulator.pay.order_fields import check_notify_url

# What each use must report, where the platform's pages were seen to say it.
REPORTS: dict[str, frozenset[str]] = {
    "1000": frozenset({"活动名称", "奖励说明"}),
    "1005": frozenset({"岗位类型", "报酬说明"}),
}
SCENES = frozenset({*REPORTS, "1002", "1004", "1006", "1009", "1010", "1011", "1013"})
LEAST_FEN = 10
NAMELESS_BELOW_FEN = 30
NAMED_FROM_FEN = 200_000

_INFO = Record(
    fields={
        "info_type": Text(longest=15, required=True),
        "info_content": Text(longest=32, required=True),
    }
)
_COMMON: dict[str, Rule] = {
    "appid": Text(longest=32, required=True),
    "out_bill_no": Text(longest=32, pattern=r"[0-9A-Za-z]+", required=True),
    "transfer_scene_id": Text(longest=36, required=True),
    "user_name": Text(longest=1024),
    "transfer_amount": Whole(least=1, required=True),
    "transfer_remark": Text(longest=32, required=True),
    "notify_url": Text(longest=256),
    "user_recv_perception": Text(longest=32),
    "transfer_scene_report_infos": Rows(of=_INFO, required=True),
    "user_recv_style": Record(fields={"type": Text(longest=32)}),
}
TRANSFER = Record(fields={**_COMMON, "openid": Text(longest=64, required=True)})
AUTHORIZED = Record(
    fields={
        **_COMMON,
        "authorization_id": Text(longest=64),
        "out_authorization_no": Text(longest=32),
    }
)
AUTHORIZATION = Record(
    fields={
        "out_authorization_no": Text(longest=32, pattern=r"[0-9A-Za-z]+", required=True),
        "appid": Text(longest=32, required=True),
        "openid": Text(longest=64, required=True),
        "transfer_scene_id": Text(longest=36, required=True),
        "user_display_name": Text(longest=32, required=True),
        "user_recv_perception": Text(longest=32),
        "authorization_notify_url": Text(longest=256),
        "scene_info": Record(
            fields={
                "client_ip": Text(longest=45),
                "device_id": Text(longest=64),
                "device_type": Text(longest=16, choices=("IOS", "ANDROID", "HARMONY", "OTHER")),
            }
        ),
    }
)


def check_transfer(body: dict[str, Any], *, table: Record = TRANSFER) -> None:
    """Refuse a transfer whose fields break the table, the scene's reports or the amount's rules.

    Ten fen at the least; a name from 2000 yuan on, and none below 0.3 yuan. The platform's pages
    are not sure of the first and the last; chosen.
    """
    check(body, table)
    if body.get("notify_url"):
        check_notify_url(body["notify_url"])
    _check_reports(body)
    fen, named = body["transfer_amount"], bool(body.get("user_name"))
    if fen < LEAST_FEN:
        raise wrong("/transfer_amount", fen, "转账金额不能低于最低限额0.1元")
    if named and fen < NAMELESS_BELOW_FEN:
        raise wrong("/user_name", None, "转账金额小于0.3元时不能填写收款用户姓名")
    if not named and fen >= NAMED_FROM_FEN:
        raise wrong("/user_name", None, "转账金额大于等于2000元时必填")


def check_authorization(body: dict[str, Any]) -> None:
    """Refuse a request for an authorization that breaks the table; its lengths were chosen."""
    check(body, AUTHORIZATION)
    if body.get("authorization_notify_url"):
        check_notify_url(body["authorization_notify_url"])
    _check_scene(body)


def _check_scene(body: dict[str, Any]) -> None:
    if body["transfer_scene_id"] not in SCENES:
        raise PayRefused("NO_AUTH", "商户未开通此转账场景")


def _check_reports(body: dict[str, Any]) -> None:
    _check_scene(body)
    scene, infos = body["transfer_scene_id"], body["transfer_scene_report_infos"]
    types = {each["info_type"] for each in infos}
    if not infos or types != REPORTS.get(scene, types):
        raise wrong("/transfer_scene_report_infos", infos, "报备信息与转账场景的要求不一致")
