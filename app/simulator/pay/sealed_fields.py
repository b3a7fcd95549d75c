"""Fields that travel sealed: RSA-OAEP with SHA-1, in base64."""

import base64

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA1
from flask import request

from app.simulator.errors import PayRefused
from app.simulator.pay.fields import wrong
from app.simulator.pay.reading import signer
from app.simulator.signing import private_key
from app.simulator.world import World


def opened(world: World, value: str, *, at: str) -> str:
    """The plain text of a field that the merchant sealed with the platform's public key.

    Refused with PARAM_ERROR when the header Wechatpay-Serial does not name that key, or when the
    value does not open.
    """
    asked = request.headers.get("Wechatpay-Serial")
    if asked != world.platform.serial_for(signer(), asked=asked):
        raise PayRefused("PARAM_ERROR", "Http头Wechatpay-Serial缺失或与加密所用的公钥不一致")
    key = private_key(world.settings.platform_private_key_pem)
    try:
        return key.decrypt(base64.b64decode(value, validate=True), _oaep()).decode()
    except ValueError:
        raise wrong(at, value, "敏感字段解密失败") from None


def _oaep() -> padding.OAEP:
    sha1 = SHA1()  # noqa: S303  # the platform's choice
    return padding.OAEP(mgf=padding.MGF1(sha1), algorithm=sha1, label=None)
