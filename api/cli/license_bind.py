"""`elicense license bind`: tie the device keys of a holder, or of several, to a license."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path
from typing import Annotated

import typer

from api.cli import keys, remote
from api.cli.bodies import body_of
from api.cli.files import pretty, write_out
from api.cli.options import KeyFile, LicenseFile, Network, RpcUrls, open_ledger, point
from api.cli.output import Outcome, said
from ledger.domain.canonical import JsonObject
from ledger.domain.holders import PAIR, asked_binding
from ledger.errors import UsageError
from ledger.service.orders import BIND_METHODS

HOLDERS_FORMAT = "elicense-holders/1"


def bind(
    id_: Annotated[str, typer.Argument(metavar="ID", help="Identifier or licenseId.")],
    holder_key: Annotated[
        list[str], typer.Option("--holder-key", metavar="HEX", help="130 digits; one for each holder.")
    ],
    key: KeyFile,
    holder_encryption_key: Annotated[
        list[str] | None, typer.Option("--holder-encryption-key", metavar="HEX", help="In the same order.")
    ] = None,
    holder_rule: Annotated[
        str | None, typer.Option("--holder-rule", metavar="ANY|ALL", help="Who of several holders shows.")
    ] = None,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Several holders, for their wallets.")
    ] = None,
    method: Annotated[str, typer.Option("--method", help=", ".join(BIND_METHODS))] = "issuer-counter",
    assurance: Annotated[int, typer.Option("--assurance", min=1, max=4, help="1 low to 4 high.")] = 3,
    file: LicenseFile = None,
    api: remote.Api = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Tie the device keys of holders to a license after a real-name check, by issuer or identity provider."""
    if method not in BIND_METHODS:
        raise UsageError("BIND_METHOD", method=method, methods=", ".join(BIND_METHODS))
    if out is not None and holder_rule is None:
        raise UsageError("HOLDERS_FILE_OF_ONE")
    for text in (*holder_key, *(holder_encryption_key or [])):
        point(text)
    given = _given(holder_key, holder_encryption_key or [], holder_rule)
    binding = asked_binding(given)
    ledger, signer = open_ledger(network, rpc, api, file), keys.signer(key)
    if ledger.settings.api:
        body = {**_said(given), "method": method, "assurance": assurance}
        answer = remote.service(ledger, org, id_, signer).bind(id_, body, binding)
        outcome = remote.told(
            {**answer, "holderBinding": "0x" + binding.hex()}, f"{said('已绑定', 'bound')}: {id_}"
        )
    else:
        license_id, identifier = ledger.resolve(id_)
        by = body_of(ledger, signer).uscc
        acted = ledger.acting().bind(license_id, binding, BIND_METHODS[method], assurance, signer, by)
        data = {"licenseId": license_id, "rev": acted.rev, "seq": acted.seq}
        text = f"{said('已绑定', 'bound')}: {identifier or license_id}"
        outcome = remote.told({**data, "holderBinding": "0x" + binding.hex()}, text)
    if out is not None:
        holders = {"format": HOLDERS_FORMAT, "licenseId": outcome.data["licenseId"], **given}
        write_out(Path(out), pretty(holders))
    return outcome


def _said(given: JsonObject) -> JsonObject:
    """What a service is told: members without a value left out."""
    return {name: value for name, value in given.items() if value is not None}


def _given(signing: list[str], encryption: list[str], rule: str | None) -> JsonObject:
    """The members of a license input that name keys."""
    pairs = [dict(zip(PAIR, pair, strict=True)) for pair in zip_longest(signing, encryption)]
    if rule is None and len(pairs) == 1:
        return pairs[0]
    return {"holderKeys": pairs, "holderRule": rule}
