"""The counter: clerks by their WeChat, cashier systems by their key."""

from datetime import timedelta

import pytest

from app.domain import catalog, merchants
from app.domain.merchants import Role, Scope
from app.kernel import clock
from app.kernel.db import db, execute, transaction
from tests.api.calling import Caller, a_request_key, token_of_staff
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.merchants import a_clerk, a_merchant, a_store, an_api_key
from tests.builders.orders import a_voucher, shown
from tests.builders.points import a_factor
from tests.simulator.world import APP


@pytest.fixture
def voucher(shop, buyer):
    return a_voucher(shop, buyer=buyer, at=clock.now() - timedelta(minutes=1))


@pytest.fixture
def code(shop, voucher):
    text = shown(shop, voucher, at=clock.now()).qr_text
    db.session.rollback()
    return text


def redeem(caller, code, *, key=None, **more):
    return caller.post("/counter/redeem", {"code": code} | more, key=key or a_request_key())


def test_one_scan_one_answer(clerk, code, voucher, shop):
    answer = redeem(clerk, code)
    assert answer.status_code == 201
    told = answer.json
    assert (told["voucher"], told["hand_over"]) == (voucher.number, "给一杯热拿铁")
    assert (told["points"], told["points_balance"], told["replayed"]) == (24, 24, False)
    assert told["store_name"] == shop.store.name
    assert told["workings"] == []


def test_a_cashier_system_uses_the_same_counter(cashier, code):
    assert redeem(cashier, code).status_code == 201


def test_a_scan_repeated_is_answered_as_before(clerk, code):
    key = a_request_key()
    first, second = redeem(clerk, code, key=key).json, redeem(clerk, code, key=key).json
    assert second == first | {"replayed": True}


def test_points_come_with_their_workings_in_the_quote_and_the_verdict(clerk, code, shop):
    a_factor(shop, name="会员日", bp=20_000)
    doubled = {"name": "核销奖励", "base": 24, "points": 48, "cut": 0}
    doubled["factors"] = [{"name": "会员日", "times": "×2", "added": 24}]
    key = a_request_key()

    quote = clerk.post("/counter/quote", {"code": code}).json
    first, second = redeem(clerk, code, key=key).json, redeem(clerk, code, key=key).json

    assert (quote["points"], quote["workings"]) == (48, [doubled])
    assert (first["points"], first["workings"]) == (48, [doubled])
    assert second == first | {"replayed": True}


def test_the_same_key_with_another_scan_is_refused(clerk, code):
    key = a_request_key()
    redeem(clerk, code, key=key)
    assert redeem(clerk, code, key=key, spend_fen=1).json["code"] == "request_key_reused"


def test_a_second_scan_is_refused_in_words_and_written_down(clerk, code, shop):
    redeem(clerk, code)
    answer = redeem(clerk, code)
    assert (answer.status_code, answer.json["code"]) == (409, "already_redeemed")
    said = answer.json["details"]
    assert said.keys() >= {"clerk_text", "holder_text", "next_step"}
    assert f"在{shop.store.name}，请勿重复核销" in said["clerk_text"]
    assert clerk.post("/counter/quote", {"code": code}).json["details"] == said
    query = "SELECT code, store_id FROM redemption_refusals WHERE merchant_id = %s"
    rows = db.session.connection().exec_driver_sql(query, (shop.id,)).all()
    assert [tuple(row) for row in rows] == [("already_redeemed", shop.store.id)]


def test_where_another_house_took_it_is_not_told(clerk, code, shop):
    redeem(clerk, code)
    other = a_merchant()
    elsewhere = """UPDATE redemptions SET acceptor_merchant_id = %(other)s, store_id = %(store)s
        WHERE merchant_id = %(ours)s"""
    with transaction():
        store = a_store(merchant=other, name="别家门店")
        execute(elsewhere, {"other": other.id, "store": store.id, "ours": shop.id})
    said = redeem(clerk, code).json["details"]
    assert (said["store_name"], "，请勿重复核销" in said["clerk_text"]) == (None, True)
    assert "店" not in said["clerk_text"]


def test_a_code_that_is_none_is_refused(clerk):
    for text in ("hello", "1" * 18, "KB1" + "A" * 35, "１２３４５６７８９０１２３４５６７８"):
        answer = redeem(clerk, text)
        assert (answer.status_code, answer.json["code"]) == (404, "code_unknown")


