"""`elicense wallet`: the holder's licenses, the verifier's challenge, presenting and scanning."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import keys
from api.cli.files import pretty
from api.cli.options import At, KnownAt, Network, PinnedHead, RpcUrls, Trust, open_ledger
from api.cli.output import Outcome, note
from api.cli.receipt_file import ReceiptKey, SignReceipt
from api.cli.showing import (
    ChallengeOption,
    FieldsOption,
    challenge_file,
    field_names,
    qr_text,
    write,
)
from api.cli.wallet_attest import attest
from api.cli.wallet_consent import consent, grants, withdraw_consent
from api.cli.wallet_contest import contest_correction
from api.cli.wallet_correct import ask_correction
from api.cli.wallet_device import VaultOption, device, open_wallet, passphrase, vault_path
from api.cli.wallet_keep import add, list_licenses
from api.cli.wallet_materials import materials, tell_repeat
from api.cli.wallet_present import cosign, present
from api.cli.wallet_uses import uses
from ledger import crypto
from ledger.adapters.clock import SystemClock, SystemEntropy
from ledger.adapters.sqlite.redemptions import SqliteRedemptions
from ledger.domain.challenge import DEFAULT_TTL, Challenge
from ledger.errors import LedgerError
from ledger.ports import Signer
from ledger.service.present import PresentService, Scanned
from ledger.settings import home, load_settings
from wallet.wallet import Wallet

if TYPE_CHECKING:
    from ledger.bootstrap import Ledger
    from ledger.service.sources import Asked

app = typer.Typer(add_completion=False, help="The holder's licenses: keep them, present them, scan them.")


@app.command("init")
def init(vault: VaultOption = None) -> Outcome:
    """Make a new vault, encrypted under ELICENSE_PASSPHRASE."""
    path = vault_path(vault)
    Wallet.create(path, passphrase(), device())
    return Outcome({"vault": str(path)}, text=str(path))


@app.command("key")
def key(vault: VaultOption = None) -> Outcome:
    """Give out the next unused key pair, for an issuer to bind to one license."""
    pair = open_wallet(vault).new_pair()
    shown = {"holderKey": pair.holder_key.hex(), "holderEncryptionKey": pair.holder_encryption_key.hex()}
    return Outcome(shown, text="\n".join(shown.values()))


app.command("add")(add)
app.command("list")(list_licenses)


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
    network: Network = None,
) -> Outcome:
    """Ask a holder for fields, as a verifier."""
    signer = keys.signer(pem)
    made = desk_service().challenge(
        signer,
        field_names(fields),
        purpose,
        uscc=verifier or _registered_code(network, signer),
        ttl=ttl,
        api=load_settings(api=api).api,
        attested=attested,
    )
    form = made.as_json()
    if out is not None:
        write(out, pretty(form))
    return Outcome(form, text=out or pretty(form).decode("utf-8").rstrip())


app.command("present")(present)
app.command("cosign")(cosign)
app.command("attest")(attest)
app.command("consent")(consent)
app.command("withdraw-consent")(withdraw_consent)
app.command("grants")(grants)
app.command("materials")(materials)
app.command("tell-repeat")(tell_repeat)
app.command("ask-correction")(ask_correction)
app.command("contest-correction")(contest_correction)
app.command("uses")(uses)


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
    sign_receipt: SignReceipt = None,
    key: ReceiptKey = None,
) -> Outcome:
    """Read a presentation, redeem it once, and verify the licenses it shows."""
    from api.cli.verify import verify

    return verify(
        [qr_text(image)],
        region,
        at,
        known_at,
        trust,
        head,
        max_age,
        asked,
        network,
        rpc,
        sign_receipt=sign_receipt,
        key=key,
    )


def scanned(ledger: Ledger, text: str, challenge: str | None, asked: Asked) -> Scanned:
    """What a QR code carried, one subject a license; settling a good one uses its challenge up.

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

    service = desk_service()
    question = service.challenge_of(text) if challenge is None else challenge_file(challenge)
    records = HolderRecords(once(lambda: ledger.histories(asked)))
    return service.scan(text, question, _fetch(question), records)


# --- what the commands stand on ---------------------------------------------------------------


def _registered_code(network: str | None, signer: Signer) -> str:
    """The code of the organisation that a key signs for now; empty where the ledger tells of none."""
    from ledger.service.holder_records import registrant_of
    from ledger.service.sources import Asked

    try:
        histories = open_ledger(network, None).histories(Asked())
        body = registrant_of(histories, signer.public_key, int(SystemClock().now().timestamp()))
    except LedgerError:
        body = None
    if body is not None and body.is_current:
        return body.uscc
    note(
        "账本上查不到此密钥属于哪个机关，请求不写核验方；持证人会被告知无人为其负责。请用 --verifier 写明。",
        "The ledger tells of no body that this key signs for, so the challenge names none; holders are told "
        "that nobody stands for it. Name yours with --verifier.",
    )
    return ""


def desk_service() -> PresentService:
    """The verifier's side; `serve` of the same home shares its store, so a challenge is used up once."""
    store = SqliteRedemptions(home() / "redemptions.sqlite3")
    return PresentService(store, crypto.verifier(), SystemClock(), SystemEntropy())


def _fetch(question: Challenge) -> Callable[[str], str] | None:
    """Where short presentations for this challenge are; None for the own store."""
    from ledger.adapters.presentation_desk import HttpDesk

    api = question.api
    return None if api is None else lambda presentation_id: HttpDesk().fetch(api, presentation_id)
