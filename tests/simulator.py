"""A ledger in memory: blocks, records and words as the contracts would make them.

It signs with real SM2 keys, encodes bodies as the contracts do, keeps the head and the word of every
object, makes blocks whose hashes are those of their headers, and serves all of it as a
`LedgerReader`. What contracts refuse it does not judge: tests may write what no contract would.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from eth_hash.auto import keccak

from ledger import crypto
from ledger.domain import objects
from ledger.domain.acts import Act, Purpose, Scope, Sharing, acts_bitmap
from ledger.domain.apply import State
from ledger.domain.facts import fact_of
from ledger.domain.license_tree import Tree, leaf_hash, leaf_words
from ledger.domain.lifecycle import Standing, status_at
from ledger.domain.lineage import cut_off_of, void_as_of
from ledger.domain.messages import DEFAULT_LIFETIME, MESSAGES, OPENING, Domain, Kind, key_id
from ledger.domain.records import RawLog, Record, RecordBody, RecordSignature, raw_log_of, record_of
from ledger.domain.representation import RepresentationKind, RepresentationScope
from ledger.domain.rivals import first_of, rivals_of
from ledger.domain.sharing import Outcome
from ledger.domain.sm import N, sm3
from ledger.domain.trustfile import CONTRACT_NAMES, ContractEntry
from ledger.errors import ChainOutageError
from ledger.ports import Signer
from ledger.proof.headers import Header, header_of
from ledger.proof.journal import next_head, next_object, revision
from ledger.proof.rlp import encode_rlp
from tests.sharing_records import SHARING_KINDS, SHARING_OBJECTS, SharingRecords, device_of

LEDGER_ID = keccak(b"a ledger in memory")
GENESIS_TIME = 1_767_225_600
DAY = 86_400
CHAIN_ID = 31_337
BLOCK_SECONDS = 5

SHANGHAI, ZHEJIANG = 310000, 330000
QINGPU, JIASHAN = 310118, 330421
BUREAU = "11310000MB0TE5T1XB"
"""An issuing body in Qingpu; fictitious."""
OFFICE = "11330000MB0TE5T25K"
"""An issuing body in Jiashan; fictitious."""
NATIONAL_TYPE = "11100000MB0TE5T605001"
REGIONAL_TYPE = "11100000000013338W001"
NO_HASH = "0x" + "00" * 32
ZERO32 = bytes(32)

_HEADER_SHAPE = {
    "sha3Uncles": "0x" + keccak(encode_rlp([])).hex(),
    "miner": "0x" + "00" * 20,
    "logsBloom": "0x" + "00" * 256,
    "difficulty": "0x0",
    "gasLimit": "0x1c9c380",
    "gasUsed": "0x0",
    "extraData": "0x",
    "mixHash": NO_HASH,
    "nonce": "0x" + "00" * 8,
}
_NUMBERS = ("difficulty", "number", "gasLimit", "gasUsed", "timestamp")
_ORDER = [
    *("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom"),
    *("difficulty", "number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce"),
]

OBJECT_OF: dict[str, Callable[[Mapping[str, Any]], bytes]] = {
    "Found": lambda _: objects.ledger_object(),
    "NameContract": lambda _: objects.ledger_object(),
    "Seal": lambda _: objects.ledger_object(),
    "AddRegion": lambda m: objects.region_object(m["region"]),
    "SetThreshold": lambda _: objects.ledger_object(),
    "Succeed": lambda _: objects.ledger_object(),
    "SucceedRegion": lambda m: objects.region_object(m["region"]),
    "SucceedOrganisation": lambda m: objects.organisation_object(objects.from_ascii32(m["uscc"])),
    "AddOrganisation": lambda m: objects.organisation_object(objects.from_ascii32(m["uscc"])),
    "RegisterKey": lambda m: objects.key_object(_raw(m["newKey"])),
    "EndKey": lambda m: objects.key_object(_raw(m["key"])),
    "CutOffKey": lambda m: objects.key_object(_raw(m["key"])),
    "RotateKey": lambda m: objects.key_object(_raw(m["key"])),
    "RecoverKey": lambda m: objects.key_object(_raw(m["key"])),
    "AddRelay": lambda m: objects.relay_object(m["relay"]),
    "EndRelay": lambda m: objects.relay_object(m["relay"]),
    "RegisterType": lambda m: objects.type_object(objects.from_ascii32(m["licenseType"])),
    "Entitle": lambda m: _entitlement(m),
    "EndEntitlement": lambda m: _entitlement(m),
    "Recognize": lambda m: _recognition(m),
    "EndRecognition": lambda m: _recognition(m),
    "Empower": lambda m: _power(m),
    "EndPower": lambda m: _power(m),
    "Issue": lambda m: _raw(m["licenseId"]),
    "Amend": lambda m: _raw(m["licenseId"]),
    "Act": lambda m: _raw(m["licenseId"]),
    "Bind": lambda m: _raw(m["licenseId"]),
    "Freeze": lambda m: _raw(m["licenseId"]),
    "TransferOut": lambda m: _raw(m["licenseId"]),
    "LeafOpening": lambda m: _raw(m["licenseId"]),
    "IssueBatch": lambda m: _batch(m),
    "RenewBatch": lambda m: _raw(m["earlier"]),
    "Represent": lambda m: _representation(m),
    "EndRepresentation": lambda m: _representation(m),
    **SHARING_OBJECTS,
}
"""What each message is about."""

KINDS_OF = {
    "Found": Kind.LEDGER_FOUNDED,
    "NameContract": Kind.CONTRACT_NAMED,
    "Seal": Kind.LEDGER_SEALED,
    "AddRegion": Kind.REGION_ADDED,
    "SetThreshold": Kind.THRESHOLD_SET,
    "Succeed": Kind.CONTRACT_SUCCEEDED,
    "SucceedRegion": Kind.REGION_SUCCEEDED,
    "SucceedOrganisation": Kind.ORGANISATION_SUCCEEDED,
    "AddOrganisation": Kind.ORGANISATION_ADDED,
    "RegisterKey": Kind.KEY_REGISTERED,
    "EndKey": Kind.KEY_ENDED,
    "CutOffKey": Kind.KEY_CUT_OFF,
    "RotateKey": Kind.KEY_ROTATED,
    "RecoverKey": Kind.KEY_LOST,
    "AddRelay": Kind.RELAY_ADDED,
    "EndRelay": Kind.RELAY_ENDED,
    "RegisterType": Kind.TYPE_REGISTERED,
    "Entitle": Kind.ENTITLEMENT_GIVEN,
    "EndEntitlement": Kind.ENTITLEMENT_ENDED,
    "Recognize": Kind.RECOGNITION_AGREED,
    "EndRecognition": Kind.RECOGNITION_ENDED,
    "Empower": Kind.POWER_GIVEN,
    "EndPower": Kind.POWER_ENDED,
    "Issue": Kind.LICENSE_ISSUED,
    "Amend": Kind.LICENSE_AMENDED,
    "Act": Kind.LICENSE_ACTED,
    "Bind": Kind.HOLDER_BOUND,
    "Freeze": Kind.HOLDER_FROZEN,
    "TransferOut": Kind.LICENSE_TRANSFERRED_OUT,
    "IssueBatch": Kind.LICENSE_BATCH_ISSUED,
    "RenewBatch": Kind.LICENSE_BATCH_RENEWED,
    "Represent": Kind.REPRESENTATION_MADE,
    "EndRepresentation": Kind.REPRESENTATION_ENDED,
    **SHARING_KINDS,
}


def hash32(text: str) -> str:
    """A 32-byte value that stands for `text`, 0x-hex."""
    return "0x" + keccak(text.encode()).hex()


_HANDLES: dict[str, str] = {}


def id_of(text: str, issuer: str = BUREAU) -> str:
    """The id of the license that `text` stands for, as its issuer makes it, 0x-hex."""
    handle = hash32("handle of " + text)
    made = "0x" + objects.license_id(LEDGER_ID, issuer, _raw(handle)).hex()
    _HANDLES[made] = handle
    return made


def handle_of(license_id: str) -> str:
    """The handle that makes an id of `id_of`; that of any other is zeros, which make no id."""
    return _HANDLES.get(license_id, NO_HASH)


def _raw(value: Any) -> bytes:
    return bytes.fromhex(value.removeprefix("0x")) if isinstance(value, str) else bytes(value)


def _word(text: str) -> str:
    return "0x" + objects.ascii32(text).hex()


def _batch(members: Mapping[str, Any]) -> bytes:
    return objects.batch_object(objects.from_ascii32(members["issuer"]), _raw(members["root"]))


def _power(members: Mapping[str, Any]) -> bytes:
    body = objects.organisation_object(objects.from_ascii32(members["body"]))
    return objects.power_object(objects.from_ascii32(members["licenseType"]), body, members["region"])


def _entitlement(members: Mapping[str, Any]) -> bytes:
    code, issuer = members["licenseType"], members["issuer"]
    return objects.entitlement_object(objects.from_ascii32(code), objects.from_ascii32(issuer))


def _recognition(members: Mapping[str, Any]) -> bytes:
    code = objects.from_ascii32(members["licenseType"])
    return objects.recognition_object(members["fromRegion"], members["toRegion"], code)


def _representation(members: Mapping[str, Any]) -> bytes:
    return objects.representation_object(_raw(members["licenseId"]), _raw(members["representative"]))


SECOND_OF: dict[str, tuple[Kind, Callable[[Mapping[str, Any]], bytes]]] = {
    "Amend": (Kind.LICENSE_ISSUED_BY_AMENDMENT, lambda m: _raw(m["newLicenseId"])),
    "SucceedRegion": (Kind.REGION_FOLLOWED, lambda m: objects.region_object(m["successor"])),
    "RotateKey": (Kind.KEY_REGISTERED_BY_ROTATION, lambda m: objects.key_object(_raw(m["newKey"]))),
    "RecoverKey": (Kind.KEY_REGISTERED_BY_RECOVERY, lambda m: objects.key_object(_raw(m["newKey"]))),
    "RenewBatch": (Kind.LICENSE_BATCH_ISSUED_BY_RENEWAL, lambda m: _batch(m)),
}
"""Messages that make two records: the second's kind and object. Leaves go with the second alone."""


