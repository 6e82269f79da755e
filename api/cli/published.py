"""What the nouns of published forms have in common: reading a file, and fetching a text from a service."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, Protocol, TypeVar

import typer

from api.cli import keys
from api.cli.output import read_input
from api.cli.reading import service_for
from api.cli.sharing import SharingDesk
from ledger.adapters.service_client import ServiceClient
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.errors import MalformedError, TrustError, UnknownIdError, UsageError
from ledger.service.kept_forms import PublishedForm
from ledger.service.share import Shared

Send = Annotated[bool, typer.Option("--send", help="Leave it at the service, for everybody registered.")]

F = TypeVar("F", bound=PublishedForm)


K_contra = TypeVar("K_contra", bound=PublishedForm, contravariant=True)


class Keeps(Protocol[K_contra]):
    """Where texts of one kind are kept."""

    def keep(self, form: K_contra, /) -> str:
        """Keep one; gives its digest."""
        ...


@dataclass(frozen=True)
class PublishedForms(Generic[F]):
    """Forms of one kind whose digests stand on the ledger.

    Attributes:
        member: How an answer calls one.
        path: Of the service, under which their texts are.
        reader: Reads one strictly.
        largest: Bytes of a file.
    """

    member: str
    path: str
    reader: Callable[[Mapping[str, object]], F]
    largest: int

    def form(self, file: str) -> JsonObject:
        """The JSON of a file; raises as `read_input` and `parse_strict`."""
        return parse_strict(read_input(file, self.largest + 1), self.largest)

    def read(self, file: str) -> F:
        """The form in a file; raises as `form` and the reader."""
        return self.reader(self.form(file))

    def leave_recorded(self, desk: SharingDesk, shared: Shared, form: F, api: str | None) -> bool:
        """Leave what was published at the service that it was handed in at, once it is recorded."""
        is_recorded = api is not None and shared.seq is not None
        if is_recorded:
            self.leave(desk.service(), form.as_json())
        return is_recorded

    def leave_if(
        self, is_sent: bool, form: JsonObject, ledger: Ledger, key: str | None, org: str | None
    ) -> None:
        """Leave a text at the service of the settings, where that is wanted (`require_service`)."""
        if is_sent and key is not None:
            self.leave(service_for(ledger, keys.signer(key), org), form)

    def leave(self, client: ServiceClient, form: JsonObject) -> None:
        """Leave a text at a service, for everybody registered."""
        client.post(self.path, form)

    def fetch(self, kept: Keeps[F], client: ServiceClient, digests: Iterable[str]) -> None:
        """Keep the texts that a service has behind some digests.

        Raises:
            TrustError: `SERVICE_ANSWER_DIFFERS` with the member.
        """
        for digest in digests:
            found = self._at(client, digest)
            if found is not None:
                kept.keep(found)

    def fetch_absent(
        self, kept: Keeps[F], digests: Sequence[str], ledger: Ledger, key: str | None, org: str | None
    ) -> bool:
        """Fetch what is not here, where a key to ask with is named; tells whether a service was asked."""
        if not digests or key is None:
            return False
        self.fetch(kept, service_for(ledger, keys.signer(key), org), digests)
        return True

    def _at(self, client: ServiceClient, digest: str) -> F | None:
        try:
            found = self.reader(client.get(f"{self.path}/{digest}"))
        except UnknownIdError:
            return None
        except MalformedError:
            raise TrustError("SERVICE_ANSWER_DIFFERS", member=self.member) from None
        if found.digest != digest:
            raise TrustError("SERVICE_ANSWER_DIFFERS", member="digest")
        return found


def require_service(is_sent: bool, api: str | None, key: str | None) -> None:
    """Refuse to leave something at no service; raises `PUBLISHED_SENT_WHERE`."""
    if is_sent and (api is None or key is None):
        raise UsageError("PUBLISHED_SENT_WHERE")
