"""The listing of everything that answers, made from the routes and what their views say."""

import inspect
import re
import sys
from typing import Any

from flask import Blueprint, current_app
from werkzeug.routing import Rule

from app.simulator.control.covers import COVERS

AREAS = {
    "/v3/": "微信支付",
    "/brand/": "微信支付",
    "/_sim/": "仿真控制",
    "/card/": "卡券",
    "/wxa/": "小程序",
    "/sns/": "登录与网页授权",
    "/connect/": "登录与网页授权",
    "/cgi-bin/": "公众号与小程序",
}
PAGES = "网页"
HIDDEN_METHODS = frozenset({"HEAD", "OPTIONS"})
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")

listing = Blueprint("listing", __name__, url_prefix="/_sim")


@listing.get("/covers")
def covers() -> dict[str, Any]:
    """What is simulated, call by call; what is not, and where it is known to differ."""
    return {"covered": listed(), **COVERS}


@listing.get("/openapi.json")
def openapi() -> dict[str, Any]:
    """The same in the shape of OpenAPI 3.1: addresses, methods and what the views say."""
    paths: dict[str, dict[str, Any]] = {}
    for product in listed():
        for call in product["calls"]:
            operation = _operation(product, call)
            paths.setdefault(call["path"], {}).update(dict.fromkeys(call["methods"], operation))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "WeChat simulator",
            "version": "1",
            "description": "\n".join(COVERS["not_covered"]),
        },
        "tags": [{"name": each["product"]} for each in listed()],
        "paths": paths,
    }


def listed() -> list[dict[str, Any]]:
    """{product, area, about, calls [{methods, path, says}]} per blueprint, by area."""
    rules = sorted(current_app.url_map.iter_rules(), key=str)
    products: dict[str, dict[str, Any]] = {}
    for rule in rules:
        if rule.endpoint.endswith(".static"):
            continue
        name = rule.endpoint.rpartition(".")[0]
        product = products.setdefault(name, {"product": name, **_about(rule), "calls": []})
        product["calls"].append(_call(rule))
    return sorted(products.values(), key=lambda each: (each["area"], each["product"]))


def _about(rule: Rule) -> dict[str, str]:
    view = current_app.view_functions[rule.endpoint]
    told = inspect.getdoc(sys.modules[view.__module__]) or ""
    path = str(rule)
    area = next((words for start, words in AREAS.items() if path.startswith(start)), PAGES)
    return {"area": area, "about": told.partition("\n")[0]}


def _call(rule: Rule) -> dict[str, Any]:
    methods = sorted(each.lower() for each in (rule.methods or set()) - HIDDEN_METHODS)
    says = inspect.getdoc(current_app.view_functions[rule.endpoint]) or ""
    return {"methods": methods, "path": ARGUMENT.sub(r"{\1}", str(rule)), "says": says}


def _operation(product: dict[str, Any], call: dict[str, Any]) -> dict[str, Any]:
    names = re.findall(r"{(\w+)}", call["path"])
    return {
        "tags": [product["product"]],
        "summary": call["says"].partition("\n")[0],
        "description": call["says"],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in names
        ],
        "responses": {"default": {"description": "as the platform answers"}},
    }
