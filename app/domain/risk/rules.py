"""How often is too often. One table, and one pure verdict over the counts of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What somebody attempts. Every attempt counts, whether it succeeds or not."""

    SIGN_IN = "sign_in"
    ORDER = "order"
    REPORT_GRANTS = "report_grants"
    REDEEM = "redeem_attempt"
    REDEEM_BY_DIGITS = "redeem_by_digits"
    ACCEPT_INVITATION = "accept_invitation"
    GIVE = "give"
    OPEN_ASSIST = "open_assist"
    HELP = "help"
    CLAIM_GIFT = "claim_gift"
    OPEN_GIFT_LINK = "open_gift_link"
    COMPLAIN = "complain"
    BIND_CARD = "bind_card"
    PANEL_SIGN_IN = "panel_sign_in"
    PANEL_PICTURE = "panel_picture"
    FIND_BY_PHONE = "find_by_phone"
    PROFILE = "profile"


class Per(StrEnum):
    """Whose attempts are added up."""

    IP = "ip"
    OPENID = "openid"  # with its appid
    MEMBER = "member"
    ACTOR = "actor"  # staff or API key
    DEVICE = "device"  # as the client names it
    HANDLE = "handle"  # of the voucher whose code is tried


class Away(StrEnum):
    """What happens while nobody can count: let everybody pass, or nobody."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """At most `limit` attempts within any `window_seconds`."""

    name: str
    action: Action
    per: Per
    limit: int
    window_seconds: int
    when_counts_are_away: Away


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`reason` is the name of the rule that refused; whoever waits so long may try again."""

    is_allowed: bool
    reason: str | None = None
    retry_after_seconds: int = 0


_A, _P = Action, Per

