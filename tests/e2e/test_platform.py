"""Using data over the files of a platform that exists, with no line between grantee and provider."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger import crypto
from ledger.adapters.sm2_keys import private_key_pem
from ledger.domain.messages import key_id
from ledger.domain.use_refusal import use_refusal
from tests.e2e.using import COLUMNS, GRANTEE_NAME, PURPOSE, TABLE, Using
from tests.granting import reasons
from tests.live import ISSUER, RELYING, LiveLedger, live_ledger
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

    def request(
        self, grant: str, license_: str, *more: str, fields: str = NAME, out: str = "use", via: bool = True
    ) -> Any:
        """Exit status and answer of the grantee's command."""
        keys = [*self.using.key("relying"), "--encryption-key"]
        keys.append(str(self.using.live_ledger.key("relying-encryption")))
        given = ["--fields", fields, "--out", str(self.folder / out), "--name", GRANTEE_NAME, "--wait", "0"]
        order = ["use", "request", grant, license_, *given, *keys, *more]
        order += ["--via", str(self.near)] if via else []
        return self.using.live_ledger.attempt(*order, home=self.using.grantee_home)

    def answer(self, name: str = "issuer") -> list[tuple[str, str | None]]:
        order = ["use", "answer", str(self.far), *self.using.key(name)]
        status, told = self.using.live_ledger.attempt(*order, home=self.using.served.home)
        assert status == 0 or "uses" in told, told
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
        (slip,) = told["slips"]
        return dict(slip)

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
    slip = asked.with_name(asked.name.replace(".json", ".hop-1.json"))
    slip.write_text("{")
    platform.request(using.grant(using.resource()), license_, out="other")
    platform.carry()
    assert sorted(platform.answer()) == [("OFFERED", None), ("WAITING", "HOP_CUT_OFF")], "each by itself"
    slip.unlink()
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
    changed = {**answer["handout"], "sealed": ("B" if sealed[0] == "A" else "A") + sealed[1:]}
    for wrong in ({"handout": changed}, {"receipt": {"format": "elicense-use-receipt/1"}}):
        copy.write_text(json.dumps({**answer, **wrong}))
        status, told = platform.request(grant, license_)
        assert (status, told["code"]) == (1, "USE_ANSWER_DIFFERS"), wrong


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
    signature = platform.files("near/to-provider")["signature.json"]
    platform.sign(signature, "relying", ISSUER, "--from", RELYING)
    platform.carry()
    beside = platform.files("far/to-provider")["signature.hop-1.json"]
    right = beside.read_text()
    beside.write_text(json.dumps({**json.loads(right), "to": RELYING}))
    assert platform.answer() == [("WAITING", "HOP_SIGNATURE")]
    beside.write_text(right)
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
    astray = platform.folder / "astray" / copy.name
    astray.parent.mkdir()
    astray.write_bytes(copy.read_bytes())
    platform.sign(astray, "issuer", ISSUER, "--from", ISSUER)
    came.write_text(astray.with_name(came.name).read_text())
    assert platform.request(grant, license_)[1]["code"] == "HOP_ENDS", "it was passed to somebody else"
    came.write_text("{")
    assert platform.request(grant, license_)[:1] == (75,)
    came.write_text(json.dumps(genuine))
    status, used = platform.request(grant, license_)
    assert status == 0, used

    shown = using.grantee("use", "show", used["use"])
    assert shown["crosses"] == ["department", "region"]
    shown = shown["hops"]
    assert [(each["platform"], each["to"]) for each in shown["copy"]] == [(ISSUER, RELYING)]
    assert platform.hop("show", used["use"], home="grantee")[1]["hops"] == shown
    at_provider = platform.hop("show", used["use"], home="provider")[1]["hops"]
    assert [each["platform"] for each in at_provider["request"]] == [RELYING, ISSUER]

    day = (datetime.fromisoformat(second["passedAt"]) + timedelta(hours=8)).date().isoformat()
    key = ("--key", str(using.live_ledger.key("issuer")))
    proof = str(platform.folder / "proof.json")
    assert platform.hop("prove", str(slips[1]), "--out", proof)[1]["code"] == "HOP_NOT_PUBLISHED"
    status, told = platform.hop("publish", day, *key)
    assert status == 0 and 1 <= told["size"] <= 3, "of three slips, those of that day"
    assert platform.hop("publish", day, *key)[1]["code"] == "HOP_DAY_THERE"
    assert platform.hop("publish", "2020-01-01", *key)[1]["code"] == "HOP_DAY_EMPTY"
    assert platform.hop("prove", str(slips[1]), "--out", proof)[0] == 0
    status, told = platform.hop("verify-proof", proof, home="auditor")
    assert (status, told["digest"], told["version"]) == (0, second["digest"], 1), told
    form = json.loads(Path(proof).read_text())
    Path(proof).write_text(json.dumps({**form, "slip": genuine}))
    assert platform.hop("verify-proof", proof, home="auditor")[1]["code"] == "HOP_PROOF_FALSE"


