"""`elicense wallet contest-correction`: a holder takes a doubt to a superior region (申请复核)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.files import pretty, write_out
from api.cli.form_codes import CodeOption
from api.cli.options import Network, PinnedHead, RpcUrls, Trust, open_ledger
from api.cli.output import Outcome, said
from api.cli.plain import one_line
from api.cli.registry_words import RegionOption, read_region
from api.cli.wallet_device import VaultOption, open_wallet
from api.cli.wallet_saying import Counter, OutOption, WithOption, YesOption, histories_at
from ledger.bootstrap import Ledger
from ledger.domain.holder_message import HolderMessage
from ledger.domain.texts_file import TextsFile
from ledger.errors import RuleError
from ledger.service.asked_holders import contestable

TextOption = Annotated[str, typer.Option("--text", metavar="TEXT", help="Why, for who answers and settles.")]
TextOutOption = Annotated[
    str | None,
    typer.Option("--text-out", metavar="FILE", help="The text as `correction text --in` takes it in."),
]


def contest_correction(
    correction: Annotated[str, typer.Argument(metavar="CORRECTION", help="Its id.")],
    region: RegionOption,
    text: TextOption = "",
    text_out: TextOutOption = None,
    out: OutOption = None,
    png: CodeOption = None,
    with_: WithOption = None,
    yes: YesOption = False,
    trust: Trust = "rpc",
    head: PinnedHead = None,
    vault: VaultOption = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Take a correction that you asked for to a region above the owner's; hand the file to anybody."""
    ledger, wallet = open_ledger(network, rpc), open_wallet(vault)
    histories = histories_at(ledger, trust, head)
    found = contestable(histories, correction)
    counter = Counter(ledger, wallet, found.license_id, histories)
    other = counter.read(with_)
    members = {
        "correction": found.correction_id,
        "licenseId": found.license_id,
        "region": read_region(region),
        "argument": _argument(ledger, other, text if yes else ""),
    }
    shown = {
        "correction": found.correction_id,
        "licenseId": found.license_id,
        "resource": found.resource,
        "state": found.state.name,
        "region": region,
        "argument": members["argument"],
        "textFile": text_out,
    }
    if yes and text_out is not None:
        _write_text(ledger, found.correction_id, str(members["argument"]), Path(text_out))
    saying = counter.said("ContestCorrection", members, found.rev)
    return counter.say(saying, shown, card, with_=other, yes=yes, out=out, png=png)


def _argument(ledger: Ledger, other: HolderMessage | None, text: str) -> str:
    """Digest of the text: salted here, or as another holder signed it; raises `HOLDER_MESSAGE_OTHER`."""
    if other is None:
        return ledger.party_texts.digest(text)
    if other.struct != "ContestCorrection":
        raise RuleError("HOLDER_MESSAGE_OTHER", struct=other.struct)
    return str(other.values["argument"])


def _write_text(ledger: Ledger, correction: str, digest: str, path: Path) -> None:
    known = ledger.party_texts.text(digest)
    if known is not None:
        file = TextsFile(ledger.trust.ledger_id, correction, (known,))
        write_out(path, pretty(file.as_json()), 0o600)


def card(data: Mapping[str, Any]) -> str:
    """What is taken where, in the language of this run."""
    lines = [
        said(
            f"您将校核 {data['correction']} 提交 {data['region']} 复核",
            f"You take the correction {data['correction']} to the region {data['region']}",
        ),
        said(f"  证照：{data['licenseId']}", f"  license: {data['licenseId']}"),
        said(f"  来源：{data['resource']}", f"  from: {data['resource']}"),
        said(f"  当前状态：{data['state']}", f"  it stands at: {data['state']}"),
    ]
    return "\n".join(map(one_line, lines))
