"""Using data over the files of a platform that exists, with no line between grantee and provider."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.using import GRANTEE_NAME, Using
from tests.live import ISSUER, RELYING, LiveLedger, live_ledger
from tests.served import Served

__all__ = ["live_ledger"]
NAME = "metadata/certificateName"


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

    def hop(self, *arguments: str, home: str = "relay") -> Any:
        """Exit status and answer of `hop`, at the platform or elsewhere."""
        homes = {"grantee": self.using.grantee_home, "provider": self.using.served.home}
        return self.using.live_ledger.attempt("hop", *arguments, home=homes.get(home, self.folder / home))

    def sign(self, file: Path, name: str, to: str, *more: str) -> dict[str, Any]:
        """A slip of a platform, by the body whose key has a name."""
        by = ("--by", str(self.using.live_ledger.key(name)), "--to", to)
        status, told = self.hop("sign", str(file), *by, *more)
        assert status == 0, told
        return dict(told)

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
    assert platform.request(grant, license_)[1]["code"] == "USE_REQUEST_MALFORMED"


def test_neither_side_believes_what_the_other_did_not_sign(platform: Platform) -> None:
    using = platform.using
    license_, grant = using.license(), using.grant(using.resource())
    platform.signed(grant, license_)
    signature = platform.files("far/to-provider")["signature.json"]
    form = json.loads(signature.read_text())
    signature.write_text(json.dumps({**form, "signature": "ab" * 64}))
    assert platform.answer() == [("REFUSED", "SIGNATURE_REFUSED")]
    platform.files("far/to-grantee")["refused.json"].unlink()
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


def test_each_platform_signs_what_it_carried_and_the_way_is_shown_and_proved(platform: Platform) -> None:
    """Two platforms: one of the grantee's body, one of the provider's."""
    using = platform.using
    license_, grant = using.license(), using.grant(using.resource())
    platform.request(grant, license_)
    asked = platform.files("near/to-provider")["request.json"]
    bare = platform.hop("verify", str(asked))
    assert (bare[0], bare[1]["code"]) == (4, "HOP_NONE")
    nameless = platform.hop("sign", str(asked), "--by", str(using.live_ledger.key("relying")), "--to", ISSUER)
    assert nameless[1]["code"] == "HOP_FROM"
    first = platform.sign(asked, "relying", ISSUER, "--from", RELYING)
    assert (first["hop"], platform.sign(asked, "relying", ISSUER)["digest"]) == (1, first["digest"])
    elsewhere = ("--by", str(using.live_ledger.key("relying")), "--to", RELYING)
    assert platform.hop("sign", str(asked), *elsewhere)[1]["code"] == "HOP_THERE"
    second = platform.sign(asked, "issuer", ISSUER)
    assert (second["hop"], second["from"], second["platform"]) == (2, RELYING, ISSUER)
    slips = [asked.with_name(asked.name.replace(".json", f".hop-{hop}.json")) for hop in (1, 2)]
    status, told = platform.hop("verify", str(asked), *map(str, reversed(slips)))
    assert (status, told["digest"], len(told["hops"])) == (0, second["digest"], 2), told

    platform.carry()
    assert platform.answer() == [("OFFERED", None)]
    platform.carry()
    assert platform.request(grant, license_)[0] == 75
    platform.carry()
    assert platform.answer() == [("HANDED_OUT", None)]
    copy = platform.files("far/to-grantee")["copy.json"]
    platform.sign(copy, "issuer", RELYING, "--from", ISSUER)
    platform.carry()
    came = platform.files("near/to-grantee")["copy.hop-1.json"]
    genuine = json.loads(came.read_text())

    def refused(**changes: Any) -> str:
        came.write_text(json.dumps({**genuine, **changes}))
        return str(platform.request(grant, license_)[1]["code"])

    assert refused(to=ISSUER) == "HOP_SIGNATURE"
    assert refused(file="ab" * 32) == "HOP_FILE"
    assert refused(hop=2, previous="ab" * 32) == "HOP_ORDER"
    assert refused(receivedAt="2099-01-01T00:00:00Z") == "HOP_TIME"
    came.write_text("{")
    assert platform.request(grant, license_)[:1] == (75,)
    came.write_text(json.dumps(genuine))
    status, used = platform.request(grant, license_)
    assert status == 0, used

    shown = using.grantee("use", "show", used["use"])["hops"]
    assert [(each["platform"], each["to"]) for each in shown["copy"]] == [(ISSUER, RELYING)]
    assert platform.hop("show", used["use"], home="grantee")[1]["hops"] == shown
    at_provider = platform.hop("show", used["use"], home="provider")[1]["hops"]
    assert [each["platform"] for each in at_provider["request"]] == [RELYING, ISSUER]

    day = (datetime.fromisoformat(second["passedAt"]) + timedelta(hours=8)).date().isoformat()
    key = ("--key", str(using.live_ledger.key("issuer")))
    proof = str(platform.folder / "proof.json")
    assert platform.hop("prove", str(slips[1]), "--out", proof)[1]["code"] == "HOP_NOT_PUBLISHED"
    status, told = platform.hop("publish", day, *key)
    assert (status, told["size"]) == (0, 2), told
    assert platform.hop("publish", day, *key)[1]["code"] == "HOP_DAY_THERE"
    assert platform.hop("publish", "2020-01-01", *key)[1]["code"] == "HOP_DAY_EMPTY"
    assert platform.hop("prove", str(slips[1]), "--out", proof)[0] == 0
    status, told = platform.hop("verify-proof", proof, home="auditor")
    assert (status, told["digest"], told["version"]) == (0, second["digest"], 1), told
    form = json.loads(Path(proof).read_text())
    Path(proof).write_text(json.dumps({**form, "slip": genuine}))
    assert platform.hop("verify-proof", proof, home="auditor")[1]["code"] == "HOP_PROOF_FALSE"


def test_a_use_takes_one_way_and_batches_need_the_service(platform: Platform) -> None:
    using = platform.using
    license_, grant = using.license(), using.grant(using.resource())
    both = platform.request(grant, license_, "--api", "http://127.0.0.1:9")
    assert (both[0], both[1]["code"]) == (2, "USE_WAY")
    batched = platform.request(grant, license_, "--batch")
    assert (batched[0], batched[1]["code"]) == (2, "USE_BATCH_PLATFORM")
