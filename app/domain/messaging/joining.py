"""One person turned out to be two members: what he allowed, and what he was told, comes together."""

from app.domain.messaging.rules import MOST_GRANTS
from app.kernel.db import execute

# Asked for per member and template, so each of the two said yes for himself.
_GRANTS = """
WITH lost AS (
  DELETE FROM message_grants WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s
  RETURNING template_id, remaining, changed_at, zeroed_at
)
INSERT INTO message_grants AS g
  (merchant_id, member_id, template_id, remaining, changed_at, zeroed_at)
SELECT %(merchant_id)s, %(winner_id)s, template_id, remaining, changed_at, zeroed_at
FROM lost ORDER BY template_id
ON CONFLICT (merchant_id, member_id, template_id) DO UPDATE
SET remaining = least(g.remaining + EXCLUDED.remaining, %(most)s),
  changed_at = greatest(g.changed_at, EXCLUDED.changed_at),
  zeroed_at = greatest(g.zeroed_at, EXCLUDED.zeroed_at)
"""

_ANSWERS = """
UPDATE message_answers SET member_id = %(winner_id)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s
"""

# Of the others nobody asks again. Without this the job of an order, whose buyer is the winner by
# now, would find nothing said and say it once more.
_MESSAGES = """
UPDATE sent_messages s SET member_id = %(winner_id)s
WHERE s.merchant_id = %(merchant_id)s AND s.member_id = %(loser_id)s
  AND s.state IN ('waiting', 'sending', 'unknown') AND NOT EXISTS (
    SELECT FROM sent_messages o
    WHERE o.merchant_id = s.merchant_id AND o.event_key = s.event_key
      AND o.member_id = %(winner_id)s AND o.message = s.message)
"""


def take_over(*, merchant_id: int, loser_id: int, winner_id: int) -> None:
    """The winner may be told what the loser allowed. Repeatable."""
    pair = {"merchant_id": merchant_id, "loser_id": loser_id, "winner_id": winner_id}
    execute(_MESSAGES, pair)
    execute(_GRANTS, {**pair, "most": MOST_GRANTS})
    execute(_ANSWERS, pair)
