from datetime import timedelta

import pyotp
import pytest

from app.domain import accounts
from app.domain.accounts import Browser, CodeWrong, How, PasswordFirst
from app.domain.merchants import Role
from app.kernel import audit_search
from app.kernel.audit_search import Wanted
from app.kernel.errors import Invalid, NotFound
from tests.builders.merchants import a_clerk, a_store
from tests.builders.moments import NOON
from tests.builders.transactions import joined

AT = NOON + timedelta(minutes=1)


def opened(person, *, how=How.WECHAT, **more):
    with joined():
        token = accounts.open_session(
            merchant_id=person.merchant_id,
            staff_id=person.staff_id,
            how=how,
            browser=Browser(),
            at=AT,
            **more,
        )
    return token, accounts.who(merchant_id=person.merchant_id, token=token, at=AT)


def binds(person, signed, secret, *, digits=None):
    with joined():
        return accounts.begin(
            merchant_id=person.merchant_id,
            signed=signed,
            secret=secret,
            digits=digits or pyotp.TOTP(secret).at(AT),
            at=AT,
        )


def test_each_code_is_good_once(lin):
    digits = lin.digits(AT)
    assert lin.tries(at=AT, digits=digits).token
    assert lin.tries(at=AT, digits=digits).refusal
    assert lin.tries(at=AT, digits=lin.codes[0].upper()).token
    assert lin.tries(at=AT, digits=lin.codes[0]).refusal


def test_other_recovery_codes_end_the_old_ones(lin):
    with joined():
        fresh = accounts.renew_codes(merchant_id=lin.merchant_id, staff_id=lin.staff_id, at=AT)
    assert lin.tries(at=AT, digits=lin.codes[0]).refusal
    assert lin.tries(at=AT, digits=fresh[0]).token


def test_another_second_factor_ends_every_other_browser(lin):
    token, signed = opened(lin)
    there, _signed = opened(lin)
    secret = accounts.new_secret()
    assert len(binds(lin, signed, secret)) == 10
    assert lin.seen(token, at=AT)
    assert lin.seen(there, at=AT) is None
    assert lin.tries(at=AT).refusal


def test_digits_of_another_secret_bind_nothing(lin):
    _token, signed = opened(lin)
    with pytest.raises(CodeWrong):
        binds(lin, signed, accounts.new_secret(), digits="000000")


def test_without_a_password_there_is_nothing_to_bind_to(database):
    hired = a_clerk(a_store(), role=Role.MANAGER)
    _token, signed = opened(hired)
    with pytest.raises(PasswordFirst):
        binds(hired, signed, accounts.new_secret())
    with joined(), pytest.raises(PasswordFirst):
        accounts.renew_codes(merchant_id=hired.merchant_id, staff_id=hired.staff_id, at=AT)


def test_a_reset_ends_everything_and_is_in_the_log(lin):
    token, _signed = opened(lin)
    which = {"merchant_id": lin.merchant_id, "staff_id": lin.staff_id}
    with joined():
        accounts.reset(**which, by="staff:99", at=AT)
    assert lin.seen(token, at=AT) is None
    assert not accounts.has_one(**which)
    again = lin.tries(at=AT, digits=lin.codes[0])
    assert not lin.seen(again.token, at=AT).has_second_factor
    assert again.mark is None
    wanted = Wanted(action="panel.reset_second_factor")
    (line,) = audit_search.search(merchant_id=lin.merchant_id, wanted=wanted).items
    assert line.actor == "staff:99"
    with joined(), pytest.raises(NotFound):
        accounts.reset(**which, by="staff:99", at=AT)


def test_a_secret_that_waits_opens_for_its_own_session_alone():
    carried = accounts.pending("SECRET", merchant_id=1, session_id=2)
    assert "SECRET" not in carried
    assert accounts.pending_secret(carried, merchant_id=1, session_id=2) == "SECRET"
    for merchant_id, session_id in ((1, 3), (2, 2)):
        found = accounts.pending_secret(carried, merchant_id=merchant_id, session_id=session_id)
        assert found is None
    assert accounts.pending_secret("nonsense", merchant_id=1, session_id=2) is None
    assert accounts.pending_secret("", merchant_id=1, session_id=2) is None


def test_whoever_has_a_password_is_not_asked_by_phone(lin):
    _token, signed = opened(lin)
    with joined(), pytest.raises(Invalid):
        accounts.offer(
            merchant_id=lin.merchant_id,
            kind=accounts.TicketKind.PROVE,
            browser=Browser(),
            signed=signed,
            at=AT,
        )
