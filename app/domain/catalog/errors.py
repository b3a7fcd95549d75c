from collections.abc import Sequence
from dataclasses import asdict, dataclass

from app.kernel.errors import DomainError


class SoldOut(DomainError):
    code = "sold_out"


class NotOnSale(DomainError):
    """Not for sale at this moment; `sale_starts_at` is in the details when that is still to come."""

    code = "not_on_sale"


class NotSoldOnIos(NotOnSale):
    """The platform forbids selling virtual goods to iPhones and iPads in a mini-program."""

    code = "not_sold_on_ios"
    words = "由于相关规范，iOS 端暂不支持购买该商品"

    @classmethod
    def told(cls) -> "NotSoldOnIos":
        return cls(cls.words)


class NotSoldOnWeb(NotOnSale):
    """The platform forbids asking friends for help on web pages, so what needs it is not sold there."""

    code = "not_sold_on_web"

    @classmethod
    def told(cls) -> "NotSoldOnWeb":
        return cls("这张卡含好友助力，请在微信小程序里购买")


class LimitReached(DomainError):
    code = "limit_reached"


class StillOnSale(DomainError):
    """Its words change only while nobody can buy it."""

    code = "still_on_sale"


class StockTaken(DomainError):
    """Orders hold more pieces than there would be; `taken` is in the details."""

    code = "stock_taken"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What stands in the way of publishing: where, which words, why, and what to do instead."""

    field: str
    phrase: str = ""
    why: str
    suggestion: str


class NotPublishable(DomainError):
    """`findings` in the details holds every problem at once, so that one round mends them all."""

    code = "not_publishable"

    def __init__(self, problems: Sequence[Problem]) -> None:
        found = [asdict(problem) for problem in problems]
        super().__init__("This cannot be published yet.", findings=found)
