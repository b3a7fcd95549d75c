"""What anybody may look at."""

from io import BytesIO

from PIL import Image

from app.domain import catalog
from app.gateways import gateways
from app.kernel.db import transaction
from tests.api.calling import Caller
from tests.builders.catalog import BOSS, a_draft_offer, an_offer
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON


def a_picture():
    out = BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    return out.getvalue()


def test_the_shelf_shows_what_it_costs_and_saves(guest, shop):
    (offer,) = guest.get("/offers").json["items"]
    assert offer["offer"] == shop.offer.number
    assert (offer["price_fen"], offer["total_value_fen"], offer["saving_fen"]) == (4900, 6400, 1500)


def test_the_shelf_goes_on_where_it_was_cut(guest, shop):
    other = an_offer(merchant=shop.merchant, title="周末双杯")
    first = guest.get("/offers?limit=1").json
    second = guest.get(f"/offers?limit=1&cursor={first['next_cursor']}").json
    assert [each["items"][0]["offer"] for each in (first, second)] == [
        other.number,
        shop.offer.number,
    ]
    assert second["next_cursor"] is None


def test_words_and_category_narrow_the_shelf(guest, shop):
    with transaction():
        category = catalog.add_category(merchant_id=shop.id, name="早餐", actor=BOSS, at=NOON)
    an_offer(merchant=shop.merchant, title="早餐双杯", category_id=category.id)
    assert [item["category"] for item in guest.get("/offers?category=早餐").json["items"]] == [
        "早餐"
    ]
    assert len(guest.get("/offers?words=早餐").json["items"]) == 1
    assert guest.get("/categories").json == {"items": [{"name": "早餐"}]}


def test_a_category_that_is_none_is_not_found(guest):
    assert guest.get("/offers?category=晚餐").json["code"] == "not_found"


def test_an_offer_tells_its_terms(guest, shop):
    offer = guest.get(f"/offers/{shop.offer.number}").json
    (item,) = offer["items"]
    assert (item["face"], item["quantity"], item["sum_fen"]) == ("热拿铁1杯", 2, 6400)
    assert item["condition_lines"]
    assert offer["on_sale"] is True


def test_a_draft_is_nobodys_business(guest, shop):
    draft = a_draft_offer(merchant=shop.merchant)
    assert guest.get(f"/offers/{draft.number}").status_code == 404


def test_another_shops_offer_is_not_found_here(client, shop):
    elsewhere = Caller(client, a_merchant())
    assert elsewhere.get(f"/offers/{shop.offer.number}").status_code == 404


def test_a_cursor_that_is_not_ours_is_refused(guest):
    for cursor in ("nonsense", "W10", "LTE"):
        answer = guest.get(f"/offers?cursor={cursor}")
        assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_a_picture_is_kept_for_ever(guest, shop):
    number = shop.merchant.number
    key = gateways().files.put(merchant_id=number, name="cover", content=a_picture())
    offer = an_offer(merchant=shop.merchant, cover=key)
    path = guest.get(f"/offers/{offer.number}").json["cover_path"]
    answer = guest.raw("GET", path)
    assert (answer.status_code, answer.content_type) == (200, "image/png")
    assert "immutable" in answer.headers["Cache-Control"]


def test_files_have_no_way_out_of_their_folder(guest):
    for path in ("/files/cover/nothing.webp", "/files/../x", "/files/cover/%2e%2e%2fx"):
        assert guest.get(path).status_code == 404


def test_no_such_shop(client, shop):
    nobody = type(shop.merchant)(number="M" + "2" * 16)
    assert Caller(client, nobody).get("/offers").json["code"] == "not_found"
