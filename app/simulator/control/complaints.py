"""Complaints from the person's side: make one, go on with it, and what the platform says."""

import base64
import binascii
from typing import Any

from flask import Blueprint, Response, abort

from app.simulator.control.reading import asked, user_named
from app.simulator.pay.complaints.complaining import DOINGS, NotPossible, complain, platform_says
from app.simulator.pay.complaints.state import Complaint, Complaints
from app.simulator.pay.complaints.views import PROBLEMS, complaint_view, step_view
from app.simulator.pay.images import Images, mime_of
from app.simulator.pay.state import Order
from app.simulator.pay.uploads import Upload
from app.simulator.people import User
from app.simulator.world import World, here

complaints = Blueprint("complaints", __name__, url_prefix="/_sim")


@complaints.post("/users/<name>/complain")
def new(name: str) -> dict[str, Any]:
    """{transaction_id, text, problem_type?, …}: complain of an order this person paid.

    Also refund_fen?, images?, tells_phone?, needs_immediate_service?; problem_type is REFUND,
    SERVICE_NOT_WORK or OTHERS; an image is a PNG in base64.
    """
    body = asked()
    world = here()
    with world.lock:
        user = user_named(world, name)
        order = _paid_by(world, user, body.get("transaction_id"))
        try:
            complaint = complain(
                world,
                user=user,
                order=order,
                text=body.get("text") or "对订单有疑问",
                problem_type=_problem(body),
                refund_fen=int(body.get("refund_fen", 0)),
                images=_images(world, body, mchid=order.merchant.mchid),
                tells_phone=bool(body.get("tells_phone", True)),
                needs_immediate_service=bool(body.get("needs_immediate_service", False)),
            )
        except NotPossible as why:
            abort(409, str(why))
        return _told(complaint)


@complaints.post("/users/<name>/complaints/<complaint_id>/<doing>")
def go_on(name: str, complaint_id: str, doing: str) -> dict[str, Any]:
    """{text?, images?}: go on with a complaint.

    reply, again, confirm, revoke, apply-platform-service, cancel-platform-service.
    """
    if doing not in DOINGS:
        abort(404, f"one of {', '.join(DOINGS)}")
    body = asked()
    world = here()
    with world.lock:
        complaint = _complaint(world, complaint_id)
        if complaint.user is not user_named(world, name):
            abort(404, f"{name} did not make this complaint")
        images = _images(world, body, mchid=complaint.merchant.mchid)
        try:
            DOINGS[doing](world, complaint, text=body.get("text", ""), images=images)
        except NotPossible as why:
            abort(409, str(why))
        return _told(complaint)


@complaints.get("/users/<name>/complaints")
def of(name: str) -> list[dict[str, Any]]:
    """The complaints of a person with their histories, oldest first."""
    world = here()
    with world.lock:
        user = user_named(world, name)
        return [_told(each) for each in world.part(Complaints).all.values() if each.user is user]


@complaints.get("/complaints")
def every() -> list[dict[str, Any]]:
    """All complaints with their histories, oldest first."""
    world = here()
    with world.lock:
        return [_told(each) for each in world.part(Complaints).all.values()]


@complaints.post("/complaints/<complaint_id>/platform")
def platform(complaint_id: str) -> dict[str, Any]:
    """{text?, finishes?}: the platform's people write to both, or end their help."""
    body = asked()
    world = here()
    with world.lock:
        complaint = _complaint(world, complaint_id)
        text, finishes = body.get("text", ""), bool(body.get("finishes", False))
        platform_says(world, complaint, text=text, finishes=finishes)
        return _told(complaint)


@complaints.get("/images/<media_id>")
def picture(media_id: str) -> Response:
    """A picture of a complaint, as the phone shows it."""
    world = here()
    with world.lock:
        image = world.part(Images).kept.get(media_id)
    if image is None:
        abort(404, "no such picture")
    return Response(image.content, mimetype=mime_of(image))


def _told(complaint: Complaint) -> dict[str, Any]:
    steps = [{**step_view(each), "images": list(each.images)} for each in complaint.steps]
    told = {key: text for key, text in complaint_view(complaint).items() if key != "payer_phone"}
    return {**told, "name": complaint.user.name, "history": steps}


def _complaint(world: World, complaint_id: str) -> Complaint:
    complaint = world.part(Complaints).all.get(complaint_id)
    if complaint is None:
        abort(404, f"no complaint {complaint_id}")
    return complaint


def _paid_by(world: World, user: User, transaction_id: object) -> Order:
    theirs = (
        order
        for (_, number), order in world.pay.paid.items()
        if number == transaction_id and order.openid in user.openids.values()
    )
    order = next(theirs, None)
    if order is None:
        abort(404, f"{user.name} paid no {transaction_id}")
    return order


def _problem(body: dict[str, Any]) -> str:
    problem = str(body.get("problem_type", "OTHERS"))
    if problem not in PROBLEMS:
        abort(400, f"one of {', '.join(PROBLEMS)}")
    return problem


def _images(world: World, body: dict[str, Any], *, mchid: str) -> tuple[str, ...]:
    return tuple(_keep(world, each, mchid=mchid) for each in body.get("images", []))


def _keep(world: World, text: str, *, mchid: str) -> str:
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        abort(400, "an image is a PNG in base64")
    upload = Upload(filename="complaint.png", content=content)
    return world.part(Images).keep(upload, mchid=mchid)
