from datetime import timedelta

import pytest

from app.domain import works
from app.domain.merchants import Role
from app.domain.works import NewFile, Step
from app.gateways import gateways
from app.kernel import clock
from app.kernel.db import transaction
from tests.builders import desk as built
from tests.builders.merchants import a_merchant


def actor(house, role=Role.MANAGER):
    return f"staff:{house.people[role].staff_id}"


def a_work(house, *, by=None, merchant_id=None, **more):
    return built.a_work(merchant_id or house.id, by=by or actor(house), total=4, **more)


def step(house, work_id, **did):
    with transaction():
        work = works.take(merchant_id=house.id, work_id=work_id, at=clock.now())
        works.advance(work, Step(**did), at=clock.now())


def fail(house, work_id):
    with transaction():
        work = works.take(merchant_id=house.id, work_id=work_id, at=clock.now())
        works.fail(work, told="文件读不出来", at=clock.now())


def with_file(house, work_id):
    key, size = gateways().results.write(
        merchant_id=house.id, work_id=work_id, name="r.csv", fill=lambda out: out.write(b"a,b\n")
    )
    file = NewFile(name="核销明细.csv", media_type="text/csv", key=key, size_bytes=size)
    step(house, work_id, done=4, is_over=True, files=(file,))
    (kept,) = works.list_files(merchant_id=house.id, work_id=work_id, at=clock.now())
    return f"/works/{work_id}/files/{kept.id}"


def state(house, work_id):
    return works.get_work(merchant_id=house.id, work_id=work_id, at=clock.now()).state


def test_nothing_runs_at_first(house):
    assert "还没有任务" in house.manager.get("/works").text


def test_the_bar_asks_again_until_the_work_is_over(house):
    work = a_work(house)
    step(house, work, done=1)
    page = house.manager.get(f"/works/{work}")
    assert 'value="25"' in page.text
    assert "every 1s" in page.text

    step(house, work, done=4, is_over=True, told="共 4 行")
    part = house.manager.get(f"/works/{work}", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert ("every 1s" in part.text, "共 4 行" in part.text) == (False, True)


def test_one_stops_ones_own_work(house):
    work = a_work(house)
    assert house.manager.post(f"/works/{work}/cancel").status_code == 303
    assert state(house, work) == "cancelled"
    assert house.manager.post(f"/works/{work}/cancel").status_code == 409


def test_what_failed_is_tried_again(house):
    work = a_work(house)
    fail(house, work)
    assert "文件读不出来" in house.manager.get(f"/works/{work}").text
    assert house.manager.post(f"/works/{work}/retry").status_code == 303
    assert state(house, work) == "waiting"


def test_whoever_asked_takes_the_file_and_so_does_the_owner(house):
    path = with_file(house, a_work(house))
    for browser in (house.manager, house.owner):
        answer = browser.get(path)
        assert (answer.status_code, answer.data) == (200, b"a,b\n")
        assert "filename*=UTF-8''%E6%A0%B8" in answer.headers["Content-Disposition"]


def test_work_of_somebody_else_is_not_found(house):
    work = a_work(house, by=actor(house, Role.OWNER))
    path = with_file(house, work)
    for look in (f"/works/{work}", path):
        assert house.manager.get(look).status_code == 404
    assert house.manager.post(f"/works/{work}/cancel").status_code == 404
    assert "导出核销明细" not in house.manager.get("/works?of=all").text
    assert "导出核销明细" in house.owner.get("/works").text


def test_the_owner_sees_everybodys(house):
    a_work(house)
    assert "导出核销明细" not in house.owner.get("/works").text
    assert "导出核销明细" in house.owner.get("/works?of=all").text


def test_another_shops_work_is_not_found(house):
    foreign = a_work(house, merchant_id=a_merchant(name="隔壁").id, by=actor(house))
    assert house.manager.get(f"/works/{foreign}").status_code == 404
    assert house.owner.post(f"/works/{foreign}/cancel").status_code == 404


def test_a_clerk_has_none(house):
    assert house.clerk.get("/works").status_code == 403


@pytest.mark.parametrize("works_there", [3, 9])
def test_the_list_asks_a_fixed_number_of_questions(house, statements, works_there):
    for _ in range(works_there):
        a_work(house)
    house.manager.get("/works")
    with statements() as seen:
        house.manager.get("/works")
    assert len(seen.statements) <= 7


def test_long_names_are_shown_whole_on_the_page(house):
    name = "导出二〇二六年全部门店核销明细与会员消费记录" * 3
    work = a_work(house, title=name)
    assert name in house.manager.get(f"/works/{work}").text
    assert works.get_work(
        merchant_id=house.id, work_id=work, at=clock.now() + timedelta(days=1)
    ).is_open
