"""/card/membercard/*: activation, bonus and balance of member cards."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards.dates import status_at
from app.simulator.open_platform.cards.membership import (
    answers_view,
    apply_start,
    apply_update,
    checked_form,
)
from app.simulator.open_platform.cards.reading import Call, oa_call, ok
from app.simulator.open_platform.cards.state import Card, HeldCard
from app.simulator.signing import nonce_text

OPENING_PAGE = "https://mp.weixin.qq.com/bizmall/activatemembercard"

member_api = Blueprint("member_api", __name__, url_prefix="/card/membercard")


@member_api.post("/activate")
def activate() -> dict[str, Any]:
    """{membership_number, code, card_id?, init_bonus?, init_balance? fen, init_custom_field_value1..3?}.

    40071 not a member card, 41011 no number, 40127 not in the holder's bag, 43010 no stored value.
    Again is allowed and sets the values again; the platform's page does not say; chosen.
    """
    with oa_call() as call:
        card, held = _member_card(call)
        if not call.body.get("membership_number"):
            raise OpenRefused(41011, "membership_number")
        apply_start(call, card, held)
        return ok()


@member_api.post("/updateuser")
def updateuser() -> dict[str, Any]:
    """{code, card_id, bonus | add_bonus, balance | add_balance fen, record_bonus?, …}.

    The absolute value counts where both are given. 45021 a record beyond 14 characters of
    Chinese, 40127 not activated, 40097 numbers, 43010 and 43011 rights.
    """
    with oa_call() as call:
        call.card()
        card, held = _member_card(call)
        if not held.membership.active:
            raise OpenRefused(40127, "not activated")
        apply_update(call, card, held)
        return ok(
            result_bonus=held.membership.bonus,
            result_balance=held.membership.balance_fen,
            openid=call.holder(held).openids[call.app.appid],
        )


@member_api.post("/userinfo/get")
def userinfo_get() -> dict[str, Any]:
    """{card_id, code}: the holder, what they wrote in the form, bonus, balance, state."""
    with oa_call() as call:
        call.card()
        card, held = call.held()
        if not card.is_member_card:
            raise OpenRefused(40071)
        known = held.membership
        return ok(
            openid=call.holder(held).openids[call.app.appid],
            nickname=held.holder,
            sex="UNKNOWN",
            membership_number=known.number,
            bonus=known.bonus,
            balance=known.balance_fen,
            user_info=answers_view(held),
            user_card_status=status_at(card, held, at=call.world.clock.now()),
            has_active=known.active,
        )


@member_api.post("/activateuserform/set")
def activateuserform_set() -> dict[str, Any]:
    """{card_id, required_form?, optional_form?, service_statement?, bind_old_card?}. 40071, 40097."""
    with oa_call() as call:
        card = call.card()
        if not card.is_member_card or card.details.get("wx_activate") is not True:
            raise OpenRefused(40071, "wx_activate")
        card.form = checked_form(call.body)
        return ok()


@member_api.post("/activate/geturl")
def activate_geturl() -> dict[str, Any]:
    """{card_id, outer_str?}: the address whose query opens the card inside a mini-program."""
    with oa_call() as call:
        card = call.card()
        if not card.is_member_card:
            raise OpenRefused(40071)
        sealed = nonce_text(44)
        call.bag.sealed_card_ids[sealed] = card.card_id
        outer_str = str(call.body.get("outer_str") or "")
        asked = {"encrypt_card_id": sealed, "outer_str": outer_str, "biz": card.app.original_id}
        return ok(url=f"{OPENING_PAGE}?action=preshow&{urlencode(asked)}#wechat_redirect")


@member_api.post("/activatetempinfo/get")
def activatetempinfo_get() -> dict[str, Any]:
    """{activate_ticket}: what the person wrote in the form. 41011, 40097."""
    with oa_call() as call:
        ticket = call.body.get("activate_ticket")
        if not ticket:
            raise OpenRefused(41011, "activate_ticket")
        key = call.bag.activate_tickets.get(str(ticket))
        held = call.bag.held.get(key) if key else None
        if held is None or call.bag.cards[held.card_id].app.appid != call.app.appid:
            raise OpenRefused(40097, "activate_ticket")
        return ok(info=answers_view(held))


def _member_card(call: Call) -> tuple[Card, HeldCard]:
    card, held = call.usable()
    if not card.is_member_card:
        raise OpenRefused(40071)
    return card, held
