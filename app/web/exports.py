"""Tables that people take with them: what each holds, read page by page, with its rows as cells."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from app.domain import analytics, merchants
from app.domain.analytics import Cause, Numbers, Unused, Used
from app.kernel import calendar
from app.kernel.errors import Invalid
from app.web.tables import Cell

ROWS_PER_PAGE = 2000
CAUSES: Mapping[str, str] = {
    Cause.EXPIRED: "已过期未退",
    Cause.NO_CODE: "等待发码",
    Cause.FROZEN: "已冻结",
    Cause.LOCKED: "待好友助力解锁",
    Cause.GIVEN: "转赠或分享中未领取",
    Cause.NOT_YET: "未到可用时间",
    Cause.ENDING: "7天内到期",
    Cause.PASSED_ON: "已转给他人未使用",
    Cause.PARTLY: "用过同卡其他券",
    Cause.NOT_COME: "尚未到店",
}

Row = Sequence[str | int | None]


class Column(StrEnum):
    """How a column's values are meant: fen become yuan, all else is as it is."""

    TEXT = "text"
    NUMBER = "number"
    YUAN = "yuan"


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What was asked for: a merchant's table over the days [since, until], as seen `at` then."""

    merchant_id: int
    zone: str
    since: date
    until: date
    at: datetime
    cause: str | None = None
    store_id: int | None = None

    def told(self, at: datetime) -> str:
        """An instant on the merchant's clock."""
        return f"{at.astimezone(ZoneInfo(self.zone)):%Y-%m-%d %H:%M}"


Read = Callable[[Ask, str | None, int], tuple[list[Row], str | None]]


@dataclass(frozen=True, kw_only=True)
class Table:
    """`read` gives the rows after a cursor, and the next cursor or None."""

    title: str
    heading: tuple[tuple[str, Column], ...]
    read: Read

    @property
    def words(self) -> list[str]:
        return [words for words, _column in self.heading]

    def cells(self, row: Row) -> list[Cell]:
        columns = (column for _words, column in self.heading)
        return [_cell(value, column) for value, column in zip(row, columns, strict=True)]


def find(name: str) -> Table:
    """Raises Invalid."""
    if name not in TABLES:
        raise Invalid("There is no such table.", table=name[:40])
    return TABLES[name]


def rows_of(table: Table, ask: Ask) -> Iterator[Row]:
    """All of them, page after page."""
    cursor, is_more = None, True
    while is_more:
        rows, cursor = table.read(ask, cursor, ROWS_PER_PAGE)
        yield from rows
        is_more = cursor is not None


def to_json(ask: Ask) -> dict[str, Any]:
    """As it is kept with long work."""
    return {
        "since": ask.since.isoformat(),
        "until": ask.until.isoformat(),
        "at": ask.at.isoformat(),
        "cause": ask.cause,
        "store_id": ask.store_id,
    }


def from_json(merchant_id: int, told: Mapping[str, Any]) -> Ask:
    """What `to_json` wrote."""
    return Ask(
        merchant_id=merchant_id,
        zone=merchants.profile(merchant_id=merchant_id).zone,
        since=date.fromisoformat(told["since"]),
        until=date.fromisoformat(told["until"]),
        at=datetime.fromisoformat(told["at"]),
        cause=told["cause"],
        store_id=told["store_id"],
    )


def _cell(value: str | int | None, column: Column) -> Cell:
    if column is Column.YUAN and isinstance(value, int):
        return Decimal(value).scaleb(-2)
    return value


def _numbers(ask: Ask) -> Numbers:
    return analytics.look(
        merchant_id=ask.merchant_id,
        zone=ask.zone,
        since=ask.since,
        until=ask.until,
        at=ask.at,
    )


def _days(ask: Ask, _cursor: str | None, _limit: int) -> tuple[list[Row], str | None]:
    rows: list[Row] = [
        (
            day.day.isoformat(),
            day.received.count,
            day.received.amount,
            day.returned.amount,
            day.net_fen,
            day.sold.count,
            day.redeemed.count,
        )
        for day in _numbers(ask).days()
    ]
    return rows, None


