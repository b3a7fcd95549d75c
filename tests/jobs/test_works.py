"""Long work in the hands of the jobs: step by step, stopped, killed, and what is left of it."""

from datetime import timedelta

import pytest

from app.domain import works
from app.domain.works import Step
from app.gateways import gateways
from app.kernel import clock, outbox
from app.kernel.db import db, transaction
from app.kernel.errors import DomainError
from app.web import exports
from jobs import works as jobs
from tests.builders.orders import a_buyer, a_paid_order, a_shop
from tests.jobs.conftest import eventually
from tests.jobs.test_handing_out import _kill_all_of

ME = "staff:1"


class Refused(DomainError):
    code = "refused"


@pytest.fixture
def kind(monkeypatch):
    """`kind(do)`: long work of the kind "test" does this."""

    def register(do):
        monkeypatch.setattr(jobs, "KINDS", {**jobs.KINDS, "test": do})

    return register


@pytest.fixture
def asked(house):
    """Work of the kind "test", asked for; its id."""
    return ask(house)


def ask(house, kind="test", **payload):
    with house.app.app_context(), transaction():
        return works.ask(
            merchant_id=house.merchant_id,
            kind=kind,
            title="长任务",
            payload=payload,
            asked_by=ME,
            at=clock.now(),
        )


def look(house, work_id):
    with house.app.app_context():
        found = works.get_work(merchant_id=house.merchant_id, work_id=work_id, at=clock.now())
        db.session.rollback()
        return found


def until_over(house, work_id):
    for _ in range(20):
        house.relay()
        house.work()
        if not look(house, work_id).is_open:
            break
    return look(house, work_id)


def five(work, _at):
    return Step(done=work.done + 1, total=5, is_over=work.done == 4, told="五步")


def test_a_worker_does_all_steps(house, kind, asked):
    kind(five)
    seen = until_over(house, asked)
    assert (seen.state, seen.done, seen.told) == ("done", 5, "五步")
    with house.app.app_context():
        assert outbox.backlog().waiting == 0


def test_after_a_while_a_worker_hands_the_rest_on(house, kind, asked, monkeypatch):
    monkeypatch.setattr(jobs, "AT_IT_SECONDS", 0)
    kind(five)
    house.relay()
    house.work()
    assert (look(house, asked).state, look(house, asked).done) == ("running", 1)
    assert until_over(house, asked).done == 5


def test_a_wish_to_stop_is_found_before_the_next_step(house, kind, asked, monkeypatch):
    monkeypatch.setattr(jobs, "AT_IT_SECONDS", 0)
    kind(five)
    house.relay()
    house.work()
    with house.app.app_context(), transaction():
        works.cancel(merchant_id=house.merchant_id, work_id=asked, by=ME, at=clock.now())
    seen = until_over(house, asked)
    assert (seen.state, seen.done) == ("cancelled", 1)


def test_a_refusal_ends_it_and_says_why(house, kind, asked):
    def refuse(_work, _at):
        raise Refused("第 3 行不是兑换码")

    kind(refuse)
    seen = until_over(house, asked)
    assert (seen.state, seen.told) == ("failed", "第 3 行不是兑换码")


def test_what_stumbles_is_tried_again_and_then_given_up(house, kind, asked):
    def stumble(_work, _at):
        raise ZeroDivisionError

    kind(stumble)
    for turn in range(jobs.TRIES):
        assert look(house, asked).is_open
        house.relay(at=clock.now() + turn * timedelta(hours=1))
        house.work()
    assert look(house, asked).state == "failed"


def test_a_kind_that_nobody_knows_any_more_fails(house):
    assert until_over(house, ask(house, kind="gone")).state == "failed"


def test_a_killed_worker_costs_its_step_and_the_next_goes_on_once(house, worker_process):
    """A real process is killed in its third step; the two before it stay done, none twice."""
    work = ask(house, kind="test.slow")
    first, again = worker_process(), timedelta(seconds=2)

    def in_the_third_step():
        house.relay(again_after=again)
        return house.count("works:tries") == 3

    eventually(in_the_third_step)
    assert look(house, work).done == 2

    _kill_all_of(first.pid)
    worker_process()

    def over():
        house.relay(again_after=again)
        return not look(house, work).is_open

    eventually(over, seconds=60)
    assert (look(house, work).state, look(house, work).done) == ("done", 5)
    assert house.count("works:steps") == 5
    assert house.count("works:tries") == 6


def test_an_export_becomes_a_file_of_all_pages(house, monkeypatch):
    monkeypatch.setattr(exports, "ROWS_PER_PAGE", 3)
    with house.app.app_context():
        shop = a_shop()
        for _ in range(4):
            a_paid_order(shop, buyer=a_buyer(shop))
        house.merchant_id = shop.id
    ask_told = {
        "since": "2026-05-01",
        "until": "2026-05-31",
        "at": "2026-05-20T00:00:00+00:00",
        "cause": None,
        "store_id": None,
    }
    work = ask(house, kind="export", table="unused", format="csv", ask=ask_told)

    assert until_over(house, work).told == "共 8 行"
    with house.app.app_context():
        (file,) = works.list_files(merchant_id=shop.id, work_id=work, at=clock.now())
        content = b"".join(gateways().results.read(file.key))
    lines = content.decode("utf-8-sig").splitlines()
    assert file.name == "已售未用_2026-05-01_2026-05-31.csv"
    assert lines[0].startswith("券号,商品,会员号")
    assert len(lines) == 9
    assert "24.50" in lines[1]
    assert len({line.partition(",")[0] for line in lines[1:]}) == 8


def test_a_file_is_read_and_forgotten_and_no_key_leads_out_of_the_folder(house):
    with house.app.app_context():
        results, which = gateways().results, {"merchant_id": house.merchant_id, "work_id": 1}
        key, size = results.write(**which, name="x.csv", fill=lambda out: out.write(b"1"))
        assert (size, b"".join(results.read(key))) == (1, b"1")
        results.delete_all(**which)
        assert results.read(key) is None
        assert results.read("../../etc/passwd") is None
        with pytest.raises(ValueError, match="name of a file"):
            results.write(**which, name="../x", fill=lambda out: out.write(b"1"))
