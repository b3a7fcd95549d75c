"""A phone says yes to the picture on the panel's screen."""

import pytest

from app.domain import accounts, members
from app.domain.accounts import Browser, How, TicketKind
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction
from tests.builders.merchants import a_clerk
from tests.simulator.world import APP

PATH = "/counter/panel-tickets/confirm"
LOOK = "/counter/panel-tickets/look"


HERE = Browser(agent="Firefox on Windows", address="203.0.113.9")


def offered(shop, kind=TicketKind.SIGN_IN, **more):
    with transaction():
        return accounts.offer(merchant_id=shop.id, kind=kind, browser=HERE, at=clock.now(), **more)


def a_session(shop, hired, **more):
    """Somebody in front of a browser: who he is there, and its token."""
    with transaction():
        token = accounts.open_session(
            merchant_id=shop.id,
            staff_id=hired.staff_id,
            how=How.WECHAT,
            browser=HERE,
            at=clock.now(),
            **more,
        )
    return signed(shop, token), token


def signed(shop, token):
    return accounts.who(merchant_id=shop.id, token=token, at=clock.now())


def looked(guest, ticket):
    return guest.post(LOOK, {"token": ticket.token})


def say_yes(guest, phone, ticket, *, digits=None):
    return guest.post(
        PATH,
        {
            "appid": APP.appid,
            "code": phone.login_code(),
            "token": ticket.token,
            "digits": digits or ticket.digits,
        },
    )


def taken(shop, ticket):
    with transaction():
        return accounts.take(
            merchant_id=shop.id,
            token=ticket.token,
            browser_key=ticket.browser,
            browser=Browser(),
            at=clock.now(),
        )


@pytest.fixture
def colleague(shop, phone):
    """Somebody who works here under the phone's WeChat account."""
    with transaction():
        user_id = members.meet(appid=APP.appid, openid=phone.openid, unionid=None, at=clock.now())
    return a_clerk(shop.store, role=Role.MANAGER, user_id=user_id)


def test_who_works_here_is_signed_in_in_front_of_the_picture(shop, guest, phone, colleague):
    ticket = offered(shop)
    assert taken(shop, ticket) is None
    assert say_yes(guest, phone, ticket).status_code == 204
    token = taken(shop, ticket)
    signed = accounts.who(merchant_id=shop.id, token=token, at=clock.now())
    assert (signed.number, signed.how) == (colleague.number, "wechat")


def test_a_picture_is_good_once(shop, guest, phone, colleague):
    ticket = offered(shop)
    say_yes(guest, phone, ticket)
    again = say_yes(guest, phone, ticket)
    assert (again.status_code, again.json["code"]) == (409, "ticket_over")
    assert taken(shop, ticket)
    assert taken(shop, ticket) is None


def test_wrong_digits_count_and_three_of_them_end_it(shop, guest, phone, colleague):
    ticket = offered(shop)
    wrong = f"{(int(ticket.digits) + 1) % 100:02d}"
    for _ in range(3):
        assert say_yes(guest, phone, ticket, digits=wrong).json["code"] == "ticket_over"
    assert say_yes(guest, phone, ticket).status_code == 409
    assert taken(shop, ticket) is None


def test_who_does_not_work_here_opens_nothing(shop, guest, phone):
    ticket = offered(shop)
    assert say_yes(guest, phone, ticket).status_code == 409
    assert taken(shop, ticket) is None


def test_a_picture_to_link_joins_the_phone_to_its_person(shop, guest, phone):
    hired = a_clerk(shop.store, role=Role.MANAGER)
    ticket = offered(shop, TicketKind.LINK, signed=a_session(shop, hired)[0])
    assert say_yes(guest, phone, ticket).status_code == 204
    entering = offered(shop)
    assert say_yes(guest, phone, entering).status_code == 204
    assert taken(shop, entering)


def test_a_picture_of_another_shop_is_over(shop, guest, phone, colleague):
    from tests.builders.merchants import a_merchant

    with transaction():
        foreign = accounts.offer(
            merchant_id=a_merchant().id, kind=TicketKind.SIGN_IN, browser=HERE, at=clock.now()
        )
    assert say_yes(guest, phone, foreign).json["code"] == "ticket_over"


@pytest.mark.parametrize("digits", ["1", "123", "x1", "１２"])
def test_digits_are_two(shop, guest, phone, digits):
    assert say_yes(guest, phone, offered(shop), digits=digits).status_code == 422


def test_the_phone_is_told_what_is_asked_for_and_from_where(shop, guest, phone, colleague):
    told = looked(guest, offered(shop)).json
    assert (told["kind"], told["agent"], told["address"]) == ("sign_in", HERE.agent, HERE.address)
    assert "digits" not in told
    linking = offered(shop, TicketKind.LINK, signed=a_session(shop, colleague)[0])
    assert looked(guest, linking).json["person"]
    say_yes(guest, phone, linking)
    assert looked(guest, linking).json["code"] == "ticket_over"


def test_a_scan_to_come_in_proves_nothing_and_a_scan_to_prove_does(shop, guest, phone, colleague):
    ticket = offered(shop)
    say_yes(guest, phone, ticket)
    token = taken(shop, ticket)
    assert not signed(shop, token).is_sure(clock.now())
    proving = offered(shop, TicketKind.PROVE, signed=signed(shop, token))
    assert say_yes(guest, phone, proving).status_code == 204
    assert signed(shop, token).is_sure(clock.now())


def test_a_colleagues_phone_proves_nothing_here(shop, guest, phone, colleague):
    here, token = a_session(shop, a_clerk(shop.store, role=Role.OWNER))
    proving = offered(shop, TicketKind.PROVE, signed=here)
    assert say_yes(guest, phone, proving).status_code == 409
    assert not signed(shop, token).is_sure(clock.now())


def test_a_picture_to_link_ends_with_its_session(shop, guest, phone):
    here, _token = a_session(shop, a_clerk(shop.store, role=Role.MANAGER))
    ticket = offered(shop, TicketKind.LINK, signed=here)
    with transaction():
        accounts.sign_out(
            merchant_id=shop.id,
            staff_id=here.staff_id,
            session_id=here.session_id,
            at=clock.now(),
        )
    assert say_yes(guest, phone, ticket).json["code"] == "ticket_over"
    assert say_yes(guest, phone, offered(shop)).status_code == 409


def test_another_wechat_account_puts_out_who_came_with_the_one_before(shop, guest, phone):
    with transaction():
        before = members.meet(appid=APP.appid, openid="lost-phone", unionid=None, at=clock.now())
    hired = a_clerk(shop.store, role=Role.MANAGER, user_id=before)
    here, token = a_session(shop, hired)
    _there, stolen = a_session(shop, hired)
    ticket = offered(shop, TicketKind.LINK, signed=here)
    assert say_yes(guest, phone, ticket).status_code == 204
    assert signed(shop, stolen) is None
    assert signed(shop, token).is_linked
