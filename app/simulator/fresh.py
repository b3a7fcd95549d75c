"""Fresh key material and a small ready-made world, for demos and tests."""

import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from app.simulator.settings import App, Merchant, Person, SimulatorSettings, Template

KEY_BITS = 2048


@dataclass(frozen=True, kw_only=True)
class KeyPair:
    """An RSA key as two PEM texts (PKCS #8 and SubjectPublicKeyInfo)."""

    private_pem: str
    public_pem: str


@dataclass(frozen=True, kw_only=True)
class FreshMerchant:
    """The platform's entry for a merchant, and the private key that only the merchant keeps."""

    merchant: Merchant
    private_key_pem: str


@dataclass(frozen=True, kw_only=True)
class FreshWorld:
    """Settings for the simulator, and what the shop needs to know to talk to it."""

    settings: SimulatorSettings
    merchant_private_key_pem: str
    platform_public_key_pem: str


def new_key_pair() -> KeyPair:
    """A new 2048-bit RSA key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(private_pem=private.decode(), public_pem=public.decode())


def new_app(
    *,
    templates: dict[str, Template] | None = None,
    pages: tuple[str, ...] = ("pages/index/index",),
    kind: str = "mp",
) -> App:
    """An app with fresh credentials."""
    return App(
        appid="wx" + secrets.token_hex(8),
        secret=secrets.token_hex(16),
        kind=kind,
        original_id="gh_" + secrets.token_hex(6),
        message_format="json" if kind == "mp" else "xml",
        message_token=secrets.token_hex(8),
        message_aes_key=secrets.token_hex(22)[:43],
        templates=templates or {},
        pages=pages,
    )


def new_merchant(*, appids: tuple[str, ...], mchid: str = "", name: str = "") -> FreshMerchant:
    """A merchant bound to the given apps, with a fresh API key pair and APIv3 key."""
    keys = new_key_pair()
    merchant = Merchant(
        mchid=mchid or "16" + f"{secrets.randbelow(10**8):08d}",
        appids=appids,
        certificate_serial=secrets.token_hex(20).upper(),
        public_key_pem=keys.public_pem,
        apiv3_key=secrets.token_hex(16),
        apiv2_key=secrets.token_hex(16),
        name=name or "卡包测试商户",
        brand_id=str(secrets.randbelow(10**8) + 10**8),
    )
    return FreshMerchant(merchant=merchant, private_key_pem=keys.private_pem)


def new_world(
    *,
    app: App,
    more_apps: tuple[App, ...] = (),
    people: tuple[Person, ...] = (),
    retry_ladder_scale: float = 1.0,
    refund_seconds: float = 2.0,
    one_minute_between_refunds: bool = True,
) -> FreshWorld:
    """One app or more, one merchant that collects for them, and the platform's own key."""
    apps = (app, *more_apps)
    fresh = new_merchant(appids=tuple(each.appid for each in apps), name=app.name)
    platform = new_key_pair()
    settings = SimulatorSettings(
        platform_private_key_pem=platform.private_pem,
        public_key_id="PUB_KEY_ID_0" + fresh.merchant.mchid + secrets.token_hex(12).upper(),
        apps=apps,
        merchants=(fresh.merchant,),
        people=people,
        retry_ladder_scale=retry_ladder_scale,
        refund_seconds=refund_seconds,
        one_minute_between_refunds=one_minute_between_refunds,
    )
    return FreshWorld(
        settings=settings,
        merchant_private_key_pem=fresh.private_key_pem,
        platform_public_key_pem=platform.public_pem,
    )
