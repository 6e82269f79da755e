"""The composition root: which adapters serve the services in this process."""

from ledger.bootstrap.ledger import WAIT_SECONDS, Ledger
from ledger.bootstrap.stores import ASKED, HOLDERS, REQUESTS, ROWS, USES

__all__ = ["ASKED", "HOLDERS", "REQUESTS", "ROWS", "USES", "WAIT_SECONDS", "Ledger"]
