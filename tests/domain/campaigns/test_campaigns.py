"""A campaign is written down, judged, published, and ended."""

import pytest

from app.domain import campaigns
from app.domain.campaigns import CampaignRefused, CampaignState, Copy
from app.kernel.db import transaction
from app.kernel.errors import NotFound
from tests.builders.assist import a_campaign, a_draft, kill, promises, publish, terms
from tests.builders.catalog import BOSS, a_draft_benefit
from tests.builders.moments import NOON
from tests.builders.orders import a_shop

pytestmark = pytest.mark.usefixtures("database")


def rules_of(refused):
    return {finding["rule"] for finding in refused.value.details["findings"]}


def test_a_good_campaign_is_published_with_the_wordings_of_that_day():
    shop = a_shop()
    campaign = a_campaign(shop)
    assert campaign.state == "published"
    assert len(campaign.revisions) == 3


def test_words_that_the_platform_did_not_let_pass_are_not_published():
    shop = a_shop()
    with pytest.raises(CampaignRefused) as refused:
        publish(shop, a_draft(shop), clean=False)
    assert rules_of(refused) == {"5.1.5"}


def test_every_fault_is_told_at_once():
    shop = a_shop()
    draft = a_draft(shop, helpers=5, rewards=None, wording={"title": "转发到朋友圈"})
    with pytest.raises(CampaignRefused) as refused:
        publish(shop, draft)
    assert {"5.1.3", "5.1.5", "5.1.8"} <= rules_of(refused)


def test_an_unpublished_reward_is_found_in_the_catalogue():
    shop = a_shop()
    told = promises(shop)
    told.reward = a_draft_benefit(merchant=shop.merchant, name="热美式小杯券").benefit_number
    with pytest.raises(CampaignRefused) as refused:
        publish(shop, a_draft(shop, told=told))
    assert rules_of(refused) == {"5.1.6"}


def test_an_offer_of_another_kind_is_no_main_card():
    shop = a_shop()
    latte = shop.offer.number
    told = promises(shop)
    told.offer = latte
    with pytest.raises(CampaignRefused) as refused:
        publish(shop, a_draft(shop, told=told))
    assert rules_of(refused) == {"own"}


def test_only_a_draft_is_edited():
    shop = a_shop()
    told = promises(shop)
    draft = a_draft(shop, told=told)
    other = terms(told, helpers=3)
    with transaction():
        campaigns.edit(merchant_id=shop.id, number=draft.number, terms=other, actor=BOSS, at=NOON)
    published = publish(shop, draft)
    assert campaigns.parse(published.terms).subs[0].helpers == 3
    with pytest.raises(CampaignState), transaction():
        campaigns.edit(merchant_id=shop.id, number=draft.number, terms=other, actor=BOSS, at=NOON)


def test_one_offer_has_one_running_campaign():
    shop = a_shop()
    told = promises(shop)
    publish(shop, a_draft(shop, told=told))
    with pytest.raises(CampaignState):
        publish(shop, a_draft(shop, told=told))


def test_killing_twice_is_killing_once_and_a_draft_cannot_be():
    shop = a_shop()
    campaign = a_campaign(shop)
    assert kill(shop, campaign).killed_at == kill(shop, campaign).killed_at
    with pytest.raises(CampaignState):
        kill(shop, a_draft(shop))


def test_another_shops_offer_is_unknown():
    told = promises(a_shop())
    with pytest.raises(NotFound):
        a_draft(a_shop(), told=told)


def test_the_judged_text_is_all_that_people_read():
    copy = Copy(title="一", rules="二", share_title="三")
    assert copy.text == "一\n二\n三"
