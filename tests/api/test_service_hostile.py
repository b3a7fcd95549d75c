"""The service desk, the member's card and paper cards, as somebody hostile tries them."""

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from app.domain import complaints, members
from app.domain.catalog import Conditions, Days
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction
from tests.api.calling import Caller, a_request_key, token_of_staff
from tests.api.test_complaints import PNG, a_photo
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.complaints import a_rule, a_ticket, member_code, printed
from tests.builders.merchants import a_clerk, a_store
from tests.builders.orders import a_buyer, a_paid_order, a_shop, a_voucher, vouchers_of

HTML = "<script>alert(1)</script><img src=x onerror=alert(1)>"
NOBODY = "2" * 16


def an_hour_ago():
    return clock.now() - timedelta(hours=1)


def a_bomb():
    """A few kilobytes that would be a gigabyte of pixels."""
    out = BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    return out.getvalue()


def holding(shop, **more):
    benefit = a_benefit(merchant=shop.merchant).benefit_number
    return {"title": "旧卡", "until": "2036-01-01", "benefits": {benefit: 2}, **more}


@pytest.fixture
def elsewhere(committed):
    return a_shop()


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", b"<html>", a_bomb()],
    ids=["empty", "half a GIF", "SVG", "HTML", "bomb"],
)
def test_what_only_calls_itself_a_picture_is_refused(member, content):
    answer = a_photo(member, content=content)

    assert (answer.status_code, answer.json["code"]) == (409, "photo_unusable")


def test_nothing_hidden_behind_a_picture_is_kept(member, shop):
    said = {"kind": "other", "text": "看图"}
    photo = a_photo(member, content=PNG + HTML.encode()).json["photo"]
    ticket = member.post("/complaints", said | {"photos": [photo]}).json["ticket"]

    shown = member.get(f"/complaints/{ticket}/photos/{photo.rpartition('/')[2]}")

    assert b"script" not in shown.data
    assert shown.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "photo",
    ["../../etc/passwd", "M/complaint/../../x.png", "/etc/passwd", "http://x/complaint/a.png"],
)
def test_a_photo_is_never_a_path(member, photo):
    said = {"kind": "other", "text": "看图", "photos": [photo]}

    assert member.post("/complaints", said).status_code == 422


def test_html_is_words_and_stays_words(member, manager):
    ticket = member.post("/complaints", {"kind": "other", "text": HTML}).json["ticket"]
    manager.post(f"/counter/complaints/{ticket}/reply", {"text": HTML})

    for shown in (
        member.get(f"/complaints/{ticket}"),
        manager.get(f"/counter/complaints/{ticket}"),
    ):
        assert shown.content_type == "application/json"
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert [line["text"] for line in shown.json["dialogue"]] == [HTML, HTML]


def test_another_shops_tickets_orders_and_people_are_nobodys(manager, clerk, shop, elsewhere):
    theirs = a_buyer(elsewhere)
    ticket = a_ticket(elsewhere, theirs, at=an_hour_ago())
    placed = a_paid_order(elsewhere, buyer=theirs, at=an_hour_ago())
    a_rule(shop, at=an_hour_ago())
    gift = {"benefit": a_benefit(merchant=shop.merchant).benefit_number, "reason": "x"}
    desk = f"/counter/complaints/{ticket}"

    for answer in (
        manager.get(desk),
        manager.post(f"{desk}/reply", {"text": "?"}),
        manager.post(f"{desk}/take", {"instead_of": None}),
        manager.post(f"{desk}/refund", {"reason": "?"}),
        manager.get(f"/counter/orders/{placed.order_number}/evidence"),
        manager.post(f"/counter/members/{theirs.number}/freeze-card", {"reason": "?"}),
        clerk.post("/counter/goodwill", gift | {"member": theirs.number}, key=a_request_key()),
        clerk.post("/counter/goodwill", gift | {"ticket": ticket}, key=a_request_key()),
        manager.post("/counter/paper-cards/undo", {"card": f"C{NOBODY}", "reason": "?"}),
        manager.post(f"/counter/paper-cards/{printed(elsewhere)[0]}/stop"),
    ):
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_a_clerk_is_no_manager_here_either(clerk, shop, buyer):
    ticket = a_ticket(shop, buyer, at=an_hour_ago())

    for path, body in (
        (f"/counter/complaints/{ticket}/take", {"instead_of": None}),
        (f"/counter/complaints/{ticket}/refund", {"reason": "?"}),
        ("/counter/paper-cards/import", holding(shop, cards="88000001")),
        ("/counter/paper-cards/print", holding(shop, count=1)),
        ("/counter/paper-cards/undo", {"card": f"C{NOBODY}", "reason": "?"}),
        (f"/counter/members/{buyer.number}/reissue-card", {"reason": "?"}),
    ):
        answer = clerk.post(path, body)
        assert (answer.status_code, answer.json["code"]) == (403, "managers_only"), path
    assert clerk.get("/counter/paper-cards").status_code == 403


