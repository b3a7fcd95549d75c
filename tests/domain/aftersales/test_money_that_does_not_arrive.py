"""Where WeChat refunds no more, refuses, or says nothing: what is shown, and what helps."""

from datetime import timedelta

import pytest

from app.domain import aftersales, ledger, payments
from app.domain.aftersales import Help, Open
from app.domain.catalog import RefundPolicy
from app.domain.payments import RefundFact, RefundState, TransferFact, TransferState
from app.kernel.db import execute, transaction
from app.kernel.errors import DomainError
from tests.builders.aftersales import ASKED_AT, a_refund, resting, seen, walk, wechat_says
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_key, a_paid_order, a_shop, vouchers_of

YEAR = timedelta(days=365)
PAID_AT = NOON + timedelta(seconds=20)
LATER = timedelta(minutes=11)


@pytest.fixture
def shop(database):
    return a_shop(offer={"refund_policy": RefundPolicy.ANY_TIME_AND_EXPIRED})


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def paying(shop, buyer, *, at=ASKED_AT, **more):
    """A return whose money is on its way."""
    refund = a_refund(shop, buyer, a_paid_order(shop, buyer=buyer).order_number, at=at, **more)
    assert walk(shop, refund, at=at) == "paying"
    return refund


def transfer_is(shop, refund, state, *, at=ASKED_AT, **more):
    with transaction():
        payments.settle_transfer(
            TransferFact(
                merchant_id=shop.id,
                transfer_number=seen(shop, refund).transfer_number,
                state=state,
                bill_no="1330",
                **more,
            ),
            at=at,
        )


def retry(shop, refund, *, at=ASKED_AT, key=None, how=aftersales.retry):
    with transaction():
        return how(merchant_id=shop.id, number=refund, actor="staff:1", at=at, key=key)


def explained(shop, refund):
    return aftersales.explain(seen(shop, refund))


def stuck(shop, *, at):
    page = aftersales.list_open(merchant_id=shop.id, cursor=None, limit=10, at=at, only=Open.STUCK)
    return [each.number for each in page.items]


@pytest.mark.parametrize(
    ("after", "goes_by"),
    [
        (timedelta(0), "refund"),
        (YEAR - timedelta(seconds=1), "refund"),
        (YEAR, "transfer"),
        (YEAR + timedelta(days=30), "transfer"),
    ],
)
def test_wechat_refunds_for_a_year_to_the_second(shop, buyer, after, goes_by):
    number = a_paid_order(shop, buyer=buyer).order_number
    at = PAID_AT + after

    refund = a_refund(shop, buyer, number, at=at)
    assert walk(shop, refund, at=at) == "paying"

    found = seen(shop, refund)
    assert [bool(found.refund_number), bool(found.transfer_number)] == [
        goes_by == "refund",
        goes_by == "transfer",
    ]


@pytest.mark.parametrize(("before", "goes_by"), [(49, "refund"), (50, "transfer")])
def test_the_fifty_first_part_of_a_payment_goes_by_transfer(shop, buyer, before, goes_by):
    number = a_paid_order(shop, buyer=buyer).order_number
    first, _ = vouchers_of(shop, buyer)
    parts_before(shop, before)

    refund = a_refund(shop, buyer, number, vouchers=[first])
    walk(shop, refund)

    assert bool(seen(shop, refund).transfer_number) == (goes_by == "transfer")


def parts_before(shop, parts):
    """So many refunds of a fen each were asked of the one payment."""
    with transaction():
        execute(
            """INSERT INTO refunds (merchant_id, number, cause, payment_id, amount_fen, reason,
              kept_as, state, asked_at, look_at, settled_at)
            SELECT merchant_id, 'R' || merchant_id || 'X' || n, 'before:' || n, id, 1, '', 'prepaid',
              'closed', received_at, received_at, received_at
            FROM payments, generate_series(1, %(n)s) AS n
            WHERE merchant_id = %(m)s AND state = 'received'""",
            {"m": shop.id, "n": parts},
        )


def test_a_refund_that_wechat_closed_after_a_year_becomes_a_transfer_when_retried(shop, buyer):
    refund = paying(shop, buyer, at=PAID_AT + YEAR - timedelta(minutes=1))
    wechat_says(shop, refund, RefundState.CLOSED)

    retry(shop, refund, at=PAID_AT + YEAR)

    found = seen(shop, refund)
    assert found.transfer_number
    transfer_is(shop, refund, TransferState.SUCCEEDED)
    assert walk(shop, refund) == "done"
    assert (resting(shop, "prepaid"), resting(shop, "payers")) == (0, 0)
    assert ledger.verify() == []


