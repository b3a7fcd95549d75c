"""One running simulator per test; the keys are made once."""

import pytest

from app.simulator import create_simulator, start
from tests.simulator.message_server import MessageServer
from tests.simulator.official import SETTINGS, Account
from tests.simulator.world import FRESH, Receiver, Sim


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def sim(receiver):
    running = start(create_simulator(FRESH.settings))
    yield Sim(running, receiver)
    running.close()


@pytest.fixture
def account(receiver):
    server = MessageServer()
    running = start(create_simulator(SETTINGS))
    yield Account(running, receiver, server)
    running.close()
    server.close()
