"""What a provider names of a holder's uses, held against the records."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.adapters.clock import SystemEntropy
from ledger.adapters.evidence_folder import EvidenceFolder
from ledger.adapters.outbox import FileOutbox
from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.license_tree import proof, root
from ledger.domain.named_use import NamedUse, named_use
from ledger.domain.rules.uses import use_words
from ledger.domain.sharing import UseKind
from ledger.domain.sharing_entities import Use
from ledger.domain.sm3 import sm3
from ledger.domain.use_leaves import leaf_of, refusal_words, use_leaf
from ledger.service.evidence import Evidence
from ledger.service.holder_uses import HolderUses, Subject
from ledger.service.party_texts import PartyTexts
from ledger.service.shown_corrections import ShowCorrections
from ledger.service.shown_grants import ShowGrants
from tests.sharing_records import SharingRecords, bits, nonce, word
from tests.simulator import BUREAU, OFFICE, REGIONAL_TYPE, LedgerSimulator, founded_ledger, id_of
from tests.unit.test_shown_corrections import Tables, by_default

HELD, OTHER = id_of("a license of hers"), id_of("a license of another")


@pytest.fixture
def ledger() -> LedgerSimulator:
    return founded_ledger(sign=False)


@pytest.fixture
def made(ledger: LedgerSimulator) -> SharingRecords:
    records = SharingRecords(ledger)
    records.register("OPEN")
    return records


def view(ledger: LedgerSimulator, folder: Path, *named: NamedUse) -> JsonObject:
    index, now = Tables(ledger.state()), ledger.now
    texts = PartyTexts(FileOutbox(folder / "sharing"), SystemEntropy())
    evidence = Evidence(EvidenceFolder(folder / "evidence"), SystemEntropy())
    days = by_default(index, now)
    corrections = ShowCorrections(index, texts, evidence, now, days)  # type: ignore[arg-type]
    shown = HolderUses(index, ShowGrants(index, texts, now, days), corrections)  # type: ignore[arg-type]
    return shown.view(Subject(HELD, REGIONAL_TYPE, BUREAU), named)


def asked_for(license_id: str) -> JsonObject:
    return {"license": license_id, "nonce": secrets.token_hex(16), "signature": "00" * 64}


def a_use(grant: str, request: JsonObject) -> Use:
    signed = {name: each for name, each in request.items() if name != "signature"}
    digest = "0x" + sm3(canonical(signed)).hex()
    return Use(grant, UseKind.DATA, 1, digest, nonce("response"), nonce("code"))


def test_what_no_record_bears_out_stands_apart(
    ledger: LedgerSimulator, made: SharingRecords, tmp_path: Path
) -> None:
    whole, request = made.request("OPEN"), asked_for(HELD)
    use = a_use(whole, request)
    words = use_words(use)
    made.use(use)
    asked = [asked_for(HELD) for _ in range(3)]
    batch = [a_use(whole, each) for each in asked]
    leaves = [use_leaf(each) for each in batch]
    members = {"grant": whole, "fields": bits(1), "root": "0x" + root(leaves).hex(), "size": 3}
    ledger.record("UseBatch", [BUREAU, OFFICE], leaves, **members)
    made.refuse("OPEN", "her request")

    single = NamedUse(HELD, BUREAU, use.request_digest, root(words), words, request=request)
    leaf_words, leaf_proof = use_words(batch[1]), tuple(proof(leaves, 1))
    leaf = NamedUse(HELD, BUREAU, batch[1].request_digest, root(leaves), leaf_words, 1, leaf_proof, asked[1])
    refusal = NamedUse(HELD, BUREAU, nonce("her request"))
    true = view(ledger, tmp_path, single, leaf, refusal, replace(single, license_id=OTHER))
    told = [(each["event"], each["by"], each["request"], each["namedBy"]) for each in true["events"]]
    assert told == [
        ("USED", OFFICE, use.request_digest, BUREAU),
        ("USED", OFFICE, batch[1].request_digest, BUREAU),
        ("REFUSED", OFFICE, nonce("her request"), BUREAU),
    ]
    assert true["unproved"] == []

    other = use_words(a_use(whole, request))
    for wrong in (
        replace(single, root=bytes(32)),
        replace(single, words=(*other[:5], bytes(32))),
        replace(single, request=asked_for(OTHER)),
        replace(single, words=(words[0], bytes(32), *words[2:])),
        replace(leaf, index=2),
        replace(leaf, proof=leaf_proof[:-1]),
        replace(leaf, words=words),
        replace(refusal, request_digest=nonce("nobody's request")),
    ):
        judged = view(ledger, tmp_path, wrong)
        assert (judged["events"], judged["unproved"]) == ([], [wrong.as_json()]), wrong


def test_a_refusal_that_stands_with_others_is_told_by_its_leaf(
    ledger: LedgerSimulator, made: SharingRecords, tmp_path: Path
) -> None:
    whole, request = made.request("OPEN"), asked_for(HELD)
    digest = a_use(whole, request).request_digest
    told = [refusal_words(OFFICE, whole, 7, each) for each in (nonce("another"), digest, nonce("third"))]
    leaves = [leaf_of(each) for each in told]
    members = {"owner": word(BUREAU), "code": word("OPEN"), "root": "0x" + root(leaves).hex(), "size": 3}
    ledger.record("RefuseBatch", [BUREAU], leaves, **members)
    named = NamedUse(HELD, BUREAU, digest, root(leaves), told[1], 1, tuple(proof(leaves, 1)), request)
    assert named_use(named.as_json()) == named
    (event,) = view(ledger, tmp_path, named)["events"]
    assert (event["event"], event["by"], event["grant"]) == ("REFUSED", OFFICE, whole)
    assert (event["basis"], event["reason"], event["namedBy"]) == ("DUTY", 7, BUREAU)
    lenient = (*told[1][:2], (5).to_bytes(32, "big"), told[1][3])
    for wrong in (
        replace(named, words=told[0]),
        replace(named, words=lenient),
        replace(named, index=0),
        replace(named, owner=OFFICE),
        replace(named, proof=()),
        replace(named, request=asked_for(OTHER)),
    ):
        judged = view(ledger, tmp_path, wrong)
        assert (judged["events"], judged["unproved"]) == ([], [wrong.as_json()]), wrong


def test_a_use_that_the_records_name_already_is_told_once(
    ledger: LedgerSimulator, made: SharingRecords, tmp_path: Path
) -> None:
    request = asked_for(HELD)
    use = a_use(made.request("OPEN", licenseId=HELD), request)
    made.use(use)
    words = use_words(use)
    named = NamedUse(HELD, BUREAU, use.request_digest, root(words), words, request=request)
    events = view(ledger, tmp_path, named)["events"]
    assert [(each["event"], each["namedBy"]) for each in events] == [
        ("GRANT_REQUESTED", None),
        ("USED", None),
    ]
