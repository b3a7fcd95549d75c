import pytest

from app.domain.catalog import lint


def phrases(text):
    return [finding.phrase for finding in lint(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("超值大礼包", ["超值大礼包"]),
        ("周末超值套餐", ["超值"]),
        ("惊喜好礼等你来", ["惊喜好礼"]),
        ("内含神秘礼物", ["神秘礼物"]),
        ("礼遇价值不菲", ["价值不菲"]),
        ("还有更多福利", ["更多福利"]),
        ("到店免费送拿铁", ["免费送"]),
        ("本市第一的咖啡", ["第一"]),
        ("最佳口味", ["最佳"]),
        ("最好的咖啡", ["最好"]),
        ("国家级品质", ["国家级"]),
        ("顶级咖啡豆", ["顶级"]),
        ("全城最低", ["最低"]),
        ("最高享受", ["最高"]),
        ("最高级享受", ["最高级"]),
        ("惊喜好礼，顶级享受，惊喜好礼", ["惊喜好礼", "顶级"]),
        ("NO.1 咖啡", ["no1"]),
    ],
)
def test_vague_and_absolute_words_are_named(text, found):
    assert phrases(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "超 值 大 礼 包",
        "超·值·大·礼·包",
        "超-值/大_礼~包",
        "超\u200b值\u200b大礼包",
        "超!值!大!礼!包",
    ],
)
def test_spaces_and_marks_between_the_characters_hide_nothing(text):
    assert phrases(text) == ["超值大礼包"]


def test_other_forms_of_a_character_hide_nothing():
    assert phrases("ＴＯＰ１ 门店") == ["top1"]
    assert phrases("０元购") == ["0元购"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "拿铁咖啡兑换券（中杯）",
        "无最低消费",
        "最低消费50元",
        "最高抵扣20元",
        "第一杯半价",
        "最佳赏味期24小时",
        "最好提前一天预约",
        "第一次到店可用",
        "到第一人民医院店使用",
        "满100元减20元，周一至周五可用",
        "给一杯热拿铁，收回纸质券",
    ],
)
def test_plain_facts_are_left_alone(text):
    assert phrases(text) == []


def test_every_finding_says_why_and_what_to_write_instead():
    (found,) = lint("国家级")
    assert "广告法" in found.why
    assert found.suggestion
