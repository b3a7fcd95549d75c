"""/_sim/: the hand of the person who holds the phone, and of the test. Loopback only."""

from app.simulator.control.phone import phone
from app.simulator.control.platform_desk import platform_desk

controls = (phone, platform_desk)
