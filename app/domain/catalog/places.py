"""What the catalogue asks about the merchant: his clock and his doors."""

from app.domain import merchants


def zone_of(merchant_id: int) -> str:
    return merchants.profile(merchant_id=merchant_id).zone


def open_store_names(merchant_id: int) -> dict[int, str]:
    """By store id."""
    stores = merchants.list_stores(merchant_id=merchant_id)
    return {store.id: store.name for store in stores if store.is_open}
