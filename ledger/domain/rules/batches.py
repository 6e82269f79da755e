"""Rules of Batches: many licenses under one signature, and how one of them becomes a license of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.domain.entities import Batch, Renewal
from ledger.domain.facts import Fact, Values, object_of
from ledger.domain.leaves import is_leaf_of, leaf_license
from ledger.domain.license_tree import leaf_bits
from ledger.domain.messages import Kind
from ledger.domain.rivals import added, is_opened, rivals_of, with_leaf
from ledger.domain.rules.licenses import entitling_term, require_own_id
from ledger.domain.state import Change, Refused, Rule, StateView, int_of, next_rev, str_of, text_of, typed

MAX_RENEWALS = 16
"""How many batches may renew leaves of one: the contracts refuse more."""


def _batch_issued(state: StateView, fact: Fact) -> list[Change]:
    change = _new_batch(state, fact)
    next_rev(0, fact)
    return [change]


def _batch_issued_by_renewal(state: StateView, fact: Fact) -> list[Change]:
    return [_new_batch(state, fact, renews=str_of(fact.values, "earlier"))]


def _new_batch(state: StateView, fact: Fact, renews: str = "") -> Change:
    values = fact.values
    key = "0x" + object_of(fact.kind, values).hex()
    if state.get("batch", key):
        raise Refused("DUPLICATE_ID", f"batch {key}")
    issuer, code = text_of(values, "issuer"), text_of(values, "licenseType")
    if len(fact.leaves) != int_of(values, "size") or "0x" + fact.leaves_root.hex() != values["root"]:
        raise Refused("BAD_TREE", f"the leaves of batch {key} do not make the signed root")
    batch = Batch(
        rev=1,
        root=str_of(values, "root"),
        size=int_of(values, "size"),
        issuer=issuer,
        license_type=code,
        region=entitling_term(state, fact, issuer, code).region,
        seq=fact.seq,
        key_id=fact.key_ids[0],
        recorded_at=fact.time,
        renews=renews,
        writer=fact.writer,
    )
    return Change("batch", key, batch)


def _batch_renewed(state: StateView, fact: Fact) -> list[Change]:
    values, key = fact.values, str_of(fact.values, "earlier")
    batch, leaves = typed(state, "batch", key, Batch), leaf_bits(fact.values)
    if batch is None or text_of(values, "licenseType") != batch.license_type:
        raise Refused("BAD_RECORD", f"no batch {key} of type {text_of(values, 'licenseType')}")
    if leaves >> batch.size or leaves.bit_count() != int_of(values, "size"):
        raise Refused("BAD_TREE", f"not {values['size']} leaves of batch {key}")
    if any(leaves >> index & 1 for index in batch.opened):
        raise Refused("BAD_RECORD", f"an opened leaf of batch {key} is renewed with it")
    if len(batch.renewals) == MAX_RENEWALS:
        raise Refused("BAD_RECORD", f"batch {key} is renewed more than {MAX_RENEWALS} times")
    new = "0x" + object_of(Kind.LICENSE_BATCH_ISSUED_BY_RENEWAL, values).hex()
    renewal = Renewal(fact.seq, fact.time, fact.key_ids[0], new, leaves)
    after = replace(batch, rev=next_rev(batch.rev, fact), renewals=(*batch.renewals, renewal))
    return [Change("batch", key, after)]


def _leaf_opened(state: StateView, fact: Fact) -> list[Change]:
    values, key = fact.values, str_of(fact.values, "batch")
    batch, index = typed(state, "batch", key, Batch), int_of(values, "index")
    if batch is None:
        raise Refused("BAD_RECORD", f"unknown batch {key}")
    leaf = leaf_license(batch, key, index, values)
    if is_opened(state, leaf.license_id, key):
        raise Refused("DUPLICATE_ID", f"license {leaf.license_id}")
    license_ = with_leaf(rivals_of(state, leaf.license_id), leaf)[-1]
    changes = added(state, fact, license_)
    require_own_id(state, batch.issuer, license_.license_id, values)
    if index in batch.opened or not _is_proved(state, batch, values):
        raise Refused("BAD_PROOF", f"no leaf {index} of batch {key}")
    opened = replace(batch, opened=batch.opened | {index})
    return [*changes, Change("batch", key, opened)]


def _is_proved(state: StateView, batch: Batch, values: Values) -> bool:
    proof = values["proof"]
    index = int_of(values, "index")
    return isinstance(proof, tuple) and is_leaf_of(state.ledger_id, batch, values, index, proof)


APPLY: Mapping[Kind, Rule] = {
    Kind.LICENSE_BATCH_ISSUED: _batch_issued,
    Kind.LICENSE_OPENED: _leaf_opened,
    Kind.LICENSE_BATCH_RENEWED: _batch_renewed,
    Kind.LICENSE_BATCH_ISSUED_BY_RENEWAL: _batch_issued_by_renewal,
}
