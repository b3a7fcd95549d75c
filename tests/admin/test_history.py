from datetime import timedelta

import pytest

from app.domain import approvals, merchants
from app.domain.approvals import Kind
from app.domain.merchants import Role
from app.kernel import audit, audit_search, calendar, clock
from app.kernel.audit_search import Wanted
from app.kernel.db import execute, transaction
from tests.builders.merchants import a_merchant, a_store


def noted(house, *, actor="system", action="offer.edit", subject="G1", at=None, **details):
    with transaction():
        audit.record(
            merchant_id=house.id,
            actor=actor,
            action=action,
            subject=subject,
            at=at or clock.now(),
            details=details,
        )


def sealed(house):
    with transaction():
        return audit.seal(merchant_id=house.id, before=clock.now() + timedelta(minutes=1))


def lines(house, **wanted):
    return audit_search.search(merchant_id=house.id, wanted=Wanted(**wanted)).items


def test_the_log_tells_who_did_what_in_words(house):
    who = house.people[Role.MANAGER]
    noted(
        house, actor=f"staff:{who.staff_id}", before={"price_fen": 4900}, after={"price_fen": 39_00}
    )
    page = house.owner.get("/history").text
    assert "卡券商品 · 修改" in page
    assert "价格 ¥49.00 → ¥39.00" in page
    assert ">manager<" in page


def test_one_line_shows_each_field_before_and_after(house):
    noted(
        house,
        before={"price_fen": 4900, "title": "甜筒", "stock": 5},
        after={"price_fen": 3900, "title": "甜筒", "stock": 6},
        reason="周末",
    )
    (line,) = lines(house, action="offer.edit")
    page = house.manager.get(f"/history/{line.id}").text
    assert all(each in page for each in ("¥49.00", "¥39.00", "库存", "周末"))
    assert "甜筒" not in page


@pytest.mark.parametrize(
    "details",
    [
        {"was": {"price_fen": 4900}, "now": {"price_fen": 3900}},
        {"price_fen": {"was": 4900, "now": 3900}},
    ],
)
def test_was_and_now_are_told_as_before_and_after(house, details):
    noted(house, subject="GW", action="offer.window", **details)
    assert "价格 ¥49.00 → ¥39.00" in house.owner.get("/history?subject=GW").text
    (line,) = lines(house, subject="GW")
    page = house.owner.get(f"/history/{line.id}").text
    assert page.count("¥49.00") == 1
    assert "没有改动字段" not in page


def test_fields_and_values_are_told_in_words(house):
    noted(
        house,
        subject="factor:12",
        action="points.factor.add",
        after={"bp": 15_000, "pay_bp": 2_500, "cool_down_minutes": 30, "is_on": True},
        store_ids=[1, 2],
        ends_at="2026-07-01T04:00:00+00:00",
    )
    (line,) = lines(house, subject="factor:12")
    assert "积分倍数 12" in house.owner.get("/history").text
    page = house.owner.get(f"/history/{line.id}").text
    told = (
        "积分倍数 12",
        "1.5 倍",
        "25.0%",
        "间隔（分钟）",
        "开启",
        ">是<",
        "1、2",
        "2026-07-01 12:00",
    )
    assert [each for each in told if each not in page] == []
    assert "cool_down" not in page


def test_the_button_checks_the_newest_lines_and_no_more(house):
    for number in range(6):
        noted(house, subject=f"C{number}")
    sealed(house)
    with transaction():
        execute(
            """UPDATE audit SET actor = 'staff:9' WHERE merchant_id = %(m)s
            AND subject = 'C0'""",
            {"m": house.id},
        )
    assert audit.verify(merchant_id=house.id)
    assert audit.verify(merchant_id=house.id, most=3) == []
    assert audit.verify(merchant_id=house.id, most=6)
    assert audit.verify(merchant_id=house.id, most=10_000)
    with transaction():
        execute(
            """UPDATE audit SET actor = 'system' WHERE merchant_id = %(m)s
            AND subject = 'C0'""",
            {"m": house.id},
        )
    assert audit.verify(merchant_id=house.id) == []


