"""Somebody who calls: with a token or a key, at one merchant's paths."""

import secrets

from app.domain import merchants
from app.kernel import clock
from app.simulator.envelope import wrap
from app.simulator.signing import Platform
from app.web import tokens
from tests.simulator.world import APP, FRESH, MERCHANT, OFFICIAL

KEY = "Idempotency-Key"


class Caller:
    """`get` and `post` under the merchant's paths; `raw` under any."""

    def __init__(self, client, merchant, *, bearer=None):
        self._client = client
        self.number = merchant.number
        self.bearer = bearer

    def get(self, path, **more):
        return self.raw("GET", f"/api/v1/{self.number}{path}", **more)

    def post(self, path, body=None, *, key=None, **more):
        if body is not None:
            more["json"] = body
        headers = more.pop("headers", {})
        if key is not None:
            headers[KEY] = key
        return self.raw("POST", f"/api/v1/{self.number}{path}", headers=headers, **more)

    def raw(self, method, path, *, headers=None, **more):
        known = {"Authorization": f"Bearer {self.bearer}"} if self.bearer else {}
        return self._client.open(path, method=method, headers=known | (headers or {}), **more)


def a_request_key():
    return secrets.token_hex(12)


def token_of_member(member, app, *, openid="o_nobody", at=None):
    at = at or clock.now()
    return tokens.write(
        tokens.MemberToken(
            merchant_id=member.merchant_id,
            member_id=member.id,
            app_id=app.app_id,
            appid=app.appid,
            openid_sealed=tokens.seal_openid(
                openid, merchant_id=member.merchant_id, member_id=member.id
            ),
            epoch=member.session_epoch,
            ends_at=int(tokens.ends_at(at).timestamp()),
        )
    )


def token_of_staff(hired, store, *, at=None):
    return tokens.write(
        tokens.StaffToken(
            merchant_id=hired.merchant_id,
            staff_id=hired.staff_id,
            store_id=store.id,
            epoch=hired.epoch,
            ends_at=int(tokens.ends_at(at or clock.now()).timestamp()),
        )
    )


def real_app(merchant):
    """The app that the pretend WeChat knows, at this merchant."""
    merchants.add_app(
        merchant_id=merchant.id,
        appid=APP.appid,
        kind=merchants.AppKind.MINI_PROGRAM,
        name="小程序",
        secret=APP.secret,
        at=clock.now(),
    )
    return merchants.get_app(merchant_id=merchant.id, appid=APP.appid)


def real_account(merchant):
    """The official account that the pretend WeChat knows, at this merchant."""
    merchants.add_app(
        merchant_id=merchant.id,
        appid=OFFICIAL.appid,
        kind=merchants.AppKind.OFFICIAL_ACCOUNT,
        name="公众号",
        secret=OFFICIAL.secret,
        at=clock.now(),
    )


def real_channel(merchant):
    """The pay account that the pretend WeChat knows, at this merchant."""
    return merchants.add_pay_channel(
        merchant_id=merchant.id,
        mode=merchants.PayMode.DIRECT,
        mchid=MERCHANT.mchid,
        sub_mchid=None,
        serial=MERCHANT.certificate_serial,
        private_key_pem=FRESH.merchant_private_key_pem,
        apiv3_key=MERCHANT.apiv3_key,
        public_key_id=FRESH.settings.public_key_id,
        public_key_pem=FRESH.platform_public_key_pem,
        at=clock.now(),
    )


def a_notice(resource, *, event="TRANSACTION.SUCCESS", about="transaction", kind="true", at=None):
    """What WeChat would send: (headers, body)."""
    at = (at or clock.now()).timestamp()
    envelope = wrap(
        notice_id=f"EV-{secrets.token_hex(12)}",
        created_at=at,
        event_type=event,
        original_type=about,
        summary="支付成功",
        resource=resource,
        apiv3_key=MERCHANT.apiv3_key,
        platform=Platform(
            private_key_pem=FRESH.settings.platform_private_key_pem,
            public_key_id=FRESH.settings.public_key_id,
        ),
        at=at,
        kind=kind,
    )
    return dict(envelope.headers), envelope.body
