"""`elicense wallet attest`: an office shows for a holder without a phone, and vouches for it."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import keys
from api.cli.options import Network, open_ledger
from api.cli.output import Outcome, read_input
from api.cli.showing import (
    ChallengeOption,
    FieldsOption,
    OfflineOption,
    OutOption,
    PngOption,
    SvgOption,
    challenge_file,
    code_in,
    desk,
    drawn,
    field_names,
    warn_of_missing,
)
from ledger import crypto
from ledger.adapters.clock import SystemClock, SystemEntropy
from ledger.adapters.qr import is_image
from ledger.domain.attestation import METHODS, Attestation, officer_digest
from ledger.domain.canonical import parse_strict
from ledger.domain.challenge import Challenge
from ledger.domain.fields_tree import SALT_BYTES
from ledger.domain.moments import rfc3339
from ledger.domain.presentation_text import PREFIX
from ledger.domain.presenter_check import Known, attestation_findings
from ledger.errors import LedgerError, RuleError, UsageError
from wallet import attesting
from wallet.held import read_license
from wallet.showing import Showable


def attest(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE…", help="License files, or codes that carry a license.")
    ],
    fields: FieldsOption,
    asked: ChallengeOption,
    pem: Annotated[str, typer.Option("--key", metavar="OFFICE.pem", help="The office's signing key.")],
    method: Annotated[
        str, typer.Option("--method", metavar="M", help="id-card, id-card-and-face or known-in-person.")
    ],
    officer: Annotated[
        str | None,
        typer.Option("--officer", metavar="REF", help="Who did it, in the office's own words; kept secret."),
    ] = None,
    offline: OfflineOption = False,
    png: PngOption = None,
    svg: SvgOption = None,
    out: OutOption = None,
    network: Network = None,
) -> Outcome:
    """Answer a challenge for a holder without a phone, whom this office has identified."""
    if method not in METHODS:
        raise UsageError("ATTESTATION_METHOD", method=method, known=", ".join(METHODS))
    question, signer, salt = challenge_file(asked), keys.signer(pem), SystemEntropy().token(SALT_BYTES)
    digest = officer_digest(officer, salt) if officer else b""
    statement = Attestation(signer.public_key, METHODS[method], digest)
    body = None if offline else _attester(network, question, statement)
    brought = [each for file in files for each in _brought(file)]
    now = int(SystemClock().now().timestamp())
    shown = attesting.attest(
        brought, field_names(fields), question, statement, signer, crypto.verifier(), now, desk(offline)
    )
    warn_of_missing(shown.presentation, question)
    attested = {**statement.as_json(), "by": body, "at": rfc3339(shown.presentation.made_at)}
    attested["officer"] = {"digest": digest.hex(), "salt": salt.hex()} if officer else None
    return drawn(shown, question, {"attested": attested}, png=png, svg=svg, out=out)


def _attester(network: str | None, question: Challenge, statement: Attestation) -> str | None:
    """The code of the body that vouches; None where the ledger could not be asked.

    Raises:
        RuleError: `ATTESTER_UNKNOWN`, `ATTESTER_KEY_NOT_VALID`, `ATTESTATION_NOT_ALLOWED`.
    """
    from ledger.service.holder_records import registrant_of
    from ledger.service.sources import Asked

    now = int(SystemClock().now().timestamp())
    try:
        body = registrant_of(open_ledger(network, None).histories(Asked()), statement.public_key, now)
    except LedgerError:
        return None
    for finding in attestation_findings(statement, question, Known(attester=body)):
        raise RuleError(finding.reason)
    return body.uscc if body else None


def _brought(file: str) -> list[Showable]:
    """The licenses in a license file, or in a code that carries them: its text, a picture, a text file."""
    if file.startswith(PREFIX):
        return list(attesting.read_printed(file))
    data = read_input(file)
    if is_image(data) or data.startswith(PREFIX.encode()):
        return list(attesting.read_printed(code_in(data, file)))
    return [read_license(parse_strict(data))]
