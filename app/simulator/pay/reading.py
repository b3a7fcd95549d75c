"""How WeChat Pay reads a request: who signed it, and its JSON body."""

import json
from typing import Any

from flask import g, request

from app.simulator.errors import PayRefused
from app.simulator.pay.uploads import meta_of
from app.simulator.settings import Merchant
from app.simulator.signing import BRAND_SCHEME, SCHEME, Incoming
from app.simulator.world import World

BRAND = "/brand/"


def require_signature(world: World) -> None:
    """Find out who signed this request; 401 SIGN_ERROR when nobody rightly did."""
    incoming = Incoming(
        method=request.method,
        target=request.environ["REQUEST_URI"],
        body=_signed_bytes(),
        authorization=request.headers.get("Authorization", ""),
        scheme=BRAND_SCHEME if request.path.startswith(BRAND) else SCHEME,
    )
    clocks = (world.clock.now(), world.clock.wall())
    g.merchant = world.merchant_keys.signer(incoming, clocks=clocks)
    if not request.accept_mimetypes.accept_json:
        raise PayRefused("PARAM_ERROR", "Http头Accept应为application/json")
    # The platform asks for it; that it is enforced is not certain, and was chosen.
    if not request.headers.get("User-Agent"):
        raise PayRefused("PARAM_ERROR", "Http头缺少User-Agent")
    if request.method == "POST" and not (request.is_json or is_upload()):
        raise PayRefused("PARAM_ERROR", "Http头Content-Type应为application/json")


def signer() -> Merchant:
    """The merchant who signed this request."""
    merchant = g.merchant
    if not isinstance(merchant, Merchant):
        raise TypeError("nobody signed this request")
    return merchant


def is_upload() -> bool:
    """Whether a file is being sent, of which only the `meta` part is signed."""
    return request.mimetype == "multipart/form-data"


def json_body() -> dict[str, Any]:
    """The body of a signed request; a field that is null is not there."""
    try:
        body = json.loads(request.get_data())
    except ValueError:
        raise PayRefused("PARAM_ERROR", "请求体不是合法的JSON") from None
    if not isinstance(body, dict):
        raise PayRefused("PARAM_ERROR", "请求体不是合法的JSON")
    return {key: _without_nulls(value) for key, value in body.items() if value is not None}


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value


def _signed_bytes() -> bytes:
    return meta_of(request.get_data()) if is_upload() else request.get_data()


def require_own_mchid(mchid: Any) -> None:
    """Refuse a request about a merchant other than the signer."""
    if mchid != signer().mchid:
        raise PayRefused("PARAM_ERROR", "商户号与签名商户号不一致", number=268447843)
