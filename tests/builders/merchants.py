"""Merchants and what they own. Keyword-only, with defaults, by the real verbs."""

import secrets
from dataclasses import dataclass

from app.domain import members, merchants
from app.domain.merchants import AppKind, PayMode, Role, Scope
from tests.builders.moments import NOON
from tests.builders.transactions import joined

PRIVATE_KEY_PEM = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"
PUBLIC_KEY_PEM = "-----BEGIN PUBLIC KEY-----\nb3Blbg==\n-----END PUBLIC KEY-----\n"


@dataclass(frozen=True, kw_only=True)
class Hired:
    """Somebody who accepted his invitation, as a session of his would know him."""

    merchant_id: int
    staff_id: int
    number: str
    epoch: int
    user_id: int


def a_merchant(*, name="好味咖啡", at=NOON, **more):
    with joined():
        return merchants.add_merchant(name=name, at=at, **more)


def a_store(*, merchant=None, name="人民广场店", at=NOON):
    merchant = merchant or a_merchant()
    with joined():
        return merchants.add_store(merchant_id=merchant.id, name=name, actor="system", at=at)


def a_clerk(store=None, *, role=Role.CLERK, user_id=None, name="小王", at=NOON):
    """Somebody who works at the store; a manager or an owner with `role`."""
    store = store or a_store()
    user_id = user_id or a_user_id(merchant_id=store.merchant_id, at=at)
    with joined():
        invitation = merchants.invite_staff(
            merchant_id=store.merchant_id,
            name=name,
            role=role,
            store_ids=[store.id],
            actor="system",
            at=at,
        )
        staff = merchants.accept_invitation(
            merchant_id=store.merchant_id, token=invitation.token, user_id=user_id, at=at
        )
    return Hired(
        merchant_id=staff.merchant_id,
        staff_id=staff.id,
        number=staff.number,
        epoch=staff.session_epoch,
        user_id=user_id,
    )


def a_user_id(*, merchant_id, at=NOON):
    """A person who signed in with WeChat, by his user id."""
    with joined():
        signed_in = members.sign_in(
            merchant_id=merchant_id,
            appid="wx_builder",
            openid=f"o_{secrets.token_hex(8)}",
            unionid=None,
            at=at,
        )
    return signed_in.member.user_id


def an_api_key(store=None, *, scopes=tuple(Scope), name="收银机", at=NOON):
    store = store or a_store()
    with joined():
        return merchants.add_api_key(
            merchant_id=store.merchant_id,
            store_id=store.id,
            name=name,
            scopes=scopes,
            actor="system",
            at=at,
        )


def an_app(*, merchant=None, appid=None, secret="app-secret", at=NOON):
    merchant = merchant or a_merchant()
    appid = appid or f"wx{secrets.token_hex(8)}"
    with joined():
        merchants.add_app(
            merchant_id=merchant.id,
            appid=appid,
            kind=AppKind.MINI_PROGRAM,
            name="好味咖啡小程序",
            secret=secret,
            at=at,
        )
    return merchants.get_app(merchant_id=merchant.id, appid=appid)


def a_pay_channel(*, merchant=None, mchid=None, at=NOON, **more):
    merchant = merchant or a_merchant()
    account = {
        "mode": PayMode.DIRECT,
        "mchid": mchid or str(1_600_000_000 + secrets.randbelow(10**8)),
        "sub_mchid": None,
        "serial": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
        "private_key_pem": PRIVATE_KEY_PEM,
        "apiv3_key": "an-apiv3-key-of-thirty-two-bytes",
        "public_key_id": "PUB_KEY_ID_0000000000000000",
        "public_key_pem": PUBLIC_KEY_PEM,
    }
    with joined():
        return merchants.add_pay_channel(merchant_id=merchant.id, at=at, **(account | more))


def noise():
    """A stranger with one of everything, so that a forgotten merchant_id shows."""
    stranger = a_merchant(name="隔壁老王")
    store = a_store(merchant=stranger)
    a_clerk(store)
    an_api_key(store)
    an_app(merchant=stranger)
    a_pay_channel(merchant=stranger)
    return stranger
