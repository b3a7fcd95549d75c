"""What changes on a member card: its start, its bonus and balance, its form. Hold the lock."""

from typing import Any

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards import happenings
from app.simulator.open_platform.cards.fields import all_of, whole_number
from app.simulator.open_platform.cards.reading import Call
from app.simulator.open_platform.cards.state import Card, HeldCard

LONGEST_RECORD_BYTES = 42
CUSTOM_VALUES = ("custom_field_value1", "custom_field_value2", "custom_field_value3")
FORM_FIELDS = frozenset(
    f"USER_FORM_INFO_FLAG_{name}"
    for name in (
        "MOBILE",
        "SEX",
        "NAME",
        "BIRTHDAY",
        "IDCARD",
        "EMAIL",
        "LOCATION",
        "EDUCATION_BACKGRO",
        "INDUSTRY",
        "INCOME",
        "HABIT",
    )
)


def apply_start(call: Call, card: Card, held: HeldCard) -> None:
    """Activate: number, first bonus and balance (fen), first custom values."""
    known, body = held.membership, call.body
    bonus = whole_number(body.get("init_bonus", 0), name="init_bonus")
    balance_fen = whole_number(body.get("init_balance", 0), name="init_balance")
    _require_rights(card, bonus=bool(bonus), balance=bool(balance_fen))
    known.active, known.number = True, str(body["membership_number"])
    known.bonus, known.balance_fen = bonus, balance_fen
    for name in CUSTOM_VALUES:
        if f"init_{name}" in body:
            known.custom_values[name] = str(body[f"init_{name}"])
    known.background_pic_url = str(body.get("background_pic_url") or known.background_pic_url)


def apply_update(call: Call, card: Card, held: HeldCard) -> None:
    """Move bonus and balance (fen), tell the holder, push update_member_card when they moved."""
    known, body = held.membership, call.body
    _check_records(body)
    bonus = _moved(body, "bonus", known.bonus)
    balance_fen = _moved(body, "balance", known.balance_fen)
    _require_rights(card, bonus=bonus != known.bonus, balance=balance_fen != known.balance_fen)
    moved = {
        "ModifyBonus": bonus - known.bonus,
        "ModifyBalance": balance_fen - known.balance_fen,
    }
    known.bonus, known.balance_fen = bonus, balance_fen
    known.custom_values |= {name: str(body[name]) for name in CUSTOM_VALUES if name in body}
    known.background_pic_url = str(body.get("background_pic_url") or known.background_pic_url)
    _write_memos(call, held)
    if any(moved.values()):
        happenings.of_code(call.world, card, held, "update_member_card", **moved)


def checked_form(body: dict[str, Any]) -> dict[str, Any]:
    """The activation form: common fields by their known names."""
    for form in (body.get("required_form", {}), body.get("optional_form", {})):
        listed = form.get("common_field_id_list", []) if isinstance(form, dict) else None
        if not isinstance(listed, list) or not all_of(listed, FORM_FIELDS):
            raise OpenRefused(40097, "common_field_id_list")
    return {name: value for name, value in body.items() if name != "card_id"}


def answers_view(held: HeldCard) -> dict[str, Any]:
    """What the person wrote, the common fields apart from the merchant's own."""
    told = [{"name": name, "value": value} for name, value in held.membership.answers.items()]
    return {
        "common_field_list": [each for each in told if each["name"] in FORM_FIELDS],
        "custom_field_list": [each for each in told if each["name"] not in FORM_FIELDS],
    }


def _moved(body: dict[str, Any], name: str, before: int) -> int:
    if body.get(name) is not None:
        after = whole_number(body[name], name=name)
    else:
        after = before + whole_number(body.get(f"add_{name}") or 0, name=f"add_{name}")
    if after < 0:
        raise OpenRefused(40097, name)
    return after


def _require_rights(card: Card, *, bonus: bool, balance: bool) -> None:
    if bonus and card.details.get("supply_bonus") is not True:
        raise OpenRefused(43011)
    if balance and card.details.get("supply_balance") is not True:
        raise OpenRefused(43010)


def _check_records(body: dict[str, Any]) -> None:
    for name in ("record_bonus", "record_balance"):
        if len(str(body.get(name) or "").encode()) > LONGEST_RECORD_BYTES:
            raise OpenRefused(45021, name)


def _write_memos(call: Call, held: HeldCard) -> None:
    """The holder is told of a change unless notify_optional keeps it quiet."""
    quiet = call.body.get("notify_optional")
    quiet = quiet if isinstance(quiet, dict) else {}
    for name in ("bonus", "balance"):
        change = call.body.get(f"add_{name}")
        if change and quiet.get(f"is_notify_{name}", True) is not False:
            memo = {"at": call.world.clock.now(), "kind": name, "change": change}
            held.memos.append({**memo, "text": str(call.body.get(f"record_{name}") or "")})
