"""The floor: a plain Flask app that does each hot operation in one raw statement of `floor`."""

import json
import os
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import psycopg
from flask import Flask, Response, request

from bench.floor import CLAIM, HELP, PLACE, RECEIVE, REDEEM, WALLET

WALLET_COLUMNS = (
    "id",
    "voucher",
    "state",
    "revision",
    "valid_from",
    "valid_until",
    "card",
    "card_title",
)

MONTH, YEAR = timedelta(days=30), timedelta(days=365)
TITLE = "热拿铁双杯"
# As long as what ours keeps.
ANSWER = json.dumps({"answer": "x" * 260})
HASH = b"\x01" * 32


def create_app(database_url: str, world: dict[str, object]) -> Flask:
    """The floor over that database. `world` names the merchant and what hangs on him."""
    app = Flask(__name__, static_folder=None)
    connections = threading.local()
    contents = orjson.dumps(world["contents"]).decode()

    def ask(sql: str, **values: object) -> psycopg.Cursor[tuple[Any, ...]]:
        if not hasattr(connections, "own"):
            connections.own = psycopg.connect(database_url, autocommit=True, options="-c jit=off")
        own: psycopg.Connection[tuple[Any, ...]] = connections.own
        return own.execute(sql.encode(), world | values, prepare=True)

    def answer(told: object, status: int = 200) -> Response:
        return Response(orjson.dumps(told), status, content_type="application/json")

    @app.get("/empty")
    def empty() -> Response:
        return answer({"ok": True})

    @app.post("/redeem")
    def redeem() -> Response:
        said, at, number = orjson.loads(request.get_data()), datetime.now(UTC), a_number("D")
        row = _row(
            ask(
                REDEEM,
                actor=f"staff:{said['staff']}",
                key=said["key"],
                hash=HASH,
                answer=ANSWER,
                at=at,
                voucher=said["voucher"],
                number=number,
                points_until=at + YEAR,
                details=orjson.dumps({"redemption": number, "store_id": world["store"]}).decode(),
                payload=orjson.dumps({"redemption_number": number}).decode(),
            )
        )
        return answer({"redemption": number, "voucher": row[0], "points": row[1]}, 201)

    @app.post("/place")
    def place() -> Response:
        said, at, number = orjson.loads(request.get_data()), datetime.now(UTC), a_number("O")
        ask(
            PLACE,
            actor=f"member:{said['member']}",
            key=said["key"],
            hash=HASH,
            answer=ANSWER,
            at=at,
            offer=said["offer"],
            member=said["member"],
            number=number,
            payment=a_number("P"),
            openid=f"o_bench{said['member']}",
            title=TITLE,
            contents=contents,
            pay_until=at + timedelta(minutes=15),
            look_at=at + timedelta(minutes=1),
        )
        return answer({"order": number}, 201)

    @app.post("/notice")
    def notice() -> Response:
        at, said = datetime.now(UTC), request.args
        signed = {
            name: value for name, value in request.headers.items() if name.startswith("Wechatpay")
        }
        ask(
            RECEIVE,
            source="wechat_pay.payments",
            reference=said["reference"],
            headers=orjson.dumps(signed).decode(),
            body=request.get_data().decode(),
            at=at,
            transaction=said["transaction"],
            payment=said["payment"],
            card=a_number("C"),
            vouchers=[a_number("V"), a_number("V")],
            valid_until=at + MONTH,
        )
        return Response(status=204)

    @app.get("/wallet")
    def wallet() -> Response:
        rows = ask(WALLET, member=int(request.args["member"]), at=datetime.now(UTC)).fetchall()
        items = [dict(zip(WALLET_COLUMNS, row, strict=True)) for row in rows[:20]]
        return answer({"items": items, "next_cursor": None})

    _add_friends(app, ask, answer, world)
    return app


def _add_friends(
    app: Flask,
    ask: Callable[..., psycopg.Cursor[tuple[Any, ...]]],
    answer: Callable[[object], Response],
    world: Mapping[str, object],
) -> None:
    @app.post("/claim")
    def claim() -> Response:
        said = orjson.loads(request.get_data())
        row = _row(
            ask(
                CLAIM,
                gift=said["gift"],
                member=said["member"],
                card=a_number("C"),
                at=datetime.now(UTC),
            )
        )
        return answer({"gift": row[0]})

    @app.post("/help")
    def help_out() -> Response:
        said, at = orjson.loads(request.get_data()), datetime.now(UTC)
        ask(
            HELP,
            task=said["task"],
            member=said["member"],
            number=a_number("H"),
            card=a_number("C"),
            voucher=a_number("V"),
            offer=world["first_offer"],
            address=HASH,
            valid_until=at + MONTH,
            at=at,
        )
        return answer({"state": "counted"})


def a_number(letter: str) -> str:
    return letter + secrets.token_hex(8).upper()


if "BENCH_WORLD" in os.environ:
    app = create_app(os.environ["BENCH_DATABASE"], json.loads(os.environ["BENCH_WORLD"]))


def _row(cursor: psycopg.Cursor[tuple[Any, ...]]) -> tuple[Any, ...]:
    found = cursor.fetchone()
    if found is None:
        raise LookupError("the floor's statement gave nothing")
    return found
