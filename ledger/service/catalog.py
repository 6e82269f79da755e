"""The catalog as the ledger holds it: license types and agreements between regions."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ledger.domain.acts import effects_of, verbs_of
from ledger.domain.competent import competent_bodies
from ledger.domain.entities import LicenseType, Terms, TypeVersion
from ledger.domain.grounds import grounds_of_acts
from ledger.domain.license_types import LicenseType as Definition
from ledger.domain.moments import rfc3339
from ledger.errors import UnknownIdError
from ledger.ports import Clock, Index

Json = dict[str, object]


class Catalog:
    """Lists types and agreements.

    Args:
        index: Brings the index up to the chain's head and hands it over.
        definitions: The type definitions known here.
        clock: Tells now.
    """

    def __init__(
        self,
        index: Callable[[], Index],
        definitions: Callable[[], Iterable[Definition]],
        clock: Clock,
    ) -> None:
        self._index, self._definitions, self._clock = index, definitions, clock

    def types(self) -> list[Json]:
        """Every registered type in its present version, by code.

        Raises:
            OutageError: The ledger cannot be asked.
        """
        names = {each.code: each for each in self._definitions()}
        found = [each for _, each in self._index().entities("type") if isinstance(each, LicenseType)]
        return [_type_json(each, each.versions[-1], names.get(each.code)) for each in found]

    def type(self, code: str) -> Json:
        """One type, with schema and derived fields of its face where they are known here and registered.

        Raises:
            UnknownIdError: `UNKNOWN_TYPE`.
            OutageError: The ledger cannot be asked.
        """
        found = self._index().get("type", code)
        if not isinstance(found, LicenseType):
            raise UnknownIdError("UNKNOWN_TYPE", licenseType=code[:40])
        version = found.versions[-1]
        known = next((each for each in self._definitions() if each.code == code), None)
        shown = known if _is_registered(known, version) else None
        return {
            **_type_json(found, version, known),
            "schema": shown.schema if shown else None,
            "derived": shown.derived_json() if shown else None,
        }

    def recognitions(
        self, from_region: str | None = None, to_region: str | None = None, license_type: str | None = None
    ) -> list[Json]:
        """Every agreement by regions and type: the term in force, else the one recorded last.

        Args:
            from_region: Six digits of the region whose licenses are accepted, or None for all.
            to_region: Six digits of the region that accepts them.
            license_type: Code of the type.

        Raises:
            OutageError: The ledger cannot be asked.
        """
        wanted = (from_region, to_region, license_type)
        now = int(self._clock.now().timestamp())
        return [
            _agreement_json(agreement, now)
            for _, agreement in self._index().entities("recognition")
            if isinstance(agreement, Terms) and _fits(agreement.key, wanted)
        ]


def _fits(key: tuple[str, ...], wanted: tuple[str | None, ...]) -> bool:
    return all(part is None or part == own for part, own in zip(wanted, key, strict=True))


def _is_registered(known: Definition | None, version: TypeVersion) -> bool:
    return known is not None and "0x" + known.schema_digest.hex() == version.schema_digest


def _type_json(kind: LicenseType, version: TypeVersion, known: Definition | None) -> Json:
    return {
        "type": kind.code,
        "name": None if known is None else {"zh": known.name_zh, "en": known.name_en},
        "kind": known.kind.value if known is not None and _is_registered(known, version) else None,
        "version": len(kind.versions),
        "since": rfc3339(version.since),
        "scope": version.scope.name,
        "sharing": version.sharing.name,
        "region": f"{version.region:06d}" if version.region else None,
        "definer": version.definer or None,
        "ground": version.ground or None,
        "acts": verbs_of(version.acts),
        "competent": competent_bodies(version.acts),
        "effects": effects_of(version.acts),
        "grounds": grounds_of_acts(version.acts),
        "schemaDigest": version.schema_digest,
        "gradesDigest": version.grades_digest,
    }


def _agreement_json(agreement: Terms, now: int) -> Json:
    from_region, to_region, code = agreement.key
    term = agreement.at(now, now)
    shown = term or agreement.terms[-1]
    return {
        "from": from_region,
        "to": to_region,
        "type": code,
        "asType": shown.detail,
        "since": rfc3339(shown.since),
        "until": rfc3339(shown.until) if shown.until else None,
        "rev": agreement.rev,
        "inForce": term is not None,
    }
