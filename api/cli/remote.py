"""Commands that write through a department's service (`--api`): the key stays here, the relay is there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from api.cli.files import replace_file
from api.cli.output import Outcome, said
from ledger.adapters.service_client import ServiceClient
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject
from ledger.domain.document import Envelope
from ledger.domain.identifiers import LicenseIdentifier
from ledger.errors import LedgerError, StoreOutageError, UsageError
from ledger.ports import Signer
from ledger.service.remote import Known, OrderAtService

Api = Annotated[
    str | None, typer.Option("--api", metavar="URL", help="Write through this service, not to a node.")
]
Org = Annotated[
    str | None, typer.Option("--org", metavar="USCC", help="Your organisation, where the ID does not tell.")
]


def service(ledger: Ledger, org: str | None, about: str | JsonObject, signer: Signer) -> OrderAtService:
    """The service of the settings, for one organisation.

    Args:
        ledger: Its settings name the service.
        org: `--org`.
        about: The license, or the input of one, which names its issuer.
        signer: A registered signing key of the organisation.

    Raises:
        UsageError: `SERVICE_ORGANISATION`, `SERVICE_ADDRESS`.
    """
    body = org or _issuer_of(about)
    client = ServiceClient(ledger.settings.api or "", body, signer, ledger.clock, ledger.entropy)
    known = Known(ledger.types().get, ledger.index.resolve, ledger.seen)
    return OrderAtService(client, body, ledger.trust, known, ledger.verifier, signer, ledger.clock)


def issued(ledger: Ledger, answer: JsonObject, out: str | None) -> Outcome:
    """The outcome of a command that issues a license: its file is written here."""
    envelope = Envelope.from_json(answer["envelope"])
    path = Path(out) if out else Path(f"{envelope.identifier}.elic.json")
    ledger.remember(envelope, answer.get("cid"))
    try:
        replace_file(path, envelope.to_bytes(), 0o600)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreOutageError("LICENSE_FILE_UNWRITTEN", path=str(path), reason=reason) from error
    data = {name: value for name, value in answer.items() if name != "envelope"}
    return told({**data, "file": str(path)}, f"{envelope.identifier}\n  {said('文件', 'file')} {path}")


def told(data: Mapping[str, object], text: str) -> Outcome:
    """The outcome of a command whose message was accepted, and perhaps recorded already."""
    if data.get("promiseKey") == "NOT_CHECKED":
        word = said(
            "未核对承诺密钥是否登记：没有节点可问", "whose key promised was not checked: no node answers"
        )
        text = f"{text}\n  {word}"
    if data.get("seq") is None:
        word = said("已受理，尚未上链", "accepted, not recorded yet")
        return Outcome(data, text=f"{text}\n  {word}", code="ACCEPTED")
    return Outcome(data, text=f"{text} ({said('序号', 'seq')} {data['seq']})")


def _issuer_of(about: str | JsonObject) -> str:
    if isinstance(about, dict):
        metadata = about.get("metadata")
        code = metadata.get("certificateIssuingAuthorityCode") if isinstance(metadata, dict) else None
        if isinstance(code, str):
            return code
        raise UsageError("SERVICE_ORGANISATION", id="metadata/certificateIssuingAuthorityCode")
    try:
        code = LicenseIdentifier.parse(about, strict=False).issuer_code
    except LedgerError:
        code = ""
    if len(code) != 18:
        raise UsageError("SERVICE_ORGANISATION", id=about[:120])
    return code
