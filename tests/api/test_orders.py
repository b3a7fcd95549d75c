"""Placing orders and looking at them."""

from datetime import timedelta

import pytest

from app.domain import members
from app.gateways.mini_program import MiniProgram
from app.kernel.db import db
from jobs import chats, running
from tests.api.calling import a_request_key
from tests.api.test_assists import Friend
from tests.builders.catalog import an_offer
from tests.builders.members import a_member

OF_NOBODY = {"code": "used", "encrypted_data": "AAAA", "iv": "AAAA"}


def order(caller, shop, *, key=None, **more):
    body = {"offer": shop.offer.number} | more
    return caller.post("/orders", body, key=key or a_request_key())


def test_an_order_waits_to_be_paid(member, shop):
    answer = order(member, shop, quantity=2)
    assert answer.status_code == 201
    assert (answer.json["state"], answer.json["total_fen"]) == ("pending", 9800)
    seen = member.get(f"/orders/{answer.json['order']}").json
    assert (seen["state"], seen["lines"][0]["amount_fen"]) == ("pending", 9800)


def test_the_same_key_orders_once(member, shop):
    key = a_request_key()
    first, second = order(member, shop, key=key), order(member, shop, key=key)
    assert second.status_code == 201
    assert second.json == first.json
    assert len(member.get("/orders").json["items"]) == 1


def test_the_same_key_for_another_order_is_refused(member, shop):
    key = a_request_key()
    order(member, shop, key=key)
    answer = order(member, shop, key=key, quantity=3)
    assert (answer.status_code, answer.json["code"]) == (422, "request_key_reused")


@pytest.mark.parametrize("key", ["short", "with a space in it", "x" * 129, "kéy-kéy-kéy"])
def test_a_key_that_is_none_is_refused(member, shop, key):
    answer = order(member, shop, key=key)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_without_a_key_nothing_is_ordered(member, shop):
    answer = member.post("/orders", {"offer": shop.offer.number})
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json["details"]
    assert member.get("/orders").json["items"] == []


def test_what_costs_nothing_is_in_the_wallet_at_once(member, shop):
    gift = an_offer(merchant=shop.merchant, price_fen=0)
    answer = order(member, shop, offer=gift.number)
    assert answer.json["state"] == "fulfilled"
    assert len(member.get("/wallet").json["items"]) == 2


def test_sold_out_is_said(member, shop):
    rare = an_offer(merchant=shop.merchant, stock=1)
    assert order(member, shop, offer=rare.number).status_code == 201
    assert order(member, shop, offer=rare.number).json["code"] == "sold_out"


def test_an_offer_that_is_none_is_not_found(member, shop):
    wrong = shop.offer.number[:-1] + ("2" if shop.offer.number[-1] != "2" else "3")
    answer = order(member, shop, offer=wrong)
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_the_source_is_kept_with_the_order(member, shop, committed):
    friend = a_member(merchant=shop.merchant)
    source = {"channel": "group_chat", "scene": "1007", "sharer": friend.number}
    number = order(member, shop, source=source).json["order"]
    query = (
        "SELECT source_channel, sharer_member_id FROM orders WHERE merchant_id = %s AND number = %s"
    )
    kept = db.session.connection().exec_driver_sql(query, (shop.id, number)).one()
    assert tuple(kept) == ("group_chat", friend.id)


def test_the_chat_it_was_bought_from_is_opened_by_us(member, shop, phone, committed):
    def bought(chat):
        placed = order(member, shop, source={"group": chat})
        # At once: the chat is sealed with the key of the latest login.
        return open_chats(shop), group_of(shop, placed.json["order"])

    first, again = bought(from_chat(phone)), bought(from_chat(phone))
    assert first == again
    assert first[1].startswith("tG")
    assert bought(OF_NOBODY) == (1, None)
    # A phone that was not brought up to date says what told nothing before, either.
    assert bought("a share's ticket") == (0, None)


