"""What every act after the first has: the house, the shop, and who played before."""

from typing import Any

from deploy.local.customer import Customer
from deploy.local.house import House
from deploy.local.story import Played
from deploy.local.telling import Caller, Telling, expect


class Act:
    """One act of the story; `play` raises NotSeen at the first step that did not happen."""

    def __init__(
        self, house: House, shop: dict[str, Any], telling: Telling, played: Played
    ) -> None:
        self._house, self._shop, self._telling, self._played = house, shop, telling, played
        self._clerk = played.clerk
        self._api = f"{house.web_url}/api/v1/{shop['merchant']}"
        self._wechat = Caller(house.wechat_url)
        self._person = f"/_sim/users/{played.name}"

    def _come(self, name: str) -> Customer:
        """Somebody new opens the mini-program."""
        return Customer(self._wechat, self._api, appid=self._shop["appid"], name=name)

    def _show(self, customer: Customer, title: str) -> None:
        self._telling.add(f"the phone of {customer.name} shows: {title}")
        for line in customer.read_message(title):
            self._telling.add(f"  {line}")

    def _code(self, customer: Customer, voucher: str) -> str:
        return str(expect(200, customer.phone.get(f"/vouchers/{voucher}/code"))["qr_text"])
