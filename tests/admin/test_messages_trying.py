from types import SimpleNamespace

import pytest

from app.admin import messages_trying
from app.admin.message_samples import SAMPLES
from app.admin.message_words import WORDS
from app.domain import members, messaging
from app.domain.merchants import Role
from app.gateways.errors import OutcomeUnknown, Refused
from app.kernel import audit_search, clock
from app.kernel.audit_search import Wanted
from app.kernel.db import transaction
from tests.admin.browsing import signed_in_with
from tests.builders.merchants import a_merchant, an_app

LINES = "thing1=title\namount2=total\ntime3=paid_at\nphrase4==已完成"


@pytest.fixture
def mini(house):
    app = an_app(merchant=house.merchant)
    told = {"appid": app.appid, "channel": "subscribe", "template_id": "TPL-1", "fields": LINES}
    assert house.manager.post("/messages/order_paid", told).status_code == 303
    return app


@pytest.fixture
def reader(app, house, mini):
    """The manager, whose phone has been in the mini-program."""
    with transaction():
        user_id = members.meet(
            appid=mini.appid, openid=f"o_reader_{house.id}", unionid=None, at=clock.now()
        )
    house.manager = signed_in_with(app, house, Role.MANAGER, user_id)
    return house.people[Role.MANAGER]


@pytest.fixture
def phone(monkeypatch):
    """What was sent, and what the platform says to it."""
    seen = SimpleNamespace(sent=[], failure=None)

    def send(**words):
        seen.sent.append(words)
        if seen.failure:
            raise seen.failure

    world = SimpleNamespace(mini_program=lambda _app: SimpleNamespace(send=send))
    monkeypatch.setattr(messages_trying, "gateways", lambda: world)
    return seen


def try_out(house, mini, person, message="order_paid"):
    told = {"appid": mini.appid, "staff": person.number}
    return house.manager.post(f"/messages/{message}/try", told)


def test_every_word_has_a_sample():
    assert SAMPLES.keys() == WORDS.keys()


def test_a_template_is_sent_to_one_of_the_staff(house, mini, reader, phone):
    page = house.manager.get("/messages/order_paid").text
    assert "49.00元" in page
    assert "试发" in page
    assert try_out(house, mini, reader).status_code == 303
    (sent,) = phone.sent
    assert sent["openid"] == f"o_reader_{house.id}"
    assert sent["data"] == {
        "thing1": "热拿铁双杯",
        "amount2": "49.00元",
        "time3": "2026年5月15日 20:00",
        "phrase4": "已完成",
    }
    found = audit_search.search(merchant_id=house.id, wanted=Wanted(action="template.try"))
    assert found.items


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (Refused("no", code="not_subscribed"), "还没有同意接收这条消息"),
        (Refused("no", code="template_unknown"), "template_unknown"),
        (OutcomeUnknown("?", code="timeout"), "可能已经送到"),
    ],
)
def test_what_the_platform_says_is_told(house, mini, reader, phone, failure, said):
    phone.failure = failure
    answer = try_out(house, mini, reader)
    assert answer.status_code == 409
    assert said in answer.text


def test_whoever_never_was_in_the_app_gets_nothing(house, mini, phone):
    answer = try_out(house, mini, house.people[Role.CLERK])
    assert answer.status_code == 409
    assert "没有用过这个小程序" in answer.text
    assert phone.sent == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("amount1=title", "amount1 只能放金额，放不下“商品名称”"),
        ("phrase1==六个汉字太长", "5 个以内的汉字"),
        ("time1=number", "time1 只能放时间"),
    ],
)
def test_a_word_that_does_not_fit_its_field_is_refused(house, line, said):
    app = an_app(merchant=house.merchant)
    told = {"appid": app.appid, "channel": "subscribe", "template_id": "TPL-1", "fields": line}
    answer = house.manager.post("/messages/order_paid", told)
    assert answer.status_code == 422
    assert said in answer.text
    with transaction():
        assert messaging.setup_of(merchant_id=house.id).templates == []


def test_another_shops_template_and_staff_are_not_there(house, mini, phone):
    other = an_app(merchant=a_merchant())
    assert try_out(house, other, house.people[Role.MANAGER]).status_code == 404
    told = {"appid": mini.appid, "staff": "E404"}
    assert house.manager.post("/messages/order_paid/try", told).status_code == 404
    assert house.manager.post("/messages/unheard_of/try", told).status_code == 404
    assert house.clerk.post("/messages/order_paid/try", told).status_code == 403
    assert phone.sent == []
