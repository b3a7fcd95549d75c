"""The card bag on the phone follows our books, whatever happens to the answers."""

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest

from app.domain import card_bag, vouchers
from app.domain.card_bag import BagCard, Capability
from app.domain.following import CardEventTold
from app.domain.merchants import AppKind, add_app
from app.domain.vouchers import Move, Voucher
from app.kernel import clock, inbox, outbox
from app.kernel.db import fetch_one, transaction
from app.web import bags
from jobs import bag_comparison, running
from jobs import card_bag as jobs
from tests.builders.card_bag import BOSS, set_up
from tests.builders.merchants import a_clerk, a_store
from tests.builders.redemption import a_redemption
from tests.jobs.shop import BUYER
from tests.jobs.test_messages import a_paid_order
from tests.simulator.world import APP, OFFICIAL

CARD, MEMBER_CARD = "pKabaoLatte", "pKabaoMember"
CONSUME = "/card/code/consume"
SETTLE, FOLLOW, TOLD = "card_bag.settle_card", "card_bag.follow_redemption", "card_bag.apply_event"


@dataclass
class _Number:
    number: str


class Bag:
    """A shop whose latte stands in WeChat's card bag, and its customer's phone."""

    def __init__(self, shop):
        self.shop, self.id = shop, shop.merchant.id
        self.merchant = shop.merchant
        for card_id, kind in ((CARD, "GIFT"), (MEMBER_CARD, "MEMBER_CARD")):
            shop.ask(
                "POST",
                "/_sim/cards",
                appid=OFFICIAL.appid,
                card_type=kind,
                card_id=card_id,
                base_info={"use_custom_code": True},
            )
        with shop.house.app.app_context():
            self._set_up()
        a_paid_order(shop)
        self.voucher = shop.rows(Voucher)[0]

    def _set_up(self):
        with transaction():
            add_app(
                merchant_id=self.id,
                appid=OFFICIAL.appid,
                kind=AppKind.OFFICIAL_ACCOUNT,
                name="公众号",
                secret=OFFICIAL.secret,
                at=clock.now(),
            )
        self.store = a_store(merchant=self.merchant)
        self.clerk = a_clerk(self.store)
        benefit = fetch_one(
            _Number,
            "SELECT number FROM benefits WHERE merchant_id = %(m)s ORDER BY id DESC LIMIT 1",
            {"m": self.id},
        )
        set_up(self, appid=OFFICIAL.appid, benefit_number=benefit.number, platform_id=CARD)
        set_up(self, appid=OFFICIAL.appid, benefit_number=None, platform_id=MEMBER_CARD)

    # The phone

    def add(self):
        """Tap "add to card bag"; WeChat tells us."""
        return self._add(
            lambda: card_bag.offer_voucher(
                merchant_id=self.id,
                member_id=self.shop.buyer.id,
                number=self.voucher.number,
                at=clock.now(),
            )
        )

    def add_membership(self):
        return self._add(
            lambda: card_bag.offer_membership(
                merchant_id=self.id, member_id=self.shop.buyer.id, at=clock.now()
            )
        )

    def _add(self, offer):
        with self.shop.house.app.app_context():
            with transaction():
                offered = offer()
            items = bags.sign(offered, merchant_id=self.id)["card_list"]
        said = self.shop.ask("POST", f"/_sim/users/{BUYER}/add-card", cardList=items)
        assert said["errMsg"] == "addCard:ok", said
        self.tell("user_get_card", offered.platform_id, offered.code, outer=offered.reference)
        return offered

    def tell(self, event, card_id, code, *, who=BUYER, **more):
        """What a message door keeps of WeChat's event, and the job that follows."""
        openid = self.shop.ask("GET", f"/_sim/users/{who}")["openids"][OFFICIAL.appid]
        at = clock.now()
        told = {"event": event, "card_id": card_id, "code": code, "openid": openid}
        told |= {"appid": OFFICIAL.appid, "at": at.isoformat(), "more": {}, **more}
        notice = inbox.Notice(
            merchant_id=self.id,
            source="wechat.card",
            reference=f"{event}:{code}:{at.timestamp()}",
            headers="{}",
            body=json.dumps(told),
        )
        with self.shop.house.app.app_context(), transaction():
            inbox_id = inbox.keep_for_job(notice, at=at)
            outbox.publish(CardEventTold(merchant_id=self.id, inbox_id=inbox_id), at=at)
        self.shop.run(TOLD)
        self.shop.run(SETTLE)

    def on_the_phone(self):
        return [
            (card["card_id"], card["state"])
            for card in self.shop.ask("GET", f"/_sim/users/{BUYER}/cards")
        ]

    def change_there(self, code, **changes):
        self.shop.ask("POST", f"/_sim/cards/{CARD}/codes/{code}", **changes)

    # The house

    def redeem(self):
        with self.shop.house.app.app_context():
            self.number = a_redemption(self, self.voucher, at=clock.now()).number
        self.shop.run(FOLLOW)

    def card(self):
        return self.shop.rows(BagCard)[-1]

    def compare(self):
        self.shop.sweep(bag_comparison.compare_bags, after=timedelta(days=1))

    def differences(self):
        with self.shop.house.app.app_context():
            found = card_bag.list_differences(merchant_id=self.id, with_mended=True, limit=9)
        return [(line.kind, line.mended_at is not None) for line in found]

    def state(self):
        return self.shop.rows(Voucher)[0].state.value


