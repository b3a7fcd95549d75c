"""The SQL of long work."""

ASK = """
INSERT INTO works (merchant_id, kind, title, payload, asked_by, state, total, asked_at, moved_at)
VALUES (%(merchant_id)s, %(kind)s, %(title)s, %(payload)s::jsonb, %(by)s, 'waiting', %(total)s,
  %(at)s, %(at)s)
RETURNING id
"""
# The key of a work is only shared with its step, which changes no key: nobody waits here.
STOP = """
INSERT INTO work_stops (merchant_id, work_id, asked_by, asked_at)
SELECT merchant_id, id, %(by)s, %(at)s FROM works
WHERE merchant_id = %(merchant_id)s AND id = %(work_id)s AND state IN ('waiting', 'running')
ON CONFLICT (merchant_id, work_id) DO NOTHING
"""
# Between two steps it ends at once; during one, its next step finds the wish.
STOP_NOW = """
UPDATE works SET state = 'cancelled', ended_at = %(at)s, moved_at = %(at)s
WHERE (merchant_id, id) IN (SELECT merchant_id, id FROM works
  WHERE merchant_id = %(merchant_id)s AND id = %(work_id)s AND state IN ('waiting', 'running')
  FOR NO KEY UPDATE SKIP LOCKED)
  AND merchant_id = %(merchant_id)s
"""
AGAIN = """
UPDATE works SET state = 'waiting', ended_at = NULL, told = NULL, moved_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(work_id)s AND state = 'failed'
"""
FORGET_STOP = """
DELETE FROM work_stops WHERE merchant_id = %(merchant_id)s AND work_id = %(work_id)s
"""

LOCK = """
SELECT merchant_id, id, kind, title, payload, position, asked_by, done, total, asked_at
FROM works
WHERE merchant_id = %(merchant_id)s AND id = %(work_id)s AND state IN ('waiting', 'running')
FOR NO KEY UPDATE
"""
# Asked after the lock: a statement that waited would still see the time before it waited.
WANTS_STOP = """
SELECT work_id FROM work_stops WHERE merchant_id = %(merchant_id)s AND work_id = %(work_id)s
"""
END = """
UPDATE works SET state = %(state)s, told = coalesce(%(told)s, told), ended_at = %(at)s,
  moved_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(work_id)s AND state IN ('waiting', 'running')
"""
ADVANCE = """
UPDATE works SET state = 'running', position = %(position)s::jsonb, done = %(done)s,
  total = coalesce(%(total)s, total), started_at = coalesce(started_at, %(at)s), moved_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(work_id)s AND state IN ('waiting', 'running')
"""
ADD_FILE = """
INSERT INTO work_files (merchant_id, work_id, name, media_type, key, size_bytes, ends_at)
VALUES (%(merchant_id)s, %(work_id)s, %(name)s, %(media_type)s, %(key)s, %(size_bytes)s,
  %(ends_at)s)
"""

VIEW = """
SELECT w.id, w.kind, w.title, w.asked_by, w.state, w.done, w.total, w.told, w.asked_at,
  w.started_at, w.moved_at, w.ended_at,
  w.state IN ('waiting', 'running') AND EXISTS (SELECT FROM work_stops s
    WHERE s.merchant_id = w.merchant_id AND s.work_id = w.id),
  (SELECT count(*) FROM work_files f
    WHERE f.merchant_id = w.merchant_id AND f.work_id = w.id AND f.ends_at > %(at)s)
FROM works w WHERE w.merchant_id = %(merchant_id)s
"""
VIEW_ONE = VIEW + " AND w.id = %(work_id)s"
_PAGE = """ AND w.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY w.id DESC LIMIT %(limit)s"""
VIEW_ALL = VIEW + _PAGE
VIEW_MINE = VIEW + " AND w.asked_by = %(by)s" + _PAGE
COUNT_OPEN = """
SELECT count(*) FROM (SELECT FROM works
  WHERE merchant_id = %(merchant_id)s AND state IN ('waiting', 'running') AND asked_by = %(by)s
  LIMIT 100) each
"""
FILES = """
SELECT f.id, f.name, f.media_type, f.key, f.size_bytes, f.ends_at, w.asked_by
FROM work_files f JOIN works w ON w.merchant_id = f.merchant_id AND w.id = f.work_id
WHERE f.merchant_id = %(merchant_id)s AND f.work_id = %(work_id)s AND f.ends_at > %(at)s
ORDER BY f.id
"""

# Across merchants on purpose: what is over is over everywhere.
OLD_FILES = """
SELECT DISTINCT merchant_id, work_id FROM work_files WHERE ends_at <= %(at)s
ORDER BY merchant_id, work_id LIMIT %(limit)s
"""
OLD = """
SELECT merchant_id, id FROM works WHERE ended_at < %(before)s
ORDER BY ended_at LIMIT %(limit)s
"""
FORGET_FILES = """
DELETE FROM work_files WHERE merchant_id = %(merchant_id)s AND work_id = %(work_id)s
  AND ends_at <= %(at)s
"""
FORGET = (
    "DELETE FROM work_files WHERE merchant_id = %(merchant_id)s AND work_id = %(work_id)s",
    FORGET_STOP,
    "DELETE FROM works WHERE merchant_id = %(merchant_id)s AND id = %(work_id)s",
)
