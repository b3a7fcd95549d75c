"""What a message door was told becomes facts: once, in one commit, in whatever order it comes.

Nothing here asks the world, for the platform waits five seconds for our answer.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import orjson

from app.domain import following, members, merchants, messaging
from app.gateways import told
from app.gateways.pushes import Push, PushKeys, understand
from app.kernel import inbox, outbox

PUSHES, CARDS = "wechat.push", "wechat.card"
ACTOR = "wechat"
PHONE, NICKNAME = 8, 6
"""What somebody takes back, by the platform's codes."""


def keys_of(door: merchants.MessageDoor) -> PushKeys:
    return PushKeys(
        appid=door.appid,
        original_id=door.original_id,
        mode=door.mode.value,
        token=door.token,
        aes_key=door.aes_key,
    )


def hear(door: merchants.MessageDoor, push: Push, *, at: datetime) -> bool:
    """Keep and apply it, inside a transaction; False when it was told before or means nothing."""
    if isinstance(push.told, told.Unknown):
        return False
    notice_id = inbox.keep_for_job(notice_of(door, push), at=at)
    if notice_id is None:
        return False
    if isinstance(push.told, told.CardEvent):
        _publish_card(door.merchant_id, notice_id, at=at)
    apply(door, push, at=at)
    return True


def apply(door: merchants.MessageDoor, push: Push, *, at: datetime) -> None:
    """What it changes here. `at` is now; when it happened stands in the push."""
    react = REACTIONS.get(type(push.told))
    if react is not None:
        react(_Hearing(door, push, at), push.told)


def notice_of(door: merchants.MessageDoor, push: Push) -> inbox.Notice:
    """As it is kept: a card's event in our words, for its job, everything else as it came."""
    is_card = isinstance(push.told, told.CardEvent)
    words = _card_words(door, push) if is_card else push.words
    return inbox.Notice(
        merchant_id=door.merchant_id,
        source=CARDS if is_card else f"{PUSHES}.{door.number}",
        reference=f"{door.number}:{push.reference}",
        headers="{}",
        body=orjson.dumps(words).decode(),
    )


def is_push(kept: inbox.Kept) -> bool:
    """Whether it came to a message door."""
    return kept.source == CARDS or kept.source.startswith(PUSHES)


def apply_kept(kept: inbox.Kept, *, at: datetime) -> None:
    """Apply what was kept unapplied. Raises NotFound when its door is closed."""
    if kept.source == CARDS:
        _publish_card(kept.merchant_id, kept.id, at=at)
        return
    door = merchants.get_message_door(
        merchant_id=kept.merchant_id, number=kept.source.removeprefix(f"{PUSHES}.")
    )
    apply(door, understand(orjson.loads(kept.body), is_sealed=True), at=at)


def _publish_card(merchant_id: int, inbox_id: int, *, at: datetime) -> None:
    outbox.publish(following.CardEventTold(merchant_id=merchant_id, inbox_id=inbox_id), at=at)


def _card_words(door: merchants.MessageDoor, push: Push) -> dict[str, Any]:
    return {
        "app_id": door.app_id,
        "appid": door.appid,
        "openid": push.openid,
        "at": push.at.isoformat(),
        **asdict(push.told),
    }


class _Hearing:
    """One push at one door, with what the reactions need of them."""

    def __init__(self, door: merchants.MessageDoor, push: Push, at: datetime) -> None:
        self.door = door
        self.push = push
        self.at = at
        self.merchant_id = door.merchant_id

    def join(self) -> int:
        """The member behind the push; whoever follows, writes or allows us a message is one."""
        return members.join(
            merchant_id=self.merchant_id,
            appid=self.door.appid,
            openid=self.push.openid,
            unionid=None,
            at=self.at,
        ).member.id

    def visitor(self) -> following.Visitor:
        return following.Visitor(
            merchant_id=self.merchant_id,
            app_id=self.door.app_id,
            openid=self.push.openid,
            member_id=self.join(),
        )

    def own_scene(self, said: str | None) -> str | None:
        return following.own_scene(merchant_id=self.merchant_id, app_id=self.door.app_id, said=said)

    def find(self, openid: str) -> int | None:
        return members.find_by_openid(
            merchant_id=self.merchant_id, appid=self.door.appid, openid=openid
        )

    def ask_who(self, follower_id: int) -> None:
        """The account may know who he is in the merchant's other apps; a job asks."""
        if self.door.kind is merchants.AppKind.OFFICIAL_ACCOUNT:
            event = following.FollowerCame(
                merchant_id=self.merchant_id, app_id=self.door.app_id, follower_id=follower_id
            )
            outbox.publish(event, at=self.at)

    def keep_notice(
        self, kind: following.NoticeKind, text: str, *, reference: str | None = None
    ) -> None:
        following.keep_notice(
            merchant_id=self.merchant_id,
            app_id=self.door.app_id,
            kind=kind,
            text=text,
            reference=reference,
            at=self.push.at,
        )


def _followed(here: _Hearing, what: told.Followed) -> None:
    scene = here.own_scene(what.scene)
    here.ask_who(following.followed(here.visitor(), scene=scene, at=here.push.at))


