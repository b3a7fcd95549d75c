"""What signs a page is asked for rarely, whoever asks us and whatever WeChat answers."""

import pytest

from app.gateways import tickets as gateway
from app.gateways._pacing import QUESTIONS
from app.gateways.errors import Refused, Unavailable
from app.gateways.open_platform import App, OpenPlatform
from app.gateways.tickets import TicketKind, Tickets
from app.gateways.tokens import name_of
from tests.gateways.stubs import says

PATH = "/cgi-bin/ticket/getticket"


@pytest.fixture
def tickets(wechat, tokens, valkey):
    app = App(appid="wx1", secret="s3cret", base_url=wechat.url)
    return Tickets(redis=valkey, platform=OpenPlatform(app, tokens))


def test_a_ticket_is_asked_for_once(tickets, wechat):
    wechat.on(PATH, says({"errcode": 0, "ticket": "T", "expires_in": 7200}))
    assert [tickets.ticket(TicketKind.PAGE) for _ in range(3)] == ["T"] * 3
    assert len(wechat.asked(PATH)) == 1


def test_guests_cannot_use_up_what_wechat_allows_us(tickets, wechat):
    """Anybody may ask for the signature of a page, as often as he likes."""
    wechat.on(PATH, says({"errcode": 48001, "errmsg": "no"}))
    for _ in range(QUESTIONS):
        with pytest.raises(Refused):
            tickets.ticket(TicketKind.PAGE)
    for _ in range(3):
        with pytest.raises(Unavailable) as told:
            tickets.ticket(TicketKind.PAGE)
        assert told.value.code == "ticket_paced"
    assert len(wechat.asked(PATH)) == QUESTIONS


def test_who_waits_in_vain_for_another_does_not_ask_too(tickets, wechat, valkey, monkeypatch):
    monkeypatch.setattr(gateway, "PATIENCE_SECONDS", 0.1)
    valkey.set(
        f"wechat:ticket:{name_of(appid='wx1', secret='s3cret')}:jsapi:lock", "somebody", ex=20
    )
    with pytest.raises(Unavailable) as told:
        tickets.ticket(TicketKind.PAGE)
    assert told.value.code == "ticket_paced"
    assert wechat.asked(PATH) == []
