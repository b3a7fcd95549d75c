"""消费者投诉 2.0: what people complain of to WeChat Pay, and what we answer there.

Neither an answer nor the end of a complaint has a number of ours, so whoever is not sure whether
one arrived reads the history before saying it again.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from PIL import Image
from wechatpayv3.type import RequestType

from app.gateways._pay_client import ask, connect, fetch_file, understand
from app.gateways._reading import UNREADABLE, Json, instant, mapping, whole, word, word_or_none
from app.gateways.errors import Refused
from app.gateways.pay_channel import PayChannel
from app.gateways.pay_notices import expect, open_notice, unexpected

BASE = "/v3/merchant-service/complaints-v2"
IMAGES = "/v3/merchant-service/images/"
ADDRESS = "/v3/merchant-service/complaint-notifications"
EVENTS = {"COMPLAINT.CREATE", "COMPLAINT.STATE_CHANGE"}
MOST_PER_PAGE, MOST_STEPS = 50, 300
LARGEST_PHOTO_BYTES = 2 * 1024 * 1024
PHOTO_EDGE_PX, PHOTO_QUALITY = 2048, 80


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """As WeChat tells it. `phone` is opened with our key; `state` is WeChat's word."""

    complaint_id: str
    state: str
    problem: str
    text: str
    phone: str | None = field(repr=False)
    payer_openid: str | None = field(repr=False)
    payment_number: str | None
    asked_fen: int | None
    is_refunded: bool
    awaits_us: bool
    with_platform: bool
    needs_answer_at_once: bool
    times: int
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class Step:
    """One entry of the negotiation. `media` are addresses of pictures."""

    log_id: str
    operator: str
    kind: str
    text: str
    at: datetime
    media: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ComplaintNotice:
    """Something happened to a complaint; what it is now has to be asked."""

    reference: str
    event_type: str
    complaint_id: str
    action: str


