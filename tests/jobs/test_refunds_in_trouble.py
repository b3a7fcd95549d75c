"""Money that does not go back at once, at a pretend WeChat: refused, forgotten, confirmed by hand."""

import pytest

from app.domain import aftersales, payments
from app.domain.aftersales import Help, Open
from app.domain.payments import RefundState, TransferState
from app.kernel import clock
from app.kernel.db import execute, transaction
from jobs import aftersales as jobs
from jobs import refunds, transfers
from tests.api.calling import a_notice
from tests.jobs.conftest import eventually
from tests.jobs.shop import BUYER
from tests.jobs.test_money import handed_out_again
from tests.jobs.test_refunds import LATER, a_return, arrived, state_of, voucher_states
from tests.simulator.world import APP, MERCHANT

A_DAY = 24 * 3600
REFUNDS, TRANSFERS = "/v3/refund", "/v3/fund-app"


def paid_long_ago(shop):
    with shop.house.app.app_context(), transaction():
        execute(
            """UPDATE payments SET received_at = received_at - interval '366 days'
            WHERE merchant_id = %(m)s""",
            {"m": shop.merchant.id},
        )


def explained(shop, number):
    with shop.house.app.app_context(), transaction():
        found = aftersales.get_return(merchant_id=shop.merchant.id, number=number)
        return aftersales.explain(found)


def listed(shop):
    """What a manager sees ten minutes later."""
    with shop.house.app.app_context(), transaction():
        page = aftersales.list_open(
            merchant_id=shop.merchant.id,
            cursor=None,
            limit=10,
            at=clock.now() + LATER,
            only=Open.STUCK,
        )
        return [each.number for each in page.items]


def retry(shop, number):
    with shop.house.app.app_context(), transaction():
        return aftersales.retry(
            merchant_id=shop.merchant.id, number=number, actor="staff:1", at=clock.now()
        )


def collect(shop, number):
    with shop.house.app.app_context(), transaction():
        return aftersales.collect(
            merchant_id=shop.merchant.id, member_id=shop.buyer.id, number=number, at=clock.now()
        )


def confirm(shop, package):
    said = {"mchId": MERCHANT.mchid, "appId": APP.appid, "package": package}
    told = shop.ask("POST", f"/_sim/users/{BUYER}/confirm-transfer", **said)
    assert told["result"] == "requestMerchantTransfer:ok"


def transfers_of(shop):
    return shop.ask("GET", "/_sim/transfers")


def a_waiting_transfer(shop):
    """Too late for a refund; its payee has to confirm."""
    number = a_return(shop)
    paid_long_ago(shop)
    shop.run("aftersales.go_on")
    shop.run("transfers.send_transfer")
    return number


def finished(shop, number):
    """The money arrives and everything follows."""
    shop.run("refunds.send_refund")
    arrived(shop)
    shop.sweep(refunds.open_refunds, after=LATER)
    shop.run("aftersales.go_on_refunded")
    return state_of(shop, number)


@pytest.mark.parametrize("code", ["INVALID_REQUEST", "USER_ACCOUNT_ABNORMAL"])
def test_what_wechat_will_never_refund_is_closed_and_shown_and_frozen(shop, code):
    number = a_return(shop)
    shop.run("aftersales.go_on")
    shop.fault("error", scope=f"{REFUNDS}/domestic/refunds", code=code, status=400)

    (task,) = shop.run("refunds.send_refund")
    shop.run("aftersales.go_on_refunded")

    (ours,) = shop.rows(payments.Refund)
    assert (ours.state, ours.trouble) == (RefundState.CLOSED, code)
    assert task.done_at
    assert (state_of(shop, number), voucher_states(shop)) == ("paying", {"frozen"})
    assert listed(shop) == [number]
    assert explained(shop, number).help is Help.RETRY
    assert retry(shop, number) != ours.number
    assert finished(shop, number) == "done"
    assert len(shop.refunds()) == 1


def test_the_same_refusal_of_a_refund_that_is_there_changes_nothing(shop):
    number = a_return(shop)
    shop.run("aftersales.go_on")
    shop.fault("reset", scope=f"{REFUNDS}/domestic/refunds")
    (task,) = shop.run("refunds.send_refund")
    handed_out_again(shop, task)
    shop.fault("error", scope=f"{REFUNDS}/domestic/refunds", code="INVALID_REQUEST", status=400)

    shop.run("refunds.send_refund")

    assert shop.rows(payments.Refund)[0].state is not RefundState.CLOSED
    assert state_of(shop, number) == "paying"


