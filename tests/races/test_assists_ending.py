"""Campaigns that begin and end at once, and friends who turn out to be the sharer."""

from functools import partial

from app.domain import assist, campaigns
from app.domain.assist import helping, statements
from app.domain.campaigns import actions
from tests.builders.assist import SOON, a_campaign, a_draft, a_friend, a_task, promises, tasks_of
from tests.builders.catalog import BOSS
from tests.builders.orders import a_buyer, a_paid_order, a_shop
from tests.builders.together import Hold, one_behind_the_other
from tests.races.racing import count, meet_after, pair, storm, tally, told, value, without
from tests.races.test_assists import helping_of, killing_of, state_of
from tests.races.test_joining import joining


def publishing_of(shop, campaign):
    return partial(
        campaigns.publish,
        merchant_id=shop.id,
        number=campaign.number,
        clean_text=campaigns.parse(campaign.terms).wording.text,
        actor=BOSS,
        at=SOON,
    )


def drafts(shop, *, many):
    told = promises(shop)
    return [a_draft(shop, told=told) for _ in range(many)]


def test_of_forty_campaigns_of_one_offer_published_at_once_one_runs(app, shop):
    calls = [publishing_of(shop, each) for each in drafts(shop, many=40)]

    results = storm(app, calls)

    assert tally(results) == {"done": 1, "campaign_state": 39}
    assert count(shop, "assist_campaigns", "state = 'published'") == 1


def test_without_the_lock_on_the_offer_the_second_falls_over_the_index(unguarded, monkeypatch):
    shop = a_shop()
    calls = [publishing_of(shop, each) for each in drafts(shop, many=2)]
    monkeypatch.setattr(actions, "hold_offer", lambda **_which: None)
    meet_after(monkeypatch, actions, "_refuse_second")

    results = pair(unguarded, *calls)

    assert sorted(type(result).__name__ for result in results) == [
        "AssistCampaign",
        "IntegrityError",
    ]


def test_a_friend_who_is_joined_with_the_sharer_meanwhile_does_not_count(app, shop):
    shop, buyer, task = a_task(shop, helpers=2)
    friend = a_friend(shop)

    both = one_behind_the_other(app, helping_of(shop, task, friend), joining(shop, friend, buyer))

    assert told(both.first) == "done"
    assert state_of(shop, task) == ("open", "locked", 0)
    assert count(shop, "assist_helps", "state = 'merged'") == 1


def test_without_holding_the_people_a_joined_friend_counts_for_himself(unguarded, monkeypatch):
    shop = a_shop()
    shop, buyer, task = a_task(shop, helpers=2)
    friend = a_friend(shop)
    monkeypatch.setattr(
        statements, "LOCK_PEOPLE", without(statements.LOCK_PEOPLE, "FOR NO KEY UPDATE")
    )
    monkeypatch.setattr(statements, "LOOK", without(statements.LOOK, "FOR NO KEY UPDATE OF t"))
    hold, real = Hold(unguarded, inside=True), helping.terms_of

    def and_hold(*args):
        hold.here()
        return real(*args)

    monkeypatch.setattr(helping, "terms_of", and_hold)

    one_behind_the_other(
        unguarded, helping_of(shop, task, friend), joining(shop, friend, buyer), hold=hold
    )

    assert count(shop, "assist_helps", "state = 'counted'") == 1


def test_a_help_that_does_not_lock_its_task_is_lost_to_the_kill(unguarded, monkeypatch):
    shop = a_shop()
    campaign = a_campaign(shop, helpers=2)
    a_paid_order(shop, buyer=a_buyer(shop))
    (task,) = tasks_of(shop)
    monkeypatch.setattr(statements, "LOOK", without(statements.LOOK, "FOR NO KEY UPDATE OF t"))
    hold, real = Hold(unguarded, inside=True), helping.terms_of

    def and_hold(*args):
        hold.here()
        return real(*args)

    monkeypatch.setattr(helping, "terms_of", and_hold)

    def kill_and_close():
        killing_of(shop, campaign)()
        return assist.close(merchant_id=shop.id, task_id=task.id, at=SOON)

    both = one_behind_the_other(unguarded, helping_of(shop, task), kill_and_close, hold=hold)

    # A task that was begun is to be released; this one was treated as if nobody had helped.
    assert told(both.first) == "done"
    assert value(shop, "state", "assist_tasks", "id = :i", i=task.id) == "stopped"
    assert count(shop, "assist_helps", "state = 'counted'") == 1
