"""Complaints, doubts and parcels, as the panel shows them."""

import csv
import io
from datetime import timedelta

import pytest

from app.domain import approvals
from app.kernel import clock
from app.kernel.db import transaction
from tests.builders.assist import a_friend, a_task, helped
from tests.builders.complaints import a_ticket
from tests.builders.orders import a_buyer, a_paid_order, a_shop
from tests.builders.subscriptions import a_monthly_card, a_monthly_offer, an_address, opened


@pytest.fixture
def shop(house):
    return a_shop(merchant=house.merchant)


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


@pytest.fixture
def sold(shop, buyer):
    at = clock.now() - timedelta(minutes=5)
    return a_paid_order(shop, buyer=buyer, at=at).order_number


@pytest.fixture
def ticket(shop, buyer, sold):
    """About an order of 49 yuan, told a moment ago."""
    return a_ticket(shop, buyer, at=clock.now(), order_number=sold)


def test_an_empty_inbox_says_what_it_is_for(house):
    assert "没有待处理的投诉" in house.manager.get("/complaints").text
    assert "还没有处理完的投诉" in house.manager.get("/complaints?tab=resolved").text


def test_the_inbox_shows_clocks_and_leads_to_the_dialogue(house, ticket):
    text = house.manager.get("/complaints").text
    assert "券不能用" in text
    assert "剩 23 小时" in text
    assert house.manager.get(f"/complaints?q={ticket}").location.endswith(ticket)
    assert "券不能用" in house.manager.get(f"/complaints/{ticket}").text


def test_the_inbox_takes_few_statements(house, shop, buyer, ticket, statements):
    for _ in range(3):
        a_ticket(shop, buyer, at=clock.now())
    house.manager.get("/complaints")
    with statements() as counted:
        house.manager.get("/complaints")
    assert len(counted.statements) <= 4


def test_a_complaint_is_taken_answered_and_settled(house, ticket):
    page = house.manager
    page.post(f"/complaints/{ticket}/take", {"instead_of": ""})
    page.post(f"/complaints/{ticket}/reply", {"text": "马上为您处理"})
    text = page.get(f"/complaints/{ticket}").text
    assert "马上为您处理" in text
    assert "由我处理" not in text
    page.post(f"/complaints/{ticket}/resolve", {"resolution": "已补发一张券"})
    assert "已补发一张券" in page.get(f"/complaints/{ticket}").text
    assert ticket in page.get("/complaints?tab=resolved").text


def test_who_comes_second_learns_that_a_colleague_has_it(house, ticket):
    house.owner.post(f"/complaints/{ticket}/take", {"instead_of": ""})
    assert house.manager.post(f"/complaints/{ticket}/take", {"instead_of": ""}).status_code == 409


def test_a_photo_goes_into_the_dialogue_and_is_shown_there(house, ticket):
    answer = house.manager.client.post(
        house.manager.path(f"/complaints/{ticket}/reply"),
        data={
            "csrf_token": _secret(house.manager, ticket),
            "text": "请看图",
            "photos": (io.BytesIO(_a_picture()), "a.png"),
        },
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303
    text = house.manager.get(f"/complaints/{ticket}").text
    photo = text.partition('<img class="rounded photo" src="')[2].partition('"')[0]
    shown = house.manager.get(photo)
    assert shown.status_code == 200
    assert shown.mimetype.startswith("image/")
    assert house.manager.get(f"/complaints/{ticket}/photos/other.png").status_code == 404


def test_a_file_that_is_no_picture_is_refused_in_words(house, ticket):
    answer = house.manager.client.post(
        house.manager.path(f"/complaints/{ticket}/reply"),
        data={
            "csrf_token": _secret(house.manager, ticket),
            "text": "请看图",
            "photos": (io.BytesIO(b"no picture"), "a.png"),
        },
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert "图片无法识别" in answer.text


def test_a_refund_out_of_a_complaint_stands_in_its_dialogue(house, sold, ticket):
    form = house.manager.get(f"/orders/{sold}/refund?ticket={ticket}").text
    assert f'name="ticket" value="{ticket}"' in form
    done = house.manager.post(
        f"/orders/{sold}/refund", {"reason": "投诉", "back_fen": "4900", "ticket": ticket}
    )
    refund = done.location.rpartition("/")[2]
    assert refund in house.manager.get(f"/complaints/{ticket}").text


def test_clerks_and_other_shops_see_no_complaints(house, ticket):
    other = a_shop()
    foreign = a_ticket(other, a_buyer(other), at=clock.now())
    assert house.clerk.get("/complaints").status_code == 403
    assert house.clerk.get(f"/complaints/{ticket}").status_code == 403
    assert house.manager.get(f"/complaints/{foreign}").status_code == 404
    assert house.manager.post(f"/complaints/{foreign}/reply", {"text": "x"}).status_code == 404


def test_nothing_waits_for_a_review(house):
    assert "没有待审核的助力" in house.manager.get("/reviews").text
    assert house.clerk.get("/reviews").status_code == 403
    assert house.manager.post("/reviews/LXXXX/approve", {"reason": "x"}).status_code == 404


def a_doubt(house):
    """A help that waits for a look; its number and its helper."""
    at = clock.now() - timedelta(minutes=9)
    shop, _buyer, task = a_task(a_shop(merchant=house.merchant), at=at)
    friend = a_friend(shop, at=at)
    return helped(shop, task, friend, at=at + timedelta(minutes=1), risk_rank=2).number, friend


def test_a_doubt_is_shown_with_what_speaks_for_it_and_let_pass(house):
    number, friend = a_doubt(house)
    text = house.manager.get("/reviews").text
    assert number in text
    assert friend.number in text
    assert "微信判定有风险" in text
    assert house.manager.post(f"/reviews/{number}/approve", {"reason": ""}).status_code == 422
    assert house.manager.post(f"/reviews/{number}/approve", {"reason": "熟客"}).status_code == 303
    assert number not in house.manager.get("/reviews").text
    assert "熟客" in house.manager.get(f"/members/{friend.number}").text


def test_a_doubt_is_turned_down_once(house):
    number, _friend = a_doubt(house)
    assert house.manager.post(f"/reviews/{number}/reject", {"reason": "刷量"}).status_code == 303
    again = house.manager.post(f"/reviews/{number}/reject", {"reason": "刷量"})
    assert again.status_code == 422


def test_doubts_take_few_statements(house, statements):
    a_doubt(house)
    house.manager.get("/reviews")
    with statements() as counted:
        house.manager.get("/reviews")
    assert len(counted.statements) <= 4


def test_no_parcels_no_labels(house):
    assert "没有这样的包裹" in house.clerk.get("/shipments").text
    answer = house.manager.post("/shipments/labels.csv", {"until": ""})
    assert answer.mimetype == "text/csv"
    assert len(list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))) == 1
    assert house.clerk.post("/shipments/labels.csv", {"until": ""}).status_code == 403


