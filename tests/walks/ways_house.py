"""Routes: staff, the counter, WeChat, and the house itself."""

from app.domain import accounts
from app.domain.accounts import TicketKind
from app.kernel import clock
from app.kernel.db import transaction
from tests.builders.doors import Door
from tests.builders.members import an_openid
from tests.walks.calls import API, GUEST, MANAGER, TELLER, WORKER, Call, Way, plain, signed_in_with
from tests.walks.notices import (
    a_complaint_notice,
    a_coupon_notice,
    a_payment_notice,
    a_refund_notice,
)
from tests.walks.refunding import a_transfer_notice


def a_ticket(house):
    with transaction():
        ticket = accounts.offer(
            merchant_id=house.id,
            kind=TicketKind.SIGN_IN,
            browser=accounts.Browser(),
            at=clock.now(),
        )
    house.secrets.add(ticket.token)
    return {"token": ticket.token, "digits": ticket.digits}


def an_echo(house):
    door = Door(None, house.merchant)
    return Call(parts={"app": door.number}, more={"query_string": door.letter().query})


def a_push(house):
    door = Door(None, house.merchant)
    letter = door.letter(openid=an_openid())
    said = {"query_string": letter.query, "data": letter.body}
    return Call(parts={"app": door.number}, more=said)


HOUSE = {
    # Staff
    f"POST {API}/counter/invitations/accept": Way(
        who=GUEST,
        call=lambda h: Call(body=signed_in_with(h, h.somebody(), token=h.invitation()), status=201),
    ),
    f"POST {API}/counter/sessions": Way(
        who=GUEST,
        call=lambda h: Call(body=signed_in_with(h, h.phone, store=h.store.number), status=201),
    ),
    f"POST {API}/counter/panel-tickets/look": Way(
        who=GUEST, call=lambda h: Call(body={"token": a_ticket(h)["token"]})
    ),
    f"POST {API}/counter/panel-tickets/confirm": Way(
        who=GUEST,
        call=lambda h: Call(body=signed_in_with(h, h.phone, **a_ticket(h)), status=204),
    ),
    f"GET {API}/counter/stores": Way(who=WORKER, call=plain()),
    # The counter
    f"POST {API}/counter/quote": Way(
        who=TELLER, call=lambda h: Call(body={"code": h.code(), "spend_fen": 5000})
    ),
    f"POST {API}/counter/redeem": Way(
        who=TELLER,
        call=lambda h: Call(body={"code": h.code(), "spend_fen": 5000}, is_keyed=True, status=201),
    ),
    f"POST {API}/counter/redemptions/<redemption>/reverse": Way(
        who=MANAGER,
        call=lambda h: Call(
            parts={"redemption": h.redemption()}, body={"reason": "扫错了"}, is_keyed=True
        ),
    ),
    f"GET {API}/counter/today": Way(who=TELLER, call=plain(query={"mine": "true"})),
    # WeChat Pay, which signs instead of carrying a token
    "POST /wechat/pay/<channel>/payments": Way(
        who=GUEST,
        call=lambda h: Call(
            parts={"channel": h.channel.number}, more=a_payment_notice(h), status=204
        ),
    ),
    "POST /wechat/pay/<channel>/refunds": Way(
        who=GUEST,
        call=lambda h: Call(
            parts={"channel": h.channel.number}, more=a_refund_notice(h), status=204
        ),
    ),
    "POST /wechat/pay/<channel>/transfers": Way(
        who=GUEST,
        call=lambda h: Call(
            parts={"channel": h.channel.number}, more=a_transfer_notice(h), status=204
        ),
    ),
    "POST /wechat/pay/<channel>/coupons": Way(
        who=GUEST,
        call=lambda h: Call(
            parts={"channel": h.channel.number}, more=a_coupon_notice(), status=204
        ),
    ),
    "POST /wechat/pay/<channel>/complaints": Way(
        who=GUEST,
        call=lambda h: Call(
            parts={"channel": h.channel.number}, more=a_complaint_notice(), status=204
        ),
    ),
    # WeChat's messages, signed as well
    "GET /wechat/apps/<app>/messages": Way(who=GUEST, call=an_echo),
    "POST /wechat/apps/<app>/messages": Way(who=GUEST, call=a_push),
    # The house itself
    "GET /api/openapi.json": Way(who=GUEST, call=plain()),
    "GET /api/docs": Way(who=GUEST, call=plain()),
    "GET /api/docs/static/<path:filename>": Way(
        who=GUEST, call=plain(parts={"filename": "docs.html"})
    ),
    # The web page of the official account
    "GET /h5/": Way(who=GUEST, call=plain(404)),
    "GET /h5/<merchant>": Way(who=GUEST, call=plain(308)),
    "GET /h5/<merchant>/": Way(who=GUEST, call=plain()),
    "GET /h5/<merchant>/<path:name>": Way(who=GUEST, call=plain(parts={"name": "index.html"})),
    "GET /healthz": Way(who=GUEST, call=plain()),
    "GET /readyz": Way(who=GUEST, call=plain()),
    "GET /metrics": Way(
        who=GUEST,
        call=plain(more={"headers": {"Authorization": "Bearer metrics-token-of-the-tests"}}),
    ),
}
