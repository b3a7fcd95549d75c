"""For each sweep of the schedule: something that falls due, and the instant at which it does.

Where WeChat is asked, at the shop that has one of its own; else at a stall whose days are of May.
"""

from app.domain import vouchers, works
from app.domain.catalog import RefundPolicy
from app.domain.works import NewFile, Step
from app.kernel import audit, clock, outbox
from app.kernel.db import db, transaction
from tests.builders.aftersales import a_refund
from tests.builders.approvals import a_waiting_refund
from tests.builders.assist import a_task
from tests.builders.bookings import EVENING, a_club, a_guest, a_session, booked
from tests.builders.catalog import BOSS
from tests.builders.complaints import a_ticket
from tests.builders.gifting import GIVEN_AT, a_gift, a_wallet
from tests.builders.membership import a_ladder, a_pack, a_term_offer, grow, tiers_in
from tests.builders.messaging import a_claim, a_template, grants
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, vouchers_of
from tests.builders.points import given, pending
from tests.builders.pools import a_code_benefit, a_code_offer, fresh_codes
from tests.builders.promotions import a_grant, a_promotion
from tests.builders.sharing import OPENED, a_new_voucher, a_share, a_sharing_shop
from tests.builders.stored_value import a_top_up, spent
from tests.builders.subscriptions import a_monthly_card, a_monthly_shop, an_address, later
from tests.jobs.due_at_wechat import DAY, DUE, HOUR, MINUTE, due, void


@due
def advance_returns(_shop, _patch):
    stall = a_shop()
    buyer = a_buyer(stall)
    a_refund(stall, buyer, a_paid_order(stall, buyer=buyer).order_number)
    return NOON + DAY


@due
def refund_expired(_shop, _patch):
    stall = a_shop(offer={"refund_policy": RefundPolicy.ANY_TIME_AND_EXPIRED})
    buyer = a_buyer(stall)
    a_paid_order(stall, buyer=buyer)
    return _expired(stall, buyer)


@due
def seal_audit(shop, _patch):
    with transaction():
        audit.record(
            merchant_id=shop.merchant.id, actor=BOSS, action="test", subject="X", at=clock.now()
        )
    return clock.now() + MINUTE


@due
def settle_lost_messages(_shop, _patch):
    stall, member, template = _reader()
    grants(member=member, template_id=template)
    a_claim(member=member, appid=stall.appid)
    return NOON + DAY


@due
def open_periods(_shop, _patch):
    stall = a_monthly_shop()
    buyer = a_buyer(stall)
    an_address(stall, buyer)
    a_monthly_card(stall, buyer)
    return later(40)


@due
def remind_of_periods(_shop, _patch):
    open_periods(_shop, _patch)
    return later(2)


@due
def earn_fees(_shop, _patch):
    stall = a_shop()
    tiers_in(stall.merchant)
    a_paid_order(stall, buyer=a_buyer(stall), offer=a_term_offer(stall))
    return later(40)


@due
def evaluate_tiers(_shop, _patch):
    _silver()
    return later(33)


@due
def warn_of_downgrades(_shop, _patch):
    _silver()
    return later(25)


@due
def grant_packs(_shop, _patch):
    _silver()
    return later(1)


@due
def turn_campaigns(_shop, _patch):
    stall = a_shop()
    a_promotion(stall.merchant, offers=[stall.offer.number])
    return later(2)


@due
def grant_campaigns(_shop, _patch):
    stall = a_shop()
    a_buyer(stall)
    a_grant(stall.merchant)
    return NOON + HOUR


@due
def admit_parked_value(_shop, _patch):
    stall = a_shop()
    buyer = a_buyer(stall)
    a_top_up(stall, buyer, paid=490_000, bonus=0)
    a_top_up(stall, buyer, paid=20_000, bonus=0)
    spent(stall, buyer, 10_000)
    return NOON + HOUR


@due
def expire_points(_shop, _patch):
    stall = a_shop()
    given(stall, a_buyer(stall), 10, expires_at=later(5))
    return later(6)


