"""Before every page: which shop, who is there, whether he may, and whether he meant it."""

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from flask import Response, current_app, g, redirect, request, session, url_for
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError

from app.admin.needs import Need, need_of
from app.config import Settings
from app.domain import accounts, merchants
from app.domain.accounts import Browser, ConfirmFirst, How, Signed
from app.domain.merchants import Profile, Role
from app.kernel import clock
from app.kernel.db import hot_transaction, looking, transaction
from app.kernel.errors import Forbidden, Invalid, NotFound
from app.web import client

csrf = CSRFProtect()
SAFE = {"GET", "HEAD", "OPTIONS"}
BROWSERS, STATIC = "browsers", "panel.static"
# In which browsers somebody was signed in before: whoever guesses elsewhere does not stop these.
KNOWN = "kabao_known"
KNOWN_SECONDS = 180 * 24 * 3600
LARGEST = 2**63 - 1
NUL = "\0"
# Where somebody without a second factor goes first, and how he gets out.
WITHOUT_SECOND_FACTOR = {
    "panel.security.second_factor",
    "panel.security.begin_second_factor",
    "panel.security.prove",
    "panel.security.sign_out",
}


class NotForYou(Forbidden):
    """The page is for another role, or nobody said whom it is for."""

    code = "role_missing"


class ChooseStoreFirst(Forbidden):
    code = "choose_store"


class FromElsewhere(Forbidden):
    """Another site's page sent this form."""

    code = "from_elsewhere"


@dataclass(frozen=True, kw_only=True)
class Here:
    """The shop of this request, and who is in front of the browser."""

    merchant_id: int
    shop: Profile
    staff: Signed

    @property
    def actor(self) -> str:
        return self.staff.actor


def here() -> Here:
    """Only behind the door; a page for anybody has `shop()`."""
    return cast("Here", g.panel)


def shop() -> Profile:
    """The shop that the address names. Raises NotFound."""
    return cast("Profile", g.panel_shop)


def browser() -> Browser:
    return Browser(agent=request.headers.get("User-Agent", ""), address=client.address())


def keep(token: str) -> None:
    """Signed in: this browser brings the token from now on, and a fresh CSRF secret."""
    browsers = dict(session.get(BROWSERS, {}))
    browsers[shop().number] = token
    session.clear()
    session[BROWSERS] = browsers


def forget() -> None:
    """Signed out of this shop; others stay."""
    browsers = {k: v for k, v in session.get(BROWSERS, {}).items() if k != shop().number}
    session.clear()
    session[BROWSERS] = browsers


def mark() -> str:
    """What says that this browser is known at this shop."""
    return request.cookies.get(KNOWN, "")


def remember(response: Response, mark: str | None) -> Response:
    """The browser is known from now on, at this shop alone."""
    if mark:
        response.set_cookie(
            KNOWN,
            mark,
            max_age=KNOWN_SECONDS,
            path=f"/admin/{shop().number}/",
            secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
            httponly=True,
            samesite="Lax",
        )
    return response


def public_url() -> str:
    """Where the shop's people find the panel, whatever this request called us."""
    return cast("Settings", current_app.extensions["settings"]).public_url


def open_or_refuse() -> Response | None:
    """Flask asks this before each page of the panel.

    Raises NotFound, NotForYou, FromElsewhere, Invalid.
    """
    if request.endpoint == STATIC:
        return None
    _refuse_nonsense()
    need = need_of(current_app.view_functions.get(request.endpoint or ""))
    if need is None:
        raise NotForYou("没有权限")
    number = (request.view_args or {}).get("merchant")
    if number is None:
        _only_for_anybody(need)
        return None
    g.panel_shop = _find_shop(number)
    if request.method not in SAFE:
        _refuse_forged()
    signed = _whoever()
    if need.role is None:
        return None
    return _let_in(need, signed) if signed else _to_the_door()


def signed_in() -> Signed | None:
    """Who is there, also on a page for anybody."""
    return cast("Signed | None", g.get("panel_signed"))


def lacks_second_factor(signed: Signed) -> bool:
    """A password alone opens no shop; a scan has the phone for its second factor."""
    return signed.how == How.PASSWORD and not signed.has_second_factor


def roles_below(role: Role) -> list[Role]:
    """The lesser roles, the greatest first."""
    order = [Role.OWNER, Role.MANAGER, Role.CLERK]
    return order[order.index(role) + 1 :]


def _let_in(need: Need, signed: Signed) -> Response | None:
    g.panel = Here(merchant_id=shop().id, shop=shop(), staff=signed)
    if lacks_second_factor(signed) and request.endpoint not in WITHOUT_SECOND_FACTOR:
        return _lead_to(url_for("panel.security.second_factor", merchant=shop().number))
    if not signed.is_at_least(need.role or Role.OWNER):
        raise NotForYou("没有权限", needs=(need.role or Role.OWNER).value)
    if need.at_store and signed.store_id is None:
        raise ChooseStoreFirst("请先选择门店")
    if need.is_dear and request.method not in SAFE and not signed.is_sure(clock.now()):
        raise ConfirmFirst("请先验证身份")
    return None


def _only_for_anybody(need: Need) -> None:
    """An address without a shop knows nobody, so it lets in nobody in particular."""
    if need.role is not None:
        raise NotForYou("没有权限")


def _refuse_nonsense() -> None:
    """What no column of ours can hold, wherever it stands: in one place, before any page."""
    for word in (request.view_args or {}).values():
        is_whole = isinstance(word, int)
        if (is_whole and word > LARGEST) or (not is_whole and NUL in str(word)):
            raise NotFound("There is nothing at this address.")
    for values in (request.args, request.form):
        if any(NUL in f"{name}{word}" for name, word in values.items(multi=True)):
            raise Invalid("内容含有无法保存的字符")


def _find_shop(number: str) -> Profile:
    merchant_id = merchants.merchant_id_of(number)
    with looking():
        return merchants.profile(merchant_id=merchant_id)


def _whoever() -> Signed | None:
    token = session.get(BROWSERS, {}).get(shop().number)
    if not token:
        return None
    at = clock.now()
    with hot_transaction(merchant=shop().id):
        signed = accounts.who(merchant_id=shop().id, token=token, at=at)
    if signed and at - signed.seen_at >= accounts.SEEN_EVERY:
        with transaction(merchant=shop().id):
            accounts.note_seen(merchant_id=shop().id, signed=signed, at=at)
    g.panel_signed = signed
    return signed


def _refuse_forged() -> None:
    """A form must carry this browser's own secret, and come from our own pages."""
    origin = request.headers.get("Origin")
    settings = cast("Settings", current_app.extensions["settings"])
    ours = {request.host, urlsplit(settings.public_url).netloc}
    if origin and urlsplit(origin).netloc not in ours:
        raise FromElsewhere("请求来源不正确，请刷新页面重试")
    try:
        csrf.protect()
    except CSRFError as forged:
        raise FromElsewhere("页面已过期，请刷新后重试") from forged


def _to_the_door() -> Response:
    """Sign in, and come back here."""
    back = request.full_path.rstrip("?") if request.method in SAFE else None
    return _lead_to(url_for("panel.entering.sign_in", merchant=shop().number, next=back))


def _lead_to(target: str) -> Response:
    """Elsewhere, with the whole page: a fragment would hold a page of its own."""
    if "HX-Request" in request.headers:
        response = Response(status=401)
        response.headers["HX-Redirect"] = target
        return response
    return cast("Response", redirect(target, 303))
