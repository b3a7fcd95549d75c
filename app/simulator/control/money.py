"""Money by hand: balances, shares, transfers, on the phone and at the platform's desk."""

from typing import Any

from flask import Blueprint, abort

from app.simulator.control.reading import asked, user_named
from app.simulator.pay.balances import Balances
from app.simulator.pay.sharing.state import Sharing
from app.simulator.pay.sharing.views import return_view, sharing_view
from app.simulator.pay.sub_merchants import is_merchant
from app.simulator.pay.transfers.authorizing import authorize, end_authorization
from app.simulator.pay.transfers.life import NotTransferred, confirm, end
from app.simulator.pay.transfers.state import Transfers
from app.simulator.pay.transfers.views import authorization_view, phone_view
from app.simulator.people import User
from app.simulator.world import World, here

WHOLE_BP = 10_000
LEAST_RATIO_BP = 100
UNDER_WAY = ("ACCEPTED", "WAIT_USER_CONFIRM", "PROCESSING", "TRANSFERING")

money = Blueprint("money", __name__, url_prefix="/_sim")


@money.get("/merchants")
def merchants() -> list[dict[str, Any]]:
    """Every merchant with what is on the account (null: never runs dry)."""
    world = here()
    with world.lock:
        return [_merchant(world, mchid) for mchid in _mchids(world)]


@money.post("/merchants/<mchid>/balance")
def set_balance(mchid: str) -> dict[str, Any]:
    """{fen}: what is on the account from now on; null again never runs dry."""
    world = here()
    fen = asked().get("fen")
    if fen is not None and (type(fen) is not int or fen < 0):
        abort(400, "fen is a whole number or null")
    with world.lock:
        _known(world, mchid)
        world.part(Balances).fen.pop(mchid, None)
        if fen is not None:
            world.part(Balances).fen[mchid] = fen
        return _merchant(world, mchid)


@money.post("/merchants/<mchid>/sharing")
def set_sharing(mchid: str) -> dict[str, Any]:
    """{max_ratio_bp?, notify_url?, returns_fail?}: how this merchant shares, hears and returns.

    `returns_fail` is the fail_reason of the returns to come; empty lets them succeed.
    """
    world = here()
    body = asked()
    ratio = body.get("max_ratio_bp", LEAST_RATIO_BP)
    if type(ratio) is not int or not LEAST_RATIO_BP <= ratio <= WHOLE_BP:
        abort(400, "max_ratio_bp is 100 to 10000")
    with world.lock:
        _known(world, mchid)
        part = world.part(Sharing)
        part.max_ratio_bp[mchid] = body.get("max_ratio_bp", part.ratio_of(mchid))
        if "notify_url" in body:
            part.notify_urls[mchid] = str(body["notify_url"])
        if "returns_fail" in body:
            part.returns_fail[mchid] = str(body["returns_fail"])
        return _merchant(world, mchid)


@money.get("/sharing")
def shared() -> dict[str, Any]:
    """Every sharing order and return, and what is frozen of which order."""
    world = here()
    with world.lock:
        part = world.part(Sharing)
        return {
            "orders": [
                {"mchid": each.mchid, **sharing_view(each)} for each in part.orders.values()
            ],
            "returns": [
                {"mchid": each.mchid, **return_view(each)} for each in part.returns.values()
            ],
            "frozen_fen": {key: each.frozen_fen for key, each in part.funds.items()},
        }


@money.post("/sharing/outcomes")
def set_outcome() -> dict[str, str]:
    """{account, fail_reason}: shares of this receiver end CLOSED; empty lets them succeed."""
    world = here()
    body = asked()
    with world.lock:
        world.part(Sharing).fails[str(body.get("account"))] = str(body.get("fail_reason", ""))
        return dict(world.part(Sharing).fails)


@money.get("/transfers")
def transfers() -> list[dict[str, Any]]:
    """Every transfer, oldest first."""
    world = here()
    with world.lock:
        return [phone_view(each) for each in world.part(Transfers).bills.values()]


