"""SQL of the sign-in and of whoever asks on every request.

A person is the user at the end of the `merged_into` chain, with all users that lead there.
Chains are walked sixteen steps at most; each step joins two users of one unionid, and nobody has
so many apps.
"""

FIND_PERSON = """
WITH RECURSIVE path AS (
  SELECT u.id, u.unionid, u.merged_into, 0 AS steps
  FROM wechat_identities i JOIN users u ON u.id = i.user_id
  WHERE i.appid = %(appid)s AND i.openid = %(openid)s
  UNION ALL
  SELECT u.id, u.unionid, u.merged_into, path.steps + 1
  FROM path JOIN users u ON u.id = path.merged_into WHERE path.steps < 16
)
SELECT id, unionid FROM path WHERE merged_into IS NULL
"""

LOCK_USERS = """
SELECT id, unionid, merged_into FROM users WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE
"""

# Whoever writes a unionid first waits here for others who do, so that its index never refuses.
LOCK_UNIONID = "SELECT pg_advisory_xact_lock(hashtextextended('unionid:' || %(unionid)s, 0))"

FIND_USER_BY_UNIONID = """
SELECT id, unionid, merged_into FROM users WHERE unionid = %(unionid)s AND unionid <> ''
"""

ADD_USER = """
INSERT INTO users (unionid, created_at) VALUES (%(unionid)s, %(at)s) RETURNING id
"""

# Only ever the user that this transaction added and that nobody else has seen.
TAKE_BACK_USER = "DELETE FROM users WHERE id = %(id)s"

ADD_IDENTITY = """
INSERT INTO wechat_identities (appid, openid, user_id, created_at)
VALUES (%(appid)s, %(openid)s, %(user_id)s, %(at)s)
ON CONFLICT (appid, openid) DO NOTHING
"""

SET_UNIONID = "UPDATE users SET unionid = %(unionid)s WHERE id = %(id)s"

MERGE_USER = """
UPDATE users SET merged_into = %(winner_id)s, unionid = NULL WHERE id = %(loser_id)s
"""

USERS_OF_IDENTITY = """
WITH RECURSIVE upwards AS (
  SELECT u.id, u.merged_into, 0 AS steps FROM users u
  WHERE u.id IN (SELECT user_id FROM wechat_identities
                 WHERE appid = %(appid)s AND openid = %(openid)s)
     OR u.unionid = %(unionid)s
  UNION ALL
  SELECT u.id, u.merged_into, upwards.steps + 1
  FROM upwards JOIN users u ON u.id = upwards.merged_into WHERE upwards.steps < 16
), person AS (
  SELECT id FROM upwards WHERE merged_into IS NULL
  UNION SELECT u.id FROM users u JOIN person p ON u.merged_into = p.id
)
SELECT id FROM person ORDER BY id
"""

FIND_MEMBER = """
WITH RECURSIVE person AS (
  SELECT %(user_id)s::bigint AS id
  UNION SELECT u.id FROM users u JOIN person p ON u.merged_into = p.id
)
SELECT m.id FROM members m
WHERE m.merchant_id = %(merchant_id)s AND m.user_id IN (SELECT id FROM person)
  AND m.merged_into IS NULL
"""

ADD_MEMBER = """
INSERT INTO members (merchant_id, number, user_id, state, joined_at)
VALUES (%(merchant_id)s, %(number)s, %(user_id)s, 'active', %(at)s) RETURNING id
"""

# Goes through every merchant on purpose: two persons' members everywhere, locked in one order.
LOCK_MEMBERS_EVERYWHERE = """
WITH RECURSIVE person AS (
  SELECT head AS id, head FROM unnest(%(user_ids)s::bigint[]) AS head
  UNION SELECT u.id, p.head FROM users u JOIN person p ON u.merged_into = p.id
)
SELECT p.head, m.merchant_id, m.id, m.number FROM members m JOIN person p ON p.id = m.user_id
WHERE m.merged_into IS NULL
ORDER BY m.merchant_id, m.id FOR UPDATE OF m
"""

RETIRE_MEMBER = """
UPDATE members SET merged_into = %(winner_id)s, session_epoch = session_epoch + 1
WHERE merchant_id = %(merchant_id)s AND id = %(loser_id)s
"""

# The phone stays readable, for it is bound to the merchant and not to the member. A card lost in
# one shape is lost in both; unlike versions go on above both, so that no code comes to life again.
INHERIT = """
UPDATE members w
SET nickname = coalesce(w.nickname, l.nickname),
    nickname_key = CASE WHEN w.nickname IS NULL THEN l.nickname_key ELSE w.nickname_key END,
    avatar = coalesce(w.avatar, l.avatar),
    phone_sealed = CASE WHEN w.phone_sealed IS NULL THEN l.phone_sealed ELSE w.phone_sealed END,
    phone_index = CASE WHEN w.phone_sealed IS NULL THEN l.phone_index ELSE w.phone_index END,
    session_epoch = w.session_epoch + (l.state = 'blocked' AND w.state <> 'blocked')::int,
    state = CASE WHEN l.state = 'blocked' THEN l.state ELSE w.state END,
    codes_frozen_at = coalesce(w.codes_frozen_at, l.codes_frozen_at),
    codes_frozen_by_staff = w.codes_frozen_by_staff OR l.codes_frozen_by_staff,
    code_version = greatest(w.code_version, l.code_version)
      + (l.codes_frozen_at IS NOT NULL OR w.code_version <> l.code_version)::int
FROM members l
WHERE w.merchant_id = %(merchant_id)s AND w.id = %(winner_id)s
  AND l.merchant_id = %(merchant_id)s AND l.id = %(loser_id)s
"""

