"""Whose data recorded uses and refusals were about, as their provider kept it when it was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ledger.domain.license_tree import Tree
from ledger.domain.named_use import NamedUse
from ledger.domain.objects import from_ascii32
from ledger.domain.rules.uses import use_words
from ledger.domain.signed_message import SignedMessage, signed_from_json
from ledger.domain.use_leaves import leaf_of, refusal_words
from ledger.domain.use_promise import use_promise
from ledger.domain.use_reasons import LEFT_UNSIGNED, REASONS
from ledger.ports.uses import GatheredUse, KeptUse, UseState, UseStore
from ledger.service.batch_places import batch_place
from ledger.service.submission import DomainOf

_UNSIGNED = frozenset({UseState.GATHERED, UseState.ENDED})
"""States of what was released in a batch and is not recorded in one."""


class NameUses:
    """Names the uses of a license's data that this home provided, and those that it refused, as recorded.

    Args:
        store: What the provider remembers.
        domain: Of messages to a contract.
        seq_of: From the digest of a message to the number of its record, or None.
    """

    def __init__(self, store: UseStore, domain: DomainOf, seq_of: Callable[[str], int | None]) -> None:
        self._store, self._domain, self._seq_of = store, domain, seq_of

    def of(self, license_id: str) -> list[NamedUse]:
        """The uses of a license (0x-hex) as they were recorded, then refusals; raises as the store."""
        every = self._store.of_license(license_id)
        kept = (each for each in every if each.state is UseState.RECORDED)
        ordered = sorted(kept, key=lambda each: each.place.seq if each.place else 0)
        unsigned = (self._unsigned(each, license_id) for each in every if each.state in _UNSIGNED)
        named = (self._named(each, license_id) for each in ordered)
        return [*named, *filter(None, unsigned), *self._refused(license_id)]

    def _refused(self, license_id: str) -> Iterator[NamedUse]:
        for each in self._store.refused_of(license_id):
            message, refusal = signed_from_json(each.message, self._domain), each.refusal
            if self._seq_of(message.digest) is not None:
                alone = NamedUse(license_id, refusal.owner, refusal.id, request=each.request)
                said = (refusal.grantee, refusal.grant, refusal.reason, refusal.id)
                yield _in_message(alone, message, refusal_words(*said))

    def _named(self, use: KeptUse, license_id: str) -> NamedUse:
        gathered = self._store.gathered(use.id)
        if gathered is not None:
            return self._in_batch(use, gathered, license_id)
        assert use.message is not None, "a recorded use has its message"
        message = signed_from_json(use.message, self._domain)
        values = message.prepared.values
        return NamedUse(
            license_id=license_id,
            owner=from_ascii32(str(values["owner"])),
            request_digest=use.id,
            root=bytes.fromhex(str(values["root"])[2:]),
            words=message.leaves,
            request=use.request,
        )

    def _unsigned(self, use: KeptUse, license_id: str) -> NamedUse | None:
        """What was handed out and stands on the ledger as left unsigned; None where it does not."""
        form = self._store.unsigned_record(use.id)
        if form is None:
            return None
        message = signed_from_json(form, self._domain)
        owner = from_ascii32(str(message.prepared.values["owner"]))
        alone = NamedUse(license_id, owner, use.id, request=use.request)
        said = (use.grantee, use.grant, REASONS[LEFT_UNSIGNED], use.id)
        return _in_message(alone, message, refusal_words(*said))

    def _in_batch(self, use: KeptUse, gathered: GatheredUse, license_id: str) -> NamedUse:
        place = batch_place(self._store, gathered)
        return NamedUse(
            license_id=license_id,
            owner=use_promise(gathered.promise).uscc,
            request_digest=use.id,
            root=place.root,
            words=use_words(place.use),
            index=place.index,
            proof=place.proof,
            request=use.request,
        )


def _in_message(alone: NamedUse, message: SignedMessage, words: tuple[bytes, ...]) -> NamedUse:
    """A refusal by its own record, or as a leaf of those that a message carries together."""
    if not message.leaves:
        return alone
    index, tree = message.leaves.index(leaf_of(words)), Tree(message.leaves)
    return replace(alone, root=tree.root, words=words, index=index, proof=tuple(tree.proof(index)))
