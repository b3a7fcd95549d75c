"""Presents that make good, and evenings, as the panel shows them."""

from datetime import timedelta

import pytest

from app.domain import complaints, merchants
from app.domain.catalog import BenefitKind
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction
from tests.admin.test_benefits import fields as benefit_fields
from tests.builders.bookings import a_club, a_session, booked
from tests.builders.catalog import a_benefit, a_draft_benefit
from tests.builders.complaints import a_rule
from tests.builders.members import a_member
from tests.builders.merchants import a_store
from tests.builders.orders import a_buyer, a_shop, a_voucher, vouchers_of


@pytest.fixture
def shop(house):
    return a_shop(merchant=house.merchant)


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def test_a_clerk_gives_within_his_limit_and_no_more(house, shop, buyer):
    a_rule(shop, role=Role.CLERK, per_day=1, day_cost_fen=100_00, at=clock.now())
    benefit = a_benefit(merchant=house.merchant).benefit_number
    said = {"member": buyer.number, "benefit": benefit, "reason": "出品慢了"}
    assert benefit in house.clerk.get("/goodwill").text
    assert house.clerk.post("/goodwill", said).status_code == 303
    assert [each.card_title for each in vouchers_of(shop, buyer, at=clock.now())] == ["店家心意"]
    again = house.clerk.post("/goodwill", said)
    assert again.status_code == 422
    assert "额度已用完" in again.text
    assert "出品慢了" in house.manager.get("/goodwill").text


def test_nobody_gives_without_a_rule_a_member_or_a_reason(house, buyer):
    benefit = a_benefit(merchant=house.merchant).benefit_number
    said = {"member": buyer.number, "benefit": benefit, "reason": "出品慢了"}
    assert "未开通" in house.manager.post("/goodwill", said).text
    assert house.manager.post("/goodwill", said | {"reason": ""}).status_code == 422
    stranger = a_member()
    assert house.manager.post("/goodwill", said | {"member": stranger.number}).status_code == 422


def test_presents_are_paged_and_found_by_member_and_a_clerk_sees_his_own(house, shop, buyer):
    benefit = a_benefit(merchant=house.merchant).benefit_number
    for role in (Role.CLERK, Role.MANAGER):
        a_rule(shop, role=role, per_day=100, day_cost_fen=10_000_00, at=clock.now())
    for _ in range(31):
        with transaction():
            complaints.grant(
                complaints.Present(
                    merchant_id=house.id,
                    member_id=buyer.id,
                    benefit_number=benefit,
                    reason="出品慢了",
                    actor=f"staff:{house.people[Role.MANAGER].staff_id}",
                    role=Role.MANAGER,
                ),
                at=clock.now(),
            )
    other = a_buyer(shop)
    said = {"member": other.number, "benefit": benefit, "reason": "等了很久"}
    assert house.clerk.post("/goodwill", said).status_code == 303

    first = house.manager.get("/goodwill").text
    assert first.count("出品慢了") == 29
    assert "等了很久" in first
    cursor = first.partition("cursor=")[2].partition('"')[0]
    assert house.manager.get(f"/goodwill?cursor={cursor}").text.count("出品慢了") == 2
    found = house.manager.get(f"/goodwill?q={other.number}").text
    assert "等了很久" in found
    assert "出品慢了" not in found
    assert "没有符合条件的补偿" in house.manager.get("/goodwill?q=nobody").text
    assert "没有符合条件的补偿" in house.manager.get(f"/goodwill?q={a_member().number}").text
    own = house.clerk.get("/goodwill").text
    assert "等了很久" in own
    assert "出品慢了" not in own


def test_only_the_owner_sets_the_limits(house):
    said = {"role": "clerk", "per_day": "3", "day_cost": "50"}
    assert house.manager.post("/goodwill/limits", said).status_code == 403
    assert house.owner.post("/goodwill/limits", said).status_code == 303
    assert "每天 3 次" in house.owner.get("/goodwill").text


def test_presents_take_few_statements(house, statements):
    house.manager.get("/goodwill")
    with statements() as counted:
        house.manager.get("/goodwill")
    assert len(counted.statements) <= 8


@pytest.fixture
def club(house):
    return a_club(merchant=house.merchant)


