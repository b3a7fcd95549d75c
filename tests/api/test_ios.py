"""What may not be sold on an iPhone has no price there and cannot be ordered there."""

import pytest
from sqlalchemy import text

from app.domain.catalog import GoodsKind
from app.kernel.db import transaction, writing
from tests.api.calling import a_request_key
from tests.builders.catalog import an_offer

IPHONE = {"X-Client-Platform": "ios"}
SAFARI = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) MicroMessenger/8.0"}
ANDROID = {"X-Client-Platform": "android"}


@pytest.fixture
def offer_of(shop):
    def make(kind):
        """A virtual one as an older version of the house may have published it."""
        offer = an_offer(merchant=shop.merchant, title=f"好物{kind}")
        with transaction():
            writing().execute(
                text("UPDATE offers SET goods_kind = :kind WHERE merchant_id = :shop AND id = :id"),
                {"kind": kind.value, "shop": shop.id, "id": offer.id},
            )
        return offer

    return make


@pytest.mark.parametrize("headers", [IPHONE, SAFARI])
@pytest.mark.parametrize(
    ("kind", "allowed"),
    [(GoodsKind.ON_SITE, True), (GoodsKind.PHYSICAL, True), (GoodsKind.VIRTUAL, False)],
)
def test_the_shelf_on_an_iphone(guest, offer_of, headers, kind, allowed):
    offer = offer_of(kind)
    page = guest.get(f"/offers/{offer.number}", headers=headers).json
    (card,) = [
        each
        for each in guest.get("/offers", headers=headers).json["items"]
        if each["offer"] == offer.number
    ]
    for shown in (page, card):
        assert shown["buy"]["allowed"] is allowed
        assert shown["price_fen"] == (4900 if allowed else None)
        assert (shown["saving_fen"] is None) is not allowed


@pytest.mark.parametrize("kind", list(GoodsKind))
def test_elsewhere_everything_has_its_price(guest, offer_of, kind):
    offer = offer_of(kind)
    page = guest.get(f"/offers/{offer.number}", headers=ANDROID).json
    assert (page["buy"]["allowed"], page["price_fen"]) == (True, 4900)


@pytest.mark.parametrize("headers", [IPHONE, SAFARI])
def test_virtual_goods_cannot_be_ordered_on_an_iphone(member, offer_of, headers):
    body = {"offer": offer_of(GoodsKind.VIRTUAL).number}
    refused = member.post("/orders", body, key=a_request_key(), headers=headers)
    assert (refused.status_code, refused.json["code"]) == (409, "not_sold_on_ios")
    assert member.post("/orders", body, key=a_request_key(), headers=ANDROID).status_code == 201


def test_what_is_used_at_the_counter_is_sold_on_an_iphone(member, shop):
    answer = member.post(
        "/orders", {"offer": shop.offer.number}, key=a_request_key(), headers=IPHONE
    )
    assert answer.status_code == 201
