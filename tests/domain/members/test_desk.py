"""Members as the merchant looks for them."""

import pytest
from sqlalchemy import select

from app.domain import members
from app.kernel.audit import AuditRow
from app.kernel.db import reading
from app.kernel.errors import NotFound
from tests.builders.members import a_member
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON
from tests.builders.transactions import joined

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def merchant():
    return a_merchant()


def named(merchant, nickname, **more):
    member = a_member(merchant=merchant, **more)
    with joined():
        members.set_nickname(merchant_id=merchant.id, member_id=member.id, nickname=nickname)
    return member


def found(merchant, beginning):
    rows = members.list_by_nickname(merchant_id=merchant.id, beginning=beginning)
    return [row.nickname for row in rows]


def test_a_beginning_finds_names_in_their_order(merchant):
    for name in ("王小明", "王大明", "小王", "Bob", "bobby", "Alice"):
        named(merchant, name)
    assert found(merchant, "王") == ["王大明", "王小明"]
    assert found(merchant, "BOB") == ["Bob", "bobby"]
    assert found(merchant, "ob") == []


@pytest.mark.parametrize("said", ["%", "_", "\\", " ", ""])
def test_signs_of_patterns_are_signs(merchant, said):
    named(merchant, "王小明")
    assert found(merchant, said) == []


def test_another_shops_members_are_not_found(merchant):
    named(a_merchant(), "王小明")
    assert found(merchant, "王") == []
    assert members.list_for_desk(merchant_id=merchant.id, cursor=None, limit=9).items == []


def test_the_newest_come_first_page_by_page_with_masked_phones(merchant):
    made = [a_member(merchant=merchant, phone=f"1380013800{i}").number for i in range(3)]
    first = members.list_for_desk(merchant_id=merchant.id, cursor=None, limit=2)
    second = members.list_for_desk(merchant_id=merchant.id, cursor=first.next_cursor, limit=2)
    assert [row.number for row in (*first.items, *second.items)] == made[::-1]
    assert first.items[0].phone == "138****8002"


def test_whoever_reads_a_phone_is_written_down_without_it(merchant):
    member = a_member(merchant=merchant, phone="13800138000")
    with joined():
        phone = members.reveal_phone(
            merchant_id=merchant.id, member_id=member.id, reason="失物", actor="staff:1", at=NOON
        )
    assert phone == "13800138000"
    query = select(AuditRow).where(
        AuditRow.merchant_id == merchant.id, AuditRow.action == "member.reveal_phone"
    )
    line = reading().scalar(query)
    assert (line.actor, line.subject, line.details) == (
        "staff:1",
        member.number,
        {"reason": "失物"},
    )


def test_without_a_phone_there_is_nothing_to_read(merchant):
    member = a_member(merchant=merchant)
    with pytest.raises(NotFound), joined():
        members.reveal_phone(
            merchant_id=merchant.id, member_id=member.id, reason="失物", actor="staff:1", at=NOON
        )


def test_labels_are_those_of_one_shop(merchant):
    own, foreign = named(merchant, "王小明"), a_member()
    (label,) = members.labels_of(merchant_id=merchant.id, member_ids=[own.id, foreign.id])
    assert (label.number, label.nickname) == (own.number, "王小明")
