"""Many threads that ask WeChat at once; what their calls came to is printed as JSON."""

import json
import sys
import threading
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.gateways.errors import GatewayError
from app.gateways.mini_program import MiniProgram
from app.gateways.open_platform import App
from app.gateways.tokens import AccessTokens

socket, url, appid, secret, threads, calls = sys.argv[1:]
redis = Redis(unix_socket_path=socket, retry=Retry(NoBackoff(), 0), max_connections=64)
mini = MiniProgram(
    App(appid=appid, secret=secret, base_url=url), AccessTokens(redis=redis, base_url=url)
)
came_to = Counter()


def ask():
    for _ in range(int(calls)):
        try:
            mini.phone_number("NO-SUCH-CODE")
        except GatewayError as failure:
            came_to[failure.code] += 1


asking = [threading.Thread(target=ask) for _ in range(int(threads))]
for thread in asking:
    thread.start()
for thread in asking:
    thread.join()
sys.stdout.write(json.dumps(came_to))
