"""Each promise is broken by hand, and named."""

import pytest

from app.domain import proofs, vouchers
from app.kernel.db import execute, fetch_one, transaction
from tests.builders.orders import a_buyer, a_paid_order, a_shop, order_id_of
from tests.builders.redemption import LATER, a_redemption
from tests.builders.sharing import (
    a_card,
    a_new_voucher,
    a_share,
    a_sharing_shop,
    a_sub_card,
    claimed,
    taken_back,
)


class Scene:
    """One of everything that can happen to a voucher, and a way to break it."""

    def __init__(self):
        self.shop = a_sharing_shop(uses=6)
        self.owner, self.friend = a_buyer(self.shop), a_buyer(self.shop)
        self.card = a_card(self.shop, self.owner)
        self.waiting = a_new_voucher(self.shop, self.owner)
        self.held = a_share(self.shop, self.owner, self.waiting)
        self.lent = a_sub_card(self.shop, self.owner, self.card, uses=3)
        claimed(self.shop, self.friend, self.lent)
        self.before = set(proofs.verify())

    def change(self, sql, **values):
        with transaction():
            changed = execute(sql, {"m": self.shop.id, **values})
        assert changed, sql

    def troubles(self):
        return set(proofs.verify()) - self.before

    def lent_voucher(self):
        return fetch_one(
            Id,
            "SELECT min(id) FROM vouchers WHERE merchant_id = %(m)s AND holder_id = %(h)s",
            {"m": self.shop.id, "h": self.friend.id},
        ).id

    def new_voucher(self):
        return a_new_voucher(self.shop, self.owner).id


class Id:
    def __init__(self, number):
        self.id = number


@pytest.fixture
def scene(database):
    return Scene()


STATE = "UPDATE vouchers SET {} WHERE merchant_id = %(m)s AND id = %(v)s"
EVENT = """INSERT INTO voucher_events
  (merchant_id, voucher_id, at, action, from_state, to_state, actor)
  VALUES (%(m)s, %(v)s, %(at)s, 'freeze', {}, {}, 'system')"""


def test_a_shop_where_everything_happened_is_clean(database):
    shop = a_sharing_shop(uses=6)
    owner, friend = a_buyer(shop), a_buyer(shop)
    before = set(proofs.verify())
    card = a_card(shop, owner)
    claimed(shop, friend, a_sub_card(shop, owner, card, uses=2))
    back = a_sub_card(shop, owner, card, uses=2)
    claimed(shop, friend, back)
    taken_back(shop, owner, back)
    single = a_new_voucher(shop, owner)
    taken_back(shop, owner, a_share(shop, owner, single))
    a_redemption(shop, single)

    assert set(proofs.verify()) == before


def test_a_voucher_held_by_a_person_of_the_past(scene):
    scene.change(
        "UPDATE members SET merged_into = %(w)s WHERE merchant_id = %(m)s AND id = %(l)s",
        w=scene.owner.id,
        l=scene.friend.id,
    )
    assert_named(scene, "held by one person, as he is known today", count=3)


def test_a_voucher_on_somebody_elses_card(scene):
    scene.change(STATE.format("holder_id = %(h)s"), v=scene.new_voucher(), h=scene.friend.id)
    assert_named(scene, "lies on a card of its holder")


def test_a_gap_in_a_timeline(scene):
    scene.change(EVENT.format("'redeemed'", "'active'"), v=scene.new_voucher(), at=LATER)
    assert_named(scene, "without a gap")


def test_a_state_without_a_story(scene):
    scene.change(STATE.format("state = 'frozen'"), v=scene.new_voucher())
    assert_named(scene, "stands where its timeline ends")


def test_a_holder_version_that_went_down(scene):
    scene.change(STATE.format("holder_version = 1"), v=scene.lent_voucher())
    assert_named(scene, "holder version counts")


def test_redeemed_without_a_redemption(scene):
    scene.change(STATE.format("state = 'redeemed'"), v=scene.new_voucher())
    assert_named(scene, "one redemption, order")


def test_a_redemption_of_a_usable_voucher(scene):
    voucher = a_new_voucher(scene.shop, scene.owner)
    a_redemption(scene.shop, voucher)
    scene.change(STATE.format("state = 'active'"), v=voucher.id)
    assert_named(scene, "one redemption, order")


