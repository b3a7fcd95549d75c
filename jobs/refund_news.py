"""What the buyer hears of his return."""

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


def _news(task: outbox.Task, message: str) -> messages.News:
    told = aftersales.notice_words(
        merchant_id=task.merchant_id, number=task.payload["refund_number"]
    )
    words = {
        "title": told.title,
        "amount": f"{yuan(told.amount_fen)}元",
        "at": messages.time_in_shop(task.merchant_id, told.done_at or told.asked_at),
        "number": told.number,
    }
    hint = {"refund_asked": _progress, "refund_done": _way, "refund_declined": _answer}[message]
    return messages.News(
        person=ways.Person(
            merchant_id=task.merchant_id,
            member_id=told.member_id,
            appid=told.appid,
            order_id=told.order_id,
            order_key=messages.order_key(told.order_number),
        ),
        event_key=f"{message}:{told.number}",
        message=message,
        words={**words, "hint": hint(told)},
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
