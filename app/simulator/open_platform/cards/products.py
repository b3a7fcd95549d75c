"""The blueprints of /card/*."""

from app.simulator.open_platform.cards.card_api import card_api
from app.simulator.open_platform.cards.code_api import code_api
from app.simulator.open_platform.cards.delivery_api import delivery_api
from app.simulator.open_platform.cards.deposit_api import deposit_api
from app.simulator.open_platform.cards.member_api import member_api
from app.simulator.open_platform.cards.pay_gift_api import pay_gift_api

card_products = (card_api, code_api, deposit_api, delivery_api, member_api, pay_gift_api)
