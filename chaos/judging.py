"""The clients' log against the books: whatever was acknowledged is there once, and nothing else is."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chaos.books import Books, Order
from chaos.journal import Attempt

# Paid and kept; or paid, and given back in part or whole.
BOUGHT = frozenset({"fulfilled", "refunding", "partly_refunded", "refunded"})


@dataclass(frozen=True)
class Judgement:
    """What was compared, and a sentence for each promise that was broken."""

    compared: Mapping[str, int]
    troubles: tuple[str, ...]


def judge(attempts: Iterable[Attempt], books: Books) -> Judgement:
    """Every attempt against the rows, every row against the attempts, and WeChat's bill."""
    tried = list(attempts)
    compared: Counter[str] = Counter()
    troubles: list[str] = []
    for each in tried:
        compared[_standing(each)] += 1
        troubles += [f"{each.kind} {each.key}: {why}" for why in _of_attempt(each, books)]
    troubles += _unexplained(tried, books)
    troubles += _money(books)
    compared["bills at WeChat"] = len(books.wechat)
    return Judgement(dict(compared), tuple(troubles))


def _standing(attempt: Attempt) -> str:
    if attempt.is_acknowledged:
        return "acknowledged"
    return "refused" if attempt.is_refused else "never answered"


def _of_attempt(attempt: Attempt, books: Books) -> Iterator[str]:
    named = NAMES.get(attempt.kind)
    kept = books.keys.get(attempt.key)
    if attempt.is_refused:
        if kept is not None:
            yield f"was refused ({attempt.told.get('code')}) and done all the same"
        return
    if attempt.is_acknowledged:
        if named and (kept is None or kept.get(named.kept) != attempt.told[named.told]):
            yield f"was acknowledged, and its key says {kept}"
        yield from CHECKS[attempt.kind](attempt.asked | attempt.told, books)
    elif named and kept is not None:
        # Nobody heard of it, and it was done: then wholly.
        yield from named.half_done(kept, books)


def _bought(facts: Mapping[str, Any], books: Books) -> Iterator[str]:
    order = books.orders.get(facts["order"])
    if order is None:
        yield f"order {facts['order']} is not there"
        return
    if (order.total_fen, order.wechat_fen) != (facts["total_fen"], facts["wechat_fen"]):
        yield f"order {order.number} costs {order.wechat_fen} and not {facts['wechat_fen']} fen"
    if order.member != facts["member"]:
        yield f"order {order.number} is {order.member}'s"
    if not order.wechat_fen and order.state not in BOUGHT:
        yield f"order {order.number} is paid, and {order.state}"


def _paid(facts: Mapping[str, Any], books: Books) -> Iterator[str]:
    order = books.orders.get(facts["order"])
    bills = [bill for bill in books.ours.values() if bill.order == facts["order"]]
    if facts["transaction"] not in {bill.transaction for bill in bills}:
        yield f"order {facts['order']} was paid by {facts['transaction']}, which is not ours"
    elif order and order.state not in BOUGHT and sum(b.came_fen - b.went_fen for b in bills):
        yield f"order {order.number} was paid, is {order.state}, and its money is not back"


def _handed_over(facts: Mapping[str, Any], books: Books) -> Iterator[str]:
    order: Order | None = books.orders.get(facts["order"])
    if order is None or order.state not in BOUGHT:
        yield f"order {facts['order']} was handed over, and is {order and order.state}"


def _redeemed(facts: Mapping[str, Any], books: Books) -> Iterator[str]:
    row = books.redemptions.get(facts["redemption"])
    if row is None:
        yield f"redemption {facts['redemption']} is not there"
        return
    there = (row.voucher, row.points, row.value_fen)
    told = (facts["voucher"], facts["points"], facts["value_fen"])
    if there != told:
        yield f"redemption {row.number} was told as {told}, and is {there}"


def _reversed(facts: Mapping[str, Any], books: Books) -> Iterator[str]:
    row = books.redemptions.get(facts["redemption"])
    if row is None or not row.is_reversed:
        yield f"redemption {facts['redemption']} was taken back, and is {row}"


