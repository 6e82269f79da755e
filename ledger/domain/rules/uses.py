"""Rules of Uses: every use within its grant, and refusals."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.domain.facts import Fact
from ledger.domain.messages import Kind
from ledger.domain.rules.grants import require_fields, resource_of, take, usable_grant
from ledger.domain.rules.resources import bitmap_of
from ledger.domain.sharing import MOST_LEAVES, MOST_USES, USE_WORDS, Basis, UseKind
from ledger.domain.sharing_entities import Grant, Refusal, Use, UseBatch, Uses
from ledger.domain.state import (
    Change,
    Refused,
    Rule,
    StateView,
    int_of,
    raw_of,
    require_new,
    str_of,
    text_of,
)


def use_of(words: tuple[bytes, ...]) -> Use:
    """A use as its six words say it.

    Raises:
        ValueError: Its kind is none.
    """
    grant, kind, fields, request, response, commitment = words
    return Use(
        grant="0x" + grant.hex(),
        kind=UseKind(int.from_bytes(kind, "big")),
        fields=int.from_bytes(fields, "big"),
        request_digest="0x" + request.hex(),
        response_digest="0x" + response.hex(),
        commitment="0x" + commitment.hex(),
    )


def use_words(use: Use) -> tuple[bytes, ...]:
    """The inverse of `use_of`.

    Example:
        >>> words = (b"g" * 32, bytes(31) + b"\\1", bytes(31) + b"\\3", b"q" * 32, b"r" * 32, b"c" * 32)
        >>> use_words(use_of(words)) == words
        True
    """
    numbers = (int(use.kind).to_bytes(32, "big"), use.fields.to_bytes(32, "big"))
    digests = map(raw_of, (use.request_digest, use.response_digest, use.commitment))
    return (raw_of(use.grant), *numbers, *digests)


def require_tree(fact: Fact, most: int, per_leaf: int = 1) -> int:
    """How many there are under the root; refuses other words than those it is made of."""
    size = int_of(fact.values, "size")
    if not 0 < size <= most or len(fact.leaves) != size * per_leaf:
        raise Refused("BAD_TREE", f"{len(fact.leaves)} words for {size}")
    if fact.leaves_root != raw_of(str_of(fact.values, "root")):
        raise Refused("BAD_TREE", f"root 0x{fact.leaves_root.hex()}")
    return size


def _used(state: StateView, fact: Fact) -> list[Change]:
    object_id = require_new(state, "uses", fact)
    require_tree(fact, MOST_USES, USE_WORDS)
    words = fact.leaves
    uses = tuple(use_of(words[start : start + USE_WORDS]) for start in range(0, len(words), USE_WORDS))
    after: dict[str, Grant] = {}
    for use in uses:
        before = after.get(use.grant) or usable_grant(state, fact, use.grant)
        _require_theirs(state, fact, before)
        _require_kind(use, before)
        after[use.grant] = take(before, fact, 1)
    record = Uses(
        seq=fact.seq,
        recorded_at=fact.time,
        key_id=fact.key_ids[0],
        rev=1,
        owner=text_of(fact.values, "owner"),
        grantee=text_of(fact.values, "grantee"),
        grantee_key=fact.key_ids[1],
        root=str_of(fact.values, "root"),
        uses=uses,
    )
    grants = [Change("grant", grant_id, grant) for grant_id, grant in after.items()]
    return [Change("uses", object_id, record), *grants]


def _require_theirs(state: StateView, fact: Fact, grant: Grant) -> None:
    named = (text_of(fact.values, "grantee"), text_of(fact.values, "owner"))
    if named != (grant.grantee, resource_of(state, grant).owner):
        raise Refused("NOT_ENTITLED", f"grant {grant.grant_id} is not theirs")


def _require_kind(use: Use, grant: Grant) -> None:
    is_data = use.kind is UseKind.DATA
    if is_data or use.fields:
        require_fields(use.fields, grant.granted)
    if is_data != bool(int(use.response_digest, 16)):
        raise Refused("BAD_RECORD", f"a {use.kind.name} with response {use.response_digest}")


def _used_in_batch(state: StateView, fact: Fact) -> list[Change]:
    values, object_id = fact.values, require_new(state, "useBatch", fact)
    size = require_tree(fact, MOST_LEAVES)
    grant = usable_grant(state, fact, str_of(values, "grant"))
    if grant.count or grant.basis is not Basis.DUTY:
        raise Refused("NOT_ENTITLED", f"uses of grant {grant.grant_id} are recorded one by one")
    fields = bitmap_of(values, "fields")
    require_fields(fields, grant.granted)
    batch = UseBatch(
        seq=fact.seq,
        recorded_at=fact.time,
        key_id=fact.key_ids[0],
        rev=1,
        grant=grant.grant_id,
        grantee_key=fact.key_ids[1],
        fields=fields,
        root=str_of(values, "root"),
        size=size,
    )
    return [
        Change("useBatch", object_id, batch),
        Change("grant", grant.grant_id, take(grant, fact, size)),
    ]


def _refused(state: StateView, fact: Fact) -> list[Change]:
    values, object_id = fact.values, require_new(state, "refusal", fact)
    refusal = Refusal(
        seq=fact.seq,
        recorded_at=fact.time,
        key_id=fact.key_ids[0],
        rev=1,
        owner=text_of(values, "owner"),
        code=text_of(values, "code"),
        grantee=text_of(values, "grantee"),
        grant=str_of(values, "grant"),
        reason=int_of(values, "reason"),
        request_digest=str_of(values, "requestDigest"),
    )
    if not refusal.reason:
        raise Refused("BAD_RECORD", "refused without a reason")
    return [Change("refusal", object_id, refusal)]


def _refused_in_batch(state: StateView, fact: Fact) -> list[Change]:
    values, object_id = fact.values, require_new(state, "refusal", fact)
    refusal = Refusal(
        seq=fact.seq,
        recorded_at=fact.time,
        key_id=fact.key_ids[0],
        rev=1,
        owner=text_of(values, "owner"),
        code=text_of(values, "code"),
        root=str_of(values, "root"),
        size=require_tree(fact, MOST_LEAVES),
    )
    return [Change("refusal", object_id, refusal)]


APPLY: Mapping[Kind, Rule] = {
    Kind.DATA_USED: _used,
    Kind.DATA_USED_IN_BATCH: _used_in_batch,
    Kind.USE_REFUSED: _refused,
    Kind.USES_REFUSED_IN_BATCH: _refused_in_batch,
}
