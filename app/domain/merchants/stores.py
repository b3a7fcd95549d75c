from datetime import datetime

from sqlalchemy import select

from app.domain.merchants.models import Store
from app.kernel import audit, numbers
from app.kernel.db import locked, reading, writing
from app.kernel.errors import Invalid, NotFound


def add_store(*, merchant_id: int, name: str, actor: str, at: datetime, address: str = "") -> Store:
    """Open a store. Raises Invalid for one without a name."""
    if not name.strip():
        raise Invalid("A store has a name.")
    number = numbers.new(numbers.Kind.STORE, merchant_id=merchant_id)
    store = Store(merchant_id=merchant_id, number=number, name=name, address=address)
    writing().add(store)
    writing().flush()
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="store.add",
        subject=number,
        at=at,
        details={"name": name},
    )
    return store


def get_store(*, merchant_id: int, number: str) -> Store:
    """Open or closed. Raises NotFound."""
    store = reading().scalar(
        select(Store).where(Store.merchant_id == merchant_id, Store.number == number)
    )
    if store is None:
        raise NotFound("There is no such store.", number=number[:40])
    return store


def list_stores(*, merchant_id: int) -> list[Store]:
    """Every store the merchant ever had, the oldest first; ask each whether it `is_open`."""
    query = select(Store).where(Store.merchant_id == merchant_id)
    return list(reading().scalars(query.order_by(Store.id)))


def change_store(
    *, merchant_id: int, number: str, name: str, address: str, actor: str, at: datetime
) -> None:
    """Another name or address. Raises NotFound, Invalid for one without a name."""
    if not name.strip():
        raise Invalid("A store has a name.")
    store = writing().scalar(
        locked(select(Store).where(Store.merchant_id == merchant_id, Store.number == number))
    )
    if store is None:
        raise NotFound("There is no such store.", number=number[:40])
    before = {"name": store.name, "address": store.address}
    store.name, store.address = name.strip(), address.strip()
    after = {"name": store.name, "address": store.address}
    if before == after:
        return
    writing().flush()
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="store.change",
        subject=number,
        at=at,
        details={"before": before, "after": after},
    )


def close_store(*, merchant_id: int, number: str, actor: str, at: datetime) -> None:
    """Nobody works there from now on. Closing twice is closing once. Raises NotFound."""
    store = writing().scalar(
        locked(select(Store).where(Store.merchant_id == merchant_id, Store.number == number))
    )
    if store is None:
        raise NotFound("There is no such store.", number=number[:40])
    if not store.is_open:
        return
    store.closed_at = at
    writing().flush()
    audit.record(merchant_id=merchant_id, actor=actor, action="store.close", subject=number, at=at)
