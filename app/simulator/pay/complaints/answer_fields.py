"""The field tables of a merchant's answers to complaints."""

from typing import Any

from app.simulator.pay.fields import Flag, Record, Rows, Text, Whole, check, wrong

MOST_IMAGES = 4
LONGEST_MESSAGE = 2000  # The platform's page does not say; chosen.
MCHID = Text(longest=64, required=True)
MEDIA_IDS = Rows(of=Text(longest=512))

RESPONSE = Record(
    fields={
        "complainted_mchid": MCHID,
        "response_content": Text(longest=200, required=True),
        "response_images": MEDIA_IDS,
        "jump_url": Text(longest=512, pattern=r"https://\S+"),
        "jump_url_text": Text(longest=10),
        "mini_program_jump_info": Record(
            fields={
                "appid": Text(longest=64, required=True),
                "path": Text(longest=512, required=True),
                "text": Text(longest=10, required=True),
            }
        ),
    }
)
COMPLETE = Record(fields={"complainted_mchid": MCHID})
REFUND = Record(
    fields={
        "action": Text(longest=16, choices=("APPROVE", "REJECT"), required=True),
        "launch_refund_day": Whole(),
        "reject_reason": Text(longest=200),
        "reject_media_list": MEDIA_IDS,
        "remark": Text(longest=200),
    }
)
_TEXT_BLOCK = Record(
    fields={
        "type": Text(longest=16, required=True),
        "text": Record(
            required=True,
            fields={
                "text": Text(longest=LONGEST_MESSAGE, required=True),
                "color": Text(longest=16, choices=("DEFAULT", "SECONDARY")),
                "is_bold": Flag(),
            },
        ),
    }
)
_BLOCKS = ("TEXT", "IMAGE", "LINK", "FAQ_LIST", "BUTTON", "BUTTON_GROUP")


def check_at_once(body: dict[str, Any]) -> None:
    """complainted_mchid, idempotent_id and message.blocks, one at least.

    Links, pictures and buttons have fields of their own, which are taken as they come.
    """
    names = {"complainted_mchid": MCHID, "idempotent_id": MCHID}
    check({each: body.get(each) for each in names}, Record(fields=names))
    message = body.get("message")
    blocks = message.get("blocks") if isinstance(message, dict) else None
    if not isinstance(blocks, list) or not blocks:
        raise wrong("/message/blocks", blocks, "缺少必填字段")
    for index, block in enumerate(blocks):
        _check_block(block, at=f"/message/blocks/{index}")


def check_response(body: dict[str, Any]) -> None:
    """Four pictures at most."""
    _check_count(body, "response_images")


def check_refund_decision(body: dict[str, Any]) -> None:
    """A refusal has a reason and no day of refund; four pictures at most."""
    _check_count(body, "reject_media_list")
    rejects = body["action"] == "REJECT"
    if rejects and "reject_reason" not in body:
        raise wrong("/reject_reason", None, "拒绝退款时必填")
    if rejects and "launch_refund_day" in body:
        raise wrong("/launch_refund_day", body["launch_refund_day"], "仅同意退款时可传")


def _check_block(block: Any, *, at: str) -> None:
    kind = block.get("type") if isinstance(block, dict) else None
    if kind not in _BLOCKS:
        raise wrong(f"{at}/type", kind, "枚举值错误")
    if kind == "TEXT":
        check(block, _TEXT_BLOCK, at=at)


def _check_count(body: dict[str, Any], name: str) -> None:
    if len(body.get(name, [])) > MOST_IMAGES:
        raise wrong(f"/{name}", body[name], "最多4张")
