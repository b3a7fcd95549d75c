"""Who may enter where: every route against every kind of caller, as one table."""

import pytest

from app.kernel import numbers
from app.web.openapi import API_KEY, MEMBER, OPERATIONS, STAFF
from tests.api.calling import Caller, a_request_key, token_of_member, token_of_staff
from tests.builders.members import a_member
from tests.builders.merchants import a_clerk, a_merchant, a_store, an_api_key, an_app

KINDS = {
    "offer": numbers.Kind.OFFER,
    "order": numbers.Kind.ORDER,
    "voucher": numbers.Kind.VOUCHER,
    "redemption": numbers.Kind.REDEMPTION,
}
OTHER_PARTS = {"folder": "cover", "name": "nothing.webp"}


@pytest.fixture
def routes(app):
    """(operation id, who, method, path with names in it) of every documented route."""
    found = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        name = getattr(view, "_spec", {}).get("operation_id")
        if name:
            method = "POST" if "POST" in rule.methods else "GET"
            found.append((name, OPERATIONS[name].who, method, rule.rule))
    assert len(found) == len(OPERATIONS)
    return found


def walk(caller, routes, merchant):
    """Status and code of every route, for one caller."""
    for name, who, method, rule in routes:
        path = rule.replace("<merchant>", merchant.number)
        for part, kind in KINDS.items():
            path = path.replace(f"<{part}>", numbers.new(kind, merchant_id=merchant.id))
        for part, word in OTHER_PARTS.items():
            path = path.replace(f"<{part}>", word)
        headers = {"Idempotency-Key": a_request_key()}
        body = {"json": {}} if method == "POST" else {}
        answer = caller.raw(method, path, headers=headers, **body)
        assert answer.status_code < 500, (name, answer.json)
        code = (answer.json or {}).get("code") if answer.is_json else None
        yield name, who, answer.status_code, code


def test_nobody_enters_where_a_name_is_asked_for(guest, shop, routes):
    for name, who, status, code in walk(guest, routes, shop.merchant):
        refused = (status, code) == (401, "not_signed_in")
        assert refused == bool(who), name


@pytest.mark.parametrize("mine", [MEMBER, STAFF, API_KEY])
def test_each_enters_where_he_may_and_nowhere_else(
    request, member, clerk, cashier, shop, routes, mine
):
    caller = {MEMBER: member, STAFF: clerk, API_KEY: cashier}[mine]
    for name, who, status, code in walk(caller, routes, shop.merchant):
        turned_away = status == 401 or code == "forbidden"
        assert turned_away == bool(who and mine not in who), (name, status, code)


def test_nobody_of_one_shop_enters_another(client, shop, routes):
    merchant = a_merchant(name="隔壁")
    store = a_store(merchant=merchant)
    callers = (
        token_of_member(a_member(merchant=merchant), an_app(merchant=merchant)),
        token_of_staff(a_clerk(store), store),
        an_api_key(store).secret,
    )
    for bearer in callers:
        caller = Caller(client, shop.merchant, bearer=bearer)
        for name, who, status, code in walk(caller, routes, shop.merchant):
            assert bool(who) == (status in {401, 403}), (name, status, code)


def test_another_way_of_writing_the_shops_number_is_no_way_in(member, shop):
    for number in (shop.merchant.number.lower(), numbers.new("M", merchant_id=shop.id)):
        answer = member.raw("GET", f"/api/v1/{number}/me")
        assert answer.status_code == 403
