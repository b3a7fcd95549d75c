"""All blueprints of the official account."""

from app.simulator.open_platform.official.api_desk import api_desk
from app.simulator.open_platform.official.followers import followers
from app.simulator.open_platform.official.menus import menus
from app.simulator.open_platform.official.oauth import oauth
from app.simulator.open_platform.official.oauth_page import oauth_page
from app.simulator.open_platform.official.scene_codes import scene_codes
from app.simulator.open_platform.official.service_messages import service_messages
from app.simulator.open_platform.official.template_library import template_library
from app.simulator.open_platform.official.template_messages import template_messages
from app.simulator.open_platform.official.tickets import tickets

official = (
    tickets,
    menus,
    scene_codes,
    followers,
    template_messages,
    template_library,
    service_messages,
    api_desk,
    oauth_page,
    oauth,
)
