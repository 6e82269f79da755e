"""Founding a ledger: every record that stands before the seal, then the seal.

Founding can stop and go on: what is already recorded is skipped, so that founders on different
machines, or a machine that died, continue where it stopped. What a key that is not here has to
sign is collected and handed out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from eth_hash.auto import keccak

from ledger.domain.acts import Purpose, acts_bitmap
from ledger.domain.apply import State
from ledger.domain.entities import Ledger
from ledger.domain.facts import fact_of
from ledger.domain.founding import Founding, FoundingType
from ledger.domain.messages import key_id
from ledger.domain.objects import ascii32, organisation_object, region_object
from ledger.domain.records import RecordSignature
from ledger.domain.rules.catalog import recognition_key
from ledger.domain.state import typed
from ledger.domain.trustfile import Seal, SealSignature, TrustFile
from ledger.ports import Clock, LedgerReader
from ledger.service.signing import Brought, KeyFile, SignatureRequest
from ledger.service.submission import Prepared, Submissions

RELAY_LIFETIME = 10 * 366 * 86_400
"""Seconds for which the founding relay may submit; a signed record ends it earlier."""


class KeyFiles(Protocol):
    """Opens the key paths of a founding file."""

    def open(self, path: str) -> KeyFile:
        """The key behind a path.

        Raises:
            MalformedError: Not an SM2 key.
            UsageError: No such file.
        """
        ...


@dataclass
class Progress:
    """How far the founding is.

    Attributes:
        done: Records written in this run.
        requests: Signatures still to be brought; empty once sealed.
    """

    done: int = 0
    requests: list[SignatureRequest] = field(default_factory=list)
    seal: Seal | None = None


@dataclass(frozen=True)
class _Step:
    """One founding record: its message, where its entity will stand, whose possession it proves."""

    name: str
    table: str
    key: str
    members: Mapping[str, object]
    possession: KeyFile | None = None


def digest_of_text(text: str) -> str:
    """keccak256 of UTF-8 text, 0x-hex: names and schemas stay off the ledger."""
    return "0x" + keccak(text.encode()).hex()


class FoundLedger:
    """Writes a founding file to a fresh ledger and seals it.

    Args:
        trust: The trust file so far, without its seal.
        reader: The ledger as the node shows it.
        submissions: Submits through the founder's account.
        keys: Opens key paths.
        schemas: Digests of a type's schema and grades.
        clock: Tells which of the brought headers are still good.
        brought: Signatures made elsewhere, by an earlier run's requests.
    """

    def __init__(
        self,
        trust: TrustFile,
        reader: LedgerReader,
        submissions: Submissions,
        keys: KeyFiles,
        schemas: Callable[[FoundingType], tuple[bytes, bytes]],
        clock: Clock,
        brought: Brought,
    ) -> None:
        self._trust, self._reader, self._submissions = trust, reader, submissions
        self._keys, self._schemas = keys, schemas
        self._clock, self._brought = clock, brought

    def run(self, founding: Founding, relay: str) -> Progress:
        """Write what is not yet written, then seal.

        Args:
            founding: The founding file.
            relay: EVM account that may submit after the seal.

        Returns:
            The progress; sealed when `seal` is set.
        """
        state = self._state()
        progress = Progress()
        for step in self._steps(founding, relay):
            if not _is_done(step, state):
                self._write(step, state, progress)
        if not progress.requests:
            self._seal(founding, progress)
        return progress

    def _state(self) -> State:
        state = State(self._reader.ledger_id)
        for record in self._reader.records():
            state.apply(fact_of(record))
        return state

    def _write(self, step: _Step, state: State, progress: Progress) -> None:
        ledger = typed(state, "ledger", "ledger", Ledger) or Ledger()
        rev = ledger.rev if step.table == "ledger" else 0
        prepared = self._prepare(step.name, rev, step.members, f"{step.name}/{step.key}")
        signatures = self._possession(step, prepared, progress)
        if signatures is None:
            return
        receipt = self._submissions.submit(prepared, signatures)
        progress.done += 1
        for record in self._reader.records(receipt.block, receipt.block):
            if record.tx_hash == receipt.tx_hash:
                state.apply(fact_of(record))

    def _prepare(self, name: str, rev: int, members: Mapping[str, object], purpose: str) -> Prepared:
        header = self._brought.header(purpose, int(self._clock.now().timestamp()))
        return self._submissions.prepare(name, rev, {**members, **header})

    def _possession(
        self, step: _Step, prepared: Prepared, progress: Progress
    ) -> list[RecordSignature] | None:
        if step.possession is None:
            return []
        made = self._brought.sign(step.possession, prepared, f"{step.name}/{step.key}", progress.requests)
        return [made] if made else None

    def _steps(self, founding: Founding, relay: str) -> Iterator[_Step]:
        yield _Step("Found", "ledger", "ledger", {"threshold": founding.threshold})
        for name, entry in self._trust.contracts.items():
            members = {"name": ascii32(name), "account": entry.address, "codeHash": entry.code_hash}
            yield _Step("NameContract", "ledger", name, members)
        yield from self._region_steps(founding)
        yield from self._organisation_steps(founding)
        yield _Step(
            "AddRelay",
            "relay",
            relay,
            {"relay": relay, "region": founding.roots[0].code, "until": self._relay_until()},
        )
        yield from self._catalog_steps(founding)

    def _relay_until(self) -> int:
        return self._reader.head().time + RELAY_LIFETIME

    def _region_steps(self, founding: Founding) -> Iterator[_Step]:
        for region in founding.regions:
            members = {
                "region": region.code,
                "parent": region.parent,
                "nameDigest": digest_of_text(region.name),
            }
            yield _Step("AddRegion", "region", str(region.code), members)
            owner = region_object(region.code)
            yield from self._key_step(owner, region.key, Purpose.GOVERN)
            yield from self._key_step(owner, region.recover_key, Purpose.RECOVER)

    def _organisation_steps(self, founding: Founding) -> Iterator[_Step]:
        for body in founding.organisations:
            members = {
                "uscc": ascii32(body.uscc),
                "region": body.region,
                "level": body.level,
                "nameDigest": digest_of_text(body.name),
            }
            yield _Step("AddOrganisation", "organisation", body.uscc, members)
            owner = organisation_object(body.uscc)
            yield from self._key_step(owner, body.key, Purpose.SIGN)
            yield from self._key_step(owner, body.encryption_key, Purpose.ENCRYPT)

    def _key_step(self, owner: bytes, path: str | None, purpose: Purpose) -> Iterator[_Step]:
        if path is None:
            return
        key = self._keys.open(path)
        identity = key_id(key.public_key)
        members = {
            "newKey": identity,
            "owner": owner,
            "purpose": int(purpose),
            "alg": 1,
            "x": key.public_key[1:33],
            "y": key.public_key[33:],
            "validFrom": 0,
            "validTo": 0,
        }
        possession = None if purpose is Purpose.ENCRYPT else key
        yield _Step("RegisterKey", "key", "0x" + identity.hex(), members, possession)

    def _catalog_steps(self, founding: Founding) -> Iterator[_Step]:
        for kind in founding.types:
            schema_digest, grades_digest = self._schemas(kind)
            members = {
                "licenseType": ascii32(kind.code),
                "region": kind.region or founding.roots[0].code,
                "definer": ascii32(kind.definer),
                "schemaDigest": schema_digest,
                "gradesDigest": grades_digest,
                "acts": acts_bitmap(kind.acts),
                "scope": int(kind.scope),
                "sharing": int(kind.sharing),
                "ground": kind.ground or 1,
            }
            yield _Step("RegisterType", "type", kind.code, members)
        for right in founding.entitlements:
            members = {
                "licenseType": ascii32(right.type),
                "issuer": ascii32(right.issuer),
                "region": right.region,
                "operator": ascii32(right.operator or ""),
                "since": right.since,
                "until": right.until,
            }
            yield _Step("Entitle", "entitlement", f"{right.type}/{right.issuer}", members)
        for agreement in founding.recognitions:
            members = {
                "fromRegion": agreement.from_region,
                "toRegion": agreement.to_region,
                "licenseType": ascii32(agreement.type),
                "asType": ascii32(agreement.as_type),
                "since": agreement.since,
                "until": agreement.until,
            }
            name = recognition_key(agreement.from_region, agreement.to_region, agreement.type)
            yield _Step("Recognize", "recognition", name, members)

    def _seal(self, founding: Founding, progress: Progress) -> None:
        ledger = typed(self._state(), "ledger", "ledger", Ledger) or Ledger()
        seq, head = self._reader.journal()
        members = {
            "genesisHash": self._trust.genesis_hash,
            "contractsDigest": self._trust.contracts_digest(),
            "journalHeadSlot": self._trust.journal_head_slot,
            "seq": seq,
            "head": "0x" + head.hex(),
        }
        prepared = self._prepare("Seal", ledger.rev, members, "Seal/ledger")
        signatures = self._seal_signatures(founding, prepared, progress)
        if progress.requests:
            return
        self._submissions.submit(prepared, [each for _, each in signatures])
        progress.seal = _seal_of(prepared, seq, head, signatures)

    def _seal_signatures(
        self, founding: Founding, prepared: Prepared, progress: Progress
    ) -> list[tuple[SealSignature, RecordSignature]]:
        made: list[tuple[SealSignature, RecordSignature]] = []
        for region in founding.roots:
            key = self._keys.open(region.key or "")
            signature = self._brought.sign(key, prepared, "Seal/ledger", progress.requests)
            if signature is not None:
                shown = SealSignature(
                    f"{region.code:06d}",
                    "0x" + signature.key_id.hex(),
                    key.public_key.hex(),
                    signature.raw.hex(),
                )
                made.append((shown, signature))
        return made


def _is_done(step: _Step, state: State) -> bool:
    ledger = typed(state, "ledger", "ledger", Ledger)
    if step.name == "NameContract":
        return ledger is not None and step.key in {name for name, _, _ in ledger.contracts}
    return state.get(step.table, step.key) is not None


def _seal_of(
    prepared: Prepared, seq: int, head: bytes, signatures: Sequence[tuple[SealSignature, RecordSignature]]
) -> Seal:
    values = prepared.values
    return Seal(
        rev=int(str(values["rev"])),
        seq=seq,
        head="0x" + head.hex(),
        signed_at=int(str(values["signedAt"])),
        not_after=int(str(values["notAfter"])),
        signatures=tuple(shown for shown, _ in signatures),
    )
