import pytest
from flask import Flask

from app.web import client


@pytest.mark.parametrize(
    ("proxies", "forwarded", "socket", "address"),
    [
        (0, None, "10.0.0.9", "10.0.0.9"),
        (0, "6.6.6.6", "10.0.0.9", "10.0.0.9"),
        (1, "6.6.6.6, 1.2.3.4", "10.0.0.9", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.8", "10.0.0.9", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.9", "10.0.0.9"),
        (1, "nonsense", "10.0.0.9", client.NOWHERE),
        (1, "2001:DB8::1", "10.0.0.9", "2001:db8::1"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(proxies, forwarded, socket, address):
    app = Flask("test")
    app.config[client.TRUSTED_PROXIES] = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    with app.test_request_context(headers=headers, environ_base={"REMOTE_ADDR": socket}):
        assert client.address() == address
