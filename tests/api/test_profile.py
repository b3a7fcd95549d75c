"""A member's name and picture."""

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from app.domain import members
from app.gateways import gateways
from app.kernel import clock, outbox
from app.kernel.db import reading, transaction
from jobs import members as jobs
from miniprogram_api import profile
from tests.api.test_complaints import a_photo

AVATAR = "/profile/avatar"


def drawn(colour):
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    Image.new("RGB", (24, 24), colour).save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture
def here(phone):
    """WeChat judges what is written by somebody who was there lately."""
    phone.login_code()


def kept(path):
    """The file behind an address, or None."""
    _, _, _, merchant, _, folder, name = path.split("/")
    return gateways().files.get(f"{merchant}/{folder}/{name}")


def test_a_name_is_tidied_and_shown(member, here):
    assert member.post("/profile", {"nickname": "  小   明 "}).status_code == 204
    assert member.get("/me").json["nickname"] == "小 明"


def test_a_name_that_wechat_does_not_like_is_refused(member, here):
    answer = member.post("/profile", {"nickname": "含违禁词"})
    assert (answer.status_code, answer.json["code"]) == (422, "nickname_refused")
    assert member.get("/me").json["nickname"] is None


@pytest.mark.parametrize("nickname", ["   ", "长" * 33])
def test_a_name_has_one_to_32_characters(member, here, nickname):
    answer = member.post("/profile", {"nickname": nickname})
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_a_picture_is_drawn_anew_and_anybody_may_see_it(member, guest):
    assert member.get("/me").json["avatar"] is None
    answer = a_photo(member, AVATAR, drawn("red"))

    path = answer.json["avatar"]
    assert answer.status_code == 201
    assert member.get("/me").json["avatar"] == path
    shown = guest.raw("GET", path)
    assert (shown.status_code, shown.headers["Cache-Control"]) == (200, "private, max-age=300")
    assert b"a camera" not in shown.data


def test_the_picture_before_is_gone(member):
    first = a_photo(member, AVATAR, drawn("red")).json["avatar"]
    second = a_photo(member, AVATAR, drawn("blue")).json["avatar"]
    assert (kept(first), kept(second) is None) == (None, False)


def test_the_same_picture_again_is_a_file_of_its_own(member):
    """Two at once: who comes second must not delete what the first one shows."""
    first = a_photo(member, AVATAR, drawn("red")).json["avatar"]
    second = a_photo(member, AVATAR, drawn("red")).json["avatar"]
    assert (kept(first), kept(second) is None) == (None, False)
    assert member.get("/me").json["avatar"] == second


def test_what_is_no_picture_is_refused(member):
    answer = a_photo(member, AVATAR, b"no picture")
    assert (answer.status_code, answer.json["code"]) == (422, "picture_unusable")
    assert member.get("/me").json["avatar"] is None


def test_two_members_with_one_picture_have_a_file_each(member, stranger):
    mine = a_photo(member, AVATAR, drawn("red")).json["avatar"]
    theirs = a_photo(stranger, AVATAR, drawn("red")).json["avatar"]
    a_photo(stranger, AVATAR, drawn("blue"))
    assert mine != theirs
    assert kept(mine) is not None


@pytest.mark.parametrize("take_back", [members.erase_nickname, members.erase_person])
def test_whoever_takes_his_name_back_takes_his_picture_too(member, shop, buyer, take_back):
    path = a_photo(member, AVATAR, drawn("red")).json["avatar"]
    lost = a_lost_picture(shop, name=f"{members.AVATAR_FOLDER}{buyer.number}-1a2b")

    with transaction():
        take_back(merchant_id=shop.id, member_id=buyer.id, actor="wechat", at=clock.now())
    done = waiting(shop, "members.forget_picture")
    for task in done:
        jobs.forget_picture(task)

    assert len(done) == 1
    with transaction():
        found = members.get_member(merchant_id=shop.id, member_id=buyer.id)
    assert (found.avatar, found.nickname, kept(path)) == (None, None, None)
    assert gateways().files.get(lost) is None


def test_an_erasure_that_a_web_server_of_before_ordered_takes_the_picture_too(member, shop, buyer):
    """It knows one job only."""
    path = a_photo(member, AVATAR, drawn("red")).json["avatar"]
    with transaction():
        members.erase_person(
            merchant_id=shop.id, member_id=buyer.id, actor="wechat", at=clock.now()
        )
    for task in waiting(shop, "members.forget_person"):
        jobs.forget_person(task)
    assert kept(path) is None


@pytest.mark.parametrize("what", ["nickname", "avatar"])
def test_who_closes_his_account_meanwhile_has_neither(member, shop, buyer, monkeypatch, what):
    """While WeChat judges the name, or a picture is drawn."""
    doing = {"nickname": (profile, "_judge"), "avatar": (profile.uploads, "keep")}[what]
    really, made = getattr(*doing), []

    def done_slowly(*words, **more):
        if what == "avatar":
            made.append(really(*words, **more))
        with transaction():
            members.erase_person(
                merchant_id=shop.id, member_id=buyer.id, actor="wechat", at=clock.now()
            )
        return made[0] if made else None

    monkeypatch.setattr(*doing, done_slowly)
    said = {"nickname": lambda: member.post("/profile", {"nickname": "小明"})}
    answer = said.get(what, lambda: a_photo(member, AVATAR, drawn("red")))()

    assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in")
    with transaction():
        found = members.get_member(merchant_id=shop.id, member_id=buyer.id)
    assert (found.avatar, found.nickname) == (None, None)
    assert [gateways().files.get(key) for key in made] == [None] * len(made)


def a_lost_picture(shop, *, name):
    """A picture whose row was never written."""
    return gateways().files.put(merchant_id=shop.merchant.number, name=name, content=drawn("blue"))


def waiting(shop, name):
    """What a worker would be handed under this name."""
    found = select(outbox.OutboxRow.id).where(
        outbox.OutboxRow.merchant_id == shop.id, outbox.OutboxRow.job == name
    )
    with transaction():
        rows = list(reading().scalars(found))
    return [outbox.find_task(merchant_id=shop.id, task_id=row) for row in rows]
