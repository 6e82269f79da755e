"""What a platform carried in a day, onto the ledger under one root; and that a slip is one of these.

The platform's body keeps every slip that it signs. A day's root is a version of its own code table, so that
any node tells when it was said and by which key; a slip that is not under it was not told to the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ledger.domain.canonical import JsonObject
from ledger.domain.hop_days import (
    HopDay,
    HopProof,
    day_of,
    day_tree,
    hops_table,
    leaf_of,
    read_hop_day,
)
from ledger.domain.hop_slip import HopSlip, read_slip
from ledger.domain.license_tree import Tree
from ledger.domain.lineage import void_as_of
from ledger.domain.moments import rfc3339, start_of_day
from ledger.domain.objects import ascii32, code_table_object, organisation_object
from ledger.domain.sharing_entities import CodeTable, CodeTableVersion
from ledger.domain.state import StateView, typed
from ledger.errors import MalformedError, RuleError, TrustError, UnknownIdError
from ledger.service import share_owed
from ledger.service.code_tables import says_already
from ledger.service.share import ShareOrder
from ledger.service.signing import KeyFile


class Forms(Protocol):
    """A folder of forms."""

    def names(self) -> list[str]:
        """The names of all, sorted."""
        ...

    def load(self, key: str) -> JsonObject | None:
        """One, or None."""
        ...

    def save(self, key: str, entry: JsonObject) -> None:
        """Keep one; on return it is on disk."""
        ...


class SignedSlips:
    """The slips that a home signed, by days, and the days that it published.

    Args:
        folder: Gives the folder of a name.
    """

    def __init__(self, folder: Callable[[str], Forms]) -> None:
        self._folder = folder

    def keep(self, slip: HopSlip) -> None:
        """Keep a slip."""
        self._folder(day_of(slip).isoformat()).save(slip.digest, slip.as_json())

    def of(self, platform: str, day: date) -> list[HopSlip]:
        """The slips of a body's platform that were signed on a day."""
        folder = self._folder(day.isoformat())
        slips = [read_slip(form) for name in folder.names() if (form := folder.load(name)) is not None]
        return [each for each in slips if each.platform == platform]

    def keep_day(self, day: HopDay, digests: Sequence[str]) -> None:
        """Keep what is published of a day."""
        self._folder("published").save(day.digest, {"day": day.as_json(), "slips": list(digests)})

    def published(self, digest: str) -> tuple[HopDay, list[str]] | None:
        """The day with a digest and its slips in their order; None where this home did not publish it."""
        kept = self._folder("published").load(digest)
        return (read_hop_day(kept["day"]), list(kept["slips"])) if kept else None


@dataclass(frozen=True)
class PublishHops:
    """Publishes and proves what a platform carried.

    Attributes:
        ledger_id: 0x-hex.
        state: The ledger.
        slips: Of this home.
        now: The present, in Unix seconds.
    """

    ledger_id: str
    state: StateView
    slips: SignedSlips
    now: int

    def order(self, platform: str, day: date, by: Sequence[KeyFile]) -> tuple[HopDay, list[str], ShareOrder]:
        """Publish a day, or its next version; by the platform's body.

        Raises:
            UnknownIdError: `HOP_DAY_EMPTY`: no slip of that day is here.
            RuleError: `HOP_DAY_THERE`: the newest version says this already.
        """
        digests = [each.digest for each in self.slips.of(platform, day)]
        if not digests:
            raise UnknownIdError("HOP_DAY_EMPTY", day=day.isoformat(), body=platform)
        leaves, tree = day_tree(digests)
        made = HopDay(self.ledger_id, platform, day, "0x" + tree.root.hex(), tree.size)
        since = start_of_day(day)
        if says_already(self.state, self._table(platform, day), made.digest, since):
            raise RuleError("HOP_DAY_THERE", day=day.isoformat(), body=platform)
        order = share_owed.set_code_table(0, platform, made.table, made.as_json(), since, by)
        return made, leaves, order

    def prove(self, slip: HopSlip) -> HopProof:
        """That a slip stands under the newest published version of its day that has it.

        Raises:
            UnknownIdError: `HOP_NOT_PUBLISHED`: under none that this home published.
        """
        table = self._table(slip.platform, day_of(slip))
        for version in reversed(table.versions if table else ()):
            kept = self.slips.published(version.digest)
            if kept is not None and slip.digest in kept[1]:
                day, digests = kept
                index = digests.index(slip.digest)
                tree = Tree([leaf_of(each) for each in digests])
                return HopProof(slip, day, index, tuple(tree.proof(index)))
        raise UnknownIdError("HOP_NOT_PUBLISHED", slip=slip.digest, table=hops_table(day_of(slip)))

    def check(self, proof: HopProof) -> JsonObject:
        """Hold a proof against the ledger: the keys of `hop verify-proof` about the record.

        The signature of the slip is not looked at.

        Raises:
            TrustError: `HOP_PROOF_FALSE`: the slip does not lead to the root, or the body did not publish it;
                `HOP_DAY_VOID`: with a key that was compromised then.
        """
        table = self._table(proof.day.platform, proof.day.day)
        told = _versions_of(table, proof.day.digest) if table and proof.holds else []
        if not told:
            raise TrustError("HOP_PROOF_FALSE", table=proof.day.table, body=proof.day.platform)
        is_void = void_as_of(self.state, self.now)
        good = [each for each in told if not is_void(each[1].key_id, each[1].recorded_at)]
        if not good:
            raise TrustError("HOP_DAY_VOID", table=proof.day.table, key=told[0][1].key_id)
        number, version = good[0]
        return {
            "version": number,
            "publishedAt": rfc3339(version.recorded_at),
            "keyId": version.key_id,
        }

    def _table(self, platform: str, day: date) -> CodeTable | None:
        own = code_table_object(organisation_object(platform), ascii32(hops_table(day)))
        return typed(self.state, "codeTable", "0x" + own.hex(), CodeTable)


def _versions_of(table: CodeTable, digest: str) -> list[tuple[int, CodeTableVersion]]:
    return [(number, each) for number, each in enumerate(table.versions, 1) if each.digest == digest]


def parsed_day(text: str) -> date:
    """A day option; raises `CALENDAR_DAY`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise MalformedError("CALENDAR_DAY", text=text[:40]) from None
