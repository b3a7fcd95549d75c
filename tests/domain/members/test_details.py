import pytest
from sqlalchemy import select

from app.domain import members
from app.kernel import keyring
from app.kernel.audit import AuditRow
from app.kernel.db import reading, transaction
from app.kernel.errors import Invalid, NotFound
from tests.builders.members import a_member
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON


def get(member):
    return members.get_member(merchant_id=member.merchant_id, member_id=member.id)


def audit_of(member):
    rows = select(AuditRow.action).where(
        AuditRow.merchant_id == member.merchant_id, AuditRow.subject == member.number
    )
    return list(reading().scalars(rows.order_by(AuditRow.id)))


def test_a_phone_is_sealed_and_only_its_mask_leaves(database):
    member = get(a_member(phone="+86 138-0013-8000"))

    assert members.masked_phone(member) == "138****8000"
    assert b"13800138000" not in member.phone_sealed
    assert "13800138000" not in str(vars(member))


def test_a_sealed_phone_does_not_open_at_another_merchant(database):
    member, stranger = get(a_member(phone="13800138000")), get(a_member())
    stranger.phone_sealed = member.phone_sealed

    with pytest.raises(keyring.CannotOpen):
        members.masked_phone(stranger)

    reading().rollback()


def test_a_member_without_phone_has_no_mask(database):
    assert members.masked_phone(get(a_member())) is None


def test_a_phone_is_found_however_it_is_written_and_only_at_its_merchant(database):
    merchant = a_merchant()
    member = a_member(merchant=merchant, phone="13800138000")
    a_member(phone="13800138000")

    found = members.list_by_phone(merchant_id=merchant.id, phone="+86 138 0013 8000")

    assert [each.id for each in found] == [member.id]


def test_a_refused_phone_is_not_repeated(database):
    member = a_member()

    with pytest.raises(Invalid) as refused, transaction():
        members.set_phone(
            merchant_id=member.merchant_id, member_id=member.id, phone="1380013800x", at=NOON
        )

    assert "1380" not in refused.value.message + str(refused.value.details)


def test_a_blocked_member_is_out_at_once_and_may_return(database):
    member = a_member(openid="o_blocked")
    who = {"merchant_id": member.merchant_id, "member_id": member.id}

    with transaction():
        members.block(**who, actor="staff:1", at=NOON)

    assert not members.session_is_good(**who, epoch=0)
    assert not members.session_is_good(**who, epoch=1)
    with transaction():
        members.unblock(**who, actor="staff:1", at=NOON)
    assert members.session_is_good(**who, epoch=1)
    assert audit_of(member) == ["member.block", "member.unblock"]


def test_ended_sessions_are_over(database):
    member = a_member()
    who = {"merchant_id": member.merchant_id, "member_id": member.id}

    with transaction():
        members.end_sessions(**who)

    assert not members.session_is_good(**who, epoch=0)
    assert members.session_is_good(**who, epoch=1)


@pytest.mark.parametrize(
    "verb",
    [
        lambda who: members.get_member(**who),
        lambda who: members.get_canonical_member(**who),
        lambda who: members.end_sessions(**who),
        lambda who: members.block(**who, actor="staff:1", at=NOON),
        lambda who: members.unblock(**who, actor="staff:1", at=NOON),
        lambda who: members.set_phone(**who, phone="13800138000", at=NOON),
        lambda who: members.set_nickname(**who, nickname="小张"),
    ],
)
def test_a_member_of_another_merchant_is_not_there(database, verb):
    member, merchant = a_member(), a_merchant()

    with pytest.raises(NotFound), transaction():
        verb({"merchant_id": merchant.id, "member_id": member.id})


def test_another_merchants_session_is_not_good_here(database):
    member, merchant = a_member(), a_merchant()

    assert not members.session_is_good(merchant_id=merchant.id, member_id=member.id, epoch=0)
    assert (
        members.find_openid(merchant_id=merchant.id, member_id=member.id, appid="wx_builder")
        is None
    )
