"""Routes: monthly cards and their parcels."""

from tests.walks import monthly
from tests.walks.calls import API, MEMBER, WORKER, Call, Way, plain

MANAGER = ("manager",)
WHY = {"reason": "顾客来电要求"}


def a_choice(house):
    number, benefit = monthly.a_card(house)
    return Call(parts={"subscription": number}, body=monthly.CHOSEN | {"benefit": benefit})


def a_skip(house):
    number, _ = monthly.a_card(house)
    return Call(
        parts={"subscription": number},
        body={"period": 1, "starts_on": monthly.first_day(house, number)},
    )


def with_room(house):
    monthly.a_spare_address(house)
    return Call(body=monthly.HOME, status=201)


def a_table(house):
    head = "parcel,company,tracking_number"
    return Call(body={"csv": f"{head}\n{monthly.a_parcel(house)},SF,SF1234567890\n"})


def some_lines(house):
    line = {"parcel": monthly.a_parcel(house), "company": "SF", "tracking_number": "SF1234567890"}
    return Call(body={"lines": [line]})


MONTHLY_CARDS = {
    # Monthly cards
    f"GET {API}/monthly-cards": Way(who=MEMBER, call=plain()),
    f"GET {API}/monthly-cards/<subscription>": Way(
        who=MEMBER, call=lambda h: Call(parts={"subscription": monthly.a_card(h)[0]}), is_owned=True
    ),
    f"POST {API}/monthly-cards/<subscription>/pause": Way(
        who=MEMBER, call=lambda h: Call(parts={"subscription": monthly.a_card(h)[0]}), is_owned=True
    ),
    f"POST {API}/monthly-cards/<subscription>/resume": Way(
        who=MEMBER,
        call=lambda h: Call(parts={"subscription": monthly.a_paused_card(h)}),
        is_owned=True,
    ),
    f"POST {API}/monthly-cards/<subscription>/skip": Way(
        who=MEMBER,
        call=a_skip,
        is_owned=True,
    ),
    f"POST {API}/monthly-cards/<subscription>/choose": Way(
        who=MEMBER, call=a_choice, is_owned=True
    ),
    f"POST {API}/monthly-cards/<subscription>/address": Way(
        who=MEMBER,
        call=lambda h: Call(
            parts={"subscription": monthly.a_card(h)[0]},
            body={"address": monthly.an_address_of(h)},
        ),
        is_owned=True,
    ),
    f"GET {API}/addresses": Way(who=MEMBER, call=plain()),
    f"POST {API}/addresses": Way(who=MEMBER, call=with_room),
    f"POST {API}/addresses/<address>": Way(
        who=MEMBER,
        call=lambda h: Call(parts={"address": monthly.a_spare_address(h)}, body=monthly.HOME),
        is_owned=True,
    ),
    f"POST {API}/addresses/<address>/remove": Way(
        who=MEMBER,
        call=lambda h: Call(parts={"address": monthly.a_spare_address(h)}, status=204),
        is_owned=True,
    ),
    f"GET {API}/counter/monthly-cards": Way(who=MANAGER, call=plain(query={"state": "active"})),
    f"POST {API}/counter/monthly-cards/<subscription>/pause": Way(
        who=MANAGER,
        call=lambda h: Call(parts={"subscription": monthly.a_card(h)[0]}, body=WHY),
    ),
    f"POST {API}/counter/monthly-cards/<subscription>/resume": Way(
        who=MANAGER,
        call=lambda h: Call(parts={"subscription": monthly.a_paused_card(h)}, body=WHY),
    ),
    f"POST {API}/counter/monthly-cards/<subscription>/stop": Way(
        who=MANAGER,
        call=lambda h: Call(parts={"subscription": monthly.a_card(h)[0]}, body=WHY),
    ),
    f"POST {API}/counter/parcels/tracking": Way(who=WORKER, call=some_lines),
    f"POST {API}/counter/parcels/tracking-table": Way(who=WORKER, call=a_table),
    f"POST {API}/counter/parcels/labels": Way(
        who=MANAGER, call=plain(body={"until": "2026-06-30"})
    ),
    f"POST {API}/counter/parcels/<parcel>/refund": Way(
        who=MANAGER,
        call=lambda h: Call(parts={"parcel": monthly.a_parcel(h, state="failed")}, body=WHY),
    ),
    f"GET {API}/counter/parcels": Way(who=WORKER, call=plain(query={"state": "to_send"})),
    f"POST {API}/counter/parcels/<parcel>/sent": Way(
        who=WORKER,
        call=lambda h: Call(
            parts={"parcel": monthly.a_parcel(h)},
            body={"company": "SF", "tracking_number": "SF1234567890"},
        ),
    ),
    f"POST {API}/counter/parcels/<parcel>/delivered": Way(
        who=WORKER, call=lambda h: Call(parts={"parcel": monthly.a_parcel(h, state="sent")})
    ),
    f"POST {API}/counter/parcels/<parcel>/failed": Way(
        who=WORKER,
        call=lambda h: Call(
            parts={"parcel": monthly.a_parcel(h, state="sent")}, body={"reason": "地址不详"}
        ),
    ),
    f"POST {API}/counter/parcels/<parcel>/resend": Way(
        who=MANAGER,
        call=lambda h: Call(
            parts={"parcel": monthly.a_parcel(h, state="failed")}, body={"cost_fen": 800}
        ),
    ),
}
