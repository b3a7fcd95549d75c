"""The documentation for people: our own small page, which asks nobody else for anything."""

from apiflask import APIBlueprint
from flask import Response

bp = APIBlueprint(
    "docs",
    __name__,
    enable_openapi=False,
    static_folder="static",
    static_url_path="/api/docs/static",
)

ONLY_OURS = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@bp.get("/api/docs")
def page() -> Response:
    response = bp.send_static_file("docs.html")
    response.headers["Content-Security-Policy"] = ONLY_OURS
    return response
