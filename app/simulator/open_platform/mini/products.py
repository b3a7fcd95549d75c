"""The blueprints of this package, in one tuple."""

from app.simulator.open_platform.mini.activities import activities
from app.simulator.open_platform.mini.content_check import content_check
from app.simulator.open_platform.mini.links import links
from app.simulator.open_platform.mini.risk import risk
from app.simulator.open_platform.mini.service_cards import service_cards
from app.simulator.open_platform.mini.sessions import sessions
from app.simulator.open_platform.mini.shipping import shipping
from app.simulator.open_platform.mini.shipping_upload import shipping_upload
from app.simulator.open_platform.mini.templates import templates

mini_products = (
    activities,
    content_check,
    links,
    risk,
    service_cards,
    sessions,
    shipping,
    shipping_upload,
    templates,
)
