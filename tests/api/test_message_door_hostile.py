"""What strangers, and a thief who knows an old address, send to a message door."""

import time
from dataclasses import replace
from itertools import count as count_from
from urllib.parse import urlencode

import pytest

from app.gateways.push_crypto import seal_push
from app.gateways.signatures import push_signature
from app.kernel import clock
from app.web import metrics
from tests.builders.doors import Door
from tests.builders.merchants import a_merchant
from tests.unit.test_push_words import HOSTILE
from tests.walks.watching import Watch
from wechat_handlers import messages

ROUNDS, MORE_ROUNDS = 7, 31
# What a long measurement on a busy machine may be off by; a short one is off by more, either way.
MARGIN, SEEMS = 1.25, 1.0
BIG = b"<xml>" + b"<a>" * 3_000_000


UNSIGNED = {
    "spaces": b"<Encrypt>" + b" " * 60_000,
    "spaces in cdata": b"<xml><Encrypt><![CDATA[" + b" " * 60_000,
    "spaces in json": b'{"Encrypt"' + b" " * 60_000,
    "names": b"<Encrypt>" * 7_000,
    "names in json": b"{" + b'"Encrypt":"' * 5_000,
    "letters": b"<Encrypt>" + b"A" * 60_000,
    "letters in json": b'{"Encrypt":"' + b"A" * 60_000,
}


@pytest.fixture
def merchant(committed):
    messages.forget()
    return a_merchant()


@pytest.fixture
def watch(database_url):
    watch = Watch(database_url.replace("+psycopg", ""))
    yield watch
    watch.close()


def signed(door, body, *, plain=False, at=None):
    """An address and a body that only somebody with our secrets could make."""
    second, nonce = str(int((at or clock.now()).timestamp())), "1"
    token = door.app.message_token
    query = {"timestamp": second, "nonce": nonce}
    if plain:
        return urlencode(query | {"signature": push_signature(token, second, nonce)}), body
    sealed = seal_push(body, aes_key=door.app.message_aes_key, appid=door.app.appid)
    query["msg_signature"] = push_signature(token, second, nonce, sealed)
    return urlencode(query), f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()


def send(door, query, body, *, content_type="text/xml"):
    return door.client.post(f"{door.path}?{query}", data=body, content_type=content_type)


def count(code):
    return metrics.PUSHES.labels("", code)._value.get()


@pytest.mark.parametrize("mode", ["plain", "secure"])
def test_the_signature_of_a_hostile_push_does_not_help_it(client, merchant, watch, mode):
    door = Door(client, merchant, mode=mode)
    for name, body in HOSTILE.items():
        before = count("unreadable")
        with watch.unchanged():
            answer = send(door, *signed(door, body, plain=mode == "plain"))
        assert (answer.status_code, answer.json["code"]) == (403, "push_refused"), name
        assert count("unreadable") == before + 1


@pytest.mark.parametrize("mode", ["plain", "compatible", "secure"])
@pytest.mark.parametrize("kind", ["forge", "foreign_token"])
def test_a_forged_push_leaves_a_count_and_nothing_else(client, merchant, watch, mode, kind):
    door = Door(client, merchant, mode=mode)
    before = count("bad_signature")
    with watch.unchanged():
        assert door.post(door.letter(kind=kind)).status_code == 403
    assert count("bad_signature") == before + 1


@pytest.mark.parametrize("body", UNSIGNED.values(), ids=UNSIGNED)
def test_what_only_looks_sealed_is_refused(client, merchant, watch, body):
    door = Door(client, merchant)
    with watch.unchanged():
        assert send(door, "msg_signature=x", body).status_code == 403


@pytest.mark.parametrize("kind", ["wrong_appid", "bad_padding", "malformed"])
def test_a_push_that_was_sealed_wrong_leaves_nothing(client, merchant, watch, kind):
    door = Door(client, merchant)
    with watch.unchanged():
        assert door.post(door.letter(kind=kind)).status_code == 403


def test_what_is_too_large_is_not_even_read(client, merchant, watch):
    door = Door(client, merchant)
    began = time.thread_time()
    with watch.unchanged():
        answer = send(door, door.letter().query, BIG)
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")
    assert time.thread_time() - began < 1


