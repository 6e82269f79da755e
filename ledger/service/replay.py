"""Replay: from raw logs to the state, with every digest, signature and right checked again.

Logs are taken as served, by (block, logIndex): nothing is sorted, left out or repaired. The head
that they add up to is compared with the Journal's slot, at the trust level asked for. The state is
built by the same `apply` that feeds the live index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ledger.domain.apply import APPLY_VERSION, State
from ledger.domain.entities import Key, License
from ledger.domain.entity_json import state_digest
from ledger.domain.facts import Fact, fact_of, object_of
from ledger.domain.holders import UNBOUND
from ledger.domain.messages import Kind
from ledger.domain.moments import rfc3339
from ledger.domain.objects import from_ascii32, organisation_id, region_id
from ledger.domain.records import RawLog, Record
from ledger.domain.sm import DEFAULT_ID
from ledger.domain.state import Refused, typed
from ledger.domain.trustfile import TrustFile
from ledger.errors import BadProofError, LedgerError, TrustError
from ledger.ports import Clock, Verifier
from ledger.proof.competence import Competence
from ledger.proof.journal import Finding, Walk
from ledger.proof.sharing_competence import holder_proof_of
from ledger.service.sources import Histories
from ledger.service.writers import Writers


def _giving_way(state: State, fact: Fact) -> License | None:
    """What stood under the id of a license that gets its first record: it came later, or it is void."""
    if fact.kind not in (Kind.LICENSE_OPENED, Kind.LICENSE_ISSUED):
        return None
    return typed(state, "license", str(fact.values["licenseId"]), License)


def _remarks(state: State, fact: Fact) -> Iterator[tuple[str, str]]:
    """What is wrong with a record that counts all the same, so that what came after it does: code, detail."""
    before = _giving_way(state, fact)
    if before is not None:
        what = "a leaf" if fact.kind is Kind.LICENSE_OPENED else "another license"
        yield "DUPLICATE_ID", f"record {before.facts[0].seq} gives way to {what}"
    if fact.kind is Kind.HOLDER_BOUND and fact.values["holderBinding"] == "0x" + UNBOUND.hex():
        yield "BAD_RECORD", "a binding of nobody"


@dataclass(frozen=True)
class ReplayedSignature:
    """One signature of a record, ready for any SM2 tool: `sm2 verify` accepts it as it stands."""

    owner: str
    public_key: str
    message: str
    signature: str
    holds: bool

    def as_json(self) -> dict[str, object]:
        """As in a line of `--records`."""
        return {
            "uscc": self.owner,
            "publicKey": self.public_key,
            "id": DEFAULT_ID.decode(),
            "message": self.message,
            "signature": self.signature,
        }


@dataclass(frozen=True)
class ReplayedRecord:
    """A record with its head and signatures, as `--records` writes it."""

    record: Record
    head: bytes
    signatures: tuple[ReplayedSignature, ...]

    def as_json(self) -> dict[str, object]:
        """One line of `--records`."""
        record = self.record
        known = record.kind in set(Kind)
        return {
            "seq": record.seq,
            "time": rfc3339(record.time),
            "writer": record.writer,
            "kind": record.kind,
            "kindName": Kind(record.kind).name if known else "UNKNOWN",
            "object": "0x" + record.object.hex(),
            "body": "0x" + record.body.hex(),
            "head": "0x" + self.head.hex(),
            "block": record.block,
            "txHash": record.tx_hash,
            "logIndex": record.log_index,
            "signatures": [each.as_json() for each in self.signatures],
        }


@dataclass
class Report:
    """What a replay found."""

    state: State
    records: int = 0
    signatures_checked: int = 0
    signatures_bad: int = 0
    head: str = ""
    seq: int = 0
    trust: str = "none"
    block: Mapping[str, object] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """The keys of `audit replay`."""
        return {
            "records": self.records,
            "licenses": len(self.state.tables.get("license", {})),
            "batches": len(self.state.tables.get("batch", {})),
            "signatures": {"checked": self.signatures_checked, "bad": self.signatures_bad},
            "head": self.head,
            "seq": self.seq,
            "stateDigest": state_digest(self.state.tables, APPLY_VERSION),
            "trust": self.trust,
            "block": dict(self.block),
            "findings": [
                {"code": each.code, "seq": each.seq, "txHash": each.tx_hash, "detail": each.detail}
                for each in self.findings
            ],
        }


class ReplayLedger:
    """Replays one ledger.

    Args:
        trust: The pinned trust file.
        verifier: Checks SM2 signatures.
        clock: Tells now.
        on_record: Called for each record that could be read, in order.
        on_progress: Called with the number of records done.
    """

    def __init__(
        self,
        trust: TrustFile,
        verifier: Verifier,
        clock: Clock,
        on_record: Callable[[ReplayedRecord], None] | None = None,
        on_progress: Callable[[int], None] | None = None,
    ) -> None:
        self._trust, self._verifier, self._clock = trust, verifier, clock
        self._on_record, self._on_progress = on_record, on_progress
        self._names: dict[str, str] = {}

    def run(self, histories: Histories, max_age: int = 60) -> Report:
        """Replay everything up to the head of `histories`.

        Raises:
            OutageError: The node went away; what was found so far is not a result.
        """
        header = histories.header
        ledger_id = bytes.fromhex(self._trust.ledger_id[2:])
        report = Report(State(ledger_id), trust=histories.level)
        report.block = {"number": header.number, "hash": header.hash, "time": rfc3339(header.time)}
        walk = Walk(ledger_id)
        competence = Competence(report.state)
        self._writers = Writers(self._trust.contracts, report.state, histories.generations)
        for log in histories.reader.logs(None, header.number):
            self._take(log, walk, competence, report)
        report.seq, report.head = walk.seq, "0x" + walk.head.hex()
        self._finish(histories, walk, report)
        age = int(self._clock.now().timestamp()) - header.time
        if not histories.is_pinned and age > max_age:
            report.findings.append(Finding("STALE_HEAD", None, None, f"the head is {age} s old"))
        return report

    def _take(self, log: RawLog, walk: Walk, competence: Competence, report: Report) -> None:
        record, findings = walk.take(log)
        report.findings += findings
        if record is None:
            return
        report.records += 1
        signatures = self._apply(record, competence, report)
        if self._on_record:
            self._on_record(ReplayedRecord(record, walk.head, signatures))
        if self._on_progress:
            self._on_progress(report.records)

    def _apply(self, record: Record, competence: Competence, report: Report) -> tuple[ReplayedSignature, ...]:
        try:
            fact = fact_of(record)
            self._require_place(record, fact)
            signatures = self._signatures(record, fact, report)
            problem = competence.problem_with(fact)
            if problem:
                raise Refused(*problem)
            remarks = list(_remarks(report.state, fact))
            report.state.apply(fact)
            for code, detail in remarks:
                self._find(report, code, record, detail)
        except TrustError as error:
            self._find(report, "BAD_RECORD", record, str(error.fields.get("what", error.code)))
            return ()
        except Refused as refused:
            self._find(report, refused.code, record, refused.detail)
            return ()
        except (ValueError, KeyError) as error:
            self._find(report, "BAD_RECORD", record, f"a value out of range: {error}")
            return ()
        competence.note(fact)
        self._note_name(fact)
        return signatures

    def _find(self, report: Report, code: str, record: Record, detail: str) -> None:
        report.findings.append(Finding(code, record.seq, record.tx_hash, detail))

    def _require_place(self, record: Record, fact: Fact) -> None:
        """The contract that wrote it is the one that takes such messages, and it is about its object."""
        struct = record.message_type()
        if record.writer != self._writers.of(struct.contract):
            raise Refused("BAD_RECORD", f"written by {record.writer}, not {struct.contract}")
        if record.object != object_of(fact.kind, fact.values):
            raise Refused("BAD_RECORD", f"written about 0x{record.object.hex()}")

    def _signatures(self, record: Record, fact: Fact, report: Report) -> tuple[ReplayedSignature, ...]:
        struct = record.message_type()
        body = record.decoded()
        domain = replace(self._trust.domain(struct.contract), contract=record.writer)
        made = []
        opened = holder_proof_of(fact)
        holders = dict(zip(opened.key_ids, opened.points, strict=True)) if opened else {}
        for each in body.signatures:
            key_id = "0x" + each.key_id.hex()
            public_key, owner = self._key(report.state, key_id, fact)
            if key_id in holders:
                public_key, owner = holders[key_id].hex(), ""
            message = domain.signed_message(struct, each.key_id, body.data)
            holds = bool(public_key) and self._verifier.verify(bytes.fromhex(public_key), message, each.raw)
            report.signatures_checked += 1
            if not holds:
                report.signatures_bad += 1
                self._find(report, "BAD_SIGNATURE", record, f"key {key_id}")
            made.append(ReplayedSignature(owner, public_key, message.hex(), each.raw.hex(), holds))
        return tuple(made)

    def _key(self, state: State, key_id: str, fact: Fact) -> tuple[str, str]:
        """Public key and owner's code; a key that registers itself is read from its own record."""
        key = typed(state, "key", key_id, Key)
        if key is not None:
            return key.public_key, self._names.get(key.owner, key.owner)
        if fact.values.get("newKey") == key_id:
            owner = str(fact.values["owner"])
            point = "04" + str(fact.values["x"])[2:] + str(fact.values["y"])[2:]
            return point, self._names.get(owner, owner)
        return "", ""

    def _note_name(self, fact: Fact) -> None:
        if fact.kind is Kind.ORGANISATION_ADDED:
            uscc = from_ascii32(str(fact.values["uscc"]))
            self._names[organisation_id(uscc)] = uscc
        elif fact.kind is Kind.REGION_ADDED:
            code = int(str(fact.values["region"]))
            self._names[region_id(code)] = f"{code:06d}"

    def _finish(self, histories: Histories, walk: Walk, report: Report) -> None:
        """Compare with the Journal's own slot, proved where the level asks for it."""
        try:
            if histories.level == "state":
                seq, head = histories.reader.proven_journal(histories.header)
            else:
                seq, head = histories.journal()
        except BadProofError as error:
            report.findings.append(Finding("BAD_PROOF", None, None, error.message()["en"]))
            return
        report.findings += walk.finish(seq, head)
        report.findings += self._writers.finish()
        self._check_seal(report)

    def _check_seal(self, report: Report) -> None:
        try:
            self._trust.check_seal(self._verifier)
        except LedgerError as error:
            report.findings.append(Finding("BAD_SIGNATURE", None, None, error.message()["en"]))
