"""The direct way to a provider: its HTTP service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn, Protocol

from ledger.domain.canonical import JsonObject
from ledger.errors import LedgerError


class Client(Protocol):
    """Sends signed requests to one service."""

    def post(self, target: str, body: JsonObject, headers: Mapping[str, str] | None = None) -> JsonObject:
        """The answer to a write."""
        ...

    def get(self, target: str) -> JsonObject:
        """What is fetched."""
        ...


class NoClient:
    """The `Client` of a service that is not to be had: what was answered before takes none.

    Args:
        problem: Raised where one is needed after all.
    """

    def __init__(self, problem: LedgerError) -> None:
        self._problem = problem

    def post(self, target: str, body: JsonObject, headers: Mapping[str, str] | None = None) -> NoReturn:
        """Raises the problem."""
        del body, headers
        self.get(target)

    def get(self, target: str) -> NoReturn:
        """Raises the problem."""
        del target
        raise self._problem


class DirectChannel:
    """The `Channel` port.

    Args:
        client: Of the provider's service.
    """

    is_direct = True

    def __init__(self, client: Client) -> None:
        self._client = client

    def ask(self, request: JsonObject) -> JsonObject:
        """The offer for a request."""
        return self._client.post("/v1/uses", request)

    def sign(self, use_id: str, key: str, signature: str) -> JsonObject:
        """Accept an offer; waits for its record for a while."""
        body: JsonObject = {"keyId": key, "signature": signature}
        return self._client.post(f"/v1/uses/{use_id}/signature", body, {"Prefer": "wait=20"})

    def copy(self, use_id: str) -> JsonObject:
        """The handout, the receipt and the promise."""
        return self._client.get(f"/v1/uses/{use_id}/copy")

    def pending(self, grant: str) -> JsonObject:
        """What waits for the grantee's signature."""
        return self._client.get(f"/v1/uses/pending?grant={grant}")

    def sign_batch(self, object_id: str, key: str, signature: str) -> JsonObject:
        """Sign a batch; waits for its record for a while."""
        body: JsonObject = {"keyId": key, "signature": signature}
        return self._client.post(f"/v1/uses/batches/{object_id}/signature", body, {"Prefer": "wait=20"})