@lru_cache(maxsize=1024)
def key_of(name: str) -> Signer:
    """The SM2 key of a body or region, always the same for one name."""
    scalar = int.from_bytes(sm3(b"simulated key of " + name.encode()), "big") % (N - 2) + 1
    return crypto.signer(scalar.to_bytes(32, "big"))


def key_id_of(name: str) -> str:
    """Its id, 0x-hex."""
    return "0x" + key_id(key_of(name).public_key).hex()


@dataclass(frozen=True)
class Block:
    """One block: its header and the records that it holds."""

    header: Header
    records: tuple[Record, ...] = ()


@dataclass
class LedgerSimulator:
    """An honest ledger of one chain, block by block.

    Every command makes a block of its own, except inside `with ledger.one_block():`.

    Attributes:
        ledger_id: First head of the Journal.
        sign: Whether signatures are made; without, their bytes are fixed, which is faster.
        blocks: The chain from its genesis block.
        calls: How often each method of the reader was asked, for tests of economy.
        elsewhere: Addresses from which contracts write, by name, where they break the rules.
    """

    ledger_id: bytes = LEDGER_ID
    sign: bool = True
    blocks: list[Block] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)
    _pending: list[Record] = field(default_factory=list)
    _open: bool = False
    _fork: int = 0
    _heads: list[bytes] = field(default_factory=list)
    _words: dict[bytes, bytes] = field(default_factory=dict)
    _time: int = GENESIS_TIME

    def __post_init__(self) -> None:
        if not self.blocks:
            self._heads = [self.ledger_id]
            self._close(ZERO32)

    # --- the chain ------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """Seconds since 1970 of the block in the making."""
        return self._time

    def wait(self, seconds: int) -> None:
        """Let time pass before the next block."""
        self._time += seconds

    def mine(self, count: int = 1) -> None:
        """Add empty blocks."""
        for _ in range(count):
            self._close(self._parent())

    @contextmanager
    def one_block(self) -> Iterator[None]:
        """All records of the `with` stand in one block."""
        self._open = True
        try:
            yield
        finally:
            self._open = False
        self._close(self._parent())

    def reorganise(self, depth: int) -> None:
        """Forget the newest `depth` blocks; what is mined next makes another chain."""
        kept = self.blocks[:-depth]
        assert kept, "the genesis block stays"
        self._fork += 1
        self.blocks, self._heads, self._words = kept, [self.ledger_id], {}
        for record in self._all():
            self._digest(record)
        self._time = kept[-1].header.time + BLOCK_SECONDS

    @property
    def seq(self) -> int:
        """Records so far."""
        return len(self._heads) - 1

    def object_word(self, object_id: bytes) -> bytes:
        """The Journal's word of an object now."""
        return self._words.get(object_id, ZERO32)

    def state(self) -> State:
        """What all records add up to, applied in memory."""
        state = State(self.ledger_id)
        for record in self._all():
            state.apply(fact_of(record))
        return state

    # --- records --------------------------------------------------------------------------

    def append(self, kind: int, object_id: bytes, body: bytes, writer: str = "Licenses") -> Record:
        """Append a record as it is, whatever it says."""
        record = Record(
            seq=self.seq + 1,
            object=object_id,
            kind=int(kind),
            writer=self.domain(writer).contract,
            time=self._time,
            body=body,
            block=len(self.blocks),
            tx_hash=hash32(f"transaction {self._fork} {self.seq + 1}"),
            log_index=len(self._pending),
        )
        self._digest(record)
        self._pending.append(record)
        if not self._open:
            self._close(self._parent())
        return record

    def record(
        self, name: str, signers: Sequence[str], /, leaves: Sequence[bytes] = (), **members: Any
    ) -> Record:
        """Sign and record a message of the table; `rev` is the current one unless given."""
        struct = MESSAGES[name]
        object_id = OBJECT_OF[name](members)
        header = {
            "rev": revision(self.object_word(object_id)),
            "signedAt": self._time,
            "notAfter": self._time + DEFAULT_LIFETIME,
        }
        data = struct.data({**header, **members})
        domain = self.domain(struct.contract)
        signatures = [self._signature(domain.signed_message, struct, each, data) for each in signers]
        body = RecordBody(data, tuple(signatures), tuple(leaves))
        if name not in SECOND_OF:
            return self.append(KINDS_OF[name], object_id, body.encode(), struct.contract)
        first = self.append(KINDS_OF[name], object_id, replace(body, leaves=()).encode(), struct.contract)
        kind, object_of = SECOND_OF[name]
        self._seconded(kind, object_of(members), body.encode(), struct.contract)
        return first

    def found(self, threshold: int = 1) -> Record:
        return self.record("Found", [], threshold=threshold)

    def name_contract(self, name: str) -> Record:
        members = {"name": _word(name), "account": self.address(name), "codeHash": hash32("code of " + name)}
        return self.record("NameContract", [], **members)

    def seal(self, *founders: str) -> Record:
        return self.record(
            "Seal",
            founders,
            genesisHash=self.blocks[0].header.hash,
            contractsDigest=hash32("contracts"),
            journalHeadSlot=NO_HASH,
            seq=self.seq,
            head="0x" + self._heads[-1].hex(),
        )

    def add_region(self, region: int, parent: int = 0) -> Record:
        return self.record("AddRegion", [], region=region, parent=parent, nameDigest=hash32(f"name {region}"))

    def add_organisation(self, uscc: str, region: int, level: int = 3) -> Record:
        digest = hash32("name " + uscc)
        return self.record(
            "AddOrganisation", [], uscc=_word(uscc), region=region, level=level, nameDigest=digest
        )

    def register_key(
        self, name: str, owner: bytes, purpose: Purpose = Purpose.SIGN, valid_to: int = 0
    ) -> Record:
        """Register the key called `name` for the object `owner`; the key proves its possession."""
        public = key_of(name).public_key
        return self.record(
            "RegisterKey",
            [name],
            newKey=key_id_of(name),
            owner="0x" + owner.hex(),
            purpose=int(purpose),
            alg=1,
            x="0x" + public[1:33].hex(),
            y="0x" + public[33:].hex(),
            validFrom=self._time,
            validTo=valid_to,
        )

    def end_key(self, name: str, signer: str, valid_to: int) -> Record:
        return self.record("EndKey", [signer], key=key_id_of(name), validTo=valid_to)

    def cut_off_key(self, name: str, signer: str, since: int) -> Record:
        return self.record("CutOffKey", [signer], key=key_id_of(name), since=since)

    def _handed_over(self, name: str, new: str, owner: bytes) -> dict[str, Any]:
        public = key_of(new).public_key
        return {
            "key": key_id_of(name),
            "newKey": key_id_of(new),
            "owner": "0x" + owner.hex(),
            "x": "0x" + public[1:33].hex(),
            "y": "0x" + public[33:].hex(),
            "validFrom": 0,
            "validTo": 0,
        }

    def rotate_key(
        self, name: str, new: str, owner: bytes, purpose: Purpose = Purpose.SIGN, until: int = 0, by: str = ""
    ) -> Record:
        """Hand over from one key to another; the old one signs unless `by` does."""
        members = self._handed_over(name, new, owner)
        return self.record("RotateKey", [by or name, new], **members, purpose=int(purpose), until=until)

    def recover_key(self, name: str, new: str, signer: str, owner: bytes) -> Record:
        return self.record("RecoverKey", [signer, new], **self._handed_over(name, new, owner))

    def succeed_region(self, region: int, successor: int, signers: Sequence[str], since: int = 0) -> Record:
        return self.record("SucceedRegion", signers, region=region, successor=successor, since=since)

    def succeed_organisation(self, uscc: str, successor: str, signer: str, since: int = 0) -> Record:
        members = {"uscc": _word(uscc), "successor": _word(successor), "since": since}
        return self.record("SucceedOrganisation", [signer], **members)

    def succeed(self, name: str, signers: Sequence[str], address: str = "") -> Record:
        """Put a contract in a named one's place."""
        account = address or self.address(f"{name} after {self.seq}")
        named = {"name": _word(name), "account": account, "codeHash": hash32("code of " + account)}
        return self.record("Succeed", signers, **named)

    def set_threshold(self, threshold: int, signers: Sequence[str]) -> Record:
        return self.record("SetThreshold", signers, threshold=threshold)

    def add_relay(self, account: str, region: int, signer: str, until: int) -> Record:
        return self.record("AddRelay", [signer], relay=account, region=region, until=until)

    def end_relay(self, account: str, region: int, signer: str) -> Record:
        return self.record("EndRelay", [signer], relay=account, region=region)

    def register_type(
        self,
        code: str,
        signers: Sequence[str],
        region: int = 0,
        scope: Scope = Scope.NATIONAL,
        ground: int = 1,
        **changes: Any,
    ) -> Record:
        members = {
            "licenseType": _word(code),
            "region": region,
            "definer": _word(code[:18]),
            "schemaDigest": hash32("schema " + code),
            "gradesDigest": hash32("grades " + code),
            "acts": acts_bitmap(frozenset(Act)),
            "scope": int(scope),
            "sharing": int(Sharing.UNCONDITIONAL),
            "ground": ground,
        }
        return self.record("RegisterType", signers, **{**members, **changes})

    def entitle(
        self,
        code: str,
        issuer: str,
        region: int,
        signer: str,
        until: int = 0,
        operator: str = "",
        since: int = 0,
    ) -> Record:
        members = {"licenseType": _word(code), "issuer": _word(issuer), "region": region}
        term = {"operator": _word(operator), "since": since or self._time, "until": until}
        return self.record("Entitle", [signer], **members, **term)

    def end_entitlement(self, code: str, issuer: str, signer: str, until: int) -> Record:
        return self.record(
            "EndEntitlement", [signer], licenseType=_word(code), issuer=_word(issuer), until=until
        )

    def empower(
        self, code: str, body: str, region: int, acts: int, signer: str, until: int = 0, since: int = 0
    ) -> Record:
        members = {"licenseType": _word(code), "body": _word(body), "region": region, "acts": acts}
        return self.record("Empower", [signer], **members, since=since, until=until)

    def end_power(self, code: str, body: str, region: int, signer: str, until: int) -> Record:
        members = {"licenseType": _word(code), "body": _word(body), "region": region}
        return self.record("EndPower", [signer], **members, until=until)

    def recognize(
        self, from_region: int, to_region: int, code: str, signers: Sequence[str], as_type: str = ""
    ) -> Record:
        members = {"fromRegion": from_region, "toRegion": to_region, "licenseType": _word(code)}
        return self.record(
            "Recognize", signers, **members, asType=_word(as_type or code), since=self._time, until=0
        )

    def end_recognition(self, from_region: int, to_region: int, code: str, signer: str, until: int) -> Record:
        members = {"fromRegion": from_region, "toRegion": to_region, "licenseType": _word(code)}
        return self.record("EndRecognition", [signer], **members, until=until)

    def issue(
        self, license_id: str, issuer: str = BUREAU, code: str = NATIONAL_TYPE, by: str = "", **changes: Any
    ) -> Record:
        """Issue a license; `changes` replace members of the message, `digest` for example."""
        members = {**self._license(license_id, issuer, code), **changes}
        return self.record("Issue", [by or issuer], licenseId=license_id, **members)

    def amend(
        self,
        license_id: str,
        new_license_id: str,
        issuer: str = BUREAU,
        code: str = NATIONAL_TYPE,
        act: Act = Act.RENEW,
        by: str = "",
        **changes: Any,
    ) -> Record:
        """Amend a license: two records, on the old one and on the new one."""
        members = {
            "act": int(act),
            "ground": 0,
            "effective": 0,
            "reference": NO_HASH,
            "newLicenseId": new_license_id,
            **self._license(new_license_id, issuer, code),
            **changes,
        }
        return self.record("Amend", [by or issuer], licenseId=license_id, **members)

    def act(
        self,
        license_id: str,
        act: Act,
        issuer: str = BUREAU,
        ground: int = 0,
        by: str = "",
        **changes: Any,
    ) -> Record:
        """Suspend, resume or end a license."""
        words = {"reference": NO_HASH, "cause": NO_HASH}
        members = {"act": int(act), "ground": ground, "effective": 0, "region": 0, **words}
        return self.record("Act", [by or issuer], licenseId=license_id, **{**members, **changes})

    def bind(self, license_id: str, holder_binding: str, issuer: str = BUREAU, by: str = "") -> Record:
        """Bind a device; `issuer` signs, and is the body that the message names unless `by` is."""
        members = {"by": _word(by or issuer), "holderBinding": holder_binding, "method": 1, "assurance": 2}
        return self.record("Bind", [issuer], licenseId=license_id, **members)

    def freeze(self, license_id: str, issuer: str = BUREAU, by: str = "") -> Record:
        """Freeze a binding; as `bind`."""
        return self.record("Freeze", [issuer], licenseId=license_id, by=_word(by or issuer))

    def transfer_out(self, license_id: str, to_region: int, issuer: str = BUREAU) -> Record:
        members = {"toRegion": to_region, "reference": NO_HASH}
        return self.record("TransferOut", [issuer], licenseId=license_id, **members)

    def issue_batch(
        self,
        license_ids: Sequence[str],
        issuer: str = BUREAU,
        code: str = NATIONAL_TYPE,
        by: str = "",
        **terms: Any,
    ) -> list[dict[str, Any]]:
        """Issue a batch; returns the openings of its leaves, in order. `terms` replaces each leaf's."""
        return self._batch_of(license_ids, issuer, code, "IssueBatch", {}, by, terms)

    def renew_batch(
        self,
        batch: str,
        renewed: Sequence[int],
        license_ids: Sequence[str],
        issuer: str = BUREAU,
        code: str = NATIONAL_TYPE,
        signer: str = "",
        **changes: Any,
    ) -> list[dict[str, Any]]:
        """Renew some leaves of a batch (its object, 0x-hex) by another; as `issue_batch`."""
        members = {"earlier": batch, **leaf_words(renewed), **changes}
        return self._batch_of(license_ids, issuer, code, "RenewBatch", members, signer)

    def _batch_of(
        self,
        license_ids: Sequence[str],
        issuer: str,
        code: str,
        name: str,
        more: Mapping[str, Any],
        signer: str = "",
        terms: Mapping[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        rows = [{**self._license(each, issuer, code), **(terms or {})} for each in license_ids]
        leaves = [
            leaf_hash(
                _raw(each),
                code,
                _raw(term["digest"]),
                _raw(term["holderBinding"]),
                term["validFrom"],
                term["validTo"],
            )
            for each, term in zip(license_ids, rows, strict=True)
        ]
        tree = Tree(leaves)
        head = {"issuer": _word(issuer), "licenseType": _word(code)}
        members = {"root": "0x" + tree.root.hex(), "size": len(leaves), **head, **more}
        self.record(name, [signer or issuer], leaves=leaves, **members)
        batch = "0x" + _batch(members).hex()
        names = ("handle", "digest", "holderBinding", "validFrom", "validTo")
        return [
            {
                "batch": batch,
                "index": index,
                "licenseId": each,
                **{name: term[name] for name in names},
                "proof": tuple("0x" + word.hex() for word in tree.proof(index)),
            }
            for index, (each, term) in enumerate(zip(license_ids, rows, strict=True))
        ]

    def open_leaf(self, opening: Mapping[str, Any]) -> Record:
        """Record that a leaf of a batch became a license of its own."""
        body = RecordBody(OPENING.data(opening), ()).encode()
        return self.append(Kind.LICENSE_OPENED, _raw(opening["licenseId"]), body)

    def represent(
        self,
        license_id: str,
        representative: str,
        issuer: str = BUREAU,
        kind: RepresentationKind = RepresentationKind.GUARDIAN,
        scope: int = RepresentationScope.PRESENT,
        since: int = 0,
        until: int = 0,
    ) -> Record:
        """Let a representative stand in for the holder of a license."""
        members = {"kind": int(kind), "scope": int(scope), "since": since, "until": until}
        ids = {"licenseId": license_id, "representative": representative}
        return self.record("Represent", [issuer], **ids, **members, reference=NO_HASH)

    def end_representation(
        self, license_id: str, representative: str, until: int, issuer: str = BUREAU
    ) -> Record:
        ids = {"licenseId": license_id, "representative": representative}
        return self.record("EndRepresentation", [issuer], **ids, until=until)

    # --- LedgerReader ---------------------------------------------------------------------

    def head(self) -> Header:
        self._count("head")
        return self.blocks[-1].header

    def header(self, block: int | str) -> Header:
        self._count("header")
        for each in self.blocks:
            if block in (each.header.number, each.header.hash):
                return each.header
        raise ChainOutageError("CHAIN_NO_BLOCK", block=block)

    def logs(self, from_block: int | None = None, to_block: int | None = None) -> Iterator[RawLog]:
        self._count("logs")
        last = len(self.blocks) - 1 if to_block is None else to_block
        for block in self.blocks[from_block or 0 : last + 1]:
            yield from map(raw_log_of, block.records)

    def records(self, from_block: int | None = None, to_block: int | None = None) -> Iterator[Record]:
        return map(record_of, self.logs(from_block, to_block))

    def records_of(self, object_id: bytes, to_block: int | None = None) -> list[Record]:
        return [each for each in self.records(None, to_block) if each.object == object_id]

    def histories_of(
        self, objects: Collection[bytes], to_block: int | None = None
    ) -> dict[bytes, list[Record]]:
        self._count("histories_of")
        return {each: self.records_of(each, to_block) for each in objects}

    def journal(self, block: int | None = None) -> tuple[int, bytes]:
        self._count("journal")
        last = len(self.blocks) - 1 if block is None else block
        seq = sum(len(each.records) for each in self.blocks[: last + 1])
        return seq, self._heads[seq]

    def proven_journal(self, header: Header) -> tuple[int, bytes]:
        return self.journal(self.header(header.hash).number)

    def proven_words(self, objects: Sequence[bytes], header: Header) -> dict[bytes, bytes]:
        words = dict.fromkeys(objects, ZERO32)
        for record in self._all(self.header(header.hash).number):
            if record.object in words:
                words[record.object] = next_object(words[record.object], record)
        return words

    def doubts_of(self, licenses: Sequence[bytes], block: int | None = None) -> dict[bytes, list[bytes]]:
        self._count("doubts_of")
        found: dict[bytes, list[bytes]] = {each: [] for each in licenses}
        for record in self._all(block):
            if record.kind in (Kind.CORRECTION_OPENED, Kind.CORRECTION_ASKED, Kind.ATTESTED):
                values = record.message()[1]
                about = _raw(values["licenseId"])
                if about in found and values.get("outcome") != Outcome.YES:
                    found[about].append(record.object)
        return found

    def proven_doubts(self, licenses: Sequence[bytes], header: Header) -> dict[bytes, list[bytes]]:
        return self.doubts_of(licenses, self.header(header.hash).number)

    def call(self, contract: str, function: str, *arguments: Any, block: int | None = None) -> Any:
        """`Directory.ledgerId()` and `Licenses.statusAt(id, at, asOf)`; other views are not simulated."""
        match contract, function, arguments:
            case "Directory", "ledgerId", ():
                return self.ledger_id
            case "Licenses", "statusAt", (license_id, at, as_of):
                return self._status("0x" + bytes(license_id).hex(), at, as_of)
        raise ChainOutageError("CHAIN_REFUSED_CALL", method="eth_call", reason=f"{contract}.{function}")

    def check_ledger(self) -> None:
        """It is the ledger that it is."""

    def domain(self, contract: str) -> Domain:
        """The EIP-712 domain of messages to a contract as it stands, or where it breaks the rules."""
        standing = self.elsewhere.get(contract, self.generations(contract)[-1].address)
        return Domain(CHAIN_ID, standing, self.ledger_id)

    def domains(self, contract: str) -> list[Domain]:
        """Those of all its generations."""
        return [Domain(CHAIN_ID, each.address, self.ledger_id) for each in self.generations(contract)]

    def generations(self, contract: str, block: int | None = None) -> tuple[ContractEntry, ...]:
        self._count("generations")
        found = [ContractEntry(self.address(contract), NO_HASH, 0)]
        for record in (*self._all(block), *(self._pending if block is None else ())):
            if record.kind == Kind.CONTRACT_SUCCEEDED:
                found += _next_of(contract, record.message()[1])
        return tuple(found)

    def proven_generations(self, contract: str, header: Header) -> tuple[ContractEntry, ...]:
        return self.generations(contract, self.header(header.hash).number)

    @staticmethod
    def address(contract: str) -> str:
        """Where a contract stands, 0x-hex in lower case."""
        return "0x" + keccak(b"contract " + contract.encode())[:20].hex()

    # --- inside ---------------------------------------------------------------------------

    def _status(self, license_id: str, at: int, as_of: int) -> tuple[int, int, int, int]:
        state = self.state()
        rivals = rivals_of(state, license_id)
        license_ = first_of(rivals, void_as_of(state, as_of), as_of) if rivals else None

        def cut_offs(key: str) -> int | None:
            return cut_off_of(state, key, as_of)

        standing: Standing = status_at(license_, at, as_of, cut_offs)
        act = int(standing.fact.act) if standing.fact else 0
        return int(standing.status), license_.rev if license_ else 0, standing.since, act

    def _license(self, license_id: str, issuer: str, code: str) -> dict[str, Any]:
        return {
            "handle": handle_of(license_id),
            "issuer": _word(issuer),
            "licenseType": _word(code),
            "digest": hash32("digest " + license_id),
            "holderBinding": NO_HASH,
            "validFrom": GENESIS_TIME,
            "validTo": GENESIS_TIME + 3650 * DAY,
        }

    def _seconded(self, kind: Kind, object_id: bytes, body: bytes, writer: str) -> None:
        """The second record of one message stands in the block of the first."""
        if self._open:
            self.append(kind, object_id, body, writer)
            return
        last = self.blocks.pop()
        self._time = last.header.time
        self._pending = list(last.records)
        self.append(kind, object_id, body, writer)

    def _signature(
        self, message: Callable[..., bytes], struct: Any, name: str, data: bytes
    ) -> RecordSignature:
        signer = key_of(name)
        identity = key_id(signer.public_key)
        raw = signer.sign(message(struct, identity, data)) if self.sign else bytes(31) + b"\1" + b"\2" * 32
        return RecordSignature(identity, 1, raw[:32], raw[32:])

    def _digest(self, record: Record) -> None:
        self._heads.append(next_head(self._heads[-1], record))
        self._words[record.object] = next_object(self.object_word(record.object), record)

    def _all(self, to_block: int | None = None) -> Iterator[Record]:
        last = len(self.blocks) - 1 if to_block is None else to_block
        for block in self.blocks[: last + 1]:
            yield from block.records

    def _parent(self) -> bytes:
        return _raw(self.blocks[-1].header.hash)

    def _close(self, parent: bytes) -> None:
        content = b"".join(keccak(record.body) for record in self._pending)
        shape = {
            **_HEADER_SHAPE,
            "parentHash": "0x" + parent.hex(),
            "stateRoot": "0x" + keccak(self._heads[-1]).hex(),
            "transactionsRoot": "0x" + keccak(content + bytes([self._fork])).hex(),
            "receiptsRoot": "0x" + keccak(content).hex(),
            "number": hex(len(self.blocks)),
            "timestamp": hex(self._time),
        }
        self.blocks.append(Block(header_of({**shape, "hash": _hash(shape)}), tuple(self._pending)))
        self._pending = []
        self._time += BLOCK_SECONDS

    def _count(self, name: str) -> None:
        self.calls[name] = self.calls.get(name, 0) + 1


def _next_of(contract: str, succeeded: Mapping[str, Any]) -> list[ContractEntry]:
    """What a succession puts in the place of a contract: with the Directory its Keys and Journal, too."""
    name, account = objects.from_ascii32(succeeded["name"]), str(succeeded["account"])
    if name == contract:
        return [ContractEntry(account, str(succeeded["codeHash"]), 0)]
    if name == "Directory" and contract in ("Keys", "Journal"):
        return [ContractEntry(hash32(f"{contract} of {account}")[:42], NO_HASH, 0)]
    return []


def _hash(shape: Mapping[str, str]) -> str:
    fields = []
    for name in _ORDER:
        number = int(shape[name], 16) if name in _NUMBERS else 0
        is_number = name in _NUMBERS
        fields.append(
            number.to_bytes((number.bit_length() + 7) // 8, "big") if is_number else _raw(shape[name])
        )
    return "0x" + keccak(encode_rlp(fields)).hex()


def founded_ledger(sign: bool = True) -> LedgerSimulator:
    """A sealed ledger of two regions, two bodies, two types, entitlements and one agreement."""
    ledger = LedgerSimulator(sign=sign)
    ledger.found(threshold=1)
    for name in CONTRACT_NAMES:
        ledger.name_contract(name)
    for region, parent in ((SHANGHAI, 0), (ZHEJIANG, 0), (QINGPU, SHANGHAI), (JIASHAN, ZHEJIANG)):
        ledger.add_region(region, parent)
        ledger.register_key(str(region), objects.region_object(region), Purpose.GOVERN)
    for uscc, region in ((BUREAU, QINGPU), (OFFICE, JIASHAN)):
        ledger.add_organisation(uscc, region)
        ledger.register_key(uscc, objects.organisation_object(uscc))
    relay = "0x" + "11" * 20
    ledger.add_relay(relay, SHANGHAI, str(SHANGHAI), GENESIS_TIME + 3650 * DAY)
    ledger.register_type(NATIONAL_TYPE, [str(SHANGHAI), str(ZHEJIANG)])
    ledger.register_type(REGIONAL_TYPE, [str(SHANGHAI)], SHANGHAI, Scope.REGIONAL, ground=0)
    for code in (NATIONAL_TYPE, REGIONAL_TYPE):
        ledger.entitle(code, BUREAU, QINGPU, str(SHANGHAI))
        ledger.entitle(code, OFFICE, JIASHAN, str(ZHEJIANG))
    ledger.recognize(SHANGHAI, ZHEJIANG, REGIONAL_TYPE, [str(SHANGHAI), str(ZHEJIANG)])
    ledger.seal(str(SHANGHAI), str(ZHEJIANG))
    return ledger


def every_kind(ledger: LedgerSimulator) -> LedgerSimulator:
    """Add to a founded ledger at least one record of every kind that the founding lacks."""
    ids = [id_of(f"license {n}", OFFICE if n == 4 else BUREAU) for n in range(6)]
    for each in ids[:4]:
        ledger.issue(each)
    held = id_of("a license that is bound")
    ledger.issue(held, code=REGIONAL_TYPE, holderBinding=device_of("device").binding)
    SharingRecords(ledger).every_kind(held)
    ledger.issue(ids[4], OFFICE, REGIONAL_TYPE)
    ledger.amend(ids[0], ids[5])
    ledger.act(ids[1], Act.SUSPEND, ground=21)
    ledger.act(ids[1], Act.RESUME, ground=25)
    ledger.act(ids[2], Act.ANNUL, ground=40, reference=hash32("reference"), cause=hash32("cause"))
    ledger.empower(NATIONAL_TYPE, OFFICE, SHANGHAI, 1 << Act.SUSPEND, str(SHANGHAI))
    ledger.act(ids[1], Act.SUSPEND, OFFICE, ground=20, region=SHANGHAI)
    ledger.end_power(NATIONAL_TYPE, OFFICE, SHANGHAI, str(SHANGHAI), ledger.now + DAY)
    ledger.act(ids[1], Act.RESUME, OFFICE, ground=24, region=SHANGHAI)
    ledger.bind(ids[3], hash32("binding"))
    ledger.freeze(ids[3])
    ledger.register_key("spare", objects.organisation_object(BUREAU))
    ledger.end_key("spare", str(SHANGHAI), ledger.now + DAY)
    ledger.cut_off_key("spare", str(SHANGHAI), ledger.now)
    relay = "0x" + "22" * 20
    ledger.add_relay(relay, ZHEJIANG, str(ZHEJIANG), ledger.now + DAY)
    ledger.end_relay(relay, ZHEJIANG, str(ZHEJIANG))
    ledger.end_entitlement(NATIONAL_TYPE, OFFICE, str(ZHEJIANG), ledger.now)
    ledger.end_recognition(SHANGHAI, ZHEJIANG, REGIONAL_TYPE, str(SHANGHAI), ledger.now)
    ledger.transfer_out(ids[4], SHANGHAI, OFFICE)
    ledger.represent(ids[3], hash32("representative"))
    ledger.end_representation(ids[3], hash32("representative"), ledger.now + DAY)
    openings = ledger.issue_batch([id_of(f"leaf {n}") for n in range(5)])
    renewed = [id_of(f"renewed leaf {n}") for n in range(2)]
    ledger.renew_batch(openings[0]["batch"], [1, 2], renewed)
    ledger.open_leaf(openings[3])
    ledger.act(openings[3]["licenseId"], Act.SUSPEND, ground=21)
    ledger.issue(openings[2]["licenseId"], digest=hash32("on another machine"))
    ledger.open_leaf(openings[2])
    ledger.act(openings[2]["licenseId"], Act.SUSPEND, ground=21)
    bureau, province = objects.organisation_object(BUREAU), objects.region_object(ZHEJIANG)
    ledger.rotate_key(BUREAU, "rotated", bureau, until=ledger.now + 30 * DAY)
    ledger.register_key("recovery", province, Purpose.RECOVER)
    ledger.recover_key(str(ZHEJIANG), "recovered", "recovery", province)
    ledger.set_threshold(1, [str(SHANGHAI)])
    ledger.succeed_organisation(OFFICE, BUREAU, str(SHANGHAI))
    ledger.succeed_region(JIASHAN, ZHEJIANG, ["recovered"])
    named = {"name": _word("Catalog"), "account": ledger.address("Catalog 2"), "codeHash": hash32("code 2")}
    ledger.record("Succeed", [str(SHANGHAI)], **named)
    return ledger


def standing_of(reader: LedgerSimulator, license_id: str, at: int) -> int:
    """The status number of a license now, as a contract would answer."""
    status: int = reader.call("Licenses", "statusAt", _raw(license_id), at, at)[0]
    return status


__all__ = [
    "BUREAU",
    "CHAIN_ID",
    "DAY",
    "GENESIS_TIME",
    "JIASHAN",
    "LEDGER_ID",
    "NATIONAL_TYPE",
    "OFFICE",
    "QINGPU",
    "REGIONAL_TYPE",
    "SHANGHAI",
    "ZHEJIANG",
    "Block",
    "LedgerSimulator",
    "every_kind",
    "founded_ledger",
    "handle_of",
    "hash32",
    "id_of",
    "key_id_of",
    "key_of",
    "standing_of",
]
