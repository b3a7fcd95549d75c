"""What guessing a password costs in earnest, where tests hash cheaply."""

import pytest
from argon2 import Type, extract_parameters
from argon2.exceptions import VerifyMismatchError

from tests.hashing import CHEAP, LIVE, LIVE_NOBODYS


def test_a_guess_costs_64_mib_and_three_rounds_in_earnest():
    kept = LIVE.hash("correct horse battery")
    asked = extract_parameters(kept)
    assert (asked.type, asked.memory_cost, asked.time_cost) == (Type.ID, 65_536, 3)
    assert (asked.parallelism, asked.salt_len, asked.hash_len) == (1, 16, 32)
    assert LIVE.verify(kept, "correct horse battery")
    with pytest.raises(VerifyMismatchError):
        LIVE.verify(kept, "correct horse batterie")


def test_a_name_that_does_not_exist_costs_the_same():
    assert extract_parameters(LIVE_NOBODYS) == extract_parameters(LIVE.hash("somebody"))


def test_what_was_hashed_with_less_is_hashed_anew():
    assert LIVE.check_needs_rehash(CHEAP.hash("correct horse battery"))
