"""What each errcode of api.weixin.qq.com asks us to do. The one place that knows.

An errcode is an answer: whatever it says, nothing was done. Codes that are not listed are final,
for a question that was refused once for a reason we do not know is refused again.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Do(StrEnum):
    """What follows from a refusal."""

    RETRY_LATER = "retry_later"
    NEVER_AGAIN = "never_again"
    NEW_TOKEN = "new_token"  # noqa: S105 - the name of a class of answers, no secret
    # The person's leave is gone: forget what we counted, and ask at the next natural moment.
    ASK_AGAIN = "ask_again"
    NEXT_DAY = "next_day"
    # Somebody else writes to the same person this very moment: one after the other.
    SERIALIZE = "serialize"
    # Our template, words or rights are wrong: a person must look, and trying again is no use.
    ALARM = "alarm"


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """`word` is ours, for a code that somebody reacts to; `after` how long to wait at least."""

    do: Do
    word: str | None = None
    after: timedelta = timedelta(0)


BEIJING = ZoneInfo("Asia/Shanghai")
# Quotas of a day start anew at midnight in Beijing; everybody comes back at that minute.
DAY_BEGINS = time(0, 10)

SOON = Meaning(do=Do.RETRY_LATER, after=timedelta(seconds=10))
NEXT_MINUTE = Meaning(do=Do.RETRY_LATER, after=timedelta(minutes=1))
# Somebody has to enter our address at the platform; after that it goes by itself.
WHEN_LISTED = Meaning(do=Do.RETRY_LATER, after=timedelta(minutes=10))
FINAL = Meaning(do=Do.NEVER_AGAIN)
STALE = Meaning(do=Do.NEW_TOKEN)
OURS_TO_MEND = Meaning(do=Do.ALARM)

MEANINGS: dict[int, Meaning] = {
    # Any address
    -1: SOON,
    40001: STALE,
    40014: STALE,
    42001: STALE,
    40013: OURS_TO_MEND,
    40097: OURS_TO_MEND,
    40164: WHEN_LISTED,
    41001: OURS_TO_MEND,
    43002: OURS_TO_MEND,
    44002: OURS_TO_MEND,
    44990: SOON,
    44991: NEXT_MINUTE,
    45009: Meaning(do=Do.NEXT_DAY),
    45011: NEXT_MINUTE,
    47001: OURS_TO_MEND,
    48001: OURS_TO_MEND,
    50002: OURS_TO_MEND,
    61004: WHEN_LISTED,
    # Access tokens
    40002: OURS_TO_MEND,
    40125: OURS_TO_MEND,
    40243: OURS_TO_MEND,
    41002: OURS_TO_MEND,
    41004: OURS_TO_MEND,
    50004: OURS_TO_MEND,
    50007: OURS_TO_MEND,
    89503: WHEN_LISTED,
    89506: WHEN_LISTED,
    89507: WHEN_LISTED,
    # Signing in, the phone button
    40029: Meaning(do=Do.NEVER_AGAIN, word="code_invalid"),
    40163: Meaning(do=Do.NEVER_AGAIN, word="code_invalid"),
    40226: Meaning(do=Do.NEVER_AGAIN, word="user_blocked"),
    # Subscribe messages, of the mini-program and of the official account
    40003: FINAL,
    40037: OURS_TO_MEND,
    41030: OURS_TO_MEND,
    43101: Meaning(do=Do.ASK_AGAIN, word="not_subscribed"),
    43107: OURS_TO_MEND,
    43108: Meaning(do=Do.SERIALIZE, after=timedelta(seconds=2)),
    45168: OURS_TO_MEND,
    47003: OURS_TO_MEND,
    # Template messages
    40036: OURS_TO_MEND,
    43004: Meaning(do=Do.NEVER_AGAIN, word="not_following"),
    43019: Meaning(do=Do.NEVER_AGAIN, word="blacklisted"),
    43116: OURS_TO_MEND,
    45026: OURS_TO_MEND,
    45027: OURS_TO_MEND,
    # Customer-service messages
    45008: OURS_TO_MEND,
    45015: Meaning(do=Do.NEVER_AGAIN, word="window_closed"),
    45047: Meaning(do=Do.NEVER_AGAIN, word="window_used_up"),
    70000: FINAL,
    # Service cards
    85431: NEXT_MINUTE,
    85433: OURS_TO_MEND,
    85434: OURS_TO_MEND,
    85435: OURS_TO_MEND,
    85436: OURS_TO_MEND,
    # The platform takes up to a minute to know its own payment.
    85437: NEXT_MINUTE,
    85438: Meaning(do=Do.NEVER_AGAIN, word="card_over"),
    85439: OURS_TO_MEND,
    85440: OURS_TO_MEND,
    85441: OURS_TO_MEND,
    85442: OURS_TO_MEND,
    85443: OURS_TO_MEND,
    85448: Meaning(do=Do.NEVER_AGAIN, word="card_used"),
    85449: NEXT_MINUTE,
    85461: OURS_TO_MEND,
    85462: OURS_TO_MEND,
    # Judging texts and people
    40129: OURS_TO_MEND,
    43104: OURS_TO_MEND,
    45002: OURS_TO_MEND,
    61010: Meaning(do=Do.NEVER_AGAIN, word="not_here_lately"),
    61080: NEXT_MINUTE,
    61081: NEXT_MINUTE,
    9410009: Meaning(do=Do.NEXT_DAY),
    # Cards in a chat that change
    47501: OURS_TO_MEND,
    47502: Meaning(do=Do.NEVER_AGAIN, word="activity_full"),
    47503: OURS_TO_MEND,
    47504: Meaning(do=Do.NEVER_AGAIN, word="activity_over"),
}

STALE_TOKEN = frozenset(code for code, meaning in MEANINGS.items() if meaning.do == Do.NEW_TOKEN)
LATER = frozenset(
    code
    for code, meaning in MEANINGS.items()
    if meaning.do in {Do.RETRY_LATER, Do.NEXT_DAY, Do.SERIALIZE}
)


def meaning_of(errcode: int) -> Meaning:
    """What to do about it."""
    return MEANINGS.get(errcode, FINAL)


def code_of(errcode: int) -> str:
    """How an error names it: our word, or the number."""
    return meaning_of(errcode).word or str(errcode)


def needs_a_person(code: str) -> bool:
    """Whether the refusal of that code (as `code_of` says it) is ours to mend."""
    return code.lstrip("-").isdigit() and meaning_of(int(code)).do == Do.ALARM


def wait_after(errcode: int, *, at: datetime) -> timedelta:
    """How long to leave it alone, at least."""
    meaning = meaning_of(errcode)
    return _until_next_day(at) if meaning.do == Do.NEXT_DAY else meaning.after


def _until_next_day(at: datetime) -> timedelta:
    there = at.astimezone(BEIJING)
    tomorrow = there.date() + timedelta(days=1)
    return datetime.combine(tomorrow, DAY_BEGINS, tzinfo=BEIJING) - there
