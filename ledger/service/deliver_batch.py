"""One batch from its inputs to license files: issued once and handed over, whatever dies meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from ledger.domain.document import FilledIn
from ledger.errors import RuleError
from ledger.ports import Signer
from ledger.service.orders import Issued, IssuedBatch, Renews


class Batches(Protocol):
    """What issues: `ledger.service.issue_batch.IssueBatches`, or a service."""

    def issue_batch(
        self, given: Sequence[FilledIn], signer: Signer, renews: Renews | None = None
    ) -> IssuedBatch:
        """Issue one batch; the same inputs again give the same one."""
        ...


class Folder(Protocol):
    """Where the license files stand."""

    def has(self, identifier: str) -> bool:
        """Whether the file of a license is there."""
        ...

    def write(self, identifier: str, data: bytes) -> None:
        """Write the file of a license, whole or not at all."""
        ...

    def sync(self) -> None:
        """Have all that was written on disk."""
        ...


Remember = Callable[[Sequence[Issued]], None]
"""Notes licenses in the issuer's home."""

Renewing = Callable[[], Renews | None]
"""Whose places the licenses of a batch take, as the ledger has those now."""

_ANEW = frozenset({"MESSAGE_EXPIRED", "MESSAGE_EXPIRED_UNSENT", "STALE_REVISION"})
"""Refusals of what was signed too long ago, or before something else happened."""
_MOST_TRIES = 3


class DeliverBatch:
    """Issues batches into a folder.

    Args:
        batches: What issues.
        folder: Takes the license files.
        remember: Notes licenses, so that they are found by their identifiers.
    """

    def __init__(self, batches: Batches, folder: Folder, remember: Remember) -> None:
        self._batches, self._folder, self._remember = batches, folder, remember

    def issue(
        self, group: Sequence[FilledIn], signer: Signer, renewing: Renewing = lambda: None
    ) -> IssuedBatch:
        """Issue a batch and write its files; the same inputs again finish the same batch."""
        batch = self._issued(group, signer, renewing)
        self.deliver(batch.licenses)
        return batch

    def deliver(self, licenses: Sequence[Issued]) -> None:
        """Write the files of licenses; on return they are on disk."""
        for issued in licenses:
            self._folder.write(issued.envelope.identifier, issued.envelope.to_bytes())
        self._remember(licenses)
        self._folder.sync()

    def _issued(self, group: Sequence[FilledIn], signer: Signer, renewing: Renewing) -> IssuedBatch:
        """A draft that ran out while it lay here is dropped when refused, and signed anew."""
        for _ in range(_MOST_TRIES - 1):
            try:
                return self._batches.issue_batch(group, signer, renewing())
            except RuleError as error:
                if error.code not in _ANEW:
                    raise
        return self._batches.issue_batch(group, signer, renewing())
