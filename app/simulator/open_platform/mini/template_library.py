"""The public library that subscribe-message templates are chosen from: a small one of our own."""

from dataclasses import dataclass

from app.simulator.open_platform.mini.service_card_state import TITLES

CATEGORIES = {612: "商家自营/百货", 307: "商家自营/预付卡"}
ONE_TIME = 2
CARD_TIDS = {10_000_000 + kind % 1000: title for kind, title in TITLES.items()}


@dataclass(frozen=True, kw_only=True)
class PublicTemplate:
    """A title of the library with its keywords: (kid, label, example, rule)."""

    tid: int
    title: str
    category: int
    keywords: tuple[tuple[int, str, str, str], ...]


LIBRARY = {
    each.tid: each
    for each in (
        PublicTemplate(
            tid=1001,
            title="卡券到账提醒",
            category=612,
            keywords=(
                (1, "卡券名称", "咖啡兑换券", "thing"),
                (2, "面值", "35元", "amount"),
                (3, "到账时间", "2026年5月1日 15:01", "time"),
                (4, "温馨提示", "请在有效期内使用", "thing"),
            ),
        ),
        PublicTemplate(
            tid=1002,
            title="卡券到期提醒",
            category=612,
            keywords=(
                (1, "卡券名称", "咖啡兑换券", "thing"),
                (2, "到期时间", "2026年5月1日", "date"),
                (3, "温馨提示", "请在有效期内使用", "thing"),
            ),
        ),
        PublicTemplate(
            tid=1003,
            title="核销成功通知",
            category=307,
            keywords=(
                (1, "卡券名称", "咖啡兑换券", "thing"),
                (2, "核销门店", "人民路店", "thing"),
                (3, "核销时间", "2026年5月1日 15:01", "time"),
            ),
        ),
    )
}
