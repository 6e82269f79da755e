"""That a provider answers something else than it was asked."""

from __future__ import annotations

from ledger.errors import TrustError


def differs(member: str) -> TrustError:
    """The error that names the member."""
    return TrustError("USE_ANSWER_DIFFERS", member=member)