RULES: tuple[Rule, ...] = (
    # Whole neighbourhoods share one address of a mobile network.
    Rule(
        name="sign_in_per_ip",
        action=_A.SIGN_IN,
        per=_P.IP,
        limit=300,
        window_seconds=60,
        when_counts_are_away=Away.OPEN,
    ),
    Rule(
        name="sign_in_per_openid",
        action=_A.SIGN_IN,
        per=_P.OPENID,
        limit=20,
        window_seconds=60,
        when_counts_are_away=Away.OPEN,
    ),
    Rule(
        name="order_per_member",
        action=_A.ORDER,
        per=_P.MEMBER,
        limit=20,
        window_seconds=60,
        when_counts_are_away=Away.OPEN,
    ),
    Rule(
        name="complaints_per_member",
        action=_A.COMPLAIN,
        per=_P.MEMBER,
        limit=30,
        window_seconds=3600,
        when_counts_are_away=Away.OPEN,
    ),
    Rule(
        name="profile_per_member",
        action=_A.PROFILE,
        per=_P.MEMBER,
        limit=20,
        window_seconds=3600,
        when_counts_are_away=Away.OPEN,
    ),
    # Beside the back-off of each name from each address: one address tries many names. Not per
    # name alone, which would let anybody lock anybody out.
    Rule(
        name="panel_sign_in_per_ip",
        action=_A.PANEL_SIGN_IN,
        per=_P.IP,
        limit=60,
        window_seconds=600,
        when_counts_are_away=Away.CLOSED,
    ),
    # In the shop's own network, whoever was signed in before is not held up by a guest.
    Rule(
        name="panel_sign_in_per_browser",
        action=_A.PANEL_SIGN_IN,
        per=_P.DEVICE,
        limit=30,
        window_seconds=600,
        when_counts_are_away=Away.CLOSED,
    ),
    # Each picture is a row; whoever comes in needs one.
    Rule(
        name="panel_pictures_per_ip",
        action=_A.PANEL_PICTURE,
        per=_P.IP,
        limit=30,
        window_seconds=600,
        when_counts_are_away=Away.CLOSED,
    ),
    # Whoever asks for many phones has a list of them, and learns who of it comes here.
    Rule(
        name="phones_per_actor",
        action=_A.FIND_BY_PHONE,
        per=_P.ACTOR,
        limit=60,
        window_seconds=600,
        when_counts_are_away=Away.CLOSED,
    ),
    # Codes of old cards may be short; whoever tries many has none.
    Rule(
        name="cards_bound_per_member",
        action=_A.BIND_CARD,
        per=_P.MEMBER,
        limit=10,
        window_seconds=600,
        when_counts_are_away=Away.CLOSED,
    ),
    Rule(
        name="cards_bound_per_day",
        action=_A.BIND_CARD,
        per=_P.MEMBER,
        limit=20,
        window_seconds=86400,
        when_counts_are_away=Away.CLOSED,
    ),
    # He has more accounts than one.
    Rule(
        name="cards_bound_per_ip",
        action=_A.BIND_CARD,
        per=_P.IP,
        limit=60,
        window_seconds=600,
        when_counts_are_away=Away.CLOSED,
    ),
    Rule(
        name="grants_per_member",
        action=_A.REPORT_GRANTS,
        per=_P.MEMBER,
        limit=30,
        window_seconds=60,
        when_counts_are_away=Away.OPEN,
    ),
    Rule(
        name="redeem_per_actor",
        action=_A.REDEEM,
        per=_P.ACTOR,
        limit=120,
        window_seconds=60,
        when_counts_are_away=Away.OPEN,
    ),
    # Seven digits can be guessed by who may try without end; the QR code, which cannot, is not
    # under this rule and works on when nobody counts.
    Rule(
        name="digits_per_handle",
        action=_A.REDEEM_BY_DIGITS,
        per=_P.HANDLE,
        limit=10,
        window_seconds=300,
        when_counts_are_away=Away.CLOSED,
    ),
    Rule(
        name="digits_per_actor",
        action=_A.REDEEM_BY_DIGITS,
        per=_P.ACTOR,
        limit=60,
        window_seconds=60,
        when_counts_are_away=Away.CLOSED,
    ),
    # Who gives or takes all day long trades.
    Rule(
        name="gifts_per_hour",
        action=_A.GIVE,
        per=_P.MEMBER,
        limit=20,
        window_seconds=3600,
        when_counts_are_away=Away.OPEN,
    ),
    Rule(
        name="gifts_per_day",
        action=_A.GIVE,
        per=_P.MEMBER,
        limit=50,
        window_seconds=86400,
        when_counts_are_away=Away.OPEN,
    ),
    Rule(
        name="gift_claims_per_day",
        action=_A.CLAIM_GIFT,
        per=_P.MEMBER,
        limit=20,
        window_seconds=86400,
        when_counts_are_away=Away.OPEN,
    ),
    # 128 bits are not guessed; this only keeps a flood away.
    Rule(
        name="gift_links_per_ip",
        action=_A.OPEN_GIFT_LINK,
        per=_P.IP,
        limit=300,
        window_seconds=60,
        when_counts_are_away=Away.OPEN,
    ),
    # Nobody has so many friends in trouble at once.
    Rule(
        name="helps_per_member",
        action=_A.HELP,
        per=_P.MEMBER,
        limit=10,
        window_seconds=60,
        when_counts_are_away=Away.OPEN,
    ),
    Rule(
        name="helps_per_device",
        action=_A.HELP,
        per=_P.DEVICE,
        limit=10,
        window_seconds=3600,
        when_counts_are_away=Away.OPEN,
    ),
    Rule(
        name="helps_per_ip",
        action=_A.HELP,
        per=_P.IP,
        limit=120,
        window_seconds=60,
        when_counts_are_away=Away.OPEN,
    ),
    Rule(
        name="assist_links_per_member",
        action=_A.OPEN_ASSIST,
        per=_P.MEMBER,
        limit=60,
        window_seconds=60,
        when_counts_are_away=Away.OPEN,
    ),
    Rule(
        name="invitation_per_ip",
        action=_A.ACCEPT_INVITATION,
        per=_P.IP,
        limit=30,
        window_seconds=60,
        when_counts_are_away=Away.OPEN,
    ),
)

WAIT_FOR_COUNTS_SECONDS = 5

_BY_NAME = {rule.name: rule for rule in RULES}


def rules_for(action: Action) -> tuple[Rule, ...]:
    """The rules to count for, in the order of the table."""
    return tuple(rule for rule in RULES if rule.action == action)


def decide(counts: Mapping[str, int | None]) -> Decision:
    """The verdict over counts by rule name, this attempt included; None where nobody could count.

    When several rules refuse, the one with the longest wait speaks. The wait is the whole window,
    after which an attempt is certain to be within the limit.
    """
    waits = {name: wait for name, count in counts.items() if (wait := _wait(name, count))}
    if not waits:
        return Decision(is_allowed=True)
    reason = max(waits, key=lambda name: waits[name])
    return Decision(is_allowed=False, reason=reason, retry_after_seconds=waits[reason])


def _wait(name: str, count: int | None) -> int:
    """Seconds; 0 for who may pass."""
    rule = _BY_NAME[name]
    if count is None:
        return WAIT_FOR_COUNTS_SECONDS if rule.when_counts_are_away == Away.CLOSED else 0
    return rule.window_seconds if count > rule.limit else 0
