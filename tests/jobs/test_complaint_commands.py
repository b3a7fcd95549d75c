"""`flask complaints …` and `flask cards …`, as somebody at a terminal uses them."""

import csv
import json
import zipfile

import pytest

from app.domain import complaints, paper_cards
from app.domain.complaints import Ticket
from app.kernel import clock
from app.kernel.db import transaction
from tests.builders.catalog import a_benefit
from tests.builders.complaints import a_ticket
from tests.builders.members import a_member


def test_cards_are_tried_brought_in_listed_and_stopped(shop, flask, tmp_path):
    with shop.house.app.app_context():
        benefit = a_benefit(merchant=shop.merchant).benefit_number
    codes, errors = tmp_path / "codes.txt", tmp_path / "errors.csv"
    holding = ("--title", "旧卡", "--benefit", f"{benefit}=2", "--until", "2036-01-01")
    asked = ("cards", "import", shop.merchant.number, str(codes), *holding)

    codes.write_text("88000001\nno!\n")
    flask(*asked, "--errors", str(errors), fails=1)
    assert list(csv.reader(errors.read_text().splitlines()))[1] == [
        "2",
        "no!",
        "not 6 to 40 letters and digits",
    ]
    codes.write_text("88000001\n88000002\n")
    assert "dry run" in flask(*asked, "--dry-run")
    assert "2 cards" in flask(*asked)

    (batch,) = map(json.loads, flask("cards", "list", shop.merchant.number).splitlines())
    assert (batch["cards"], batch["bound"]) == (2, 0)
    flask("cards", "stop", batch["number"])
    with shop.house.app.app_context(), pytest.raises(paper_cards.PaperCardOver), transaction():
        paper_cards.bind(
            merchant_id=shop.merchant.id,
            member_id=shop.buyer.id,
            code_text="88000001",
            at=clock.now(),
        )


def test_printed_codes_are_written_once_and_can_be_bound(shop, flask, tmp_path):
    file = tmp_path / "cards.csv"
    asked = ("cards", "print", shop.merchant.number, "3", str(file), "--title", "体验卡")
    flask(*asked, "--points", "50", "--until", "2036-01-01")
    assert file.stat().st_mode & 0o777 == 0o600
    flask(*asked, "--points", "50", "--until", "2036-01-01", fails=1)

    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert len(rows) == 3
    with shop.house.app.app_context(), transaction():
        bound = paper_cards.bind(
            merchant_id=shop.merchant.id,
            member_id=shop.buyer.id,
            code_text=rows[0]["code"],
            at=clock.now(),
        )
    assert bound.points == 50


def test_a_complaint_is_answered_and_settled_at_the_terminal(shop, flask, tmp_path):
    placed = shop.order()
    with shop.house.app.app_context():
        ticket = a_ticket(
            shop.merchant, shop.buyer, at=clock.now(), order_number=placed.order_number
        )

    assert ticket in flask("complaints", "inbox", shop.merchant.number)
    flask("complaints", "reply", ticket, "马上补")
    flask("complaints", "resolve", ticket, "已补")
    flask("complaints", "goodwill-rule", shop.merchant.number, "clerk", "3", "5000")
    flask("complaints", "evidence", placed.order_number, "--to", str(tmp_path))

    assert (tmp_path / f"{placed.order_number}.zip").stat().st_mode & 0o777 == 0o600
    assert shop.rows(Ticket)[0].state == "resolved"
    names = zipfile.ZipFile(tmp_path / f"{placed.order_number}.zip").namelist()
    assert "complaints.json" in names
    report = flask("complaints", "goodwill", shop.merchant.number, "2020-01-01", "2099-01-01")
    assert report.endswith("0 presents cost 0.00 yuan\n")


def test_wechat_is_asked_to_tell_us(shop, flask):
    assert "/complaints" in flask("complaints", "listen", shop.merchant.number)


def test_complaints_and_cards_go_along_when_two_members_are_one(shop):
    with shop.house.app.app_context():
        other = a_member(merchant=shop.merchant, at=clock.now())
        number = a_ticket(shop.merchant, other, at=clock.now())
        pair = {
            "merchant_id": shop.merchant.id,
            "loser_id": other.id,
            "winner_id": shop.buyer.id,
        }
        with transaction():
            complaints.take_over(**pair)
            paper_cards.take_over(**pair)
            found = complaints.get_ticket(
                merchant_id=shop.merchant.id, number=number, member_id=shop.buyer.id
            )
    assert found.number == number
