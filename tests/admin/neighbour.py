"""Another shop, with one of everything that an address of the panel can name."""

from datetime import timedelta

from app.domain import accounts, members, points
from app.domain.accounts import How
from app.kernel import audit_search, clock, numbers
from app.kernel.audit_search import Wanted
from app.kernel.db import transaction
from tests.builders.aftersales import a_refund
from tests.builders.approvals import a_waiting_refund
from tests.builders.assist import a_draft as an_assist
from tests.builders.bookings import a_club, a_session
from tests.builders.catalog import a_benefit
from tests.builders.complaints import a_ticket
from tests.builders.desk import a_difference, a_job, a_work
from tests.builders.merchants import a_merchant, a_pay_channel
from tests.builders.orders import a_buyer, a_paid_order, a_shop, vouchers_of
from tests.builders.promotions import a_draft as a_promotion
from tests.builders.promotions import an_event
from tests.builders.redemption import a_redemption


def a_neighbour():
    """Another shop, with one of everything: what is where, by name."""
    merchant = a_merchant(name="隔壁老王的店")
    shop = a_shop(merchant=merchant)
    buyer, at = a_buyer(shop), clock.now()
    order = a_paid_order(shop, buyer=buyer).order_number
    used, voucher = vouchers_of(shop, buyer)
    waiting = a_paid_order(shop, buyer=buyer).order_number
    back = a_paid_order(shop, buyer=buyer).order_number
    club = a_club(merchant=a_merchant(name="隔壁俱乐部"))
    with transaction():
        accounts.open_session(
            merchant_id=shop.id,
            staff_id=shop.clerk.staff_id,
            how=How.WECHAT,
            browser=accounts.Browser(),
            at=at,
        )
    factor, rule = _points_of(shop, at=at)
    (browser,) = accounts.list_sessions(merchant_id=shop.id, staff_id=shop.clerk.staff_id, at=at)
    (line, *_) = audit_search.search(merchant_id=shop.id, wanted=Wanted()).items
    return {
        "shop": shop,
        "app": shop.appid,
        "assist": an_assist(shop).number,
        "approval": a_waiting_refund(shop, waiting),
        "batch": numbers.new(numbers.Kind.CARD_BATCH, merchant_id=shop.id),
        "benefit": a_benefit(merchant=merchant).benefit_number,
        "browser": browser.id,
        "channel": a_pay_channel(merchant=merchant).number,
        "event": an_event(merchant).number,
        "difference": a_difference(merchant),
        "help": numbers.new(numbers.Kind.HELP, merchant_id=shop.id),
        "job": a_job(shop.id, error="43101"),
        "line": line.id,
        "member": members.get_member(merchant_id=shop.id, member_id=buyer.id).number,
        "offer": shop.offer.number,
        "order": order,
        "parcel": numbers.new(numbers.Kind.PARCEL, merchant_id=shop.id),
        "point_factor": factor.id,
        "point_rule": rule.id,
        "promotion": a_promotion(merchant, "event", ends_at=at + timedelta(days=9)).number,
        "redemption": a_redemption(shop, used).number,
        "return": a_refund(shop, buyer, back),
        "session": a_session(club),
        "staff": shop.clerk.number,
        "store": shop.store.number,
        "ticket": a_ticket(shop, buyer),
        "voucher": voucher.number,
        "work": a_work(shop.id),
    }


def _points_of(shop, *, at):
    """A factor and a rule of its points."""
    said = {"merchant_id": shop.id, "actor": "system", "at": at}
    with transaction():
        return points.add_factor(name="翻倍", bp=20_000, **said), points.add_rule(
            name="核销", source=points.RuleSource.REDEMPTION, points_per_yuan=2, **said
        )
