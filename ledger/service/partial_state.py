"""The state that some histories add up to: as much of a ledger as somebody asked for."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.domain.apply import State
from ledger.domain.facts import Fact, fact_of
from ledger.domain.records import Record
from ledger.domain.state import Refused


def state_of(ledger_id: bytes, records: Iterable[Record]) -> State:
    """The state that some histories add up to."""
    return state_of_facts(ledger_id, map(fact_of, records))


def state_of_facts(ledger_id: bytes, facts: Iterable[Fact]) -> State:
    """The same of decoded records, applied in order of seq.

    A record that honest contracts would not have written leaves no trace: what it would have made
    stays unknown, and the checks that need it fail.
    """
    state = State(ledger_id)
    for fact in sorted(facts, key=lambda each: each.seq):
        try:
            state.apply(fact)
        except Refused:
            continue
    return state
