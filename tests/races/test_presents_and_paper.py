"""The day's limit of presents, a paper card under a crowd, and a code that dies while it is shown."""

from functools import partial

from app.domain import complaints, paper_cards
from app.domain.complaints import goodwill
from app.domain.paper_cards import binding
from tests.builders.catalog import a_benefit
from tests.builders.complaints import a_pack, a_present, a_rule, printed
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer
from tests.races.racing import count, pair, storm, tally, value, without


def giving_of(shop, benefit, buyer):
    return partial(complaints.grant, a_present(shop, buyer, benefit=benefit), at=NOON)


def binding_of(shop, code, member):
    return partial(
        paper_cards.bind, merchant_id=shop.id, member_id=member.id, code_text=code, at=NOON
    )


def test_of_forty_presents_at_once_the_days_limit_is_given(app, shop):
    a_rule(shop, per_day=5)
    benefit, buyer = a_benefit(merchant=shop.merchant).benefit_number, a_buyer(shop)

    results = storm(app, [giving_of(shop, benefit, buyer) for _ in range(40)])

    assert tally(results) == {"done": 5, "goodwill_limit": 35}
    assert count(shop, "goodwill_grants") == count(shop, "vouchers") == 5
    assert value(shop, "cost_fen", "goodwill_days") == 5 * 9_00


def test_of_forty_presents_at_once_the_days_cost_is_given(app, shop):
    a_rule(shop, per_day=100, day_cost_fen=4 * 9_00 + 8_99)
    benefit, buyer = a_benefit(merchant=shop.merchant).benefit_number, a_buyer(shop)

    results = storm(app, [giving_of(shop, benefit, buyer) for _ in range(40)])

    assert tally(results) == {"done": 4, "goodwill_limit": 36}


def test_without_the_limit_in_the_write_too_many_are_given(app, shop, monkeypatch):
    guard = (
        "  WHERE d.granted < %(per_day)s AND d.cost_fen + EXCLUDED.cost_fen <= %(day_cost_fen)s\n"
    )
    monkeypatch.setattr(goodwill, "TAKE", without(goodwill.TAKE, guard))
    a_rule(shop, per_day=1)
    benefit, buyer = a_benefit(merchant=shop.merchant).benefit_number, a_buyer(shop)

    results = pair(app, *[giving_of(shop, benefit, buyer) for _ in range(4)])

    assert tally(results) == {"done": 4}


def test_of_forty_people_with_one_card_one_has_it(app, shop):
    _, (code,) = printed(shop, points=100, uses=2)
    people = [a_buyer(shop) for _ in range(40)]

    results = storm(app, [binding_of(shop, code, each) for each in people])

    assert tally(results) == {"done": 1, "paper_card_taken": 39}
    assert count(shop, "vouchers") == 2
    assert count(shop, "point_lots") == 1


def test_without_the_condition_a_card_is_bound_again_and_the_ledger_refuses(app, shop, monkeypatch):
    """The second wall: its points are booked under the card itself, once."""
    guard = "\n  AND c.member_id IS NULL"
    monkeypatch.setattr(binding, "BIND", without(binding.BIND, guard))
    _, (code,) = printed(shop, points=100)
    first, second = a_buyer(shop), a_buyer(shop)

    results = pair(app, *[binding_of(shop, code, each) for each in (first, second)])

    assert tally(results) == {"done": 1, "already_posted": 1}
    assert count(shop, "vouchers") == 1


def test_without_the_condition_a_card_without_points_is_spent_twice(app, shop, monkeypatch):
    guard = "\n  AND c.member_id IS NULL"
    monkeypatch.setattr(binding, "BIND", without(binding.BIND, guard))
    _, (code,) = printed(shop)

    results = pair(app, *[binding_of(shop, code, a_buyer(shop)) for _ in range(2)])

    assert tally(results) == {"done": 2}
    assert count(shop, "vouchers") == 2


def test_two_imports_of_one_list_make_one_batch(app, shop):
    wish, lines = a_pack(shop), [f"88000000{n:02d}" for n in range(20)]
    bring_in = partial(
        paper_cards.import_cards, wish, lines, dry_run=False, actor="staff:1", at=NOON
    )

    pair(app, bring_in, bring_in)

    assert count(shop, "paper_cards") == 20
    assert count(shop, "card_batches") == 1
