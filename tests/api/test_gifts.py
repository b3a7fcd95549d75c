"""Giving over HTTP: the giver's side, the friend's side, and what stays secret."""

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from app.domain import members
from app.kernel import clock
from app.kernel.db import db, fetch_one, transaction
from app.migrations.metadata import tenant_tables
from tests.api.calling import a_request_key
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.orders import a_voucher
from tests.builders.sharing import SHAREABLE


class Total:
    def __init__(self, number):
        self.number = number


@pytest.fixture
def voucher(shop, buyer):
    return a_voucher(shop, buyer=buyer, at=clock.now() - timedelta(minutes=1))


@pytest.fixture
def gift(member, voucher, redis):
    answer = member.post(
        "/gifts", {"vouchers": [voucher.number], "cover": "thanks"}, key=a_request_key()
    )
    assert answer.status_code == 201, answer.text
    return answer.json["gift"]


@pytest.fixture
def link(member, gift):
    """What the friend gets: {"token": …}."""
    return {"token": member.get(f"/gifts/{gift}").json["token"]}


def wallet_of(caller):
    return [item["voucher"] for item in caller.get("/wallet").json["items"]]


def test_a_voucher_says_what_its_holder_may_do_with_it(member, shop, buyer, voucher, gift):
    def may(number):
        told = member.get(f"/vouchers/{number}").json
        return told["can_gift"], told["can_share"]

    assert may(voucher.number) == (False, False)
    benefit = a_benefit(merchant=shop.merchant, conditions=SHAREABLE)
    shop.offer = an_offer(merchant=shop.merchant, items=[(benefit.benefit_id, 3)])
    other = a_voucher(shop, buyer=buyer, at=clock.now() - timedelta(minutes=1)).number
    before = may(other)

    assert member.post("/shares", {"voucher": other}).status_code == 201
    shared = may(other)
    answer = member.post("/gifts", {"vouchers": [other]}, key=a_request_key())

    assert (before, shared) == ((True, True), (False, False))
    assert answer.status_code == 409


def test_a_lost_card_gives_and_shares_nothing(member, shop, buyer, voucher):
    assert member.get(f"/vouchers/{voucher.number}").json["can_gift"] is True
    with transaction():
        members.freeze_codes(
            merchant_id=shop.id, member_id=buyer.id, actor=f"member:{buyer.id}", at=clock.now()
        )
    assert member.get(f"/vouchers/{voucher.number}").json["can_gift"] is False


def test_a_gift_travels_from_wallet_to_wallet(member, stranger, guest, gift, link, voucher):
    seen = guest.post("/gift-links/look", link).json
    assert (seen["state"], seen["giver_name"], seen["cover"]) == ("waiting", "一位朋友", "thanks")
    assert [(each["name"], each["quantity"]) for each in seen["inside"]] == [("热拿铁兑换券", 1)]
    assert not {"gift", "token", "vouchers", "order"} & set(seen)

    taken = stranger.post("/gift-links/claim", link)

    assert (taken.status_code, taken.json) == (200, {"gift": gift, "vouchers": 1})
    assert wallet_of(stranger) == [voucher.number]
    assert voucher.number not in wallet_of(member)
    assert stranger.get(f"/vouchers/{voucher.number}/code").status_code == 200
    mine = member.get(f"/gifts/{gift}").json
    assert (mine["state"], mine["receiver_name"], mine["token"]) == ("claimed", "一位朋友", None)


def test_claiming_again_brings_the_same_answer(stranger, link):
    first = stranger.post("/gift-links/claim", link)
    assert stranger.post("/gift-links/claim", link).json == first.json


def test_the_friends_use_is_his_own(stranger, clerk, member, link, voucher):
    stranger.post("/gift-links/claim", link)
    digits = stranger.get(f"/vouchers/{voucher.number}/code").json["digits"]

    used = clerk.post("/counter/redeem", {"code": digits}, key="scan-0001")

    assert used.status_code in {200, 201}
    assert stranger.get("/points").json["spendable"] == 24
    assert member.get("/points").json["spendable"] == 0
    shown = stranger.get(f"/vouchers/{voucher.number}").json["timeline"]
    assert [line["action"] for line in shown] == ["issue", "hold", "hand_over", "redeem"]
    assert shown[0]["reference"] is None


