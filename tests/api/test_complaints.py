"""Complaints over HTTP: photos, the dialogue, the desk, presents, evidence."""

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest

from app.domain import complaints
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import execute, reading, transaction
from app.simulator.open_platform.picture import picture
from tests.api.calling import a_notice, a_request_key
from tests.builders.catalog import a_benefit
from tests.builders.complaints import a_rule
from tests.builders.orders import a_voucher

PNG = picture({"of": "receipt"}, width=32)


def a_photo(caller, path="/complaints/photos", content=PNG):
    head = b'--photo\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    return caller.post(
        path,
        data=head + content + b"\r\n--photo--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=photo"},
    )


@pytest.fixture
def voucher(shop, buyer):
    return a_voucher(shop, buyer=buyer, at=clock.now() - timedelta(minutes=1))


@pytest.fixture
def ticket(member, voucher):
    photo = a_photo(member).json["photo"]
    said = {"kind": "service", "text": "券不能用", "voucher": voucher.number, "photos": [photo]}
    return member.post("/complaints", said).json["ticket"]


def test_a_complaint_is_told_answered_settled_and_rated(member, manager, ticket):
    item = manager.get("/counter/complaints").json["items"][0]
    assert (item["ticket"], item["source"], item["is_late"]) == (ticket, "app", False)
    path = f"/counter/complaints/{ticket}"

    assert manager.post(f"{path}/reply", {"text": "马上补"}).status_code == 204
    assert member.post(f"/complaints/{ticket}/say", {"text": "谢谢"}).status_code == 204
    assert manager.post(f"{path}/resolve", {"resolution": "已补"}).status_code == 204
    assert (
        member.post(f"/complaints/{ticket}/rate", {"stars": 5, "comment": "很好"}).status_code
        == 204
    )

    told = member.get(f"/complaints/{ticket}").json
    assert (told["state"], told["satisfaction"], told["resolution"]) == ("resolved", 5, "已补")
    assert [line["text"] for line in told["dialogue"]] == [
        "券不能用",
        "马上补",
        "谢谢",
        "已补",
        "很好",
    ]
    assert member.post(f"/complaints/{ticket}/say", {"text": "?"}).json["code"] == "ticket_closed"


def test_the_desk_sees_the_order_with_its_vouchers(manager, ticket, voucher):
    told = manager.get(f"/counter/complaints/{ticket}").json

    assert told["voucher"] == voucher.number
    assert voucher.number in [each["number"] for each in told["evidence"]["vouchers"]]
    assert told["evidence"]["payments"][0]["state"] == "received"


def test_a_photo_is_for_those_who_quarrel(guest, member, stranger, manager, ticket):
    (name,) = member.get(f"/complaints/{ticket}").json["dialogue"][0]["photos"]

    mine = member.get(f"/complaints/{ticket}/photos/{name}")
    assert mine.data.startswith(b"\x89PNG")
    assert manager.get(f"/counter/complaints/{ticket}/photos/{name}").status_code == 200
    assert stranger.get(f"/complaints/{ticket}/photos/{name}").status_code == 404
    for folder in ("complaint", f"complaint-{1}"):
        assert guest.get(f"/files/{folder}/{name}").status_code == 404


def test_nobody_names_a_photo_that_he_did_not_hand_in(member, stranger):
    photo = a_photo(stranger).json["photo"]

    said = {"kind": "other", "text": "看图", "photos": [photo]}
    assert member.post("/complaints", said).json["code"] == "photo_unknown"


@pytest.mark.parametrize(
    ("content", "status"), [(b"no picture", 409), (PNG + b"x" * 6 * 1024 * 1024, 413)]
)
def test_what_is_no_picture_or_too_large_is_refused(member, content, status):
    assert a_photo(member, content=content).status_code == status


def test_a_form_without_a_file_is_refused(member):
    assert member.post("/complaints/photos").json["code"] == "invalid"


def test_clerks_have_no_complaint_desk(clerk, ticket):
    assert clerk.get("/counter/complaints").json["code"] == "managers_only"
    assert clerk.get(f"/counter/complaints/{ticket}").status_code == 403


