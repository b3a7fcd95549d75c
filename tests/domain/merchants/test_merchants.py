import pytest
from sqlalchemy import text

from app.domain import merchants
from app.kernel import clock, numbers
from app.kernel.db import db, transaction
from app.kernel.errors import Invalid, NotFound
from tests.builders.merchants import a_merchant, a_store, noise
from tests.builders.moments import NOON


@pytest.fixture(autouse=True)
def _nothing_kept():
    merchants.forget_profiles()


def test_a_new_merchant_has_a_number_that_leads_back_to_him(database):
    noise()
    merchant = a_merchant(points_per_yuan=2, points_valid_months=6)

    assert merchants.merchant_id_of(merchant.number) == merchant.id
    assert merchants.get_merchant(merchant_id=merchant.id).name == "好味咖啡"
    assert merchants.profile(merchant_id=merchant.id) == merchants.Profile(
        id=merchant.id,
        number=merchant.number,
        name="好味咖啡",
        zone="Asia/Shanghai",
        points_per_yuan=2,
        points_valid_months=6,
    )


def test_numbers_that_nobody_has_lead_nowhere(database):
    nobody = numbers.for_merchant(28_000_000)
    forged = numbers.new(numbers.Kind.MERCHANT, merchant_id=a_merchant().id)

    for number in (nobody, forged, "M", ""):
        with pytest.raises(NotFound):
            merchants.merchant_id_of(number)
    with pytest.raises(NotFound):
        merchants.get_merchant(merchant_id=28_000_000)


def test_a_profile_is_kept_for_thirty_seconds(database, monkeypatch):
    merchant = a_merchant()
    now = clock.monotonic()
    monkeypatch.setattr(clock, "monotonic", lambda: now)
    merchants.profile(merchant_id=merchant.id)
    with transaction():
        db.session.execute(
            text("UPDATE merchants SET name = '新名字' WHERE id = :id"), {"id": merchant.id}
        )

    def name_after(seconds):
        monkeypatch.setattr(clock, "monotonic", lambda: now + seconds)
        return merchants.profile(merchant_id=merchant.id).name

    assert name_after(29) == "好味咖啡"
    assert name_after(31) == "新名字"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"zone": "Mars/Olympus"},
        {"zone": "../etc/passwd"},
        {"points_per_yuan": -1},
        {"points_per_yuan": 10_001},
        {"points_valid_months": 0},
        {"points_valid_months": 121},
    ],
)
def test_a_merchant_that_cannot_be_is_refused(database, wrong):
    with pytest.raises(Invalid):
        a_merchant(**wrong)


def test_stores_are_found_by_number_at_their_merchant_only(database):
    merchant, stranger = a_merchant(), noise()
    first, second = a_store(merchant=merchant), a_store(merchant=merchant, name="外滩店")

    found = merchants.get_store(merchant_id=merchant.id, number=second.number)

    assert found.id == second.id
    assert [s.id for s in merchants.list_stores(merchant_id=merchant.id)] == [first.id, second.id]
    with pytest.raises(NotFound):
        merchants.get_store(merchant_id=stranger.id, number=second.number)


def test_a_closed_store_stays_listed_and_is_not_open(database):
    store = a_store()
    with transaction():
        for _ in range(2):
            merchants.close_store(
                merchant_id=store.merchant_id, number=store.number, actor="staff:1", at=NOON
            )

    (listed,) = merchants.list_stores(merchant_id=store.merchant_id)

    assert not listed.is_open
    assert listed.closed_at == NOON


def test_nobody_closes_a_strangers_store(database):
    store, stranger = a_store(), noise()

    with pytest.raises(NotFound), transaction():
        merchants.close_store(
            merchant_id=stranger.id, number=store.number, actor="staff:1", at=NOON
        )


def test_a_store_without_name_is_refused(database):
    with pytest.raises(Invalid):
        a_store(name=" ")
