"""What serves the mini-program's build to a phone, and the way to the shop."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.simulator.runner import Runner, create_runner, start
from app.simulator.runner.__main__ import main

PHONE = "http://127.0.0.1:8090"
SCRIPT = 'const at="https://api.kabao.invalid",shop="M0000000000000000"'


class Shop(BaseHTTPRequestHandler):
    """Tells what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = {"path": self.path, "headers": dict(self.headers), "body": body.decode()}
        answer = json.dumps(said).encode()
        self.send_response(409)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("Set-Cookie", "kept=1")
        self.send_header("Retry-After", "3")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass


@pytest.fixture
def shop():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "inner").mkdir()
    built = tmp_path / "inner"
    (built / "index.html").write_text("<!doctype html>", encoding="utf-8")
    (built / "code.js").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    return built


@pytest.fixture
def client(folder, shop):
    runner = Runner(folder=folder, api=shop, merchant="M1234", phone=PHONE)
    return create_runner(runner).test_client()


def test_the_shop_is_put_into_the_places_that_the_build_keeps(client):
    told = client.get("/code.js", base_url="http://127.0.0.1:8100").text
    assert told == 'const at="http://127.0.0.1:8100/forward",shop="M1234"'


def test_only_the_phone_frames_it_and_no_script_comes_from_elsewhere(client):
    policy = client.get("/", base_url="http://127.0.0.1:8100").headers["Content-Security-Policy"]
    assert f"frame-ancestors {PHONE}" in policy
    assert "script-src 'self';" in policy


@pytest.mark.parametrize("name", ["../secret.txt", "%2e%2e/secret.txt", "inner", "nothing.js"])
def test_what_lies_beside_the_build_is_not_told(client, name):
    assert client.get(f"/{name}", base_url="http://127.0.0.1").status_code == 404


def test_a_strange_name_for_this_machine_is_refused(client):
    assert client.get("/", base_url="http://rebound.example:8100").status_code == 421


def test_a_request_goes_on_with_what_matters_and_its_answer_comes_back(client):
    answer = client.post(
        "/forward/api/v1/M1234/orders?a=1&b=%E5%8D%A1",
        data='{"offer":"B1"}',
        headers={
            "Content-Type": "application/json",
            "Authorization": "Bearer t",
            "Idempotency-Key": "k",
            "Cookie": "panel=1",
            "Origin": "http://127.0.0.1",
        },
        base_url="http://127.0.0.1:8100",
    )

    asked = answer.json
    assert (answer.status_code, answer.headers["Retry-After"]) == (409, "3")
    assert "Set-Cookie" not in answer.headers
    assert asked["path"] == "/api/v1/M1234/orders?a=1&b=%E5%8D%A1"
    assert asked["body"] == '{"offer":"B1"}'
    assert asked["headers"]["Authorization"] == "Bearer t"
    assert asked["headers"]["Idempotency-Key"] == "k"
    assert not {"Cookie", "Origin"} & set(asked["headers"])


def test_a_body_has_its_bound(client):
    heavy = b"0" * (16 * 1024 * 1024 + 1)
    told = client.post("/forward/api", data=heavy, base_url="http://127.0.0.1")
    assert told.status_code == 413


def test_a_shop_that_does_not_answer_is_a_bad_gateway(folder):
    runner = Runner(folder=folder, api="http://127.0.0.1:9", merchant="M1", phone=PHONE)
    client = create_runner(runner).test_client()
    assert client.get("/forward/readyz", base_url="http://127.0.0.1").status_code == 502


def test_without_a_build_it_does_not_start(tmp_path):
    runner = Runner(folder=tmp_path, api="http://127.0.0.1:9", merchant="M1", phone=PHONE)
    with pytest.raises(FileNotFoundError):
        create_runner(runner)


def test_it_says_what_a_phone_opens(folder):
    runner = Runner(folder=folder, api="http://127.0.0.1:9", merchant="M1", phone=PHONE)
    running = start(create_runner(runner))
    try:
        assert running.slot_url.startswith(f"http://127.0.0.1:{running.port}/?appid={{appid}}&")
    finally:
        running.close()


def test_it_speaks_to_no_shop_that_wants_tls(monkeypatch, capsys):
    """What it forwards has a person's token in it."""
    words = ["runner", "--folder", "x", "--merchant", "M1", "--api", "https://card.example.com"]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit):
        main()
    assert "http address" in capsys.readouterr().err
