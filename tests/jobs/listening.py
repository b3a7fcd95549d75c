"""The application behind a real address, so that the pretend WeChat can tell it things."""

import threading
from contextlib import contextmanager

from werkzeug.serving import make_server


@contextmanager
def listening(app):
    """Its address, for as long as somebody listens."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
