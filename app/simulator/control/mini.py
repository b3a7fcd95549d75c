"""What people and the platform's desk do with mini-programs, in one tuple."""

from app.simulator.control.chats import chats_desk
from app.simulator.control.consents import consents_desk
from app.simulator.control.open_data import open_data_desk
from app.simulator.control.opening import opening
from app.simulator.control.shipping import shipping_desk

mini_controls = (chats_desk, consents_desk, open_data_desk, opening, shipping_desk)
