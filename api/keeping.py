"""What routes may ask for about documents in the keeping of a home."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ledger.service.archive import MakeArchives
from ledger.service.due import DueDocuments
from ledger.service.legal_holds import LegalHolds
from ledger.service.packages import Packages
from ledger.service.retention import Retention


@dataclass(frozen=True)
class Keeping:
    """Services about documents that are kept.

    Attributes:
        retention: How long they are kept.
        legal_holds: What holds them longer.
        due: Lists them.
        making_archives: Makes archive packages.
        packages: Which packages were made.
    """

    retention: Callable[[], Retention]
    legal_holds: Callable[[], LegalHolds]
    due: Callable[[], DueDocuments]
    making_archives: Callable[[], MakeArchives]
    packages: Packages
