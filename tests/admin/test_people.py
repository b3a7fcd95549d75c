import re

import pytest

from app.domain import accounts, merchants
from app.domain.merchants import InvitationInvalid, LastOwner, Role
from app.kernel import audit_search, clock
from app.kernel.audit_search import Wanted
from app.kernel.db import transaction
from app.kernel.errors import Invalid, NotFound
from tests.admin.browsing import Browser, signed_in
from tests.admin.entering import a_newcomer, sign_in
from tests.builders.merchants import a_clerk, a_merchant, a_store

LINK = re.compile(r'value="(http[^"]+/invitations#([^"]+))"')


def number_of(house, role):
    return house.people[role].number


def seen(house, role):
    return merchants.get_staff(merchant_id=house.id, number=number_of(house, role))


def rights(role, *stores):
    return {"role": role, "stores": [str(store.id) for store in stores]}


def invited(house, name="小周"):
    answer = house.owner.post("/people/invitations", {"name": name, **rights("clerk", house.store)})
    return LINK.search(answer.text).group(2)


def test_the_owner_invites_and_the_link_is_shown_once(house):
    token = invited(house)
    assert token not in house.owner.get("/people").text
    assert "待接受" in house.owner.get("/people").text


def test_a_fresh_link_ends_the_old_one(app, house):
    old = invited(house)
    person = next(
        each for each in merchants.list_staff(merchant_id=house.id) if each.name == "小周"
    )
    answer = house.owner.post(f"/people/{person.number}/invite-again")
    fresh = LINK.search(answer.text).group(2)
    fields = {"login": "xiaozhou", "password": "correct horse", "again": "correct horse"}
    assert (
        Browser(app, house.merchant).post("/invitations", {"token": old, **fields}).status_code
        == 422
    )
    assert (
        Browser(app, house.merchant).post("/invitations", {"token": fresh, **fields}).status_code
        == 303
    )
    assert house.owner.post(f"/people/{person.number}/invite-again").status_code == 409


def test_another_role_counts_with_the_next_request(house):
    assert house.manager.get("/history").status_code == 200
    house.owner.post(
        f"/people/{number_of(house, Role.MANAGER)}/rights", rights("clerk", house.store)
    )
    assert house.manager.get("/history").status_code == 403
    (line,) = audit_search.search(merchant_id=house.id, wanted=Wanted(action="staff.role")).items
    assert (line.details["before"]["role"], line.details["after"]["role"]) == ("manager", "clerk")


def test_a_clerk_has_a_store_and_the_shop_an_owner(house):
    clerk, owner = number_of(house, Role.CLERK), number_of(house, Role.OWNER)
    assert house.owner.post(f"/people/{clerk}/rights", rights("clerk")).status_code == 422
    refused = house.owner.post(f"/people/{owner}/rights", rights("clerk", house.store))
    assert (refused.status_code, "至少保留一位店主" in refused.text) == (422, True)
    assert seen(house, Role.OWNER).role == Role.OWNER


def test_whoever_loses_his_store_stands_behind_no_counter_any_more(house, committed):
    hired = house.people[Role.CLERK]
    with house.clerk.client.session_transaction(path="/admin/") as kept:
        token = kept["browsers"][house.merchant.number]

    def signed():
        return accounts.who(merchant_id=house.id, token=token, at=clock.now())

    with transaction():
        accounts.work_at(merchant_id=house.id, signed=signed(), store_id=house.store.id)
    assert signed().store_id == house.store.id
    other = a_store(merchant=house.merchant, name="二店")
    house.owner.post(f"/people/{hired.number}/rights", rights("clerk", other))
    assert signed().store_id is None
    with transaction():
        merchants.change_staff(
            merchant_id=house.id,
            number=hired.number,
            role=Role.CLERK,
            store_ids=[house.store.id],
            actor="system",
            at=clock.now(),
        )
        merchants.close_store(
            merchant_id=house.id, number=house.store.number, actor="system", at=clock.now()
        )
    assert signed().store_id is None