def test_after_a_year_a_refused_refund_becomes_a_transfer(shop):
    number = a_return(shop)
    shop.run("aftersales.go_on")
    paid_long_ago(shop)
    shop.fault("error", scope=f"{REFUNDS}/domestic/refunds", code="INVALID_REQUEST", status=400)
    shop.run("refunds.send_refund")

    sent = retry(shop, number)
    shop.run("transfers.send_transfer")

    assert [each["out_bill_no"] for each in transfers_of(shop)] == [sent]
    confirm(shop, collect(shop, number).package_info)
    eventually(lambda: [x for x in transfers_of(shop) if x["state"] == "SUCCESS"])
    shop.sweep(transfers.open_transfers, after=LATER)
    shop.run("aftersales.go_on_transferred")
    assert (state_of(shop, number), shop.refunds()) == ("done", [])


def test_an_empty_account_is_named_until_the_money_goes(shop):
    number = a_return(shop)
    shop.run("aftersales.go_on")
    shop.fault("error", scope=REFUNDS, code="NOT_ENOUGH", status=403)
    (task,) = shop.run("refunds.send_refund")

    assert explained(shop, number).why.startswith("商户账户余额不足")
    assert listed(shop) == [number]
    handed_out_again(shop, task)
    assert finished(shop, number) == "done"
    assert shop.rows(payments.Refund)[0].trouble is None


def test_a_wechat_that_does_not_answer_is_named_and_asked_again(shop):
    number = a_return(shop)
    shop.run("aftersales.go_on")
    shop.fault("status", status=503, scope=REFUNDS, count=2)

    (task,) = shop.run("refunds.send_refund")
    assert (task.done_at, task.failed_at) == (None, None)
    assert explained(shop, number).why.startswith("微信支付的答复")
    handed_out_again(shop, task)
    shop.run("refunds.send_refund")
    handed_out_again(shop, task)

    assert finished(shop, number) == "done"
    assert len(shop.refunds()) == 1


def test_a_refund_that_wechat_closes_goes_under_a_second_number(shop):
    number = a_return(shop)
    shop.run("aftersales.go_on")
    shop.fault("refund_closed")
    shop.run("refunds.send_refund")
    eventually(lambda: [x for x in shop.refunds() if x["status"] == "CLOSED"])
    shop.sweep(refunds.open_refunds, after=LATER)
    shop.run("aftersales.go_on_refunded")
    assert (state_of(shop, number), voucher_states(shop)) == ("paying", {"frozen"})

    retry(shop, number)

    assert finished(shop, number) == "done"
    assert sorted(each["status"] for each in shop.refunds()) == ["CLOSED", "SUCCESS"]


def test_the_notice_of_a_transfer_brings_it_to_its_end(shop):
    number = a_waiting_transfer(shop)
    sheet = collect(shop, number)
    confirm(shop, sheet.package_info)
    said = eventually(lambda: [x for x in transfers_of(shop) if x["state"] == "SUCCESS"])[0]

    for _ in range(2):
        assert tell(shop, sheet, said).status_code == 204
    shop.run("aftersales.go_on_transferred")

    assert state_of(shop, number) == "done"
    assert voucher_states(shop) == {"void"}
    (ours,) = shop.rows(payments.Transfer)
    assert ours.state is TransferState.SUCCEEDED


def tell(shop, sheet, said):
    """What WeChat posts to our door when a transfer is over."""
    resource = {
        "out_bill_no": sheet.number,
        "transfer_bill_no": said["transfer_bill_no"],
        "state": "SUCCESS",
        "mch_id": MERCHANT.mchid,
        "transfer_amount": sheet.amount_fen,
        "openid": sheet.openid,
        "create_time": "2026-05-01T10:00:00+08:00",
        "update_time": "2026-05-01T10:00:00+08:00",
    }
    headers, body = a_notice(resource, event="MCHTRANSFER.BILL.FINISHED", about="mch_payment")
    door = f"/wechat/pay/{shop.channel_number}/transfers"
    return shop.house.app.test_client().post(door, data=body, headers=headers)


def test_who_never_confirms_finds_another_transfer_whenever_he_comes(shop):
    number = a_waiting_transfer(shop)
    a_day_passes(shop)

    shop.sweep(transfers.open_transfers, after=LATER)
    shop.run("aftersales.go_on_transferred")

    assert (state_of(shop, number), voucher_states(shop)) == ("paying", {"frozen"})
    assert explained(shop, number).why.startswith("顾客24小时内没有确认收款")
    assert listed(shop) == [number]
    assert [bool(row.done_at) for row in shop.run("refund_news.tell_to_collect")] == [True]
    second = collect(shop, number)
    assert (second.state, second.package_info) == ("asked", None)
    shop.run("transfers.send_transfer")
    # Each sheet is told of by a message of its own.
    assert len(shop.run("refund_news.tell_to_collect")) == 2
    confirm(shop, collect(shop, number).package_info)
    eventually(lambda: [x for x in transfers_of(shop) if x["state"] == "SUCCESS"])
    shop.sweep(transfers.open_transfers, after=LATER)
    shop.run("aftersales.go_on_transferred")
    assert state_of(shop, number) == "done"
    assert sorted(each["state"] for each in transfers_of(shop)) == ["FAIL", "SUCCESS"]


