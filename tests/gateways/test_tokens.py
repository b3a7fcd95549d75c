import threading
from datetime import timedelta

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.gateways.errors import GatewayError, Unavailable
from app.gateways.tokens import AccessTokens, name_of
from tests.gateways.stubs import Answer, says

PATH = "/cgi-bin/stable_token"
KEYS = {"appid": "wx1", "secret": "s3cr3t"}
STORED = f"wechat:access_token:{name_of(**KEYS)}"


def away(tmp_path):
    return Redis(unix_socket_path=f"{tmp_path}/nobody.sock", retry=Retry(NoBackoff(), 0))


def test_a_token_is_asked_for_once_and_kept_shorter_than_it_lives(tokens, wechat, valkey):
    assert [tokens.token(**KEYS) for _ in range(3)] == ["TOKEN-1"] * 3
    assert len(wechat.asked(PATH)) == 1
    assert 6890 <= valkey.ttl(STORED) <= 6900


def test_a_token_near_its_end_is_kept_for_half_of_what_is_left(tokens, wechat, valkey):
    wechat.on(PATH, says({"access_token": "T", "expires_in": 300}))
    tokens.token(**KEYS)
    assert 145 <= valkey.ttl(STORED) <= 150


def test_stable_tokens_are_asked_for_and_never_by_force(tokens, wechat):
    tokens.token(**KEYS)
    asked = wechat.asked(PATH)[0]
    assert (asked.method, asked.query) == ("POST", {})
    assert asked.json == {"grant_type": "client_credential", "appid": "wx1", "secret": "s3cr3t"}


def test_trap_another_process_uses_what_is_stored(tokens, wechat, valkey):
    tokens.token(**KEYS)
    assert AccessTokens(redis=valkey, base_url=wechat.url).token(**KEYS) == "TOKEN-1"
    assert len(wechat.asked(PATH)) == 1


def test_each_app_has_its_own(tokens, wechat):
    tokens.token(**KEYS)
    tokens.token(appid="wx2", secret="other")
    assert [seen.json["appid"] for seen in wechat.asked(PATH)] == ["wx1", "wx2"]


def test_who_knows_only_the_appid_is_not_handed_what_the_secret_opened(tokens, wechat):
    """Another merchant may have added the same app, without the key to it."""
    assert tokens.token(**KEYS) == "TOKEN-1"
    wechat.on(PATH, says({"errcode": 40125, "errmsg": "invalid appsecret"}))
    with pytest.raises(Unavailable) as told:
        tokens.token(appid="wx1", secret="a guess")
    assert told.value.code == "token_40125"
    assert tokens.token(**KEYS) == "TOKEN-1"


def test_trap_many_who_need_a_token_at_once_ask_once(wechat, valkey_socket, valkey):
    start, got = threading.Barrier(8), []

    def ask():
        redis = Redis(unix_socket_path=valkey_socket)
        service = AccessTokens(redis=redis, base_url=wechat.url)
        start.wait()
        got.append(service.token(**KEYS))
        redis.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["TOKEN-1"] * 8
    assert len(wechat.asked(PATH)) == 1


def test_a_dropped_token_is_asked_for_again(tokens, wechat):
    tokens.drop(tokens.token(**KEYS), **KEYS)
    tokens.token(**KEYS)
    assert len(wechat.asked(PATH)) == 2


def test_dropping_an_old_token_leaves_the_new_one(tokens, wechat):
    tokens.token(**KEYS)
    tokens.drop("TOKEN-0", **KEYS)
    tokens.token(**KEYS)
    assert len(wechat.asked(PATH)) == 1


def test_a_holder_that_died_with_the_lock_stops_nobody_for_long(tokens, wechat, valkey):
    valkey.set(f"{STORED}:lock", "somebody", px=300)
    assert tokens.token(**KEYS) == "TOKEN-1"


