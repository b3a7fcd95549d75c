"""Behind which counter somebody stands: the store that he chose, if he (still) works there."""

from dataclasses import dataclass

from app.admin import door
from app.admin.door import ChooseStoreFirst
from app.domain import merchants
from app.domain.merchants import Store
from app.kernel.db import transaction


@dataclass(frozen=True, kw_only=True)
class Counter:
    """`is_only`: there is no other store that he might choose."""

    id: int
    name: str
    is_only: bool


def stores() -> list[Store]:
    """Where this person may work now."""
    here = door.here()
    with transaction(merchant=here.merchant_id):
        return merchants.list_stores_of_staff(
            merchant_id=here.merchant_id, staff_id=here.staff.staff_id
        )


def counter() -> Counter | None:
    """The store that was chosen, or the only one; None when he must choose."""
    chosen, found = door.here().staff.store_id, stores()
    for store in found:
        if store.id == chosen or len(found) == 1:
            return Counter(id=store.id, name=store.name, is_only=len(found) == 1)
    return None


def at_counter() -> Counter:
    """Raises ChooseStoreFirst."""
    found = counter()
    if found is None:
        raise ChooseStoreFirst("请先选择门店")
    return found
