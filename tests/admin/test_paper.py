import csv
from datetime import timedelta
from io import StringIO

import pytest

from app.admin import paper_sheet
from app.domain import approvals, paper_cards
from app.kernel import clock
from app.kernel.db import execute, transaction
from tests.builders.catalog import a_benefit

OLD = "OLDCARD7K2M9QX\nOLDCARD3P8W5RT\n"


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
    return paper_cards.list_batches(merchant_id=house.id).items


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


def twice(benefit, **changes):
    again = {"row": ["0", "1"], "benefit-1": str(benefit.benefit_id), "quantity-1": "3"}
    return fields(benefit, **again, **changes)


def test_a_benefit_said_twice_is_not_quietly_left_out(house, latte):
    answer = house.manager.post("/paper/new", twice(latte))
    assert answer.status_code == 422
    assert "同一项权益只填一行" in answer.text
    words = twice(latte, lines="OLDCARD7K2M9QX\n", step="import")
    assert house.manager.post("/paper/import", words).status_code == 422
    assert not batches(house)


def test_a_foreign_benefit_beside_an_own_one_is_refused(house, latte):
    mixed = {"row": ["0", "1"], "benefit-1": str(a_benefit().benefit_id), "quantity-1": "1"}
    assert house.manager.post("/paper/new", fields(latte, **mixed)).status_code == 422
    assert not batches(house)


def test_batches_are_read_page_by_page(house, latte, statements):
    at = clock.now()
    for n in range(21):
        with transaction():
            wish = paper_cards.Wish(
                merchant_id=house.id,
                title=f"第{n}批",
                benefits={latte.benefit_number: 1},
                points=0,
                bind_until=at + timedelta(days=9),
            )
            paper_cards.print_cards(wish, count=1, actor="system", at=at)
    with statements() as seen:
        first = house.manager.get("/paper").text
    assert len([each for each in seen.statements if "card_batches" in each]) == 1
    assert "第20批" in first
    assert "第0批" not in first
    cursor = first.partition("cursor=")[2].partition('"')[0]
    assert "第0批" in house.manager.get(f"/paper?cursor={cursor}").text


@pytest.fixture
def dear(house):
    """More than one yuan in a batch needs two people."""
    with transaction():
        approvals.set_limit(
            merchant_id=house.id,
            kind=approvals.Kind.CARD_BATCH,
            above_fen=100,
            actor="staff:1",
            at=clock.now(),
        )


@pytest.mark.parametrize(
    ("path", "more"),
    [("/paper/new", {"to": "csv"}), ("/paper/import", {"lines": OLD, "step": "import"})],
)
def test_a_dear_batch_waits_for_a_second_person(house, latte, dear, path, more):
    assert house.manager.post(path, fields(latte, **more)).status_code in {200, 303}
    [batch] = batches(house)
    assert batch.is_held
    page = house.manager.get("/paper").text
    assert "待复核" in page
    assert "已提交复核" in page
    with transaction():
        [waiting] = approvals.list_waiting(merchant_id=house.id, at=clock.now(), limit=9).items
    assert house.owner.post(f"/approvals/{waiting.id}/approve").status_code == 303
    assert not batches(house)[0].is_held


@pytest.fixture
def held(house, latte, dear):
    """A batch of twelve cards that waits; its number."""
    house.manager.post("/paper/new", fields(latte, points="30", to="csv"))
    return batches(house)[0].number


def question(house, number):
    return approvals.newest_about(
        merchant_id=house.id,
        kind=approvals.Kind.CARD_BATCH,
        subjects=[number],
        at=clock.now(),
    )[number]


def end(house, number, how):
    asked = question(house, number).id
    if how == "declined":
        assert house.owner.post(f"/approvals/{asked}/decline").status_code == 303
    elif how == "withdrawn":
        assert house.manager.post(f"/approvals/{asked}/withdraw").status_code == 303
    else:
        with transaction():
            execute(
                """UPDATE approvals SET ends_at = asked_at
                WHERE merchant_id = %(merchant)s AND id = %(id)s""",
                {"merchant": house.id, "id": asked},
            )