@pytest.mark.parametrize("kind", ["text/xml", "application/json", "image/png", "multipart/x", ""])
def test_the_content_type_may_lie(client, merchant, kind):
    door = Door(client, merchant)
    letter = door.letter()
    assert send(door, letter.query, letter.body, content_type=kind).status_code == 200


def test_a_push_told_again_by_a_thief_changes_nothing(client, merchant, watch):
    door = Door(client, merchant)
    letter = door.letter()
    assert door.post(letter).status_code == 200
    with watch.unchanged():
        for _ in range(3):
            assert door.post(letter).status_code == 200


def test_an_old_address_is_no_key_to_a_plain_door(client, merchant, watch):
    door = Door(client, merchant, mode="plain")
    old = clock.now().replace(year=clock.now().year - 1)
    query, _ = signed(door, b"", plain=True, at=old)
    before = count("stale_notice")
    with watch.unchanged():
        assert send(door, query, door.letter().body).status_code == 403
    assert count("stale_notice") == before + 1


@pytest.mark.parametrize(
    "query",
    [
        "",
        "timestamp=%00&nonce=%00&signature=%00",
        "timestamp=" + "9" * 4000,
        "msg_signature=%ff%fe",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_address_of_nonsense_is_refused(client, merchant, watch, query, method):
    door = Door(client, merchant)
    with watch.unchanged():
        answer = getattr(client, method)(f"{door.path}?{query}")
    assert answer.status_code == 403


def test_our_own_words_come_back_sealed_to_another_account_only_refused(client, merchant, watch):
    door, other = Door(client, merchant), Door(client, a_merchant())
    # Somebody else's app, with the secrets of ours.
    thief = replace(door.app, original_id=other.app.original_id)
    letter = Door.letter(replace_app(door, thief))
    with watch.unchanged():
        assert door.post(letter).status_code == 403


def replace_app(door, app):
    copy = object.__new__(Door)
    copy.__dict__.update(vars(door), app=app)
    return copy


def test_refusing_costs_no_more_than_an_ordinary_push(client, merchant):
    """CPU of this thread, for what was even signed with our keys, each beside an ordinary push."""
    door = Door(client, merchant)
    plain = Door(client, merchant, mode="plain")
    asked = {name: posting(door, *signed(door, body)) for name, body in HOSTILE.items()}
    asked |= {
        f"plain {name}": posting(plain, *signed(plain, body, plain=True))
        for name, body in HOSTILE.items()
    }
    asked |= {f"unsigned {name}": posting(door, "", body) for name, body in UNSIGNED.items()}
    forged = door.letter(kind="forge")
    asked["forged"] = posting(door, forged.query, forged.body)
    asked["10 MB"] = posting(door, "", BIG)

    assert dear(asked, door) == {}


def test_what_costs_more_than_half_as_much_again_is_seen(client, merchant):
    door = Door(client, merchant)
    pushes = ordinary(door, "control")

    def more():
        """An ordinary push, and work that takes six tenths of what it took."""
        seconds = spent(next(pushes))
        until = time.thread_time() + 0.6 * seconds
        while time.thread_time() < until:
            pass

    assert list(dear({"more": more, "the same": next(pushes)}, door)) == ["more"]


def posting(door, query, body):
    """What is to be measured: our answer, not the trouble that it was to write the question."""
    return lambda: send(door, query, body)


def ordinary(door, name):
    """Pushes that change something, each of somebody else."""
    for number in count_from(1):
        letter = door.letter(openid=f"o-{name}-{number}")
        yield posting(door, letter.query, letter.body)


def dear(asked, door):
    """Which cost more than an ordinary push, as multiples of it. Who seems to is measured again."""
    first = {name: beside(ordinary(door, name), ask, ROUNDS) for name, ask in asked.items()}
    again = {
        name: beside(ordinary(door, f"{name}-again"), asked[name], MORE_ROUNDS)
        for name, ratio in first.items()
        if ratio > SEEMS
    }
    return {name: ratio for name, ratio in again.items() if ratio > MARGIN}


def beside(pushes, ask, rounds):
    """What it costs, as a multiple, in rounds that take turns.

    Whatever else runs on the machine only ever adds; so the cheap rounds tell what the work costs.
    """
    times = [(spent(ask), spent(next(pushes))) for _ in range(rounds)]
    mine, theirs = (sorted(each)[rounds // 4] for each in zip(*times, strict=True))
    return mine / theirs


def spent(do):
    began = time.thread_time()
    do()
    return time.thread_time() - began
