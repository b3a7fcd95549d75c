"""Somebody new, from his invitation to his second factor, and coming in again."""

import re

from app.domain import merchants
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction
from tests.admin.browsing import PASSWORD, Browser, six_digits

SECRET = re.compile(r"<code>([A-Z2-7]{32})</code>")
CODES = re.compile(r"<code>([2-9a-z]{5}-[2-9a-z]{5})</code>")


def an_invitation(house, role=Role.MANAGER):
    with transaction():
        return merchants.invite_staff(
            merchant_id=house.id,
            name="小林",
            role=role,
            store_ids=[house.store.id],
            actor="system",
            at=clock.now(),
        )


def a_newcomer(app, house, login="xiaolin"):
    """Accepts an invitation and binds an authenticator; his browser, its secret and his codes."""
    browser = Browser(app, house.merchant)
    browser.get("/invitations")
    accepted = browser.post(
        "/invitations",
        {
            "token": an_invitation(house).token,
            "login": login,
            "password": PASSWORD,
            "again": PASSWORD,
        },
    )
    assert accepted.status_code == 303
    secret = SECRET.search(browser.get("/me/second-factor").text).group(1)
    told = browser.post("/me/second-factor", {"digits": six_digits(secret)})
    return browser, secret, CODES.findall(told.text)


def sign_in(browser, login="xiaolin", password=PASSWORD, digits=""):
    browser.get("/sign-in")
    return browser.post("/sign-in", {"login": login, "password": password, "digits": digits})
