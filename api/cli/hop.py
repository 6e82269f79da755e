"""`elicense hop`: what a platform signs of files that it carries, and what that shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from api.cli import keys, remote
from api.cli.bodies import body_of
from api.cli.files import pretty, write_out
from api.cli.governing import table
from api.cli.options import Network, RpcUrls, moment, open_ledger
from api.cli.output import Outcome, read_input, said
from api.cli.registry_words import read_uscc
from api.cli.sharing import BodyOption, Signatures, SigningKey, desk_of, told
from api.cli.showing import write
from ledger.adapters.platform_folder import MOST_ANSWERED, MOST_ASKED, carried_name, slip_path
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.hop_days import day_of, read_hop_proof
from ledger.domain.hop_slip import MOST_HOPS, HopSlip, read_slip
from ledger.domain.words import HOP_KIND
from ledger.errors import RuleError, UnknownIdError, UsageError
from ledger.ports import Signer
from ledger.service.check_hops import Handover, carried_of, hop_json, sign_slip
from ledger.service.publish_hops import parsed_day

app = typer.Typer(add_completion=False, help="Hops: through whose platforms files of uses went.")

FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="As the platform carries it: USE.KIND.json.")
]
_HEADS = ("hop", "sender", "platform", "receiver", "receivedAt", "passedAt")


@app.command("sign")
def sign(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="As the platform carries them: USE.KIND.json.")
    ],
    by: Annotated[str, typer.Option("--by", metavar="PEM", help="A signing key of the platform's body.")],
    to: Annotated[str, typer.Option("--to", metavar="USCC", help="To whom it is passed on.")],
    sender: Annotated[
        str, typer.Option("--from", metavar="USCC", help="Who brought it; else the platform before.")
    ] = "",
    after: Annotated[
        str | None,
        typer.Option("--after", metavar="SLIP", help="The slip before; else the last beside FILE."),
    ] = None,
    received: Annotated[
        str | None, typer.Option("--received-at", metavar="TIME", help="When it came; now by default.")
    ] = None,
    org: BodyOption = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Sign that files were passed on, beside each; the same again gives the same slips."""
    if after is not None and len(files) > 1:
        raise UsageError("HOP_AFTER_ONE", files=len(files))
    ledger, signer = open_ledger(network, rpc), keys.signer(by)
    platform = org or body_of(ledger, signer).uscc
    ways = (platform, read_uscc(sender) if sender else "", read_uscc(to))
    desk = _Platform(ledger, signer, ways, moment(received))
    rows = [desk.signed(Path(each), _slip(after) if after is not None else None) for each in files]
    return Outcome({"slips": rows}, text=table(_for_people(rows), "kind", *_HEADS, words={"kind": HOP_KIND}))


@dataclass(frozen=True)
class _Platform:
    """A platform at work: its body, who brought what it signs for, to whom it goes, and when it came."""

    ledger: Ledger
    signer: Signer
    ways: tuple[str, str, str]
    received_at: int | None

    def signed(self, path: Path, before: HopSlip | None) -> JsonObject:
        """Sign for a file, after a slip or the last one beside it; the slip as it is told."""
        ledger, (platform, sender, receiver) = self.ledger, self.ways
        use, kind = carried_name(path)
        now = int(ledger.clock.now().timestamp())
        came = now if self.received_at is None else self.received_at
        data = read_input(str(path), MOST_ANSWERED + 1)
        given = Handover(use, kind, data, platform, sender, receiver, came)
        last = before or _last_beside(path)
        again = last is not None and last.platform == platform
        if last is not None and again:
            _require_same(last, given)
            slip = last
        else:
            slip = sign_slip(ledger.trust.ledger_id, given, last, self.signer, now)
        ledger.published.check_hops().check_signed(slip)
        ledger.published.signed_slips.keep(slip)
        target = slip_path(path, slip.hop)
        write_out(target, pretty(slip.as_json()), 0o644)
        return {"use": use, "kind": kind, **hop_json(slip), "file": str(target), "again": again}