def test_a_clerk_makes_good_within_his_limit(shop, clerk, member, ticket):
    a_rule(shop, role=Role.CLERK, per_day=1, at=clock.now())
    benefit = a_benefit(merchant=shop.merchant).benefit_number
    said = {"benefit": benefit, "reason": "出品慢了", "ticket": ticket}

    given = clerk.post("/counter/goodwill", said, key=a_request_key())
    again = clerk.post("/counter/goodwill", said, key=a_request_key())

    assert given.status_code == 201
    assert again.json["code"] == "goodwill_limit"
    held = [each["card"] for each in member.get("/wallet").json["items"]]
    assert given.json["card"] in held
    assert (
        clerk.post(
            "/counter/goodwill", said | {"member": "U" + "2" * 16}, key=a_request_key()
        ).status_code
        == 409
    )


def test_the_evidence_of_an_order_is_one_file(manager, clerk, member, ticket):
    order = member.get(f"/complaints/{ticket}").json["order"]

    told = manager.get(f"/counter/orders/{order}/evidence")

    assert told.content_type == "application/zip"
    names = zipfile.ZipFile(BytesIO(told.data)).namelist()
    assert {"manifest.json", "order.json", "complaints.json"} <= set(names)
    assert any(name.startswith("photos/") for name in names)
    assert clerk.get(f"/counter/orders/{order}/evidence").status_code == 403


def knock(client, shop, notice):
    headers, body = notice
    path = f"/wechat/pay/{shop.channel.number}/complaints"
    return client.post(path, data=body, headers=headers)


def a_telling(**more):
    said = {"complaint_id": "200000", "action_type": "CREATE_COMPLAINT"}
    return a_notice(said, event="COMPLAINT.CREATE", about="complaint", **more)


def test_the_door_takes_a_notice_once_and_forged_ones_never(client, shop):
    notice = a_telling()
    assert knock(client, shop, notice).status_code == 204
    assert knock(client, shop, notice).status_code == 204
    assert knock(client, shop, a_telling(kind="forge")).status_code == 401
    wrong = a_notice({"out_trade_no": "1"}, event="TRANSACTION.SUCCESS")
    assert knock(client, shop, wrong).status_code == 401


def test_the_same_attempt_to_make_good_gives_once(shop, clerk, ticket):
    a_rule(shop, role=Role.CLERK, at=clock.now())
    benefit = a_benefit(merchant=shop.merchant).benefit_number
    said = {"benefit": benefit, "reason": "出品慢了", "ticket": ticket}
    key = a_request_key()

    first, second = (clerk.post("/counter/goodwill", said, key=key) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    assert clerk.post("/counter/goodwill", said).json["code"] == "invalid"


def uploads_of(shop):
    return {row.key for row in reading().query(complaints.Upload).filter_by(merchant_id=shop.id)}


def test_a_photo_that_is_named_waits_no_more_and_one_that_is_gone_is_asked_for_again(
    shop, member, ticket
):
    photo = a_photo(member).json["photo"]
    assert uploads_of(shop) == {photo}
    said = {"text": "看图", "photos": [photo]}
    path = f"/complaints/{ticket}/say"

    assert member.post(path, said).status_code == 204
    assert uploads_of(shop) == set()
    assert member.post(path, said).status_code == 204

    other = a_photo(member, content=picture({"of": "cup"}, width=32)).json["photo"]
    with transaction():
        execute("DELETE FROM complaint_uploads WHERE merchant_id = %(m)s", {"m": shop.id})
    gone = member.post(path, {"text": "看图", "photos": [other]})
    assert gone.json["code"] == "photo_unknown"


def test_nobody_talks_without_end(member, ticket):
    # The photo and the complaint count as well.
    for _ in range(28):
        assert member.post(f"/complaints/{ticket}/say", {"text": "?"}).status_code == 204
    assert member.post(f"/complaints/{ticket}/say", {"text": "?"}).status_code == 429
