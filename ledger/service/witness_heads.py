"""Heads of other ledgers that regions of this one vouched for, and whether they still stand there.

Two ledgers that keep each other's heads cannot be rewritten one by one: a record that is changed, left out or
added on one of them before a head that the other has gives another head there (docs/adr/0039). A head is made
from the chain of the ledger that it is of, at the level of trust that is asked for; it is compared by reading
all records of that ledger again and folding them, so that nobody's word about the past is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import IsVoid
from ledger.domain.ledger_head import LedgerHead, head_table, is_head_table, read_head
from ledger.domain.lineage import void_as_of
from ledger.domain.moments import rfc3339
from ledger.domain.sharing_entities import CodeTable
from ledger.domain.trustfile import TrustFile
from ledger.errors import MalformedError, OutageError, RuleError, TrustError, UnknownIdError
from ledger.ports import Entities
from ledger.proof.journal import Walk
from ledger.service import share_owed
from ledger.service.code_tables import region_tables
from ledger.service.kept_forms import KeptForms
from ledger.service.share import ShareOrder
from ledger.service.signing import KeyFile
from ledger.service.sources import Histories

MAX_HEAD_FILE = 1 << 12
"""Bytes of a head's file that are read."""


class HeadOutcome(StrEnum):
    """What became of a head that was vouched for."""

    HOLDS = "HOLDS"
    DIFFERS = "DIFFERS"
    NOT_REACHED = "NOT_REACHED"
    NOT_HERE = "NOT_HERE"
    UNKNOWN_LEDGER = "UNKNOWN_LEDGER"
    UNCHECKED = "UNCHECKED"


CODES = {
    HeadOutcome.HOLDS: "OK",
    HeadOutcome.DIFFERS: "HEAD_DIFFERS",
    HeadOutcome.NOT_REACHED: "HEAD_NOT_REACHED",
    HeadOutcome.NOT_HERE: "HEAD_TEXT_NOT_HERE",
    HeadOutcome.UNKNOWN_LEDGER: "HEAD_LEDGER_UNKNOWN",
    HeadOutcome.UNCHECKED: "HEAD_UNCHECKED",
}
"""Codes of the findings."""


@dataclass(frozen=True)
class Compared:
    """A head, held against its ledger.

    Attributes:
        outcome: Whether it is still so there.
        what: What is otherwise: `ledgerId`, `chainId`, `genesis`, `block`, `seq` or `head`; of a ledger that
            could not be read the code of why; else empty.
    """

    outcome: HeadOutcome
    what: str = ""


@dataclass(frozen=True)
class Witnessed:
    """A version of a code table of heads.

    Attributes:
        region: Which vouched for it.
        table: Name of the table.
        version: Counts from 1.
        digest: Of the head.
        recorded_at: When that was recorded here, in Unix seconds.
        is_void: Whether a key signed it that was compromised then.
        head: Its text; None where this home does not have it.
    """

    region: int
    table: str
    version: int
    digest: str
    recorded_at: int
    is_void: bool
    head: LedgerHead | None

    def as_json(self) -> JsonObject:
        """A member of `heads` of `head list`."""
        head = self.head
        return {
            "region": f"{self.region:06d}",
            "table": self.table,
            "version": self.version,
            "digest": self.digest,
            "publishedAt": rfc3339(self.recorded_at),
            "void": self.is_void,
            "ledgerId": head.ledger_id if head else None,
            "block": head.block if head else None,
            "seq": head.seq if head else None,
            "time": rfc3339(head.time) if head else None,
        }


def head_of(histories: Histories, trust: TrustFile) -> LedgerHead:
    """The head of a ledger at the block that `histories` answers from.

    Raises:
        TrustError: `TRUST_NOT_REACHED`, or what is not proved.
    """
    histories.require_level()
    seq, head = _journal(histories)
    block = histories.header
    named = (trust.ledger_id, trust.chain_id, trust.genesis_hash)
    return LedgerHead(*named, block.number, block.hash, seq, "0x" + head.hex(), block.time)


def _journal(histories: Histories) -> tuple[int, bytes]:
    is_proved = histories.level == "state"
    return histories.reader.proven_journal(histories.header) if is_proved else histories.journal()


