import re

import pytest
from sqlalchemy import select, text

from app.domain import merchants
from app.domain.merchants import PayMode, Scope
from app.kernel import keyring
from app.kernel.audit import AuditRow
from app.kernel.db import db, reading, transaction
from app.kernel.errors import Invalid, NotFound
from tests.builders.merchants import (
    PRIVATE_KEY_PEM,
    PUBLIC_KEY_PEM,
    a_merchant,
    a_pay_channel,
    a_store,
    an_api_key,
    an_app,
    noise,
)
from tests.builders.moments import NOON

APIV3_KEY = "an-apiv3-key-of-thirty-two-bytes"


def test_a_key_opens_its_store_within_its_scopes(database):
    store = a_store()
    noise()
    key = an_api_key(store, scopes=[Scope.QUOTE, Scope.REDEEM])

    assert re.fullmatch(r"kbk_[A-Za-z0-9_-]{43}", key.secret)
    assert key.secret not in repr(key)
    assert merchants.find_api_key(
        merchant_id=store.merchant_id, secret=key.secret
    ) == merchants.KeyOnDuty(
        key_id=key.key_id,
        store_id=store.id,
        store_name=store.name,
        scopes=frozenset({Scope.QUOTE, Scope.REDEEM}),
    )


def test_a_key_opens_nothing_elsewhere(database):
    key, stranger = an_api_key(), noise()

    assert merchants.find_api_key(merchant_id=stranger.id, secret=key.secret) is None


def test_an_unknown_key_opens_nothing(database):
    store = a_store()
    an_api_key(store)

    assert merchants.find_api_key(merchant_id=store.merchant_id, secret="kbk_x") is None


def test_a_revoked_key_is_refused_at_once(database):
    store = a_store()
    key, other = an_api_key(store), an_api_key(store)
    with transaction():
        for _ in range(2):
            merchants.revoke_api_key(
                merchant_id=store.merchant_id, key_id=key.key_id, actor="staff:1", at=NOON
            )

    assert merchants.find_api_key(merchant_id=store.merchant_id, secret=key.secret) is None
    assert merchants.find_api_key(merchant_id=store.merchant_id, secret=other.secret)


def test_the_key_of_a_closed_store_opens_nothing(database):
    store = a_store()
    key = an_api_key(store)
    with transaction():
        merchants.close_store(
            merchant_id=store.merchant_id, number=store.number, actor="staff:1", at=NOON
        )

    assert merchants.find_api_key(merchant_id=store.merchant_id, secret=key.secret) is None
    with pytest.raises(NotFound):
        an_api_key(store)


def test_a_strangers_key_cannot_be_revoked(database):
    key, stranger = an_api_key(), noise()

    with pytest.raises(NotFound), transaction():
        merchants.revoke_api_key(
            merchant_id=stranger.id, key_id=key.key_id, actor="staff:1", at=NOON
        )


@pytest.mark.parametrize("scopes", [[], ["rule_the_world"]])
def test_a_key_needs_real_scopes(database, scopes):
    with pytest.raises(Invalid):
        an_api_key(scopes=scopes)


def test_an_app_gives_its_secret_to_nobody_else(database):
    merchant, stranger = a_merchant(), noise()
    app = an_app(merchant=merchant, appid="wx_mine", secret="very-secret")

    assert merchants.get_app(merchant_id=merchant.id, appid="wx_mine").secret == "very-secret"
    assert "very-secret" not in repr(app)
    with pytest.raises(NotFound):
        merchants.get_app(merchant_id=stranger.id, appid="wx_mine")


def test_an_app_is_added_once_and_may_change_its_secret(database):
    merchant = a_merchant()
    an_app(merchant=merchant, appid="wx_mine", secret="old")
    with pytest.raises(merchants.AlreadyAdded) as problem:
        an_app(merchant=merchant, appid="wx_mine", secret="other")
    assert problem.value.code == "already_added"

    with transaction():
        merchants.change_app_secret(merchant_id=merchant.id, appid="wx_mine", secret="new", at=NOON)

    assert merchants.get_app(merchant_id=merchant.id, appid="wx_mine").secret == "new"


