"""One request, step by step, as a collector hears of it: over HTTP, from server and workers."""

import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from app import factory, traces
from app.config import BadSettings, Settings
from app.gateways._http import place_of
from app.kernel import tracing
from jobs import running
from tests.architecture.reading import PRODUCTION, sources
from tests.jobs.life import Life, MiniDoor
from tests.simulator.world import APP, MERCHANT
from wechat_handlers import messages

NOTICE = "POST /wechat/pay/<channel>/payments"
JOB = "messages.push_order_paid"
SEND = "POST /cgi-bin/message/subscribe/send"
PHONE = "13812345678"
LIBRARY = re.compile(r"^\s*(?:from|import) opentelemetry", re.MULTILINE)
AT_START = re.compile(
    r"^(?:from app import .*\btraces\b|(?:from|import) app\.traces)", re.MULTILINE
)
NEEDED = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
    "REDIS_URL": "redis://127.0.0.1:9/0",
    "KABAO_SECRET": "a" * 43 + "=",
    "KABAO_PUBLIC_URL": "https://card.example.com",
}


class Collector:
    """Answers as OpenTelemetry's collector does; `bodies` is what it was sent."""

    def __init__(self):
        bodies = self.bodies = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_): ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1/traces"

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def spans(self):
        return [
            span
            for body in self.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def one(self, name, *, under=None):
        found = [
            span
            for span in self.spans()
            if span.name == name and (under is None or span.parent_span_id == under.span_id)
        ]
        assert len(found) == 1, sorted(span.name for span in self.spans())
        return found[0]


@pytest.fixture
def collector():
    collector = Collector()
    yield collector
    collector.close()


@pytest.fixture
def traced(collector):
    traces.start(url=collector.url, percent=100)
    yield collector
    tracing.leave()
    tracing.install(None)


@pytest.fixture
def door(shop):
    messages.forget()
    with shop.house.app.app_context():
        return MiniDoor(shop.house.app.test_client(), shop.merchant)


def facts(span):
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_paid_order_is_followed_from_the_notice_to_the_message(shop, door, traced):
    shop.allow_message(times=1)
    shop.open_the_program()
    life = Life(shop, door)

    life.paid_notice()
    shop.house.relay()
    shop.house.work()
    tracing.leave()

    assert len(shop.messages()) == 1
    web = traced.one(NOTICE)
    waited = traced.one(f"outbox {JOB}", under=web)
    job = traced.one(JOB, under=waited)
    call = traced.one(SEND, under=job)
    assert len({span.trace_id for span in (web, waited, job, call)}) == 1
    assert web.parent_span_id == b""
    assert web.start_time_unix_nano <= waited.start_time_unix_nano
    assert waited.end_time_unix_nano <= call.start_time_unix_nano <= call.end_time_unix_nano
    assert facts(web)["http.response.status_code"] == 204
    assert facts(job)["kabao.job"] == JOB
    assert facts(call)["url.template"] == "/cgi-bin/message/subscribe/send"
    assert facts(call)["http.response.status_code"] == 200
    _names_nobody(traced, shop, life)


def _names_nobody(collector, shop, life):
    sent = b"".join(collector.bodies).decode("utf-8", "replace")
    secrets = [
        shop.openid,
        life.number,
        life.placed.order_number,
        life.paid["transaction_id"],
        shop.prepay_id,
        shop.house.redis_url,
        APP.secret,
        APP.appid,
        MERCHANT.mchid,
        MERCHANT.apiv3_key,
        "access_token",
        "小明",
    ]
    assert [each for each in secrets if each in sent] == []
    for span in collector.spans():
        assert not span.events
        assert not span.status.message
        assert [name for name, value in facts(span).items() if not tracing.fits(name, value)] == []


def test_what_a_stranger_sends_is_in_no_step(shop, traced):
    openid = "o" + "Ab3_" * 6 + "xyz"
    client = shop.house.app.test_client()
    theirs = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {
        "X-Request-Id": openid,
        "User-Agent": PHONE,
        "Authorization": f"Bearer kbt_{openid}",
        "traceparent": f"00-{theirs}-00f067aa0ba902b7-01",
    }
    for path in (f"/api/v1/{PHONE}/me?phone={PHONE}", f"/{openid}/{PHONE}", f"/h5/{openid}/"):
        client.get(path, headers=headers)
    tracing.leave()

    assert len(traced.spans()) == 3
    sent = b"".join(traced.bodies)
    assert openid.encode() not in sent
    assert PHONE.encode() not in sent
    assert bytes.fromhex(theirs) not in sent


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_job_that_fails_says_so_by_its_class_alone(house, job, traced):
    def breaks(_task):
        raise RuntimeError(f"the phone {PHONE} is not known")

    name = job("test.breaks", breaks)
    row = house.publish(name)
    with house.app.app_context():
        running.run_batch(name, [[house.merchant_id, row]])
    tracing.leave()

    step = traced.one(name)
    assert (facts(step)["error.type"], step.status.code) == ("RuntimeError", 2)
    assert PHONE.encode() not in b"".join(traced.bodies)


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_collector_that_is_away_holds_nobody_up(house, job):
    traces.start(url="http://127.0.0.1:9/v1/traces", percent=100)
    name = job("test.counts", lambda task: house.redis.incr(f"done:{task.id}"))
    row = house.publish(name)
    try:
        house.relay()
        house.work()
    finally:
        tracing.install(None)
    assert house.count(f"done:{row}") == 1


def test_without_a_share_nothing_is_sent(shop, collector):
    traces.start(url=collector.url, percent=1)
    tracing._tracer._percent = 0
    try:
        shop.house.app.test_client().get("/api/v1/nobody/me")
        tracing.leave()
    finally:
        tracing.install(None)
    assert collector.bodies == []


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/v3/pay/transactions/jsapi", "/v3/pay/transactions/jsapi"),
        ("/v3/refund/domestic/refunds/R123", "/v3/refund/domestic/refunds/{}"),
        ("/v3/pay/transactions/out-trade-no/P8K2", "/v3/pay/transactions/out-trade-no/{}"),
        ("/sns/jscode2session", "/sns/jscode2session"),
        ("/sns/oauth2/access_token", "/sns/oauth2/access_token"),
        ("/v3/users/oUpF8uMuAJO_M2pxb1Q9zNjWeS6o/x", "/v3/users/{}/x"),
        ("/v3/users/oabcdefghijklmnopqrstuvwxyz_/x", "/v3/users/{}/x"),
        (f"/v3/phones/{PHONE}", "/v3/phones/{}"),
        ("/", "/"),
    ],
)
def test_a_place_holds_no_number_of_anybody(path, place):
    assert place_of(path) == place
    assert tracing.fits("url.template", place)