def compare(histories: Histories, trust: TrustFile, heads: Sequence[LedgerHead]) -> list[Compared]:
    """Hold heads against their ledger as it stands now; all its records are read once.

    Args:
        histories: Of the ledger, at the level of trust that is asked for.
        trust: Which ledger it is.
        heads: To be compared.

    Raises:
        TrustError: `TRUST_NOT_REACHED`; `HEAD_RECORDS_UNSOUND`: what the node serves is not what its own
            Journal folded.
    """
    histories.require_level()
    folded = _fold(histories, heads)
    return [_compared(histories, trust, folded, each) for each in heads]


@dataclass(frozen=True)
class _Folded:
    """The head and the block of the records that are asked about, by seq; the last seq of all."""

    heads: Mapping[int, str]
    blocks: Mapping[int, int]
    last: int


def _fold(histories: Histories, heads: Sequence[LedgerHead]) -> _Folded:
    wanted = {each.seq for each in heads} | {each.seq + 1 for each in heads}
    walk, found, blocks = Walk(histories.ledger_id), dict[int, str](), dict[int, int]()
    for log in histories.reader.logs(None, histories.header.number):
        record, _ = walk.take(log)
        if record is not None and record.seq in wanted:
            found[record.seq], blocks[record.seq] = "0x" + walk.head.hex(), record.block
    if walk.finish(*_journal(histories)):
        raise TrustError("HEAD_RECORDS_UNSOUND", block=histories.header.number)
    return _Folded(found, blocks, walk.seq)


def _compared(histories: Histories, trust: TrustFile, folded: _Folded, head: LedgerHead) -> Compared:
    pinned = {
        "ledgerId": (head.ledger_id, trust.ledger_id),
        "chainId": (head.chain_id, trust.chain_id),
        "genesis": (head.genesis, trust.genesis_hash),
    }
    other = next((name for name, (told, found) in pinned.items() if told != found), None)
    if other is not None:
        return Compared(HeadOutcome.DIFFERS, other)
    if head.seq <= folded.last and folded.heads[head.seq] != head.head:
        return Compared(HeadOutcome.DIFFERS, "head")
    if head.seq > folded.last or head.block > histories.header.number:
        return Compared(HeadOutcome.NOT_REACHED)
    following = folded.blocks.get(head.seq + 1, head.block + 1)
    if not folded.blocks[head.seq] <= head.block < following:
        return Compared(HeadOutcome.DIFFERS, "seq")
    is_same = histories.reader.header(head.block).hash == head.block_hash
    return Compared(HeadOutcome.HOLDS) if is_same else Compared(HeadOutcome.DIFFERS, "block")


@dataclass(frozen=True)
class WitnessedHeads:
    """What regions of this ledger vouched for.

    Attributes:
        state: The ledger.
        kept: The texts that this home keeps.
        now: The moment asked about, in Unix seconds.
    """

    state: Entities
    kept: KeptForms[LedgerHead]
    now: int

    def all(self, region: int | None = None, ledger_id: str | None = None) -> list[Witnessed]:
        """Every version, by region, ledger and number; of one region, or of one ledger."""
        name = head_table(ledger_id) if ledger_id is not None else None
        return [
            each
            for code, table in region_tables(self.state, is_head_table)
            if region in (None, code) and name in (None, table.name)
            for each in self._versions(code, table)
        ]

    def show(self, region: int, ledger_id: str) -> JsonObject:
        """The keys of `head show`; raises `UNKNOWN_HEAD`."""
        found = self.all(region, ledger_id)
        if not found:
            raise UnknownIdError("UNKNOWN_HEAD", region=f"{region:06d}", ledger=ledger_id[:80])
        last = found[-1]
        return {
            "region": f"{region:06d}",
            "table": last.table,
            "digest": last.digest,
            "head": last.head.as_json() if last.head else None,
            "versions": [each.as_json() for each in found],
        }

    def told(self, digest: str) -> JsonObject:
        """The file of a head; raises `HEAD_TEXT_NOT_HERE`."""
        return self.kept.told(digest)

    def take(self, form: Mapping[str, object]) -> list[JsonObject]:
        """Keep a head that somebody hands in, where a region vouched for it; tells as what.

        Raises:
            MalformedError: As `read_head`.
            TrustError: `NOT_A_HEAD`: no region published this, or it was altered.
        """
        head = read_head(form)
        places = [each for each in self.all(ledger_id=head.ledger_id) if each.digest == head.digest]
        if not places:
            raise TrustError("NOT_A_HEAD", digest=head.digest)
        self.kept.keep(head)
        return [{"region": f"{each.region:06d}", "version": each.version} for each in places]

    def require_next(self, region: int, head: LedgerHead) -> None:
        """Let pass only a head that a region did not go beyond.

        Raises:
            RuleError: `HEAD_OF_OWN`, `HEAD_THERE`, `HEAD_OLDER`.
        """
        if head.ledger_id == "0x" + self.state.ledger_id.hex():
            raise RuleError("HEAD_OF_OWN", ledger=head.ledger_id)
        known = [each for each in self.all(region, head.ledger_id) if not each.is_void]
        if known and known[-1].digest == head.digest:
            raise RuleError("HEAD_THERE", region=f"{region:06d}", block=head.block)
        before = max((each.head.seq for each in known if each.head), default=0)
        if head.seq < before:
            raise RuleError("HEAD_OLDER", seq=head.seq, before=before)

    def _versions(self, region: int, table: CodeTable) -> Iterator[Witnessed]:
        for number, each in enumerate(table.versions, 1):
            is_void = self._is_void(each.key_id, each.recorded_at)
            place = (region, table.name, number, each.digest, each.recorded_at, is_void)
            yield Witnessed(*place, self.kept.find(each.digest))

    @property
    def _is_void(self) -> IsVoid:
        return void_as_of(self.state, self.now)


