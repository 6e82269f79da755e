"""`elicense wallet materials` and `tell-repeat`: what need not be brought, and was asked for again."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.form_codes import CodeOption
from api.cli.governing import state_of
from api.cli.item import answered, listing_now, read_list
from api.cli.options import Network, PinnedHead, RpcUrls, Trust, moment, open_ledger
from api.cli.output import Outcome, said
from api.cli.wallet_device import VaultOption, open_wallet
from api.cli.wallet_saying import Counter, OutOption, WithOption, YesOption, histories_at
from ledger.adapters.service_client import post_unsigned
from ledger.domain.items import read_item_code
from ledger.domain.moments import parse_moment, rfc3339
from ledger.errors import RuleError
from ledger.proof.claims import opening_of
from ledger.service.share_items import item_in, repeat_members
from ledger.service.standing import license_in


def materials(
    file: Annotated[str, typer.Argument(metavar="ITEMFILE", help="What the item needs (elicense-item/1).")],
    vault: VaultOption = None,
    api: Annotated[
        str | None, typer.Option("--api", metavar="URL", help="Ask this service, and no node.")
    ] = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Say which materials of an item the ledger already has, by the licenses of this wallet."""
    listed, ledger = read_list(file), open_ledger(network, rpc)
    held = {each.license.license_id: opening_of(each.license.claim) for each in open_wallet(vault).licenses()}
    if api is not None:
        rows = [{"licenseId": name, "opening": opening} for name, opening in held.items()]
        told = post_unsigned(api, f"/v1/items/{listed.code}/materials", {"licenses": rows})
        return answered(listed.code, told["materials"], int(parse_moment(told["at"])))
    state = state_of(ledger)
    listing = listing_now(ledger, state)
    _, _, version = item_in(state, listed.code, listing.now)
    digest = "0x" + listed.digest.hex()
    if version.list_digest != digest:
        raise RuleError("ITEM_LIST_OTHER", given=digest, recorded=version.list_digest)
    ledger.party_texts.keep_item(listed)
    own = [license_in(state, name, opening) for name, opening in held.items()]
    return answered(listed.code, listing.materials(listed.code, own, listing.now), listing.now)


def tell_repeat(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The item's code.")],
    license_: Annotated[str, typer.Option("--license", metavar="ID", help="What was asked for again.")],
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="When it was asked for.")],
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
    """Sign that a body asked for a license that the ledger has; hand the file to anybody who relays it."""
    ledger, wallet, name = open_ledger(network, rpc), open_wallet(vault), read_item_code(code)
    when = moment(at) or 0
    license_id = wallet.find(license_).license.license_id
    item, number, _ = item_in(state_of(ledger), name, when)
    counter = Counter(ledger, wallet, license_id, histories_at(ledger, trust, head))
    members = repeat_members(name, number, license_id, when)
    about = {"item": name, "body": item.owner, "licenseId": license_id}
    shown: dict[str, object] = {**about, "askedAt": rfc3339(when)}
    said_ = counter.said("TellRepeat", members, 0)
    text = said(
        f"{item.owner} 办理事项 {name} 时于 {shown['askedAt']} 再次要求提交证照 {license_id}。",
        f"{item.owner} asked for the license {license_id} again on {shown['askedAt']}, for item {name}.",
    )
    return counter.say(said_, shown, lambda _: text, with_=counter.read(with_), yes=yes, out=out, png=png)
