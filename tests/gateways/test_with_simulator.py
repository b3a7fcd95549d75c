"""Our gateways and the pretend WeChat were written apart from the same contracts; here they meet."""

import uuid
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from app.gateways import App, PayChannel, build
from app.gateways.errors import AlreadyPaid, ForgedNotice, GatewayError, OutcomeUnknown, Refused
from app.gateways.wechat_pay import BillKind, PaymentState, RefundState
from app.kernel import clock
from app.simulator import create_simulator, start
from tests.simulator.world import APP, FRESH, MERCHANT, TEMPLATE, Receiver, Sim, eventually

BEIJING = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def sim(receiver):
    running = start(create_simulator(FRESH.settings))
    yield Sim(running, receiver)
    running.close()


@pytest.fixture
def doors(valkey, sim, tmp_path):
    return build(
        redis=valkey,
        wechat_base_url=sim.url,
        pay_base_url=sim.url,
        open_base_url=sim.url,
        files_root=tmp_path,
    )


@pytest.fixture
def shop(doors, receiver):
    return doors.pay(
        PayChannel(
            mchid=MERCHANT.mchid,
            appid=APP.appid,
            serial=MERCHANT.certificate_serial,
            private_key_pem=FRESH.merchant_private_key_pem,
            apiv3_key=MERCHANT.apiv3_key,
            public_key_id=FRESH.settings.public_key_id,
            public_key_pem=FRESH.platform_public_key_pem,
            notify_url_payment=receiver.url,
            notify_url_refund=receiver.url,
        )
    )


@pytest.fixture
def program(doors):
    return doors.mini_program(App(appid=APP.appid, secret=APP.secret))


def order(shop, sim, number=None):
    number = number or "KB" + uuid.uuid4().hex[:16]
    prepay_id = shop.prepay(
        number=number,
        amount_fen=3500,
        openid=sim.openid,
        title="咖啡兑换券",
        expires_at=clock.now() + timedelta(minutes=15),
    )
    return number, shop.sign_for_phone(prepay_id=prepay_id, at=clock.now())


def paid_order(shop, sim):
    number, params = order(shop, sim)
    assert sim.pay(params)["result"] == "requestPayment:ok"
    return number


def refund(shop, number, refund_number, fen):
    return shop.refund(
        payment_number=number,
        refund_number=refund_number,
        amount_fen=fen,
        total_fen=3500,
        reason="过期自动退",
    )


def test_a_payment_from_the_order_to_its_notice(shop, sim, receiver):
    number, params = order(shop, sim)
    assert shop.look_up(number=number).state is PaymentState.UNPAID
    sim.pay(params)
    notice = shop.read_payment_notice(*receiver.wait_for(1)[0])
    assert (notice.payment_number, notice.amount_fen) == (number, 3500)
    payment = shop.look_up(number=number)
    assert payment.state is PaymentState.PAID
    assert payment.transaction_id == notice.transaction_id
    assert payment.paid_at == notice.paid_at
    assert payment.payer_openid == notice.payer_openid == sim.openid
    assert (payment.mchid, payment.appid) == (MERCHANT.mchid, APP.appid)


def test_an_order_is_repeated_with_the_same_values_and_no_others(shop, sim):
    expires_at = clock.now() + timedelta(minutes=15)
    wanted = {"number": "KB12345678", "openid": sim.openid, "title": "券", "expires_at": expires_at}
    shop.prepay(amount_fen=100, **wanted)
    shop.prepay(amount_fen=100, **wanted)
    with pytest.raises(Refused):
        shop.prepay(amount_fen=101, **wanted)


def test_an_unpaid_order_is_closed_as_often_as_we_like(shop, sim):
    number, params = order(shop, sim)
    shop.close(number=number)
    shop.close(number=number)
    shop.close(number="KBnobodyknows")
    assert shop.look_up(number=number).state is PaymentState.CLOSED
    assert sim.pay(params)["result"].startswith("requestPayment:fail")


def test_a_paid_order_is_not_closed(shop, sim):
    number = paid_order(shop, sim)
    with pytest.raises(AlreadyPaid):
        shop.close(number=number)


def test_a_refund_from_asking_to_its_notice(shop, sim, receiver):
    number = paid_order(shop, sim)
    receiver.wait_for(1)
    asked = refund(shop, number, "KR1", 500)
    assert (asked.state, asked.amount_fen) == (RefundState.PROCESSING, 500)
    notice = shop.read_refund_notice(*receiver.wait_for(2)[1])
    assert (notice.refund_number, notice.state) == ("KR1", RefundState.SUCCESS)
    assert (notice.amount_fen, notice.total_fen) == (500, 3500)
    done = shop.look_up_refund(refund_number="KR1")
    assert (done.state, done.finished_at) == (RefundState.SUCCESS, notice.finished_at)
    assert shop.look_up(number=number).state is PaymentState.REFUNDED
    assert shop.look_up_refund(refund_number="KR2") is None


