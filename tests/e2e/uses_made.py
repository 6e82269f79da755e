"""Uses of grants, signed by both sides and handed in by the world's relay."""

from __future__ import annotations

import secrets

from ledger import crypto
from ledger.bootstrap import Ledger
from ledger.domain.license_tree import root
from ledger.domain.objects import ascii32
from ledger.domain.rules.uses import use_words
from ledger.domain.sharing import UseKind
from ledger.domain.sharing_entities import Use
from ledger.service.share import Shared, ShareOrder
from ledger.service.signing import KeyFile
from ledger.settings import Settings
from tests.told import World


def ledger_of(world: World) -> Ledger:
    """The ledger as the world's user reaches it."""
    network, relay = world.folder / "network.json", world.folder / "relay.key"
    return Ledger(Settings(world.home, network, (), None, relay))


def used(
    world: World,
    grant: str,
    owner: str,
    grantee: str,
    offices: tuple[str, str] = ("office-jiangsu", "office-zhejiang"),
    fields: int = 1,
    kind: UseKind = UseKind.DATA,
) -> Shared:
    """Record one use of a grant, by the provider's and the grantee's offices."""
    response = _drawn() if kind is UseKind.DATA else "0x" + "00" * 32
    words = use_words(Use(grant, kind, fields, _drawn(), response, _drawn()))
    members = {"owner": ascii32(owner), "grantee": ascii32(grantee), "root": root(words), "size": 1}
    keys = [crypto.load_signer(world.key(name), None) for name in offices]
    by = tuple(KeyFile(key.public_key, key) for key in keys)
    return ledger_of(world).sharing().send(ShareOrder("Use", members, by, tuple(words)))


def _drawn() -> str:
    return "0x" + secrets.token_bytes(32).hex()
