"""The SQL of scans without network."""

RULES = """
SELECT is_on, most_minutes, most_scans, most_value_fen FROM offline_rules
WHERE merchant_id = %(merchant_id)s
"""
LOCK_RULES = RULES + "FOR NO KEY UPDATE"
SET_RULES = """
INSERT INTO offline_rules (merchant_id, is_on, most_minutes, most_scans, most_value_fen, changed_at)
VALUES (%(merchant_id)s, %(is_on)s, %(most_minutes)s, %(most_scans)s, %(most_value_fen)s, %(at)s)
ON CONFLICT (merchant_id) DO UPDATE SET is_on = EXCLUDED.is_on,
  most_minutes = EXCLUDED.most_minutes, most_scans = EXCLUDED.most_scans,
  most_value_fen = EXCLUDED.most_value_fen, changed_at = EXCLUDED.changed_at
"""

ENROL = """
INSERT INTO offline_devices (merchant_id, handle, staff_id, store_id, session_id, public_key,
  agent, enrolled_at, ends_at, last_print)
VALUES (%(merchant_id)s, %(handle)s, %(staff_id)s, %(store_id)s, %(session_id)s, %(public_key)s,
  %(agent)s, %(at)s, %(ends_at)s, %(first)s)
"""
# A browser's authority ends with the session in which it was enrolled. Held until commit, so that
# a device's links are taken one by one, and a revocation comes before one or after it.
LOCK_DEVICE = """
SELECT d.id, d.staff_id, d.store_id, d.session_id, d.public_key, d.enrolled_at,
  least(d.ends_at, (SELECT least(p.ends_at, p.revoked_at) FROM panel_sessions p
    WHERE p.merchant_id = d.merchant_id AND p.id = d.session_id)),
  d.last_counter, d.last_print, d.revoked_at
FROM offline_devices d
WHERE d.merchant_id = %(merchant_id)s AND d.handle = %(handle)s
FOR NO KEY UPDATE OF d
"""
MOVE_ON = """
UPDATE offline_devices SET last_counter = %(counter)s, last_print = %(print)s, uploaded_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(device_id)s
"""
REVOKE = """
UPDATE offline_devices SET revoked_at = %(at)s, revoked_by = %(actor)s
WHERE merchant_id = %(merchant_id)s AND handle = %(handle)s AND revoked_at IS NULL
"""
DEVICES = """
SELECT d.id, d.handle, t.name, s.name, d.agent, d.enrolled_at, d.ends_at, d.last_counter,
  d.uploaded_at, d.revoked_at
FROM offline_devices d
JOIN staff t ON t.merchant_id = d.merchant_id AND t.id = d.staff_id
JOIN stores s ON s.merchant_id = d.merchant_id AND s.id = d.store_id
WHERE d.merchant_id = %(merchant_id)s AND d.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY d.id DESC LIMIT %(limit)s
"""

