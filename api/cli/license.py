"""`elicense license`: issue, amend, suspend, resume, end, bind, show; batches and transfers beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, NamedTuple

import typer

from api.cli import keys, license_transfer, remote
from api.cli.archive import archive
from api.cli.bodies import body_of
from api.cli.doubts import doubt_lines
from api.cli.hold import holds_on
from api.cli.license_batch import issue_batch
from api.cli.license_bind import bind
from api.cli.license_collect import collect
from api.cli.license_convert import check_conversion, convert
from api.cli.license_erase import document, erase
from api.cli.license_files import deliver, file_of
from api.cli.license_lookup import lookup
from api.cli.license_reconcile import reconcile
from api.cli.license_renew import renew_batch
from api.cli.license_represent import represent, represent_end
from api.cli.options import (
    At,
    KeyFile,
    KnownAt,
    LicenseFile,
    Network,
    PinnedHead,
    RpcUrls,
    Trust,
    moment,
    open_ledger,
    region_number,
    with_file,
)
from api.cli.output import Outcome, coded, language, read_input, said, worded
from api.cli.plain import one_line
from ledger.bootstrap import Ledger
from ledger.domain.acts import ACT_VERBS, AMEND_KINDS, RULES, Act, only_ground
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.competent import WORDS as CAPACITY
from ledger.domain.entities import LicenseFact
from ledger.domain.fields_tree import flatten
from ledger.domain.grounds import fit_grounds, ground_words
from ledger.domain.moments import rfc3339
from ledger.domain.official import TypeKind, named_document
from ledger.domain.official_texts import act_words, flag_texts, statuses
from ledger.domain.powers import Capacity
from ledger.domain.regions import full_region_name
from ledger.domain.representation import RepresentationKind
from ledger.domain.words import CHECKED_BY, FLAG
from ledger.errors import OutageError, TrustError
from ledger.ports import Signer
from ledger.service.orders import Acted, ActOrder, Issued
from ledger.service.sources import Asked
from ledger.service.standing import Shown, lifted_at

app = typer.Typer(add_completion=False, help="Issue licenses and record what happens to them.")

Id = Annotated[str, typer.Argument(metavar="ID", help="Identifier or licenseId.")]
Out = Annotated[str | None, typer.Option("--out", metavar="FILE", help="Where to write the license file.")]


@app.command("issue")
def issue(
    file: Annotated[str, typer.Argument(metavar="FILE", help="License input; - is stdin.")],
    key: KeyFile,
    out: Out = None,
    request_id: Annotated[
        str | None, typer.Option("--request-id", metavar="ID", help="Same id, same answer.")
    ] = None,
    api: remote.Api = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Issue one license and write its file."""
    ledger = open_ledger(network, rpc, api)
    return issue_input(ledger, org, parse_strict(read_input(file)), keys.signer(key), out, request_id)


def issue_input(
    ledger: Ledger,
    org: str | None,
    given: JsonObject,
    signer: Signer,
    out: str | None,
    request_id: str | None,
) -> Outcome:
    """Issue what an input says, here or through the service of the settings, and write its file."""
    if ledger.settings.api:
        answer = remote.service(ledger, org, given, signer).issue(given, request_id)
        return remote.issued(ledger, answer, out)
    issued = ledger.issuing().issue(given, signer, request_id, partial(deliver, ledger, out))
    return _issued(issued, out)


app.command("convert")(convert)
app.command("check-conversion")(check_conversion)
app.command("issue-batch")(issue_batch)
app.command("renew-batch")(renew_batch)
app.command("collect")(collect)
app.command("reconcile")(reconcile)
app.command("lookup")(lookup)
app.add_typer(license_transfer.app, name="transfer")
app.command("bind")(bind)
app.command("document")(document)
app.command("archive")(archive)
app.command("erase")(erase)
app.command("represent")(represent)
app.command("represent-end")(represent_end)