def test_nobody_asks_besides_the_one_who_does(tokens, wechat, valkey, monkeypatch):
    monkeypatch.setattr("app.gateways.tokens.PATIENCE_SECONDS", 0.2)
    valkey.set(f"{STORED}:lock", "somebody", ex=60)
    with pytest.raises(Unavailable) as caught:
        tokens.token(**KEYS)
    assert caught.value.code == "token_paced"
    assert caught.value.after > timedelta(0)
    assert wechat.asked(PATH) == []


def no_more(tokens, times):
    """Tokens that die as soon as they are used; the codes of those who got none."""
    codes = []
    for _ in range(times):
        try:
            tokens.drop(tokens.token(**KEYS), **KEYS)
        except Unavailable as failure:
            codes.append(failure.code)
    return codes


def test_however_often_a_token_dies_few_questions_are_asked(tokens, wechat, valkey):
    assert no_more(tokens, 20) == ["token_paced"] * 18
    assert len(wechat.asked(PATH)) == 2
    # Once a while has passed, by itself.
    assert 0 < valkey.pttl(f"{STORED}:asked") <= 10_000
    valkey.delete(f"{STORED}:asked")
    assert tokens.token(**KEYS)


def test_without_redis_few_questions_are_asked_too(tmp_path, wechat, monkeypatch):
    tokens = AccessTokens(redis=away(tmp_path), base_url=wechat.url)
    assert no_more(tokens, 20) == ["token_paced"] * 18
    assert len(wechat.asked(PATH)) == 2
    monkeypatch.setattr("app.gateways.tokens.PACE_SECONDS", 0)
    assert tokens.token(**KEYS)


def test_a_wrong_secret_is_not_tried_by_everybody(tokens, wechat):
    wechat.on(PATH, says({"errcode": 40125, "errmsg": "invalid appsecret"}))
    codes = no_more(tokens, 20)
    assert codes[:2] == ["token_40125"] * 2
    assert set(codes[2:]) == {"token_paced"}
    assert len(wechat.asked(PATH)) == 2


def test_without_redis_each_process_remembers_for_itself(tmp_path, wechat):
    service = AccessTokens(redis=away(tmp_path), base_url=wechat.url)
    assert [service.token(**KEYS) for _ in range(3)] == ["TOKEN-1"] * 3
    assert len(wechat.asked(PATH)) == 1


def test_without_redis_a_dropped_token_is_forgotten_too(tmp_path, wechat):
    service = AccessTokens(redis=away(tmp_path), base_url=wechat.url)
    service.drop(service.token(**KEYS), **KEYS)
    service.token(**KEYS)
    assert len(wechat.asked(PATH)) == 2


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (says({"errcode": 40125, "errmsg": "invalid appsecret s3cr3t"}), "token_40125"),
        (says({"errcode": 40164, "errmsg": "invalid ip"}), "token_40164"),
        (says({"errcode": -1, "errmsg": "system error"}), "token_-1"),
        (says({"access_token": ""}), "token_unreadable"),
        (Answer(b"<html>", 502), "token_unreadable"),
        (Answer(fault="reset"), "no_answer"),
        (Answer(fault="hang"), "no_answer"),
    ],
)
def test_no_token_means_that_nothing_was_done(tokens, wechat, impatient, answer, code):
    wechat.on(PATH, answer)
    with pytest.raises(Unavailable) as caught:
        tokens.token(**KEYS)
    assert caught.value.code == code
    assert "s3cr3t" not in str(caught.value)


def test_neither_token_nor_secret_is_logged(tokens, wechat, caplog):
    caplog.set_level("DEBUG")
    tokens.token(**KEYS)
    wechat.on(PATH, Answer(fault="reset"))
    tokens.drop("TOKEN-1", **KEYS)
    with pytest.raises(GatewayError):
        tokens.token(**KEYS)
    assert "TOKEN-1" not in caplog.text
    assert "s3cr3t" not in caplog.text
