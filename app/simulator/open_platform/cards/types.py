"""The card types, what each must say, and the colours a card may have."""

CREATION_CLOSED = frozenset({"GROUPON", "CASH", "DISCOUNT", "GIFT", "GENERAL_COUPON"})
MEMBER_CARD = "MEMBER_CARD"

# Per type: its name on the phone, and the fields that its own object must have.
TYPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "GROUPON": ("团购券", ("deal_detail",)),
    "CASH": ("代金券", ("reduce_cost",)),
    "DISCOUNT": ("折扣券", ("discount",)),
    "GIFT": ("兑换券", ("gift",)),
    "GENERAL_COUPON": ("优惠券", ("default_detail",)),
    MEMBER_CARD: ("会员卡", ("supply_bonus", "supply_balance", "prerogative")),
    "GENERAL_CARD": ("礼品卡", ()),
    "SCENIC_TICKET": ("景区门票", ()),
    "MOVIE_TICKET": ("电影票", ()),
    "BOARDING_PASS": ("飞机票", ()),
    "MEETING_TICKET": ("会议门票", ()),
    "BUS_TICKET": ("汽车票", ()),
}

COLORS = {
    "Color010": "#63b359",
    "Color020": "#2c9f67",
    "Color030": "#509fc9",
    "Color040": "#5885cf",
    "Color050": "#9062c0",
    "Color060": "#d09a45",
    "Color070": "#e4b138",
    "Color080": "#ee903c",
    "Color081": "#f08500",
    "Color082": "#a9d92d",
    "Color090": "#dd6549",
    "Color100": "#cc463d",
    "Color101": "#cf3e36",
    "Color102": "#5e6671",
}

CODE_TYPES = frozenset(
    {
        "CODE_TYPE_TEXT",
        "CODE_TYPE_BARCODE",
        "CODE_TYPE_QRCODE",
        "CODE_TYPE_ONLY_QRCODE",
        "CODE_TYPE_ONLY_BARCODE",
        "CODE_TYPE_NONE",
    }
)

DEPOSIT = "GET_CUSTOM_CODE_MODE_DEPOSIT"
FIX_TIME_RANGE = "DATE_TYPE_FIX_TIME_RANGE"
FIX_TERM = "DATE_TYPE_FIX_TERM"
PERMANENT = "DATE_TYPE_PERMANENT"
