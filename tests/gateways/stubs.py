"""Small servers that say exactly what a test tells them to, faults included."""

import base64
import json
import secrets
import socket
import struct
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_ID = "PUB_KEY_ID_0000000000000024101100397200000006"
APIV3_KEY = "0123456789abcdef0123456789abcdef"
ALGORITHM = "WECHATPAY2-SHA256-RSA2048"


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict = field(default_factory=dict)
    fault: str = ""


@dataclass
class Seen:
    method: str
    target: str
    headers: dict
    body: bytes

    @property
    def path(self):
        return urlsplit(self.target).path

    @property
    def query(self):
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def json(self):
        return json.loads(self.body)


def says(value, status=200, **headers):
    body = json.dumps(value, ensure_ascii=False).encode()
    return Answer(body, status, {"Content-Type": "application/json", **headers})


class Stub:
    """Answers by path: the queued answers in turn, the last of them for ever."""

    def __init__(self):
        self.answers = defaultdict(list)
        self.seen = []
        self.connections = 0
        self.released = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def stop(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def on(self, path, *answers):
        self.answers[path] = list(answers)
        return self

    def asked(self, path):
        return [seen for seen in self.seen if seen.path == path]

    def finish(self, _seen, answer):
        return answer

    def next_answer(self, seen):
        queued = self.answers[seen.path] or [says({"code": "NOT_STUBBED"}, 404)]
        answer = queued.pop(0) if len(queued) > 1 else queued[0]
        return self.finish(seen, answer(seen) if callable(answer) else answer)

    def _handler(self):
        return type("Handler", (_Handler,), {"stub": self})


class _Handler(BaseHTTPRequestHandler):
    stub: Stub
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def setup(self):
        super().setup()
        self.stub.connections += 1

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True

    def do_GET(self):
        length = int(self.headers.get("Content-Length") or 0)
        seen = Seen(self.command, self.path, dict(self.headers), self.rfile.read(length))
        self.stub.seen.append(seen)
        self.reply(self.stub.next_answer(seen))

    def do_POST(self):
        self.do_GET()

    def reply(self, answer):
        if answer.fault == "hang":
            self.stub.released.wait(5)
        if answer.fault:
            self.reset()
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def reset(self):
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True

    def log_message(self, *_):
        pass


class Keys:
    """Two key pairs: the merchant's and WeChat's."""

    def __init__(self):
        self.merchant = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.platform = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def merchant_pem(self):
        return self.merchant.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    @property
    def platform_pem(self):
        return (
            self.platform.public_key()
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            .decode()
        )

    def signed(self, body, *, at=None, serial=KEY_ID):
        """The headers of a genuine answer or notice."""
        stamp, nonce = str(int(at if at is not None else time.time())), secrets.token_hex(8)
        text = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
        signature = self.platform.sign(text, padding.PKCS1v15(), hashes.SHA256())
        return {
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Serial": serial,
            "Wechatpay-Signature-Type": ALGORITHM,
        }

    def accepts(self, text, signature):
        self.merchant.public_key().verify(
            base64.b64decode(signature), text, padding.PKCS1v15(), hashes.SHA256()
        )


class PayStub(Stub):
    """Checks our signature over the bytes that came, and signs what it answers."""

    def __init__(self, keys):
        self.keys = keys
        self.forget = set()
        super().__init__()

    def finish(self, seen, answer):
        self.check(seen)
        signed = self.keys.signed(answer.body) if answer.status < 300 else {}
        if "/billdownload/" in seen.path:
            signed = {}
        kept = {name: value for name, value in signed.items() if name not in self.forget}
        return Answer(answer.body, answer.status, {**kept, **answer.headers}, answer.fault)

    def check(self, seen):
        scheme, _, rest = seen.headers["Authorization"].partition(" ")
        assert scheme == ALGORITHM
        said = dict(pair.split("=", 1) for pair in rest.split(","))
        said = {name: value.strip('"') for name, value in said.items()}
        text = f"{seen.method}\n{seen.target}\n{said['timestamp']}\n{said['nonce_str']}\n"
        self.keys.accepts(text.encode() + seen.body + b"\n", said["signature"])


def sealed(content, *, original_type, event_type, reference="EV-1", key=APIV3_KEY):
    """The body of a notice."""
    nonce, bound = secrets.token_hex(6), original_type
    secret = AESGCM(key.encode()).encrypt(
        nonce.encode(), json.dumps(content).encode(), bound.encode()
    )
    return json.dumps(
        {
            "id": reference,
            "create_time": "2026-11-21T20:00:00+08:00",
            "resource_type": "encrypt-resource",
            "event_type": event_type,
            "summary": "支付成功",
            "resource": {
                "algorithm": "AEAD_AES_256_GCM",
                "original_type": original_type,
                "ciphertext": base64.b64encode(secret).decode(),
                "associated_data": bound,
                "nonce": nonce,
            },
        }
    ).encode()
