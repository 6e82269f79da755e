"""What ties a holder's device to a license: the binding in effect, from all that was bound and frozen.

A binding counts where it binds somebody and the body that made it had the right and the key when it was
recorded, by what is known now; else the one before it goes on. A freeze is restrictive: it stands,
whoever signed it, until the license is bound anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ledger.domain.acts import Act, Purpose
from ledger.domain.entities import IsVoid, Key, License, LicenseFact, Terms
from ledger.domain.lineage import followers_of, regions_above, void_as_of
from ledger.domain.objects import entitlement_object, organisation_id, organisation_object, region_object
from ledger.domain.official import TypeKind
from ledger.domain.rights import IDENTITY_PROVIDER, Rights
from ledger.domain.state import StateView, typed

_UNBOUND = "0x" + "00" * 32


def flags_of(kind: TypeKind | None, flags: Iterable[str]) -> tuple[str, ...]:
    """Flags as they are told of something of a kind: of a document nothing is said of a holder's device."""
    is_document = kind is TypeKind.DOCUMENT
    return tuple(each for each in flags if not (is_document and each == "HOLDER_UNBOUND"))


@dataclass(frozen=True)
class Binding:
    """What a license is bound to.

    Attributes:
        value: The holder binding, 0x-hex; zeros where no device is bound.
        is_frozen: Whether it stopped until the license is bound anew.
    """

    value: str
    is_frozen: bool = False

    @property
    def flags(self) -> tuple[str, ...]:
        """What is shown beside a verdict."""
        unbound = ("HOLDER_UNBOUND",) if self.value == _UNBOUND else ()
        return (*unbound, "HOLDER_FROZEN") if self.is_frozen else unbound


def binding_at(state: StateView, license_: License, as_of: int) -> Binding:
    """The binding in effect, as the ledger held it at a moment.

    Args:
        state: What decides about those who bound; complete for `binding_objects`.
        license_: With all its facts.
        as_of: Moment of knowledge.
    """
    is_void = void_as_of(state, as_of)
    found = Binding(license_.facts[0].holder_binding)
    for fact in license_.facts[1:]:
        if fact.recorded_at > as_of:
            break
        if fact.act is Act.FREEZE:
            found = replace(found, is_frozen=True)
        elif fact.act is Act.BIND and holds(state, license_, fact, is_void):
            found = Binding(fact.holder_binding)
    return found


def holds(state: StateView, license_: License, fact: LicenseFact, is_void: IsVoid) -> bool:
    """Whether it binds somebody, and who bound could: its key was good when recorded, and it had the right.

    Args:
        state: As for `binding_at`.
        license_: What was bound.
        fact: The binding.
        is_void: What is void, as known by whoever asks.
    """
    key = typed(state, "key", fact.key_id, Key)
    if fact.holder_binding == _UNBOUND:
        return False
    if key is None or key.purpose is not Purpose.SIGN or not key.is_valid_at(fact.recorded_at):
        return False
    if key.owner != organisation_id(fact.by) or is_void(fact.key_id, fact.recorded_at):
        return False
    return Rights.of_fact(state, fact, is_void).may_bind(fact.by, license_)


def binding_objects(state: StateView, license_: License) -> set[bytes]:
    """Objects whose histories decide which binding is in effect, as far as `state` lets one know.

    Beside the license's keys, type and right; nothing where nobody bound anything after the issue.
    """
    binders = {fact.by for fact in license_.facts if fact.act is Act.BIND}
    if not binders:
        return set()
    needed = {organisation_object(each) for each in followers_of(state, license_.issuer)}
    needed |= {entitlement_object(IDENTITY_PROVIDER, each) for each in binders - {license_.issuer}}
    return needed | {region_object(code) for code in regions_above(state, license_.region)}


def binding_keys(state: StateView, license_: License) -> set[str]:
    """Keys on which the rights of identity providers rest."""
    binders = {fact.by for fact in license_.facts if fact.act is Act.BIND}
    rights = (typed(state, "entitlement", f"{IDENTITY_PROVIDER}/{each}", Terms) for each in binders)
    return {key for right in rights if right for term in right.terms for key in term.by_keys}
