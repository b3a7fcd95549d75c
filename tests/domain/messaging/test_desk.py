"""What a member was told, for the merchant."""

import pytest

from app.domain import messaging
from app.kernel.db import execute
from tests.builders.members import a_member
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON
from tests.builders.transactions import joined

pytestmark = pytest.mark.usefixtures("database")

KEEP = """
INSERT INTO sent_messages (merchant_id, event_key, member_id, message, channel, template_id, state, at)
VALUES (%(merchant_id)s, %(key)s, %(member_id)s, 'order_paid', 'subscribe', 't', 'sent', %(at)s)
"""


def test_the_newest_comes_first_and_only_his_own():
    merchant = a_merchant()
    member, other = a_member(merchant=merchant), a_member(merchant=merchant)
    told = [("order:1", member), ("order:2", member), ("order:3", member), ("order:4", other)]
    with joined():
        for key, who in told:
            named = {"merchant_id": merchant.id, "member_id": who.id, "key": key, "at": NOON}
            execute(KEEP, named)

    def listed(cursor):
        return messaging.list_told(
            merchant_id=merchant.id, member_id=member.id, cursor=cursor, limit=2
        )

    first = listed(None)
    second = listed(first.next_cursor)
    ids = [row.id for row in (*first.items, *second.items)]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 3
    assert second.next_cursor is None
