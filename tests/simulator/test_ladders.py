"""How often each kind of notice is tried, and when."""

import pytest

from app.simulator.ladders import ladder_for
from tests.simulator.test_transfers import send
from tests.simulator.world import MERCHANT, eventually

DAY_SECONDS = 86_400


@pytest.mark.parametrize(
    ("event_type", "tries", "seconds"),
    [
        ("TRANSACTION.SUCCESS", 15, 24 * 3600 + 240),
        ("REFUND.ABNORMAL", 15, 24 * 3600 + 240),
        ("PROFITSHARING.SUCCESS", 15, 24 * 3600 + 240),
        ("COMPLAINT.CREATE", 15, 24 * 3600 + 240),
        ("COUPON.SEND", 11, 660),
        ("COUPON.USE", 9, 540),
        ("PRODUCT_COUPON.SEND", 11, 660),
        ("MCHTRANSFER.BILL.FINISHED", 64, 150 + 3000 + 44 * 1800),
    ],
)
def test_each_product_has_its_own_ladder(event_type, tries, seconds):
    ladder = ladder_for(event_type)
    assert (len(ladder), sum(ladder)) == (tries, seconds)


def test_the_common_ladder_begins_fast_and_ends_slow():
    assert ladder_for("TRANSACTION.SUCCESS")[:5] == (15, 15, 30, 180, 600)
    assert ladder_for("TRANSACTION.SUCCESS")[-2:] == (21600, 21600)


def test_a_transfer_is_told_sixty_five_times_and_then_no_more(sim):
    sim.receiver.answers = [500] * 100
    send(sim)
    sim.post(f"/_sim/transfers/{MERCHANT.mchid}/T1/fail")

    # The ladder is scaled to minutes here; moving the clock on takes it at once.
    for day in range(1, 70):
        sim.move_clock(day * DAY_SECONDS)
        eventually(lambda day=day: len(sim.receiver.got) >= min(day, 65))

    def given_up():
        return sim.notices("MCHTRANSFER.BILL.FINISHED")[0]["status"] == "given_up"

    eventually(given_up)
    assert len(sim.receiver.got) == 65
