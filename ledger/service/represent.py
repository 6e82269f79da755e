"""Letting somebody stand in for the holder of a license, and ending that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ledger.domain.entities import License
from ledger.domain.facts import Fact, fact_of
from ledger.domain.moments import rfc3339
from ledger.domain.objects import representation_object
from ledger.domain.records import record_of
from ledger.domain.representation import (
    RepresentationKind,
    RepresentationScope,
    scope_bitmap,
    scope_from_bitmap,
)
from ledger.errors import RuleError, UsageError
from ledger.ports import Entropy, IssuerHome, Receipt, Signer
from ledger.service.drafts import Drafts
from ledger.service.references import reference_digest
from ledger.service.submission import Prepared, Submissions

RevisionOf = Callable[[bytes], int]
"""From an object to its current revision."""


@dataclass(frozen=True)
class RepresentOrder:
    """Who is to stand in for a holder, and how far.

    Attributes:
        representative: Commitment to the representative's own keys, 32 bytes.
        kind: A name of `RepresentationKind`, in either case.
        scope: Names of `RepresentationScope`, in either case.
        since: Unix seconds; the moment of record where it is 0 or earlier than that.
        until: Unix seconds, or None for no end.
        reference: Number of the deciding document, or empty; only a salted digest goes on the ledger.
    """

    representative: bytes
    kind: str
    scope: tuple[str, ...]
    since: int = 0
    until: int | None = None
    reference: str = ""


@dataclass(frozen=True)
class Represented:
    """A representation, or its end, that is on the ledger."""

    fact: Fact
    gas_used: int

    def as_json(self) -> dict[str, object]:
        """The keys of `license represent`, and without kind, scope and since of `license represent-end`."""
        values = self.fact.values
        until = int(str(values["until"]))
        shown: dict[str, object] = {
            "licenseId": values["licenseId"],
            "representative": values["representative"],
            "until": rfc3339(until) if until else None,
            "rev": int(str(values["rev"])) + 1,
            "seq": self.fact.seq,
            "gasUsed": self.gas_used,
        }
        return shown if "kind" not in values else {**shown, **self._given()}

    def _given(self) -> dict[str, object]:
        values = self.fact.values
        return {
            "kind": RepresentationKind(int(str(values["kind"]))).name,
            "scope": names_of(scope_from_bitmap(int(str(values["scope"])))),
            "since": rfc3339(max(self.fact.time, int(str(values["since"])))),
        }


class RepresentHolders:
    """Writes representations to one ledger, for issuers whose keys are handed in.

    Args:
        drafts: Know the licenses that this home issued in batches.
        submissions: Prepares and submits messages.
        revision_of: What the Journal has of an object.
        home: Keeps references.
        entropy: Salts of references.
    """

    def __init__(
        self,
        drafts: Drafts,
        submissions: Submissions,
        revision_of: RevisionOf,
        home: IssuerHome,
        entropy: Entropy,
    ) -> None:
        self._drafts, self._submissions, self._revision_of = drafts, submissions, revision_of
        self._home, self._entropy = home, entropy

    def represent(self, license_: License, order: RepresentOrder, signer: Signer) -> Represented:
        """Let somebody stand in for the holder of a license.

        Raises:
            UsageError: `REPRESENTATION_KIND`, `REPRESENTATION_SCOPE`.
            RuleError: `DATES_REVERSED`, or what the contracts refuse.
        """
        kind, scope = kind_of(order.kind), scope_of(order.scope)
        if order.until is not None and order.until <= max(0, order.since):
            raise RuleError("DATES_REVERSED", arguments=f"{rfc3339(order.since)}, {rfc3339(order.until)}")
        terms = {
            "kind": int(kind),
            "scope": scope_bitmap(scope),
            "since": max(0, order.since),
            "until": order.until or 0,
            "reference": reference_digest(self._home, self._entropy, license_, order.reference),
        }
        prepared = self._message("Represent", license_, order.representative, terms)
        return self._write(prepared, signer, self._drafts.opening_of(license_))

    def end(self, license_: License, representative: bytes, until: int, signer: Signer) -> Represented:
        """End that at a moment, which may only move earlier.

        Raises:
            RuleError: What the contracts refuse.
        """
        terms: dict[str, object] = {"until": max(0, until)}
        return self._write(self._message("EndRepresentation", license_, representative, terms), signer)

    def _message(
        self, name: str, license_: License, representative: bytes, terms: dict[str, object]
    ) -> Prepared:
        object_ = representation_object(bytes.fromhex(license_.license_id[2:]), representative)
        ids = {"licenseId": license_.license_id, "representative": "0x" + representative.hex()}
        return self._submissions.prepare(name, self._revision_of(object_), {**ids, **terms})

    def _write(
        self, prepared: Prepared, signer: Signer, opening: Mapping[str, object] | None = None
    ) -> Represented:
        return represented(self._submissions.submit(prepared, [prepared.signed_by(signer)], opening=opening))


def represented(receipt: Receipt) -> Represented:
    """What a receipt tells of a representation."""
    return Represented(fact_of(record_of(receipt.logs[-1])), receipt.gas_used)


def kind_of(name: str) -> RepresentationKind:
    """A kind by its name; raises `REPRESENTATION_KIND`.

    Example:
        >>> kind_of("guardian")
        <RepresentationKind.GUARDIAN: 1>
    """
    if name.upper() not in RepresentationKind.__members__:
        raise UsageError("REPRESENTATION_KIND", kind=name[:40])
    return RepresentationKind[name.upper()]


def scope_of(names: tuple[str, ...]) -> frozenset[RepresentationScope]:
    """A scope by its names; raises `REPRESENTATION_SCOPE` where there is none, or an unknown one.

    Example:
        >>> names_of(scope_of(("present", "correct")))
        ['PRESENT', 'CORRECT']
    """
    if not names or any(name.upper() not in RepresentationScope.__members__ for name in names):
        raise UsageError("REPRESENTATION_SCOPE", scope=",".join(names)[:80])
    return frozenset(RepresentationScope[name.upper()] for name in names)


def names_of(scope: frozenset[RepresentationScope]) -> list[str]:
    """A scope as JSON shows it."""
    return [each.name for each in sorted(scope)]
