"""Members, by signing in."""

import secrets

from app.domain import members
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON
from tests.builders.transactions import joined


def an_openid():
    return f"o_{secrets.token_hex(10)}"


def a_unionid():
    return f"u_{secrets.token_hex(10)}"


def a_member(*, merchant=None, appid="wx_builder", openid=None, unionid=None, phone=None, at=NOON):
    merchant = merchant or a_merchant()
    with joined():
        member = members.sign_in(
            merchant_id=merchant.id,
            appid=appid,
            openid=openid or an_openid(),
            unionid=unionid,
            at=at,
        ).member
        if phone:
            members.set_phone(merchant_id=merchant.id, member_id=member.id, phone=phone, at=at)
    return member
