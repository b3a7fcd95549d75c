"""How the work behind the pages goes, and what of it waits for a person."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _

from app.admin import door, pages
from app.admin.needs import needs
from app.domain import shipping
from app.domain.merchants import Role
from app.kernel import audit, clock, outbox, outbox_desk
from app.kernel.db import transaction
from app.kernel.errors import NotFound
from app.web import standing

bp = Blueprint("operations", __name__)
PER_PAGE = 20
MOST_STUCK = 20


@bp.get("/<merchant>/operations")
@needs(Role.MANAGER)
def show(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here, at = door.here(), clock.now()
    with transaction(merchant=here.merchant_id):
        found = standing.needs_now(merchant_id=here.merchant_id, at=at)
        dead = outbox_desk.list_dead(
            merchant_id=here.merchant_id, cursor=request.args.get("cursor"), limit=PER_PAGE
        )
        stuck = shipping.list_open(merchant_id=here.merchant_id, limit=MOST_STUCK)
    machines = standing.machines(at=at)
    known: dict[str, Any] = {
        "needs": found,
        "page": dead,
        "stuck": stuck,
        "machines": machines,
        "lag_minutes": _minutes(found.jobs.oldest_at, at),
        "beats": _beats(machines),
    }
    return pages.page("operations/show.html", **known)


@bp.post("/<merchant>/operations/jobs/<int:job_id>/retry")
@needs(Role.MANAGER)
def retry(merchant: str, job_id: int) -> Response:  # noqa: ARG001 - the door reads it
    here, at = door.here(), clock.now()
    with transaction(merchant=here.merchant_id):
        if not outbox.revive(merchant_id=here.merchant_id, task_id=job_id, at=at):
            raise NotFound("There is no such job that was given up.")
        audit.record(
            merchant_id=here.merchant_id,
            actor=here.actor,
            action="operations.retry",
            subject=f"job:{job_id}",
            details={"before": {"state": "given_up"}, "after": {"state": "waiting"}},
            at=at,
        )
    standing.forget()
    return pages.go("operations.show", words=_("已重新排队，稍后会再试一次"))


@bp.get("/<merchant>/operations/banner")
@needs(Role.MANAGER)
def banner(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """What every page shows above itself while something waits for a person."""
    here, at = door.here(), clock.now()
    with transaction(merchant=here.merchant_id):
        found = standing.needs_of(merchant_id=here.merchant_id, at=at)
    return pages.page("operations/_banner.html", needs=found)


def _beats(machines: standing.Machines | None) -> list[tuple[str, datetime | None]]:
    processes = machines.processes if machines else {}
    return [
        (name, datetime.fromisoformat(beat) if beat else None) for name, beat in processes.items()
    ]


def _minutes(since: datetime | None, at: datetime) -> int:
    return max(0, int((at - since).total_seconds() // 60)) if since else 0
