"""What the send-coupon component and wx.addCard are given."""

import pytest

from app.gateways.busifavor import Busifavor
from app.gateways.card_bag import CardBag
from app.gateways.card_mirrors import HeldCode
from app.gateways.errors import Refused


def test_a_used_card_of_an_official_account_stays_used():
    with pytest.raises(Refused) as refused:
        CardBag.give_back(None, HeldCode(platform_id="p", code="c"))
    assert refused.value.code == "cannot_give_back"


def test_a_coupon_without_an_owner_cannot_be_looked_at():
    assert Busifavor.look(None, HeldCode(platform_id="s", code="c")) is None


def test_a_code_is_not_shown_in_logs():
    assert "secret-code" not in repr(HeldCode(platform_id="p", code="secret-code"))