@app.command("verify")
def verify(
    file: FileArgument,
    slips: Annotated[
        list[str] | None, typer.Argument(metavar="[SLIP]...", help="Its slips; else those beside FILE.")
    ] = None,
    is_kept: Annotated[bool, typer.Option("--keep", help="Keep them, to show and supervise by.")] = False,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Hold a file and its slips against each other and the ledger: order, times, signatures, keys."""
    ledger, path = open_ledger(network, rpc), Path(file)
    use, kind = carried_name(path)
    names = [Path(each) for each in slips] if slips else _beside(path)
    if not names:
        raise UnknownIdError("HOP_NONE", file=path.name)
    forms = [_form(str(each)) for each in names]
    ledger.follow()
    carried = carried_of(use, kind, read_input(file, MOST_ANSWERED + 1), forms)
    ledger.published.check_hops().check(carried)
    if is_kept:
        ledger.published.known_ways.note(carried)
    rows = [hop_json(each) for each in carried.slips]
    data = {"use": use, "kind": kind, "sm3": carried.file, "hops": rows, "digest": carried.slips[-1].digest}
    return Outcome(data, text=table(_for_people(rows), *_HEADS))


@app.command("show")
def show(
    use: Annotated[str, typer.Argument(metavar="USE", help="The digest of its request.")],
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show through whose platforms the files of a use came here."""
    found = open_ledger(network, rpc).published.known_ways.told(use.lower())
    if found is None:
        raise UnknownIdError("HOP_NONE", file=use[:80])
    rows = [{**each, "kind": kind} for kind, slips in found.items() for each in slips]
    text = table(_for_people(rows), "kind", *_HEADS, words={"kind": HOP_KIND})
    return Outcome({"use": use.lower(), "hops": found}, text=text)


@app.command("publish")
def publish(
    day: Annotated[str, typer.Argument(metavar="DAY", help="YYYY-MM-DD, as counted in Beijing.")],
    key: SigningKey,
    signatures: Signatures = None,
    api: remote.Api = None,
    org: BodyOption = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Put all slips that this home signed on a day onto the ledger, under one root; again for later ones."""
    wanted = parsed_day(day)
    desk = desk_of(network, rpc, [key], signatures, api, org)
    platform, ledger = desk.body(), desk.ledger
    made, digests, order = ledger.published.publishing_hops(desk.state).order(platform, wanted, desk.by)
    ledger.published.signed_slips.keep_day(made, digests)
    shared = desk.send(order)
    data = {
        "platform": platform,
        "day": day,
        "table": made.table,
        "digest": made.digest,
        "root": made.root,
        "size": made.size,
    }
    return told(shared, data, f"{platform} {day}  {made.size}  {made.root}")


@app.command("prove")
def prove(
    slip: Annotated[str, typer.Argument(metavar="SLIP", help="The slip.")],
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="The proof.")],
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Write down that a slip is one of those that were published of its day; by the home that published."""
    ledger, found = open_ledger(network, rpc), _slip(slip)
    made = ledger.published.publishing_hops(ledger.follow()).prove(found)
    write(out, pretty(made.as_json()))
    data = {"digest": found.digest, "table": made.day.table, "index": made.index, "size": made.day.size}
    return Outcome({**data, "file": out}, text=out)


@app.command("verify-proof")
def verify_proof(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The proof.")],
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Hold a proof against the ledger: the slip, who signed it, and that its body published it."""
    ledger = open_ledger(network, rpc)
    proof = read_hop_proof(_form(file))
    state = ledger.follow()
    ledger.published.check_hops().check_signed(proof.slip)
    found = ledger.published.publishing_hops(state).check(proof)
    slip, where = proof.slip, {"table": proof.day.table, "index": proof.index, "size": proof.day.size}
    data = {"use": slip.use, "kind": slip.kind, "sm3": slip.file, **hop_json(slip), **where, **found}
    text = said(f"属实，{data['publishedAt']} 公布", f"true; published at {data['publishedAt']}")
    return Outcome(data, text=f"{slip.platform} {day_of(slip)}  {slip.digest}\n  {text}")


def _for_people(rows: Sequence[JsonObject]) -> list[JsonObject]:
    return [{**each, "sender": each["from"], "receiver": each["to"]} for each in rows]


def _form(path: str) -> JsonObject:
    return parse_strict(read_input(path, MOST_ASKED + 1), MOST_ASKED)


def _slip(path: str) -> HopSlip:
    return read_slip(_form(path))


def _beside(path: Path) -> Sequence[Path]:
    """The slips beside a file, by their numbers."""
    named = (slip_path(path, hop) for hop in range(1, MOST_HOPS + 1))
    return [each for each in named if each.exists()]


def _last_beside(path: Path) -> HopSlip | None:
    found = _beside(path)
    return _slip(str(found[-1])) if found else None


def _require_same(slip: HopSlip, given: Handover) -> None:
    """Sign no second slip in a row for a file that this platform passed on."""
    carried = carried_of(given.use, given.kind, given.data, [])
    is_same = (slip.file, slip.receiver) == (carried.file, given.receiver)
    if not is_same or given.sender not in ("", slip.sender):
        raise RuleError("HOP_THERE", hop=slip.hop, to=slip.receiver)