@pytest.fixture
def parcel(house):
    """The number of a parcel that is to be sent."""
    shop = a_shop(merchant=house.merchant)
    shop.offer = a_monthly_offer(shop)
    at = clock.now() - timedelta(days=20)
    buyer = a_buyer(shop)
    an_address(shop, buyer, at=at)
    opened(shop, a_monthly_card(shop, buyer, at=at), at=clock.now())
    text = house.clerk.get("/shipments").text
    return text.partition("/shipments/E")[2].partition('"')[0].join(("E", ""))


def test_parcels_show_no_whole_address_but_labels_do(house, parcel, statements):
    text = house.clerk.get("/shipments").text
    assert parcel in text
    assert "13800138000" not in text
    assert "漕溪北路1号2室" not in text
    table = house.manager.post("/shipments/labels.csv", {"until": ""}).data.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(table))
    assert (row["parcel"], row["电话"]) == (parcel, "13800138000")
    with statements() as counted:
        house.clerk.get("/shipments")
    assert len(counted.statements) <= 4


def test_a_filled_table_sends_and_a_bad_line_stops_it_all(house, parcel):
    head = "parcel,company,tracking_number\n"
    bad = _hand_in(house.clerk, f"{head}{parcel},SF,SF1001\nE000,SF,SF1002\n".encode())
    assert bad.status_code == 422
    assert "没有这个包裹" in bad.text
    assert parcel in house.clerk.get("/shipments").text
    good = _hand_in(house.clerk, f"{head}{parcel},SF,SF1001\n".encode("gb18030"))
    assert good.status_code == 303
    assert "SF1001" in house.clerk.get("/shipments?state=sent").text


def test_a_parcel_goes_gets_lost_and_goes_again(house, parcel):
    said = {"company": "SF", "tracking_number": "SF1001"}
    assert house.clerk.post(f"/shipments/{parcel}/sent", said).status_code == 303
    assert house.clerk.post(f"/shipments/{parcel}/delivered").status_code == 303
    assert house.clerk.post(f"/shipments/{parcel}/failed", {"reason": "退回"}).status_code == 303
    assert house.clerk.post(f"/shipments/{parcel}/resend", {"cost": "8"}).status_code == 403
    assert house.manager.post(f"/shipments/{parcel}/resend", {"cost": "8.5"}).status_code == 303
    assert "¥8.50" in house.manager.get(f"/shipments/{parcel}").text


def test_much_money_of_a_parcel_goes_back_by_two_people(house, parcel):
    with transaction():
        approvals.set_limit(
            merchant_id=house.id,
            kind=approvals.Kind.PARCEL_REFUND,
            above_fen=0,
            actor="staff:1",
            at=clock.now(),
        )
    answer = house.manager.post(f"/shipments/{parcel}/refund", {"reason": "断货"})
    assert answer.status_code == 303
    assert "/approvals/" in answer.location
    assert "不再发货" in house.manager.get(f"/shipments/{parcel}").text
    assert house.owner.post(f"{answer.location}/approve").status_code == 303
    assert "已放弃" in house.manager.get(f"/shipments/{parcel}").text


def test_a_parcel_that_is_not_sent_gives_its_money_back(house, parcel):
    answer = house.manager.post(f"/shipments/{parcel}/refund", {"reason": "断货"})
    assert answer.status_code == 303
    assert "已放弃" in house.manager.get(f"/shipments/{parcel}").text
    again = house.manager.post(f"/shipments/{parcel}/sent", {"company": "", "tracking_number": ""})
    assert again.status_code == 422


def test_a_table_without_its_columns_is_refused(house):
    answer = _hand_in(house.clerk, b"a,b\n1,2\n")
    assert answer.status_code == 422
    assert "表头须包含" in answer.text


def _hand_in(browser, content):
    browser.get("/shipments")
    return browser.client.post(
        browser.path("/shipments/tracking"),
        data={"csrf_token": browser.csrf, "table": (io.BytesIO(content), "t.csv")},
        content_type="multipart/form-data",
    )


def _secret(browser, ticket):
    browser.get(f"/complaints/{ticket}")
    return browser.csrf


def _a_picture():
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(out, "PNG")
    return out.getvalue()
