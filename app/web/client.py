"""Where a request comes from."""

import ipaddress

from flask import current_app, request

TRUSTED_PROXIES = "TRUSTED_PROXIES"
PLATFORM = "X-Client-Platform"
NOWHERE = "0.0.0.0"  # noqa: S104 - the word for an unknown caller; nothing is bound to it


def address() -> str:
    """The caller's IP: of the socket, unless the app is told how many proxies stand before it.

    With one proxy the last entry of X-Forwarded-For is the one that it wrote; what stands
    before that, anybody may have invented.
    """
    proxies: int = current_app.config.get(TRUSTED_PROXIES, 0)
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    said = hops[-proxies] if proxies and len(hops) >= proxies else request.remote_addr
    return _plain(said)


def is_ios() -> bool:
    """An iPhone or iPad, by the client's word for itself or by the browser's."""
    if request.headers.get(PLATFORM, "").lower() == "ios":
        return True
    return any(word in request.headers.get("User-Agent", "") for word in ("iPhone", "iPad"))


def is_this_machine() -> bool:
    """A caller on this very machine, and not a stranger whom a proxy here speaks for."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    return ipaddress.ip_address(_plain(request.remote_addr)).is_loopback


def _plain(said: str | None) -> str:
    try:
        return str(ipaddress.ip_address(said or NOWHERE))
    except ValueError:
        return NOWHERE
