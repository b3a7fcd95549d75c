"""The page of open.weixin.qq.com that asks who is there, and what it answers to a shop's page."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, redirect, render_template_string, request
from flask.typing import ResponseReturnValue

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.official.oauth_state import SCOPES, new_code
from app.simulator.people import User
from app.simulator.settings import App
from app.simulator.world import World, here

STATE_BYTES = 128
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>微信授权</title>
<link rel="stylesheet" href="/_sim/static/desk.css">
<script type="module" src="/_sim/static/authorize.js"></script><main class="narrow">
<h1>{{ name }} 申请{{ asks }}</h1>
<form class="card" method="get" action="">{% for key, value in asked %}
<input type="hidden" name="{{ key }}" value="{{ value }}">{% endfor %}
<p>你是谁？</p>{% for each in people %}
<p><button class="primary" name="as" value="{{ each }}">{{ each }}</button></p>{% endfor %}
<p><label><input type="checkbox" name="snapshot" value="1">快照页模式（虚拟账号）</label></p>
<p><label><input type="checkbox" name="refuse" value="1">拒绝</label></p></form></main></html>"""
TROUBLE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>出错了</title>
<h1>{{ text }}</h1><p>错误码：{{ errcode }}</p></html>"""
TEXTS = {10003: "redirect_uri域名与后台配置不一致", 10005: "该公众号没有这些scope的权限"}
ASKS = {"snsapi_base": "确认你的身份", "snsapi_userinfo": "获取你的昵称、头像"}

oauth_page = Blueprint("oauth_page", __name__)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request for a code that the platform would show to the person."""

    app: App
    redirect_uri: str
    scope: str
    state: str


@oauth_page.get("/connect/oauth2/authorize")
def authorize() -> ResponseReturnValue:
    """Ask the person, then go back to redirect_uri with code and state.

    Reads appid (of an official account, 40013), redirect_uri (its host must be the account's,
    10003), response_type=code, scope (10005), state (128 bytes). The error is a page. `as` is the
    name of who presses; with `refuse` there is no code, with `snapshot` it is a virtual person's.
    """
    world = here()
    with world.lock:
        try:
            asked = read_asked(world, request.args)
        except OpenRefused as refused:
            return _trouble(refused), 200
        user = world.people.named(request.args.get("as", ""))
        if user is None:
            return _page(world, asked), 200
        agrees, snapshot = "refuse" not in request.args, "snapshot" in request.args
        return redirect(way_back(world, asked, user=user, agrees=agrees, snapshot=snapshot))


def asked_in(world: World, url: str) -> Asked:
    """What an authorize address asks for; hold the lock. Raises OpenRefused."""
    return read_asked(world, dict(parse_qsl(urlsplit(url).query)))


def read_asked(world: World, query: Mapping[str, str]) -> Asked:
    """The same for a query that is already read."""
    app = world.apps.get(query.get("appid", ""))
    if app is None or app.kind != "oa":
        raise OpenRefused(40013)
    target = urlsplit(query.get("redirect_uri", ""))
    known = not app.oauth_hosts or {target.netloc, target.hostname} & set(app.oauth_hosts)
    if target.scheme not in {"http", "https"} or not known:
        raise OpenRefused(10003)
    if query.get("scope") not in SCOPES:
        raise OpenRefused(10005)
    state = query.get("state", "")
    if query.get("response_type") != "code" or len(state.encode()) > STATE_BYTES:
        raise OpenRefused(40097)
    return Asked(
        app=app, redirect_uri=query["redirect_uri"], scope=str(query["scope"]), state=state
    )


def way_back(world: World, asked: Asked, *, user: User, agrees: bool, snapshot: bool) -> str:
    """The address to go back to. Who refuses snsapi_userinfo goes back with the state only."""
    parts = urlsplit(asked.redirect_uri)
    answer = [("state", asked.state)]
    if agrees or asked.scope == "snsapi_base":
        code = new_code(world, app=asked.app, user=user, scope=asked.scope, snapshot=snapshot)
        answer = [("code", code), *answer]
    query = "&".join(filter(None, (parts.query, urlencode(answer))))
    return urlunsplit(parts._replace(query=query, fragment=""))


def _page(world: World, asked: Asked) -> str:
    hidden = [each for each in request.args.items() if each[0] not in {"as", "snapshot", "refuse"}]
    return render_template_string(
        PAGE,
        name=asked.app.name or asked.app.appid,
        asks=ASKS[asked.scope],
        asked=hidden,
        people=[each.name for each in world.people.all()],
    )


def _trouble(refused: OpenRefused) -> str:
    text = TEXTS.get(refused.errcode, refused.errmsg)
    return render_template_string(TROUBLE, text=text, errcode=refused.errcode)
