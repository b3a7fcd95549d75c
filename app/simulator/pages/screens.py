"""The HTML itself: a start page, phones side by side, the control desk, the listing."""

from flask import Blueprint, Response, render_template, request

from app.simulator.control.covers import COVERS
from app.simulator.control.listing import listed
from app.simulator.pages.slot import slot_url
from app.simulator.world import here

# Nothing comes from elsewhere; only what runs on this machine is shown inside a phone.
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; frame-src http://127.0.0.1:* http://localhost:*; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)

screens = Blueprint(
    "screens",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/_sim/static",
)


@screens.after_request
def protect(response: Response) -> Response:
    """No script, style or picture from elsewhere, and no frame around these pages."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-cache"
    return response


@screens.get("/")
def start_page() -> str:
    """Who has a phone, and where the desks are."""
    return render_template("start.html", people=_names())


@screens.get("/phone")
def phones() -> str:
    """?people=小美,小张: their phones side by side; without it, the first person's."""
    known = _names()
    asked = [each.strip() for each in request.args.get("people", "").split(",")]
    shown = [each for each in dict.fromkeys(asked) if each in known]
    return render_template("phone.html", shown=shown or known[:1], slot_url=slot_url(here()))


@screens.get("/control")
def control() -> str:
    """The platform's desk: faults, the clock, what was said, money, apps, people."""
    return render_template("control.html")


@screens.get("/covers")
def covers() -> str:
    """The listing of what is covered, as a page."""
    return render_template("covers.html", products=listed(), covers=COVERS)


def _names() -> list[str]:
    world = here()
    with world.lock:
        return [each.name for each in world.people.all()]
