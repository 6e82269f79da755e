"""How this process reaches one ledger: its trust file, its nodes, its index and its queue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from threading import Lock

from ledger import crypto
from ledger.adapters.artifacts import load_artifacts
from ledger.adapters.chain import Addresses, Chain
from ledger.adapters.clock import SystemClock, SystemEntropy
from ledger.adapters.founder import ReleasedContracts
from ledger.adapters.index import SqlIndex, open_index
from ledger.adapters.outbox import FileOutbox
from ledger.adapters.rpc import Rpc
from ledger.adapters.sender import Sender
from ledger.adapters.sqlite.queue import SqliteQueue
from ledger.domain.apply import APPLY_VERSION
from ledger.domain.entities import Ledger as Records
from ledger.domain.entity_json import ENTITY_OF, state_digest
from ledger.domain.messages import Domain
from ledger.domain.signed_message import Call
from ledger.domain.state import StateView, typed
from ledger.domain.trustfile import TrustFile, read_trust_file
from ledger.errors import LedgerError, OutageError, UsageError
from ledger.ports import Index, Verifier
from ledger.service.follow import Follow
from ledger.service.fsck import Fsck, check_index
from ledger.service.live_index import LiveIndex, Sight
from ledger.service.replay import ReplayedRecord, ReplayLedger
from ledger.service.sources import Asked, Histories
from ledger.service.submission import DomainOf, Messages, Submissions
from ledger.service.succession import MakeSuccessors
from ledger.settings import Settings


class Reach:
    """One ledger as this process reaches it: made from settings, opened when first needed.

    Args:
        settings: Where everything is.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock, self.entropy = SystemClock(), SystemEntropy()
        self._looking = Lock()

    @cached_property
    def trust(self) -> TrustFile:
        """The pinned trust file, its seal checked.

        Raises:
            UsageError: `NETWORK_MISSING`.
            MalformedError: `TRUST_FILE`.
            BadSignatureError: `SEAL_SIGNATURE`.
        """
        try:
            data = self.settings.network.read_bytes()
        except OSError:
            raise UsageError("NETWORK_MISSING", path=str(self.settings.network)) from None
        trust = read_trust_file(data)
        trust.check_seal(self.verifier)
        return trust.with_rpc(self.settings.rpc) if self.settings.rpc else trust

    @cached_property
    def verifier(self) -> Verifier:
        """The SM2 verifier of this process."""
        return crypto.verifier()

    @cached_property
    def readers(self) -> list[Chain]:
        """One reader per endpoint."""
        if not self.trust.rpc:
            raise UsageError("RPC_MISSING")
        artifacts = load_artifacts()
        return [Chain(Rpc(url), self.trust, artifacts) for url in self.trust.rpc]

    @cached_property
    def reader(self) -> Chain:
        """The endpoints as one: whichever answers first."""
        if not self.trust.rpc:
            raise UsageError("RPC_MISSING")
        return Chain(Rpc(self.trust.rpc), self.trust, load_artifacts())

    @cached_property
    def sender(self) -> Sender:
        """The relay of this process."""
        rpc = Rpc(self.trust.rpc[0])
        addresses = Addresses(Chain(rpc, self.trust, load_artifacts()))
        return Sender(rpc, self.settings.relay_key, addresses, load_artifacts())

    @cached_property
    def submissions(self) -> Submissions:
        """Prepares and submits messages one by one."""
        return Submissions(self.domain_by_slots, self.sender, self.clock)

    def domain_by_slots(self, contract: str) -> Domain:
        """Of messages to a contract of the ledger, or to what took its place as the contracts tell."""
        return replace(self.trust.domain(contract), contract=self.reader.generations(contract)[-1].address)

    def domain_of_records(self, contract: str) -> Domain:
        """The same as the records tell, so that it is known while no node answers."""
        return self.domain_in(self.look().index)(contract)

    def successors(self) -> MakeSuccessors:
        """Makes contracts that are to take the place of others."""

        def maker() -> ReleasedContracts:
            return ReleasedContracts(self.sender, self.sender.rpc, load_artifacts())

        return MakeSuccessors(self.reader, maker, FileOutbox(self.settings.home / "successors"))

    @cached_property
    def messages(self) -> Messages:
        """Prepares messages; needs no relay key."""
        return Messages(self.domain_of_records, self.clock)

    @cached_property
    def queue(self) -> SqliteQueue:
        """The accepted messages of this home."""
        return SqliteQueue(self.settings.home / "outbox.sqlite3", self.trust.domain, self.clock)

    def look(self) -> Sight:
        """The ledger through the index, as near as can be had."""
        with self._looking:
            return self._live.look()

    def seen(self) -> Index | None:
        """The ledger as a node shows it now, or None where none is named or answers.

        Raises:
            TrustError: What the node serves does not add up.
        """
        sight = self.look() if self.trust.rpc else None
        return sight.index if sight is not None and sight.is_fresh else None

    @cached_property
    def _live(self) -> LiveIndex:
        return LiveIndex(lambda: self.following().sync(), self.index, self.clock, self.queue)

    def following(self) -> Follow:
        """What brings the index up to the chain."""
        return Follow(self.reader, self.index)

    def _try(self, call: Call) -> int | LedgerError:
        """What a contract says to a call of this process's relay; nothing is sent."""
        [answer] = self.sender.estimates([call])
        return answer

    def histories(self, asked: Asked) -> Histories:
        """Connect, check that it is this ledger, and authenticate a head."""
        is_one_enough = asked.level == "rpc" or asked.head is not None
        return Histories([self.reader] if is_one_enough else self.readers, asked)

    def replay(
        self,
        on_record: Callable[[ReplayedRecord], None] | None = None,
        on_progress: Callable[[int], None] | None = None,
    ) -> ReplayLedger:
        """The replay service."""
        return ReplayLedger(self.trust, self.verifier, self.clock, on_record, on_progress)

    @cached_property
    def index(self) -> SqlIndex:
        """The index of this home, as far as it has followed the ledger."""
        return open_index(self.settings.home, bytes.fromhex(self.trust.ledger_id[2:]))

    def follow(self) -> SqlIndex:
        """The index, brought up to the chain's head."""
        self.following().sync()
        return self.index

    def live_digest(self) -> str:
        """The state digest of the live index, to be compared with a replay's."""
        index = self.follow()
        tables = {table: dict(index.entities(table)) for table in ENTITY_OF}
        return state_digest({name: rows for name, rows in tables.items() if rows}, APPLY_VERSION)

    def domain_in(self, state: StateView) -> DomainOf:
        """Of messages to contracts of the pinned ledger, as somebody tells which took their places."""

        def domain(contract: str) -> Domain:
            pinned, told = self.trust.domain(contract), typed(state, "ledger", "ledger", Records) or Records()
            return replace(pinned, contract=[pinned.contract, *told.generations(contract)][-1])

        return domain

    def now(self) -> int:
        """Unix seconds of this machine's clock."""
        return int(self.clock.now().timestamp())

    def domain_now(self, contract: str) -> Domain:
        """Of messages to a contract, as its chain tells; as the trust file says while no node answers."""
        try:
            return self.domain_by_slots(contract)
        except OutageError:
            return self.trust.domain(contract)

    def fsck(self) -> Fsck:
        """The index compared with the ledger, row by row."""
        return check_index(self.reader, self.index)