class Routed:
    """A provider in a region of its own, which says which way its exchanges take."""

    REGION, OWNER = "330482", "11320000MB0TE5T36A"

    def __init__(self, platform: Platform) -> None:
        self.platform, self.using, self.folder = platform, platform.using, platform.folder
        self.live = self.using.live_ledger
        self._register()
        self.columns = self.folder / "columns.csv"
        self.columns.write_text(COLUMNS)
        self.grant = self._granted()

    def _register(self) -> None:
        for name in ("office", "office-encryption"):
            private = crypto.generate_key()
            self.live.key(name).write_text(private_key_pem(private, crypto.signer(private).public_key))
            self.live.key(name).chmod(0o600)
        keys = ["--key", str(self.live.key("office"))]
        by = ["--by", str(self.live.key("r33"))]
        self.live.cli("org", "region", "add", self.REGION, "--name", "示例市", "--parent", "330000", *by)
        self.live.cli(
            "org", "add", "--uscc", self.OWNER, "--name", "示例机关", "--region", self.REGION, *keys, *by
        )

    def _granted(self) -> str:
        rows, own = self.folder / "rows.csv", ["--key", str(self.live.key("office"))]
        rows.write_text(TABLE)
        name = f"{self.OWNER}/REGISTER"
        self.using.provider("resource", "add", "REGISTER", "--field-list", str(self.columns), *own)
        self.using.provider("resource", "source", name, str(rows), "--key-field", "code", *own)
        asked = [name, *reasons(PURPOSE), "--fields", "name,capital", "--until", "2031-12-31"]
        listed = ["--field-list", str(self.columns)]
        told = self.using.grantee("grant", "request", *asked, *listed, *self.using.key("relying"))
        return str(told["grant"])

    def publish(self, *rules: dict[str, Any]) -> Path:
        file = self.folder / "routes.json"
        file.write_text(json.dumps({"format": "elicense-routes/1", "rules": list(rules)}))
        region = ("--region", self.REGION, "--by", str(self.live.key("r33")))
        status, told = self.live.attempt("route", "publish", str(file), *region, home=self.folder / "region")
        assert status == 0, told
        return file

    def request(self, *way: str, fields: str = "name", out: str = "use") -> tuple[int, str]:
        """Exit status and code of the grantee's command."""
        keys = [*self.using.key("relying"), "--encryption-key", str(self.live.key("relying-encryption"))]
        asked = ["--row", "91330000EXAMPLE01A", "--fields", fields, "--out", str(self.folder / out)]
        given = [self.grant, *asked, "--name", GRANTEE_NAME, "--wait", "0", *keys, *way]
        status, told = self.live.attempt("use", "request", *given, home=self.using.grantee_home)
        return status, told["code"]

    def over(self, fields: str = "name", out: str = "use") -> tuple[int, str]:
        return self.request("--via", str(self.platform.near), fields=fields, out=out)

    def asked(self, known: set[Path]) -> Path:
        """The request that is new in the grantee's folder."""
        found = set((self.platform.near / "to-provider").glob("*.request.json"))
        (new,) = found - known
        known.add(new)
        return new