@pytest.fixture
def bag(shop):
    return Bag(shop)


def test_our_redemption_uses_up_the_card_on_the_phone(bag):
    bag.add()
    bag.redeem()

    rows = bag.shop.run(SETTLE)

    assert all(row.done_at for row in rows)
    assert bag.on_the_phone() == [(CARD, "CONSUMED")]
    assert bag.card().seen == "consumed"
    assert bag.shop.asked(CONSUME) == 1


def test_a_lost_answer_is_asked_about_and_not_repeated(bag):
    bag.add()
    bag.redeem()
    bag.shop.fault("reset", scope=CONSUME)

    bag.shop.run(SETTLE)
    bag.shop.run(SETTLE)

    assert bag.shop.asked(CONSUME) == 1
    assert (bag.card().seen, bag.differences()) == ("consumed", [])


def test_two_workers_with_the_same_row_tell_it_once(bag):
    bag.add()
    bag.redeem()
    row = bag.shop.rows(outbox.OutboxRow, job=SETTLE)[-1]

    bag.shop._twice_at_once(lambda: running.run_batch(SETTLE, [[row.merchant_id, row.id]]))

    assert bag.shop.asked(CONSUME) == 1
    assert bag.card().seen == "consumed"


def test_a_voucher_that_is_void_is_withdrawn_from_the_phone(bag):
    bag.add()
    with bag.shop.house.app.app_context(), transaction():
        vouchers.move(
            merchant_id=bag.id,
            voucher_id=bag.voucher.id,
            what=Move.CANCEL,
            actor="system",
            at=clock.now(),
        )

    bag.shop.sweep(jobs.follow_vouchers)
    bag.shop.run(SETTLE)

    assert bag.on_the_phone() == [(CARD, "UNAVAILABLE")]


def test_a_use_at_wechats_counter_redeems_here(bag):
    offered = bag.add()
    bag.shop.ask(
        "POST", f"/_sim/cards/{CARD}/codes/{offered.code}/consume", clerk=BUYER, location_name="x"
    )
    bag.tell("user_consume_card", CARD, offered.code, more={"ConsumeSource": "FROM_MOBILE_HELPER"})

    assert bag.state() == "redeemed"
    assert bag.shop.asked(CONSUME) == 0


def test_the_member_card_shows_the_points(bag):
    offered = bag.add_membership()
    bag.redeem()
    bag.shop.run(SETTLE)

    (card,) = bag.shop.ask("GET", f"/_sim/users/{BUYER}/cards")
    assert card["code"] == offered.code
    assert (card["membership"]["active"], card["membership"]["bonus"]) == (True, 24)


def test_what_differs_at_night_is_listed_and_mended(bag):
    offered = bag.add()
    bag.redeem()
    bag.shop.run(SETTLE)
    bag.change_there(offered.code, state="NORMAL")

    bag.compare()

    assert bag.differences() == [("not_consumed_there", True)]
    assert bag.on_the_phone() == [(CARD, "CONSUMED")]


def test_points_that_differ_at_night_are_set_again(bag):
    bag.add_membership()
    bag.redeem()

    bag.compare()

    assert bag.differences() == [("points", True)]
    (card,) = bag.shop.ask("GET", f"/_sim/users/{BUYER}/cards")
    assert card["membership"]["bonus"] == 24


def test_a_use_that_nobody_told_is_found_at_night(bag):
    offered = bag.add()
    bag.change_there(offered.code, state="CONSUMED")

    bag.compare()

    assert bag.differences() == [("consumed_there", True)]
    assert bag.state() == "redeemed"


def test_a_card_that_wechat_lost_waits_for_a_person(bag):
    offered = bag.add()
    bag.change_there(offered.code, drop=True)

    bag.compare()

    assert bag.differences() == [("unknown_there", False)]
    assert bag.state() == "active"


def test_with_the_bag_off_nothing_is_asked_and_no_job_fails(bag):
    bag.add()
    with bag.shop.house.app.app_context(), transaction():
        card_bag.switch(
            merchant_id=bag.id,
            capability=Capability.WECHAT_CARD,
            is_on=False,
            actor=BOSS,
            at=clock.now(),
        )
    asked = bag.shop.asked("/card/")

    bag.redeem()
    rows = bag.shop.run(SETTLE)
    bag.compare()

    assert bag.shop.asked("/card/") == asked
    assert all(row.done_at for row in rows)
    assert not any(row.failed_at for row in bag.shop.rows(outbox.OutboxRow))


def test_a_shop_without_a_bag_has_nothing_to_do(shop):
    placed = a_paid_order(shop)
    assert shop.state_of(placed) == "fulfilled"
    assert shop.sweep(bag_comparison.compare_bags) == 0
    assert shop.sweep(jobs.follow_vouchers) == 0
    assert shop.asked("/card/") == 0


def test_another_app_of_the_shop_does_not_speak_of_the_accounts_cards(bag):
    offered = bag.add()
    bag.tell("user_consume_card", CARD, offered.code, appid=APP.appid)
    assert [row.state.value for row in bag.shop.rows(vouchers.Voucher)].count("redeemed") == 0
    bag.tell("user_consume_card", CARD, offered.code)
    assert [row.state.value for row in bag.shop.rows(vouchers.Voucher)].count("redeemed") == 1
