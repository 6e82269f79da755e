"""Reading the ledger: what is proved holds, and every lie of a node shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger.adapters.artifacts import load_artifacts
from ledger.adapters.chain import Chain, agreed_header
from ledger.adapters.rpc import Rpc
from ledger.domain.messages import MESSAGES, Kind
from ledger.domain.objects import ledger_object, region_object
from ledger.domain.records import record_of
from ledger.domain.refusals import REFUSALS
from ledger.domain.trustfile import CLIENTS
from ledger.errors import (
    BadProofError,
    ChainOutageError,
    LedgerError,
    RuleError,
    UsageError,
    WrongLedgerError,
)
from ledger.proof.journal import Finding, Walk, object_word, revision
from tests.adapters.conftest import LEDGER_ID, REGIONS, Ledger
from tests.lying_proxy import LIES, LyingProxy


def walk(chain: Chain, until: int) -> list[Finding]:
    """All that is wrong with what a node serves, up to a block."""
    seq, head = chain.proven_journal(chain.header(until))
    walk = Walk(LEDGER_ID)
    findings = [finding for log in chain.logs(to_block=until) for finding in walk.take(log)[1]]
    return findings + walk.finish(seq, head)


def test_the_records_give_the_head_that_the_state_root_proves(ledger: Ledger) -> None:
    head = ledger.chain.head()
    seq, proved = ledger.chain.proven_journal(head)
    assert seq == 1 + len(CLIENTS) + 2 + len(REGIONS)
    assert walk(ledger.chain, head.number) == []
    assert ledger.chain.journal(head.number) == (seq, proved)


@pytest.mark.parametrize("name", ["latest", "pending", "earliest", "0x1", "", "0x" + "AB" * 32])
def test_only_a_hash_names_a_block_to_trust(ledger: Ledger, name: str) -> None:
    with pytest.raises(UsageError, match="HEAD_FORM"):
        ledger.chain.header(name)


def test_records_carry_what_was_signed(ledger: Ledger) -> None:
    records = list(ledger.chain.records())
    struct, values = records[0].message()
    assert (struct, values["threshold"]) == (MESSAGES["Found"], 3)
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    assert {record.writer for record in records} == {ledger.trust.contracts["Directory"].address}
    assert [
        record.message()[1]["region"] for record in records if record.kind == Kind.REGION_ADDED
    ] == REGIONS


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("seq", [1, 5, 9, 13])
def test_every_lie_about_one_record_is_found(ledger: Ledger, lie: str, seq: int) -> None:
    with LyingProxy(ledger.url) as proxy:
        proxy.lie = LIES[lie](seq)
        found = walk(ledger.through(proxy.url), ledger.chain.head().number)
    assert found
    assert {finding.code for finding in found} <= {"SEQ_GAP", "HEAD_MISMATCH", "BAD_RECORD"}


def test_every_edited_byte_of_a_record_is_found(ledger: Ledger) -> None:
    record = next(iter(ledger.chain.logs()))
    _, proved = ledger.chain.proven_journal(ledger.chain.head())
    rest = list(ledger.chain.logs())[1:]
    for place in range(len(record.data)):
        edited = replace(
            record, data=record.data[:place] + bytes([record.data[place] ^ 1]) + record.data[place + 1 :]
        )
        walk = Walk(LEDGER_ID)
        findings = [each for log in [edited, *rest] for each in walk.take(log)[1]]
        assert findings or walk.head != proved


def test_the_words_of_objects_are_proved_and_are_their_history(ledger: Ledger) -> None:
    objects = [ledger_object(), *(region_object(code) for code in REGIONS), region_object(999999)]
    head = ledger.chain.head()
    words = ledger.chain.proven_words(objects, head)
    for each in objects:
        assert object_word(ledger.chain.records_of(each, head.number)) == words[each]
        assert ledger.chain.object_word(each, head.number) == words[each]
    assert [revision(words[each]) for each in objects] == [3 + len(CLIENTS)] + [1] * len(REGIONS) + [0]


def test_a_record_left_out_of_an_objects_history_is_found(ledger: Ledger) -> None:
    each = region_object(REGIONS[0])
    head = ledger.chain.head()
    [record] = ledger.chain.records_of(each)
    with LyingProxy(ledger.url) as proxy:
        proxy.lie = LIES["omitted"](record.seq)
        told = ledger.through(proxy.url).records_of(each, head.number)
    assert object_word(told) != ledger.chain.proven_words([each], head)[each]


def test_many_histories_come_together_and_are_those_of_each(ledger: Ledger) -> None:
    objects = [ledger_object(), *(region_object(code) for code in REGIONS), region_object(999999)]
    with LyingProxy(ledger.url) as proxy:
        told = ledger.through(proxy.url).histories_of(objects)
        assert proxy.seen.count("eth_getLogs") == 1
    assert told == {each: ledger.chain.records_of(each) for each in objects}
    assert ledger.chain.histories_of([]) == {}


def test_a_node_that_takes_few_objects_at_once_is_asked_in_parts(ledger: Ledger) -> None:
    objects = [ledger_object(), *(region_object(code) for code in REGIONS)]

    def refuse_many(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if call["method"] != "eth_getLogs" or len(call["params"][0]["topics"][2]) <= 2:
            return answer
        return {"jsonrpc": "2.0", "id": call["id"], "error": {"code": -32602, "message": "exceed max topics"}}

    with LyingProxy(ledger.url) as proxy:
        proxy.rewrite = refuse_many
        told = ledger.through(proxy.url).histories_of(objects)
    assert told == ledger.chain.histories_of(objects)


def test_records_are_had_together_by_their_numbers_and_no_others(ledger: Ledger) -> None:
    records = {record.seq: record for record in ledger.chain.records()}
    assert len(records) > 3

    def refuse_many(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if call["method"] != "eth_getLogs":
            return answer
        if len(call["params"][0]["topics"][1]) > 2:
            error = {"code": -32602, "message": "exceed max topics"}
            return {"jsonrpc": "2.0", "id": call["id"], "error": error}
        return {**answer, "result": answer["result"][:kept]}

    with LyingProxy(ledger.url) as proxy:
        chain = ledger.through(proxy.url)
        assert chain.records_at(records) == records
        assert chain.records_at([]) == {}
        kept, proxy.rewrite = 2, refuse_many
        assert chain.records_at([*records, 1]) == records, "asked in parts"
        kept = 1  # and leave out the others
        with pytest.raises(ChainOutageError, match="CHAIN_BAD_ANSWER"):
            chain.records_at(records)
        with pytest.raises(ChainOutageError, match="CHAIN_BAD_ANSWER"):
            chain.record_at(len(records) + 1)


def test_a_record_about_another_object_than_was_asked_for_is_refused(ledger: Ledger) -> None:
    others = [region_object(code) for code in REGIONS[:2]]

    def other(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if call["method"] != "eth_getLogs":
            return answer
        query = {**call["params"][0], "topics": [call["params"][0]["topics"][0]]}
        return proxy._forward([{**call, "params": [query]}])[0]

    with LyingProxy(ledger.url) as proxy:
        proxy.rewrite = other
        with pytest.raises(ChainOutageError, match="CHAIN_BAD_ANSWER"):
            ledger.through(proxy.url).histories_of(others)


def test_a_lie_about_a_proved_word_is_refused(ledger: Ledger) -> None:
    older = ledger.chain.header(ledger.chain.head().number - 3)
    with LyingProxy(ledger.url) as proxy:
        proxy.rewrite = lambda call, answer: (
            proxy._forward([{**call, "params": [*call["params"][:2], hex(older.number)]}])[0]
            if call["method"] == "eth_getProof"
            else answer
        )
        chain = ledger.through(proxy.url)
        with pytest.raises(BadProofError):
            chain.proven_journal(ledger.chain.head())


def test_an_older_head_is_told_by_its_time_and_number(ledger: Ledger) -> None:
    truth = ledger.chain.head()
    with LyingProxy(ledger.url) as proxy:
        proxy.head = truth.number - 4
        told = ledger.through(proxy.url).head()
    assert told == ledger.chain.header(truth.number - 4)


def test_a_header_whose_fields_were_edited_is_refused(ledger: Ledger) -> None:
    with LyingProxy(ledger.url) as proxy:
        proxy.rewrite = lambda _, answer: {**answer, "result": {**answer["result"], "timestamp": "0x1"}}
        with pytest.raises(BadProofError, match="BAD_HEADER"):
            ledger.through(proxy.url).head()


def test_headers_are_found_by_height_and_by_hash(ledger: Ledger) -> None:
    header = ledger.chain.header(3)
    assert ledger.chain.header(header.hash) == header
    assert ledger.chain.header(2).hash == header.parent_hash
    for unknown in (10**9, "0x" + "ab" * 32):
        with pytest.raises(ChainOutageError, match=r"CHAIN_NO_BLOCK|CHAIN_REFUSED_CALL"):
            ledger.chain.header(unknown)


def test_pages_that_a_node_refuses_are_halved(ledger: Ledger) -> None:
    truth = list(ledger.chain.logs())

    def refuse_long(call: dict[str, object], answer: dict[str, object]) -> dict[str, object]:
        if call["method"] != "eth_getLogs":
            return answer
        [query] = call["params"]  # type: ignore[misc]
        if int(query["toBlock"], 16) - int(query["fromBlock"], 16) < 3:
            return answer
        return {"jsonrpc": "2.0", "id": call["id"], "error": {"code": -32005, "message": "range too wide"}}

    with LyingProxy(ledger.url) as proxy:
        proxy.rewrite = refuse_long  # type: ignore[assignment]
        assert list(ledger.through(proxy.url).logs()) == truth


def test_the_right_ledger_is_accepted(ledger: Ledger) -> None:
    ledger.chain.check_ledger()


@pytest.mark.parametrize("what", ["chainId", "genesisHash", "ledgerId", "code of Journal"])
def test_another_ledger_is_refused(ledger: Ledger, what: str) -> None:
    other = "0x" + "ab" * 32
    journal = replace(ledger.trust.contracts["Journal"], code_hash=other)
    wrong = {
        "chainId": replace(ledger.trust, chain_id=1),
        "genesisHash": replace(ledger.trust, genesis_hash=other),
        "ledgerId": replace(ledger.trust, ledger_id=other),
        "code of Journal": replace(ledger.trust, contracts={**ledger.trust.contracts, "Journal": journal}),
    }
    with pytest.raises(WrongLedgerError) as caught:
        Chain(ledger.rpc, wrong[what], load_artifacts()).check_ledger()
    assert caught.value.fields["what"] == what
    assert caught.value.exit_code == 3


def test_a_proof_from_other_code_is_refused(ledger: Ledger) -> None:
    journal = replace(ledger.trust.contracts["Journal"], code_hash="0x" + "ab" * 32)
    trust = replace(ledger.trust, contracts={**ledger.trust.contracts, "Journal": journal})
    with pytest.raises(WrongLedgerError):
        Chain(ledger.rpc, trust, load_artifacts()).proven_journal(ledger.chain.head())


def test_agreement_needs_as_many_nodes_as_asked(ledger: Ledger) -> None:
    dead = Rpc("http://127.0.0.1:9", attempts=1)
    assert agreed_header([ledger.rpc, ledger.rpc, dead], 2) == ledger.chain.head()
    with pytest.raises(ChainOutageError, match="CHAIN_NO_QUORUM"):
        agreed_header([ledger.rpc, dead, dead], 2)
    with LyingProxy(ledger.url) as proxy:
        proxy.rewrite = lambda call, _: {
            "jsonrpc": "2.0",
            "id": call["id"],
            "result": ledger.rpc.call("eth_getBlockByNumber", "0x1", False),
        }
        with pytest.raises(ChainOutageError, match="CHAIN_NO_QUORUM"):
            agreed_header([ledger.rpc, Rpc(proxy.url)], 2, ledger.chain.head().number)


def test_views_answer_by_abi_and_refusals_have_our_codes(ledger: Ledger) -> None:
    assert ledger.chain.call("Directory", "ledgerId") == LEDGER_ID
    assert list(ledger.chain.call("Directory", "rootRegions")) == REGIONS
    assert ledger.chain.call("Journal", "seq", block=ledger.trust.contracts["Journal"].block) == 0
    with pytest.raises(RuleError) as caught:
        ledger.chain.call("Directory", "requireSubmitter", "0x" + "11" * 20)
    assert caught.value.code == "NOT_FOUNDER"
    assert "1111111111" in caught.value.message()["zh"]


def test_every_custom_error_of_the_contracts_is_mapped_to_a_sentence() -> None:
    declared = {
        entry["name"]: [member["name"] for member in entry["inputs"]]
        for artifact in load_artifacts().values()
        for entry in artifact.errors.values()
    }
    assert set(declared) == set(REFUSALS)
    for name, parameters in declared.items():
        error_class, code = REFUSALS[name]
        fields = {"contract" if each == "name" else each: "7" for each in parameters}
        error: LedgerError = error_class(code, name=name, arguments="7", **fields)
        assert "?" not in error.message()["zh"] + error.message()["en"], name


def test_the_storage_layout_is_the_one_that_proofs_rely_on(ledger: Ledger) -> None:
    first = record_of(next(iter(ledger.chain.logs())))
    block = ledger.chain.header(first.block)
    assert ledger.chain.proven_heads(5, block) == {}
    words = ledger.chain.proven_slots("Journal", [0, 1], ledger.chain.header(first.block - 1))
    assert words == {0: LEDGER_ID, 1: bytes(32)}
