"""Campaigns as the shop's desk sees them: page by page, and what would move with an event."""

from datetime import timedelta

import pytest

from app.domain import promotions
from app.domain.promotions import AtOdds
from app.kernel import audit_search
from app.kernel.audit_search import Wanted
from app.kernel.errors import NotFound
from tests.builders.catalog import BOSS, a_draft_offer
from tests.builders.members import a_member
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON
from tests.builders.promotions import (
    DAY,
    HOUR,
    a_draft,
    a_promotion,
    an_event,
    tag,
    words,
)
from tests.builders.transactions import joined

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def merchant():
    return a_merchant()


def around(event, **more):
    told = {"event": event.number, "from_minutes": -60, "until_minutes": 30} | more
    return {"around": told, "starts_at": None, "ends_at": None}


def foresee(event, starts_at, ends_at=None):
    return promotions.foresee_move(
        merchant_id=event.merchant_id,
        number=event.number,
        starts_at=starts_at,
        ends_at=ends_at or starts_at + 2 * HOUR,
    )


def test_the_newest_come_first_page_by_page(merchant):
    made = [a_draft(merchant, "event").number for _each in range(5)]
    a_draft(a_merchant(), "event")
    first = promotions.list_page(merchant_id=merchant.id, cursor=None, limit=3)
    rest = promotions.list_page(merchant_id=merchant.id, cursor=first.next_cursor, limit=3)
    assert [each.number for each in (*first.items, *rest.items)] == made[::-1]
    assert rest.next_cursor is None


def test_what_follows_an_event_is_foreseen_and_nothing_moves(merchant):
    event, offer = an_event(merchant), a_draft_offer(merchant=merchant)
    sale = a_promotion(merchant, offers=[offer.number], **around(event))
    a_draft(merchant, offers=[offer.number], **around(event))
    (shift,) = foresee(event, NOON + 3 * DAY)
    assert shift.number == sale.number
    assert shift.was.starts_at == event.starts_at - HOUR
    assert shift.now.starts_at == NOON + 3 * DAY - HOUR
    assert shift.now.ends_at == NOON + 3 * DAY + 2 * HOUR + timedelta(minutes=30)
    again = promotions.get_promotion(merchant_id=merchant.id, number=sale.number)
    assert again.opens_at == shift.was.starts_at


def test_a_move_that_leaves_no_time_is_foreseen(merchant):
    event, offer = an_event(merchant), a_draft_offer(merchant=merchant)
    a_promotion(merchant, offers=[offer.number], **around(event, from_minutes=60, until_minutes=0))
    (shift,) = foresee(event, NOON + 3 * DAY, NOON + 3 * DAY + timedelta(minutes=30))
    assert shift.now is None


def test_only_ones_own_events_are_foreseen(merchant):
    event = an_event(a_merchant())
    with pytest.raises(NotFound):
        promotions.get_event(merchant_id=merchant.id, number=event.number)
    with pytest.raises(AtOdds):
        foresee(event, NOON + DAY, NOON)


def test_each_tag_is_listed_once_in_order(merchant):
    for word in ("b", "a", "b", "c"):
        tag(a_member(merchant=merchant), word)
    tag(a_member(merchant=a_merchant()), "d")
    assert promotions.list_tags(merchant_id=merchant.id) == ["a", "b", "c"]
    assert promotions.list_tags(merchant_id=a_merchant().id) == []


def test_an_edit_keeps_what_was_before(merchant):
    draft = a_draft(merchant, "event", name="上半场")
    with joined():
        promotions.edit(
            merchant_id=merchant.id,
            number=draft.number,
            terms=promotions.parse(words("event", name="下半场")),
            actor=BOSS,
            at=NOON,
        )
    (line,) = audit_search.search(
        merchant_id=merchant.id, wanted=Wanted(action="promotion.edit")
    ).items
    assert line.details["before"]["name"] == "上半场"
    assert line.details["after"]["name"] == "下半场"
