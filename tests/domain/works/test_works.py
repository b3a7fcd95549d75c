from datetime import timedelta

import pytest

from app.domain import works
from app.domain.works import NewFile, Step, WorkOver
from app.kernel import audit_search
from app.kernel.audit_search import Wanted
from app.kernel.db import transaction
from app.kernel.errors import NotFound
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON

pytestmark = pytest.mark.usefixtures("database")
ME, OTHER = "staff:1", "staff:2"
SOON = NOON + timedelta(minutes=1)


def a_work(merchant, *, by=ME, total=None, title="导出核销明细"):
    with transaction():
        return works.ask(
            merchant_id=merchant.id,
            kind="test",
            title=title,
            payload={"of": 1},
            asked_by=by,
            total=total,
            at=NOON,
        )


def step(merchant, work_id, **did):
    with transaction():
        work = works.take(merchant_id=merchant.id, work_id=work_id, at=SOON)
        if work:
            works.advance(work, Step(**did), at=SOON)
    return work


def look(merchant, work_id, *, at=SOON):
    return works.get_work(merchant_id=merchant.id, work_id=work_id, at=at)


def cancel(merchant, work_id, *, by=ME):
    with transaction():
        works.cancel(merchant_id=merchant.id, work_id=work_id, by=by, at=SOON)


def test_work_waits_then_runs_then_is_done():
    merchant = a_merchant()
    work = a_work(merchant, total=4)
    assert (look(merchant, work).state, look(merchant, work).percent) == ("waiting", 0)

    step(merchant, work, done=1, position={"after": 7})
    seen = look(merchant, work)
    assert (seen.state, seen.done, seen.percent, seen.is_open) == ("running", 1, 25, True)

    assert step(merchant, work, done=4, is_over=True, told="完成").position == {"after": 7}
    seen = look(merchant, work)
    assert (seen.state, seen.percent, seen.told, seen.ended_at) == ("done", 100, "完成", SOON)
    assert step(merchant, work, done=5) is None


def test_how_far_it_is_nobody_says_while_nobody_knows_how_much_there_is():
    merchant = a_merchant()
    work = a_work(merchant)
    step(merchant, work, done=3)
    assert look(merchant, work).percent is None


def test_work_that_waits_is_stopped_at_once_and_never_begins():
    merchant = a_merchant()
    work = a_work(merchant)
    cancel(merchant, work)
    assert (look(merchant, work).state, look(merchant, work).is_stopping) == ("cancelled", False)
    assert step(merchant, work, done=1) is None


def test_work_between_two_steps_is_stopped_and_keeps_what_it_did():
    merchant = a_merchant()
    work = a_work(merchant)
    step(merchant, work, done=3)
    cancel(merchant, work)
    assert (look(merchant, work).state, look(merchant, work).done) == ("cancelled", 3)


def test_what_is_over_is_not_stopped():
    merchant = a_merchant()
    work = a_work(merchant)
    step(merchant, work, done=1, is_over=True)
    with pytest.raises(WorkOver):
        cancel(merchant, work)
    assert look(merchant, work).state == "done"


def test_what_failed_says_why_and_goes_on_where_it_stood():
    merchant = a_merchant()
    work = a_work(merchant)
    taken = step(merchant, work, done=2, position={"after": 2})
    with transaction():
        works.fail(taken, told="文件有误", at=SOON)
    assert (look(merchant, work).state, look(merchant, work).told) == ("failed", "文件有误")

    with transaction():
        works.retry(merchant_id=merchant.id, work_id=work, by=ME, at=SOON)
    assert (look(merchant, work).state, look(merchant, work).told) == ("waiting", None)
    assert step(merchant, work, done=3).position == {"after": 2}


def test_only_what_failed_is_tried_again():
    merchant = a_merchant()
    work = a_work(merchant)
    with pytest.raises(WorkOver), transaction():
        works.retry(merchant_id=merchant.id, work_id=work, by=ME, at=SOON)


def test_everybody_lists_his_own_the_newest_first_page_after_page():
    merchant = a_merchant()
    mine = [a_work(merchant) for _ in range(3)]
    a_work(merchant, by=OTHER)

    def page(cursor, by=ME):
        return works.list_works(
            merchant_id=merchant.id, asked_by=by, at=SOON, cursor=cursor, limit=2
        )

    first = page(None)
    assert [each.id for each in first.items] == mine[:0:-1]
    rest = page(first.next_cursor)
    assert ([each.id for each in rest.items], rest.next_cursor) == (mine[:1], None)
    assert len(page(None, by=None).items) == 2
    assert works.count_open(merchant_id=merchant.id, asked_by=ME) == 3


def test_a_file_is_there_for_a_week():
    merchant = a_merchant()
    work = a_work(merchant)
    file = NewFile(name="核销.csv", media_type="text/csv", key="1/works/1/x.csv", size_bytes=9)
    step(merchant, work, done=1, is_over=True, files=(file,))

    (kept,) = works.list_files(merchant_id=merchant.id, work_id=work, at=SOON)
    assert (kept.name, kept.size_bytes, kept.asked_by) == ("核销.csv", 9, ME)
    which = {"merchant_id": merchant.id, "work_id": work, "file_id": kept.id}
    assert works.find_file(**which, at=SOON).key == "1/works/1/x.csv"
    with pytest.raises(NotFound):
        works.find_file(**which, at=SOON + timedelta(days=7))
    assert look(merchant, work, at=SOON + timedelta(days=7)).files == 0


def test_another_shops_work_is_not_found():
    work, other = a_work(a_merchant()), a_merchant(name="隔壁")
    with pytest.raises(NotFound):
        look(other, work)
    with pytest.raises(NotFound):
        cancel(other, work)
    assert step(other, work, done=1) is None


def test_asking_and_stopping_are_written_down():
    merchant = a_merchant()
    work = a_work(merchant)
    step(merchant, work, done=3)
    cancel(merchant, work, by=OTHER)
    found = audit_search.search(merchant_id=merchant.id, wanted=Wanted(subject=f"work:{work}"))
    assert [(line.action, line.actor) for line in found.items] == [
        ("work.cancel", OTHER),
        ("work.ask", ME),
    ]
    assert found.items[0].details["before"] == {"state": "running", "done": 3}
