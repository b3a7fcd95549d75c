"""`flask verify all` finds what stands still, and each thing by its own promise."""

from contextlib import contextmanager
from datetime import timedelta

import pytest

from app.domain.proofs import standing
from app.kernel import audit, audit_search, clock
from app.kernel.audit_search import Wanted
from app.kernel.db import execute, transaction
from jobs import subscriptions

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
LONG_AGO = timedelta(hours=1)


@pytest.fixture
def verify(app):
    """Promises that are broken now and were not when the test began; and what was printed."""

    def ask(*words):
        result = app.test_cli_runner().invoke(args=["verify", "all", *words])
        lines = result.output.splitlines()
        found = {line.split(" s  ")[1] for line in lines if line.startswith("BROKEN")}
        assert lines[-1].endswith(f" promises, {len(found)} broken")
        assert result.exit_code == (1 if found else 0)
        return found, result.output

    # Other tests of this database left what they left; unsealed lines would hide ours.
    app.test_cli_runner().invoke(args=["audit", "seal"])
    before, _ = ask()

    def broken(*words):
        found, told = ask(*words)
        return found - before, told

    return broken


@contextmanager
def changed(house, there, back):
    """Break it by hand for as long as the block lasts."""
    run(house, there)
    try:
        yield
    finally:
        run(house, back)


def run(house, sql):
    with house.app.app_context(), transaction():
        execute(sql, {"merchant_id": house.merchant_id, "then": clock.now() - LONG_AGO})


def write_a_line(house, at):
    with house.app.app_context(), transaction():
        audit.record(
            merchant_id=house.merchant_id, actor="system", action="test.line", subject="X", at=at
        )


def test_work_that_nobody_does_is_found_once_it_is_late(house, verify):
    task = house.publish("test.waits")
    assert verify()[0] == set()
    with changed(
        house,
        "UPDATE outbox SET published_at = %(then)s WHERE merchant_id = %(merchant_id)s",
        "DELETE FROM outbox WHERE merchant_id = %(merchant_id)s",
    ):
        # The relay is alive, and moves on when it is due; nobody works.
        assert house.relay() == 1
        found, told = verify()
        assert found == {"work that was ordered is done"}
        assert f"row {task} of merchant {house.merchant_id}" in told
        assert verify("--patience", "7200")[0] == set()


def test_work_that_was_given_up_is_found_at_once(house, verify):
    house.publish("test.waits")
    with changed(
        house,
        "UPDATE outbox SET failed_at = due_at WHERE merchant_id = %(merchant_id)s",
        "DELETE FROM outbox WHERE merchant_id = %(merchant_id)s",
    ):
        assert verify()[0] == {"no work was given up"}


@pytest.mark.parametrize("job", [name for name in subscriptions.JOBS if ".forget_" in name])
def test_what_somebody_wants_erased_is_not_dismissed_in_passing(house, flask, job):
    task = house.publish(job, member_id=1)
    run(house, "UPDATE outbox SET failed_at = due_at WHERE merchant_id = %(merchant_id)s")
    words = ("outbox", "dismiss", house.merchant_id, task, "--why", "不要了")

    told = flask(*words, fails=1)
    assert ("this stays: " in told, "picture" in told or "birthday" in told) == (True, True)
    assert house.row(task).done_at is None
    flask(*words, "--erased-by-hand")

    assert house.row(task).done_at
    with house.app.app_context(), transaction():
        (line,) = audit_search.search(
            merchant_id=house.merchant_id, wanted=Wanted(action="operations.dismiss")
        ).items
    assert line.details == {"why": "不要了", "erased_by_hand": True}


def test_work_that_was_let_be_is_not_told_again(house, flask, verify):
    task = house.publish("test.waits")
    flask("outbox", "dismiss", house.merchant_id, task, "--why", "模板已下线", fails=1)
    run(
        house,
        """UPDATE outbox SET failed_at = due_at, error = '43101'
        WHERE merchant_id = %(merchant_id)s""",
    )
    assert verify()[0] == {"no work was given up"}

    flask("outbox", "dismiss", house.merchant_id, task, "--why", " ", fails=2)
    flask("outbox", "dismiss", house.merchant_id, task, "--why", "模板已下线")

    assert verify()[0] == set()
    assert house.row(task).error == "43101"
    with house.app.app_context(), transaction():
        (line,) = audit_search.search(
            merchant_id=house.merchant_id, wanted=Wanted(action="operations.dismiss")
        ).items
    assert (line.subject, line.details) == (f"job:{task}", {"why": "模板已下线"})
    flask("outbox", "dismiss", house.merchant_id, task, "--why", "模板已下线", fails=1)
    flask("outbox", "revive", house.merchant_id, task, fails=1)


def test_a_promise_that_cannot_be_looked_at_is_broken_and_the_others_are_looked_at(
    verify, monkeypatch
):
    monkeypatch.setitem(
        standing.CHECKS, "work that was ordered is done", "SELECT 1 / 0 AS sentence"
    )
    found, told = verify()
    assert found == {"work that was ordered is done"}
    assert "DivisionByZero" in told
    assert "kept" in told


def test_a_notice_that_waits_is_found(house, verify):
    with changed(
        house,
        """INSERT INTO inbox (merchant_id, source, reference, headers, body, received_at)
        VALUES (%(merchant_id)s, 'pay', 'EV-late', '', '', %(then)s)""",
        "DELETE FROM inbox WHERE merchant_id = %(merchant_id)s AND reference = 'EV-late'",
    ):
        assert verify()[0] == {"a notice that was kept is applied"}


def test_what_is_not_sealed_is_found(house, flask, verify):
    write_a_line(house, clock.now() - LONG_AGO)
    found, told = verify()
    assert found == {"what was done is sealed"}
    assert f"1 lines of merchant {house.merchant_id}" in told
    flask("audit", "seal")
    assert verify()[0] == set()


def test_a_changed_line_breaks_the_chain(house, flask, verify):
    write_a_line(house, clock.now())
    flask("audit", "seal")
    assert verify()[0] == set()
    with changed(
        house,
        "UPDATE audit SET subject = 'Y' WHERE merchant_id = %(merchant_id)s AND action = 'test.line'",
        "UPDATE audit SET subject = 'X' WHERE merchant_id = %(merchant_id)s AND action = 'test.line'",
    ):
        assert verify()[0] == {"the chain of what was done is whole"}
    assert verify()[0] == set()