@dataclass(frozen=True)
class CheckedHead:
    """A head that was vouched for, and what became of it."""

    witnessed: Witnessed
    compared: Compared

    def as_json(self) -> JsonObject:
        """A member of `heads` of `head check`."""
        told = {"outcome": self.compared.outcome.value, "finding": CODES[self.compared.outcome]}
        return {**self.witnessed.as_json(), **told, "what": self.compared.what or None}


Compares = Callable[[Sequence[LedgerHead]], list[Compared]]
"""Holds heads of one ledger against it."""


def checked(wanted: Sequence[Witnessed], ledgers: Mapping[str, Compares]) -> list[CheckedHead]:
    """What became of heads, in their order; each ledger is read once.

    Where there are several, one that is out of reach or lies hides nothing of the others.

    Args:
        wanted: The heads.
        ledgers: Those that can be read, by the name of their table.

    Raises:
        OutageError: The only one is out of reach.
        TrustError: As `compare`, of the only one.
    """
    found: dict[str, Compared] = {}
    for name, compares in ledgers.items():
        here = {each.digest: each.head for each in wanted if each.table == name and each.head}
        try:
            compared = compares(list(here.values())) if here else []
        except (OutageError, TrustError) as error:
            if len(ledgers) == 1:
                raise
            compared = [Compared(HeadOutcome.UNCHECKED, error.code)] * len(here)
        found |= dict(zip(here, compared, strict=True))
    return [CheckedHead(each, found.get(each.digest) or _unread(each, ledgers)) for each in wanted]


def _unread(each: Witnessed, ledgers: Mapping[str, Compares]) -> Compared:
    is_known = each.table in ledgers
    return Compared(HeadOutcome.NOT_HERE if is_known else HeadOutcome.UNKNOWN_LEDGER)


def worst(rows: Sequence[CheckedHead]) -> HeadOutcome:
    """What an answer about all of them is called: something that differs before what could not be checked."""
    found = {each.compared.outcome for each in rows} | {HeadOutcome.HOLDS}
    unsure = (
        HeadOutcome.UNCHECKED,
        HeadOutcome.NOT_REACHED,
        HeadOutcome.NOT_HERE,
        HeadOutcome.UNKNOWN_LEDGER,
    )
    return next((each for each in (HeadOutcome.DIFFERS, *unsure) if each in found), HeadOutcome.HOLDS)


def publish(region: int, head: LedgerHead, by: Sequence[KeyFile]) -> ShareOrder:
    """Vouch for a head; by the region or a superior one."""
    return share_owed.set_code_table(region, "", head.table, head.as_json(), head.time, by)


def keep_head(kept: KeptForms[LedgerHead], name: str, form: Mapping[str, object]) -> None:
    """Keep the head that a region publishes as any other code table; of another table nothing is asked.

    Raises:
        MalformedError: As `read_head`; `HEAD_OTHER_LEDGER`.
    """
    if not is_head_table(name):
        return
    head = read_head(form)
    if head.table != name:
        raise MalformedError("HEAD_OTHER_LEDGER", name=name, ledger=head.ledger_id)
    kept.keep(head)
