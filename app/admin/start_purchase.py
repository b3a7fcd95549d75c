"""A test purchase, one step a click: a pretend customer buys, and the voucher is redeemed.

He goes through the same doors as any phone; only the world behind WeChat's addresses is pretended,
so that nothing of this exists in production.
"""

import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, Response, current_app, request, session
from flask_babel import lazy_gettext as _

from app.admin import door, pages, words
from app.admin.needs import needs
from app.admin.offers_form import WITH_ITEMS
from app.admin.start import bp
from app.config import Settings
from app.domain import catalog, merchants, redemption
from app.domain.catalog import GoodsKind, OfferKind, OfferLine, OfferState
from app.domain.merchants import AppKind, Role
from app.domain.redemption import Scan
from app.domain.vouchers import VoucherRefusal
from app.gateways.rehearsal import PretendPhone, is_rehearsal
from app.kernel import clock
from app.kernel.db import hot_transaction, transaction
from app.kernel.errors import DomainError, Forbidden, Invalid
from app.kernel.request_keys import RequestKey

__all__ = ["bp"]

KEPT = "rehearsal"
PATIENCE_SECONDS = 30
# Enough for any minimum spend that is likely.
SPENT_FEN = 1_000_00


class NotHere(Forbidden):
    """There is no pretend WeChat here."""

    code = "no_rehearsal"


class StepFailed(DomainError):
    """A door refused; what it said is in the details."""

    code = "step_failed"


@dataclass(frozen=True, kw_only=True)
class Step:
    """`endpoint` shows what is told, where the panel has a page of it."""

    words: str
    told: str
    is_next: bool
    endpoint: str = ""


# In order; each name is what the state gains by the step.
STEPS: Mapping[str, str] = {
    "token": _("顾客在微信里打开小程序，登录"),
    "order": _("顾客下单"),
    "paid": _("顾客付款"),
    "fulfilled": _("微信通知到账，券进入卡包"),
    "code": _("顾客出示券码（约 30 秒换一次）"),
    "redeemed": _("店员核销"),
}

PAGES: Mapping[str, str] = {"token": "members.show", "order": "orders.show"}