# One person's uploads go one by one, or two devices of his would both find room for the last scan.
LOCK_PERSON = """
SELECT pg_advisory_xact_lock(
  hashtextextended('offline:' || %(merchant_id)s || ':' || %(staff_id)s, 0))
"""
# What he took that day, with whichever device and at whichever store, or what this device took
# (it lasts a day, so it may have begun on the day before): whichever is more.
TAKEN = """
SELECT greatest(count(*) FILTER (WHERE o.is_of_day), count(*) FILTER (WHERE o.is_of_device)),
  greatest(coalesce(sum(o.value_fen) FILTER (WHERE o.is_of_day), 0),
    coalesce(sum(o.value_fen) FILTER (WHERE o.is_of_device), 0))::bigint
FROM (
  SELECT value_fen, scanned_at >= %(starts_at)s AND scanned_at < %(ends_at)s AS is_of_day,
    device_id = %(device_id)s AS is_of_device
  FROM offline_scans
  WHERE merchant_id = %(merchant_id)s AND staff_id = %(staff_id)s
    AND scanned_at >= %(starts_at)s::timestamptz - interval '2 days'
    AND redemption IS NOT NULL AND NOT is_replay
) o
"""
# Marked as expired since it was scanned; not what is on its way back for its money.
LOCK_EXPIRED_SINCE = """
SELECT id FROM vouchers
WHERE merchant_id = %(merchant_id)s AND id = %(voucher_id)s AND state = 'expired'
  AND valid_until > %(scanned_at)s
FOR NO KEY UPDATE
"""
GOES_BACK = """
SELECT voucher_id FROM returned_vouchers
WHERE merchant_id = %(merchant_id)s AND voucher_id = %(voucher_id)s AND counts
"""
FIRST = """
SELECT counter, print, redemption, value_fen, is_replay, refusal FROM offline_scans
WHERE merchant_id = %(merchant_id)s AND device_id = %(device_id)s AND counter = %(counter)s
"""
NAMED = """
SELECT counter, print, redemption, value_fen, is_replay, refusal FROM offline_scans
WHERE merchant_id = %(merchant_id)s AND redemption = %(redemption)s
"""
# The unique key of device and counter is the second wall behind the device's lock.
WRITE = """
INSERT INTO offline_scans (merchant_id, device_id, staff_id, store_id, counter, code_text,
  spend_fen, scanned_at, uploaded_at, print, signature, redemption, value_fen, is_replay, refusal,
  voucher_id)
VALUES (%(merchant_id)s, %(device_id)s, %(staff_id)s, %(store_id)s, %(counter)s, %(code)s,
  %(spend_fen)s, %(scanned_at)s, %(at)s, %(print)s, %(signature)s, %(redemption)s, %(value_fen)s,
  %(is_replay)s, %(refusal)s, %(voucher_id)s)
"""

_CONFLICTS = """
SELECT o.id, o.refusal, t.name, s.name, o.code_text, o.scanned_at, o.uploaded_at, v.number,
  v.state, b.name, coalesce(v.allocated_fen, 0), r.number, u.name, r.redeemed_at, o.closed_at,
  c.name, o.close_reason
FROM offline_scans o
JOIN staff t ON t.merchant_id = o.merchant_id AND t.id = o.staff_id
JOIN stores s ON s.merchant_id = o.merchant_id AND s.id = o.store_id
LEFT JOIN vouchers v ON v.merchant_id = o.merchant_id AND v.id = o.voucher_id
LEFT JOIN benefit_revisions b ON b.merchant_id = v.merchant_id AND b.id = v.revision_id
LEFT JOIN redemptions r ON r.merchant_id = v.merchant_id AND r.voucher_id = v.id
  AND r.reversed_at IS NULL
LEFT JOIN stores u ON u.merchant_id = r.acceptor_merchant_id AND u.id = r.store_id
LEFT JOIN staff c ON c.merchant_id = o.merchant_id AND o.closed_by = 'staff:' || c.id
WHERE o.merchant_id = %(merchant_id)s AND o.refusal IS NOT NULL
"""
_PAGE = (
    "AND o.id < coalesce(%(after)s::bigint, 9223372036854775807) ORDER BY o.id DESC LIMIT %(limit)s"
)
OPEN_CONFLICTS = _CONFLICTS + "AND o.closed_at IS NULL " + _PAGE
ALL_CONFLICTS = _CONFLICTS + _PAGE
COUNT_OPEN = """
SELECT count(*) FROM (SELECT FROM offline_scans
  WHERE merchant_id = %(merchant_id)s AND refusal IS NOT NULL AND closed_at IS NULL LIMIT 1000) o
"""
CLOSE = """
UPDATE offline_scans SET closed_at = %(at)s, closed_by = %(actor)s, close_reason = %(reason)s
WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND refusal IS NOT NULL AND closed_at IS NULL
"""
FIND = """
SELECT refusal, closed_at FROM offline_scans
WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND refusal IS NOT NULL
"""
VOUCHER_EXISTS = "SELECT id FROM vouchers WHERE merchant_id = %(merchant_id)s AND id = %(id)s"
