"""A page of few words for whom a browser brought here: why not, and the way back into the shop.

Programs are told the same as JSON. Nothing of what was asked is repeated.
"""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import orjson
from apiflask import APIBlueprint
from flask import Response, request

from app.kernel.errors import DomainError
from app.web import auth, errors, frames
from app.web.answers import PRIVATE

HTML, JSON = "text/html", "application/json"
STYLE = """
:root{color-scheme:light dark;--ground:#f4f2ee;--surface:#fff;--ink:#22201c;--quiet:#6d665b;--brand:#b3261e;--line:#e9e4da}
@media (prefers-color-scheme:dark){:root{--ground:#12110f;--surface:#1f1d1a;--ink:#f1ede5;--quiet:#aaa295;--line:#35312b}}
*{box-sizing:border-box;margin:0}
body{min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--ground);color:var(--ink);
font:16px/1.6 -apple-system,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
main{width:100%;max-width:360px;padding:32px 24px;border-radius:16px;background:var(--surface);text-align:center}
i{display:block;width:72px;height:44px;margin:0 auto 20px;border-radius:8px;background:var(--brand);
-webkit-mask:radial-gradient(circle at 30% 0,#0000 6px,#000 6.5px) top/100% 51% no-repeat,
radial-gradient(circle at 30% 100%,#0000 6px,#000 6.5px) bottom/100% 51% no-repeat;
mask:radial-gradient(circle at 30% 0,#0000 6px,#000 6.5px) top/100% 51% no-repeat,
radial-gradient(circle at 30% 100%,#0000 6px,#000 6.5px) bottom/100% 51% no-repeat}
h1{font-size:20px;line-height:1.4}
p{margin-top:8px;color:var(--quiet)}
a{display:block;margin-top:24px;padding-top:24px;border-top:2px dashed var(--line);text-decoration:none}
b{display:block;padding:10px;border-radius:22px;background:var(--brand);color:#fff}
"""
PAGE = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">'
    "<title>{title}</title><style>{style}</style><main><i></i><h1>{title}</h1><p>{words}</p>{way}</main></html>"
)
WAY = '<a href="/h5/{shop}/"><b>回到店里</b></a>'
POLICY = (
    "default-src 'none'; style-src 'sha256-{style}'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors {around}"
)
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

AGAIN = "请回到店里再试一次。"
# By the code that programs are told.
WORDS = {
    "visit_lost": ("登录没有完成", "可能停留太久，或者换了浏览器。" + AGAIN),
    "snapshot_page": ("现在看到的是快照", "请点击页面右下角“使用完整服务”，再试一次。"),
    "sign_in_refused": ("微信没有确认您的身份", AGAIN),
    "wechat_refused": ("微信没有确认您的身份", AGAIN),
    "invalid": ("微信没有确认您的身份", AGAIN),
    "member_blocked": ("这个账号已被停用", "如有疑问，请联系商家。"),
    "not_found": ("这里不能用微信登录", "店铺没有开通公众号网页，请在微信小程序中打开。"),
    "too_often": ("操作太频繁了", "请过几分钟再试。"),
    "wechat_unavailable": ("微信暂时没有回应", "请稍后再试。"),
}
OTHERWISE = ("暂时无法登录", "请稍后再试。")


def page(title: str, words: str, status: int, *, shop: str | None = None) -> Response:
    """These words; `shop` is the number of one that there is, to go back to."""
    way = WAY.format(shop=shop) if shop else ""
    text = PAGE.format(title=title, words=words, way=way, style=STYLE)
    response = Response(text, status, content_type=f"{HTML}; charset=utf-8")
    response.headers["Content-Security-Policy"] = POLICY.format(
        style=STYLE_HASH, around=frames.pretend_wechat() or "'none'"
    )
    response.headers["Cache-Control"] = PRIVATE
    # The address of a refused way back has WeChat's code in it.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def for_browsers(ways: APIBlueprint) -> None:
    """What these routes refuse, a browser is told in words."""
    for kind, tell in errors.TELLS.items():
        ways.register_error_handler(kind, _in_words(tell))


def _in_words(tell: Callable[[Any], Response]) -> Callable[[Any], Response]:
    def told(problem: Any) -> Response:
        refusal = tell(problem)
        if request.accept_mimetypes.best_match([JSON, HTML]) != HTML:
            return refusal
        code = orjson.loads(refusal.get_data())["code"]
        title, words = WORDS.get(code, OTHERWISE)
        response = page(title, words, refusal.status_code, shop=_shop())
        if errors.RETRY_AFTER in refusal.headers:
            response.headers[errors.RETRY_AFTER] = refusal.headers[errors.RETRY_AFTER]
        return response

    return told


def _shop() -> str | None:
    """The shop of this address, if it is one and can be looked up now."""
    number = str((request.view_args or {}).get("merchant", ""))
    try:
        auth.guest(number)
    except (DomainError, *errors.AWAY):
        return None
    return number
