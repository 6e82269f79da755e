"""What regions publish and homes keep, through a service: left there, and fetched from there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, TypeVar

import typer

from api.cli import keys
from api.cli.reading import service_for
from ledger.adapters.service_client import ServiceClient
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject
from ledger.errors import MalformedError, TrustError, UnknownIdError, UsageError
from ledger.service.kept_forms import KeptForms, PublishedForm

Send = Annotated[bool, typer.Option("--send", help="Leave it at the service, for everybody registered.")]

F = TypeVar("F", bound=PublishedForm)


def require_service(is_sent: bool, api: str | None, key: str | None) -> None:
    """Refuse to leave something at no service; raises `PUBLISHED_SENT_WHERE`."""
    if is_sent and (api is None or key is None):
        raise UsageError("PUBLISHED_SENT_WHERE")


def leave(ledger: Ledger, place: str, form: JsonObject, key: str, org: str | None) -> None:
    """Leave a text at the service of the settings, under `/v1/` and a place."""
    service_for(ledger, keys.signer(key), org).post(f"/v1/{place}", form)


def fetch(
    client: ServiceClient,
    place: str,
    digests: Iterable[str],
    kept: KeptForms[F],
    read: Callable[[Mapping[str, object]], F],
) -> None:
    """Keep the texts that a service has behind digests, as far as it has them.

    Raises:
        TrustError: `SERVICE_ANSWER_DIFFERS`: it told another text.
    """
    for digest in digests:
        try:
            found = read(client.get(f"/v1/{place}/{digest}"))
        except UnknownIdError:
            continue
        except MalformedError:
            raise TrustError("SERVICE_ANSWER_DIFFERS", member=place) from None
        if found.digest != digest:
            raise TrustError("SERVICE_ANSWER_DIFFERS", member="digest")
        kept.keep(found)
