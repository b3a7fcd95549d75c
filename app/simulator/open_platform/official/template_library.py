"""The account's templates: /cgi-bin/template/…"""

from typing import Any

from flask import Blueprint

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.official.state import official_of, templates_of
from app.simulator.open_platform.reading import calling_app, json_body
from app.simulator.settings import Template
from app.simulator.signing import nonce_text
from app.simulator.world import here

MOST_TEMPLATES = 25
OK = {"errcode": 0, "errmsg": "ok"}
ID_LENGTH = 43

template_library = Blueprint("template_library", __name__)


@template_library.post("/cgi-bin/template/api_add_template")
def add() -> dict[str, Any]:
    """Take a template out of the library.

    Reads template_id_short and keyword_name_list (a list of names, 47001). A 26th is 45026. The
    library here has whatever is asked for; its keywords become thing1, thing2, …
    """
    world = here()
    with world.lock:
        app = calling_app(world, kind="oa")
        body = json_body()
        names = body.get("keyword_name_list")
        if not body.get("template_id_short") or not isinstance(names, list):
            raise OpenRefused(47001)
        mine = templates_of(world, app)
        if len(mine) >= MOST_TEMPLATES:
            raise OpenRefused(45026)
        fields = {f"thing{number}": str(name) for number, name in enumerate(names, start=1)}
        template_id = nonce_text(ID_LENGTH)
        mine[template_id] = Template(title=f"模板 {body['template_id_short']}", fields=fields)
    return {**OK, "template_id": template_id}


@template_library.get("/cgi-bin/template/get_all_private_template")
def every() -> dict[str, Any]:
    """All templates of the account."""
    world = here()
    with world.lock:
        mine = dict(templates_of(world, calling_app(world, kind="oa")))
    return {"template_list": [_told(number, each) for number, each in mine.items()]}


@template_library.post("/cgi-bin/template/del_private_template")
def delete() -> dict[str, Any]:
    """Give a template up. Reads template_id, 40037 when the account does not have it."""
    world = here()
    with world.lock:
        mine = templates_of(world, calling_app(world, kind="oa"))
        if mine.pop(str(json_body().get("template_id", "")), None) is None:
            raise OpenRefused(40037)
    return dict(OK)


@template_library.post("/cgi-bin/template/api_set_industry")
def set_industry() -> dict[str, Any]:
    """Reads industry_id1 and industry_id2 (45027 when one is missing)."""
    world = here()
    with world.lock:
        app = calling_app(world, kind="oa")
        body = json_body()
        first, second = (str(body.get(name) or "") for name in ("industry_id1", "industry_id2"))
        if not first or not second:
            raise OpenRefused(45027)
        official_of(world).industries[app.appid] = (first, second)
    return dict(OK)


@template_library.get("/cgi-bin/template/get_industry")
def industry() -> dict[str, Any]:
    """The two industries, named by their ids."""
    world = here()
    with world.lock:
        app = calling_app(world, kind="oa")
        first, second = official_of(world).industries.get(app.appid, ("", ""))
    return {
        "primary_industry": {"first_class": first, "second_class": ""},
        "secondary_industry": {"first_class": second, "second_class": ""},
    }


def _told(template_id: str, template: Template) -> dict[str, Any]:
    content = "\n".join(f"{label}:{{{{{key}.DATA}}}}" for key, label in template.fields.items())
    return {
        "template_id": template_id,
        "title": template.title,
        "primary_industry": "",
        "deputy_industry": "",
        "content": content,
        "example": "",
    }
