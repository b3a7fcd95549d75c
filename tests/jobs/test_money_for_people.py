"""Money that does not arrive by itself is shown until somebody has looked."""

import json
from datetime import timedelta

from app.domain import payments
from app.domain.payments import Difference
from app.kernel import clock, inbox
from app.kernel.db import transaction
from tests.jobs.test_money import a_late_payment


def listed(flask, merchant_id):
    rows = [json.loads(line) for line in flask("money", "open", "--limit", 1000).splitlines()]
    return [row for row in rows if row["merchant_id"] == merchant_id]


def test_a_refund_that_did_not_arrive_is_listed_until_it_does(shop, flask):
    a_late_payment(shop)
    shop.run("refunds.return_late_money")
    (refund,) = shop.rows(payments.Refund)
    assert listed(flask, shop.merchant.id) == []

    become(shop, refund, payments.RefundState.ABNORMAL)
    (line,) = listed(flask, shop.merchant.id)
    assert (line["kind_of_trouble"], line["number"], line["state"], line["amount_fen"]) == (
        "refund",
        refund.number,
        "abnormal",
        49_00,
    )

    become(shop, refund, payments.RefundState.SUCCEEDED)
    assert listed(flask, shop.merchant.id) == []


def become(shop, refund, state):
    fact = payments.RefundFact(
        merchant_id=shop.merchant.id,
        refund_number=refund.number,
        state=state,
        wechat_refund_id="5030",
    )
    with shop.house.app.app_context(), transaction():
        payments.settle_refund(fact, at=clock.now())


def test_bill_lines_and_notices_are_listed_without_their_words(shop, flask):
    at = clock.now() - timedelta(minutes=1)
    with shop.house.app.app_context(), transaction():
        payments.record_differences(
            merchant_id=shop.merchant.id,
            channel_id=shop.channel_id,
            day=at.date(),
            differences=[Difference("payment", "P1", None, 12)],
            at=at,
        )
        notice = inbox.Notice(
            merchant_id=shop.merchant.id,
            source="wechat_pay.payments.W1",
            reference="EV-1",
            headers="{}",
            body="sealed",
        )
        inbox.keep_unapplied(notice, failure="wrong_payment", at=at)

    line, kept = listed(flask, shop.merchant.id)

    assert (line["kind_of_trouble"], line["ours_fen"], line["theirs_fen"]) == (
        "bill_line",
        None,
        12,
    )
    assert (kept["failure"], kept["body"]) == ("wrong_payment", "")
