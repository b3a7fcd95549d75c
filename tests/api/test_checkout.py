"""Paying with several pots, over HTTP."""

import pytest

from app.domain.catalog import Days
from tests.api.calling import a_request_key
from tests.builders.tenders import a_discount, points_pay, with_points, with_value


@pytest.fixture
def voucher(shop, buyer):
    points_pay(shop)
    with_points(shop, buyer, 1_000)
    with_value(shop, buyer, paid=100_00, bonus=0)
    return a_discount(shop, buyer, stackable=True, validity=Days(count=900))


def placed(member, shop, **pots):
    return member.post("/orders", {"offer": shop.offer.number} | pots, key=a_request_key())


def test_a_quote_shows_the_price_and_what_could_pay(member, shop, voucher):
    answer = member.get(f"/checkout/quote?offer={shop.offer.number}&points=400&value_fen=1000")

    told = answer.json
    assert answer.status_code == 200
    assert (told["list_fen"], told["voucher_fen"], told["points_fen"]) == (49_00, 5_00, 4_00)
    assert (told["total_fen"], told["value_fen"], told["wechat_fen"]) == (40_00, 10_00, 30_00)
    assert told["voucher"] == told["best"] == voucher.number
    assert told["may_pay_points"]["points"] == 1_000
    assert told["may_pay_value"] == {"has_fen": 100_00, "most_fen": 40_00}


def test_a_quote_shows_the_best_voucher_the_next_one_and_what_is_wrong_with_the_others(
    member, shop, buyer, voucher
):
    less = a_discount(shop, buyer, face={"off_fen": 3_00}, validity=Days(count=900))
    far = a_discount(shop, buyer, minimum_spend_fen=60_00, validity=Days(count=900))

    told = member.get(f"/checkout/quote?offer={shop.offer.number}").json

    assert (told["voucher"], told["best"], told["runner_up"]) == (
        voucher.number,
        voucher.number,
        less.number,
    )
    assert [(each["voucher"], each["why"], each["reason"]) for each in told["vouchers"]] == [
        (voucher.number, None, None),
        (less.number, None, "可以使用，比最优惠的券少省2.00元"),
        (far.number, "below_minimum_spend", "这张券满60.00元可用，还差11.00元。"),
    ]


def test_a_quote_may_be_asked_without_a_voucher(member, shop, voucher):
    told = member.get(f"/checkout/quote?offer={shop.offer.number}&best=false").json

    assert (told["voucher"], told["best"], told["total_fen"]) == (None, voucher.number, 49_00)


def test_an_order_with_every_pot_bills_the_rest_only(member, shop, voucher):
    answer = placed(member, shop, voucher=voucher.number, points=400, value_fen=10_00)

    assert answer.status_code == 201
    assert (answer.json["total_fen"], answer.json["wechat_fen"]) == (40_00, 30_00)
    seen = member.get(f"/orders/{answer.json['order']}").json
    assert [each["kind"] for each in seen["tenders"]] == ["voucher", "points", "value"]
    assert seen["lines"][0]["discount_fen"] == 9_00


def test_an_order_given_up_gives_its_pots_back(member, shop, voucher):
    order = placed(member, shop, voucher=voucher.number, value_fen=10_00).json["order"]

    told = member.post(f"/orders/{order}/cancel").json

    assert {each["state"] for each in told["tenders"]} == {"released"}
    assert member.get(f"/vouchers/{voucher.number}").json["state"] == "active"


def test_what_stored_value_pays_alone_is_in_the_wallet_at_once(member, shop, voucher):
    answer = placed(member, shop, value_fen=49_00)

    assert (answer.json["state"], answer.json["wechat_fen"]) == ("fulfilled", 0)


def test_a_pot_that_cannot_pay_says_why(member, shop, voucher):
    answer = placed(member, shop, value_fen=49_01)

    assert (answer.status_code, answer.json["code"]) == (409, "tender_refused")
    assert answer.json["details"] == {
        "pot": "value",
        "why": "more_than_total",
        "most_fen": 49_00,
    }
