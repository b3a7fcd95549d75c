"""The day's limit of presents, a paper card under a crowd, and a code that dies while it is shown."""

from functools import partial

from app.domain import complaints, paper_cards, redemption
from app.domain.complaints import goodwill, handling
from app.domain.merchants import Role
from app.domain.paper_cards import binding
from app.domain.redemption import redeeming, statements
from tests.builders.catalog import a_benefit
from tests.builders.complaints import a_pack, a_present, a_rule, a_ticket, member_code, printed
from tests.builders.merchants import a_clerk
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_voucher, vouchers_of
from tests.builders.redemption import LATER, a_scan, a_scan_key
from tests.races.racing import count, meet_after, pair, storm, tally, value, without


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
    wish, lines = a_pack(shop), [f"8800{n * 7919:06d}" for n in range(20)]
    bring_in = partial(
        paper_cards.import_cards, wish, lines, dry_run=False, actor="staff:1", at=NOON
    )

    pair(app, bring_in, bring_in)

    assert count(shop, "paper_cards") == 20
    assert count(shop, "card_batches") == 1


def undoing_of(shop, card_number):
    return partial(
        paper_cards.undo,
        merchant_id=shop.id,
        card_number=card_number,
        may_bind_again=True,
        reason="绑错人",
        actor="staff:1",
        at=NOON,
    )


def bound(app, shop, *, points=0):
    """(member, card number, code)"""
    _, (code,) = printed(shop, points=points)
    member = a_buyer(shop)
    (came,) = pair(app, binding_of(shop, code, member))
    return member, came.card_number, code


def test_of_forty_who_take_a_binding_back_one_does(app, shop):
    _, card_number, _ = bound(app, shop, points=100)

    results = storm(app, [undoing_of(shop, card_number)] * 40)

    assert tally(results) == {"done": 1, "not_found": 39}
    assert count(shop, "vouchers", "state = 'void'") == 1
    assert count(shop, "ledger_entries", "cause LIKE 'undone:%'") == 1


def test_a_use_and_a_taking_back_at_once_leave_one_of_them(app, shop):
    for _ in range(4):
        member, card_number, _ = bound(app, shop)
        voucher = vouchers_of(shop, member)[0]
        scan = a_scan(shop, voucher)
        use = partial(redemption.redeem, scan, key=a_scan_key(shop), at=LATER)

        results = tally(pair(app, use, undoing_of(shop, card_number)))

        assert results in (
            {"done": 1, "paper_card_used": 1},
            {"done": 1, "voucher_void": 1},
            {"done": 1, "code_unknown": 1},
        )
        redeemed = count(shop, "redemptions", "voucher_id = :v", v=voucher.id)
        assert redeemed == (value(shop, "state", "vouchers", "id = :v", v=voucher.id) == "redeemed")


def scan_of_member(shop, member, voucher, *, key=None):
    at = LATER
    scan = a_scan(shop, None, code=member_code(shop, member, at=at).qr_text, chosen=voucher.number)
    return partial(redemption.redeem, scan, key=key or a_scan_key(shop), at=at)


def test_of_forty_scans_of_a_members_code_one_redeems_the_best(app, shop):
    member = a_buyer(shop)
    voucher = a_voucher(shop, buyer=member)

    results = storm(app, [scan_of_member(shop, member, voucher) for _ in range(40)])

    assert tally(results) == {"done": 1, "already_redeemed": 39}
    assert count(shop, "redemptions") == 1


def test_without_the_lock_two_scans_of_a_members_code_stumble(app, shop, monkeypatch):
    monkeypatch.setattr(statements, "LOCK", without(statements.LOCK, "FOR NO KEY UPDATE OF v"))
    member = a_buyer(shop)
    voucher = a_voucher(shop, buyer=member)
    meet_after(monkeypatch, redeeming, "stand")

    results = pair(app, *[scan_of_member(shop, member, voucher) for _ in range(2)])

    assert tally(results) != {"done": 1, "already_redeemed": 1}
    assert count(shop, "redemptions") == 1


def taking_of(shop, number, who, *, instead_of=None):
    return partial(
        complaints.take,
        merchant_id=shop.id,
        number=number,
        staff_id=who.staff_id,
        instead_of=instead_of,
        at=NOON,
    )


def test_of_forty_who_take_a_complaint_over_one_has_it(app, shop):
    number = a_ticket(shop, a_buyer(shop))
    people = [a_clerk(shop.store, role=Role.MANAGER) for _ in range(40)]

    results = storm(app, [taking_of(shop, number, each) for each in people])

    assert tally(results) == {"done": 1, "ticket_taken": 39}


def test_without_the_condition_the_last_one_has_it_and_nobody_is_told(app, shop, monkeypatch):
    guard = """
  AND (staff_id = %(staff_id)s OR staff_id IS NOT DISTINCT FROM
    (SELECT id FROM staff WHERE merchant_id = %(merchant_id)s AND number = %(instead_of)s))"""
    monkeypatch.setattr(handling, "TAKE", without(handling.TAKE, guard))
    number = a_ticket(shop, a_buyer(shop))
    people = [a_clerk(shop.store, role=Role.MANAGER) for _ in range(2)]

    assert tally(pair(app, *[taking_of(shop, number, each) for each in people])) == {"done": 2}
