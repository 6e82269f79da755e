"""The API's surface: its description, its problems, its headers, what it does when nodes are away."""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from jsonschema import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from api.frame import Limits, RateLimit
from api.main import ApiOptions, bare_app, create_app
from ledger.errors.texts import TEXTS
from scripts.openapi import TARGET, rendered
from tests.api.conftest import Department
from tests.depth import IS_DEEP
from tests.live import ISSUER, LiveLedger


def _described() -> dict[str, Any]:
    """Without the signature's headers: here every request is signed; test_auth.py judges those."""
    form = copy.deepcopy(bare_app().openapi())
    for path in form["paths"].values():
        for operation in path.values():
            operation["security"] = []
    return form


@pytest.fixture
def described(request: pytest.FixtureRequest) -> BaseSchema:
    request.node._nodeid = request.node.nodeid  # which schemathesis 4.32 looks for, and pytest 9.2 has not
    return schemathesis.openapi.from_dict(_described())


schema = schemathesis.pytest.from_fixture("described")  # makes its cases in the test, not at collection
CASES = count()
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
)
LACKING = {f"{text}_NOT_HERE" for text in ("ORIGINS", "ROUTES", "SECTORS")}
"""A 503 that is no fault: of another test's files the ledger has the digests, and this service has none."""


def operations() -> list[dict[str, Any]]:
    return [each for path in bare_app().openapi()["paths"].values() for each in path.values()]


# --- the description ----------------------------------------------------------------------


def test_the_description_is_the_committed_one() -> None:
    assert rendered() == TARGET.read_text("utf-8"), "python -m scripts.openapi, and say so in the changelog"


def test_the_description_is_openapi_3_1_with_unique_operation_ids() -> None:
    form = bare_app().openapi()
    assert form["openapi"].startswith("3.1")
    ids = [each["operationId"] for each in operations()]
    assert len(set(ids)) == len(ids)


def test_every_example_in_the_description_fits_its_form() -> None:
    for name, part in bare_app().openapi()["components"]["schemas"].items():
        Draft202012Validator.check_schema(part)
        for member, rule in part.get("properties", {}).items():
            for example in rule.get("examples", []):
                assert Draft202012Validator(rule).is_valid(example), (name, member)


@schema.parametrize()
@settings(
    max_examples=20 if IS_DEEP else 4,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    deadline=None,
)
def test_nothing_that_fits_or_breaks_the_description_breaks_the_service(
    case: schemathesis.Case, issuer: Department
) -> None:
    """Rightly signed, whatever it is: no 5xx, answers as described, what does not fit is refused."""
    if not IS_DEEP and next(CASES) % 12:
        return
    session = requests.Session()
    session.auth = _signing(issuer)
    response = case.call(app=issuer.client.app, session=session)
    is_lacking = response.status_code == 503 and response.json()["code"] in LACKING
    case.validate_response(response, checks=list(CHECKS[1:] if is_lacking else CHECKS))


def _signing(department: Department) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body if isinstance(request.body, bytes) else (request.body or "").encode()
        request.headers.update(department.headers(str(request.method), request.path_url, body))
        return request

    return sign


def _fitting(path: str, operation: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """An address of an operation, and a value for each of its query parameters; many are refused later."""
    given = [each for each in operation.get("parameters", []) if each["in"] in ("path", "query")]
    for each in (each for each in given if each["in"] == "path"):
        path = path.replace("{" + each["name"] + "}", "x")
    return path, {each["name"]: "1" for each in given if each["in"] == "query"}


def test_each_operation_takes_the_parameters_of_its_description_and_no_other(
    client: TestClient, issuer: Department
) -> None:
    """The signature covers the query, so a known sender may misspell one as well."""
    for path, operations_ in bare_app().openapi()["paths"].items():
        for method, operation in operations_.items():
            address, query = _fitting(path, operation)
            asked = [({}, None)] if query else []
            for more, name in (*asked, ({"assumeWeekday": "1"}, "assumeWeekday")):
                target = f"{address}?{urlencode({**query, **more})}"
                answer = issuer.get(target) if method == "get" else issuer.post(target, {})
                problem = answer.json() if answer.headers["content-type"].endswith("json") else {}
                found = problem["fields"] if problem.get("code") == "QUERY_UNKNOWN" else {}
                assert found.get("parameter") == name, (target, problem)
                if name is not None:
                    known = ", ".join(sorted(query)) or "none"
                    assert (answer.status_code, found["known"]) == (400, known), problem
    told = client.get("/healthz?pag=2", headers={"Accept-Language": "en"}).json()
    assert (told["code"], "pag" in told["detail"], "none" in told["detail"]) == ("QUERY_UNKNOWN", True, True)
    twice = issuer.get("/v1/organisations?limit=1&limit=2").json()
    assert (twice["code"], twice["fields"]["parameter"]) == ("QUERY_TWICE", "limit")


# --- problems -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "NOT_FOUND"),
        ("GET", "/v1/licenses/", 404, "NOT_FOUND"),
        ("DELETE", "/healthz", 405, "METHOD_NOT_ALLOWED"),
        ("PUT", "/v1/licenses", 405, "METHOD_NOT_ALLOWED"),
    ],
)
def test_unknown_addresses_and_methods(
    client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "code", "detail", "remedy", "fields"}
    assert answer.json()["type"] == f"/problems/{code}"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "JSON_SYNTAX"),
        (b"{", 400, "JSON_SYNTAX"),
        (b"[]", 400, "JSON_NOT_OBJECT"),
        (b'{"subject": {}, "subject": {}}', 400, "JSON_DUPLICATE_KEY"),
        (b'{"maxAge": 1.0}', 400, "JSON_FLOAT"),
        (b'{"maxAge": NaN}', 400, "JSON_FLOAT"),
        (b'{"maxAge": 1' + b"0" * 5000 + b"}", 400, "JSON_INTEGER_RANGE"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, 400, "JSON_TOO_DEEP"),
        (b'{"a": "\xff"}', 400, "JSON_NOT_UTF8"),
        (b"\xef\xbb\xbf{}", 400, "JSON_BOM"),
        (b'{"a": "\\ud800"}', 400, "JSON_SURROGATE"),
        (b'{"a": "' + b"x" * (8 << 20) + b'"}', 413, "REQUEST_TOO_LARGE"),
        (b'{"subject": {}, "mode": "quick"}', 400, "BAD_REQUEST"),
        (b'{"subject": {}, "region": "33"}', 400, "BAD_REQUEST"),
        (b'{"subject": {}, "at": "yesterday"}', 400, "BAD_TIME"),
        (b'{"subject": {"qr": ""}}', 400, "BAD_REQUEST"),
        (b'{"region": "330421"}', 400, "BAD_REQUEST"),
    ],
)
def test_bodies_that_are_none(client: TestClient, body: bytes, status: int, code: str) -> None:
    answer = client.post("/v1/verify", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_another_media_type_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/verify", content=b"{}", headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()["code"]) == (415, "MEDIA_TYPE")


def test_faults_of_a_body_are_listed_without_its_values(client: TestClient) -> None:
    secret = "示例持证人甲"
    answer = client.post("/v1/verify", json={"subject": {}, secret[:2]: secret, "maxAge": secret})
    fields = {each["field"] for each in answer.json()["errors"]}
    assert fields == {"body/maxAge", f"body/{secret[:2]}"}
    assert secret not in answer.text


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [("", "zh"), ("en-GB,zh;q=0.5", "en"), ("zh-CN", "zh"), ("fr, en", "en"), ("fr", "zh")],
)
def test_problems_speak_the_callers_language(client: TestClient, asked: str, chosen: str) -> None:
    answer = client.get("/v1/types", headers={"Accept-Language": asked})
    text = TEXTS["AUTH_MISSING"]
    expected = (text.zh, text.remedy_zh) if chosen == "zh" else (text.en, text.remedy_en)
    assert (answer.json()["detail"], answer.json()["remedy"]) == expected
    assert answer.headers["content-language"] == chosen


