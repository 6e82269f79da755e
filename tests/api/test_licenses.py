"""From issue to revocation over HTTP."""

from __future__ import annotations

from tests.api.conftest import Department
from tests.live import LiveLedger


def test_a_license_goes_its_whole_way(issuer: Department, live_ledger: LiveLedger) -> None:
    answer = issuer.post("/v1/licenses", live_ledger.input())
    assert answer.status_code == 201, answer.text
    issued = answer.json()
    assert issued["file"] is None
    assert issued["envelope"]["anchor"]["seq"] == issued["seq"]
    shown = issuer.get(f"/v1/licenses/{issued['identifier']}").json()
    assert (shown["status"], shown["licenseId"]) == ("IN_FORCE", issued["licenseId"])
