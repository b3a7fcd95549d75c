"""Routes: complaints, cards in the hand, money back."""

from tests.walks.calls import API, MEMBER, TELLER, WORKER, Call, Way, of_order, plain
from tests.walks.complaining import (
    a_batch,
    a_bound_card,
    a_complaint,
    a_complaint_of_an_order,
    a_complaint_with_photo,
    a_kept_photo,
    a_list_of_cards,
    a_member_code,
    a_paper_card,
    a_photo_form,
    a_present_in,
    a_settled_complaint,
    somebody_elses_number,
    what_cards_hold,
)
from tests.walks.refunding import (
    a_closed_return,
    a_late_return,
    a_paid,
    a_running_return,
    a_waiting_return,
)

SERVICE = {
    # Complaints
    f"POST {API}/complaints/photos": Way(who=MEMBER, call=plain(201, more=a_photo_form())),
    f"POST {API}/complaints": Way(
        who=MEMBER,
        call=lambda h: Call(
            body={
                "kind": "service",
                "text": "券不能用",
                "photos": [a_kept_photo(h)],
            },
            status=201,
        ),
    ),
    f"GET {API}/complaints": Way(who=MEMBER, call=plain(query={"limit": 5})),
    f"GET {API}/complaints/<ticket>": Way(
        who=MEMBER, call=lambda h: Call(parts={"ticket": a_complaint(h)}), is_owned=True
    ),
    f"GET {API}/complaints/<ticket>/photos/<name>": Way(
        who=MEMBER, call=lambda h: Call(parts=a_complaint_with_photo(h)), is_owned=True
    ),
    f"POST {API}/complaints/<ticket>/say": Way(
        who=MEMBER,
        call=lambda h: Call(parts={"ticket": a_complaint(h)}, body={"text": "还在吗"}, status=204),
        is_owned=True,
    ),
    f"POST {API}/complaints/<ticket>/rate": Way(
        who=MEMBER,
        call=lambda h: Call(
            parts={"ticket": a_settled_complaint(h)},
            body={"comment": "很快", "stars": 5},
            status=204,
        ),
        is_owned=True,
    ),
    f"GET {API}/counter/complaints": Way(
        who=("manager",), call=plain(query={"tab": "open", "limit": 5})
    ),
    f"GET {API}/counter/complaints/<ticket>": Way(
        who=("manager",), call=lambda h: Call(parts={"ticket": a_complaint(h)})
    ),
    f"GET {API}/counter/complaints/<ticket>/photos/<name>": Way(
        who=("manager",), call=lambda h: Call(parts=a_complaint_with_photo(h))
    ),
    f"POST {API}/counter/complaints/photos": Way(
        who=("manager",), call=plain(201, more=a_photo_form())
    ),
    f"POST {API}/counter/complaints/<ticket>/reply": Way(
        who=("manager",),
        call=lambda h: Call(parts={"ticket": a_complaint(h)}, body={"text": "马上补"}, status=204),
    ),
    f"POST {API}/counter/complaints/<ticket>/resolve": Way(
        who=("manager",),
        call=lambda h: Call(
            parts={"ticket": a_complaint(h)}, body={"resolution": "已补"}, status=204
        ),
    ),
    f"POST {API}/counter/complaints/<ticket>/take": Way(
        who=("manager",),
        call=lambda h: Call(
            parts={"ticket": a_complaint(h)}, body={"instead_of": None}, status=204
        ),
    ),
    f"POST {API}/counter/complaints/<ticket>/refund": Way(
        who=("manager",),
        call=lambda h: Call(
            parts={"ticket": a_complaint_of_an_order(h)}, body={"reason": "出品不符"}, status=201
        ),
    ),
    f"GET {API}/counter/paper-cards": Way(who=("manager",), call=plain()),
    f"POST {API}/counter/paper-cards/import": Way(
        who=("manager",), call=lambda h: Call(body=a_list_of_cards(h))
    ),
    f"POST {API}/counter/paper-cards/print": Way(
        who=("manager",),
        call=lambda h: Call(body={**what_cards_hold(h), "count": 2}, status=201),
    ),
    f"POST {API}/counter/paper-cards/<batch>/stop": Way(
        who=("manager",), call=lambda h: Call(parts={"batch": a_batch(h)}, status=204)
    ),
    f"POST {API}/counter/paper-cards/undo": Way(
        who=("manager",),
        call=lambda h: Call(body={"card": a_bound_card(h), "reason": "绑错人"}),
    ),
    f"POST {API}/counter/goodwill": Way(
        who=WORKER, call=lambda h: Call(body=a_present_in(h), is_keyed=True, status=201)
    ),
    f"GET {API}/counter/orders/<order>/evidence": Way(who=("manager",), call=of_order()),
    # The member's own card, and cards of paper
    f"GET {API}/member-code": Way(who=MEMBER, call=plain()),
    f"GET {API}/member-code.png": Way(who=MEMBER, call=plain()),
    f"GET {API}/member-code/state": Way(who=MEMBER, call=plain()),
    f"POST {API}/member-code/freeze": Way(who=MEMBER, call=plain(204)),
    f"POST {API}/member-code/reissue": Way(who=MEMBER, call=plain(204)),
    f"POST {API}/paper-cards/bind": Way(
        who=MEMBER, call=lambda h: Call(body={"code": a_paper_card(h)}, status=201)
    ),
    f"POST {API}/counter/member-code/match": Way(
        who=TELLER, call=lambda h: Call(body={"code": a_member_code(h), "spend_fen": 5000})
    ),
    f"POST {API}/counter/members/<member>/freeze-card": Way(
        who=("manager",),
        call=lambda h: Call(
            parts={"member": somebody_elses_number(h)}, body={"reason": "手机丢了"}, status=204
        ),
    ),
    f"POST {API}/counter/members/<member>/reissue-card": Way(
        who=("manager",),
        call=lambda h: Call(
            parts={"member": somebody_elses_number(h)}, body={"reason": "已核对"}, status=204
        ),
    ),
    # Getting money back
    f"GET {API}/orders/<order>/refund-quote": Way(
        who=MEMBER, call=lambda h: Call(parts={"order": a_paid(h)}), is_owned=True
    ),
    f"POST {API}/orders/<order>/refunds": Way(
        who=MEMBER,
        call=lambda h: Call(
            parts={"order": a_paid(h)}, body={"reason": "不想要了"}, is_keyed=True, status=201
        ),
        is_owned=True,
    ),
    f"GET {API}/refunds": Way(who=MEMBER, call=plain(query={"limit": 5})),
    f"GET {API}/refunds/<refund>": Way(
        who=MEMBER, call=lambda h: Call(parts={"refund": a_running_return(h)}), is_owned=True
    ),
    f"POST {API}/refunds/<refund>/withdraw": Way(
        who=MEMBER, call=lambda h: Call(parts={"refund": a_waiting_return(h)}), is_owned=True
    ),
    f"POST {API}/refunds/<refund>/collect": Way(
        who=MEMBER, call=lambda h: Call(parts={"refund": a_late_return(h)}), is_owned=True
    ),
    f"GET {API}/counter/refunds": Way(who=("manager",), call=plain(query={"limit": 5})),
    f"GET {API}/counter/orders/<order>/refund-quote": Way(
        who=("manager",), call=lambda h: Call(parts={"order": a_paid(h)})
    ),
    f"POST {API}/counter/orders/<order>/refunds": Way(
        who=("manager",),
        call=lambda h: Call(parts={"order": a_paid(h)}, body={"reason": "口味不对"}, status=201),
    ),
    f"POST {API}/counter/refunds/<refund>/approve": Way(
        who=("manager",),
        call=lambda h: Call(parts={"refund": a_waiting_return(h)}, body={"reason": "同意"}),
    ),
    f"POST {API}/counter/refunds/<refund>/decline": Way(
        who=("manager",),
        call=lambda h: Call(parts={"refund": a_waiting_return(h)}, body={"reason": "已交付"}),
    ),
    f"POST {API}/counter/refunds/<refund>/retry": Way(
        who=("manager",),
        call=lambda h: Call(parts={"refund": a_closed_return(h)}, is_keyed=True),
    ),
    f"POST {API}/counter/refunds/<refund>/transfer": Way(
        who=("manager",),
        call=lambda h: Call(parts={"refund": a_closed_return(h)}, is_keyed=True),
    ),
    f"POST {API}/counter/refunds/<refund>/paid-by-hand": Way(
        who=("manager",),
        call=lambda h: Call(
            parts={"refund": a_closed_return(h)}, body={"how": "银行转账 6217"}, is_keyed=True
        ),
    ),
}
