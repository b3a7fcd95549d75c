import pytest
from sqlalchemy import func, select

from app.domain import members
from app.domain.members import Member, User
from app.kernel.db import OutsideTransaction, db, reading, transaction
from app.kernel.outbox import OutboxRow, subscribe
from jobs.subscriptions import BY_EVENT
from tests.builders.members import a_member, a_unionid, an_openid
from tests.builders.merchants import a_merchant, noise
from tests.builders.moments import NOON


def sign_in(*, merchant, openid, unionid=None, appid="wx_a"):
    with transaction():
        return members.sign_in(
            merchant_id=merchant.id, appid=appid, openid=openid, unionid=unionid, at=NOON
        )


def get(member):
    return members.get_member(merchant_id=member.merchant_id, member_id=member.id)


def session_is_good(member, epoch=0):
    return members.session_is_good(merchant_id=member.merchant_id, member_id=member.id, epoch=epoch)


@pytest.fixture
def facts():
    subscribe({"MembersMerged": ["follow_the_merge"]})
    yield lambda merchant: [
        row.payload
        for row in reading().scalars(
            select(OutboxRow).where(OutboxRow.merchant_id == merchant.id).order_by(OutboxRow.id)
        )
    ]
    subscribe(BY_EVENT)


def test_the_first_sign_in_makes_a_member_and_the_second_finds_him(database):
    merchant, openid = a_merchant(), an_openid()
    noise()

    first = sign_in(merchant=merchant, openid=openid)
    second = sign_in(merchant=merchant, openid=openid)

    assert first.is_new
    assert not second.is_new
    assert first.member.id == second.member.id
    assert first.member.number.startswith("U")
    assert first.member.joined_at == NOON
    assert session_is_good(first.member)


def test_signing_in_needs_a_transaction(database):
    with pytest.raises(OutsideTransaction):
        members.sign_in(merchant_id=1, appid="wx_a", openid="o", unionid=None, at=NOON)


def test_one_person_is_another_member_at_another_merchant(database):
    here, there, openid = a_merchant(), a_merchant(), an_openid()

    one = sign_in(merchant=here, openid=openid).member
    other = sign_in(merchant=there, openid=openid).member

    assert one.user_id == other.user_id
    assert (one.merchant_id, other.merchant_id) == (here.id, there.id)


def test_the_same_openid_in_another_app_is_somebody_else(database):
    merchant, openid = a_merchant(), an_openid()

    one = sign_in(merchant=merchant, openid=openid, appid="wx_a").member
    other = sign_in(merchant=merchant, openid=openid, appid="wx_b").member

    assert one.user_id != other.user_id


def test_a_unionid_known_at_once_makes_two_openids_one_member(database):
    merchant, unionid = a_merchant(), a_unionid()

    one = sign_in(merchant=merchant, openid=an_openid(), unionid=unionid, appid="wx_a")
    other = sign_in(merchant=merchant, openid=an_openid(), unionid=unionid, appid="wx_b")

    assert one.member.id == other.member.id
    assert not other.is_new


def test_an_empty_unionid_joins_nobody(database):
    merchant = a_merchant()

    one = sign_in(merchant=merchant, openid=an_openid(), unionid="").member
    other = sign_in(merchant=merchant, openid=an_openid(), unionid="").member

    assert one.user_id != other.user_id


def test_a_late_unionid_is_learned(database):
    merchant, openid, unionid = a_merchant(), an_openid(), a_unionid()
    before = sign_in(merchant=merchant, openid=openid).member

    after = sign_in(merchant=merchant, openid=openid, unionid=unionid).member

    assert after.id == before.id
    assert db.session.get(User, after.user_id).unionid == unionid


def test_a_second_unionid_for_one_person_changes_nothing(database):
    merchant, openid, unionid = a_merchant(), an_openid(), a_unionid()
    member = sign_in(merchant=merchant, openid=openid, unionid=unionid).member

    again = sign_in(merchant=merchant, openid=openid, unionid=a_unionid()).member

    assert again.id == member.id
    assert db.session.get(User, member.user_id).unionid == unionid


@pytest.mark.parametrize("older_has_unionid", [True, False])
def test_a_late_unionid_joins_two_members_and_the_older_user_stays(
    database, facts, older_has_unionid
):
    merchant, unionid = a_merchant(), a_unionid()
    openid_a, openid_b = an_openid(), an_openid()
    older = sign_in(
        merchant=merchant, openid=openid_a, unionid=unionid if older_has_unionid else None
    ).member
    younger = sign_in(
        merchant=merchant,
        openid=openid_b,
        appid="wx_b",
        unionid=None if older_has_unionid else unionid,
    ).member
    late = (openid_b, "wx_b") if older_has_unionid else (openid_a, "wx_a")

    joined = sign_in(merchant=merchant, openid=late[0], appid=late[1], unionid=unionid)

    assert joined.member.id == older.id
    assert not joined.is_new
    assert get(younger).merged_into == older.id
    assert get(younger).user_id == younger.user_id  # nobody's owner changed
    assert get(younger).session_epoch == 1
    assert not session_is_good(younger)
    assert session_is_good(older)
    assert sign_in(merchant=merchant, openid=openid_a).member.id == older.id
    assert sign_in(merchant=merchant, openid=openid_b, appid="wx_b").member.id == older.id
    assert facts(merchant) == [
        {"merchant_id": merchant.id, "loser_id": younger.id, "winner_id": older.id}
    ]


