"""Somebody in front of a browser: reads pages, fills in forms, keeps his cookies."""

import re
from html import unescape

import pyotp
from flask import g

from app.domain import accounts, merchants
from app.domain.accounts import Browser as Where
from app.domain.accounts import How
from app.kernel import clock
from app.kernel.db import transaction

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PASSWORD = "correct horse battery"


class Browser:
    """`get` and `post` below one shop's pages; `post` brings the secret of the last page."""

    def __init__(self, app, merchant, *, token=None):
        self.client = app.test_client()
        self.number = merchant.number
        self.csrf = ""
        if token:
            with self.client.session_transaction(path="/admin/") as kept:
                kept["browsers"] = {merchant.number: token}

    def path(self, path):
        return path if path.startswith("/admin/") else f"/admin/{self.number}{path}"

    def get(self, path, **more):
        _forget_the_last_request()
        return self._read(self.client.get(self.path(path), **more))

    def post(self, path, fields=None, *, csrf=None, **more):
        if not self.csrf and csrf is None:
            self.get("/sign-in")
        _forget_the_last_request()
        data = {"csrf_token": self.csrf if csrf is None else csrf, **(fields or {})}
        return self._read(self.client.post(self.path(path), data=data, **more))

    def _read(self, response):
        is_page = response.mimetype == "text/html"
        found = _TOKEN.search(response.text) if is_page else None
        if found:
            self.csrf = unescape(found.group(1))
        return response


def _forget_the_last_request():
    """Live, each request has a `g` of its own; under a test's context they share one."""
    for name in list(g):
        g.pop(name)


def signed_in(app, merchant, hired, *, how=How.WECHAT, at=None, is_sure=True):
    """A browser in which this person is signed in already, and has just proved who he is."""
    with transaction():
        token = accounts.open_session(
            merchant_id=merchant.id,
            staff_id=hired.staff_id,
            how=how,
            is_sure=is_sure,
            browser=Where(agent="Firefox", address="192.0.2.7"),
            at=at or clock.now(),
        )
    return Browser(app, merchant, token=token)


def signed_in_with(app, house, role, user_id):
    """This person's WeChat account is another one from now on, so he comes in anew."""
    person = house.people[role]
    with transaction():
        merchants.link_user(
            merchant_id=house.id, staff_id=person.staff_id, user_id=user_id, at=clock.now()
        )
    return signed_in(app, house.merchant, person)


def six_digits(secret, *, at=None):
    return pyotp.TOTP(secret).at(at or clock.now())
