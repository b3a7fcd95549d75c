"""Made-up words as our messages say them: to see whether a template's fields can hold them."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from app.admin.message_words import WORDS
from app.domain import messaging
from app.domain.messaging import LITERAL, Channel, FieldUnfit, TemplateLine

_MOMENT = "2026年5月15日 20:00"
_NUMBER = "K23456789ABCDEFGH"
# In the form in which the jobs write them.
SAMPLES: Mapping[str, str] = {
    "amount": "49.00元",
    "at": _MOMENT,
    "balance": "120.00元",
    "bonus": "20.00元",
    "campaign": "会员日",
    "card": "周末欢聚卡",
    "company": "顺丰速运",
    "ends_at": _MOMENT,
    "friend": "王**",
    "gift": "美式咖啡等2张",
    "goods": "面霜小样×1",
    "hint": "请在小程序里查看",
    "kind": "申请退款",
    "locks_at": _MOMENT,
    "number": _NUMBER,
    "paid_at": _MOMENT,
    "period": "第2期",
    "points": "30",
    "progress": "1/2",
    "redeemed_at": _MOMENT,
    "session": "秋季品鉴夜",
    "starts_at": _MOMENT,
    "starts_on": "2026年5月15日",
    "state": "冻结",
    "store": "南京西路店",
    "tier": "金卡",
    "title": "热拿铁双杯",
    "total": "49.00元",
    "tracking": "SF1234567890",
    "voucher": "热拿铁兑换券",
}
NEEDS: Mapping[str, str] = {
    "amount": _("金额"),
    "character_string": _("32 位以内的数字、字母"),
    "date": _("日期"),
    "letter": _("字母"),
    "name": _("姓名"),
    "number": _("数字"),
    "phone_number": _("电话"),
    "phrase": _("5 个以内的汉字"),
    "symbol": _("符号"),
    "time": _("时间"),
    "car_number": _("车牌"),
    "enum": _("20 字以内"),
}


def misfits(fields: Mapping[str, str], channel: Channel) -> list[str]:
    """What would not fit into the platform's fields, field by field; a thing is cut and always does."""
    if channel is Channel.SERVICE_CARD:
        return []
    wrong = []
    for name, word in fields.items():
        kind = messaging.type_of(name) or name
        try:
            messaging.fit(kind, _sample(word))
        except FieldUnfit:
            wrong.append(
                str(
                    _(
                        "%(field)s 只能放%(kind)s，放不下“%(word)s”（例如 %(sample)s）",
                        field=name,
                        kind=NEEDS.get(kind, kind),
                        word=WORDS.get(word, word.removeprefix(LITERAL)),
                        sample=_sample(word),
                    )
                )
            )
    return wrong


def said_with(line: TemplateLine) -> dict[str, str]:
    """What a template says with these samples; where one does not fit any more, a dash."""
    return {name: _fitted(name, word, line.channel) for name, word in line.fields.items()}


def _fitted(name: str, word: str, channel: str) -> str:
    if channel == Channel.SERVICE_CARD:
        return _sample(word)
    try:
        return messaging.fit(messaging.type_of(name) or name, _sample(word))
    except FieldUnfit:
        return "–"


def _sample(word: str) -> str:
    if word.startswith(LITERAL):
        return word.removeprefix(LITERAL)
    return SAMPLES.get(word, word)
