"""Calling a route as somebody, and what a refusal has to look like."""

from dataclasses import dataclass

from flask import Flask

from tests.walks.complaining import a_working_card
from tests.walks.houses import House
from tests.walks.table import WAYS

PROBLEM = {"code", "message", "details"}
# What a person is told in.
WORDS = {"text/plain; charset=utf-8", "text/html; charset=utf-8"}
# What a refusal never lets out: the inside of the program, or of its database.
INSIDE = ("Traceback", 'File "', "psycopg", "sqlalchemy", "SELECT ", "INSERT ", "kabao_tenant")


@dataclass(frozen=True, kw_only=True)
class Town:
    """Two houses of one application."""

    app: Flask
    ours: House
    theirs: House

    def secrets(self):
        return self.ours.secrets | self.theirs.secrets

    def call_for(self, route, *, house=None):
        """What the rightful actor would send, made in that house."""
        with self.app.app_context():
            a_working_card(house or self.ours)
            return WAYS[route].call(house or self.ours)

    def make(self, build, *arguments, **more):
        with self.app.app_context():
            return build(*arguments, **more)

    def send(self, route, call, *, bearer=None, at=None, **changes):
        """The answer to that call at a house's paths (ours), with a bearer or none."""
        method, rule = route.split(" ", 1)
        said = call.request() | changes
        if changes.get("data") is not None:
            said.pop("json", None)
        if bearer is not None:
            said["headers"] = said["headers"] | {"Authorization": f"Bearer {bearer}"}
        path = call.path(rule, (at or self.ours).number)
        return self.app.test_client(use_cookies=False).open(
            path, method=method, buffered=True, **said
        )

    def rightful(self, route):
        """Everybody who may call the route: a person each, or None for anybody."""
        return [getattr(self.ours, who, None) for who in WAYS[route].who]


def expect_words(answer):
    """A sentence for a person, telling nothing of the inside."""
    assert answer.content_type in WORDS
    assert answer.headers["X-Request-Id"]
    assert not [word for word in INSIDE if word in answer.text], answer.text


def expect_refusal(answer, *statuses):
    """One of these statuses, in the one shape, telling nothing of the inside."""
    assert answer.status_code in statuses, (answer.status_code, answer.text)
    assert answer.is_json
    assert answer.json.keys() == PROBLEM
    assert answer.headers["X-Request-Id"]
    assert not [word for word in INSIDE if word in answer.text], answer.text