def test_held_by_nothing(scene):
    scene.change(STATE.format("state = 'held', held_from = 'active'"), v=scene.new_voucher())
    assert_named(scene, "one gift, share")


def test_usable_although_it_waits_for_a_friend(scene):
    scene.change(STATE.format("state = 'active', held_from = NULL"), v=scene.waiting.id)
    assert_named(scene, "one gift, share")


def test_in_two_waiting_shares_at_once(scene):
    share = a_share(scene.shop, scene.owner, a_new_voucher(scene.shop, scene.owner))
    with transaction():
        execute("DROP INDEX uq_shared_vouchers_once", {})
    scene.change(
        """INSERT INTO shared_vouchers (merchant_id, share_id, voucher_id)
        SELECT %(m)s, id, %(v)s FROM shares WHERE merchant_id = %(m)s AND number = %(n)s""",
        v=scene.waiting.id,
        n=share.number,
    )
    assert_named(scene, "one gift, share")
    assert "held by 2" in " ".join(scene.troubles())


def test_held_without_a_memory(scene):
    scene.change(STATE.format("held_from = NULL"), v=scene.waiting.id)
    assert_named(scene, "remembers what it was")


def test_an_empty_share(scene):
    scene.change(
        """DELETE FROM shared_vouchers u USING shares s WHERE u.merchant_id = %(m)s
        AND s.merchant_id = %(m)s AND s.id = u.share_id AND s.number = %(n)s""",
        n=scene.held.number,
    )
    assert_named(scene, "a gift and a share hold something")


def test_a_taken_share_that_does_not_count(scene):
    scene.change(
        """UPDATE shared_vouchers SET counts = false WHERE merchant_id = %(m)s
        AND voucher_id = %(v)s""",
        v=scene.lent_voucher(),
    )
    assert_named(scene, "counts as shared unless nobody took")


def test_shared_and_forgotten(scene):
    scene.change(STATE.format("shared_at = NULL"), v=scene.lent_voucher())
    assert_named(scene, "knows that it was shared")


def test_shared_with_one_and_held_by_another(scene):
    other = a_buyer(scene.shop)
    scene.change(STATE.format("holder_id = %(h)s"), v=scene.lent_voucher(), h=other.id)
    assert_named(scene, "the friend's, or the owner's again")


def test_locked_without_a_task(scene):
    scene.change(STATE.format("state = 'locked'"), v=scene.new_voucher())
    assert_named(scene, "its task is open")


def test_a_voucher_too_few(scene):
    shop = a_shop()
    placed = a_paid_order(shop, buyer=a_buyer(shop))
    order_id = order_id_of(shop, placed.order_number)
    scene.change(
        "UPDATE order_lines SET contents = jsonb_set(contents, '{0,quantity}', '3') "
        "WHERE merchant_id = %(s)s AND order_id = %(o)s",
        s=shop.id,
        o=order_id,
    )
    assert_named(scene, "as many vouchers as were ordered")


def test_stock_and_takers_that_do_not_add_up(database):
    scene = Scene()
    shop = a_shop(offer={"stock": 10, "per_member_limit": 5})
    a_paid_order(shop, buyer=a_buyer(shop))
    scene.shop = shop
    scene.change("UPDATE offer_stock SET taken = taken + 1 WHERE merchant_id = %(m)s")
    assert_named(scene, "stock taken is the pieces")
    scene.change("UPDATE offer_takers SET taken = taken + 1 WHERE merchant_id = %(m)s")
    assert_named(scene, "what a member took")


def assert_named(scene, promise, *, count=1):
    named = [trouble for trouble in scene.troubles() if promise in trouble]
    assert len(named) == count, scene.troubles()


def test_the_command_prints_each_trouble_and_fails(app, scene):
    runner = app.test_cli_runner()
    scene.change(STATE.format("state = 'frozen'"), v=scene.new_voucher())

    told = runner.invoke(args=["vouchers", "verify"])

    assert told.exit_code == 1
    assert "stands where its timeline ends" in told.output


def test_moves_end_older_codes_as_the_proof_counts_them():
    assert {move.value for move in vouchers.NEW_HOLDER_VERSION} == {
        "hand_over",
        "share",
        "take_back",
        "freeze",
        "hold",
    }
