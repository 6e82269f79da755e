"""Letting somebody stand in for the holder of a license, and ending that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.domain.entities import License, Representation
from ledger.domain.moments import rfc3339
from ledger.domain.representation import (
    RepresentationKind,
    RepresentationScope,
    scope_bitmap,
    scope_from_bitmap,
)
from ledger.domain.rules.representations import representation_key
from ledger.domain.state import StateView, typed
from ledger.errors import RuleError, UsageError
from ledger.ports import Entropy, IssuerHome, Signer
from ledger.ports.queue import Queued
from ledger.service.doing import Doing, DoToLicenses
from ledger.service.orders import Progress
from ledger.service.references import reference_digest


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
    """A representation, or its end, that is on the ledger, or accepted.

    Attributes:
        values: Members of its message.
        progress: How far that is.
        since: From when it counts; None as long as that follows from its record only.
    """

    values: Mapping[str, object]
    progress: Progress
    since: int | None

    def as_json(self) -> dict[str, object]:
        """The keys of `license represent`, and without kind, scope and since of `license represent-end`."""
        values, place = self.values, self.progress.as_json()
        until = int(str(values["until"]))
        shown: dict[str, object] = {
            "licenseId": values["licenseId"],
            "representative": values["representative"],
            "until": rfc3339(until) if until else None,
            "rev": int(str(values["rev"])) + 1,
            **{name: place[name] for name in ("seq", "gasUsed", "promise")},
        }
        return shown if "kind" not in values else {**shown, **self._given()}

    def _given(self) -> dict[str, object]:
        values = self.values
        return {
            "kind": RepresentationKind(int(str(values["kind"]))).name,
            "scope": names_of(scope_from_bitmap(int(str(values["scope"])))),
            "since": rfc3339(self.since) if self.since is not None else None,
        }


class RepresentHolders:
    """Writes representations to one ledger.

    Args:
        doing: Makes messages and hands them in.
        home: Keeps references.
        entropy: Salts of references.
    """

    def __init__(self, doing: DoToLicenses, home: IssuerHome, entropy: Entropy) -> None:
        self._doing, self._home, self._entropy = doing, home, entropy

    def represent(self, license_id: str, order: RepresentOrder, signer: Signer) -> Represented:
        """Let somebody stand in for the holder of a license.

        Raises:
            UsageError: `REPRESENTATION_KIND`, `REPRESENTATION_SCOPE`.
            RuleError: `DATES_REVERSED`, or what the contracts refuse.
        """
        return self.do(self.representing(license_id, order), signer)

    def end(self, license_id: str, representative: bytes, until: int, signer: Signer) -> Represented:
        """End that at a moment, which may only move earlier.

        Raises:
            RuleError: What the contracts refuse.
        """
        return self.do(self.ending(license_id, representative, until), signer)

    def representing(self, license_id: str, order: RepresentOrder) -> Doing:
        """Letting somebody stand in for a holder, also signed elsewhere; raises as `represent`."""
        kind, scope = kind_of(order.kind), scope_of(order.scope)
        if order.until is not None and order.until <= max(0, order.since):
            raise RuleError("DATES_REVERSED", arguments=f"{rfc3339(order.since)}, {rfc3339(order.until)}")

        def members(license_: License, _: StateView) -> dict[str, object]:
            return {
                "representative": "0x" + order.representative.hex(),
                "kind": int(kind),
                "scope": scope_bitmap(scope),
                "since": max(0, order.since),
                "until": order.until or 0,
                "reference": reference_digest(self._home, self._entropy, license_, order.reference),
            }

        return Doing(license_id, "Represent", members)

    def ending(self, license_id: str, representative: bytes, until: int) -> Doing:
        """Ending it, also signed elsewhere."""
        members = {"representative": "0x" + representative.hex(), "until": max(0, until)}
        return Doing(license_id, "EndRepresentation", lambda *_: members)

    def do(self, doing: Doing, signer: Signer) -> Represented:
        """Sign it, hand it in, wait for it; raises as `represent`."""
        return represented(self._doing.do(doing, signer), self._doing.state(doing.license_id))


def represented(queued: Queued, state: StateView) -> Represented:
    """What a message of the queue does to a representation.

    Args:
        queued: The message.
        state: The ledger as it is now: tells since when it counts.
    """
    values = queued.message.prepared.values
    key = representation_key(str(values["licenseId"]), str(values["representative"]))
    known, rev = typed(state, "representation", key, Representation), int(str(values["rev"]))
    is_there = queued.record is not None and known is not None and rev < len(known.mandates)
    since = known.mandates[rev].since if is_there and known is not None else None
    return Represented(values, Progress.of(queued), since)


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
