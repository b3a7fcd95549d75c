from datetime import datetime

from app.domain import members, merchants
from app.web import tokens
from app.web.words import Told
from miniprogram_api.presenters.catalogue import cover_path, file_path


class Session(Told):
    """Send the token as `Authorization: Bearer …` until `expires_at`."""

    token: str
    member: str
    is_new: bool
    expires_at: datetime


class Me(Told):
    """`member` is the member's number; `phone` is masked; `avatar` is a path on this server."""

    member: str
    nickname: str | None
    avatar: str | None
    phone: str | None
    joined_at: datetime


class AvatarKept(Told):
    """The path of the picture on this server."""

    avatar: str


class CounterSession(Told):
    """A clerk at one store."""

    token: str
    staff: str
    name: str
    role: str
    store: str
    store_name: str
    expires_at: datetime


class CounterStore(Told):
    """A store where this clerk may work."""

    store: str
    name: str
    address: str


class CounterStores(Told):
    items: list[CounterStore]


class Accepted(Told):
    """From now on this person works here."""

    staff: str
    name: str
    role: str


def present_session(
    signed_in: members.SignedIn, *, app: merchants.AppSecrets, openid: str, at: datetime
) -> Session:
    member, ends_at = signed_in.member, tokens.ends_at(at)
    token = tokens.MemberToken(
        merchant_id=member.merchant_id,
        member_id=member.id,
        app_id=app.app_id,
        appid=app.appid,
        openid_sealed=tokens.seal_openid(
            openid, merchant_id=member.merchant_id, member_id=member.id
        ),
        epoch=member.session_epoch,
        ends_at=int(ends_at.timestamp()),
        is_web=app.kind is merchants.AppKind.OFFICIAL_ACCOUNT,
    )
    return Session(
        token=tokens.write(token),
        member=member.number,
        is_new=signed_in.is_new,
        expires_at=ends_at,
    )


def present_me(member: members.Member) -> Me:
    return Me(
        member=member.number,
        nickname=member.nickname,
        avatar=cover_path(member.avatar),
        phone=members.masked_phone(member),
        joined_at=member.joined_at,
    )


def present_avatar(key: str) -> AvatarKept:
    return AvatarKept(avatar=file_path(key))


def present_counter_session(
    staff: merchants.Staff, store: merchants.Store, *, at: datetime
) -> CounterSession:
    ends_at = tokens.ends_at(at)
    token = tokens.StaffToken(
        merchant_id=staff.merchant_id,
        staff_id=staff.id,
        store_id=store.id,
        epoch=staff.session_epoch,
        ends_at=int(ends_at.timestamp()),
    )
    return CounterSession(
        token=tokens.write(token),
        staff=staff.number,
        name=staff.name,
        role=staff.role.value,
        store=store.number,
        store_name=store.name,
        expires_at=ends_at,
    )


def present_stores(stores: list[merchants.Store]) -> CounterStores:
    return CounterStores(
        items=[
            CounterStore(store=store.number, name=store.name, address=store.address)
            for store in stores
        ]
    )


def present_accepted(staff: merchants.Staff) -> Accepted:
    return Accepted(staff=staff.number, name=staff.name, role=staff.role.value)
