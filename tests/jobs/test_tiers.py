"""What people do reaches their tier by itself, and the sweeps do the rest, each once."""

import json
from datetime import timedelta

import pytest

from app.domain import membership, messaging, orders
from app.domain.membership import CONSENT_VERSION
from app.kernel import calendar, clock
from app.kernel.db import transaction
from jobs import membership as jobs
from tests.builders.membership import (
    a_ladder,
    a_pack,
    buying,
    give_back,
    grow,
    moves,
    presents,
    spending,
    tier,
    tiers_in,
)
from tests.jobs.test_messages import a_paid_order
from tests.simulator.world import APP, TEMPLATE

DAY = timedelta(days=1)
ZONE = "Asia/Shanghai"


@pytest.fixture
def ladder(shop):
    """Silver for one order of the shop's offer, with every pack; all messages are allowed."""
    with shop.house.app.app_context():
        pack = a_pack(shop.merchant)
        silver = {
            "conditions": [buying(shop.offer.number), spending(49_00, days=20)],
            "needs": "all",
            "packs": {"upgrade": pack, "monthly": pack, "birthday": pack},
        }
        tiers_in(shop.merchant, a_ladder(silver=silver, keeps_months=1), at=clock.now())
        with transaction():
            for message, when in (("tier_raised", "at"), ("tier_ending", "ends_at")):
                messaging.add_template(
                    merchant_id=shop.merchant.id,
                    appid=APP.appid,
                    message=message,
                    template_id=TEMPLATE,
                    fields={"thing1": "tier", "amount2": "=1元", "time3": when},
                    page="pages/index/index",
                    at=clock.now(),
                )
    shop.allow_message(times=3)
    return shop


def state_of(shop):
    """The tier, how it came, and the presents in the wallet."""
    with shop.house.app.app_context():
        held = [title for title, state in presents(shop.buyer) if state == "active"]
        return tier(shop.buyer, at=clock.now()), moves(shop.buyer), held


def said(shop, message):
    return [row.state.value for row in shop.rows(messaging.SentMessage, message=message)]


def test_a_paid_order_raises_its_buyer_and_tells_him_once(ladder):
    a_paid_order(ladder)

    for _ in range(2):
        ladder.run("membership.note_purchase")
    for _ in range(2):
        ladder.run("tiers.tell_raised")

    assert state_of(ladder) == ("silver", [(None, "silver", "upgrade")], ["银卡升级礼"])
    assert said(ladder, "tier_raised") == ["sent"]
    assert "银卡" in str(ladder.messages())


def test_a_job_that_comes_after_the_refund_raises_nobody(ladder):
    placed = a_paid_order(ladder)
    with ladder.house.app.app_context():
        give_back(ladder.buyer, source=f"order:{placed.order_number}", at=clock.now())

    ladder.run("membership.note_purchase")

    assert state_of(ladder) == ("base", [], [])


def test_growth_that_is_given_back_takes_the_tier_along_by_a_job(ladder):
    placed = a_paid_order(ladder)
    ladder.run("membership.note_purchase")
    with ladder.house.app.app_context(), transaction():
        membership.take_growth_back(
            merchant_id=ladder.merchant.id,
            source=f"order:{placed.order_number}",
            share_bp=10_000,
            at=clock.now(),
        )

    for _ in range(2):
        ladder.run("membership.look_again")

    found, steps, held = state_of(ladder)
    assert (found, held) == ("base", [])
    assert [why for *_, why in steps] == ["upgrade", "taken_back"]


def test_the_sweeps_warn_then_grant_a_grace_then_lower_each_once(ladder):
    a_paid_order(ladder)
    ladder.run("membership.note_purchase")

    for _ in range(2):
        ladder.sweep(jobs.warn_of_downgrades, after=25 * DAY)
    ladder.run("tiers.tell_ending")
    assert said(ladder, "tier_ending") == ["sent"]
    for _ in range(2):
        ladder.sweep(jobs.evaluate_tiers, after=33 * DAY)
    assert state_of(ladder)[0] == "silver"
    for _ in range(2):
        ladder.sweep(jobs.evaluate_tiers, after=65 * DAY)

    found, steps, _ = state_of(ladder)
    assert found == "base"
    assert [why for *_, why in steps] == ["upgrade", "downgrade"]


def test_packs_of_the_month_and_the_birthday_come_once_by_the_sweep(ladder):
    a_paid_order(ladder)
    ladder.run("membership.note_purchase")
    today = calendar.day_of(clock.now(), ZONE)
    with ladder.house.app.app_context(), transaction():
        membership.set_birthday(
            merchant_id=ladder.merchant.id,
            member_id=ladder.buyer.id,
            month=today.month,
            day=today.day,
            consent_version=CONSENT_VERSION,
            at=clock.now(),
        )

    for _ in range(2):
        ladder.sweep(jobs.grant_packs)

    assert state_of(ladder)[2] == ["银卡升级礼", "银卡月礼", "生日礼"]


def test_what_is_put_into_a_purse_is_not_spent_yet(shop):
    with shop.house.app.app_context():
        line = orders.GrowthLine("O1", 1, "G1", "topup", 1, 500_00, clock.now())
        assert line.spent_fen == 0


def test_a_reversed_redemption_was_no_visit(ladder):
    with ladder.house.app.app_context():
        grow(ladder.buyer, "visit", 1, source="redemption:D1", at=clock.now())
        give_back(ladder.buyer, source="redemption:D1", at=clock.now())
        with transaction():
            found = membership.view(
                merchant_id=ladder.merchant.id, member_id=ladder.buyer.id, at=clock.now()
            )
    assert all(one.have == 0 for one, _ in found.next.progress)


def test_rules_are_tried_published_and_shown_by_hand(ladder, flask, tmp_path):
    rules = tmp_path / "tiers.json"
    rules.write_text(json.dumps(a_ladder(silver={"conditions": [spending(1)]})))
    number = ladder.merchant.number

    assert json.loads(flask("tiers", "dry-run", number, rules))["members"] >= 1
    assert json.loads(flask("tiers", "publish", number, rules)) == {"revision": 2}
    shown = json.loads(flask("tiers", "show", number))
    assert shown["tiers"][1]["conditions"][0]["at_least"] == 1
    assert json.loads(flask("tiers", "of", ladder.buyer.number))["number"] == "base"
