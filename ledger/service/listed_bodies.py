"""Which body an object of the ledger stands for."""

from __future__ import annotations

from ledger.domain.entities import Organisation
from ledger.domain.objects import organisation_id, region_id
from ledger.ports import Entities


def listed_bodies(index: Entities) -> dict[str, str]:
    """From the objects of bodies and regions (0x-hex) to their codes."""
    bodies = (each for _, each in index.entities("organisation") if isinstance(each, Organisation))
    regions = {region_id(int(code)): f"{int(code):06d}" for code, _ in index.entities("region")}
    return {organisation_id(each.uscc): each.uscc for each in bodies} | regions
