"""Rendering: whole pages, fragments for htmx, and refusals as a person reads them."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request
from flask import url_for as flask_url_for
from flask_babel import get_locale
from werkzeug.exceptions import HTTPException

from app.admin import door, menu, words
from app.domain.accounts import ConfirmFirst
from app.gateways import qr
from app.gateways.errors import GatewayError
from app.kernel.errors import DomainError
from app.web import metrics
from app.web.errors import AWAY
from app.web.logs import log

# No inline script, no inline style, nobody else's host.
ONLY_OURS = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def page(template: str, /, *, status: int = 200, **more: Any) -> Response:
    """A whole page, or, asked by htmx, its block `fragment` when the template has one."""
    return make_response(render_template(f"admin/{template}", **more), status)


def is_fragment() -> bool:
    """htmx asks for a part of a page; a boosted link or a step back wants it whole."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def go(endpoint: str, /, *, words: str | None = None, **more: Any) -> Response:
    """Done: on to another page, with a word about it."""
    if words:
        flash(str(words), "success")
    target = to(endpoint, **more)
    if is_fragment():
        response = Response(status=204)
        response.headers["HX-Redirect"] = target
        return response
    return cast("Response", redirect(target, 303))


def to(endpoint: str, /, **more: Any) -> str:
    """The address of a page of this shop."""
    return flask_url_for(f"panel.{endpoint}", merchant=door.shop().number, **more)


def leave_to(wanted: str | None) -> Response:
    """On to where somebody came from, if that is a page of this shop; else to its first page."""
    ours = f"/admin/{door.shop().number}/"
    is_ours = wanted is not None and wanted.startswith(ours) and "\\" not in wanted
    target = wanted if is_ours and wanted else to("overview.show")
    if is_fragment():
        response = Response(status=204)
        response.headers["HX-Redirect"] = target
        return response
    return cast("Response", redirect(target, 303))


def attachment(name: str) -> str:
    """For Content-Disposition: a file of this name, in whatever script it is written."""
    return f"attachment; filename*=UTF-8''{quote(name)}"


def asset(name: str) -> str:
    """A file of ours, with its fingerprint, so that browsers may keep it for a year."""
    return flask_url_for("panel.static", filename=name, v=_print_of(name))


@cache
def _print_of(name: str) -> str:
    content = (Path(__file__).parent / "static" / name).read_bytes()
    return hashlib.sha256(content).hexdigest()[:12]


def drawn(said: str) -> str:
    """A QR picture of these words, for the `src` of an image."""
    return "data:image/png;base64," + base64.b64encode(qr.draw(said)).decode()


def register(panel: Blueprint) -> None:
    panel.register_error_handler(DomainError, refused)
    panel.register_error_handler(GatewayError, wechat_failed)
    panel.register_error_handler(HTTPException, not_http)
    for away in AWAY:
        panel.register_error_handler(away, database_away)
    panel.register_error_handler(Exception, unexpected)
    panel.after_request(close)
    panel.app_context_processor(surroundings)


def surroundings() -> dict[str, Any]:
    """What every template knows."""
    signed = door.signed_in() if "panel_shop" in g else None
    return {
        "to": to,
        "icon": words.icon,
        "asset": asset,
        "locale": str(get_locale() or words.LOCALES[0]),
        "shop": g.get("panel_shop"),
        "staff": signed,
        "has_entered": signed is not None and not door.lacks_second_factor(signed),
        "groups": menu.menu_for(signed) if signed else [],
        "lesser_roles": door.roles_below(signed.role) if signed else [],
    }


def refused(refusal: DomainError) -> Response:
    """In the words of a page; a dear action leads to the place where one proves who one is."""
    metrics.REFUSALS.labels(refusal.code).inc()
    if isinstance(refusal, ConfirmFirst):
        return go("security.prove", next=_came_from())
    response = _say_why(words.refusal(refusal), refusal.status, code=refusal.code)
    wait = refusal.details.get("retry_after_seconds")
    if isinstance(wait, int):
        response.headers["Retry-After"] = str(wait)
    return response


def wechat_failed(failure: GatewayError) -> Response:
    metrics.GATEWAY_FAILURES.labels(failure.code).inc()
    log.warning("wechat failed", wechat_code=failure.code, failure=type(failure).__name__)
    return _say_why("微信没有响应，请稍后再试", 502, code="wechat_unavailable")


def not_http(error: HTTPException) -> Response:
    status = error.code or 500
    return _say_why(words.HTTP.get(status, words.HTTP[400]), status, code="refused")


def database_away(failure: Exception) -> Response:
    """Gone, restarting, too slow or in use by others: soon it is back."""
    log.error("database away", failure=type(failure).__name__)
    response = _say_why(words.REFUSALS["unavailable"], 503, code="unavailable")
    response.headers["Retry-After"] = "1"
    return response


def unexpected(failure: Exception) -> Response:
    log.error("unexpected", failure=type(failure).__name__, exc_info=failure)
    return _say_why(words.HTTP[500], 500, code="internal")


def close(response: Response) -> Response:
    """Only our own files may run; nothing of a page stays in a shared computer."""
    response.headers["Content-Security-Policy"] = ONLY_OURS
    response.headers.setdefault(
        "Permissions-Policy", "camera=(self), geolocation=(), microphone=()"
    )
    return response


def _say_why(message: str, status: int, *, code: str) -> Response:
    if is_fragment():
        response = make_response(
            render_template("admin/_notice.html", message=message, kind="danger"), status
        )
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#notices", "innerHTML"
        return response
    return page("problem.html", status=status, message=message, code=code)


def _came_from() -> str | None:
    """The page on which the form stands, as the form says itself; one of this shop's."""
    said = request.form.get("_page", "")
    return said if said.startswith(f"/admin/{door.shop().number}/") else None
