"""What was scanned without network, taken up link by link.

Offline nothing proves that a voucher is unused: what is handed over then is the merchant's risk,
which he bounds. What the code does prove is when it was shown, since it is made of the half
minute: the device's word for the time counts only as far as the code agrees with it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain import analytics, merchants, redemption, vouchers
from app.domain.offline import chain, devices, statements
from app.domain.offline.chain import Link
from app.domain.offline.devices import Device
from app.domain.offline.errors import (
    ChainBroken,
    DeviceOver,
    DeviceRevoked,
    NotYourDevice,
    ScanTimeWrong,
    ScanTooLate,
    TakingIsOff,
    TooManyScans,
    TooMuchValue,
)
from app.domain.offline.policy import Rules, get_rules
from app.domain.redemption import Scan
from app.domain.vouchers import AlreadyRedeemed, CodeUnknown, Move, VoucherExpired
from app.kernel import audit, calendar
from app.kernel.db import execute, fetch_one
from app.kernel.request_keys import RequestKey

SKEW = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a link: a redemption's number, or the code of the refusal."""

    counter: int
    redemption: str | None
    refusal: str | None


@dataclass(frozen=True)
class _Scan:
    counter: int
    print: bytes
    redemption: str | None
    value_fen: int
    is_replay: bool
    refusal: str | None


@dataclass(frozen=True)
class _Taken:
    count: int
    value_fen: int


@dataclass(frozen=True)
class _Locked:
    nothing: str


@dataclass(frozen=True)
class _Id:
    id: int


def attempt_key(
    *, merchant_id: int, actor: str, attempt: str, code: str, spend_fen: int | None
) -> RequestKey:
    """One attempt at a voucher, whether it reaches the counter at once or by a device's chain."""
    return RequestKey.of(
        merchant_id=merchant_id,
        actor=actor,
        key=f"till:{attempt}",
        operation="till",
        body=f"{code}\n{spend_fen}".encode(),
    )


def take(*, merchant_id: int, staff_id: int, link: Link, at: datetime) -> Outcome:
    """Redeem what was scanned, as of then. The same link again has the first outcome.

    Raises a VoucherRefusal or NotOnDuty: set the link aside then, in a transaction of its own.
    Raises NotFound, NotYourDevice, ChainBroken, Invalid: then nothing of the upload is good.
    """
    device, first = _hold(merchant_id, staff_id, link)
    if first:
        return first
    rules = get_rules(merchant_id=merchant_id)
    _check_device(device, rules, link, at=at)
    taken = _taken_so_far(merchant_id, device, link)
    if taken.count >= rules.most_scans:
        raise TooManyScans.told()
    verdict = _redeem_as_of_then(merchant_id, device, link, at=at)
    if verdict.replayed:
        _refuse_second(merchant_id, verdict.number)
    elif taken.value_fen + verdict.value_fen > rules.most_value_fen:
        raise TooMuchValue.told()
    day = calendar.day_of(link.scanned_at, merchants.profile(merchant_id=merchant_id).zone)
    analytics.count_anew(merchant_id=merchant_id, since=day)
    written = {
        "redemption": verdict.number,
        "value_fen": verdict.value_fen,
        "is_replay": verdict.replayed,
    }
    return _write(merchant_id, device, link, written, at=at)


def set_aside(
    *, merchant_id: int, staff_id: int, link: Link, refusal: str, at: datetime
) -> Outcome:
    """Keep a link that was refused, for a manager to judge; the chain goes on.

    Raises as `take` does for what is no link of this chain.
    """
    device, first = _hold(merchant_id, staff_id, link)
    if first:
        return first
    return _write(merchant_id, device, link, {"refusal": refusal}, at=at)


def note_broken(*, merchant_id: int, staff_id: int, link: Link, at: datetime) -> None:
    """A chain that does not fit ends its device. Raises NotFound, NotYourDevice."""
    device = devices.lock(merchant_id=merchant_id, handle=link.device)
    if device.staff_id != staff_id:
        raise NotYourDevice("这台设备的离线记录属于另一位同事")
    reason = f"chain broken at {link.counter}, after {device.last_counter}"
    devices.revoke(
        merchant_id=merchant_id, handle=link.device, actor="system", reason=reason, at=at
    )


def _hold(merchant_id: int, staff_id: int, link: Link) -> tuple[Device, Outcome | None]:
    """The device, held, and what the link came to before, if it is there already."""
    chain.check_form(link)
    device = devices.lock(merchant_id=merchant_id, handle=link.device)
    if device.staff_id != staff_id:
        raise NotYourDevice("这台设备的离线记录属于另一位同事")
    if link.counter <= device.last_counter:
        return device, _first(merchant_id, device, link)
    fits = link.counter == device.last_counter + 1 and link.previous == device.last_print.hex()
    if not fits or not chain.is_signed(link, device.public_key):
        raise ChainBroken("离线记录不完整或被改动，已停用该设备")
    return device, None


def _first(merchant_id: int, device: Device, link: Link) -> Outcome:
    found = fetch_one(
        _Scan,
        statements.FIRST,
        {"merchant_id": merchant_id, "device_id": device.id, "counter": link.counter},
    )
    if found is None or found.print != link.print:
        raise ChainBroken("离线记录不完整或被改动，已停用该设备")
    return Outcome(counter=found.counter, redemption=found.redemption, refusal=found.refusal)


