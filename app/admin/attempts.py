"""A form that is sent twice does its work once, and is answered twice the same.

Every form brings the number of its attempt (`ui.hidden()`). Whatever first changes something for
such a request takes that number in the same commit, so that of two taps at once one works and
the other waits and finds it taken. What was refused gives the number back. Where our own fault
hid the answer the number stays taken: the work is done.
"""

import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, Response, flash, g, request, session
from flask_babel import gettext as _

from app.admin import door, pages
from app.kernel import clock, keyring, request_keys
from app.kernel.db import before_commit, fetch_one, flush, transaction
from app.kernel.errors import DomainError
from app.kernel.request_keys import Answer, RequestKey

FIELD = "_attempt"
NOT_WISHED = {FIELD, "csrf_token", "_page"}
# Forms that make nothing: each try of a proof counts, and whoever asks again reads again.
ASKING = {
    "panel.members.find",
    "panel.members.reveal",
    "panel.numbers.export",
    "panel.orders.evidence",
    "panel.security.link",
    "panel.security.prove",
    "panel.shipments.labels",
}
_NUMBER = re.compile(r"[\w-]{16,64}", re.ASCII)
_KEPT, _FLASHED = "panel_attempt", "_flashes"


class SentTwice(DomainError):
    """The same form did its work while this one waited."""

    code = "sent_twice"


@dataclass(kw_only=True)
class Attempt:
    """`is_kept`: this request took the number. `told`: where the second one is sent instead."""

    key: RequestKey
    flashed: int
    is_kept: bool = False
    told: tuple[str, str] | None = None


@dataclass(frozen=True)
class _Changed:
    is_changed: bool


def register(panel: Blueprint) -> None:
    """After the door: only whoever may be here has attempts."""
    panel.before_request(begin)
    panel.after_request(end)
    panel.teardown_request(leave)
    panel.add_app_template_global(fresh, "fresh_attempt")


def fresh() -> str:
    """The number of one form on one page."""
    return secrets.token_urlsafe(16)


def shown_once(endpoint: str, words: str, **more: Any) -> None:
    """What this request answers cannot be shown again: the second one is told so, there."""
    attempt = _attempt()
    if attempt:
        attempt.told = (pages.to(endpoint, **more), words)


def begin() -> Response | None:
    """Flask asks this before each page: a form that has done its work is answered here."""
    key = _key()
    if key is None:
        return None
    first = _first(key)
    if first:
        return _again(first)
    setattr(g, _KEPT, Attempt(key=key, flashed=len(session.get(_FLASHED, ()))))
    before_commit.set(_keep)
    return None


def end(response: Response) -> Response:
    """Keep what was answered; or forget the attempt, if it was refused."""
    attempt = _attempt()
    leave()
    if attempt is None:
        return response
    if attempt.is_kept:
        _settle(attempt, response)
        return response
    is_refused = response.status_code >= 400 and not _where(response)  # noqa: PLR2004 - HTTP's own
    first = _first(attempt.key) if is_refused else None
    return _again(first) if first else response


def leave(_failure: BaseException | None = None) -> None:
    before_commit.set(None)
    g.pop(_KEPT, None)


def _attempt() -> Attempt | None:
    return cast("Attempt | None", g.get(_KEPT))


def _key() -> RequestKey | None:
    if request.method in door.SAFE or request.endpoint in ASKING or "panel" not in g:
        return None
    number = request.form.get(FIELD, "")
    if not _NUMBER.fullmatch(number):
        return None
    here = door.here()
    wish = _digest(number)
    # With other words in it the same form is another wish: somebody went back and wrote again.
    return RequestKey.of(
        merchant_id=here.merchant_id,
        actor=here.actor,
        key=f"panel.{number}.{wish.hex()[:24]}",
        operation=request.path,
        body=wish,
    )


def _digest(number: str) -> bytes:
    """Of all that the form asks for; without the master key nobody can try passwords on it."""
    return keyring.blind_index(f"{number} {_wish()}", context="panel-attempt")


def _wish() -> str:
    """All that the form asks for, whatever the browser made of it on the way."""
    fields = sorted((k, v) for k, v in request.form.items(multi=True) if k not in NOT_WISHED)
    files = []
    for name, file in sorted(request.files.items(multi=True), key=lambda each: each[0]):
        files.append((name, hashlib.sha256(file.stream.read()).hexdigest()))
        file.stream.seek(0)
    return json.dumps([request.path, fields, files])


def _keep() -> None:
    """Before a commit: the first that changed something takes the number. Raises SentTwice."""
    attempt = _attempt()
    if attempt is None or attempt.is_kept:
        return
    flush()
    asked = "SELECT pg_current_xact_id_if_assigned() IS NOT NULL"
    changed = fetch_one(_Changed, asked, {})
    if changed is None or not changed.is_changed:
        return
    if not request_keys.claim(attempt.key, at=clock.now()):
        raise SentTwice(_("这次提交已经处理过"))
    attempt.is_kept = True


def _first(key: RequestKey) -> Answer | None:
    with transaction(merchant=key.merchant_id):
        return request_keys.find_answer(key)


def _settle(attempt: Attempt, response: Response) -> None:
    with transaction(merchant=attempt.key.merchant_id):
        if attempt.told or _where(response):
            _tell(attempt, response)
        elif 400 <= response.status_code < 500:  # noqa: PLR2004 - HTTP's own
            request_keys.drop(attempt.key)


def _tell(attempt: Attempt, response: Response) -> None:
    said = [str(words) for _kind, words in session.get(_FLASHED, ())[attempt.flashed :]]
    where = _where(response)
    if attempt.told:
        where, said = attempt.told[0], [attempt.told[1]]
    told = json.dumps({"to": where, "words": said})
    request_keys.tell(attempt.key, status=303, body_json=told)


def _where(response: Response) -> str | None:
    return response.headers.get("Location") or response.headers.get("HX-Redirect")


def _again(first: Answer) -> Response:
    """Where the first went, with the same words; or back to the form, before it is known."""
    shown = {words for _kind, words in session.get(_FLASHED, ())}
    for words in first.body.get("words") or [_("这次提交已经处理过")]:
        if words not in shown:
            flash(words, "success")
    return pages.leave_to(first.body.get("to") or request.form.get("_page"))
