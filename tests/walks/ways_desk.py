"""Routes: what managers decide about stored value and points."""

from app.domain import points, stored_value
from app.domain.points import EarnOn, RuleSource
from app.kernel import clock
from app.kernel.db import execute, transaction
from tests.walks.calls import API, Call, Way, plain
from tests.walks.prepaid import somebody

MANAGER = ("manager",)
DESK = f"{API}/counter"
RULES = {"earn_on": "redemption", "pay_bp": 5000, "worth": 100, "warn_days": 7}
NEW_RULE = {"name": "完善资料", "source": "event", "event": "profile", "fixed_points": 5}
WHY = {"reason": "本人来电"}


def of_member(status=200, **said):
    return lambda h: Call(parts={"member": h.member.who.number}, status=status, **said)


def of_somebody(house):
    """Our member still has to spend in other walks."""
    return Call(parts={"member": somebody(house).number}, body=WHY, status=204)


def nothing_waits(house):
    """Somebody decided about whatever another walk proposed."""
    with transaction():
        execute(
            """UPDATE value_adjustments SET state = 'rejected', decided_by = 'system',
              decided_at = %(at)s WHERE merchant_id = %(m)s AND state = 'proposed'""",
            {"m": house.id, "at": clock.now()},
        )


def a_proposal(house):
    nothing_waits(house)
    with transaction():
        return stored_value.propose_adjustment(
            merchant_id=house.id,
            member_id=house.member.who.id,
            kind=stored_value.LotKind.BONUS,
            change_fen=5,
            reason="补偿",
            by="cli:somebody",
            at=clock.now(),
        )


def deciding(house):
    return Call(parts={"member": house.member.who.number}, body={"adjustment": a_proposal(house)})


def proposing(house):
    nothing_waits(house)
    said = {"kind": "bonus", "change_fen": 5, "reason": "补偿"}
    return Call(parts={"member": house.member.who.number}, body=said, status=201)


def few_rules(house):
    """A merchant has twenty at most, and there are many walks."""
    at = clock.now()
    with transaction():
        which = {"merchant_id": house.id}
        for rule in points.list_rules(**which):
            points.end_rule(**which, rule_id=rule.id, actor="system", at=at)
        for factor in points.list_factors(**which):
            points.end_factor(**which, factor_id=factor.id, actor="system", at=at)


def ending_rule(house):
    few_rules(house)
    with transaction():
        rule = points.add_rule(
            merchant_id=house.id,
            name="到店有礼",
            source=RuleSource.VISIT,
            fixed_points=1,
            actor="system",
            at=clock.now(),
        )
        return Call(body={"rule": rule.id}, status=204)


def ending_factor(house):
    few_rules(house)
    with transaction():
        factor = points.add_factor(
            merchant_id=house.id, name="会员日", bp=20_000, actor="system", at=clock.now()
        )
        return Call(body={"factor": factor.id}, status=204)


def adding(**body):
    return lambda h: few_rules(h) or Call(body=body, status=201)


VALUE = {
    f"GET {DESK}/members/<member>/value": Way(who=MANAGER, call=of_member()),
    f"GET {DESK}/members/<member>/value/top-ups": Way(
        who=MANAGER, call=of_member(query={"limit": 5})
    ),
    f"GET {DESK}/members/<member>/value/entries": Way(
        who=MANAGER, call=of_member(query={"limit": 5})
    ),
    f"POST {DESK}/members/<member>/value/freeze": Way(who=MANAGER, call=of_somebody),
    f"POST {DESK}/members/<member>/value/unfreeze": Way(who=MANAGER, call=of_somebody),
    f"POST {DESK}/members/<member>/value/adjustments": Way(who=MANAGER, call=proposing),
    f"POST {DESK}/members/<member>/value/adjustments/approve": Way(who=MANAGER, call=deciding),
    f"POST {DESK}/members/<member>/value/adjustments/reject": Way(who=MANAGER, call=deciding),
    f"GET {DESK}/value/adjustments": Way(who=MANAGER, call=plain(query={"limit": 5})),
    f"GET {DESK}/value/rules": Way(who=MANAGER, call=plain()),
    f"POST {DESK}/value/rules": Way(
        who=MANAGER,
        call=plain(body={"confirm_above_fen": 20000, "confirm_day_above_fen": 20000}),
    ),
    f"GET {DESK}/value/custody": Way(who=MANAGER, call=plain()),
}
POINTS = {
    f"GET {DESK}/points": Way(who=MANAGER, call=plain()),
    f"POST {DESK}/points/terms": Way(who=MANAGER, call=plain(body=RULES)),
    f"POST {DESK}/points/rules": Way(who=MANAGER, call=adding(**NEW_RULE)),
    f"POST {DESK}/points/rules/end": Way(who=MANAGER, call=ending_rule),
    f"POST {DESK}/points/factors": Way(who=MANAGER, call=adding(name="会员日", bp=20000)),
    f"POST {DESK}/points/factors/end": Way(who=MANAGER, call=ending_factor),
    f"POST {DESK}/points/dry-run": Way(
        who=MANAGER, call=plain(body={"earn_on": EarnOn.BOTH.value, "rules": [], "days": 7})
    ),
    f"GET {DESK}/points/prices": Way(who=MANAGER, call=plain(query={"limit": 5})),
}
DESKS = VALUE | POINTS
