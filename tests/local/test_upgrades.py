"""How `make upgrades` measures: what holds the shop up is seen, and what does not is not."""

import json
import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import psycopg
import pytest
from sqlalchemy.engine import make_url

from app.migrations.run import upgrade
from bench.gate import gate
from bench.hot import UPGRADE_LOCK, going_on
from bench.migrating import measure
from bench.upgrades import broken
from deploy.local.children import free_port
from tests.builders.databases import a_database

HELD_S = 0.6


@pytest.fixture
def plain_url(database_url):
    return database_url.replace("+psycopg", "")


def test_a_lock_that_an_upgrade_holds_is_seen_and_the_wait_with_it(plain_url):
    with going_on(plain_url) as met, psycopg.connect(plain_url) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [UPGRADE_LOCK])
        connection.execute("LOCK TABLE redemptions IN ACCESS EXCLUSIVE MODE")
        time.sleep(HELD_S)
    assert met.waits["redeem"].longest_s > HELD_S * 0.8
    assert met.held["redemptions", "all wait"] > HELD_S * 0.5
    assert met.waits["wallet"].longest_s < met.waits["redeem"].longest_s
    assert all(each.done for each in met.waits.values())


def test_the_newest_migrations_are_done_again_while_work_goes_on(server_url):
    base = make_url(server_url).set(drivername="postgresql")
    with a_database(base.render_as_string(hide_password=False), "test_upgrades_again"):
        url = base.set(drivername="postgresql+psycopg", database="test_upgrades_again")
        address = url.render_as_string(hide_password=False)
        upgrade(address)
        alone, *found = measure(address, latest=2)
    assert alone.name == "(no migration)"
    assert len({each.name for each in found}) == 2
    assert all(each.met.waits["redeem"].done for each in found)
    assert broken(found) == []
    found[0].met.waits["redeem"].turned_away = 1
    assert len(broken(found)) == 1


def serve(name, again):
    """A web server that says who it is, and something else the second time if it is asked to."""

    class Handler(BaseHTTPRequestHandler):
        asked = 0

        def do_POST(self):
            Handler.asked += 1
            said = f"{name} {Handler.asked}" if again else "the same"
            body = json.dumps({"said": said, "replayed": Handler.asked > 1 or name}).encode()
            self.send_response(201)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            self.send_error(500)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def ask(port, method, **headers):
    link = HTTPConnection("127.0.0.1", port, timeout=5)
    link.request(method, "/orders", headers=headers)
    status = link.getresponse().status
    link.close()
    return status


@pytest.mark.parametrize("differs", [False, True])
def test_an_attempt_that_two_versions_answer_differently_is_a_failure(differs):
    servers = {name: serve(name, differs) for name in ("before", "now")}
    port = free_port()
    try:
        with gate(port, {name: each.server_port for name, each in servers.items()}) as seen:
            assert ask(port, "POST", **{"Idempotency-Key": "12345678"}) == 201
            assert seen.repeated == 1
            assert len(seen.failures) == int(differs)
            assert ask(port, "GET") == 500
            assert len(seen.failures) == 1 + int(differs)
    finally:
        for each in servers.values():
            each.shutdown()
            each.server_close()