def test_it_is_searched_by_person_action_number_and_day(house):
    now = clock.now()
    with transaction():
        execute(
            "UPDATE audit SET at = at - interval '9 days' WHERE merchant_id = %(id)s",
            {"id": house.id},
        )
    noted(house, actor="staff:1", action="offer.stop", subject="商品乙", at=now - timedelta(days=3))
    noted(house, actor="staff:1", action="offer.edit", subject="商品甲")
    noted(house, actor="staff:2", action="offer.stop", subject="商品丙")
    found = house.owner.get("/history?actor=staff:1&action=offer.stop").text
    assert ("商品乙" in found, "商品甲" in found, "商品丙" in found) == (True, False, False)
    assert "商品丙" in house.owner.get("/history?subject=商品丙").text
    day = calendar.day_of(now - timedelta(days=3), house.merchant.zone).isoformat()
    by_day = house.owner.get(f"/history?since={day}&until={day}").text
    assert "商品乙" in by_day
    assert "商品丙" not in by_day
    assert house.owner.get("/history?since=nonsense").status_code == 422
    assert "没有符合条件的记录" in house.owner.get("/history?subject=G9").text


def test_pages_follow_each_other_without_a_gap(house):
    at = clock.now() + timedelta(minutes=5)
    for number in range(7):
        noted(house, subject=f"N{number}", action="scene.add", at=at)
    seen, cursor = [], None
    while True:
        page = audit_search.search(
            merchant_id=house.id, wanted=Wanted(action="scene.add"), cursor=cursor, limit=3
        )
        seen += [line.subject for line in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [f"N{number}" for number in reversed(range(7))]


def test_another_shops_line_is_not_found(house):
    other = a_merchant(name="隔壁")
    a_store(merchant=other)
    with transaction():
        (line, *_) = audit_search.search(merchant_id=other.id, wanted=Wanted()).items
    assert house.owner.get(f"/history/{line.id}").status_code == 404
    assert house.owner.get("/history?cursor=abc").status_code == 422


def test_a_whole_chain_is_told_as_whole_and_a_changed_line_is_found(house):
    noted(house, subject="GX", price_fen=1)
    sealed(house)
    assert "校验通过" in house.owner.post("/history/verify").text
    with transaction():
        execute(
            """UPDATE audit SET details = '{"price_fen": 2}' WHERE merchant_id = %(m)s
            AND subject = 'GX'""",
            {"m": house.id},
        )
    assert "校验未通过" in house.owner.post("/history/verify").text
    with transaction():
        execute(
            """UPDATE audit SET details = '{"price_fen": 1}' WHERE merchant_id = %(m)s
            AND subject = 'GX'""",
            {"m": house.id},
        )


def test_a_line_taken_out_at_the_end_is_missed(house):
    noted(house, subject="last")
    sealed(house)
    assert audit.verify(merchant_id=house.id) == []
    with transaction():
        execute(
            """DELETE FROM audit WHERE merchant_id = %(m)s AND seal_no = (
              SELECT max(seal_no) FROM audit WHERE merchant_id = %(m)s)""",
            {"m": house.id},
        )
    assert "ends elsewhere" in audit.verify(merchant_id=house.id)[0]
    with transaction():
        for table in ("audit", "audit_chains"):
            execute(f"DELETE FROM {table} WHERE merchant_id = %(m)s", {"m": house.id})  # noqa: S608


def test_a_clerk_reads_no_log_and_a_manager_checks_no_chain(house):
    assert house.clerk.get("/history").status_code == 403
    assert house.manager.post("/history/verify").status_code == 403


def test_what_the_panel_changes_is_in_the_log(house):
    house.owner.post("/people/stores", {"name": "新店"})
    assert [line.action for line in lines(house, action="store.add")]
    with transaction():
        approvals.set_limit(
            merchant_id=house.id, kind=Kind.REFUND, above_fen=7, actor="system", at=clock.now()
        )
        merchants.list_stores(merchant_id=house.id)
    (line,) = lines(house, action="approval.limit")
    assert line.details["after"] == {"above_fen": 7}


def test_the_list_asks_a_fixed_number_of_questions(house, statements):
    noted(house, actor="staff:1")
    house.owner.get("/history")
    with statements() as few:
        house.owner.get("/history")
    for number in range(40):
        noted(house, subject=f"M{number}", actor=f"staff:{number}")
    with statements() as many:
        house.owner.get("/history")
    assert len(many.statements) == len(few.statements) <= 8
