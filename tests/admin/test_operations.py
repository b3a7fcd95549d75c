from datetime import timedelta

import pytest

from app.domain.approvals import RefundOrder
from app.domain.merchants import Role
from app.gateways import counting
from app.kernel import audit_search, clock, outbox
from app.kernel.audit_search import Wanted
from app.web import standing
from jobs import queues
from tests.builders.approvals import a_limit, asked_or_done
from tests.builders.desk import a_job
from tests.builders.merchants import a_merchant
from tests.builders.orders import a_paid_order, a_shop


@pytest.fixture(autouse=True)
def _ask_anew(redis):
    standing.forget()
    yield
    standing.forget()


def banner(browser):
    standing.forget()
    return browser.get("/operations/banner").text


def test_a_quiet_house_says_so_and_shows_no_banner(house):
    page = house.manager.get("/operations").text
    assert "没有失败的工作" in page
    assert "没有卡住的货款" in page
    assert banner(house.manager).strip() == ""


def test_a_dead_job_is_shown_with_its_reason_and_tried_again(house):
    job = a_job(house.id, error="43101")
    assert "43101" in house.manager.get("/operations").text
    assert "失败的后台工作 1" in banner(house.manager)

    assert house.manager.post(f"/operations/jobs/{job}/retry").status_code == 303
    assert "43101" not in house.manager.get("/operations").text
    task = outbox.find_task(merchant_id=house.id, task_id=job)
    assert (task.failures, task.attempts) == (0, 0)
    (line,) = audit_search.search(
        merchant_id=house.id, wanted=Wanted(action="operations.retry")
    ).items
    assert line.actor == f"staff:{house.people[Role.MANAGER].staff_id}"


def test_only_what_gave_up_is_tried_again(house):
    job = a_job(house.id, at=clock.now() - 2 * standing.LATE)
    assert house.manager.post(f"/operations/jobs/{job}/retry").status_code == 404


def test_a_job_that_nobody_takes_for_minutes_is_told(house):
    a_job(house.id, at=clock.now() - 2 * standing.LATE)
    assert "后台工作积压" in banner(house.manager)
    assert "最久等了 10 分钟" in house.manager.get("/operations").text


def test_what_waits_for_a_second_person_is_told(house):
    shop, at = a_shop(merchant=house.merchant), clock.now()
    order = a_paid_order(shop, at=at - timedelta(hours=1)).order_number
    a_limit(shop, at=at)
    asked_or_done(shop, RefundOrder(order_number=order), at=at)
    assert "待复核" in banner(house.manager)


def test_the_banner_is_a_few_seconds_old_at_most_and_asks_nothing_meanwhile(house, statements):
    house.manager.get("/operations/banner")
    with statements() as seen:
        house.manager.get("/operations/banner")
    assert not [each for each in seen.statements if "outbox" in str(each)]


def test_every_page_of_a_manager_asks_for_the_banner_and_a_clerks_does_not(house):
    assert "/operations/banner" in house.manager.get("/works").text
    assert "/operations/banner" not in house.clerk.get("/").text


def test_another_shops_jobs_are_not_there(house):
    job = a_job(a_merchant(name="隔壁").id, error="43101")
    assert "43101" not in house.manager.get("/operations").text
    assert house.manager.post(f"/operations/jobs/{job}/retry").status_code == 404


def test_a_clerk_sees_nothing_of_it(house):
    assert house.clerk.get("/operations").status_code == 403
    assert house.clerk.get("/operations/banner").status_code == 403


def test_queues_processes_and_wechat_are_shown(house, redis, monkeypatch):
    monkeypatch.setattr(counting.counter, "redis", redis)
    redis.rpush("rq:queue:money", "a", "b")
    redis.set("kabao:alive:relay", clock.now().isoformat(timespec="seconds"))
    for failed in (True, False, False, False):
        counting.counter.count(failed=failed)
    page = house.manager.get("/operations").text
    assert "25.0%" in page
    assert "没有响应" in page
    found = standing.machines(at=clock.now())
    assert (found.queues["money"], found.calls.asked, found.calls.failed) == (2, 4, 1)
    assert not found.is_wechat_ailing


def test_the_queues_are_those_of_the_workers():
    assert standing.QUEUES == queues.IN_ORDER
