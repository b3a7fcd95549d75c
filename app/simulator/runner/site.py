"""The files of a mini-program's build, with the shop put into its placeholders."""

import mimetypes
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, request

from app.simulator.runner.forwarding import forward

API_PLACEHOLDER, MERCHANT_PLACEHOLDER = "https://api.kabao.invalid", "M0000000000000000"
HOSTS = frozenset({"127.0.0.1", "localhost"})
FORWARD = "/forward"
# Pictures of a template and of Vue are styled by attribute; a script never is.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; object-src 'none'; frame-ancestors {phone}"
)
LARGEST_BODY_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Runner:
    """What is run: the folder of the build, the shop's server and number, the phone around it."""

    folder: Path
    api: str
    merchant: str
    phone: str


def create_runner(runner: Runner) -> Flask:
    """The runner as a Flask app. Raises FileNotFoundError when there is no build."""
    if not (runner.folder / "index.html").is_file():
        raise FileNotFoundError(f"no build in {runner.folder}; `make frontend` makes one")
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY_BYTES
    app.extensions["runner"] = runner
    app.before_request(_refuse_other_names)
    app.after_request(_protect)
    app.add_url_rule("/", view_func=_index)
    app.add_url_rule("/<path:name>", view_func=_file)
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    app.add_url_rule(f"{FORWARD}/<path:rest>", view_func=_forward, methods=methods)
    return app


def _index() -> Response:
    return _told("index.html")


def _file(name: str) -> Response:
    return _told(name)


def _forward(rest: str) -> Response:
    return forward(_runner().api, rest)


def _told(name: str) -> Response:
    folder = _runner().folder.resolve()
    path = (folder / name).resolve()
    if not path.is_relative_to(folder) or not path.is_file():
        abort(404)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    body = path.read_bytes()
    if path.suffix == ".js":
        body = _filled(body)
    return Response(body, mimetype=kind)


def _filled(script: bytes) -> bytes:
    runner = _runner()
    here = request.host_url.rstrip("/") + FORWARD
    return script.replace(API_PLACEHOLDER.encode(), here.encode()).replace(
        MERCHANT_PLACEHOLDER.encode(), runner.merchant.encode()
    )


def _refuse_other_names() -> None:
    """A name that leads here by somebody else's DNS is refused."""
    if urlsplit(f"//{request.host}").hostname not in HOSTS:
        abort(421)


def _protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY.format(phone=_runner().phone)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers.setdefault("Cache-Control", "no-cache")
    return response


def _runner() -> Runner:
    runner = current_app.extensions["runner"]
    if not isinstance(runner, Runner):
        raise TypeError("not a runner")
    return runner
