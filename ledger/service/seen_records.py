"""What a holder saw of what happened to each of her licenses, so that she is told what is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ledger.domain.canonical import JsonObject
from ledger.service.party_texts import ByDigest

_ALERTING = frozenset(
    {"USED", "LOCATED", "REFUSED", "GRANT_REQUESTED", "CORRECTION_ANSWERED", "CORRECTION_SETTLED"}
)
"""Events that a holder is told of when they are new."""


@dataclass(frozen=True)
class Seen:
    """What was seen of one license.

    Attributes:
        seq: Number of the last record.
        named: Digests of requests that a provider named; it may name older ones later.
    """

    seq: int = 0
    named: frozenset[str] = field(default_factory=frozenset)

    def new_in(self, events: Sequence[JsonObject]) -> list[JsonObject]:
        """The events (`ledger.service.holder_uses`) that a holder is told of, as she has not seen them."""
        return [each for each in events if each["event"] in _ALERTING and not self._has(each)]

    def _has(self, event: JsonObject) -> bool:
        if event["namedBy"] is not None:
            return event["request"] in self.named
        return bool(event["seq"] <= self.seq)

    def with_seen(self, events: Sequence[JsonObject]) -> Seen:
        """The same after these were looked at."""
        named = {each["request"] for each in events if each["namedBy"] is not None}
        return Seen(max([self.seq, *(each["seq"] for each in events)]), self.named | named)


class SeenRecords:
    """Remembers what was seen, by license.

    Args:
        kept: Where it is kept.
    """

    def __init__(self, kept: ByDigest) -> None:
        self._kept = kept

    def of(self, license_id: str) -> Seen:
        """What was seen of a license (0x-hex); nothing at first."""
        kept = self._kept.load(license_id)
        return Seen(kept["seq"], frozenset(kept["named"])) if kept else Seen()

    def note(self, license_id: str, seen: Seen) -> None:
        """Remember it."""
        self._kept.save(license_id, {"seq": seen.seq, "named": sorted(seen.named)})
