"""`elicense wallet present` and `cosign`: answer a challenge, alone or with the other holders."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.files import pretty
from api.cli.options import Network, open_ledger
from api.cli.output import Outcome, read_input, said
from api.cli.showing import (
    ChallengeOption,
    FieldsOption,
    OfflineOption,
    OutOption,
    PngOption,
    SvgOption,
    challenge_file,
    desk,
    drafted,
    drawn,
    field_names,
    warn_of_missing,
    write,
)
from api.cli.wallet_device import VaultOption, open_wallet
from ledger.adapters.clock import SystemClock
from ledger.domain.canonical import parse_strict
from ledger.domain.challenge import Challenge
from ledger.errors import LedgerError, TrustError
from wallet.drafting import Draft

DraftOption = Annotated[
    str | None,
    typer.Option("--draft", metavar="FILE", help="Where others have to sign too: for the next of them."),
]


def present(
    names: Annotated[list[str], typer.Argument(metavar="ID…", help="Identifiers or licenseIds, 8 at most.")],
    fields: FieldsOption,
    asked: ChallengeOption,
    offline: OfflineOption = False,
    png: PngOption = None,
    svg: SvgOption = None,
    out: OutOption = None,
    draft: DraftOption = None,
    vault: VaultOption = None,
    network: Network = None,
) -> Outcome:
    """Answer a challenge with chosen fields of one license, or of several together, as a QR code."""
    question = challenge_file(asked)
    registered = _require_registered(offline, network, question)
    made = open_wallet(vault).draft(names, field_names(fields), question)
    return _handed_on(made, registered, offline, draft, png=png, svg=svg, out=out)


def cosign(
    file: Annotated[str, typer.Argument(metavar="DRAFT", help="What the holder before gave.")],
    show: Annotated[bool, typer.Option("--show", help="Only show what would be signed.")] = False,
    offline: OfflineOption = False,
    png: PngOption = None,
    svg: SvgOption = None,
    out: OutOption = None,
    draft: DraftOption = None,
    vault: VaultOption = None,
    network: Network = None,
) -> Outcome:
    """Sign what another holder of the same license presents; the last one's answer is the QR code."""
    read = Draft.from_json(parse_strict(read_input(file)))
    registered = _require_registered(offline, network, read.challenge)
    signed = open_wallet(vault).cosign(read)
    if show:
        return drafted(read, {"verifierRegistered": registered})
    return _handed_on(signed, registered, offline, draft, png=png, svg=svg, out=out)


def _handed_on(
    made: Draft, registered: bool | None, offline: bool, draft: str | None, **pictures: str | None
) -> Outcome:
    """The code, or where signatures are missing what the next holder signs."""
    more: dict[str, object] = {"verifierRegistered": registered}
    place = desk(offline)
    warn_of_missing(made.presentation, made.challenge)
    made.require_room(place)
    if made.is_complete:
        return drawn(made.hand_over(place), made.challenge, more, **pictures)
    if draft is None:
        zh, en = "用 --draft FILE 写出文件，交给下一位持证人。", "--draft FILE writes it for the next holder."
        return drafted(made, more, said(zh, en))
    write(draft, pretty(made.as_json()))
    return drafted(made, more, f"→ {draft}")


def _require_registered(offline: bool, network: str | None, question: Challenge) -> bool | None:
    """Whether the ledger knows the verifier's key under its name; None where it could not be asked.

    Raises:
        TrustError: `VERIFIER_NOT_REGISTERED`.
    """
    from ledger.service.present import is_registered
    from ledger.service.sources import Asked

    if offline or not question.uscc:
        return None
    try:
        histories = open_ledger(network, None).histories(Asked())
        registered = is_registered(histories, question, int(SystemClock().now().timestamp()))
    except LedgerError:
        return None
    if not registered:
        raise TrustError("VERIFIER_NOT_REGISTERED", uscc=question.uscc)
    return registered
