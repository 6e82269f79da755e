"""`elicense wallet`: the holder's licenses, the verifier's challenge, presenting and scanning."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import keys
from api.cli.files import pretty
from api.cli.options import At, KnownAt, Network, PinnedHead, RpcUrls, Trust, open_ledger
from api.cli.output import Outcome, read_input
from api.cli.showing import (
    ChallengeOption,
    FieldsOption,
    OfflineOption,
    OutOption,
    PngOption,
    SvgOption,
    challenge_file,
    desk,
    drawn,
    field_names,
    qr_text,
    write,
)
from api.cli.wallet_attest import attest
from ledger import crypto
from ledger.adapters.clock import SystemClock, SystemEntropy
from ledger.adapters.redemptions import SqliteRedemptions
from ledger.adapters.sm4 import Sm4Gcm
from ledger.domain.canonical import parse_strict
from ledger.domain.challenge import DEFAULT_TTL, Challenge
from ledger.domain.presentation import UNBOUND
from ledger.errors import LedgerError, TrustError
from ledger.service.present import PresentService
from ledger.settings import home, load_settings
from wallet.held import read_license
from wallet.wallet import Device, IsBound, Wallet, require_passphrase

if TYPE_CHECKING:
    from ledger.bootstrap import Ledger
    from ledger.service.sources import Asked
    from ledger.service.verify import Subject
    from wallet.held import HeldLicense

app = typer.Typer(add_completion=False, help="The holder's licenses: keep them, present them, scan them.")

VaultOption = Annotated[str | None, typer.Option("--vault", metavar="FILE", help="The vault's file.")]


@app.command("init")
def init(vault: VaultOption = None) -> Outcome:
    """Make a new vault, encrypted under ELICENSE_PASSPHRASE."""
    path = _vault_path(vault)
    Wallet.create(path, _passphrase(), _device())
    return Outcome({"vault": str(path)}, text=str(path))


@app.command("key")
def key(vault: VaultOption = None) -> Outcome:
    """Give out the next unused key pair, for an issuer to bind to one license."""
    pair = _wallet(vault).new_pair()
    shown = {"holderKey": pair.holder_key.hex(), "holderEncryptionKey": pair.holder_encryption_key.hex()}
    return Outcome(shown, text="\n".join(shown.values()))


@app.command("add")
def add(
    file: Annotated[str, typer.Argument(metavar="FILE")],
    holder_key: Annotated[
        str | None,
        typer.Option(
            "--holder-key", metavar="HEX", help="The key of this vault to which it was bound since."
        ),
    ] = None,
    vault: VaultOption = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Take a license file (.elic.json) in; with a trust file under the key that the ledger says."""
    form = parse_strict(read_input(file))
    if holder_key is not None:
        bound_to: IsBound | None = lambda pair: pair.holder_key.hex() == holder_key  # noqa: E731
    else:
        bound_to = _bound_on_ledger(read_license(form), network, rpc)
    held, pair = _wallet(vault).add(form, bound_to)
    data = {
        "identifier": held.identifier,
        "licenseId": held.license_id,
        "holderKey": pair.holder_key.hex(),
        "bound": held.is_bound or bound_to is not None,
    }
    return Outcome(data, text=held.identifier if data["bound"] else f"{held.identifier} (unbound)")


@app.command("list")
def list_licenses(vault: VaultOption = None, network: Network = None, rpc: RpcUrls = None) -> Outcome:
    """List the licenses; with a trust file also where they stand on the ledger."""
    status = _status_lookup(network, rpc)
    rows = [
        {
            "identifier": entry.license.identifier,
            "type": entry.license.type_name,
            "status": status(entry.license),
            "licenseId": entry.license.license_id,
            "bound": entry.license.is_bound,
        }
        for entry in _wallet(vault).licenses()
    ]
    text = "\n".join(f"{row['status']:<12} {row['identifier']}  {row['type']}" for row in rows)
    return Outcome({"licenses": rows}, text=text)


@app.command("challenge")
def challenge(
    fields: FieldsOption,
    purpose: Annotated[str, typer.Option("--purpose", metavar="TEXT", help="What the fields are for.")],
    pem: Annotated[str, typer.Option("--key", metavar="VERIFIER.pem", help="The verifier's key.")],
    ttl: Annotated[int, typer.Option("--ttl", metavar="SECONDS", help="1 to 300.")] = DEFAULT_TTL,
    out: Annotated[str | None, typer.Option("--out", metavar="C.json", help="Also write it here.")] = None,
    verifier: Annotated[str, typer.Option("--verifier", metavar="USCC", help="Its credit code.")] = "",
    api: Annotated[
        str | None, typer.Option("--api", metavar="URL", help="Where short ones are left.")
    ] = None,
    attested: Annotated[
        bool | None,
        typer.Option(
            "--attested/--no-attested",
            help="Whether a body may vouch for the holder: any registered one, or none. By default only "
            "the asking one.",
        ),
    ] = None,
) -> Outcome:
    """Ask a holder for fields, as a verifier."""
    made = _desk_service().challenge(
        keys.signer(pem),
        field_names(fields),
        purpose,
        uscc=verifier,
        ttl=ttl,
        api=load_settings(api=api).api,
        attested=attested,
    )
    form = made.as_json()
    if out is not None:
        write(out, pretty(form))
    return Outcome(form, text=pretty(form).decode("utf-8").rstrip())


