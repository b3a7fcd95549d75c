"""The two doors with everything behind them."""

from app.simulator.pay.product_coupons import looking, managing, sending, stocks, using
from app.simulator.pay.product_coupons.doors import BRAND, PARTNER

# The modules hang their views on the doors when they are imported.
BEHIND = (managing, stocks, sending, looking, using)
product_coupon_products = (BRAND, PARTNER)
