"""A token dies while two processes of 32 threads each send: how often WeChat is asked for one."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from app.gateways.tokens import PACE_SECONDS, QUESTIONS
from app.simulator import create_simulator, start
from tests.simulator.world import APP, FRESH, eventually

STORM = Path(__file__).with_name("storm_process.py")
PROCESSES, THREADS, CALLS = 2, 32, 16
ALL = PROCESSES * THREADS * CALLS
TOKEN = "/cgi-bin/stable_token"
PHONE = "/wxa/business/getuserphonenumber"
KEYS = {"grant_type": "client_credential", "appid": APP.appid, "secret": APP.secret}


@pytest.fixture
def platform():
    running = start(create_simulator(replace(FRESH.settings, requests_kept=20_000)))
    yield running
    running.close()


def asked(platform, path):
    """Requests under this path, without those by which a test killed the token."""
    told = requests.get(platform.url + "/_sim/requests", timeout=10).json()
    return [each for each in told if each["target"].startswith(path) and "force" not in str(each)]


def kill_the_token(platform):
    """What an operator does who resets it: every process still holds the old one."""
    forced = requests.post(platform.url + TOKEN, json={**KEYS, "force_refresh": True}, timeout=10)
    assert forced.json()["access_token"]


def storm(platform, socket):
    """The processes, at work."""
    told = [socket, platform.url, APP.appid, APP.secret, str(THREADS), str(CALLS)]
    return [
        subprocess.Popen([sys.executable, STORM, *told], stdout=subprocess.PIPE)
        for _ in range(PROCESSES)
    ]


def what_came(processes):
    """How many calls came to what, over all processes."""
    total = {}
    for process in processes:
        told, _ = process.communicate(timeout=120)
        for code, times in json.loads(told).items():
            total[code] = total.get(code, 0) + times
    return total


def test_a_thousand_calls_with_a_dying_token_ask_for_one_new_token(platform, valkey, valkey_socket):
    processes = storm(platform, valkey_socket)
    eventually(lambda: len(asked(platform, PHONE)) > ALL // 10, seconds=60)
    kill_the_token(platform)

    # Every call was answered: each met the dead token once at most, and then the new one.
    assert what_came(processes) == {"code_invalid": ALL}
    assert len(asked(platform, TOKEN)) == 2
    assert ALL <= len(asked(platform, PHONE)) <= ALL + PROCESSES * THREADS


def test_without_redis_each_process_asks_for_one_new_token(platform, tmp_path):
    processes = storm(platform, f"{tmp_path}/nobody.sock")
    eventually(lambda: len(asked(platform, PHONE)) > ALL // 5, seconds=60)
    kill_the_token(platform)

    assert what_came(processes) == {"code_invalid": ALL}
    assert len(asked(platform, TOKEN)) <= 2 * PROCESSES
    assert ALL <= len(asked(platform, PHONE)) <= ALL + PROCESSES * THREADS


@pytest.mark.parametrize("is_away", [False, True])
def test_a_platform_that_takes_no_token_is_left_in_peace(
    platform, valkey, valkey_socket, tmp_path, is_away
):
    fault = {"kind": "error", "scope": PHONE, "code": "40001", "count": 100 * ALL}
    requests.post(platform.url + "/_sim/faults", json=fault, timeout=10)

    began = time.monotonic()
    total = what_came(storm(platform, f"{tmp_path}/nobody.sock" if is_away else valkey_socket))
    turns = 1 + (time.monotonic() - began) // PACE_SECONDS

    # Who has no token asks nothing at all, so even a call's one repetition is mostly spared.
    assert sum(total.values()) == ALL
    assert set(total) <= {"40001", "token_paced"}
    assert len(asked(platform, TOKEN)) <= QUESTIONS * turns * (PROCESSES if is_away else 1)
    assert len(asked(platform, PHONE)) <= 2 * ALL
