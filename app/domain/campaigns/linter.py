"""What the platform forbids in campaigns where friends help, before anybody reads them.

The numbers are those of the mini-program operating rules (微信小程序平台运营规范, chapter 5 on
shares and inducement); "H5" stands for the rules on external links (外链内容管理规范), which ban
such pages outright; "own" for what would break our own promise to a customer.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain import catalog
from app.domain.campaigns.terms import Terms
from app.kernel.money import yuan

MOST_FRIENDS = 4
"""Rule 5.1.8: a team has at most five people, the sharer among them."""

LONGEST_WAIT = timedelta(days=7)
"""Rule 5.1.7 wants rewards at once; a task that lasts longer is an accumulation."""

LEAST_RULES = 20
MOST_SHARER_HELPS = 20


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`rule` is the platform's number; `suggestion` says what to change."""

    rule: str
    field: str
    why: str
    suggestion: str
    phrase: str | None = None


@dataclass(frozen=True, kw_only=True)
class Promised:
    """A benefit as it would be given now; nothing is published: no value and no wording."""

    name: str
    market_value_fen: int | None
    ends_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Card:
    """The main offer."""

    kind: str
    state: str
    price_fen: int
    value_fen: int
    vouchers: int


@dataclass(frozen=True)
class _Words:
    """Words that show a forbidden promise. A "no" before them takes it back: 不抽奖."""

    rule: str
    pattern: str
    why: str
    suggestion: str

    def found(self, text: str) -> list[str]:
        matches = re.finditer(f"(?<![不非无没勿])(?:{self.pattern})", text, re.IGNORECASE)
        return list(dict.fromkeys(match.group() for match in matches))


_WORDS = (
    _Words(
        "5.1.1",
        "必须分享|分享后才[能可]|转发后才[能可]|分享才[能可]|转发才[能可]|强制(?:分享|转发)|分享即可继续|不分享(?:就|则)",
        "强制用户分享后才能继续",
        "写明购买和使用主卡不需要分享，助力是可选的",
    ),
    _Words(
        "5.1.3",
        r"朋友圈|\bmoments\b",
        "以奖励引导分享到朋友圈",
        "删去朋友圈，只说发给好友或群聊",
    ),
    _Words(
        "5.1.4",
        "分享即[得送领]|分享就[得送领]|转发即[得送领]|转发就[得送领]|转发有[礼奖]|分享有[礼奖]|点开即[得送领]|浏览即[得送领]",
        "只凭分享或点开就给奖励，好友没有真实参与",
        "写明好友登录、了解规则并确认助力后才计入",
    ),
    _Words(
        "5.1.5",
        "不转不是|速看|惊呆|震惊|最后一天|马上失效|内部消息|手慢无",
        "标题夸张，与实际内容不符",
        "如实写出权益、人数和截止时间",
    ),
    _Words(
        "5.1.6",
        "抽奖|抽取|随机|盲盒|有机会|概率|中奖|幸运|手气|刮刮|开奖|摇一摇|可能获得|最高可[得领]",
        "奖励不确定或靠运气",
        "改为固定的权益，写出名称和价值",
    ),
    _Words(
        "5.1.7",
        "累计(?:助力|邀请|满)|次日到账|工作日内(?:发放|到账)|审核后发放|活动结束后(?:统一)?发放|[0-9一二三四五六七八九十]+天后(?:发放|到账)",
        "奖励不是立即获得，或要长期累积",
        "助力成功立即发放",
    ),
    _Words(
        "5.3",
        "下载(?:app|应用|软件)|转发赚|分享赚|返现|提现|赚钱|现金红包|领红包",
        "以金钱或奖励引导转发、下载",
        "奖励只用本店的固定券，不涉及现金、下载",
    ),
    _Words(
        "5.9",
        "下线|下级|上级|二级|三级|多级|层级|分销|佣金|裂变|团队(?:奖励|收益)|发展(?:好友|会员|代理)",
        "多级分销",
        "只奖励直接助力的好友，不分层级",
    ),
    _Words(
        "5.21",
        "关注(?:公众号|即|后|有)|订阅(?:即|后|有|消息)|收藏(?:即|后|有)|好评(?:即|后|有)|添加客服(?:即|后|有)",
        "以奖励引导关注、订阅或点击",
        "删去关注、订阅、收藏等要求",
    ),
    _Words(
        "H5",
        r"https?://|www\.|浏览器|网页|\bh5\b|公众号(?:文章|链接|内)|外部链接",
        "助力页面只能在小程序内，外链中的助力一律禁止",
        "删去链接和网页，只说在小程序内打开",
    ),
)


def lint(
    terms: Terms, *, card: Card, promised: Mapping[str, Promised], at: datetime
) -> list[Finding]:
    """Everything that stands in the way at once. `promised` has every benefit of the terms."""
    return [
        *_people(terms),
        *_card(card),
        *_rewards(terms, promised, at),
        *_deadline(terms, at),
        *_volume(terms),
        *_told(terms, promised),
        *_copy(terms),
    ]


