import pytest

from tests.builders.offline import a_device, rules_on
from tests.builders.orders import a_shop, a_voucher


@pytest.fixture
def shop(database):
    shop = a_shop()
    rules_on(shop.id)
    return shop


@pytest.fixture
def device(shop):
    return a_device(shop.id, shop.store, shop.clerk)


@pytest.fixture
def voucher(shop):
    return a_voucher(shop)
