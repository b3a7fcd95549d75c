"""The attacks in short; and the control of each that looks for traces: something weak, which it sees."""

import csv
import hmac
import io
import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
import xlsxwriter

from attack import clocks, leaks, lines, pictures, strangers, suites
from attack.__main__ import ATTACKS, SUPPLY
from attack.advisories import check, read
from attack.locks import ROOT, Library, libraries, loose_lines
from attack.sbom import bill, purl
from attack.scripts import SNARE, a_browser, look
from attack.sheets import formulas_in, formulas_in_book
from attack.stage import FOLDER
from attack.tally import Tally, table
from attack.ways_out import a_canary, stays
from attack.words import MARK, PAYLOADS, spoilt, unknown_columns

# A machine that does much else at once takes its time.
LONGEST_SECONDS = 600
A_WEAK_PAGE = "<!doctype html><body>Hello {}</body>"


@pytest.mark.timeout(LONGEST_SECONDS)
def test_a_short_attack_succeeds_nowhere_and_leaves_nothing():
    command = [sys.executable, "-m", "attack", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    told = [line.split("  ")[0] for line in done.stdout.splitlines() if "  held " in line]
    assert told == [*ATTACKS, SUPPLY]
    assert not FOLDER.exists()


def test_one_success_is_told_and_so_is_an_attack_that_tried_nothing():
    tally = Tally("weak")
    assert (tally.verdict, tally.has_held) == ("FAILED", False)
    tally.expect(held=True, what="first")
    assert tally.has_held
    tally.expect(held=False, what="the second one came in")
    assert (tally.verdict, tally.refused) == ("BROKEN", 1)
    assert "the second one came in" in table([tally])


def a_weak_stage(*, status, changed):
    """Where every route answers so and changes so much."""
    answer = SimpleNamespace(status_code=status)
    return SimpleNamespace(
        town=SimpleNamespace(send=lambda *_, **__: answer),
        watch=SimpleNamespace(look=lambda: None, changed=lambda **_: changed),
    )


def test_a_route_that_lets_strangers_in_is_seen():
    stage = a_weak_stage(status=200, changed={})
    tally = Tally("strangers")
    strangers._refused(stage, tally, "GET /weak as nobody", "GET /weak", None)
    assert tally.broke


def test_a_route_that_refuses_and_writes_all_the_same_is_seen():
    stage = a_weak_stage(status=403, changed={"orders": 1})
    tally = Tally("strangers")
    strangers._refused(stage, tally, "POST /weak as nobody", "POST /weak", None)
    assert tally.broke


@pytest.fixture(scope="module")
def page():
    with a_browser() as browser:
        context = browser.new_context()
        context.add_init_script(SNARE)
        yield context.new_page()
        context.close()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_page_that_lets_a_payload_out_is_seen(page, payload):
    page.goto("about:blank")
    page.set_content(A_WEAK_PAGE.format(payload))
    assert look(page)["found"]


@pytest.mark.parametrize("payload", PAYLOADS[:2])
def test_a_field_that_lets_a_payload_out_is_seen(page, payload):
    page.goto("about:blank")
    page.set_content(A_WEAK_PAGE.format(f'<input value="{payload}">'))
    assert look(page)["found"]


def test_a_page_that_shows_it_as_text_is_clean_and_shown(page):
    page.goto("about:blank")
    harmless = PAYLOADS[0].replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    page.set_content(A_WEAK_PAGE.format(harmless))
    assert look(page) == {"found": [], "shown": True}


@pytest.mark.parametrize(
    "weak",
    ["<a href='javascript:sprung(1)'>x</a>", "<i onclick='sprung(1)'>x</i>", f"{1337 * 1337}"],
)
def test_other_weak_pages_are_seen(page, weak):
    page.goto("about:blank")
    page.set_content(A_WEAK_PAGE.format(weak))
    assert look(page)["found"]


def test_every_column_of_words_is_written_or_said_to_be_ours():
    assert unknown_columns() == []
    assert MARK in spoilt({"thing": "热拿铁1杯", "code": "A1"})["thing"]
    assert spoilt({"code": ["A1"]}) == {"code": ["A1"]}


def test_a_forged_line_of_the_log_is_seen():
    ours = '{"event":"request","level":"info","at":"2026-01-01T00:00:00Z","path":"a\\nb"}'
    own = "[INFO] Listening at: http://127.0.0.1:8000"
    assert lines.strange_lines([ours, own, ""], "mark") == set()
    for forged in (
        lines.forged_line("mark"),
        "plain words",
        "[INFO] Listening mark",
        ours[:-5],
        "\x1b[2K" + ours,
    ):
        assert lines.strange_lines([ours, forged], "mark") == {forged}


def test_a_formula_in_a_table_is_seen():
    out = io.StringIO()
    csv.writer(out).writerows([["名称"], ["=1+1"], ["-5"], ["-2+3"], ["'=1"], ["＝1"]])
    assert formulas_in(out.getvalue().encode()) == ["=1+1", "-2+3", "＝1"]


def test_a_formula_in_a_book_is_seen():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_formula(0, 0, "=1+1")
    sheet.write_url(1, 0, "https://evil.example")
    book.close()
    assert len(formulas_in_book(out.getvalue())) >= 2


def test_a_comparison_that_tells_how_much_was_right_is_seen():
    right = "0123456789abcdef" * 4

    def weak(guess):
        return all(mine == theirs for mine, theirs in zip(right, guess, strict=True))

    def good(guess):
        return hmac.compare_digest(right, guess)

    assert clocks.tells(*clocks.leak(weak, right, rounds=300))
    assert not clocks.tells(*clocks.leak(good, right, rounds=300))


def test_a_plain_comparison_of_a_secret_is_found_in_the_sources(tmp_path):
    (tmp_path / "app").mkdir()
    weak = "def is_good(given, expected_signature):\n    return given == expected_signature\n"
    (tmp_path / "app" / "weak.py").write_text(weak)
    assert clocks.plain_comparisons(tmp_path) == ["app/weak.py:2"]
    assert clocks.plain_comparisons(ROOT) == []


@pytest.mark.parametrize(
    "away", ["//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)"]
)
def test_a_way_out_of_the_house_is_seen(away):
    assert not stays(away)
    assert stays("/h5/#ticket=x")
    assert stays("http://127.0.0.1:8000/admin/")


def test_who_comes_to_the_canary_is_noted():
    import requests

    with a_canary() as canary:
        with pytest.raises(requests.ConnectionError):
            requests.get(canary.urls[0], timeout=5)
        assert len(canary.visits) >= 1


def test_a_bomb_is_one():
    """Small on the wire, large where it is unpacked."""
    assert len(pictures.a_png(50_000, 50_000, rows=40)) < 10_000


PLANTED = {
    "private key": "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" * 2,
    "token or key of ours": "kbk_" + "Zk3" * 14,
    "cloud key": "AKIA" + "IOSFODNN7EXAMPLE",
    "token of a forge": "ghp_" + "a1B2" * 9,
    "password in an address": "postgresql://kabao:" + "hunter2hunter2" + "@db.example.com/kabao",
    "secret in a setting": 'APP_SECRET = "' + "9f8Zq2LmX7vTb4Kc1YpR6wNs" + '"',
}


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_secret_is_found(tmp_path, rule):
    path = tmp_path / "settings.py"
    path.write_text(f"# settings\n{PLANTED[rule]}\n")
    assert (rule, 2) in {(each.rule, each.line) for each in leaks.scan([path], tmp_path)}


def test_a_placeholder_is_no_secret(tmp_path):
    path = tmp_path / "settings.py"
    path.write_text(
        'SECRET = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"\nDATABASE = "postgresql://u:p@h"\n'
    )
    assert leaks.scan([path], tmp_path) == []


def advisory(**affected):
    package = {"ecosystem": "PyPI", "name": "Weak_Library"}
    return {"id": "OSV-1", "summary": "weak", "affected": [{"package": package, **affected}]}


def library(version):
    return Library(
        ecosystem="PyPI", name="weak-library", version=version, lock="r.txt", is_needed=True
    )


@pytest.mark.parametrize(
    ("version", "is_weak"),
    [
        ("0.9", False),
        ("1.0", True),
        ("1.9.1", True),
        ("1.10", False),
        ("2.0", True),
        ("3.0", False),
    ],
)
def test_a_known_weakness_is_found_in_the_versions_that_have_it(tmp_path, version, is_weak):
    ranges = [
        {"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "1.10"}]},
        {"type": "ECOSYSTEM", "events": [{"introduced": "2.0"}, {"last_affected": "2.5"}]},
    ]
    path = tmp_path / "osv.json"
    path.write_text(json.dumps([advisory(ranges=ranges)]))
    assert bool(check([library(version)], read(str(path)))) is is_weak


def test_where_there_is_no_database_nothing_was_checked():
    command = [sys.executable, "-m", "attack.advisories", "--database", os.devnull + "/none"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "nothing was checked" in done.stderr) == (2, True)


def test_every_library_is_pinned_by_hash(tmp_path):
    assert loose_lines() == []
    (tmp_path / "requirements.txt").write_text("flask>=3\njinja2==3.1.6\n")
    assert len(loose_lines(tmp_path)) == 2


def test_the_bill_of_materials_names_every_library_and_is_the_same_each_time():
    told = bill()
    assert told == bill()
    assert {each["purl"] for each in told["components"]} == {purl(each) for each in libraries()}
    assert all(each["hashes"] for each in told["components"])


def test_a_failed_test_of_a_suite_is_counted_as_a_success_of_the_attack():
    case = '<testcase classname="tests.walks.test_isolation" name="{}" time="0.5"'
    report = case.format("a") + " />" + case.format("b") + '><failure message="x">y</failure>'
    tally = suites.count(report)[0]
    assert (tally.tries, tally.refused, tally.verdict) == (2, 1, "BROKEN")
    assert all(
        (ROOT / f"tests/{name}.py").is_file() for names in suites.SUITES.values() for name in names
    )
