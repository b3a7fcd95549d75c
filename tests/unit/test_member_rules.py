import pytest

from app.domain.members.rules import mask, normal_nickname, normal_phone
from app.kernel.errors import Invalid


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "+86 138-0013-8000",
        "008613800138000",
        "8613800138000",
        "１３８００１３８０００",
    ],
)
def test_a_mainland_mobile_has_one_spelling(text):
    assert normal_phone(text) == "13800138000"


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("+852 9123 4567", "+85291234567"),
        ("0044 20 7946 0958", "+442079460958"),
        ("95588", "95588"),
    ],
)
def test_other_phones_keep_their_country(text, phone):
    assert normal_phone(text) == phone


@pytest.mark.parametrize("text", ["", "1234", "1" * 18, "+", "138x0013800", "+86++138"])
def test_what_is_no_phone_is_refused(text):
    with pytest.raises(Invalid):
        normal_phone(text)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("13800138000", "138****8000"), ("+85291234567", "+85****4567"), ("95588", "****88")],
)
def test_a_mask_hides_the_middle(phone, shown):
    assert mask(phone) == shown


def test_a_nickname_is_one_visible_line():
    assert normal_nickname("  小\x00张\n同学 ") == "小张 同学"
    assert normal_nickname("🌸") == "🌸"
    assert normal_nickname("\u202e\u2066张三\u2069") == "张三"


@pytest.mark.parametrize("text", ["", " \n", "字" * 33, "\u200b", "\u2800\u3164", "\u0301"])
def test_a_nickname_has_1_to_32_characters(text):
    with pytest.raises(Invalid):
        normal_nickname(text)
