"""Complaints, presents, member codes and paper cards of a house, as its routes need them."""

import secrets
from datetime import timedelta
from io import BytesIO

from PIL import Image

from app.domain import complaints, members, paper_cards
from app.domain.complaints import Kind, Wish
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import db, transaction
from app.web import complaints as desks
from tests.builders.catalog import BOSS, a_benefit
from tests.builders.complaints import a_rule, a_ticket, member_code, printed
from tests.builders.members import a_member
from tests.walks.refunding import a_paid


def _photo():
    """As a phone takes it."""
    out = BytesIO()
    Image.new("RGB", (32, 24), "brown").save(out, "JPEG")
    return out.getvalue()


PHOTO = _photo()


def a_photo_form():
    """As bytes, for one call is sent several times."""
    head = b'--photo\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n\r\n'
    return {
        "data": head + PHOTO + b"\r\n--photo--\r\n",
        "headers": {"Content-Type": "multipart/form-data; boundary=photo"},
    }


def a_kept_photo(house):
    """Handed in by our member, and named in no dialogue yet."""
    member_id = house.member.who.id
    key = desks.keep_photo(PHOTO, merchant_id=house.id, folder=desks.folder_of(member_id))
    with transaction():
        complaints.note_upload(merchant_id=house.id, key=key, member_id=member_id, at=clock.now())
    return key


def a_complaint(house):
    """The number of a ticket of our member's."""
    number = a_ticket(house, house.member.who, at=clock.now())
    db.session.rollback()
    return number


def a_complaint_with_photo(house):
    photo = a_kept_photo(house)
    wish = Wish(
        merchant_id=house.id,
        member_id=house.member.who.id,
        kind=Kind.OTHER,
        text="看图",
        photos=[photo],
    )
    with transaction():
        number = complaints.open_ticket(wish, at=clock.now())
    return {"ticket": number, "name": photo.rpartition("/")[2]}


def a_settled_complaint(house):
    number = a_complaint(house)
    with transaction():
        complaints.resolve(
            merchant_id=house.id, number=number, resolution="已补", actor=BOSS, at=clock.now()
        )
    return number


def a_present_in(house):
    for role in Role:
        a_rule(house, role=role, per_day=100_000, day_cost_fen=10**12, at=clock.now())
    benefit = a_benefit(merchant=house.merchant).benefit_number
    return {"benefit": benefit, "reason": "出品慢了", "member": house.neighbour.who.number}


def a_member_code(house):
    code = member_code(house, house.member.who, at=clock.now())
    db.session.rollback()
    house.secrets |= {code.qr_text, code.digits}
    return code.qr_text


def somebody_elses_number(house):
    """A member whose sessions nobody needs."""
    number = a_member(merchant=house.merchant, at=clock.now()).number
    db.session.rollback()
    return number


def a_complaint_of_an_order(house):
    number = a_ticket(house, house.member.who, at=clock.now(), order_number=a_paid(house))
    db.session.rollback()
    return number


def what_cards_hold(house):
    benefit = a_benefit(merchant=house.merchant).benefit_number
    db.session.rollback()
    return {"title": "旧卡", "until": "2036-01-01", "benefits": {benefit: 2}, "points": 5}


def a_list_of_cards(house):
    house.secrets.add(code := f"88{secrets.randbelow(10**12):012d}")
    return {**what_cards_hold(house), "cards": f"code,uses,points\n{code},1,2\n", "dry_run": False}


def a_batch(house):
    batch, _ = printed(house, at=clock.now(), until=clock.now() + timedelta(days=9))
    db.session.rollback()
    return batch


def a_bound_card(house):
    """The card in our member's wallet that a paper card brought."""
    code = a_paper_card(house)
    with transaction():
        bound = paper_cards.bind(
            merchant_id=house.id,
            member_id=house.member.who.id,
            code_text=code,
            at=clock.now(),
        )
    return bound.card_number


def a_paper_card(house):
    at = clock.now()
    _, (code,) = printed(house, at=at, until=at + timedelta(days=9))
    db.session.rollback()
    house.secrets.add(code)
    return paper_cards.qr_text(code)


def a_working_card(house):
    """Our member's card works, whatever an earlier call did to it."""
    who = {"merchant_id": house.id, "member_id": house.member.who.id}
    with transaction():
        if members.code_state(**who).frozen_at:
            members.reissue_codes(**who, actor=BOSS, at=clock.now())
    db.session.rollback()
