"""`flask campaign`: drafted from a file, judged, published, stopped and killed by hand."""

import json

import pytest

from app.domain import campaigns
from app.kernel.db import transaction
from tests.builders.assist import promises, terms
from tests.builders.orders import a_shop
from tests.simulator.world import APP

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


@pytest.fixture
def kept(shop, tmp_path):
    """A file with terms of the shop's own offer, and the shop."""
    shop.open_the_program()
    with shop.house.app.app_context():
        house = a_shop(merchant=shop.merchant, appid=APP.appid)
        wanted = terms(promises(house))
    path = tmp_path / "terms.json"
    path.write_text(json.dumps(wanted.to_json(), default=str), encoding="utf-8")
    return path


def test_a_campaign_from_its_file_to_its_end(shop, kept, flask):
    merchant = shop.merchant.number
    drafted = flask("campaign", "draft", merchant, kept)
    number = json.loads(drafted)["campaign"]
    flask("campaign", "draft", merchant, kept, "--number", number)
    flask("campaign", "lint", merchant, number)

    flask(
        "campaign", "publish", merchant, number,
        "--appid", APP.appid, "--author", shop.buyer.number,
    )  # fmt: skip
    assert f"{number} published" in flask("campaign", "list", merchant)
    flask("campaign", "publish", merchant, number,
          "--appid", APP.appid, "--author", shop.buyer.number, fails=1)  # fmt: skip

    flask("campaign", "stop", merchant, number)
    assert f"{number} stopped" in flask("campaign", "list", merchant)
    flask("campaign", "kill", merchant, number, "--reason", "测试结束")
    assert f"{number} killed" in flask("campaign", "list", merchant)


def test_what_the_platform_forbids_is_told_rule_by_rule(shop, kept, flask):
    told = json.loads(kept.read_text())
    told["subs"] = [told["subs"][0] | {"helpers": 9}]
    kept.write_text(json.dumps(told))

    drafted = flask("campaign", "draft", shop.merchant.number, kept)
    number = json.loads(drafted)["campaign"]
    refused = flask(
        "campaign", "publish", shop.merchant.number, number,
        "--appid", APP.appid, "--author", shop.buyer.number, fails=1,
    )  # fmt: skip

    assert "rule" in refused
    with shop.house.app.app_context(), transaction():
        one = campaigns.get_campaign(merchant_id=shop.merchant.id, number=number)
        assert one.state == "draft"
