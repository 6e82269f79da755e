"""Where histories come from: what each level of trust lets pass and what it catches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.domain.acts import Act
from ledger.domain.records import Record
from ledger.errors import BadProofError, OutageError, TrustError, UsageError
from ledger.service.sources import Asked, Histories
from tests.simulator import LedgerSimulator, founded_ledger, hash32, id_of
from tests.unit.governed import Tampered

LICENSE = id_of("a license")
OBJECT = bytes.fromhex(LICENSE[2:])


@pytest.fixture
def ledger() -> LedgerSimulator:
    made = founded_ledger(sign=False)
    made.issue(LICENSE)
    made.act(LICENSE, Act.REVOKE)
    return made


def without_revocation(ledger: LedgerSimulator) -> Tampered:
    return Tampered(ledger, [record for record in ledger.records() if record.kind != 103])


def pinned(ledger: LedgerSimulator) -> Asked:
    return Asked("state", ledger.head().hash)


def test_an_unknown_level_is_refused(ledger: LedgerSimulator) -> None:
    with pytest.raises(UsageError, match="TRUST_LEVEL"):
        Histories([ledger], Asked("blind"))


@pytest.mark.parametrize(
    ("level", "nodes", "is_pinned", "reached"),
    [
        ("rpc", 1, False, "rpc"),
        ("rpc", 2, False, "rpc"),
        ("quorum", 1, False, "rpc"),
        ("quorum", 2, False, "quorum"),
        ("state", 1, False, "rpc"),
        ("state", 2, False, "state"),
        ("state", 1, True, "state"),
        ("seals", 1, True, "state"),
    ],
)
def test_the_level_reached_is_told(
    ledger: LedgerSimulator, level: str, nodes: int, is_pinned: bool, reached: str
) -> None:
    asked = Asked(level, ledger.head().hash if is_pinned else None)
    histories = Histories([ledger] * nodes, asked)
    assert (histories.level, histories.is_pinned) == (reached, is_pinned)
    assert [record.kind for record in histories.of([OBJECT])] == [100, 103]


def test_one_node_alone_is_believed_and_says_so(ledger: LedgerSimulator) -> None:
    histories = Histories([without_revocation(ledger)], Asked())
    assert histories.level == "rpc"
    assert [record.kind for record in histories.of([OBJECT])] == [100]


@pytest.mark.parametrize("change", ["omitted", "edited", "invented", "moved"])
def test_a_history_that_is_not_proved_is_refused(ledger: LedgerSimulator, change: str) -> None:
    records = list(ledger.records())
    last = records[-1]
    served: dict[str, list[Record]] = {
        "omitted": records[:-1],
        "edited": [*records[:-1], replace(last, body=last.body[:-1] + b"\1")],
        "invented": [*records, replace(last, seq=last.seq + 1)],
        "moved": [*records[:-1], replace(last, block=last.block - 1)],
    }
    histories = Histories([Tampered(ledger, served[change])], pinned(ledger))
    with pytest.raises(BadProofError, match="HISTORY_NOT_PROVED"):
        histories.of([OBJECT])


def test_what_does_not_exist_is_proved_too(ledger: LedgerSimulator) -> None:
    assert Histories([ledger], pinned(ledger)).of([bytes(32)]) == []


def test_two_chains_are_a_split_view(ledger: LedgerSimulator) -> None:
    other = founded_ledger(sign=False)
    other.wait(1)
    other.mine(2)
    for level in ("quorum", "state"):
        with pytest.raises(TrustError, match="SPLIT_VIEW"):
            Histories([ledger, other], Asked(level))
    assert Histories([ledger, other], Asked()).level == "rpc"


def test_nodes_that_agree_on_the_head_and_not_on_the_records_are_a_split_view(
    ledger: LedgerSimulator,
) -> None:
    for nodes in ([without_revocation(ledger), ledger], [ledger, without_revocation(ledger)]):
        with pytest.raises(TrustError, match="SPLIT_VIEW"):
            Histories(nodes, Asked("quorum")).of([OBJECT])


def test_a_journal_that_another_node_denies_is_a_split_view(ledger: LedgerSimulator) -> None:
    class Lying(Tampered):
        def journal(self, block: int | None = None) -> tuple[int, bytes]:
            return 1, bytes(32)

    with pytest.raises(TrustError, match="SPLIT_VIEW"):
        Histories([Lying(ledger), ledger], Asked("quorum")).journal()
    assert Histories([ledger, ledger], Asked("quorum")).journal() == ledger.journal()


def test_the_slowest_node_sets_the_common_head(ledger: LedgerSimulator) -> None:
    class Behind(Tampered):
        def head(self):  # type: ignore[no-untyped-def]
            return self.ledger.header(len(self.ledger.blocks) - 2)

    histories = Histories([ledger, Behind(ledger)], Asked("quorum"))
    assert histories.header.number == len(ledger.blocks) - 2
    assert [record.kind for record in histories.of([OBJECT])] == [100]


def test_a_pinned_head_that_the_node_does_not_know_is_an_outage(ledger: LedgerSimulator) -> None:
    with pytest.raises(OutageError):
        Histories([ledger], Asked("state", hash32("no block")))


def test_a_pinned_head_bounds_what_is_seen(ledger: LedgerSimulator) -> None:
    before = ledger.blocks[-2].header.hash
    histories = Histories([ledger], Asked("state", before))
    assert [record.kind for record in histories.of([OBJECT])] == [100]
