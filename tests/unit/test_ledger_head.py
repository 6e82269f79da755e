"""The form of a ledger's head: each has one spelling. What is told where one of several ledgers is away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ledger.domain.ledger_head import LedgerHead, head_table, is_head_table, read_head
from ledger.errors import ChainOutageError, MalformedError
from ledger.service.witness_heads import Compared, HeadOutcome, Witnessed, checked, worst

HEAD: dict[str, Any] = {
    "format": "elicense-head/1",
    "ledgerId": "0x" + "0a" * 32,
    "chainId": 31337,
    "genesis": "0x" + "0b" * 32,
    "block": {"number": 7, "hash": "0x" + "0c" * 32},
    "seq": 5,
    "head": "0x" + "0d" * 32,
    "time": "2026-01-05T08:00:00Z",
}


def test_a_head_reads_as_it_is_written_and_goes_into_the_table_of_its_ledger() -> None:
    head = read_head(HEAD)
    assert head.as_json() == HEAD
    assert head.table == "HEAD-" + "0a" * 12
    assert is_head_table(head.table)
    for name in ("HEAD-", "HEAD-" + "0A" * 12, "HEAD-" + "0a" * 11, "SEX", "0a" * 12):
        assert not is_head_table(name)
    assert head_table("0x" + "0a" * 12 + "ff" * 20) == head.table, "of two such ledgers the text tells which"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"format": "elicense-head/2"}, "format"),
        ({"more": 1}, "keys"),
        ({"ledgerId": "0x" + "0A" * 32}, "ledgerId"),
        ({"genesis": "0b" * 32}, "genesis"),
        ({"chainId": 0}, "chainId"),
        ({"chainId": True}, "chainId"),
        ({"block": 7}, "block"),
        ({"block": {"number": 7, "hash": "0x" + "0c" * 32, "time": 1}}, "block"),
        ({"block": {"number": -7, "hash": "0x" + "0c" * 32}}, "number"),
        ({"block": {"number": 7, "hash": "0x" + "0c" * 31}}, "hash"),
        ({"seq": "5"}, "seq"),
        ({"seq": 2**53}, "seq"),
        ({"head": None}, "head"),
        ({"time": "2026-01-05T16:00:00+08:00"}, "time"),
    ],
)
def test_a_head_of_another_form_is_refused(change: dict[str, Any], field: str) -> None:
    with pytest.raises(MalformedError) as refused:
        read_head({**HEAD, **change})
    assert (refused.value.code, refused.value.fields["field"]) == ("HEAD_MALFORMED", field)


def test_a_ledger_that_cannot_be_read_hides_nothing_of_the_others() -> None:
    heads = [read_head({**HEAD, "ledgerId": "0x" + digit * 64}) for digit in "12"]
    wanted = [Witnessed(310000, each.table, 1, each.digest, 1, False, each) for each in heads]

    def away(_: Sequence[LedgerHead]) -> list[Compared]:
        raise ChainOutageError("CHAIN_UNREACHABLE", url="http://127.0.0.1:9")

    def differs(_: Sequence[LedgerHead]) -> list[Compared]:
        return [Compared(HeadOutcome.DIFFERS, "head")]

    rows = checked(wanted, {heads[0].table: away, heads[1].table: differs})
    assert [(each.compared.outcome.value, each.compared.what) for each in rows] == [
        ("UNCHECKED", "CHAIN_UNREACHABLE"),
        ("DIFFERS", "head"),
    ]
    assert (worst(rows), worst(rows[:1])) == (HeadOutcome.DIFFERS, HeadOutcome.UNCHECKED)
    with pytest.raises(ChainOutageError):
        checked(wanted[:1], {heads[0].table: away})
