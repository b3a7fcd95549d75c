import pytest

from app.domain import merchants
from app.domain.merchants import MessageMode
from app.kernel.db import transaction
from app.kernel.errors import Invalid, NotFound
from tests.builders.merchants import a_merchant, an_app
from tests.builders.moments import NOON

AES_KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"


@pytest.fixture
def app_of_shop(database):
    return an_app(merchant=a_merchant())


def open_door(app, **changes):
    with transaction():
        return merchants.open_message_door(
            **{
                "merchant_id": app.merchant_id,
                "appid": app.appid,
                "mode": MessageMode.SECURE,
                "token": "Token123",
                "aes_key": AES_KEY,
                "original_id": "gh_1",
                "actor": "staff:1",
                "at": NOON,
                **changes,
            }
        )


def test_an_open_door_has_its_secrets(app_of_shop):
    number = open_door(app_of_shop)
    door = merchants.get_message_door(merchant_id=app_of_shop.merchant_id, number=number)
    assert (door.token, door.aes_key, door.mode) == ("Token123", AES_KEY, MessageMode.SECURE)
    assert AES_KEY not in repr(door)
    assert "Token123" not in repr(door)


def test_the_address_never_changes(app_of_shop):
    assert open_door(app_of_shop) == open_door(app_of_shop, token="Another1")


def test_another_merchant_has_no_such_door(app_of_shop):
    number = open_door(app_of_shop)
    with pytest.raises(NotFound):
        merchants.get_message_door(merchant_id=a_merchant().id, number=number)


@pytest.mark.parametrize(
    "changes",
    [
        {"token": "ab"},
        {"token": "has space"},
        {"token": "x" * 33},
        {"aes_key": "short"},
        {"aes_key": AES_KEY + "A"},
        {"aes_key": "!" * 43},
        {"aes_key": None},
        {"aes_key": None, "mode": MessageMode.COMPATIBLE},
    ],
)
def test_what_the_console_would_not_take_is_refused(app_of_shop, changes):
    with pytest.raises(Invalid):
        open_door(app_of_shop, **changes)


def test_a_plain_door_needs_no_key(app_of_shop):
    number = open_door(app_of_shop, mode=MessageMode.PLAIN, aes_key=None)
    door = merchants.get_message_door(merchant_id=app_of_shop.merchant_id, number=number)
    assert door.aes_key is None


def test_a_closed_door_is_none(app_of_shop):
    number = open_door(app_of_shop)
    with transaction():
        merchants.close_message_door(
            merchant_id=app_of_shop.merchant_id, appid=app_of_shop.appid, actor="staff:1", at=NOON
        )
    with pytest.raises(NotFound):
        merchants.get_message_door(merchant_id=app_of_shop.merchant_id, number=number)


def test_a_greeting_has_an_end(app_of_shop):
    with pytest.raises(Invalid), transaction():
        merchants.set_door_words(
            merchant_id=app_of_shop.merchant_id,
            appid=app_of_shop.appid,
            welcome="好" * 601,
            reply=None,
            actor="staff:1",
            at=NOON,
        )
