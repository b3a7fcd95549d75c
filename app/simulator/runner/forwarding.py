"""wx.request on its way to the shop: the same method, body and few headers, to one address only."""

import http.client
from urllib.parse import urlsplit

from flask import Response, abort, request

TIMEOUT_SECONDS = 30
LARGEST_ANSWER_BYTES = 32 * 1024 * 1024
# Of a phone's headers these matter to the shop; cookies and the browser's own words stay here.
TAKEN_ALONG = (
    "Accept",
    "Accept-Language",
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-None-Match",
    "Range",
    "X-Request-Id",
)
BROUGHT_BACK = (
    "Cache-Control",
    "Content-Disposition",
    "Content-Range",
    "Content-Type",
    "ETag",
    "Idempotency-Replayed",
    "Retry-After",
    "X-Request-Id",
)


def forward(api: str, rest: str) -> Response:
    """The answer of the shop's server; 502 when it does not answer."""
    parts = urlsplit(api)
    query = request.query_string.decode("ascii")
    target = f"{parts.path.rstrip('/')}/{_encoded(rest)}" + (f"?{query}" if query else "")
    headers = {name: request.headers[name] for name in TAKEN_ALONG if name in request.headers}
    connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(request.method, target, body=request.get_data() or None, headers=headers)
        answer = connection.getresponse()
        body = answer.read(LARGEST_ANSWER_BYTES + 1)
    except (OSError, http.client.HTTPException):
        abort(502)
    finally:
        connection.close()
    if len(body) > LARGEST_ANSWER_BYTES:
        abort(502)
    told = {name: answer.headers[name] for name in BROUGHT_BACK if name in answer.headers}
    return Response(body, status=answer.status, headers=told)


def _encoded(rest: str) -> str:
    """The path as it was asked: decoding `%2F` on the way would ask for something else."""
    raw = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or "")
    asked = raw.partition("?")[0].partition("/forward/")[2]
    return asked or rest
