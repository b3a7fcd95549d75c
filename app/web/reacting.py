"""What each kind of push does here, whatever came before it and however often it is told.

Nothing here asks the world: what has to be asked is published, and a job asks.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from app.domain import following, members, merchants, messaging
from app.gateways import told
from app.gateways.pushes import Push
from app.kernel import outbox

ACTOR = "wechat"
PHONE, NICKNAME = 8, 6
"""What somebody takes back, by the platform's codes."""


class Hearing:
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


def _followed(here: Hearing, what: told.Followed) -> None:
    scene = here.own_scene(what.scene)
    here.ask_who(following.followed(here.visitor(), scene=scene, at=here.push.at))


def _unfollowed(here: Hearing, _: told.Unfollowed) -> None:
    # Who only left is nobody's member; should his coming be told later, he becomes one.
    visitor = following.Visitor(
        merchant_id=here.merchant_id, app_id=here.door.app_id, openid=here.push.openid
    )
    following.left(visitor, at=here.push.at)


def _scanned(here: Hearing, what: told.Scanned) -> None:
    scene = here.own_scene(what.scene)
    here.ask_who(following.scanned(here.visitor(), scene=scene, at=here.push.at))


def _clicked(here: Hearing, _: told.MenuClicked) -> None:
    following.clicked(here.visitor(), at=here.push.at)


def _said(here: Hearing, _: told.Said) -> None:
    is_stranger = _is_stranger(here)
    follower_id = following.heard(here.visitor(), at=here.push.at)
    if is_stranger:
        here.ask_who(follower_id)


def _is_stranger(here: Hearing) -> bool:
    """He writes for the first time and follows since before we were told of such things."""
    known = following.find_follower(
        merchant_id=here.merchant_id, app_id=here.door.app_id, openid=here.push.openid
    )
    if known is not None and (known.first_at or known.heard_at):
        return False
    return not members.has_unionid(appid=here.door.appid, openid=here.push.openid)


def _answered(here: Hearing, what: told.GrantAnswers) -> None:
    messaging.tell_answers(
        merchant_id=here.merchant_id,
        member_id=here.join(),
        answers=what.answers,
        at=here.push.at,
    )


def _withdrawn(here: Hearing, what: told.GrantsWithdrawn) -> None:
    messaging.tell_withdrawn(
        merchant_id=here.merchant_id,
        member_id=here.join(),
        template_ids=what.template_ids,
        at=here.push.at,
    )


def _messages_settled(here: Hearing, what: told.MessageSettled) -> None:
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


def _template_settled(here: Hearing, what: told.TemplateSettled) -> None:
    messaging.settle_template_told(
        merchant_id=here.merchant_id,
        member_id=here.find(here.push.openid),
        platform_id=what.msg_id,
        refusal=what.reason,
        at=here.at,
    )


def _card_failed(here: Hearing, what: told.CardFailed) -> None:
    member_id = here.find(what.openid)
    if member_id is not None:
        messaging.settle_card_told(
            merchant_id=here.merchant_id,
            member_id=member_id,
            transaction_id=what.transaction_id,
            refusal=what.reason,
            said_at=here.push.at,
            at=here.at,
        )


def _profile_changed(here: Hearing, what: told.ProfileChanged) -> None:
    # What we were told to call him is no longer so; he tells the app anew if he likes.
    member_id = here.find(what.openid)
    if member_id is not None:
        members.erase_nickname(
            merchant_id=here.merchant_id, member_id=member_id, actor=ACTOR, at=here.at
        )


def _revoked(here: Hearing, what: told.AuthorizationRevoked) -> None:
    member_id = here.find(what.openid)
    if member_id is None:
        return
    who: dict[str, Any] = {"merchant_id": here.merchant_id, "member_id": member_id}
    if PHONE in what.codes:
        members.erase_phone(**who, actor=ACTOR, at=here.at)
    if NICKNAME in what.codes:
        members.erase_nickname(**who, actor=ACTOR, at=here.at)


def _closed(here: Hearing, what: told.AccountClosed) -> None:
    member_id = here.find(what.openid)
    if member_id is not None:
        members.erase_person(
            merchant_id=here.merchant_id, member_id=member_id, actor=ACTOR, at=here.at
        )


def _shipping_wanted(here: Hearing, what: told.ShippingWanted) -> None:
    here.keep_notice(following.NoticeKind.SHIPPING_WANTED, what.text)


def _shipping_reminded(here: Hearing, what: told.ShippingReminder) -> None:
    here.keep_notice(
        following.NoticeKind.SHIPPING_REMINDER, what.text, reference=what.payment_number
    )
    event = following.ShippingReminded(
        merchant_id=here.merchant_id,
        app_id=here.door.app_id,
        transaction_id=what.transaction_id,
    )
    outbox.publish(event, at=here.at)


def _settled(here: Hearing, what: told.Settlement) -> None:
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
            payment_number=what.payment_number,
        )
        outbox.publish(event, at=here.at)


def _trade_controlled(here: Hearing, what: told.TradeControlled) -> None:
    here.keep_notice(following.NoticeKind.TRADE_CONTROLLED, what.text)


def _violated(here: Hearing, what: told.Violation) -> None:
    here.keep_notice(following.NoticeKind.VIOLATION, what.text)


REACTIONS: dict[type, Callable[[Hearing, Any], None]] = {
    told.Said: _said,
    told.Followed: _followed,
    told.Unfollowed: _unfollowed,
    told.Scanned: _scanned,
    told.MenuClicked: _clicked,
    told.GrantAnswers: _answered,
    told.GrantsWithdrawn: _withdrawn,
    told.MessageSettled: _messages_settled,
    told.TemplateSettled: _template_settled,
    told.CardFailed: _card_failed,
    told.ProfileChanged: _profile_changed,
    told.AuthorizationRevoked: _revoked,
    told.AccountClosed: _closed,
    told.ShippingWanted: _shipping_wanted,
    told.ShippingReminder: _shipping_reminded,
    told.Settlement: _settled,
    told.TradeControlled: _trade_controlled,
    told.Violation: _violated,
}
"""What each kind of push does here; of a card's events only the fact is published."""
