"""Where a verifier gets histories from, and how far they are to be believed.

`rpc` takes one node's word. `quorum` takes a head that several nodes agree on. `state` proves each
history: the Journal keeps one word per object, and that word is proved under an authenticated
header, so a node that leaves out, invents or edits a record is found out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ledger.domain.facts import Fact, fact_of
from ledger.domain.records import Record
from ledger.domain.trustfile import ContractEntry
from ledger.errors import BadProofError, OutageError, TrustError, UsageError
from ledger.ports import LedgerReader
from ledger.proof.headers import Header
from ledger.proof.journal import object_word

LEVELS = ("rpc", "quorum", "state", "seals")


@dataclass(frozen=True)
class Asked:
    """The trust that the caller asks for.

    Attributes:
        level: One of `LEVELS`.
        head: Pinned block hash, 0x-hex, or None.
    """

    level: str = "rpc"
    head: str | None = None


class Histories:
    """Complete histories of objects up to one head; each is fetched and authenticated once.

    Args:
        readers: One per endpoint; the first that answers serves the records.
        asked: The trust asked for.
    """

    def __init__(self, readers: Sequence[LedgerReader], asked: Asked) -> None:
        if asked.level not in LEVELS:
            raise UsageError("TRUST_LEVEL", level=asked.level, levels=", ".join(LEVELS))
        self._readers, self._asked = readers, asked
        self._known: dict[bytes, list[Record]] = {}
        self._facts: dict[bytes, list[Fact]] = {}
        self._generations: dict[str, tuple[ContractEntry, ...]] = {}
        self.header, self.level = self._anchor()

    @property
    def is_pinned(self) -> bool:
        """Whether the caller named the head; its age is then shown, not judged."""
        return self._asked.head is not None

    def require_level(self) -> None:
        """Go on only where the trust asked for was reached.

        Raises:
            TrustError: `TRUST_NOT_REACHED`.
        """
        if self.level != self._asked.level:
            raise TrustError("TRUST_NOT_REACHED", asked=self._asked.level, reached=self.level)

    @property
    def ledger_id(self) -> bytes:
        """The ledger that they are of, 32 bytes."""
        return self.reader.ledger_id

    @property
    def reader(self) -> LedgerReader:
        """The endpoint that serves the records."""
        return self._readers[0]

    def _anchor(self) -> tuple[Header, str]:
        """The head to answer from, and the level that it gives."""
        self.reader.check_ledger()
        wants_state = self._asked.level in ("state", "seals")
        if self._asked.head is not None:
            header = self.reader.header(self._asked.head)
            return header, "state" if wants_state else "rpc"
        header, agreed = self._agreed_head()
        if not agreed:
            return header, "rpc"
        return header, "state" if wants_state else "quorum" if self._asked.level == "quorum" else "rpc"

    def _agreed_head(self) -> tuple[Header, bool]:
        """The newest head that the endpoints share, and whether a majority of them, two at least, has it.

        Endpoints that do not answer count as silent; one that answers otherwise is a split view.
        """
        if len(self._readers) < 2 or self._asked.level == "rpc":
            return self.reader.head(), False
        heads = [(reader, head) for reader in self._readers if (head := _head_of(reader)) is not None]
        if not heads:
            return self.reader.head(), False
        needed = max(2, len(self._readers) // 2 + 1)
        self._readers = [reader for reader, _ in heads]
        lowest = min(head.number for _, head in heads)
        headers = [reader.header(lowest) for reader in self._readers]
        if len({header.hash for header in headers}) > 1:
            raise TrustError("SPLIT_VIEW", number=lowest)
        return headers[0], len(heads) >= needed

    def of(self, objects: Collection[bytes]) -> list[Record]:
        """All records about these objects, by seq.

        Raises:
            BadProofError: `HISTORY_NOT_PROVED`: a history does not add up to its proved word.
        """
        self._fetch(objects)
        return sorted((record for each in objects for record in self._known[each]), key=_seq)

    def facts_of(self, objects: Collection[bytes]) -> list[Fact]:
        """The same, decoded; each record once, however often it is asked for.

        Raises:
            TrustError: As `of`; `BAD_RECORD`: a record is not what the contracts write.
        """
        self._fetch(objects)
        for each in objects:
            if each not in self._facts:
                self._facts[each] = [fact_of(record) for record in self._known[each]]
        return sorted((fact for each in objects for fact in self._facts[each]), key=_seq)

    @property
    def known(self) -> set[bytes]:
        """The objects whose histories are here and could be decoded."""
        return set(self._facts)

    def forget(self, objects: Collection[bytes]) -> None:
        """Let go of histories that are not asked for again, so that many thousands pass through."""
        for each in objects:
            self._known.pop(each, None)
            self._facts.pop(each, None)

    def _fetch(self, objects: Collection[bytes]) -> None:
        fresh = [each for each in objects if each not in self._known]
        if not fresh:
            return
        histories = self.reader.histories_of(fresh, self.header.number)
        if self.level == "state":
            self._prove(histories)
        elif self.level == "quorum":
            self._compare(histories)
        self._known |= histories

    def doubts_of(self, licenses: Sequence[bytes]) -> dict[bytes, list[bytes]]:
        """Objects of all corrections about each license, in order; at level `state` proved to be all.

        Raises:
            TrustError: `SPLIT_VIEW`; at `state` what is not proved.
        """
        if self.level == "state":
            return self.reader.proven_doubts(licenses, self.header)
        own = self.reader.doubts_of(licenses, self.header.number)
        others = self._readers[1:] if self.level == "quorum" else []
        if any(other.doubts_of(licenses, self.header.number) != own for other in others):
            raise TrustError("SPLIT_VIEW", number=self.header.number)
        return own

    def generations(self, contract: str) -> tuple[ContractEntry, ...]:
        """A contract of the trust file and those that took its place until the head.

        Followed by proof at level `state`; else as the node says, at `quorum` as every endpoint says.

        Raises:
            TrustError: `SPLIT_VIEW`; at `state` a successor that is not proved.
        """
        if contract not in self._generations:
            self._generations[contract] = self._followed(contract)
        return self._generations[contract]

    def unproved(self, *contracts: str) -> tuple[str, ...]:
        """A flag where one of these was succeeded and only nodes' word leads to what took its place."""
        is_told = self.level != "state" and any(len(self.generations(each)) > 1 for each in contracts)
        return ("SUCCESSOR_UNPROVED",) if is_told else ()

    def _followed(self, contract: str) -> tuple[ContractEntry, ...]:
        if self.level == "state":
            return self.reader.proven_generations(contract, self.header)
        own = self.reader.generations(contract, self.header.number)
        others = self._readers[1:] if self.level == "quorum" else []
        if any(other.generations(contract, self.header.number) != own for other in others):
            raise TrustError("SPLIT_VIEW", number=self.header.number)
        return own

    def journal(self) -> tuple[int, bytes]:
        """(seq, head) of the Journal; at level `quorum` every endpoint says the same.

        Raises:
            TrustError: `SPLIT_VIEW`.
        """
        own = self.reader.journal(self.header.number)
        others = self._readers[1:] if self.level == "quorum" else []
        if any(other.journal(self.header.number) != own for other in others):
            raise TrustError("SPLIT_VIEW", number=self.header.number)
        return own

    def _compare(self, histories: dict[bytes, list[Record]]) -> None:
        """Every endpoint serves the same histories."""
        words = {each: object_word(records) for each, records in histories.items()}
        for other in self._readers[1:]:
            told = other.histories_of(list(words), self.header.number)
            if any(object_word(told[each]) != word for each, word in words.items()):
                raise TrustError("SPLIT_VIEW", number=self.header.number)

    def _prove(self, histories: dict[bytes, list[Record]]) -> None:
        words = self.reader.proven_words(list(histories), self.header)
        for each, records in histories.items():
            if object_word(records) != words[each]:
                raise BadProofError("HISTORY_NOT_PROVED", object="0x" + each.hex())


def _seq(each: Record | Fact) -> int:
    return each.seq


def _head_of(reader: LedgerReader) -> Header | None:
    try:
        return reader.head()
    except OutageError:
        return None
