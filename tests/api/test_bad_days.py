"""Callers who forge, callers who were let in a moment ago, and mistakes of our own."""

import base64
import json

import pytest

from app.domain import members, orders
from app.domain.risk import RULES
from app.kernel import clock
from app.kernel.db import db, execute, transaction
from tests.api.calling import a_request_key
from tests.api.test_counter import code, redeem, voucher  # noqa: F401 - fixtures
from tests.api.test_paying import bill, kept, notify, order, pay  # noqa: F401 - fixtures
from tests.builders.orders import shown


@pytest.mark.parametrize("key", [[2**63 - 1, 1], [2**62, 2**63 - 1], [1, 1]])
def test_a_cursor_from_the_end_of_time_is_refused_or_leads_nowhere(member, key):
    cursor = base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")
    for tab in ("usable", "used", "over"):
        answer = member.get(f"/wallet?tab={tab}&cursor={cursor}")
        assert answer.status_code in {200, 422}, answer.json


def test_typed_digits_are_counted_by_voucher_however_they_are_dressed(
    cashier,
    clerk,
    voucher,  # noqa: F811
    shop,
    redis,
):
    (rule,) = (rule for rule in RULES if rule.name == "digits_per_handle")
    digits = shown(shop, voucher, at=clock.now()).digits
    db.session.rollback()
    wrong = digits[:11] + "0000000"
    dressings = ["{}", "\u3000{}", "{}\u00a0", " {}", "{}\u2003"]
    for turn in range(rule.limit):
        dressed = dressings[turn % len(dressings)].format(wrong)
        assert redeem(cashier, dressed).json["code"] == "code_unknown"

    answer = redeem(clerk, "\u3000" + wrong)

    assert answer.json["details"]["reason"] == "digits_per_handle"


def placing(member, shop):
    return member.post("/orders", {"offer": shop.offer.number}, key=a_request_key())


def test_who_was_blocked_a_moment_ago_buys_nothing(member, buyer, shop):
    assert placing(member, shop).status_code == 201
    with transaction():
        members.block(merchant_id=shop.id, member_id=buyer.id, actor="staff:1", at=clock.now())

    assert placing(member, shop).json["code"] == "not_signed_in"


def test_who_was_merged_a_moment_ago_signs_in_again_before_buying(member, buyer, stranger, shop):
    assert placing(member, shop).status_code == 201
    with transaction():
        execute(
            """UPDATE members SET merged_into = (SELECT max(id) FROM members
              WHERE merchant_id = %(merchant_id)s)
            WHERE merchant_id = %(merchant_id)s AND id = %(id)s""",
            {"merchant_id": shop.id, "id": buyer.id},
        )

    answer = placing(member, shop)

    assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in")


def test_a_genuine_notice_is_kept_when_we_stumble_over_it(
    client,
    member,
    shop,
    phone,
    order,  # noqa: F811
    bill,  # noqa: F811
    monkeypatch,
):
    pay(member, phone, order)
    with monkeypatch.context() as broken:
        broken.setattr(orders, "confirm_paid", lambda *_args, **_more: 1 / 0)
        assert notify(client, shop, phone.paid(bill)).status_code == 500
    assert kept(shop) == [(False, "ZeroDivisionError")]
