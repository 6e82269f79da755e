"""`elicense wallet consent` and `withdraw-consent`: what a holder says to the use of her data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from api.cli.bodies import naming
from api.cli.form_codes import CodeOption, read_form
from api.cli.governing import state_of, table
from api.cli.options import Network, PinnedHead, RpcUrls, Trust, open_ledger
from api.cli.output import Outcome, said, worded
from api.cli.plain import one_line
from api.cli.sharing import listed
from api.cli.wallet_device import VaultOption, open_wallet
from api.cli.wallet_saying import Counter, OutOption, WithOption, YesOption, histories_at, require_own
from ledger.bootstrap import Ledger
from ledger.domain.facts import Values
from ledger.domain.field_list import FieldList
from ledger.domain.grant_request import GrantRequest, read_grant_request
from ledger.domain.moments import rfc3339
from ledger.domain.objects import from_ascii32
from ledger.domain.sharing import Basis, is_within
from ledger.domain.sharing_entities import resource_key
from ledger.domain.words import BASIS, GRANT_STANDING
from ledger.errors import RuleError
from ledger.service.asked_holders import borne_out, list_granted, name_recorded, revocable
from ledger.service.found import digest_of_text
from ledger.service.share_grants import bits
from ledger.service.sources import Histories

RequestArgument = Annotated[
    str, typer.Argument(metavar="REQUEST", help="What the relying body wrote, or its QR code.")
]
OfflineOption = Annotated[
    bool, typer.Option("--offline", help="Do not compare the request with the ledger: believe the file.")
]


def consent(
    request: RequestArgument,
    fields: Annotated[
        str | None, typer.Option("--fields", metavar="a,b", help="Only these of the fields asked for.")
    ] = None,
    out: OutOption = None,
    png: CodeOption = None,
    with_: WithOption = None,
    yes: YesOption = False,
    offline: OfflineOption = False,
    trust: Trust = "rpc",
    head: PinnedHead = None,
    vault: VaultOption = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Consent to what a body asks for, after the ledger has borne it out; hand the file to that body."""
    asked = read_grant_request(read_form(request))
    ledger, wallet = open_ledger(network, rpc), open_wallet(vault)
    require_own(ledger, asked.ledger_id)
    histories = None if offline else histories_at(ledger, trust, head)
    counter = Counter(ledger, wallet, asked.license_id, histories)
    chosen = asked.listed.bitmap(listed(fields)) if fields is not None else asked.fields
    if not is_within(chosen, asked.fields):
        raise RuleError("FIELDS_NOT_ALLOWED", fields=fields or "", allowed=", ".join(asked.named))
    rev = asked.rev if histories is None else borne_out(histories, asked)
    if histories is not None:
        _keep(ledger, asked)
    members = {"grant": asked.grant, "licenseId": asked.license_id, "fields": bits(chosen)}
    shown = {**_asked(asked), "fields": asked.listed.named(chosen), "checked": not offline}
    saying, other = counter.said("ConsentGrant", members, rev), counter.read(with_)
    return counter.say(saying, shown, card, with_=other, yes=yes, out=out, png=png)


