"""Statements: ask for a day's trade bill or fund-flow bill, then fetch it."""

import gzip
import hashlib
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request

from app.simulator.clock import BEIJING, beijing
from app.simulator.errors import PayRefused
from app.simulator.pay.bill_day import Day
from app.simulator.pay.fund_flow_bill import fund_flow_bill
from app.simulator.pay.reading import signer
from app.simulator.pay.state import Statement
from app.simulator.pay.trade_bill import trade_bill
from app.simulator.signing import nonce_text
from app.simulator.world import World, here

READY_HOUR = 10
KEPT_DAYS = 90
FETCH_SECONDS = 300
GZIP_MARK = b"\x1f\x8b"
BILL_TYPES = ("ALL", "SUCCESS", "REFUND")
ACCOUNT_TYPES = ("BASIC", "OPERATION", "FEES")

statements = Blueprint("statements", __name__, url_prefix="/v3")


@statements.get("/bill/tradebill")
def ask_trade_bill() -> dict[str, Any]:
    """Where to fetch the payments and refunds of one Beijing day."""
    bill_type = request.args.get("bill_type", "ALL")
    if bill_type not in BILL_TYPES:
        raise PayRefused("PARAM_ERROR", "bill_type枚举值错误")
    world = here()
    with world.lock:
        text = trade_bill(_day(world), bill_type=bill_type)
        return offer(world, text)


@statements.get("/bill/fundflowbill")
def ask_fund_flow_bill() -> dict[str, Any]:
    """Where to fetch the movements of the account on one Beijing day."""
    account_type = request.args.get("account_type", "BASIC")
    if account_type not in ACCOUNT_TYPES:
        raise PayRefused("PARAM_ERROR", "account_type枚举值错误")
    world = here()
    with world.lock:
        text = fund_flow_bill(_day(world)) if account_type == "BASIC" else None
        return offer(world, text)


@statements.get("/billdownload/file")
def fetch() -> Response:
    """The file. It is not signed: its SHA1 was told before."""
    world = here()
    with world.lock:
        statement = world.pay.statements.get(request.args.get("token", ""))
    if statement is None or world.clock.now() - statement.made_at > FETCH_SECONDS:
        raise PayRefused("INVALID_REQUEST", "账单下载链接已失效,请重新申请")
    if statement.mchid != signer().mchid:
        raise PayRefused("NO_AUTH")
    return Response(statement.content, mimetype=_kind(statement.content))


def _kind(content: bytes) -> str:
    """As libraries look for it, some of which read only these two."""
    return "application/x-gzip" if content.startswith(GZIP_MARK) else "text/plain"


def asked_day(world: World) -> float:
    """When the day of `bill_date` began, once its statements are ready; hold the lock."""
    wanted = _wanted_date()
    now = beijing(world.clock.now())
    if wanted >= now.date() or (now.date() - wanted).days > KEPT_DAYS:
        raise PayRefused("INVALID_REQUEST", "bill_date应为三个月内已结束的日期")
    if wanted == now.date() - timedelta(days=1) and now.hour < READY_HOUR:
        raise PayRefused("STATEMENT_CREATING")
    return datetime.combine(wanted, datetime.min.time(), BEIJING).timestamp()


def _day(world: World) -> Day:
    begins_at = asked_day(world)
    mchid, sub_mchid = signer().mchid, request.args.get("sub_mchid")
    mine = [each for each in world.pay.paid.values() if each.merchant.mchid == mchid]
    wanted = [each for each in mine if sub_mchid in {None, each.sub_mchid}]
    return Day(orders=wanted, begins_at=begins_at)


def _wanted_date() -> date:
    try:
        return date.fromisoformat(request.args.get("bill_date", ""))
    except ValueError:
        raise PayRefused("PARAM_ERROR", "bill_date应为yyyy-MM-DD") from None


def offer(world: World, text: str | None) -> dict[str, Any]:
    """Where to fetch a statement's text; NO_STATEMENT_EXIST when there is none. Hold the lock."""
    tar_type = request.args.get("tar_type")
    if tar_type not in (None, "GZIP"):
        raise PayRefused("PARAM_ERROR", "tar_type枚举值错误")
    if text is None:
        raise PayRefused("NO_STATEMENT_EXIST")
    plain = text.encode()
    token = nonce_text(64)
    world.pay.statements[token] = Statement(
        mchid=signer().mchid,
        content=gzip.compress(plain) if tar_type else plain,
        made_at=world.clock.now(),
    )
    return {
        "hash_type": "SHA1",
        # Of the plain text, even when the file travels zipped.
        "hash_value": hashlib.sha1(plain, usedforsecurity=False).hexdigest(),
        "download_url": f"{request.host_url}v3/billdownload/file?token={token}",
    }