def test_only_what_is_listed_may_be_said():
    assert tracing.fits("kabao.job", JOB)
    assert not tracing.fits("kabao.job", PHONE)
    assert not tracing.fits("kabao.merchant", "o" * 28)
    assert not tracing.fits("error.type", "phone 13812345678")
    assert not tracing.fits("openid", "x")


def test_only_its_own_file_reads_the_library_and_only_when_told():
    read = [each.path for each in sources(*PRODUCTION) if LIBRARY.search(each.text)]
    assert read == ["app/traces.py"]
    assert [each.path for each in sources(*PRODUCTION) if AT_START.search(each.text)] == []


def test_without_the_library_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    monkeypatch.delitem(sys.modules, "app.traces")
    monkeypatch.delattr("app.traces")
    on = Settings.from_env(NEEDED | {"KABAO_TRACES_URL": "https://collector.example.com"})
    with pytest.raises(BadSettings, match=r"requirements-tracing\.txt"):
        factory._trace(on)


def test_a_collector_is_beside_us_or_behind_https():
    beside = {"KABAO_TRACES_URL": "http://127.0.0.1:4318/v1/traces", "KABAO_TRACES_PERCENT": "5"}
    assert Settings.from_env(NEEDED | beside).traces_percent == 5
    for bad in (
        {"KABAO_TRACES_URL": "http://collector.example.com/v1/traces"},
        {"KABAO_TRACES_PERCENT": "0"},
        {"KABAO_TRACES_PERCENT": "101"},
    ):
        with pytest.raises(BadSettings, match=next(iter(bad))):
            Settings.from_env(NEEDED | bad)
