"""`elicense license transfer`: a license moves to another region."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated

import typer

from api.cli import keys, remote
from api.cli.license_files import deliver, file_of
from api.cli.options import KeyFile, LicenseFile, Network, RpcUrls, open_ledger, region_number
from api.cli.output import Outcome, language, read_input, said, worded
from ledger.bootstrap import Ledger
from ledger.domain.acts import RULES, Act
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.entities import License
from ledger.domain.words import STATUS
from ledger.errors import UsageError
from ledger.service.sources import Asked

app = typer.Typer(add_completion=False, help="Let a license go to another region, or take one in.")

Id = Annotated[str, typer.Argument(metavar="ID", help="Identifier or licenseId.")]
Region = Annotated[str, typer.Option("--region", metavar="CODE", help="The region that it goes to.")]


@app.command("out")
def out(
    id_: Id,
    region: Region,
    key: KeyFile,
    reference: Annotated[
        str, typer.Option("--reference", metavar="TEXT", help="Decision number; kept here.")
    ] = "",
    file: LicenseFile = None,
    api: remote.Api = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Let a license go: suspended until a body of that region takes it in."""
    ledger, signer = open_ledger(network, rpc, api, file), keys.signer(key)
    goal = region_number(region) or 0
    if ledger.settings.api:
        service = remote.service(ledger, org, id_, signer)
        return _told(service.transfer_out(id_, f"{goal:06d}", reference), id_)
    license_id, identifier = ledger.resolve(id_)
    acted = ledger.acting().transfer_out(license_id, goal, signer, reference)
    return _outcome(ledger, license_id, identifier, Act.TRANSFER_OUT, acted.seq)


@app.command("cancel")
def cancel(
    id_: Id,
    key: KeyFile,
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Where it was to go; checked.")
    ] = None,
    api: remote.Api = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Keep a license after all; signed by the body that let it go."""
    ledger, signer = open_ledger(network, rpc, api), keys.signer(key)
    if ledger.settings.api:
        return _told(remote.service(ledger, org, id_, signer).transfer_cancel(id_), id_)
    license_id, identifier = ledger.resolve(id_)
    _require_goal(ledger.license_now(license_id), region)
    acted = ledger.acting().transfer_cancel(license_id, signer)
    return _outcome(ledger, license_id, identifier, Act.TRANSFER_CANCEL, acted.seq)


@app.command("in")
def take_in(
    id_: Id,
    file: Annotated[str, typer.Argument(metavar="FILE", help="License input of the new issuer.")],
    region: Region,
    key: KeyFile,
    target: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Where to write the license file.")
    ] = None,
    api: remote.Api = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Take a license in: the taker's own license takes the place of the old one."""
    ledger, signer = open_ledger(network, rpc, api), keys.signer(key)
    given = parse_strict(read_input(file))
    if ledger.settings.api:
        answer = remote.service(ledger, org, given, signer).transfer_in(id_, given)
        taken = remote.issued(ledger, answer, target)
        new = {"newIdentifier": answer["identifier"], "newLicenseId": answer["licenseId"]}
        return replace(taken, data={**taken.data, "identifier": id_, **new})
    license_id, identifier = ledger.resolve(id_)
    _require_goal(ledger.license_now(license_id), region)
    hand_over = partial(deliver, ledger, target)
    issued = ledger.issuing().transfer_in(license_id, given, signer, hand_over)
    anchor, path = issued.envelope.anchor, file_of(issued, target)
    more: dict[str, object] = {
        "newIdentifier": issued.envelope.identifier,
        "newLicenseId": anchor["licenseId"],
        "file": str(path),
    }
    return _outcome(ledger, license_id, identifier, Act.TRANSFER_IN, anchor["seq"], more)


def _told(answer: JsonObject, id_: str) -> Outcome:
    rule = RULES[Act[str(answer["act"])]]
    return remote.told({**answer, "newIdentifier": None}, f"{said(rule.zh, rule.en)} {id_}")


def _require_goal(license_: License, region: str | None) -> None:
    """Refuse a region that the license was not let go to; the contracts see to the rest."""
    goals = [fact.region for fact in license_.facts if fact.act is Act.TRANSFER_OUT]
    given = region_number(region)
    if goals and given is not None and given != goals[-1]:
        raise UsageError("TRANSFER_REGION", given=f"{given:06d}", region=f"{goals[-1]:06d}")


def _outcome(
    ledger: Ledger,
    license_id: str,
    identifier: str | None,
    act: Act,
    seq: object,
    more: dict[str, object] | None = None,
) -> Outcome:
    status = ledger.show(Asked(), license_id).standing.status.name
    data = {
        "identifier": identifier,
        "newIdentifier": None,
        "licenseId": license_id,
        "seq": seq,
        "status": status,
        **(more or {}),
    }
    word = RULES[act].zh if language() == "zh" else RULES[act].en
    return Outcome(
        data,
        text=f"{word}: {identifier or license_id} → {worded(STATUS, status)} ({said('序号', 'seq')} {seq})",
    )
