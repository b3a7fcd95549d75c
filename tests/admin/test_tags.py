import pytest

from app.domain import promotions
from app.kernel.db import transaction
from tests.builders.members import a_member
from tests.builders.merchants import a_merchant


def tags_of(member):
    with transaction():
        return promotions.tags_of(merchant_id=member.merchant_id, member_id=member.id)


def post(house, *members, tag="老友", what="add"):
    said = "\n".join(each if isinstance(each, str) else each.number for each in members)
    return house.manager.post("/tags", {"tag": tag, "members": said, "what": what})


def test_members_are_tagged_and_untagged_together(house):
    one, other = a_member(merchant=house.merchant), a_member(merchant=house.merchant)
    assert "还没有标签" in house.manager.get("/tags").text
    assert post(house, one, other, one).status_code == 303
    assert tags_of(one) == tags_of(other) == ["老友"]
    assert "老友" in house.manager.get("/tags").text
    assert post(house, one, what="remove").status_code == 303
    assert (tags_of(one), tags_of(other)) == ([], ["老友"])


def test_an_unknown_or_foreign_member_stops_all(house):
    one, foreign = a_member(merchant=house.merchant), a_member(merchant=a_merchant())
    for stranger in (foreign.number, "U404", "nonsense"):
        answer = post(house, one, stranger)
        assert answer.status_code == 422
        assert "全部没有保存" in answer.text
    assert tags_of(one) == tags_of(foreign) == []


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"tag": ""}, "必填"),
        ({"tag": "长" * 21}, "20"),
        ({"members": " "}, "必填"),
        ({"members": " ".join(f"U{n}" for n in range(201))}, "最多 200 位"),
    ],
)
def test_what_cannot_be_meant_is_told(house, told, said):
    answer = house.manager.post("/tags", {"tag": "老友", "members": "U1", "what": "add"} | told)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_clerk_has_no_business_here(house):
    assert house.clerk.get("/tags").status_code == 403
    assert house.clerk.post("/tags").status_code == 403
