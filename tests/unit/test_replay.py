"""Replay over a ledger in memory: honest ones add up, every kind of lie is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from eth_abi.abi import encode

from ledger import crypto
from ledger.domain.acts import Act, Scope
from ledger.domain.apply import APPLY_VERSION
from ledger.domain.entity_json import state_digest
from ledger.domain.messages import Kind
from ledger.domain.objects import ascii32, organisation_object
from ledger.domain.records import Record, RecordBody
from ledger.service.replay import ReplayedRecord, ReplayLedger, Report
from ledger.service.sources import Asked, Histories
from tests.simulator import (
    BUREAU,
    JIASHAN,
    NATIONAL_TYPE,
    NO_HASH,
    OFFICE,
    QINGPU,
    REGIONAL_TYPE,
    SHANGHAI,
    ZHEJIANG,
    LedgerSimulator,
    founded_ledger,
    hash32,
    id_of,
)
from tests.unit.governed import Colluding, FixedClock, Tampered, registration, trust_of

RELAY = "0x" + "22" * 20
NEW_TYPE = "11100000MB0TE5T605003"


def replayed(
    ledger: LedgerSimulator,
    node: LedgerSimulator | Tampered | None = None,
    asked: Asked | None = None,
    delay: int = 0,
    keep: Callable[[ReplayedRecord], None] | None = None,
) -> Report:
    clock = FixedClock(ledger.head().time + delay)
    service = ReplayLedger(trust_of(ledger), crypto.verifier(), clock, keep)
    return service.run(Histories([node or ledger], asked or Asked()))


def _word(text: str) -> str:
    return "0x" + ascii32(text).hex()


def codes(report: Report) -> set[str]:
    """Finding codes, but for the seal, which simulated trust files lack."""
    return {found.code for found in report.findings if found.seq is not None or found.code != "BAD_SIGNATURE"}


@pytest.fixture(scope="module")
def ledger() -> LedgerSimulator:
    return _acted(founded_ledger())


def _acted(ledger: LedgerSimulator) -> LedgerSimulator:
    """One record of every kind that may stand after the seal, each signed as it must be."""
    ids = [id_of(f"license {n}", OFFICE if n == 4 else BUREAU) for n in range(6)]
    for each in ids[:4]:
        ledger.issue(each)
    ledger.issue(ids[4], OFFICE, REGIONAL_TYPE)
    ledger.amend(ids[0], ids[5])
    ledger.act(ids[1], Act.SUSPEND, ground=21)
    ledger.act(ids[1], Act.RESUME, ground=25)
    ledger.act(ids[2], Act.ANNUL, ground=40)
    ledger.bind(ids[3], hash32("binding"))
    ledger.freeze(ids[3])
    ledger.record("RegisterKey", [str(SHANGHAI), "spare"], **registration("spare"))
    ledger.end_key("spare", str(SHANGHAI), ledger.now + 100)
    ledger.cut_off_key("spare", str(SHANGHAI), ledger.now)
    ledger.record("AddRegion", [str(SHANGHAI)], region=320000, parent=0, nameDigest=NO_HASH)
    body = {"uscc": _word("A"), "region": ZHEJIANG, "level": 2, "nameDigest": NO_HASH}
    ledger.record("AddOrganisation", [str(ZHEJIANG)], **body)
    ledger.register_type(NEW_TYPE, [str(ZHEJIANG)])
    ledger.entitle(NEW_TYPE, OFFICE, JIASHAN, str(ZHEJIANG))
    ledger.end_entitlement(NEW_TYPE, OFFICE, str(ZHEJIANG), ledger.now)
    ledger.recognize(ZHEJIANG, SHANGHAI, REGIONAL_TYPE, [str(ZHEJIANG), str(SHANGHAI)])
    ledger.end_recognition(SHANGHAI, ZHEJIANG, REGIONAL_TYPE, str(ZHEJIANG), ledger.now)
    ledger.add_relay(RELAY, ZHEJIANG, str(ZHEJIANG), ledger.now + 1000)
    ledger.end_relay(RELAY, ZHEJIANG, str(ZHEJIANG))
    return ledger


def test_an_honest_ledger_adds_up(ledger: LedgerSimulator) -> None:
    lines: list[ReplayedRecord] = []
    report = replayed(ledger, keep=lines.append)
    assert codes(report) == set()
    assert report.records == report.seq == ledger.seq == len(lines)
    assert report.signatures_bad == 0
    assert report.signatures_checked == sum(len(line.signatures) for line in lines)
    assert report.head == "0x" + ledger.journal()[1].hex()
    shown = report.as_json()
    assert shown["stateDigest"] == state_digest(ledger.state().tables, APPLY_VERSION)
    assert (shown["licenses"], shown["trust"]) == (6, "rpc")


def test_every_line_carries_what_an_sm2_tool_needs(ledger: LedgerSimulator) -> None:
    lines: list[ReplayedRecord] = []
    replayed(ledger, keep=lines.append)
    for line in lines:
        for row in line.as_json()["signatures"]:  # type: ignore[attr-defined]
            raw = (bytes.fromhex(row[name]) for name in ("publicKey", "message", "signature"))
            assert crypto.verifier().verify(*raw)
            assert row["id"] == "1234567812345678"
    owners = {each.owner for line in lines for each in line.signatures}
    assert {BUREAU, OFFICE, f"{SHANGHAI:06d}"} <= owners


def _numbered(records: list[Record]) -> list[Record]:
    return [replace(record, seq=n) for n, record in enumerate(records, 1)]


def _omit(records: list[Record]) -> list[Record]:
    return [record for record in records if record.seq != 30]


def _omit_and_renumber(records: list[Record]) -> list[Record]:
    return _numbered(_omit(records))


def _omit_the_last(records: list[Record]) -> list[Record]:
    return records[:-1]


def _edit(records: list[Record]) -> list[Record]:
    at = next(n for n, record in enumerate(records) if record.kind == Kind.LICENSE_ISSUED)
    body = records[at].decoded()
    edited = RecordBody(body.data[:-1] + bytes([body.data[-1] ^ 1]), body.signatures).encode()
    return [*records[:at], replace(records[at], body=edited), *records[at + 1 :]]


def _swap(records: list[Record]) -> list[Record]:
    return [*records[:28], records[29], records[28], *records[30:]]


def _duplicate(records: list[Record]) -> list[Record]:
    return [*records[:30], records[29], *records[30:]]


def _move(records: list[Record]) -> list[Record]:
    return [*records[:-1], replace(records[-1], block=records[-1].block + 1)]


def _backdate(records: list[Record]) -> list[Record]:
    return [*records[:-1], replace(records[-1], time=records[-1].time - 1)]


def _rubbish(records: list[Record]) -> list[Record]:
    return [*records[:-1], replace(records[-1], body=records[-1].body + b"\0" * 32)]


def _another_kind(records: list[Record]) -> list[Record]:
    return [*records[:-1], replace(records[-1], kind=999)]


@pytest.mark.parametrize(
    ("lie", "expected"),
    [
        (_omit, {"SEQ_GAP", "HEAD_MISMATCH"}),
        (_omit_and_renumber, {"HEAD_MISMATCH"}),
        (_omit_the_last, {"HEAD_MISMATCH"}),
        (_edit, {"BAD_SIGNATURE", "HEAD_MISMATCH"}),
        (_swap, {"SEQ_GAP", "BAD_RECORD", "HEAD_MISMATCH"}),
        (_duplicate, {"SEQ_GAP", "BAD_RECORD", "HEAD_MISMATCH"}),
        (_move, {"HEAD_MISMATCH"}),
        (_backdate, {"HEAD_MISMATCH"}),
        (_rubbish, {"BAD_RECORD", "HEAD_MISMATCH"}),
        (_another_kind, {"BAD_RECORD", "HEAD_MISMATCH"}),
    ],
)
def test_a_node_that_lies_is_found(
    ledger: LedgerSimulator, lie: Callable[[list[Record]], list[Record]], expected: set[str]
) -> None:
    node = Tampered(ledger, lie(list(ledger.records())))
    assert codes(replayed(ledger, node)) >= expected


def test_an_invented_record_is_found(ledger: LedgerSimulator) -> None:
    records = list(ledger.records())
    invented = replace(records[-1], seq=records[-1].seq + 1, log_index=records[-1].log_index + 1)
    found = codes(replayed(ledger, Tampered(ledger, [*records, invented])))
    assert {"HEAD_MISMATCH", "BAD_RECORD"} <= found


# --- what contracts would have refused, on a ledger whose journal agrees ------------------------


@pytest.fixture
def fresh() -> LedgerSimulator:
    return founded_ledger()


LICENSE = id_of("a license")


def _duplicate_id(ledger: LedgerSimulator) -> None:
    ledger.issue(LICENSE)
    ledger.issue(LICENSE, rev=0)


def _foreign_type(ledger: LedgerSimulator) -> None:
    ledger.issue(id_of("an office's", OFFICE), OFFICE, "11100000MB0TE5T605002")


def _foreign_id(ledger: LedgerSimulator) -> None:
    ledger.issue(LICENSE, OFFICE)


def _foreign_id_by_amendment(ledger: LedgerSimulator) -> None:
    own = id_of("an office's", OFFICE)
    ledger.issue(own, OFFICE)
    ledger.amend(own, LICENSE, OFFICE)


def _foreign_id_in_a_leaf(ledger: LedgerSimulator) -> None:
    ledger.open_leaf(ledger.issue_batch([LICENSE, id_of("an office's", OFFICE)], OFFICE)[0])


def _foreign_signer(ledger: LedgerSimulator) -> None:
    ledger.issue(LICENSE)
    ledger.record("Act", [OFFICE], licenseId=LICENSE, act=11, ground=45, effective=0, **_EMPTY)


def _operated(ledger: LedgerSimulator, code: str = NATIONAL_TYPE, until: int = 0) -> None:
    """The office of Jiashan signs for the bureau of Qingpu."""
    ledger.entitle(code, BUREAU, QINGPU, str(SHANGHAI), until, operator=OFFICE)


def _operator_of_another_type(ledger: LedgerSimulator) -> None:
    _operated(ledger, REGIONAL_TYPE)
    ledger.issue(LICENSE, by=OFFICE)


def _operator_after_its_right(ledger: LedgerSimulator) -> None:
    _operated(ledger, until=ledger.now + 10)
    ledger.issue(LICENSE, by=OFFICE)
    ledger.wait(10)
    ledger.act(LICENSE, Act.SUSPEND, OFFICE, ground=21)


def _operator_no_longer_named(ledger: LedgerSimulator) -> None:
    _operated(ledger)
    ledger.entitle(NATIONAL_TYPE, BUREAU, QINGPU, str(SHANGHAI))
    ledger.issue(LICENSE, by=OFFICE)


def _operator_amends_another_type(ledger: LedgerSimulator) -> None:
    _operated(ledger, REGIONAL_TYPE)
    ledger.issue(LICENSE)
    ledger.amend(LICENSE, id_of("next"), code=REGIONAL_TYPE, by=OFFICE)


def _operator_lets_go(ledger: LedgerSimulator) -> None:
    ledger.issue(LICENSE)
    ledger.transfer_out(LICENSE, ZHEJIANG, OFFICE)


def _governing_key_issues(ledger: LedgerSimulator) -> None:
    members = ledger._license(LICENSE, BUREAU, NATIONAL_TYPE)
    ledger.record("Issue", [str(SHANGHAI)], licenseId=LICENSE, **members)


def _ended_right(ledger: LedgerSimulator) -> None:
    ledger.end_entitlement(NATIONAL_TYPE, BUREAU, str(SHANGHAI), ledger.now)
    ledger.wait(10)
    ledger.issue(LICENSE)


def _ended_key(ledger: LedgerSimulator) -> None:
    ledger.end_key(BUREAU, str(SHANGHAI), ledger.now + 1)
    ledger.wait(10)
    ledger.issue(LICENSE)


def _cut_off_key(ledger: LedgerSimulator) -> None:
    ledger.cut_off_key(BUREAU, str(SHANGHAI), ledger.now - 100)
    ledger.issue(LICENSE)


def _unsigned(ledger: LedgerSimulator) -> None:
    ledger.record("Issue", [], licenseId=LICENSE, **ledger._license(LICENSE, BUREAU, NATIONAL_TYPE))


def _stale_rev(ledger: LedgerSimulator) -> None:
    ledger.issue(LICENSE)
    ledger.act(LICENSE, Act.SUSPEND, ground=21, rev=0)


def _expired_message(ledger: LedgerSimulator) -> None:
    ledger.issue(LICENSE, signedAt=ledger.now - 1000, notAfter=ledger.now - 1)


def _too_early(ledger: LedgerSimulator) -> None:
    ledger.issue(LICENSE, signedAt=ledger.now + 31, notAfter=ledger.now + 100)


def _too_long(ledger: LedgerSimulator) -> None:
    ledger.issue(LICENSE, signedAt=ledger.now, notAfter=ledger.now + 31 * 86_400 + 1)


def _wrong_writer(ledger: LedgerSimulator) -> None:
    body = ledger.issue(id_of("other")).body
    ledger.append(Kind.LICENSE_ISSUED, bytes.fromhex(LICENSE[2:]), body, "Catalog")


def _wrong_object(ledger: LedgerSimulator) -> None:
    body = ledger.issue(id_of("other")).body
    ledger.append(Kind.LICENSE_ISSUED, bytes.fromhex(LICENSE[2:]), body)


def _unknown_license(ledger: LedgerSimulator) -> None:
    ledger.act(LICENSE, Act.REVOKE, ground=45)


def _one_side(ledger: LedgerSimulator) -> None:
    ledger.recognize(ZHEJIANG, SHANGHAI, REGIONAL_TYPE, [str(ZHEJIANG)])


def _sides_swapped(ledger: LedgerSimulator) -> None:
    ledger.recognize(ZHEJIANG, SHANGHAI, REGIONAL_TYPE, [str(SHANGHAI), str(ZHEJIANG)])


def _key_without_region(ledger: LedgerSimulator) -> None:
    ledger.register_key("stray", organisation_object(BUREAU))


def _second_seal(ledger: LedgerSimulator) -> None:
    ledger.seal(str(SHANGHAI), str(ZHEJIANG))


def _purpose_out_of_range(ledger: LedgerSimulator) -> None:
    ledger.record("RegisterKey", [str(SHANGHAI), "odd"], **registration("odd", purpose=9))


def _type_taken_over(ledger: LedgerSimulator) -> None:
    ledger.register_type(REGIONAL_TYPE, [str(ZHEJIANG)], ZHEJIANG, Scope.REGIONAL)


def _national_made_regional_by_one(ledger: LedgerSimulator) -> None:
    ledger.register_type(NATIONAL_TYPE, [str(QINGPU)], QINGPU, Scope.REGIONAL)


def _entitlement_taken_over(ledger: LedgerSimulator) -> None:
    ledger.entitle(NATIONAL_TYPE, BUREAU, JIASHAN, str(ZHEJIANG))


def _relay_of_another_region(ledger: LedgerSimulator) -> None:
    ledger.add_relay(RELAY, SHANGHAI, str(SHANGHAI), ledger.now + 1000)
    ledger.end_relay(RELAY, ZHEJIANG, str(ZHEJIANG))


def _unknown_relay(ledger: LedgerSimulator) -> None:
    ledger.end_relay(RELAY, SHANGHAI, str(SHANGHAI))


def _one_signature_too_many(ledger: LedgerSimulator) -> None:
    members = {"uscc": _word("A"), "region": QINGPU, "level": 2, "nameDigest": NO_HASH}
    ledger.record("AddOrganisation", [str(SHANGHAI), str(QINGPU)], **members)


def _inferior_region(ledger: LedgerSimulator) -> None:
    members = {"uscc": _word("A"), "region": SHANGHAI, "level": 2, "nameDigest": NO_HASH}
    ledger.record("AddOrganisation", [str(QINGPU)], **members)


def _cut_off_by_itself(ledger: LedgerSimulator) -> None:
    ledger.cut_off_key(str(SHANGHAI), str(SHANGHAI), ledger.now)


_EMPTY = {"reference": hash32("r"), "cause": hash32("c"), "region": 0}


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        (_duplicate_id, "DUPLICATE_ID"),
        (_foreign_type, "NOT_ENTITLED"),
        (_foreign_id, "NOT_ENTITLED"),
        (_foreign_id_by_amendment, "NOT_ENTITLED"),
        (_foreign_id_in_a_leaf, "NOT_ENTITLED"),
        (_foreign_signer, "NOT_ENTITLED"),
        (_operator_of_another_type, "NOT_ENTITLED"),
        (_operator_after_its_right, "NOT_ENTITLED"),
        (_operator_no_longer_named, "NOT_ENTITLED"),
        (_operator_lets_go, "NOT_ENTITLED"),
        (_governing_key_issues, "NOT_ENTITLED"),
        (_ended_right, "NOT_ENTITLED"),
        (_ended_key, "NOT_ENTITLED"),
        (_cut_off_key, "NOT_ENTITLED"),
        (_unsigned, "NOT_ENTITLED"),
        (_stale_rev, "BAD_RECORD"),
        (_expired_message, "BAD_RECORD"),
        (_too_early, "BAD_RECORD"),
        (_too_long, "BAD_RECORD"),
        (_wrong_writer, "BAD_RECORD"),
        (_wrong_object, "BAD_RECORD"),
        (_unknown_license, "NOT_ENTITLED"),
        (_one_side, "NOT_ENTITLED"),
        (_sides_swapped, "NOT_ENTITLED"),
        (_key_without_region, "NOT_ENTITLED"),
        (_second_seal, "BAD_RECORD"),
        (_purpose_out_of_range, "BAD_RECORD"),
        (_type_taken_over, "NOT_ENTITLED"),
        (_national_made_regional_by_one, "NOT_ENTITLED"),
        (_entitlement_taken_over, "NOT_ENTITLED"),
        (_relay_of_another_region, "NOT_ENTITLED"),
        (_unknown_relay, "BAD_RECORD"),
        (_one_signature_too_many, "NOT_ENTITLED"),
        (_inferior_region, "NOT_ENTITLED"),
        (_cut_off_by_itself, "NOT_ENTITLED"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_what_contracts_refuse_is_found(
    fresh: LedgerSimulator, deed: Callable[[LedgerSimulator], None], code: str
) -> None:
    deed(fresh)
    found = [each for each in replayed(fresh).findings if each.seq is not None]
    assert [each.code for each in found] == [code], found
    assert found[0].seq == fresh.seq


def test_an_amendment_beyond_a_mandate_is_found_on_both_licenses(fresh: LedgerSimulator) -> None:
    _operator_amends_another_type(fresh)
    found = [each for each in replayed(fresh).findings if each.seq is not None]
    assert (found[0].code, found[0].seq) == ("NOT_ENTITLED", fresh.seq - 1)


def test_what_an_operator_does_within_its_mandate_is_no_finding(fresh: LedgerSimulator) -> None:
    _operated(fresh)
    ids = [id_of(f"operated {n}") for n in range(3)]
    for each in ids[:2]:
        fresh.issue(each, by=OFFICE)
    fresh.amend(ids[0], ids[2], by=OFFICE)
    fresh.act(ids[1], Act.SUSPEND, OFFICE, ground=21)
    fresh.act(ids[1], Act.RESUME, ground=25)
    fresh.transfer_out(ids[1], ZHEJIANG, OFFICE)
    batch = fresh.issue_batch([id_of(f"leaf {n}") for n in range(3)])[0]["batch"]
    fresh.renew_batch(batch, [1], [id_of("renewed")], signer=OFFICE)
    assert codes(replayed(fresh)) == set()


def test_a_batch_renewed_by_a_body_without_mandate_is_found(fresh: LedgerSimulator) -> None:
    batch = fresh.issue_batch([id_of(f"leaf {n}") for n in range(3)])[0]["batch"]
    fresh.renew_batch(batch, [1], [id_of("renewed")], signer=OFFICE)
    assert codes(replayed(fresh)) == {"NOT_ENTITLED"}


def test_a_wrong_signature_is_found_though_everything_else_fits(fresh: LedgerSimulator) -> None:
    fresh.issue(LICENSE)
    last = list(fresh.records())[-1]
    body = last.decoded()
    forged = replace(body.signatures[0], s=bytes(31) + b"\5")
    served = [*list(fresh.records())[:-1], replace(last, body=RecordBody(body.data, (forged,)).encode())]
    report = replayed(fresh, Colluding(fresh, served))
    assert codes(report) == {"BAD_SIGNATURE"}
    assert report.signatures_bad == 1


def test_what_is_no_body_is_found_and_the_rest_still_read(fresh: LedgerSimulator) -> None:
    fresh.append(Kind.LICENSE_ISSUED, bytes(32), encode(["uint256"], [1]))
    fresh.issue(LICENSE)
    report = replayed(fresh)
    assert "BAD_RECORD" in codes(report)
    assert LICENSE in report.state.tables["license"]


def test_an_old_head_is_a_finding_unless_pinned(fresh: LedgerSimulator) -> None:
    assert codes(replayed(fresh, delay=60)) == set()
    assert codes(replayed(fresh, delay=61)) == {"STALE_HEAD"}
    assert codes(replayed(fresh, asked=Asked(head=fresh.head().hash), delay=9_999)) == set()