def withdraw_consent(
    grant: Annotated[str, typer.Argument(metavar="GRANT", help="The grant's id.")],
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
    """Take a consent back, which ends the grant at once; hand the file to anybody who relays it."""
    ledger = open_ledger(network, rpc)
    histories = histories_at(ledger, trust, head)
    recorded, rev, fields = revocable(histories, grant)
    counter = Counter(ledger, open_wallet(vault), str(recorded["licenseId"]), histories)
    members = {"grant": grant.lower(), "licenseId": recorded["licenseId"]}
    named = _named(ledger, histories, recorded, fields)
    shown = {**_told(recorded), **named, "grant": grant.lower(), "checked": True}
    saying, other = counter.said("WithdrawConsent", members, rev), counter.read(with_)
    return counter.say(saying, shown, card, with_=other, yes=yes, out=out, png=png)


def grants(vault: VaultOption = None, network: Network = None, rpc: RpcUrls = None) -> Outcome:
    """List what bodies may do with the licenses of this wallet: with a consent, or by duty without one."""
    own = {entry.license.license_id for entry in open_wallet(vault).licenses()}
    ledger = open_ledger(network, rpc)
    state = state_of(ledger)
    rows = ledger.listing(state).grants_about(own)
    named = naming(ledger, state)
    told = [{**row, "grantee": named(row["grantee"]), "fields": ", ".join(row["fields"])} for row in rows]
    heads = ("licenseId", "standing", "grantee", "resource", "fields", "basis", "until", "grant")
    return Outcome({"grants": rows}, text=table(told, *heads, words={"standing": GRANT_STANDING}))


def _keep(ledger: Ledger, asked: GrantRequest) -> None:
    """Keep the names that the ledger bore out, so that this home can tell by them later who used what."""
    ledger.party_texts.keep_list(asked.listed)
    ledger.party_texts.keep_name(digest_of_text(asked.grantee_name), asked.grantee_name)


def _asked(asked: GrantRequest) -> dict[str, object]:
    form = asked.as_json()
    names = (
        "grant",
        "grantee",
        "owner",
        "licenseId",
        "basis",
        "purposeCode",
        "item",
        "since",
        "until",
    )
    shown = {name: form[name] for name in names}
    key = resource_key(asked.owner, asked.code)
    return {
        **shown,
        "resource": key,
        "purpose": asked.purpose.text,
        "count": asked.count or None,
        "asked": asked.named,
    }


def _named(ledger: Ledger, histories: Histories, recorded: Values, fields: int) -> dict[str, object]:
    """What this home has words for: who asks, what for, which fields; positions where it has no names."""
    texts, uscc = ledger.party_texts, from_ascii32(str(recorded["grantee"]))
    listed = texts.list_of(list_granted(histories, recorded)) or FieldList((), ())
    name, purpose = name_recorded(histories, uscc), texts.text(str(recorded["purposeDigest"]))
    return {
        "grantee": {"uscc": uscc, "name": texts.name_of(name) if name else None},
        "purpose": purpose.text if purpose else None,
        "fields": listed.named(fields),
    }


def _told(recorded: Mapping[str, object]) -> dict[str, object]:
    """What the record of a request tells by itself: codes, no words."""
    texts = ("owner", "code", "purpose", "item")
    owner, code, purpose, item = (from_ascii32(str(recorded[name])) for name in texts)
    since, until, count = (int(str(recorded[name])) for name in ("since", "until", "count"))
    return {
        "owner": owner,
        "resource": resource_key(owner, code),
        "licenseId": recorded["licenseId"],
        "basis": Basis(int(str(recorded["basis"]))).name,
        "purposeCode": purpose,
        "item": item,
        "since": rfc3339(since) if since else None,
        "until": rfc3339(until),
        "count": count or None,
        "asked": None,
    }


def card(data: Mapping[str, Any]) -> str:
    """Who asks for what, on which basis, for how long, in the language of this run."""
    who = " ".join(filter(None, (data["grantee"]["name"], data["grantee"]["uscc"])))
    fields, basis = ", ".join(data["fields"]), worded(BASIS, data["basis"])
    whose = said("，即您的同意", ": yours") if data["basis"] == "CONSENT" else ""
    purpose = " ".join(filter(None, (data["purpose"], data["purposeCode"])))
    if data["act"] == "WithdrawConsent":
        head = said(f"撤回同意：{who} 不得再使用。", f"You take your consent back: {who} may use no more.")
    else:
        head = said(f"{who} 请求使用您的证照数据。", f"{who} asks to use data of your license.")
    lines = [
        head,
        said(f"  证照：{data['licenseId']}", f"  license: {data['licenseId']}"),
        said(f"  来源：{data['resource']}", f"  from: {data['resource']}"),
        said(f"  字段：{fields}", f"  fields: {fields}"),
        said(f"  依据：{basis}{whose}", f"  basis: {basis}{whose}"),
        said(f"  用途：{purpose}", f"  purpose: {purpose}"),
        said(f"  事项：{data['item'] or '–'}", f"  matter: {data['item'] or '–'}"),
        said(
            f"  期限：{data['since'] or '生效时'} 至 {data['until']}",
            f"  from {data['since'] or 'when it takes effect'} until {data['until']}",
        ),
        said(f"  次数：{data['count'] or '不计次'}", f"  how often: {data['count'] or 'not counted'}"),
    ]
    if not data["checked"]:
        lines.append(said("  注意：未与账本核对。", "  NOTE: this was not compared with the ledger."))
    return "\n".join(map(one_line, lines))