class Complaints:
    """The complaints against one pay account. Raises as WechatPay does."""

    def __init__(self, channel: PayChannel) -> None:
        self._client = connect(channel)
        self._channel = channel
        self._mchid = channel.sub_mchid or channel.mchid

    def list_of_days(self, *, first: date, last: date) -> list[Complaint]:
        """Those that were opened on these days of Beijing, at most thirty apart; page by page."""
        found = list[Complaint]()
        while True:
            page, total = self._page(first, last, offset=len(found))
            found += page
            if not page or len(found) >= total:
                return found

    def look(self, complaint_id: str) -> Complaint:
        """One complaint as it is now."""
        doing = f"look at complaint {complaint_id}"
        return understand(doing, self._read, self._get(doing, _path(complaint_id)), changes=False)

    def history(self, complaint_id: str) -> list[Step]:
        """Everything that was said, the oldest first."""
        doing = f"history of complaint {complaint_id}"
        path = f"{_path(complaint_id)}/negotiation-historys?limit={MOST_STEPS}&offset=0"
        steps = understand(doing, _steps, self._get(doing, path), changes=False)
        return sorted(steps, key=lambda step: step.at)

    def reply(self, complaint_id: str, body: Json) -> None:
        """Say what `reply_body` made. Not safe to repeat: read the history first."""
        self._post(f"reply to complaint {complaint_id}", f"{_path(complaint_id)}/response", body)

    def reply_body(self, *, text: str, media_ids: list[str]) -> Json:
        """The very words of an answer."""
        body: Json = {"complainted_mchid": self._mchid, "response_content": text}
        return body | ({"response_images": media_ids} if media_ids else {})

    def complete(self, complaint_id: str, body: Json) -> None:
        """Say that it is settled; refused when it is so already."""
        self._post(f"complete complaint {complaint_id}", f"{_path(complaint_id)}/complete", body)

    def complete_body(self) -> Json:
        return {"complainted_mchid": self._mchid}

    def agree_to_refund(self, complaint_id: str, body: Json) -> None:
        """Say that the money goes back. It ends when the refund, asked for besides, arrives.

        Refused for what is no wish for a refund, or was decided already.
        """
        path = f"{_path(complaint_id)}/update-refund-progress"
        self._post(f"agree to refund of complaint {complaint_id}", path, body)

    def agreement_body(self) -> Json:
        """The refund is on its way today."""
        return {"action": "APPROVE", "launch_refund_day": 0}

    def fetch_photo(self, address: str) -> bytes:
        """A picture of a complaint. Asked of our own base address, whatever host it names."""
        path = urlsplit(address).path
        if not path.startswith(IMAGES):
            raise Refused("photo of complaint: a strange address", code="strange_address")
        core = self._core
        return fetch_file("photo of complaint", lambda: core.request(path, skip_verify=True))

    def upload_photo(self, picture: bytes) -> str:
        """Hand a picture in; the media id that an answer names it by."""
        content = as_jpeg(picture)
        meta = json.dumps({"filename": "photo.jpg", "sha256": hashlib.sha256(content).hexdigest()})
        core = self._core
        doing = "upload photo for complaint"
        answer = ask(
            doing,
            lambda: core.request(
                f"{IMAGES}upload",
                method=RequestType.POST,
                data={"meta": meta},
                sign_data=meta,
                files=[("file", ("photo.jpg", content, "image/jpeg"))],
            ),
            changes=False,
        )
        return understand(doing, lambda said: word(said["media_id"]), answer, changes=False)

    def be_told_at(self, url: str) -> None:
        """Have notices of complaints sent there from now on."""
        doing = "set complaint address"
        try:
            told = self._get(doing, ADDRESS)
        except Refused:
            self._post(doing, ADDRESS, {"url": url})
            return
        if told.get("url") != url:
            core = self._core
            ask(
                doing,
                lambda: core.request(ADDRESS, method=RequestType.PUT, data={"url": url}),
                changes=True,
            )

    def read_notice(
        self, headers: Mapping[str, str], body: bytes, *, received_at: datetime
    ) -> ComplaintNotice:
        """Verified; raises ForgedNotice or StaleNotice. `body` as received."""
        opened = open_notice(
            self._client,
            headers,
            body,
            public_key_id=self._channel.public_key_id,
            received_at=received_at,
        )
        expect(opened, original_type="complaint", events=EVENTS)
        try:
            return ComplaintNotice(
                reference=opened.reference,
                event_type=opened.event_type,
                complaint_id=word(opened.content["complaint_id"]),
                action=word(opened.content["action_type"]),
            )
        except UNREADABLE:
            raise unexpected(opened) from None

    @property
    def _core(self) -> Any:
        return self._client._core  # noqa: SLF001 - the library always names its own account

    def _page(self, first: date, last: date, *, offset: int) -> tuple[list[Complaint], int]:
        question = {
            "limit": MOST_PER_PAGE,
            "offset": offset,
            "begin_date": first.isoformat(),
            "end_date": last.isoformat(),
            "complainted_mchid": self._mchid,
        }
        doing = "list complaints"
        answer = self._get(doing, f"{BASE}?{urlencode(question)}")
        return understand(doing, self._read_page, answer, changes=False)

    def _read_page(self, answer: Json) -> tuple[list[Complaint], int]:
        return [self._read(mapping(row)) for row in answer["data"]], whole(answer["total_count"])

    def _read(self, said: Json) -> Complaint:
        about = mapping((said.get("complaint_order_info") or [{}])[0])
        sealed = word_or_none(said.get("payer_phone"))
        wish = said.get("apply_refund_amount")
        return Complaint(
            complaint_id=word(said["complaint_id"]),
            state=word(said["complaint_state"]),
            problem=str(said.get("problem_type") or "OTHERS"),
            # Some complain without a word.
            text=str(said.get("complaint_detail") or ""),
            phone=self._open(sealed) if sealed else None,
            payer_openid=word_or_none(said.get("payer_openid")),
            payment_number=word_or_none(about.get("out_trade_no")),
            asked_fen=whole(wish) if wish is not None else None,
            is_refunded=bool(said.get("complaint_full_refunded")),
            awaits_us=bool(said.get("incoming_user_response")),
            with_platform=bool(said.get("in_platform_service")),
            needs_answer_at_once=bool(said.get("need_immediate_service")),
            times=whole(said.get("user_complaint_times", 1)),
            opened_at=instant(said["complaint_time"]),
        )

    def _open(self, sealed: str) -> str | None:
        try:
            return str(self._client.decrypt(sealed))
        except ValueError:
            # Sealed for a key that was renewed since: the complaint counts all the same.
            return None

    def _get(self, doing: str, path: str) -> Json:
        core = self._core
        return ask(doing, lambda: core.request(path), changes=False)

    def _post(self, doing: str, path: str, question: Json) -> Json:
        core = self._core
        return ask(
            doing,
            lambda: core.request(path, method=RequestType.POST, data=question),
            changes=True,
        )


def as_jpeg(picture: bytes) -> bytes:
    """WeChat takes JPEG, PNG and BMP of 2 MB at most; ours are PNG and WebP of any size."""
    with Image.open(BytesIO(picture)) as given:
        plain = given.convert("RGB")
    plain.thumbnail((PHOTO_EDGE_PX, PHOTO_EDGE_PX))
    for quality in (PHOTO_QUALITY, PHOTO_QUALITY // 2):
        out = BytesIO()
        plain.save(out, "JPEG", quality=quality)
        if out.tell() <= LARGEST_PHOTO_BYTES:
            break
    return out.getvalue()


def _steps(answer: Json) -> list[Step]:
    return [_step(mapping(row)) for row in answer["data"]]


def _step(said: Json) -> Step:
    return Step(
        log_id=word(said["log_id"]),
        operator=str(said.get("operator") or ""),
        kind=word(said["operate_type"]),
        text=str(said.get("operate_details") or ""),
        at=instant(said["operate_time"]),
        media=tuple(word(each) for each in said.get("image_list") or ()),
    )


def _path(complaint_id: str) -> str:
    return f"{BASE}/{quote(complaint_id, safe='')}"
