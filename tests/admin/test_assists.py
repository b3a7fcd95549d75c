import re
from types import SimpleNamespace

import pytest

from app.admin import assists_steps, judging, words
from app.domain import assist, campaigns, members
from app.domain.campaigns import KillRule
from app.domain.merchants import Role
from app.gateways.errors import Refused
from app.kernel import clock
from app.kernel.db import transaction
from tests.admin.browsing import signed_in_with
from tests.builders import assist as build
from tests.builders.merchants import an_app
from tests.builders.orders import a_buyer, a_paid_order, a_shop

NUMBER = re.compile(r"/assists/(\w+)$")


@pytest.fixture
def shop(house):
    return a_shop(merchant=house.merchant)


@pytest.fixture
def told(shop):
    return build.promises(shop, at=clock.now())


@pytest.fixture
def draft(shop, told):
    return build.a_draft(shop, told=told, at=clock.now())


@pytest.fixture
def clean(monkeypatch):
    """What the platform says of every text; it begins with a yes."""
    verdict = SimpleNamespace(is_clean=True, seen=[])
    monkeypatch.setattr(
        assists_steps,
        "may_be_shown",
        lambda text: verdict.seen.append(text) or verdict.is_clean,
    )
    return verdict


@pytest.fixture
def running(house, draft, clean):
    assert step(house, draft.number, "publish").status_code == 303
    return draft


def fields(told, **changes):
    return {
        "offer": told.offer,
        "sub-0": told.prize,
        "helpers-0": "2",
        "reward": told.reward,
        "fallback": told.fallback,
        "hours": "24",
        "rewards": "500",
        "sharer_daily_cap": "20",
        "kill_rule": "unlock_begun",
        "title": "好友助力，解锁蛋糕券",
        "rules": "",
        "share_title": "帮我助力，你也得一张热美式小杯券",
    } | changes


def step(house, number, name, **more):
    return house.manager.post(f"/assists/{number}/steps/{name}", more)


def state(house, number):
    with transaction():
        return campaigns.get_campaign(merchant_id=house.id, number=number).state.value


def test_an_empty_list_leads_to_the_recipes(house):
    assert "还没有助力活动" in house.manager.get("/assists").text


def test_rules_left_empty_are_written_so_that_nothing_is_found(house, told):
    answer = house.manager.post("/assists/new", fields(told))
    assert answer.status_code == 303
    number = NUMBER.search(answer.location).group(1)
    with transaction():
        campaign = campaigns.get_campaign(merchant_id=house.id, number=number)
        terms = campaigns.parse(campaign.terms)
        found = campaigns.examine(merchant_id=house.id, terms=terms, at=clock.now()).findings
    assert not found
    assert "每邀请2位好友" in terms.wording.rules
    page = house.manager.get(f"/assists/{number}").text
    assert "发布前需要修改" not in page
    assert "蛋糕券" in page


@pytest.mark.parametrize("new_users", [{}, {"new_users_only": "y", "fallback": ""}])
def test_the_linter_answers_while_one_types(house, told, new_users):
    bad = fields(told, title="转发到朋友圈", **{"helpers-0": "5"}, **new_users)
    page = house.manager.post("/assists/lint", bad).text
    assert "运营规范 5.1.8" in page
    assert "朋友圈" in page
    good = house.manager.post("/assists/lint", fields(told, **new_users)).text
    assert "没有需要修改的地方" in good
    assert "可以直接使用的规则" in good


def test_the_linter_waits_for_what_is_needed(house, told):
    assert "选好主商品" in house.manager.post("/assists/lint", fields(told, offer="")).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "必填"),
        ({"offer": ""}, "必填"),
        ({"sub-0": ""}, "至少选择一张解锁券"),
        ({"helpers-0": "0"}, "1 至 100 位好友"),
        ({"hours": "0"}, "1 小时或以上"),
        ({"offer": "G404"}, "找不到这个内容"),
    ],
)
def test_what_cannot_be_meant_is_told(house, told, changes, said):
    answer = house.manager.post("/assists/new", fields(told, **changes))
    assert answer.status_code == 422
    assert said in answer.text


def test_a_draft_is_changed_and_the_log_keeps_both(house, draft, told):
    page = house.manager.get(f"/assists/{draft.number}/edit").text
    assert "好友助力，解锁蛋糕券" in page
    answer = house.manager.post(f"/assists/{draft.number}/edit", fields(told, hours="48"))
    assert answer.status_code == 303
    with transaction():
        campaign = campaigns.get_campaign(merchant_id=house.id, number=draft.number)
    assert campaign.terms["hours"] == 48
    log = house.owner.get("/history?action=campaign.edit").text
    assert draft.number in log


def test_what_is_published_is_not_changed(house, running, told):
    answer = house.manager.post(f"/assists/{running.number}/edit", fields(told, hours="48"))
    assert answer.status_code == 422
    assert "不能这样操作" in answer.text