def test_a_code_of_two_minutes_ago_is_a_screenshot(clerk, shop, voucher):
    old = shown(shop, voucher, at=clock.now() - timedelta(minutes=2)).digits
    db.session.rollback()
    assert redeem(clerk, old).json["code"] == "code_outdated"


def test_a_code_of_another_shop_is_unknown_here(client, code):
    store = a_store(merchant=a_merchant())
    elsewhere = Caller(
        client,
        type("M", (), {"number": _number_of(store.merchant_id)}),
        bearer=an_api_key(store).secret,
    )
    assert redeem(elsewhere, code).json["code"] == "code_unknown"


def _number_of(merchant_id):
    return merchants.profile(merchant_id=merchant_id).number


def test_a_condition_says_when_and_what_next(clerk, shop, buyer):
    conditions = catalog.Conditions(validity=catalog.Days(count=30), minimum_spend_fen=30_00)
    benefit = a_benefit(merchant=shop.merchant, conditions=conditions)
    shop.offer = an_offer(merchant=shop.merchant, items=[(benefit.benefit_id, 1)], price_fen=10_00)
    voucher = a_voucher(shop, buyer=buyer, at=clock.now() - timedelta(minutes=1))
    code = shown(shop, voucher, at=clock.now()).digits
    db.session.rollback()
    assert redeem(clerk, code, spend_fen=29_99).json["code"] == "below_minimum_spend"
    assert redeem(clerk, code, spend_fen=30_00).status_code == 201


def test_a_quote_changes_nothing(clerk, code):
    first = clerk.post("/counter/quote", {"code": code})
    assert (first.status_code, first.json["points"]) == (200, 24)
    assert clerk.post("/counter/quote", {"code": code}).json == first.json
    assert redeem(clerk, code).status_code == 201


def test_digits_cannot_be_guessed_for_long(clerk, voucher, shop, redis):
    handle = shown(shop, voucher, at=clock.now()).digits[:11]
    db.session.rollback()
    codes = {redeem(clerk, f"{handle}{guess:07d}").json["code"] for guess in range(10)}
    answer = redeem(clerk, f"{handle}0000011")
    assert codes <= {"code_unknown"}
    assert (answer.status_code, answer.json["details"]["reason"]) == (429, "digits_per_handle")
    assert answer.headers["Retry-After"] == "300"


def test_a_manager_takes_a_redemption_back(manager, clerk, member, code, voucher):
    number = redeem(clerk, code).json["redemption"]
    path, body = f"/counter/redemptions/{number}/reverse", {"reason": "扫错了"}
    key = a_request_key()
    first = manager.post(path, body, key=key)
    assert (first.status_code, first.json["points_taken_back"]) == (200, 24)
    assert manager.post(path, body, key=key).json == first.json
    assert manager.post(path, body, key=a_request_key()).json["code"] == "not_reversible"
    assert manager.post(path, {"reason": "别的"}, key=key).json["code"] == "request_key_reused"
    assert voucher.number in {item["voucher"] for item in member.get("/wallet").json["items"]}


def test_a_clerk_may_not_take_back(clerk, code):
    number = redeem(clerk, code).json["redemption"]
    answer = clerk.post(
        f"/counter/redemptions/{number}/reverse", {"reason": "扫错了"}, key=a_request_key()
    )
    assert (answer.status_code, answer.json["code"]) == (403, "reverse_not_allowed")


def test_today_counts_what_stands(clerk, cashier, code):
    number = redeem(clerk, code).json["redemption"]
    day = cashier.get("/counter/today").json
    assert day["totals"] == {"redeemed": 1, "reversed": 0, "value_fen": 2450, "points": 24}
    (item,) = day["items"]
    assert (item["redemption"], item["by"], item["is_mine"]) == (number, "staff", False)
    assert cashier.get("/counter/today?mine=true").json["items"] == []
    assert len(clerk.get("/counter/today?mine=true").json["items"]) == 1


@pytest.mark.parametrize(
    ("scope", "method", "path", "body"),
    [
        (Scope.QUOTE, "POST", "/counter/quote", {"code": "x"}),
        (Scope.REDEEM, "POST", "/counter/redeem", {"code": "x"}),
        (Scope.REVERSE, "POST", "/counter/redemptions/D2222222222222222/reverse", {"reason": "x"}),
        (Scope.REPORT, "GET", "/counter/today", None),
    ],
)
def test_a_key_does_what_it_is_for(client, shop, scope, method, path, body):
    others = [each for each in Scope if each is not scope]
    caller = Caller(client, shop.merchant, bearer=an_api_key(shop.store, scopes=others).secret)
    answer = caller.get(path) if body is None else caller.post(path, body, key=a_request_key())
    assert (answer.status_code, answer.json["code"]) == (403, "scope_missing")


