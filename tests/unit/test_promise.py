"""Promises: what is signed, read strictly, judged by other implementations."""

from __future__ import annotations

import copy
import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import gmalg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import crypto
from ledger.domain.promise import Promise
from ledger.errors import BadSignatureError, MalformedError, WrongLedgerError

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "promise" / "promises.json").read_text("utf-8"))
GENUINE = VECTORS["promises"]
VERIFIER = crypto.verifier()
ID = b"1234567812345678"

Json = dict[str, Any]


def der(raw: bytes) -> bytes:
    """r‖s as the DER that OpenSSL takes."""

    def integer(data: bytes) -> bytes:
        data = data.lstrip(b"\0") or b"\0"
        data = b"\0" + data if data[0] & 0x80 else data
        return b"\x02" + bytes([len(data)]) + data

    body = integer(raw[:32]) + integer(raw[32:])
    return b"\x30" + bytes([len(body)]) + body


def changed(form: Json, path: str, value: Any) -> Json:
    made = copy.deepcopy(form)
    *folders, last = path.split("/")
    place = made
    for each in folders:
        place = place[each]
    place[last] = value
    return made


@pytest.mark.parametrize("vector", GENUINE, ids=lambda vector: vector["name"])
def test_what_a_second_implementation_signed_is_read_and_held_for_true(vector: Json) -> None:
    promise = Promise.from_json(vector["promise"])
    assert promise.message().hex() == vector["message"]
    promise.check(VERIFIER, vector["promise"]["ledgerId"])
    assert promise.as_json() == vector["promise"]


@pytest.mark.parametrize("vector", GENUINE, ids=lambda vector: vector["name"])
def test_other_implementations_hold_for_true_what_we_sign(vector: Json, tmp_path: Path) -> None:
    signer = crypto.signer(bytes.fromhex(VECTORS["privateKey"]))
    promise = Promise.from_json(vector["promise"])
    made = promise.signed(signer.sign(promise.message()))
    judge = gmalg.SM2(pk=signer.public_key, uid=ID)
    assert judge.verify(made.message(), made.signature[:32], made.signature[32:])
    (tmp_path / "key.pem").write_text(VECTORS["publicKeyPem"])
    (tmp_path / "message").write_bytes(made.message())
    (tmp_path / "signature").write_bytes(der(made.signature))
    run = subprocess.run(
        [
            "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(tmp_path / "key.pem"), "-rawin",
            "-in", str(tmp_path / "message"), "-sigfile", str(tmp_path / "signature"),
            "-digest", "sm3", "-pkeyopt", f"distid:{ID.decode()}",
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("format", "elicense-promise/2", "format"),
        ("more", 1, "keys"),
        ("ledgerId", "11" * 32, "ledgerId"),
        ("ledgerId", "0x" + "AB" * 32, "ledgerId"),
        ("message", "0x" + "ab" * 31, "message"),
        ("message", None, "message"),
        ("acceptedAt", "2026-11-25T20:00:00+08:00", "acceptedAt"),
        ("acceptedAt", "2026-11-25T20:00:00.5Z", "acceptedAt"),
        ("acceptedAt", 1, "acceptedAt"),
        ("anchorBy", "2000-01-01T00:00:00Z", "anchorBy"),
        ("relay", None, "relay"),
        ("relay/uscc", None, "uscc"),
        ("relay/uscc", "a\nb", "uscc"),
        ("relay/keyId", "0x" + "00" * 32, "keyId"),
        ("relay/publicKey", "04" + "00" * 64, "publicKey"),
        ("relay/more", 1, "relay"),
        ("signature", "00" * 63, "signature"),
        ("signature", "0x" + "00" * 64, "signature"),
    ],
)
def test_what_is_out_of_form_is_refused_with_the_member(path: str, value: Any, field: str) -> None:
    with pytest.raises(MalformedError) as caught:
        Promise.from_json(changed(GENUINE[0]["promise"], path, value))
    assert (caught.value.code, caught.value.fields["field"]) == ("PROMISE_MALFORMED", field)


@pytest.mark.parametrize("missing", sorted(GENUINE[0]["promise"]))
def test_every_member_is_needed(missing: str) -> None:
    form = {name: value for name, value in GENUINE[0]["promise"].items() if name != missing}
    with pytest.raises(MalformedError):
        Promise.from_json(form)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("message", "0x" + "ab" * 32),
        ("ledgerId", "0x" + "ab" * 32),
        ("acceptedAt", "2026-11-25T20:00:01Z"),
        ("anchorBy", "2026-11-25T20:01:01Z"),
        ("relay/uscc", "11310000MB0TE5T1XB"),
    ],
)
def test_nothing_can_be_changed_under_the_signature(path: str, value: str) -> None:
    promise = Promise.from_json(changed(GENUINE[0]["promise"], path, value))
    with pytest.raises(BadSignatureError, match="PROMISE_SIGNATURE_BAD"):
        promise.check(VERIFIER)


def test_a_promise_of_another_ledger_or_key_is_none() -> None:
    promise = Promise.from_json(GENUINE[0]["promise"])
    with pytest.raises(WrongLedgerError, match="WRONG_LEDGER"):
        promise.check(VERIFIER, "0x" + "00" * 32)
    other = crypto.signer(crypto.generate_key())
    relay = changed(GENUINE[0]["promise"], "relay/publicKey", other.public_key.hex())
    with pytest.raises(MalformedError, match="keyId"):
        Promise.from_json(relay)
    forged = replace(promise, signature=b"")
    with pytest.raises(BadSignatureError):
        forged.signed(other.sign(forged.message())).check(VERIFIER)


@given(st.binary(min_size=64, max_size=64))
def test_no_other_signature_holds(raw: bytes) -> None:
    promise = Promise.from_json(GENUINE[0]["promise"])
    if raw != promise.signature:
        with pytest.raises(BadSignatureError):
            promise.signed(raw).check(VERIFIER)


def test_a_ledger_message_or_a_challenge_never_serves_as_a_promise() -> None:
    """Each kind has its own tag: the same bytes after it are another message."""
    promise = Promise.from_json(GENUINE[0]["promise"])
    from ledger.domain.sm import TAGS

    for name, tag in TAGS.items():
        other = tag + promise.message()[32:]
        assert (VERIFIER.verify(promise.public_key, other, promise.signature)) == (name == "promise")
