"""The first ten minutes: what a shop needs before its first sale, and where each is done."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, current_app
from flask_babel import lazy_gettext as _

from app.admin import door, pages
from app.admin.needs import needs
from app.domain import catalog, merchants, messaging
from app.domain.catalog import OfferState
from app.domain.merchants import AppKind, Role, StaffState
from app.kernel.db import transaction
from app.kernel.errors import NotFound

bp = Blueprint("start", __name__)


@dataclass(frozen=True, kw_only=True)
class Step:
    """`endpoint` is where it is done, if that page is there."""

    words: str
    why: str
    is_done: bool
    endpoint: str

    @property
    def has_page(self) -> bool:
        return f"panel.{self.endpoint}" in current_app.view_functions


@bp.get("/<merchant>/start")
@needs(Role.MANAGER)
def show(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    return pages.page("start/show.html", steps=steps())


@bp.get("/<merchant>/start/checklist")
@needs(Role.MANAGER)
def checklist(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """For the first page: what is missing still, or nothing."""
    return pages.page("start/_checklist.html", steps=steps(), is_short=True)


def steps() -> list[Step]:
    """In the order in which they are best done."""
    with transaction(merchant=door.here().merchant_id):
        return [*_wechat(), *_house(), *_shelf()]


def _wechat() -> Iterator[Step]:
    merchant_id = door.here().merchant_id
    apps = merchants.list_appids(merchant_id=merchant_id, kind=AppKind.MINI_PROGRAM)
    yield Step(
        words=_("接入微信小程序"),
        why=_("顾客在小程序里买券、出示券"),
        is_done=bool(apps),
        endpoint="settings.show",
    )
    yield Step(
        words=_("接入微信支付"),
        why=_("没有支付通道就不能收款"),
        is_done=_collects(merchant_id),
        endpoint="settings.show",
    )
    yield Step(
        words=_("对应消息模板"),
        why=_("到账、核销、快过期时通知顾客"),
        is_done=bool(messaging.setup_of(merchant_id=merchant_id).templates),
        endpoint="messages.index",
    )


def _house() -> Iterator[Step]:
    merchant_id = door.here().merchant_id
    stores = [each for each in merchants.list_stores(merchant_id=merchant_id) if each.is_open]
    staff = merchants.list_staff(merchant_id=merchant_id)
    clerks = [each for each in staff if each.role == Role.CLERK and each.state == StaffState.ACTIVE]
    yield Step(
        words=_("添加门店"),
        why=_("券要知道在哪里可用"),
        is_done=bool(stores),
        endpoint="people.index",
    )
    yield Step(
        words=_("邀请店员"),
        why=_("店员用手机核销，每一笔记在本人名下"),
        is_done=bool(clerks),
        endpoint="people.index",
    )


def _shelf() -> Iterator[Step]:
    merchant_id = door.here().merchant_id
    listed = catalog.list_all_offers(merchant_id=merchant_id, limit=1)
    on_sale = catalog.list_all_offers(merchant_id=merchant_id, state=OfferState.ON_SALE, limit=1)
    yield Step(
        words=_("准备第一个商品"),
        why=_("从模板开始，改成你的价格"),
        is_done=bool(listed.items),
        endpoint="recipes.index",
    )
    yield Step(
        words=_("发布商品"),
        why=_("发布后出现在小程序货架"),
        is_done=bool(on_sale.items),
        endpoint="offers.index",
    )


def _collects(merchant_id: int) -> bool:
    try:
        merchants.default_pay_channel(merchant_id=merchant_id)
    except NotFound:
        return False
    return True
