"""Guessing: show codes, numbers, links, cards, passwords, six digits; and how soon it ends."""

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from app.kernel import clock
from attack.calling import Answer, Client
from attack.panel import Browser, Panel, a_panel, live
from attack.stage import Stage
from attack.tally import Tally
from tests.admin.browsing import PASSWORD, six_digits
from tests.admin.browsing import Browser as InsideBrowser
from tests.admin.entering import a_newcomer
from tests.api.calling import KEY, a_request_key
from tests.builders.orders import shown
from tests.walks.complaining import a_paper_card

TOO_OFTEN, NOT_HERE = 429, {400, 401, 403, 404, 409, 410, 422}
QUICK_LIMIT = 120
NUMBERS, QUICK_NUMBERS = 300, 40
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
STRANGER, ITS_OWN = "198.51.100.7", "203.0.113.9"


@dataclass(frozen=True)
class Limit:
    """So many in any so many seconds; where two windows meet it errs by a few percent."""

    count: int
    window_s: int

    def most_within(self, seconds: float) -> int:
        return int(self.count * (1 + seconds / self.window_s) * 1.1) + 1


def run(stage: Stage, tally: Tally) -> None:
    """Each kind of guess: none is right, and after so many nobody listens any more."""
    for name, guess, limit in _kinds(stage):
        if stage.is_quick and limit.count > QUICK_LIMIT:
            continue
        _until_refused(stage, tally, name, guess, limit)
    _invented_addresses(stage, tally)
    _numbers(stage, tally)
    with a_panel(stage) as panel:
        _passwords(stage, tally, panel)


def _kinds(stage: Stage) -> Iterator[tuple[str, Callable[[int], Answer], "Limit"]]:
    """By name: the guess, and after how many of them at most it must end."""
    ours, town = stage.town.ours, stage.town
    handle = town.make(lambda: shown(ours, ours.voucher(), at=clock.now()).digits)[:11]
    card = town.make(a_paper_card, ours)
    worker, member, post = ours.worker.bearer, ours.member.bearer, _poster(stage)

    def digits(_turn: int) -> str:
        return f"{secrets.randbelow(10**18):018d}"

    yield "18 digits", lambda n: post("/counter/redeem", worker, {"code": digits(n)}), Limit(60, 60)
    yield (
        "the 7 digits of a voucher",
        lambda n: post("/counter/quote", worker, {"code": f"{handle}{n:07d}", "spend_fen": 5000}),
        Limit(10, 300),
    )
    yield (
        "a QR text of it",
        lambda _n: post("/counter/redeem", worker, {"code": f"KB1{handle}{_hex(24)}"}),
        Limit(120, 60),
    )
    yield (
        "paper cards",
        lambda _n: post("/paper-cards/bind", member, {"code": card[:-4] + _letters(4)}),
        Limit(10, 600),
    )
    yield (
        "gift links",
        lambda _n: post("/gift-links/look", None, {"token": _token()}),
        Limit(300, 60),
    )
    yield (
        "invitations",
        lambda _n: post("/counter/invitations/accept", None, _accepting()),
        Limit(30, 60),
    )
    yield "sign-in codes", lambda _n: post("/sessions", None, _signing_in(stage)), Limit(300, 60)


def _until_refused(
    stage: Stage, tally: Tally, name: str, guess: Callable[[int], Answer], limit: Limit
) -> None:
    """Guess on and on. Whoever is slow may guess more often: the limit is one of a window."""
    stage.forget_counts()
    began, most = time.monotonic(), limit.count
    for turn in count(1):
        answer = guess(turn)
        most = limit.most_within(time.monotonic() - began)
        if answer.status_code == TOO_OFTEN or turn > most:
            break
        tally.expect(answer.status_code in NOT_HERE, f"{name}: {answer.status_code} {answer.text}")
    waits = answer.headers.get("Retry-After")
    held = answer.status_code == TOO_OFTEN and waits
    tally.expect(held, f"{name}: still listened to after {turn} guesses")
    tally.note(f"{name}: {turn - 1} guesses, then wait {waits} s")


def _poster(stage: Stage) -> Callable[[str, str | None, dict[str, Any]], Answer]:
    def post(path: str, bearer: str | None, body: dict[str, Any]) -> Answer:
        headers = {KEY: a_request_key()}
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        said = {"spend_fen": 5000, **body} if path == "/counter/redeem" else body
        url = f"/api/v1/{stage.town.ours.number}{path}"
        return stage.client.post(url, json=said, headers=headers)

    return post


