"""The application keeps what its own document promises, asked by schemathesis, signed in.

Numbers in paths, offers and shown codes are ones that exist, or every answer would be a 404.
"""

from http.cookies import SimpleCookie

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth

from app.web import limits
from app.web.openapi import API_KEY, MEMBER, OPERATIONS, STAFF
from tests.api.calling import KEY, a_request_key
from tests.walks.calls import API
from tests.walks.complaining import PHOTO
from tests.walks.table import WAYS

EXAMPLES = 10
# Two more requests for each that was served. Asked once of every operation; isolation walks on.
MADE_UP = {"excluded_checks": [ignored_auth]}
PEOPLE = {MEMBER: "member", STAFF: "manager", API_KEY: "cashier"}
SAME_EVERY_TIME = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ANYBODY = "anybody"
# A refused scan is written down at its counter.
NOTED = {f"POST {API}/counter/redeem": {"redemption_refusals"}}


def _route(operation):
    path = operation.path.replace("{", "<").replace("}", ">")
    return f"{operation.method.upper()} {path}"


@pytest.fixture(scope="module")
def document(app):
    read = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    return {_route(found.ok()): found.ok() for found in read.get_all_operations()}


def _who(name):
    return OPERATIONS[name].who or (ANYBODY,)


ASKED = [(name, scheme) for name in sorted(OPERATIONS) for scheme in _who(name)]
# To schemathesis a form with a picture violates every schema, so the pictures have tests of their own.
IN_JSON = [(name, scheme) for name, scheme in ASKED if not OPERATIONS[name].upload]
# Where there is more to say than a path.
LISTENED_TO = [
    (name, scheme) for name, scheme in ASKED if OPERATIONS[name].body or OPERATIONS[name].query
]


@pytest.fixture
def ask(town, document, redis, operation, scheme):
    """Send a case as that person, check the answer in every way, and give it back."""
    person = getattr(town.ours, PEOPLE[scheme]) if scheme in PEOPLE else None
    bearer = {"Authorization": f"Bearer {person.bearer}"} if person else {}

    def send(case, **said):
        for counted in redis.scan_iter("limit:*"):
            redis.delete(counted)
        limits.forget_absence()
        answer = case.call(headers=bearer)
        case.validate_response(answer, headers=bearer, **said)
        return answer

    return send


@pytest.fixture
def asked(document, operation):
    """The documented operation, and its route."""
    return next(
        (route, found)
        for route, found in document.items()
        if found.definition.raw["operationId"] == operation
    )


def test_what_is_documented_is_what_is_walked(document):
    assert set(document) <= set(WAYS)
    assert len(document) == len(OPERATIONS)


@pytest.mark.parametrize(("operation", "scheme"), ASKED)
def test_who_may_is_answered_as_documented(town, ask, asked, operation, scheme):
    case = _rightful(town, *asked)
    assert 200 <= ask(case).status_code < 300


@pytest.mark.parametrize(("operation", "scheme"), IN_JSON)
def test_what_the_document_allows_is_answered_as_documented(town, ask, asked, operation, scheme):
    known = _rightful(town, *asked)

    @SAME_EVERY_TIME
    @given(asked[1].as_strategy(GenerationMode.POSITIVE, path_parameters=known.path_parameters))
    def run(case):
        _with_what_exists(case, known)
        ask(case, **MADE_UP)

    run()


@pytest.mark.parametrize(("operation", "scheme"), LISTENED_TO)
def test_what_the_document_forbids_is_refused(town, ask, asked, operation, scheme, watch):
    route, found = asked
    known = _rightful(town, *asked)

    @SAME_EVERY_TIME
    @given(found.as_strategy(GenerationMode.NEGATIVE, path_parameters=known.path_parameters))
    def run(case):
        before = watch.look()
        answer = ask(case, **MADE_UP)
        # A token spoilt by schemathesis is replaced by ours; such a case is a good one again.
        if answer.status_code >= 400:
            assert watch.changed(since=before).keys() <= NOTED.get(route, set())

    run()


def _rightful(town, route, operation):
    call = town.call_for(route)
    said = call.request()
    # As a header they would be overruled by the empty jar of schemathesis's client.
    cookies = SimpleCookie(said["headers"].pop("Cookie", ""))
    if "multipart" in said["headers"].pop("Content-Type", ""):
        form = {"media_type": "multipart/form-data", "body": {"file": PHOTO}}
        parts = {"merchant": town.ours.number, **call.parts}
        return operation.Case(path_parameters=parts, headers=said["headers"], **form)
    return operation.Case(
        path_parameters={"merchant": town.ours.number, **call.parts},
        query=call.query,
        headers=said["headers"],
        cookies={name: cookie.value for name, cookie in cookies.items()},
        media_type="application/json" if call.body is not None else None,
        **({} if call.body is None else {"body": call.body}),
    )


def _with_what_exists(case, known):
    """A made-up cursor is no cursor; a made-up offer or code is found nowhere."""
    if case.query:
        case.query.pop("cursor", None)
    if KEY in (case.headers or {}):
        # One name of an attempt with two bodies would rightly be refused.
        case.headers[KEY] = case.headers[KEY][:100] + a_request_key()
    if isinstance(case.body, dict):
        case.body = {name: _whole(value) for name, value in case.body.items()}
        for name in {"offer", "code", "appid"} & case.body.keys() & known.body.keys():
            case.body[name] = known.body[name]


def _whole(value):
    """To JSON Schema 3.0 is an integer. Amounts and quantities are taken only as 3."""
    if isinstance(value, dict):
        return {name: _whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
