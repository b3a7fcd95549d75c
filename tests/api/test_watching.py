"""Dashboards, alerts and the runbook speak of figures and promises that are there."""

import json
import re
from itertools import combinations

import pytest
import yaml
from redis import Redis

from app.domain.ledger.verifying import CHECKS as BOOKS
from app.domain.proofs import standing, waiting_everywhere
from app.domain.proofs.verifying import CHECKS as VOUCHERS
from app.factory import commands_alone
from app.kernel import clock
from app.kernel.db import fetch_all
from app.web import gauges
from tests.architecture.reading import ROOT

TOKEN = {"Authorization": "Bearer metrics-token-of-the-tests"}
DASHBOARDS = sorted((ROOT / "deploy/grafana").glob("*.json"))
ALERTS = sorted((ROOT / "deploy/alerts").glob("*.yaml"))
OLDEST_SCHEMA = 36
# Prometheus's own words and figures, as far as they are used.
WORDS = {
    *("sum", "max", "count", "topk", "by", "rate", "increase", "histogram_quantile", "time"),
    *("absent", "or", "and", "vector", "up"),
}
LABELS = {"job", "le"}
FROM_NAME = re.compile(r"# TYPE (\w+) (\w+)")
LABEL = re.compile(r'(\w+)="')
NAME = re.compile(r"(?<![\w\d.])[a-z_]\w*")
PARTS = {"histogram": ("_bucket", "_sum", "_count")}


@pytest.fixture(scope="module")
def figures(app, tmp_path_factory):
    """Everything that is really told: the page of a live app, and what commands write."""
    client, folder = app.test_client(), tmp_path_factory.mktemp("figures")
    client.get("/healthz")
    commands = {"verify.prom": ["verify", "all"], "backup.prom": ["backup", "status", str(folder)]}
    for name, words in commands.items():
        app.test_cli_runner().invoke(args=[*words, "--metrics", str(folder / name)])
    written = [(folder / name).read_text(encoding="utf-8") for name in commands]
    return "".join([client.get("/metrics", headers=TOKEN).text, *written])


def names_in(page):
    return {
        name + part for name, kind in FROM_NAME.findall(page) for part in PARTS.get(kind, ("",))
    }


def asked_in(expression):
    """The names of figures, without labels, spans of time and texts."""
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|\bby \([^)]*\)", " ", expression)
    return set(NAME.findall(bare)) - WORDS


def labels_in(expression):
    inside = "".join(re.findall(r"\{([^}]*)\}", expression))
    grouped = re.findall(r"\bby \(([^)]*)\)", expression)
    named = {name.strip() for each in grouped for name in each.split(",") if name.strip()}
    return (set(re.findall(r'(\w+)=~?"', inside)) | named) - LABELS


def panels():
    return [
        (path.stem, panel)
        for path in DASHBOARDS
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]
    ]


def rules():
    return [
        rule
        for path in ALERTS
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
        for rule in group["rules"]
    ]


def expressions():
    asked = [target["expr"] for _, panel in panels() for target in panel.get("targets", ())]
    return asked + [rule["expr"] for rule in rules()]


def test_every_figure_that_is_asked_for_is_told(figures):
    known = names_in(figures)
    assert len(expressions()) > 70
    assert {name for each in expressions() for name in asked_in(each)} - known == set()


def test_a_figure_that_nobody_tells_is_seen():
    assert asked_in('max by (what) (kabao_gone{what="x"}) / rate(kabao_lost_total[5m])') == {
        "kabao_gone",
        "kabao_lost_total",
    }


def test_every_label_that_is_asked_for_is_told(figures):
    # What nobody did yet has no labels on the page; its code names them.
    counted = (ROOT / "app/web/metrics.py").read_text() + (ROOT / "app/web/gauges.py").read_text()
    known = set(LABEL.findall(figures)) | set(re.findall(r'"(\w+)"', counted))
    assert {name for each in expressions() for name in labels_in(each)} - known == set()


def test_figures_of_the_backups_ring_when_they_are_gone(app, figures, tmp_path):
    asked = "\n".join(rule["expr"] for rule in rules())
    backups = {name for name in names_in(figures) if name.startswith("kabao_backup_")}
    assert len(backups) == 2
    assert {name for name in backups if f"absent({name})" not in asked} == set()
    assert 'absent(kabao_replication_slot_up{slot="kabao_backup"})' in asked
    # A folder in which nothing leads to this database has names and no figures.
    assert re.findall(r"^kabao_backup_.*", figures, re.MULTILINE) == []
    told = app.test_cli_runner().invoke(args=["backup", "status", str(tmp_path)])
    assert told.exit_code == 1
    assert told.output.count("begin a new folder") == 2


