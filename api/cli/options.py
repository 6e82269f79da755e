"""Options that many commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from api.cli.keys import passphrase
from api.cli.output import note, read_input
from ledger.adapters.service_client import on_wait
from ledger.bootstrap import Ledger
from ledger.domain.moments import parse_end, parse_moment
from ledger.domain.regions import RegionCode
from ledger.domain.sm import check_public_key
from ledger.errors import UsageError
from ledger.settings import load_settings

Network = Annotated[str | None, typer.Option("--network", metavar="FILE", help="Trust file.")]
RpcUrls = Annotated[
    list[str] | None, typer.Option("--rpc", metavar="URL", help="Node, instead of the file's.")
]
Trust = Annotated[str, typer.Option("--trust", metavar="LEVEL", help="rpc, quorum, state or seals.")]
PinnedHead = Annotated[str | None, typer.Option("--head", metavar="HASH", help="Block hash that you trust.")]
KeyFile = Annotated[str, typer.Option("--key", metavar="PEM", help="Signing key of the issuer.")]
LicenseFile = Annotated[
    str | None,
    typer.Option("--file", metavar="FILE", help="Its license file, where another home issued it in a batch."),
]
At = Annotated[str | None, typer.Option("--at", metavar="TIME", help="Moment of legal effect.")]
KnownAt = Annotated[str | None, typer.Option("--known-at", metavar="TIME", help="What the ledger held then.")]

OWN_NUMBER = "the body's own: the ledger has no list of them"
"""What helps say of numbers that each body gives their meaning by a list that it publishes."""


def _tell_drawn(issuer: str) -> None:
    """What a machine has to be told that begins to issue for a body."""
    note(
        f"已为 {issuer} 生成新的颁发密值。该机关若已在另一台机器上颁发过证照，请勿在此颁发："
        "先在那台机器上运行 `org secret export`，再用 `org secret import` 带到一个新的 ELICENSE_HOME。",
        f"A new issuer secret was drawn for {issuer}. If that body issues from another machine already, do "
        "not issue here: run `org secret export` there and bring it into a fresh ELICENSE_HOME with "
        "`org secret import`.",
    )


def open_ledger(
    network: str | None,
    rpc: list[str] | None,
    api: str | None = None,
    file: str | None = None,
    on_drawn: Callable[[str], None] = _tell_drawn,
) -> Ledger:
    """The ledger that the settings name; nothing is read yet but a license file, where one is handed in.

    Raises:
        UsageError: `FILE_AT_SERVICE`: no service takes what opens a leaf.
    """
    ledger = Ledger(load_settings(network, rpc or (), api), passphrase(), on_drawn)
    if ledger.settings.api:
        on_wait.set(_tell_waiting)
    if file is not None and ledger.settings.api:
        raise UsageError("FILE_AT_SERVICE", file=file)
    return with_file(ledger, file)


def _tell_waiting(url: str) -> None:
    note(f"正在等待服务 {url} 应答……", f"Waiting for the service {url} to answer …")


def with_file(ledger: Ledger, file: str | None) -> Ledger:
    """A ledger to which a license file is handed in, where there is one."""
    if file is not None:
        ledger.hand_in(read_input(file))
    return ledger


def moment(text: str | None) -> int | None:
    """A time option in Unix seconds."""
    return None if text is None else parse_moment(text)


def ending(text: str | None) -> int:
    """An end in Unix seconds; 0 where none is given."""
    return 0 if text is None else parse_end(text)


def point(text: str) -> bytes:
    """A device key option as a point of the curve.

    Raises:
        UsageError: `HOLDER_KEY`: not hex.
        MalformedError: As `check_public_key`.
    """
    try:
        key = bytes.fromhex(text)
    except ValueError:
        raise UsageError("HOLDER_KEY", reason="not hex") from None
    check_public_key(key)
    return key


def region_number(text: str | None) -> int | None:
    """A region option as a number.

    Raises:
        MalformedError: `REGION_FORM`.
    """
    return None if text is None else int(RegionCode.parse(text, strict=False).text)
