"""Commands that read what is shared: from a node, or from a department's service (`--api` with `--key`)."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import keys
from api.cli.governing import state_of
from api.cli.options import open_ledger
from ledger.adapters.service_client import ServiceClient
from ledger.bootstrap import Ledger
from ledger.errors import UsageError
from ledger.ports import Entities, Signer
from ledger.service.read_state import RemoteState

ReadApi = Annotated[
    str | None, typer.Option("--api", metavar="URL", help="Read from this service, not from a node.")
]
ReadKey = Annotated[
    str | None, typer.Option("--key", metavar="PEM", help="With --api: your signing key, for the service.")
]
ReadOrg = Annotated[
    str | None, typer.Option("--org", metavar="USCC", help="With --api: the body that the key is of.")
]
LimitOption = Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="Rows; all by default.")]
AfterOption = Annotated[
    str, typer.Option("--after", metavar="NEXT", help="Only what comes behind this: the `next` of an answer.")
]


def reading(
    network: str | None, rpc: list[str] | None, api: str | None, key: str | None, org: str | None
) -> tuple[Ledger, Entities]:
    """The ledger, and its state from a node or, with a key, from the service.

    Raises:
        UsageError: `SERVICE_KEY_MISSING`, `SERVICE_ADDRESS`, `SERVICE_ORGANISATION`.
    """
    ledger = open_ledger(network, rpc, api)
    if key is None:
        if api is not None:
            raise UsageError("SERVICE_KEY_MISSING")
        return ledger, state_of(ledger)
    return ledger, state_at_service(ledger, keys.signer(key), org)


def state_at_service(ledger: Ledger, signer: Signer, org: str | None) -> RemoteState:
    """The state as the service of the settings tells it; no node is asked."""
    return RemoteState(service_for(ledger, signer, org), bytes.fromhex(ledger.trust.ledger_id[2:]))


def service_for(ledger: Ledger, signer: Signer, org: str | None) -> ServiceClient:
    """The service of the settings, asked in the name of a body; raises `SERVICE_ORGANISATION`."""
    if org is None:
        raise UsageError("SERVICE_ORGANISATION", id="--key")
    return ServiceClient(ledger.settings.api or "", org, signer, ledger.clock, ledger.entropy)
