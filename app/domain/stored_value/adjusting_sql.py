"""The SQL of freezing and of corrections by two people."""

SET_FROZEN = """
UPDATE value_wallets SET frozen_at = %(frozen_at)s, frozen_reason = %(reason)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
"""

FREEZE = """
SELECT frozen_at, frozen_reason FROM value_wallets
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
"""

PROPOSE = """
INSERT INTO value_adjustments (merchant_id, member_id, kind, change_fen, reason, state,
  proposed_by, proposed_at)
VALUES (%(merchant_id)s, %(member_id)s, %(kind)s, %(change_fen)s, %(reason)s, 'proposed',
  %(by)s, %(at)s)
ON CONFLICT (merchant_id, member_id) WHERE state = 'proposed' DO NOTHING RETURNING id
"""

_ADJUSTMENT = """
SELECT a.id, a.member_id, m.number, a.kind, a.change_fen, a.reason, a.proposed_by, a.proposed_at
FROM value_adjustments a
JOIN members m ON m.merchant_id = a.merchant_id AND m.id = a.member_id
WHERE a.merchant_id = %(merchant_id)s AND a.state = 'proposed'
"""
LIST_ADJUSTMENTS = (
    _ADJUSTMENT
    + """ AND a.id > coalesce(%(after)s::bigint, 0)
ORDER BY a.id LIMIT %(limit)s"""
)
ADJUSTMENT_OF = _ADJUSTMENT + " AND a.member_id = %(member_id)s"
LOCK_ADJUSTMENT = ADJUSTMENT_OF + " FOR NO KEY UPDATE OF a"

# Whether this member is the very person who works under that number.
IS_HIMSELF = """
SELECT EXISTS (SELECT FROM staff s
  JOIN members m ON m.merchant_id = s.merchant_id AND m.user_id = s.user_id
  WHERE s.merchant_id = %(merchant_id)s AND s.id = %(staff_id)s AND m.id = %(member_id)s)
"""

DECIDE = """
UPDATE value_adjustments SET state = %(state)s, decided_by = %(by)s, decided_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(adjustment_id)s AND state = 'proposed'
"""

LIVE_ADJUSTMENT = """
UPDATE value_adjustments SET state = 'rejected', decided_by = 'system', decided_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s AND state = 'proposed'
"""