def _people(terms: Terms) -> Iterator[Finding]:
    if terms.friends > MOST_FRIENDS:
        yield Finding(
            rule="5.1.8",
            field="subs",
            why=f"一张主卡共需 {terms.friends} 位好友，连同分享者超过 5 人",
            suggestion=f"把全部解锁券需要的好友总数减到 {MOST_FRIENDS} 位以内",
        )


def _card(card: Card) -> Iterator[Finding]:
    if card.kind != "assist" or card.state != "on_sale":
        yield Finding(
            rule="own",
            field="offer",
            why="主商品不是在售的助力卡",
            suggestion="选择类型为助力卡的商品，并先上架",
        )
    if card.vouchers == 0 or card.price_fen > card.value_fen:
        yield Finding(
            rule="5.1.1",
            field="offer",
            why=f"不分享时，主卡的券价值{yuan(card.value_fen)}元，低于售价{yuan(card.price_fen)}元",
            suggestion="让付款所得的券不靠助力就值回售价",
        )


def _rewards(terms: Terms, promised: Mapping[str, Promised], at: datetime) -> Iterator[Finding]:
    last = terms.ends_at or at + timedelta(hours=terms.hours)
    for number in terms.benefits:
        benefit = promised[number]
        if not benefit.market_value_fen:
            yield Finding(
                rule="5.1.6",
                field="benefits",
                phrase=benefit.name,
                why="权益尚未发布，奖励的内容和价值还不确定",
                suggestion="先发布该权益",
            )
        if benefit.ends_at and benefit.ends_at <= last:
            yield Finding(
                rule="own",
                field="benefits",
                phrase=benefit.name,
                why="权益在助力截止之前就失效",
                suggestion="延长权益的有效期，或让活动早些结束",
            )
    if terms.fallback and terms.fallback in {sub.benefit for sub in terms.subs}:
        yield Finding(
            rule="5.1.5",
            field="fallback",
            why="未完成助力得到的与完成后相同，好友的助力没有意义",
            suggestion="换成较小的权益，或到期作废",
        )


def _deadline(terms: Terms, at: datetime) -> Iterator[Finding]:
    if timedelta(hours=terms.hours) > LONGEST_WAIT:
        yield Finding(
            rule="5.1.7",
            field="hours",
            why="助力时间超过 7 天，属于长期累积",
            suggestion="改为 168 小时以内",
        )
    if terms.ends_at and terms.ends_at <= at:
        yield Finding(rule="own", field="ends_at", why="活动已经结束", suggestion="填写今后的时间")


def _volume(terms: Terms) -> Iterator[Finding]:
    if terms.rewards is None:
        yield Finding(
            rule="5.1.5",
            field="rewards",
            why="没有奖励总量，好友看不到还剩多少",
            suggestion="填写助力奖励的总份数",
        )
    if terms.sharer_daily_cap is None or terms.sharer_daily_cap > MOST_SHARER_HELPS:
        yield Finding(
            rule="5.1.9",
            field="sharer_daily_cap",
            why="没有限制一人一天带来的助力，容易成为过度营销",
            suggestion=f"填写每位分享者每天最多 {MOST_SHARER_HELPS} 次以内的助力",
        )


def _told(terms: Terms, promised: Mapping[str, Promised]) -> Iterator[Finding]:
    """The page shows figures by itself; the merchant's own rules must not say less."""
    rules = terms.wording.rules
    missing = [
        *(promised[number].name for number in terms.benefits if promised[number].name not in rules),
        *(
            f"{count}位好友"
            for count in sorted({sub.helpers for sub in terms.subs})
            if not re.search(rf"(?<!\d){count}\s*[位名个]", rules)
        ),
        *([] if re.search(rf"(?<!\d){terms.hours}\s*小时", rules) else [f"{terms.hours}小时"]),
        *(["仅限新用户"] if terms.new_users_only and "新用户" not in rules else []),
        *([] if re.search("作废|失效|补发|改发|到期|未完成", rules) else ["到期未完成怎么办"]),
    ]
    if missing or len(rules) < LEAST_RULES:
        yield Finding(
            rule="5.1.5",
            field="wording.rules",
            phrase="、".join(missing) or None,
            why="规则没有写清楚：" + ("、".join(missing) or "太短"),
            suggestion="逐项写出每项权益、人数、时限和未完成的处理",
        )


def _copy(terms: Terms) -> Iterator[Finding]:
    wording = terms.wording
    fields = {
        "wording.title": wording.title,
        "wording.rules": wording.rules,
        "wording.share_title": wording.share_title,
    }
    for field, text in fields.items():
        for words in _WORDS:
            yield from _found(words, field, text)
        for vague in catalog.vague_words(text):
            yield Finding(
                rule="5.1.5",
                field=field,
                phrase=vague.phrase,
                why=vague.why,
                suggestion=vague.suggestion,
            )


def _found(words: _Words, field: str, text: str) -> Sequence[Finding]:
    return [
        Finding(
            rule=words.rule,
            field=field,
            phrase=phrase,
            why=words.why,
            suggestion=words.suggestion,
        )
        for phrase in words.found(text)
    ]
