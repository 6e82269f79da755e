"""The founding file: what is off is named."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from ledger.domain.acts import Act, Scope, Sharing
from ledger.domain.founding import read_founding, read_type
from ledger.domain.license_types import builtin_types
from ledger.errors import MalformedError

CODE = "11100000000013338W001"
GOOD: dict[str, Any] = {
    "ledgerId": None,
    "threshold": 2,
    "regions": [
        {"code": 310118, "parent": 310000, "name": "青浦区"},
        {"code": "310000", "parent": None, "name": "上海市", "key": "a.pem", "recoverKey": "b.pem"},
        {"code": 330000, "name": "浙江省", "key": "c.pem"},
        {"code": 320000, "name": "江苏省", "key": "d.pem"},
    ],
    "organisations": [
        {"uscc": "11310000MB0TE5T1XB", "name": "某机关", "region": 310118, "level": "区县级", "key": "e.pem"}
    ],
    "types": [
        {"code": CODE, "name": "x", "scope": "REGIONAL", "sharing": "conditional", "acts": ["issue", "amend"]}
    ],
    "entitlements": [{"type": CODE, "issuer": "11310000MB0TE5T1XB", "region": 310118, "from": "2026-01-01"}],
    "recognitions": [
        {"from": 310000, "to": 330000, "type": CODE, "since": "2026-01-01", "until": "2026-12-31"}
    ],
}


def test_a_whole_file_is_read() -> None:
    founding = read_founding(GOOD)
    assert [region.code for region in founding.regions] == [310000, 330000, 320000, 310118], "superiors first"
    assert [region.code for region in founding.roots] == [310000, 330000, 320000]
    assert founding.organisations[0].level == 4
    (kind,) = founding.types
    assert (kind.scope, kind.sharing) == (Scope.REGIONAL, Sharing.CONDITIONAL)
    assert kind.acts == {Act.ISSUE, Act.CHANGE, Act.CORRECT, Act.RENEW, Act.REPLACE, Act.REISSUE}
    (agreement,) = founding.recognitions
    assert agreement.as_type == CODE
    assert (agreement.since, agreement.until) == (1_767_196_800, 1_798_732_800), "whole days of Shanghai"
    assert founding.entitlements[0].until == 0


@pytest.mark.parametrize(
    ("place", "value", "member"),
    [
        (("threshold",), 0, "threshold"),
        (("threshold",), 3, "threshold"),
        (("threshold",), "2", "threshold"),
        (("threshold",), True, "threshold"),
        (("ledgerId",), "0xAB", "ledgerId"),
        (("ledgerId",), 12, "ledgerId"),
        (("regions",), "all", "regions"),
        (("regions", 1, "key"), None, "regions.key"),
        (("regions", 0, "parent"), 340000, "regions.parent"),
        (("regions", 0, "code"), 330000, "regions.code"),
        (("regions", 0, "code"), 3.5, "code"),
        (("regions", 0, "name"), "", "name"),
        (("regions", 0), "青浦区", "regions"),
        (("organisations", 0, "region"), 330421, "organisations.region"),
        (("organisations", 0, "level"), "高", "level"),
        (("organisations", 0, "key"), 5, "key"),
        (("types", 0, "code"), "CODE", "code"),
        (("types", 0, "scope"), "GLOBAL", "scope"),
        (("types", 0, "sharing"), None, "sharing"),
        (("types", 0, "acts"), ["issue", "burn"], "types.acts"),
        (("types", 0, "acts"), None, "types.acts"),
        (("types", 0, "acts"), ["issue", ["burn"]], "types.acts"),
        (("types", 0, "ground"), -1, "ground"),
        (("types", 0, "schema"), 5, "schema"),
        (("entitlements", 0, "type"), "x", "type"),
        (("entitlements", 0, "from"), None, "from"),
        (("entitlements", 0, "from"), "soon", "from"),
        (("entitlements", 0, "until"), "2026-02-30", "until"),
        (("entitlements", 0, "operator"), 5, "operator"),
        (("recognitions", 0, "asType"), "x", "asType"),
        (("recognitions", 0, "since"), 2026, "since"),
    ],
)
def test_the_member_that_is_off_is_named(place: tuple[Any, ...], value: object, member: str) -> None:
    document = deepcopy(GOOD)
    inner: Any = document
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    with pytest.raises(MalformedError) as caught:
        read_founding(document)
    assert (caught.value.code, caught.value.fields["member"]) == ("FOUNDING_FILE", member)


@pytest.mark.parametrize("document", [None, [], "text", 5])
def test_what_is_no_object_is_no_founding_file(document: object) -> None:
    with pytest.raises(MalformedError, match="FOUNDING_FILE"):
        read_founding(document)


def test_a_wrong_credit_code_or_region_is_named_by_its_own_code() -> None:
    for place, value, code in (("uscc", "11310000MB0TE5T1XA", "USCC_CHECK"), ("region", "31", "REGION_FORM")):
        document = deepcopy(GOOD)
        document["organisations"][0][place] = value
        with pytest.raises(MalformedError, match=code):
            read_founding(document)


def test_an_entitlement_may_name_an_operator() -> None:
    document = deepcopy(GOOD)
    assert read_founding(document).entitlements[0].operator is None
    document["entitlements"][0]["operator"] = "11320000MB0TE5T36A"
    assert read_founding(document).entitlements[0].operator == "11320000MB0TE5T36A"
    document["entitlements"][0]["operator"] = "11320000MB0TE5T36B"
    with pytest.raises(MalformedError, match="USCC_CHECK"):
        read_founding(document)


PROVIDER: dict[str, Any] = {
    "code": "IDENTITYPROVIDER00001",
    "name": "身份认证",
    "scope": "NATIONAL",
    "sharing": "not_shared",
    "acts": ["bind"],
}


def test_the_right_of_identity_providers_is_a_type_without_documents() -> None:
    read = read_type(PROVIDER)
    assert (read.code, read.acts, read.schema, read.definer) == (PROVIDER["code"], {Act.BIND}, None, "")
    document = deepcopy(GOOD)
    document["types"].append(PROVIDER)
    document["entitlements"].append({**document["entitlements"][0], "type": PROVIDER["code"]})
    assert read_founding(document).entitlements[-1].type == PROVIDER["code"]
    for changes in ({"acts": ["bind", "issue"]}, {"acts": []}, {"schema": {"type": "object"}}):
        with pytest.raises(MalformedError, match="FOUNDING_FILE"):
            read_type({**PROVIDER, **changes})


@pytest.mark.parametrize("word", ["freeze", "FREEZE"])
def test_a_freeze_goes_with_bindings_and_is_listed_by_no_type(word: str) -> None:
    document = deepcopy(GOOD)
    document["types"][0]["acts"].append(word)
    with pytest.raises(MalformedError, match="FOUNDING_FILE"):
        read_founding(document)


@pytest.mark.parametrize("kind", builtin_types(), ids=lambda kind: kind.code)
def test_a_definition_is_read_as_a_type(kind: Any) -> None:
    read = read_type(kind.as_json())
    assert (read.code, read.name, read.scope, read.acts) == (kind.code, kind.name_zh, kind.scope, kind.acts)
    assert read.schema == kind.as_json()