@due
def remind_of_points(_shop, _patch):
    expire_points(_shop, _patch)
    return later(1)


@due
def mature_points(_shop, _patch):
    stall = a_shop()
    pending(stall, a_buyer(stall), 10)
    return later(8)


@due
def return_gifts(_shop, _patch):
    stall = a_shop()
    giver, held = a_wallet(stall)
    a_gift(stall, giver=giver, vouchers=held)
    return GIVEN_AT + 2 * DAY


@due
def remind_of_gifts(_shop, _patch):
    stall = a_shop()
    giver, held = a_wallet(stall)
    a_gift(stall, giver=giver, vouchers=held, gives_at=GIVEN_AT + 2 * DAY)
    return GIVEN_AT + 2 * DAY + MINUTE


@due
def close_assists(_shop, _patch):
    a_task()
    return NOON + 25 * HOUR


@due
def remind_of_assists(_shop, _patch):
    a_task()
    return NOON + 22 * HOUR


@due
def expire_vouchers(_shop, _patch):
    a_paid_order(a_shop())
    return later(800)


@due
def fill_code_pools(_shop, _patch):
    """A code comes back from a voucher that is void, and somebody waits."""
    stall = a_shop()
    taxi = a_code_benefit(merchant=stall.merchant)
    stall.offer = a_code_offer(merchant=stall.merchant, benefit=taxi, codes=fresh_codes(1))
    buyer = a_buyer(stall)
    a_paid_order(stall, buyer=buyer)
    a_paid_order(stall)
    with transaction():
        void(stall.id, vouchers_of(stall, buyer)[0].id, at=NOON)
    return NOON + HOUR


@due
def settle_bookings(_shop, _patch):
    club = a_club()
    booked(club, a_guest(club), a_session(club))
    return EVENING + 3 * HOUR


@due
def expire_shares(_shop, _patch):
    stall = a_sharing_shop()
    owner = a_buyer(stall)
    a_share(stall, owner, a_new_voucher(stall, owner))
    return OPENED + 2 * DAY


@due
def watch_complaints(_shop, _patch):
    stall = a_shop()
    a_ticket(stall, a_buyer(stall))
    return later(30)


@due
def expire_approvals(_shop, _patch):
    stall = a_shop()
    a_waiting_refund(stall, a_paid_order(stall).order_number)
    return later(4)


@due
def count_days(_shop, _patch):
    a_paid_order(a_shop())
    return NOON + DAY


@due
def forget_works(shop, _patch):
    file = NewFile(name="x", media_type="text/csv", key="1/works/1/x.csv", size_bytes=1)
    with transaction():
        work_id = works.ask(
            merchant_id=shop.merchant.id, kind="x", title="x", payload={}, asked_by=BOSS, at=NOON
        )
        work = works.take(merchant_id=shop.merchant.id, work_id=work_id, at=NOON)
        works.advance(work, Step(done=1, is_over=True, files=(file,)), at=NOON)
    return NOON + 8 * DAY


@due
def forget_old(shop, _patch):
    task_id = shop.house.publish("test.old")
    with transaction():
        task = outbox.find_task(merchant_id=shop.merchant.id, task_id=task_id)
        outbox.finish(task, at=clock.now())
    return clock.now() + 15 * DAY


def _reader():
    stall = a_shop()
    return stall, a_buyer(stall), a_template(merchant=stall.merchant, appid=stall.appid)


def _silver():
    stall = a_shop()
    pack = a_pack(stall.merchant)
    tiers_in(stall.merchant, a_ladder(silver={"packs": {"monthly": pack}}, keeps_months=1))
    grow(a_buyer(stall))


def _expired(stall, buyer):
    over = max(each.valid_until for each in vouchers_of(stall, buyer))
    with transaction():
        ids = [each.id for each in vouchers_of(stall, buyer)]
        vouchers.expire(merchant_id=stall.id, voucher_ids=ids, at=over)
    return over


def build(name, shop, patch):
    """When what was built falls due. Nothing of it is left open in this thread's session."""
    with shop.house.app.app_context():
        at = DUE[name](shop, patch)
        db.session.remove()
    return at
