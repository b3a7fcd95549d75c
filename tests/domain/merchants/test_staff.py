from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain import merchants
from app.domain.merchants import Role, StaffState
from app.kernel.audit import AuditRow
from app.kernel.db import reading, transaction
from app.kernel.errors import Invalid, NotFound
from tests.builders.merchants import a_clerk, a_merchant, a_store, a_user_id, noise
from tests.builders.moments import NOON
from tests.builders.together import together
from tests.builders.transactions import joined


def at_store(hired, store, *, epoch=None, merchant_id=None):
    return merchants.staff_at_store(
        merchant_id=merchant_id or hired.merchant_id,
        staff_id=hired.staff_id,
        epoch=hired.epoch if epoch is None else epoch,
        store_id=store.id,
    )


def refused(call):
    with pytest.raises(merchants.NotOnDuty) as problem:
        call()
    return (problem.value.code, problem.value.status)


def invite(merchant, *, role=Role.CLERK, store_ids=(), name="小王", at=NOON):
    with joined():
        return merchants.invite_staff(
            merchant_id=merchant.id,
            name=name,
            role=role,
            store_ids=store_ids,
            actor="staff:1",
            at=at,
        )


def accept(merchant, invitation, *, user_id=None, at=NOON):
    with joined():
        return merchants.accept_invitation(
            merchant_id=merchant.id,
            token=invitation.token,
            user_id=user_id or a_user_id(merchant_id=merchant.id),
            at=at,
        )


def disable(hired):
    with joined():
        merchants.disable_staff(
            merchant_id=hired.merchant_id, number=hired.number, actor="staff:1", at=NOON
        )


def test_a_clerk_works_at_his_own_store_only(database):
    store = a_store()
    other = a_store(merchant=merchants.get_merchant(merchant_id=store.merchant_id))
    clerk = a_clerk(store)

    assert at_store(clerk, store) == merchants.StaffOnDuty(
        staff_id=clerk.staff_id, role=Role.CLERK, store_id=store.id, store_name=store.name
    )
    assert refused(lambda: at_store(clerk, other)) == ("not_on_duty", 403)
    assert [
        each.id
        for each in merchants.list_stores_of_staff(
            merchant_id=clerk.merchant_id, staff_id=clerk.staff_id
        )
    ] == [store.id]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER])
def test_managers_and_owners_work_at_every_open_store_of_theirs(database, role):
    store = a_store()
    merchant = merchants.get_merchant(merchant_id=store.merchant_id)
    other, closed, foreign = a_store(merchant=merchant), a_store(merchant=merchant), a_store()
    boss = a_clerk(store, role=role)
    with transaction():
        merchants.close_store(
            merchant_id=merchant.id, number=closed.number, actor="staff:1", at=NOON
        )

    assert at_store(boss, other).role == role
    assert refused(lambda: at_store(boss, closed)) == ("not_on_duty", 403)
    assert refused(lambda: at_store(boss, foreign)) == ("not_on_duty", 403)
    assert [
        each.id
        for each in merchants.list_stores_of_staff(merchant_id=merchant.id, staff_id=boss.staff_id)
    ] == [store.id, other.id]


def test_a_disabled_clerk_is_refused_at_once(database):
    store = a_store()
    clerk = a_clerk(store)
    assert at_store(clerk, store)

    disable(clerk)

    assert refused(lambda: at_store(clerk, store)) == ("not_on_duty", 403)
    assert refused(lambda: at_store(clerk, store, epoch=1)) == ("not_on_duty", 403)
    assert (
        merchants.find_staff_of_user(merchant_id=clerk.merchant_id, user_id=clerk.user_id) is None
    )
    assert (
        merchants.list_stores_of_staff(merchant_id=clerk.merchant_id, staff_id=clerk.staff_id) == []
    )


def test_a_session_of_another_epoch_is_refused(database):
    store = a_store()
    clerk = a_clerk(store)

    assert refused(lambda: at_store(clerk, store, epoch=7)) == ("not_on_duty", 403)


def test_a_clerk_is_nobody_at_another_merchant(database):
    store, stranger = a_store(), noise()
    clerk = a_clerk(store)

    assert refused(lambda: at_store(clerk, store, merchant_id=stranger.id)) == (
        "not_on_duty",
        403,
    )


def test_an_invitation_works_once(database):
    store = a_store()
    merchant = merchants.get_merchant(merchant_id=store.merchant_id)
    invitation = invite(merchant, store_ids=[store.id])
    user_id = a_user_id(merchant_id=merchant.id)

    staff = accept(merchant, invitation, user_id=user_id)

    assert staff.state == StaffState.ACTIVE
    assert staff.number == invitation.staff_number
    assert merchants.find_staff_of_user(merchant_id=merchant.id, user_id=user_id).id == staff.id
    with pytest.raises(merchants.InvitationInvalid) as problem:
        accept(merchant, invitation)
    assert problem.value.code == "invitation_invalid"


