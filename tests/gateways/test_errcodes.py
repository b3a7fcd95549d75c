"""One table says what follows from each errcode; here every line of it is played."""

from datetime import UTC, datetime, timedelta

import pytest

from app.gateways.errcodes import MEANINGS, Do, code_of, meaning_of, needs_a_person, wait_after
from app.gateways.errors import Refused, Unavailable
from tests.gateways.stubs import says

SEND = "/cgi-bin/message/subscribe/send"
TOKEN = "/cgi-bin/stable_token"
NOON = datetime(2026, 5, 15, 4, 0, tzinfo=UTC)


def send(mini):
    mini.send(openid="o1", template_id="T1", data={"thing1": "下午茶"})


def refused_with(mini, wechat, errcode):
    wechat.on(SEND, says({"errcode": errcode, "errmsg": "no"}))
    with pytest.raises((Refused, Unavailable)) as caught:
        send(mini)
    return caught.value


@pytest.mark.parametrize("errcode", MEANINGS)
def test_every_line_of_the_table_does_what_it_says(mini, wechat, errcode):
    failure, do = refused_with(mini, wechat, errcode), MEANINGS[errcode].do

    comes_back = {Do.RETRY_LATER, Do.NEXT_DAY, Do.SERIALIZE, Do.NEW_TOKEN}
    assert isinstance(failure, Unavailable) == failure.retryable == (do in comes_back)
    assert failure.code == code_of(errcode)
    assert (failure.after > timedelta(0)) == (do in comes_back - {Do.NEW_TOKEN})
    assert needs_a_person(failure.code) == (do == Do.ALARM)
    # A new token, and the question again, once; nothing else is ever repeated here.
    asked = 2 if do == Do.NEW_TOKEN else 1
    assert (len(wechat.asked(SEND)), len(wechat.asked(TOKEN))) == (asked, asked)


def test_every_class_has_a_line():
    assert {meaning.do for meaning in MEANINGS.values()} == set(Do)


def test_what_nobody_listed_is_final(mini, wechat):
    failure = refused_with(mini, wechat, 99999)
    assert (failure.code, failure.retryable) == ("99999", False)
    assert meaning_of(99999).do == Do.NEVER_AGAIN


def test_a_word_is_never_taken_for_a_number():
    assert not needs_a_person("not_subscribed")
    assert not needs_a_person("HTTP_403")
    assert not needs_a_person("-1")


@pytest.mark.parametrize(
    ("hour", "hours"),
    [(4, 12), (15, 1), (16, 24), (17, 23)],
)
def test_the_quota_of_a_day_begins_anew_in_beijing(hour, hours):
    at = NOON.replace(hour=hour)
    assert wait_after(45009, at=at) == timedelta(hours=hours, minutes=10)
