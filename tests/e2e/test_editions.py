"""Open data from the command line: what any reader is told who has the file, or one row of it."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.domain.sm3 import sm3
from tests.e2e.sharers import OWNER, Sharing
from tests.e2e.test_doubts import Doubts
from tests.e2e.test_representations import by
from tests.told import Run

TABLE = "编号,公园,面积\n1,示例中央公园,12.5\n2,示例滨江公园,7.25\n3,示例植物园,60\n"
TERMS = ["--license", "CC-BY-4.0", "--media-type", "text/csv"]
_numbers = count(1)


class Publisher:
    """A body that opens a data set, and readers of it, who have neither keys nor a grant."""

    def __init__(self, sharing: Sharing, folder: Path) -> None:
        self.sharing, self.folder = sharing, folder
        self.fields = folder / "open.csv"
        self.fields.write_text("name,grade\nnumber,1\npark,1\narea,2\n")

    def opened(self, *more: str) -> str:
        code = f"PARKS-{next(_numbers)}"
        given = ["--field-list", str(self.fields), "--sharing", "open", *more]
        self.sharing.done("resource", "add", code, *given, *by(self.sharing.world))
        return f"{OWNER}/{code}"

    def file(self, text: str, name: str = "parks.csv") -> Path:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    def publish(self, resource: str, file: Path, *more: str, office: str = "office-jiangsu") -> Run:
        given = ["resource", "publish", resource, str(file), *TERMS, *more]
        return self.sharing.run(*given, *by(self.sharing.world, office))

    def published(self, resource: str, text: str, *more: str) -> dict[str, Any]:
        run = self.publish(resource, self.file(text), *more)
        assert run.status == 0, run.data
        return run.data

    def withdraw(self, resource: str, edition: int, office: str = "office-jiangsu") -> Run:
        given = ["resource", "withdraw", resource, str(edition), "--reason", "3"]
        return self.sharing.run(*given, *by(self.sharing.world, office))

    def verify(self, file: Path, *more: str) -> Run:
        return self.sharing.run("resource", "verify-edition", str(file), *more)


@pytest.fixture
def publisher(sharing: Sharing, tmp_path: Path) -> Publisher:
    return Publisher(sharing, tmp_path)


def test_a_reader_is_told_whose_edition_a_file_is_and_on_what_license(publisher: Publisher) -> None:
    resource = publisher.opened()
    text = TABLE + "4,示例口袋公园,1\n"
    told = publisher.published(resource, text)
    assert (told["edition"], told["size"]) == (1, len(text.encode()))
    assert told["digest"] == sm3(text.encode()).hex()
    run = publisher.verify(publisher.file(text))
    (edition,) = run.data["editions"]
    assert (run.status, run.data["authentic"], run.data["source"]) == (0, True, "NODE")
    assert (edition["resource"], edition["edition"], edition["standing"]) == (resource, 1, "CURRENT")
    assert (edition["license"], edition["mediaType"], edition["publishedBy"]) == (
        "CC-BY-4.0",
        "text/csv",
        OWNER,
    )
    block = str(Doubts(publisher.sharing.world).ledger.reader.head().hash)
    for level in ("rpc", "state"):
        far = ["--of", resource, "--trust", level, "--head", block]
        proved = publisher.verify(publisher.file(text), *far).data
        assert (proved["trust"], proved["authentic"], proved["ageSeconds"] >= 0) == (level, True, True)
        absent = publisher.verify(publisher.file("1"), *far).data
        assert (absent["trust"], absent["code"]) == (level, "NOT_AN_EDITION")
    assert publisher.verify(publisher.file(text), "--of", publisher.opened()).data["code"] == "NOT_AN_EDITION"


@pytest.mark.parametrize("altered", [TABLE.replace("7.25", "7.26"), TABLE[:-1], TABLE + "\n", ""])
def test_what_was_altered_by_a_byte_is_no_edition(publisher: Publisher, altered: str) -> None:
    publisher.published(publisher.opened(), TABLE)
    run = publisher.verify(publisher.file(altered))
    assert (run.status, run.data["code"], run.data["editions"]) == (1, "NOT_AN_EDITION", [])


def test_a_next_edition_takes_the_place_until_it_is_withdrawn(publisher: Publisher) -> None:
    resource, later = publisher.opened(), TABLE + "4,示例湿地公园,88\n"
    publisher.published(resource, TABLE)
    assert publisher.published(resource, later)["edition"] == 2
    old = publisher.verify(publisher.file(TABLE), "--of", resource)
    assert (old.status, old.data["editions"][0]["standing"]) == (0, "SUPERSEDED")
    assert old.data["editions"][0]["supersededBy"] == 2

    assert publisher.withdraw(resource, 2).status == 0
    gone = publisher.verify(publisher.file(later), "--of", resource)
    assert (gone.status, gone.data["code"], gone.data["authentic"]) == (1, "EDITION_WITHDRAWN", True)
    assert (gone.data["editions"][0]["reason"], gone.data["editions"][0]["withdrawnAt"] is None) == (3, False)
    assert (
        publisher.verify(publisher.file(TABLE), "--of", resource).data["editions"][0]["standing"] == "CURRENT"
    )
    again = publisher.withdraw(resource, 2)
    assert (again.status, again.data["code"]) == (1, "EDITION_WITHDRAWN")
    shown = publisher.sharing.done("resource", "show", resource)["editions"]
    assert [(each["edition"], each["standing"]) for each in shown] == [(1, "CURRENT"), (2, "WITHDRAWN")]


def test_the_same_bytes_an_empty_file_and_another_bodys_key_publish_nothing(publisher: Publisher) -> None:
    resource = publisher.opened()
    publisher.published(resource, TABLE)
    twice = publisher.publish(resource, publisher.file(TABLE))
    assert (twice.status, twice.data["code"]) == (1, "EDITION_THERE")
    empty = publisher.publish(resource, publisher.file(""))
    assert (empty.status, empty.data["code"]) == (2, "EDITION_EMPTY")
    other = publisher.publish(resource, publisher.file("1\n"), office="office-zhejiang")
    assert (other.status, other.data["code"]) == (1, "NOT_THE_PROVIDER")
    assert publisher.withdraw(resource, 1, "office-zhejiang").data["code"] == "NOT_THE_PROVIDER"
    assert publisher.withdraw(resource, 2).data["code"] == "UNKNOWN_EDITION"
    missing = publisher.publish(resource, publisher.folder / "none")
    assert (missing.status, missing.data["code"]) == (2, "FILE_UNREADABLE")


def test_only_what_its_owner_opened_is_published(publisher: Publisher, sharing: Sharing) -> None:
    licenses = sharing.resource()
    refused = publisher.publish(licenses, publisher.file(TABLE))
    assert (refused.status, refused.data["code"]) == (1, "NOT_OPEN")
    opening = sharing.run("resource", "amend", licenses, "--sharing", "open", *by(sharing.world))
    assert (opening.status, opening.data["code"]) == (1, "NOT_OPENABLE")
    given = ["--field-list", str(sharing.fields), "--sharing", "open", *by(sharing.world)]
    sensitive = sharing.run("resource", "add", "SENSITIVE", *given)
    assert (sensitive.status, sensitive.data["code"]) == (1, "NOT_OPENABLE")

    resource = publisher.opened()
    publisher.published(resource, TABLE)
    sharing.done("resource", "amend", resource, "--sharing", "unconditional", *by(sharing.world))
    assert publisher.publish(resource, publisher.file("1\n")).data["code"] == "NOT_OPEN"
    still = publisher.verify(publisher.file(TABLE), "--of", resource)
    assert (still.status, still.data["editions"][0]["open"]) == (0, False)
    assert publisher.withdraw(resource, 1).status == 0


def test_one_row_is_proved_without_the_rest_of_the_file(publisher: Publisher, tmp_path: Path) -> None:
    resource, file = publisher.opened(), publisher.file(TABLE)
    assert publisher.published(resource, TABLE, "--rows")["rows"] == 4
    cut = ["resource", "prove-row", str(file), "3", "--of", resource, "--out", str(tmp_path / "row.json")]
    publisher.sharing.done(*cut)
    form = json.loads((tmp_path / "row.json").read_text())

    def verified(**changes: Any) -> Run:
        path = tmp_path / "changed.json"
        path.write_text(json.dumps({**form, **changes}, ensure_ascii=False))
        return publisher.sharing.run("resource", "verify-row", str(path))

    good = verified()
    assert (good.status, good.data["text"], good.data["row"]) == (0, "2,示例滨江公园,7.25", 3)
    for changes in ({"text": "2,示例滨江公园,7.26"}, {"row": 2}, {"proof": form["proof"][:1]}):
        assert verified(**changes).data["code"] == "EDITION_ROW_ALTERED", changes
    assert verified(ledgerId="0x" + "11" * 32).data["code"] == "FILE_OF_ANOTHER_LEDGER"
    assert verified(digest="11" * 32).data["code"] == "NOT_AN_EDITION"
    assert verified(row=0).data["code"] == "EDITION_ROW_MALFORMED"
    assert publisher.withdraw(resource, 1).status == 0
    assert verified().data["code"] == "EDITION_WITHDRAWN"

    inner = [
        keccak(b"\1" + keccak(b"\0" + a.encode()) + keccak(b"\0" + b.encode())) for a, b in _pairs(TABLE)
    ]
    root = publisher.sharing.done("resource", "show", resource)["editions"][0]["root"]
    assert root == "0x" + keccak(b"\1" + inner[0] + inner[1]).hex()


def _pairs(table: str) -> list[tuple[str, str]]:
    first, second, third, fourth = table.splitlines()
    return [(first, second), (third, fourth)]


def test_rows_that_cannot_be_proved_are_refused_and_the_whole_file_is_taken(publisher: Publisher) -> None:
    resource, file = publisher.opened(), publisher.folder / "legacy.csv"
    file.write_bytes("编号,公园\n".encode("gb18030"))
    refused = publisher.publish(resource, file, "--rows")
    assert (refused.status, refused.data["code"]) == (2, "EDITION_ROWS")
    assert publisher.publish(resource, file).status == 0
    out = ["--of", resource, "--out", str(publisher.folder / "row.json")]
    run = publisher.sharing.run("resource", "prove-row", str(file), "1", *out)
    assert run.data["code"] == "EDITION_ROWS"
    plain = publisher.file("a\nb\n", "plain.csv")
    assert publisher.publish(resource, plain).status == 0
    for row, code in (("1", "EDITION_WITHOUT_ROWS"), ("3", "EDITION_ROW_UNKNOWN")):
        assert publisher.sharing.run("resource", "prove-row", str(plain), row, *out).data["code"] == code
