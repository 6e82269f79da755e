"""Uses and refusals as they are listed: by whatever is asked for, what a look at all of them finds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.adapters.clock import SystemEntropy
from ledger.adapters.index import open_index
from ledger.adapters.outbox import FileOutbox
from ledger.domain.canonical import JsonObject
from ledger.errors import UnknownIdError
from ledger.service.follow import Follow
from ledger.service.party_texts import PartyTexts
from ledger.service.shown_uses import ShowUses, UseFilter
from tests.simulator import LEDGER_ID, every_kind, founded_ledger


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowUses]:
    folder = tmp_path_factory.mktemp("shown")
    index = open_index(folder, LEDGER_ID)
    Follow(every_kind(founded_ledger(sign=False)), index).sync()
    yield ShowUses(index, PartyTexts(FileOutbox(folder / "sharing"), SystemEntropy()))
    index.close()


@pytest.fixture(scope="module")
def every(shown: ShowUses) -> list[JsonObject]:
    rows = shown.rows(UseFilter())
    assert {each["kind"] for each in rows} >= {"DATA", "BATCH", "REFUSED"}
    return rows


@pytest.mark.parametrize("member", ["grant", "grantee", "owner"])
def test_what_is_asked_for_is_found_whichever_way(
    shown: ShowUses, every: list[JsonObject], member: str
) -> None:
    values = {each[member] for each in every} - {None}
    assert values
    for value in values:
        asked = UseFilter(**{member: value})
        assert shown.rows(asked) == [each for each in every if each[member] == value]
    assert shown.rows(UseFilter(**{member: "nobody"})) == []


def test_each_is_shown_by_its_object_and_by_its_request(shown: ShowUses, every: list[JsonObject]) -> None:
    for row in every:
        assert shown.show(row["object"].upper().replace("0X", "0x"))["object"] == row["object"]
        assert shown.show(str(row["seq"]))["seq"] == row["seq"]
        if row["request"]:
            assert shown.show(row["request"])["request"] == row["request"]
    with pytest.raises(UnknownIdError, match="USE_UNKNOWN"):
        shown.show("0x" + "77" * 32)
    for no_use in ("1", "9" * 30):
        with pytest.raises(UnknownIdError, match="USE_UNKNOWN"):
            shown.show(no_use)
