"""What the platform knows before anybody calls it: apps, merchants, people and its own key.

Everything fits in one JSON file (`load`, `save`), which holds key material and so is never part
of the source tree: `fresh.py` makes a new one.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from app.simulator.open_platform.limits import type_of


@dataclass(frozen=True, kw_only=True)
class Template:
    """A subscribe-message template: its title and, per key (`thing1`), the label people read."""

    title: str
    fields: Mapping[str, str]
    enums: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a key of no known type, such as `text1`."""
        for key in self.fields:
            type_of(key)


@dataclass(frozen=True, kw_only=True)
class App:
    """A mini-program (`kind="mp"`) or official account (`kind="oa"`) and its credentials.

    Events go to `message_url` when it is set: `message_mode` is plain, compatible or secure,
    `message_format` is json or xml (an official account always writes XML). `ip_whitelist` empty
    lets everybody in. `oauth_hosts` empty allows every page to ask who is there.
    """

    appid: str
    secret: str
    kind: str = "mp"
    name: str = ""
    original_id: str = ""
    message_url: str = ""
    message_mode: str = "secure"
    message_format: str = "json"
    message_token: str = ""
    message_aes_key: str = ""
    ip_whitelist: tuple[str, ...] = ()
    oauth_hosts: tuple[str, ...] = ()
    gives_unionid: bool = True
    templates: Mapping[str, Template] = field(default_factory=dict)
    pages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Merchant:
    """A WeChat Pay merchant. The platform holds the public half of the merchant's API key.

    `apiv2_key` signs the coupon component's parameters; `brand_id` is set for a brand. A service
    provider has the numbers of its shops in `sub_mchids`. Who receives shared profits is told at
    `sharing_notify_url`. `platform_certificate`: a merchant of before the platform's public key,
    who verifies by the certificates of GET /v3/certificates.
    """

    mchid: str
    appids: tuple[str, ...]
    certificate_serial: str
    public_key_pem: str
    apiv3_key: str
    fee_bp: int = 60
    name: str = ""
    apiv2_key: str = ""
    brand_id: str = ""
    sub_mchids: tuple[str, ...] = ()
    sharing_notify_url: str = ""
    platform_certificate: bool = False


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with a phone. `risk` makes every login be refused with 40226."""

    name: str
    unionid: str = ""
    phone: str = ""
    risk: bool = False


@dataclass(frozen=True, kw_only=True)
class SimulatorSettings:
    """One pretend platform. Delays are seconds; `retry_ladder_scale` 1.0 is the real ladder.

    `refund_seconds` is how long money takes: refunds, shares, transfers. `mini_program_slot_url` is
    what a phone opens as the mini-program; empty opens a developer console.
    """

    platform_private_key_pem: str
    public_key_id: str
    apps: tuple[App, ...] = ()
    merchants: tuple[Merchant, ...] = ()
    people: tuple[Person, ...] = ()
    retry_ladder_scale: float = 1.0
    clock_offset_seconds: float = 0.0
    refund_seconds: float = 2.0
    one_minute_between_refunds: bool = True
    requests_kept: int = 2000
    mini_program_slot_url: str = ""


def load(path: str | Path) -> SimulatorSettings:
    """Read the settings from one JSON file as `save` writes it."""
    return from_dict(json.loads(Path(path).read_text(encoding="utf-8")))


def save(settings: SimulatorSettings, path: str | Path) -> None:
    """Write the settings, keys included, readable by their owner only."""
    target = Path(path)
    target.touch(mode=0o600)
    target.write_text(json.dumps(asdict(settings), ensure_ascii=False, indent=2), encoding="utf-8")


def from_dict(data: Mapping[str, Any]) -> SimulatorSettings:
    """Settings from plain JSON values; an unknown name is an error."""
    return SimulatorSettings(
        **{
            **data,
            "apps": tuple(_app(each) for each in data.get("apps", ())),
            "merchants": tuple(_merchant(each) for each in data.get("merchants", ())),
            "people": tuple(Person(**each) for each in data.get("people", ())),
        }
    )


def _app(data: Mapping[str, Any]) -> App:
    templates = {key: _template(each) for key, each in data.get("templates", {}).items()}
    lists = {key: tuple(data.get(key, ())) for key in ("pages", "ip_whitelist", "oauth_hosts")}
    return App(**{**data, **lists, "templates": templates})


def _template(data: Mapping[str, Any]) -> Template:
    fields = data["fields"]
    labelled = fields if isinstance(fields, Mapping) else {key: key for key in fields}
    enums = {key: tuple(values) for key, values in data.get("enums", {}).items()}
    return Template(title=data["title"], fields=dict(labelled), enums=enums)


def _merchant(data: Mapping[str, Any]) -> Merchant:
    lists = {key: tuple(data.get(key, ())) for key in ("appids", "sub_mchids")}
    return Merchant(**{**data, **lists})
