"""Real threads, real commits: however many come at once, a person is one person."""

import pytest
from sqlalchemy import func, select

from app.domain import members
from app.domain.members import Member, User, WechatIdentity
from app.domain.members import signing_in as home
from app.kernel.db import reading
from tests.builders.members import a_member, a_unionid, an_openid
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON
from tests.builders.together import together

AT_ONCE = 12


def arriving(*, merchant, openid, unionid=None, appid="wx_a"):
    return lambda: members.sign_in(
        merchant_id=merchant.id, appid=appid, openid=openid, unionid=unionid, at=NOON
    )


def member_ids(results):
    assert [each for each in results if isinstance(each, BaseException)] == []
    return {each.member.id for each in results}


def identities(openid):
    query = select(func.count()).where(WechatIdentity.openid == openid)
    return reading().scalar(query)


def living_members(merchant):
    query = select(func.count()).where(
        Member.merchant_id == merchant.id, Member.merged_into.is_(None)
    )
    return reading().scalar(query)


def test_first_sign_ins_of_one_openid_at_once_make_one_member(app):
    with app.app_context():
        merchant, openid = a_merchant(), an_openid()
        users_before = reading().scalar(select(func.count()).select_from(User))

        results = together(app, [arriving(merchant=merchant, openid=openid)] * AT_ONCE)

        assert len(member_ids(results)) == 1
        assert sum(each.is_new for each in results) == 1
        assert identities(openid) == 1
        assert living_members(merchant) == 1
        reading().rollback()
        assert reading().scalar(select(func.count()).select_from(User)) == users_before + 1


def test_one_openid_at_once_with_and_without_unionid_is_one_member(app):
    with app.app_context():
        merchant, openid, unionid = a_merchant(), an_openid(), a_unionid()
        calls = [
            arriving(merchant=merchant, openid=openid, unionid=unionid if each % 2 else None)
            for each in range(AT_ONCE)
        ]

        results = together(app, calls)

        assert len(member_ids(results)) == 1
        assert reading().scalar(select(func.count()).where(User.unionid == unionid)) == 1


def test_one_unionid_from_many_apps_at_once_is_one_member(app):
    with app.app_context():
        merchant, unionid = a_merchant(), a_unionid()
        calls = [
            arriving(merchant=merchant, openid=an_openid(), appid=f"wx_{each}", unionid=unionid)
            for each in range(AT_ONCE)
        ]

        results = together(app, calls)

        assert len(member_ids(results)) == 1
        assert living_members(merchant) == 1


@pytest.mark.parametrize("turn", range(3))
def test_late_unionids_at_once_join_everybody_into_the_oldest(app, turn):
    with app.app_context():
        merchant, unionid = a_merchant(), a_unionid()
        known = [(an_openid(), f"wx_{each}") for each in range(AT_ONCE)]
        first = [a_member(merchant=merchant, openid=o, appid=a) for o, a in known]
        calls = [
            arriving(merchant=merchant, openid=openid, appid=appid, unionid=unionid)
            for openid, appid in known
        ]

        member_ids(together(app, calls))

        again = [call().member.id for call in _in_turn(calls)]
        assert set(again) == {first[0].id}
        assert living_members(merchant) == 1


def test_a_first_visit_during_a_merge_makes_no_second_member(app):
    with app.app_context():
        for _ in range(5):
            here, there, unionid = a_merchant(), a_merchant(), a_unionid()
            openid_a, openid_b = an_openid(), an_openid()
            a_member(merchant=here, openid=openid_a, appid="wx_a", unionid=unionid)
            a_member(merchant=here, openid=openid_b, appid="wx_b")
            merging = arriving(merchant=here, openid=openid_b, appid="wx_b", unionid=unionid)
            visits = [
                arriving(merchant=there, openid=openid_a, appid="wx_a"),
                arriving(merchant=there, openid=openid_b, appid="wx_b"),
            ]

            results = together(app, [merging, *visits * 3])
            assert [each for each in results if isinstance(each, BaseException)] == []

            again = [call().member.id for call in _in_turn(visits)]
            assert len(set(again)) == 1
            assert living_members(there) == 1


def test_without_the_lock_on_the_person_first_visits_collide(app, monkeypatch):
    """The control: without it the race is real, and the database has the last word."""
    unlocked = home.LOCK_USERS.replace("FOR NO KEY UPDATE", "")
    monkeypatch.setattr(home, "LOCK_USERS", unlocked)
    with app.app_context():
        for _ in range(20):
            merchant, elsewhere, openid = a_merchant(), a_merchant(), an_openid()
            a_member(merchant=elsewhere, openid=openid, appid="wx_a")

            results = together(app, [arriving(merchant=merchant, openid=openid)] * AT_ONCE)

            if any(isinstance(each, BaseException) for each in results):
                return
    pytest.fail("nobody collided, so the race tests prove nothing")


def _in_turn(calls):
    from tests.builders.transactions import joined

    for call in calls:
        with joined():
            yield call
