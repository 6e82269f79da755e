"""Entities of sharing as they were known at a moment: without what was recorded after it.

Counters that an entity carries (how often a grant was used) stay as they are: they tell nothing of time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from ledger.domain.entities import Entity, LicenseType, Organisation
from ledger.domain.sharing_entities import (
    Acknowledgement,
    CodeTable,
    Correction,
    Declaration,
    Demand,
    Duty,
    Edition,
    Grant,
    Recorded,
    Refusal,
    Repeat,
    Resource,
    UseBatch,
    Uses,
)

R = TypeVar("R", bound=Recorded)


def as_known(entity: Entity, at: int) -> Entity | None:
    """An entity as the records until a moment tell it; None of what they do not know yet.

    Args:
        entity: With its whole history; what is neither shared nor of the registry of those who share comes
            back as it is.
        at: The moment.

    Example:
        >>> as_known(Demand(1, "11310118MB1A2B3C4D", "0x00", "", 100), 99) is None
        True
    """
    known = _CUTS.get(type(entity))
    return known(entity, at) if known else entity


def _record(entity: Uses | UseBatch | Refusal | Acknowledgement | Repeat, at: int) -> Entity | None:
    return entity if entity.recorded_at <= at else None


def _edition(entity: Edition, at: int) -> Entity | None:
    known = entity if entity.withdrawn_at <= at else replace(entity, withdrawn_at=0)
    return known if entity.recorded_at <= at else None


def _grant(entity: Grant, at: int) -> Entity | None:
    return replace(entity, steps=_until(entity.steps, at)) if entity.recorded_at <= at else None


def _demand(entity: Demand, at: int) -> Entity | None:
    offers, matches = _until(entity.offers, at), _until(entity.matches, at)
    return replace(entity, offers=offers, matches=matches) if entity.recorded_at <= at else None


def _correction(entity: Correction, at: int) -> Entity | None:
    steps = _until(entity.steps, at)
    return replace(entity, steps=steps) if steps else None


def _declaration(entity: Declaration, at: int) -> Entity | None:
    told = _until(entity.told, at)
    return replace(entity, told=told) if told else None


def _code_table(entity: CodeTable, at: int) -> Entity | None:
    versions = _until(entity.versions, at)
    return replace(entity, versions=versions) if versions else None


def _duty(entity: Duty, at: int) -> Entity | None:
    terms = _until(entity.terms, at)
    return replace(entity, terms=terms) if terms else None


def _resource(entity: Resource, at: int) -> Entity | None:
    versions, mounts = _until(entity.versions, at), _until(entity.mounts, at)
    known = replace(entity, versions=versions, mounts=mounts, probes=_until(entity.probes, at))
    return known if versions else None


def _type(entity: LicenseType, at: int) -> Entity | None:
    return replace(entity, versions=tuple(each for each in entity.versions if each.since <= at))


def _organisation(entity: Organisation, at: int) -> Entity | None:
    return entity if entity.succession_recorded_at <= at else replace(entity, successor="")


def _until(history: Iterable[R], at: int) -> tuple[R, ...]:
    return tuple(each for each in history if each.recorded_at <= at)


_CUTS: Mapping[type, Callable[[Any, int], Entity | None]] = {
    Acknowledgement: _record,
    CodeTable: _code_table,
    Correction: _correction,
    Declaration: _declaration,
    Demand: _demand,
    Duty: _duty,
    Edition: _edition,
    Grant: _grant,
    LicenseType: _type,
    Organisation: _organisation,
    Refusal: _record,
    Repeat: _record,
    Resource: _resource,
    UseBatch: _record,
    Uses: _record,
}