def test_an_evening_is_put_on_filled_made_larger_and_called_off(house, club):
    starts = clock.now() + timedelta(days=9)
    said = {
        "benefit": club.benefit.benefit_number,
        "title": "冬季品鉴夜",
        "starts_at": starts.strftime("%Y-%m-%dT%H:%M"),
        "ends_at": (starts + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M"),
        "capacity": "1",
        "store": "0",
    }
    made = house.manager.post("/bookings", said)
    assert made.status_code == 303, made.text
    session = made.location.rpartition("/")[2]
    assert "冬季品鉴夜" in house.manager.get("/bookings").text
    house.manager.post(f"/bookings/{session}/capacity", {"capacity": "5"})
    assert "0 / 5" in house.manager.get(f"/bookings/{session}").text
    assert house.manager.post(f"/bookings/{session}/call-off").status_code == 303
    assert "取消" in house.manager.get(f"/bookings/{session}").text


def test_an_evening_that_ends_before_it_begins_is_refused(house, club):
    starts = clock.now() + timedelta(days=9)
    said = {
        "benefit": club.benefit.benefit_number,
        "title": "冬季品鉴夜",
        "starts_at": starts.strftime("%Y-%m-%dT%H:%M"),
        "ends_at": (starts - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M"),
        "capacity": "1",
        "store": "0",
    }
    assert house.manager.post("/bookings", said).status_code == 422


def test_the_guest_list_renews_itself_without_the_page_around_it(house, club):
    starts = clock.now() + timedelta(days=9)
    session = a_session(club, starts_at=starts)
    buyer = a_buyer(club)
    guest = buyer, a_voucher(club, buyer=buyer, at=clock.now() - timedelta(minutes=5))
    booked(club, guest, session, at=clock.now())
    whole = house.manager.get(f"/bookings/{session}").text
    assert guest[0].number in whole
    part = house.manager.get(f"/bookings/{session}", headers={"HX-Request": "true"}).text
    assert guest[0].number in part
    assert "<html" not in part


def test_an_evening_is_told_in_figures(house, club):
    starts = clock.now() + timedelta(minutes=5)
    session = a_session(club, starts_at=starts, seats=7)
    buyer = a_buyer(club)
    guest = buyer, a_voucher(club, buyer=buyer, at=clock.now() - timedelta(minutes=5))
    booked(club, guest, session, at=clock.now())
    assert f"/bookings/{session}/report" in house.manager.get(f"/bookings/{session}").text
    text = " ".join(house.manager.get(f"/bookings/{session}/report").text.split())
    for words, value in (("座位", "7"), ("已预约，还没到", "1"), ("到场", "0")):
        assert f'<th scope="row">{words}</th><td class="number">{value}</td>' in text
    assert "活动还没有结束" in text
    assert f"/bookings/{session}/report" not in house.clerk.get(f"/bookings/{session}").text
    assert house.clerk.get(f"/bookings/{session}/report").status_code == 403


def test_what_may_be_given_is_what_is_offered(house, shop):
    fit = a_benefit(merchant=house.merchant, name="道歉咖啡")
    a_draft_benefit(merchant=house.merchant, name="还没发布")
    a_benefit(
        merchant=house.merchant,
        kind=BenefitKind.CODE,
        name="别家的码",
        face={"thing": "洗车1次", "is_digital": False},
    )
    page = house.clerk.get("/goodwill").text
    assert fit.benefit_number in page
    assert "还没发布" not in page
    assert "别家的码" not in page


def test_a_draft_beside_the_published_words_keeps_a_benefit_on_offer(house):
    fit = a_benefit(merchant=house.merchant, name="道歉咖啡")
    house.manager.post(f"/benefits/{fit.benefit_number}/edit", benefit_fields(name="道歉拿铁"))
    page = house.clerk.get("/goodwill").text
    assert "道歉咖啡" in page
    assert "道歉拿铁" not in page


def test_a_clerk_of_two_stores_chooses_one_first(house, club):
    clerk, other = house.people[Role.CLERK], a_store(merchant=house.merchant, name="静安寺店")
    with transaction():
        merchants.change_staff(
            merchant_id=house.id,
            number=clerk.number,
            role=Role.CLERK,
            store_ids=[house.store.id, other.id],
            actor="system",
            at=clock.now(),
        )
    session = a_session(club, starts_at=clock.now() + timedelta(days=9))
    assert house.clerk.get("/bookings").status_code == 403
    assert house.clerk.get(f"/bookings/{session}").status_code == 403


def test_a_clerk_of_one_store_works_there(house, club):
    session = a_session(club, starts_at=clock.now() + timedelta(days=9))
    assert house.clerk.get("/bookings").status_code == 200
    assert house.clerk.post(f"/bookings/{session}/call-off").status_code == 403


def test_another_shops_evening_is_not_here(house):
    other = a_club()
    session = a_session(other)
    assert house.manager.get(f"/bookings/{session}").status_code == 404
    assert house.manager.post(f"/bookings/{session}/call-off").status_code == 404
