import pytest

from app.admin.message_words import CHANNELS, MESSAGES, WORDS
from app.domain import messaging
from app.domain.messaging import Channel
from app.kernel import audit_search
from app.kernel.audit_search import Wanted
from tests.builders.merchants import a_merchant, an_app

LINES = "thing1=title\namount2=total\nphrase3==已完成"


def fields(house, **changes):
    app = an_app(merchant=house.merchant)
    said = {"appid": app.appid, "channel": "subscribe", "template_id": "TPL-1", "fields": LINES}
    return said | {"page": "pages/wallet/index"} | changes


def test_every_message_word_and_way_has_a_name():
    assert MESSAGES.keys() == messaging.MESSAGES.keys()
    assert {word for words in messaging.MESSAGES.values() for word in words} == WORDS.keys()
    assert set(CHANNELS) == set(Channel)


def test_a_template_is_set_and_shown(house):
    assert house.manager.post("/messages/order_paid", fields(house)).status_code == 303
    (line,) = messaging.setup_of(merchant_id=house.id).templates
    assert line.fields == {"thing1": "title", "amount2": "total", "phrase3": "=已完成"}
    page = house.manager.get("/messages/order_paid").text
    assert "TPL-1" in page
    assert "thing1=title" in page
    assert "小程序订阅消息" in house.manager.get("/messages").text
    assert audit_search.search(merchant_id=house.id, wanted=Wanted(action="template.add")).items


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"fields": "thing1"}, "每行写成"),
        ({"fields": "things1=title"}, "微信没有 things1 这种字段"),
        ({"fields": "thing1=gift"}, "这条消息没有 gift 这项内容"),
        ({"fields": ""}, "必填"),
        ({"template_id": "有 空格"}, "请复制完整的模板 ID"),
        ({"channel": "kf"}, 'id="channel-said"'),
    ],
)
def test_what_the_platform_would_refuse_is_refused_here(house, changed, told):
    answer = house.manager.post("/messages/order_paid", fields(house, **changed))
    assert (answer.status_code, told in answer.text) == (422, True)
    assert messaging.setup_of(merchant_id=house.id).templates == []


def test_another_shops_app_and_an_unknown_message_are_not_found(house):
    foreign = an_app(merchant=a_merchant(name="隔壁")).appid
    answer = house.manager.post("/messages/order_paid", fields(house, appid=foreign))
    assert (answer.status_code, "找不到这个内容" in answer.text) == (422, True)
    assert house.manager.get("/messages/unheard_of").status_code == 404
    assert house.manager.post("/messages/ways/pigeon/on").status_code == 404


def test_a_way_is_switched_off_and_on(house):
    house.manager.post("/messages/ways/kf/off")
    assert messaging.setup_of(merchant_id=house.id).off == ["kf"]
    house.manager.post("/messages/ways/kf/on")
    assert messaging.setup_of(merchant_id=house.id).off == []
    assert house.clerk.post("/messages/ways/kf/off").status_code == 403