def test_the_giver_cannot_take_it_and_may_recall_it(member, link, gift, voucher):
    refused = member.post("/gift-links/claim", link)
    assert (refused.status_code, refused.json["code"]) == (409, "own_gift")

    for _ in range(2):
        assert member.post(f"/gifts/{gift}/recall").json["state"] == "recalled"
    assert voucher.number in wallet_of(member)


def test_a_friend_without_an_account_declines(guest, member, stranger, gift, link):
    for _ in range(2):
        assert guest.post("/gift-links/decline", link).status_code == 204
    assert member.get(f"/gifts/{gift}").json["state"] == "declined"
    assert stranger.post("/gift-links/claim", link).json["code"] == "gift_declined"


def test_looks_and_declines_leave_no_trace_of_the_friend(shop, guest, link):
    def look_at_people():
        db.session.rollback()
        tables = [name for name in tenant_tables() if name not in {"outbox", "voucher_events"}]
        counted = {
            name: fetch_one(
                Total,
                f"SELECT count(*) FROM {name} WHERE merchant_id = %(m)s",  # noqa: S608 - ours
                {"m": shop.id},
            ).number
            for name in tables
        }
        users = fetch_one(Total, "SELECT count(*) FROM users", {}).number
        return counted | {"users": users}

    before = look_at_people()
    guest.post("/gift-links/look", link)
    guest.post("/gift-links/decline", link)
    assert look_at_people() == before


def test_nobody_else_finds_it(stranger, gift):
    for path in ("", "/share", "/code.png"):
        assert stranger.get(f"/gifts/{gift}{path}").status_code == 404
    assert stranger.post(f"/gifts/{gift}/recall").status_code == 404


@pytest.mark.parametrize("token", ["", "short", "x" * 23, "ä" * 22, "A" * 21 + "="])
def test_what_is_no_token_is_refused_as_such(guest, shop, token):
    assert guest.post("/gift-links/look", {"token": token}).status_code == 422


def test_a_token_of_nothing_is_unknown(guest, stranger):
    for caller, path in (
        (guest, "/gift-links/look"),
        (stranger, "/gift-links/claim"),
        (guest, "/gift-links/decline"),
    ):
        answer = caller.post(path, {"token": "A" * 22})
        assert (answer.status_code, answer.json["code"]) == (404, "gift_unknown")


def test_the_share_card_and_the_code_lead_to_the_same_page(member, gift, link):
    card = member.get(f"/gifts/{gift}/share").json
    assert card["path"] == f"pages/gift/take?scene={link['token']}"
    assert card["title"] == "一位朋友送你「热拿铁兑换券」，快来领取"

    drawn = member.get(f"/gifts/{gift}/code.png")
    assert drawn.status_code == 200
    assert Image.open(BytesIO(drawn.data)).size[0] > 100


def test_a_lost_card_sends_no_link_on(member, shop, buyer, gift, link):
    with transaction():
        members.freeze_codes(
            merchant_id=shop.id, member_id=buyer.id, actor="staff:1", at=clock.now()
        )

    assert member.get(f"/gifts/{gift}").json["token"] is None
    assert [each["token"] for each in member.get("/gifts?box=sent").json["items"]] == [None]
    for path in (f"/gifts/{gift}/share", f"/gifts/{gift}/code.png"):
        assert member.get(path).json["code"] == "codes_frozen"


def test_what_was_taken_is_not_sent_on(member, stranger, gift, link):
    stranger.post("/gift-links/claim", link)
    assert member.get(f"/gifts/{gift}/share").json["code"] == "gift_over"


