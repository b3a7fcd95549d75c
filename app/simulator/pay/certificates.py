"""Platform certificates, of which a merchant with a platform public key has none."""

from typing import Any

from flask import Blueprint

from app.simulator.clock import rfc3339
from app.simulator.errors import PayRefused
from app.simulator.pay.reading import signer
from app.simulator.platform_certificate import VALID_FROM, VALID_UNTIL
from app.simulator.signing import seal
from app.simulator.world import here

certificates = Blueprint("certificates", __name__, url_prefix="/v3/certificates")


@certificates.get("")
def current() -> dict[str, Any]:
    """The platform's certificate, sealed with the merchant's APIv3 key.

    RESOURCE_NOT_EXISTS for a merchant without `platform_certificate`, as new merchants see it.
    """
    merchant = signer()
    if not merchant.platform_certificate:
        raise PayRefused(
            "RESOURCE_NOT_EXISTS", "无可用的平台证书,请在商户平台-API安全申请使用微信支付公钥"
        )
    certificate = here().platform.certificate
    told = {
        "serial_no": certificate.serial,
        "effective_time": rfc3339(VALID_FROM.timestamp()),
        "expire_time": rfc3339(VALID_UNTIL.timestamp()),
        "encrypt_certificate": seal(
            certificate.pem.encode(),
            apiv3_key=merchant.apiv3_key,
            associated_data="certificate",
        ),
    }
    return {"data": [told]}
