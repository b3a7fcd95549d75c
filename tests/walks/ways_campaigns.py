"""Routes: the page of campaigns, and the desk behind it."""

from datetime import timedelta

from app.domain import promotions
from app.kernel import clock
from app.kernel.db import transaction
from tests.builders.promotions import a_draft, a_grant, an_event, words
from tests.walks.calls import API, MEMBER, Call, Way, plain

MANAGER = ("manager",)


def a_window():
    at = clock.now()
    return {"starts_at": at - timedelta(hours=1), "ends_at": at + timedelta(days=1)}


def written(_house):
    return {"terms": words(name="会员日", kind="member_day", day={"weekday": 3}, factor_bp=15_000,
                           **a_window())}  # fmt: skip


def a_plan(house):
    """A draft that may be published, as often as walks do it."""
    draft = a_draft(house.merchant, "event", name="观赛夜", at=clock.now(), **a_window())
    return {"campaign": draft.number}


def a_published_plan(house):
    parts = a_plan(house)
    with transaction():
        promotions.publish(
            merchant_id=house.id, number=parts["campaign"], actor="system", at=clock.now()
        )
    return parts


def a_running_one(house):
    return {"campaign": a_grant(house.merchant, at=clock.now(), **a_window()).number}


def times():
    at = clock.now()
    ends = {"starts_at": at + timedelta(days=2), "ends_at": at + timedelta(days=2, hours=2)}
    return {name: end.isoformat() for name, end in ends.items()}


def a_tag(house):
    return {"member": house.neighbour.who.number, "tag": "老友"}


CAMPAIGNS = {
    f"GET {API}/campaigns": Way(who=MEMBER, call=plain()),
    f"GET {API}/campaigns/<campaign>": Way(who=MEMBER, call=lambda h: Call(parts=a_running_one(h))),
    f"GET {API}/counter/campaigns": Way(
        who=MANAGER, call=plain(query={"since": "2026-11-01", "until": "2026-12-01"})
    ),
    f"POST {API}/counter/campaigns": Way(
        who=MANAGER, call=lambda h: Call(body=written(h), status=201)
    ),
    f"POST {API}/counter/campaigns/<campaign>/terms": Way(
        who=MANAGER, call=lambda h: Call(parts=a_plan(h), body=written(h))
    ),
    f"POST {API}/counter/campaigns/<campaign>/publish": Way(
        who=MANAGER, call=lambda h: Call(parts=a_plan(h))
    ),
    f"POST {API}/counter/campaigns/<campaign>/stop": Way(
        who=MANAGER, call=lambda h: Call(parts=a_published_plan(h))
    ),
    f"GET {API}/counter/events": Way(who=MANAGER, call=plain()),
    f"POST {API}/counter/events": Way(
        who=MANAGER, call=lambda _: Call(body={"name": "决赛"} | times(), status=201)
    ),
    f"POST {API}/counter/events/<event>/move": Way(
        who=MANAGER,
        call=lambda h: Call(parts={"event": an_event(h.merchant).number}, body=times()),
    ),
    f"POST {API}/counter/tags": Way(who=MANAGER, call=lambda h: Call(body=a_tag(h))),
    f"POST {API}/counter/tags/remove": Way(who=MANAGER, call=lambda h: Call(body=a_tag(h))),
}