def test_a_merge_reaches_every_merchant_where_both_are_members(database, facts):
    here, there, unionid = a_merchant(), a_merchant(), a_unionid()
    openid_a, openid_b = an_openid(), an_openid()
    for merchant in (here, there):
        sign_in(merchant=merchant, openid=openid_a, unionid=unionid)
        sign_in(merchant=merchant, openid=openid_b, appid="wx_b")

    sign_in(merchant=here, openid=openid_b, appid="wx_b", unionid=unionid)

    assert len(facts(here)) == len(facts(there)) == 1


def test_a_member_of_the_loser_alone_goes_on_as_he_is(database, facts):
    here, there, unionid = a_merchant(), a_merchant(), a_unionid()
    openid_b = an_openid()
    sign_in(merchant=here, openid=an_openid(), unionid=unionid)
    only_there = sign_in(merchant=there, openid=openid_b, appid="wx_b").member

    joined = sign_in(merchant=there, openid=openid_b, appid="wx_b", unionid=unionid)
    from_the_other_app = sign_in(merchant=there, openid=an_openid(), appid="wx_c", unionid=unionid)

    assert joined.member.id == only_there.id
    assert from_the_other_app.member.id == only_there.id
    assert session_is_good(only_there)
    assert facts(there) == []


def test_a_chain_of_merges_leads_to_its_end(database):
    merchant, unionid = a_merchant(), a_unionid()
    openids = [an_openid() for _ in range(3)]
    apps = ["wx_a", "wx_b", "wx_c"]
    joined = [
        sign_in(merchant=merchant, openid=openid, appid=appid).member
        for openid, appid in zip(openids, apps, strict=True)
    ]
    for openid, appid in reversed(list(zip(openids, apps, strict=True))):
        sign_in(merchant=merchant, openid=openid, appid=appid, unionid=unionid)

    ends = {
        sign_in(merchant=merchant, openid=openid, appid=appid).member.id
        for openid, appid in zip(openids, apps, strict=True)
    }

    assert ends == {joined[0].id}
    assert [get(member).merged_into for member in joined] == [None, joined[0].id, joined[1].id]
    for member in joined:
        end = members.get_canonical_member(merchant_id=merchant.id, member_id=member.id)
        assert end.id == joined[0].id
    users = members.list_user_ids(merchant_id=merchant.id, member_id=joined[0].id)
    assert users == sorted(member.user_id for member in joined)


def test_openids_are_found_through_merges_and_per_app(database):
    merchant, unionid = a_merchant(), a_unionid()
    openid_a, openid_b = an_openid(), an_openid()
    older = sign_in(merchant=merchant, openid=openid_a, unionid=unionid).member
    sign_in(merchant=merchant, openid=openid_b, appid="wx_b")
    sign_in(merchant=merchant, openid=openid_b, appid="wx_b", unionid=unionid)

    def find(appid):
        return members.find_openid(merchant_id=merchant.id, member_id=older.id, appid=appid)

    assert find("wx_a") == openid_a
    assert find("wx_b") == openid_b
    assert find("wx_c") is None


def test_what_the_loser_told_is_kept_and_what_the_winner_told_comes_first(database):
    merchant, unionid, openid_b = a_merchant(), a_unionid(), an_openid()
    older = a_member(merchant=merchant, appid="wx_a", unionid=unionid)
    younger = a_member(merchant=merchant, appid="wx_b", openid=openid_b, phone="13800138000")
    with transaction():
        for member, name in ((older, "老张"), (younger, "小张")):
            members.set_nickname(merchant_id=merchant.id, member_id=member.id, nickname=name)

    winner = sign_in(merchant=merchant, openid=openid_b, appid="wx_b", unionid=unionid).member

    assert winner.id == older.id
    assert winner.nickname == "老张"
    assert members.masked_phone(winner) == "138****8000"


def test_a_blocked_member_does_not_come_back_by_a_merge(database):
    merchant, unionid, openid_a, openid_b = a_merchant(), a_unionid(), an_openid(), an_openid()
    sign_in(merchant=merchant, openid=openid_a, unionid=unionid)
    younger = sign_in(merchant=merchant, openid=openid_b, appid="wx_b").member
    with transaction():
        members.block(merchant_id=merchant.id, member_id=younger.id, actor="staff:1", at=NOON)

    with pytest.raises(members.MemberBlocked) as refused:
        sign_in(merchant=merchant, openid=openid_b, appid="wx_b", unionid=unionid)

    assert refused.value.code == "member_blocked"


def test_a_stranger_is_not_touched_by_a_merge(database):
    merchant, unionid, openid_b = a_merchant(), a_unionid(), an_openid()
    sign_in(merchant=merchant, openid=an_openid(), unionid=unionid)
    sign_in(merchant=merchant, openid=openid_b, appid="wx_b")
    stranger = a_member(merchant=merchant)

    sign_in(merchant=merchant, openid=openid_b, appid="wx_b", unionid=unionid)

    assert session_is_good(stranger)
    alive = select(func.count()).where(
        Member.merchant_id == merchant.id, Member.merged_into.is_(None)
    )
    assert reading().scalar(alive) == 2
