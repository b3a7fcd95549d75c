"""What a migration takes from the version before, which still runs: seen by reading it."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.reading import Source

# Words of SQL that take something away, or ask more of the rows that the version before writes.
NARROWING = re.compile(
    r"\bDROP\s+(TABLE|COLUMN|TYPE|VIEW|FUNCTION|POLICY)\b|\bRENAME\b|\bSET\s+NOT\s+NULL\b"
    r"|\bALTER\s+(COLUMN\s+)?\w+\s+TYPE\b|\bTRUNCATE\b|\bREVOKE\b|\bDELETE\s+FROM\b",
    re.IGNORECASE,
)
# What looks at every row while it keeps the table to itself, or asks more of old code's rows.
ASKS_MORE = {
    "create_check_constraint": 1,
    "create_unique_constraint": 1,
    "create_foreign_key": 1,
    "create_index": 1,
}
TAKES_AWAY = {"drop_table", "drop_column", "rename_table"}


def narrowings(source: Source) -> Iterator[str]:
    """A line for each; a table that the migration makes itself may be treated as it likes."""
    calls = [node for node in ast.walk(_upwards(source.tree)) if isinstance(node, ast.Call)]
    new = {_text(call.args[0]) for call in calls if _name(call) == "create_table" and call.args}
    added = {(_text(call.args[0]), _column(call)) for call in calls if _name(call) == "add_column"}
    for call in calls:
        yield from (f"{_name(call)} {told}" for told in _offence(call, new, added))


def _offence(call: ast.Call, new: set[str], added: set[tuple[str, str]]) -> Iterator[str]:
    name, words = _name(call), [_text(each) for each in call.args]
    options = {key.arg: ast.unparse(key.value) for key in call.keywords}
    table = words[ASKS_MORE.get(name, 0)] if len(words) > ASKS_MORE.get(name, 0) else ""
    if name == "execute":
        yield from (found[0] for found in [NARROWING.search(ast.unparse(call))] if found)
    elif table in new:
        return
    elif name in TAKES_AWAY:
        yield " ".join(words[:2])
    elif name == "alter_column":
        yield from (
            f"{words[0]}.{words[1]} {what}"
            for what in ("new_column_name", "type_", "nullable")
            if what in options and (what != "nullable" or options[what] == "False")
        )
    elif name == "add_column":
        column = ast.unparse(call.args[1])
        if "nullable=False" in column and "server_default" not in column:
            yield f"{table}.{_column(call)} is NOT NULL without a default"
    elif name in ASKS_MORE and not _is_about_new_columns(call, table, added):
        yield f"{words[0]} on {table}"


def _is_about_new_columns(call: ast.Call, table: str, added: set[tuple[str, str]]) -> bool:
    """The version before writes nothing there."""
    told = " ".join(ast.unparse(each) for each in call.args[2:])
    return any(
        table == where and re.search(rf"\b{re.escape(column)}\b", told) for where, column in added
    )


def _upwards(tree: ast.Module) -> ast.Module:
    kept = [
        node
        for node in tree.body
        if not (isinstance(node, ast.FunctionDef) and node.name == "downgrade")
    ]
    return ast.Module(body=kept, type_ignores=[])


def _name(call: ast.Call) -> str:
    """`op.x` only: online.py's own verbs are made for tables in use."""
    function = call.func
    is_op = isinstance(function, ast.Attribute) and ast.unparse(function.value) == "op"
    return function.attr if is_op else ""


def _column(call: ast.Call) -> str:
    column = call.args[1]
    return _text(column.args[0]) if isinstance(column, ast.Call) and column.args else "?"


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Call) and node.args:  # op.f("…")
        return _text(node.args[0])
    return ast.unparse(node)