def test_a_transfer_that_nobody_confirmed_is_shown_and_sent_anew_by_either_side(shop, buyer):
    at = PAID_AT + YEAR
    refund = paying(shop, buyer, at=at)
    transfer_is(shop, refund, TransferState.WAITING, package_info="sheet")
    assert explained(shop, refund).help is Help.WAIT
    transfer_is(shop, refund, TransferState.FAILED, fail_reason="OVERDUE_CLOSE", at=at)

    assert walk(shop, refund, at=at) == "paying"
    assert explained(shop, refund) == aftersales.Standing(
        "顾客24小时内没有确认收款；顾客可重新领取，也可由商家重新发起", Help.RETRY
    )
    assert stuck(shop, at=at + LATER) == [refund]
    first = seen(shop, refund).transfer_number
    second = retry(shop, refund, at=at)
    assert second == seen(shop, refund).transfer_number != first
    # Nothing was booked for the one that lapsed; one arrives.
    transfer_is(shop, refund, TransferState.SUCCEEDED, at=at)
    assert walk(shop, refund, at=at) == "done"
    assert resting(shop, "payers") == 0
    assert ledger.verify() == []


def test_a_transfer_that_wechat_never_answered_is_asked_for_again_under_its_number(shop, buyer):
    refund = paying(shop, buyer, at=PAID_AT + YEAR)
    sent = seen(shop, refund).transfer_number
    assert explained(shop, refund).help is Help.RETRY

    assert retry(shop, refund) == sent
    transfer_is(shop, refund, TransferState.WAITING)

    with pytest.raises(DomainError) as refusal:
        retry(shop, refund)
    assert refusal.value.code == "refund_stands"


@pytest.mark.parametrize("failed", [TransferState.FAILED, TransferState.CANCELLED])
def test_a_transfer_that_failed_keeps_everything_frozen(shop, buyer, failed):
    refund = paying(shop, buyer, at=PAID_AT + YEAR)
    transfer_is(shop, refund, failed, fail_reason="ACCOUNT_ABNORMAL")

    assert walk(shop, refund) == "paying"

    assert explained(shop, refund).why == "微信支付的答复：ACCOUNT_ABNORMAL"
    assert {each.state for each in vouchers_of(shop, buyer)} == {"frozen"}
    assert (resting(shop, "prepaid"), resting(shop, "payers")) == (49_00, -49_00)


def test_a_late_success_of_a_transfer_that_was_given_up_changes_nothing(shop, buyer):
    refund = paying(shop, buyer, at=PAID_AT + YEAR)
    transfer_is(shop, refund, TransferState.FAILED, fail_reason="OVERDUE_CLOSE")

    transfer_is(shop, refund, TransferState.SUCCEEDED)

    assert resting(shop, "payers") == -49_00
    assert ledger.verify() == []


@pytest.mark.parametrize(
    ("state", "trouble", "help_", "words"),
    [
        (RefundState.ASKED, None, Help.RETRY, "退款请求还没有得到微信支付的答复"),
        (RefundState.ASKED, "NOT_ENOUGH", Help.RETRY, "商户账户余额不足"),
        (RefundState.ASKED, "SYSTEM_ERROR", Help.RETRY, "微信支付的答复：SYSTEM_ERROR"),
        (RefundState.PROCESSING, None, Help.WAIT, "微信支付处理中"),
        (RefundState.ABNORMAL, None, Help.TO_CARD, "顾客的收款账户异常"),
        (RefundState.CLOSED, None, Help.RETRY, "微信支付关闭了该退款"),
        (RefundState.CLOSED, "USER_ACCOUNT_ABNORMAL", Help.RETRY, "顾客的微信支付账户已注销"),
    ],
)
def test_why_a_refund_stands_is_said_in_words(shop, buyer, state, trouble, help_, words):
    refund = paying(shop, buyer)
    if state is RefundState.ASKED and trouble:
        note(shop, refund, trouble)
    elif state is not RefundState.ASKED:
        settle(shop, refund, state, trouble)
    walk(shop, refund)

    said = explained(shop, refund)

    assert (said.help, said.why.startswith(words)) == (help_, True), said
    assert stuck(shop, at=ASKED_AT + LATER) == [refund]
    assert stuck(shop, at=ASKED_AT) == []


