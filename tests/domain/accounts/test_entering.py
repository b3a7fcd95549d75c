from datetime import timedelta

import pytest

from app.domain import accounts
from app.domain.accounts import Browser, LoginTaken, WeakPassword, passwords
from app.domain.accounts.tries import LONGEST_WAIT, household, wait_after
from app.kernel import audit_search
from app.kernel.audit_search import Wanted
from tests.builders.moments import NOON
from tests.builders.transactions import joined
from tests.domain.accounts.conftest import PASSWORD

MINUTE = timedelta(minutes=1)
ELSEWHERE = "198.51.100.7"


def wrong(person, times, *, at, **more):
    for _ in range(times):
        tried = person.tries(at=at, password="not the password", **more)
    return tried


def test_password_and_digits_open_a_session_that_is_sure(lin):
    tried = lin.tries(at=NOON + MINUTE)
    signed = lin.seen(tried.token, at=NOON + MINUTE)
    assert (signed.login, signed.how, signed.has_second_factor) == ("lin", "password", True)
    assert signed.is_sure(NOON + MINUTE)
    assert not signed.is_sure(NOON + 12 * MINUTE)


@pytest.mark.parametrize(
    "said",
    [
        {"password": "not the password"},
        {"digits": "000000"},
        {"login": "nobody"},
        {"digits": " "},
    ],
)
def test_whatever_was_wrong_the_answer_is_one(lin, said):
    refusal = lin.tries(at=NOON + MINUTE, **said).refusal
    assert (refusal.code, refusal.message) == ("sign_in_refused", "登录名、密码或动态验证码不正确")


def test_unknown_names_cost_and_count_the_same(lin, monkeypatch):
    checked, is_right = [], passwords.is_right
    monkeypatch.setattr(passwords, "is_right", lambda *said: checked.append(1) or is_right(*said))
    for login in ("lin", "nobody"):
        for _ in range(5):
            assert (
                lin.tries(at=NOON + MINUTE, login=login, password="not the password").refusal.code
                == "sign_in_refused"
            )
        assert lin.tries(at=NOON + MINUTE, login=login).refusal.code == "locked_out"
    assert len(checked) == 10


def test_a_guesser_waits_longer_each_time_and_whom_he_guesses_at_does_not_wait(lin):
    wrong(lin, 5, at=NOON, address=ELSEWHERE)
    locked = lin.tries(at=NOON + timedelta(seconds=29), address=ELSEWHERE).refusal
    assert (locked.code, locked.details["retry_after_seconds"]) == ("locked_out", 2)
    wrong(lin, 1, at=NOON + timedelta(seconds=31), address=ELSEWHERE)
    assert lin.tries(at=NOON + MINUTE, address=ELSEWHERE).refusal.code == "locked_out"
    assert lin.tries(at=NOON + MINUTE).token


def test_a_browser_that_is_known_is_counted_by_itself(lin):
    mark = lin.tries(at=NOON + MINUTE).mark
    at = NOON + 2 * MINUTE
    wrong(lin, 5, at=at)
    assert lin.tries(at=at).refusal.code == "locked_out"
    assert lin.tries(at=at, mark=mark).token
    wrong(lin, 5, at=at, mark=mark)
    assert lin.tries(at=at + MINUTE / 4, mark=mark).refusal.code == "locked_out"


def test_another_persons_mark_and_an_invented_one_help_nobody(lin):
    other = accounts.mark_for(merchant_id=lin.merchant_id, staff_id=lin.staff_id + 1)
    own = accounts.mark_for(merchant_id=lin.merchant_id, staff_id=lin.staff_id)
    wrong(lin, 5, at=NOON + MINUTE)
    for mark in (other, f"{lin.staff_id}.x.y", own[:-1], "é", ""):
        assert lin.tries(at=NOON + MINUTE, mark=mark).refusal.code == "locked_out"
    assert accounts.is_known(own, merchant_id=lin.merchant_id)
    assert not accounts.is_known(own, merchant_id=lin.merchant_id + 1)


def test_who_knows_the_password_guesses_digits_slowly_from_everywhere(lin):
    at = NOON + MINUTE
    for number in range(5):
        lin.tries(at=at, digits="000000", address=f"198.51.100.{number}")
    told = lin.tries(at=at, address="198.51.100.77").refusal
    assert told.code == "sign_in_refused"
    mark = accounts.mark_for(merchant_id=lin.merchant_id, staff_id=lin.staff_id)
    assert lin.tries(at=at, mark=mark).token


