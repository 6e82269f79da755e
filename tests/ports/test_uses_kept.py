"""What a provider keeps of uses: erased stays erased, whoever goes on with a use that was read before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ledger.adapters.sqlite.uses import SqliteUses
from ledger.domain.use_reasons import LEFT_UNSIGNED, REASONS
from ledger.ports.uses import KeptRefusal, KeptUse, UseCode, UseState

LICENSE = "0x" + "11" * 32


def offered(store: SqliteUses) -> KeptUse:
    use = KeptUse("0x" + "aa" * 32, "0x" + "bb" * 32, "X", {"format": "x"}, UseState.RESERVED, 10)
    store.reserve(use, None)
    after = replace(use, state=UseState.OFFERED, license_id=LICENSE, handout={"sealed": "text"})
    assert store.change(after, [UseState.RESERVED])
    return after


def test_what_was_forgotten_does_not_come_back_with_a_later_state(tmp_path: Path) -> None:
    store = SqliteUses(tmp_path / "uses.sqlite3")
    read_before = offered(store)
    assert store.count(LICENSE) == 1
    store.forget(LICENSE)
    assert store.change(replace(read_before, state=UseState.RECORDED), list(UseState))
    assert store.count(LICENSE) == 0
    kept = store.find(read_before.id)
    assert kept is not None
    assert (kept.state, kept.handout) == (UseState.RECORDED, None)


def test_erasing_leaves_no_way_from_the_license_to_who_looked_for_its_holder(tmp_path: Path) -> None:
    store = SqliteUses(tmp_path / "uses.sqlite3")
    use = offered(store)
    store.keep_codes([UseCode("cc" * 16, use.grant, LICENSE, use.id, 99)], 0)
    assert store.use_code("cc" * 16) is not None
    store.forget(LICENSE)
    assert store.use_code("cc" * 16) is None
    assert [each.id for each in store.of_license(LICENSE)] == [use.id], "its own use stays"


def refused(number: int, code: str, at: int, reason: str = "GRANT_ENDED") -> KeptRefusal:
    return KeptRefusal(f"0x{number:064x}", "OWNER", code, "X", "0x" + "bb" * 32, REASONS[reason], at)


def test_refusals_of_one_resource_do_not_hold_up_those_of_another(tmp_path: Path) -> None:
    store = SqliteUses(tmp_path / "uses.sqlite3")
    store.refuse([refused(each, "A", at=each) for each in range(5)])
    store.refuse([refused(9, "B", at=9)])
    found = store.refusals(2)
    assert [(each.code, each.at) for each in found] == [("A", 0), ("A", 1), ("B", 9)]


def test_what_was_left_unsigned_is_recorded_before_all_that_was_refused(tmp_path: Path) -> None:
    store = SqliteUses(tmp_path / "uses.sqlite3")
    store.refuse([refused(each, "A", at=each) for each in range(3)])
    store.refuse([refused(8, "A", at=8, reason=LEFT_UNSIGNED)])
    assert [each.at for each in store.refusals(2)] == [8, 0]
