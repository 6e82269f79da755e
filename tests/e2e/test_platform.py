"""Using data over the files of a platform that exists, with no line between grantee and provider."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.messages import key_id
from ledger.domain.use_refusal import use_refusal
from tests.e2e.using import GRANTEE_NAME, Using
from tests.live import RELYING, LiveLedger, live_ledger
from tests.served import Served

__all__ = ["live_ledger"]
NAME = "metadata/certificateName"


def _party(public_key: bytes) -> dict[str, str]:
    identity = "0x" + key_id(public_key).hex()
    return {"uscc": RELYING, "keyId": identity, "publicKey": public_key.hex()}


class Platform:
    """A folder on each side, and whoever carries the files between them."""

    def __init__(self, using: Using, folder: Path) -> None:
        self.using, self.folder = using, folder
        self.near, self.far = folder / "near", folder / "far"

    def carry(self) -> None:
        for source, target, half in (
            (self.near, self.far, "to-provider"),
            (self.far, self.near, "to-grantee"),
        ):
            if (source / half).exists():
                shutil.copytree(source / half, target / half, dirs_exist_ok=True)

    def request(self, grant: str, license_: str, *more: str, fields: str = NAME, out: str = "use") -> Any:
        """Exit status and answer of the grantee's command."""
        keys = [*self.using.key("relying"), "--encryption-key"]
        keys.append(str(self.using.live_ledger.key("relying-encryption")))
        given = ["--fields", fields, "--out", str(self.folder / out), "--name", GRANTEE_NAME, "--wait", "0"]
        order = ["use", "request", grant, license_, *given, *keys, *more, "--via", str(self.near)]
        return self.using.live_ledger.attempt(*order, home=self.using.grantee_home)

    def answer(self) -> list[tuple[str, str | None]]:
        told = self.using.provider("use", "answer", str(self.far), *self.using.key("issuer"))
        return [(each["answer"], each["reason"]) for each in told["uses"]]

    def files(self, half: str) -> dict[str, Path]:
        return {path.name.split(".", 1)[1]: path for path in (self.folder / half).iterdir()}

    def signed(self, grant: str, license_: str) -> None:
        """A use of which the signature is with the provider."""
        for _ in range(2):
            assert self.request(grant, license_)[0] == 75
            self.carry()
            if not (self.near / "to-grantee").exists():
                assert self.answer() == [("OFFERED", None)]
                self.carry()