def test_exchanges_take_the_way_that_the_owners_region_says(platform: Platform) -> None:
    using, routed, known = platform.using, Routed(platform), set[Path]()
    of = using.grantee("route", "of", routed.grant)
    assert (of["crosses"], of["policy"]) == (["department", "region"], None)
    rule = {"crosses": ["region"], "channels": ["platform"], "hops": [RELYING], "maxGrade": 1}
    other = {"crosses": ["level"], "channels": ["direct"], "hops": None, "maxGrade": None}
    file = routed.publish(other, rule)
    of = using.grantee("route", "of", routed.grant)
    assert (of["policy"]["region"], of["policy"]["here"], of["rule"]) == (routed.REGION, False, None)

    assert routed.over() == (75, "USE_WITH_PLATFORM")
    routed.asked(known)
    platform.carry()
    assert platform.answer("office") == [("WAITING", "ROUTES_NOT_HERE")], "what is allowed is not known here"
    altered = platform.folder / "altered.json"
    altered.write_text(json.dumps({"format": "elicense-routes/1", "rules": []}))
    refused = using.live_ledger.attempt("route", "keep", str(altered), home=using.served.home)
    assert refused[1]["code"] == "NOT_ROUTES"
    using.provider("route", "keep", str(file))
    assert platform.answer("office") == [("REFUSED", "ROUTE_NOT_ALLOWED")], "no platform signed for it"
    platform.carry()
    assert routed.over() == (1, "ROUTE_NOT_ALLOWED")
    served = Served(
        using.live_ledger,
        using.served.home,
        using.live_ledger.rpc,
        "--issuer-key",
        f"{routed.OWNER}={using.live_ledger.key('office')}",
    ).start()
    try:
        assert routed.request("--api", served.url, out="direct") == (1, "ROUTE_NOT_ALLOWED")
    finally:
        served.close()

    assert routed.over(fields="capital", out="capital") == (75, "USE_WITH_PLATFORM")
    platform.sign(routed.asked(known), "relying", routed.OWNER, "--from", RELYING)
    platform.carry()
    assert platform.answer("office") == [("REFUSED", "ROUTE_GRADE")]

    assert routed.over(out="good") == (75, "USE_WITH_PLATFORM")
    good = routed.asked(known)
    platform.sign(good, "relying", routed.OWNER, "--from", RELYING)
    platform.carry()
    assert platform.answer("office") == [("OFFERED", None)]
    platform.carry()
    assert routed.over(out="good")[0] == 75
    platform.carry()
    assert platform.answer("office") == [("HANDED_OUT", None)]
    copy = platform.far / "to-grantee" / good.name.replace("request", "copy")
    platform.sign(copy, "issuer", RELYING, "--from", routed.OWNER)
    platform.carry()
    assert routed.over(out="good") == (0, "OK")

    using.grantee("route", "keep", str(file))
    assert routed.request("--api", "http://127.0.0.1:9", out="late") == (1, "ROUTE_NOT_ALLOWED")
    of = using.grantee("route", "of", routed.grant)
    assert (of["rule"], of["channels"], of["hops"], of["maxGrade"]) == (2, ["platform"], [RELYING], 1)
    rows = using.grantee("use", "list", "--owner", routed.OWNER)["uses"]
    turned_away = [row for row in rows if row["kind"] == "REFUSED"]
    assert (turned_away[0]["reasonCode"], turned_away[0]["reason"]) == ("ROUTE_NOT_ALLOWED", 26)
    assert sum(row["size"] for row in turned_away) == 3, "some of them under one root"
    use = next(row["request"] for row in rows if row["kind"] == "DATA")
    assert use == good.name[:66]

    def supervised(home: Path) -> tuple[int, dict[str, int], list[tuple[str, str]]]:
        scope = ("--org", routed.OWNER)
        status, told = using.live_ledger.attempt("supervise", "routes", *scope, home=home)
        assert "counts" in told, told
        return status, told["counts"], [(each["what"], each["use"]) for each in told["findings"]]

    counts = {"uses": 1, "ruled": 1, "judged": 0, "unproved": 1}
    assert supervised(using.served.home) == (0, {**counts, "judged": 1, "unproved": 0}, [])
    assert supervised(using.grantee_home) == (0, counts, [])
    kept = using.grantee("hop", "verify", str(good), "--keep")
    assert [each["platform"] for each in kept["hops"]] == [RELYING]
    assert supervised(using.grantee_home) == (1, {**counts, "judged": 1, "unproved": 0}, [("copy", use)])


def test_a_use_takes_one_way_and_batches_need_the_service(platform: Platform) -> None:
    using = platform.using
    license_, grant = using.license(), using.grant(using.resource())
    both = platform.request(grant, license_, "--api", "http://127.0.0.1:9")
    assert (both[0], both[1]["code"]) == (2, "USE_WAY")
    nowhere = platform.request(grant, license_, via=False)
    assert (nowhere[0], nowhere[1]["code"]) == (2, "PROVIDER_SERVICE_MISSING")
    assert all(way in nowhere[1]["error"]["remedy"]["en"] for way in ("--api", "--via", "interface show"))
    batched = platform.request(grant, license_, "--batch")
    assert (batched[0], batched[1]["code"]) == (2, "USE_BATCH_PLATFORM")
