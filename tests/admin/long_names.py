"""A shop in which everything has a name as long as people give them, without a place to break."""

from sqlalchemy import text

from app.kernel.db import db, transaction

LONG = "世界杯决赛夜观赛双人餐加炸鸡啤酒无限畅饮限时抢先预订超值套餐第三弹"
NAMED = {
    "api_keys": "name",
    "benefits": "name",
    "booking_sessions": "title",
    "card_batches": "title",
    "cards": "title",
    "categories": "name",
    "members": "nickname",
    "merchants": "name",
    "offers": "title",
    "order_lines": "title",
    "point_factors": "name",
    "point_rules": "name",
    "promotion_events": "name",
    "staff": "name",
    "stores": "name",
    "wechat_apps": "name",
    "works": "title",
}


def lengthen(merchant_id):
    """Give each of this shop's things such a name."""
    with transaction():
        for table, column in NAMED.items():
            own = "id" if table == "merchants" else "merchant_id"
            db.session.execute(
                text(f"UPDATE {table} SET {column} = :name WHERE {own} = :id"),  # noqa: S608 - names of our own
                {"name": LONG, "id": merchant_id},
            )
