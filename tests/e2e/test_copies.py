"""Copies on the command line: verified on a real chain, in the grantee's hand and in others'."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.cli.demo.world import OFFICES
from ledger.adapters.copies.press import Press
from ledger.bootstrap import Ledger
from ledger.crypto import load_signer
from ledger.domain.document import Envelope
from ledger.domain.field_list import FieldList
from ledger.domain.label import UseTerms
from ledger.domain.license_tree import root
from ledger.domain.license_types import license_type
from ledger.domain.objects import ascii32, grant_object
from ledger.domain.rules.uses import use_words
from ledger.domain.salted_text import SaltedText
from ledger.domain.sharing import UseKind
from ledger.domain.sharing_entities import Use
from ledger.service.hand_out import disclosed_of
from ledger.service.make_copies import MakeCopies, Provider
from ledger.service.share import ShareOrder
from ledger.service.signing import KeyFile
from ledger.settings import load_settings
from tests.told import World

PROVIDER, GRANTEE, OTHER = "11330000MB0TE5T28K", "11310000MB0TE5T1XB", "11340000MB0TE5T44D"
NAME = next(office.name for office in OFFICES if office.uscc == GRANTEE)
LISTED = FieldList(("metadata/certificateName", "metadata/certificateNumber"), (1, 1))
DAY = 86_400


def word(text: str) -> bytes:
    return ascii32(text)


@dataclass
class Sharing:
    """A provider and a grantee on the told ledger, written to as any software may that has their keys."""

    world: World
    ledger: Ledger
    code: str
    purpose: SaltedText
    grant: str = ""
    recorded: str = ""

    def submit(self, name: str, by: str, members: dict[str, Any]) -> None:
        prepared = self.ledger.submissions.prepare(name, 0, members)
        self.ledger.submissions.submit(prepared, [prepared.signed_by(load_signer(self.world.key(by)))])

    def register(self) -> None:
        members = {
            "owner": word(PROVIDER),
            "code": word(self.code),
            "kind": 1,
            "licenseType": word(self.envelope.type_code),
            "operator": bytes(32),
            "schemaDigest": bytes(32),
            "fieldsDigest": bytes.fromhex(LISTED.digest[2:]),
            "fieldCount": 2,
            "sensitive": bytes(32),
            "gradesDigest": bytes.fromhex(LISTED.grades_digest[2:]),
            "sharing": 1,
            "ground": 0,
            "until": 0,
            "cycleDays": 0,
            "baseLibrary": 0,
            "region": 0,
            "useRight": bytes(32),
            "benefitRight": bytes(32),
            "itemsDigest": bytes(32),
        }
        self.submit("RegisterResource", "office-zhejiang", members)

    def request(self) -> str:
        nonce, now = secrets.token_bytes(32), self.now
        members = {
            "grantee": word(GRANTEE),
            "nonce": nonce,
            "owner": word(PROVIDER),
            "code": word(self.code),
            "version": 1,
            "basis": 1,
            "purpose": word("HIRE"),
            "purposeDigest": bytes.fromhex(self.purpose.digest[2:]),
            "item": word("ITEM-1"),
            "caseCommitment": bytes(32),
            "licenseId": bytes(32),
            "fields": (3).to_bytes(32, "big"),
            "since": now - 60,
            "until": now + 100 * DAY,
            "count": 0,
            "delegable": 0,
        }
        self.submit("RequestGrant", "office-shanghai", members)
        return "0x" + grant_object(GRANTEE, nonce).hex()

    @property
    def granted_at(self) -> int:
        """When the grant was recorded; the local chain's time runs ahead of ours."""
        [asked] = self.ledger.reader.records_of(bytes.fromhex(self.grant[2:]))
        return asked.time

    @property
    def now(self) -> int:
        return int(datetime.now(UTC).timestamp())

    @property
    def envelope(self) -> Envelope:
        return Envelope.parse(Path(self.world.envelope("11330000MB0TE5T28K")).read_bytes())

    def use(self) -> str:
        """A use of both fields that both sides record; the digest of its request."""
        request = "0x" + secrets.token_hex(32)
        use = Use(self.grant, UseKind.DATA, 3, request, "0x" + secrets.token_hex(32), "0x" + "00" * 32)
        words = use_words(use)
        members = {"owner": word(PROVIDER), "grantee": word(GRANTEE), "root": root(words), "size": 1}
        keys = [load_signer(self.world.key(each)) for each in ("office-zhejiang", "office-shanghai")]
        signing = tuple(KeyFile(each.public_key, each) for each in keys)
        self.ledger.sharing().send(ShareOrder("Use", members, signing, words))
        return request

    def copy(
        self,
        folder: Path,
        kind: str = "annotated",
        until: int = DAY,
        grant: str = "",
        request: str = "",
        more: tuple[str, ...] = (),
    ) -> str:
        """A copy as the provider hands it out; its path."""
        shown = disclosed_of(self.envelope, [*LISTED.names, *more])
        terms = UseTerms(
            ledger_id=self.ledger.trust.ledger_id,
            license_id=shown.shown.license_id,
            owner=PROVIDER,
            code=self.code,
            version=1,
            listed=LISTED,
            grade=1,
            purpose_code="HIRE",
            purpose=self.purpose,
            item="ITEM-1",
            grantee=GRANTEE,
            grantee_name=NAME,
            grant=grant or self.grant,
            request=request or self.recorded,
            until=self.now + until,
        )
        provider = Provider(PROVIDER, "示例浙江省发证机关", load_signer(self.world.key("office-zhejiang")))
        making, made_at = MakeCopies(Press()), self.granted_at
        if kind == "plain":
            file, data = folder / "copy.json", making.plain(shown, terms, made_at, provider)
        else:
            kind_of = license_type(self.envelope.type_code)
            file, data = folder / "copy.pdf", making.annotated(shown, terms, made_at, provider, kind_of)
        file.write_bytes(data)
        return str(file)


