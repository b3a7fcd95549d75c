"""Looking up people's coupons and uploaded codes; uploading codes."""

from typing import Any

from flask import Blueprint, request

from app.simulator.clock import rfc3339
from app.simulator.errors import PayRefused
from app.simulator.pay.busifavor.looking import is_own, own_stock, person
from app.simulator.pay.busifavor.sending import CODE
from app.simulator.pay.busifavor.state import STATES, Busifavor, Coupon, Stock
from app.simulator.pay.busifavor.views import coupon_view
from app.simulator.pay.fields import Record, Rows, Text, check, wrong
from app.simulator.pay.reading import json_body, signer
from app.simulator.pay.repeats import once
from app.simulator.world import here

MOST_CODES = 200
USUAL_PAGE = 20
UPLOAD = Record(
    fields={
        "coupon_code_list": Rows(of=Text(longest=1000, shortest=0), required=True),
        "upload_request_no": Text(longest=128, required=True),
    }
)

busifavor_lists = Blueprint("busifavor_lists", __name__, url_prefix="/v3/marketing/busifavor")


@busifavor_lists.get("/users/<openid>/coupons")
def of_person(openid: str) -> dict[str, Any]:
    """?appid&stock_id?&coupon_state?&creator_merchant?&belong_merchant?&sender_merchant?&….

    Also offset? (the page, from 0), limit? (20). -> {total_count, offset, limit, data}: those of
    the signer's stocks and those that the signer gave, newest first (chosen).
    """
    page, size = _number("offset", 0), _number("limit", USUAL_PAGE)
    world = here()
    with world.lock:
        user = person(world, openid, appid=request.args.get("appid", ""))
        at = world.clock.now()
        found = [
            each
            for each in world.part(Busifavor).coupons()
            if each.user is user and _is_asked_for(each, at=at)
        ]
        found.sort(key=lambda each: each.sent_at, reverse=True)
        data = [coupon_view(each, at=at) for each in found[page * size : (page + 1) * size]]
    return {"total_count": len(found), "offset": page, "limit": size, "data": data}


@busifavor_lists.get("/users/<openid>/coupons/<path:code>/appids/<appid>")
def one(openid: str, code: str, appid: str) -> dict[str, Any]:
    """-> one coupon of this person; RESOURCE_NOT_EXISTS otherwise."""
    world = here()
    with world.lock:
        user = person(world, openid, appid=appid)
        for each in world.part(Busifavor).coupons():
            if each.user is user and each.code == code and _is_seen(each):
                return coupon_view(each, at=world.clock.now())
    raise PayRefused("RESOURCE_NOT_EXISTS", "券不存在")


@busifavor_lists.post("/stocks/<stock_id>/couponcodes")
def upload(stock_id: str) -> dict[str, Any]:
    r"""{coupon_code_list (1 to 200), upload_request_no (128)}: codes for MERCHANT_UPLOAD.

    A code is 1 to 32 of 0-9 a-z A-Z space - _ \ / = |. -> {stock_id, total_count, success_count,
    success_codes, success_time, fail_count, fail_codes, exist_codes, duplicate_codes}.
    INVALID_REQUEST for a stock of another mode.
    """
    body = json_body()
    check(body, UPLOAD)
    if not 0 < len(body["coupon_code_list"]) <= MOST_CODES:
        raise wrong("/coupon_code_list", len(body["coupon_code_list"]), "条目个数限制为1到200")
    world = here()
    with world.lock:
        stock = own_stock(world, stock_id)
        if stock.code_mode != "MERCHANT_UPLOAD":
            raise PayRefused("INVALID_REQUEST", "批次不是预存code模式")
        return once(
            world,
            merchant=signer(),
            kind=f"busifavor upload {stock_id}",
            number=body["upload_request_no"],
            asked=body,
            work=lambda: _upload(stock, body["coupon_code_list"], at=world.clock.now()),
        )


@busifavor_lists.get("/stocks/<stock_id>/couponcodes")
def codes(stock_id: str) -> dict[str, Any]:
    """?offset? (the page)&limit? (20) -> {stock_id, total_count, offset, limit, data}."""
    page, size = _number("offset", 0), _number("limit", USUAL_PAGE)
    world = here()
    with world.lock:
        stock = own_stock(world, stock_id)
        given = {each.code: each for each in stock.coupons}
        rows = [_code_view(code, at, given) for code, at in stock.uploaded.items()]
    return {
        "stock_id": stock_id,
        "total_count": len(rows),
        "offset": page,
        "limit": size,
        "data": rows[page * size : (page + 1) * size],
    }


def _upload(stock: Stock, wanted: list[str], *, at: float) -> dict[str, Any]:
    distinct = list(dict.fromkeys(wanted))
    wrong_ones = [code for code in distinct if not CODE.fullmatch(code)]
    known = [code for code in distinct if code in stock.uploaded]
    new = [code for code in distinct if code not in known and code not in wrong_ones]
    stock.uploaded.update(dict.fromkeys(new, at))
    return {
        "stock_id": stock.id,
        "total_count": len(distinct),
        "success_count": len(new),
        "success_codes": new,
        "success_time": rfc3339(at),
        "fail_count": len(wrong_ones) + len(known),
        "fail_codes": [
            {"coupon_code": code, "code": "PARAM_ERROR", "message": "code长度或字符不合法"}
            for code in wrong_ones
        ],
        "exist_codes": known,
        "duplicate_codes": sorted({code for code in wanted if wanted.count(code) > 1}),
    }


def _code_view(code: str, at: float, given: dict[str, Coupon]) -> dict[str, Any]:
    told = {"code": code, "code_status": "AVAILABLE", "upload_time": rfc3339(at)}
    if code not in given:
        return told
    sent = {"dispatched_time": rfc3339(given[code].sent_at), "coupon_code": code}
    return {**told, "code_status": "DISPATCHED", **sent}


def _is_asked_for(coupon: Coupon, *, at: float) -> bool:
    asked = request.args
    state = asked.get("coupon_state")
    if state is not None and state not in STATES:
        raise PayRefused("PARAM_ERROR", "coupon_state枚举值错误")
    facts = {
        "stock_id": coupon.stock.id,
        "coupon_state": coupon.state(at),
        "creator_merchant": coupon.stock.merchant.mchid,
        "belong_merchant": coupon.stock.asked["belong_merchant"],
        "sender_merchant": coupon.sender.mchid,
    }
    return _is_seen(coupon) and all(asked.get(name, fact) == fact for name, fact in facts.items())


def _is_seen(coupon: Coupon) -> bool:
    return is_own(coupon.stock) or coupon.sender == signer()


def _number(name: str, usual: int) -> int:
    text = request.args.get(name, str(usual))
    if not (text.isascii() and text.isdigit()):
        raise PayRefused("PARAM_ERROR", f"{name}应为整数")
    return int(text)
