"""Synthetic people with licenses, and everything that happens to them on one ledger. All are fictitious."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from secrets import token_hex
from typing import Any

from ledger.domain.identifiers import citizen_id_check
from ledger.domain.objects import ascii32
from ledger.service.share import ShareOrder
from ledger.service.signing import KeyFile
from tests.e2e.using import Using
from tests.live import ISSUER, REGIONAL, RELYING, LiveLedger
from tests.privacy.scanner import chain_places, sqlite_values, storage_places
from tests.served import Served
from tests.sharing_made import Device, Maker

NAME = "示例上海市发证机关"
_SIGNS = "子丑寅卯辰巳午未申酉"
_SINGLES = 2
_OF_PEOPLE = ("Licenses", "Batches", "Resources", "Grants", "Uses", "Corrections")
"""Contracts that are told of what people have; the others know bodies and regions alone."""
FIELDS = "name,grade\nmetadata/certificateNumber,2\nholders,3\nface/qualificationNumber,3\n"


@dataclass(frozen=True)
class Person:
    """Somebody who does not exist: born in 1900, with a number that no operator gives."""

    number: int

    @property
    def name(self) -> str:
        return "示例" + "".join(_SIGNS[int(digit)] for digit in f"{self.number:06d}")

    @property
    def citizen_id(self) -> str:
        day = f"1900{self.number % 12 + 1:02d}{self.number // 12 % 28 + 1:02d}"
        body = f"310118{day}{self.number // 336 % 1000:03d}"
        return body + citizen_id_check(body)

    @property
    def phone(self) -> str:
        return f"1000{7_000_000 + self.number:07d}"

    @property
    def texts(self) -> tuple[str, str, str]:
        return self.name, self.citizen_id, self.phone


@dataclass
class Town:
    """Some people, and the ledger on which their licenses stand."""

    live: LiveLedger
    people: list[Person]
    second: dict[str, list[str]] = field(default_factory=dict)
    """Licenses of those who have two, by name."""
    said: str = ""
    """What commands and the service told beside their answers."""

    def settle(self) -> None:
        """Issue in batches and singly, bind, share, consent, use, refuse, look up, doubt, ask again."""
        told = io.StringIO()
        with redirect_stderr(told):
            served = Served(self.live, self.live.home, self.live.rpc).start()
            try:
                self._live(served)
            finally:
                served.close()
        self.said = told.getvalue() + json.dumps(served.log, ensure_ascii=False)

    def _live(self, served: Served) -> None:
        self._issue_batch()
        for person in self.people[:_SINGLES]:
            self.second[person.name] = [self._issue(person, each) for each in range(2)]
        one = next(iter(self.second.values()))
        device = Device.new()
        keys = ["--holder-key", device.signing.public_key.hex(), "--method", "issuer-counter"]
        keys += ["--holder-encryption-key", device.encryption.public_key.hex()]
        self.live.cli("license", "bind", one[0], *keys, *self._by("issuer"))
        why = ["--ground", "PENALTY", "--reference", f"决定 {self.people[0].citizen_id}"]
        self.live.cli("license", "suspend", one[1], *why, *self._by("issuer"))
        using = Using(self.live, self.live.folder, served)
        using.fields.write_text(FIELDS)
        self._share(one[0], self.people[0], using.fields)
        self._use(using, one[0], self.people[0], device)

    @property
    def homes(self) -> list[Path]:
        """The provider's, and the grantee's."""
        return [self.live.home, self.live.folder / "grantee"]

    @cached_property
    def places(self) -> list[tuple[str, bytes]]:
        """What others see, what was logged, and every database of a home."""
        return list(self._places())

    def _places(self) -> Iterator[tuple[str, bytes]]:
        ledger = self.live.ledger()
        rpc, contracts = ledger.reader.rpc, ledger.trust.contracts
        yield from chain_places(rpc)
        about_people = {contracts[name].address.lower() for name in _OF_PEOPLE}
        yield from storage_places(rpc, about_people, every=len(self.people) > 1_000)
        yield "log lines", self.said.encode()
        for path in self._found():
            if path.suffix in (".db", ".sqlite3"):
                yield from sqlite_values(path)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every file of a home that is no database; encrypted documents are among them."""
        for path in self._found():
            home = next(each for each in self.homes if path.is_relative_to(each))
            if path.is_file() and not {".db", ".sqlite3"} & set(path.suffixes):
                yield str(path.relative_to(home)), path.read_bytes()

    def _found(self) -> list[Path]:
        return sorted(path for home in self.homes for path in home.rglob("*"))

    def records(self) -> dict[str, list[bytes]]:
        """The records of each license of those who have two."""
        reader = self.live.ledger().reader
        return {
            name: [reader.records_of(bytes.fromhex(each[2:]))[0].body for each in licenses]
            for name, licenses in self.second.items()
        }

    def _issue_batch(self) -> None:
        sheet = self.live.folder / "people.jsonl"
        sheet.write_text("".join(json.dumps(self._input(each, 0)) + "\n" for each in self.people))
        out = ["--type", REGIONAL, "--out", str(self.live.folder / "issued"), "--issuer-name", NAME]
        self.live.cli("license", "issue-batch", str(sheet), *out, *self._by("issuer"))

    def _issue(self, person: Person, number: int) -> str:
        file = self.live.folder / "input.json"
        file.write_text(json.dumps(self._input(person, number + 1)))
        out = str(self.live.folder / f"{person.number}-{number}.elic.json")
        return str(
            self.live.cli("license", "issue", str(file), "--out", out, *self._by("issuer"))["licenseId"]
        )

    def _input(self, person: Person, number: int) -> dict[str, Any]:
        given = self.live.regional_input()
        given["serial"] = f"{number}{person.number:09d}"
        given["holders"] = [{"name": person.name, "code": person.citizen_id, "codeType": "111"}]
        given["face"]["qualificationNumber"] = f"电话{person.phone}"
        given["metadata"] |= {"certificateIssuingAuthorityName": NAME, "certificateAreaCode": "310118"}
        return given

    def _share(self, license_id: str, person: Person, fields: Path) -> None:
        what = ["--field-list", str(fields), "--type", REGIONAL, *self._by("issuer")]
        self.live.cli("resource", "add", "PEOPLE", *what)
        named = {"by": ascii32(RELYING), "nonce": "0x" + token_hex(32), "owner": ascii32(ISSUER)}
        doubt = {"code": ascii32("PEOPLE"), "licenseId": license_id, "fields": f"0x{1:064x}"}
        self._send("Attest", **named, **doubt, outcome=2, evidence="0x" + token_hex(32))
        code, item = f"{ISSUER}4000120001000", self.live.folder / "item.json"
        form = {"format": "elicense-item/1", "code": code, "name": "示例", "region": "310118"}
        item.write_text(json.dumps({**form, "materials": [{"type": REGIONAL, "original": False}]}))
        self.live.cli("item", "add", str(item), *self._by("issuer"))
        self.live.cli("item", "report", code, "--license", license_id, *self._by("relying"))

    def _use(self, using: Using, license_id: str, person: Person, device: Device) -> None:
        """By consent and by duty: used, refused, looked up, doubted and answered, always in plain words."""
        about, resource = f"为{person.name}办理，电话{person.phone}", f"{ISSUER}/PEOPLE"
        why = ["--purpose-code", "LICENSING", "--item", "ITEM-1", "--purpose", about, "--until", "2028-12-31"]
        asked = ["--case", person.citizen_id, "--field-list", str(using.fields)]
        order = ["grant", "request", resource, *asked, *why, *self._by("relying")]
        hers = ["--basis", "consent", "--license", license_id, "--fields", "holders"]
        consented = using.grantee(*order, *hers)["grant"]
        consent = Maker(self.live).consent(consented, license_id, device, fields=2)
        with using.served.department() as department:
            answer = department.post("/v1/sharing", consent, Prefer="wait=30")
        assert answer.status_code == 200, answer.text
        who = ["--operator", person.name]
        using.used(consented, license_id, *who, fields="holders")
        assert using.use(consented, license_id, *who, fields="face/qualificationNumber")[0] == 1
        duty = using.grantee(*order, "--basis", "duty", "--fields", "metadata/certificateNumber")["grant"]
        lookup = ["license", "lookup", "--code", person.citizen_id, "--grant", duty, "--purpose", about]
        keys = ["--encryption-key", str(self.live.key("relying-encryption")), "--api", using.served.url]
        out = ["--case", person.citizen_id, "--out", str(self.live.folder / "looked"), *keys]
        found = using.grantee(*lookup, *who, *out, *self._by("relying"))["found"]
        assert len(found) >= 2
        by_code = using.use(duty, found[0]["useCode"], fields="metadata/certificateNumber")
        assert by_code[1]["code"] == "USE_CODE_OTHER"
        while not any(row["kind"] == "REFUSED" for row in using.grantee("use", "list")["uses"]):
            assert using.served.process is not None  # it records refusals at its own pace
        evidence = self.live.folder / "evidence.txt"
        evidence.write_text(f"{person.name} {person.citizen_id}")
        doubt = ["correction", "open", license_id, "--fields", "holders", "--grant", consented]
        told = using.grantee(*doubt, "--evidence", str(evidence), *self._by("relying"))
        why_not = ["--rejected", "--reason", "4", "--text", f"{person.name}无误"]
        self.live.cli("correction", "answer", told["correction"], *why_not, *self._by("issuer"))

    def _send(self, struct: str, **members: Any) -> None:
        signer = self.live.signer("relying")
        order = ShareOrder(struct, members, (KeyFile(signer.public_key, signer),))
        self.live.ledger().sharing().send(order)

    def _by(self, name: str) -> list[str]:
        return ["--key", str(self.live.key(name))]
