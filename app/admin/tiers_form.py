"""The tiers of a shop as a form: blocks that can be added, each with its conditions and packs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _

from app.domain import membership
from app.domain.membership import Growth, Needs, Occasion, RuleSet, Tier
from app.kernel import money
from app.kernel.errors import Invalid

NEEDS: Mapping[Needs, str] = {
    Needs.ANY: _("满足任一条件"),
    Needs.ALL: _("满足全部条件"),
    Needs.BOUGHT: _("只能购买权益卡获得"),
}
GROWTHS: Mapping[Growth, str] = {
    Growth.SPEND: _("消费满（元）"),
    Growth.VISIT: _("到店（次）"),
    Growth.POINTS: _("获得积分"),
    Growth.PURCHASE: _("购买指定商品（份）"),
}
OCCASIONS: Mapping[Occasion, str] = {
    Occasion.UPGRADE: _("升级礼"),
    Occasion.MONTHLY: _("每月礼"),
    Occasion.BIRTHDAY: _("生日礼"),
}
MOST_TIERS, MOST_CONDITIONS, MOST_ITEMS = 12, 8, 20
LONGEST_NUMBER = 18
LONGEST_NAME, LONGEST_LINE = 20, 60


@dataclass(frozen=True, kw_only=True)
class ConditionRow:
    kind: str = Growth.SPEND.value
    amount: str = ""
    days: str = "365"
    offer: str = ""


@dataclass(frozen=True, kw_only=True)
class ItemRow:
    benefit: str = ""
    quantity: str = "1"


@dataclass(frozen=True, kw_only=True)
class Block:
    """One tier as it stands in the form; everything is text until it is read."""

    id: str
    number: str = ""
    rank: str = ""
    name: str = ""
    needs: str = Needs.ANY.value
    times: str = "1"
    early: str = "0"
    privileges: str = ""
    conditions: Sequence[ConditionRow] = ()
    packs: Mapping[str, Sequence[ItemRow]] = field(default_factory=dict)

    @property
    def open_conditions(self) -> list[ConditionRow]:
        """With an empty one to go on."""
        return [*self.conditions, ConditionRow()][:MOST_CONDITIONS]

    def open_items(self, occasion: str) -> list[ItemRow]:
        return [*self.packs.get(occasion, ()), ItemRow()][:MOST_ITEMS]


@dataclass(frozen=True, kw_only=True)
class Typed:
    """The whole form."""

    blocks: Sequence[Block]
    keeps_months: str = "12"
    warn_days: str = "14"
    grace_days: str = "30"


def typed() -> Typed:
    """What the form says."""
    said = request.form
    return Typed(
        blocks=[_block(said, each[:20]) for each in said.getlist("tier")[:MOST_TIERS]],
        keeps_months=said.get("keeps_months", ""),
        warn_days=said.get("warn_days", ""),
        grace_days=said.get("grace_days", ""),
    )


def rules_of(form: Typed) -> RuleSet:
    """The rules that the form means. Raises Invalid, RulesRefused."""
    tiers = [_tier(each) for each in form.blocks if each.name.strip()]
    if not tiers:
        raise Invalid(str(_("至少填写一个等级")))
    return membership.parse(
        {
            "tiers": sorted(_numbered(tiers), key=lambda tier: int(tier["rank"])),
            "keeps_months": _whole(form.keeps_months, _("有效月数"), least=1, most=60),
            "warn_days": _whole(form.warn_days, _("提前提醒天数"), least=1, most=90),
            "grace_days": _whole(form.grace_days, _("宽限天数"), least=1, most=366),
        }
    )


def form_of(rules: RuleSet | None) -> Typed:
    """The form for these rules, or a ladder to begin with."""
    if rules is None:
        return _beginning()
    return Typed(
        blocks=[_block_of(tier) for tier in rules.tiers],
        keeps_months=str(rules.keeps_months),
        warn_days=str(rules.warn_days),
        grace_days=str(rules.grace_days),
    )


def _beginning() -> Typed:
    spend, visit = Growth.SPEND.value, Growth.VISIT.value
    return Typed(
        blocks=[
            Block(id="a", number="base", rank="0", name="普通会员"),
            Block(
                id="b",
                number="silver",
                rank="10",
                name="银卡",
                times="1.2",
                conditions=(
                    ConditionRow(kind=spend, amount="500"),
                    ConditionRow(kind=visit, amount="5"),
                ),
            ),
            Block(
                id="c",
                number="gold",
                rank="20",
                name="金卡",
                times="1.5",
                early="24",
                conditions=(ConditionRow(kind=spend, amount="2000"),),
            ),
        ]
    )


def _block(said: Any, key: str) -> Block:
    def word(name: str, default: str = "") -> str:
        return str(said.get(f"{name}-{key}", default)).strip()

    return Block(
        id=key,
        number=word("number")[:32],
        rank=word("rank"),
        name=word("name"),
        needs=word("needs", Needs.ANY.value),
        times=word("times", "1"),
        early=word("early", "0"),
        privileges=word("privileges").replace("\r\n", "\n"),
        conditions=list(_conditions(said, key)),
        packs={each.value: list(_items(said, key, each.value)) for each in Occasion},
    )


def _conditions(said: Any, key: str) -> Iterator[ConditionRow]:
    rows = zip(
        *(said.getlist(f"{name}-{key}") for name in ("kind", "amount", "days", "offer")),
        strict=False,
    )
    for kind, amount, days, offer in rows:
        if amount.strip():
            yield ConditionRow(kind=kind, amount=amount.strip(), days=days.strip(), offer=offer)


def _items(said: Any, key: str, occasion: str) -> Iterator[ItemRow]:
    names = (f"{occasion}-benefit-{key}", f"{occasion}-quantity-{key}")
    for benefit, quantity in zip(*(said.getlist(name) for name in names), strict=False):
        if benefit:
            yield ItemRow(benefit=benefit[:40], quantity=quantity.strip())


def _tier(block: Block) -> dict[str, Any]:
    name = block.name.strip()
    lines = [line.strip() for line in block.privileges.split("\n") if line.strip()]
    if len(name) > LONGEST_NAME or any(len(line) > LONGEST_LINE for line in lines):
        raise Invalid(str(_("%(name)s：名称最多 20 字，每条权益最多 60 字", name=name[:20])))
    return {
        "number": block.number,
        "rank": _whole(block.rank, _("%(name)s：级别", name=name), least=0, most=100),
        "name": name,
        "needs": block.needs,
        "conditions": [_condition(name, row) for row in block.conditions],
        "points_multiplier_bp": _times(name, block.times),
        "early_access_hours": _whole(
            block.early, _("%(name)s：提前购买小时数", name=name), least=0, most=720
        ),
        "privileges": lines,
        "packs": {
            occasion: [_item(name, row) for row in rows] for occasion, rows in block.packs.items()
        },
    }


def _numbered(tiers: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """New tiers get a word of their own, which stays with them."""
    taken = {tier["number"] for tier in tiers}
    for tier in tiers:
        if not tier["number"]:
            free = (f"tier{n}" for n in range(1, 2 * MOST_TIERS + 2))
            number = next(each for each in free if each not in taken)
            taken.add(number)
            yield tier | {"number": number}
        else:
            yield tier


def _condition(name: str, row: ConditionRow) -> dict[str, Any]:
    label = _("%(name)s：条件", name=name)
    is_money = row.kind == Growth.SPEND
    amount = _fen(row.amount, label) if is_money else _whole(row.amount, label, least=1)
    days = _whole(row.days, _("%(name)s：条件的天数", name=name), least=1, most=1830)
    offer = {"offer": row.offer} if row.kind == Growth.PURCHASE and row.offer else {}
    if row.kind == Growth.PURCHASE and not row.offer:
        raise Invalid(str(_("%(name)s：请选择要购买的商品", name=name)))
    return {"kind": row.kind, "at_least": amount, "window_days": days} | offer


def _item(name: str, row: ItemRow) -> dict[str, Any]:
    label = _("%(name)s：礼包张数", name=name)
    return {"benefit": row.benefit, "quantity": _whole(row.quantity, label, least=1, most=20)}


def _whole(said: str, label: str, *, least: int, most: int = 10**12) -> int:
    is_number = said.isascii() and said.isdecimal() and len(said) <= LONGEST_NUMBER
    if not is_number or not least <= int(said) <= most:
        raise Invalid(str(_("%(label)s：请填写 %(least)s 或以上的整数", label=label, least=least)))
    return int(said)


def _fen(said: str, label: str) -> int:
    whole, dot, rest = said.partition(".")
    cents = f"{rest}00"[:2]
    is_money = whole.isascii() and whole.isdecimal() and len(whole) < LONGEST_NUMBER
    if not is_money or (dot and not (rest.isascii() and rest.isdecimal())) or len(rest) > 2:  # noqa: PLR2004 - a yuan has a hundred fen
        raise Invalid(str(_("%(label)s：请输入金额，最多两位小数", label=label)))
    return int(whole) * 100 + int(cents)


def _times(name: str, said: str) -> int:
    """1.5 -> 15000."""
    whole, _dot, rest = said.partition(".")
    is_number = (whole + rest).isascii() and (whole + rest).isdecimal() and whole and len(rest) < 3  # noqa: PLR2004 - two digits are enough
    bp = int(whole) * 10_000 + int(f"{rest}0000"[:4]) if is_number and len(whole) < 3 else 0  # noqa: PLR2004 - at most ten times
    if not 10_000 <= bp <= 100_000:  # noqa: PLR2004 - once to ten times
        raise Invalid(str(_("%(name)s：积分倍数为 1 至 10，最多两位小数", name=name)))
    return bp


def _block_of(tier: Tier) -> Block:
    return Block(
        id=tier.number,
        number=tier.number,
        rank=str(tier.rank),
        name=tier.name,
        needs=tier.needs.value,
        times=f"{tier.points_multiplier_bp / 10_000:g}",
        early=str(tier.early_access_hours),
        privileges="\n".join(tier.privileges),
        conditions=[
            ConditionRow(
                kind=one.kind.value,
                amount=money.yuan(one.at_least).removesuffix(".00")
                if one.kind == Growth.SPEND
                else str(one.at_least),
                days=str(one.window_days),
                offer=one.offer or "",
            )
            for one in tier.conditions
        ],
        packs={
            each.value: [
                ItemRow(benefit=item.benefit, quantity=str(item.quantity))
                for item in tier.packs.of(each)
            ]
            for each in Occasion
        },
    )
