"""The first page behind the door."""

from flask import Blueprint, Response

from app.admin import pages
from app.admin.needs import needs
from app.domain.merchants import Role

bp = Blueprint("overview", __name__)


@bp.get("/<merchant>/")
@needs(Role.CLERK)
def show(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    return pages.page("overview.html")
