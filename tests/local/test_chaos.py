"""`make chaos` in short, and that its judge sees each kind of broken promise."""

import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from chaos import faults
from chaos.books import Books, Gift, Help, Money, Order, Redemption, Return
from chaos.journal import Attempt, Journal, Reader
from chaos.judging import judge
from chaos.verifying import broken

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "chaos", "--quick")


def attempt(kind, key, asked=None, told=None, status=201):
    return Attempt(kind, key, at=1.0, asked=asked or {}, status=status, told=told or {})


def a_day():
    """Everything was done once, and told as it is."""
    attempts = [
        attempt(
            "place",
            "k-place",
            {"member": "U1"},
            {"order": "O1", "total_fen": 900, "wechat_fen": 900},
        ),
        attempt("pay", "k-pay", {"order": "O1"}, {"transaction": "T1"}, 200),
        attempt("hand_over", "k-hand", {"order": "O1"}, {"order": "O1"}, 200),
        attempt(
            "redeem",
            "k-redeem",
            {"voucher": "V1"},
            {"redemption": "D1", "voucher": "V1", "points": 3, "value_fen": 300},
        ),
        attempt("reverse", "k-reverse", {"redemption": "D1"}, {"redemption": "D1"}, 200),
        attempt("gift", "k-gift", {"voucher": "V2", "member": "U1"}, {"gift": "G1"}),
        attempt("claim", "k-claim", {"gift": "G1", "member": "U2"}, {"gift": "G1"}, 200),
        attempt("refund", "k-refund", {"order": "O1", "voucher": "V3"}, {"refund": "R1"}),
        attempt("help", "k-help", {"member": "U2"}, {"help": "H1"}, 200),
    ]
    books = Books(
        keys={
            "k-place": {"order_number": "O1"},
            "k-redeem": {"number": "D1"},
            "k-reverse": {"redemption": "D1"},
            "k-gift": {"number": "G1"},
            "k-refund": {"number": "R1"},
        },
        orders={"O1": Order("O1", "partly_refunded", 900, 900, "U1")},
        redemptions={"D1": Redemption("D1", "V1", 3, 300, True)},
        gifts={"G1": Gift("G1", "claimed", "U1", "U2", ["V2"])},
        returns={"R1": Return("R1", "O1", "done", 300)},
        helps={"H1": Help("H1", "U2")},
        ours={"P1": Money("O1", 900, 300, "T1")},
        wechat={"P1": Money("", 900, 300, "T1")},
    )
    return attempts, books


def test_a_day_on_which_all_is_kept_has_no_troubles():
    found = judge(*a_day())
    assert found.troubles == ()
    assert found.compared == {"acknowledged": 9, "bills at WeChat": 1}


def changed(table, number, **values):
    def change(books):
        rows = getattr(books, table)
        rows[number] = replace(rows[number], **values)

    return change


def without(table, number):
    return lambda books: getattr(books, table).pop(number)


def twice(table, number):
    def change(books):
        rows = getattr(books, table)
        rows[f"{number}2"] = replace(rows[number], number=f"{number}2")

    return change


@pytest.mark.parametrize(
    "change",
    [
        *(without(table, number) for table, number in (("orders", "O1"), ("redemptions", "D1"))),
        *(without(table, number) for table, number in (("gifts", "G1"), ("returns", "R1"))),
        *(without(table, number) for table, number in (("helps", "H1"), ("ours", "P1"))),
        *(without("keys", key) for key in ("k-place", "k-redeem", "k-gift", "k-refund")),
        without("wechat", "P1"),
        *(twice(table, number) for table, number in (("orders", "O1"), ("redemptions", "D1"))),
        *(twice(table, number) for table, number in (("gifts", "G1"), ("returns", "R1"))),
        twice("helps", "H1"),
        changed("orders", "O1", state="closed"),
        changed("orders", "O1", wechat_fen=899),
        changed("orders", "O1", member="U2"),
        changed("redemptions", "D1", points=4),
        changed("redemptions", "D1", is_reversed=False),
        changed("gifts", "G1", receiver="U3"),
        changed("gifts", "G1", state="waiting", receiver=None),
        changed("returns", "R1", state="paying"),
        changed("ours", "P1", came_fen=899),
        changed("ours", "P1", went_fen=0),
        changed("ours", "P1", transaction="T2"),
        changed("wechat", "P1", came_fen=901),
    ],
)
def test_each_broken_promise_is_seen(change):
    attempts, books = a_day()
    change(books)
    assert judge(attempts, books).troubles


def test_what_nobody_heard_of_is_there_wholly_or_not_at_all():
    attempts, books = a_day()
    for each in attempts:
        each.status, each.told = None, {}
    assert judge(attempts, books).troubles == ()
    assert judge(attempts, Books()).troubles == ()
    books.redemptions.clear()
    assert any("k-redeem" in trouble for trouble in judge(attempts, books).troubles)


def test_what_was_refused_was_not_done():
    attempts, books = a_day()
    assert attempts[3].kind == "redeem"
    attempts[3].status, attempts[3].told = 409, {"code": "voucher_redeemed"}
    assert any("k-redeem" in trouble for trouble in judge(attempts, books).troubles)


def test_a_log_that_breaks_off_is_read_to_its_last_whole_line(tmp_path):
    path = tmp_path / "one.jsonl"
    journal = Journal(path)
    journal.tries("redeem", "k-1", {"voucher": "V1"})
    journal.hears("k-1", 201, {"redemption": "D1"})
    journal.tries("redeem", "k-2", {"voucher": "V2"})
    journal.close()
    with path.open("ab") as log:
        log.write(b'{"key": "k-2", "sta')

    reader = Reader([path])
    assert [each.key for each in reader.catch_up()] == ["k-1"]
    assert reader.attempts["k-2"].status is None
    with path.open("ab") as log:
        log.write(b'tus": 409, "told": {}, "told_at": 2.0}\n')
    assert [each.is_refused for each in reader.catch_up()] == [True]


def test_a_broken_promise_is_told_with_its_first_trouble():
    lines = ["kept      0.01 s  one", "BROKEN    0.01 s  two", "          here", "          there"]
    assert broken([*lines, "2 promises, 1 broken"]) == ["two: here"]


def test_every_fault_of_the_short_run_is_one():
    assert {fault.name for fault in faults.named(faults.QUICK)} == set(faults.QUICK)


def processes_in(folder):
    """Command lines that name it; every server and process of a run does."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if str(folder).encode() in (line := path.read_bytes()):
                found.append(line)
    return found


@pytest.mark.timeout(700)
def test_the_short_run_keeps_every_promise_and_leaves_nothing():
    done = subprocess.run(COMMAND, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    for name in faults.QUICK:
        assert name in done.stdout
    assert "8 of 8 seen" in done.stdout
    assert "BROKEN" not in done.stdout
    left = ROOT / ".kabao" / "chaos"
    assert not processes_in(left)
    assert not list(left.iterdir())
