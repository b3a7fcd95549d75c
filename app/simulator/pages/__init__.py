"""Pages for a browser: phones, the platform's control desk, the listing. Loopback only."""

from app.simulator.pages.codes import codes_drawn
from app.simulator.pages.phone_state import phone_state
from app.simulator.pages.screens import screens
from app.simulator.pages.sheets import sheets
from app.simulator.pages.slot import slot_desk

pages = (screens, phone_state, sheets, codes_drawn, slot_desk)

__all__ = ["pages"]
