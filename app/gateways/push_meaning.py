"""From the platform's fields to our words: names in any case, one or many, XML or JSON."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from app.gateways import told
from app.gateways._reading import Json
from app.gateways.push_words import Unreadable
from app.gateways.told import Told

ENVELOPE = {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Event"}
SCENE_PREFIX = "qrscene_"
PAYMENT_PREFIX = "p1."
LONGEST_NAME = 128
LAST_SECOND = 2**33

ACCEPTED, REJECTED = "accept", "reject"

_TRUE = {"1", "true"}
_CARD_EVENTS = {
    "card_pass_check",
    "card_not_pass_check",
    "user_get_card",
    "user_gifting_card",
    "user_del_card",
    "user_consume_card",
    "user_pay_from_pay_cell",
    "user_view_card",
    "user_enter_session_from_card",
    "update_member_card",
    "card_sku_remind",
    "card_pay_order",
    "submit_membercard_user_info",
    "giftcard_pay_done",
    "giftcard_send_to_friend",
    "giftcard_user_accept",
}
_IN_CARD_WORDS = ENVELOPE | {
    "CardId",
    "UserCardCode",
    "FriendUserName",
    "OldUserCardCode",
    "OuterStr",
    "UnionId",
    "IsGiveByFriend",
    "IsReturnBack",
    "IsChatRoom",
    "IsRestoreMemberCard",
    "TransId",
    "Fee",
}


def event_of(fields: Json) -> str:
    """What kind of push it is, in small letters: the event, or the type of the message."""
    kind = text(fields, "MsgType").lower()
    return text(fields, "Event").lower() if kind == "event" else kind


def meaning(fields: Json) -> Told:
    """What these fields tell us. Raises Unreadable where a field is not what it must be."""
    event = event_of(fields)
    if text(fields, "MsgType").lower() != "event":
        return told.Said(kind=event)
    if event in _CARD_EVENTS:
        return _card_event(event, fields)
    return _READ.get(event, _unknown)(fields)


def said_at(fields: Json) -> datetime:
    """When it happened, as the platform has it. Raises Unreadable."""
    second = whole(fields, "CreateTime")
    if second is None or not 0 < second < LAST_SECOND:
        raise Unreadable
    return datetime.fromtimestamp(second, tz=UTC)


def openid_of(fields: Json) -> str:
    """Who did it. Raises Unreadable."""
    openid = text(fields, "FromUserName")
    if not 0 < len(openid) <= LONGEST_NAME:
        raise Unreadable
    return openid


def text(fields: Json, name: str) -> str:
    """Without the space around it; "" where there is none."""
    value = fields.get(name)
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value).strip()


def text_or_none(fields: Json, name: str) -> str | None:
    return text(fields, name) or None


def whole(fields: Json, name: str) -> int | None:
    written = text(fields, name)
    return int(written) if re.fullmatch(r"-?[0-9]{1,18}", written) else None


def instant(fields: Json, name: str) -> int | None:
    """Unix seconds that a calendar knows."""
    seconds = whole(fields, name)
    return seconds if seconds is not None and 0 <= seconds <= LAST_SECOND else None


def rows(value: object) -> Iterator[Json]:
    """The entries of a list that is one entry when there is one, and wrapped once more in XML."""
    if isinstance(value, dict) and "TemplateId" in value:
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from rows(each)


def _followed(fields: Json) -> Told:
    scene = text(fields, "EventKey").removeprefix(SCENE_PREFIX)
    return told.Followed(scene=scene or None)


def _scanned(fields: Json) -> Told:
    return told.Scanned(scene=text_or_none(fields, "EventKey"))


def _answers(fields: Json) -> Told:
    answers: dict[str, str] = {}
    for row in rows(fields.get("SubscribeMsgPopupEvent") or fields.get("List")):
        template_id, answer = text(row, "TemplateId"), text(row, "SubscribeStatusString").lower()
        # Asked twice in one breath: a refusal stands.
        if answers.get(template_id) != REJECTED:
            answers[template_id] = answer
    return told.GrantAnswers(answers=answers)


def _withdrawn(fields: Json) -> Told:
    changed = rows(fields.get("SubscribeMsgChangeEvent") or fields.get("List"))
    return told.GrantsWithdrawn(
        template_ids=tuple(
            text(row, "TemplateId")
            for row in changed
            if text(row, "SubscribeStatusString").lower() == REJECTED
        )
    )


def _messages(fields: Json) -> Told:
    sent = rows(fields.get("SubscribeMsgSentEvent") or fields.get("List"))
    return told.MessageSettled(
        results=tuple(
            told.MessageResult(
                template_id=text(row, "TemplateId"),
                msg_id=text(row, "MsgID") or text(row, "MsgId"),
                errcode=whole(row, "ErrorCode") or 0,
            )
            for row in sent
        )
    )


def _template(fields: Json) -> Told:
    status = text(fields, "Status")
    return told.TemplateSettled(
        msg_id=text(fields, "MsgID") or text(fields, "MsgId"),
        reason=None if status == "success" else status,
    )


def _card_failed(fields: Json) -> Told:
    return told.CardFailed(
        openid=text(fields, "openid") or _whose(fields),
        transaction_id=text(fields, "notify_code").removeprefix(PAYMENT_PREFIX),
        reason=text(fields, "fail_ret"),
    )


def _revoked(fields: Json) -> Told:
    codes = re.findall(r"[0-9]{1,6}", str(fields.get("RevokeInfo", "")))
    return told.AuthorizationRevoked(
        openid=_whose(fields), codes=frozenset(int(code) for code in codes)
    )


def _closed(fields: Json) -> Told:
    return told.AccountClosed(openid=_whose(fields))


def _whose(fields: Json) -> str:
    """The platform speaks here in its own name, of somebody else."""
    return text(fields, "OpenID") or text(fields, "OpenId") or openid_of(fields)


def _shipping_reminder(fields: Json) -> Told:
    return told.ShippingReminder(
        transaction_id=text(fields, "transaction_id"),
        payment_number=text(fields, "merchant_trade_no"),
        text=text(fields, "msg"),
    )


def _settlement(fields: Json) -> Told:
    confirmed = whole(fields, "confirm_receive_time")
    return told.Settlement(
        transaction_id=text(fields, "transaction_id"),
        payment_number=text(fields, "merchant_trade_no"),
        is_confirmed=confirmed is not None,
        settles_at=instant(fields, "settlement_time")
        or instant(fields, "estimated_settlement_time"),
    )


def _violation(fields: Json) -> Told:
    words = [f"{name}: {text(fields, name)}" for name in fields if name not in ENVELOPE]
    return told.Violation(text="\n".join(line for line in words if not line.endswith(": ")))


def _unknown(fields: Json) -> Told:
    return told.Unknown(event=event_of(fields)[:64])


def _card_event(event: str, fields: Json) -> Told:
    return told.CardEvent(
        event=event,
        card_id=text_or_none(fields, "CardId"),
        code=text_or_none(fields, "UserCardCode"),
        friend=text_or_none(fields, "FriendUserName"),
        old_code=text_or_none(fields, "OldUserCardCode"),
        outer=text_or_none(fields, "OuterStr"),
        unionid=text_or_none(fields, "UnionId"),
        is_gift=text(fields, "IsGiveByFriend") in _TRUE,
        is_returned=text(fields, "IsReturnBack") in _TRUE,
        is_to_group=text(fields, "IsChatRoom") in _TRUE,
        is_restored=text(fields, "IsRestoreMemberCard") in _TRUE,
        transaction_id=text_or_none(fields, "TransId"),
        fee_fen=whole(fields, "Fee"),
        more={
            name: text(fields, name)
            for name in fields
            if name not in _IN_CARD_WORDS and text(fields, name)
        },
    )


_READ: dict[str, Callable[[Json], Told]] = {
    "subscribe": _followed,
    "unsubscribe": lambda _: told.Unfollowed(),
    "scan": _scanned,
    "click": lambda fields: told.MenuClicked(key=text(fields, "EventKey")),
    "subscribe_msg_popup_event": _answers,
    "subscribe_msg_change_event": _withdrawn,
    "subscribe_msg_sent_event": _messages,
    "templatesendjobfinish": _template,
    "notify_service_msg_send_result": _card_failed,
    "user_info_modified": lambda fields: told.ProfileChanged(openid=_whose(fields)),
    "user_enter_tempsession": lambda _: told.ChatEntered(),
    "user_authorization_revoke": _revoked,
    "user_authorization_cancellation": _closed,
    "trade_manage_remind_access_api": lambda fields: told.ShippingWanted(text=text(fields, "msg")),
    "trade_manage_remind_shipping": _shipping_reminder,
    "trade_manage_order_settlement": _settlement,
    "wxa_trade_controlled": lambda fields: told.TradeControlled(text=text(fields, "msg")),
    "wxa_punish_event": _violation,
    "wxa_illegal_record": _violation,
}