def test_every_expression_closes_what_it_opens():
    for expression in expressions():
        for opened, closed in ("()", "[]", "{}"):
            assert expression.count(opened) == expression.count(closed), expression
        assert expression.count('"') % 2 == 0, expression


def test_every_alert_says_what_it_is_about():
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names)) > 20
    for rule in rules():
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
        assert set(rule["annotations"]) == {"summary", "promise", "runbook"}
        assert re.fullmatch(r"\d+[mh]", rule["for"])
        assert rule["labels"] == {"severity": rule["labels"]["severity"]}
        assert rule["labels"]["severity"] in {"page", "ticket"}


def test_every_alert_names_a_promise_that_is_made():
    made = {*BOOKS, *VOUCHERS, *standing.CHECKS, *_guarantees(), "{{ $labels.promise }}"}
    named = {rule["annotations"]["promise"] for rule in rules()}
    assert named - made == set()


def test_every_alert_has_its_page_in_the_runbook():
    pages = re.findall(r"^## (\w+)$", (ROOT / "docs/runbook.md").read_text(), re.MULTILINE)
    assert sorted(pages) == sorted(rule["alert"] for rule in rules())
    for rule in rules():
        assert rule["annotations"]["runbook"] == f"docs/runbook.md#{rule['alert'].lower()}"


def test_every_command_of_the_runbook_is_there():
    text = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`flask ([a-z -]+?)(?= [<…-]| --|`)", text))
    assert len(told) > 15
    assert [words for words in sorted(told) if not _is_command(words.split())] == []


def _is_command(words):
    found = commands_alone().cli
    for word in words:
        commands = getattr(found, "commands", {})
        if word not in commands:
            return not commands
        found = commands[word]
    return True


def test_every_promise_of_the_books_has_its_figure(figures):
    told = set(re.findall(r'kabao_promise_troubles\{promise="([^"]+)"', figures))
    assert {*BOOKS, *VOUCHERS, *standing.CHECKS} <= told
    assert "the chain of what was done is whole" in told


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_can_be_shown(path):
    board = json.loads(path.read_text(encoding="utf-8"))
    assert board["schemaVersion"] >= OLDEST_SCHEMA
    assert [each["name"] for each in board["templating"]["list"]] == ["source"]
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    assert [pair for pair in combinations(board["panels"], 2) if _overlap(*pair)] == []
    for panel in board["panels"]:
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
        if panel["type"] != "row":
            assert panel["datasource"] == {"type": "prometheus", "uid": "${source}"}
            assert panel["title"]
            assert panel["targets"]


def test_what_waits_is_counted_by_its_age(database):
    told = {each.what: each for each in waiting_everywhere(at=clock.now())}
    named = {what for each in expressions() for what in re.findall(r'what="([^"]+)"', each)}
    assert named <= set(told)
    assert all((each.oldest_at is None) == (each.count == 0) for each in told.values())


def test_without_valkey_the_rest_is_told(client, app, monkeypatch):
    nowhere = Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2)
    monkeypatch.setitem(app.extensions, "redis", nowhere)
    page = client.get("/metrics", headers=TOKEN).text
    assert "kabao_valkey_up 0.0" in page
    assert "kabao_database_up 1.0" in page
    assert "kabao_queue_waiting" not in page


def test_without_the_database_the_rest_is_told(client, monkeypatch):
    def gone(_at):
        fetch_all(int, "SELECT no_such_column", {})

    monkeypatch.setattr(gauges, "_FROM_DATABASE", (gone,))
    page = client.get("/metrics", headers=TOKEN).text
    assert "kabao_database_up 0.0" in page
    assert "kabao_valkey_up 1.0" in page
    assert "kabao_requests_total" in page


def _overlap(one, other):
    a, b = one["gridPos"], other["gridPos"]
    return (
        a["x"] < b["x"] + b["w"]
        and b["x"] < a["x"] + a["w"]
        and a["y"] < b["y"] + b["h"]
        and b["y"] < a["y"] + a["h"]
    )


def _guarantees():
    text = (ROOT / "docs/guarantees.md").read_text(encoding="utf-8")
    return re.findall(r"^\| ([^|]+?) \|", text.partition("## Not promised")[0], re.MULTILINE)
