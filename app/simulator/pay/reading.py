"""How WeChat Pay reads a request: who signed it, and its JSON body."""

import json
from typing import Any

from flask import g, request

from app.simulator.errors import PayRefused
from app.simulator.settings import Merchant
from app.simulator.signing import Incoming
from app.simulator.world import World


def require_signature(world: World) -> None:
    """Find out who signed this request; 401 SIGN_ERROR when nobody rightly did."""
    incoming = Incoming(
        method=request.method,
        target=request.environ["REQUEST_URI"],
        body=request.get_data(),
        authorization=request.headers.get("Authorization", ""),
    )
    clocks = (world.clock.now(), world.clock.wall())
    g.merchant = world.merchant_keys.signer(incoming, clocks=clocks)
    if not request.accept_mimetypes.accept_json:
        raise PayRefused("PARAM_ERROR", "Http头Accept应为application/json")
    if request.method == "POST" and not request.is_json:
        raise PayRefused("PARAM_ERROR", "Http头Content-Type应为application/json")


def signer() -> Merchant:
    """The merchant who signed this request."""
    merchant = g.merchant
    if not isinstance(merchant, Merchant):
        raise TypeError("nobody signed this request")
    return merchant


def json_body() -> dict[str, Any]:
    """The body of a signed request."""
    try:
        body = json.loads(request.get_data())
    except ValueError:
        raise PayRefused("PARAM_ERROR", "请求体不是合法的JSON") from None
    if not isinstance(body, dict):
        raise PayRefused("PARAM_ERROR", "请求体不是合法的JSON")
    return body


def require_own_mchid(mchid: Any) -> None:
    """Refuse a request about a merchant other than the signer."""
    if mchid != signer().mchid:
        raise PayRefused("PARAM_ERROR", "商户号与签名商户号不一致", number=268447843)