@pytest.mark.parametrize(
    ("how", "said"), [("declined", "已拒绝"), ("withdrawn", "已撤回"), ("expired", "复核已过期")]
)
def test_a_held_batch_is_asked_about_again_until_somebody_agrees(house, held, how, said):
    waits = house.manager.get("/paper").text
    assert "重新提交复核" not in waits
    end(house, held, how)
    page = house.manager.get("/paper").text
    assert all(each in page for each in (said, "重新提交复核"))
    assert "待复核" not in page.partition("<tbody>")[2]

    assert house.manager.post(f"/paper/{held}/ask").status_code == 303

    page = house.manager.get("/paper").text
    assert "已提交复核，同意前不能绑定" in page
    assert "待复核" in page.partition("<tbody>")[2]
    again = question(house, held)
    assert again.is_waiting
    assert house.owner.post(f"/approvals/{again.id}/approve").status_code == 303
    assert not batches(house)[0].is_held


def test_a_held_batch_within_the_limit_by_now_is_released_at_once(house, held):
    end(house, held, "declined")
    with transaction():
        approvals.set_limit(
            merchant_id=house.id,
            kind=approvals.Kind.CARD_BATCH,
            above_fen=None,
            actor="staff:1",
            at=clock.now(),
        )
    assert house.manager.post(f"/paper/{held}/ask").status_code == 303
    assert not batches(house)[0].is_held
    assert "现在可以绑定" in house.manager.get("/paper").text


def test_what_waits_already_is_not_asked_twice(house, held):
    first = question(house, held)
    answer = house.manager.post(f"/paper/{held}/ask")
    assert (answer.status_code, "已提交过审批" in answer.text) == (409, True)
    assert question(house, held) == first


def test_what_was_released_or_stopped_is_not_held_again(house, held):
    house.owner.post(f"/approvals/{question(house, held).id}/approve")
    answer = house.manager.post(f"/paper/{held}/ask")
    assert (answer.status_code, "不需要复核" in answer.text) == (409, True)
    assert not batches(house)[0].is_held


def test_a_stopped_batch_is_not_asked_about(house, held):
    end(house, held, "declined")
    house.manager.post(f"/paper/{held}/stop")
    assert "重新提交复核" not in house.manager.get("/paper").text
    assert house.manager.post(f"/paper/{held}/ask").status_code == 409
    assert not question(house, held).is_waiting


def test_whoever_agrees_reads_how_many_cards_and_what_is_on_them(house, latte, held):
    page = house.owner.get(f"/approvals/{question(house, held).id}").text
    for each in ("周年纸质卡", ">12<", "×2<", "×24<", "30 积分", "360 积分", "2030"):
        assert each in page, each


def test_cards_with_uses_and_points_of_their_own_are_summed(house, latte, dear):
    lines = "OLDCARD7K2M9QX,5,100\nOLDCARD3P8W5RT\n"
    house.manager.post("/paper/import", fields(latte, lines=lines, step="import"))
    number = batches(house)[0].number
    found = paper_cards.contents_of(merchant_id=house.id, number=number)
    assert (found.cards, found.points, found.all_points) == (2, 0, 100)
    assert [(each.each, each.together) for each in found.pack] == [(2, 7)]


def test_the_list_asks_once_about_all_its_held_batches(house, latte, held, statements):
    house.manager.post("/paper/new", fields(latte, to="csv"))
    house.manager.get("/paper")
    with statements() as seen:
        house.manager.get("/paper")
    assert len([each for each in seen.statements if "FROM approvals" in each]) == 1


def test_a_clerk_has_no_business_here(house):
    for path in ("/paper", "/paper/new", "/paper/import"):
        assert house.clerk.get(path).status_code == 403
