"""Platform certificates, of which a merchant with a platform public key has none."""

from typing import NoReturn

from flask import Blueprint

from app.simulator.errors import PayRefused

certificates = Blueprint("certificates", __name__, url_prefix="/v3/certificates")


@certificates.get("")
def none_here() -> NoReturn:
    """404, as new merchants see it."""
    raise PayRefused(
        "RESOURCE_NOT_EXISTS", "无可用的平台证书,请在商户平台-API安全申请使用微信支付公钥"
    )
