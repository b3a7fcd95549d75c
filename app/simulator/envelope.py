"""The body and headers of one notice, true or forged."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.simulator.clock import rfc3339
from app.simulator.signing import SIGNTEST_PREFIX, Platform, nonce_text, seal

LONG_AGO_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What travels."""

    headers: Mapping[str, str]
    body: bytes


def wrap(
    *,
    notice_id: str,
    created_at: float,
    event_type: str,
    original_type: str,
    summary: str,
    resource: Mapping[str, Any],
    apiv3_key: str,
    platform: Platform,
    at: float,
    kind: str,
    serial: str = "",
) -> Envelope:
    """Seal and sign a notice; `kind` may be one of the forged kinds of faults.py.

    `serial` names the platform's key to the receiver: its public key's id when left out.
    """
    plain = _with_another_amount(resource) if kind == "wrong_amount" else resource
    key = secrets.token_hex(16) if kind == "wrong_key" else apiv3_key
    sealed = seal(_json(plain), apiv3_key=key, associated_data=original_type)
    body = _json(
        {
            "id": notice_id,
            "create_time": rfc3339(created_at),
            "resource_type": "encrypt-resource",
            "event_type": event_type,
            "summary": summary,
            "resource": {"original_type": original_type, **sealed},
        }
    )
    return Envelope(
        headers=_headers(body, platform=platform, at=at, kind=kind, serial=serial), body=body
    )


def _headers(
    body: bytes, *, platform: Platform, at: float, kind: str, serial: str
) -> dict[str, str]:
    signed_at = at - LONG_AGO_SECONDS if kind == "old_timestamp" else at
    make = platform.forged_headers if kind == "forge" else platform.headers
    headers = make(body, at=signed_at, serial=serial or platform.public_key_id)
    if kind == "signtest":
        headers["Wechatpay-Signature"] = SIGNTEST_PREFIX + headers["Wechatpay-Signature"]
    if kind == "foreign_serial":
        headers["Wechatpay-Serial"] = secrets.token_hex(20).upper()
    return {
        **headers,
        "Content-Type": "application/json",
        "Accept": "*/*",
        "User-Agent": "Mozilla/4.0",
        "Request-ID": f"{nonce_text(32)}-0",
    }


def _with_another_amount(resource: Mapping[str, Any]) -> dict[str, Any]:
    if "amount" not in resource:
        return dict(resource)
    dearer = {
        name: fen + 1 if isinstance(fen, int) else fen for name, fen in resource["amount"].items()
    }
    return {**resource, "amount": dearer}


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
