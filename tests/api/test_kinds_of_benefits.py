"""Cards of many uses, rights and third-party codes: bought, paid, and used up one by one."""

import pytest

from app.domain.catalog import BenefitKind, Conditions, Days, OfferKind
from tests.api.calling import a_notice, a_request_key
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.pools import a_code_benefit, a_code_offer, fresh_codes

LONG = {"validity": Days(count=900)}


def sells(shop, uses, *, of=None, rules=None, **offer):
    """An offer of so many uses of one benefit."""
    conditions = Conditions(**LONG | (rules or {}))
    made = a_benefit(merchant=shop.merchant, conditions=conditions, **of or {})
    words = {"kind": OfferKind.BUNDLE, "title": "年卡", "items": [(made.benefit_id, uses)]}
    return an_offer(merchant=shop.merchant, **words | offer)


@pytest.fixture
def buys(client, shop, member, phone):
    """Order an offer and pay for it on the phone; what the wallet has then."""

    def buy(offer):
        order = member.post("/orders", {"offer": offer.number}, key=a_request_key()).json["order"]
        assert phone.pay(member.post(f"/orders/{order}/prepay").json) == "requestPayment:ok"
        headers, sealed = a_notice(phone.last_paid())
        door = f"/wechat/pay/{shop.channel.number}/payments"
        assert client.post(door, data=sealed, headers=headers).status_code == 204
        return member.get("/wallet").json["items"]

    return buy


def use(member, clerk, voucher):
    digits = member.get(f"/vouchers/{voucher}/code").json["digits"]
    return clerk.post("/counter/redeem", {"code": digits}, key=a_request_key())


def test_each_use_of_a_count_card_is_a_row_with_its_own_time_and_place(shop, member, clerk, buys):
    offer = sells(shop, 3, price_fen=30_00, rules={"uses_per_day": 2})
    uses = buys(offer)
    (card,) = {each["card"] for each in uses}

    first, second, third = (use(member, clerk, each["voucher"]) for each in uses)

    assert (first.status_code, second.status_code) == (201, 201)
    assert (third.status_code, third.json["code"]) == (409, "used_up_today")
    told = member.get(f"/cards/{card}").json
    assert (told["total"], told["left"]) == (3, 1)
    assert [each["used_at"] is not None for each in told["uses"]] == [True, True, False]
    assert {each["store"] for each in told["uses"][:2]} == {shop.store.name}
    redeemed = [each["reference"] for each in told["timeline"]]
    assert redeemed == [first.json["redemption"], second.json["redemption"]]


@pytest.mark.parametrize("thing", ["免费退货1次", "到店免排队1次", "专属顾问服务1次"])
def test_a_right_is_counted_as_it_is_used(shop, member, clerk, buys, thing):
    right = {
        "kind": BenefitKind.RIGHT,
        "name": thing.removesuffix("1次"),
        "face": {"thing": thing},
        "hand_over": "按权益内容提供服务",
    }
    year = {"kind": OfferKind.MEMBERSHIP, "terms": {"term_days": 365}, "price_fen": 20_00}
    offer = sells(shop, 2, of=right, **year)
    uses = buys(offer)

    told = use(member, clerk, uses[0]["voucher"]).json

    assert (told["benefit_name"], told["hand_over"]) == (
        thing.removesuffix("1次"),
        "按权益内容提供服务",
    )
    assert told["value_fen"] == 10_00
    left = member.get("/wallet").json["items"]
    assert [each["voucher"] for each in left] == [uses[1]["voucher"]]


def test_a_third_partys_code_is_seen_once_it_is_asked_for_and_counts_as_used(
    shop, member, clerk, buys
):
    benefit = a_code_benefit(merchant=shop.merchant)
    codes = fresh_codes(2)
    offer = a_code_offer(merchant=shop.merchant, benefit=benefit, codes=codes)
    (voucher,) = (each["voucher"] for each in buys(offer))

    at_the_counter = use(member, clerk, voucher)
    shown = member.post(f"/vouchers/{voucher}/reveal").json
    again = member.post(f"/vouchers/{voucher}/reveal").json

    assert (at_the_counter.status_code, at_the_counter.json["code"]) == (409, "code_is_revealed")
    assert shown["code"] in codes
    assert again == shown | {"replayed": True}
    assert member.get(f"/vouchers/{voucher}").json["state"] == "redeemed"
