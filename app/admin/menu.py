"""The menu: one table. An entry is shown to those who may open its page, once the page exists."""

from dataclasses import dataclass

from flask import current_app, request
from flask_babel import lazy_gettext as _

from app.admin.needs import need_of
from app.domain.accounts import Signed


@dataclass(frozen=True, kw_only=True)
class Entry:
    """`endpoint` below "panel."; `icon` is a name in icons.svg."""

    words: str
    endpoint: str
    icon: str

    @property
    def is_here(self) -> bool:
        """The page itself, or one of its neighbours in the same file."""
        return (request.endpoint or "").rpartition(".")[0] == f"panel.{self.endpoint}".rpartition(
            "."
        )[0]


@dataclass(frozen=True, kw_only=True)
class Group:
    words: str
    entries: tuple[Entry, ...]


MENU: tuple[Group, ...] = (
    Group(
        words=_("经营"),
        entries=(
            Entry(words=_("概览"), endpoint="overview.show", icon="layout-dashboard"),
            Entry(words=_("数据"), endpoint="numbers.show", icon="chart-line"),
            Entry(words=_("核销台"), endpoint="till.show", icon="scan"),
        ),
    ),
    Group(
        words=_("售卖"),
        entries=(
            Entry(words=_("权益"), endpoint="benefits.index", icon="ticket"),
            Entry(words=_("卡券商品"), endpoint="offers.index", icon="shopping-bag"),
            Entry(words=_("模板"), endpoint="recipes.index", icon="rocket"),
            Entry(words=_("券码库"), endpoint="codes.index", icon="key"),
            Entry(words=_("实体卡"), endpoint="paper.index", icon="id"),
        ),
    ),
    Group(
        words=_("交易与服务"),
        entries=(
            Entry(words=_("订单"), endpoint="orders.index", icon="receipt"),
            Entry(words=_("券"), endpoint="vouchers.index", icon="qrcode"),
            Entry(words=_("退款"), endpoint="refunds.index", icon="arrow-back-up"),
            Entry(words=_("投诉"), endpoint="complaints.index", icon="message-report"),
            Entry(words=_("补偿"), endpoint="goodwill.index", icon="gift"),
            Entry(words=_("审核"), endpoint="reviews.index", icon="checklist"),
            Entry(words=_("发货"), endpoint="shipments.index", icon="truck"),
            Entry(words=_("预约"), endpoint="bookings.index", icon="armchair"),
        ),
    ),
    Group(
        words=_("营销"),
        entries=(
            Entry(words=_("活动"), endpoint="campaigns.index", icon="confetti"),
            Entry(words=_("日历"), endpoint="agenda.show", icon="calendar-event"),
            Entry(words=_("好友助力"), endpoint="assists.index", icon="heart-handshake"),
            Entry(words=_("渠道码"), endpoint="channels.index", icon="send"),
        ),
    ),
    Group(
        words=_("会员"),
        entries=(
            Entry(words=_("会员"), endpoint="members.index", icon="users"),
            Entry(words=_("标签"), endpoint="tags.index", icon="tags"),
            Entry(words=_("等级"), endpoint="tiers.show", icon="crown"),
            Entry(words=_("积分"), endpoint="points.show", icon="star"),
            Entry(words=_("储值"), endpoint="value.show", icon="wallet"),
            Entry(words=_("消息"), endpoint="messages.index", icon="bell"),
        ),
    ),
    Group(
        words=_("管理"),
        entries=(
            Entry(words=_("对账"), endpoint="money.index", icon="report-money"),
            Entry(words=_("运行"), endpoint="operations.show", icon="activity"),
            Entry(words=_("任务"), endpoint="works.index", icon="progress"),
            Entry(words=_("门店与店员"), endpoint="people.index", icon="building-store"),
            Entry(words=_("复核"), endpoint="approvals.index", icon="shield-lock"),
            Entry(words=_("操作记录"), endpoint="history.index", icon="history"),
            Entry(words=_("设置"), endpoint="settings.show", icon="settings"),
        ),
    ),
)


def menu_for(staff: Signed) -> list[Group]:
    """What this person may open, with the role in which he looks."""
    shown = [
        Group(words=group.words, entries=tuple(e for e in group.entries if _may(staff, e)))
        for group in MENU
    ]
    return [group for group in shown if group.entries]


def _may(staff: Signed, entry: Entry) -> bool:
    need = need_of(current_app.view_functions.get(f"panel.{entry.endpoint}"))
    return need is not None and need.role is not None and staff.is_at_least(need.role)
