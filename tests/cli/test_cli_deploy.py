"""Founding a ledger whose founders keep their keys to themselves: asked, signed elsewhere, sealed."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.trustfile import read_trust_file
from tests.cli.test_cli_registry import call, done

DRAFT = Path("network.json.founding")
FOUNDING = """
ledgerId: null
threshold: 1
regions:
  - {code: 310000, parent: null, name: 上海市, key: shanghai.pem}
  - {code: 330000, parent: null, name: 浙江省, key: zhejiang.pub.pem}
  - {code: 320000, parent: null, name: 江苏省, key: jiangsu.pub.pem}
organisations: []
types: []
entitlements: []
recognitions: []
"""
DEPLOY = "deploy --founding founding.yaml"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a founding file, a local chain, and two founders elsewhere (`zhejiang`, `jiangsu`)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ELICENSE_HOME", str(tmp_path / "home"))
    for name in ("ELICENSE_NETWORK", "ELICENSE_RPC", "ELICENSE_RELAY_KEY"):
        monkeypatch.delenv(name, raising=False)
    Path("founding.yaml").write_text(FOUNDING, encoding="utf-8")
    for name in ("shanghai", "zhejiang", "jiangsu"):
        done(f"sm2 keygen --out {name}.pem --pub {name}.pub.pem")
    monkeypatch.setenv("ELICENSE_RPC", done("net up")["rpc"])
    yield tmp_path
    done("net down")


def rows() -> list[dict[str, Any]]:
    """The requests of the draft."""
    found: list[dict[str, Any]] = json.loads(DRAFT.read_text(encoding="utf-8"))["requests"]
    return found


def write(requests: list[dict[str, Any]]) -> None:
    """The draft with other requests."""
    draft = json.loads(DRAFT.read_text(encoding="utf-8"))
    DRAFT.write_text(json.dumps({**draft, "requests": requests}), encoding="utf-8")


def key_of(name: str) -> str:
    """Key id by the founder's public key alone."""
    from ledger.domain.messages import key_id

    return "0x" + key_id(bytes.fromhex(done(f"sm2 pubkey --key {name}.pem")["publicKey"])).hex()


def sign(*names: str) -> None:
    """Each founder runs the command of the rows with its key and fills in what it prints."""
    holders = {key_of(name): f"{name}.pem" for name in names}
    signed = []
    for row in rows():
        if row["keyId"] in holders and not row["signature"]:
            line = row["command"].removeprefix("elicense ").replace("KEY.pem", holders[row["keyId"]])
            row["signature"] = done(shlex.join(shlex.split(line)))["signature"]
        signed.append(row)
    write(signed)


def test_founders_sign_elsewhere_one_after_the_other(desk: Path) -> None:
    status, answer = call(DEPLOY)
    assert (status, answer["code"], answer["error"]["fields"]["count"]) == (1, "FOUNDING_PENDING", 2)
    assert {row["signed"]["struct"] for row in rows()} == {"RegisterKey"}

    sign("zhejiang")
    assert call(f"{DEPLOY} --resume")[1]["error"]["fields"]["count"] == 1, "the other one is still missing"
    sign("jiangsu")
    assert call(f"{DEPLOY} --resume")[1]["error"]["fields"]["count"] == 2, "now the seal"
    assert {row["signed"]["struct"] for row in rows()} == {"Seal"}
    assert rows()[0]["signed"]["genesisHash"] == done("net status")["genesisHash"], (
        "a founder sees what it seals"
    )

    sign("jiangsu")
    given = next(row["signature"] for row in rows() if row["signature"])
    status, answer = call(f"{DEPLOY} --resume")
    assert (status, answer["error"]["fields"]["count"]) == (1, 1)
    assert given in [row["signature"] for row in rows()], "what one founder signed waits for the others"
    sign("zhejiang")
    sealed = done(f"{DEPLOY} --resume")
    assert {each["region"] for each in sealed["seal"]["signatures"]} == {"310000", "320000", "330000"}
    assert not DRAFT.exists()
    assert read_trust_file((desk / "network.json").read_bytes()).seal is not None
    assert done("audit replay --network network.json")["findings"] == []


def test_a_spoilt_draft_is_named_and_a_wrong_signature_loses_nothing(desk: Path) -> None:
    call(DEPLOY)
    asked = rows()
    for spoilt, code in (
        ([{**asked[0], "signature": "ab"}], "SIGNATURES_FILE"),
        ([{**asked[0], "signature": 7}], "SIGNATURES_FILE"),
        ([{**asked[0], "signedAt": "soon"}], "SIGNATURES_FILE"),
        ([{"message": "x"}], "SIGNATURES_FILE"),
    ):
        write(spoilt)
        status, answer = call(f"{DEPLOY} --resume")
        assert (status, answer["code"]) == (2, code)
    write([{**row, "signature": "00" * 64} for row in asked])
    status, answer = call(f"{DEPLOY} --resume")
    assert (status, answer["code"], answer["error"]["family"]) == (1, "SIGNATURE_REFUSED", "trust")
    write([{**row, "notAfter": row["signedAt"] - 1} for row in asked])
    assert call(f"{DEPLOY} --resume")[1]["code"] == "FOUNDING_PENDING"
    now = rows()
    assert [row["keyId"] for row in now] == [row["keyId"] for row in asked]
    assert all(row["notAfter"] > row["signedAt"] for row in now), "what has expired is asked for anew"
    whole = DRAFT.read_bytes()
    DRAFT.write_bytes(whole[:-9])
    status, answer = call(f"{DEPLOY} --resume")
    assert (status, answer["code"]) == (2, "JSON_SYNTAX")
    DRAFT.write_bytes(whole.replace(b'"relay"', b'"really"'))
    assert call(f"{DEPLOY} --resume")[1]["code"] == "SIGNATURES_FILE"
