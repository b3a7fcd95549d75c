"""How a clerk gets behind the counter: with his own WeChat, at one store."""

from apiflask import APIBlueprint
from flask import Response

from app.domain import members, merchants
from app.domain.risk import Action, Per
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.kernel.errors import DomainError
from app.web import auth, client, limits, parse
from app.web.answers import answer
from app.web.openapi import GUEST, STAFF, documented
from app.web.words import AppId, Asked, Number, Secret, WechatCode
from miniprogram_api.presenters.people import (
    Accepted,
    CounterSession,
    CounterStores,
    present_accepted,
    present_counter_session,
    present_stores,
)
from miniprogram_api.session import recognise

bp = APIBlueprint(
    "counter_sessions", __name__, url_prefix="/api/v1/<merchant>/counter", tag="Staff"
)


class AcceptInvitation(Asked):
    """The invitation's token, and the code of wx.login() of whoever accepts it."""

    appid: AppId
    code: WechatCode
    token: Secret


class OpenCounter(Asked):
    """`store` is needed only by those who may work at several."""

    appid: AppId
    code: WechatCode
    store: Number | None = None


class NotStaff(DomainError):
    """Whoever this is in WeChat, he does not work here."""

    code, status = "not_staff", 403


class ChooseStore(DomainError):
    """There are several stores to choose from; they are in the details."""

    code, status = "choose_store", 409


@bp.post("/invitations/accept")
@documented(who=GUEST, body=AcceptInvitation, told={201: Accepted}, refuses=[401, 403, 409, 502])
def accept_invitation(merchant: str) -> Response:
    """Begin to work here."""
    guest, wanted = auth.guest(merchant), parse.body(AcceptInvitation)
    limits.check(
        Action.ACCEPT_INVITATION,
        merchant_id=guest.merchant_id,
        who={Per.IP: client.address()},
    )
    app, known = recognise(guest, wanted.appid, wanted.code)
    at = clock.now()
    with transaction():
        # A token that is refused leaves no trace of who tried it.
        user_id = members.meet(appid=app.appid, openid=known.openid, unionid=known.unionid, at=at)
        staff = merchants.accept_invitation(
            merchant_id=guest.merchant_id, token=wanted.token, user_id=user_id, at=at
        )
    return answer(present_accepted(staff), 201)


@bp.post("/sessions")
@documented(who=GUEST, body=OpenCounter, told={201: CounterSession}, refuses=[401, 403, 409, 502])
def open_counter(merchant: str) -> Response:
    """Sign a clerk in at one store.

    Who may work at several and names none is answered 409 "choose_store" with the list.
    """
    guest, wanted = auth.guest(merchant), parse.body(OpenCounter)
    app, known = recognise(guest, wanted.appid, wanted.code)
    with transaction():
        user_ids = members.find_user_ids(
            appid=app.appid, openid=known.openid, unionid=known.unionid
        )
        staff = _staff_among(guest.merchant_id, user_ids)
        store = _choose(staff, wanted.store)
    return answer(present_counter_session(staff, store, at=clock.now()), 201)


@bp.get("/stores")
@documented(who=[STAFF], told={200: CounterStores})
def list_stores(merchant: str) -> Response:
    """Where I may work."""
    staff = auth.staff(merchant)
    with transaction(merchant=staff.merchant_id):
        stores = merchants.list_stores_of_staff(
            merchant_id=staff.merchant_id, staff_id=staff.staff_id
        )
    return answer(present_stores(stores))


def _staff_among(merchant_id: int, user_ids: list[int]) -> merchants.Staff:
    for user_id in user_ids:
        staff = merchants.find_staff_of_user(merchant_id=merchant_id, user_id=user_id)
        if staff:
            return staff
    raise NotStaff("您还不是本店员工，请向店长索取邀请")


def _choose(staff: merchants.Staff, wanted: str | None) -> merchants.Store:
    stores = merchants.list_stores_of_staff(merchant_id=staff.merchant_id, staff_id=staff.id)
    if wanted:
        parse.number(wanted, numbers.Kind.STORE, merchant_id=staff.merchant_id)
        stores = [store for store in stores if store.number == wanted]
    if not stores:
        raise merchants.NotOnDuty("没有您可以工作的营业门店，请联系店长")
    if len(stores) > 1:
        names = [{"store": store.number, "name": store.name} for store in stores]
        raise ChooseStore("请选择您所在的门店", stores=names)
    return stores[0]
