"""/_sim/: the hand of the person who holds the phone, and of the test. Loopback only."""

from app.simulator.control.apps import apps_desk
from app.simulator.control.card_bag import card_bag
from app.simulator.control.cards import card_desk
from app.simulator.control.complaints import complaints
from app.simulator.control.coupons import coupons
from app.simulator.control.listing import listing
from app.simulator.control.mini import mini_controls
from app.simulator.control.money import money
from app.simulator.control.official import official_desk
from app.simulator.control.phone import phone
from app.simulator.control.platform_desk import platform_desk

controls = (
    card_bag,
    card_desk,
    listing,
    *mini_controls,
    complaints,
    coupons,
    phone,
    money,
    platform_desk,
    apps_desk,
    official_desk,
)
