"""So many questions in so many seconds, however many ask and whatever comes of it.

Anybody who opens a page may make us ask for what signs it; a refusal must not let him use up what
WeChat allows us in a day.
"""

from datetime import timedelta

from redis import Redis

from app.gateways.errors import Unavailable

# The second one is for an answer that died just after we got it.
QUESTIONS = 2
PACE_SECONDS = 10
_COUNT = """
local asked = redis.call('incr', KEYS[1])
if asked == 1 then redis.call('pexpire', KEYS[1], ARGV[1]) end
return asked
"""


def may_ask(redis: Redis, key: str) -> bool:
    """Count a question that is about to be asked, over all processes."""
    asked = redis.eval(_COUNT, 1, f"{key}:asked", str(PACE_SECONDS * 1000))
    return int(str(asked)) <= QUESTIONS


def paced(doing: str, *, code: str) -> Unavailable:
    """What to say instead of asking."""
    return Unavailable(f"{doing}: {code}", code=code, after=timedelta(seconds=PACE_SECONDS))
