"""Parts that the tests of state, standing, verification and replay share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from ledger.domain import objects
from ledger.domain.acts import Act
from ledger.domain.apply import State
from ledger.domain.entities import License, LicenseFact
from ledger.domain.lifecycle import effective_time
from ledger.domain.records import RawLog, Record, raw_log_of
from ledger.domain.trustfile import CONTRACT_NAMES, ContractEntry, TrustFile
from ledger.proof.headers import Header
from ledger.proof.journal import next_head
from ledger.service.partial_state import state_of
from tests.simulator import BUREAU, CHAIN_ID, NO_HASH, LedgerSimulator, key_id_of, key_of

FROM, TO = 1_000, 9_000


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still."""

    seconds: int

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)


def trust_of(ledger: LedgerSimulator) -> TrustFile:
    """The trust file of a simulated ledger, without a seal."""
    return TrustFile(
        ledger_id="0x" + ledger.ledger_id.hex(),
        chain_id=CHAIN_ID,
        genesis_hash=ledger.blocks[0].header.hash,
        rpc=("simulated",),
        api=None,
        contracts={name: ContractEntry(ledger.address(name), NO_HASH, 0) for name in CONTRACT_NAMES},
        journal_head_slot=NO_HASH,
        seal=None,
    )


def registration(
    name: str, purpose: int = 1, owner: bytes = objects.organisation_object(BUREAU)
) -> dict[str, Any]:
    """Members of the registration of the key called `name` for a body, by its object."""
    public = key_of(name).public_key
    return {
        "newKey": key_id_of(name),
        "owner": "0x" + owner.hex(),
        "purpose": purpose,
        "alg": 1,
        "x": "0x" + public[1:33].hex(),
        "y": "0x" + public[33:].hex(),
        "validFrom": 0,
        "validTo": 0,
    }


def asked_for(
    ledger: LedgerSimulator, wanted: Callable[[State], Collection[bytes]]
) -> tuple[State, set[bytes]]:
    """What those histories tell that are asked for, and whose they are: until nothing more is wanted."""
    state, loaded = State(ledger.ledger_id), set[bytes]()
    while more := set(wanted(state)) - loaded:
        loaded |= more
        state = state_of(ledger.ledger_id, [each for each in ledger.records() if each.object in loaded])
    return state, loaded


@dataclass
class Tampered:
    """A node that serves other records than the chain holds, with the true journal."""

    ledger: LedgerSimulator
    served: list[Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.served = self.served or list(self.ledger.records())

    @property
    def ledger_id(self) -> bytes:
        return self.ledger.ledger_id

    def head(self) -> Header:
        return self.ledger.head()

    def header(self, block: int | str) -> Header:
        return self.ledger.header(block)

    def logs(self, from_block: int | None = None, to_block: int | None = None) -> Sequence[RawLog]:
        return [raw_log_of(record) for record in self._until(to_block)]

    def records_of(self, object_id: bytes, to_block: int | None = None) -> list[Record]:
        return [record for record in self._until(to_block) if record.object == object_id]

    def histories_of(
        self, objects: Collection[bytes], to_block: int | None = None
    ) -> dict[bytes, list[Record]]:
        return {each: self.records_of(each, to_block) for each in objects}

    def _until(self, block: int | None) -> list[Record]:
        return [record for record in self.served if block is None or record.block <= block]

    def journal(self, block: int | None = None) -> tuple[int, bytes]:
        return self.ledger.journal(block)

    def proven_journal(self, header: Header) -> tuple[int, bytes]:
        return self.ledger.proven_journal(header)

    def proven_words(self, objects: Sequence[bytes], header: Header) -> dict[bytes, bytes]:
        return self.ledger.proven_words(objects, header)

    def doubts_of(self, licenses: Sequence[bytes], block: int | None = None) -> dict[bytes, list[bytes]]:
        return self.ledger.doubts_of(licenses, block)

    def proven_doubts(self, licenses: Sequence[bytes], header: Header) -> dict[bytes, list[bytes]]:
        return self.ledger.proven_doubts(licenses, header)

    def generations(self, contract: str, block: int | None = None) -> tuple[ContractEntry, ...]:
        return self.ledger.generations(contract, block)

    def proven_generations(self, contract: str, header: Header) -> tuple[ContractEntry, ...]:
        return self.ledger.proven_generations(contract, header)

    def check_ledger(self) -> None:
        """It is the ledger that it is."""


@dataclass
class Colluding(Tampered):
    """The same, and its journal agrees with what it serves: as if the contracts had let it pass."""

    def journal(self, block: int | None = None) -> tuple[int, bytes]:
        head = self.ledger.ledger_id
        for record in self.served:
            head = next_head(head, record)
        return self.served[-1].seq, head


def fact(
    act: Act, at: int, effective: int = 0, key: str = "0xk", seq: int = 0, successor: str = ""
) -> LicenseFact:
    """A fact recorded at a moment, with its default effect unless told otherwise."""
    return LicenseFact(
        seq=seq or at,
        act=act,
        ground=0,
        recorded_at=at,
        effective=effective_time(act, effective, at, FROM),
        key_id=key,
        successor=successor or (f"0xnext{at}" if act in AMENDS else ""),
    )


AMENDS = (Act.CHANGE, Act.CORRECT, Act.RENEW, Act.REPLACE, Act.REISSUE, Act.TRANSFER_IN)


def license_of(*facts: LicenseFact, issued_at: int = 500, valid_to: int = TO, key: str = "0xk") -> License:
    """A license in force from 1000 to 9000, issued at 500, with these facts after its issue."""
    first = replace(fact(Act.ISSUE, issued_at, FROM, key), seq=1)
    return License(
        rev=1 + len(facts),
        license_id="0x01",
        issuer="issuer",
        license_type="type",
        region=310118,
        digest="0xd",
        holder_binding=NO_HASH,
        valid_from=FROM,
        valid_to=valid_to,
        facts=(first, *facts),
    )
