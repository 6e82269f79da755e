"""`elicense license represent` and `represent-end`: who stands in for a holder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

import typer

from api.cli import keys, remote
from api.cli.options import KeyFile, Network, RpcUrls, ending, moment, open_ledger, point
from api.cli.output import Outcome, said
from ledger.domain.holders import holder_binding
from ledger.domain.representation import RepresentationKind, RepresentationScope
from ledger.errors import UsageError
from ledger.service.represent import RepresentOrder

Id = Annotated[str, typer.Argument(metavar="ID", help="Identifier or licenseId.")]

_COMMITMENT = re.compile("0x[0-9a-f]{64}")


def represent(
    id_: Id,
    kind: Annotated[
        str, typer.Option("--kind", help=", ".join(each.name.lower() for each in RepresentationKind))
    ],
    representative_key: Annotated[
        str, typer.Option("--representative-key", metavar="HEX", help="130 digits, of his own wallet.")
    ],
    scope: Annotated[
        str, typer.Option("--scope", help=",".join(each.name.lower() for each in RepresentationScope))
    ],
    key: KeyFile,
    representative_encryption_key: Annotated[
        str | None,
        typer.Option(
            "--representative-encryption-key", metavar="HEX", help="130 digits, of the same wallet."
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="From when; now by default.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="Last day, or first moment no more.")
    ] = None,
    reference: Annotated[
        str, typer.Option("--reference", metavar="TEXT", help="Deciding document; kept here.")
    ] = "",
    api: remote.Api = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Let a guardian, legal representative, agent or heir stand in for the holder."""
    ledger, signer = open_ledger(network, rpc, api), keys.signer(key)
    encryption = point(representative_encryption_key) if representative_encryption_key else None
    order = RepresentOrder(
        representative=holder_binding(point(representative_key), encryption),
        kind=kind,
        scope=tuple(name.strip() for name in scope.split(",") if name.strip()),
        since=moment(since) or 0,
        until=None if until is None else ending(until),
        reference=reference,
    )
    if ledger.settings.api:
        keyed = {"representativeKey": representative_key}
        if representative_encryption_key:
            keyed["representativeEncryptionKey"] = representative_encryption_key
        return _told(remote.service(ledger, org, id_, signer).represent(id_, keyed, order))
    license_id, _ = ledger.resolve(id_)
    return _told(ledger.representing().represent(license_id, order, signer).as_json())


def represent_end(
    id_: Id,
    representative: Annotated[
        str,
        typer.Option(
            "--representative", metavar="HEX", help="The commitment, or the key; or both keys, with a comma."
        ),
    ],
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Last day, or first moment no more.")],
    key: KeyFile,
    api: remote.Api = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """End a representation; an end only moves earlier."""
    ledger, signer = open_ledger(network, rpc, api), keys.signer(key)
    who, end = _commitment(representative), ending(until)
    if ledger.settings.api:
        data: Mapping[str, object] = remote.service(ledger, org, id_, signer).represent_end(id_, who, end)
    else:
        license_id, _ = ledger.resolve(id_)
        data = ledger.representing().end(license_id, who, end, signer).as_json()
    return remote.told(data, f"{said('代理终止于', 'ends')} {data['until']}")


def _told(data: Mapping[str, object]) -> Outcome:
    scopes = [RepresentationScope[str(name)].words for name in _listed(data["scope"])]
    scope = said("、", ", ").join(said(*each) for each in scopes)
    kind = said(*RepresentationKind[str(data["kind"])].words)
    term = f"{said('自', 'from')} {data['since'] or '–'} {said('至', 'until')} {data['until'] or '–'}"
    return remote.told(data, f"{data['representative']}\n  {kind}  {scope}  {term}")


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _commitment(text: str) -> bytes:
    """What stands for a representative on the ledger: given as such, or as his keys."""
    if _COMMITMENT.fullmatch(text):
        return bytes.fromhex(text[2:])
    points = [point(each) for each in text.split(",")]
    if len(points) > 2:
        raise UsageError("HOLDER_KEY", reason="more than two keys")
    return holder_binding(points[0], points[1] if len(points) > 1 else None)
