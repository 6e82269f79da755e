"""A sealed layout file is verified by the license that names its digest; its seal is not looked at."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.handout import MAX_COPY
from ledger.domain.sm3 import sm3
from tests.live import LiveLedger, live_ledger

__all__ = ["live_ledger"]

Json = dict[str, Any]
PDF = b"%PDF-1.7\n" + "虚构的版式文件".encode() * 40 + b"\n%%EOF\n"
Verify = Callable[..., tuple[int, Json]]


def ofd() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        dated = zipfile.ZipInfo("OFD.xml")  # one date: the same bytes whenever it is made
        archive.writestr(dated, "<ofd:OFD xmlns:ofd='http://www.ofdspec.org/2016'/>")
    return made.getvalue()


@pytest.fixture
def verify(live_ledger: LiveLedger) -> Verify:
    return lambda *subjects: live_ledger.attempt("verify", *map(str, subjects), "--region", "330421")


def issue(live_ledger: LiveLedger, file: Path, layout: bytes, media_type: str = "application/pdf") -> str:
    """A license whose layout file this is; its identifier."""
    named = {"sm3": sm3(layout).hex(), "mediaType": media_type, "sealSerial": "示例章-0001"}
    given = live_ledger.input(layout=named)
    envelope = live_ledger.ledger().issuing().issue(given, live_ledger.signer("issuer")).envelope
    file.write_bytes(envelope.to_bytes())
    return envelope.identifier


def test_a_layout_file_is_what_the_license_beside_it_says(
    live_ledger: LiveLedger, verify: Verify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout, other = tmp_path / "lease.pdf", tmp_path / "another name.ofd"
    layout.write_bytes(PDF)
    other.write_bytes(ofd())
    first = issue(live_ledger, tmp_path / "lease.elic.json", PDF)
    second = issue(live_ledger, tmp_path / "a.elic.json", ofd(), "application/ofd")
    for file, identifier, kind in ((layout, first, "pdf"), (other, second, "ofd")):
        status, told = verify(file)
        assert (status, told["result"], told["identifier"]) == (0, "IN_FORCE", identifier), told
        assert "SEAL_NOT_CHECKED" in told["flags"]
        found = told["checks"][1]["evidence"]["layout"]
        assert (found["mediaType"], found["seal"]["serial"]) == (f"application/{kind}", "示例章-0001")
        assert (found["seal"]["checked"], len(found["seal"]["notChecked"])) == (False, 4)
    monkeypatch.setenv("ELICENSE_LANG", "zh")
    assert "电子印章未核验" in live_ledger.printed("verify", str(layout))[1]
    status, folder = verify(tmp_path)
    assert [row["result"] for row in folder["results"]] == ["IN_FORCE"] * 4


def test_a_layout_file_that_was_altered_or_exchanged_is_refused(
    live_ledger: LiveLedger, verify: Verify, tmp_path: Path
) -> None:
    layout, named = tmp_path / "lease.pdf", tmp_path / "lease.elic.json"
    layout.write_bytes(PDF + b" ")
    issue(live_ledger, named, PDF)
    status, told = verify(layout)
    assert (status, told["result"], told["checks"][1]["code"]) == (1, "TAMPERED", "LAYOUT_OF_ANOTHER"), told
    assert told["checks"][1]["evidence"]["layout"]["named"] == sm3(PDF).hex()

    without = tmp_path / "without.elic.json"
    given = live_ledger.input()
    without.write_bytes(
        live_ledger.ledger().issuing().issue(given, live_ledger.signer("issuer")).envelope.to_bytes()
    )
    status, told = verify(layout, "--companion", without)
    assert (status, told["result"]) == (1, "TAMPERED"), "a license without a layout file"
    forged = json.loads(without.read_text())
    forged["license"]["layout"] = {
        "sm3": sm3(layout.read_bytes()).hex(),
        "mediaType": "application/pdf",
        "sealSerial": None,
    }
    named.write_text(json.dumps(forged, ensure_ascii=False))
    status, told = verify(layout)
    assert (status, told["result"], told["checks"][1]["code"]) == (1, "TAMPERED", "DIGEST_MISMATCH"), told
    assert "SEAL_NOT_CHECKED" not in told["flags"]


def test_every_byte_of_a_long_layout_file_counts_whatever_lies_beside_it(
    live_ledger: LiveLedger, verify: Verify, tmp_path: Path
) -> None:
    layout, data = tmp_path / f"{'证' * 83}.pdf", PDF.ljust(MAX_COPY + 1, b" ")
    layout.write_bytes(data)
    issue(live_ledger, tmp_path / "lease.elic.json", data)
    (tmp_path / "a.elic.json").symlink_to("a.elic.json")
    (tmp_path / "b.elic.json").mkdir()
    os.mkfifo(tmp_path / "c.elic.json")
    status, told = verify(layout)
    assert (status, told["result"]) == (0, "IN_FORCE"), told
    with layout.open("ab") as file:
        file.write(b"an amount that nobody sealed")
    status, told = verify(layout, "--companion", tmp_path / "lease.elic.json")
    assert (status, told["result"], told["checks"][1]["code"]) == (1, "TAMPERED", "LAYOUT_OF_ANOTHER"), told


def test_a_layout_file_without_its_license_is_not_judged(
    live_ledger: LiveLedger, verify: Verify, tmp_path: Path
) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "elsewhere").mkdir()
    layout = tmp_path / "files" / "lease.pdf"
    layout.write_bytes(PDF)
    issue(live_ledger, tmp_path / "elsewhere" / "one.elic.json", b"%PDF-1.4 another")
    (tmp_path / "files" / "broken.elic.json").write_text("{")
    for more in ([], ["--companion", str(tmp_path / "elsewhere")]):
        status, told = verify(layout, *more)
        assert (status, told["result"]) == (2, "MALFORMED"), told
        assert told["checks"][0]["evidence"]["code"] == "LAYOUT_WITHOUT_COMPANION"
    undotted = layout.rename(tmp_path / "files" / "lease")
    issue(live_ledger, tmp_path / "files" / ".elic.json", b"%PDF-1.4 another")
    assert verify(undotted)[1]["checks"][0]["evidence"]["code"] == "LAYOUT_WITHOUT_COMPANION"
    issue(live_ledger, tmp_path / "files" / "lease.elic.json", b"%PDF-1.4 another")
    assert verify(undotted)[1]["checks"][1]["code"] == "LAYOUT_OF_ANOTHER"
    (tmp_path / "files" / "lease.elic.json").unlink()
    layout = undotted.rename(layout)
    issue(live_ledger, tmp_path / "elsewhere" / "two.elic.json", PDF)
    assert verify(layout, "--companion", tmp_path / "elsewhere")[1]["result"] == "IN_FORCE"
    status, told = verify(layout, "--companion", tmp_path / "none.elic.json")
    assert status == 2, told
