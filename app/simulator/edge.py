"""What every request passes: faults, signatures both ways, refusals, the log."""

import base64
import ipaddress
import time
from typing import Any

from flask import Flask, Response, g, jsonify, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.simulator.errors import PAY_REFUSALS, OpenRefused, PayRefused
from app.simulator.pay.reading import require_signature
from app.simulator.server import DROP
from app.simulator.signing import nonce_text
from app.simulator.world import World, here

CONTROL = "/_sim/"
PAGES = frozenset({"/", "/phone", "/control", "/covers"})
PAY = ("/v3/", "/brand/")
UNSIGNED = "/v3/billdownload/"
BODY_KEPT = 20_000
OK = 300
# What our own HTTP errors are called in the platform's two languages.
PAY_CODES: dict[int | None, str] = {404: "NOT_FOUND", 429: "FREQUENCY_LIMITED", 500: "SYSTEM_ERROR"}
ERRCODES: dict[int | None, int] = {404: 40066, 405: 43002, 500: -1}


def install(app: Flask) -> None:
    """Put these around every request of the app."""
    app.before_request(_enter)
    app.after_request(_leave)
    app.register_error_handler(PayRefused, _pay_refused)
    app.register_error_handler(OpenRefused, _open_refused)
    app.register_error_handler(HTTPException, _no_such_call)


def _enter() -> ResponseReturnValue | None:
    g.started = time.perf_counter()
    if _is_control():
        return _only_from_here()
    world = here()
    struck = _strike(world)
    if struck is None and request.path.startswith(PAY):
        require_signature(world)
    return struck


def _leave(response: Response) -> Response:
    if _is_control():
        return response
    world = here()
    if request.path.startswith(PAY) and not _is_file(response):
        _sign(world, response)
    if response.status_code < OK and world.faults.take("reset", request.path):
        request.environ[DROP] = True
    _remember(world, response)
    return response


def _is_control() -> bool:
    return request.path.startswith(CONTROL) or request.path in PAGES


def _only_from_here() -> ResponseReturnValue | None:
    if ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104  # no bind
        return None
    return jsonify(error="the controls are for this machine only"), 403


def _strike(world: World) -> ResponseReturnValue | None:
    path = request.path
    slow = world.faults.take("slow", path)
    if slow:
        time.sleep(slow.seconds)
    if world.faults.take("reset_before", path):
        request.environ[DROP] = True
        return Response(status=503)
    status = world.faults.take("status", path)
    if status:
        return _struck_with_status(status.status)
    error = world.faults.take("error", path)
    if error and error.code in PAY_REFUSALS:
        raise PayRefused(error.code)
    if error:
        raise OpenRefused(int(error.code))
    return None


def _struck_with_status(status: int) -> ResponseReturnValue:
    if request.path.startswith(PAY) and status in {429, 500}:
        return _pay_refused(PayRefused(PAY_CODES[status]))
    return Response("<html>simulated failure</html>", status=status, mimetype="text/html")


def _pay_refused(refused: PayRefused) -> Response:
    g.number = refused.number
    return make_response(jsonify(refused.body()), refused.status)


def _open_refused(refused: OpenRefused) -> Response:
    rid = "-".join(nonce_text(8).lower() for _ in range(3))
    g.rid = rid
    return jsonify(errcode=refused.errcode, errmsg=f"{refused.errmsg} rid: {rid}")


def _no_such_call(error: HTTPException) -> Response:
    if _is_control():
        return make_response(jsonify(error=error.description), error.code)
    if request.path.startswith(PAY):
        code = PAY_CODES.get(error.code, "PARAM_ERROR")
        return _pay_refused(PayRefused(code, f"{request.method} {request.path}"))
    return _open_refused(OpenRefused(ERRCODES.get(error.code, 40066)))


def _is_file(response: Response) -> bool:
    return request.path.startswith(UNSIGNED) and response.status_code < OK


def _sign(world: World, response: Response) -> None:
    body = response.get_data()
    forged = world.faults.take("forge_answer", request.path)
    headers = world.platform.forged_headers if forged else world.platform.headers
    asked = request.headers.get("Wechatpay-Serial")
    serial = world.platform.serial_for(g.get("merchant"), asked=asked)
    response.headers.update(headers(body, at=world.clock.now(), serial=serial))
    response.headers["Request-ID"] = f"{nonce_text(24)}-{g.get('number', 0)}"


def _remember(world: World, response: Response) -> None:
    told: dict[str, Any] = {
        "at": world.clock.now(),
        "method": request.method,
        "target": request.environ["REQUEST_URI"],
        "headers": dict(request.headers),
        "body": _readable(_what_came()),
        "status": response.status_code,
        "answer": _readable(response.get_data()),
        "rid": g.get("rid"),
        "appid": g.get("appid"),
        "remote_address": request.remote_addr,
        "dropped": bool(request.environ.get(DROP)),
        "milliseconds": round((time.perf_counter() - g.started) * 1000, 1),
    }
    world.requests.append(told)


def _what_came() -> bytes:
    try:
        return request.get_data()
    except RequestEntityTooLarge:
        return b"(too large to be read)"


def _readable(data: bytes) -> str:
    try:
        return data[:BODY_KEPT].decode()
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(data[:BODY_KEPT]).decode()