def test_half_is_forgiven_with_each_hour(lin):
    wrong(lin, 5, at=NOON)
    later = NOON + timedelta(hours=1, minutes=1)
    wrong(lin, 2, at=later)
    assert lin.tries(at=later).token


def test_what_was_right_is_forgiven_at_once(lin):
    wrong(lin, 4, at=NOON)
    assert lin.tries(at=NOON + MINUTE).token
    wrong(lin, 4, at=NOON + 2 * MINUTE)
    assert lin.tries(at=NOON + 2 * MINUTE).token


def test_a_lock_is_in_the_log_without_a_name_that_does_not_exist(lin):
    wrong(lin, 5, at=NOON, login="nobody")
    wrong(lin, 5, at=NOON)
    wanted = Wanted(action="panel.locked_out")
    (line,) = audit_search.search(merchant_id=lin.merchant_id, wanted=wanted).items
    assert line.subject == f"staff:{lin.staff_id}"


def test_counts_that_nobody_adds_to_are_forgotten(lin):
    wrong(lin, 1, at=NOON)
    with joined():
        assert accounts.forget_tries(before=NOON) == 0
        assert accounts.forget_tries(before=NOON + MINUTE) == 1


def test_an_hour_is_the_longest_wait():
    assert wait_after(4) is None
    assert [wait_after(n).total_seconds() for n in (5, 6, 7)] == [30, 60, 120]
    assert wait_after(12) == wait_after(10_000) == LONGEST_WAIT


def test_a_network_that_one_connection_chooses_from_is_one():
    assert household("2001:db8:1:2::5") == household("2001:db8:1:2:ffff::9")
    assert household("2001:db8:1:3::5") != household("2001:db8:1:2::5")
    assert household("192.0.2.7") != household("192.0.2.8")


@pytest.mark.parametrize(
    "weak", ["short", "aaaaaaaaaaaa", "password123", "lin and more", "x" * 201]
)
def test_a_password_that_anybody_would_guess_is_refused(lin, weak):
    signed = lin.seen(lin.tries(at=NOON + MINUTE).token, at=NOON + MINUTE)
    with joined(), pytest.raises(WeakPassword):
        accounts.change_password(
            merchant_id=lin.merchant_id, signed=signed, password=weak, at=NOON + MINUTE
        )


def test_another_password_signs_out_everywhere_else(lin):
    at = NOON + MINUTE
    here, there = (lin.tries(at=at, digits=lin.codes[n]).token for n in range(2))
    with joined():
        accounts.change_password(
            merchant_id=lin.merchant_id,
            signed=lin.seen(here, at=at),
            password="another long password",
            at=at,
        )
    assert lin.seen(here, at=at)
    assert lin.seen(there, at=at) is None
    assert lin.tries(at=at, password=PASSWORD).refusal
    assert lin.tries(at=at, password="another long password").token


def test_one_password_each(lin):
    signed = lin.seen(lin.tries(at=NOON + MINUTE).token, at=NOON + MINUTE)
    with joined(), pytest.raises(LoginTaken):
        accounts.add_password(
            merchant_id=lin.merchant_id, signed=signed, login="two", password=PASSWORD, at=NOON
        )


def test_proving_makes_sure_and_is_counted_for_this_browser_alone(lin):
    later = NOON + 20 * MINUTE
    here, there = (lin.tries(at=NOON + MINUTE, digits=lin.codes[n]).token for n in range(2))

    def proves(token, password=PASSWORD):
        with joined():
            return accounts.prove(
                merchant_id=lin.merchant_id,
                signed=lin.seen(token, at=later),
                password=password,
                digits=lin.digits(later),
                at=later,
            ).refusal

    for _ in range(5):
        assert proves(there, "not the password").code == "sign_in_refused"
    assert proves(there).code == "locked_out"
    assert proves(here) is None
    assert lin.seen(here, at=later).is_sure(later)
    assert not lin.seen(there, at=later).is_sure(later)


def test_an_address_may_be_unknown(lin):
    assert Browser().address
    assert lin.tries(at=NOON + MINUTE, address=Browser().address).token