@app.command("present")
def present(
    names: Annotated[list[str], typer.Argument(metavar="ID…", help="Identifiers or licenseIds, 8 at most.")],
    fields: FieldsOption,
    asked: ChallengeOption,
    offline: OfflineOption = False,
    png: PngOption = None,
    svg: SvgOption = None,
    out: OutOption = None,
    vault: VaultOption = None,
    network: Network = None,
) -> Outcome:
    """Answer a challenge with chosen fields of one license, or of several together, as a QR code."""
    question = challenge_file(asked)
    registered = None if offline else _is_registered(network, question)
    if registered is False:
        raise TrustError("VERIFIER_NOT_REGISTERED", uscc=question.uscc)
    shown = _wallet(vault).present(names, field_names(fields), question, desk(offline))
    return drawn(shown, question, {"verifierRegistered": registered}, png=png, svg=svg, out=out)


app.command("attest")(attest)


@app.command("scan")
def scan(
    image: Annotated[str, typer.Argument(metavar="IMAGE|TEXT", help="A picture, a text file, or EL1:…")],
    asked: ChallengeOption,
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Where it should count.")
    ] = None,
    at: At = None,
    known_at: KnownAt = None,
    trust: Trust = "rpc",
    head: PinnedHead = None,
    max_age: Annotated[int, typer.Option("--max-age", min=0, help="Oldest head, in seconds.")] = 60,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Read a presentation, redeem it once, and verify the licenses it shows."""
    from api.cli.verify import verify

    text = qr_text(image)
    return verify([text], region, at, known_at, trust, head, max_age, asked, network, rpc)


def presented_subjects(ledger: Ledger, text: str, challenge: str | None, asked: Asked) -> list[Subject]:
    """What a QR code carried, one subject a license; a good presentation uses its challenge up.

    Args:
        ledger: Where the licenses are looked up.
        text: What the QR code carried.
        challenge: File of the challenge that it should answer; without one, the challenge is
            looked up among those that this home made.
        asked: The trust asked for.

    Raises:
        UsageError: `CHALLENGE_NEEDED`.
        UnknownIdError: `PRESENTATION_UNKNOWN`.
        OutageError: The verifier's API or store cannot be reached.
    """
    from ledger.service.holder_records import HolderRecords
    from ledger.service.verify import once

    service = _desk_service()
    question = service.challenge_of(text) if challenge is None else challenge_file(challenge)
    records = HolderRecords(once(lambda: ledger.histories(asked)))
    return list(service.scan(text, question, _fetch(question), records))


# --- what the commands stand on ---------------------------------------------------------------


def _device() -> Device:
    return Device(crypto.signer, crypto.verifier(), Sm4Gcm(), SystemEntropy(), SystemClock())


def _passphrase() -> bytes:
    return require_passphrase(keys.passphrase())


def _vault_path(vault: str | None) -> Path:
    return Path(vault) if vault else home() / "wallet.vault"


def _wallet(vault: str | None) -> Wallet:
    return Wallet(_vault_path(vault), _passphrase(), _device())


def _desk_service() -> PresentService:
    """The verifier's side; `serve` of the same home shares its store, so a challenge is used up once."""
    store = SqliteRedemptions(home() / "redemptions.sqlite3")
    return PresentService(store, crypto.verifier(), SystemClock(), SystemEntropy())


def _status_lookup(network: str | None, rpc: list[str] | None) -> Callable[[HeldLicense], str]:
    """Where a license stands now; `UNKNOWN` where that cannot be asked."""
    from ledger.domain.lifecycle import status_at
    from ledger.proof.claims import opening_of
    from ledger.proof.verification import cut_offs_of
    from ledger.service.sources import Asked
    from ledger.service.standing import license_state

    try:
        histories = open_ledger(network, rpc).histories(Asked())
    except LedgerError:
        return lambda _: "UNKNOWN"

    def status(held: HeldLicense) -> str:
        now = int(SystemClock().now().timestamp())
        with contextlib.suppress(LedgerError):
            found, state = license_state(histories, held.license_id, opening_of(held.claim))
            standing = status_at(found, now, histories.header.time, cut_offs_of(state, histories.header.time))
            return standing.status.name
        return "UNKNOWN"

    return status


def _bound_on_ledger(held: HeldLicense, network: str | None, rpc: list[str] | None) -> IsBound | None:
    """Tells the pair that the ledger binds to a license now; None where it binds none or cannot be asked."""
    from ledger.service.sources import Asked
    from ledger.service.standing import binding_now

    try:
        binding = binding_now(open_ledger(network, rpc).histories(Asked()), held.license_id)
    except LedgerError:
        return None
    if binding is None or binding.value == UNBOUND:
        return None
    return lambda pair: pair.opens(binding.value)


def _is_registered(network: str | None, question: Challenge) -> bool | None:
    """Whether the ledger knows the verifier's key under its name; None where it could not be asked."""
    from ledger.service.present import is_registered
    from ledger.service.sources import Asked

    if not question.uscc:
        return None
    try:
        histories = open_ledger(network, None).histories(Asked())
        return is_registered(histories, question, int(SystemClock().now().timestamp()))
    except LedgerError:
        return None


def _fetch(question: Challenge) -> Callable[[str], str] | None:
    """Where short presentations for this challenge are; None for the own store."""
    from ledger.adapters.presentation_desk import HttpDesk

    api = question.api
    return None if api is None else lambda presentation_id: HttpDesk().fetch(api, presentation_id)
