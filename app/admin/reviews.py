"""Helps that risk control holds back: what speaks against them, and a decision."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import Length

from app.admin import door, pages
from app.admin.forms import Form, Needed
from app.admin.needs import needs
from app.admin.numbering import mine
from app.domain import assist
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.numbers import Kind

bp = Blueprint("reviews", __name__)
A_PAGE = 20


class Decide(Form):
    reason = StringField(_("理由"), validators=[Needed(), Length(max=200)])


@bp.get("/<merchant>/reviews")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """The oldest first."""
    return _reviews(Decide())


@bp.post("/<merchant>/reviews/<number>/approve")
@needs(Role.MANAGER)
def approve(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    return _decide(number, assist.approve, str(_("已通过，助力计数并发放奖励")))


@bp.post("/<merchant>/reviews/<number>/reject")
@needs(Role.MANAGER)
def reject(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    return _decide(number, assist.reject, str(_("已驳回，名额已释放")))


def _reviews(form: Decide, *, about: str = "", status: int = 200) -> Response:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        page = assist.list_reviews(
            merchant_id=here.merchant_id, cursor=request.args.get("cursor"), limit=A_PAGE
        )
    return pages.page("reviews/index.html", status=status, page=page, form=form, about=about)


def _decide(number: str, verb: Callable[..., Any], words: str) -> Response:
    form, here, number = Decide(), door.here(), mine(number, Kind.HELP)

    def decided() -> None:
        with transaction(merchant=here.merchant_id):
            verb(
                merchant_id=here.merchant_id,
                number=number,
                reason=form.reason.data,
                actor=here.actor,
                at=clock.now(),
            )

    if form.validate() and form.does(decided):
        return pages.go("reviews.index", words=words)
    return _reviews(form, about=number, status=422)
