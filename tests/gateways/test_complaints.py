"""The complaint desk of a pay account against the pretend WeChat Pay."""

import base64
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from app.gateways import PayChannel, build, complaints
from app.gateways.errors import ForgedNotice, Refused, StaleNotice, Unavailable
from app.kernel import clock
from app.simulator import create_simulator, start
from app.simulator.open_platform.picture import picture
from tests.simulator.test_complaints import complain, doing
from tests.simulator.world import APP, FRESH, MERCHANT, Receiver, Sim

PNG = picture({"of": "receipt"}, width=32)


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def sim(receiver):
    running = start(create_simulator(FRESH.settings))
    yield Sim(running, receiver)
    running.close()


@pytest.fixture
def channel():
    return PayChannel(
        mchid=MERCHANT.mchid,
        appid=APP.appid,
        serial=MERCHANT.certificate_serial,
        private_key_pem=FRESH.merchant_private_key_pem,
        apiv3_key=MERCHANT.apiv3_key,
        public_key_id=FRESH.settings.public_key_id,
        public_key_pem=FRESH.platform_public_key_pem,
        notify_url_payment="",
        notify_url_refund="",
    )


@pytest.fixture
def doors(valkey, sim, tmp_path):
    return build(
        redis=valkey,
        wechat_base_url=sim.url,
        pay_base_url=sim.url,
        open_base_url=sim.url,
        files_root=tmp_path,
    )


@pytest.fixture
def desk(doors, channel):
    return doors.complaints(channel)


def of_today(desk):
    today = clock.now().date()
    return desk.list_of_days(first=today - timedelta(days=1), last=today + timedelta(days=1))


def test_a_complaint_is_told_in_our_words(desk, sim):
    number = complain(sim, problem_type="REFUND", refund_fen=1200, images=[as_text(PNG)])

    told = desk.look(number)

    assert (told.state, told.problem, told.asked_fen) == ("PENDING", "REFUND", 1200)
    assert (told.phone, told.awaits_us, told.times) == ("13800000001", True, 1)
    assert "13800000001" not in repr(told)
    (step,) = desk.history(number)
    assert (step.kind, step.text) == ("USER_CREATE_COMPLAINT", "券不能用")
    assert desk.fetch_photo(step.media[0]) == PNG


def as_text(content):
    return base64.b64encode(content).decode()


def test_a_phone_that_our_key_does_not_open_hides_no_complaint(desk, sim, monkeypatch):
    number = complain(sim)

    def wrong_key(_):
        raise ValueError

    monkeypatch.setattr(desk._client, "decrypt", wrong_key)
    assert desk.look(number).phone is None


def test_the_list_goes_on_until_its_end(desk, sim, monkeypatch):
    monkeypatch.setattr(complaints, "MOST_PER_PAGE", 2)
    numbers = [complain(sim) for _ in range(5)]

    assert [told.complaint_id for told in of_today(desk)] == numbers


def test_an_answer_with_a_photo_and_the_end(desk, sim):
    number = complain(sim)

    media_id = desk.upload_photo(PNG)
    desk.reply(number, desk.reply_body(text="请看图", media_ids=[media_id]))
    desk.complete(number, desk.complete_body())

    assert desk.look(number).state == "PROCESSED"
    kinds = [step.kind for step in desk.history(number)]
    assert kinds[1:] == ["MERCHANT_RESPONSE", "MERCHANT_CONFIRM_COMPLETE"]
    with pytest.raises(Refused):
        desk.complete(number, desk.complete_body())


def test_whose_complaints_are_meant_is_the_shop_of_a_provider(doors, channel):
    partners = doors.complaints(replace(channel, sub_mchid="1900000999"))

    assert partners.complete_body() == {"complainted_mchid": "1900000999"}


def test_a_large_photo_is_made_small_enough():
    noise = Image.effect_noise((3000, 3000), 90).convert("RGB")
    out = BytesIO()
    noise.save(out, "PNG")

    small = complaints.as_jpeg(out.getvalue())

    assert len(small) <= complaints.LARGEST_PHOTO_BYTES
    assert max(Image.open(BytesIO(small)).size) <= complaints.PHOTO_EDGE_PX


def test_a_photo_is_fetched_from_nowhere_else(desk):
    with pytest.raises(Refused):
        desk.fetch_photo("https://example.com/etc/passwd")


def test_a_photo_that_is_not_there_is_refused(desk):
    with pytest.raises(Refused):
        desk.fetch_photo("https://x/v3/merchant-service/images/none.png")


def about_complaints(receiver):
    """The first notice that is not about the payment before."""
    found = receiver.wait_for(2)
    return next(each for each in found if b"COMPLAINT" in each[1])


def test_the_address_for_notices_is_set_changed_and_left_alone(desk, sim, receiver):
    for url in ("https://shop.example/old", receiver.url, receiver.url):
        desk.be_told_at(url)

    number = complain(sim)
    headers, body = about_complaints(receiver)
    told = desk.read_notice(headers, body, received_at=clock.now())
    assert (told.complaint_id, told.action) == (number, "CREATE_COMPLAINT")


def test_a_notice_that_is_old_or_of_another_kind_is_refused(desk, sim, receiver):
    desk.be_told_at(receiver.url)
    number = complain(sim)
    doing(sim, number, "reply", text="在吗")
    headers, body = about_complaints(receiver)

    with pytest.raises(StaleNotice):
        desk.read_notice(headers, body, received_at=clock.now() + timedelta(minutes=6))
    with pytest.raises(ForgedNotice):
        desk.read_notice(headers, body + b" ", received_at=clock.now())


def test_reading_from_who_is_away_is_never_of_unknown_outcome(desk, sim):
    number = complain(sim)
    sim.post("/_sim/faults", kind="status", status=503, scope=complaints.BASE)

    with pytest.raises(Unavailable):
        desk.look(number)


def test_a_complaint_without_a_word_does_not_lose_the_others(desk, sim):
    numbers = [complain(sim) for _ in range(2)]
    read = desk._read_page

    def with_an_empty_one(answer):
        answer["data"][0]["complaint_detail"] = ""
        return read(answer)

    desk._read_page = with_an_empty_one
    found = of_today(desk)

    assert [one.complaint_id for one in found] == numbers
    assert "" in [one.text for one in found]
