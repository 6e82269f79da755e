"""Records of sharing for the ledger in memory: what each message is about, and rightly made ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from eth_hash.auto import keccak

from ledger.domain import objects
from ledger.domain.acts import Purpose, Sharing
from ledger.domain.holder_proofs import proof_words
from ledger.domain.holders import PublicPair
from ledger.domain.license_tree import root
from ledger.domain.messages import Kind
from ledger.domain.records import Record
from ledger.domain.rules.uses import use_words
from ledger.domain.sharing import Basis, DutyKind, Outcome, UseKind
from ledger.domain.sharing_entities import Use
from ledger.domain.sharing_structs import RECORDED_AS

if TYPE_CHECKING:
    from tests.simulator import LedgerSimulator

NO_HASH = "0x" + "00" * 32
DAY = 86_400
SHANGHAI, QINGPU = 310000, 310118
BUREAU, OFFICE = "11310000MB0TE5T1XB", "11330000MB0TE5T25K"
TYPE = "11100000000013338W001"
ITEM = f"{BUREAU}4000120001000"

SHARING_KINDS = {struct: Kind[kind] for kind, struct in RECORDED_AS.items()}


def _raw(value: Any) -> bytes:
    return bytes.fromhex(value.removeprefix("0x")) if isinstance(value, str) else bytes(value)


def _text(value: Any) -> str:
    return objects.from_ascii32(value)


def _id(name: str) -> Callable[[Mapping[str, Any]], bytes]:
    return lambda m: _raw(m[name])


def _resource(m: Mapping[str, Any]) -> bytes:
    return objects.resource_object(_text(m["owner"]), _raw(m["code"]))


def _table(m: Mapping[str, Any]) -> bytes:
    is_of_region = m["region"] != 0
    publisher = objects.organisation_object(_text(m["publisher"]))
    owner = objects.region_object(m["region"]) if is_of_region else publisher
    return objects.code_table_object(owner, _raw(m["name"]))


def _item(m: Mapping[str, Any]) -> bytes:
    return objects.item_object(_text(m["owner"]), _raw(m["code"]))


def _edition(m: Mapping[str, Any]) -> bytes:
    return objects.edition_object(_resource(m), _raw(m["digest"]))


def _declaration(m: Mapping[str, Any]) -> bytes:
    to = {"owner": m["toOwner"], "code": m["toCode"]}
    other = _resource(to) if any(_raw(m["toOwner"])) else bytes(32)
    return objects.declaration_object(_resource(m), m["kind"], other)


def _repeat(m: Mapping[str, Any]) -> bytes:
    return objects.repeat_object(_item(m), _raw(m["licenseId"]), m["askedAt"])


SHARING_OBJECTS: dict[str, Callable[[Mapping[str, Any]], bytes]] = {
    "RegisterResource": _resource,
    "Mount": _resource,
    "Probe": _resource,
    "NameLibraryWriter": lambda m: objects.library_writer_object(
        m["region"], m["baseLibrary"], _text(m["body"])
    ),
    "Demand": lambda m: objects.demand_object(_text(m["demander"]), _raw(m["nonce"])),
    "Offer": _id("demand"),
    "MatchDemand": _id("demand"),
    "SetDuty": lambda m: objects.duty_object(m["region"], _text(m["owner"]), _raw(m["code"])),
    "SetCodeTable": _table,
    "RequestGrant": lambda m: objects.grant_object(_text(m["grantee"]), _raw(m["nonce"])),
    "NoticeGrant": _id("grant"),
    "DecideGrant": _id("grant"),
    "ReviewGrant": _id("grant"),
    "ConsentGrant": _id("grant"),
    "WithdrawGrant": _id("grant"),
    "WithdrawConsent": _id("grant"),
    "DelegateGrant": lambda m: objects.delegation_object(
        _raw(m["parent"]), _text(m["grantee"]), _raw(m["nonce"])
    ),
    "Use": lambda m: objects.uses_object(_raw(m["root"])),
    "UseBatch": lambda m: objects.use_batch_object(_raw(m["grant"]), _raw(m["root"])),
    "RefuseUse": lambda m: objects.refusal_object(_text(m["owner"]), _raw(m["requestDigest"])),
    "RefuseBatch": lambda m: objects.refusal_batch_object(_text(m["owner"]), _raw(m["root"])),
    "OpenCorrection": lambda m: objects.correction_object(_raw(m["by"]), _raw(m["nonce"])),
    "AskCorrection": lambda m: objects.correction_object(_raw(m["licenseId"]), _raw(m["nonce"])),
    "Attest": lambda m: objects.correction_object(_raw(m["by"]), _raw(m["nonce"])),
    "AnswerCorrection": _id("correction"),
    "DisputeCorrection": _id("correction"),
    "ContestCorrection": _id("correction"),
    "SettleCorrection": _id("correction"),
    "AcknowledgeCorrection": lambda m: objects.acknowledgement_object(_raw(m["correction"]), _text(m["by"])),
    "RegisterItem": _item,
    "EndItem": _item,
    "PublishEdition": _edition,
    "WithdrawEdition": _edition,
    "Declare": _declaration,
    "TellRepeat": _repeat,
    "ReportRepeat": _repeat,
}
"""What each message is about."""


def word(text: str) -> str:
    """ASCII text as a word, 0x-hex."""
    return "0x" + objects.ascii32(text).hex()


def bits(fields: int) -> str:
    """A set of fields as a word, 0x-hex."""
    return f"0x{fields:064x}"


def nonce(text: str) -> str:
    """32 bytes that stand for `text`, 0x-hex."""
    return "0x" + keccak(b"nonce " + text.encode()).hex()


def device_of(label: str) -> PublicPair:
    """The keys of a device; `key_of` of the same labels signs."""
    from tests.simulator import key_of

    return PublicPair(key_of(label).public_key, key_of(f"{label}, encryption").public_key)


def a_use(grant: str, number: int = 0, fields: int = 1, kind: UseKind = UseKind.DATA) -> Use:
    """A use of a grant."""
    response = nonce(f"response {number}") if kind is UseKind.DATA else NO_HASH
    return Use(grant, kind, fields, nonce(f"request {number}"), response, nonce(f"code {number}"))


def _asked_for(license_id: str, at: int) -> dict[str, Any]:
    return {"licenseId": license_id, "owner": word(BUREAU), "code": word(ITEM), "version": 1, "askedAt": at}


class SharingRecords:
    """Makes records of sharing on a ledger in memory: the bureau provides, the office uses.

    Args:
        ledger: Founded; it signs for whom it is told.
    """

    def __init__(self, ledger: LedgerSimulator) -> None:
        self.ledger = ledger
        self._corrects = ""

    def register(
        self, code: str, sharing: Sharing = Sharing.UNCONDITIONAL, owner: str = BUREAU, **changes: Any
    ) -> Record:
        is_exception = sharing is not Sharing.UNCONDITIONAL
        members: dict[str, Any] = {
            "owner": word(owner),
            "code": word(code),
            "kind": 1,
            "licenseType": word(TYPE),
            "operator": NO_HASH,
            "schemaDigest": nonce("schema"),
            "fieldsDigest": nonce("fields"),
            "fieldCount": 8,
            "sensitive": bits(0x80),
            "gradesDigest": nonce("grades"),
            "sharing": int(sharing),
            "ground": 7 if is_exception else 0,
            "until": self.ledger.now + 365 * DAY if is_exception else 0,
            "cycleDays": 30,
            "baseLibrary": 0,
            "region": 0,
            "useRight": NO_HASH,
            "benefitRight": NO_HASH,
            "itemsDigest": nonce("items"),
        }
        return self.ledger.record("RegisterResource", [owner], **{**members, **changes})

    def mount(self, code: str, samples: int = 10, by: str = BUREAU, owner: str = BUREAU) -> Record:
        channel = nonce("channel") if samples else NO_HASH
        named = {"owner": word(owner), "code": word(code)}
        members = {"channel": channel, "sampleRoot": nonce("samples"), "samples": samples}
        return self.ledger.record("Mount", [by], **named, **members)

    def probe(
        self, code: str, outcome: int = 1, prober: str = OFFICE, index: int = 0, owner: str = BUREAU
    ) -> Record:
        named = {"owner": word(owner), "code": word(code), "prober": word(prober)}
        members = {"index": index, "digest": nonce("sample"), "outcome": outcome, "probedAt": self.ledger.now}
        return self.ledger.record("Probe", [prober], **named, **members)

    def set_duty(self, code: str, due: int, kind: DutyKind = DutyKind.SHARE, owner: str = BUREAU) -> Record:
        named = {"region": SHANGHAI, "owner": word(owner), "code": word(code), "kind": int(kind)}
        return self.ledger.record("SetDuty", [str(SHANGHAI)], **named, what=nonce("what"), due=due)

    def request(
        self, code: str, text: str = "grant", basis: Basis = Basis.DUTY, grantee: str = OFFICE, **changes: Any
    ) -> str:
        """Ask for a grant; its object, 0x-hex."""
        members: dict[str, Any] = {
            "grantee": word(grantee),
            "nonce": nonce(text),
            "owner": word(BUREAU),
            "code": word(code),
            "version": 1,
            "basis": int(basis),
            "purpose": word("LICENSING"),
            "purposeDigest": nonce("purpose"),
            "item": word("ITEM-1"),
            "caseCommitment": nonce("case"),
            "licenseId": NO_HASH,
            "fields": bits(7),
            "since": self.ledger.now,
            "until": self.ledger.now + 100 * DAY,
            "count": 0,
            "delegable": 1,
        }
        made = self.ledger.record("RequestGrant", [grantee], **{**members, **changes})
        return "0x" + made.object.hex()

    def notice(self, grant: str) -> Record:
        return self.ledger.record("NoticeGrant", [BUREAU], grant=grant, missing=nonce("missing"))

    def decide(self, grant: str, outcome: Outcome = Outcome.YES, by: str = BUREAU) -> Record:
        return self._judge("DecideGrant", grant, outcome, by)

    def review(self, grant: str, outcome: Outcome = Outcome.YES, by: str = "reviewer") -> Record:
        return self._judge("ReviewGrant", grant, outcome, by)

    def _judge(self, name: str, grant: str, outcome: Outcome, by: str) -> Record:
        reason = 0 if outcome is Outcome.YES else 3
        members = {"outcome": int(outcome), "reason": reason, "reasonDigest": NO_HASH}
        return self.ledger.record(name, [by], grant=grant, **members)

    def consent(self, grant: str, license_id: str, device: str = "device", fields: int = 7) -> Record:
        return self._as_holder("ConsentGrant", device, grant=grant, licenseId=license_id, fields=bits(fields))

    def withdraw_consent(self, grant: str, license_id: str, device: str = "device") -> Record:
        return self._as_holder("WithdrawConsent", device, grant=grant, licenseId=license_id)

    def ask(self, license_id: str, code: str, device: str = "device", text: str = "asked") -> Record:
        named = {"owner": word(BUREAU), "code": word(code), "fields": bits(1), "evidence": nonce("evidence")}
        return self._as_holder("AskCorrection", device, licenseId=license_id, nonce=nonce(text), **named)

    def _as_holder(self, name: str, device: str, **members: Any) -> Record:
        words = proof_words(device_of(device))
        return self.ledger.record(name, [device], words, **members)

    def withdraw(self, grant: str, by: str = OFFICE) -> Record:
        return self.ledger.record("WithdrawGrant", [by], grant=grant, by=word(by), reason=0)

    def delegate(self, parent: str, grantee: str = BUREAU, by: str = OFFICE, **changes: Any) -> str:
        """Narrow a grant for somebody else; the object of what comes of it, 0x-hex."""
        named = {"parent": parent, "grantee": word(grantee), "nonce": nonce("delegated"), "fields": bits(1)}
        term = {"since": self.ledger.now, "until": self.ledger.now + DAY, "count": 0}
        made = self.ledger.record("DelegateGrant", [by], **{**named, **term, **changes})
        return "0x" + made.object.hex()

    def use(self, *uses: Use, by: Sequence[str] = (BUREAU, OFFICE)) -> Record:
        words = tuple(each for one in uses for each in use_words(one))
        named = {"owner": word(BUREAU), "grantee": word(OFFICE)}
        members = {"root": root(words), "size": len(uses)}
        return self.ledger.record("Use", list(by), words, **named, **members)

    def use_batch(self, grant: str, count: int = 3, fields: int = 1) -> Record:
        leaves = [keccak(b"\0" + b"".join(use_words(a_use(grant, number)))) for number in range(count)]
        members = {"grant": grant, "fields": bits(fields), "root": root(leaves), "size": count}
        return self.ledger.record("UseBatch", [BUREAU, OFFICE], leaves, **members)

    def refuse(self, code: str, text: str = "request", grant: str = NO_HASH, reason: int = 5) -> Record:
        named = {"owner": word(BUREAU), "code": word(code), "grantee": word(OFFICE), "grant": grant}
        return self.ledger.record("RefuseUse", [BUREAU], **named, reason=reason, requestDigest=nonce(text))

    def refuse_batch(self, code: str, count: int = 3) -> Record:
        leaves = [keccak(b"\0%d" % number) for number in range(count)]
        members = {"owner": word(BUREAU), "code": word(code), "root": root(leaves), "size": count}
        return self.ledger.record("RefuseBatch", [BUREAU], leaves, **members)

    def open(self, grant: str, code: str, text: str = "opened", **changes: Any) -> str:
        """Open a correction as a body that used the data; its object, 0x-hex."""
        named = {"by": word(OFFICE), "nonce": nonce(text), "grant": grant, "owner": word(BUREAU)}
        about = {"licenseId": NO_HASH, "fields": bits(1), "evidence": nonce("evidence")}
        members = {**named, "code": word(code), **about, **changes}
        return "0x" + self.ledger.record("OpenCorrection", [OFFICE], **members).object.hex()

    def attest(self, code: str, outcome: Outcome, text: str = "attested", by: str = OFFICE) -> str:
        """Say whether data match; the object of what comes of it, 0x-hex."""
        named = {"by": word(by), "nonce": nonce(text), "owner": word(BUREAU), "code": word(code)}
        about = {"licenseId": NO_HASH, "fields": bits(1), "evidence": nonce("evidence")}
        made = self.ledger.record("Attest", [by], **named, **about, outcome=int(outcome))
        return "0x" + made.object.hex()

    def answer(self, correction: str, outcome: Outcome = Outcome.YES, by: str = BUREAU) -> Record:
        return self._judge_correction("AnswerCorrection", correction, outcome, by)

    def settle(self, correction: str, outcome: Outcome = Outcome.YES, by: str = str(SHANGHAI)) -> Record:
        return self._judge_correction("SettleCorrection", correction, outcome, by)

    def _judge_correction(self, name: str, correction: str, outcome: Outcome, by: str) -> Record:
        is_upheld = outcome is Outcome.YES
        why = {"reason": 0 if is_upheld else 4, "reasonDigest": NO_HASH}
        corrects = self._correcting() if is_upheld else NO_HASH
        what = {"outcome": int(outcome), "licenseId": corrects, "version": 0}
        return self.ledger.record(name, [by], correction=correction, **what, **why)

    def _correcting(self) -> str:
        """A license on the ledger, issued once."""
        from tests.simulator import id_of

        if not self._corrects:
            self._corrects = id_of("a license that corrects")
            self.ledger.issue(self._corrects, code=TYPE)
        return self._corrects

    def dispute(self, correction: str, by: str = OFFICE, region: int = SHANGHAI) -> Record:
        members = {"by": word(by), "region": region, "argument": nonce("argument")}
        return self.ledger.record("DisputeCorrection", [by], correction=correction, **members)

    def contest(
        self, correction: str, license_id: str, device: str = "device", region: int = SHANGHAI
    ) -> Record:
        named = {"correction": correction, "licenseId": license_id, "argument": nonce("argument")}
        return self._as_holder("ContestCorrection", device, region=region, **named)

    def acknowledge(self, correction: str, by: str = OFFICE) -> Record:
        return self.ledger.record("AcknowledgeCorrection", [by], correction=correction, by=word(by))

    def register_item(self, code: str = ITEM, types: Sequence[str] = (TYPE,), **changes: Any) -> Record:
        words = [keccak(b"list of materials"), *map(objects.ascii32, types)]
        members = {"region": QINGPU, "since": 0, "root": root(words), "size": len(words)}
        named = {"owner": word(BUREAU), "code": word(code)}
        return self.ledger.record("RegisterItem", [BUREAU], words, **{**named, **members, **changes})

    def end_item(self, code: str = ITEM, until: int = 0) -> Record:
        named = {"owner": word(BUREAU), "code": word(code)}
        return self.ledger.record("EndItem", [BUREAU], **named, until=until)

    def tell_repeat(self, license_id: str, device: str = "device", **changes: Any) -> Record:
        members = {**_asked_for(license_id, self.ledger.now), **changes}
        return self._as_holder("TellRepeat", device, **members)

    def report_repeat(self, license_id: str, by: str = OFFICE, **changes: Any) -> Record:
        members = {**_asked_for(license_id, self.ledger.now), **changes}
        return self.ledger.record("ReportRepeat", [by], **{"by": word(by), **members})

    def open_data(self, code: str, **changes: Any) -> Record:
        data_set = {"kind": 2, "licenseType": NO_HASH, "sensitive": NO_HASH, "ground": 0, "until": 0}
        return self.register(code, Sharing.OPEN, **{**data_set, **changes})

    def publish(
        self, code: str, text: str = "bytes", number: int = 1, by: str = BUREAU, **changes: Any
    ) -> Record:
        named = {"owner": word(BUREAU), "code": word(code), "number": number, "digest": nonce(text)}
        said = {"size": 1_000, "mediaType": word("text/csv"), "license": word("CC-BY-4.0"), "since": 0}
        rows = {"root": nonce("rows"), "rows": 10}
        return self.ledger.record("PublishEdition", [by], **{**named, **said, **rows, **changes})

    def withdraw_edition(self, code: str, text: str = "bytes", by: str = BUREAU, reason: int = 3) -> Record:
        named = {"owner": word(BUREAU), "code": word(code), "digest": nonce(text)}
        return self.ledger.record("WithdrawEdition", [by], **named, reason=reason)

    def declare(
        self, kind: int = 1, code: str = "OPEN", to: str = "", by: str = BUREAU, **changes: Any
    ) -> Record:
        is_snapshot = kind == 3
        members = {
            "owner": word(BUREAU),
            "code": word(code),
            "kind": kind,
            "toOwner": word(BUREAU) if to else NO_HASH,
            "toCode": word(to) if to else NO_HASH,
            "digest": nonce("declared"),
            "since": self.ledger.now - DAY,
            "until": self.ledger.now - 1 if is_snapshot else 0,
            "root": nonce("rows") if is_snapshot else NO_HASH,
            "size": 10 if is_snapshot else 0,
        }
        return self.ledger.record("Declare", [by], **{**members, **changes})

    def every_kind(self, license_id: str) -> None:
        """At least one record of every kind of sharing; the license is bound to `device`."""
        self._catalog()
        self._grants(license_id)
        self._corrections(license_id)
        self._items(license_id)
        self._editions()
        for kind, to in ((1, ""), (2, ""), (3, ""), (4, "ASKED"), (5, "")):
            self.declare(kind, to=to)

    def _editions(self) -> None:
        self.open_data("PARKS")
        self.publish("PARKS", "first")
        self.publish("PARKS", "second", 2)
        self.withdraw_edition("PARKS", "second")

    def _items(self, license_id: str) -> None:
        self.register_item()
        self.ledger.wait(100)
        self.report_repeat(license_id)
        self.ledger.wait(100)
        self.tell_repeat(license_id)
        self.end_item()

    def _catalog(self) -> None:
        writer = {"region": QINGPU, "baseLibrary": 4, "body": word(BUREAU), "since": 0, "until": 0}
        self.ledger.record("NameLibraryWriter", [str(QINGPU)], **writer)
        self.register("OPEN", baseLibrary=4, region=QINGPU)
        self.register("ASKED", Sharing.CONDITIONAL)
        self.set_duty("OPEN", self.ledger.now + 90 * DAY)
        self.mount("OPEN")
        self.probe("OPEN")
        demand = {"demander": word(OFFICE), "nonce": nonce("demand"), "wanted": nonce("wanted")}
        made = self.ledger.record("Demand", [OFFICE], **demand, item=word("ITEM-1"))
        about = {"demand": "0x" + made.object.hex(), "owner": word(BUREAU), "code": word("OPEN")}
        self.ledger.record("Offer", [BUREAU], **about)
        self.ledger.record("MatchDemand", [OFFICE], **about)
        table = {"region": 0, "publisher": word(BUREAU), "name": word("SEX"), "digest": nonce("table")}
        self.ledger.record("SetCodeTable", [BUREAU], **table, since=0)

    def _grants(self, license_id: str) -> None:
        from tests.unit.governed import registration

        owner = objects.organisation_object(BUREAU)
        members = registration("reviewer", Purpose.SIGN, owner)
        self.ledger.record("RegisterKey", [str(QINGPU), "reviewer"], **members)
        asked = self.request("ASKED", "asked", fields=bits(0x83))
        self.notice(asked)
        self.review(asked)
        self.decide(asked)
        self.withdraw(asked)
        counted = self.request("OPEN", "counted", count=3)
        self.delegate(counted, count=1)
        self.use(a_use(counted), a_use(counted, 1, 0, UseKind.LOCATE))
        consented = self.request("OPEN", "consented", Basis.CONSENT, licenseId=license_id)
        self.consent(consented, license_id)
        self.withdraw_consent(consented, license_id)
        duty = self.request("OPEN", "duty")
        self.use_batch(duty)
        self.refuse("OPEN")
        self.refuse_batch("NOTHING")

    def _corrections(self, license_id: str) -> None:
        duty = "0x" + objects.grant_object(OFFICE, _raw(nonce("duty"))).hex()
        opened = self.open(duty, "OPEN")
        self.answer(opened, Outcome.NO)
        self.dispute(opened)
        self.settle(opened)
        self.acknowledge(opened)
        self.attest("OPEN", Outcome.YES, "matches")
        self.attest("OPEN", Outcome.NO, "differs")
        asked = "0x" + self.ask(license_id, "OPEN").object.hex()
        self.answer(asked, Outcome.NO)
        self.contest(asked, license_id)
