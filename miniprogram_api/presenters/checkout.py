from datetime import datetime

from app.domain import orders
from app.web.words import Told


class VoucherChoice(Told):
    """A voucher that could be meant; the best first, then the runner-up.

    `why` and `reason` say what stands against it. One that could be used and is not the best has
    a `reason` alone: how much less it saves, or that it ends later.
    """

    voucher: str
    name: str
    face: str
    valid_until: datetime
    saving_fen: int
    why: str | None
    reason: str | None


class PointsChoice(Told):
    """At most `points` may pay a part, which takes `saving_fen` off; `worth` of them are a yuan."""

    spendable: int
    points: int
    saving_fen: int
    worth: int


class ValueChoice(Told):
    """Stored value that may be spent, and how much of this order it may pay."""

    has_fen: int
    most_fen: int


class CheckoutQuote(Told):
    """The price, line by line.

    `list_fen` less voucher and points is `total_fen`; stored value and WeChat pay that. `voucher` is the one counted here, `runner_up` the next best. `points` are all points it takes.
    """

    title: str
    list_fen: int
    voucher_fen: int
    points_fen: int
    points: int
    total_fen: int
    value_fen: int
    wechat_fen: int
    voucher: str | None
    best: str | None
    runner_up: str | None
    vouchers: list[VoucherChoice]
    may_pay_points: PointsChoice
    may_pay_value: ValueChoice


def present_quote(quote: orders.OrderQuote) -> CheckoutQuote:
    price, choice, points = quote.price, quote.choice, quote.points
    return CheckoutQuote(
        title=quote.title,
        list_fen=price.list_fen,
        voucher_fen=price.voucher_fen,
        points_fen=price.points_fen,
        points=price.points,
        total_fen=price.total_fen,
        value_fen=price.value_fen,
        wechat_fen=price.wechat_fen,
        voucher=_number(quote.voucher),
        best=_number(choice.best),
        runner_up=_number(choice.runner_up),
        vouchers=[_voucher(each) for each in choice.candidates],
        may_pay_points=PointsChoice(
            spendable=points.spendable,
            points=points.points,
            saving_fen=points.amount_fen,
            worth=points.worth,
        ),
        may_pay_value=ValueChoice(has_fen=quote.value_has_fen, most_fen=quote.value_most_fen),
    )


def _number(candidate: orders.Candidate | None) -> str | None:
    return candidate.number if candidate else None


def _voucher(candidate: orders.Candidate) -> VoucherChoice:
    return VoucherChoice(
        voucher=candidate.number,
        name=candidate.name,
        face=candidate.face_text,
        valid_until=candidate.valid_until,
        saving_fen=candidate.saving_fen,
        why=candidate.why,
        reason=candidate.reason,
    )
