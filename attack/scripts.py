"""Scripts in everything that people and shops can say, seen in a real browser; and in answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.parsers import expat

import orjson

from attack.panel import a_panel
from attack.stage import Stage
from attack.tally import Tally
from attack.words import COMPUTED, MARK, plant
from tests.admin.chromium import a_page, launched, playing
from tests.admin.looking import addresses, is_page
from tests.builders.doors import Door
from tests.builders.merchants import a_merchant
from tests.walks.calls import GUEST
from tests.walks.complaining import a_complaint
from tests.walks.table import WAYS

QUICK_PAGES, QUICK_SCREENS, QUICK_ROUTES = 10, 4, 12
PATIENCE_MS = 20_000
SETTLE_MS = 400
# What would happen if a script of a stranger's ran, and what would be there before it ran.
SNARE = """
  window.__found = [];
  const note = what => (...said) => { window.__found.push(what + ": " + String(said[0]).slice(0, 99)); };
  for (const name of ["alert", "confirm", "prompt", "print", "sprung"]) window[name] = note(name);
  document.addEventListener("securitypolicyviolation", one => {
    if (one.violatedDirective.startsWith("script") || one.violatedDirective.startsWith("img"))
      window.__found.push("policy: " + one.violatedDirective + " " + one.blockedURI + " " + (one.sample || ""));
  });
"""
LOOK = """([mark, computed]) => {
  const found = [...(window.__found || [])];
  for (const one of document.querySelectorAll(`[${mark}]`))
    found.push("element: " + one.outerHTML.slice(0, 120));
  for (const one of document.querySelectorAll("*"))
    for (const each of one.attributes) {
      if (each.name.startsWith("on") && each.value.includes("sprung")) found.push("handler: " + each.name);
      if (/^(href|src|action|formaction)$/.test(each.name) && /^\\s*(javascript|data:text)/i.test(each.value))
        found.push("address: " + each.value.slice(0, 80));
    }
  const words = document.body ? document.body.innerText : "";
  const fields = [...document.querySelectorAll("input, textarea")].map(one => one.value).join(" ");
  if (words.includes(computed)) found.push("a template was computed");
  return {found, shown: words.includes(mark) || fields.includes(mark)};
}"""
SCREENS = (
    "pages/index/index",
    "pages/wallet/index",
    "pages/me/index",
    "pages/offer/show?offer={offer}",
    "pages/offer/search",
    "pages/campaigns/index",
    "pages/orders/index",
    "pages/gift/list",
    "pages/share/list",
    "pages/complaints/index",
    "pages/voucher/show?voucher={voucher}",
    "pages/voucher/code?voucher={voucher}",
    "pages/complaints/show?complaint={ticket}",
    "pages/offer/checkout?offer={offer}",
    "pages/member/profile",
    "pages/member/level",
    "pages/member/points",
    "pages/member/value",
    "pages/member/messages",
    "pages/monthly/index",
    "pages/bookings/index",
    "pages/family/index",
)
CDATA_END = "]]><script>sprung(1)</script><![CDATA["


def run(stage: Stage, tally: Tally) -> None:
    with a_panel(stage) as panel, a_browser() as browser:
        taken = plant(stage, panel.id)
        _pages(stage, tally, browser, panel)
        _screens(stage, tally, browser)
        _answers(stage, tally)
        _replies(stage, tally)
    columns = sum(bool(count) for count in taken.values())
    tally.note(
        f"a payload stood in {columns} columns, {sum(taken.values())} rows of the panel's shop"
    )


@contextmanager
def a_browser() -> Iterator[Any]:
    with playing() as playwright, launched(playwright) as browser:
        yield browser


def _pages(stage: Stage, tally: Tally, browser: Any, panel: Any) -> None:
    """Every page of the panel, as its owner sees it."""
    inside = panel.owner.inside
    inside.path("/")
    paths = addresses(stage.app, inside, panel.things)
    shown = 0
    with a_page(browser, stage.url, inside) as (page, context, _seen):
        context.add_init_script(SNARE)
        for name, path in stage.some(paths, quick=QUICK_PAGES):
            if not is_page(inside, path):
                continue
            page.goto(stage.url + path, timeout=PATIENCE_MS)
            told = look(page)
            shown += told["shown"]
            tally.expect(not told["found"], f"panel, {name}: {told['found'][:3]}")
    _control(shown, "no page of the panel shows a payload")
    tally.note(f"{shown} pages of the panel show a payload as text")


def look(page: Any) -> Any:
    """What of a payload came to life on this page, and whether it is to be read there."""
    page.wait_for_timeout(SETTLE_MS)
    return page.evaluate(LOOK, [MARK, COMPUTED])


def _screens(stage: Stage, tally: Tally, browser: Any) -> None:
    """The customer's app as a web page, as a member sees it who is signed in."""
    ours = stage.town.ours
    stage.forget_counts()
    numbers = stage.town.make(_things_of_ours, ours)
    plant(stage, ours.id)
    context = browser.new_context(viewport={"width": 375, "height": 812}, locale="zh-CN")
    try:
        kept = {"token": ours.member.bearer, "member": ours.member.who.number}
        stored = orjson.dumps([f"{ours.number}:session", orjson.dumps(kept).decode()]).decode()
        context.add_init_script(f"(([name, told]) => localStorage.setItem(name, told))({stored})")
        context.add_init_script(SNARE)
        page, shown = context.new_page(), 0
        for screen in stage.some(list(SCREENS), quick=QUICK_SCREENS):
            # Else only the part behind the # would change, and the page would stay.
            page.goto("about:blank")
            address = f"{stage.url}/h5/{ours.number}/#/{screen.format(**numbers)}"
            page.goto(address, timeout=PATIENCE_MS)
            page.wait_for_timeout(SETTLE_MS)
            told = look(page)
            shown += told["shown"]
            tally.expect(not told["found"], f"app, {screen}: {told['found'][:3]}")
    finally:
        context.close()
    _control(shown, "no screen of the app shows a payload")
    tally.note(f"{shown} screens of the app show a payload as text")


