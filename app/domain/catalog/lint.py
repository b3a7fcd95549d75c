"""Words that promise without saying what, or that the Advertising Law forbids.

Article 9 (3) of the Advertising Law of the PRC forbids 国家级, 最高级, 最佳 and the like; the
regulator's practice reaches 第一, 顶级 and other superlatives. A fact keeps its words: 最低消费
and 第一杯 praise nothing.
"""

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    phrase: str
    why: str
    suggestion: str


@dataclass(frozen=True)
class _Rule:
    """Phrases that are wrong for one reason; `unless` is what may follow to make them a fact."""

    phrases: tuple[str, ...]
    why: str
    suggestion: str
    unless: str = ""

    @property
    def pattern(self) -> re.Pattern[str]:
        words = "|".join(sorted(self.phrases, key=len, reverse=True))
        return re.compile(f"({words})" + (f"(?!{self.unless})" if self.unless else ""))


_VAGUE = "看不出具体是什么、值多少"
_ABSOLUTE = "属于绝对化用语，《广告法》第九条第三项禁止使用"
_PROVE = "改写为可以核实的事实，例如材料、产地、份量"

_RULES = (
    _Rule(
        ("超值大礼包", "超值礼包", "大礼包", "豪华礼包", "神秘礼包", "福袋"),
        f"“礼包”{_VAGUE}",
        "逐项写出内容、数量和价值，例如“拿铁券2张，价值64元”",
    ),
    _Rule(
        (
            "惊喜好礼",
            "惊喜礼品",
            "精美礼品",
            "精美好礼",
            "神秘礼物",
            "神秘好礼",
            "神秘大奖",
            "豪礼",
            "好礼相送",
        ),
        f"礼物{_VAGUE}",
        "写出是什么礼物、几件、单价多少",
    ),
    _Rule(
        ("价值不菲", "超高价值", "价值连城", "超值", "物超所值"),
        "没有写出价值的金额",
        "写出市场价值，例如“价值32元”",
    ),
    _Rule(
        (
            "更多福利",
            "更多优惠",
            "更多惊喜",
            "多重好礼",
            "多重福利",
            "海量福利",
            "诸多权益",
            "尊享特权",
        ),
        "没有写出有哪些权益",
        "逐项列出权益；没有列出的不要承诺",
    ),
    _Rule(
        ("免费送", "免费领", "白送", "零元购", "0元购"),
        "购买后才得到的不是免费，容易误导",
        "写明条件，例如“购买后赠送热美式1杯，价值22元”",
    ),
    _Rule(
        (
            "国家级",
            "世界级",
            "宇宙级",
            "最高级",
            "最优",
            "最强",
            "最便宜",
            "最低价",
            "最实惠",
            "最划算",
            "史上最",
            "全网最",
        ),
        _ABSOLUTE,
        _PROVE,
    ),
    _Rule(
        (
            "顶级",
            "顶尖",
            "极品",
            "至尊",
            "绝无仅有",
            "独一无二",
            "史无前例",
            "空前绝后",
            "销量冠军",
            "全网底价",
            "万能",
        ),
        _ABSOLUTE,
        _PROVE,
    ),
    _Rule(("最佳",), _ABSOLUTE, _PROVE, unless="赏味|食用|饮用|品尝|观赏"),
    _Rule(("最好",), _ABSOLUTE, _PROVE, unless="提前|在|于|避开|先|预约"),
    _Rule(
        ("最高", "最大"),
        _ABSOLUTE,
        "写出具体数字；上限可以写作“最多抵扣20元”",
        unless="抵扣|可抵|抵|减|立减|优惠|可减|限额|金额|面额|\\d|温度|气温|层",
    ),
    _Rule(
        ("最低",),
        _ABSOLUTE,
        "写出具体价格",
        unless="消费|满|需|起|订购|购买|温度|气温|年龄|身高|\\d",
    ),
    _Rule(
        ("第一", "no1", "top1"),
        _ABSOLUTE,
        _PROVE,
        unless="次|杯|份|件|张|单|天|步|位|笔|个|节|课|周|年|月|季|期|站|章|代|大道|街|路|中学|小学|医院|人民|届|层|排|时间",
    ),
)


def lint(text: str) -> list[Finding]:
    """Each phrase that should not be published, once, in the order of the text.

    Compatibility forms, case, spaces and punctuation between the characters hide nothing.
    """
    bare = _bare(text)
    hits = [
        (found.start(), -len(found.group(1)), Finding(found.group(1), rule.why, rule.suggestion))
        for rule in _RULES
        for found in rule.pattern.finditer(bare)
    ]
    return _without_parts(sorted(hits, key=lambda hit: hit[:2]))


def _bare(text: str) -> str:
    """Letters and digits alone, in their plain forms."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in plain if character.isalnum())


def _without_parts(hits: list[tuple[int, int, Finding]]) -> list[Finding]:
    """Without a second telling of the same phrase, and without hits inside a longer one."""
    told: dict[str, Finding] = {}
    covered_until = 0
    for start, negative_length, finding in hits:
        if start >= covered_until:
            told.setdefault(finding.phrase, finding)
            covered_until = start - negative_length
    return list(told.values())
