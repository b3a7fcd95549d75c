"""POST /v3/security/echo: does signing, sealing and the merchant's notice address work?"""

from typing import Any

from flask import Blueprint

from app.simulator.pay.fields import Record, Text, check
from app.simulator.pay.order_fields import check_notify_url
from app.simulator.pay.reading import json_body, signer
from app.simulator.pay.sealed_fields import opened
from app.simulator.signing import encrypt_for, public_key
from app.simulator.world import here

ECHO = Record(
    fields={
        "echo_message": Text(longest=256, required=True),
        "encrypted_echo_message": Text(longest=1024),
        "notify_url": Text(longest=255),
    }
)

echo = Blueprint("echo", __name__, url_prefix="/v3/security/echo")


@echo.post("")
def say() -> dict[str, Any]:
    """echo_message, encrypted_echo_message? (sealed), notify_url?: the messages come back.

    What was sealed comes back sealed for the merchant's own key, and with a notify_url both come
    as SECURITY_ECHO.SUCCESS too. PARAM_ERROR when it does not open or Wechatpay-Serial is missing.
    The platform's page gives no lengths; 256 and 1024 were chosen.
    """
    body = json_body()
    check(body, ECHO)
    url = body.get("notify_url")
    if url:
        check_notify_url(url)
    said = {"echo_message": body["echo_message"]}
    again = _sealed_again(body)
    if url:
        here().notices.send(
            merchant=signer(),
            url=url,
            event_type="SECURITY_ECHO.SUCCESS",
            original_type="security",
            summary="验签测试通知",
            resource={**said, **({"encrypt_echo_message": again} if again else {})},
        )
    return {**said, **({"encrypted_echo_message": again} if again else {})}


def _sealed_again(body: dict[str, Any]) -> str:
    sealed = body.get("encrypted_echo_message")
    if not sealed:
        return ""
    text = opened(here(), sealed, at="/encrypted_echo_message")
    return encrypt_for(public_key(signer().public_key_pem), text)
