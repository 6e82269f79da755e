"""What follows from declarations: which version counts, when a resource was out, what a period covers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ledger.domain.entities import IsVoid
from ledger.domain.objects import ascii32, declaration_object, resource_object
from ledger.domain.sharing import DeclarationKind, ProbeOutcome
from ledger.domain.sharing_entities import Declaration, Probed, Resource, Told
from ledger.domain.state import StateView, typed

BEIJING = 8 * 3_600
"""Seconds by which days in China begin before those in UTC."""


def declaration_id(key: str, kind: DeclarationKind, other: str = "") -> str:
    """Key of a declaration in its table: its object, 0x-hex.

    Args:
        key: Of the resource, `OWNER/CODE`.
        kind: What is declared.
        other: The resource to which a mapping leads.
    """
    words = declaration_object(_object(key), kind, _object(other) if other else bytes(32))
    return "0x" + words.hex()


def declaration_of(state: StateView, key: str, kind: DeclarationKind, other: str = "") -> Declaration | None:
    """What was declared of a resource under a kind; None where nothing was."""
    return typed(state, "declaration", declaration_id(key, kind, other), Declaration)


def _object(key: str) -> bytes:
    owner, _, code = key.partition("/")
    return resource_object(owner, ascii32(code))


def begins(told: Told) -> int:
    """From when a version counts: a time in the past counts as the one of its record."""
    return max(told.since, told.recorded_at)


def in_effect(declaration: Declaration | None, at: int, is_void: IsVoid) -> tuple[int, Told] | None:
    """Number and version of an interface or a mapping in effect at a moment; None where there is none.

    Of those that have begun, and whose key was good, the one declared last.
    """
    numbered = enumerate(declaration.told, 1) if declaration else ()
    begun = [
        (number, each)
        for number, each in numbered
        if begins(each) <= at and not is_void(each.key_id, each.recorded_at)
    ]
    return begun[-1] if begun else None


@dataclass(frozen=True)
class Outage:
    """A time in which a resource was out, as its provider tells it.

    Attributes:
        first: The record that told of it first.
        last: The one that counts.
    """

    first: Told
    last: Told

    def seconds(self, since: int, until: int) -> int:
        """Seconds of it that lie in a period."""
        end = min(self.last.until, until) if self.last.until else until
        return max(0, end - max(self.last.since, since))

    def covers(self, at: int) -> bool:
        """Whether it was on at a moment."""
        return self.last.since <= at and (not self.last.until or at < self.last.until)


def outages_of(declaration: Declaration | None, is_void: IsVoid) -> list[Outage]:
    """The outages of a resource, by their beginning; each as the last record that counts tells it."""
    found: dict[int, Outage] = {}
    for each in declaration.told if declaration else ():
        if not is_void(each.key_id, each.recorded_at):
            before = found.get(each.since)
            found[each.since] = Outage(before.first if before else each, each)
    return [found[since] for since in sorted(found)]


def out_seconds(outages: Iterable[Outage], since: int, until: int) -> int:
    """Seconds of a period in which a resource was out; where two outages overlap, once."""
    total, reached = 0, since
    for each in outages:
        total += each.seconds(reached, until)
        reached = max(reached, min(each.last.until, until) if each.last.until else until)
    return total


@dataclass(frozen=True)
class Availability:
    """How far an interface was to be had in a period, and how far its provider promised it.

    By the outages that the provider declared: what it kept silent about, probes tell (`silent_undeclared`).

    Attributes:
        promised: Percent of the time, a decimal number.
        out: Seconds in which it was out.
        span: Seconds of the period, at least one.

    Example:
        >>> half = Availability("99.9", 500, 1_000)
        >>> half.measured, half.is_kept
        ('50.000', False)
    """

    promised: str
    out: int
    span: int

    @property
    def measured(self) -> str:
        """Percent with three decimals, rounded down: never more than it was."""
        thousandths = (self.span - self.out) * 100_000 // self.span
        return f"{thousandths // 1_000}.{thousandths % 1_000:03d}"

    @property
    def is_kept(self) -> bool:
        """Whether it was to be had as long as promised."""
        return Decimal(self.promised) * self.span <= 100 * (self.span - self.out)


def silent_undeclared(resource: Resource, declaration: Declaration | None, is_void: IsVoid) -> list[Probed]:
    """Probes that nobody answered although no outage was declared before the probe was recorded.

    Who tells of an outage only when the probe stands on the ledger makes nothing good by that.
    """
    told = declaration.told if declaration else ()
    silent = (each for each in resource.probes if each.outcome is ProbeOutcome.SILENT)
    return [each for each in silent if not _was_declared(told, each, is_void)]


def _was_declared(told: Iterable[Told], probe: Probed, is_void: IsVoid) -> bool:
    before = tuple(each for each in told if each.seq < probe.seq)
    known = Declaration(0, "", DeclarationKind.OUTAGE, "", before)
    return any(each.covers(probe.probed_at) for each in outages_of(known, is_void))


def overlapping(snapshots: Iterable[Told], since: int, until: int, own: int = 0) -> list[int]:
    """Numbers, counted from 1, of the snapshots whose periods share a moment with a period.

    Args:
        snapshots: All of a resource.
        since: Beginning of the period.
        until: First moment after it.
        own: Number of the snapshot whose period it is, which is left out.
    """
    return [
        number
        for number, each in enumerate(snapshots, 1)
        if number != own and each.since < until and since < each.until
    ]


def midnight(at: int) -> int:
    """The last midnight in China.

    Example:
        >>> midnight(1_767_225_600) == 1_767_225_600 - 8 * 3_600
        True
    """
    return (at + BEIJING) // 86_400 * 86_400 - BEIJING
