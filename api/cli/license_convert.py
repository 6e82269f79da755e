"""`elicense license convert|check-conversion`: who made an input of a paper license, and who checked it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import keys
from api.cli.bodies import body_of
from api.cli.files import digest_of, pretty, replace_file
from api.cli.options import Network, RpcUrls, open_ledger
from api.cli.output import Outcome, read_input, said
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.conversion import (
    CHECKED,
    CONVERTED,
    conversion_fault,
    conversion_message,
    conversion_signatures,
)
from ledger.domain.document import build_license
from ledger.domain.license_input import CONVERTED_CHECKED, CONVERTED_UNCHECKED, NATIVE, type_code_in
from ledger.domain.messages import key_id
from ledger.domain.moments import rfc3339
from ledger.errors import BadSignatureError, StoreOutageError, UsageError
from ledger.ports import Signer

InputFile = Annotated[str, typer.Argument(metavar="INPUT", help="License input; it is written again.")]
OwnKey = Annotated[str, typer.Option("--key", metavar="PEM", help="Your registered signing key.")]
Org = Annotated[
    str | None,
    typer.Option("--org", metavar="USCC", help="Your body; with it no node is asked whose key it is."),
]
Out = Annotated[str | None, typer.Option("--out", metavar="FILE", help="Where it goes instead.")]


def convert(
    file: InputFile,
    scan: Annotated[str, typer.Option("--scan", metavar="FILE", help="The scan of the paper license.")],
    key: OwnKey,
    org: Org = None,
    out: Out = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Sign for the input of a license that was made of a paper one; nobody has checked it then."""
    ledger, given, signer = open_ledger(network, rpc), parse_strict(read_input(file)), keys.signer(key)
    plain = {name: value for name, value in given.items() if name not in ("origin", "conversion")}
    license_ = _license(ledger, plain, CONVERTED_UNCHECKED)
    digest = digest_of(scan)
    signed = _signed(ledger, license_, digest, CONVERTED, signer, org)
    conversion = {"scan": digest, CONVERTED: signed, CHECKED: None}
    _write(out or file, {**plain, "origin": CONVERTED_UNCHECKED, "conversion": conversion})
    return _told(license_, conversion, CONVERTED, out or file)


def check_conversion(
    file: InputFile,
    key: OwnKey,
    scan: Annotated[
        str | None, typer.Option("--scan", metavar="FILE", help="The scan you looked at; compared.")
    ] = None,
    org: Org = None,
    out: Out = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Sign that a converted input says what the paper says; with another key than who converted."""
    ledger, given, signer = open_ledger(network, rpc), parse_strict(read_input(file)), keys.signer(key)
    conversion = given.get("conversion")
    if not isinstance(conversion, dict) or conversion_fault(conversion) is not None:
        raise UsageError("CONVERSION_MISSING", path=file)
    if scan is not None and digest_of(scan) != conversion["scan"]:
        raise UsageError("CONVERSION_SCAN", path=scan)
    if conversion[CONVERTED]["publicKey"] == signer.public_key.hex():
        raise UsageError("CONVERSION_KEYS", field=f"conversion/{CHECKED}")
    plain = {name: value for name, value in given.items() if name not in ("origin", "conversion")}
    license_ = _license(ledger, plain, NATIVE)  # what is checked is held to the same rules
    alone = {"scan": conversion["scan"], CONVERTED: conversion[CONVERTED]}
    _require_converted(ledger, {**license_, "conversion": alone})
    signed = _signed(ledger, license_, conversion["scan"], CHECKED, signer, org)
    conversion = {**alone, CHECKED: signed}
    _write(out or file, {**plain, "origin": CONVERTED_CHECKED, "conversion": conversion})
    return _told(license_, conversion, CHECKED, out or file)


def _license(ledger: Ledger, given: JsonObject, origin: str) -> JsonObject:
    """The license that an input makes, judged by the rules of an origin; raises `LICENSE_INPUT`."""
    return build_license({**given, "origin": origin}, ledger.types().get(type_code_in(given)))


def _require_converted(ledger: Ledger, license_: JsonObject) -> None:
    """The converter's signature holds for what is there now; raises `CONVERSION_SIGNATURE`."""
    (converted,) = conversion_signatures(license_, ledger.trust.ledger_id)
    if not ledger.verifier.verify(converted.public_key, converted.message, converted.signature):
        raise BadSignatureError("CONVERSION_SIGNATURE", field=f"conversion/{CONVERTED}/signature")


def _signed(
    ledger: Ledger, license_: JsonObject, scan: str, member: str, signer: Signer, org: str | None
) -> JsonObject:
    body = org or body_of(ledger, signer).uscc
    now = rfc3339(int(ledger.clock.now().timestamp()))
    stated: JsonObject = {"by": body, "publicKey": signer.public_key.hex(), "at": now}
    message = conversion_message(license_, ledger.trust.ledger_id, scan, member, stated)
    return {**stated, "signature": signer.sign(message).hex()}


def _write(path: str, given: JsonObject) -> None:
    try:
        replace_file(Path(path), pretty(given), 0o600)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreOutageError("LICENSE_FILE_UNWRITTEN", path=path, reason=reason) from error


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
