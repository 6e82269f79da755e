"""`elicense wallet uses`: who used a holder's data, on what basis, and what is new since she last looked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from api.cli.bodies import naming
from api.cli.governing import state_of
from api.cli.options import Network, RpcUrls, open_ledger
from api.cli.output import Outcome, said, worded
from api.cli.plain import one_line
from api.cli.wallet_device import VaultOption, open_wallet
from api.cli.wallet_saying import Counter, histories_at
from ledger.adapters.service_client import post_unsigned
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject
from ledger.domain.named_use import NamedUse, named_use
from ledger.domain.use_reasons import reason_code
from ledger.domain.words import BASIS, CORRECTION_STATE, GRANT_STANDING, HOLDER_EVENT, OUTCOME, REFUSAL
from ledger.errors import MalformedError
from ledger.service.holder_uses import Subject
from wallet.entries import Entry
from wallet.wallet import Wallet

LicenseArgument = Annotated[
    str | None, typer.Argument(metavar="LICENSE", help="Identifier or license id; all of them by default.")
]
PeekOption = Annotated[
    bool, typer.Option("--peek", help="Do not note that you looked: the same is new next time.")
]
ApiOption = Annotated[
    str | None,
    typer.Option("--api", metavar="URL", help="Ask the provider's service which uses were about you."),
]
ProviderOption = Annotated[
    str | None,
    typer.Option("--provider", metavar="USCC", help="Whose service that is; the issuer's by default."),
]


def uses(
    license_: LicenseArgument = None,
    peek: PeekOption = False,
    api: ApiOption = None,
    provider: ProviderOption = None,
    vault: VaultOption = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Who located or looked at your data, on what basis, what was refused, and what is new."""
    wallet, ledger = open_wallet(vault), open_ledger(network, rpc)
    held = [wallet.find(license_)] if license_ else wallet.licenses()
    named_of: dict[str, list[NamedUse]] = {}
    for entry in held if api else ():
        asked = provider or entry.license.claim.issuer
        named_of[entry.license.license_id] = _named(ledger, wallet, entry, asked, str(api))
    state = state_of(ledger)  # of after the provider spoke: what it names may be recorded just now
    shown = ledger.holder_uses(state)
    rows: list[JsonObject] = []
    for entry in held:
        claim = entry.license.claim
        named = named_of.get(entry.license.license_id, [])
        view = shown.view(Subject(claim.license_id, claim.license_type, claim.issuer), named)
        seen = ledger.seen_records.of(claim.license_id)
        if not peek:
            ledger.seen_records.note(claim.license_id, seen.with_seen(view["events"]))
        rows.append({**view, "identifier": entry.license.identifier, "alerts": seen.new_in(view["events"])})
    return Outcome(
        {"licenses": rows}, text=lambda: "\n".join(card(row, naming(ledger, state)) for row in rows)
    )


def _named(ledger: Ledger, wallet: Wallet, entry: Entry, provider: str, api: str) -> list[NamedUse]:
    """What a provider names, who is shown that the license is this wallet's; the records judge it then."""
    license_id = entry.license.license_id
    counter = Counter(ledger, wallet, license_id, histories_at(ledger, "rpc", None))
    request = wallet.ask(license_id, provider, counter.known_as())
    told = post_unsigned(api, "/v1/holders/uses", request.as_json()).get("named")
    if not isinstance(told, list):
        raise MalformedError("NAMED_USE_MALFORMED", field="named")
    return [named_use(each) for each in told]


def card(row: JsonObject, named: Callable[[object], str] = str) -> str:
    """What happened to a license's data, in the language of this run; `named` tells bodies by name."""
    new = {(each["seq"], each["request"]) for each in row["alerts"]}
    lines = [
        row["identifier"],
        *(
            ("! " if (each["seq"], each["request"]) in new else "  ") + _event(each, named)
            for each in row["events"]
        ),
    ]
    lines += _lookers(row["mayLook"], named)
    if row["unproved"]:
        count = len(row["unproved"])
        lines.append(
            said(
                f"  注意：提供方另称 {count} 次使用，账本上没有记录。",
                f"  NOTE: the provider tells of {count} more uses, which no record bears out.",
            )
        )
    return "\n".join(map(one_line, lines))


def _lookers(grants: list[JsonObject], named: Callable[[object], str]) -> list[str]:
    """Who may look at the whole type now, apart from whose grant waits, was refused or is over."""
    may = [each for each in grants if each["standing"] == "IN_EFFECT"]
    others = [each for each in grants if each["standing"] != "IN_EFFECT"]
    heads = (
        said(
            "  以下机构可查此类证照；账本不记载查了谁的：",
            "  These bodies may look at any license of this type; whose they looked at, no record says:",
        ),
        said(
            "  以下机构现在不可查此类证照，曾提出申请或曾获授权：",
            "  These asked for that, or could do it; they may not look now:",
        ),
    )
    told = [(head, found) for head, found in zip(heads, (may, others), strict=True) if found]
    return [line for head, found in told for line in (head, *(f"    {_body(each, named)}" for each in found))]


def _event(each: JsonObject, named: Callable[[object], str]) -> str:
    parts = [
        each["at"],
        worded(HOLDER_EVENT, each["event"]),
        said("持证人", "the holder") if each["by"] == "HOLDER" else named(each["by"]),
        ", ".join(each["fields"] or []),
        worded(BASIS, each["basis"]),
        each["purposeCode"],
        _outcome(each),
        _reason(each),
        f"×{each['times']}" if each["times"] else None,
        each["grant"],
    ]
    return "  ".join(str(part) for part in parts if part)


def _outcome(each: JsonObject) -> str:
    """How it was decided; whoever consents or takes that back says so by doing it."""
    if each["event"] in ("CONSENT_GIVEN", "CONSENT_WITHDRAWN"):
        return ""
    return worded({**OUTCOME, **CORRECTION_STATE}, each["outcome"])


def _reason(each: JsonObject) -> str:
    """Why, in words where the ledger has a list of reasons; elsewhere by the body's own number."""
    number = each["reason"]
    if not number:
        return ""
    code = reason_code(number) if each["event"] in ("REFUSED", "USED") else None
    return worded(REFUSAL, code) or said(f"理由 {number}", f"reason {number}")


def _body(each: JsonObject, named: Callable[[object], str]) -> str:
    fields = ", ".join(each["fields"])
    used = said(f"共使用 {each['used']} 次", f"{each['used']} uses in all")
    basis, standing = worded(BASIS, each["basis"]), worded(GRANT_STANDING, each["standing"])
    return "  ".join([named(each["grantee"]), basis, fields, standing, used, each["grant"]])
