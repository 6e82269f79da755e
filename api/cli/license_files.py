"""License files that commands write."""

from __future__ import annotations

from pathlib import Path

from api.cli.files import replace_file
from ledger.bootstrap import Ledger
from ledger.errors import StoreOutageError
from ledger.service.deliver_batch import Remember
from ledger.service.orders import Issued


def file_of(issued: Issued, out: str | None) -> Path:
    """Where a license goes: as asked, or under its identifier."""
    return Path(out) if out else Path(f"{issued.envelope.identifier}.elic.json")


def remember(ledger: Ledger) -> Remember:
    """What notes licenses in the home of a ledger."""
    return lambda licenses: ledger.remember_all([(each.envelope, each.cid) for each in licenses])


def deliver(ledger: Ledger, out: str | None, issued: Issued) -> None:
    """Write the license file; where that fails the same command, run again, tries once more.

    Raises:
        StoreOutageError: `LICENSE_FILE_UNWRITTEN`.
    """
    ledger.remember(issued.envelope, issued.cid)
    path = file_of(issued, out)
    try:
        replace_file(path, issued.envelope.to_bytes(), 0o600)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreOutageError("LICENSE_FILE_UNWRITTEN", path=str(path), reason=reason) from error
