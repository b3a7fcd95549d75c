"""A coupon is given to a person: the rules of the stock, the code, the notice."""

import re
import secrets
from dataclasses import dataclass

from app.simulator.clock import rfc3339
from app.simulator.pay.busifavor.state import RUNNING, Busifavor, Coupon, Stock
from app.simulator.pay.busifavor.validity import validity
from app.simulator.people import User
from app.simulator.settings import Merchant
from app.simulator.world import World

LONGEST_REQUEST_NO = 128
LONGEST_CODE = 32
CODE = re.compile(r"[0-9A-Za-z \-_\\/=|]{1,32}")
MINI_PROGRAM = "BUSICOUPON_SEND_CHANNEL_MINIAPP"
H5 = "BUSICOUPON_SEND_CHANNEL_H5"
API = "BUSICOUPON_SEND_CHANNEL_API"
MESSAGES = {
    "SUCCESS": "发券成功",
    "FAILED": "发券失败",
    "NOTENOUGH": "批次预算不足",
    "DAYLIMIT": "达到单天发放上限",
    "NATURELIMIT": "达到自然人领取上限",
    "MAXQUOTA": "达到用户领取上限",
    "DUPREQUEST": "发券请求单号重复",
    "NOTRUNNING": "批次未生效或已过期",
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One coupon that somebody wants to have, and whose wish it is."""

    stock_id: str
    out_request_no: str
    coupon_code: str
    sender: Merchant
    user: User
    channel: str


def give(world: World, wanted: Wanted) -> tuple[str, Coupon | None]:
    """Give it if the rules allow: one of MESSAGES, and the coupon of a SUCCESS. Hold the lock."""
    at = world.clock.now()
    busifavor = world.part(Busifavor)
    stock = busifavor.stocks.get(wanted.stock_id)
    if stock is None or not 0 < len(wanted.out_request_no) <= LONGEST_REQUEST_NO:
        return "FAILED", None
    if busifavor.sent_by(wanted.sender, wanted.out_request_no) is not None:
        return "DUPREQUEST", None
    code = _new_code(busifavor, stock, wanted)
    why_not = _why_not(stock, wanted.user, code, at=at)
    if why_not:
        return why_not, None
    coupon = _give(stock, wanted, str(code), at=at)
    _tell(world, coupon)
    return "SUCCESS", coupon


def _why_not(stock: Stock, user: User, code: str | None, *, at: float) -> str:
    rule = stock.send_rule
    times = stock.use_rule["coupon_available_time"]
    _, ends_at = validity(times, received_at=at)
    own = sum(each.user is user for each in stock.coupons)
    persons = sum(each.user.phone == user.phone for each in stock.coupons)
    checks = {
        "NOTRUNNING": stock.state != RUNNING or at >= ends_at,
        "FAILED": code is None or bool(rule.get("prevent_api_abuse") and user.risk),
        "NOTENOUGH": code == "" or len(stock.coupons) >= rule["max_coupons"],
        "DAYLIMIT": stock.given_on_the_day_of(at) >= rule.get("max_coupons_by_day", 10**9),
        "MAXQUOTA": own >= rule["max_coupons_per_user"],
        # Two accounts with one telephone number are one natural person here.
        "NATURELIMIT": bool(rule.get("natural_person_limit"))
        and persons >= rule["max_coupons_per_user"],
    }
    return next((code for code, holds in checks.items() if holds), "")


# None: the request is wrong about the code; empty: no uploaded code is left.
def _new_code(busifavor: Busifavor, stock: Stock, wanted: Wanted) -> str | None:
    if stock.code_mode == "MERCHANT_API":
        taken = any(each.code == wanted.coupon_code for each in stock.coupons)
        fits = CODE.fullmatch(wanted.coupon_code)
        return wanted.coupon_code if fits and not taken else None
    if wanted.coupon_code:
        return None
    if stock.code_mode == "MERCHANT_UPLOAD":
        free = stock.free_codes()
        return secrets.choice(free) if free else ""
    return _platform_code(busifavor)


def _platform_code(busifavor: Busifavor) -> str:
    taken = {each.code for each in busifavor.coupons()}
    code = ""
    while not code or code in taken:
        code = f"{secrets.randbelow(10**12):012d}"
    return code


def _give(stock: Stock, wanted: Wanted, code: str, *, at: float) -> Coupon:
    times = stock.use_rule["coupon_available_time"]
    starts_at, ends_at = validity(times, received_at=at)
    coupon = Coupon(
        code=code,
        stock=stock,
        user=wanted.user,
        sender=wanted.sender,
        sent_at=at,
        starts_at=starts_at,
        ends_at=ends_at,
        send_request_no=wanted.out_request_no,
        channel=wanted.channel,
    )
    stock.coupons.append(coupon)
    return coupon


def _tell(world: World, coupon: Coupon) -> None:
    owner = coupon.stock.merchant
    url, _ = world.part(Busifavor).urls.get(owner.mchid, ("", 0.0))
    if not url:
        return
    told = {
        "event_type": "EVENT_TYPE_BUSICOUPON_SEND",
        "coupon_code": coupon.code,
        "stock_id": coupon.stock.id,
        "send_time": rfc3339(coupon.sent_at),
        "send_channel": coupon.channel,
        "send_merchant": coupon.sender.mchid,
    }
    appid = coupon.stock.asked.get("notify_config", {}).get("notify_appid")
    if appid in coupon.user.openids:
        told |= {"openid": coupon.user.openids[appid], "unionid": coupon.user.unionid}
    world.notices.send(
        merchant=owner,
        url=url,
        event_type="COUPON.SEND",
        original_type="coupon",
        summary="商家券领券通知",
        resource=told,
    )
