"""Who stands in for a holder, over HTTP: the keys of the command line, and what is refused."""

from __future__ import annotations

from typing import Any

from ledger.domain.holders import holder_binding
from ledger.domain.messages import MESSAGES, key_id
from tests.api.conftest import Department
from tests.api.test_licenses import issue
from tests.live import LiveLedger

MADE = {"licenseId", "representative", "kind", "scope", "since", "until", "rev", "seq", "gasUsed", "promise"}


def order(live_ledger: LiveLedger, **changes: Any) -> dict[str, Any]:
    key = live_ledger.signer("relying").public_key.hex()
    return {"kind": "guardian", "scope": ["present", "correct"], "representativeKey": key, **changes}


def test_a_representation_is_made_and_ended(issuer: Department, live_ledger: LiveLedger) -> None:
    place = f"/v1/licenses/{issue(issuer, live_ledger)['identifier']}"
    body = order(live_ledger, until="2099-12-31", reference="虚构决定〔2026〕9号")
    made = issuer.post(f"{place}/represent", body)
    assert made.status_code == 200, made.text
    shown = made.json()
    assert set(shown) == MADE
    binding = holder_binding(live_ledger.signer("relying").public_key, None)
    assert shown["representative"] == "0x" + binding.hex()
    told = (shown["kind"], shown["scope"], shown["until"], shown["rev"])
    assert told == ("GUARDIAN", ["PRESENT", "CORRECT"], "2099-12-31T16:00:00Z", 1)
    end = {"representative": shown["representative"], "until": "2050-01-01T00:00:00Z"}
    ended = issuer.post(f"{place}/represent-end", end)
    assert ended.status_code == 200, ended.text
    assert set(ended.json()) == MADE - {"kind", "scope", "since"}
    assert (ended.json()["until"], ended.json()["rev"]) == ("2050-01-01T00:00:00Z", 2)
    assert issuer.post(f"{place}/represent-end", end).json()["code"] == "ONLY_EARLIER"
    (row,) = issuer.get(place).json()["representatives"]
    assert (row["representative"], row["kind"]) == (shown["representative"], "GUARDIAN")
    assert (row["until"], row["inForce"]) == ("2050-01-01T00:00:00Z", True)


def test_terms_that_do_not_fit_are_refused(issuer: Department, live_ledger: LiveLedger) -> None:
    place = f"/v1/licenses/{issue(issuer, live_ledger)['licenseId']}/represent"
    for change, code in (
        ({"kind": "friend"}, "BAD_REQUEST"),
        ({"scope": []}, "BAD_REQUEST"),
        ({"kind": "agent"}, "AGENCY_TOO_LONG"),
        ({"kind": "agent", "until": "2099-12-31"}, "AGENCY_TOO_LONG"),
        ({"until": "1970-01-01T00:00:00Z"}, "DATES_REVERSED"),
        ({"until": "soon"}, "BAD_TIME"),
    ):
        answer = issuer.post(place, order(live_ledger, **change))
        assert (answer.status_code in (400, 409), answer.json()["code"]) == (True, code), answer.text


def test_another_department_cannot_say_who_stands_in(
    issuer: Department, relying: Department, live_ledger: LiveLedger
) -> None:
    place = f"/v1/licenses/{issue(issuer, live_ledger)['licenseId']}/represent"
    assert relying.post(place, order(live_ledger)).json()["code"] == "NOT_THE_ISSUER"


def test_a_message_signed_elsewhere_is_about_the_license_of_the_address(
    issuer: Department, live_ledger: LiveLedger
) -> None:
    mine, other = (issue(issuer, live_ledger)["licenseId"] for _ in range(2))
    signer = live_ledger.signer("issuer")
    identity = key_id(signer.public_key)
    now = int(live_ledger.ledger().reader.head().time)
    signed = {
        "rev": 0,
        "signedAt": now,
        "notAfter": now + 3600,
        "licenseId": mine,
        "representative": "0x" + "5a" * 32,
        "kind": 1,
        "scope": 7,
        "since": 0,
        "until": 0,
        "reference": "0x" + "00" * 32,
    }
    struct = MESSAGES["Represent"]
    message = live_ledger.ledger().trust.domain(struct.contract)
    signature = signer.sign(message.signed_message(struct, identity, struct.data(signed))).hex()
    body = {"signed": signed, "keyId": "0x" + identity.hex(), "signature": signature}
    assert issuer.post(f"/v1/licenses/{other}/represent", body).json()["code"] == "SIGNED_MESSAGE_FORM"
    assert issuer.post(f"/v1/licenses/{mine}/represent-end", body).json()["code"] == "SIGNED_MESSAGE_FORM"
    made = issuer.post(f"/v1/licenses/{mine}/represent", body)
    assert made.status_code == 200, made.text
    assert (made.json()["scope"], made.json()["until"]) == (["PRESENT", "CONSENT", "CORRECT"], None)
    again = issuer.post(f"/v1/licenses/{mine}/represent", body)
    assert again.json() == made.json(), "the same message is the same record"
