"""Routes: tiers, codes, seats, stored value, families."""

from app.domain import membership
from app.kernel import clock
from app.kernel.db import execute, transaction
from tests.builders.membership import a_ladder, tiers_in
from tests.walks import prepaid
from tests.walks.calls import API, MEMBER, WORKER, Call, Way, plain
from tests.walks.evenings import (
    a_code_pool,
    a_code_voucher,
    a_seat,
    a_seat_kept,
    a_seat_voucher,
    a_wish_for_a_seat,
    an_evening,
)


def a_birthday(_house):
    """Another walk may have taken it back, after which it is not set again this year."""
    with transaction():
        execute("DELETE FROM birthdays WHERE merchant_id > 0", {})
    said = {"consent_version": membership.CONSENT_VERSION, "month": 2, "day": 29}
    return Call(body=said, status=204)


def with_tiers(house):
    tiers_in(house.merchant, at=clock.now())
    return Call()


def in_family(**said):
    return lambda h: prepaid.own_family(h) and Call(**said)


def of_seat():
    return lambda h: Call(parts={"booking": a_seat(h)})


ECONOMY = {
    # Tiers
    f"GET {API}/membership": Way(who=MEMBER, call=with_tiers),
    f"GET {API}/membership/moves": Way(who=MEMBER, call=plain()),
    f"POST {API}/membership/birthday": Way(who=MEMBER, call=a_birthday),
    f"POST {API}/membership/birthday/remove": Way(who=MEMBER, call=plain(204)),
    f"GET {API}/counter/tiers": Way(who=("manager",), call=with_tiers),
    f"POST {API}/counter/tiers/dry-run": Way(
        who=("manager",), call=plain(body={"rules": a_ladder()})
    ),
    f"POST {API}/counter/tiers": Way(who=("manager",), call=plain(201, body={"rules": a_ladder()})),
    f"GET {API}/templates": Way(who=MEMBER, call=plain()),
    # Cards, codes and seats
    f"GET {API}/cards/<card>": Way(
        who=MEMBER, call=lambda h: Call(parts={"card": h.voucher().card_number}), is_owned=True
    ),
    f"POST {API}/vouchers/<voucher>/reveal": Way(
        who=MEMBER,
        call=lambda h: Call(parts={"voucher": a_code_voucher(h).number}),
        is_owned=True,
    ),
    f"GET {API}/counter/code-pools": Way(who=("manager",), call=plain()),
    f"POST {API}/counter/code-pools/<benefit>/codes": Way(
        who=("manager",),
        call=lambda h: Call(parts={"benefit": a_code_pool(h)}, body={"lines": ["TAXI-0001"]}),
    ),
    f"GET {API}/vouchers/<voucher>/sessions": Way(
        who=MEMBER,
        call=lambda h: Call(parts={"voucher": a_seat_voucher(h)[0].number}),
        is_owned=True,
    ),
    f"POST {API}/bookings": Way(
        who=MEMBER, call=lambda h: Call(body=a_wish_for_a_seat(h), status=201)
    ),
    f"GET {API}/bookings": Way(who=MEMBER, call=plain(query={"limit": 5})),
    f"GET {API}/bookings/<booking>": Way(who=MEMBER, call=of_seat(), is_owned=True),
    f"POST {API}/bookings/<booking>/confirm": Way(
        who=MEMBER, call=lambda h: Call(parts={"booking": a_seat_kept(h)}), is_owned=True
    ),
    f"POST {API}/bookings/<booking>/cancel": Way(who=MEMBER, call=of_seat(), is_owned=True),
    f"GET {API}/bookings/<booking>/code": Way(who=MEMBER, call=of_seat(), is_owned=True),
    f"GET {API}/counter/evenings": Way(who=WORKER, call=plain()),
    f"GET {API}/counter/evenings/<session>/guests": Way(
        who=WORKER,
        call=lambda h: Call(parts={"session": an_evening(h, a_seat_voucher(h)[1])}),
    ),
    f"GET {API}/counter/evenings/<session>/report": Way(
        who=("manager",),
        call=lambda h: Call(parts={"session": an_evening(h, a_seat_voucher(h)[1])}),
    ),
    # Stored value, gift cards, families
    f"GET {API}/value": Way(who=MEMBER, call=plain()),
    f"GET {API}/value/entries": Way(who=MEMBER, call=plain(query={"limit": 5})),
    f"GET {API}/value/top-ups": Way(who=MEMBER, call=plain(query={"limit": 5})),
    f"GET {API}/value/top-ups/<order>/refund-quote": Way(
        who=MEMBER,
        call=lambda h: Call(parts={"order": prepaid.a_topped_up_order(h)}),
        is_owned=True,
    ),
    f"GET {API}/value/receipts/<order>": Way(
        who=MEMBER,
        call=lambda h: Call(parts={"order": prepaid.an_order_with_value(h)}),
        is_owned=True,
    ),
    f"POST {API}/value/confirmations": Way(
        who=MEMBER,
        call=lambda h: Call(body={"code": h.phone.login_code(), "amount_fen": 30000}, status=201),
    ),
    f"GET {API}/gift-cards": Way(who=MEMBER, call=plain(query={"limit": 5})),
    f"GET {API}/gift-cards/<gift_card>/link": Way(
        who=MEMBER,
        call=lambda h: Call(parts={"gift_card": prepaid.a_gift_card(h)[0]}),
        is_owned=True,
    ),
    f"POST {API}/gift-card-links/look": Way(
        who=MEMBER, call=lambda h: Call(body=prepaid.a_gift_card_link(h))
    ),
    f"POST {API}/gift-card-links/claim": Way(
        who=MEMBER, call=lambda h: Call(body=prepaid.a_gift_card_link(h))
    ),
    f"POST {API}/gift-card-links/reactivate": Way(
        who=MEMBER, call=lambda h: Call(body=prepaid.a_gift_card_link(h))
    ),
    f"GET {API}/family": Way(who=MEMBER, call=in_family()),
    f"GET {API}/family/uses": Way(who=MEMBER, call=in_family(query={"limit": 5})),
    f"POST {API}/family": Way(
        who=MEMBER,
        call=lambda h: prepaid.no_family(h) or Call(body={"monthly_cap_fen": 5000}, status=201),
    ),
    f"POST {API}/family/cap": Way(
        who=MEMBER, call=in_family(body={"monthly_cap_fen": 5000}, status=204)
    ),
    f"POST {API}/family/dissolve": Way(who=MEMBER, call=in_family(status=204)),
    f"POST {API}/family/leave": Way(
        who=MEMBER, call=lambda h: prepaid.in_anothers_family(h) or Call(status=204)
    ),
    f"POST {API}/family/requests": Way(
        who=MEMBER,
        call=lambda h: (
            prepaid.in_anothers_family(h)
            or Call(body={"note": "买菜", "amount_fen": 500}, status=204)
        ),
    ),
    f"POST {API}/family/seats": Way(
        who=MEMBER, call=in_family(body={"name": "妈妈", "monthly_cap_fen": 500}, status=201)
    ),
    f"POST {API}/family/seats/<seat>/cap": Way(
        who=MEMBER,
        call=lambda h: Call(
            parts={"seat": prepaid.own_family(h)}, body={"monthly_cap_fen": 500}, status=204
        ),
        is_owned=True,
    ),
    f"POST {API}/family/seats/<seat>/remove": Way(
        who=MEMBER,
        call=lambda h: Call(parts={"seat": prepaid.own_family(h)}, status=204),
        is_owned=True,
    ),
    f"POST {API}/family/seats/<seat>/approve": Way(
        who=MEMBER, call=lambda h: Call(parts={"seat": prepaid.a_question(h)}), is_owned=True
    ),
    f"POST {API}/family/seats/<seat>/refuse": Way(
        who=MEMBER, call=lambda h: Call(parts={"seat": prepaid.a_question(h)}), is_owned=True
    ),
    f"POST {API}/family-links/look": Way(
        who=MEMBER, call=lambda h: Call(body=prepaid.a_family_link(h))
    ),
    f"POST {API}/family-links/join": Way(
        who=MEMBER, call=lambda h: Call(body=prepaid.a_family_link(h))
    ),
}