@money.post("/transfers/<mchid>/<number>/fail")
def fail(mchid: str, number: str) -> dict[str, Any]:
    """{fail_reason}: end a transfer that is under way, as when the account is abnormal."""
    world = here()
    bill = world.part(Transfers).bills.get((mchid, number))
    if bill is None:
        abort(404, f"no transfer {number}")
    reason = str(asked().get("fail_reason", "ACCOUNT_ABNORMAL"))
    if not end(world, bill, UNDER_WAY, state="FAIL", fail_reason=reason):
        abort(409, f"a transfer that is {bill.state} cannot fail")
    return phone_view(bill)


@money.get("/users/<name>/transfers")
def of_person(name: str) -> list[dict[str, Any]]:
    """The transfers to a person, oldest first; `package` is what confirming needs."""
    world = here()
    with world.lock:
        user = user_named(world, name)
        bills = world.part(Transfers).bills.values()
        return [phone_view(each) for each in bills if _is_his(user, each.asked)]


@money.post("/users/<name>/confirm-transfer")
def confirm_transfer(name: str) -> dict[str, str]:
    """{mchId, appId, package}: what wx.requestMerchantTransfer tells when the person agrees.

    The package is a transfer's or an authorization's.
    """
    world = here()
    with world.lock:
        user = user_named(world, name)
    params = asked()
    try:
        if authorize(world, user=user, params=params):
            return {"result": "requestMerchantTransfer:ok"}
        bill = confirm(world, user=user, params=params)
    except NotTransferred as refused:
        return {"result": f"requestMerchantTransfer:fail {refused}"}
    return {"result": "requestMerchantTransfer:ok", "transfer_bill_no": bill.bill_no}


@money.post("/users/<name>/decline-transfer")
def decline_transfer(name: str) -> dict[str, str]:
    """The person closes the sheet: nothing happens, and it may be opened again."""
    world = here()
    with world.lock:
        user_named(world, name)
    return {"result": "requestMerchantTransfer:fail cancel"}


@money.get("/users/<name>/authorizations")
def authorizations(name: str) -> list[dict[str, Any]]:
    """Which merchants this person lets transfer without asking, or is asked to; oldest first."""
    world = here()
    with world.lock:
        user = user_named(world, name)
        known = world.part(Transfers).authorizations.values()
        return [
            {**authorization_view(each), "mchid": each.merchant.mchid, "package": each.package}
            for each in known
            if _is_his(user, each.asked)
        ]


@money.post("/users/<name>/close-authorization")
def withdraw(name: str) -> dict[str, Any]:
    """{mchid, out_authorization_no}: from now on the person wants to be asked again."""
    world = here()
    body = asked()
    with world.lock:
        user = user_named(world, name)
        number = (str(body.get("mchid")), str(body.get("out_authorization_no")))
        found = world.part(Transfers).authorizations.get(number)
    if found is None or not _is_his(user, found.asked):
        abort(404, f"no authorization {number[1]}")
    end_authorization(world, found, reason="USER_CLOSE")
    return authorization_view(found)


def _mchids(world: World) -> list[str]:
    subs = (each for merchant in world.merchants.values() for each in merchant.sub_mchids)
    return list(dict.fromkeys((*world.merchants, *subs)))


def _known(world: World, mchid: str) -> None:
    if not is_merchant(world, mchid):
        abort(404, f"no merchant {mchid}")


def _merchant(world: World, mchid: str) -> dict[str, Any]:
    part, merchant = world.part(Sharing), world.merchants.get(mchid)
    return {
        "mchid": mchid,
        "name": merchant.name if merchant else "",
        "balance_fen": world.part(Balances).fen.get(mchid),
        "max_ratio_bp": part.ratio_of(mchid),
        "sharing_notify_url": part.notify_urls.get(mchid)
        or (merchant.sharing_notify_url if merchant else ""),
        "returns_fail": part.returns_fail.get(mchid, ""),
    }


def _is_his(user: User, asked_for: dict[str, Any]) -> bool:
    return user.openids.get(asked_for["appid"]) == str(asked_for["openid"])
