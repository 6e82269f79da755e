"""Which archive packages this home made: their digests, never what is in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from ledger.domain.canonical import JsonObject
from ledger.errors import MalformedError, UnknownIdError
from ledger.ports import Erasures
from ledger.service.documents import require_not_erased
from ledger.service.statements import Statements, read_statement
from ledger.service.warrants import ArchivedPackage

FORMAT = "elicense-packages/1"


class Packages:
    """The packages of a home, by license.

    Args:
        store: Has one file for each license of which a package was made.
        unchanged: Keeps everybody from ordering an erasure meanwhile.
        erasures: Of this home.
    """

    def __init__(
        self, store: Statements, unchanged: Callable[[], AbstractContextManager[None]], erasures: Erasures
    ) -> None:
        self._store, self._unchanged, self._erasures = store, unchanged, erasures

    def of(self, license_id: str) -> list[ArchivedPackage]:
        """The packages of a license (0x-hex), the oldest first.

        Raises:
            StoreOutageError: `STATEMENT_DAMAGED`.
        """
        return read_statement(self._store, _name(license_id), _packages) or []

    def add(self, license_id: str, package: ArchivedPackage) -> None:
        """Note a package that was made, before anybody gets it; noting it twice does no harm.

        Whoever erases the document is told of it, or it comes too late.

        Raises:
            ErasedError: `DOCUMENT_ERASED`, `ERASURE_UNFINISHED`: the order came while it was made.
            StoreOutageError: `OUTBOX`, `STATEMENT_DAMAGED`.
        """
        with self._unchanged(), self._store.hold(_name(license_id)):
            require_not_erased(self._erasures, license_id)
            known = {each.sm3: each for each in self.of(license_id)}
            self._save(license_id, {package.sm3: package, **known})

    def receive(self, license_id: str, sm3: str) -> ArchivedPackage:
        """Note that whoever had a package made has it on disk.

        Raises:
            UnknownIdError: `ARCHIVE_UNKNOWN`: no such package of the license was made here.
            StoreOutageError: `OUTBOX`, `STATEMENT_DAMAGED`.
        """
        with self._store.hold(_name(license_id)):
            known = {each.sm3: each for each in self.of(license_id)}
            if sm3 not in known:
                raise UnknownIdError("ARCHIVE_UNKNOWN", id=license_id, sm3=sm3)
            known[sm3] = known[sm3]._replace(kept=True)
            self._save(license_id, known)
        return known[sm3]

    def _save(self, license_id: str, packages: Mapping[str, ArchivedPackage]) -> None:
        rows = [each._asdict() for each in packages.values()]
        self._store.save(_name(license_id), {"format": FORMAT, "packages": rows})


def _name(license_id: str) -> str:
    return license_id.removeprefix("0x")


def _packages(value: JsonObject) -> list[ArchivedPackage]:
    match value:
        case {"format": "elicense-packages/1", "packages": list(rows), **rest} if not rest:
            return list(map(_package, rows))
    raise MalformedError("JSON_TYPE")


def _package(row: object) -> ArchivedPackage:
    match row:
        case {"sm3": str(sm3), "rev": int(rev), "kept": bool(kept)}:
            return ArchivedPackage(sm3, rev, kept)
    raise MalformedError("JSON_TYPE")