def test_a_revoked_key_is_no_key(client, shop):
    key = an_api_key(shop.store)
    with transaction():
        merchants.revoke_api_key(
            merchant_id=shop.id, key_id=key.key_id, actor="system", at=clock.now()
        )
    assert Caller(client, shop.merchant, bearer=key.secret).get("/counter/today").status_code == 401


def test_whoever_was_dismissed_is_refused_at_once(client, shop):
    hired = a_clerk(shop.store)
    caller = Caller(client, shop.merchant, bearer=token_of_staff(hired, shop.store))
    assert caller.get("/counter/stores").status_code == 200
    with transaction():
        merchants.disable_staff(
            merchant_id=shop.id, number=hired.number, actor="system", at=clock.now()
        )
    answer = caller.get("/counter/stores")
    assert (answer.status_code, answer.json["code"]) == (403, "not_on_duty")


def test_a_clerk_works_at_his_own_store_only(client, shop):
    elsewhere = a_store(merchant=shop.merchant, name="静安寺店")
    caller = Caller(client, shop.merchant, bearer=token_of_staff(shop.clerk, elsewhere))
    assert caller.get("/counter/today").json["code"] == "not_on_duty"
    assert caller.get("/counter/today").json["code"] == "not_on_duty"
    query = "SELECT actor FROM audit WHERE merchant_id = %s AND action = 'counter.refuse'"
    noted = db.session.connection().exec_driver_sql(query, (shop.id,)).scalars().all()
    assert noted == [f"staff:{shop.clerk.staff_id}"]


def an_invitation(shop, *, role=Role.CLERK):
    with transaction():
        return merchants.invite_staff(
            merchant_id=shop.id,
            name="小明",
            role=role,
            store_ids=[shop.store.id],
            actor="system",
            at=clock.now(),
        )


def invite_and_accept(guest, shop, phone, *, role=Role.CLERK):
    body = {"appid": APP.appid, "code": phone.login_code(), "token": an_invitation(shop).token}
    if role is not Role.CLERK:
        body["token"] = an_invitation(shop, role=role).token
    return guest.post("/counter/invitations/accept", body)


def test_from_invitation_to_counter(client, guest, shop, phone):
    accepted = invite_and_accept(guest, shop, phone)
    assert (accepted.status_code, accepted.json["role"]) == (201, "clerk")
    session = guest.post("/counter/sessions", {"appid": APP.appid, "code": phone.login_code()})
    assert (session.status_code, session.json["store"]) == (201, shop.store.number)
    caller = Caller(client, shop.merchant, bearer=session.json["token"])
    assert [each["store"] for each in caller.get("/counter/stores").json["items"]] == [
        shop.store.number
    ]


def test_an_invitation_that_is_none_is_refused(guest, phone):
    body = {"appid": APP.appid, "code": phone.login_code(), "token": "x" * 43}
    answer = guest.post("/counter/invitations/accept", body)
    assert (answer.status_code, answer.json["code"]) == (409, "invitation_invalid")


def test_whoever_may_work_at_several_stores_chooses(guest, shop, phone):
    other = a_store(merchant=shop.merchant, name="静安寺店")
    invite_and_accept(guest, shop, phone, role=Role.MANAGER)
    body = {"appid": APP.appid, "code": phone.login_code()}
    answer = guest.post("/counter/sessions", body)
    assert (answer.status_code, answer.json["code"]) == (409, "choose_store")
    assert {each["store"] for each in answer.json["details"]["stores"]} == {
        shop.store.number,
        other.number,
    }
    chosen = {"appid": APP.appid, "code": phone.login_code(), "store": other.number}
    assert guest.post("/counter/sessions", chosen).json["store"] == other.number


def test_whoever_does_not_work_here_gets_no_counter(guest, phone):
    answer = guest.post("/counter/sessions", {"appid": APP.appid, "code": phone.login_code()})
    assert (answer.status_code, answer.json["code"]) == (403, "not_staff")


def test_redeeming_takes_few_statements(clerk, code, statements):
    redeem(clerk, "hello")
    with statements() as seen:
        redeem(clerk, code)
    assert len(seen.statements) <= 4
