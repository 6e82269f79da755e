"""`elicense wallet ask-correction`: a holder doubts what is recorded of her license (申请校核)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.files import write_out
from api.cli.form_codes import CodeOption
from api.cli.options import Network, PinnedHead, RpcUrls, Trust, open_ledger
from api.cli.output import Outcome, read_input, said
from api.cli.plain import one_line
from api.cli.sharing import FieldListOption, fields_behind, listed
from api.cli.wallet_device import VaultOption, open_wallet
from api.cli.wallet_saying import Counter, OutOption, WithOption, histories_at
from ledger.bootstrap import Ledger
from ledger.domain.holder_message import HolderMessage
from ledger.domain.objects import correction_object
from ledger.errors import RuleError, UsageError
from ledger.service.asked_holders import fields_published
from ledger.service.evidence import MOST_BYTES
from ledger.service.share_grants import bits
from ledger.service.share_resources import code_word, read_key

EvidenceOption = Annotated[
    str | None,
    typer.Option("--evidence", metavar="FILE", help="Kept here; the ledger gets a salted digest."),
]
EvidenceOutOption = Annotated[
    str | None,
    typer.Option("--evidence-out", metavar="FILE", help="The evidence as the provider takes it in."),
]


def ask_correction(
    license_: Annotated[str, typer.Argument(metavar="LICENSE", help="Identifier or license id.")],
    resource: Annotated[
        str, typer.Option("--resource", metavar="OWNER/CODE", help="Where bodies get your data from.")
    ],
    fields: Annotated[str, typer.Option("--fields", metavar="a,b", help="What is wrong, by name.")],
    evidence: EvidenceOption = None,
    evidence_out: EvidenceOutOption = None,
    field_list: FieldListOption = None,
    out: OutOption = None,
    png: CodeOption = None,
    with_: WithOption = None,
    trust: Trust = "rpc",
    head: PinnedHead = None,
    vault: VaultOption = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Ask for fields of your license to be corrected; hand the file to anybody who relays it."""
    ledger, wallet = open_ledger(network, rpc), open_wallet(vault)
    held, histories = wallet.find(license_).license, histories_at(ledger, trust, head)
    counter = Counter(ledger, wallet, held.license_id, histories)
    owner, code = read_key(resource).split("/", 1)
    names = fields_behind(ledger, fields_published(histories, owner, code), resource, field_list)
    other = counter.read(with_)
    wrong = names.bitmap(listed(fields))
    members = doubt_members(held.license_id, f"{owner}/{code}", wrong, _drawn(ledger, other, evidence))
    shown = {
        "correction": _correction_of(members),
        "licenseId": held.license_id,
        "resource": f"{owner}/{code}",
        "fields": listed(fields),
        "evidence": members["evidence"],
        "evidenceFile": evidence_out,
    }
    if evidence_out is not None:
        write_out(Path(evidence_out), ledger.evidence.salted(str(members["evidence"])), 0o600)
    saying = counter.said("AskCorrection", members, 0)
    return counter.say(saying, shown, card, with_=other, yes=True, out=out, png=png)


def doubt_members(
    license_id: str, resource: str, fields: int, drawn: Mapping[str, object]
) -> dict[str, object]:
    """What a holder signs to ask for a correction.

    Args:
        license_id: 0x-hex.
        resource: `OWNER/CODE`.
        fields: What is wrong, as a bitmap of the published list.
        drawn: `nonce` and `evidence`.
    """
    owner, code = resource.split("/", 1)
    return {
        "licenseId": license_id,
        "owner": "0x" + code_word("owner", owner).hex(),
        "code": "0x" + code_word("code", code).hex(),
        "fields": bits(fields),
        **drawn,
    }


def drawn_with(ledger: Ledger, evidence: bytes) -> dict[str, object]:
    """What names a new request, and its evidence, which is kept here."""
    return {"nonce": "0x" + ledger.entropy.token(32).hex(), "evidence": ledger.evidence.keep(evidence)}


def _drawn(ledger: Ledger, other: HolderMessage | None, evidence: str | None) -> dict[str, object]:
    """What names the request and its evidence: drawn here, or as another holder signed it.

    Raises:
        UsageError: `EVIDENCE_MISSING`.
        RuleError: `HOLDER_MESSAGE_OTHER`.
    """
    if other is not None and other.struct != "AskCorrection":
        raise RuleError("HOLDER_MESSAGE_OTHER", struct=other.struct)
    if other is not None:
        return {name: other.values[name] for name in ("nonce", "evidence")}
    if evidence is None:
        raise UsageError("EVIDENCE_MISSING")
    return drawn_with(ledger, read_input(evidence, MOST_BYTES + 1))


def _correction_of(members: Mapping[str, object]) -> str:
    license_id, nonce = (bytes.fromhex(str(members[name])[2:]) for name in ("licenseId", "nonce"))
    return "0x" + correction_object(license_id, nonce).hex()


def card(data: Mapping[str, Any]) -> str:
    """What is asked, in the language of this run."""
    fields = ", ".join(data["fields"])
    lines = [
        said(
            f"申请校核证照 {data['licenseId']}",
            f"You ask for a correction of the license {data['licenseId']}",
        ),
        said(f"  来源：{data['resource']}", f"  from: {data['resource']}"),
        said(f"  字段：{fields}", f"  fields: {fields}"),
        said(f"  校核编号：{data['correction']}", f"  id of the correction: {data['correction']}"),
    ]
    return "\n".join(map(one_line, lines))
