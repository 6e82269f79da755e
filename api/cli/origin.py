"""`elicense origin`: where the fields of resources come from, and who collects the same from people twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer

from api.cli import keys, remote
from api.cli.governing import table
from api.cli.interface import FileOption
from api.cli.options import Network, RpcUrls, moment
from api.cli.origin_words import again_text, card, checked_text, lineage_text, set_text
from api.cli.output import Outcome, read_input
from api.cli.reading import AfterOption, LimitOption, ReadApi, ReadKey, ReadOrg, reading, service_for
from api.cli.registry_words import read_uscc
from api.cli.sharing import (
    BodyOption,
    FieldListOption,
    ResourceArgument,
    Signatures,
    SigningKey,
    desk_of,
    named_fields,
    told,
)
from ledger.adapters.service_client import ServiceClient
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.declared import declaration_of
from ledger.domain.origins_file import MAX_ORIGINS_FILE, How, OriginsFile, read_origins
from ledger.domain.sharing import DeclarationKind
from ledger.errors import MalformedError, TrustError, UnknownIdError, UsageError
from ledger.ports import Entities
from ledger.service.list_shared import Page
from ledger.service.origins import ShowOrigins, require_fitting, set_origins, take_origins
from ledger.service.share_declarations import require_new, require_same
from ledger.service.share_resources import read_key, resource_in

app = typer.Typer(add_completion=False, help="Where the fields of resources come from.")

FileArgument = Annotated[str, typer.Argument(metavar="FILE", help="elicense-origins/1, - for stdin.")]
OwnerOption = Annotated[str | None, typer.Option("--owner", metavar="USCC", help="Only of this body.")]
KnownAtOption = Annotated[
    str | None, typer.Option("--at", metavar="TIME", help="As known at this moment; now by default.")
]


@app.command("check")
def check(file: FileArgument) -> Outcome:
    """Tell whether a file says in due form where fields come from; asks no ledger."""
    origins = _read(file)
    data = {
        "resource": origins.resource,
        "digest": origins.digest,
        "fields": len(origins.fields),
        "counts": _counts(origins),
        "elements": [each.as_json() for each in sorted(origins.collected())],
    }
    return Outcome(data, text=checked_text(data))


@app.command("set")
def set_(
    resource: ResourceArgument,
    file: FileArgument,
    key: SigningKey,
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="From when it counts; now by default.")
    ] = None,
    field_list: FieldListOption = None,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Declare where each field of a resource comes from, or the next version; by the provider."""
    origins, begins = _read(file), moment(since) or 0
    if origins.resource != read_key(resource):
        raise UsageError("ORIGINS_OF_ANOTHER", resource=origins.resource)
    desk = desk_of(network, rpc, [key], signatures, api, org)
    ledger, state = desk.ledger, desk.state
    found, texts = resource_in(state, origins.resource), ledger.party_texts
    require_fitting(state, origins, named_fields(ledger, found, found.version, field_list).names, texts)
    require_new(state, declaration_of(state, found.key, DeclarationKind.ORIGINS), origins.digest, begins)
    before = ledger.listing(state).origins
    warned = {
        "collectedAlready": before.collected_already(origins),
        "notHere": before.again()["notHere"],
    }
    texts.keep_form(origins.digest, origins.as_json())
    shared = desk.send(set_origins(found, origins, begins, desk.by))
    is_sent = api is not None and shared.seq is not None
    if is_sent:
        desk.service().post("/v1/origin-files", origins.as_json())
    data = {
        "resource": found.key,
        "version": shared.rev,
        "digest": origins.digest,
        "counts": _counts(origins),
        "sent": is_sent,
        **warned,
    }
    return told(shared, data, set_text(data))