CANONICAL_MEMBER = """
WITH RECURSIVE path AS (
  SELECT m.id, m.merged_into, 0 AS steps FROM members m
  WHERE m.merchant_id = %(merchant_id)s AND m.id = %(member_id)s
  UNION ALL
  SELECT m.id, m.merged_into, path.steps + 1
  FROM path JOIN members m ON m.merchant_id = %(merchant_id)s AND m.id = path.merged_into
  WHERE path.steps < 16
)
SELECT id FROM path WHERE merged_into IS NULL
"""

_PERSON_OF_MEMBER = """
up AS (
  SELECT u.id, u.merged_into, 0 AS steps FROM members m JOIN users u ON u.id = m.user_id
  WHERE m.merchant_id = %(merchant_id)s AND m.id = %(member_id)s
  UNION ALL
  SELECT u.id, u.merged_into, up.steps + 1 FROM up JOIN users u ON u.id = up.merged_into
  WHERE up.steps < 16
), person AS (
  SELECT id FROM up WHERE merged_into IS NULL
  UNION SELECT u.id FROM users u JOIN person p ON u.merged_into = p.id
)
"""

# Every member of this merchant who is the same person as %(member_id)s, himself included; goes
# after WITH RECURSIVE.
SAME_PERSON = f"""
{_PERSON_OF_MEMBER.strip()}, same AS (
  SELECT m.id FROM members m
  WHERE m.merchant_id = %(merchant_id)s AND m.user_id IN (SELECT id FROM person)
)
"""  # noqa: S608 - composed of our own words

USERS_OF_MEMBER = f"""
WITH RECURSIVE {_PERSON_OF_MEMBER} SELECT id FROM person ORDER BY id
"""  # noqa: S608 - composed of our own words

# In whatever shape this person was a member here: the one that stayed and all that it took in.
_EVERY_SHAPE = """
merchant_id = %(merchant_id)s AND user_id IN (SELECT id FROM person)
"""

ERASE_PHONE = f"""
WITH RECURSIVE {_PERSON_OF_MEMBER}
UPDATE members SET phone_sealed = NULL, phone_index = NULL WHERE {_EVERY_SHAPE}
"""  # noqa: S608 - composed of our own words

ERASE_NICKNAME = f"""
WITH RECURSIVE {_PERSON_OF_MEMBER}
UPDATE members SET nickname = NULL, nickname_key = NULL WHERE {_EVERY_SHAPE}
"""  # noqa: S608 - composed of our own words

# Whoever shows a picture at this moment waits, and finds his file gone.
DROP_AVATARS = """
UPDATE members SET avatar = NULL WHERE merchant_id = %(merchant_id)s AND id = ANY(%(member_ids)s)
RETURNING number
"""

OPENID_OF_MEMBER = f"""
WITH RECURSIVE {_PERSON_OF_MEMBER}
SELECT i.openid FROM wechat_identities i
WHERE i.user_id IN (SELECT id FROM person) AND i.appid = %(appid)s ORDER BY i.id DESC LIMIT 1
"""  # noqa: S608 - composed of our own words

OPENID_OF_USER = """
SELECT openid FROM wechat_identities
WHERE user_id = %(user_id)s AND appid = %(appid)s ORDER BY id DESC LIMIT 1
"""

SET_STATE = """
WITH was AS (
  SELECT id, state FROM members WHERE merchant_id = %(merchant_id)s AND id = %(member_id)s
  FOR UPDATE
)
UPDATE members m SET state = %(state)s, session_epoch = m.session_epoch + %(epochs)s FROM was
WHERE m.merchant_id = %(merchant_id)s AND m.id = was.id RETURNING m.number, was.state
"""

END_SESSIONS = """
UPDATE members SET session_epoch = session_epoch + 1
WHERE merchant_id = %(merchant_id)s AND id = %(member_id)s
"""

# The member, if a session of that epoch still speaks for him. Hot statements look at him with
# this in the same breath as at what he asks for.
SESSION_IS_GOOD = """
SELECT id FROM members
WHERE merchant_id = %(merchant_id)s AND id = %(member_id)s AND session_epoch = %(epoch)s
  AND state = 'active' AND merged_into IS NULL
"""

HOLD_SESSION = f"{SESSION_IS_GOOD} FOR NO KEY UPDATE"

# As the member that he has turned out to be.
MEMBER_BY_NUMBER = """
WITH RECURSIVE path AS (
  SELECT m.id, m.merged_into, 0 AS steps FROM members m
  WHERE m.merchant_id = %(merchant_id)s AND m.number = %(number)s
  UNION ALL
  SELECT m.id, m.merged_into, path.steps + 1
  FROM path JOIN members m ON m.merchant_id = %(merchant_id)s AND m.id = path.merged_into
  WHERE path.steps < 16
)
SELECT id FROM path WHERE merged_into IS NULL
"""
