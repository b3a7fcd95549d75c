"""One running simulator per test; the keys are made once."""

import pytest

from app.simulator import create_simulator, start
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
