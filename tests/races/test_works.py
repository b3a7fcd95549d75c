"""Long work with two at it at once, and with somebody who wants it stopped meanwhile."""

from functools import partial

from app.domain import works
from app.domain.works import Step
from app.kernel.db import execute, transaction
from tests.builders.moments import NOON
from tests.builders.together import Hold, one_behind_the_other
from tests.races.racing import count, storm, value

ME = "staff:1"


def a_work(shop):
    with transaction():
        return works.ask(
            merchant_id=shop.id, kind="test", title="长任务", payload={}, asked_by=ME, at=NOON
        )


def one_step(shop, work_id, *, of=10):
    """A step's whole transaction: it takes the next row, and says which."""
    work = works.take(merchant_id=shop.id, work_id=work_id, at=NOON)
    if work is None:
        return "nothing to do"
    row = work.done + 1
    execute(
        """INSERT INTO categories (merchant_id, name) VALUES (%(merchant_id)s, %(name)s)""",
        {"merchant_id": shop.id, "name": f"行 {row}"},
    )
    works.advance(work, Step(done=row, position={"row": row}, is_over=row == of), at=NOON)
    return row


def cancel(shop, work_id):
    works.cancel(merchant_id=shop.id, work_id=work_id, by=ME, at=NOON)
    return "asked to stop"


def test_many_workers_on_one_work_do_each_step_once(app, shop):
    work = a_work(shop)
    results = storm(app, [partial(one_step, shop, work)] * 36)

    assert sorted(each for each in results if isinstance(each, int)) == [*range(1, 11)]
    assert results.count("nothing to do") == 26
    assert count(shop, "categories", "name LIKE '行 %'") == 10
    assert value(shop, "state", "works", "id = :w", w=work) == "done"


def test_a_wish_to_stop_waits_for_no_step_and_ends_the_work_before_the_next(app, shop):
    work = a_work(shop)
    hold = Hold(app, inside=True)

    def slow_step():
        row = one_step(shop, work)
        hold.here()
        return row

    both = one_behind_the_other(app, slow_step, partial(cancel, shop, work), hold=hold)

    assert (both.first, both.second, both.waited) == (1, "asked to stop", False)
    assert value(shop, "state", "works", "id = :w", w=work) == "running"
    with transaction():
        assert one_step(shop, work) == "nothing to do"
    assert value(shop, "state", "works", "id = :w", w=work) == "cancelled"
    assert count(shop, "categories", "name LIKE '行 %'") == 1


def test_stopping_among_many_steps_leaves_exactly_the_steps_that_were_kept(app, shop):
    work = a_work(shop)
    calls = [partial(one_step, shop, work, of=1000)] * 30 + [partial(cancel, shop, work)] * 6

    storm(app, calls)
    with transaction():
        assert one_step(shop, work) == "nothing to do"

    done = value(shop, "done", "works", "id = :w", w=work)
    assert value(shop, "state", "works", "id = :w", w=work) == "cancelled"
    assert count(shop, "categories", "name LIKE '行 %'") == done
    assert count(shop, "work_stops", "true") == 1
