"""Members hear what happened to their stored value: it came, went, was frozen or corrected."""

from datetime import datetime

from app.domain import members, stored_value
from app.kernel import outbox
from app.kernel.money import yuan
from jobs import ways
from jobs.messages import News, push, time_in_shop

CONTACT = "如有疑问请联系商家"


def tell_came_in(task: outbox.Task) -> None:
    """A top-up or a gift card can be spent."""
    push(task, _came_in)


def tell_spent(task: outbox.Task) -> None:
    """It paid for an order, his own or his family's."""
    push(task, _spent)


def tell_freeze(task: outbox.Task) -> None:
    """It is frozen, or can be spent again. Why is between him and the shop."""
    push(task, _freeze)


def tell_adjusted(task: outbox.Task) -> None:
    """Two people corrected it, for a reason that he reads."""
    push(task, _adjusted)


def _came_in(task: outbox.Task) -> News:
    credit_id = task.payload["credit_id"]
    found = stored_value.came_in(merchant_id=task.merchant_id, credit_id=credit_id)
    return News(
        person=ways.Person(merchant_id=task.merchant_id, member_id=found.member_id),
        event_key=f"value:in:{credit_id}",
        message="value_topped_up",
        words={
            "amount": _money(found.paid_fen),
            "bonus": _money(found.bonus_fen),
            "balance": _money(found.left_fen),
            "number": found.label,
            "at": time_in_shop(task.merchant_id, found.at),
        },
    )


def _spent(task: outbox.Task) -> News:
    order_id = task.payload["order_id"]
    found = stored_value.spent(merchant_id=task.merchant_id, order_id=order_id)
    bonus = f"，其中赠送金额{yuan(found.bonus_fen)}元" if found.bonus_fen else ""
    return News(
        person=ways.Person(merchant_id=task.merchant_id, member_id=found.member_id),
        event_key=f"value:spent:{found.label}",
        message="value_spent",
        words={
            "amount": _money(found.paid_fen + found.bonus_fen),
            "balance": _money(found.left_fen),
            "number": found.label,
            "at": time_in_shop(task.merchant_id, found.at),
            "hint": f"储值支付{bonus}",
        },
    )


def _freeze(task: outbox.Task) -> News:
    said = task.payload
    member_id = members.canonical_id(merchant_id=task.merchant_id, member_id=said["member_id"])
    return News(
        person=ways.Person(merchant_id=task.merchant_id, member_id=member_id),
        event_key=f"value:freeze:{said['at']}",
        message="value_frozen",
        words={
            "state": "冻结" if said["is_frozen"] else "恢复使用",
            "at": time_in_shop(task.merchant_id, datetime.fromisoformat(said["at"])),
            "hint": CONTACT,
        },
    )


def _adjusted(task: outbox.Task) -> News:
    number = task.payload["adjustment_id"]
    found = stored_value.adjusted(merchant_id=task.merchant_id, adjustment_id=number)
    change = found.paid_fen + found.bonus_fen
    return News(
        person=ways.Person(merchant_id=task.merchant_id, member_id=found.member_id),
        event_key=f"value:adjusted:{number}",
        message="value_adjusted",
        words={
            "amount": f"{'+' if change > 0 else '-'}{_money(abs(change))}",
            "balance": _money(found.left_fen),
            "at": time_in_shop(task.merchant_id, found.at),
            "hint": found.label,
        },
    )


def _money(fen: int) -> str:
    return f"{yuan(fen)}元"