def _invented_addresses(stage: Stage, tally: Tally) -> None:
    """Whoever writes other addresses before his own is still counted as himself."""
    stage.forget_counts()
    seen = []
    for _turn in range(45):
        invented = f"10.{secrets.randbelow(250)}.{secrets.randbelow(250)}.1, {STRANGER}"
        headers = {"X-Forwarded-For": invented, "Forwarded": f"for={invented}"}
        path = f"/api/v1/{stage.town.ours.number}/counter/invitations/accept"
        seen.append(stage.client.post(path, json=_accepting(), headers=headers).status_code)
    tally.expect(TOO_OFTEN in seen, "invented addresses escape the count of an address")


def _numbers(stage: Stage, tally: Tally) -> None:
    """Numbers of vouchers, orders and gifts tell nothing, and a guessed one finds nothing."""
    ours = stage.town.ours
    headers = {"Authorization": f"Bearer {ours.neighbour.bearer}"}
    number = stage.town.make(lambda: ours.voucher().number)
    for turn in range(QUICK_NUMBERS if stage.is_quick else NUMBERS):
        place = 1 + turn % (len(number) - 1)
        near = number[:place] + ALPHABET[turn % len(ALPHABET)] + number[place + 1 :]
        answer = stage.client.get(f"/api/v1/{ours.number}/vouchers/{near}", headers=headers)
        tally.expect(answer.status_code in {404, 429}, f"voucher {turn}: {answer.status_code}")


def _passwords(stage: Stage, tally: Tally, panel: Panel) -> None:
    """A stranger guesses a password and six digits; its owner comes in all the same."""
    stage.forget_counts()
    _inside, secret, _codes = a_newcomer(stage.app, panel)
    door, told = _a_door(stage, panel, STRANGER), set()
    tried = 0
    for tried in range(1, 20):
        # Half of them with the right password: then only the six digits are guessed.
        word = PASSWORD if tried % 2 else f"guess {tried}"
        answer = _sign_in(door, word, f"{secrets.randbelow(10**6):06d}")
        if answer.status_code == TOO_OFTEN:
            break
        told.add((answer.status_code, "动态验证码不正确" in answer.text))
    tally.expect(answer.status_code == TOO_OFTEN and tried <= 7, f"{tried} passwords were let try")
    tally.expect(told == {(401, True)}, f"the answers tell what was wrong: {told}")
    tally.note(f"passwords and six digits: {tried - 1} tries, then wait, twice as long each time")
    tally.expect(
        _sign_in(_a_door(stage, panel, STRANGER), PASSWORD, _digits(secret)).status_code
        == TOO_OFTEN,
        "a new browser of the same address is let try again",
    )
    own = _sign_in(_a_door(stage, panel, ITS_OWN), PASSWORD, _digits(secret))
    tally.expect(
        own.status_code == 303, f"the owner is locked out by a stranger: {own.status_code}"
    )
    again = _sign_in(_a_door(stage, panel, "203.0.113.10"), PASSWORD, _digits(secret))
    tally.expect(again.status_code == 401, f"six digits are good twice: {again.status_code}")


def _a_door(stage: Stage, panel: Panel, address: str) -> Browser:
    """A browser in which nobody was ever signed in, somewhere in the world."""
    inside = InsideBrowser(stage.app, panel.merchant)
    inside.get("/sign-in")
    browser = live(stage, inside)
    browser.client, browser.csrf = Client(stage.port, address=address), inside.csrf
    return browser


def _sign_in(door: Browser, password: str, digits: str) -> Answer:
    return door.post("/sign-in", {"login": "xiaolin", "password": password, "digits": digits})


def _digits(secret: str) -> str:
    """The next ones: those of this half minute were used when the factor was bound."""
    return str(six_digits(secret, at=int(clock.now().timestamp()) + 30))


def _accepting() -> dict[str, str]:
    return {"appid": "wx" + secrets.token_hex(8), "code": "nobody", "token": _token()}


def _signing_in(stage: Stage) -> dict[str, str]:
    return {"appid": stage.town.ours.app.appid, "code": secrets.token_hex(8)}


def _token() -> str:
    return secrets.token_urlsafe(16)


def _hex(length: int) -> str:
    return secrets.token_hex(length // 2).upper()


def _letters(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _each in range(length))
