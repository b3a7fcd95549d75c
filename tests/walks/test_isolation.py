"""Every route, as the one who may and as everybody who may not, with ids that exist."""

import contextlib

import pytest

from app.domain import orders
from app.kernel import clock, numbers
from app.kernel.db import transaction
from tests.builders.orders import a_wish
from tests.conftest import MASTER_KEY
from tests.walks import houses
from tests.walks.calls import MANAGER, MEMBER, TELLER, WORKER
from tests.walks.table import WAYS
from tests.walks.walking import expect_refusal

GUARDED = sorted(route for route, way in WAYS.items() if way.who != ("guest",))
OWNED = sorted(route for route, way in WAYS.items() if way.is_owned)
# What the framework answers by itself for every route.
AUTOMATIC = {"HEAD", "OPTIONS"}
# People of the shop shall see that somebody tried to work where he may not.
A_REFUSAL_IS_NOTED = {"audit"}


def of(*kinds):
    """Routes that these people may call."""
    return sorted(route for route, way in WAYS.items() if way.who in kinds)


def test_every_route_is_walked(app):
    routes = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        # Every page of the panel is tried against every role by tests/admin/test_matrix.py.
        if not rule.rule.startswith("/admin/")
        for method in rule.methods - AUTOMATIC
    }
    assert routes == set(WAYS)


@pytest.mark.parametrize("route", sorted(WAYS))
def test_who_may_is_served(town, route):
    for person in town.rightful(route):
        call = town.call_for(route)
        answer = town.send(route, call, bearer=person and person.bearer)
        assert answer.status_code == call.status, (person, answer.text)


@pytest.mark.parametrize("route", GUARDED)
def test_who_may_not_is_refused_where_who_may_is_served(town, watch, route):
    for person in town.rightful(route):
        call = town.call_for(route)
        for bearer in _bad_bearers(town, route, person):
            with watch.unchanged():
                expect_refusal(town.send(route, call, bearer=bearer), 401, 403)
        assert town.send(route, call, bearer=person.bearer).status_code == call.status


@pytest.mark.parametrize("route", GUARDED)
def test_a_token_counts_only_where_tokens_belong(town, watch, route):
    """In an Authorization header, as a bearer's."""
    person, call = town.rightful(route)[0], town.call_for(route)
    given = call.request()["headers"]
    for name, value in (
        ("Authorization", f"Basic {person.bearer}"),
        ("Authorization", person.bearer),
        ("Authorization", f"Bearer {person.bearer} {person.bearer}"),
        ("Authorization", f"Bearer,{person.bearer}"),
        ("Cookie", f"token={person.bearer}; Authorization=Bearer {person.bearer}"),
        ("X-Authorization", f"Bearer {person.bearer}"),
    ):
        with watch.unchanged():
            expect_refusal(town.send(route, call, headers=given | {name: value}), 401)
    query = {**call.query, "access_token": person.bearer, "token": person.bearer}
    with watch.unchanged():
        expect_refusal(town.send(route, call, query_string=query), 401)


@pytest.mark.parametrize("route", [route for route in GUARDED if route.startswith("GET")])
def test_asking_for_the_head_alone_needs_a_token_too(town, route):
    call = town.call_for(route)
    path = call.path(route.split(" ", 1)[1], town.ours.number)
    answer = town.app.test_client().head(path, query_string=call.query)
    assert (answer.status_code, answer.data) == (401, b"")


def test_the_watch_sees_what_changes(town, watch):
    """The control of all the tests here: an order, and a change that is undone."""
    with pytest.raises(AssertionError, match="'orders'"), watch.unchanged():
        town.make(town.ours.order)
    with watch.unchanged():
        town.make(_begin_and_give_up, town.ours)


class GaveUp(Exception):
    """Before the end of the transaction."""


def _begin_and_give_up(house):
    with contextlib.suppress(GaveUp), transaction():
        orders.place(a_wish(house, buyer=house.member.who), key=None, at=clock.now())
        raise GaveUp


def _bad_bearers(town, route, person):
    """Nobody, nonsense, the wrong kind, the other house, the past, and what was tampered with."""
    ours, theirs = town.ours, town.theirs
    yield from (None, "", "x", "kbt_", "kbk_", "kbk_" + "A" * 43, "kbt_" + "A" * 5000, "é")
    for who in {"member", "worker", "cashier"} - set(WAYS[route].who) - _stands_in(route):
        yield getattr(ours, who).bearer
    for who in ("member", "worker", "manager", "cashier"):
        yield getattr(theirs, who).bearer
    yield from houses.tampered(person)
    if person.kind != "api_key":
        yield town.make(houses.expired, ours, person).bearer
        with houses.another_master_key(MASTER_KEY):
            forged = town.make(_same_again, ours, person)
        yield forged.bearer


def _stands_in(route):
    """A clerk is let in where a manager is, and then refused by his role: another test's."""
    return {"worker"} if "manager" in WAYS[route].who else set()


