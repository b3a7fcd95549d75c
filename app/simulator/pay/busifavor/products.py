"""The blueprints of merchants' coupons."""

from app.simulator.pay.busifavor.coupons import busifavor_coupons
from app.simulator.pay.busifavor.lists import busifavor_lists
from app.simulator.pay.busifavor.orders import busifavor_orders
from app.simulator.pay.busifavor.stocks import busifavor_stocks

busifavor_products = (busifavor_stocks, busifavor_coupons, busifavor_lists, busifavor_orders)
