"""Uses that were released and that their grantees have not signed for, as a home sees them on either side."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.moments import rfc3339
from ledger.ports.asked import AskedStore
from ledger.ports.uses import UseState, UseStore


@dataclass(frozen=True)
class UnsignedUses:
    """Unsigned uses under one grant.

    Attributes:
        grant: Its object, 0x-hex.
        side: `PROVIDER` or `GRANTEE`: what this home is to them.
        uses: How many.
        late: Whether the time to sign is over, so that the grant gets no further uses in batches.
        sign_by: When it is over, in Unix seconds; None where no batch waits, or this side does not know.
    """

    grant: str
    side: str
    uses: int
    late: bool
    sign_by: int | None

    def as_json(self) -> JsonObject:
        """A member of `unsigned` of `use list`."""
        by = None if self.sign_by is None else rfc3339(self.sign_by)
        return {"grant": self.grant, "side": self.side, "uses": self.uses, "late": self.late, "signBy": by}


def unsigned_here(store: UseStore) -> list[UnsignedUses]:
    """What waits for signatures of grantees, grant by grant, as this home provided it."""
    counts = Counter({each.grant: each.count for each in store.gatherings()})
    late, sign_by = set(), dict[str, int]()
    for batch in store.batches([UseState.OFFERED]):  # the first to be signed come first
        counts[batch.grant] += len(store.leaves_of(batch.object))
        sign_by.setdefault(batch.grant, batch.sign_by)
        if batch.is_late:
            late.add(batch.grant)
    return [
        UnsignedUses(grant, "PROVIDER", count, grant in late, sign_by.get(grant))
        for grant, count in sorted(counts.items())
    ]


def unsigned_by_us(store: AskedStore) -> list[UnsignedUses]:
    """What this home used, grant by grant, and has not signed for."""
    counts = Counter(each.grant for each in store.unsigned())
    return [UnsignedUses(grant, "GRANTEE", count, False, None) for grant, count in sorted(counts.items())]