def test_a_clerk_gives_no_more_than_the_cost_of_his_day_whatever_he_calls_himself(
    client, shop, clerk, buyer
):
    a_rule(shop, role=Role.CLERK, per_day=9, day_cost_fen=10_00, at=an_hour_ago())
    benefit = a_benefit(merchant=shop.merchant).benefit_number
    said = {"benefit": benefit, "reason": "出品慢了", "member": buyer.number}

    assert clerk.post("/counter/goodwill", said, key=a_request_key()).status_code == 201
    assert (
        clerk.post("/counter/goodwill", said, key=a_request_key()).json["code"] == "goodwill_limit"
    )
    assert (
        clerk.post("/counter/goodwill", said | {"role": "owner"}, key=a_request_key()).status_code
        == 422
    )
    other = a_store(merchant=shop.merchant)
    same_clerk_elsewhere = Caller(client, shop.merchant, bearer=token_of_staff(shop.clerk, other))
    assert (
        same_clerk_elsewhere.post("/counter/goodwill", said, key=a_request_key()).status_code == 403
    )
    colleague = a_clerk(other)
    assert (
        Caller(client, shop.merchant, bearer=token_of_staff(colleague, other))
        .post("/counter/goodwill", said, key=a_request_key())
        .status_code
        == 201
    )


def test_a_members_code_of_another_shop_opens_nothing(clerk, elsewhere):
    theirs = a_buyer(elsewhere)
    voucher = a_voucher(elsewhere, buyer=theirs, at=an_hour_ago())
    code = member_code(elsewhere, theirs, at=clock.now())

    for text in (code.qr_text, code.digits):
        found = clerk.post("/counter/member-code/match", {"code": text})
        assert found.json["code"] == "code_unknown"
        said = {"code": text, "voucher": voucher.number}
        answer = clerk.post("/counter/redeem", said, key=a_request_key())
        assert answer.json["code"] == "code_unknown"


def test_a_clerk_of_another_store_sees_and_redeems_only_what_is_for_his(client, shop, buyer):
    other = a_store(merchant=shop.merchant)
    only_here = Conditions(validity=Days(count=30), store_ids=(shop.store.id,))
    benefit = a_benefit(merchant=shop.merchant, conditions=only_here)
    offer = an_offer(merchant=shop.merchant, items=[(benefit.benefit_id, 1)], price_fen=20_00)
    a_paid_order(shop, buyer=buyer, offer=offer, at=an_hour_ago())
    (voucher,) = vouchers_of(shop, buyer, at=clock.now())
    there = Caller(client, shop.merchant, bearer=token_of_staff(a_clerk(other), other))
    code = member_code(shop, buyer, at=clock.now()).digits

    assert there.post("/counter/member-code/match", {"code": code}).json["items"] == []
    said = {"code": code, "voucher": voucher.number}
    answer = there.post("/counter/redeem", said, key=a_request_key())

    assert answer.json["code"] == "wrong_store"


@pytest.mark.parametrize(
    "code",
    ["0" * 20, "9" * 20, "KB2" + "0" * 35, "KB2" + "F" * 35, "0" * 21, "' OR 1=1 --", "🙂" * 9],
)
def test_made_up_member_codes_are_unknown(clerk, code):
    assert clerk.post("/counter/member-code/match", {"code": code}).json["code"] == "code_unknown"


def test_who_froze_for_a_caller_is_not_undone_by_who_has_the_phone(member, manager, buyer, shop):
    path = f"/counter/members/{buyer.number}/freeze-card"
    assert member.post("/member-code/freeze").status_code == 204
    with transaction():
        members.freeze_codes(
            merchant_id=shop.id, member_id=buyer.id, actor="staff:1", at=clock.now()
        )

    refused = member.post("/member-code/reissue")

    assert (refused.status_code, refused.json["code"]) == (409, "codes_frozen")
    assert member.get("/member-code/state").json["by_staff"]
    assert manager.post(path.replace("freeze", "reissue"), {"reason": "已核对"}).status_code == 204


