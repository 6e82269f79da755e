"""Promises on the ledger: lodged by whoever holds them, kept by whoever supervises by them.

The ledger has a list's digest as a version of the code table `PROMISES` of the body that lodges; the text is
a file that anybody may hand on. A promise is worth what the signature of who gave it is worth, whoever lodges
it (docs/adr/0045); what a stolen key lodged counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ledger.domain.canonical import JsonObject
from ledger.domain.lineage import EVER, void_as_of
from ledger.domain.lodged import (
    MOST_PROMISES,
    TABLE,
    AnyPromise,
    PromiseList,
    promise_list,
    read_promise_list,
)
from ledger.domain.moments import rfc3339
from ledger.domain.sharing_entities import CodeTableVersion
from ledger.errors import RuleError, UsageError
from ledger.ports import Entities, Verifier
from ledger.service import share_owed
from ledger.service.code_tables import body_tables
from ledger.service.kept_forms import KeptForms
from ledger.service.party_texts import ByDigest
from ledger.service.promises import require_lodged_in_time, require_registered
from ledger.service.share import ShareOrder
from ledger.service.signing import KeyFile

MAX_PROMISES_FILE = 1 << 21
"""Bytes of a file of promises that are read: a full list is below 1 MiB, as much as homes read back and
services take; indented, as it is handed on, it is longer."""


@dataclass(frozen=True)
class Lodging:
    """One list that a body lodged.

    Attributes:
        body: Its credit code.
        version: Of its code table.
        content: What the ledger has of it.
        is_void: Whether a compromised key signed it.
    """

    body: str
    version: int
    content: CodeTableVersion
    is_void: bool

    def as_json(self) -> JsonObject:
        """A member of `lodged` and of `notHere` of `supervise promises`."""
        return {
            "lodgedBy": self.body,
            "version": self.version,
            "digest": self.content.digest,
            "lodgedAt": rfc3339(self.content.recorded_at),
        }


@dataclass(frozen=True)
class LodgedPromise:
    """A promise on the ledger, and every place where it stands, the earliest first."""

    promise: AnyPromise
    places: tuple[Lodging, ...]


class PromiseLists(KeptForms[PromiseList]):
    """The texts of lodged promises that a home keeps.

    Args:
        kept: Where they are kept, by digest.
    """

    def __init__(self, kept: ByDigest) -> None:
        super().__init__(kept, read_promise_list, "PROMISES_TEXT_NOT_HERE")

    def take(self, state: Entities, form: Mapping[str, object]) -> list[JsonObject]:
        """Keep a text that somebody hands in, where a body lodged it; tells where.

        Raises:
            MalformedError: As `read_promise_list`.
            TrustError: `NOT_PROMISES`: nobody lodged this, or it was altered.
        """
        listed = read_promise_list(form)
        places = [each.as_json() for each in lodgings(state) if each.content.digest == listed.digest]
        return self.keep_published(listed, places, "NOT_PROMISES")


def lodgings(state: Entities) -> list[Lodging]:
    """Every list that was lodged, in the order of the records."""
    is_void = void_as_of(state, EVER)
    found = [
        Lodging(body, number, each, is_void(each.key_id, each.recorded_at))
        for body, table in body_tables(state, TABLE)
        for number, each in enumerate(table.versions, 1)
    ]
    return sorted(found, key=lambda each: each.content.seq)


def keep_promises(kept: PromiseLists, name: str, form: Mapping[str, object]) -> None:
    """Keep the promises that a body lodges as any other code table; of another table nothing is asked.

    Raises:
        MalformedError: As `read_promise_list`.
    """
    if name == TABLE:
        kept.keep(read_promise_list(form))


@dataclass(frozen=True)
class LodgePromises:
    """Lodges promises, and tells which were, by one state of the ledger.

    Attributes:
        ledger_id: 0x-hex.
        state: The ledger.
        kept: The texts that this home keeps.
        now: The present, in Unix seconds.
    """

    ledger_id: str
    state: Entities
    kept: PromiseLists
    now: int

    def order(
        self, body: str, promises: Iterable[AnyPromise], verifier: Verifier, by: Sequence[KeyFile]
    ) -> tuple[PromiseList, ShareOrder]:
        """Lodge promises that are none of a body's yet; by that body.

        It goes on with the lists that were looked at and no others: where one came in between it is refused
        (`STALE_REVISION`), and lodges what is left when it is ordered again.

        Raises:
            BadSignatureError: `PROMISE_SIGNATURE_BAD`, `PROMISE_KEY_UNKNOWN`,
                `PROMISE_LODGED_AFTER_CUT_OFF`.
            WrongLedgerError: `WRONG_LEDGER`.
            RuleError: `PROMISES_LODGED`: the body lodged all of them before.
            UsageError: `PROMISES_TOO_MANY`, `PROMISES_NONE`.
        """
        given = set(promises)
        made = promise_list(given - self._lodged_by(body))
        if not given:
            raise UsageError("PROMISES_NONE")
        if not made.promises:
            raise RuleError("PROMISES_LODGED", body=body, promises=len(given))
        if len(made.promises) > MOST_PROMISES:
            raise UsageError("PROMISES_TOO_MANY", promises=len(made.promises), most=MOST_PROMISES)
        for each in made.promises:
            each.check(verifier, self.ledger_id)
            require_registered(self.state, each)
            require_lodged_in_time(self.state, each, self.now)
        order = share_owed.set_code_table(0, body, TABLE, made.as_json(), 0, by)
        return made, replace(order, rev=self._lists_of(body))

    def rows(self, body: str | None = None) -> list[JsonObject]:
        """The members of `lodged` of `promise lodged`, in the order of the records."""
        own = [each for each in self._all if body in (None, each.body)]
        return [self._row(each) for each in own]

    def counting(self) -> tuple[list[LodgedPromise], list[Lodging]]:
        """The lodged promises, each once, in the order of the records; and the lists that are not here."""
        places: dict[AnyPromise, list[Lodging]] = {}
        absent = list[Lodging]()
        for lodging in self._counting():
            text = self.kept.find(lodging.content.digest)
            if text is None:
                absent.append(lodging)
            for each in text.promises if text else ():
                places.setdefault(each, []).append(lodging)
        return [LodgedPromise(each, tuple(where)) for each, where in places.items()], absent

    def _row(self, lodging: Lodging) -> JsonObject:
        text = self.kept.find(lodging.content.digest)
        return {
            **lodging.as_json(),
            "keyId": lodging.content.key_id,
            "void": lodging.is_void,
            "here": text is not None,
            "promises": len(text.promises) if text else None,
        }

    def _lodged_by(self, body: str) -> set[AnyPromise]:
        own = (self.kept.find(each.content.digest) for each in self._counting() if each.body == body)
        return {each for text in own if text for each in text.promises}

    def _lists_of(self, body: str) -> int:
        """How many lists a body lodged, those of stolen keys among them: the revision of its table."""
        return sum(each.body == body for each in self._all)

    def _counting(self) -> Iterator[Lodging]:
        return (each for each in self._all if not each.is_void)

    @cached_property
    def _all(self) -> list[Lodging]:
        return lodgings(self.state)