def test_an_invitation_ends_after_a_week_to_the_second(database):
    store = a_store()
    merchant = merchants.get_merchant(merchant_id=store.merchant_id)
    late, in_time = (invite(merchant, store_ids=[store.id]) for _ in range(2))

    with pytest.raises(merchants.InvitationInvalid):
        accept(merchant, late, at=NOON + timedelta(days=7))

    accept(merchant, in_time, at=NOON + timedelta(days=7, seconds=-1))


def test_an_invitation_is_for_its_merchant(database):
    store, stranger = a_store(), noise()
    merchant = merchants.get_merchant(merchant_id=store.merchant_id)

    with pytest.raises(merchants.InvitationInvalid):
        accept(stranger, invite(merchant, store_ids=[store.id]))


def test_a_withdrawn_invitation_does_not_work(database):
    store = a_store()
    merchant = merchants.get_merchant(merchant_id=store.merchant_id)
    invitation = invite(merchant, store_ids=[store.id])
    with transaction():
        merchants.disable_staff(
            merchant_id=merchant.id, number=invitation.staff_number, actor="staff:1", at=NOON
        )

    with pytest.raises(merchants.InvitationInvalid):
        accept(merchant, invitation)


def test_who_works_here_cannot_accept_again_but_who_left_can_come_back(database):
    store = a_store()
    merchant = merchants.get_merchant(merchant_id=store.merchant_id)
    clerk = a_clerk(store)
    invitation = invite(merchant, role=Role.MANAGER)
    with pytest.raises(merchants.InvitationInvalid):
        accept(merchant, invitation, user_id=clerk.user_id)

    disable(clerk)
    back = accept(merchant, invitation, user_id=clerk.user_id)

    assert back.id != clerk.staff_id
    assert back.role == Role.MANAGER


def test_an_invitation_shows_its_token_to_nobody(database):
    store = a_store()
    merchant = merchants.get_merchant(merchant_id=store.merchant_id)
    invitation = invite(merchant, store_ids=[store.id])

    assert invitation.token not in repr(invitation)
    details = reading().scalars(select(AuditRow.details).where(AuditRow.merchant_id == merchant.id))
    assert invitation.token not in str(list(details))


def test_a_clerk_without_store_is_refused(database):
    with pytest.raises(Invalid):
        invite(a_merchant())


def test_nobody_is_invited_to_a_strangers_or_a_closed_store(database):
    store = a_store()
    merchant = merchants.get_merchant(merchant_id=store.merchant_id)
    with transaction():
        merchants.close_store(
            merchant_id=merchant.id, number=store.number, actor="staff:1", at=NOON
        )

    for store_id in (store.id, a_store().id):
        with pytest.raises(NotFound):
            invite(merchant, store_ids=[store_id])


def test_the_last_owner_stays(database):
    store = a_store()
    first = a_clerk(store, role=Role.OWNER)
    with pytest.raises(merchants.LastOwner) as problem:
        disable(first)
    assert problem.value.code == "last_owner"

    a_clerk(store, role=Role.OWNER)
    disable(first)

    assert refused(lambda: at_store(first, store)) == ("not_on_duty", 403)


def test_every_step_is_in_the_audit(database):
    store = a_store()
    clerk = a_clerk(store)
    disable(clerk)

    rows = reading().execute(
        select(AuditRow.action, AuditRow.actor).where(
            AuditRow.merchant_id == store.merchant_id, AuditRow.subject == clerk.number
        )
    )

    assert [tuple(row) for row in rows] == [
        ("staff.invite", "system"),
        ("staff.accept", f"staff:{clerk.staff_id}"),
        ("staff.disable", "staff:1"),
    ]


def test_one_invitation_accepted_at_once_by_many_hires_one(app):
    with app.app_context():
        store = a_store()
        merchant = merchants.get_merchant(merchant_id=store.merchant_id)
        invitation = invite(merchant, store_ids=[store.id])
        users = [a_user_id(merchant_id=merchant.id) for _ in range(8)]

        results = together(
            app, [lambda u=user: accept(merchant, invitation, user_id=u) for user in users]
        )

        codes = [getattr(each, "code", "hired") for each in results]
        assert sorted(codes) == ["hired"] + ["invitation_invalid"] * 7


def test_one_person_accepting_many_invitations_at_once_is_hired_once(app):
    with app.app_context():
        store = a_store()
        merchant = merchants.get_merchant(merchant_id=store.merchant_id)
        user_id = a_user_id(merchant_id=merchant.id)
        invitations = [invite(merchant, store_ids=[store.id]) for _ in range(8)]

        results = together(
            app, [lambda i=each: accept(merchant, i, user_id=user_id) for each in invitations]
        )

        codes = [getattr(each, "code", "hired") for each in results]
        assert sorted(codes) == ["hired"] + ["invitation_invalid"] * 7


def test_owners_disabling_one_another_at_once_leave_one(app):
    with app.app_context():
        for _ in range(5):
            store = a_store()
            owners = [a_clerk(store, role=Role.OWNER) for _ in range(6)]

            results = together(app, [lambda o=owner: disable(o) for owner in owners])

            codes = [getattr(each, "code", "gone") for each in results]
            assert sorted(codes) == ["gone"] * 5 + ["last_owner"]
