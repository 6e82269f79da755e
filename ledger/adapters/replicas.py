"""Several stores of encrypted documents as one: kept in each of them, read from whichever has it right."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.errors import ContentOutageError, LedgerError, TrustError
from ledger.ports import Content


class ReplicatedContent:
    """The `Content` port over several stores.

    What is put counts as kept when every store has it: while one of them is away, nothing is put.
    What is asked for comes from the first that has it whole, so that one store alone serves readers,
    and one that alters bytes harms nobody.

    Args:
        stores: In the order in which they are asked; one at least.
    """

    def __init__(self, stores: Sequence[Content]) -> None:
        self._stores = stores

    def put(self, data: bytes) -> str:
        """Keep bytes in every store.

        Raises:
            LedgerError: As the stores; some of them may have kept it then.
        """
        return self.put_all([data])[0]

    def put_all(self, many: Sequence[bytes]) -> list[str]:
        """Keep many in every store; raises as `put`."""
        named = [store.put_all(many) for store in self._stores]
        return named[0]

    def get(self, cid: str) -> bytes:
        """The bytes of an id, from the first store that has them whole.

        Raises:
            MalformedError: `CID_MALFORMED`.
            TrustError: One of the stores has other bytes, and none has these.
            ContentOutageError: The first store that could not be asked; `CONTENT_MISSING`: all could.
        """
        problems: list[LedgerError] = []
        for store in self._stores:
            try:
                return store.get(cid)
            except (ContentOutageError, TrustError) as error:
                problems.append(error)
        raise min(problems, key=_weight)

    def has(self, cid: str) -> bool:
        """Whether any of the stores holds it; raises where one cannot be asked."""
        found = [store.has(cid) for store in self._stores]
        return any(found)

    def erase(self, cid: str) -> bool:
        """Destroy content in every store; False when none had it.

        Raises:
            LedgerError: As the stores; it may still be in some of them then.
        """
        found = [store.erase(cid) for store in self._stores]
        return any(found)


def _weight(problem: LedgerError) -> int:
    """What a reader has to know first: altered bytes, then a store that may have it, then absence."""
    if isinstance(problem, TrustError):
        return 0
    return 2 if problem.code == "CONTENT_MISSING" else 1