def _same_again(house, person):
    again = house.member_session if person.kind == "member" else house.staff_session
    return again(person.who)


@pytest.mark.parametrize("route", GUARDED)
def test_ours_is_nobody_at_the_other_house(town, watch, route):
    """With our ids and with theirs, which exist."""
    for person in town.rightful(route):
        for call in (town.call_for(route), town.call_for(route, house=town.theirs)):
            with watch.unchanged():
                answer = town.send(route, call, bearer=person.bearer, at=town.theirs)
            expect_refusal(answer, 401, 403)


@pytest.mark.parametrize("route", GUARDED)
def test_another_way_to_write_the_number_is_no_way_in(town, watch, route):
    person, call = town.rightful(route)[0], town.call_for(route)
    another = numbers.new(numbers.Kind.MERCHANT, merchant_id=town.ours.id)
    method, rule = route.split(" ", 1)
    for number in (town.ours.number.lower(), another, town.ours.number + "%20"):
        said = call.request()
        said["headers"]["Authorization"] = f"Bearer {person.bearer}"
        with watch.unchanged():
            answer = town.app.test_client().open(call.path(rule, number), method=method, **said)
        expect_refusal(answer, 401, 403, 404)


@pytest.mark.parametrize("route", OWNED)
def test_what_is_another_members_is_not_found(town, watch, route):
    call = town.call_for(route)
    with watch.unchanged():
        answer = town.send(route, call, bearer=town.ours.neighbour.bearer)
    expect_refusal(answer, 404)
    private = town.make(town.ours.private) - set(call.parts.values())
    assert not [word for word in private if word in answer.text]
    mine = town.send(route, call, bearer=town.ours.member.bearer)
    assert mine.status_code == call.status


@pytest.mark.parametrize("route", [each for each in of(MEMBER) if each.startswith("GET")])
def test_a_list_of_mine_holds_nothing_of_anybody_elses(town, route):
    call = town.call_for(route)
    answer = town.send(route, call, bearer=town.ours.neighbour.bearer)
    private = town.make(town.ours.private) - set(call.parts.values())
    assert not [word for word in private if word.encode() in answer.data]


@pytest.mark.parametrize("route", of(MEMBER))
@pytest.mark.parametrize(
    ("gone", "status"),
    [
        (houses.a_blocked_member, 401),
        (houses.a_signed_out_member, 401),
        (houses.a_merged_member, 401),
    ],
)
def test_a_member_whose_session_ended_is_refused(town, watch, route, gone, status):
    call, person = town.call_for(route), town.make(gone, town.ours)
    with watch.unchanged():
        expect_refusal(town.send(route, call, bearer=person.bearer), status)


@pytest.mark.parametrize("route", of(WORKER, TELLER, MANAGER))
@pytest.mark.parametrize(
    "gone",
    [
        houses.a_dismissed_manager,
        houses.a_manager_of_a_closed_store,
        houses.a_clerk_of_another_store,
    ],
)
def test_who_is_not_on_duty_is_refused(town, watch, route, gone):
    call, person = town.call_for(route), town.make(gone, town.ours)
    with watch.unchanged(but=A_REFUSAL_IS_NOTED):
        expect_refusal(town.send(route, call, bearer=person.bearer), 403)


@pytest.mark.parametrize("route", of(TELLER, MANAGER))
@pytest.mark.parametrize("gone", [houses.a_revoked_key, houses.a_key_of_a_closed_store])
def test_a_key_that_was_good_once_is_none(town, watch, route, gone):
    call, person = town.call_for(route), town.make(gone, town.ours)
    with watch.unchanged():
        expect_refusal(town.send(route, call, bearer=person.bearer), 401, 403)


@pytest.mark.parametrize("route", of(TELLER, MANAGER))
def test_a_key_does_only_what_it_is_for(town, watch, route):
    """One scope is enough for the route, and all the others together are not."""
    served = 0
    for scope in houses.Scope:
        others = [each for each in houses.Scope if each is not scope]
        call = town.call_for(route)
        without = town.make(town.ours.key, scopes=others)
        if town.send(route, call, bearer=without.bearer).status_code == call.status:
            continue
        with watch.unchanged():
            expect_refusal(town.send(route, call, bearer=without.bearer), 403)
        alone = town.make(town.ours.key, scopes=[scope])
        served += town.send(route, call, bearer=alone.bearer).status_code == call.status
    assert served == 1


@pytest.mark.parametrize("route", of(MANAGER))
def test_a_clerk_may_not_do_what_is_a_managers(town, watch, route):
    call = town.call_for(route)
    with watch.unchanged():
        expect_refusal(town.send(route, call, bearer=town.ours.worker.bearer), 403)
    manager = town.ours.manager.bearer
    assert town.send(route, call, bearer=manager).status_code == call.status