def _things_of_ours(house: Any) -> dict[str, str]:
    return {
        "offer": house.offer.number,
        "voucher": house.voucher().number,
        "ticket": a_complaint(house),
    }


def _answers(stage: Stage, tally: Tally) -> None:
    """No answer to a program may be taken for a page by a browser."""
    reading = [route for route in sorted(WAYS) if route.startswith("GET /api/v1")]
    shown = 0
    for route in stage.some(reading, quick=QUICK_ROUTES):
        stage.forget_counts()
        call, person = stage.town.call_for(route), stage.town.rightful(route)[0]
        plant(stage, stage.town.ours.id)
        answer = stage.town.send(route, call, bearer=person and person.bearer)
        has_mark = MARK in answer.text
        shown += has_mark
        is_page = answer.content_type.startswith(
            ("text/html", "image/svg", "application/xhtml", "text/xml")
        )
        is_sniffed = answer.headers.get("X-Content-Type-Options") != "nosniff"
        tally.expect(not (has_mark and (is_page or is_sniffed)), f"{route}: {answer.content_type}")
    _control(shown, "no answer holds a payload")
    for route, way in sorted(WAYS.items()):
        if way.who == GUEST and route.startswith("GET /h5/<merchant>/"):
            policy = stage.client.get(f"/h5/{stage.town.ours.number}/").headers
            tally.expect("script-src 'self'" in policy.get("Content-Security-Policy", ""), route)


def _replies(stage: Stage, tally: Tally) -> None:
    """What a shop answers to a message stays one text of one XML element."""
    with stage.app.app_context():
        door = Door(
            stage.client, a_merchant(name="店"), mode="plain", reply=CDATA_END, welcome=CDATA_END
        )
    for told in (door.say("<script>sprung(1)</script>"), door.tell("subscribe")):
        names = _parts(told.data)
        tally.expect("script" not in names and "Content" in names, f"a reply has the parts {names}")


def _parts(reply: bytes) -> list[str]:
    """The names of its elements."""
    names: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _attributes: names.append(name)
    parser.Parse(reply, True)  # noqa: FBT003 - by place only
    return names


def _control(shown: int, complaint: str) -> None:
    if not shown:
        raise RuntimeError(complaint)
