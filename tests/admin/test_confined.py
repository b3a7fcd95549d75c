"""Also before and beside the pages, the database itself hides what is another shop's."""

from dataclasses import dataclass

import pytest

from app.kernel.db import fetch_one
from app.kernel.tenants import TENANT_ROLE


@dataclass(frozen=True)
class _Role:
    name: str


def _waits(house):
    house.stranger.post("/sign-in/wechat")
    return house.stranger.post("/sign-in/wechat/standing")


@pytest.mark.parametrize(
    ("verb", "ask"),
    [
        ("app.domain.accounts.who", lambda house: house.owner.get("/")),
        ("app.domain.accounts.list_sessions", lambda house: house.owner.get("/me")),
        ("app.domain.accounts.standing", _waits),
        ("app.kernel.audit.verify", lambda house: house.owner.post("/history/verify")),
    ],
)
def test_what_the_door_reads_is_read_as_this_shop_alone(house, monkeypatch, verb, ask):
    module, _dot, name = verb.rpartition(".")
    seen, real = [], getattr(__import__(module, fromlist=[name]), name)

    def noted(**said):
        seen.append(fetch_one(_Role, "SELECT current_user::text", {}).name)
        return real(**said)

    monkeypatch.setattr(verb, noted)
    assert ask(house).status_code == 200
    assert set(seen) == {TENANT_ROLE}
