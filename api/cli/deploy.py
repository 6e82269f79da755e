"""`elicense deploy`: found a ledger from a founding file, and write its trust file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from api.cli.files import pretty, replace_file, write_new
from api.cli.options import open_ledger
from api.cli.output import Outcome, read_input, said
from api.cli.requests import ask, brought, key_file, read_rows
from ledger.adapters.artifacts import load_artifacts
from ledger.adapters.chain import Chain
from ledger.adapters.clock import SystemClock, SystemEntropy
from ledger.adapters.founder import Made, make_contracts, unsealed_trust_file
from ledger.adapters.rpc import Rpc
from ledger.adapters.sender import Sender
from ledger.adapters.type_files import TypeFiles
from ledger.domain.canonical import parse_strict
from ledger.domain.founding import Founding, FoundingType, read_founding
from ledger.domain.trustfile import TrustFile
from ledger.errors import MalformedError, RuleError, UsageError
from ledger.service.found import FoundLedger, Progress, digest_of_text
from ledger.service.signing import KeyFile, SignatureRequest
from ledger.service.submission import Submissions
from ledger.settings import load_settings

app = typer.Typer(add_completion=False)


@dataclass
class _Draft:
    """What an unfinished founding has so far; kept beside the trust file until the seal."""

    path: Path
    ledger_id: str
    relay: str
    contracts: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> _Draft:
        """The draft at a path; only `signature` of its rows was to be filled in.

        Raises:
            MalformedError: `SIGNATURES_FILE`.
        """
        kept, rows = parse_strict(read_input(str(path))), read_rows(path)
        contracts = kept.get("contracts")
        if not isinstance(contracts, dict) or not {"ledgerId", "relay"} <= kept.keys():
            raise MalformedError("SIGNATURES_FILE", path=str(path), reason="ledgerId, relay, contracts")
        return cls(path, str(kept["ledgerId"]), str(kept["relay"]), contracts, rows)

    def save(self, requests: Sequence[SignatureRequest] = ()) -> None:
        """Write it whole, with what is to be signed now; a signature that still counts stays."""
        wanted = {request.purpose for request in requests}
        made = [row for row in self.rows if row["purpose"] in wanted and row.get("signature")]
        head = {"ledgerId": self.ledger_id, "relay": self.relay, "contracts": self.contracts}
        replace_file(self.path, pretty({"format": "elicense-founding/1", **head, **ask(requests, made)}))


class _PemKeys:
    """Key paths of a founding file, relative to it."""

    def __init__(self, beside: Path) -> None:
        self._beside = beside

    def open(self, path: str) -> KeyFile:
        """A signer where the file holds a private key, else the public key alone."""
        return key_file(str(self._beside / path))


@app.command()
def deploy(
    founding: Annotated[str, typer.Option("--founding", metavar="FILE", help="Founding file, YAML or JSON.")],
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Trust file to write.")] = "network.json",
    rpc: Annotated[
        list[str] | None, typer.Option("--rpc", metavar="URL", help="Node to found it on.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a founding that stopped.")] = False,
    api: Annotated[str | None, typer.Option("--api", metavar="URL", help="API named in the file.")] = None,
) -> Outcome:
    """Found a ledger: contracts, regions, bodies, keys, types, rights, agreements, then the seal."""
    settings = load_settings(rpc=rpc or ())
    url = (settings.rpc or ("http://127.0.0.1:8545",))[0]
    file = read_founding(_open(founding))
    deployment = _Deployment(file, Path(founding).resolve().parent, Path(out), url, settings.relay_key)
    sealed = deployment.finish(resume, api)
    texts = open_ledger(out, [url]).party_texts
    for body in file.organisations:
        texts.keep_name(digest_of_text(body.name), body.name)
    return Outcome(sealed.to_json(), text=_text(sealed, out, file))


def found(founding: str, target: Path, url: str, relay_key: Path) -> TrustFile:
    """Found a ledger whose keys are all here; returns the sealed trust file, which is also written."""
    file = read_founding(_open(founding))
    return _Deployment(file, Path(founding).resolve().parent, target, url, relay_key).finish(False, None)


class _Deployment:
    """One run of `deploy`."""

    def __init__(self, founding: Founding, beside: Path, target: Path, url: str, relay_key: Path) -> None:
        if target.exists():
            raise UsageError("FILE_EXISTS", path=str(target))
        self._founding, self._beside, self._target = founding, beside, target
        self._url, self._relay_key = url, relay_key
        self.draft_path = target.with_name(target.name + ".founding")
        self._artifacts = load_artifacts()

    def finish(self, resume: bool, api: str | None) -> TrustFile:
        """Go on to the seal and write the trust file.

        Raises:
            RuleError: `FOUNDING_PENDING`: signatures of others are still missing.
        """
        progress, trust = self._run(resume, api)
        if progress.seal is None:
            raise RuleError("FOUNDING_PENDING", count=len(progress.requests), path=str(self.draft_path))
        sealed = trust.with_seal(progress.seal)
        write_new(self._target, pretty(sealed.to_json()))
        self.draft_path.unlink(missing_ok=True)
        return sealed

    def _run(self, resume: bool, api: str | None) -> tuple[Progress, TrustFile]:
        """Go as far as the signatures at hand allow."""
        with Rpc(self._url) as rpc:
            sender = Sender(rpc, self._relay_key, {}, self._artifacts)
            draft = self._draft(resume, sender.account)
            if not draft.contracts:
                made = make_contracts(sender, rpc, self._artifacts, bytes.fromhex(draft.ledger_id[2:]))
                draft.contracts = {name: asdict(each) for name, each in made.items()}
                draft.save()
            made = {name: Made(**each) for name, each in draft.contracts.items()}
            trust = unsealed_trust_file(rpc, self._url, draft.ledger_id, made, api)
            progress = self._found(rpc, trust, draft)
            draft.save(progress.requests)
            return progress, trust

    def _found(self, rpc: Rpc, trust: TrustFile, draft: _Draft) -> Progress:
        addresses = {name: entry.address for name, entry in trust.contracts.items()}
        sender = Sender(rpc, self._relay_key, addresses, self._artifacts)
        service = FoundLedger(
            trust,
            Chain(rpc, trust, self._artifacts),
            Submissions(trust.domain, sender, SystemClock()),
            _PemKeys(self._beside),
            self._digests,
            SystemClock(),
            brought(draft.rows, str(draft.path)),
        )
        return service.run(self._founding, sender.account)

    def _digests(self, given: FoundingType) -> tuple[bytes, bytes]:
        kind = TypeFiles(self._target.resolve().parent / "types").take(given, self._beside)
        return kind.schema_digest, kind.grades_digest

    def _draft(self, resume: bool, relay: str) -> _Draft:
        if self.draft_path.exists():
            if not resume:
                raise UsageError("FOUNDING_INTERRUPTED", path=str(self.draft_path))
            return _Draft.read(self.draft_path)
        if resume:
            raise UsageError("FOUNDING_NOTHING_TO_RESUME", path=str(self.draft_path))
        ledger_id = self._founding.ledger_id or "0x" + SystemEntropy().token(32).hex()
        return _Draft(self.draft_path, ledger_id, relay)


def _open(path: str) -> object:
    try:
        return yaml.safe_load(read_input(path))
    except (yaml.YAMLError, UnicodeError) as error:
        raise MalformedError("FOUNDING_FILE", member="file", expected=f"YAML or JSON ({error})") from None


def _text(trust: TrustFile, out: str, founding: Founding) -> str:
    seal = trust.seal
    counts = [len(each) for each in (founding.regions, founding.organisations, founding.types)]
    regions, bodies, types = counts
    before, agreements = seal.seq if seal else 0, len(founding.recognitions)
    sealed = ", ".join(each.region for each in (seal.signatures if seal else ()))
    lines = [
        f"{said('账本', 'ledger')} {trust.ledger_id}",
        said(
            f"链 {trust.chain_id}，封存前 {before} 条记录",
            f"chain {trust.chain_id}, {before} records before the seal",
        ),
        said(
            f"{regions} 个地区，{bodies} 个机构，{types} 个类型，{agreements} 份互认协议",
            f"{regions} regions, {bodies} organisations, {types} types, {agreements} agreements",
        ),
        f"{said('封存地区：', 'sealed by ')}{sealed}",
        f"{said('信任文件：', 'trust file: ')}{out}",
    ]
    return "\n".join(lines)
