"""How things read on a page: money, instants in the shop's zone, states as badges, refusals."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, url_for
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from app.admin import door
from app.admin.numbers_words import CHANNELS
from app.domain.merchants import Role
from app.kernel import money
from app.kernel.errors import DomainError

LOCALES = ("zh_Hans_CN", "en")
LOCALE_COOKIE = "kabao_locale"
ROLES: Mapping[str, str] = {
    Role.OWNER: _("店主"),
    Role.MANAGER: _("店长"),
    Role.CLERK: _("店员"),
}
# Refusals whose own words are meant for programs.
REFUSALS: Mapping[str, str] = {
    "not_found": _("找不到这个内容，可能已被删除"),
    "busy": _("有人正在处理同一内容，请稍后再试"),
    "invitation_invalid": _("邀请已失效，请联系店主重新邀请"),
    "already_added": _("已经添加过了"),
    "last_owner": _("至少保留一位店主"),
    "unavailable": _("系统繁忙，请稍后再试"),
    "internal": _("系统出错了，我们已记录"),
}
HTTP: Mapping[int, str] = {
    400: _("请求不正确，请刷新页面重试"),
    404: _("没有这个页面"),
    405: _("没有这个页面"),
    413: _("内容过大"),
    500: _("系统出错了，我们已记录"),
}

# What a browser's name for itself holds; the first that fits, since each claims to be its elders.
PROGRAMS = (
    ("MicroMessenger", _("微信")),
    ("Edg", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def register(app: Flask) -> None:
    """Make these known to every template."""
    for name, speak in FILTERS.items():
        app.jinja_env.filters[name] = speak


def yuan(fen: int | None) -> str:
    """123456 -> "¥1,234.56"; nothing for None."""
    if fen is None:
        return "–"
    sign, whole, rest = "-" if fen < 0 else "", abs(fen) // 100, abs(fen) % 100
    return f"{sign}¥{whole:,}.{rest:02d}"


def plain_yuan(fen: int | None) -> str:
    """1234 -> "12.34", as it stands in a field."""
    return "" if fen is None else money.yuan(fen)


def count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def up_to(number: int, most: int) -> str:
    """1234 up to 500 -> "500+"."""
    return count(number) if number <= most else f"{count(most)}+"


def percent(bp: int | None) -> str:
    """1234 basis points -> "12.3%"."""
    return "–" if bp is None else f"{bp / 100:.1f}%"


def moment(at: datetime | None) -> str:
    """An instant in the shop's zone, to the minute."""
    return "–" if at is None else local(at).strftime("%Y-%m-%d %H:%M")


def until(at: datetime | None) -> str:
    """An end that does not count itself, as people say it: midnight ends the day before, at 24:00."""
    if at is None or local(at).time() != time.min:
        return moment(at)
    return f"{local(at).date() - timedelta(days=1)} 24:00"


def in_colour(said: tuple[str, str]) -> Markup:
    """A name in its colour."""
    name, colour = said
    return Markup('<span class="badge bg-{}-lt">{}</span>').format(colour, name)


def device(agent: str) -> str:
    """What a person calls the thing that this browser says of itself; "" when it says nothing."""
    program = next((name for mark, name in PROGRAMS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return " · ".join(filter(None, (str(system), str(program))))


def channel(told: str) -> str:
    """A way to a sale in words; a word of the shop's own stays."""
    return str(CHANNELS.get(told, told))


def clock_time(at: datetime | None) -> str:
    return "–" if at is None else local(at).strftime("%H:%M")


def day(on: date | datetime | None) -> str:
    if on is None:
        return "–"
    return (local(on) if isinstance(on, datetime) else on).strftime("%Y-%m-%d")


def local(at: datetime) -> datetime:
    """In the shop's zone."""
    return at.astimezone(ZoneInfo(door.shop().zone))


def role(word: str) -> str:
    return str(ROLES.get(word, word))


def refusal(problem: DomainError) -> str:
    """What a person reads of a refusal."""
    return str(REFUSALS.get(problem.code, problem.message))


def icon(name: str, *, size: int = 20) -> Markup:
    """A picture of icons.svg, that screen readers pass over."""
    href = url_for("panel.static", filename="vendor/icons.svg")
    return Markup(
        '<svg class="icon" width="{size}" height="{size}" aria-hidden="true" focusable="false">'
        '<use href="{href}#{name}"></use></svg>'
    ).format(size=size, href=href, name=name)


def signed(number: int) -> str:
    """+12 or -3."""
    return f"{number:+,}"


def without_shop(arguments: Mapping[str, Any] | None) -> dict[str, Any]:
    """What an address names beside its shop."""
    return {name: value for name, value in (arguments or {}).items() if name != "merchant"}


FILTERS: Mapping[str, Any] = {
    "yuan": yuan,
    "plain_yuan": plain_yuan,
    "count": count,
    "up_to": up_to,
    "percent": percent,
    "moment": moment,
    "until": until,
    "device": device,
    "channel": channel,
    "clock": clock_time,
    "day": day,
    "role": role,
    "signed": signed,
    "reject_shop": without_shop,
}
