"""What is simulated, told to whoever asks."""

from typing import Any

from app.simulator.faults import KINDS

COVERS: dict[str, Any] = {
    "covered": {
        "GET /sns/jscode2session": "single use, five minutes, session_key rotates per login",
        "POST /cgi-bin/stable_token": "same token, five minutes overlap, forced refresh quota",
        "GET /cgi-bin/token": "new token each time, the old one good for five minutes",
        "POST /wxa/business/getuserphonenumber": "single use, five minutes",
        "POST /cgi-bin/message/subscribe/send": "grants, typed limits, pages",
        "POST /wxa/getwxacodeunlimit": "charset, length, page; a PNG that no phone can scan",
        "POST /v3/pay/transactions/jsapi": "field table, re-entry, expiry",
        "GET /v3/pay/transactions/{id,out-trade-no}/{n}": "both numbers",
        "POST /v3/pay/transactions/out-trade-no/{n}/close": "re-entrant",
        "POST, GET /v3/refund/domestic/refunds": "sums, 50 refunds, one minute, 365 days",
        "GET /v3/bill/{tradebill,fundflowbill}": "CSV of a past Beijing day, SHA1, GZIP",
        "GET /v3/certificates": "404: a merchant with a platform public key has none",
        "notices": "TRANSACTION.SUCCESS, REFUND.SUCCESS, REFUND.ABNORMAL, REFUND.CLOSED",
    },
    "faults": KINDS,
    "not_covered": [
        "official account: messages, menus, templates, OAuth pages",
        "pushing events to message servers (they are recorded under /_sim/pushes)",
        "WeChat cards, busifavor and product coupons",
        "profit sharing, transfers, complaints, combined and partner payments",
        "app, H5, native and code payments; apply-abnormal-refund; security/echo",
        "order shipping management, content safety, links, shareable messages",
        "rate limits and daily quotas (use the error and status faults)",
        "IP white lists, TLS, ICP checks of notify_url; loopback notify_url is let through",
        "coupons and promotions in orders, foreign currency, the merchant's balance",
    ],
}
