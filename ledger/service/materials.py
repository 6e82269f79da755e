"""Ask once (免提交): which materials of a service item the ledger already has.

The ledger knows no person, so whoever asks brings the licenses: a holder those of her wallet, a body those
that it was shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledger.domain.acts import Sharing, Status
from ledger.domain.canonical import JsonObject
from ledger.domain.entities import License
from ledger.domain.items import ItemList, Material
from ledger.domain.lifecycle import status_at
from ledger.domain.sharing_entities import Resource
from ledger.domain.state import StateView, typed
from ledger.proof.verification import cut_offs_of, recognition_basis

LAW = {
    "zh": "《政务数据共享条例》第七条：能够通过共享获取的，不得重复收集",
    "en": "Regulation on sharing of government data, art. 7: what sharing provides is not collected again",
}
"""On what a holder relies who does not bring what the ledger has."""


@dataclass(frozen=True)
class Answer:
    """Whether one material has to be brought.

    Attributes:
        material: It.
        is_there: Whether the ledger has it.
        reason: Why, in one word of `docs/interfaces.md`.
        license_id: The license by which it is there, 0x-hex, or empty.
        recognition: Why that counts in the item's region.
        resource: Key of the resource by which the handling body can fetch it, or empty.
    """

    material: Material
    is_there: bool
    reason: str
    license_id: str = ""
    recognition: Mapping[str, object] | None = None
    resource: str = ""

    def as_json(self) -> JsonObject:
        """A member of `materials`."""
        return {
            **self.material.as_json(),
            "have": self.is_there,
            "reason": self.reason,
            "licenseId": self.license_id or None,
            "recognition": dict(self.recognition) if self.recognition else None,
            "resource": self.resource or None,
            "basis": dict(LAW) if self.is_there else None,
        }


def materials_there(
    state: StateView, resources: Iterable[Resource], listed: ItemList, licenses: Iterable[License], at: int
) -> list[Answer]:
    """What the ledger has of the materials of an item, one answer for each, in their order.

    Args:
        state: The ledger, as known at `at`.
        resources: Its catalog.
        listed: The item's list.
        licenses: Those at hand.
        at: The moment, in Unix seconds.
    """
    asked = _Asked(state, tuple(resources), tuple(licenses), listed.region, at)
    return [_answer(asked, each) for each in listed.materials]


@dataclass(frozen=True)
class _Asked:
    """The ledger and what is at hand, at a moment and for a region."""

    state: StateView
    resources: tuple[Resource, ...]
    licenses: tuple[License, ...]
    region: int
    at: int


def _answer(asked: _Asked, material: Material) -> Answer:
    if material.original:
        return Answer(material, False, "ORIGINAL_NEEDED")
    if material.resource:
        return _by_resource(asked, material)
    if not material.license_type:
        return Answer(material, False, "NOT_ON_THE_LEDGER")
    found = (_by_license(asked, material, each) for each in asked.licenses)
    told = [each for each in found if each is not None]
    best = next((each for each in told if each.is_there), told[0] if told else None)
    return best or Answer(material, False, "NO_LICENSE_AT_HAND")


def _by_resource(asked: _Asked, material: Material) -> Answer:
    found = typed(asked.state, "resource", material.resource, Resource)
    if found is None:
        return Answer(material, False, "RESOURCE_UNKNOWN")
    if found.current.sharing is Sharing.NOT_SHARED:
        return Answer(material, False, "NOT_SHARED")
    return Answer(material, True, "SHARED", resource=material.resource)


def _by_license(asked: _Asked, material: Material, license_: License) -> Answer | None:
    """What a license answers; None where it is of a type that has nothing to do with the material."""
    state, at, own = asked.state, asked.at, license_.license_type
    basis = recognition_basis(state, own, license_.region, asked.region, at, at)
    counts_as = own if basis is None else str(basis.get("asType", own))
    if material.license_type not in (own, counts_as):
        return None
    standing = status_at(license_, at, at, cut_offs_of(state, at))
    if standing.status is not Status.IN_FORCE:
        return Answer(material, False, standing.status.name, license_.license_id)
    if basis is None or material.license_type != counts_as:
        return Answer(material, False, "NOT_RECOGNIZED_HERE", license_.license_id)
    resource = next((each.key for each in asked.resources if _provides(each, license_)), "")
    return Answer(material, True, "IN_FORCE", license_.license_id, basis, resource)


def _provides(resource: Resource, license_: License) -> bool:
    """Whether the handling body can fetch the license by a resource, as far as the catalog tells."""
    current = resource.current
    is_of = (current.license_type, resource.owner) == (license_.license_type, license_.issuer)
    return is_of and current.sharing is not Sharing.NOT_SHARED