def test_a_list_of_cards_is_tried_brought_in_and_named_when_wrong(manager, shop):
    said = holding(shop, cards="code,uses\n88000001,5\n\n88000001\n=HYPERLINK(1)\n")

    wrong = manager.post("/counter/paper-cards/import", said).json
    assert (wrong["batch"], [each["line"] for each in wrong["wrong"]]) == (None, [4, 5])
    said["cards"] = "88000001,5\n88000002\n"
    tried = manager.post("/counter/paper-cards/import", said | {"dry_run": True}).json
    assert (tried["batch"], tried["count"], tried["wrong"]) == (None, 2, [])
    done = manager.post("/counter/paper-cards/import", said).json
    again = manager.post("/counter/paper-cards/import", said).json

    assert again["wrong"][0]["why"] == "is a card here already"
    (batch,) = manager.get("/counter/paper-cards").json["items"]
    assert (batch["batch"], batch["cards"], batch["bound"]) == (done["batch"], 2, 0)


@pytest.mark.parametrize(
    ("cards", "status"),
    [("8" * 1_100_000, 413), ("88000001\x00", 422), ("88000001\x1b[2J", 422), ("", 422)],
    ids=["too large", "NUL", "escape", "nothing"],
)
def test_what_is_no_list_is_refused(manager, shop, cards, status):
    answer = manager.post("/counter/paper-cards/import", holding(shop, cards=cards))

    assert answer.status_code == status


def test_printed_cards_are_told_once_bound_stopped_and_taken_back(manager, member, shop):
    made = manager.post("/counter/paper-cards/print", holding(shop, count=2))
    assert made.status_code == 201
    first, second = made.json["cards"]
    card = member.post("/paper-cards/bind", {"code": first["qr_text"]}).json["card"]
    assert manager.post(f"/counter/paper-cards/{made.json['batch']}/stop").status_code == 204

    assert member.post("/paper-cards/bind", {"code": second["code"]}).json["code"] == (
        "paper_card_over"
    )
    undone = manager.post("/counter/paper-cards/undo", {"card": card, "reason": "绑错人"})
    assert undone.json == {"vouchers": 2, "points": 0, "owed": 0}
    assert member.get("/wallet").json["items"] == []


def test_money_goes_back_from_within_a_ticket_once(manager, member, shop, buyer):
    placed = a_paid_order(shop, buyer=buyer, at=an_hour_ago())
    ticket = a_ticket(shop, buyer, at=an_hour_ago(), order_number=placed.order_number)
    desk = f"/counter/complaints/{ticket}"

    made = manager.post(f"{desk}/refund", {"reason": "出品不符"})
    again = manager.post(f"{desk}/refund", {"reason": "出品不符"})

    assert (made.status_code, again.json["code"]) == (201, "refund_under_way")
    line = member.get(f"/complaints/{ticket}").json["dialogue"][-1]
    assert (line["action"], line["refund"]) == ("refund", made.json["refund"])
    assert member.get(f"/refunds/{line['refund']}").status_code == 200


def test_a_ticket_about_nothing_gives_no_money_back(manager, shop, buyer):
    ticket = a_ticket(shop, buyer, at=an_hour_ago())

    answer = manager.post(f"/counter/complaints/{ticket}/refund", {"reason": "x"})

    assert (answer.status_code, answer.json["code"]) == (409, "ticket_without_order")


def test_a_colleague_is_named_to_who_comes_too_late(client, manager, shop, buyer):
    ticket = a_ticket(shop, buyer, at=an_hour_ago())
    hired = a_clerk(shop.store, role=Role.MANAGER, name="小李")
    colleague = Caller(client, shop.merchant, bearer=token_of_staff(hired, shop.store))
    path = f"/counter/complaints/{ticket}/take"

    assert colleague.post(path, {"instead_of": None}).status_code == 204
    late = manager.post(path, {"instead_of": None})

    assert late.json["details"] == {"by": hired.number, "name": "小李"}
    assert manager.post(path, {"instead_of": hired.number}).status_code == 204
    (item,) = manager.get("/counter/complaints").json["items"]
    assert item["handler"] != hired.number


def test_the_figures_show_complaints(app, client, shop, buyer):
    a_ticket(shop, buyer, at=clock.now() - timedelta(hours=25))
    with transaction():
        late = complaints.figures(at=clock.now()).late_answers

    token = {"Authorization": f"Bearer {app.extensions['settings'].metrics_token}"}
    shown = client.get("/metrics", headers=token).text

    assert late >= 1
    assert f'kabao_complaints{{how="late_answers"}} {float(late)}' in shown
