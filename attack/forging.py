"""Forms of the panel sent from elsewhere: without this browser's secret, or from another page."""

from attack.panel import COOKIE, a_panel, live
from attack.stage import Stage
from attack.tally import Tally
from tests.admin import matrix
from tests.admin.browsing import Browser as InsideBrowser

QUICK_PAGES = 6
ELSEWHERE = ("https://evil.example", "null", "http://127.0.0.1.evil.example", "http://127.0.0.1:1")
# When a browser was last seen is written down every few minutes, whatever it asks.
NOTED = {"panel_sessions"}
# Read by the browser that holds the cookie, and by nobody else.
GUARDS = ("HttpOnly", "SameSite=Lax", "Path=/admin")


def run(stage: Stage, tally: Tally) -> None:
    """Every form there is, as another page would send it through the owner's own browser."""
    with a_panel(stage) as panel:
        owner = panel.owner
        owner.post("/locale", {"locale": "zh_Hans_CN"})
        other = live(stage, InsideBrowser(stage.app, panel.merchant))
        secrets = {"none": "", "invented": "invented", "another browser's": other.any_secret()}
        pages = [page for page in matrix.pages_of(stage.app) if page.method == "POST"]
        for page in stage.some(sorted(pages, key=lambda each: each.name), quick=QUICK_PAGES):
            path = page.path(panel.things)
            for name, secret in secrets.items():
                before = stage.watch.look()
                answer = owner.post(path, csrf=secret)
                changed = set(stage.watch.changed(since=before)) - NOTED
                held = answer.status_code == 403 and not changed
                tally.expect(held, f"{page.name} with {name}: {answer.status_code}")
            for origin in ELSEWHERE:
                answer = owner.post(path, headers={"Origin": origin})
                tally.expect(
                    answer.status_code == 403, f"{page.name} from {origin}: {answer.status_code}"
                )
        served = owner.post("/locale", {"locale": "en"}, headers={"Origin": stage.url})
        if served.status_code != 303:
            raise RuntimeError(f"our own page is refused: {served.status_code}")
        cookies = [each for each in other.fresh_cookies() if each.startswith(COOKIE)]
        if not cookies:
            raise RuntimeError("a new browser is given no cookie")
        for each in cookies:
            bare = [guard for guard in GUARDS if guard not in each]
            tally.expect(not bare, f"the panel's cookie lacks {bare}")
