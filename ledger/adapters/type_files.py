"""License types of a ledger as files: what a founding file brings, kept for issuers and verifiers."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from ledger.domain.acts import verbs_of
from ledger.domain.canonical import JsonObject, canonical, parse_strict
from ledger.domain.founding import FoundingType
from ledger.domain.license_types import LicenseType, builtin_types, license_type
from ledger.domain.official import KIND
from ledger.domain.rights import IDENTITY_PROVIDER
from ledger.errors import MalformedError, UsageError


class TypeFiles:
    """Types in a folder, one `<code>.json` each; the shipped ones need no file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, code: str) -> LicenseType:
        """The type of a code.

        Raises:
            MalformedError: `LICENSE_TYPE_UNKNOWN`, or a definition that cannot be read.
        """
        try:
            definition = (self._folder / f"{code[:21]}.json").read_bytes()
        except OSError:
            return license_type(code)
        return _read_type(definition)

    def with_digest(self, code: str, digest: str) -> LicenseType | None:
        """The definition of a type that has a schema digest, the present one or an earlier one.

        Args:
            code: 21 characters.
            digest: As the Catalog records it, 0x-hex.
        """
        shipped = next((each for each in builtin_types() if each.code == code), None)
        if shipped and "0x" + shipped.schema_digest.hex() == digest:
            return shipped
        for path in (self._folder / f"{code[:21]}.json", self._earlier(code, digest)):
            with suppress(OSError, MalformedError):
                kind = _read_type(path.read_bytes())
                if "0x" + kind.schema_digest.hex() == digest:
                    return kind
        return None

    def _earlier(self, code: str, digest: str) -> Path:
        return self._folder / "earlier" / f"{code[:21]}-{digest[2:18]}.json"

    def all(self) -> list[LicenseType]:
        """Every type known here."""
        known = {kind.code: kind for kind in builtin_types()}
        for path in sorted(self._folder.glob("*.json")):
            kind = _read_type(path.read_bytes())
            known[kind.code] = kind
        return list(known.values())

    def read(self, given: FoundingType, beside: Path) -> LicenseType:
        """The type that a founding file means; arguments as for `take`.

        Raises:
            MalformedError: `LICENSE_TYPE_BAD`, `DOCUMENT_ACTS` and others: the definition cannot be read, or
                the row contradicts it.
        """
        if given.code == IDENTITY_PROVIDER:
            names = (given.name, given.name)
            return LicenseType(given.code, *names, {}, {}, given.acts, given.scope, given.sharing)
        if given.schema is None:
            return _fitting(license_type(given.code), given)
        return _fitting(LicenseType.from_json(_definition(given, beside)), given)

    def take(self, given: FoundingType, beside: Path) -> LicenseType:
        """The type that a founding file means, kept as a file where it brings a schema of its own.

        It is kept under its digest, too: licenses of this version are checked by it when another follows.

        The right of identity providers has neither: no license is of it.

        Args:
            given: The row of the founding file.
            beside: Folder against which a schema path is read.
        """
        kind = self.read(given, beside)
        if given.schema is None:
            return kind
        earlier = self._earlier(kind.code, "0x" + kind.schema_digest.hex())
        for path in (earlier, self._folder / f"{kind.code}.json"):
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.parent / f".{kind.code}.{os.getpid()}"
            draft.write_bytes(canonical(kind.as_json()))
            os.replace(draft, path)
        return kind


@lru_cache(maxsize=64)
def _read_type(definition: bytes) -> LicenseType:
    """Remembered by its text: a file may change, and checking a schema takes long."""
    return LicenseType.from_json(parse_strict(definition))


def _fitting(kind: LicenseType, given: FoundingType) -> LicenseType:
    """The type, where the row of the founding file says nothing else of it than its definition."""
    if given.kind is not None and given.kind != kind.kind.name:
        raise MalformedError("LICENSE_TYPE_BAD", part=KIND)
    kind.require_acts(given.acts)
    return kind


def _definition(given: FoundingType, beside: Path) -> JsonObject:
    schema = _read(beside / given.schema) if isinstance(given.schema, str) else dict(given.schema or {})
    if "code" in schema and "schema" in schema:
        return schema
    return parse_strict(
        json.dumps(
            {
                "code": given.code,
                "name": given.name,
                "schema": schema,
                "grades": dict(given.grades),
                "scope": given.scope.name,
                "sharing": given.sharing.name,
                "acts": verbs_of(given.acts),
                **({"derived": dict(given.derived)} if given.derived else {}),
                **({KIND: given.kind} if given.kind else {}),
            }
        ).encode()
    )


def _read(path: Path) -> JsonObject:
    try:
        return parse_strict(path.read_bytes())
    except OSError as error:
        raise UsageError("FILE_UNREADABLE", path=str(path), reason=error.strerror or str(error)) from None
