"""`elicense wallet add` and `list`: which licenses this wallet holds, and as what."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Annotated, Any

import typer

from api.cli.doubts import doubt_lines
from api.cli.license_bind import HOLDERS_FORMAT
from api.cli.options import Network, RpcUrls, open_ledger
from api.cli.output import Outcome, language, read_input, worded
from api.cli.plain import one_line
from api.cli.wallet_device import VaultOption, open_wallet
from api.cli.wide import padded
from ledger.adapters.clock import SystemClock
from ledger.domain.canonical import parse_strict
from ledger.domain.holders import JointHolders, PublicPair, are_pairs, is_rule
from ledger.domain.objects import representation_object
from ledger.domain.presentation import UNBOUND
from ledger.domain.presenters import Representative
from ledger.domain.words import STATUS
from ledger.errors import LedgerError, MalformedError, UsageError
from ledger.service.sources import Asked
from wallet.entries import Bound, Fits, bound_to, bound_to_each
from wallet.held import HeldLicense, read_license
from wallet.wallet import Wallet


def add(
    file: Annotated[str, typer.Argument(metavar="FILE", help="License file.")],
    holder_key: Annotated[
        str | None,
        typer.Option(
            "--holder-key", metavar="HEX", help="The key of this vault to which it was bound since."
        ),
    ] = None,
    holders: Annotated[
        str | None,
        typer.Option(
            "--holders", metavar="FILE", help="The holders to whom it was bound since (license bind --out)."
        ),
    ] = None,
    as_representative: Annotated[
        bool, typer.Option("--as-representative", help="Stand in for the holder, with a key of this vault.")
    ] = False,
    vault: VaultOption = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Take a license file (.elic.json) in; with a trust file under the key that the ledger says."""
    if holders is not None and (holder_key is not None or as_representative):
        raise UsageError("HOLDERS_BESIDE")
    form = parse_strict(read_input(file))
    held, wallet = read_license(form), open_wallet(vault)
    named = None if holder_key is None else _with_key(holder_key)
    if as_representative:
        _, pair = wallet.add_represented(form, named or _recorded_pair(wallet, held, network, rpc))
        is_bound = held.is_bound
    else:
        several = _holders_in(holders, held) if holders is not None else None
        bound = Bound(named) if named else _bound_on_ledger(held, several, network, rpc)
        _, pair = wallet.add(form, bound)
        is_bound = held.is_bound or bound is not None
    rule = wallet.find(held.license_id).holders
    data = {
        "identifier": held.identifier,
        "licenseId": held.license_id,
        "holderKey": pair.holder_key.hex(),
        "bound": is_bound,
        "representative": as_representative,
        "holderRule": rule.rule.name if rule else None,
    }
    return Outcome(data, text=f"{held.identifier}{_note(data)}")


def list_licenses(vault: VaultOption = None, network: Network = None, rpc: RpcUrls = None) -> Outcome:
    """List the licenses; with a trust file also where they stand on the ledger."""
    standing = _standing_lookup(network, rpc)
    rows: list[dict[str, Any]] = [
        {
            "identifier": entry.license.identifier,
            "type": entry.license.type_name,
            **standing(entry.license),
            "licenseId": entry.license.license_id,
            "bound": entry.license.is_bound,
            "representative": entry.is_represented,
            "holderRule": entry.holders.rule.name if entry.holders else None,
        }
        for entry in open_wallet(vault).licenses()
    ]
    text = "\n".join(
        f"{padded(worded(STATUS, row['status']), 12)} {one_line(row['identifier'])}  {one_line(row['type'])}"
        + _note({**row, "bound": True})
        + "".join(f"\n{line}" for line in doubt_lines(row["corrections"]))
        for row in rows
    )
    return Outcome({"licenses": rows}, text=text)


def _note(data: dict[str, object]) -> str:
    """What is out of the ordinary about how a license is held."""
    rule = data["holderRule"]
    held_as = "representative" if data["representative"] else rule or ("" if data["bound"] else "unbound")
    return f" ({_NOTES[language()][str(held_as)]})" if held_as else ""


