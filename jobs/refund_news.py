"""What the buyer hears of his return."""

from collections.abc import Callable

from app.domain import aftersales
from app.kernel import outbox
from app.kernel.money import yuan
from jobs import messages, ways


def tell_asked(task: outbox.Task) -> None:
    """The buyer's wish has arrived."""
    messages.push(task, lambda task: _news(task, "refund_asked"))


def tell_done(task: outbox.Task) -> None:
    """The money is back."""
    messages.push(task, lambda task: _news(task, "refund_done"))


def tell_declined(task: outbox.Task) -> None:
    """The merchant does not agree, and says why."""
    messages.push(task, lambda task: _news(task, "refund_declined"))


def tell_to_collect(task: outbox.Task) -> None:
    """The money comes by a transfer, which its payee confirms on his phone."""
    messages.push(task, _to_collect)


def _to_collect(task: outbox.Task) -> messages.News:
    transfer = task.payload["transfer_number"]
    number = aftersales.find_settled(merchant_id=task.merchant_id, settled=transfer)
    return _about(task, number or "", "refund_to_collect", once=transfer)


def _news(task: outbox.Task, message: str) -> messages.News:
    number = task.payload["refund_number"]
    return _about(task, number, message, once=number)


def _about(task: outbox.Task, number: str, message: str, *, once: str) -> messages.News:
    told = aftersales.notice_words(merchant_id=task.merchant_id, number=number)
    words = {
        "title": told.title,
        "amount": f"{yuan(told.amount_fen)}元",
        "at": messages.time_in_shop(task.merchant_id, told.done_at or told.asked_at),
        "number": told.number,
    }
    return messages.News(
        person=ways.Person(
            merchant_id=task.merchant_id,
            member_id=told.member_id,
            appid=told.appid,
            order_id=told.order_id,
            order_key=messages.order_key(told.order_number),
        ),
        event_key=f"{message}:{once}",
        message=message,
        words={**words, "hint": _HINTS[message](told)},
    )


def _progress(told: aftersales.ReturnWords) -> str:
    return "等待商家处理" if told.state == aftersales.ReturnState.ASKED else "正在退款"


def _way(told: aftersales.ReturnWords) -> str:
    """Where it went; the platform's field is too short for more than one amount."""
    parts = [
        (told.wechat_fen, "微信支付", f"{yuan(told.wechat_fen)}元"),
        (told.value_fen, "储值", f"{yuan(told.value_fen)}元"),
        (told.points, "积分", str(told.points)),
    ]
    went = [(pot, words) for amount, pot, words in parts if amount]
    if len(went) == 1:
        return "退回" + "".join(went[0])
    return "退回" + "、".join(pot for pot, _ in went)


def _answer(told: aftersales.ReturnWords) -> str:
    return told.decision or "商家未同意退款"


def _sheet(_told: aftersales.ReturnWords) -> str:
    return "请在24小时内确认收款"


_HINTS: dict[str, Callable[[aftersales.ReturnWords], str]] = {
    "refund_asked": _progress,
    "refund_done": _way,
    "refund_declined": _answer,
    "refund_to_collect": _sheet,
}
