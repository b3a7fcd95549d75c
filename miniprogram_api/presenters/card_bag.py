"""What the phone needs to put a card into its bag."""

from typing import Any

from app.domain.card_bag import Offered
from app.web.words import Told


class BagOffer(Told):
    """`parameters` go to wx.addCard (wechat_card) or a component (busifavor, product_coupon).

    They are null when the card is in the bag already, which `state` says.
    """

    capability: str
    state: str
    parameters: dict[str, Any] | None


def present_offer(offered: Offered, parameters: dict[str, object] | None) -> BagOffer:
    return BagOffer(
        capability=offered.capability.value, state=offered.seen.value, parameters=parameters
    )