def _check_device(device: Device, rules: Rules, link: Link, *, at: datetime) -> None:
    if device.revoked_at:
        raise DeviceRevoked.told()
    if not rules.is_on:
        raise TakingIsOff.told()
    if link.scanned_at > at + SKEW:
        raise ScanTimeWrong.told()
    if not device.enrolled_at - SKEW <= link.scanned_at < device.ends_at:
        raise DeviceOver.told()
    if at - link.scanned_at > timedelta(minutes=rules.most_minutes):
        raise ScanTooLate.told()


def _taken_so_far(merchant_id: int, device: Device, link: Link) -> _Taken:
    """Of this person on the day of the scan, or of this device, whichever is more. Held."""
    zone = merchants.profile(merchant_id=merchant_id).zone
    day = calendar.day_of(link.scanned_at, zone)
    which: dict[str, object] = {
        "merchant_id": merchant_id,
        "staff_id": device.staff_id,
        "device_id": device.id,
    }
    fetch_one(_Locked, statements.LOCK_PERSON, which)
    which |= {"starts_at": calendar.start_of_day(day, zone), "ends_at": calendar.end_of(day, zone)}
    return fetch_one(_Taken, statements.TAKEN, which) or _Taken(0, 0)


def _redeem_as_of_then(
    merchant_id: int, device: Device, link: Link, *, at: datetime
) -> redemption.Redeemed:
    """What was valid when it was scanned is redeemed, though it was marked as expired since."""
    try:
        return _redeem(merchant_id, device, link)
    except VoucherExpired:
        if not _bring_back(merchant_id, device, link, at=at):
            raise
    return _redeem(merchant_id, device, link)


def _bring_back(merchant_id: int, device: Device, link: Link, *, at: datetime) -> bool:
    voucher_id = vouchers.read_code(link.code).voucher_id
    which = {"merchant_id": merchant_id, "voucher_id": voucher_id, "scanned_at": link.scanned_at}
    if fetch_one(_Id, statements.LOCK_EXPIRED_SINCE, which) is None:
        return False
    if fetch_one(_Id, statements.GOES_BACK, which):
        return False
    vouchers.move(
        merchant_id=merchant_id,
        voucher_id=voucher_id,
        what=Move.UNEXPIRE,
        actor=f"staff:{device.staff_id}",
        at=at,
    )
    return True


def _redeem(merchant_id: int, device: Device, link: Link) -> redemption.Redeemed:
    stores = merchants.list_stores_of_staff(merchant_id=merchant_id, staff_id=device.staff_id)
    store = next((each for each in stores if each.id == device.store_id), None)
    if store is None:
        raise merchants.NotOnDuty("你已不在这家门店工作")
    actor = f"staff:{device.staff_id}"
    scan = Scan(
        merchant_id=merchant_id,
        acceptor_merchant_id=merchant_id,
        code_text=link.code,
        actor=actor,
        store_id=store.id,
        store_name=store.name,
        spend_fen=link.spend_fen,
    )
    key = attempt_key(
        merchant_id=merchant_id,
        actor=actor,
        attempt=link.attempt,
        code=link.code,
        spend_fen=link.spend_fen,
    )
    return redemption.redeem(scan, key=key, at=link.scanned_at)


def _refuse_second(merchant_id: int, number: str) -> None:
    """One redemption answers one link: the same attempt in two links is one too many."""
    if fetch_one(_Scan, statements.NAMED, {"merchant_id": merchant_id, "redemption": number}):
        raise AlreadyRedeemed.told()


def _write(
    merchant_id: int, device: Device, link: Link, outcome: dict[str, object], *, at: datetime
) -> Outcome:
    which = {"merchant_id": merchant_id, "device_id": device.id, "counter": link.counter}
    said = {
        "staff_id": device.staff_id,
        "store_id": device.store_id,
        "code": link.code,
        "spend_fen": link.spend_fen,
        "scanned_at": link.scanned_at,
        "at": at,
        "print": link.print,
        "signature": link.signature,
        "voucher_id": _voucher_id(merchant_id, link.code),
    }
    nothing = {"redemption": None, "value_fen": 0, "is_replay": False, "refusal": None}
    execute(statements.WRITE, {**which, **said, **nothing, **outcome})
    execute(statements.MOVE_ON, {**which, "print": link.print, "at": at})
    told = {**nothing, **outcome}
    audit.record(
        merchant_id=merchant_id,
        actor=f"staff:{device.staff_id}",
        action="offline.take" if told["redemption"] else "offline.set_aside",
        subject=link.device,
        details={
            "counter": link.counter,
            "scanned_at": link.scanned_at.isoformat(),
            "redemption": told["redemption"],
            "refusal": told["refusal"],
        },
        at=at,
    )
    number, refusal = outcome.get("redemption"), outcome.get("refusal")
    return Outcome(
        counter=link.counter,
        redemption=str(number) if number else None,
        refusal=str(refusal) if refusal else None,
    )


def _voucher_id(merchant_id: int, code: str) -> int | None:
    """Whose code it was, if it is a voucher of this house at all."""
    try:
        wanted = vouchers.read_code(code).voucher_id
    except CodeUnknown:
        return None
    which = {"merchant_id": merchant_id, "id": wanted}
    return wanted if fetch_one(_Id, statements.VOUCHER_EXISTS, which) else None