@bp.get("/<merchant>/start/purchase")
@needs(Role.MANAGER)
def purchase(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    _refuse_reality()
    return _page(session.get(KEPT))


@bp.post("/<merchant>/start/purchase")
@needs(Role.MANAGER)
def begin_purchase(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """Choose what to buy; whatever was tried before is forgotten."""
    _refuse_reality()
    wanted = request.form.get("offer", "")
    if wanted not in {each.number for each in _buyable()}:
        session.pop(KEPT, None)
        return _page(None, refusal=str(_("请选择一个在售的商品")), status=422)
    session[KEPT] = {"offer": wanted, "name": f"试买-{secrets.token_hex(4)}"}
    return pages.go("start.purchase")


@bp.post("/<merchant>/start/purchase/next")
@needs(Role.MANAGER)
def next_step(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    _refuse_reality()
    state = dict(session.get(KEPT) or {})
    wanted = next((name for name in STEPS if name not in state), None)
    if not state or wanted is None:
        return pages.go("start.purchase")
    try:
        state |= TAKE[wanted](state)
    except VoucherRefusal as refusal:
        told = refusal.details.get("clerk_text") or refusal.message
        return _page(state, refusal=str(told), status=409)
    except DomainError as refusal:
        return _page(state, refusal=refusal.message, status=409)
    session[KEPT] = state
    return pages.go("start.purchase")


@bp.context_processor
def possible() -> dict[str, object]:
    """Whether the checklist offers it."""
    return {"rehearsal_possible": is_possible()}


def is_possible() -> bool:
    """Never in production, and never towards another machine."""
    settings = cast("Settings", current_app.extensions["settings"])
    addresses = (settings.wechat_url, settings.wechat_pay_url)
    return not settings.is_production and all(is_rehearsal(each) for each in addresses)


def _refuse_reality() -> None:
    if not is_possible():
        raise NotHere("测试购买只能在连接模拟微信的环境中使用")


def _log_in(state: Mapping[str, str]) -> dict[str, str]:
    appid = _appid()
    phone = _phone(state)
    phone.join()
    told = _ask("POST", "/sessions", {"appid": appid, "code": phone.log_in(appid)})
    return {"token": told["token"], "member": told["member"]}


def _order(state: Mapping[str, str]) -> dict[str, str]:
    told = _ask("POST", "/orders", {"offer": state["offer"]}, state=state)
    free = {"paid": "0"} if told["state"] == "fulfilled" else {}
    return {"order": told["order"], **free}


def _pay(state: Mapping[str, str]) -> dict[str, str]:
    signed = _ask("POST", f"/orders/{state['order']}/prepay", state=state)
    said = _phone(state).pay(signed)
    if said != "requestPayment:ok":
        raise StepFailed(str(_("微信没有收款：%(said)s", said=said)))
    return {"paid": str(_fen(_ask("GET", f"/orders/{state['order']}", state=state)))}


def _arrive(state: Mapping[str, str]) -> dict[str, str]:
    told = _ask("GET", f"/orders/{state['order']}", state=state)
    if told["state"] != "fulfilled":
        raise StepFailed(str(_("微信的到账通知还没有到，请稍等几秒再点一次")))
    held = _ask("GET", "/wallet", state=state)["items"]
    if not held:
        raise StepFailed(str(_("卡包里没有现在可用的券")))
    return {"fulfilled": str(len(held)), "voucher": held[0]["voucher"]}


def _show(state: Mapping[str, str]) -> dict[str, str]:
    told = _ask("GET", f"/vouchers/{state['voucher']}/code", state=state)
    return {"code": told["digits"]}


def _redeem(state: Mapping[str, str]) -> dict[str, str]:
    """With a code shown this very moment: the one on the page may be over."""
    here = door.here()
    shown = _ask("GET", f"/vouchers/{state['voucher']}/code", state=state)["digits"]
    with transaction(merchant=here.merchant_id):
        stores = merchants.list_stores(merchant_id=here.merchant_id)
    store = next((each for each in stores if each.is_open), None)
    if store is None:
        raise Invalid(str(_("还没有门店，先添加一家")), field="store")
    scan = Scan(
        merchant_id=here.merchant_id,
        acceptor_merchant_id=here.merchant_id,
        code_text=shown,
        actor=here.actor,
        store_id=store.id,
        store_name=store.name,
        spend_fen=SPENT_FEN,
    )
    key = RequestKey.of(
        merchant_id=here.merchant_id,
        actor=here.actor,
        key=f"rehearsal-{state['voucher']}",
        operation="rehearsal",
        body=state["voucher"].encode(),
    )
    with hot_transaction(merchant=here.merchant_id):
        done = redemption.redeem(scan, key=key, at=clock.now())
    return {"redeemed": done.hand_over, "store": done.store_name}


def _ask(
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    *,
    state: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """One of our own doors, as a phone finds it. Raises StepFailed for what it refuses.

    In a thread of its own, so that it shares nothing with the request around it.
    """
    app = cast("Flask", current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - the proxy's own way
    path = f"/api/v1/{door.here().shop.number}{path}"
    headers = {"Idempotency-Key": secrets.token_hex(12)}
    if state:
        headers["Authorization"] = f"Bearer {state['token']}"

    def knock() -> tuple[int, dict[str, Any]]:
        answer = app.test_client().open(path, method=method, json=body, headers=headers)
        return answer.status_code, answer.get_json()

    with ThreadPoolExecutor(1) as other:
        status, told = other.submit(knock).result(timeout=PATIENCE_SECONDS)
    if not 200 <= status < 300:  # noqa: PLR2004 - what HTTP calls a success
        said = told.get("message") or told.get("code") or status
        raise StepFailed(str(_("这一步被拒绝：%(said)s", said=said)))
    return told


def _phone(state: Mapping[str, str]) -> PretendPhone:
    settings = cast("Settings", current_app.extensions["settings"])
    return PretendPhone(settings.wechat_url, state["name"])


def _appid() -> str:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        apps = merchants.list_appids(merchant_id=here.merchant_id, kind=AppKind.MINI_PROGRAM)
    if not apps:
        raise Invalid(str(_("还没有接入微信小程序")), field="app")
    return apps[0]


def _fen(order: Mapping[str, Any]) -> int:
    return int(order.get("total_fen", 0))


def _buyable() -> Sequence[OfferLine]:
    """On sale now, and made of vouchers that are used in a store."""
    here, at = door.here(), clock.now()
    with transaction(merchant=here.merchant_id):
        found = catalog.list_all_offers(
            merchant_id=here.merchant_id, state=OfferState.ON_SALE, limit=100
        ).items
        return [
            each
            for each in found
            if OfferKind(each.kind) in WITH_ITEMS
            and catalog.get_offer(
                merchant_id=here.merchant_id, number=each.number, at=at
            ).goods_kind
            == GoodsKind.ON_SITE
        ]


def _page(state: Mapping[str, str] | None, *, refusal: str = "", status: int = 200) -> Response:
    done = state or {}
    following = next((name for name in STEPS if name not in done), None) if state else None
    return pages.page(
        "start/purchase.html",
        status=status,
        state=done,
        offers=_buyable(),
        steps=[
            Step(
                words=said,
                told=_told(name, done),
                is_next=name == following,
                endpoint=PAGES.get(name, ""),
            )
            for name, said in STEPS.items()
        ],
        following=STEPS.get(following or ""),
        refusal=refusal,
    )


def _told(name: str, state: Mapping[str, str]) -> str:
    """What a page may show of a step that was taken; a session's token it may not."""
    match name, name in state:
        case _, False:
            return ""
        case "token", _:
            return state["member"]
        case "paid", _:
            return words.yuan(int(state["paid"]))
        case "fulfilled", _:
            return str(_("%(n)s 张券", n=state["fulfilled"]))
    return state[name]


TAKE = {
    "token": _log_in,
    "order": _order,
    "paid": _pay,
    "fulfilled": _arrive,
    "code": _show,
    "redeemed": _redeem,
}
