"""`elicense license document` and `erase`: read what is kept of an issued license, and destroy it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from api.cli import keys
from api.cli.bodies import body_of
from api.cli.files import replace_file
from api.cli.options import KeyFile, Network, RpcUrls, open_ledger
from api.cli.output import Outcome, language, read_input, said
from ledger import crypto
from ledger.domain.canonical import parse_strict
from ledger.domain.erasure import ErasureGround, erasure_ground
from ledger.errors import StoreOutageError, TrustError, UsageError
from ledger.service.documents import SealedDocument, sealed_document
from ledger.service.erase import ErasureOrder

GROUNDS = ", ".join(ErasureGround.__members__)


def document(
    id_: Annotated[str, typer.Argument(metavar="ID", help="Identifier or licenseId.")],
    key: Annotated[str, typer.Option("--key", metavar="PEM", help="Encryption key of issuer or holder.")],
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Where to write the license file.")],
    sealed: Annotated[
        str | None, typer.Option("--sealed", metavar="FILE", help="What the API of its home answered.")
    ] = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Open the kept document of a license and write the license file."""
    ledger, reader = open_ledger(network, rpc), crypto.load_decryptor(key, keys.passphrase())
    license_id, _ = ledger.resolve(id_)
    if sealed is None:
        envelope = ledger.documents.reading().read(ledger.license_now(license_id), reader)
    else:
        envelope = ledger.documents.reading().read_sealed(_brought(sealed, license_id), reader)
    try:
        replace_file(Path(out), envelope.to_bytes(), 0o600)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreOutageError("FOLDER_UNWRITTEN", path=out, reason=reason) from error
    data = {
        "identifier": envelope.identifier,
        "licenseId": license_id,
        "digest": envelope.digest,
        "file": out,
    }
    return Outcome(data, text=f"{envelope.identifier}\n  {said('文件', 'file')} {out}")


def _brought(path: str, license_id: str) -> SealedDocument:
    brought = sealed_document(parse_strict(read_input(path)))
    if brought.license_id != license_id:
        raise TrustError("DOCUMENT_NOT_OF_RECORD", id=license_id, reason="licenseId")
    return brought


def erase(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Identifiers or licenseIds.")],
    ground: Annotated[str, typer.Option("--ground", metavar="CODE", help=GROUNDS)],
    key: KeyFile,
    yes: Annotated[bool, typer.Option("--yes", help="Destroy it: there is no way back.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be destroyed.")] = False,
    order: Annotated[
        str,
        typer.Option(
            "--order", metavar="NUMBER", help="Order of a court that has it erased before its time."
        ),
    ] = "",
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Destroy what this home keeps of licenses that its body issued; the record on the ledger stays."""
    reason, ledger, signer = erasure_ground(ground), open_ledger(network, rpc), keys.signer(key)
    license_ids = [ledger.resolve(each)[0] for each in ids]
    given, erasing = (
        ErasureOrder(reason, body_of(ledger, signer).uscc, signer, order),
        ledger.documents.erasing(),
    )
    if yes and not dry_run:
        return _outcome(erasing.erase(license_ids, given))
    shown = _outcome([erasing.plan(each, given).as_json() for each in dict.fromkeys(license_ids)])
    if dry_run:
        return shown
    return Outcome(shown.data, shown.text, UsageError("ERASURE_UNCONFIRMED", count=len(license_ids)))


def _outcome(told: Sequence[dict[str, object]]) -> Outcome:
    return Outcome({"erased": list(told)}, text=lambda: "\n".join(map(_shown, told)))


_WORDS = {
    "wraps": ("加密的密钥", "wrapped keys"),
    "drafts": ("草稿", "drafts"),
    "leaves": ("批内证照", "leaves"),
    "answers": ("接口答复", "answers"),
    "prepared": ("待签报文", "prepared messages"),
    "files": ("证照文件", "license files"),
    "documents": ("加密文档", "encrypted documents"),
}


def _shown(told: dict[str, object]) -> str:
    is_zh = language() == "zh"
    found = told["destroyed"]
    counts = found if isinstance(found, dict) else {}
    things = ", ".join(f"{count} {_WORDS[name][not is_zh]}" for name, count in counts.items() if count)
    if told["done"]:
        ground = erasure_ground(str(told["ground"]))
        why = f"{ground.name}  {ground.zh if is_zh else ground.en}"
        head = f"已删除 {told['at']} {why}" if is_zh else f"erased {told['at']} {why}"
    else:
        head = "将销毁" if is_zh else "would destroy"
    made = told["archives"] if isinstance(told["archives"], list) else []
    packages = [f"  归档包 {each}" if is_zh else f"  archive package {each}" for each in made]
    return "\n".join([str(told["identifier"] or told["licenseId"]), f"  {head}: {things or '-'}", *packages])
