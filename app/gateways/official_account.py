"""What an official account says to its people, in our words."""

from app.gateways._reading import Json, message_id
from app.gateways.open_platform import App, OpenPlatform
from app.gateways.tokens import AccessTokens

HTTPS = "https://"


class OfficialAccount:
    """Raises Refused with a code, Unavailable (nothing was done) or OutcomeUnknown.

    `page` is where a tap leads: an https address, or "wx…:pages/…" in a mini-program that the
    account is bound to. Each verb answers the platform's number of the message, if it told one.
    """

    def __init__(self, app: App, tokens: AccessTokens) -> None:
        self._platform = OpenPlatform(app, tokens)

    def send_template(
        self,
        *,
        openid: str,
        template_id: str,
        data: dict[str, str],
        page: str | None,
        reference: str,
    ) -> str | None:
        """One template message. The same `reference` within ten minutes is sent once.

        Refused "not_following" for a person who does not follow, or not any more.
        """
        message = _message(openid, template_id, data) | _link(page, address="url")
        message["client_msg_id"] = reference
        return self._send("send template", "/cgi-bin/message/template/send", message)

    def send_subscribed(
        self, *, openid: str, template_id: str, data: dict[str, str], page: str | None
    ) -> str | None:
        """One message that the person allowed on a page. Refused "not_subscribed" without leave."""
        message = _message(openid, template_id, data) | _link(page, address="page")
        return self._send("send notice", "/cgi-bin/message/subscribe/bizsend", message)

    def send_text(self, *, openid: str, text: str) -> str | None:
        """One customer-service message; a mini-program may send these too.

        Refused "window_closed" when the person has not spoken for too long, "window_used_up" when
        everything that was allowed since has been said.
        """
        message = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        return self._send("send text", "/cgi-bin/message/custom/send", message)

    def _send(self, doing: str, path: str, message: Json) -> str | None:
        return message_id(self._platform.call(doing, path, message))


def _message(openid: str, template_id: str, data: dict[str, str]) -> Json:
    values = {name: {"value": value} for name, value in data.items()}
    return {"touser": openid, "template_id": template_id, "data": values}


def _link(page: str | None, *, address: str) -> Json:
    if not page:
        return {}
    if page.startswith(HTTPS):
        return {address: page}
    appid, _, path = page.partition(":")
    return {"miniprogram": {"appid": appid, "pagepath": path}}
