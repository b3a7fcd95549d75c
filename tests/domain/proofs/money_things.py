"""What the model of money knows of: offers, orders, vouchers, top-ups, returns. Plain data, in fen."""

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction

WHOLE_BP, FEN_OF_A_YUAN = 10_000, 100
PAID, BONUS = "value_paid", "value_bonus"


class No(Exception):
    """The model says that this is refused, with this code."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


@dataclass(eq=False, kw_only=True)
class Sold:
    """An offer. `inside`: (kind of voucher, worth in fen, how many) of one piece.

    `saves` tells what a voucher of it takes off a price; `gives` makes it a top-up.
    """

    number: str
    price_fen: int
    inside: tuple = ()
    stock: int | None = None
    limit: int | None = None
    is_back_when_over: bool = False
    saves: object = None
    goes_with_points: bool = False
    gives: object = None
    taken: int = 0
    takers: Counter = field(default_factory=Counter)


@dataclass(frozen=True, kw_only=True)
class Gives:
    """What a top-up gives on top, at most so much to each person; and which money pays first."""

    bonus_fen: int
    first: str
    cap_fen: int | None = None


@dataclass(eq=False, kw_only=True)
class Credit:
    """A top-up that came in. `left`: of the paid and of the bonus money."""

    owner: int
    offer: Sold
    bonus_fen: int
    left: dict
    is_back: bool = False
    clawed_fen: int = 0


@dataclass(eq=False, kw_only=True)
class Voucher:
    id: int
    number: str
    order: object
    kind: str
    worth_fen: int
    fen: int
    holder: int
    valid_until: object
    state: str = "active"
    is_waiting: bool = False
    hands: int = 0
    is_returning: bool = False
    is_judged: bool = False


@dataclass(frozen=True, kw_only=True)
class Price:
    """What pays for so many pieces. The coupon and points lower the price."""

    offer: Sold
    pieces: int
    buyer: int
    coupon: Voucher | None
    coupon_fen: int
    points: int
    points_fen: int
    value_fen: int

    @property
    def list_fen(self):
        return self.offer.price_fen * self.pieces

    @property
    def total_fen(self):
        return self.list_fen - self.coupon_fen - self.points_fen

    @property
    def wechat_fen(self):
        return self.total_fen - self.value_fen

    @property
    def has_pots(self):
        return bool(self.coupon_fen or self.points or self.value_fen)


@dataclass(eq=False, kw_only=True)
class Order:
    """`parts`: what it has of (credit, kind of money). `back`: what came back, by pot."""

    number: str
    price: Price
    state: str = "pending"
    paid_at: object = None
    is_received: bool = False
    is_earned: bool = False
    parts: dict = field(default_factory=dict)
    vouchers: list = field(default_factory=list)
    credit: Credit | None = None
    earning: object = None
    back: Counter = field(default_factory=Counter)
    is_coupon_back: bool = False
    done_fen: int = 0
    restocked: int = 0
    running: object = None
    bill: object = None

    @property
    def offer(self):
        return self.price.offer

    @property
    def buyer(self):
        return self.price.buyer

    def rest(self, pot):
        """What has not come back yet of the points, the stored value or WeChat's money."""
        paid = {"value": self.price.value_fen, "wechat": self.price.wechat_fen}
        return (paid | {"points": self.price.points})[pot] - self.back[pot]


@dataclass(eq=False, kw_only=True)
class Earning:
    """Points of a purchase: they wait until it cannot be given back any more."""

    owner: int
    points: int
    ripe_at: object
    taken_bp: int = 0
    taken: int = 0
    is_ripe: bool = False


@dataclass(eq=False, kw_only=True)
class Return:
    """`refund`: the number of the refund that WeChat was asked for."""

    number: str
    order: Order
    vouchers: list
    has_topup: bool
    fen: int
    state: str
    wechat_fen: int = 0
    value_fen: int = 0
    points: int = 0
    refund: str | None = None
    is_refund_closed: bool = False


@dataclass(eq=False, kw_only=True)
class Use:
    """A redemption."""

    number: str
    voucher: Voucher
    at: object
    points: int
    is_reversed: bool = False


def divided(total, weights):
    """In proportion, to the fen: who is cut most by rounding down is first to get one more."""
    whole = sum(weights)
    exact = [Fraction(total * each, whole) if whole else Fraction(total, len(weights))
             for each in weights]  # fmt: skip
    shares = [int(each) for each in exact]
    first = sorted(range(len(exact)), key=lambda n: shares[n] - exact[n])
    for n in first[: total - sum(shares)]:
        shares[n] += 1
    return shares


def part(amount, bp):
    return amount * bp // WHOLE_BP
