"""Recording what was refused: one by one while there is little, else many under a root.

A message that records refusals is on disk before it is handed in, so that after any crash the same one is
handed in again, which changes nothing where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby

from ledger.domain.canonical import JsonObject
from ledger.domain.license_tree import root
from ledger.domain.sharing import MOST_LEAVES
from ledger.domain.sharing_entities import Resource, resource_key
from ledger.domain.signed_message import SignedMessage, signed_from_json
from ledger.domain.state import typed
from ledger.domain.use_leaves import refusal_leaf
from ledger.errors import LedgerError, OutageError
from ledger.ports import Clock, Index, Signer
from ledger.ports.uses import KeptRefusal, UseStore
from ledger.service.accept import Desk
from ledger.service.live_index import Sight, fresh
from ledger.service.make_handouts import Providers
from ledger.service.share import ShareOrder, SignShared
from ledger.service.share_resources import code_word
from ledger.service.signing import KeyFile
from ledger.service.submission import DomainOf
from ledger.service.tried import all_tried

_THERE = "RECORDED_BEFORE"


class RecordRefusals:
    """Brings kept refusals into the queue.

    Args:
        store: Remembers them.
        look: The ledger as near as can be had.
        providers: For whom this service refuses.
        signing: Makes messages.
        desk: Where they are handed in.
        domain: From a contract to the domain of messages to it.
        clock: Ours.
    """

    def __init__(
        self,
        store: UseStore,
        look: Callable[[], Sight],
        providers: Providers,
        signing: SignShared,
        desk: Callable[[], Desk],
        domain: DomainOf,
        clock: Clock,
    ) -> None:
        self._store, self._look, self._providers = store, look, providers
        self._signing, self._desk, self._domain, self._clock = signing, desk, domain, clock

    def step(self) -> int:
        """Hand in what waits; gives how many refusals new messages carry.

        Raises:
            LedgerError: The first thing that could not be done; the others were, and a later step goes on.
        """
        tasks = [partial(self._hand_in_again, *each) for each in self._store.carriers()]
        waiting = self._store.refusals(MOST_LEAVES)
        groups = [list(group) for _, group in groupby(waiting, _resource_of)]
        index = fresh(self._look()) if groups else None
        tasks += [partial(self._carry, index, group) for group in groups if index is not None]
        all_tried(tasks)
        return len(waiting)

    def _hand_in_again(self, digest: str, form: JsonObject) -> None:
        self._hand_in(digest, signed_from_json(form, self._domain))

    def _carry(self, index: Index, refusals: Sequence[KeptRefusal]) -> None:
        first, now = refusals[0], int(self._clock.now().timestamp())
        resource = typed(index, "resource", resource_key(first.owner, first.code), Resource)
        assert resource is not None, "a grant is of a resource"
        _, signer = self._providers.of(index, resource, now)
        order = _single(first, signer) if len(refusals) == 1 else _batch(refusals, signer)
        message = self._signing.signed(order, index)
        if self._store.carry([each.id for each in refusals], message.digest, message.as_json()):
            self._hand_in(message.digest, message)

    def _hand_in(self, digest: str, message: SignedMessage) -> None:
        try:
            self._desk().accept(message.needed, message)
        except OutageError:
            raise
        except LedgerError as error:
            if error.code != _THERE:
                self._store.uncarry(digest)
                raise
        self._store.handed_in(digest)


def _resource_of(refusal: KeptRefusal) -> tuple[str, str]:
    return refusal.owner, refusal.code


def _single(refusal: KeptRefusal, signer: Signer) -> ShareOrder:
    members = {
        **_of_resource(refusal),
        "grantee": code_word("grantee", refusal.grantee),
        "grant": refusal.grant,
        "reason": refusal.reason,
        "requestDigest": refusal.id,
    }
    return ShareOrder("RefuseUse", members, (KeyFile(signer.public_key, signer),))


def _batch(refusals: Sequence[KeptRefusal], signer: Signer) -> ShareOrder:
    leaves = tuple(refusal_leaf(each.grantee, each.grant, each.reason, each.id) for each in refusals)
    tree = {"root": "0x" + root(leaves).hex(), "size": len(leaves)}
    members = {**_of_resource(refusals[0]), **tree}
    return ShareOrder("RefuseBatch", members, (KeyFile(signer.public_key, signer),), leaves)


def _of_resource(refusal: KeptRefusal) -> dict[str, object]:
    return {"owner": code_word("owner", refusal.owner), "code": code_word("code", refusal.code)}
