"""Forgetting copies of rows that are kept for grantees: of rows that are there no more, and old ones."""

from __future__ import annotations

from collections.abc import Callable

from ledger.domain.sharing_entities import Grant, Resource
from ledger.domain.state import StateView, typed
from ledger.domain.use_request import UseRequest, use_request
from ledger.ports.rows import RowStore
from ledger.ports.uses import OPEN, KeptUse, UseStore
from ledger.service.seal_rows import row_key

KEPT_SECONDS = 7 * 86_400
"""Seconds for which a grantee may fetch the copy of a row again."""


class ForgetRows:
    """Forgets handouts of rows, encrypted as they are, when their data set is loaded anew.

    Args:
        uses: Keeps them.
        rows: The data sets as they are now.
        secret: From a credit code to the body's secret.
        now: Unix seconds.
    """

    def __init__(
        self, uses: UseStore, rows: RowStore, secret: Callable[[str], bytes], now: Callable[[], int]
    ) -> None:
        self._uses, self._rows, self._secret, self._now = uses, rows, secret, now

    def of(self, resource: Resource, state: StateView) -> int:
        """Forget what is not to be kept of a data set's rows; how many handouts that were.

        Raises:
            StoreOutageError: `USES_OUTAGE`, `ROWS_OUTAGE`.
        """
        kept = (each for each in self._uses.row_handouts() if _is_of(each, resource, state))
        over = [each.id for each in kept if self._is_over(each, resource)]
        self._uses.forget_uses(over)
        return len(over)

    def _is_over(self, use: KeptUse, resource: Resource) -> bool:
        """Whether the row is gone, or the copy was there to be fetched for long enough."""
        request: UseRequest = use_request(use.request)
        key = row_key(self._secret(resource.owner), resource.key, request.row)
        found = self._rows.find(resource.key, key)
        if found is None or found[1] is None:
            return True
        return use.state not in OPEN and request.requested_at + KEPT_SECONDS < self._now()


def _is_of(use: KeptUse, resource: Resource, state: StateView) -> bool:
    grant = typed(state, "grant", use.grant, Grant)
    return grant is not None and grant.resource == resource.key