def test_a_sealed_secret_copied_to_another_merchant_does_not_open(database):
    mine, thief = a_merchant(), a_merchant()
    an_app(merchant=mine, appid="wx_mine", secret="very-secret")
    an_app(merchant=thief, appid="wx_mine", secret="other")
    with transaction():
        db.session.execute(
            text("""UPDATE wechat_apps SET secret_sealed =
              (SELECT secret_sealed FROM wechat_apps WHERE merchant_id = :mine)
              WHERE merchant_id = :thief"""),
            {"mine": mine.id, "thief": thief.id},
        )

    with pytest.raises(keyring.CannotOpen):
        merchants.get_app(merchant_id=thief.id, appid="wx_mine")


def test_a_channel_opens_by_id_and_by_number(database):
    merchant, stranger = a_merchant(), noise()
    channel = a_pay_channel(merchant=merchant)

    by_id = merchants.get_pay_channel(merchant_id=merchant.id, channel_id=channel.id)
    by_number = merchants.get_pay_channel_by_number(merchant_id=merchant.id, number=channel.number)

    assert by_id is by_number  # opened once
    assert (by_id.private_key_pem, by_id.apiv3_key) == (PRIVATE_KEY_PEM, APIV3_KEY)
    assert (by_id.version, by_id.mode) == (1, PayMode.DIRECT)
    for secret in (PRIVATE_KEY_PEM, APIV3_KEY, "c2VjcmV0"):
        assert secret not in repr(by_id)
        assert secret not in repr(vars(channel))
    with pytest.raises(NotFound):
        merchants.get_pay_channel(merchant_id=stranger.id, channel_id=channel.id)
    with pytest.raises(NotFound):
        merchants.get_pay_channel_by_number(merchant_id=stranger.id, number=channel.number)


def test_the_default_channel_is_the_newest_open_one(database):
    merchant = a_merchant()
    with pytest.raises(NotFound):
        merchants.default_pay_channel(merchant_id=merchant.id)
    old, new = a_pay_channel(merchant=merchant), a_pay_channel(merchant=merchant)
    noise()
    assert merchants.default_pay_channel(merchant_id=merchant.id).number == new.number

    with transaction():
        merchants.close_pay_channel(merchant_id=merchant.id, number=new.number, at=NOON)

    assert merchants.default_pay_channel(merchant_id=merchant.id).number == old.number
    closed = merchants.get_pay_channel(merchant_id=merchant.id, channel_id=new.id)
    assert closed.number == new.number  # refunds still go through it


def test_renewed_keys_are_taken_up_at_once(database):
    merchant = a_merchant()
    channel = a_pay_channel(merchant=merchant)
    merchants.default_pay_channel(merchant_id=merchant.id)
    with transaction():
        merchants.renew_pay_channel(
            merchant_id=merchant.id,
            number=channel.number,
            serial="NEW",
            private_key_pem=PRIVATE_KEY_PEM,
            apiv3_key=APIV3_KEY.upper(),
            public_key_id="PUB_KEY_ID_1",
            public_key_pem=PUBLIC_KEY_PEM,
            at=NOON,
        )

    renewed = merchants.default_pay_channel(merchant_id=merchant.id)

    assert (renewed.version, renewed.serial) == (2, "NEW")
    assert renewed.apiv3_key == APIV3_KEY.upper()


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": PayMode.PARTNER},
        {"sub_mchid": "1900000109"},
        {"apiv3_key": "too-short-a-secret"},
        {"private_key_pem": "not-a-pem-but-a-secret"},
    ],
)
def test_a_channel_that_cannot_work_is_refused_without_repeating_its_keys(database, wrong):
    with pytest.raises(Invalid) as problem:
        a_pay_channel(**wrong)

    assert "secret" not in problem.value.message + str(problem.value.details)


def test_an_account_is_added_once_per_merchant(database):
    merchant = a_merchant()
    a_pay_channel(merchant=merchant, mchid="1900000109")

    with pytest.raises(merchants.AlreadyAdded):
        a_pay_channel(merchant=merchant, mchid="1900000109")
    a_pay_channel(mchid="1900000109")


def test_the_audit_holds_no_secret(database):
    merchant = a_merchant()
    store = a_store(merchant=merchant)
    key = an_api_key(store)
    an_app(merchant=merchant, secret="very-secret")
    a_pay_channel(merchant=merchant)

    rows = reading().scalars(select(AuditRow).where(AuditRow.merchant_id == merchant.id)).all()

    assert {row.action for row in rows} == {
        "merchant.add",
        "store.add",
        "api_key.add",
        "app.add",
        "pay_channel.add",
    }
    told = str([(row.subject, row.details) for row in rows])
    assert not any(secret in told for secret in (key.secret, "very-secret", APIV3_KEY))