_NOTES = {
    "zh": {"representative": "代理", "ANY": "任一持证人", "ALL": "全体持证人", "unbound": "未绑定"},
    "en": {
        "representative": "representative",
        "ANY": "any of its holders",
        "ALL": "all of its holders",
        "unbound": "unbound",
    },
}


def _with_key(holder_key: str) -> Fits:
    return lambda pair: pair.holder_key.hex() == holder_key


def _holders_in(path: str, held: HeldLicense) -> JointHolders:
    """The holders in a file of `license bind --out`.

    Raises:
        MalformedError: `HOLDERS_MALFORMED`; as `parse_strict`.
        UsageError: `HOLDERS_OF_ANOTHER`; `FILE_UNREADABLE`.
    """
    form = parse_strict(read_input(path))
    if form.keys() != {"format", "licenseId", "holderRule", "holderKeys"} or form["format"] != HOLDERS_FORMAT:
        raise MalformedError("HOLDERS_MALFORMED")
    if not is_rule(form["holderRule"]) or not are_pairs(form["holderKeys"]):
        raise MalformedError("HOLDERS_MALFORMED")
    if form["licenseId"] != held.license_id:
        raise UsageError("HOLDERS_OF_ANOTHER", identifier=held.identifier)
    return JointHolders.from_json(form)


def _bound_on_ledger(
    held: HeldLicense, several: JointHolders | None, network: str | None, rpc: list[str] | None
) -> Bound | None:
    """To whom the ledger binds a license now; None where it binds it to nobody or cannot be asked.

    Raises:
        UsageError: `HOLDERS_OF_ANOTHER`: it is not bound to the holders that were named.
    """
    from ledger.service.standing import binding_now

    try:
        recorded = binding_now(open_ledger(network, rpc).histories(Asked()), held.license_id)
    except LedgerError:
        return bound_to_each(several) if several else None
    binding = recorded.value if recorded else held.binding
    if several is not None and several.binding != binding:
        raise UsageError("HOLDERS_OF_ANOTHER", identifier=held.identifier)
    return None if binding == UNBOUND else bound_to(binding, [several, held.envelope.holders])


def _recorded_pair(
    wallet: Wallet, held: HeldLicense, network: str | None, rpc: list[str] | None
) -> Fits | None:
    """Tells the pair of this vault that the ledger knows as a representative's; None where it knows none.

    The issuer may record it later.
    """
    license_id = bytes.fromhex(held.license_id[2:])

    def is_recorded(pair: PublicPair) -> bool:
        names = [bytes.fromhex(name[2:]) for name in Representative(pair).names]
        return bool(histories.of([representation_object(license_id, name) for name in names]))

    try:
        histories = open_ledger(network, rpc).histories(Asked())
        recorded = wallet.find_pair(is_recorded)
    except LedgerError:
        return None
    return None if recorded is None else lambda pair: pair == recorded


def _standing_lookup(network: str | None, rpc: list[str] | None) -> Callable[[HeldLicense], dict[str, Any]]:
    """Where a license stands now, and what is doubted of it; `UNKNOWN` where that cannot be asked."""
    from ledger.proof.claims import opening_of
    from ledger.service.standing import show_license

    unknown = {"status": "UNKNOWN", "flags": [], "corrections": []}
    try:
        ledger = open_ledger(network, rpc)
        histories = ledger.histories(Asked())
    except LedgerError:
        return lambda _: unknown

    def standing(held: HeldLicense) -> dict[str, Any]:
        now = int(SystemClock().now().timestamp())
        with contextlib.suppress(LedgerError):
            opening, find = opening_of(held.claim), ledger.published.counting_texts
            shown = show_license(histories, held.license_id, None, None, now, opening, find)
            corrections = shown.corrections(ledger.party_texts.list_of)
            return {
                "status": shown.standing.status.name,
                "flags": list(shown.flags),
                "corrections": corrections,
            }
        return unknown

    return standing