@app.command("keep")
def keep(
    file: FileArgument,
    send: Annotated[
        bool, typer.Option("--send", help="Leave it at the service, for everybody registered.")
    ] = False,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Keep a file of origins that its provider declared, so that this home can tell by it."""
    if send and (api is None or key is None):
        raise UsageError("ORIGINS_SENT_WHERE")
    form = _form(file)
    ledger, state = reading(network, rpc, api, key, org)
    origins = take_origins(state, ledger.party_texts, form)
    if send and key is not None:
        service_for(ledger, keys.signer(key), org).post("/v1/origin-files", form)
    data = {"resource": origins.resource, "digest": origins.digest, "sent": send}
    return Outcome(data, text=f"{origins.resource}  {origins.digest}")


@app.command("show")
def show(
    resource: ResourceArgument,
    at: KnownAtOption = None,
    file: FileOption = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show where the fields of a resource come from; with --api a file that is not here is fetched."""
    ledger, state = reading(network, rpc, api, key, org)
    name, given = read_key(resource), _read(file) if file else None
    shown = ledger.listing(state).origins.as_known(moment(at) or 0)
    digest = shown.told(name)[2].digest
    if given:
        require_same(given.digest, digest)
        ledger.party_texts.keep_form(digest, given.as_json())
    _fetch(ledger, [digest], key, org)
    data = shown.show(name)
    return Outcome(data, text=lambda: card(data))


@app.command("list")
def list_(
    owner: OwnerOption = None,
    limit: LimitOption = None,
    after: AfterOption = "",
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List the resources whose providers declared where the fields come from."""
    ledger, state = reading(network, rpc, api, key, org)
    data = ledger.listing(state).origins_list(owner, Page(limit, after))
    rows = [{**row, **row["counts"]} for row in data["origins"]]
    return Outcome(data, text=table(rows, "resource", "version", *(each.value for each in How), "here"))


@app.command("again")
def again(
    owner: OwnerOption = None,
    at: KnownAtOption = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List every element that more than one body collects: who was first by the record, and who again."""
    body = read_uscc(owner) if owner else ""
    asked = _Asked(*reading(network, rpc, api, key, org), moment(at) or 0, key, org)
    data = asked.told(lambda shown: shown.again(body))
    return Outcome(data, text=lambda: again_text(data))


@app.command("lineage")
def lineage(
    resource: ResourceArgument,
    field: Annotated[
        str, typer.Option("--field", metavar="NAME", help="Only this field; all by default.")
    ] = "",
    down: Annotated[bool, typer.Option("--down", help="What comes of it, not what it comes from.")] = False,
    at: KnownAtOption = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Follow fields to where they come from, through all sets between; --down, what comes of them."""
    name = read_key(resource)
    asked = _Asked(*reading(network, rpc, api, key, org), moment(at) or 0, key, org)
    data = asked.told(lambda shown: shown.lineage(name, field, down))
    return Outcome(data, text=lambda: lineage_text(data))


@dataclass(frozen=True)
class _Asked:
    """Where origins are read, and as of when."""

    ledger: Ledger
    state: Entities
    at: int
    key: str | None
    org: str | None

    def told(self, tell: Callable[[ShowOrigins], JsonObject]) -> JsonObject:
        """An answer; with a service, files that it needs and that are not here are fetched before."""
        tried: set[str] = set()
        while True:
            data = tell(self.ledger.listing(self.state).origins.as_known(self.at))
            absent = {str(each["digest"]) for each in data["notHere"]} - tried
            if self.key is None or not absent:
                return data
            _fetch(self.ledger, sorted(absent), self.key, self.org)
            tried |= absent


def _fetch(ledger: Ledger, digests: list[str], key: str | None, org: str | None) -> None:
    """Keep the files that a service has behind digests, where it has them."""
    if key is None:
        return
    client = service_for(ledger, keys.signer(key), org)
    for digest in digests:
        found = _at_service(client, digest)
        if found is not None:
            ledger.party_texts.keep_form(digest, found.as_json())


def _at_service(client: ServiceClient, digest: str) -> OriginsFile | None:
    try:
        found = read_origins(client.get(f"/v1/origin-files/{digest}"))
    except UnknownIdError:
        return None
    except MalformedError:
        raise TrustError("SERVICE_ANSWER_DIFFERS", member="origins") from None
    if found.digest != digest:
        raise TrustError("SERVICE_ANSWER_DIFFERS", member="digest")
    return found


def _counts(origins: OriginsFile) -> JsonObject:
    return {how.value: sum(each.how is how for each in origins.fields) for how in How}


def _form(file: str) -> JsonObject:
    return parse_strict(read_input(file, MAX_ORIGINS_FILE + 1), MAX_ORIGINS_FILE)


def _read(file: str) -> OriginsFile:
    return read_origins(_form(file))