def test_the_boxes_go_on_where_they_were_cut(member, stranger, shop, buyer, redis):
    made = []
    for _ in range(3):
        held = a_voucher(shop, buyer=buyer, at=clock.now() - timedelta(minutes=1))
        said = {"vouchers": [held.number]}
        made.append(member.post("/gifts", said, key=a_request_key()).json["gift"])

    first = member.get("/gifts?box=sent&limit=2").json
    rest = member.get(f"/gifts?box=sent&limit=2&cursor={first['next_cursor']}").json

    listed = [item["gift"] for item in (*first["items"], *rest["items"])]
    assert listed == made[::-1]
    assert stranger.get("/gifts?box=received").json["items"] == []


# Words


def test_words_that_wechat_lets_pass_stand_on_the_gift(member, guest, voucher, phone, redis):
    phone.login_code()
    said = {"vouchers": [voucher.number], "message": "祝你生日快乐"}
    gift = member.post("/gifts", said, key=a_request_key()).json["gift"]

    token = member.get(f"/gifts/{gift}").json["token"]
    assert guest.post("/gift-links/look", {"token": token}).json["message"] == "祝你生日快乐"


@pytest.mark.parametrize("words", ["含违禁词的祝福", "领广告词", "看 http://x", "加微信"])
def test_words_that_may_not_stand_are_refused_and_nothing_is_held(
    member, voucher, phone, redis, words
):
    phone.login_code()
    said = {"vouchers": [voucher.number], "message": words}

    answer = member.post("/gifts", said, key=a_request_key())

    assert (answer.status_code, answer.json["code"]) == (409, "message_refused")
    assert member.get(f"/vouchers/{voucher.number}").json["state"] == "active"


# Bought as a gift


def test_an_order_for_a_friend_shows_its_gift(member, stranger, shop, phone, redis):
    phone.login_code()
    wrapping = {"message": "辛苦啦", "cover": "thanks"}
    said = {"offer": shop.offer.number, "gift": wrapping}
    order = member.post("/orders", said, key=a_request_key()).json["order"]
    assert member.get(f"/orders/{order}").json["gift"] is None
    parameters = member.post(f"/orders/{order}/prepay").json
    phone.pay(parameters)
    assert settle(shop, order, phone)

    gift = member.get(f"/orders/{order}").json["gift"]

    mine = member.get(f"/gifts/{gift}").json
    assert (mine["state"], mine["message"], mine["order"]) == ("waiting", "辛苦啦", order)
    claimed = stranger.post("/gift-links/claim", {"token": mine["token"]})
    assert claimed.json["vouchers"] == 2
    assert stranger.get(f"/gifts/{gift}").json["order"] is None


def settle(shop, order, phone):
    """As the notice would."""
    from app.domain import orders
    from app.kernel.db import transaction
    from tests.builders.orders import order_id_of

    class Number:
        def __init__(self, number):
            self.number = number

    paid = fetch_one(
        Number,
        "SELECT number FROM payments WHERE merchant_id = %(m)s AND order_id = %(o)s",
        {"m": shop.id, "o": order_id_of(shop, order)},
    ).number
    seen = phone.paid(paid)
    db.session.rollback()
    from app.domain.payments import PaidFact

    with transaction():
        return orders.confirm_paid(
            PaidFact(
                merchant_id=shop.id,
                payment_number=paid,
                channel_id=shop.channel.id,
                mchid=seen["mchid"],
                appid=seen["appid"],
                payer_openid=seen["payer"]["openid"],
                transaction_id=seen["transaction_id"],
                amount_fen=seen["amount"]["total"],
                currency="CNY",
                paid_at=clock.now(),
            ),
            at=clock.now(),
        )


def test_giving_without_end_is_stopped(member, shop, redis):
    codes = set()
    for _ in range(25):
        answer = member.post("/gifts", {"vouchers": ["V" + "2" * 16]}, key=a_request_key())
        codes.add(answer.json["code"])
    assert codes == {"not_found", "too_often"}


def test_a_claim_takes_few_statements(stranger, link, statements):
    with statements() as seen:
        stranger.post("/gift-links/claim", link)
    assert len(seen.statements) == 3