@pytest.fixture(scope="module")
def sharing(told: tuple[World, Any], tmp_path_factory: pytest.TempPathFactory) -> Sharing:
    world = told[0].as_other(tmp_path_factory.mktemp("provider"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in world.environment().items():
            patch.setenv(name, value)
        ledger = Ledger(load_settings())
    purpose = SaltedText("办理落户（示例）", secrets.token_bytes(32))
    made = Sharing(world, ledger, f"PROPERTY-{secrets.token_hex(4)}", purpose)
    made.register()
    made.grant = made.request()
    made.recorded = made.use()
    return made


@pytest.mark.parametrize("kind", ["annotated", "plain"])
def test_the_grantee_verifies_its_copy_and_sees_for_whom_and_what_it_is(
    sharing: Sharing, tmp_path: Path, kind: str
) -> None:
    file = sharing.copy(tmp_path, kind)
    run = sharing.world.run("verify", file, "--shown-by", GRANTEE)
    assert (run.status, run.data["result"]) == (0, "IN_FORCE"), run.data
    basis = run.data["checks"][8]
    assert (basis["outcome"], basis["code"]) == ("PASS", "COPY_LABELLED")
    assert basis["evidence"]["grantee"] == {"uscc": GRANTEE, "name": NAME}
    assert basis["evidence"]["purpose"] == sharing.purpose.text
    assert set(run.data["disclosed"]) == set(LISTED.names)


def test_people_read_for_whom_it_is_in_both_languages(sharing: Sharing, tmp_path: Path) -> None:
    file = sharing.copy(tmp_path)
    zh, en = (sharing.world.card(language, "verify", file) for language in ("zh", "en"))
    assert f"仅供 {NAME}" in zh
    assert "由他人出示或用于他途的不得采信" in zh
    assert f"Made for {NAME}" in en
    provider = sharing.world.run("verify", file).data["checks"][8]["evidence"]["provider"]
    assert f"提供单位 {provider}" in zh
    assert f"provider {provider}" in en
    assert "no good from anybody else" in en


def test_somebody_else_and_whoever_comes_late_is_told_so(sharing: Sharing, tmp_path: Path) -> None:
    others = sharing.world.run("verify", sharing.copy(tmp_path), "--shown-by", OTHER)
    late = sharing.world.run("verify", sharing.copy(tmp_path, until=-1), "--shown-by", GRANTEE)
    found = [(run.status, run.data["result"], run.data["checks"][8]["code"]) for run in (others, late)]
    assert found == [(1, "OUT_OF_SCOPE", "COPY_NOT_THEIRS"), (1, "STALE_PRESENTATION", "COPY_EXPIRED")]
    assert [run.data["disclosed"] for run in (others, late)] == [None, None]


def test_a_grant_that_nobody_recorded_makes_no_copy_good(sharing: Sharing, tmp_path: Path) -> None:
    run = sharing.world.run("verify", sharing.copy(tmp_path, grant="0x" + "00" * 31 + "01"))
    assert (run.status, run.data["checks"][8]["code"]) == (1, "GRANT_UNKNOWN")


def test_a_copy_with_more_than_was_granted_or_that_no_use_stands_for_is_told_apart(
    sharing: Sharing, tmp_path: Path
) -> None:
    broad = sharing.world.run("verify", sharing.copy(tmp_path, more=("holders/0/code",)))
    check = broad.data["checks"][8]
    assert (broad.status, broad.data["result"], check["code"]) == (1, "OUT_OF_SCOPE", "COPY_TOO_BROAD")
    assert (check["evidence"]["member"], broad.data["disclosed"]) == ("holders/0/code", None)
    beside = sharing.copy(tmp_path, request="0x" + secrets.token_hex(32))
    unrecorded = sharing.world.run("verify", beside)
    check = unrecorded.data["checks"][8]
    assert (unrecorded.status, check["code"]) == (3, "USE_NOT_YET_RECORDED")
    assert check["evidence"]["recordedUntil"]


def test_a_folder_is_looked_through_for_copies_as_well(sharing: Sharing, tmp_path: Path) -> None:
    good = Path(sharing.copy(tmp_path))
    data = bytearray(good.read_bytes())
    data[5_000] ^= 1
    (tmp_path / "altered.pdf").write_bytes(data)
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")
    run = sharing.world.run("verify", str(tmp_path))
    assert run.status == 1
    assert run.data["counts"] == {"IN_FORCE": 1, "TAMPERED": 1, "MALFORMED": 1}


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-", b"PK\x03\x04" + bytes(50), b"%PDF-1.7\n%elicense-copy/1 "]
)
def test_bytes_that_are_no_copy_end_with_a_verdict_and_a_reason(
    sharing: Sharing, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "copy.pdf").write_bytes(content)
    run = sharing.world.run("verify", str(tmp_path / "copy.pdf"))
    assert run.data["result"] in {"MALFORMED", "TAMPERED"}
    assert run.status in {1, 2}
    assert "Traceback" not in run.stderr
