"""The verifier's API over HTTP, as the wallet and the verifier's own scanner use it."""

from __future__ import annotations

import json
from typing import Any

import httpx2

from ledger.errors import LedgerError, MalformedError, OutageError, UnknownIdError

_TIMEOUT = 10.0  # seconds
_LARGEST = 64 << 10  # bytes of an answer


class HttpDesk:
    """Leaves and fetches short presentations at `{api}/v1/presentations`.

    Follows no redirects, and believes nothing: who fetches compares the id.
    """

    def leave(self, api: str, text: str) -> None:
        """Leave a presentation without its signature.

        Raises:
            OutageError: `PRESENTATION_API_OUTAGE`.
            MalformedError: `PRESENTATION_REFUSED` with the API's code.
        """
        self._ask("POST", f"{_base(api)}/v1/presentations", {"presentation": text})

    def fetch(self, api: str, presentation_id: str) -> str:
        """The text of a presentation, by its hex id.

        Raises:
            OutageError: `PRESENTATION_API_OUTAGE`.
            UnknownIdError: `PRESENTATION_UNKNOWN`.
        """
        answer = self._ask("GET", f"{_base(api)}/v1/presentations/{presentation_id}")
        text = answer.get("presentation")
        if not isinstance(text, str):
            raise OutageError("PRESENTATION_API_OUTAGE", reason="answer")
        return text

    def _ask(self, method: str, url: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            response = httpx2.request(method, url, json=body, timeout=_TIMEOUT, follow_redirects=False)
            answer = json.loads(response.content[:_LARGEST])
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise OutageError("PRESENTATION_API_OUTAGE", reason=type(error).__name__) from None
        if not isinstance(answer, dict) or response.status_code >= 500:
            raise OutageError("PRESENTATION_API_OUTAGE", reason=str(response.status_code))
        if not response.is_success:
            raise _refusal(response.status_code, str(answer.get("code", response.status_code))[:60])
        return answer


def _base(api: str) -> str:
    if not api.startswith(("https://", "http://")):
        raise OutageError("PRESENTATION_API_OUTAGE", reason="not an http address")
    return api.rstrip("/")


def _refusal(status: int, code: str) -> LedgerError:
    if status == 404:
        return UnknownIdError("PRESENTATION_UNKNOWN", id=code)
    return MalformedError("PRESENTATION_REFUSED", reason=code)
