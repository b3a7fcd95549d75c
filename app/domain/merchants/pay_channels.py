"""Whose money: the WeChat Pay accounts that collect for the merchant.

Keys are sealed to the merchant and the channel. Opening them takes time that a payment should
not wait for, so this process keeps the opened ones, one version of each channel.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, select

from app.domain.merchants.errors import AlreadyAdded
from app.domain.merchants.models import PayChannel, PayMode
from app.kernel import audit, keyring, numbers
from app.kernel.db import execute, fetch_all, fetch_one, locked, reading, writing
from app.kernel.errors import Invalid, NotFound

_APIV3_KEY_BYTES = 32

_ADD = """
INSERT INTO pay_channels (merchant_id, number, mode, mchid, sub_mchid, serial,
  private_key_sealed, apiv3_key_sealed, public_key_id, public_key_pem)
VALUES (%(merchant_id)s, %(number)s, %(mode)s, %(mchid)s, %(sub_mchid)s, %(serial)s,
  %(private_key_sealed)s, %(apiv3_key_sealed)s, %(public_key_id)s, %(public_key_pem)s)
ON CONFLICT (merchant_id, mchid, sub_mchid) DO NOTHING RETURNING id
"""

_LIST = """
SELECT number, mode, mchid, sub_mchid, serial, public_key_id, version, closed_at
FROM pay_channels WHERE merchant_id = %(merchant_id)s ORDER BY id DESC LIMIT 100
"""
_CLOSE = """
UPDATE pay_channels SET closed_at = coalesce(closed_at, %(at)s)
WHERE merchant_id = %(merchant_id)s AND number = %(number)s
"""


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True, kw_only=True)
class ChannelSecrets:
    """Everything needed to speak with WeChat Pay as this account."""

    channel_id: int
    merchant_id: int
    number: str
    version: int
    mode: PayMode
    mchid: str
    sub_mchid: str | None
    serial: str
    private_key_pem: str = field(repr=False)
    apiv3_key: str = field(repr=False)
    public_key_id: str
    public_key_pem: str = field(repr=False)


@dataclass(frozen=True)
class ChannelLine:
    """A pay account as its owner sees it, without its keys."""

    number: str
    mode: str
    mchid: str
    sub_mchid: str | None
    serial: str
    public_key_id: str
    version: int
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


def list_pay_channels(*, merchant_id: int) -> list[ChannelLine]:
    """The newest first: the first open one collects."""
    return fetch_all(ChannelLine, _LIST, {"merchant_id": merchant_id})


_opened: dict[tuple[int, int], ChannelSecrets] = {}


def add_pay_channel(
    *,
    merchant_id: int,
    mode: PayMode,
    mchid: str,
    sub_mchid: str | None,
    serial: str,
    private_key_pem: str,
    apiv3_key: str,
    public_key_id: str,
    public_key_pem: str,
    at: datetime,
    actor: str = "system",
) -> PayChannel:
    """Collect through this account. `sub_mchid` is the merchant's own under a partner's `mchid`.

    Raises Invalid, and AlreadyAdded when the merchant has the account.
    """
    if (PayMode(mode) == PayMode.PARTNER) != (sub_mchid is not None):
        raise Invalid("A partner collects for a sub-merchant; who collects directly has none.")
    number = numbers.new(numbers.Kind.PAY_CHANNEL, merchant_id=merchant_id)
    added = fetch_one(
        _Id,
        _ADD,
        {
            "merchant_id": merchant_id,
            "number": number,
            "mode": PayMode(mode).value,
            "mchid": mchid,
            "sub_mchid": sub_mchid,
            "serial": serial,
            "public_key_id": public_key_id,
            "public_key_pem": public_key_pem,
            **_sealed(merchant_id, number, private_key_pem, apiv3_key),
        },
    )
    if added is None:
        raise AlreadyAdded("This account collects for the merchant already.", mchid=mchid)
    _record(merchant_id, "pay_channel.add", number, actor=actor, at=at)
    return _only(_select(merchant_id).where(PayChannel.id == added.id))


def renew_pay_channel(
    *,
    merchant_id: int,
    number: str,
    serial: str,
    private_key_pem: str,
    apiv3_key: str,
    public_key_id: str,
    public_key_pem: str,
    at: datetime,
    actor: str = "system",
) -> None:
    """New keys for the same account; every process takes them up with its next payment."""
    sealed = _sealed(merchant_id, number, private_key_pem, apiv3_key)
    channel = writing().scalar(locked(_select(merchant_id).where(PayChannel.number == number)))
    if channel is None:
        raise NotFound("There is no such pay channel.", number=number[:40])
    channel.serial, channel.version = serial, channel.version + 1
    channel.private_key_sealed = sealed["private_key_sealed"]
    channel.apiv3_key_sealed = sealed["apiv3_key_sealed"]
    channel.public_key_id, channel.public_key_pem = public_key_id, public_key_pem
    writing().flush()
    _record(merchant_id, "pay_channel.renew", number, actor=actor, at=at)


def close_pay_channel(
    *, merchant_id: int, number: str, at: datetime, actor: str = "system"
) -> None:
    """Collect nothing new through it; what it collected can still be returned. NotFound."""
    if not execute(_CLOSE, {"merchant_id": merchant_id, "number": number, "at": at}):
        raise NotFound("There is no such pay channel.", number=number[:40])
    _record(merchant_id, "pay_channel.close", number, actor=actor, at=at)


def get_pay_channel(*, merchant_id: int, channel_id: int) -> ChannelSecrets:
    """Open or closed, for refunds outlive a channel. Raises NotFound."""
    return _open(_only(_select(merchant_id).where(PayChannel.id == channel_id)))


def get_pay_channel_by_number(*, merchant_id: int, number: str) -> ChannelSecrets:
    """The same, by the number in its notice address. Raises NotFound."""
    return _open(_only(_select(merchant_id).where(PayChannel.number == number)))


def default_pay_channel(*, merchant_id: int) -> ChannelSecrets:
    """The newest channel that collects. Raises NotFound."""
    newest = _select(merchant_id).where(PayChannel.closed_at.is_(None))
    return _open(_only(newest.order_by(PayChannel.id.desc()).limit(1)))


def _select(merchant_id: int) -> Select[PayChannel]:
    return select(PayChannel).where(PayChannel.merchant_id == merchant_id)


def _only(query: Select[PayChannel]) -> PayChannel:
    channel = reading().scalar(query.execution_options(populate_existing=True))
    if channel is None:
        raise NotFound("There is no such pay channel.")
    return channel


def _open(channel: PayChannel) -> ChannelSecrets:
    key = (channel.merchant_id, channel.id)
    opened = _opened.get(key)
    if opened is None or (opened.number, opened.version) != (channel.number, channel.version):
        opened = _opened[key] = _unseal(channel)
    return opened


def _unseal(channel: PayChannel) -> ChannelSecrets:
    private, apiv3 = _contexts(channel.merchant_id, channel.number)
    return ChannelSecrets(
        channel_id=channel.id,
        merchant_id=channel.merchant_id,
        number=channel.number,
        version=channel.version,
        mode=channel.mode,
        mchid=channel.mchid,
        sub_mchid=channel.sub_mchid,
        serial=channel.serial,
        private_key_pem=keyring.unseal(channel.private_key_sealed, context=private),
        apiv3_key=keyring.unseal(channel.apiv3_key_sealed, context=apiv3),
        public_key_id=channel.public_key_id,
        public_key_pem=channel.public_key_pem,
    )


def _sealed(
    merchant_id: int, number: str, private_key_pem: str, apiv3_key: str
) -> dict[str, bytes]:
    """Raises Invalid, without repeating what was given, for what cannot be such a key."""
    if "PRIVATE KEY-----" not in private_key_pem:
        raise Invalid("The private key is a PEM text.")
    if len(apiv3_key.encode()) != _APIV3_KEY_BYTES:
        raise Invalid(f"The APIv3 key has {_APIV3_KEY_BYTES} bytes.")
    private, apiv3 = _contexts(merchant_id, number)
    return {
        "private_key_sealed": keyring.seal(private_key_pem, context=private),
        "apiv3_key_sealed": keyring.seal(apiv3_key, context=apiv3),
    }


def _contexts(merchant_id: int, number: str) -> tuple[str, str]:
    return (
        f"pay_channels.private_key:{merchant_id}:{number}",
        f"pay_channels.apiv3_key:{merchant_id}:{number}",
    )


def _record(merchant_id: int, action: str, number: str, *, actor: str, at: datetime) -> None:
    audit.record(merchant_id=merchant_id, actor=actor, action=action, subject=number, at=at)
