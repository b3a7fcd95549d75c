"""What a person takes back is gone, in every shape in which we knew him."""

from dataclasses import dataclass

import pytest

from app.domain import members
from app.kernel.db import fetch_all, transaction
from tests.builders.members import a_member, a_unionid, an_openid
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON


@dataclass(frozen=True)
class Kept:
    phone: bytes | None
    nickname: str | None


def kept_of(merchant):
    return {
        (row.phone, row.nickname)
        for row in fetch_all(
            Kept,
            "SELECT phone_sealed, nickname FROM members WHERE merchant_id = %(m)s",
            {"m": merchant.id},
        )
    }


@pytest.fixture
def three_who_are_one(database):
    """Three members of one merchant, joined one after the other: the last one into the middle."""
    merchant, unionid = a_merchant(), a_unionid()
    known = [(f"wx_{place}", an_openid()) for place in range(3)]
    each = [
        a_member(merchant=merchant, appid=appid, openid=openid, phone=f"1380013800{place}")
        for place, (appid, openid) in enumerate(known)
    ]
    with transaction():
        for member in each:
            members.set_nickname(merchant_id=merchant.id, member_id=member.id, nickname="小明")
    for appid, openid in reversed(known):
        a_member(merchant=merchant, appid=appid, openid=openid, unionid=unionid)
    return merchant, each[0]


def test_who_closes_his_account_is_forgotten_through_every_merge(three_who_are_one):
    merchant, member = three_who_are_one

    with transaction():
        members.erase_person(merchant_id=merchant.id, member_id=member.id, actor="wechat", at=NOON)

    assert kept_of(merchant) == {(None, None)}


def test_whoever_of_the_three_is_named_all_of_them_forget_the_phone(three_who_are_one):
    merchant, member = three_who_are_one

    with transaction():
        members.erase_phone(merchant_id=merchant.id, member_id=member.id, actor="wechat", at=NOON)

    assert kept_of(merchant) == {(None, "小明")}
