"""The member's own code over HTTP, a lost card, and paper cards."""

from datetime import timedelta

from app.domain import paper_cards
from app.kernel import clock
from tests.api.calling import a_request_key
from tests.builders.complaints import printed
from tests.builders.orders import a_voucher


def test_a_clerk_scans_the_member_and_redeems_what_is_best(shop, buyer, member, clerk):
    a_voucher(shop, buyer=buyer, at=clock.now() - timedelta(minutes=1))
    code = member.get("/member-code").json

    found = clerk.post("/counter/member-code/match", {"code": code["qr_text"]}).json["items"]
    assert len(code["digits"]) == 20
    assert found[0]["count"] == 2
    assert set(found[0]) == {
        "voucher", "name", "face", "hand_over", "valid_until", "count", "reasons"
    }  # fmt: skip
    said = {"code": code["digits"], "voucher": found[0]["voucher"]}
    assert clerk.post("/counter/quote", said).status_code == 200
    done = clerk.post("/counter/redeem", said, key=a_request_key())

    assert done.status_code == 201
    assert done.json["voucher"] == found[0]["voucher"]


def test_a_till_may_match_as_well(cashier, member):
    code = member.get("/member-code").json["digits"]
    answer = cashier.post("/counter/member-code/match", {"code": code})
    assert (answer.status_code, answer.json["items"]) == (200, [])


def test_a_members_digits_cannot_be_guessed_by_matching_either(redis, clerk, member):
    code = member.get("/member-code").json
    handle = code["digits"][:11]
    path = "/counter/member-code/match"

    tries = [clerk.post(path, {"code": f"{handle}{guess:09d}"}) for guess in range(11)]

    assert {answer.json["code"] for answer in tries[:10]} == {"code_unknown"}
    assert (tries[10].status_code, tries[10].json["details"]["reason"]) == (
        429,
        "digits_per_handle",
    )
    assert clerk.post(path, {"code": code["qr_text"]}).status_code == 200


def test_the_code_is_a_picture_too(member):
    assert member.get("/member-code.png").data.startswith(b"\x89PNG")


def test_a_lost_card_is_frozen_and_issued_anew_by_its_owner(shop, buyer, member, clerk):
    voucher = a_voucher(shop, buyer=buyer, at=clock.now() - timedelta(minutes=1))
    old = member.get(f"/vouchers/{voucher.number}/code").json["qr_text"]
    assert member.get("/member-code/state").json == {"frozen_at": None, "by_staff": False}

    assert member.post("/member-code/freeze").status_code == 204
    assert member.get("/member-code").json["code"] == "codes_frozen"
    assert member.get(f"/vouchers/{voucher.number}/code").json["code"] == "codes_frozen"
    assert clerk.post("/counter/quote", {"code": old}).json["code"] == "code_unknown"
    assert member.post("/member-code/reissue").status_code == 204

    assert clerk.post("/counter/quote", {"code": old}).json["code"] == "code_unknown"
    new = member.get(f"/vouchers/{voucher.number}/code").json["qr_text"]
    assert clerk.post("/counter/quote", {"code": new}).status_code == 200


def test_staff_freezes_for_who_calls_and_ends_his_sessions(member, buyer, manager, clerk):
    path, said = f"/counter/members/{buyer.number}/freeze-card", {"reason": "手机丢了"}

    assert clerk.post(path, said).json["code"] == "managers_only"
    assert manager.post(path, said).status_code == 204
    assert member.get("/member-code").json["code"] == "not_signed_in"
    again = f"/counter/members/{buyer.number}/reissue-card"
    assert manager.post(again, said).status_code == 204


def test_a_paper_card_is_bound_by_a_scan(shop, member, stranger):
    _, (code,) = printed(shop, at=clock.now(), until=clock.EPOCH.replace(year=2036))
    said = {"code": paper_cards.qr_text(code)}

    bound = member.post("/paper-cards/bind", said)

    assert (bound.status_code, bound.json["vouchers"]) == (201, 1)
    held = [each["card"] for each in member.get("/wallet").json["items"]]
    assert bound.json["card"] in held
    assert stranger.post("/paper-cards/bind", said).json["code"] == "paper_card_taken"


def test_who_tries_codes_is_stopped(redis, member):
    answers = [member.post("/paper-cards/bind", {"code": f"88000{n:05d}"}) for n in range(11)]

    assert {answer.json["code"] for answer in answers[:10]} == {"paper_card_unknown"}
    assert answers[10].json["code"] == "too_often"
