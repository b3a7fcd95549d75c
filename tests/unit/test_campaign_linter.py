"""Each rule of the platform: what breaks it is named, and what keeps it is let through."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from app.domain.campaigns import Card, Copy, Promised, Sub, Terms, lint, parse
from app.kernel.errors import Invalid
from tests.builders.moments import NOON

RULES = (
    "购买后 24 小时内，邀请 2 位好友在小程序内登录并确认助力，解锁一张蛋糕券（价值28元）；"
    "好友每人立即获得热美式小杯券1张（价值12元）。到期未完成的改发曲奇券1张。"
)
COPY = Copy(title="好友助力，解锁蛋糕券", rules=RULES, share_title="帮我助力，你也得一张小杯券")
TERMS = Terms(
    offer="G",
    subs=(Sub(benefit="B1", helpers=2),),
    reward="B2",
    hours=24,
    sharer_daily_cap=20,
    rewards=100,
    fallback="B3",
    wording=COPY,
)
CARD = Card(kind="assist", state="on_sale", price_fen=49_00, value_fen=64_00, vouchers=2)
PROMISED = {
    "B1": Promised(name="蛋糕券", market_value_fen=28_00, ends_at=None),
    "B2": Promised(name="热美式小杯券", market_value_fen=12_00, ends_at=None),
    "B3": Promised(name="曲奇券", market_value_fen=6_00, ends_at=None),
}


def findings(*, card=CARD, promised=PROMISED, rules=None, title=None, share_title=None, **changes):
    said = {"rules": rules, "title": title, "share_title": share_title}
    wording = msgspec.structs.replace(COPY, **{k: v for k, v in said.items() if v})
    terms = msgspec.structs.replace(TERMS, **{"wording": wording} | changes)
    return lint(terms, card=card, promised=promised, at=NOON)


def rules_of(**more):
    return {finding.rule for finding in findings(**more)}


def test_a_campaign_that_keeps_every_rule_passes():
    assert findings() == []


@pytest.mark.parametrize(
    ("helpers", "is_refused"), [((4,), False), ((1, 1, 1, 1), False), ((5,), True), ((2, 3), True)]
)
def test_five_people_with_the_sharer_at_most(helpers, is_refused):
    subs = tuple(Sub(benefit="B1", helpers=count) for count in helpers)
    told = RULES + "".join(f"{count}位好友。" for count in helpers)
    assert rules_of(subs=subs, rules=told) == ({"5.1.8"} if is_refused else set())


@pytest.mark.parametrize(
    ("rule", "phrase"),
    [
        ("5.1.1", "必须分享"),
        ("5.1.1", "分享后才能使用"),
        ("5.1.3", "发到朋友圈"),
        ("5.1.4", "分享即得一张券"),
        ("5.1.4", "转发有礼"),
        ("5.1.5", "手慢无"),
        ("5.1.6", "参与抽奖"),
        ("5.1.6", "随机获得一张"),
        ("5.1.6", "有机会得大杯"),
        ("5.1.7", "累计邀请十人"),
        ("5.1.7", "3天后发放"),
        ("5.3", "下载APP再领"),
        ("5.3", "领红包"),
        ("5.9", "发展下线"),
        ("5.9", "二级好友也有"),
        ("5.21", "关注公众号再领一张"),
        ("H5", "打开 https://kabao.example/help"),
        ("H5", "在浏览器中也可参加"),
    ],
)
def test_forbidden_words_are_named_with_their_rule_wherever_they_stand(rule, phrase):
    in_rules, in_title = findings(rules=RULES + phrase), findings(title=phrase)
    in_share = findings(share_title=phrase)
    for found, field in ((in_rules, "rules"), (in_title, "title"), (in_share, "share_title")):
        assert (rule, f"wording.{field}") in {(each.rule, each.field) for each in found}
        assert all(each.why and each.suggestion for each in found)


@pytest.mark.parametrize(
    "harmless",
    [
        "本活动不抽奖、不随机。",
        "不下载应用。",
        "分享给好友或群聊。",
        "在小程序内打开。",
        "助力成功立即发放。",
        "好友登录并确认后计入。",
        "无分销。",
        "不必须分享。",
    ],
)
def test_words_that_promise_nothing_forbidden_pass(harmless):
    assert findings(rules=RULES + harmless) == []


@pytest.mark.parametrize(
    "missing", ["蛋糕券", "热美式小杯券", "曲奇券", "2 位", "24 小时", "到期未完成的改发"]
)
def test_rules_that_leave_something_out_are_unclear(missing):
    told = RULES.replace(missing, "…")
    assert rules_of(rules=told) == {"5.1.5"}


def test_new_users_only_must_be_said():
    assert rules_of(new_users_only=True) == {"5.1.5"}
    assert rules_of(new_users_only=True, rules=RULES + "仅限新用户。") == set()


def test_vague_words_are_refused_as_everywhere_in_the_shop():
    assert rules_of(rules=RULES + "另有神秘大奖") == {"5.1.5"}


def test_a_reward_without_a_published_wording_is_uncertain():
    unpublished = {**PROMISED, "B2": replace(PROMISED["B2"], market_value_fen=None)}
    assert rules_of(promised=unpublished) == {"5.1.6"}


@pytest.mark.parametrize(("hours", "is_refused"), [(168, False), (169, True)])
def test_a_task_lasts_a_week_at_most(hours, is_refused):
    told = RULES.replace("24 小时", f"{hours} 小时")
    assert rules_of(hours=hours, rules=told) == ({"5.1.7"} if is_refused else set())


def test_how_many_rewards_there_are_must_be_known():
    assert rules_of(rewards=None) == {"5.1.5"}


@pytest.mark.parametrize(("cap", "is_refused"), [(None, True), (21, True), (20, False), (1, False)])
def test_one_person_must_not_share_without_end(cap, is_refused):
    assert rules_of(sharer_daily_cap=cap) == ({"5.1.9"} if is_refused else set())


@pytest.mark.parametrize(
    "card",
    [
        replace(CARD, price_fen=65_00),
        replace(CARD, vouchers=0, value_fen=0, price_fen=0),
    ],
)
def test_what_was_paid_for_is_usable_without_sharing(card):
    assert rules_of(card=card) == {"5.1.1"}


@pytest.mark.parametrize("card", [replace(CARD, kind="bundle"), replace(CARD, state="draft")])
def test_the_main_card_must_be_one_and_be_on_sale(card):
    assert rules_of(card=card) == {"own"}


def test_the_fallback_must_be_another_one():
    assert "5.1.5" in rules_of(fallback="B1")


def test_an_end_lies_ahead_and_the_benefits_outlive_it():
    assert rules_of(ends_at=NOON) == {"own"}
    ending = {**PROMISED, "B1": replace(PROMISED["B1"], ends_at=NOON + timedelta(hours=3))}
    assert rules_of(promised=ending) == {"own"}
    assert rules_of(promised=ending, ends_at=NOON + timedelta(hours=2)) == set()


@pytest.mark.parametrize(
    "changes",
    [
        {"subs": []},
        {"subs": [{"benefit": "B1", "helpers": 0}]},
        {"hours": 0},
        {"surprise": 1},
        {"ends_at": "2026-11-22T10:00:00"},
        {"kill_rule": "nothing"},
    ],
)
def test_terms_that_cannot_be_meant_are_refused(changes):
    with pytest.raises(Invalid):
        parse(TERMS.to_json() | changes)


def test_terms_survive_their_journey_through_json():
    assert parse(TERMS.to_json()) == TERMS
