"""An official account with werobot: its client, and its reading of sealed pushes."""

from typing import Any

from werobot import WeRoBot

from deploy.sdk.python.checking import PERSON, Stage, check, expect, refused

MENU = {"button": [{"type": "click", "name": "我的券", "key": "VOUCHERS"}]}
DATA = {"thing1": {"value": "咖啡兑换券"}, "time2": {"value": "2026年5月1日 15:01"}}


def main() -> None:
    """Everything that both sides have."""
    stage = Stage()
    app, openid = stage.account, stage.openid(stage.account)
    robot = WeRoBot(
        token=app["message_token"],
        app_id=app["appid"],
        app_secret=app["secret"],
        encoding_aes_key=app["message_aes_key"],
        SESSION_STORAGE=False,
    )
    _client(stage, robot.client, openid)
    _pushes(stage, robot, app, openid)


def _client(stage: Stage, client: Any, openid: str) -> None:
    with check("access token"):
        expect(client.token)
    with check("menu made, read and deleted"):
        client.create_menu(MENU)
        expect(client.get_menu()["menu"]["button"][0]["key"] == "VOUCHERS")
        client.delete_menu()
    with check("scene code"):
        scene = {"scene": {"scene_str": "store-2"}}
        told = client.create_qrcode({"action_name": "QR_LIMIT_STR_SCENE", "action_info": scene})
        stage.tell(f"users/{PERSON}/scan", appid=stage.account["appid"], ticket=told["ticket"])
    with check("followers and a person"):
        expect(openid in client.get_followers()["data"]["openid"])
        expect(client.get_user_info(openid)["openid"] == openid)
    with check("template message"):
        client.send_template_message(openid, stage.world["template"], DATA)
    with check("service message"):
        client.send_text_message(openid, "您的券到账了")


def _pushes(stage: Stage, robot: Any, app: dict[str, Any], openid: str) -> None:
    since = stage.mark()
    stage.tell(f"users/{PERSON}/say", appid=app["appid"], text="您好")
    push = stage.pushes(since, app)
    query = push["query"]
    with check("signature of the address"):
        signed = [query[each] for each in ("timestamp", "nonce", "signature")]
        expect(robot.check_signature(*signed), saw=query)
        expect(not robot.check_signature(*signed[:2], "0" * 40))
    asked = {each: query[each] for each in ("timestamp", "nonce", "msg_signature")}
    with check("sealed text opened"):
        message = robot.parse_message(push["body"], **asked)
        expect((message.content, message.source) == ("您好", openid), saw=message)
    with check("another signature refused"):
        forged = {**asked, "msg_signature": "0" * 40}
        expect(refused(lambda: robot.parse_message(push["body"], **forged)), saw="a message")


if __name__ == "__main__":
    main()