def _unfollowed(here: _Hearing, _: told.Unfollowed) -> None:
    # Who only left is nobody's member; should his coming be told later, he becomes one.
    visitor = following.Visitor(
        merchant_id=here.merchant_id, app_id=here.door.app_id, openid=here.push.openid
    )
    following.left(visitor, at=here.push.at)


def _scanned(here: _Hearing, what: told.Scanned) -> None:
    scene = here.own_scene(what.scene)
    here.ask_who(following.scanned(here.visitor(), scene=scene, at=here.push.at))


def _clicked(here: _Hearing, _: told.MenuClicked) -> None:
    following.clicked(here.visitor(), at=here.push.at)


def _said(here: _Hearing, _: told.Said) -> None:
    following.heard(here.visitor(), at=here.push.at)


def _answered(here: _Hearing, what: told.GrantAnswers) -> None:
    messaging.tell_answers(
        merchant_id=here.merchant_id,
        member_id=here.join(),
        answers=what.answers,
        at=here.push.at,
    )


def _withdrawn(here: _Hearing, what: told.GrantsWithdrawn) -> None:
    messaging.tell_withdrawn(
        merchant_id=here.merchant_id,
        member_id=here.join(),
        template_ids=what.template_ids,
        at=here.push.at,
    )


def _messages_settled(here: _Hearing, what: told.MessageSettled) -> None:
    member_id = here.find(here.push.openid)
    for result in what.results if member_id is not None else ():
        messaging.settle_told(
            merchant_id=here.merchant_id,
            member_id=member_id or 0,
            template_id=result.template_id,
            platform_id=result.msg_id,
            errcode=result.errcode,
            at=here.at,
        )


def _template_settled(here: _Hearing, what: told.TemplateSettled) -> None:
    messaging.settle_template_told(
        merchant_id=here.merchant_id, platform_id=what.msg_id, refusal=what.reason, at=here.at
    )


def _revoked(here: _Hearing, what: told.AuthorizationRevoked) -> None:
    member_id = here.find(what.openid)
    if member_id is None:
        return
    who: dict[str, Any] = {"merchant_id": here.merchant_id, "member_id": member_id}
    if PHONE in what.codes:
        members.erase_phone(**who, actor=ACTOR, at=here.at)
    if NICKNAME in what.codes:
        members.erase_nickname(**who, actor=ACTOR, at=here.at)


def _closed(here: _Hearing, what: told.AccountClosed) -> None:
    member_id = here.find(what.openid)
    if member_id is not None:
        members.erase_person(
            merchant_id=here.merchant_id, member_id=member_id, actor=ACTOR, at=here.at
        )


def _shipping_wanted(here: _Hearing, what: told.ShippingWanted) -> None:
    here.keep_notice(following.NoticeKind.SHIPPING_WANTED, what.text)


def _shipping_reminded(here: _Hearing, what: told.ShippingReminder) -> None:
    here.keep_notice(
        following.NoticeKind.SHIPPING_REMINDER, what.text, reference=what.payment_number
    )
    event = following.ShippingReminded(
        merchant_id=here.merchant_id,
        app_id=here.door.app_id,
        transaction_id=what.transaction_id,
    )
    outbox.publish(event, at=here.at)


def _settled(here: _Hearing, what: told.Settlement) -> None:
    """Told when an order is reported as shipped, with an estimate, and again when it is released."""
    state = "released" if what.is_confirmed else "expected"
    when = datetime.fromtimestamp(what.settles_at, tz=UTC).isoformat() if what.settles_at else ""
    here.keep_notice(
        following.NoticeKind.SETTLEMENT, f"{state} {when}".strip(), reference=what.payment_number
    )
    if what.is_confirmed:
        event = following.OrderSettled(
            merchant_id=here.merchant_id,
            app_id=here.door.app_id,
            transaction_id=what.transaction_id,
        )
        outbox.publish(event, at=here.at)


def _trade_controlled(here: _Hearing, what: told.TradeControlled) -> None:
    here.keep_notice(following.NoticeKind.TRADE_CONTROLLED, what.text)


def _violated(here: _Hearing, what: told.Violation) -> None:
    here.keep_notice(following.NoticeKind.VIOLATION, what.text)


REACTIONS: dict[type, Callable[[_Hearing, Any], None]] = {
    told.Said: _said,
    told.Followed: _followed,
    told.Unfollowed: _unfollowed,
    told.Scanned: _scanned,
    told.MenuClicked: _clicked,
    told.GrantAnswers: _answered,
    told.GrantsWithdrawn: _withdrawn,
    told.MessageSettled: _messages_settled,
    told.TemplateSettled: _template_settled,
    told.AuthorizationRevoked: _revoked,
    told.AccountClosed: _closed,
    told.ShippingWanted: _shipping_wanted,
    told.ShippingReminder: _shipping_reminded,
    told.Settlement: _settled,
    told.TradeControlled: _trade_controlled,
    told.Violation: _violated,
}
"""What each kind of push does here; of a card's events only the fact is published."""