def test_publishing_asks_the_platform_and_stopping_ends_it(house, draft, clean):
    page = house.manager.get(f"/assists/{draft.number}/steps/publish").text
    assert "微信会先检查" in page
    assert step(house, draft.number, "publish").status_code == 303
    assert clean.seen == [campaigns.parse(draft.terms).wording.text]
    assert state(house, draft.number) == "published"
    assert step(house, draft.number, "stop").status_code == 303
    assert state(house, draft.number) == "stopped"


def test_words_that_the_platform_does_not_like_are_not_published(house, draft, clean):
    clean.is_clean = False
    answer = step(house, draft.number, "publish")
    assert answer.status_code == 409
    assert "内容安全检查" in answer.text
    assert state(house, draft.number) == "draft"


def test_findings_shut_the_door_before_the_platform_is_asked(house, shop, told, clean):
    bad = build.a_draft(shop, told=told, helpers=5, at=clock.now())
    assert " disabled" in house.manager.get(f"/assists/{bad.number}/steps/publish").text
    answer = step(house, bad.number, "publish")
    assert answer.status_code == 409
    assert "5.1.8" in answer.text
    assert clean.seen == []


def test_the_emergency_stop_tells_how_many_tasks_unlock(house, shop, running):
    buyer = a_buyer(shop)
    a_paid_order(shop, buyer=buyer, at=clock.now())
    a_paid_order(shop, at=clock.now())
    (task,) = build.tasks_of(shop, buyer)
    build.helped(shop, task, at=clock.now())
    page = house.manager.get(f"/assists/{running.number}/steps/kill").text
    assert "1 个已有好友助力的任务直接解锁" in page
    assert "其余 1 个任务" in page
    assert "请写明终止的原因" in step(house, running.number, "kill").text
    assert step(house, running.number, "kill", reason="券印错了").status_code == 303
    assert state(house, running.number) == "killed"


def test_figures_are_counted_and_shown(house, shop, running):
    buyer = a_buyer(shop)
    a_paid_order(shop, buyer=buyer, at=clock.now())
    (task,) = build.tasks_of(shop, buyer)
    build.helped(shop, task, at=clock.now())
    with transaction():
        told = assist.figures_of(merchant_id=house.id, campaign_ids=[running.id])[running.id]
    assert (told.rewards, told.unlocks, told.open, told.begun, told.held) == (1, 0, 1, 1, 0)
    page = house.manager.get(f"/assists/{running.number}").text
    assert "data-chart" in page
    assert "1 / 1,000 份" in page
    assert "1 / 1,000 份" in house.manager.get("/assists").text


def test_what_is_not_counted_to_its_end_says_so():
    assert [words.up_to(number, 500) for number in (0, 500, 501)] == ["0", "500", "500+"]


def test_the_list_asks_the_same_however_many_there_are(house, shop, told, statements):
    build.a_draft(shop, told=told, at=clock.now())
    with statements() as few:
        house.manager.get("/assists")
    for _more in range(3):
        build.a_draft(shop, told=told, at=clock.now())
    with statements() as many:
        house.manager.get("/assists")
    assert len(many.statements) == len(few.statements)


def test_every_kill_rule_has_its_words(house, shop, told):
    for rule in KillRule:
        made = build.a_draft(shop, told=told, kill_rule=rule, fallback=None, at=clock.now())
        assert house.manager.get(f"/assists/{made.number}").status_code == 200


def test_another_shops_campaign_is_not_there(house):
    foreign = build.a_draft(a_shop(), at=clock.now())
    for path in ("", "/edit", "/steps/publish"):
        assert house.manager.get(f"/assists/{foreign.number}{path}").status_code == 404
    for name in ("publish", "stop", "kill"):
        assert step(house, foreign.number, name).status_code == 404


def test_a_clerk_has_no_business_here(house, draft):
    for path in ("/assists", "/assists/new", f"/assists/{draft.number}"):
        assert house.clerk.get(path).status_code == 403
    assert house.clerk.post(f"/assists/{draft.number}/steps/publish").status_code == 403


def test_whoever_is_not_linked_to_wechat_is_told_to_do_that(house, draft):
    answer = step(house, draft.number, "publish")
    assert answer.status_code == 409
    assert "绑定微信" in answer.text
    assert state(house, draft.number) == "draft"


def test_the_platform_judges_in_the_name_of_whoever_publishes(app, house, draft, monkeypatch):
    asked = []

    class Check:
        def check_text(self, *, openid, text):
            asked.append((openid, text))
            if len(asked) == 1:
                raise Refused("no", code="not_here_lately")
            return SimpleNamespace(may_be_shown=True)

    world = SimpleNamespace(content=lambda _app: Check())
    monkeypatch.setattr(judging, "gateways", lambda: world)
    mini = an_app(merchant=house.merchant)
    with transaction():
        user_id = members.meet(
            appid=mini.appid, openid=f"o_boss_{house.id}", unionid=None, at=clock.now()
        )
    house.manager = signed_in_with(app, house, Role.MANAGER, user_id)
    early = step(house, draft.number, "publish")
    assert "两小时内再发布" in early.text
    assert step(house, draft.number, "publish").status_code == 303
    assert {openid for openid, _text in asked} == {f"o_boss_{house.id}"}
    assert state(house, draft.number) == "published"
