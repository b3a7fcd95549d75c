"""`flask promotion`, and the sweeps that turn campaigns and give what they give, each once."""

import json
from datetime import timedelta

import pytest

from app.domain import promotions
from app.kernel import clock
from jobs import promotions as jobs
from tests.builders.catalog import a_draft_offer
from tests.builders.membership import presents
from tests.builders.promotions import a_grant, a_promotion, sale_of, words

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")

DAY = timedelta(days=1)


def test_a_sale_around_a_match_from_its_file_to_its_end(shop, flask, tmp_path):
    merchant, starts = shop.merchant.number, clock.now() + 2 * DAY
    with shop.house.app.app_context():
        offer = a_draft_offer(merchant=shop.merchant).number
    ends = [(starts + timedelta(hours=n)).isoformat() for n in (0, 2)]
    event = json.loads(flask("promotion", "add-event", merchant, "决赛", *ends))["event"]
    path = tmp_path / "sale.json"
    told = {"event": event, "from_minutes": -60, "until_minutes": 30}
    sale = words(starts_at=None, ends_at=None, offers=[offer], around=told)
    path.write_text(json.dumps(sale), encoding="utf-8")

    drafted = json.loads(flask("promotion", "draft", merchant, path))
    assert drafted["findings"] == []
    number = drafted["campaign"]
    flask("promotion", "draft", merchant, path, "--number", number)
    flask("promotion", "publish", number)
    flask("promotion", "publish", number, fails=1)
    later = [(starts + timedelta(hours=n)).isoformat() for n in (24, 26)]
    assert number in flask("promotion", "move-event", event, *later)
    since, until = (f"{starts + n * DAY:%Y-%m-%d}" for n in (-1, 4))
    assert number in flask("promotion", "calendar", merchant, since, until)
    flask("promotion", "stop", number)
    assert '"stopped"' in flask("promotion", "list", merchant)


def test_what_stands_against_a_campaign_is_told(shop, flask, tmp_path):
    path = tmp_path / "bad.json"
    sale = words(name="超值礼包", offers=[shop.offer.number], starts_at=clock.now(),
                 ends_at=clock.now() + DAY)  # fmt: skip
    path.write_text(json.dumps(sale), encoding="utf-8")
    drafted = json.loads(flask("promotion", "draft", shop.merchant.number, path))
    assert [each["field"] for each in drafted["findings"]] == ["name"]
    flask("promotion", "publish", drafted["campaign"], fails=1)


def test_members_are_tagged_by_hand(shop, flask):
    assert "老友" in flask("promotion", "tag", "老友", shop.buyer.number)
    assert "老友" not in flask("promotion", "tag", "老友", shop.buyer.number, "--remove")


def due_here(shop, *, at):
    """Sweeps see every merchant's campaigns; these are ours."""
    due = promotions.list_turns_due(at=at, limit=1_000)
    return {each.promotion_id for each in due if each.merchant_id == shop.merchant.id}


def test_the_sweeps_give_and_end_each_once(shop):
    at = clock.now()
    with shop.house.app.app_context():
        grant = a_grant(shop.merchant, at=at, starts_at=at, ends_at=at + DAY)
        sale = a_promotion(
            shop.merchant, at=at, offers=[shop.offer.number], starts_at=at, ends_at=at + DAY
        )
    for _ in range(2):
        shop.sweep(jobs.grant_campaigns)
    with shop.house.app.app_context():
        assert presents(shop.buyer) == [("新店见面礼", "active")]
        assert due_here(shop, at=at + timedelta(hours=1)) == set()
        assert due_here(shop, at=at + DAY) == {grant.id, sale.id}

    shop.sweep(jobs.turn_campaigns, after=DAY)
    with shop.house.app.app_context():
        assert due_here(shop, at=at + 2 * DAY) == set()
        assert sale_of(shop.offer)[0] == "stopped"
        assert {grant.kind.value, sale.kind.value} == {"grant", "sale"}


def test_one_bad_campaign_does_not_stop_the_others(shop, monkeypatch):
    at = clock.now()
    with shop.house.app.app_context():
        bad, _ = [
            a_grant(shop.merchant, at=at, starts_at=at, ends_at=at + DAY).id for _ in range(2)
        ]
    list_to_give = jobs.promotions.list_to_give

    def stumbling(giving, **more):
        if giving.promotion_id == bad:
            raise ValueError("terms that nobody can read")
        return list_to_give(giving, **more)

    monkeypatch.setattr(jobs.promotions, "list_to_give", stumbling)
    with shop.house.app.app_context():
        jobs.grant_campaigns(at=at)
        assert presents(shop.buyer) == [("新店见面礼", "active")]
