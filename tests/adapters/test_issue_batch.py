"""Issuing by the batch on a live ledger: exactly once, whatever dies; then what happens to one of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ledger.adapters.batch_outbox import SqliteBatchOutbox
from ledger.adapters.outbox import FileOutbox
from ledger.adapters.sqlite.queue import SqliteQueue
from ledger.bootstrap import Ledger
from ledger.domain.holders import holder_binding
from ledger.domain.verdict import Verdict
from ledger.errors import LedgerError, MalformedError, RuleError
from ledger.service.orders import ActOrder, IssuedBatch
from ledger.service.sources import Asked
from ledger.service.verify import Ask
from tests.live import ISSUER, LiveLedger, live_ledger

__all__ = ["live_ledger"]
Json = dict[str, Any]


class Died(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def ledger(live_ledger: LiveLedger) -> Ledger:
    return live_ledger.ledger()


@pytest.fixture
def inputs(live_ledger: LiveLedger) -> list[Json]:
    return [live_ledger.input() for _ in range(5)]


def verdict(ledger: Ledger, envelope: Json, level: str = "rpc") -> Verdict:
    data = json.dumps(envelope).encode()
    return ledger.verify(Asked(level)).verify(ledger.read_file(data), Ask(region=330421))


def result(ledger: Ledger, batch: IssuedBatch, index: int) -> str:
    return verdict(ledger, batch.licenses[index].envelope.as_json()).result


def test_a_batch_is_one_record_and_each_license_verifies(
    live_ledger: LiveLedger, ledger: Ledger, inputs: list[Json]
) -> None:
    before, _ = ledger.reader.journal()
    batch = ledger.batches().issue_batch(inputs, live_ledger.signer("issuer"))
    assert ledger.reader.journal()[0] == before + 1 == batch.seq
    assert [result(ledger, batch, index) for index in range(5)] == ["IN_FORCE"] * 5
    place = batch.licenses[3].envelope.anchor["batch"]
    assert (place["root"], place["index"], place["size"]) == (batch.root, 3, 5)
    again = live_ledger.ledger().batches().issue_batch(inputs, live_ledger.signer("issuer"))
    assert again == batch, "the same call, the same answer"
    assert ledger.reader.journal()[0] == before + 1


def test_a_forged_leaf_fails_in_its_integrity(
    live_ledger: LiveLedger, ledger: Ledger, inputs: list[Json]
) -> None:
    batch = ledger.batches().issue_batch(inputs, live_ledger.signer("issuer"))
    genuine, other = (batch.licenses[index].envelope.as_json() for index in (0, 1))
    place = genuine["anchor"]["batch"]
    for change in (
        {"index": 1},
        {"size": 4},
        {"proof": place["proof"][1:]},
        {"proof": other["anchor"]["batch"]["proof"]},
        {"root": "0x" + "11" * 32},
    ):
        forged = {**genuine, "anchor": {**genuine["anchor"], "batch": {**place, **change}}}
        checks = {check.step.name: check.code for check in verdict(ledger, forged).checks}
        assert checks["INTEGRITY"] == "LEAF_MISMATCH", change
    for change in ({"leaf": None}, {"anchor": {**genuine["anchor"], "batch": None}}):
        assert verdict(ledger, {**genuine, **change}).result == "MALFORMED"
    swapped = {**genuine, "leaf": other["leaf"]}
    assert verdict(ledger, swapped).result == "TAMPERED"


def test_acts_reach_one_license_of_a_batch(
    live_ledger: LiveLedger, ledger: Ledger, inputs: list[Json]
) -> None:
    signer, acting = live_ledger.signer("issuer"), ledger.acting()
    batch = ledger.batches().issue_batch(inputs, signer)
    ids = [str(each.envelope.anchor["licenseId"]) for each in batch.licenses]
    assert ledger.show(Asked(), ids[0]).license.rev == 1
    acted = acting.act(ids[1], ActOrder("suspend", "INVESTIGATION"), signer)
    assert acted.rev == 2
    assert [result(ledger, batch, index) for index in range(3)] == ["IN_FORCE", "SUSPENDED", "IN_FORCE"]
    acting.act(ids[1], ActOrder("resume", "CONDITIONS_MET_AGAIN"), signer)
    assert result(ledger, batch, 1) == "IN_FORCE"
    acting.bind(ids[2], holder_binding(signer.public_key, None), 1, 2, signer, ISSUER)
    old = batch.licenses[3].envelope
    new = ledger.issuing().amend(ids[3], old.identifier, live_ledger.input(), "change", signer)
    assert result(ledger, batch, 3) == "SUPERSEDED"
    assert verdict(ledger, new.envelope.as_json()).result == "IN_FORCE"
    assert result(ledger, batch, 4) == "IN_FORCE"


@pytest.mark.parametrize("moment", range(6))
def test_whoever_dies_at_any_moment_finishes_the_same_batch_once(
    live_ledger: LiveLedger, inputs: list[Json], moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dies before the n-th thing that is kept; then starts again."""
    ledger = live_ledger.ledger()
    before, _ = ledger.reader.journal()
    count = iter(range(100))

    def dying(write: Callable[..., Any]) -> Callable[..., Any]:
        def write_or_die(*arguments: Any) -> Any:
            if next(count) == moment:
                raise Died
            return write(*arguments)

        return write_or_die

    with monkeypatch.context() as patch:
        patch.setattr(SqliteBatchOutbox, "_writing", dying(SqliteBatchOutbox._writing))
        patch.setattr(FileOutbox, "save", dying(FileOutbox.save))
        patch.setattr(SqliteQueue, "add", dying(SqliteQueue.add))
        patch.setattr(SqliteQueue, "change", dying(SqliteQueue.change))
        died = False
        try:
            ledger.batches().issue_batch(inputs, live_ledger.signer("issuer"))
        except Died:
            died = True
    assert died == (moment < 5), "the batch, its message's name, accepted, sent, anchored"
    batch = live_ledger.ledger().batches().issue_batch(inputs, live_ledger.signer("issuer"))
    assert live_ledger.ledger().reader.journal()[0] == before + 1 == batch.seq
    assert result(live_ledger.ledger(), batch, 4) == "IN_FORCE"


