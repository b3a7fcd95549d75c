"""SQL of who follows. What WeChat tells late or twice must leave no other trace than in time."""

# Each instant only grows (the first ones only shrink), so the order of telling does not matter.
# Where two things happened in one second the scene's own letters decide, whoever came first.
NOTE = """
INSERT INTO followers AS f (merchant_id, app_id, openid, member_id, first_at, followed_at, left_at,
  first_scene, first_scene_at, last_scene, last_scene_at,
  heard_at, heard_left, touched_at, touched_left)
VALUES (%(merchant_id)s, %(app_id)s, %(openid)s, %(member_id)s, %(followed_at)s, %(followed_at)s,
  %(left_at)s, %(scene)s, %(scene_at)s, %(scene)s, %(scene_at)s,
  %(heard_at)s, %(heard_left)s, %(touched_at)s, %(touched_left)s)
ON CONFLICT (merchant_id, app_id, openid) DO UPDATE SET
  member_id = coalesce(EXCLUDED.member_id, f.member_id),
  first_at = least(f.first_at, EXCLUDED.first_at),
  followed_at = greatest(f.followed_at, EXCLUDED.followed_at),
  left_at = greatest(f.left_at, EXCLUDED.left_at),
  first_scene = CASE WHEN (EXCLUDED.first_scene_at, EXCLUDED.first_scene)
      < (f.first_scene_at, f.first_scene) OR f.first_scene_at IS NULL
    THEN EXCLUDED.first_scene ELSE f.first_scene END,
  first_scene_at = least(f.first_scene_at, EXCLUDED.first_scene_at),
  last_scene = CASE WHEN (EXCLUDED.last_scene_at, EXCLUDED.last_scene)
      > (f.last_scene_at, f.last_scene) OR f.last_scene_at IS NULL
    THEN EXCLUDED.last_scene ELSE f.last_scene END,
  last_scene_at = greatest(f.last_scene_at, EXCLUDED.last_scene_at),
  heard_left = CASE WHEN EXCLUDED.heard_at > f.heard_at OR f.heard_at IS NULL
    THEN EXCLUDED.heard_left ELSE f.heard_left END,
  heard_at = greatest(f.heard_at, EXCLUDED.heard_at),
  touched_left = CASE WHEN EXCLUDED.touched_at > f.touched_at OR f.touched_at IS NULL
    THEN EXCLUDED.touched_left ELSE f.touched_left END,
  touched_at = greatest(f.touched_at, EXCLUDED.touched_at)
RETURNING f.id
"""

_COLUMNS = """
f.id, f.app_id, a.appid, f.openid, f.member_id, f.first_at, f.followed_at, f.left_at,
f.first_scene, f.last_scene, f.heard_at
"""

FIND = f"""
SELECT {_COLUMNS} FROM followers f
JOIN wechat_apps a ON a.merchant_id = f.merchant_id AND a.id = f.app_id
WHERE f.merchant_id = %(merchant_id)s AND f.app_id = %(app_id)s AND f.openid = %(openid)s
"""  # noqa: S608 - composed of our own words

GET = f"""
SELECT {_COLUMNS} FROM followers f
JOIN wechat_apps a ON a.merchant_id = f.merchant_id AND a.id = f.app_id
WHERE f.merchant_id = %(merchant_id)s AND f.id = %(follower_id)s
"""  # noqa: S608 - composed of our own words

LIST_OF_MEMBER = f"""
SELECT {_COLUMNS} FROM followers f
JOIN wechat_apps a ON a.merchant_id = f.merchant_id AND a.id = f.app_id
WHERE f.merchant_id = %(merchant_id)s AND f.member_id = %(member_id)s ORDER BY f.id
"""  # noqa: S608 - composed of our own words

# Nobody may be written to who stopped following the account; a mini-program has no followers.
_MAY_BE_WRITTEN_TO = """
(f.left_at IS NULL OR f.followed_at > f.left_at OR f.heard_at > f.left_at)
"""

WINDOW = f"""
SELECT a.appid, f.openid, w.closes_at, w.messages FROM followers f
JOIN wechat_apps a ON a.merchant_id = f.merchant_id AND a.id = f.app_id
CROSS JOIN LATERAL (VALUES
  (f.heard_at + %(heard_lasts)s, f.heard_left),
  (f.touched_at + %(touched_lasts)s, f.touched_left)) w (closes_at, messages)
WHERE f.merchant_id = %(merchant_id)s AND f.member_id = %(member_id)s
  AND {_MAY_BE_WRITTEN_TO} AND w.closes_at > %(at)s AND w.messages > 0
ORDER BY w.closes_at DESC, f.id LIMIT 1
"""  # noqa: S608 - composed of our own words

SPEND_HEARD = """
UPDATE followers SET heard_left = heard_left - 1
WHERE merchant_id = %(merchant_id)s AND openid = %(openid)s AND heard_left > 0
  AND heard_at > %(opened_after)s AND app_id = (
    SELECT id FROM wechat_apps WHERE merchant_id = %(merchant_id)s AND appid = %(appid)s)
"""

SPEND_TOUCHED = """
UPDATE followers SET touched_left = touched_left - 1
WHERE merchant_id = %(merchant_id)s AND openid = %(openid)s AND touched_left > 0
  AND touched_at > %(opened_after)s AND app_id = (
    SELECT id FROM wechat_apps WHERE merchant_id = %(merchant_id)s AND appid = %(appid)s)
"""

CLOSE_WINDOWS = """
UPDATE followers SET heard_left = 0, touched_left = 0
WHERE merchant_id = %(merchant_id)s AND openid = %(openid)s AND app_id = (
    SELECT id FROM wechat_apps WHERE merchant_id = %(merchant_id)s AND appid = %(appid)s)
"""

TAKE_OVER = """
UPDATE followers SET member_id = %(winner_id)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s
"""
