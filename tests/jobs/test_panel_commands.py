from datetime import timedelta

from app.domain import accounts, merchants
from app.domain.accounts import How, TicketKind
from app.kernel import clock
from app.kernel.db import transaction
from jobs.housekeeping import forget_old
from tests.builders.merchants import a_clerk, a_merchant, a_store


def test_the_first_owner_is_invited_from_the_command_line(app, flask):
    with app.app_context():
        merchant = a_merchant()
    link = flask("panel", "invite", merchant.number, "老陈").strip()
    address, _, token = link.partition("#")
    assert address.endswith(f"/admin/{merchant.number}/invitations")
    with app.app_context(), transaction():
        staff = merchants.begin_work(merchant_id=merchant.id, token=token, at=clock.now())
    assert (staff.name, staff.role.value) == ("老陈", "owner")


def test_a_clerk_needs_a_store(app, flask):
    with app.app_context():
        store = a_store()
        number = merchants.profile(merchant_id=store.merchant_id).number
    flask("panel", "invite", number, "小周", "--role", "clerk", fails=1)
    assert "#" in flask(
        "panel", "invite", number, "小周", "--role", "clerk", "--store", store.number
    )


def test_old_sessions_and_pictures_are_forgotten(app, committed):
    hired, now = a_clerk(), clock.now()
    with transaction():
        token = accounts.open_session(
            merchant_id=hired.merchant_id,
            staff_id=hired.staff_id,
            how=How.WECHAT,
            browser=accounts.Browser(),
            at=now,
        )
        accounts.offer(
            merchant_id=hired.merchant_id,
            kind=TicketKind.SIGN_IN,
            browser=accounts.Browser(),
            at=now,
        )
        accounts.sign_in(
            merchant_id=hired.merchant_id,
            login="nobody",
            password="wrong",
            digits=None,
            browser=accounts.Browser(),
            at=now,
        )
    assert forget_old(at=now + timedelta(days=2)) >= 2
    assert accounts.who(merchant_id=hired.merchant_id, token=token, at=now)
    assert forget_old(at=now + timedelta(days=92)) >= 1
    assert accounts.who(merchant_id=hired.merchant_id, token=token, at=now) is None
