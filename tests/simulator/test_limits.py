"""Which values each type of a subscribe message takes."""

import pytest

from app.simulator.open_platform.limits import complaint
from app.simulator.settings import Template

TAKEN = {
    "thing1": ["二" * 20, "any 文字 1!"],
    "number1": ["1", "3.14", "9" * 32],
    "letter1": ["A" * 32],
    "symbol1": ["!@#$%"],
    "character_string1": ["AB-12_34", "x" * 32],
    "time1": ["15:01", "2019年10月1日 15:01", "2026-05-01 10:00:00", "10:00~12:00"],
    "date1": ["2019年10月1日", "2026-05-01", "2026/5/1", "2026.5.1 10:00", "2026-05-01~2026-06-01"],
    "amount1": ["¥35.00", "35元", "1234567890", "100.5元"],
    "phone_number1": ["+86-0766-66888866"],
    "car_number1": ["粤A8Z888挂"],
    "name1": ["张三丰", "John Smith", "十个汉字以内的名字啊"],
    "phrase1": ["已发货", "待核销中啊"],
    "enum1": ["红"],
}
REFUSED = {
    "thing1": ["二" * 21, "", "a\tb", 7],
    "number1": ["9" * 33, "1.", "一"],
    "letter1": ["A" * 33, "A1"],
    "symbol1": ["!@#$%^", "a"],
    "character_string1": ["券123", "x" * 33],
    "time1": ["24:01", "10点", "2026-05-01", "1:00~2:00~3:00"],
    "date1": ["2026-05", "5月1日", "10:00"],
    "amount1": ["¥¥1", "12345678901", "一元"],
    "phone_number1": ["1" * 18, "phone"],
    "car_number1": ["粤A8Z888挂车", "粤"],
    "name1": ["十一个汉字的名字就太长了啊", "J" * 21, "7"],
    "phrase1": ["六个汉字太长", "ok", "好 的"],
    "enum1": ["蓝"],
}


@pytest.mark.parametrize(("key", "value"), [(k, v) for k, vs in TAKEN.items() for v in vs])
def test_a_value_within_its_limit_is_taken(key, value):
    assert complaint(key, value, choices=("红",)) is None


@pytest.mark.parametrize(("key", "value"), [(k, v) for k, vs in REFUSED.items() for v in vs])
def test_a_value_beyond_its_limit_is_refused_by_name(key, value):
    assert complaint(key, value, choices=("红",)).startswith(f"data.{key}.value")


def test_a_template_with_a_key_of_no_type_cannot_be_set_up():
    with pytest.raises(ValueError, match="text1"):
        Template(title="x", fields={"text1": "x"})
