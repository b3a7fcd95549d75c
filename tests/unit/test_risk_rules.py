import pytest

from app.domain import risk
from app.domain.risk import Action, Away, Per


def rule(name):
    return next(each for each in risk.RULES if each.name == name)


@pytest.mark.parametrize("name", [each.name for each in risk.RULES])
def test_the_limit_itself_is_allowed_and_one_more_is_not(name):
    limit = rule(name).limit

    assert risk.decide({name: limit}).is_allowed
    refused = risk.decide({name: limit + 1})
    assert not refused.is_allowed
    assert refused.reason == name
    assert refused.retry_after_seconds == rule(name).window_seconds


@pytest.mark.parametrize("name", [each.name for each in risk.RULES])
def test_while_nobody_counts_the_rule_itself_says_who_passes(name):
    decision = risk.decide({name: None})

    assert decision.is_allowed == (rule(name).when_counts_are_away == Away.OPEN)
    if not decision.is_allowed:
        assert decision.retry_after_seconds == 5


def test_only_what_can_be_guessed_waits_for_the_counters():
    closed = {each.action for each in risk.RULES if each.when_counts_are_away == Away.CLOSED}

    assert closed == {
        Action.REDEEM_BY_DIGITS,
        Action.BIND_CARD,
        Action.PANEL_SIGN_IN,
        Action.PANEL_PICTURE,
        Action.FIND_BY_PHONE,
    }


def test_the_longest_wait_speaks():
    decision = risk.decide({"digits_per_actor": 61, "digits_per_handle": 11})

    assert decision == risk.Decision(
        is_allowed=False, reason="digits_per_handle", retry_after_seconds=300
    )


def test_nothing_counted_is_allowed():
    assert risk.decide({}) == risk.Decision(is_allowed=True)


def test_names_are_unique_and_every_action_has_a_rule():
    names = [each.name for each in risk.RULES]

    assert len(names) == len(set(names))
    assert {each.action for each in risk.RULES} == set(Action)


def test_the_rules_of_an_action_come_as_in_the_table():
    assert [each.per for each in risk.rules_for(Action.SIGN_IN)] == [Per.IP, Per.OPENID]


def test_a_count_for_an_unknown_rule_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        risk.decide({"no_such_rule": 1})