def test_the_owner_sees_and_ends_a_colleagues_browsers(app, house):
    second = signed_in(app, house.merchant, house.people[Role.CLERK])
    page = house.owner.get(f"/people/{number_of(house, Role.CLERK)}").text
    ends = re.findall(r"/browsers/(\d+)/end", page)
    assert len(ends) == 2
    for each in ends:
        house.owner.post(f"/people/{number_of(house, Role.CLERK)}/browsers/{each}/end")
    assert second.get("/").status_code == house.clerk.get("/").status_code == 303
    lines = audit_search.search(merchant_id=house.id, wanted=Wanted(action="panel.sign_out")).items
    assert {line.actor for line in lines} == {f"staff:{house.people[Role.OWNER].staff_id}"}


def test_another_shops_people_and_stores_are_not_found(house):
    other = a_merchant(name="隔壁")
    store = a_store(merchant=other)
    stranger = a_clerk(store).number
    for path in (f"/people/{stranger}", f"/people/stores/{store.number}"):
        assert house.owner.get(path).status_code == 404
    for path in (
        f"/people/{stranger}/rights",
        f"/people/{stranger}/invite-again",
        f"/people/{stranger}/disable",
        f"/people/stores/{store.number}/close",
    ):
        assert house.owner.post(path, rights("manager")).status_code == 404
    with transaction(), pytest.raises(NotFound):
        merchants.change_staff(
            merchant_id=house.id,
            number=number_of(house, Role.CLERK),
            role=Role.CLERK,
            store_ids=[store.id],
            actor="system",
            at=clock.now(),
        )


def test_a_store_is_renamed_and_closed(house):
    path = f"/people/stores/{house.store.number}"
    house.owner.post(path, {"name": "人民广场旗舰店", "address": "上海市黄浦区"})
    assert "人民广场旗舰店" in house.owner.get("/people").text
    assert house.owner.post(path, {"name": " "}).status_code == 422
    house.owner.post(f"{path}/close")
    assert "已关闭" in house.owner.get("/people").text


def test_verbs_refuse_what_the_page_would_not_ask(database):
    merchant = a_merchant()
    store = a_store(merchant=merchant)
    owner = a_clerk(store, role=Role.OWNER)
    which = {"merchant_id": merchant.id, "actor": "system", "at": clock.now()}
    with transaction(), pytest.raises(LastOwner):
        merchants.change_staff(number=owner.number, role=Role.MANAGER, store_ids=[], **which)
    with transaction(), pytest.raises(Invalid):
        merchants.change_staff(number=owner.number, role=Role.CLERK, store_ids=[], **which)
    with transaction(), pytest.raises(InvitationInvalid):
        merchants.invite_again(number=owner.number, **which)
    with transaction(), pytest.raises(Invalid):
        merchants.change_store(number=store.number, name="", address="", **which)


def test_the_link_names_us_as_the_settings_do_whatever_the_request_said(house):
    answer = house.owner.post(
        "/people/invitations",
        {"name": "小周", **rights("clerk", house.store)},
    )
    assert "http://localhost" not in answer.text
    assert "http://127.0.0.1:9/admin/" in answer.text


def test_the_owner_resets_a_second_factor_and_it_is_bound_anew(app, house):
    browser, _secret, codes = a_newcomer(app, house)
    (line,) = [each for each in merchants.list_staff(merchant_id=house.id) if each.name == "小林"]
    assert "重置动态验证码" in house.owner.get(f"/people/{line.number}").text
    path = f"/people/{line.number}/second-factor/reset"
    assert house.manager.post(path).status_code == 403
    assert house.owner.post(path).status_code == 303
    assert browser.get("/").status_code == 303
    again = Browser(app, house.merchant)
    assert sign_in(again).status_code == 303
    assert again.get("/").location.endswith("/me/second-factor")
    assert sign_in(Browser(app, house.merchant), digits=codes[0]).status_code == 303
    wanted = Wanted(action="panel.reset_second_factor")
    (noted,) = audit_search.search(merchant_id=house.id, wanted=wanted).items
    assert noted.actor == f"staff:{house.people[Role.OWNER].staff_id}"
    assert house.owner.post(path).status_code == 404


def test_an_owner_does_not_reset_himself(house):
    number = number_of(house, Role.OWNER)
    assert house.owner.post(f"/people/{number}/second-factor/reset").status_code == 422
