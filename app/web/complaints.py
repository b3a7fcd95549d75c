"""Complaints at WeChat Pay, put together: our pay channels, its desk, and what it tells."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import cast

from flask import Request, current_app

from app.config import Settings
from app.domain import complaints, merchants
from app.domain.complaints import ComplaintTold, Entry, Missed, Told
from app.gateways import PayChannel, gateways
from app.gateways.complaints import Complaint, ComplaintNotice, Complaints, Step
from app.gateways.errors import GatewayError
from app.gateways.files import LARGEST_BYTES, BadImage
from app.kernel import clock, numbers, outbox
from app.kernel.db import transaction
from app.kernel.errors import Invalid, NotFound
from app.web import tills
from app.web.logs import log

COMPLAINTS_DOOR = "/wechat/pay/{channel}/complaints"
# Files in folders of this name are nobody's but those who quarrel.
PHOTOS = "complaint"
# The end of a key: what the picture is, and its kind.
PHOTO_NAME = re.compile(r"[0-9a-f]{64}\.(png|webp)")
# A form around the picture needs a little room of its own.
LARGEST_FORM = LARGEST_BYTES + 64 * 1024


def desk(keys: merchants.ChannelSecrets) -> Complaints:
    """The complaints against a pay account."""
    return gateways().complaints(
        PayChannel(
            mchid=keys.mchid,
            sub_mchid=keys.sub_mchid,
            appid="",
            serial=keys.serial,
            private_key_pem=keys.private_key_pem,
            apiv3_key=keys.apiv3_key,
            public_key_id=keys.public_key_id,
            public_key_pem=keys.public_key_pem,
            notify_url_payment="",
            notify_url_refund="",
        )
    )


def read(
    keys: merchants.ChannelSecrets,
    headers: Mapping[str, str],
    body: bytes,
    *,
    received_at: datetime,
) -> ComplaintNotice:
    """Verified; raises ForgedNotice or StaleNotice."""
    return desk(keys).read_notice(headers, body, received_at=received_at)


def apply(keys: merchants.ChannelSecrets, told: ComplaintNotice, *, at: datetime) -> None:
    """Have somebody ask what it is about, inside a transaction: a notice only names it."""
    event = ComplaintTold(
        merchant_id=keys.merchant_id,
        channel_id=keys.channel_id,
        complaint_id=told.complaint_id,
    )
    outbox.publish(event, at=at)


def pull(*, merchant_id: int, channel_id: int, complaint_id: str) -> str:
    """Ask for one complaint and all that was said, and keep it; the ticket's number.

    Call it outside any transaction. Raises GatewayError.
    """
    place = desk(tills.channel_of(channel_id, merchant_id=merchant_id))
    # First the history: what is said meanwhile makes the state newer than it, never older.
    steps = place.history(complaint_id)
    told = place.look(complaint_id)
    with transaction():
        known = complaints.known_logs(merchant_id=merchant_id, platform_id=complaint_id)
    history = [
        entry_of(step, [] if step.log_id in known else _photos(place, merchant_id, step))
        for step in steps
    ]
    with transaction():
        return complaints.absorb(
            merchant_id=merchant_id,
            channel_id=channel_id,
            told=told_of(told),
            history=history,
            at=clock.now(),
        )


def be_told(*, merchant_id: int, channel_id: int) -> str:
    """Have notices of complaints sent to our door; its address."""
    home = cast("Settings", current_app.extensions["settings"]).public_url
    keys = tills.channel_of(channel_id, merchant_id=merchant_id)
    url = home + COMPLAINTS_DOOR.format(channel=keys.number)
    desk(keys).be_told_at(url)
    return url


def told_of(said: Complaint) -> Told:
    return Told(
        platform_id=said.complaint_id,
        state=said.state,
        problem=said.problem,
        phone=said.phone,
        payment_number=said.payment_number,
        asked_fen=said.asked_fen,
        is_refunded=said.is_refunded,
        awaits_us=said.awaits_us,
        answer_at_once=said.needs_answer_at_once,
        with_platform=said.with_platform,
        times=said.times,
        opened_at=said.opened_at,
    )


def entry_of(step: Step, photos: list[str | Missed]) -> Entry:
    """What was said, with the files of its pictures and those that could not be had."""
    return Entry(
        log_id=step.log_id,
        kind=step.kind,
        operator=step.operator,
        text=step.text,
        at=step.at,
        photos=[photo for photo in photos if isinstance(photo, str)],
        missed=[photo for photo in photos if isinstance(photo, Missed)],
    )


def folder_of(member_id: int) -> str:
    """Where photos that this member hands in are kept."""
    return f"{PHOTOS}-{member_id}"


def keep_photo(content: bytes, *, merchant_id: int, folder: str) -> str:
    """Drawn anew and kept; its key. Raises BadImage."""
    owner = numbers.for_merchant(merchant_id)
    return gateways().files.put(merchant_id=owner, name=folder, content=content)


def hand_in(
    request: Request, *, merchant_id: int, folder: str, member_id: int | None = None
) -> str:
    """The photo in the field `file` of a form, kept; its key. Raises Invalid, PhotoUnusable."""
    request.max_content_length = LARGEST_FORM
    given = request.files.get("file")
    if given is None:
        raise Invalid("Send the photo as the field `file` of a form.", file=["is required"])
    try:
        key = keep_photo(given.read(), merchant_id=merchant_id, folder=folder)
    except BadImage as bad:
        raise complaints.PhotoUnusable("图片无法识别或过大", reason=bad.code) from bad
    with transaction(merchant=merchant_id):
        complaints.note_upload(
            merchant_id=merchant_id, key=key, member_id=member_id, at=clock.now()
        )
    return key


def own_photos(keys: list[str], *, merchant_id: int, folder: str) -> list[str]:
    """The same keys, if each names a file in that folder. Raises PhotoUnknown."""
    home = f"{numbers.for_merchant(merchant_id)}/{folder}/"
    for key in keys:
        if not key.startswith(home) or gateways().files.get(key) is None:
            raise complaints.PhotoUnknown("请重新上传图片", photo=key[:120])
    return keys


def photo_of(name: str, *, merchant_id: int, number: str, member_id: int | None = None) -> bytes:
    """A file of a ticket's dialogue by the end of its key. Raises NotFound."""
    if not PHOTO_NAME.fullmatch(name):
        raise NotFound("There is no such photo.")
    with transaction():
        key = complaints.find_photo(
            merchant_id=merchant_id, number=number, name=name, member_id=member_id
        )
    content = gateways().files.get(key) if key else None
    if content is None:
        raise NotFound("There is no such photo.")
    return content


def fetch(place: Complaints, address: str, *, merchant_id: int) -> str | Missed:
    """The key of a picture of WeChat's, drawn anew and kept; or why it is not to be had."""
    try:
        content = place.fetch_photo(address)
        return keep_photo(content, merchant_id=merchant_id, folder=PHOTOS)
    except GatewayError as failure:
        # A complaint counts without its picture, which is asked for again.
        log.warning("photo of complaint not kept", reason=failure.code)
        return Missed(address=address, trouble=failure.code, may_come=failure.retryable)


def _photos(place: Complaints, merchant_id: int, step: Step) -> list[str | Missed]:
    return [fetch(place, address, merchant_id=merchant_id) for address in step.media]
