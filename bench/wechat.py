"""A stand-in that answers the one question an assist click asks of WeChat, as fast as it can.

The simulator would answer too, and think about it; here only what asking costs us is of interest.
"""

import os

import orjson
from flask import Flask, Response, request

TOKEN_SECONDS = 7200


def create_app() -> Flask:
    app = Flask(__name__, static_folder=None)

    @app.post("/cgi-bin/stable_token")
    def stable_token() -> Response:
        return _answer({"access_token": "bench", "expires_in": TOKEN_SECONDS})

    @app.post("/wxa/getuserriskrank")
    def risk_rank() -> Response:
        request.get_data()
        return _answer({"errcode": 0, "errmsg": "getuserriskrank succ", "risk_rank": 0})

    @app.get("/empty")
    def empty() -> Response:
        return _answer({"ok": True})

    return app


def _answer(told: object) -> Response:
    return Response(orjson.dumps(told), content_type="application/json")


if "BENCH_PLATFORM" in os.environ:
    app = create_app()
