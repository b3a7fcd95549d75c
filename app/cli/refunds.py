"""`flask refunds …`: returns that need a person."""

import json
from typing import Any

import click
from flask.cli import AppGroup

from app.domain import aftersales, merchants
from app.gateways.wechat_pay import BankCard
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.web import applying, tills

ACTOR = "cli"
group = AppGroup("refunds", help="Money on its way back.")


@group.command("stuck")
@click.option("--limit", default=100, show_default=True)
def stuck(limit: int) -> None:
    """Returns that have stood still for ten minutes: JSON, a line each, the oldest first."""
    with transaction():
        found = aftersales.list_stuck(at=clock.now(), limit=limit)
    for row in found:
        click.echo(json.dumps(vars(row), default=str))


@group.command("show")
@click.argument("refund")
def show(refund: str) -> None:
    """One return, with its sum."""
    with transaction():
        found = aftersales.get_return(merchant_id=_owner(refund), number=refund)
    click.echo(json.dumps(vars(found), default=str, ensure_ascii=False))


@group.command("ask")
@click.argument("order")
@click.argument("vouchers", nargs=-1)
@click.option("--reason", required=True)
def ask(order: str, vouchers: tuple[str, ...], reason: str) -> None:
    """Give an order, or these vouchers of it, back for its buyer; prints the return's number."""
    merchant_id = numbers.merchant_of(order, numbers.Kind.ORDER)
    merchants.profile(merchant_id=merchant_id)
    wanted = aftersales.Wanted(order_number=order, reason=reason, vouchers=vouchers)
    with transaction():
        made = aftersales.ask_for_buyer(
            merchant_id=merchant_id, wanted=wanted, actor=ACTOR, at=clock.now()
        )
    click.echo(made)


@group.command("approve")
@click.argument("refund")
@click.option("--reason", required=True)
def approve(refund: str, reason: str) -> None:
    """Agree to a return that waits for the merchant's word."""
    with transaction():
        aftersales.approve(**_decision(refund, reason))
    click.echo("its money goes")


@group.command("decline")
@click.argument("refund")
@click.option("--reason", required=True)
def decline(refund: str, reason: str) -> None:
    """Refuse it; what was frozen is usable again."""
    with transaction():
        aftersales.decline(**_decision(refund, reason))
    click.echo("everything is as it was")


@group.command("retry")
@click.argument("refund")
def retry(refund: str) -> None:
    """Try the step on which it stands once more; what may still arrive is not paid twice."""
    with transaction():
        payout = aftersales.retry(
            merchant_id=_owner(refund), number=refund, actor=ACTOR, at=clock.now()
        )
    click.echo(payout or "it goes on")


@group.command("transfer")
@click.argument("refund")
def transfer(refund: str) -> None:
    """Pay by transfer what WeChat closed the refund of; the buyer confirms it on his phone."""
    with transaction():
        made = aftersales.retry_by_transfer(
            merchant_id=_owner(refund), number=refund, actor=ACTOR, at=clock.now()
        )
    click.echo(made)


@group.command("by-hand")
@click.argument("refund")
@click.option("--how", required=True, help="By which way it was paid, and under which number.")
def by_hand(refund: str, how: str) -> None:
    """The buyer was paid without us: write it down, and let the return go on."""
    with transaction():
        made = aftersales.paid_by_hand(
            merchant_id=_owner(refund), number=refund, how=how, actor=ACTOR, at=clock.now()
        )
    click.echo(made)


@group.command("to-card")
@click.argument("refund")
@click.option("--bank-type", required=True, help="WeChat's word for the bank.")
@click.option("--account", prompt=True, hide_input=True, help="The buyer's card; it is not kept.")
@click.option("--name", prompt=True, hide_input=True, help="The buyer's name; it is not kept.")
def to_card(refund: str, bank_type: str, account: str, name: str) -> None:
    """The buyer's account took no refund (abnormal): have WeChat pay it to a card of his."""
    merchant_id = _owner(refund)
    with transaction():
        stuck_one = aftersales.stuck_refund(merchant_id=merchant_id, number=refund)
    till = tills.till(tills.channel_of(stuck_one.channel_id, merchant_id=merchant_id))
    answer = till.pay_out_to_card(
        refund_id=stuck_one.wechat_refund_id or "",
        refund_number=stuck_one.number,
        card=BankCard(bank_type=bank_type, account=account, name=name),
    )
    with transaction():
        applying.settle_answer(answer, merchant_id=merchant_id, at=clock.now())
    click.echo(answer.state.value)


def _owner(refund: str) -> int:
    merchant_id = numbers.merchant_of(refund, numbers.Kind.RETURN)
    merchants.profile(merchant_id=merchant_id)
    return merchant_id


def _decision(refund: str, reason: str) -> dict[str, Any]:
    return {
        "merchant_id": _owner(refund),
        "number": refund,
        "reason": reason,
        "actor": ACTOR,
        "at": clock.now(),
    }


COMMANDS = (group,)
