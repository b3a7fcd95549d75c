"""Points: earned in lots, spent soonest-expiring first, taken back with a visible debt.

What a purchase earns waits until it can no longer be given back. Rules and factors are rows.
"""

from app.domain.points.actions import Held, earn, lock_member, spend, take_back, take_over
from app.domain.points.earning import (
    Occasion,
    earn_by_rules,
    earn_pending_by_rules,
    expiry_of,
    forget,
    undo,
    work_out,
    workings_json,
)
from app.domain.points.errors import NotEnoughPoints, NotHeld, RuleRefused, TooManyPoints
from app.domain.points.events import PointsExpiring
from app.domain.points.expiring import LotsDue, expire
from app.domain.points.expiring import list_due as list_over
from app.domain.points.holding import capture, give_back, hold, release
from app.domain.points.liability import Liability, roll_forward
from app.domain.points.mall import Mall, MallOffer, list_mall, list_prices
from app.domain.points.models import PointFactor, PointLot, PointLotUse, PointRule
from app.domain.points.notices import EndDue, announce, ending
from app.domain.points.notices import list_due as list_ends_to_tell
from app.domain.points.paying import MayPay, may_pay, part_payment
from app.domain.points.pending import (
    PendingDue,
    PendingLine,
    cancel_pending,
    earn_pending,
    list_pending,
    mature,
)
from app.domain.points.pending import list_due as list_ripe
from app.domain.points.queries import Balance, PointLine, Working, balance, list_entries
from app.domain.points.rulebooks import Terms, forget_rulebook, rulebook
from app.domain.points.rules import member_debt, member_pending, member_points
from app.domain.points.rulings import (
    Earning,
    EarnOn,
    Factor,
    FactorLine,
    PartPayment,
    RuleSource,
    multiply,
    points_for,
    times_words,
)
from app.domain.points.settings import (
    add_factor,
    add_rule,
    end_factor,
    end_rule,
    list_factors,
    list_rules,
    set_terms,
)
from app.domain.points.trying import Idea, IdeaOfRule, StepTried, Tried, dry_run

__all__ = [
    "Balance",
    "EarnOn",
    "Earning",
    "EndDue",
    "Factor",
    "FactorLine",
    "Held",
    "Idea",
    "IdeaOfRule",
    "Liability",
    "LotsDue",
    "Mall",
    "MallOffer",
    "MayPay",
    "NotEnoughPoints",
    "NotHeld",
    "Occasion",
    "PartPayment",
    "PendingDue",
    "PendingLine",
    "PointFactor",
    "PointLine",
    "PointLot",
    "PointLotUse",
    "PointRule",
    "PointsExpiring",
    "RuleRefused",
    "RuleSource",
    "StepTried",
    "Terms",
    "TooManyPoints",
    "Tried",
    "Working",
    "add_factor",
    "add_rule",
    "announce",
    "balance",
    "cancel_pending",
    "capture",
    "dry_run",
    "earn",
    "earn_by_rules",
    "earn_pending",
    "earn_pending_by_rules",
    "end_factor",
    "end_rule",
    "ending",
    "expire",
    "expiry_of",
    "forget",
    "forget_rulebook",
    "give_back",
    "hold",
    "list_ends_to_tell",
    "list_entries",
    "list_factors",
    "list_mall",
    "list_over",
    "list_pending",
    "list_prices",
    "list_ripe",
    "list_rules",
    "lock_member",
    "mature",
    "may_pay",
    "member_debt",
    "member_pending",
    "member_points",
    "multiply",
    "part_payment",
    "points_for",
    "release",
    "roll_forward",
    "rulebook",
    "set_terms",
    "spend",
    "take_back",
    "take_over",
    "times_words",
    "undo",
    "work_out",
    "workings_json",
]
