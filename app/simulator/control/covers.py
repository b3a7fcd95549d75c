"""What the listing cannot read from the routes: abilities beside them, gaps, departures."""

from typing import Any

from app.simulator.faults import KINDS

# What is there without being a route of its own.
BESIDE = {
    "notices": "TRANSACTION.SUCCESS, REFUND.SUCCESS, REFUND.ABNORMAL, REFUND.CLOSED, transfers, sharing, "
    "complaints, coupons: signed, sealed, fifteen more tries",
    "pushes": "events and messages to message_url: plain, compatible, secure; XML and JSON; passive replies",
    "tokens": "stable and plain with their overlaps, forced refresh, 40001 and 42001",
    "quotas": "per minute and per day, by the platform's clock; white lists of addresses",
    "wx.login, wx.requestPayment, wx.requestMerchantTransfer": "by /_sim/users/<name>/ and the phone",
    "wx.requestSubscribeMessage": "grants per template, kept choices, ban and filter",
    "wx.addCard, send-coupon component, getcouponinfo link": "signatures, result codes",
    "wx.shareAppMessage, wx.authPrivateMessage": "cards in chats, updatable and private ones, tickets",
    "phones": "/phone: chats, service notices, card bag, scan, bills, complaints, the mini-program's slot",
    "clock": "an offset; what becomes due is done",
}

NOT_COVERED = [
    "product coupons used several times (bundles), stores of stocks, pay score orders, audits",
    "payment gifts (paygiftactivity), membership cards of WeChat Pay; /card/paygiftcard gives no card",
    "gift card pages and orders (/card/giftcard), tickets' updateuser, shops of cards",
    "media: an uploaded picture or voice of a chat is a media_id and no file",
    "app, H5, native and code payments; pay score, deductions, cash coupons, foreign currency",
    "coupons and promotions inside orders; what a payer pays is the total",
    "TLS, ICP and host checks of notify_url: a loopback address is let through",
    "phones draw no pictures from elsewhere and open no pages but this machine's",
    "mini-program codes and scene codes are PNGs whose text chunks say what they carry; no phone reads them",
]

COVERS: dict[str, Any] = {"beside": BESIDE, "faults": KINDS, "not_covered": NOT_COVERED}