@app.command("amend")
def amend(
    id_: Id,
    file: Annotated[str, typer.Argument(metavar="FILE", help="License input of the new version.")],
    kind: Annotated[str, typer.Option("--kind", help="change, correct, renew, replace or reissue.")],
    key: KeyFile,
    ground: Annotated[
        str | None, typer.Option("--ground", metavar="CODE", help="Why; `type show` lists the fit ones.")
    ] = None,
    effective: Annotated[str | None, typer.Option("--effective", metavar="TIME", help="From when.")] = None,
    out: Out = None,
    of_file: LicenseFile = None,
    api: remote.Api = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Issue the next version of a license; the old one is superseded."""
    ledger = open_ledger(network, rpc, api, of_file)
    why = AmendOrder(kind, ground or only_ground(kind), moment(effective) or 0)
    return amend_by(ledger, org, id_, parse_strict(read_input(file)), why, keys.signer(key), out)


class AmendOrder(NamedTuple):
    """How a next version comes about: a verb of `AMEND_KINDS`, a name of `Ground`, from when."""

    kind: str
    ground: str
    since: int


def amend_by(
    ledger: Ledger,
    org: str | None,
    id_: str,
    given: JsonObject,
    order: AmendOrder,
    signer: Signer,
    out: str | None,
) -> Outcome:
    """Issue a next version, here or through the service of the settings, and write its file."""
    kind, why, since = order
    if ledger.settings.api:
        service = remote.service(ledger, org, given, signer)
        return remote.issued(ledger, service.amend(id_, given, kind, why, since), out)
    license_id, identifier = ledger.resolve(id_)
    handing = partial(deliver, ledger, out)
    issued = ledger.issuing().amend(license_id, identifier, given, kind, signer, why, since, handing)
    outcome = _issued(issued, out)
    shown = ledger.show(Asked(), str(issued.envelope.anchor["licenseId"]))
    status = shown.standing.status.name
    act = {"rev": shown.license.rev, "act": AMEND_KINDS[kind].name, "status": status}
    return replace(outcome, data={**outcome.data, **act})


def act_command(app: typer.Typer, verb: str, name: str, help_: str, kind: TypeKind | None = None) -> None:
    """Add a command that does an act: `name` on the command line, `verb` on the ledger.

    Args:
        app: Where to.
        verb: Of `ACT_VERBS`.
        name: What people write.
        help_: What it does.
        kind: What has to be what it is done to under this name; None takes whatever it is.
    """
    rule = RULES[ACT_VERBS[verb]]

    def act(
        id_: Id,
        ground: str,
        key: KeyFile,
        effective: Annotated[
            str | None, typer.Option("--effective", metavar="TIME", help="From when.")
        ] = None,
        reference: Annotated[
            str, typer.Option("--reference", metavar="TEXT", help="Decision number; kept here.")
        ] = "",
        region: Annotated[
            str | None,
            typer.Option("--region", metavar="CODE", help="Under whose power another body acts."),
        ] = None,
        file: LicenseFile = None,
        api: remote.Api = None,
        org: remote.Org = None,
        network: Network = None,
        rpc: RpcUrls = None,
    ) -> Outcome:
        ledger, signer = open_ledger(network, rpc, api, file), keys.signer(key)
        order = ActOrder(verb, ground, moment(effective) or 0, reference, region_number(region), kind)
        if ledger.settings.api:
            answer = remote.service(ledger, org, id_, signer).act(id_, order)
            lifted = [_lifted(each) for each in answer.get("lifted") or ()]
            return remote.told(answer, "\n".join([f"{said(*act_words(rule.act, kind))} {id_}", *lifted]))
        license_id, identifier = ledger.resolve(id_)
        return _acted(ledger, ledger.acting().act(license_id, order, signer), identifier)

    why = f"Why: {', '.join(ground.name for ground in fit_grounds(rule.act))}."
    act.__annotations__["ground"] = Annotated[str, typer.Option("--ground", metavar="CODE", help=why)]
    app.command(name, help=help_)(act)


for _verb, _act in ACT_VERBS.items():
    act_command(app, _verb, _verb, f"{RULES[_act].en.capitalize()} a license ({RULES[_act].zh}).")


def _acted(ledger: Ledger, acted: Acted, identifier: str | None) -> Outcome:
    shown = ledger.show(Asked(), acted.license_id)
    status = shown.standing.status.name
    word = said(*act_words(acted.act, shown.kind))
    frozen = [worded(FLAG, flag) for flag in shown.flags if flag == "HOLDER_FROZEN"]
    stands = said("，", ", ").join([worded(statuses(shown.kind), status), *frozen])
    head = f"{word}: {identifier or acted.license_id} → {stands} ({said('序号', 'seq')} {acted.seq})"
    lifted = lifted_at(ledger.follow(), shown.license, acted.seq or 0)
    text = "\n".join([head, *map(_lifted, lifted)])
    return Outcome(acted.as_json(identifier, status, lifted), text=text)


@app.command("freeze")
def freeze(
    id_: Id,
    key: KeyFile,
    file: LicenseFile = None,
    api: remote.Api = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Stop the binding of a lost device until the license is bound anew."""
    ledger, signer = open_ledger(network, rpc, api, file), keys.signer(key)
    if ledger.settings.api:
        return remote.told(
            remote.service(ledger, org, id_, signer).freeze(id_), f"{said('冻结绑定', 'freeze')} {id_}"
        )
    license_id, identifier = ledger.resolve(id_)
    acted = ledger.acting().freeze(license_id, signer, body_of(ledger, signer).uscc)
    return _acted(ledger, acted, identifier)


@app.command("show")
def show(
    id_: Id,
    at: At = None,
    known_at: KnownAt = None,
    trust: Trust = "rpc",
    head: PinnedHead = None,
    file: LicenseFile = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Where a license stands, by the ledger alone."""
    asked = Asked(trust, head)
    try:
        ledger = with_file(open_ledger(network, rpc), file)
        license_id, identifier = ledger.resolve(id_)
        shown = ledger.show(asked, license_id, moment(at), moment(known_at))
        erased, holds = ledger.erasures.of(license_id), holds_on(ledger, license_id)
    except OutageError as error:
        return Outcome(error=error, exit_code=3)
    told = shown.as_json(identifier, ledger.party_texts.list_of)
    data = {**told, "erased": rfc3339(erased.at) if erased else None, "holds": holds}
    if shown.kind is TypeKind.DOCUMENT:
        kept = ledger.drafts().kept(license_id)
        data["document"] = named_document(flatten(kept.license)) if kept else None
    if shown.trust != trust:
        error_ = TrustError("TRUST_NOT_REACHED", asked=trust, reached=shown.trust)
        return Outcome(data, error=error_, exit_code=3)
    return Outcome(data, text=lambda: _standing(shown, data))


app.command("status")(show)


_STANDING_ZH = {
    "status": "状态",
    "since": "起于",
    "act": "行为",
    "by": "办理机关",
    "capacity": "身份",
    "ground": "事由",
    "toRegion": "迁往地区",
    "supersededBy": "替代件",
    "supersededByLeaf": "替代件（批次中）",
    "issuer": "颁发机构",
    "type": "类型",
    "erased": "文件销毁于",
    "at": "所问时刻",
    "knownAt": "账本截至",
    "trust": "信任级别",
}
"""What people read of a standing, in order."""
_OFFICIAL_ZH = {"supersededBy": "替代文件", "supersededByLeaf": "替代文件（批次中）", "issuer": "发文机关"}
"""The same of an official document."""


def _standing(shown: Shown, data: Mapping[str, Any]) -> str:
    head = str(data["identifier"] or shown.license.license_id)
    told, kind = _in_words(data, shown.kind), shown.kind
    names = {**_STANDING_ZH, **(_OFFICIAL_ZH if kind is TypeKind.DOCUMENT else {})}
    facts = [f"  {said(zh, name)}: {told[name]}" for name, zh in names.items() if data[name]]
    flags = [f"  ! {coded(FLAG, flag)}  {said(*flag_texts(kind)[flag])}" for flag in shown.flags]
    announced = [_announced(each, kind) for each in shown.announced]
    doubts = [*map(_held, data["holds"] or ()), *doubt_lines(data["corrections"]), *map(_cause, shown.causes)]
    people = (*map(_binding, shown.bindings), *map(_stand_in, shown.representatives))
    named = data.get("document") or {}
    titled = "  ".join(one_line(str(named[name])) for name in ("number", "title") if named.get(name))
    lifted = map(_lifted, data["lifted"])
    told_of = [*doubts, *lifted, *announced, *people]
    return "\n".join([*([titled] if titled else []), head, *facts, *flags, *told_of])


def _held(row: Mapping[str, object]) -> str:
    """One line of a legal hold: since when, by which order, who carries it out."""
    return f"  ! {said('依法保全', 'legal hold')}  {row['since']}  {row['reference']}  {row['by']}"


def _cause(correction: str) -> str:
    return said(f"  因疑义 {correction} 成立而更正", f"  corrects what the doubt {correction} was about")


def _announced(fact: LicenseFact, kind: TypeKind | None) -> str:
    """One line of what takes effect later: from when, which act, on what ground."""
    ground = ground_words(fact.ground, language())
    return "  > " + "  ".join((rfc3339(fact.effective), said(*act_words(fact.act, kind)), ground)).rstrip()


def _lifted(row: Mapping[str, Any]) -> str:
    """One line of a suspension that was lifted: from when it was to work, on what ground."""
    why = f"{row['ground']}  {said(**row['groundText'])}" if row["groundText"] else row["ground"]
    return f"  {said('解除暂扣、中止', 'lifts the suspension')}  {row['effective']}  {why}"


def _in_words(data: Mapping[str, Any], kind: TypeKind | None) -> dict[str, Any]:
    """The same as people read it: codes with their words, a leaf by its batch's object and its number."""
    told = {**data, "status": f"{data['status']}  {worded(statuses(kind), data['status'])}"}
    if data["capacity"]:
        is_own = kind is TypeKind.DOCUMENT and data["capacity"] == Capacity.ISSUER.name
        words = ("发文机关", "issuing body") if is_own else CAPACITY[Capacity[data["capacity"]]]
        told["capacity"] = f"{data['capacity']}  {said(*words)}"
    if data["act"]:
        told["act"] = f"{data['act']}  {said(*act_words(Act[data['act']], kind))}"
    if data["groundText"]:
        told["ground"] = f"{data['ground']}  {said(**data['groundText'])}"
    if data["toRegion"]:
        told["toRegion"] = f"{data['toRegion']}  {full_region_name(data['toRegion'])}".rstrip()
    if data["supersededByLeaf"]:
        batch, index = data["supersededByLeaf"]["batch"], data["supersededByLeaf"]["index"]
        told["supersededByLeaf"] = said(f"批次 {batch} 第 {index} 份", f"{index} of batch {batch}")
    return told


def _binding(row: Mapping[str, object]) -> str:
    """One line of how a device was bound: when, which act, by whom, how it was checked."""
    rule = RULES[Act[str(row["act"])]]
    void = said("（无效）", "(void)") if row["void"] else ""
    checked = f"{worded(CHECKED_BY, row['method'])} {_assured(row['assurance'])}".strip()
    told = (row["recordedAt"], said(rule.zh, rule.en), row["by"], checked, void)
    return "  " + "  ".join(str(each) for each in told if each)


def _assured(level: object) -> str:
    return said(f"等级 {level}", f"level {level}") if level else ""


def _stand_in(row: Mapping[str, object]) -> str:
    """One line of who stands in for the holder: by what title, from when until when, whether now."""
    title = said(*RepresentationKind[str(row["kind"])].words)
    state = ("（无效）", "(void)") if row["void"] else ("有效", "in force") if row["inForce"] else _NOT_NOW
    told = (
        f"{said('代理', 'represented by')} {title}",
        f"{row['since']} – {row['until'] or said('未定', 'no end')}",
        said(*state),
        row["representative"],
    )
    return "  " + "  ".join(map(str, told))


_NOT_NOW = ("非有效期", "not in force")


_ID_ZH = {TypeKind.LICENSE: "证照编号", TypeKind.DOCUMENT: "账本编号"}


def _issued(issued: Issued, out: str | None) -> Outcome:
    path = file_of(issued, out)
    data = issued.as_json(str(path))
    text = (
        f"{data['identifier']}\n  {said(_ID_ZH[issued.envelope.kind], 'licenseId')} {data['licenseId']}\n"
        f"  {said('序号', 'seq')} {data['seq']}, {said('区块', 'block')} {data['block']}, "
        f"gas {data['gasUsed']}\n"
        f"  {said('文件', 'file')} {path}"
    )
    return Outcome(data, text=text)
