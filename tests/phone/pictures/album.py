"""Every screen there is: its name, its page, whose phone it is on, and what is tapped first."""

from dataclasses import dataclass

# Not words to tap: the clerk's camera sees the code of one of the member's vouchers.
SCAN = "scan"


@dataclass(frozen=True, kw_only=True)
class Screen:
    """`path` and `query` may name what the cast has; `taps` are words that are tapped, in order."""

    name: str
    path: str
    query: str = ""
    who: str = "member"
    taps: tuple = ()
    is_main: bool = False
    # Only the mini-program has it: drawn in the simulator's phone.
    is_app: bool = False


def _screens(who, *rows, is_app=False):
    return tuple(
        Screen(name=name, path=f"pages/{path}", query=query, who=who, is_app=is_app, **more)
        for name, path, query, more in rows
    )


MAIN = {"is_main": True}

MEMBER = _screens(
    "member",
    ("home", "index/index", "", MAIN),
    ("campaigns", "campaigns/index", "", MAIN),
    ("wallet", "wallet/index", "", MAIN),
    ("wallet-used", "wallet/index", "", {"taps": ("已使用",)}),
    ("me", "me/index", "", MAIN),
    ("offer-friends", "offer/show", "offer={friends_offer}", {}),
    ("search", "offer/search", "", MAIN),
    ("checkout", "offer/checkout", "offer={evening_offer}", MAIN),
    ("result", "offer/result", "order={paid}", MAIN),
    ("result-unpaid", "offer/result", "order={unpaid}", {}),
    ("campaign", "campaign/show", "campaign={campaign}", MAIN),
    ("voucher", "voucher/show", "voucher={voucher}", MAIN),
    ("voucher-code", "voucher/code", "voucher={voucher}", MAIN),
    ("card", "voucher/card", "card={card}", MAIN),
    ("gift-give", "gift/give", "voucher={voucher}", MAIN),
    ("gift-give-card", "gift/give", "card={card}", {}),
    ("gifts", "gift/list", "", MAIN),
    ("gift", "gift/show", "gift={gift}", MAIN),
    ("gift-cards", "gift-card/list", "", {}),
    ("share-give", "share/give", "voucher={cookie}", {}),
    ("shares", "share/list", "", {}),
    ("share", "share/show", "share={share}", {}),
    ("family", "family/index", "", MAIN),
    ("family-uses", "family/uses", "", {}),
    ("orders", "orders/index", "", MAIN),
    ("order", "orders/show", "order={paid}", MAIN),
    ("order-unpaid", "orders/show", "order={unpaid}", {}),
    ("order-refund", "orders/refund", "order={value_order}", MAIN),
    ("refunds", "orders/refunds", "", {}),
    ("refund", "orders/refund-show", "refund={refund}", MAIN),
    ("complaints", "complaints/index", "", {}),
    ("complaint-write", "complaints/write", "order={paid}", {}),
    ("complaint", "complaints/show", "complaint={complaint}", {}),
    ("level", "member/level", "", MAIN),
    ("points", "member/points", "", MAIN),
    ("mall", "member/mall", "", {}),
    ("value", "member/value", "", MAIN),
    ("top-up", "member/top-up", "", MAIN),
    ("top-ups", "member/top-ups", "", {}),
    ("receipt", "member/receipt", "order={value_order}", {}),
    ("member-code", "member/code", "", {}),
    ("profile", "member/profile", "", {}),
    ("messages", "member/messages", "", {}),
    ("terms", "member/terms", "", {}),
    ("terms-text", "member/terms", "name=user", {}),
    ("referrals", "member/referrals", "", {}),
    ("paper-card", "member/paper-card", "", {}),
    ("lost", "member/lost", "", {}),
    ("monthlies", "monthly/index", "", {}),
    ("monthly", "monthly/show", "subscription={monthly}", MAIN),
    ("addresses", "monthly/addresses", "", {}),
    ("address", "monthly/address", "address={address}", {}),
    ("address-new", "monthly/address", "", {}),
    ("bookings", "bookings/index", "", {}),
    ("booking-make", "bookings/make", "voucher={ticket}", MAIN),
    ("booking", "bookings/show", "booking={booking}", MAIN),
    ("assist-on-web", "assist/list", "", {}),
    ("counter-on-web", "counter/index", "", {}),
)
OTHERS = (
    *_screens(
        "friend",
        ("offer", "offer/show", "offer={offer}", MAIN),
        ("gift-take", "gift/take", "scene={gift_token}", MAIN),
        ("gifts-received", "gift/list", "box=received", {}),
        ("share-take", "share/take", "{share_query}", {}),
        ("shares-received", "share/list", "box=received", {}),
        ("gift-card-take", "gift-card/take", "{gift_card_query}", {}),
        ("family-join", "family/join", "{seat_query}", {}),
    ),
    *_screens("relative", ("family-relative", "family/index", "", {})),
    *_screens("guest", ("booking-attended", "bookings/show", "booking={attended}", {})),
    *_screens("plaintiff", ("complaint-settled", "complaints/show", "complaint={settled}", {})),
    *_screens("buyer", ("voucher-used", "voucher/show", "voucher={used}", {})),
    *_screens(
        "fresh",
        ("family-none", "family/index", "", {}),
        ("not-there", "voucher/show", "voucher=V2222222222222222", {}),
    ),
)
APP = (
    *_screens(
        "member",
        ("app-home", "index/index", "", {}),
        ("app-offer-friends", "offer/show", "offer={friends_offer}", {}),
        ("app-checkout-friends", "offer/checkout", "offer={friends_offer}", {}),
        ("app-campaign", "campaign/show", "campaign={assist_campaign}", {}),
        ("assists", "assist/list", "", MAIN),
        ("assist", "assist/task", "task={assist}", MAIN),
        is_app=True,
    ),
    *_screens("friend", ("assist-help", "assist/help", "scene={assist_token}", MAIN), is_app=True),
    *_screens(
        "clerk",
        ("counter", "counter/index", "", {}),
        ("counter-open", "counter/index", "", {"taps": ("上岗",)}),
        ("counter-today", "counter/index", "", {"taps": ("上岗", "今日明细")}),
        ("counter-confirm", "counter/index", "", {"taps": ("上岗", SCAN)}),
        ("counter-verdict", "counter/index", "", {"taps": ("上岗", SCAN, "确认核销")}),
        is_app=True,
    ),
)
SCREENS = (*MEMBER, *OTHERS, *APP)
