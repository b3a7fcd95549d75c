"""Two merchants who share, and how the tests ask for it."""

import dataclasses
import json

from app.simulator import create_simulator, start
from tests.simulator.world import APP, FRESH, MERCHANT, STRANGER, Sim, eventually

ORDERS = "/v3/profitsharing/orders"
PARTNER = STRANGER.merchant
SHARED = {"settle_info": {"profit_sharing": True}}
FEE_FEN = 21


def two_merchants():
    """The pretend platform as an app, not yet running."""
    two = dataclasses.replace(FRESH.settings, merchants=(MERCHANT, PARTNER))
    return create_simulator(two)


def run(app, receiver):
    """The running server and the world as seen from outside; nobody manages shipping."""
    running = start(app)
    sim = Sim(running, receiver)
    sim.post(f"/_sim/apps/{APP.appid}/trade", is_managed=False)
    return running, sim


def answer(said):
    status, text = said
    return status, json.loads(text)


def add_partner(sim, **how):
    named = {"name": PARTNER.name, **how}
    return answer(
        sim.wxpay().profitsharing_add_receiver("MERCHANT_ID", PARTNER.mchid, "PARTNER", **named)
    )


def transaction(sim, **changes):
    """A paid order that may be shared, two minutes later."""
    number = sim.paid_order(**{**SHARED, **changes})
    sim.move_clock(120)
    return json.loads(sim.wxpay().query(out_trade_no=number)[1])["transaction_id"]


def part(fen, *, kind="MERCHANT_ID", account=PARTNER.mchid):
    return {"type": kind, "account": account, "amount": fen, "description": "分给商户"}


def share(sim, transaction_id, *, fen=1000, number="P-1", finish=False, receivers=None):
    said = sim.wxpay().profitsharing_order(transaction_id, number, receivers or [part(fen)], finish)
    return answer(said)


def look(sim, transaction_id, *, number="P-1"):
    return answer(sim.wxpay().profitsharing_order_query(transaction_id, number))[1]


def shared(sim, transaction_id, **how):
    """A request that is finished."""
    status, said = share(sim, transaction_id, **how)
    assert status == 200, said
    number = how.get("number", "P-1")

    def finished():
        found = look(sim, transaction_id, number=number)
        return found["state"] == "FINISHED" and found

    return eventually(finished)


def left(sim, transaction_id):
    return answer(sim.wxpay().profitsharing_amount_query(transaction_id))[1]["unsplit_amount"]


def balance(sim, mchid):
    found = [each for each in sim.get("/_sim/merchants") if each["mchid"] == mchid]
    return found[0]["balance_fen"]
