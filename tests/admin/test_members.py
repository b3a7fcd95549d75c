"""Members as a manager finds and sees them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain import members
from app.kernel import clock
from app.kernel.audit import AuditRow
from app.kernel.db import reading
from tests.builders.members import a_member
from tests.builders.orders import a_buyer, a_paid_order, a_shop, vouchers_of
from tests.builders.transactions import joined

PHONE = "13800138000"


def named(house, nickname, **more):
    member = a_member(merchant=house.merchant, at=clock.now(), **more)
    with joined():
        members.set_nickname(merchant_id=house.id, member_id=member.id, nickname=nickname)
    return member


def audits(house, action):
    query = select(AuditRow).where(AuditRow.merchant_id == house.id, AuditRow.action == action)
    return list(reading().scalars(query.order_by(AuditRow.id)))


@pytest.fixture
def guest(house):
    return named(house, "王小明与他的一家三口最喜欢喝拿铁", phone=PHONE)


def test_the_list_masks_phones(house, guest):
    text = house.manager.get("/members").text
    assert guest.number in text
    assert "138****8000" in text
    assert PHONE not in text


def test_a_number_leads_straight_to_its_member(house, guest):
    assert house.manager.get(f"/members?q={guest.number}").location.endswith(guest.number)


def test_a_whole_phone_finds_its_member_and_a_part_of_it_does_not(house, guest):
    found = house.manager.post("/members/find", {"q": "138 0013 8000"})
    assert found.location.endswith(f"/members/{guest.number}")
    other = named(house, "同号", phone=PHONE)
    both = house.manager.post("/members/find", {"q": PHONE})
    assert guest.number in both.text
    assert other.number in both.text
    assert "没有找到" in house.manager.post("/members/find", {"q": "1380013"}).text


def test_a_phone_stands_in_no_address_and_asking_is_noted_and_counted(house, guest):
    assert guest.number not in house.manager.get(f"/members?q={PHONE}").text
    unknown = house.manager.post("/members/find", {"q": "13900139000"})
    assert (unknown.status_code, "location" in unknown.headers) == (200, False)
    house.manager.post("/members/find", {"q": PHONE})
    lines = audits(house, "member.find_by_phone")
    assert [(line.subject, line.details) for line in lines] == [
        ("-", {"found": 0}),
        (guest.number, {"found": 1}),
    ]
    answers = [
        house.manager.post("/members/find", {"q": "13900139000"}).status_code for _ in range(60)
    ]
    assert (answers[0], answers[-1]) == (200, 429)


def test_a_search_in_words_goes_on_in_the_address(house, guest):
    assert "q=" in house.manager.post("/members/find", {"q": "王小"}).location


def test_the_beginning_of_a_nickname_finds_it_whatever_its_case(house, guest):
    anna = named(house, "Anna")
    assert guest.number in house.manager.get("/members?q=王小").text
    assert anna.number in house.manager.get("/members?q=aNN").text
    assert anna.number not in house.manager.get("/members?q=nna").text
    assert "没有找到" in house.manager.get("/members?q=%").text


def test_lists_and_searches_take_few_statements(house, guest, statements):
    for path in ("/members", "/members?q=王"):
        house.manager.get(path)
        with statements() as counted:
            house.manager.get(path)
        assert len(counted.statements) <= 4, path


def test_every_side_of_a_member_is_a_page(house, guest):
    for tab in ("", "vouchers", "orders", "points", "value", "messages", "complaints"):
        answer = house.manager.get(f"/members/{guest.number}?tab={tab}")
        assert answer.status_code == 200, tab
        assert PHONE not in answer.text


def test_what_somebody_bought_and_holds_is_on_his_page(house):
    shop = a_shop(merchant=house.merchant)
    buyer = a_buyer(shop)
    order = a_paid_order(shop, buyer=buyer, at=clock.now() - timedelta(minutes=2)).order_number
    assert order in house.manager.get(f"/members/{buyer.number}").text
    held = house.manager.get(f"/members/{buyer.number}?tab=vouchers").text
    assert vouchers_of(shop, buyer)[0].number in held
    assert order in house.manager.get(f"/members/{buyer.number}?tab=orders").text


def test_a_whole_phone_is_read_with_a_reason_that_is_kept(house, guest):
    refused = house.manager.post(f"/members/{guest.number}/phone", {"reason": ""})
    assert refused.status_code == 422
    assert PHONE not in refused.text
    assert audits(house, "member.reveal_phone") == []
    read = house.manager.post(f"/members/{guest.number}/phone", {"reason": "顾客遗失物品"})
    assert PHONE in read.text
    assert audits(house, "member.reveal_phone")[0].details == {"reason": "顾客遗失物品"}
    assert PHONE not in house.manager.get(f"/members/{guest.number}").text


def test_a_member_is_kept_out_and_let_in_again(house, guest):
    assert house.manager.post(f"/members/{guest.number}/block").status_code == 303
    assert "已停用" in house.manager.get(f"/members/{guest.number}").text
    (line,) = audits(house, "member.block")
    assert line.details == {"before": {"state": "active"}, "after": {"state": "blocked"}}
    house.manager.post(f"/members/{guest.number}/unblock")
    assert "恢复会员" not in house.manager.get(f"/members/{guest.number}").text


def test_a_lost_card_is_frozen_and_made_anew(house, guest):
    house.manager.post(f"/members/{guest.number}/codes/freeze", {"reason": "来电挂失"})
    assert "已挂失" in house.manager.get(f"/members/{guest.number}").text
    house.manager.post(f"/members/{guest.number}/codes/reissue", {"reason": "本人到店"})
    assert "挂失会员码" in house.manager.get(f"/members/{guest.number}").text


def test_stored_value_is_frozen_with_a_reason(house, guest):
    house.manager.post(f"/members/{guest.number}/value/freeze", {"reason": "疑似盗用"})
    assert "疑似盗用" in house.manager.get(f"/members/{guest.number}").text
    house.manager.post(f"/members/{guest.number}/value/unfreeze", {"reason": "已核实"})
    assert "疑似盗用" not in house.manager.get(f"/members/{guest.number}").text


def test_clerks_see_no_members(house, guest):
    for path in ("/members", f"/members/{guest.number}"):
        assert house.clerk.get(path).status_code == 403
    assert house.clerk.post(f"/members/{guest.number}/phone", {"reason": "x"}).status_code == 403


def test_another_merchants_member_is_nobody_here(house):
    stranger = a_member(phone=PHONE)
    assert house.manager.get(f"/members/{stranger.number}").status_code == 404
    assert house.manager.post(f"/members/{stranger.number}/block").status_code == 404
    assert stranger.number not in house.manager.get(f"/members?q={PHONE}").text
