"""The places of a home that keep something of a license's document, and how each lets go of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.domain.entities import License
from ledger.ports import Content, IssuerHome
from ledger.service.documents import documents_of


@dataclass(frozen=True)
class Doomed:
    """A license whose document is to be erased.

    Attributes:
        license: As the ledger holds it.
        identifier: Where this home knows it; else empty.
        cids: Content ids of its encrypted documents.
    """

    license: License
    identifier: str
    cids: tuple[str, ...]

    @property
    def id(self) -> str:
        """Its license id, 0x-hex."""
        return self.license.license_id


class ContentPlace(Protocol):
    """One place. Every call may be made again, whatever died before."""

    @property
    def name(self) -> str:
        """What its things are called in answers."""
        ...

    def count(self, doomed: Doomed) -> int:
        """How many things of a license it keeps; raises where it cannot let go of them now."""
        ...

    def destroy(self, doomed: Doomed) -> None:
        """Let go of them."""
        ...

    def settle(self) -> None:
        """Leave nothing on the disk of what was let go."""
        ...


class WrapsPlace:
    """The issuer's register: wrapped keys.

    Args:
        home: Has the register.
    """

    name = "wraps"

    def __init__(self, home: IssuerHome) -> None:
        self._home = home

    def count(self, doomed: Doomed) -> int:
        """How many wrapped keys there are."""
        return sum(len(each.wraps) for each in documents_of(self._home, doomed.license))

    def destroy(self, doomed: Doomed) -> None:
        """Write the register anew without them."""
        self._home.forget_documents(doomed.license.issuer, doomed.id)

    def settle(self) -> None:
        """Nothing is left."""


class DraftPlace:
    """Drafts of single licenses: content with its salts.

    Args:
        traces: From a license id to the files that there are of its draft.
        erase: Destroys them.
    """

    name = "drafts"

    def __init__(self, traces: Callable[[str], Sequence[object]], erase: Callable[[str], None]) -> None:
        self._traces, self._erase = traces, erase

    def count(self, doomed: Doomed) -> int:
        """How many files there are."""
        return len(self._traces(doomed.id))

    def destroy(self, doomed: Doomed) -> None:
        """Overwrite and remove them."""
        self._erase(doomed.id)

    def settle(self) -> None:
        """Nothing is left."""


class Rows(Protocol):
    """A database with rows of licenses.

    Leaves of batches, answers of the API that are kept for a while, messages that wait for a signature.
    """

    def count(self, license_id: str) -> int:
        """How many rows carry the content of a license."""
        ...

    def forget(self, license_id: str) -> None:
        """Forget them."""
        ...

    def compact(self) -> None:
        """Leave nothing on the disk of what was forgotten."""
        ...


@dataclass(frozen=True)
class RowsPlace:
    """A database: content with its salts.

    Attributes:
        name: What its rows are called in answers.
        rows: The database.
    """

    name: str
    rows: Rows

    def count(self, doomed: Doomed) -> int:
        """How many there are."""
        return self.rows.count(doomed.id)

    def destroy(self, doomed: Doomed) -> None:
        """Forget them."""
        self.rows.forget(doomed.id)

    def settle(self) -> None:
        """Write the file anew."""
        self.rows.compact()


class Feeds(Protocol):
    """The folders of feeds."""

    def count(self, identifier: str, license_id: str) -> int:
        """How many files of a license there are; raises where a line about it is not settled."""
        ...

    def forget(self, identifier: str) -> None:
        """Destroy them."""
        ...

    def compact(self) -> None:
        """Leave nothing on the disk of settled lines."""
        ...


class FilesPlace:
    """Folders of collected licenses: license files.

    Args:
        feeds: From issuer and type to the folders of their feeds.
    """

    name = "files"

    def __init__(self, feeds: Callable[[str, str], Feeds]) -> None:
        self._feeds = feeds
        self._touched: dict[tuple[str, str], Feeds] = {}

    def count(self, doomed: Doomed) -> int:
        """How many there are."""
        return self._of(doomed).count(doomed.identifier, doomed.id) if doomed.identifier else 0

    def destroy(self, doomed: Doomed) -> None:
        """Overwrite and remove them."""
        feeds = self._touched[doomed.license.issuer, doomed.license.license_type] = self._of(doomed)
        if doomed.identifier:
            feeds.forget(doomed.identifier)

    def settle(self) -> None:
        """Write the books of the feeds anew."""
        for feeds in self._touched.values():
            feeds.compact()

    def _of(self, doomed: Doomed) -> Feeds:
        return self._feeds(doomed.license.issuer, doomed.license.license_type)


class BlobsPlace:
    """Encrypted documents, in every store of this home.

    Args:
        stores: The stores.
    """

    name = "documents"

    def __init__(self, stores: Sequence[Content]) -> None:
        self._stores = stores

    def count(self, doomed: Doomed) -> int:
        """How many there are, over all stores."""
        return sum(store.has(cid) for store in self._stores for cid in doomed.cids)

    def destroy(self, doomed: Doomed) -> None:
        """Erase them."""
        for store in self._stores:
            for cid in doomed.cids:
                store.erase(cid)

    def settle(self) -> None:
        """Nothing is left."""
