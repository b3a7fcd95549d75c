"""The customer's app as a web page of the official account: the build's files, for one shop each.

The page is the same for every shop; it reads the shop's number in its own address.
"""

from pathlib import Path

from apiflask import APIBlueprint
from flask import Response, request, send_from_directory
from werkzeug.exceptions import NotFound as NoSuchFile

from app.kernel.errors import NotFound
from app.web import auth, few_words, frames

bp = APIBlueprint("h5", __name__, enable_openapi=False)

BUILD = Path(__file__).resolve().parents[2] / "miniprogram" / "dist" / "h5"
PAGE, ASSETS, PICTURES = "index.html", "assets/", "static/"
A_DAY_SECONDS = 24 * 60 * 60
A_YEAR_SECONDS = 365 * A_DAY_SECONDS
BY_ANOTHER_WAY = "请从公众号菜单或朋友的分享重新进入。"
NO_SHOP = ("没有这家店", BY_ANOTHER_WAY, 404)
NO_NUMBER = ("链接不完整", "网址里缺少店铺编号，" + BY_ANOTHER_WAY, 404)
NO_FILE = ("没有这个文件", BY_ANOTHER_WAY, 404)
NOT_BUILT = ("页面还没有生成", "请在服务器上运行 make frontend。", 503)
# What WeChat's browser gives to each page, and its stand-in cannot put into a frame from outside.
BRIDGE = "/_sim/static/jsbridge.js"
# Vue writes styles into elements; there is no script but the build's own files.
ONLY_OURS = (
    "default-src 'none'; script-src 'self'{bridge}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob: https:; font-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors {around}"
)


@bp.get("/h5/")
def nowhere() -> Response:
    return few_words.page(*NO_NUMBER)


@bp.get("/h5/<merchant>")
def without_slash(merchant: str) -> Response:
    """The page's files are named relative to it, so its address ends with a slash."""
    if not _is_shop(merchant):
        return few_words.page(*NO_SHOP)
    # Relative, so that it leads to no host that the caller names.
    return Response(status=308, headers={"Location": f"/h5/{merchant}/"})


@bp.get("/h5/<merchant>/")
def page(merchant: str) -> Response:
    return _file(merchant, PAGE)


@bp.get("/h5/<merchant>/<path:name>")
def file(merchant: str, name: str) -> Response:
    return _file(merchant, name)


def _file(merchant: str, name: str) -> Response:
    if not _is_shop(merchant):
        return few_words.page(*NO_SHOP)
    if not (BUILD / PAGE).is_file():
        return few_words.page(*NOT_BUILT)
    try:
        response = send_from_directory(BUILD, name)
    except NoSuchFile:
        return few_words.page(*NO_FILE)
    pretend = frames.pretend_wechat()
    if pretend and name == PAGE:
        response.close()
        response = _with_bridge(pretend)
    response.headers["Cache-Control"] = _keep(name)
    response.headers["Content-Security-Policy"] = ONLY_OURS.format(
        around=pretend or "'none'", bridge=f" {pretend}" if pretend else ""
    )
    return response


def _with_bridge(pretend: str) -> Response:
    whole = (BUILD / PAGE).read_text(encoding="utf-8")
    script = f'<head>\n    <script src="{pretend}{BRIDGE}"></script>'
    response = Response(whole.replace("<head>", script, 1), content_type="text/html; charset=utf-8")
    response.add_etag()
    response.make_conditional(request)
    return response


def _keep(name: str) -> str:
    """The names of assets carry their content's hash; the others are asked about each time."""
    if name.startswith(ASSETS):
        return f"public, max-age={A_YEAR_SECONDS}, immutable"
    # The bar at the bottom has its pictures without a network, too.
    return f"public, max-age={A_DAY_SECONDS}" if name.startswith(PICTURES) else "no-cache"


def _is_shop(merchant: str) -> bool:
    try:
        auth.guest(merchant)
    except NotFound:
        return False
    return True
