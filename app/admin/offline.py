"""Taking vouchers without network: who may, what came up, what a manager must judge."""

import base64
import binascii
from collections.abc import Iterator, Sequence

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import Length, NumberRange

from app.admin import door, pages, till_store
from app.admin.forms import Form, Needed, YuanField
from app.admin.needs import needs
from app.domain import offline
from app.domain.merchants import NotOnDuty, Role
from app.domain.offline import Link, Outcome, Rules
from app.domain.risk import TooOften
from app.domain.vouchers import VoucherRefusal
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import Invalid
from app.web import attempts, parse
from app.web.answers import answer
from app.web.words import Asked, Fen, Told

bp = Blueprint("offline", __name__)
PER_PAGE, MOST_LINKS = 30, 50
# What the page without network is made of; the worker keeps these.
KEPT = (
    "vendor/tabler.min.css",
    "panel.css",
    "till.css",
    "till.js",
    "till-offline.js",
    "vendor/jsQR.js",
    "icon.svg",
)
REFUSALS = {"not_on_duty": _("店员已不在该门店"), "invalid": _("券码不正确")}


class SetRules(Form):
    is_on = BooleanField(_("允许断网时离线核销"))
    most_minutes = IntegerField(
        _("扫码后最多几分钟内上传"),
        validators=[Needed(), NumberRange(1, 720, message=_("1–720 分钟"))],
    )
    most_scans = IntegerField(
        _("每人每天最多核销次数"),
        validators=[Needed(), NumberRange(1, 500, message=_("1–500 次"))],
    )
    most_value = YuanField(_("每人每天最多核销金额（元）"), validators=[Needed()])


class Close(Form):
    reason = StringField(_("处理说明"), validators=[Needed(), Length(max=200)])


class Enrol(Asked):
    """`key`: the public half, SubjectPublicKeyInfo in base64."""

    key: str


class EnrolledView(Told):
    device: str
    ends_ms: int


class LinkAsked(Asked):
    device: str
    counter: int
    previous: str
    attempt: str
    code: str
    scanned_ms: int
    signature: str
    spend_fen: Fen | None = None


class Upload(Asked):
    links: list[LinkAsked]


class OutcomeView(Told):
    """`words` is empty where it was redeemed."""

    counter: int
    redemption: str | None
    words: str


class UploadView(Told):
    """`is_broken`: the chain does not fit; its device is revoked. `is_full`: the rest comes later."""

    outcomes: list[OutcomeView]
    is_broken: bool = False
    is_full: bool = False


