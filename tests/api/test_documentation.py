"""The document is complete, correct, and asks nobody else for anything."""

import re

import pytest
from jsonschema import Draft202012Validator

from app.web.openapi import OPERATIONS


@pytest.fixture
def spec(client):
    answer = client.get("/api/openapi.json")
    assert answer.content_type == "application/json"
    return answer.json


def operations(spec):
    return [
        (path, method, operation)
        for path, methods in spec["paths"].items()
        for method, operation in methods.items()
    ]


def bodies_of(found):
    return [
        (operation["operationId"], type_, content["schema"])
        for _, _, operation in found
        for type_, content in operation.get("requestBody", {}).get("content", {}).items()
    ]


def named(spec, schema):
    """As the page follows a reference: its last part is a schema's name."""
    reference = schema.get("$ref")
    return spec["components"]["schemas"][reference.rpartition("/")[2]] if reference else schema


def test_every_route_is_in_it_once(spec):
    names = [operation["operationId"] for _, _, operation in operations(spec)]
    assert sorted(names) == sorted(OPERATIONS)


def test_it_is_openapi_3_1_and_its_schemas_are_schemas(spec):
    assert spec["openapi"].startswith("3.1")
    assert spec["info"]["description"]
    for schema in spec["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere(spec):
    wanted = set(re.findall(r"#/components/schemas/(\w+)", str(spec)))
    assert wanted == set(spec["components"]["schemas"])


def test_bodies_and_path_parts_are_required(spec):
    for path, _, operation in operations(spec):
        assert operation.get("requestBody", {"required": True})["required"]
        parts = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
        assert parts == set(re.findall(r"{(\w+)}", path))


def test_the_page_knows_every_kind_of_body_and_finds_its_fields(client, spec):
    with client.get("/api/docs/static/docs.js") as script:
        known = script.text.partition("const BODIES = {")[2].partition("};")[0]
    bodies = bodies_of(operations(spec))

    assert {type_ for _, type_, _ in bodies} == set(
        re.findall(r'^  "([^"]+)":', known, re.MULTILINE)
    )
    for name, _, schema in bodies:
        assert named(spec, schema)["properties"], name


def test_the_page_finds_every_operation_under_one_heading(spec):
    headings = [each["name"] for each in spec["tags"]]
    for _, _, operation in operations(spec):
        assert [each in headings for each in operation["tags"]] == [True], operation["operationId"]
        assert operation["summary"]


def test_an_answer_is_json_with_fields_or_a_file(spec):
    for _, _, operation in operations(spec):
        for answer in operation["responses"].values():
            for type_, content in answer.get("content", {}).items():
                schema = named(spec, content["schema"])
                kind = "object" if type_ == "application/json" else "binary"
                assert kind in {schema["type"], schema.get("format")}, operation["operationId"]


def test_keys_are_documented_where_they_are_asked_for(spec):
    keyed = {
        operation["operationId"]
        for _, _, operation in operations(spec)
        if any(each["name"] == "Idempotency-Key" for each in operation["parameters"])
    }
    assert keyed == {
        "orders_place",
        "refunds_ask",
        "gifts_give",
        "counter_redeem",
        "counter_reverse",
        "counter_refunds_retry",
        "counter_refunds_paid_by_hand",
        "counter_refunds_transfer",
        "complaint_desk_give_present",
    }


def test_each_route_says_who_may_call_it(spec):
    for _, _, operation in operations(spec):
        schemes = [next(iter(each)) for each in operation["security"]]
        assert schemes == list(OPERATIONS[operation["operationId"]].who)
        assert set(schemes) <= set(spec["components"]["securitySchemes"])


def test_the_page_loads_nothing_from_elsewhere(client):
    with client.get("/api/docs") as page:
        assert page.status_code == 200
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert loaded
    for address in loaded:
        assert address.startswith("/api/"), address
        with client.get(address) as part:
            assert part.status_code == 200
            assert "https://" not in part.text


def test_answers_are_what_the_document_says(spec, guest, shop):
    schema = {
        "$ref": "#/components/schemas/OfferCards",
        "components": {"schemas": spec["components"]["schemas"]},
    }
    validator = Draft202012Validator(schema)
    assert list(validator.iter_errors(guest.get("/offers").json)) == []
