"""The card of a payment, to the letter."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from app.gateways.errors import OutcomeUnknown, Refused, Unavailable
from app.gateways.service_card import Paid, ServiceCard
from tests.gateways.stubs import Answer, says

PATH = "/wxa/set_user_notify"
OK = says({"errcode": 0, "errmsg": "ok"})
PAID = Paid(
    transaction_id="4200001", paid_fen=4900, paid_at=datetime(2026, 5, 15, 12, 0, 1, tzinfo=UTC)
)
PRODUCT = {"product_name": "咖啡券", "product_img": "https://shop.example/c.png"}


@pytest.fixture
def cards(app_keys, tokens):
    return ServiceCard(app_keys, tokens)


def show(cards, data):
    cards.show(openid="o1", kind="2003", paid=PAID, data=data, page="pages/wallet")


def test_a_card_is_opened_with_what_was_paid(cards, wechat):
    wechat.on(PATH, OK)
    show(cards, {"cur_status": "4", "product_count": "2", **PRODUCT})
    asked = wechat.asked(PATH)[0].json
    content, check = json.loads(asked.pop("content_json")), json.loads(asked.pop("check_json"))
    assert asked == {"openid": "o1", "notify_type": 2003, "notify_code": "4200001"}
    assert check == {"pay_amount": 4900, "pay_time": 1778846401}
    assert content == {
        "cur_status": 4,
        "wxa_path_query": "pages/wallet",
        "product_count": 2,
        "product_list": {"info_list": [{**PRODUCT, "product_path_query": "pages/wallet"}]},
    }


def test_a_state_without_products_names_none(cards, wechat):
    wechat.on(PATH, OK)
    show(cards, {"cur_status": "5"})
    content = json.loads(wechat.asked(PATH)[0].json["content_json"])
    assert content == {"cur_status": 5, "wxa_path_query": "pages/wallet"}


@pytest.mark.parametrize(
    ("answer", "kind", "code", "seconds"),
    [
        (says({"errcode": 85437, "errmsg": "not exist"}), Unavailable, "85437", 60),
        (says({"errcode": 85449, "errmsg": "locked"}), Unavailable, "85449", 60),
        (says({"errcode": 85438, "errmsg": "expired"}), Refused, "card_over", 0),
        (says({"errcode": 85448, "errmsg": "used"}), Refused, "card_used", 0),
        (says({"errcode": 85433, "errmsg": "check_json"}), Refused, "85433", 0),
        (Answer(fault="reset"), OutcomeUnknown, "no_answer", 0),
    ],
)
def test_each_failure_says_what_may_be_done_next(cards, wechat, answer, kind, code, seconds):
    wechat.on(PATH, answer)
    with pytest.raises(kind) as caught:
        show(cards, {"cur_status": "4"})
    assert (caught.value.code, caught.value.after) == (code, timedelta(seconds=seconds))
