"""Retention, legal holds and archive packages over HTTP."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from ledger.domain.archive import read_archive
from ledger.domain.sm3 import sm3
from tests.api.conftest import Department
from tests.live import ISSUER, LiveLedger

PERSON = {"ground": "CONSENT_WITHDRAWN"}


def issue(issuer: Department, live_ledger: LiveLedger) -> dict[str, Any]:
    answer = issuer.post("/v1/licenses", live_ledger.input())
    assert answer.status_code == 201, answer.text
    issued: dict[str, Any] = answer.json()
    return issued


def test_a_held_document_is_kept_over_http_too(
    issuer: Department, relying: Department, live_ledger: LiveLedger
) -> None:
    held, other = issue(issuer, live_ledger), issue(issuer, live_ledger)
    ids = [held["licenseId"], other["licenseId"]]
    order = {"licenses": ids, "reference": "（2026）示例民初1号", "orderedBy": "示例人民法院"}
    refused = relying.post("/v1/holds", order)
    assert refused.status_code == 403
    put = issuer.post("/v1/holds", order)
    assert (put.status_code, put.json()["licenses"], put.json()["by"]) == (201, ids, ISSUER), put.text
    for each in ids:
        assert issuer.get(f"/v1/licenses/{each}/holds").json()["holds"] == [put.json()]
        assert relying.get(f"/v1/licenses/{each}/holds").status_code == 403
        refused = issuer.post(f"/v1/licenses/{each}/erase", PERSON)
        assert (refused.status_code, refused.json()["code"]) == (409, "LICENSE_HELD")
    lift = f"/v1/holds/{put.json()['hold']}/lift"
    assert relying.post(lift, {"reference": "x"}).status_code == 403
    assert issuer.post("/v1/holds/" + "ab" * 32 + "/lift", {"reference": "x"}).status_code == 404
    lifted = issuer.post(lift, {"reference": "（2026）示例民初1号之二"})
    assert lifted.json()["lifted"]["reference"] == "（2026）示例民初1号之二"
    assert issuer.get(f"/v1/licenses/{ids[0]}/holds").json()["holds"] == []
    assert issuer.post(f"/v1/licenses/{ids[0]}/erase", PERSON).json()["done"] is True
    for bad in ({**order, "licenses": []}, {**order, "reference": ""}, {**order, "reference": "x" * 201}):
        assert issuer.post("/v1/holds", bad).status_code == 400


def test_rules_are_set_and_documents_listed_by_who_keeps_them(
    issuer: Department, relying: Department, live_ledger: LiveLedger
) -> None:
    issued = issue(issuer, live_ledger)
    type_ = live_ledger.input()["metadata"]["certificateTypeCode"]
    rule = {"type": type_, "years": 30, "basis": "LAW", "reference": "示例保管期限表 3.2"}
    answer = issuer.post("/v1/retention", rule)
    assert (answer.status_code, answer.json()["by"]) == (201, ISSUER), answer.text
    told = answer.json()
    assert told in issuer.get("/v1/retention").json()["rules"]
    assert relying.get("/v1/retention").json()["rules"] == []
    place = f"/v1/licenses/{issued['licenseId']}/erase"
    refused = issuer.post(place, PERSON)
    assert (refused.status_code, refused.json()["code"]) == (409, "RETENTION_NOT_ENDED")
    rows = issuer.get("/v1/documents?limit=1000").json()["documents"]
    [row] = [each for each in rows if each["licenseId"] == issued["licenseId"]]
    assert (row["years"], row["basis"], row["erasable"], row["rule"]) == (30, "LAW", False, told["rule"])
    assert issuer.get("/v1/documents?due=true").json()["documents"] == []
    assert relying.get("/v1/documents").json()["documents"] == []
    done = issuer.post(place, {**PERSON, "order": "（2026）示例行初7号"})
    assert (done.status_code, done.json()["order"]) == (200, "（2026）示例行初7号"), done.text
    assert issuer.post("/v1/retention", {**rule, "years": 0, "basis": "OWN"}).json()["version"] == 2
    for bad in ({**rule, "years": -1}, {**rule, "basis": "NONE"}, {**rule, "type": "x"}, {**rule, "more": 1}):
        assert issuer.post("/v1/retention", bad).status_code == 400


def test_a_package_is_fetched_and_counts_when_it_is_said_to_be_kept(
    issuer: Department, relying: Department, live_ledger: LiveLedger, service_home: Path
) -> None:
    issued = issue(issuer, live_ledger)
    place = f"/v1/licenses/{issued['licenseId']}/archive"
    assert relying.get(place).status_code == 403
    answer = issuer.get(place)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip"), answer.text
    assert answer.headers["cache-control"] == "no-store"
    archive = read_archive(answer.content)
    assert archive.sm3 == sm3(answer.content).hex() == answer.headers["elicense-sm3"]
    assert json.loads(archive.contents["license.elic.json"]) == issued["envelope"]
    assert issuer.post(place, {"sm3": "00" * 32}).status_code == 404
    received = issuer.post(place, {"sm3": archive.sm3})
    assert received.json() == {"sm3": archive.sm3, "rev": 1, "kept": True}
    [row] = [
        each
        for each in issuer.get("/v1/documents?limit=1000").json()["documents"]
        if each["licenseId"] == issued["licenseId"]
    ]
    assert row["archived"] is True
    with sqlite3.connect(service_home / "requests.sqlite3") as database:
        kept = "\n".join(database.iterdump())
    assert "elicense-archive/1" not in kept