def test_no_sale_waits_for_the_chat_that_it_came_from(member, shop, phone, monkeypatch):
    def never(*_):
        raise AssertionError("the platform was asked while somebody waits for his order")

    chat, key = from_chat(phone), a_request_key()
    rare = an_offer(merchant=shop.merchant, stock=1, price_fen=0)
    with monkeypatch.context() as away:
        away.setattr(MiniProgram, "sign_in", never)
        # What was refused has used the code up no more than what is told again.
        refused = order(member, shop, offer=rare.number, quantity=2, source={"group": chat})
        placed, again = (
            order(member, shop, key=key, offer=rare.number, source={"group": chat})
            for _ in range(2)
        )
    assert (refused.json["code"], placed.status_code) == ("sold_out", 201)
    assert again.json == placed.json

    assert open_chats(shop) == 1
    assert group_of(shop, placed.json["order"]).startswith("tG")


def test_a_platform_that_is_away_is_asked_again_for_as_long_as_the_code_lives(
    member, shop, phone, monkeypatch
):
    placed = order(member, shop, source={"group": from_chat(phone)})
    phone.fault("status", scope="/sns/jscode2session", status=503)
    assert open_chats(shop) == 1
    assert group_of(shop, placed.json["order"]) is None
    # Waits, and is nobody's work when it is too late.
    monkeypatch.setattr(chats, "CODE_LIVES", timedelta(0))
    assert open_chats(shop) == 1
    assert open_chats(shop) == 0
    assert group_of(shop, placed.json["order"]) is None


def test_a_code_of_somebody_else_says_nothing_of_the_buyer(client, member, shop, phone, wechat):
    other = from_chat(phone) | {"code": Friend(client, shop, wechat.url).login()}
    placed = order(member, shop, source={"group": other})
    assert open_chats(shop) == 1
    assert group_of(shop, placed.json["order"]) is None


def open_chats(shop):
    """The job that follows such an order; how many waited, which it never leaves to a person."""
    query = """SELECT id FROM outbox WHERE merchant_id = %s AND job = 'chats.note_chat'
      AND done_at IS NULL"""
    rows = db.session.connection().exec_driver_sql(query, (shop.id,)).scalars().all()
    db.session.rollback()
    running.run_batch("chats.note_chat", [[shop.id, row] for row in rows])
    given_up = "SELECT count(*) FROM outbox WHERE merchant_id = %s AND failed_at IS NOT NULL"
    assert db.session.connection().exec_driver_sql(given_up, (shop.id,)).scalar() == 0
    return len(rows)


def from_chat(phone):
    """What the page brings when it was opened from a card in a chat."""
    code = phone.login_code()
    told = phone.enter_chat("茶友一群")
    return {"code": code, "encrypted_data": told["encryptedData"], "iv": told["iv"]}


def group_of(shop, number):
    query = "SELECT source_group FROM orders WHERE merchant_id = %s AND number = %s"
    return db.session.connection().exec_driver_sql(query, (shop.id, number)).scalar()


def test_a_sharer_who_is_nobody_does_not_stop_the_sale(member, shop):
    from app.kernel import numbers

    nobody = numbers.new(numbers.Kind.MEMBER, merchant_id=shop.id)
    assert members.find_member_id(merchant_id=shop.id, number=nobody) is None
    assert order(member, shop, source={"sharer": nobody}).status_code == 201


def test_anothers_order_is_not_found(member, stranger, shop):
    number = order(member, shop).json["order"]
    assert stranger.get(f"/orders/{number}").status_code == 404
    assert stranger.post(f"/orders/{number}/prepay").status_code == 404
    assert stranger.post(f"/orders/{number}/cancel").status_code == 404


def test_too_many_orders_are_429_and_say_how_long_to_wait(member, shop):
    for _ in range(20):
        assert order(member, shop).status_code == 201
    answer = order(member, shop)
    assert (answer.status_code, answer.json["code"]) == (429, "too_often")
    assert answer.headers["Retry-After"] == "60"


def test_placing_takes_few_statements(member, shop, statements):
    order(member, shop)
    with statements() as seen:
        order(member, shop)
    assert len(seen.statements) <= 4
