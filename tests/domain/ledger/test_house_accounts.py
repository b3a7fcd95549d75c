"""A merchant's own accounts are remembered by a process only when somebody committed them."""

import pytest

from app.domain import ledger
from app.domain.ledger.rules import HOUSE_ACCOUNTS
from app.kernel.db import hot_transaction, transaction
from tests.builders.merchants import a_merchant
from tests.races.racing import count

pytestmark = pytest.mark.usefixtures("committed")


class GivenUp(Exception):
    """What undoes a step that failed half way."""


@pytest.mark.parametrize("opened", [transaction, hot_transaction])
def test_what_was_undone_is_opened_again(opened):
    shop = a_merchant()
    with pytest.raises(GivenUp):
        give_up_after(opened, shop)
    assert count(shop, "ledger_accounts") == 0

    with opened():
        ledger.open_house_accounts(shop.id)

    assert count(shop, "ledger_accounts") == len(HOUSE_ACCOUNTS)


def give_up_after(opened, shop):
    with opened():
        ledger.open_house_accounts(shop.id)
        # It sees its own: no reason to think that they stay.
        ledger.open_house_accounts(shop.id)
        raise GivenUp


def test_what_was_committed_is_looked_at_once(statements):
    shop = a_merchant()
    looks = []
    for _ in range(3):
        with statements() as seen, transaction():
            ledger.open_house_accounts(shop.id)
        looks.append(sum("ledger_accounts" in each for each in seen.statements))
    assert looks[1:] == [1, 0]
    assert looks[0] > 1
