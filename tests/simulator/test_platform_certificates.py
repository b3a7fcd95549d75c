"""A merchant of before the platform's public key, who verifies by certificates."""

import base64
import dataclasses
import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.simulator import create_simulator, start, world_of
from app.simulator.signing import encrypt_for, public_key, verify
from tests.simulator.world import FRESH, MERCHANT, Sim

OLD = dataclasses.replace(MERCHANT, platform_certificate=True)
SETTINGS = dataclasses.replace(FRESH.settings, merchants=(OLD,))
ECHO = "/v3/security/echo"


@pytest.fixture
def old(receiver):
    running = start(create_simulator(SETTINGS))
    yield Sim(running, receiver)
    running.close()


def certificate(sim):
    """What the merchant opens with the APIv3 key, and by which number it is kept."""
    [told] = sim.call("GET", "/v3/certificates").json()["data"]
    sealed = told["encrypt_certificate"]
    pem = AESGCM(OLD.apiv3_key.encode()).decrypt(
        sealed["nonce"].encode(),
        base64.b64decode(sealed["ciphertext"]),
        sealed["associated_data"].encode(),
    )
    return told["serial_no"], x509.load_pem_x509_certificate(pem)


def is_signed(headers, body, by):
    stamp, nonce = headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"]
    text = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
    return verify(by.public_key(), text, headers["Wechatpay-Signature"])


def test_answers_name_the_certificate_and_verify_by_it(old):
    serial, kept = certificate(old)
    number, _ = old.make_order()

    query = f"/v3/pay/transactions/out-trade-no/{number}?mchid={OLD.mchid}"
    answer = old.call("GET", query)

    assert answer.headers["Wechatpay-Serial"] == serial == f"{kept.serial_number:X}"
    assert is_signed(answer.headers, answer.content, kept)


def test_notices_name_the_certificate_and_verify_by_it(old):
    serial, kept = certificate(old)
    old.paid_order()
    [(headers, body)] = old.receiver.wait_for(1)

    assert headers["Wechatpay-Serial"] == serial
    assert is_signed(headers, body, kept)
    assert json.loads(body)["event_type"] == "TRANSACTION.SUCCESS"


def test_who_asks_for_the_public_key_is_answered_by_it(old):
    asked = old.call("GET", "/v3/certificates", serial_header=FRESH.settings.public_key_id)
    assert asked.headers["Wechatpay-Serial"] == FRESH.settings.public_key_id


@pytest.mark.parametrize("by_certificate", [True, False])
def test_fields_may_be_sealed_under_either_name(old, by_certificate):
    name = certificate(old)[0] if by_certificate else FRESH.settings.public_key_id
    sealed = encrypt_for(public_key(FRESH.platform_public_key_pem), "秘密")
    body = {"echo_message": "hi", "encrypted_echo_message": sealed}
    assert old.call("POST", ECHO, body, serial_header=name).status_code == 200


def test_a_merchant_with_the_public_key_may_not_seal_under_the_certificate(sim, old):
    sealed = encrypt_for(public_key(FRESH.platform_public_key_pem), "秘密")
    body = {"echo_message": "hi", "encrypted_echo_message": sealed}
    answer = sim.call("POST", ECHO, body, serial_header=certificate(old)[0])
    assert answer.json()["code"] == "PARAM_ERROR"


def test_the_certificate_keeps_its_number_when_the_platform_starts_anew(old):
    again = world_of(create_simulator(SETTINGS)).platform.certificate
    assert certificate(old)[0] == again.serial
