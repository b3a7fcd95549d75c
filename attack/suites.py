"""The attacks that are tests: run as they are, and counted into the same table."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from attack.tally import Tally

ROOT = Path(__file__).parents[1]
SUITES: Mapping[str, tuple[str, ...]] = {
    "tests: route x actor": ("walks/test_isolation", "walks/test_foreign_ids"),
    "tests: hostile input": (
        "walks/test_hostile",
        "api/test_hostile_input",
        "api/test_service_hostile",
        "api/test_message_door_hostile",
        "admin/test_nonsense",
    ),
    "tests: schemathesis": ("walks/test_documented",),
    "tests: panel's roles and door": (
        "admin/test_matrix",
        "admin/test_entering",
        "admin/test_proving",
        "admin/test_confined",
    ),
    "tests: signatures and notices": (
        "gateways/test_signatures",
        "gateways/test_pay_notices",
        "gateways/test_pushes",
        "unit/test_push_words",
    ),
    "tests: logs": ("walks/test_logs", "unit/test_log_redaction"),
}
PROCESSES = "2"
CASE = re.compile(r'<testcase classname="([^"]*)" name="([^"]*)" time="([^"]*)" ?(/?>)')
FAILED = re.compile(r"\s*<(failure|error)\b")


def run() -> list[Tally]:
    """One tally for each suite."""
    paths = [f"tests/{name}.py" for names in SUITES.values() for name in names]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "deploy.local.test", "-q", "-n", PROCESSES]
        command += ["--show-capture=no", "--tb=line", f"--junitxml={report}", *paths]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        text = report.read_text(encoding="utf-8") if report.is_file() else ""
    tallies = count(text)
    for each in tallies:
        if not text:
            each.failure = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
    return tallies


def count(report: str) -> list[Tally]:
    """What a report in JUnit's form says of each suite; seconds are the tests' own."""
    tallies = {name: Tally(name) for name in SUITES}
    by_module = {
        f"tests.{module.replace('/', '.')}": tallies[name]
        for name, modules in SUITES.items()
        for module in modules
    }
    for case in CASE.finditer(report):
        tally = by_module.get(case[1])
        if tally is not None:
            failed = case[4] == ">" and FAILED.match(report, case.end())
            tally.expect(not failed, f"{case[1]}::{case[2]}")
            tally.seconds += float(case[3])
    return list(tallies.values())
