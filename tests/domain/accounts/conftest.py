"""Somebody with a password and a second factor, and the tries of strangers."""

from dataclasses import dataclass, field

import pyotp
import pytest

from app.domain import accounts
from app.domain.accounts import Browser
from app.domain.merchants import Role
from tests.builders.merchants import a_clerk, a_store
from tests.builders.moments import NOON
from tests.builders.transactions import joined

PASSWORD = "correct horse battery"
HERE = Browser(agent="Firefox", address="192.0.2.7")


@dataclass
class Person:
    """`at`: when he last did something, since each code is good once."""

    merchant_id: int
    staff_id: int
    secret: str
    codes: list = field(default_factory=list)

    def digits(self, at):
        return pyotp.TOTP(self.secret).at(at)

    def tries(self, *, at, password=PASSWORD, address=HERE.address, login="lin", **more):
        with joined():
            return accounts.sign_in(
                merchant_id=self.merchant_id,
                login=login,
                password=password,
                digits=more.pop("digits", None) or self.digits(at),
                browser=Browser(address=address),
                at=at,
                **more,
            )

    def seen(self, token, *, at):
        return accounts.who(merchant_id=self.merchant_id, token=token, at=at)


@pytest.fixture
def lin(database):
    """A manager who came with his phone first, and set a password and a second factor then."""
    hired = a_clerk(a_store(), role=Role.MANAGER)
    who = {"merchant_id": hired.merchant_id}
    with joined():
        token = accounts.open_session(
            **who, staff_id=hired.staff_id, how=accounts.How.WECHAT, browser=HERE, at=NOON
        )
        signed = accounts.who(**who, token=token, at=NOON)
        accounts.add_password(**who, signed=signed, login="Lin", password=PASSWORD, at=NOON)
        secret = accounts.new_secret()
        codes = accounts.begin(
            **who, signed=signed, secret=secret, digits=pyotp.TOTP(secret).at(NOON), at=NOON
        )
    return Person(hired.merchant_id, hired.staff_id, secret, list(codes))
