"""The merchant's apps at WeChat, each with its secret sealed to this merchant and app."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, select

from app.domain.merchants.errors import AlreadyAdded
from app.domain.merchants.models import AppKind, WechatApp
from app.kernel import audit, keyring, numbers
from app.kernel.db import fetch_all, fetch_one, locked, reading, writing
from app.kernel.errors import Invalid, NotFound

_ADD = """
INSERT INTO wechat_apps (merchant_id, number, appid, kind, name, secret_sealed)
VALUES (%(merchant_id)s, %(number)s, %(appid)s, %(kind)s, %(name)s, %(secret_sealed)s)
ON CONFLICT (merchant_id, appid) DO NOTHING RETURNING id
"""

_LIST = """
SELECT appid, kind, name, message_mode IS NOT NULL FROM wechat_apps
WHERE merchant_id = %(merchant_id)s ORDER BY id LIMIT 100
"""


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True, kw_only=True)
class AppSecrets:
    app_id: int
    merchant_id: int
    appid: str
    kind: AppKind
    secret: str = field(repr=False)


def add_app(
    *,
    merchant_id: int,
    appid: str,
    kind: AppKind,
    name: str,
    secret: str,
    at: datetime,
    actor: str = "system",
) -> None:
    """Remember an app. Raises AlreadyAdded when the merchant has it."""
    added = fetch_one(
        _Id,
        _ADD,
        {
            "merchant_id": merchant_id,
            "number": numbers.new(numbers.Kind.APP, merchant_id=merchant_id),
            "appid": appid,
            "kind": AppKind(kind).value,
            "name": name,
            "secret_sealed": _seal(merchant_id, appid, secret),
        },
    )
    if added is None:
        raise AlreadyAdded("This app is known already.", appid=appid)
    _record(merchant_id, "app.add", appid, actor=actor, at=at)


def change_app_secret(
    *, merchant_id: int, appid: str, secret: str, at: datetime, actor: str = "system"
) -> None:
    """WeChat gave the app a new secret. Raises NotFound."""
    app = writing().scalar(locked(_select(merchant_id, appid)))
    if app is None:
        raise NotFound("There is no such app.", appid=appid[:40])
    app.secret_sealed = _seal(merchant_id, appid, secret)
    writing().flush()
    _record(merchant_id, "app.change_secret", appid, actor=actor, at=at)


def get_app(*, merchant_id: int, appid: str) -> AppSecrets:
    """Raises NotFound."""
    app = reading().scalar(_select(merchant_id, appid).execution_options(populate_existing=True))
    if app is None:
        raise NotFound("There is no such app.", appid=appid[:40])
    return AppSecrets(
        app_id=app.id,
        merchant_id=merchant_id,
        appid=appid,
        kind=app.kind,
        secret=keyring.unseal(app.secret_sealed, context=_context(merchant_id, appid)),
    )


@dataclass(frozen=True)
class AppLine:
    """An app as its owner sees it; of the secret only that there is one."""

    appid: str
    kind: str
    name: str
    has_message_door: bool


def list_apps(*, merchant_id: int) -> Sequence[AppLine]:
    """Every app of the merchant, the oldest first."""
    return fetch_all(AppLine, _LIST, {"merchant_id": merchant_id})


def list_appids(*, merchant_id: int, kind: AppKind) -> Sequence[str]:
    """The merchant's apps of that kind, the oldest first."""
    query = select(WechatApp.appid).where(
        WechatApp.merchant_id == merchant_id, WechatApp.kind == kind
    )
    return reading().scalars(query.order_by(WechatApp.id)).all()


def _select(merchant_id: int, appid: str) -> Select[WechatApp]:
    return select(WechatApp).where(WechatApp.merchant_id == merchant_id, WechatApp.appid == appid)


def _seal(merchant_id: int, appid: str, secret: str) -> bytes:
    if not secret:
        raise Invalid("An app has a secret.")
    return keyring.seal(secret, context=_context(merchant_id, appid))


def _context(merchant_id: int, appid: str) -> str:
    return f"wechat_apps.secret:{merchant_id}:{appid}"


def _record(merchant_id: int, action: str, appid: str, *, actor: str, at: datetime) -> None:
    audit.record(merchant_id=merchant_id, actor=actor, action=action, subject=appid, at=at)