def _sources(prefix: str) -> Read:
    def read(ask: Ask, _cursor: str | None, _limit: int) -> tuple[list[Row], str | None]:
        found = _numbers(ask).sources(prefix)
        return [
            (each.name or "未标记", each.placed, each.bought.count, each.bought.amount)
            for each in found
        ], None

    return read


def _cohorts(ask: Ask, _cursor: str | None, _limit: int) -> tuple[list[Row], str | None]:
    return [
        (each.month, each.sold, each.redeemed, each.gone_back, each.expired, each.rest)
        for each in _numbers(ask).cohorts()
    ], None


def _unused(ask: Ask, cursor: str | None, limit: int) -> tuple[list[Row], str | None]:
    page = analytics.list_unused(
        merchant_id=ask.merchant_id,
        sold_before=calendar.end_of(ask.until, ask.zone),
        at=ask.at,
        cause=Cause(ask.cause) if ask.cause else None,
        cursor=cursor,
        limit=limit,
    )
    return [_unused_row(ask, each) for each in page.items], page.next_cursor


def _unused_row(ask: Ask, each: Unused) -> Row:
    return (
        each.number,
        each.title,
        each.member_number,
        each.nickname,
        each.allocated_fen,
        ask.told(each.issued_at),
        ask.told(each.valid_until),
        CAUSES[each.cause],
    )


def _used(ask: Ask, cursor: str | None, limit: int) -> tuple[list[Row], str | None]:
    page = analytics.list_used(
        merchant_id=ask.merchant_id,
        starts_at=calendar.start_of_day(ask.since, ask.zone),
        ends_at=calendar.end_of(ask.until, ask.zone),
        store_id=ask.store_id,
        cursor=cursor,
        limit=limit,
    )
    return [_used_row(ask, each) for each in page.items], page.next_cursor


def _used_row(ask: Ask, each: Used) -> Row:
    return (
        ask.told(each.redeemed_at),
        each.store,
        each.voucher_number,
        each.title,
        each.member_number,
        each.nickname,
        each.value_fen,
        each.points,
        "已撤销" if each.reversed_at else "",
    )


_TEXT, _NUMBER, _YUAN = Column.TEXT, Column.NUMBER, Column.YUAN
_SOURCE = (("下单数", _NUMBER), ("支付数", _NUMBER), ("支付金额(元)", _YUAN))
TABLES: Mapping[str, Table] = {
    "days": Table(
        title="每日数据",
        heading=(
            ("日期", _TEXT),
            ("收款笔数", _NUMBER),
            ("收款(元)", _YUAN),
            ("退款(元)", _YUAN),
            ("净收款(元)", _YUAN),
            ("售出券", _NUMBER),
            ("核销券", _NUMBER),
        ),
        read=_days,
    ),
    "channels": Table(
        title="渠道转化", heading=(("渠道", _TEXT), *_SOURCE), read=_sources(analytics.CHANNEL)
    ),
    "communities": Table(
        title="社群转化", heading=(("社群", _TEXT), *_SOURCE), read=_sources(analytics.COMMUNITY)
    ),
    "cohorts": Table(
        title="按售出月核销",
        heading=(
            ("售出月份", _TEXT),
            ("售出", _NUMBER),
            ("已核销", _NUMBER),
            ("已退", _NUMBER),
            ("已过期", _NUMBER),
            ("未使用", _NUMBER),
        ),
        read=_cohorts,
    ),
    "unused": Table(
        title="已售未用",
        heading=(
            ("券号", _TEXT),
            ("商品", _TEXT),
            ("会员号", _TEXT),
            ("昵称", _TEXT),
            ("实付(元)", _YUAN),
            ("售出时间", _TEXT),
            ("有效期至", _TEXT),
            ("原因", _TEXT),
        ),
        read=_unused,
    ),
    "used": Table(
        title="核销明细",
        heading=(
            ("核销时间", _TEXT),
            ("门店", _TEXT),
            ("券号", _TEXT),
            ("商品", _TEXT),
            ("会员号", _TEXT),
            ("昵称", _TEXT),
            ("价值(元)", _YUAN),
            ("积分", _NUMBER),
            ("备注", _TEXT),
        ),
        read=_used,
    ),
}
