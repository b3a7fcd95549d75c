"""Fields that nobody asked for, in every body that is documented and in the panel's forms."""

from typing import Any

from psycopg import sql

from app.migrations.metadata import METADATA
from attack.panel import Panel, a_panel, live
from attack.stage import Stage
from attack.tally import Tally
from tests.admin import matrix, nonsense
from tests.admin.posts import MAKING
from tests.walks.table import WAYS

QUICK_ROUTES, QUICK_FORMS = 10, 3
REFUSED = {400, 403, 404, 409, 413, 415, 422, 429}
MARK, COUNT = "assigned-by-a-stranger", 271_828_182
# What would be worth a try: whose it is, what it costs, how it stands, what one may.
EXTRAS: dict[str, Any] = {
    "merchant_id": 1,
    "member_id": 1,
    "holder_id": 1,
    "price_fen": 1,
    "total_fen": 0,
    "amount_fen": 1,
    "state": "paid",
    "role": "owner",
    "is_paid": True,
    "paid_at": "2026-01-01T00:00:00Z",
    "actor": "system",
    "epoch": 99,
    "points": 10**6,
    "__proto__": {"role": "owner"},
    "$set": {"state": "paid"},
}
# A form that is sent with these must not make anything that says so.
WISHES = {"role": "owner", "state": "published", "is_active": "true", "decided_by": "system"}
# Fields of ours that happen to be called like a column are the form's own business.
ASKED_FOR = frozenset({"csrf_token"})


def run(stage: Stage, tally: Tally) -> None:
    """Bodies are refused whole; a form's extra fields are not looked at."""
    _bodies(stage, tally)
    with a_panel(stage) as panel:
        _forms(stage, tally, panel)


def _bodies(stage: Stage, tally: Tally) -> None:
    routes = [route for route in sorted(WAYS) if route.startswith("POST /api")]
    for route in stage.some(routes, quick=QUICK_ROUTES):
        call = stage.town.call_for(route)
        if not call.body:
            continue
        for name, value in EXTRAS.items():
            if name in call.body:
                continue
            _one_body(stage, tally, route, call, {name: value})
        for name, inner in call.body.items():
            if isinstance(inner, dict):
                nested = {name: {**inner, "merchant_id": 1}}
                _one_body(stage, tally, route, call, nested)


def _one_body(stage: Stage, tally: Tally, route: str, call: Any, extra: dict[str, Any]) -> None:
    stage.forget_counts()
    before, person = stage.watch.look(), stage.town.rightful(route)[0]
    bearer = person and person.bearer
    answer = stage.town.send(route, call, bearer=bearer, json={**call.body, **extra})
    changed = stage.watch.changed(since=before)
    held = answer.status_code in REFUSED and not changed
    tally.expect(held, f"{route} with {extra}: {answer.status_code}, changed {sorted(changed)}")


def _forms(stage: Stage, tally: Tally, panel: Panel) -> None:
    """Every column that there is comes along as a field; afterwards every row is read again."""
    columns, manager = _columns(), live(stage, panel.manager)
    for name, make in stage.some(sorted(MAKING.items()), quick=QUICK_FORMS):
        path, fields = stage.town.make(make, panel)
        # What the form does ask for by that name is no stranger's field.
        own = {*fields, *nonsense.names_on(stage.app.view_functions[f"panel.{name}"])}
        extras = {key: value for key, value in columns.items() if key not in own}
        wishes = {key: value for key, value in WISHES.items() if key not in own}
        theirs = stage.watch_of(stage.town.theirs.id)
        wished = _told(stage, wishes)
        browser = panel.owner if name in matrix.WHO["owner"] else manager
        answer = browser.post(path, {**extras, **wishes, **fields})
        if answer.status_code not in {200, 303}:
            raise RuntimeError(f"{name}: the form itself is refused: {answer.status_code}")
        marked = _marked(stage)
        untouched = theirs == stage.watch_of(stage.town.theirs.id)
        granted = {key for key, count in _told(stage, wishes).items() if count != wished[key]}
        told = f"{name}: marked {marked}, granted {granted}"
        tally.expect(not marked and untouched and not granted, told)


def _columns() -> dict[str, str]:
    """By column: what it would say if it were taken from the form."""
    every = (column for each in METADATA.sorted_tables for column in each.columns)
    return {
        column.name: str(COUNT) if "INT" in str(column.type).upper() else MARK
        for column in every
        if column.name not in ASKED_FOR | WISHES.keys()
    }


def _marked(stage: Stage) -> list[str]:
    """Tables with a row that says what only the stranger said."""
    looks = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {} t WHERE t::text ~ {})").format(
            sql.Literal(table.name), sql.Identifier(table.name), sql.Literal(f"{MARK}|{COUNT}")
        )
        for table in METADATA.sorted_tables
    ]
    return [name for (name,) in stage.ask(sql.SQL(" UNION ALL ").join(looks))]


def _told(stage: Stage, wishes: dict[str, str]) -> dict[str, int]:
    """How many rows say what is wished for, by wish."""
    looks = [
        sql.SQL("SELECT {}, count(*) FROM {} WHERE {}::text = {}").format(
            sql.Literal(name),
            sql.Identifier(table.name),
            sql.Identifier(name),
            sql.Literal(wishes[name]),
        )
        for table in METADATA.sorted_tables
        for name in wishes
        if name in table.columns
    ]
    counts = dict.fromkeys(wishes, 0)
    for name, count in stage.ask(sql.SQL(" UNION ALL ").join(looks)) if looks else []:
        counts[name] += count
    return counts
