"""That a provider answers something else than it was asked."""

from __future__ import annotations

from collections.abc import Collection

from ledger.domain.located import Located
from ledger.errors import TrustError


def differs(member: str) -> TrustError:
    """The error that names the member."""
    return TrustError("USE_ANSWER_DIFFERS", member=member)


def require_located(located: Located, grant: str, request: str, types: Collection[str]) -> None:
    """Let pass only the answer to one lookup, of licenses that it could be about.

    Args:
        located: What came.
        grant: Under which was looked, 0x-hex.
        request: Digest of the request, 0x-hex.
        types: Codes of the types of the resource.

    Raises:
        TrustError: `USE_ANSWER_DIFFERS`.
    """
    if (located.grant, located.request) != (grant, request):
        raise differs("located")
    if any(each.license_type not in types for each in located.found):
        raise differs("located/found")
