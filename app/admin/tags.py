"""Words that members are kept under, for the audiences of campaigns."""

from flask import Blueprint, Response
from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length

from app.admin import door, pages
from app.admin.forms import Form, Needed, choices
from app.admin.needs import needs
from app.admin.numbering import mine
from app.domain import promotions
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import Invalid, NotFound
from app.kernel.numbers import Kind

bp = Blueprint("tags", __name__)
MOST_MEMBERS = 200
ADD, REMOVE = "add", "remove"


class TagForm(Form):
    tag = StringField(_("标签"), validators=[Needed(), Length(max=20)])
    members = TextAreaField(_("会员号"), validators=[Needed(), Length(max=5000)])
    what = SelectField(choices=choices([(ADD, _("加上标签")), (REMOVE, _("去掉标签"))]))


@bp.get("/<merchant>/tags")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    return _tags(TagForm(formdata=None))


@bp.post("/<merchant>/tags")
@needs(Role.MANAGER)
def change(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """All of these members, or none."""
    form = TagForm()
    if form.validate() and form.does(lambda: _change(form)):
        return pages.go("tags.index", words=_("已保存"))
    return _tags(form, status=422)


def _tags(form: TagForm, *, status: int = 200) -> Response:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        known = promotions.list_tags(merchant_id=here.merchant_id)
    return pages.page("tags/index.html", status=status, form=form, known=known)


def _change(form: TagForm) -> None:
    here, at = door.here(), clock.now()
    numbers = list(dict.fromkeys((form.members.data or "").replace(",", " ").split()))
    if len(numbers) > MOST_MEMBERS:
        raise Invalid(str(_("一次最多 200 位会员")), field="members")
    verb = promotions.tag if form.what.data == ADD else promotions.untag
    with transaction(merchant=here.merchant_id):
        for number in sorted(numbers):
            try:
                verb(
                    merchant_id=here.merchant_id,
                    member_number=mine(number, Kind.MEMBER),
                    tag=form.tag.data or "",
                    actor=here.actor,
                    at=at,
                )
            except NotFound as unknown:
                said = str(_("没有会员 %(number)s，全部没有保存", number=number[:40]))
                raise Invalid(said, field="members") from unknown