def test_a_refund_whose_answer_was_lost_is_made_once(shop, sim):
    number = paid_order(shop, sim)
    sim.fault("reset", scope="/v3/refund")
    with pytest.raises(OutcomeUnknown):
        refund(shop, number, "KR1", 500)
    again = refund(shop, number, "KR1", 500)
    assert again.refund_id == shop.look_up_refund(refund_number="KR1").refund_id
    (transaction,) = sim.get("/_sim/transactions")
    assert len(transaction["refunds"]) == 1


def test_an_order_whose_answer_was_forged_is_of_unknown_outcome(shop, sim):
    sim.fault("forge_answer", scope="/v3/pay")
    with pytest.raises(OutcomeUnknown):
        order(shop, sim, number="KB12345678")
    assert shop.look_up(number="KB12345678").state is PaymentState.UNPAID


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("forge", "forged_notice"),
        ("signtest", "signtest"),
        ("foreign_serial", "forged_notice"),
        ("old_timestamp", "stale_notice"),
        ("wrong_key", "forged_notice"),
    ],
)
def test_every_false_notice_is_turned_away_and_the_true_one_follows(
    shop, sim, receiver, fault, code
):
    sim.fault(fault, scope="TRANSACTION.")
    number = paid_order(shop, sim)
    false, true = receiver.wait_for(2)[:2]
    with pytest.raises(GatewayError) as caught:
        shop.read_payment_notice(*false)
    assert caught.value.code == code
    assert shop.read_payment_notice(*true).payment_number == number
    assert "/v3/certificates" not in str(sim.get("/_sim/requests"))


def test_a_notice_at_the_wrong_door_is_not_read(shop, sim, receiver):
    paid_order(shop, sim)
    with pytest.raises(ForgedNotice) as caught:
        shop.read_refund_notice(*receiver.wait_for(1)[0])
    assert caught.value.code == "unexpected_notice"


def test_the_statement_of_the_day_lists_both_ways(shop, sim):
    number = paid_order(shop, sim)
    refund(shop, number, "KR1", 505)
    eventually(lambda: shop.look_up_refund(refund_number="KR1").state is RefundState.SUCCESS)
    today = shop.look_up(number=number).paid_at.astimezone(BEIJING).date()
    sim.move_clock(4 * 86_400)
    paid, back = shop.download_trade_bill(day=today)
    assert (paid.kind, paid.payment_number, paid.amount_fen) == (BillKind.PAYMENT, number, 3500)
    assert (back.kind, back.refund_number, back.amount_fen) == (BillKind.REFUND, "KR1", 505)
    assert paid.fee_milli_fen == 21_000
    assert shop.download_trade_bill(day=today + timedelta(days=1)) == []


def test_a_person_signs_in_once_per_code(program, sim):
    code = sim.login_code()
    assert program.sign_in(code).openid == sim.openid
    with pytest.raises(Refused) as caught:
        program.sign_in(code)
    assert caught.value.code == "code_invalid"


def test_a_person_of_high_risk_is_turned_away(program, sim):
    with pytest.raises(Refused) as caught:
        program.sign_in(sim.login_code("黑产"))
    assert caught.value.code == "user_blocked"


def test_a_phone_number_is_given_by_a_button(program, sim):
    code = sim.post("/_sim/users/小明/phone-code")["code"]
    phone = program.phone_number(code)
    assert (phone.number, phone.country_code) == ("13800000001", "86")


def test_one_grant_is_one_message(program, sim):
    sim.post("/_sim/users/小明/subscribe", template_ids=[TEMPLATE])
    data = {"thing1": "咖啡兑换券", "amount2": "¥35.00", "time3": "2026年5月1日 15:01"}
    message = {"openid": sim.openid, "template_id": TEMPLATE, "page": "pages/gift/take"}
    program.send(data=data, **message)
    assert len(sim.get("/_sim/users/小明/messages")) == 1
    with pytest.raises(Refused) as caught:
        program.send(data=data, **message)
    assert caught.value.code == "not_subscribed"


def test_a_value_that_a_template_does_not_take_is_named(program, sim):
    sim.post("/_sim/users/小明/subscribe", template_ids=[TEMPLATE])
    data = {"thing1": "长" * 21, "amount2": "¥35.00", "time3": "2026年5月1日 15:01"}
    with pytest.raises(Refused, match=r"data\.thing1") as caught:
        program.send(openid=sim.openid, template_id=TEMPLATE, data=data)
    assert caught.value.code == "47003"


def test_a_code_leads_to_a_page_that_exists(program):
    assert program.code_picture(scene="aZ09", page="pages/gift/take").startswith(b"\x89PNG")
    with pytest.raises(Refused) as caught:
        program.code_picture(scene="aZ09", page="pages/none")
    assert caught.value.code == "41030"


def test_one_token_serves_every_call(program, sim):
    for _ in range(3):
        program.code_picture(scene="aZ09", page="pages/gift/take")
    targets = [each["target"] for each in sim.get("/_sim/requests")]
    assert targets.count("/cgi-bin/stable_token") == 1
    assert not [each for each in targets if each.startswith("/cgi-bin/token")]
