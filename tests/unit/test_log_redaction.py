"""The last line of defence: what the log never says."""

import pytest

from app.web.logs import HIDDEN, redact


@pytest.mark.parametrize(
    "key", ["openid", "phone", "token", "session_key", "secret", "digits", "code", "authorization"]
)
def test_some_words_are_never_said(key):
    assert redact(None, "", {key: "anything"}) == {key: HIDDEN}


@pytest.mark.parametrize(
    "value",
    [
        "call 13800138000 now",
        "+8613800138000",
        "code 123456789012345678 was tried",
        "kbk_3q2Vf0xyz-_A1b2C3d4E5",
        "kbt_kwGj.abcdefgh",
        "Bearer abc.def",
        "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
        "-----BEGIN PRIVATE KEY-----\nMIIE",
    ],
)
def test_some_values_are_never_said(value):
    said = redact(None, "", {"event": value, "deep": {"list": [value]}})
    for word in value.replace("Bearer ", "").split():
        if len(word) >= 8:
            assert word not in str(said)


def test_what_is_harmless_stays():
    line = {
        "merchant": "MQ8EXAEQRH34474TT",
        "ms": 5.4,
        "transaction": "4200001234202611210000000001",
    }
    assert redact(None, "", dict(line)) == line
