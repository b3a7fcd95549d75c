"""Routes: friends who help, gifts and shares."""

from tests.walks.assisting import a_friends_assist, a_held_help, an_assist
from tests.walks.calls import API, GUEST, MEMBER, Call, Way, plain


def of_share():
    return lambda h: Call(parts={"share": h.share().number})


def of_gift():
    return lambda h: Call(parts={"gift": h.gift()})


FRIENDS = {
    # Friends who help
    f"GET {API}/assists": Way(who=MEMBER, call=plain(query={"limit": 5})),
    f"GET {API}/assists/<task>": Way(
        who=MEMBER, call=lambda h: Call(parts={"task": an_assist(h).number}), is_owned=True
    ),
    f"POST {API}/assists/<task>/share": Way(
        who=MEMBER, call=lambda h: Call(parts={"task": an_assist(h).number}), is_owned=True
    ),
    f"POST {API}/assist-links/look": Way(
        who=MEMBER, call=lambda h: Call(body={"token": a_friends_assist(h).token})
    ),
    f"POST {API}/assist-links/help": Way(
        who=MEMBER, call=lambda h: Call(body={"token": a_friends_assist(h).token})
    ),
    f"POST {API}/assists/helps/<given>/appeal": Way(
        who=MEMBER,
        call=lambda h: Call(
            parts={"given": a_held_help(h, h.member.who)}, body={"text": "我们是同学"}, status=204
        ),
        is_owned=True,
    ),
    f"GET {API}/counter/reviews": Way(who=("manager",), call=plain(query={"limit": 5})),
    f"POST {API}/counter/reviews/<given>/approve": Way(
        who=("manager",),
        call=lambda h: Call(parts={"given": a_held_help(h)}, body={"reason": "认识"}),
    ),
    f"POST {API}/counter/reviews/<given>/reject": Way(
        who=("manager",),
        call=lambda h: Call(parts={"given": a_held_help(h)}, body={"reason": "不认识"}),
    ),
    f"POST {API}/grants": Way(
        who=MEMBER, call=lambda h: Call(body={"answers": {h.template: "accept"}}, status=204)
    ),
    # Giving away
    f"POST {API}/gifts": Way(
        who=MEMBER,
        call=lambda h: Call(
            body={"vouchers": [h.voucher().number], "cover": "thanks"}, is_keyed=True, status=201
        ),
    ),
    f"GET {API}/gifts": Way(who=MEMBER, call=plain(query={"box": "sent", "limit": 5})),
    f"GET {API}/gifts/<gift>": Way(who=MEMBER, call=of_gift(), is_owned=True),
    f"POST {API}/gifts/<gift>/recall": Way(who=MEMBER, call=of_gift(), is_owned=True),
    f"GET {API}/gifts/<gift>/share": Way(who=MEMBER, call=of_gift(), is_owned=True),
    f"GET {API}/gifts/<gift>/code.png": Way(who=MEMBER, call=of_gift(), is_owned=True),
    f"POST {API}/gift-links/look": Way(who=GUEST, call=lambda h: Call(body=h.gift_link())),
    f"POST {API}/gift-links/claim": Way(
        who=MEMBER, call=lambda h: Call(body=h.gift_link(of=h.neighbour))
    ),
    f"POST {API}/gift-links/decline": Way(
        who=GUEST, call=lambda h: Call(body=h.gift_link(), status=204)
    ),
    # Sharing, and who brought whom
    f"POST {API}/shares": Way(
        who=MEMBER, call=lambda h: Call(body={"voucher": h.shareable().number}, status=201)
    ),
    f"POST {API}/sub-cards": Way(
        who=MEMBER,
        call=lambda h: Call(body={"card": h.shareable().card_number, "uses": 1}, status=201),
    ),
    f"GET {API}/shares": Way(who=MEMBER, call=plain(query={"box": "given", "limit": 5})),
    f"GET {API}/shares/<share>": Way(who=MEMBER, call=of_share(), is_owned=True),
    f"POST {API}/shares/<share>/link": Way(who=MEMBER, call=of_share(), is_owned=True),
    f"POST {API}/shares/<share>/take-back": Way(who=MEMBER, call=of_share(), is_owned=True),
    f"POST {API}/share-links/look": Way(
        who=MEMBER, call=lambda h: Call(body={"token": h.anothers_share().token})
    ),
    f"POST {API}/share-links/claim": Way(
        who=MEMBER, call=lambda h: Call(body={"token": h.anothers_share().token})
    ),
    f"GET {API}/referrals/mine": Way(who=MEMBER, call=plain(query={"days": 7})),
    f"GET {API}/counter/referrals": Way(
        who=("manager",), call=lambda h: Call(query={"days": 7, "offer": h.offer.number})
    ),
    f"GET {API}/counter/referrals/<member>": Way(
        who=("manager",),
        call=lambda h: Call(parts={"member": h.neighbour.who.number}, query={"channel": "poster"}),
    ),
}
