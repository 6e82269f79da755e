"""What the commands about sharing have in common: keys, absent signatures, field lists, answers."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

import typer

from api.cli import remote
from api.cli.bodies import body_of
from api.cli.form_codes import read_form
from api.cli.options import OWN_NUMBER, open_ledger
from api.cli.output import Outcome, decoded, read_input
from api.cli.reading import state_at_service
from api.cli.requests import RequestFile, key_file
from ledger.adapters.service_client import ServiceClient
from ledger.bootstrap import Ledger
from ledger.domain.canonical import parse_strict
from ledger.domain.field_list import FieldList, field_list, read_field_list
from ledger.domain.holder_message import HolderMessage, read_holder_message
from ledger.domain.row_schema import RowSchema, read_row_schema
from ledger.domain.secrecy import MEMBER, require_unclassified_schema
from ledger.domain.sharing_entities import Resource
from ledger.domain.signed_message import SignedMessage
from ledger.domain.state import typed
from ledger.errors import MalformedError, OutageError, RuleError, UnknownIdError, UsageError
from ledger.ports import Entities
from ledger.service.remote import PromiseCheck, ShareAtService
from ledger.service.share import Shared, ShareOrder, SignaturesMissingError
from ledger.service.signing import KeyFile

SigningKey = Annotated[
    str, typer.Option("--key", metavar="PEM", help="A signing key of the body, or its public key.")
]
Signatures = Annotated[
    str | None, typer.Option("--signatures", metavar="FILE", help="Requests and signatures of absent keys.")
]
ResourceArgument = Annotated[str, typer.Argument(metavar="OWNER/CODE", help="The resource.")]
BodyOption = Annotated[
    str | None, typer.Option("--org", metavar="USCC", help="The body, where the key is of what followed it.")
]
FieldListOption = Annotated[
    str | None,
    typer.Option("--field-list", metavar="FILE", help="Published fields with grades, JSON or CSV."),
]
ReasonOption = Annotated[
    int, typer.Option("--reason", min=0, max=65535, help=f"Number of the reason, {OWN_NUMBER}.")
]

E = TypeVar("E")


@dataclass(frozen=True)
class SharingDesk:
    """One ledger, and the keys and signatures at hand for one command.

    Attributes:
        ledger: The ledger.
        by: Keys that sign the message.
        signatures: File of requests and signatures of absent keys.
        org: Credit code of the body that acts, or in whose name the service is asked.
        caller: Whose key signs requests to the service, where that is none of `by`.
    """

    ledger: Ledger
    by: tuple[KeyFile, ...]
    signatures: str | None = None
    org: str | None = None
    caller: KeyFile | None = None

    def body(self) -> str:
        """Credit code of the body that was named, or that the key stands for."""
        return self.org or body_of(self.ledger, self.by[0]).uscc

    @property
    def state(self) -> Entities:
        """The ledger as a node shows it now; where none answers, as the service does, if a body is named."""
        signer = self._caller.signer if self._caller else None
        if self._is_without_node and signer is not None:
            return state_at_service(self.ledger, signer, self.org)
        return self.ledger.follow()

    @property
    def state_after(self) -> Entities | None:
        """The same once something was written, which stands whoever answers then; None where nobody does."""
        try:
            return self.state
        except OutageError:
            return None

    def found_after(self, table: str, key: str, kind: type[E]) -> tuple[Entities, E] | None:
        """What was written as it stands then, with the state that tells it; None where nobody tells yet."""
        state = self.state_after
        found = typed(state, table, key, kind) if state is not None else None
        return None if state is None or found is None else (state, found)

    @property
    def _caller(self) -> KeyFile | None:
        return self.caller or (self.by[0] if self.by else None)

    @property
    def _is_without_node(self) -> bool:
        """Whether the service is all that can be asked."""
        return self.ledger.settings.api is not None and self.org is not None and self.ledger.seen() is None

    def _sender(self, caller: KeyFile) -> str:
        """Whose key signs requests to the service: its own body, also where it acts for what it followed."""
        if self._is_without_node and self.org is not None:
            return self.org
        try:
            return body_of(self.ledger, caller).uscc
        except UsageError as error:
            if error.code != "ISSUER_OF_KEY" or self.caller is not None:
                raise
            raise UsageError("SERVICE_KEY_MISSING") from None

    def send(self, order: ShareOrder) -> Shared:
        """Sign a message and hand it in, or write down what absent keys have to sign."""
        file = RequestFile(self.signatures)
        try:
            if self.ledger.settings.api is None:
                return self.ledger.sharing(brought=file.brought()).send(order)
            signing = self.ledger.sign_shared(file.brought())
            return self.hand_in(signing.signed(order, self.state))
        except SignaturesMissingError as missing:
            raise file.pending(missing.requests) from None

    def hand_in(self, message: SignedMessage) -> Shared:
        """Hand in what is signed: at the service of the settings, or through this home's relay."""
        ledger = self.ledger
        if ledger.settings.api is None:
            return ledger.sharing().hand_in(message)
        promises = PromiseCheck(ledger.trust.ledger_id, ledger.verifier, ledger.seen)
        return ShareAtService(self.service(), promises).hand_in(message)

    def service(self) -> ServiceClient:
        """The service of the settings, asked in the name of the body whose key signs the request.

        Raises:
            UsageError: `SERVICE_KEY_MISSING`: no key, or one of a region, which no service knows.
        """
        ledger, caller = self.ledger, self._caller
        if caller is None or caller.signer is None:
            raise UsageError("SERVICE_KEY_MISSING")
        sender = self._sender(caller)
        return ServiceClient(ledger.settings.api or "", sender, caller.signer, ledger.clock, ledger.entropy)


