"""The pyramid of members: tiers as data, growth, packs, bought terms, birthdays."""

from app.domain.membership.birthdays import (
    CONSENT_TEXT,
    CONSENT_VERSION,
    BirthdayView,
    find_birthday,
    forget_birthday,
    set_birthday,
)
from app.domain.membership.buying import (
    TermDue,
    end_served_term,
    end_term,
    greet,
    list_terms_due,
    start_term,
    take_greeting_back,
)
from app.domain.membership.dry_running import DryRun, Pair, dry_run
from app.domain.membership.earning import (
    FeeDue,
    TermLeft,
    earn_fee,
    give_term_back,
    list_fees_due,
    pack_was_used,
    term_left,
)
from app.domain.membership.errors import BirthdaySet, NoSuchDay, RulesRefused, TierInUse
from app.domain.membership.events import (
    GrowthChanged,
    TermRefunded,
    TermStarted,
    TierEnding,
    TierRaised,
)
from app.domain.membership.growing import note_growth, take_growth_back
from app.domain.membership.joining import take_over
from app.domain.membership.judging import Step
from app.domain.membership.models import Growth, Occasion, Why
from app.domain.membership.packing import PackDue, give_due, list_at_least, list_packs_due
from app.domain.membership.queries import (
    MembershipView,
    MoveView,
    NextView,
    RaiseWords,
    TierView,
    ending_words,
    list_moves,
    raise_words,
    view,
)
from app.domain.membership.rules import reach_sentence, upgrade_sentence
from app.domain.membership.ruling import in_force, list_merchants, offer_titles, publish_rules
from app.domain.membership.settling import Due, list_due, list_to_warn, settle, warn
from app.domain.membership.standing import MemberTier, may_buy_early, may_buy_from, tier_of
from app.domain.membership.terms import Book, Condition, Needs, RuleSet, Tier, parse

__all__ = [
    "CONSENT_TEXT",
    "CONSENT_VERSION",
    "BirthdaySet",
    "BirthdayView",
    "Book",
    "Condition",
    "DryRun",
    "Due",
    "FeeDue",
    "Growth",
    "GrowthChanged",
    "MemberTier",
    "MembershipView",
    "MoveView",
    "Needs",
    "NextView",
    "NoSuchDay",
    "Occasion",
    "PackDue",
    "Pair",
    "RaiseWords",
    "RuleSet",
    "RulesRefused",
    "Step",
    "TermDue",
    "TermLeft",
    "TermRefunded",
    "TermStarted",
    "Tier",
    "TierEnding",
    "TierInUse",
    "TierRaised",
    "TierView",
    "Why",
    "dry_run",
    "earn_fee",
    "end_served_term",
    "end_term",
    "ending_words",
    "find_birthday",
    "forget_birthday",
    "give_due",
    "give_term_back",
    "greet",
    "in_force",
    "list_at_least",
    "list_due",
    "list_fees_due",
    "list_merchants",
    "list_moves",
    "list_packs_due",
    "list_terms_due",
    "list_to_warn",
    "may_buy_early",
    "may_buy_from",
    "note_growth",
    "offer_titles",
    "pack_was_used",
    "parse",
    "publish_rules",
    "raise_words",
    "reach_sentence",
    "set_birthday",
    "settle",
    "start_term",
    "take_greeting_back",
    "take_growth_back",
    "take_over",
    "term_left",
    "tier_of",
    "upgrade_sentence",
    "view",
    "warn",
]