def _given(facts: Mapping[str, Any], books: Books) -> Iterator[str]:
    gift = books.gifts.get(facts["gift"])
    if gift is None or (gift.giver, gift.vouchers) != (facts["member"], [facts["voucher"]]):
        yield f"gift {facts['gift']} of {facts['member']} is {gift}"


def _claimed(facts: Mapping[str, Any], books: Books) -> Iterator[str]:
    gift = books.gifts.get(facts["gift"])
    if gift is None or (gift.state, gift.receiver) != ("claimed", facts["member"]):
        yield f"gift {facts['gift']} was taken by {facts['member']}, and is {gift}"


def _asked_back(facts: Mapping[str, Any], books: Books) -> Iterator[str]:
    row = books.returns.get(facts["refund"])
    if row is None or (row.order, row.state) != (facts["order"], "done"):
        yield f"refund {facts['refund']} of order {facts['order']} is {row}"


def _helped(facts: Mapping[str, Any], books: Books) -> Iterator[str]:
    row = books.helps.get(facts["help"])
    if row is None or row.helper != facts["member"]:
        yield f"help {facts['help']} of {facts['member']} is {row}"


CHECKS: dict[str, Callable[[Mapping[str, Any], Books], Iterator[str]]] = {
    "place": _bought,
    "spend": _bought,
    "top_up": _bought,
    "pay": _paid,
    "hand_over": _handed_over,
    "redeem": _redeemed,
    "reverse": _reversed,
    "gift": _given,
    "claim": _claimed,
    "refund": _asked_back,
    "help": _helped,
}


@dataclass(frozen=True)
class _Named:
    """How the number that an attempt made is called: in its kept answer, and in what was told."""

    kept: str
    told: str
    table: str

    def half_done(self, kept: Mapping[str, Any], books: Books) -> Iterator[str]:
        number = kept.get(self.kept)
        if number not in getattr(books, self.table):
            yield f"nobody heard of it, its key says {number}, and that is not there"


_ORDER = _Named("order_number", "order", "orders")
NAMES = {
    "place": _ORDER,
    "spend": _ORDER,
    "top_up": _ORDER,
    "redeem": _Named("number", "redemption", "redemptions"),
    "reverse": _Named("redemption", "redemption", "redemptions"),
    "gift": _Named("number", "gift", "gifts"),
    "refund": _Named("number", "refund", "returns"),
}


def _unexplained(tried: list[Attempt], books: Books) -> Iterator[str]:
    """Rows that no attempt accounts for: something was done twice, or by nobody."""
    for table in ("orders", "redemptions", "gifts", "returns"):
        made = Counter(
            books.keys[each.key].get(named.kept)
            for each in tried
            if (named := NAMES.get(each.kind))
            and named.table == table
            and each.kind != "reverse"
            and each.key in books.keys
        )
        for number in getattr(books, table):
            if made[number] != 1:
                yield f"{table}: {number} is there, and {made[number]} attempts made it"
    wanted = {each.asked["redemption"] for each in tried if each.kind == "reverse"}
    for row in books.redemptions.values():
        if row.is_reversed and row.number not in wanted:
            yield f"redemption {row.number} was taken back, and nobody wanted that"
    helpers = Counter(row.helper for row in books.helps.values())
    yield from (f"{helper} helped {n} times" for helper, n in helpers.items() if n != 1)


def _money(books: Books) -> Iterator[str]:
    """To the fen, bill by bill, in both directions."""
    for number, theirs in books.wechat.items():
        ours = books.ours.get(number)
        there = (theirs.came_fen, theirs.went_fen)
        here = (ours.came_fen, ours.went_fen) if ours else None
        if here != there and (here or any(there)):
            yield f"bill {number}: WeChat has {there} fen in and back, we have {here}"
    for number, ours in books.ours.items():
        if number not in books.wechat and (ours.came_fen or ours.went_fen):
            yield f"bill {number}: we have {ours.came_fen} fen, and WeChat knows nothing of it"