@bp.get("/<merchant>/till/shell")
@needs(Role.CLERK)
def shell(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """The till as it opens without network: nobody's name in it, and no secret."""
    return pages.page("till/shell.html")


@bp.get("/<merchant>/till/worker.js")
@needs(Role.CLERK)
def worker(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """Stands between the till's page and the network; the rest of the panel does without."""
    files = [pages.asset(name) for name in KEPT]
    files.append(url_for("panel.static", filename="vendor/icons.svg"))
    script = render_template("admin/till/worker.js", files=files)
    return make_response(script, 200, {"Content-Type": "text/javascript; charset=utf-8"})


@bp.post("/<merchant>/till/enrol")
@needs(Role.CLERK)
def enrol(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here, counter, wanted = door.here(), till_store.at_counter(), parse.body(Enrol)
    with transaction(merchant=here.merchant_id):
        made = offline.enrol(
            merchant_id=here.merchant_id,
            staff_id=here.staff.staff_id,
            store_id=counter.id,
            session_id=here.staff.session_id,
            public_key=_bytes(wanted.key),
            agent=door.browser().agent,
            at=clock.now(),
        )
    return answer(
        EnrolledView(device=made.handle, ends_ms=int(made.ends_at.timestamp() * 1000)), 201
    )


@bp.post("/<merchant>/till/upload")
@needs(Role.CLERK)
def upload(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """Each link once, in order; what was refused stays for a manager to judge."""
    links = [_link(asked) for asked in parse.body(Upload).links[:MOST_LINKS]]
    told: list[OutcomeView] = []
    for link in links:
        try:
            outcome = _take(link)
        except offline.ChainBroken:
            _note_broken(link)
            return answer(UploadView(outcomes=told, is_broken=True), 409)
        except TooOften:
            return answer(UploadView(outcomes=told, is_full=True))
        told.append(_view(outcome))
    return answer(UploadView(outcomes=told))


@bp.get("/<merchant>/till/offline")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    return _offline()


@bp.post("/<merchant>/till/offline/rules")
@needs(Role.OWNER, is_dear=True)
def set_rules(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form = SetRules()
    if form.validate() and form.does(lambda: _set_rules(form)):
        return pages.go("offline.index", words=_("离线核销设置已保存"))
    return _offline(form, status=422)


@bp.post("/<merchant>/till/offline/devices/<handle>/revoke")
@needs(Role.MANAGER)
def revoke(merchant: str, handle: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        offline.revoke(
            merchant_id=here.merchant_id,
            handle=handle,
            actor=here.actor,
            reason="by a manager",
            at=clock.now(),
        )
    return pages.go("offline.index", words=_("设备已停用，未上传的扫码不会自动核销"))


@bp.post("/<merchant>/till/offline/conflicts/<int:conflict_id>/close")
@needs(Role.MANAGER)
def close(merchant: str, conflict_id: int) -> Response:  # noqa: ARG001 - the door reads it
    here, form = door.here(), Close()

    def close_it() -> None:
        with transaction(merchant=here.merchant_id):
            offline.close_conflict(
                merchant_id=here.merchant_id,
                conflict_id=conflict_id,
                reason=(form.reason.data or "").strip(),
                actor=here.actor,
                at=clock.now(),
            )

    if form.does(close_it):
        return pages.go("offline.index", words=_("冲突已处理"))
    return _offline(refusals=form.refusals, status=422)


def _offline(
    form: SetRules | None = None, *, refusals: Sequence[str] = (), status: int = 200
) -> Response:
    here = door.here()
    is_open = request.args.get("shown") != "all"
    with transaction(merchant=here.merchant_id):
        rules = offline.get_rules(merchant_id=here.merchant_id)
        devices = offline.list_devices(merchant_id=here.merchant_id, limit=PER_PAGE)
        conflicts = offline.list_conflicts(
            merchant_id=here.merchant_id,
            limit=PER_PAGE,
            is_open=is_open,
            cursor=request.args.get("cursor"),
        )
    shown = form or SetRules(
        formdata=None,
        is_on=rules.is_on,
        most_minutes=rules.most_minutes,
        most_scans=rules.most_scans,
        most_value=rules.most_value_fen,
    )
    return pages.page(
        "till/offline.html",
        status=status,
        form=shown,
        refusals=refusals,
        rules=rules,
        devices=devices.items,
        conflicts=conflicts,
        is_open=is_open,
        said=said_of,
        now=clock.now(),
        is_owner=here.staff.is_at_least(Role.OWNER),
    )


def _set_rules(form: SetRules) -> None:
    here = door.here()
    rules = Rules(
        is_on=form.is_on.data,
        most_minutes=form.most_minutes.data,
        most_scans=form.most_scans.data,
        most_value_fen=form.most_value.data or 0,
    )
    with transaction(merchant=here.merchant_id):
        offline.set_rules(
            merchant_id=here.merchant_id, rules=rules, actor=here.actor, at=clock.now()
        )


def _take(link: Link) -> Outcome:
    here, at = door.here(), clock.now()
    which = {"merchant_id": here.merchant_id, "staff_id": here.staff.staff_id}
    attempts.count(link.code, merchant_id=here.merchant_id, actor=here.actor)
    try:
        with transaction(merchant=here.merchant_id):
            return offline.take(**which, link=link, at=at)
    except (VoucherRefusal, NotOnDuty) as refusal:
        with transaction(merchant=here.merchant_id):
            return offline.set_aside(**which, link=link, refusal=refusal.code, at=at)


def _note_broken(link: Link) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        offline.note_broken(
            merchant_id=here.merchant_id, staff_id=here.staff.staff_id, link=link, at=clock.now()
        )


def _view(outcome: Outcome) -> OutcomeView:
    said = said_of(outcome.refusal) if outcome.refusal else ""
    return OutcomeView(counter=outcome.counter, redemption=outcome.redemption, words=said)


def said_of(code: str) -> str:
    """What the clerk reads of a refusal, by its code."""
    if code in REFUSALS:
        return str(REFUSALS[code])
    told = next((each.clerk_text for each in _refusals(VoucherRefusal) if each.code == code), "")
    return told or str(_("不符合使用条件"))


def _refusals(of: type[VoucherRefusal]) -> Iterator[type[VoucherRefusal]]:
    for each in of.__subclasses__():
        yield each
        yield from _refusals(each)


def _link(asked: LinkAsked) -> Link:
    return Link(
        device=asked.device[:40],
        counter=asked.counter,
        previous=asked.previous,
        attempt=asked.attempt,
        code=asked.code,
        spend_fen=asked.spend_fen,
        scanned_ms=asked.scanned_ms,
        signature=_bytes(asked.signature),
    )


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text[:1000], validate=True)
    except (binascii.Error, ValueError) as nonsense:
        raise Invalid("This is no base64.") from nonsense
