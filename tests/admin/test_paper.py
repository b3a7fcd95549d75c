import csv
from io import StringIO

import pytest

from app.admin import paper_sheet
from app.domain import paper_cards
from tests.builders.catalog import a_benefit


@pytest.fixture
def latte(house):
    return a_benefit(merchant=house.merchant)


def fields(benefit=None, **changes):
    held = {"row": "0", "benefit-0": str(benefit.benefit_id), "quantity-0": "2"} if benefit else {}
    return {
        "title": "周年纸质卡",
        "count": "12",
        "to": "pdf",
        "points": "0",
        "until": "2030-12-31",
        **held,
    } | changes


def batches(house):
    return paper_cards.list_batches(merchant_id=house.id)


def codes_of(answer):
    return [row["code"] for row in csv.DictReader(StringIO(answer.text))]


def test_a_sheet_is_a_pdf_of_as_many_cards_as_were_made(house, latte):
    answer = house.manager.post("/paper/new", fields(latte))
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF-")
    # Ten on a page.
    assert answer.data.count(b"/Type /Page\n") == 2
    assert [(b.title, b.cards, b.bound) for b in batches(house)] == [("周年纸质卡", 12, 0)]


def test_no_code_comes_twice(house, latte):
    first = codes_of(house.manager.post("/paper/new", fields(latte, to="csv", count="300")))
    second = codes_of(house.manager.post("/paper/new", fields(latte, to="csv", count="300")))
    assert len({*first, *second}) == 600


def test_the_qr_code_of_a_card_says_its_code():
    rows = paper_sheet._runs([True, True, False, True])
    assert rows == [(0, 2), (3, 1)]


def test_long_chinese_names_stay_on_the_card(house, latte):
    long = "周年庆典限定豪华联名纪念版纸质礼品兑换卡第一批次特别发行款式"[:40]
    answer = house.manager.post("/paper/new", fields(latte, title=long))
    assert answer.data.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "必填"),
        ({"count": "0"}, "1 至 20000 张"),
        ({"count": "1001"}, "PDF 一次最多 1000 张"),
        ({"until": "2001-01-01"}, "须在今天以后"),
        ({"until": ""}, "invalid-feedback"),
        ({"quantity-0": "0"}, "1 至 100 张"),
    ],
)
def test_what_cannot_be_made_is_told_and_nothing_is_kept(house, latte, changes, said):
    answer = house.manager.post("/paper/new", fields(latte, **changes))
    assert answer.status_code == 422
    assert said in answer.text
    assert not batches(house)


def test_a_card_with_nothing_on_it_is_refused(house):
    answer = house.manager.post("/paper/new", fields())
    assert answer.status_code == 422
    assert not batches(house)


def test_without_the_file_there_is_no_batch(house, latte, monkeypatch):
    def fail(*_given):
        raise RuntimeError("no ink")

    monkeypatch.setattr(paper_sheet, "draw", fail)
    assert house.manager.post("/paper/new", fields(latte)).status_code == 500
    assert not batches(house)


def test_old_cards_are_tried_first_and_then_brought_in(house, latte):
    lines = "OLDCARD7K2M9QX\nOLDCARD3P8W5RT\n"
    words = fields(latte, lines=lines)
    told = house.manager.post("/paper/import", words | {"step": "dry"})
    assert told.status_code == 200, told.text
    assert "导入 2 张" in told.text
    assert not batches(house)
    assert house.manager.post("/paper/import", words | {"step": "import"}).status_code == 303
    assert [b.cards for b in batches(house)] == [2]


def test_one_wrong_line_keeps_all_out_and_is_in_the_error_file(house, latte):
    words = fields(latte, lines="OLDCARD7K2M9QX\nOLDCARD7K2M9QX\n??\n")
    told = house.manager.post("/paper/import", words | {"step": "dry"})
    assert "与第 1 行重复" in told.text
    errors = house.manager.post("/paper/import", words | {"step": "errors"})
    assert errors.mimetype == "text/csv"
    assert "卡号须为 6 至 40 位" in errors.text
    house.manager.post("/paper/import", words | {"step": "import"})
    assert not batches(house)


def test_a_batch_is_stopped(house, latte):
    house.manager.post("/paper/new", fields(latte))
    [batch] = batches(house)
    assert house.manager.post(f"/paper/{batch.number}/stop").status_code == 303
    assert batches(house)[0].stopped_at
    assert "已停用" in house.manager.get("/paper").text


def test_another_shops_batch_and_benefit_are_not_there(house, latte):
    foreign = a_benefit()
    answer = house.manager.post("/paper/new", fields(foreign))
    assert answer.status_code == 422
    house.manager.post("/paper/new", fields(latte))
    assert house.manager.post("/paper/CBNOTHING/stop").status_code == 404


def test_a_clerk_has_no_business_here(house):
    for path in ("/paper", "/paper/new", "/paper/import"):
        assert house.clerk.get(path).status_code == 403