@pytest.fixture(scope="module")
def using(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Using:
    folder = tmp_path_factory.mktemp("platform")
    return Using(live_ledger, folder, Served(live_ledger, folder / "provider", live_ledger.rpc))


@pytest.fixture
def platform(using: Using, tmp_path: Path) -> Platform:
    return Platform(using, tmp_path)


def test_a_use_goes_over_the_platform_and_back_and_is_recorded_once(platform: Platform) -> None:
    using = platform.using
    license_, grant = using.license(), using.grant(using.resource(), "--count", "1")
    status, told = platform.request(grant, license_)
    assert (status, told["code"]) == (75, "USE_WITH_PLATFORM")
    assert platform.answer() == []
    platform.carry()
    assert platform.answer() == [("OFFERED", None)]
    assert platform.answer() == []
    platform.carry()
    assert platform.request(grant, license_)[0] == 75
    platform.carry()
    assert platform.answer() == [("HANDED_OUT", None)]
    platform.carry()
    status, told = platform.request(grant, license_)
    assert status == 0, told
    (row,) = using.grantee("use", "list", "--grant", grant)["uses"]
    assert (row["kind"], row["request"], row["fields"]) == ("DATA", told["use"], [NAME])
    verified = using.grantee("verify", told["copy"], "--shown-by", RELYING)
    assert (verified["result"], set(verified["disclosed"])) == ("IN_FORCE", {NAME})
    assert using.grantee("use", "verify-receipt", told["receipt"])["seq"] == row["seq"]

    shutil.rmtree(platform.far / "to-grantee")
    assert platform.answer() == [("OFFERED", None), ("HANDED_OUT", None)]
    platform.carry()
    assert platform.request(grant, license_)[1]["copy"] == told["copy"]
    assert len(using.grantee("use", "list", "--grant", grant)["uses"]) == 1


def test_what_is_not_granted_is_refused_in_a_file_and_on_the_ledger(platform: Platform) -> None:
    using = platform.using
    license_, grant = using.license(), using.grant(using.resource())
    platform.request(grant, license_, fields="holders")
    platform.carry()
    assert platform.answer() == [("REFUSED", "FIELDS_NOT_ALLOWED")]
    assert platform.answer() == []
    platform.carry()
    refused = platform.files("near/to-grantee")["refused.json"]
    form = json.loads(refused.read_text())
    unsigned = {"code": "FIELDS_NOT_ALLOWED", "fields": form["fields"]}
    signer = using.live_ledger.signer("relying")
    other = use_refusal(form | {"provider": _party(signer.public_key)})
    for false in (
        unsigned,
        form | {"code": "GRANT_ENDED"},
        form | {"signature": "ab" * 64},
        other.signed(signer.sign(other.message())).as_json(),
    ):
        refused.write_text(json.dumps(false))
        status, told = platform.request(grant, license_, fields="holders")
        assert (status, told["code"]) == (75, "USE_REFUSAL_UNPROVED"), told
    platform.files("far/to-grantee")["refused.json"].write_text(json.dumps(unsigned))
    assert platform.answer() == [("REFUSED", "FIELDS_NOT_ALLOWED")], "an old one is no answer"
    platform.carry()
    status, told = platform.request(grant, license_, fields="holders")
    assert (status, told["code"]) == (1, "FIELDS_NOT_ALLOWED")
    (row,) = using.grantee("use", "list", "--grant", grant)["uses"]
    assert (row["kind"], row["grantee"]) == ("REFUSED", RELYING)


def test_what_the_platform_cuts_off_waits_and_what_it_alters_is_refused(platform: Platform) -> None:
    using = platform.using
    license_, grant = using.license(), using.grant(using.resource())
    platform.request(grant, license_)
    platform.carry()
    asked = platform.files("far/to-provider")["request.json"]
    whole = asked.read_bytes()
    asked.write_bytes(whole[:-20])
    assert platform.answer() == []
    asked.write_bytes(whole.replace(NAME.encode(), b"face/category"))
    (asked.parent / ("0x" + "ab" * 32 + ".request.json")).symlink_to("/etc/hostname")
    (asked.parent / "..request.json").write_text("{}")
    assert platform.answer() == [("REFUSED", "USE_REQUEST_MALFORMED")]
    platform.carry()
    status, told = platform.request(grant, license_)
    assert (status, told["code"]) == (75, "USE_REFUSAL_UNPROVED"), "something else was refused than was asked"
    asked.write_bytes(whole)
    assert platform.answer() == [("OFFERED", None)]


def test_neither_side_believes_what_the_other_did_not_sign(platform: Platform) -> None:
    using = platform.using
    license_, grant = using.license(), using.grant(using.resource())
    platform.signed(grant, license_)
    signature = platform.files("far/to-provider")["signature.json"]
    form = json.loads(signature.read_text())
    signature.write_text(json.dumps({**form, "signature": "ab" * 64}))
    assert platform.answer() == [("REFUSED", "SIGNATURE_REFUSED")]
    signature.write_text(json.dumps(form))
    assert platform.answer() == [("HANDED_OUT", None)]
    platform.carry()
    copy = platform.files("near/to-grantee")["copy.json"]
    answer = json.loads(copy.read_text())
    sealed = answer["handout"]["sealed"]
    answer["handout"]["sealed"] = ("B" if sealed[0] == "A" else "A") + sealed[1:]
    copy.write_text(json.dumps(answer))
    status, told = platform.request(grant, license_)
    assert (status, told["code"]) == (1, "USE_ANSWER_DIFFERS")


def test_a_use_takes_one_way_and_batches_need_the_service(platform: Platform) -> None:
    using = platform.using
    license_, grant = using.license(), using.grant(using.resource())
    both = platform.request(grant, license_, "--api", "http://127.0.0.1:9")
    assert (both[0], both[1]["code"]) == (2, "USE_WAY")
    batched = platform.request(grant, license_, "--batch")
    assert (batched[0], batched[1]["code"]) == (2, "USE_BATCH_PLATFORM")