def a_day_passes(shop):
    shop.ask("POST", "/_sim/clock", offset_seconds=A_DAY + 60)
    eventually(lambda: [x for x in transfers_of(shop) if x["state"] == "FAIL"])
    shop.ask("POST", "/_sim/clock", offset_seconds=0)


def test_a_transfer_that_fails_is_named_and_sent_anew_by_hand(shop, flask):
    number = a_waiting_transfer(shop)
    (ours,) = shop.rows(payments.Transfer)
    path = f"/_sim/transfers/{MERCHANT.mchid}/{ours.number}/fail"
    shop.ask("POST", path, fail_reason="PAYEE_ACCOUNT_ABNORMAL")
    shop.sweep(transfers.open_transfers, after=LATER)
    shop.run("aftersales.go_on_transferred")

    assert explained(shop, number).why == "微信支付的答复：PAYEE_ACCOUNT_ABNORMAL"
    second = flask("refunds", "retry", number).strip()

    shop.run("transfers.send_transfer")
    assert [each["out_bill_no"] for each in transfers_of(shop)] == [ours.number, second]


def test_an_empty_account_keeps_a_transfer_asked_for_under_its_number(shop):
    number = a_return(shop)
    paid_long_ago(shop)
    shop.run("aftersales.go_on")
    shop.fault("error", scope=TRANSFERS, code="NOT_ENOUGH", status=403)
    shop.run("transfers.send_transfer")
    assert explained(shop, number).why.startswith("商户账户余额不足")

    retry(shop, number)
    shop.run("transfers.send_transfer")

    (ours,) = shop.rows(payments.Transfer)
    assert (ours.state, ours.trouble) == (TransferState.WAITING, None)
    assert len(transfers_of(shop)) == 1


def closed_by(shop, code):
    """A return whose refund WeChat will never take."""
    number = a_return(shop)
    shop.run("aftersales.go_on")
    shop.fault("error", scope=f"{REFUNDS}/domestic/refunds", code=code, status=400)
    shop.run("refunds.send_refund")
    return number, shop.rows(payments.Refund)[0].number


def by_transfer(shop, number):
    with shop.house.app.app_context(), transaction():
        return aftersales.retry_by_transfer(
            merchant_id=shop.merchant.id, number=number, actor="staff:1", at=clock.now()
        )


def refunded_in_the_console(shop):
    """A return that WeChat refused, because somebody had given the money back there."""
    number, _ = closed_by(shop, "INVALID_REQUEST")
    (payment,) = shop.rows(payments.Payment)
    with shop.house.app.app_context():
        shop.till().refund(
            payment_number=payment.number,
            refund_number="BYHAND1",
            amount_fen=payment.amount_fen,
            total_fen=payment.amount_fen,
            reason="手工退款",
        )
    by_transfer(shop, number)
    shop.run("transfers.send_transfer")
    return number


def test_what_was_refunded_by_hand_is_not_transferred_as_well(shop):
    number = refunded_in_the_console(shop)

    assert transfers_of(shop) == []
    (ours,) = shop.rows(payments.Transfer)
    assert (ours.state, ours.fail_reason) == (TransferState.CANCELLED, "REFUNDED_BY_HAND")
    assert "手工退款" in explained(shop, number).why
    assert state_of(shop, number) == "paying"


def test_a_refund_that_wechat_itself_closed_may_be_paid_by_transfer(shop):
    number = a_return(shop)
    shop.run("aftersales.go_on")
    shop.fault("refund_closed")
    shop.run("refunds.send_refund")
    eventually(lambda: [each for each in shop.refunds() if each["status"] == "CLOSED"])
    shop.sweep(refunds.open_refunds, after=LATER)
    by_transfer(shop, number)

    shop.run("transfers.send_transfer")

    # WeChat calls the payment refunded, and means the refund that it closed.
    assert len(transfers_of(shop)) == 1


@pytest.mark.parametrize(("again", "job"), [(retry, "refunds"), (by_transfer, "transfers")])
def test_what_takes_the_place_of_a_refund_that_arrived_is_held_back(shop, again, job):
    number, first = closed_by(shop, "INVALID_REQUEST")
    again(shop, number)
    with shop.house.app.app_context(), transaction():
        payments.settle_refund(
            payments.RefundFact(
                merchant_id=shop.merchant.id,
                refund_number=first,
                state=RefundState.SUCCEEDED,
                wechat_refund_id="5030",
            ),
            at=clock.now(),
        )

    shop.run(f"{job}.send_{job[:-1]}")

    assert (shop.refunds(), transfers_of(shop)) == ([], [])
    model = payments.Refund if job == "refunds" else payments.Transfer
    last = shop.rows(model)[-1]
    assert getattr(last, "trouble" if job == "refunds" else "fail_reason") == "ARRIVED_BEFORE"
    shop.sweep(jobs.advance_returns, after=LATER)
    assert state_of(shop, number) == "done"
