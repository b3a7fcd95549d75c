"""What other people's libraries made the simulator learn."""

from tests.simulator.world import MERCHANT


def test_a_certificates_number_may_come_in_small_letters(sim):
    answer = sim.call(
        "POST",
        "/v3/pay/transactions/jsapi",
        sim.order_body(),
        serial=MERCHANT.certificate_serial.lower(),
    )
    assert answer.status_code == 200


def test_an_answer_ends_with_its_last_bracket(sim):
    number, _ = sim.make_order()
    query = f"/v3/pay/transactions/out-trade-no/{number}?mchid={MERCHANT.mchid}"
    assert sim.call("GET", query).content.endswith(b"}")
