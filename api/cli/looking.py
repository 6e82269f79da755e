"""One look for the licenses of a holder under one grant: what it asks, what came, what was wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.cli.files import pretty
from api.cli.using import UsingDesk, write_all
from ledger.adapters.lease import FileLease
from ledger.domain.canonical import JsonObject
from ledger.domain.handout import PLAIN
from ledger.domain.located import Located, read_located
from ledger.domain.use_request import Locate
from ledger.errors import LedgerError, MalformedError, OutcomeUnknownError
from ledger.service.answer_differs import differs, require_located
from ledger.service.use_data import Used, UseOrder

_TOO_LATE = ("USE_REQUEST_TIME", "USE_OFFER_OVER")
"""What becomes of a run that broke off before it signed: nothing was used, and the order is forgotten."""


@dataclass(frozen=True)
class Look:
    """A look under one grant.

    Attributes:
        desk: The grantee at the grant.
        folder: For what comes.
    """

    desk: UsingDesk
    folder: Path

    def order(self, wanted: Locate, operator: str, name: str | None) -> UseOrder:
        """What is asked for."""
        desk = self.desk
        return UseOrder(
            grant=desk.granted,
            fields=0,
            names=(),
            license="",
            owner=desk.resource.owner,
            purpose=desk.purpose,
            operator=desk.operator(operator),
            grantee_name=desk.name(name),
            media_type=PLAIN,
            locate=wanted,
        )

    def done(self, order: UseOrder, wait: int) -> JsonObject:
        """What was found; the answer is written to the folder."""
        used = self._used(order, wait)
        assert used.receipt is not None, "a lookup stands in no batch"
        located = self._located(used)
        self.desk.remember(located, used.request.operator)
        receipt = self.folder / "receipt.json"
        write_all({self.folder / "located.json": used.copy, receipt: pretty(used.receipt.as_json())})
        place = used.receipt.place
        return {
            "use": used.request.digest,
            "object": used.receipt.object,
            "seq": place.seq if place else None,
            "found": [each.as_json() for each in located.found],
            "receipt": str(receipt),
        }

    def _used(self, order: UseOrder, wait: int) -> Used:
        try:
            return self.desk.use(order, self.folder, wait)
        except LedgerError as late:
            if late.code not in _TOO_LATE:
                raise
        return self.desk.use(order, self.folder, wait)

    def _located(self, used: Used) -> Located:
        """The answer to this request, and of licenses that it is about."""
        desk = self.desk
        try:
            located = read_located(used.copy)
        except MalformedError:
            raise differs("located") from None
        versions = (desk.resource.versions[desk.granted.version - 1], desk.resource.current)
        types = {each.license_type for each in versions}
        require_located(located, used.request.grant, used.request.digest, types)
        return located


def nothing_done() -> JsonObject:
    """The members of `Look.done` where nothing came."""
    return {"use": None, "object": None, "seq": None, "found": [], "receipt": None}


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep another run away from a folder meanwhile: both would ask, and be recorded.

    Raises:
        OutcomeUnknownError: `LOOKUP_RUNNING`.
    """
    with FileLease(folder / ".lookup.lock").hold() as is_ours:
        if not is_ours:
            raise OutcomeUnknownError("LOOKUP_RUNNING", folder=str(folder))
        yield
