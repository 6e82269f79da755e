"""`elicense license convert|check-conversion`: who made an input of a paper license, and who checked it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from api.cli.bodies import body_of
from api.cli.files import digest_of, pretty, write_out
from api.cli.options import Network, RpcUrls, open_ledger
from api.cli.output import Outcome, read_input, said
from api.cli.requests import RequestFile, key_file
from api.cli.sharing import Signatures, SigningKey
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.conversion import (
    CHECKED,
    CONVERTED,
    conversion_fault,
    conversion_message,
    conversion_signatures,
    conversion_statement,
)
from ledger.domain.document import build_license
from ledger.domain.license_input import CONVERTED_CHECKED, CONVERTED_UNCHECKED, NATIVE, type_code_in
from ledger.domain.messages import key_id
from ledger.domain.moments import rfc3339
from ledger.errors import BadSignatureError, UsageError
from ledger.service.signing import KeyFile, SignatureRequest

ASKED_FOR = 30 * 86_400
"""Seconds for which a moment that was asked to be signed is kept."""

InputFile = Annotated[str, typer.Argument(metavar="INPUT", help="License input; it is written again.")]
Org = Annotated[
    str | None,
    typer.Option("--org", metavar="USCC", help="Your body; with it no node is asked whose key it is."),
]
Out = Annotated[str | None, typer.Option("--out", metavar="FILE", help="Where it goes instead.")]


def convert(
    file: InputFile,
    scan: Annotated[str, typer.Option("--scan", metavar="FILE", help="The scan of the paper license.")],
    key: SigningKey,
    org: Org = None,
    out: Out = None,
    signatures: Signatures = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Sign for the input of a license that was made of a paper one; nobody has checked it then."""
    ledger, given = open_ledger(network, rpc), parse_strict(read_input(file))
    seat = _Seat(ledger, key_file(key), org, RequestFile(signatures))
    plain = {name: value for name, value in given.items() if name not in ("origin", "conversion")}
    license_ = _license(ledger, plain, CONVERTED_UNCHECKED)
    digest = digest_of(scan)
    signed = seat.signed(license_, digest, CONVERTED)
    conversion = {"scan": digest, CONVERTED: signed, CHECKED: None}
    write_out(
        Path(out or file), pretty({**plain, "origin": CONVERTED_UNCHECKED, "conversion": conversion}), 0o600
    )
    return _told(license_, conversion, CONVERTED, out or file)


def check_conversion(
    file: InputFile,
    key: SigningKey,
    scan: Annotated[
        str | None, typer.Option("--scan", metavar="FILE", help="The scan you looked at; compared.")
    ] = None,
    org: Org = None,
    out: Out = None,
    signatures: Signatures = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Sign that a converted input says what the paper says; with another key than who converted."""
    ledger, given = open_ledger(network, rpc), parse_strict(read_input(file))
    seat = _Seat(ledger, key_file(key), org, RequestFile(signatures))
    conversion = given.get("conversion")
    if not isinstance(conversion, dict) or conversion_fault(conversion) is not None:
        raise UsageError("CONVERSION_MISSING", path=file)
    if scan is not None and digest_of(scan) != conversion["scan"]:
        raise UsageError("CONVERSION_SCAN", path=scan)
    if conversion[CONVERTED]["publicKey"] == seat.key.public_key.hex():
        raise UsageError("CONVERSION_KEYS", field=f"conversion/{CHECKED}")
    plain = {name: value for name, value in given.items() if name not in ("origin", "conversion")}
    license_ = _license(ledger, plain, NATIVE)  # what is checked is held to the same rules
    alone = {"scan": conversion["scan"], CONVERTED: conversion[CONVERTED]}
    _require_converted(ledger, {**license_, "conversion": alone})
    signed = seat.signed(license_, conversion["scan"], CHECKED)
    conversion = {**alone, CHECKED: signed}
    write_out(
        Path(out or file), pretty({**plain, "origin": CONVERTED_CHECKED, "conversion": conversion}), 0o600
    )
    return _told(license_, conversion, CHECKED, out or file)


def _license(ledger: Ledger, given: JsonObject, origin: str) -> JsonObject:
    """The license that an input makes, judged by the rules of an origin; raises `LICENSE_INPUT`."""
    return build_license({**given, "origin": origin}, ledger.types().get(type_code_in(given)))


def _require_converted(ledger: Ledger, license_: JsonObject) -> None:
    """The converter's signature holds for what is there now; raises `CONVERSION_SIGNATURE`."""
    (converted,) = conversion_signatures(license_, ledger.trust.ledger_id)
    if not ledger.verifier.verify(converted.public_key, converted.message, converted.signature):
        raise BadSignatureError("CONVERSION_SIGNATURE", field=f"conversion/{CONVERTED}/signature")


@dataclass(frozen=True)
class _Seat:
    """Who converts or checks, and where the key is: here, or elsewhere with its signatures in a file."""

    ledger: Ledger
    key: KeyFile
    org: str | None
    file: RequestFile

    def signed(self, license_: JsonObject, scan: str, member: str) -> JsonObject:
        """A member of a conversion; raises `SIGNATURES_PENDING` where the key is yet to sign it."""
        body = self.org or body_of(self.ledger, self.key).uscc
        purpose = f"{member} {license_['metadata']['certificateIdentifier']}"
        now = int(self.ledger.clock.now().timestamp())
        at = self.file.brought().header(purpose, now).get("signedAt", now)
        stated: JsonObject = {"by": body, "publicKey": self.key.public_key.hex(), "at": rfc3339(at)}
        statement = conversion_statement(license_, self.ledger.trust.ledger_id, scan, member, stated)
        return {**stated, "signature": self._signature(statement, member, purpose, at).hex()}

    def _signature(self, statement: JsonObject, member: str, purpose: str, at: int) -> bytes:
        message = conversion_message(statement)
        if self.key.signer is not None:
            return self.key.signer.sign(message)
        identity = key_id(self.key.public_key).hex()
        made = self.file.brought().signatures.get((identity, message.hex()))
        if made is None:
            until = at + ASKED_FOR
            raise self.file.pending(
                [SignatureRequest("0x" + identity, purpose, message.hex(), at, until, statement)]
            )
        if not self.ledger.verifier.verify(self.key.public_key, message, made):
            raise BadSignatureError("CONVERSION_SIGNATURE", field=f"conversion/{member}/signature")
        return made


def _told(license_: JsonObject, conversion: JsonObject, member: str, path: str) -> Outcome:
    stated = conversion[member]
    data = {
        "identifier": license_["metadata"]["certificateIdentifier"],
        "scan": conversion["scan"],
        "role": member,
        "by": stated["by"],
        "keyId": "0x" + key_id(bytes.fromhex(stated["publicKey"])).hex(),
        "at": stated["at"],
        "file": path,
    }
    word = (
        said("已签名：转换", "signed: converted")
        if member == CONVERTED
        else said("已签名：核对", "signed: checked")
    )
    return Outcome(data, text=f"{word} {data['identifier']} ({stated['by']})")
