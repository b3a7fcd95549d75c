"""Saying a second time what was good once: tokens, codes, links, tickets, notices."""

from datetime import timedelta
from typing import Any

from app.kernel import clock
from attack.stage import Stage
from attack.tally import Tally
from tests.api.calling import KEY, a_notice, a_request_key
from tests.builders.orders import shown
from tests.walks import houses
from tests.walks.calls import API
from tests.walks.notices import a_payment_notice

SHUT = range(400, 500)
# Each takes something that is good once: a code of WeChat's, a ticket, a link, a show code.
ONCE = (
    f"POST {API}/sessions",
    f"POST {API}/phone",
    f"POST {API}/official/<appid>/sessions",
    f"GET {API}/official/<appid>/callback",
    f"POST {API}/counter/sessions",
    f"POST {API}/counter/invitations/accept",
    f"POST {API}/counter/panel-tickets/confirm",
    f"POST {API}/counter/redeem",
    f"POST {API}/paper-cards/bind",
    f"POST {API}/gift-links/claim",
    f"POST {API}/gift-card-links/claim",
    f"POST {API}/share-links/claim",
)
# Whoever did it already is told so again, and nothing happens twice.
ALIKE = tuple(each for each in ONCE if each.endswith("-links/claim"))
GONE = (
    houses.a_blocked_member,
    houses.a_signed_out_member,
    houses.a_merged_member,
)
DISMISSED = (houses.a_dismissed_manager, houses.a_manager_of_a_closed_store, houses.a_revoked_key)
OLD_SECONDS = (120, 600, 86_400)
STALE_SECONDS = (-3600, -400, 400, 3600)
MORE_TIMES = 5


def run(stage: Stage, tally: Tally) -> None:
    _once(stage, tally)
    _sessions(stage, tally)
    _show_codes(stage, tally)
    _notices(stage, tally)


def _once(stage: Stage, tally: Tally) -> None:
    for route in ONCE:
        stage.forget_counts()
        call, person = stage.town.call_for(route), stage.town.rightful(route)[0]
        bearer = person and person.bearer
        _served(stage.town.send(route, call, bearer=bearer), call.status, route)
        before = stage.watch.look()
        # A new request key: another attempt, not the same one repeated.
        again = stage.town.send(route, call, bearer=bearer)
        changed = set(stage.watch.changed(since=before)) - {"redemption_refusals"}
        is_shut = again.status_code in SHUT or (route in ALIKE and again.status_code < SHUT.start)
        told = f"{route} again: {again.status_code}, changed {sorted(changed)}"
        tally.expect(is_shut and not changed, told)


def _sessions(stage: Stage, tally: Tally) -> None:
    ours, town = stage.town.ours, stage.town
    for builders, route in ((GONE, f"GET {API}/wallet"), (DISMISSED, f"GET {API}/counter/today")):
        for build in builders:
            person = town.make(build, ours)
            answer = town.send(route, town.call_for(route), bearer=person.bearer)
            tally.expect(
                answer.status_code in {401, 403}, f"{build.__name__}: {answer.status_code}"
            )


def _show_codes(stage: Stage, tally: Tally) -> None:
    """An old picture, a picture at another shop's counter, and one picture at two tills at once."""
    route, ours, theirs = f"POST {API}/counter/redeem", stage.town.ours, stage.town.theirs
    for seconds in OLD_SECONDS:
        code = stage.town.make(_an_old_code, ours, seconds)
        answer = _redeem(stage, ours, code)
        tally.expect(answer.status_code in SHUT, f"{seconds} s old: {answer.status_code}")
    code = stage.town.make(ours.code)
    answer = _redeem(stage, theirs, code)
    tally.expect(answer.status_code in SHUT, f"at the other shop: {answer.status_code}")
    key = a_request_key()
    first = _redeem(stage, ours, code, key=key)
    _served(first, 201, route)
    same = _redeem(stage, ours, code, key=key)
    alike = {**same.json, "replayed": False} == first.json
    tally.expect(alike, f"the same attempt was answered otherwise: {same.text}")
    other = _redeem(stage, ours, stage.town.make(ours.code), key=key)
    tally.expect(other.status_code in SHUT, f"another code by the same key: {other.status_code}")


def _an_old_code(house: Any, seconds: int) -> str:
    old = clock.now() - timedelta(seconds=seconds)
    return str(shown(house, house.voucher(), at=old).qr_text)


def _redeem(stage: Stage, house: Any, code: str, *, key: str | None = None) -> Any:
    headers = {"Authorization": f"Bearer {house.worker.bearer}", KEY: key or a_request_key()}
    path = f"/api/v1/{house.number}/counter/redeem"
    return stage.client.post(path, json={"code": code, "spend_fen": 5000}, headers=headers)


def _notices(stage: Stage, tally: Tally) -> None:
    """A true notice again, too late, too early, at another shop's door, and with another body."""
    ours, theirs = stage.town.ours, stage.town.theirs
    path, said = (
        f"/wechat/pay/{ours.channel.number}/payments",
        stage.town.make(a_payment_notice, ours),
    )
    other = stage.town.make(a_payment_notice, ours)
    changed = said["data"].replace(b'"TRANSACTION', b'"TRANSACTIOM')
    _unmoved(stage, tally, path, {**said, "data": changed}, "another body", shut=True)
    mixed = {**said, "headers": other["headers"]}
    _unmoved(stage, tally, path, mixed, "another one's signature", shut=True)
    elsewhere = f"/wechat/pay/{theirs.channel.number}/payments"
    _unmoved(stage, tally, elsewhere, said, "at the other shop", but={"inbox"})
    for seconds in STALE_SECONDS:
        at = clock.now() + timedelta(seconds=seconds)
        headers, body = a_notice({"mchid": "1"}, at=at)
        old = {"headers": headers, "data": body}
        _unmoved(stage, tally, path, old, f"{seconds} s off", shut=True)
    _served(stage.client.post(path, **said), 204, path)
    for turn in range(MORE_TIMES):
        _unmoved(stage, tally, path, said, f"replay {turn}")


def _unmoved(
    stage: Stage,
    tally: Tally,
    path: str,
    said: dict[str, Any],
    name: str,
    *,
    shut: bool = False,
    but: frozenset[str] | set[str] = frozenset(),
) -> None:
    before = stage.watch.look()
    answer = stage.client.post(path, **said)
    changed = set(stage.watch.changed(since=before)) - but
    held = not changed and (answer.status_code in SHUT or not shut)
    tally.expect(held, f"notice, {name}: {answer.status_code}, changed {sorted(changed)}")


def _served(answer: Any, status: int, what: str) -> None:
    if answer.status_code != status:
        raise RuntimeError(f"{what} was not served at first: {answer.status_code} {answer.text}")
