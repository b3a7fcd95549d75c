"""Where a request's time in Python goes: samples of the stack, sorted by layer."""

import signal
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from bench.inside import Caller

EVERY_S = 0.001
MOST_SHOWN = 60
ROOT = f"{Path(__file__).parents[1]}/"
# What drives the requests, and what every request runs through.
OUTSIDE = ("bench/", "<frozen", "flask/app.py", "apiflask/scaffold.py")

# The innermost frame that one of these words is in decides; the first word that fits, wins.
LAYERS = (
    ("psycopg", "psycopg"),
    ("sqlalchemy", "SQLAlchemy"),
    ("redis", "Redis client"),
    ("wechatpayv3", "wechatpayv3"),
    ("cryptography", "cryptography"),
    ("prometheus", "Prometheus"),
    ("structlog", "log"),
    ("app/web/logs", "log"),
    ("itsdangerous", "auth"),
    ("app/web/auth", "auth"),
    ("app/web/tokens", "auth"),
    ("app/web/limits", "limits"),
    ("app/domain/risk", "limits"),
    ("app/web/metrics", "Prometheus"),
    ("app/web/around", "around (id, headers)"),
    ("app/web/parse", "parse"),
    ("app/web/answers", "answer"),
    ("presenters", "answer"),
    ("app/kernel/db", "kernel db"),
    ("app/gateways", "gateways"),
    ("vouchers/codes", "show code"),
    ("app/kernel", "kernel, other"),
    ("app/domain", "domain"),
    ("miniprogram_api", "edge"),
    ("wechat_handlers", "edge"),
    ("apiflask", "Flask"),
    ("flask", "Flask"),
    ("werkzeug", "Werkzeug"),
)


class Profile:
    """`layers`: where the processor was; `within`: which of our functions were on the stack."""

    def __init__(self) -> None:
        self.layers: Counter[str] = Counter()
        self.within: Counter[str] = Counter()
        self.total = 0

    def take(self, _signal: int, frame: FrameType | None) -> None:
        self.total += 1
        self.layers[_layer(frame)] += 1
        for name in _functions(frame):
            self.within[name] += 1


def watch(found: Profile, caller: Caller, requests: Sequence[bytes]) -> None:
    """Send all requests in this very thread and look at the stack every millisecond of CPU."""
    before = signal.signal(signal.SIGPROF, found.take)
    signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
    try:
        for request in requests:
            caller.send(request)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def show(name: str, found: Profile, *, cpu_ms: float) -> None:
    """`cpu_ms`: what a request cost, undisturbed."""
    print(f"\n{name}: {cpu_ms:.3f} ms of CPU in Python a request, without the web server")
    for layer, count in found.layers.most_common():
        share = count / found.total
        print(f"  {layer:28}{100 * share:6.1f} %{cpu_ms * share:8.3f} ms")
    print("  of it, with everything they called:")
    for function, count in found.within.most_common(MOST_SHOWN):
        share = count / found.total
        print(f"    {function:70}{100 * share:6.1f} %{cpu_ms * share:8.3f} ms")


def _layer(frame: FrameType | None) -> str:
    while frame:
        path = frame.f_code.co_filename
        for word, layer in LAYERS:
            if word in path:
                return layer
        frame = frame.f_back
    return "other"


def _functions(frame: FrameType | None) -> set[str]:
    found = set()
    while frame:
        path = frame.f_code.co_filename
        short = path.rpartition("site-packages/")[2].removeprefix(ROOT)
        if not short.startswith(OUTSIDE):
            found.add(f"{short}:{frame.f_code.co_name}")
        frame = frame.f_back
    return found