def test_what_is_no_batch_is_refused_before_anything_is_sent(
    live_ledger: LiveLedger, ledger: Ledger, inputs: list[Json]
) -> None:
    signer, issuing = live_ledger.signer("issuer"), ledger.batches()
    before, _ = ledger.reader.journal()
    with pytest.raises(MalformedError, match="BATCH_SIZE"):
        issuing.issue_batch([], signer)
    with pytest.raises(MalformedError, match="BATCH_MIXED"):
        issuing.issue_batch([inputs[0], live_ledger.regional_input()], signer)
    with pytest.raises(RuleError, match="LICENSE_EXISTS"):
        issuing.issue_batch([inputs[0], inputs[0]], signer)
    with pytest.raises(LedgerError, match="NOT_THE_ISSUER"):
        issuing.issue_batch(inputs, live_ledger.signer("relying"))
    assert ledger.reader.journal()[0] == before
    issuing.issue_batch(inputs, signer)
    with pytest.raises(RuleError, match="LICENSE_EXISTS"):
        issuing.issue_batch([inputs[0], live_ledger.input()], signer)


def test_a_license_of_a_batch_moves_out_and_stays_after_all(
    live_ledger: LiveLedger, ledger: Ledger, inputs: list[Json]
) -> None:
    signer, acting = live_ledger.signer("issuer"), ledger.acting()
    batch = ledger.batches().issue_batch(inputs, signer)
    moving = str(batch.licenses[0].envelope.anchor["licenseId"])
    acting.transfer_out(moving, 330000, signer, "迁出〔2026〕1号")
    assert result(ledger, batch, 0) == "SUSPENDED"
    acting.transfer_cancel(moving, signer)
    assert result(ledger, batch, 0) == "IN_FORCE"
