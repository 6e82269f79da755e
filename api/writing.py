"""What routes need in order to write: handed in by `api.main`, as the services of `api.services`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.errors import NotEntitledError
from ledger.ports import Signer
from ledger.ports.queue import MessageQueue, Queued, Request
from ledger.service.accept import Desk
from ledger.service.act import ActOnLicenses
from ledger.service.handed_in import SignedElsewhere
from ledger.service.handed_registry import RegistryOnLedger
from ledger.service.issue import IssueLicenses
from ledger.service.issue_batch import IssueBatches
from ledger.service.old_licenses import OldLicenses
from ledger.service.orders import Issued
from ledger.service.outcome import Outcomes
from ledger.service.represent import RepresentHolders
from ledger.service.share import ShareOnLedger


@dataclass(frozen=True)
class Writing:
    """The writing half of the services.

    Attributes:
        queue: The accepted messages.
        desk: Where a department (its code, its request, the seconds that it waits) hands messages in.
        issuing: Issues and amends with keys that this service holds.
        batches: Issues in batches with them.
        old_licenses: Where licenses stand that are to be renewed, as the newest block has them.
        acting: Acts with them.
        representing: Lets others stand in for holders with them.
        sharing: Takes what is signed about sharing.
        registry: Prepares and takes what is signed about the registry.
        elsewhere: Prepares and takes what is signed elsewhere.
        outcomes: Tells what messages of the queue do.
        identifier_for: (USCC, license id) → its identifier, where that is known and the body acts on it.
        status: Where a license stands now; None where no node says so.
        lifted: (license, record number) → the suspensions that this act lifted; None where no node says so.
        remember: Notes which identifiers stand for which licenses, and where their documents are.
        signs_for: Whether an organisation may sign in an issuer's name, for a type.
        promises: `GIVEN`, or why no promise is given.
        promised: A message with the promise that was withheld when it was accepted, if it is given now.
        signer: USCC → the key held for that organisation, or None.
    """

    queue: MessageQueue
    desk: Callable[[str, Request | None, float], Desk]
    issuing: Callable[[Desk], IssueLicenses]
    batches: Callable[[Desk], IssueBatches]
    old_licenses: Callable[[], OldLicenses]
    acting: Callable[[Desk], ActOnLicenses]
    representing: Callable[[Desk], RepresentHolders]
    sharing: Callable[[Desk], ShareOnLedger]
    registry: Callable[[Desk], RegistryOnLedger]
    elsewhere: Callable[[Desk], SignedElsewhere]
    outcomes: Callable[[], Outcomes]
    identifier_for: Callable[[str, str], str | None]
    status: Callable[[str], str | None]
    lifted: Callable[[str, int], list[JsonObject] | None]
    remember: Callable[[Sequence[Issued]], None]
    signs_for: Callable[[str, str, str], bool]
    promises: Callable[[], str]
    promised: Callable[[Queued], Queued]
    signer: Callable[[str], Signer | None]

    def held_key(self, uscc: str) -> Signer:
        """The key that this service holds for an organisation.

        Raises:
            NotEntitledError: `SIGNING_KEY_NOT_HELD`.
        """
        signer = self.signer(uscc)
        if signer is None:
            raise NotEntitledError("SIGNING_KEY_NOT_HELD", organisation=uscc)
        return signer
