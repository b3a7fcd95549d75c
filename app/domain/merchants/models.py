from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.kernel.db import Base, Id, OwnedByMerchant, belongs_to, word


class Role(StrEnum):
    OWNER = "owner"
    MANAGER = "manager"
    CLERK = "clerk"


class StaffState(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"


class AppKind(StrEnum):
    MINI_PROGRAM = "mini_program"
    OFFICIAL_ACCOUNT = "official_account"


class MessageMode(StrEnum):
    """How WeChat writes to the app's message door: openly, both ways at once, or only sealed."""

    PLAIN = "plain"
    COMPATIBLE = "compatible"
    SECURE = "secure"


class PayMode(StrEnum):
    DIRECT = "direct"
    PARTNER = "partner"


class Colour(StrEnum):
    """What the customer's app is dressed in."""

    RED = "red"
    GOLD = "gold"
    INK = "ink"
    GREEN = "green"
    BLUE = "blue"
    PLUM = "plum"


class Scope(StrEnum):
    """What a cashier system's key may do."""

    QUOTE = "quote"
    REDEEM = "redeem"
    REVERSE = "reverse"
    REPORT = "report"


class Merchant(Base):
    """The tenant itself. Its id leads every key of what it owns. `logo` is a file's key."""

    __tablename__ = "merchants"
    __table_args__ = (
        CheckConstraint("points_per_yuan >= 0", name="points_not_negative"),
        CheckConstraint("length(slogan) BETWEEN 1 AND 40", name="slogan_is_short"),
        CheckConstraint("length(service_phone) BETWEEN 3 AND 20", name="service_phone_is_short"),
    )

    id: Mapped[Id]
    number: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    zone: Mapped[str] = mapped_column(server_default="Asia/Shanghai")
    points_per_yuan: Mapped[int] = mapped_column(server_default="1")
    points_valid_months: Mapped[int] = mapped_column(server_default="12")
    slogan: Mapped[str | None]
    colour: Mapped[Colour] = mapped_column(word(Colour), server_default=Colour.RED.value)
    logo: Mapped[str | None]
    service_phone: Mapped[str | None]
    created_at: Mapped[datetime]


class Store(OwnedByMerchant, Base):
    __tablename__ = "stores"
    __table_args__ = (UniqueConstraint("merchant_id", "number"),)

    number: Mapped[str]
    name: Mapped[str]
    address: Mapped[str] = mapped_column(server_default="")
    closed_at: Mapped[datetime | None]

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Staff(OwnedByMerchant, Base):
    """Somebody who works for the merchant. `user_id` is set when he accepts his invitation."""

    __tablename__ = "staff"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        # Somebody who left may come back under a new invitation.
        Index(
            "uq_staff_working_user",
            "merchant_id",
            "user_id",
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
        Index(
            "uq_staff_invitation",
            "merchant_id",
            "invitation_hash",
            unique=True,
            postgresql_where=text("invitation_hash IS NOT NULL"),
        ),
    )

    number: Mapped[str]
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(word(Role))
    state: Mapped[StaffState] = mapped_column(word(StaffState))
    user_id: Mapped[int | None]
    invitation_hash: Mapped[bytes | None]
    invitation_ends_at: Mapped[datetime | None]
    session_epoch: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime]


class StaffStore(Base):
    """A clerk redeems at these stores only."""

    __tablename__ = "staff_stores"
    __table_args__ = (belongs_to("staff", "staff_id"), belongs_to("stores", "store_id"))

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    staff_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    store_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class ApiKey(OwnedByMerchant, Base):
    """A cashier system's key, for one store. Only its fingerprint is kept."""

    __tablename__ = "api_keys"
    __table_args__ = (
        UniqueConstraint("merchant_id", "fingerprint"),
        belongs_to("stores", "store_id"),
    )

    name: Mapped[str]
    store_id: Mapped[int]
    fingerprint: Mapped[bytes]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class WechatApp(OwnedByMerchant, Base):
    """A mini-program or an official account.

    Where it has a `message_mode`, WeChat tells us of what happens in it at a door that carries
    the app's number. `welcome` greets who follows, `reply` answers who writes; empty says nothing.
    """

    __tablename__ = "wechat_apps"
    __table_args__ = (
        UniqueConstraint("merchant_id", "appid"),
        UniqueConstraint("merchant_id", "number"),
        CheckConstraint(
            "message_mode IS NULL OR message_token_sealed IS NOT NULL", name="door_has_token"
        ),
    )

    appid: Mapped[str]
    kind: Mapped[AppKind] = mapped_column(word(AppKind))
    name: Mapped[str]
    secret_sealed: Mapped[bytes]
    number: Mapped[str | None]
    original_id: Mapped[str | None]
    message_mode: Mapped[MessageMode | None] = mapped_column(word(MessageMode))
    message_token_sealed: Mapped[bytes | None]
    message_aes_key_sealed: Mapped[bytes | None]
    welcome: Mapped[str | None]
    reply: Mapped[str | None]


class PayChannel(OwnedByMerchant, Base):
    """Whose money: the WeChat Pay account that collects, directly or through a partner."""

    __tablename__ = "pay_channels"
    __table_args__ = (
        UniqueConstraint("merchant_id", "number"),
        UniqueConstraint("merchant_id", "mchid", "sub_mchid", postgresql_nulls_not_distinct=True),
        CheckConstraint("(mode = 'partner') = (sub_mchid IS NOT NULL)", name="partner_has_sub"),
    )

    number: Mapped[str]
    mode: Mapped[PayMode] = mapped_column(word(PayMode))
    mchid: Mapped[str]
    sub_mchid: Mapped[str | None]
    serial: Mapped[str]
    private_key_sealed: Mapped[bytes]
    apiv3_key_sealed: Mapped[bytes]
    public_key_id: Mapped[str]
    public_key_pem: Mapped[str]
    version: Mapped[int] = mapped_column(server_default="1")
    closed_at: Mapped[datetime | None]
