import csv
from io import BytesIO, StringIO

import pytest

from app.domain import pools
from app.domain.catalog import BenefitKind
from app.kernel import clock
from tests.builders.catalog import a_benefit


@pytest.fixture
def music(house):
    """A third party's code for something that is no digital content."""
    return a_benefit(
        merchant=house.merchant,
        kind=BenefitKind.CODE,
        name="洗车兑换码",
        face={"thing": "洗车1次", "is_digital": False},
    )


def bring(house, benefit, step, text=None, file=None):
    fields = {"step": step}
    if text is not None:
        fields["lines"] = text
    if file is not None:
        fields["file"] = (BytesIO(file), "codes.csv")
    return house.manager.post(
        f"/codes/{benefit.benefit_number}", fields, content_type="multipart/form-data"
    )


def free(house):
    return sum(p.free for p in pools.list_pools(merchant_id=house.id, at=clock.now()))


GOOD = "AAAA1111\nBBBB2222,2030-12-31\n"
MIXED = "AAAA1111\nAAAA1111\nx\nCCCC3333,2001-01-01\n"


def test_a_dry_run_keeps_nothing_and_then_the_same_codes_are_imported(house, music):
    told = bring(house, music, "dry", GOOD)
    assert "可以导入" in told.text
    assert free(house) == 0
    assert bring(house, music, "import", GOOD).status_code == 303
    assert free(house) == 2
    again = bring(house, music, "dry", GOOD)
    assert "之前已导入" in again.text


def test_wrong_lines_are_told_and_the_file_has_them_all_without_the_codes(house, music):
    page = bring(house, music, "dry", MIXED).text
    assert "与第1行重复" in page
    assert "兑换码已过期" in page
    answer = house.manager.post(f"/codes/{music.benefit_number}/errors", {"lines": MIXED})
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row[0] for row in rows[1:]] == ["2", "3", "4"]
    assert "CCCC3333" not in answer.text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-8"])
def test_files_are_read_as_spreadsheets_write_them(house, music, encoding):
    content = "CODE1234\r\nCODE5678\r\n".encode(encoding)
    assert bring(house, music, "import", file=content).status_code == 303
    assert free(house) == 2


@pytest.mark.parametrize(
    ("text", "file", "said"),
    [
        ("", None, "请选择文件或粘贴兑换码"),
        (None, b"\xff\xfe\x00\x81\xff", "文件不是文本"),
        ("\n".join(f"CODE{n:06d}" for n in range(10_001)), None, "一次最多 10000 行"),
    ],
)
def test_what_is_no_list_of_codes_is_refused_in_words(house, music, text, file, said):
    answer = bring(house, music, "dry", text, file)
    assert answer.status_code == 422
    assert said in answer.text


def test_ten_thousand_codes_fit(house, music):
    text = "\n".join(f"CODE{n:06d}-{'x' * 60}" for n in range(10_000))
    assert len(text) > 700_000
    # Not as a file: the client would keep one that large on disk.
    words = {"step": "dry", "lines": text}
    assert house.manager.post(f"/codes/{music.benefit_number}", words).status_code == 200


def test_the_alarm_is_shown_where_stock_is_low(house, music):
    bring(house, music, "import", GOOD)
    answer = house.manager.post(f"/codes/{music.benefit_number}/watch", {"low_at": "5"})
    assert answer.status_code == 303
    assert "库存不足 5" in house.manager.get("/codes").text
    assert "少于提醒线" in house.manager.get(f"/codes/{music.benefit_number}").text
    house.manager.post(f"/codes/{music.benefit_number}/watch", {"low_at": "1"})
    assert "充足" in house.manager.get("/codes").text


def test_only_benefits_of_codes_have_a_pool(house):
    latte = a_benefit(merchant=house.merchant)
    answer = bring(house, latte, "dry", GOOD)
    assert answer.status_code == 422
    assert "不是第三方兑换码" in answer.text


def test_another_shops_pool_is_not_there(house):
    foreign = a_benefit(kind=BenefitKind.CODE, face={"thing": "洗车1次", "is_digital": False})
    number = foreign.benefit_number
    assert house.manager.get(f"/codes/{number}").status_code == 404
    assert bring(house, foreign, "import", GOOD).status_code == 404
    assert house.manager.post(f"/codes/{number}/watch", {"low_at": "1"}).status_code == 404
    assert house.manager.post(f"/codes/{number}/errors", {"lines": GOOD}).status_code == 404


def test_a_clerk_has_no_business_here(house, music):
    for path in ("/codes", f"/codes/{music.benefit_number}"):
        assert house.clerk.get(path).status_code == 403