def desk_of(
    network: str | None,
    rpc: list[str] | None,
    by: Sequence[str],
    signatures: str | None,
    api: str | None = None,
    org: str | None = None,
    caller: str | None = None,
) -> SharingDesk:
    """One ledger for one command that writes; with a service and the body named it needs no node."""
    calling = key_file(caller) if caller else None
    return SharingDesk(open_ledger(network, rpc, api), tuple(map(key_file, by)), signatures, org, calling)


def told(shared: Shared, data: Mapping[str, object], text: str) -> Outcome:
    """The outcome of a command about sharing that wrote."""
    return remote.told({**data, **shared.as_json()}, text)


def resources_in(index: Entities) -> list[Resource]:
    """The whole catalog."""
    return entities_of(index, "resource", Resource)


def entities_of(index: Entities, table: str, kind: type[E]) -> list[E]:
    """Everything of a table."""
    return [each for _, each in index.entities(table) if isinstance(each, kind)]


def named_fields(ledger: Ledger, resource: Resource, version: int, path: str | None) -> FieldList:
    """The published list of a version of a resource, handed in or known here; raises `FIELDS_NOT_HERE`."""
    return fields_behind(ledger, resource.versions[version - 1].fields_digest, resource.key, path)


def fields_behind(ledger: Ledger, digest: str, resource: str, path: str | None) -> FieldList:
    """The list of a resource behind a digest, handed in or known here; raises `FIELDS_NOT_HERE`."""
    found = ledger.party_texts.list_of(digest, read_fields(path) if path else None)
    if found is None:
        raise UnknownIdError("FIELDS_NOT_HERE", resource=resource, digest=digest)
    return found


def holders_message(ledger: Ledger, path: str, structs: Sequence[str]) -> HolderMessage:
    """What a holder's wallet wrote, signed by all who have to.

    Args:
        ledger: That it has to be for.
        path: The file, or its QR code.
        structs: What the command takes.

    Raises:
        LedgerError: As `read_holder_message`; `HOLDER_MESSAGE_KIND`, `HOLDER_SIGNATURES`.
    """
    holder = read_holder_message(read_form(path), ledger.trust.ledger_id, ledger.trust.domain)
    if holder.missing:
        raise RuleError("HOLDER_SIGNATURES", given=holder.signed, needed=holder.needed)
    if holder.struct not in structs:
        raise UsageError("HOLDER_MESSAGE_KIND", struct=holder.struct)
    return holder


def read_fields(path: str) -> FieldList:
    """A published list of fields: a JSON file, or CSV with the columns name and grade, perhaps secrecy.

    Raises:
        MalformedError: `FIELDS_MALFORMED`, or as `parse_strict`.
        UsageError: `FILE_UNREADABLE`.
    """
    data = read_input(path)
    if data.lstrip().startswith(b"{"):
        return read_field_list(parse_strict(data))
    text = decoded(data)
    rows = list(csv.DictReader(io.StringIO(text or "")))
    if text is None or not all(map(_is_field, rows)):
        raise MalformedError("FIELDS_MALFORMED")
    return field_list(
        [
            {"name": str(row["name"]).strip(), "grade": int(row["grade"]), MEMBER: row.get(MEMBER) or None}
            for row in rows
        ]
    )


def read_schema(path: str) -> RowSchema:
    """The schema of a data set, a JSON Schema or one with derived fields.

    Raises:
        MalformedError: As `parse_strict` and `read_row_schema`.
        RuleError: `CLASSIFIED_DATA`.
        UsageError: `FILE_UNREADABLE`.
    """
    form = parse_strict(read_input(path))
    require_unclassified_schema(form, "--schema")
    return read_row_schema(form)


def _is_field(row: Mapping[str, str | None]) -> bool:
    return row.keys() - {MEMBER} == {"name", "grade"} and str(row["grade"]).strip().isdigit()


def listed(text: str) -> list[str]:
    """The parts of a comma list."""
    return [part.strip() for part in text.split(",") if part.strip()]


def one_of(option: str, text: str, choices: Mapping[str, int]) -> int:
    """The number of a choice by its word, in either case; raises `CHOICE`."""
    found = choices.get(text.lower())
    if found is None:
        raise UsageError("CHOICE", option=option, text=text[:40], choices=", ".join(choices))
    return found
