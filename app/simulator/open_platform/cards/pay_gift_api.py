"""/card/paygiftcard/*: rules that give a card after a payment. They are kept, not acted upon."""

from typing import Any

from flask import Blueprint

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards.fields import one_of, whole_number
from app.simulator.open_platform.cards.reading import Call, oa_call, ok

RULE_TYPES = frozenset({"RULE_TYPE_PAY_MEMBER_CARD", "RULE_TYPE_SINGLE_PAY"})

pay_gift_api = Blueprint("pay_gift_api", __name__, url_prefix="/card/paygiftcard")


@pay_gift_api.post("/add")
def add() -> dict[str, Any]:
    """{rule_info: {type, base_info {mchid_list, begin_time, end_time}, …}}: 40097, 41011."""
    with oa_call() as call:
        rule = call.body.get("rule_info")
        if not isinstance(rule, dict) or not one_of(rule.get("type"), RULE_TYPES):
            raise OpenRefused(40097, "rule_info.type")
        base = rule.get("base_info")
        if not isinstance(base, dict) or not isinstance(base.get("mchid_list"), list):
            raise OpenRefused(41011, "base_info.mchid_list")
        rule_id = str(len(call.bag.pay_rules) + 1)
        call.bag.pay_rules[rule_id] = {**rule, "rule_id": rule_id, "appid": call.app.appid}
        return ok(rule_id=rule_id, fail_mchid_list=[], succ_mchid_list=base["mchid_list"])


@pay_gift_api.post("/delete")
def delete() -> dict[str, Any]:
    """{rule_id}: 40097 when there is none."""
    with oa_call() as call:
        _rule(call)["deleted"] = True
        return ok()


@pay_gift_api.post("/getbyid")
def getbyid() -> dict[str, Any]:
    """{rule_id}: 40097 when there is none."""
    with oa_call() as call:
        return ok(rule_info=_rule(call))


@pay_gift_api.post("/batchget")
def batchget() -> dict[str, Any]:
    """{type, effective, offset, count}: the rules of one type."""
    with oa_call() as call:
        kind = call.body.get("type")
        offset = whole_number(call.body.get("offset", 0), name="offset")
        count = whole_number(call.body.get("count", 10), name="count")
        found = [each for each in _rules(call) if each["type"] == kind]
        return ok(total_count=len(found), rule_list=found[offset : offset + count])


def _rules(call: Call) -> list[dict[str, Any]]:
    mine = (each for each in call.bag.pay_rules.values() if each["appid"] == call.app.appid)
    return [each for each in mine if not each.get("deleted")]


def _rule(call: Call) -> dict[str, Any]:
    wanted = str(call.body.get("rule_id"))
    rule = next((each for each in _rules(call) if each["rule_id"] == wanted), None)
    if rule is None:
        raise OpenRefused(40097, "rule_id")
    return rule