def note(shop, refund, trouble):
    with transaction():
        found = payments.find_refund(merchant_id=shop.id, number=seen(shop, refund).refund_number)
        payments.note_refund_trouble(
            merchant_id=shop.id, refund_id=found.refund_id, trouble=trouble
        )


def settle(shop, refund, state, trouble=None):
    with transaction():
        payments.settle_refund(
            RefundFact(
                merchant_id=shop.id,
                refund_number=seen(shop, refund).refund_number,
                state=state,
                wechat_refund_id=None,
                trouble=trouble,
            ),
            at=ASKED_AT,
        )


def test_what_stood_in_the_way_is_forgotten_when_it_went(shop, buyer):
    refund = paying(shop, buyer)
    note(shop, refund, "NOT_ENOUGH")

    wechat_says(shop, refund)
    assert walk(shop, refund) == "done"

    assert seen(shop, refund).payout_trouble is None
    assert explained(shop, refund) is None


def test_a_retry_with_the_same_key_is_one_retry(shop, buyer):
    refund = paying(shop, buyer)
    wechat_says(shop, refund, RefundState.CLOSED)
    key = a_key(merchant_id=shop.id, actor="staff:1", operation="retry")

    first, second = (retry(shop, refund, key=key) for _ in range(2))

    assert first == second == seen(shop, refund).refund_number
    # Also when all is over: the answer is the first one's.
    wechat_says(shop, refund)
    assert walk(shop, refund) == "done"
    assert retry(shop, refund, key=key) == first


def test_a_transfer_in_place_of_a_closed_refund_is_one_by_its_key(shop, buyer):
    refund = paying(shop, buyer)
    key = a_key(merchant_id=shop.id, actor="staff:1", operation="transfer")
    with pytest.raises(DomainError) as refusal:
        retry(shop, refund, key=key, how=aftersales.retry_by_transfer)
    assert refusal.value.code == "refund_stands"
    wechat_says(shop, refund, RefundState.CLOSED)

    made = [retry(shop, refund, key=key, how=aftersales.retry_by_transfer) for _ in range(2)]

    assert made == [seen(shop, refund).transfer_number] * 2
    assert ledger.verify() == []


def test_what_waits_for_a_word_and_what_stands_still_are_listed_apart(shop, buyer):
    running = paying(shop, buyer)
    at = ASKED_AT + LATER

    def listed(only):
        page = aftersales.list_open(merchant_id=shop.id, cursor=None, limit=10, at=at, only=only)
        return [each.number for each in page.items]

    assert (listed(Open.ASKED), listed(Open.STUCK), listed(None)) == ([], [running], [running])


def first_arrives(shop, number):
    with transaction():
        payments.settle_refund(
            RefundFact(
                merchant_id=shop.id,
                refund_number=number,
                state=RefundState.SUCCEEDED,
                wechat_refund_id="5030",
            ),
            at=ASKED_AT,
        )


@pytest.mark.parametrize("how", [aftersales.retry, aftersales.retry_by_transfer])
def test_a_closed_refund_that_arrives_after_all_ends_its_return_and_has_no_other(shop, buyer, how):
    refund = paying(shop, buyer)
    wechat_says(shop, refund, RefundState.CLOSED)
    first = seen(shop, refund).refund_number
    retry(shop, refund, how=how)

    first_arrives(shop, first)

    with pytest.raises(DomainError) as refusal, transaction():
        payments.replace_refund(merchant_id=shop.id, number=first, at=ASKED_AT)
    assert refusal.value.code == "refund_stands"
    assert walk(shop, refund) == "done"
    assert (resting(shop, "prepaid"), resting(shop, "payers")) == (0, 0)
    assert ledger.verify() == []


def test_no_second_successor_once_the_first_of_the_chain_has_paid(shop, buyer):
    refund = paying(shop, buyer)
    wechat_says(shop, refund, RefundState.CLOSED)
    first = seen(shop, refund).refund_number
    second = retry(shop, refund)
    wechat_says(shop, refund, RefundState.CLOSED)
    first_arrives(shop, first)

    for verb in (payments.ask_anew, payments.replace_refund):
        with pytest.raises(DomainError) as refusal, transaction():
            verb(merchant_id=shop.id, number=second, at=ASKED_AT)
        assert refusal.value.code == "refund_stands"
