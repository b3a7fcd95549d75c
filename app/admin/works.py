"""Long work: what runs, how far it is, what came of it. Everybody sees his own, owners see all."""

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _

from app.admin import actors, door, pages
from app.admin.needs import needs
from app.domain import works
from app.domain.merchants import Role
from app.domain.works import WorkView
from app.gateways import gateways
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import NotFound

bp = Blueprint("works", __name__)
PER_PAGE = 20


@bp.get("/<merchant>/works")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    of_all = request.args.get("of") == "all" and here.staff.is_at_least(Role.OWNER)
    with transaction(merchant=here.merchant_id):
        page = works.list_works(
            merchant_id=here.merchant_id,
            asked_by=None if of_all else here.actor,
            at=clock.now(),
            cursor=request.args.get("cursor"),
            limit=PER_PAGE,
        )
        names = actors.told(here.merchant_id, (each.asked_by for each in page.items))
    return pages.page("works/index.html", page=page, of_all=of_all, names=names)


@bp.get("/<merchant>/works/<int:work_id>")
@needs(Role.MANAGER)
def show(merchant: str, work_id: int) -> Response:  # noqa: ARG001 - the door reads it
    """The whole page; asked by htmx, how far it is, which asks again by itself until it is over."""
    here, at = door.here(), clock.now()
    with transaction(merchant=here.merchant_id):
        work = _mine(work_id)
        files = works.list_files(merchant_id=here.merchant_id, work_id=work_id, at=at)
        names = actors.told(here.merchant_id, [work.asked_by])
    template = "works/_progress.html" if pages.is_fragment() else "works/show.html"
    return pages.page(template, work=work, files=files, names=names)


@bp.post("/<merchant>/works/<int:work_id>/cancel")
@needs(Role.MANAGER)
def cancel(merchant: str, work_id: int) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        _mine(work_id)
        works.cancel(merchant_id=here.merchant_id, work_id=work_id, by=here.actor, at=clock.now())
    return pages.go("works.show", work_id=work_id, words=_("任务会在当前一步完成后停止"))


@bp.post("/<merchant>/works/<int:work_id>/retry")
@needs(Role.MANAGER)
def retry(merchant: str, work_id: int) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        _mine(work_id)
        works.retry(merchant_id=here.merchant_id, work_id=work_id, by=here.actor, at=clock.now())
    return pages.go("works.show", work_id=work_id, words=_("任务会从中断的地方继续"))


@bp.get("/<merchant>/works/<int:work_id>/files/<int:file_id>")
@needs(Role.MANAGER)
def file(merchant: str, work_id: int, file_id: int) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        _mine(work_id)
        found = works.find_file(
            merchant_id=here.merchant_id, work_id=work_id, file_id=file_id, at=clock.now()
        )
    content = gateways().results.read(found.key)
    if content is None:
        raise NotFound("The file is gone.")
    response = Response(content, content_type=found.media_type)
    response.headers["Content-Disposition"] = pages.attachment(found.name)
    response.headers["Content-Length"] = str(found.size_bytes)
    return response


def _mine(work_id: int) -> WorkView:
    """Raises NotFound, also for somebody else's."""
    here = door.here()
    found = works.get_work(merchant_id=here.merchant_id, work_id=work_id, at=clock.now())
    if found.asked_by != here.actor and not here.staff.is_at_least(Role.OWNER):
        raise NotFound("There is no such work of yours.")
    return found