def test_a_bug_tells_a_number_and_nothing_else(
    live_ledger: LiveLedger,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    app = create_app(live_ledger.ledger(tmp_path))
    secret = "a secret in an exception"

    def broken(_: bytes) -> None:
        raise RuntimeError(secret)

    object.__setattr__(app.state.services, "read_file", broken)
    answer = TestClient(app).post("/v1/verify", json={"subject": {}})
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL_SERVER_ERROR")
    assert answer.headers["x-request-id"] in answer.json()["detail"]
    logged = capfd.readouterr().err
    assert "RuntimeError" in logged
    assert secret not in logged + answer.text


# --- headers, limits, readiness -----------------------------------------------------------


def test_every_answer_carries_security_headers(client: TestClient) -> None:
    for answer in (client.get("/healthz"), client.get("/nowhere"), client.post("/v1/verify", json={})):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "access-control-allow-origin" not in answer.headers
        assert len(answer.headers["x-request-id"]) == 16


def test_a_client_has_twenty_at_once_and_six_hundred_a_minute() -> None:
    now = [0.0]
    limit = RateLimit(Limits(), lambda: now[0])
    assert [limit.allows("a") for _ in range(21)] == [True] * 20 + [False]
    assert limit.allows("b")
    taken = 20
    for second in range(1, 60):
        now[0] = float(second)
        taken += sum(limit.allows("a") for _ in range(40))
    assert taken == 600
    now[0] = 60.0
    assert sum(limit.allows("a") for _ in range(40)) == 20


def test_too_many_requests_are_told_when_to_come_again(live_ledger: LiveLedger, tmp_path: Path) -> None:
    app = create_app(live_ledger.ledger(tmp_path), ApiOptions(limits=Limits(burst=2, per_second=0.001)))
    client = TestClient(app)
    answers = [client.get("/healthz") for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "TOO_MANY_REQUESTS"
    assert int(answers[2].headers["retry-after"]) > 0


def test_ready_with_a_fresh_head(client: TestClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["reasons"]) == (200, [])


def test_with_an_old_head_it_is_not_ready(live_ledger: LiveLedger, tmp_path: Path) -> None:
    app = create_app(live_ledger.ledger(tmp_path), ApiOptions(max_head_age=-1))
    answer = TestClient(app).get("/readyz")
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["HEAD_TOO_OLD"])


def test_without_a_node_nothing_is_guessed(
    issuer: Department, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    app = create_app(live_ledger.ledger(tmp_path, rpc="http://127.0.0.1:9"))
    client = TestClient(app)
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["reasons"]) == (503, ["CHAIN_UNREACHABLE"])
    signed = Department(client, ISSUER, live_ledger.signer("issuer")).get("/v1/types")
    assert (signed.status_code, signed.json()["code"]) == (503, "CHAIN_UNREACHABLE")
    assert int(signed.headers["retry-after"]) > 0
    issued = issuer.post("/v1/licenses", live_ledger.input()).json()
    verdict = client.post("/v1/verify", json={"subject": issued["envelope"]})
    assert (verdict.status_code, verdict.json()["result"]) == (200, "COULD_NOT_CHECK")
    issued["envelope"]["license"]["face"]["category"] = "C"
    forged = client.post("/v1/verify", json={"subject": issued["envelope"]})
    assert forged.json()["result"] == "TAMPERED"
