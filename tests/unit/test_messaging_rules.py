import pytest

from app.domain.messaging import FieldUnfit, fit
from app.domain.messaging.rules import MESSAGES
from app.domain.messaging.typed_fields import FITS, type_of
from tests.builders.messaging import WORDS

TAKEN = {
    "thing": ["字" * 20, "Coffee & 蛋糕!", "😀" * 20],
    "number": ["0", "12.50", "1" * 32],
    "letter": ["A", "abcXYZ", "a" * 32],
    "symbol": ["!", "￥%#@&"[1:], "+-*/="],
    "character_string": ["O2345-6789 #1", "x" * 32],
    "time": ["15:01", "2019年10月1日 15:01", "15:01:30", "2019-10-01 15:01~2019-10-01 16:30"],
    "date": [
        "2019年10月1日",
        "2019-10-01",
        "2019/10/1",
        "2019.10.1 15:01",
        "2019-10-01~2019-10-07",
    ],
    "amount": ["¥30.00", "30元", "$1234567890", "30"],
    "phone_number": ["+86-0766-66888866", "13800138000"],
    "car_number": ["粤A8Z888", "粤A8Z888挂"],
    "name": ["王小明", "字" * 10, "A" * 20, "阿依古丽·买买提", "O'Neil"],
    "phrase": ["配送中", "已完成订单"],
    "enum": ["待付款"],
}
REFUSED = {
    "thing": ["", "  \n\t "],
    "number": ["", "1" * 33, "12,5", "abc", "１２", "1.2.3", "-1"],
    "letter": ["", "a" * 33, "a1", "é", "中"],
    "symbol": ["", "!!!!!!", "a", "1", "！ ！"],
    "character_string": ["", "x" * 33, "编号1"],
    "time": ["", "25:00", "2019-10-01", "noon", "1:00~2:00~3:00"],
    "date": ["", "15:01", "2019-10", "明天"],
    "amount": ["", "¥12345678901", "¥¥3", "3块", "1.234"],
    "phone_number": ["", "1" * 18, "打我电话"],
    "car_number": ["", "粤A8Z88888", "粤-A8"],
    "name": ["", "字" * 11, "A" * 21, "用户1"],
    "phrase": ["", "六个汉字不行", "OK", "好1"],
    "enum": ["", "很" * 21],
}


def pairs(table):
    return [(kind, text) for kind, texts in table.items() for text in texts]


def test_every_type_of_the_platform_is_tried():
    assert set(TAKEN) == set(REFUSED) == set(FITS)


@pytest.mark.parametrize(("kind", "text"), pairs(TAKEN))
def test_what_fits_is_kept_as_it_is(kind, text):
    assert fit(kind, text) == text


@pytest.mark.parametrize(("kind", "text"), pairs(REFUSED))
def test_what_does_not_fit_is_refused_rather_than_changed(kind, text):
    with pytest.raises(FieldUnfit) as refused:
        fit(kind, text)

    assert refused.value.code == "field_unfit"
    assert refused.value.details == {"field_type": kind}


def test_a_thing_is_cut_to_twenty_code_points():
    assert fit("thing", "字" * 21) == "字" * 19 + "…"
    assert fit("thing", "😀" * 21) == "😀" * 19 + "…"
    assert fit("thing", "a" * 18 + " bcd") == "a" * 18 + "…"


def test_a_cut_leaves_no_half_of_a_joined_sign():
    assert fit("thing", "字" * 18 + "\u200d" + "字字") == "字" * 18 + "…"


@pytest.mark.parametrize("sign", ["\n", "\r\n", "\t", "\x00", "\x1b", "\u2028", "\x85"])
def test_no_line_break_or_control_character_remains(sign):
    assert fit("thing", f"上{sign}下") == "上 下"
    with pytest.raises(FieldUnfit):
        fit("number", f"1{sign}2")


def test_an_unknown_type_is_refused():
    with pytest.raises(FieldUnfit):
        fit("poem", "春眠不觉晓")


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("thing1", "thing"),
        ("character_string12", "character_string"),
        ("thing", None),
        ("x1", None),
    ],
)
def test_the_type_is_in_the_fields_name(field, kind):
    assert type_of(field) == kind


def test_the_builders_know_every_word_of_every_message():
    assert {message: set(words) for message, words in MESSAGES.items()} == {
        message: set(words) for message, words in WORDS.items()
    }
