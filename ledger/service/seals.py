"""Lists of electronic seals: published by bodies and regions, kept by whoever verifies by them.

The ledger has a list's digest as a version of its publisher's code table `ELECTRONIC-SEALS`; its text is a
file that anybody may hand on. A body lists its own seals and signs with its key; a region lists those of its
bodies, and its governing key, or that of a superior region, signs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import Organisation
from ledger.domain.identifiers import Uscc
from ledger.domain.lineage import superiors_of, void_as_of
from ledger.domain.moments import rfc3339
from ledger.domain.regions import RegionCode
from ledger.domain.seals import TABLE_NAME, NamedSeal, SealList, known_of, read_seals, unrevoked
from ledger.domain.sharing_entities import CodeTable, CodeTableVersion
from ledger.domain.state import typed
from ledger.errors import RuleError, UnknownIdError
from ledger.ports import Entities
from ledger.proof.seals import body_table, counting_lists, counting_version, region_table, seal_table
from ledger.service import share_owed
from ledger.service.kept_forms import KeptForms
from ledger.service.listed_bodies import listed_bodies
from ledger.service.party_texts import ByDigest
from ledger.service.share import ShareOrder
from ledger.service.signing import KeyFile

MAX_SEALS_FILE = 1 << 20
"""Bytes of a list's file that are read."""


class Seals(KeptForms[SealList]):
    """The texts of lists that a home keeps.

    Args:
        kept: Where they are kept, by digest.
    """

    def __init__(self, kept: ByDigest) -> None:
        super().__init__(kept, read_seals, "SEALS_TEXT_NOT_HERE")

    def take(self, state: Entities, form: Mapping[str, object]) -> list[JsonObject]:
        """Keep a list that somebody hands in, where a body or region published it; tells as what.

        Raises:
            MalformedError: As `read_seals`.
            TrustError: `NOT_A_SEAL_LIST`: nobody published this, or it was altered.
        """
        seals = read_seals(form)
        places = published(state, seals.digest)
        return self.keep_published(seals, places, "NOT_A_SEAL_LIST")


@dataclass(frozen=True)
class Publisher:
    """Whose list it is.

    Attributes:
        region: GB/T 2260 code as a number; 0 for a body's.
        body: Credit code; empty for a region's.
    """

    region: int
    body: str

    @classmethod
    def parse(cls, text: str) -> Publisher:
        """Six digits of a region, or a credit code; raises as the readers of these."""
        if len(text) == 6:
            return cls(int(RegionCode.parse(text, strict=False).text), "")
        return cls(0, Uscc.parse(text).text)

    def __str__(self) -> str:
        return self.body or f"{self.region:06d}"

    @property
    def table(self) -> bytes:
        """Object of its code table."""
        return body_table(self.body) if self.body else region_table(self.region)

    def require_own(self, state: Entities, seals: SealList) -> None:
        """Refuse seals of bodies that are not its own; raises `SEAL_OF_ANOTHER_BODY`."""
        for each in sorted(seals.bodies):
            own = typed(state, "organisation", each, Organisation)
            is_own = each == self.body if self.body else bool(own) and self._is_above(state, own)
            if not is_own:
                raise RuleError("SEAL_OF_ANOTHER_BODY", body=each, publisher=str(self))

    def _is_above(self, state: Entities, body: Organisation | None) -> bool:
        return body is not None and self.region in superiors_of(state, body.region, 2**63, 2**63)


@dataclass(frozen=True)
class Publishing:
    """A list ready to be signed, and the digest of the earlier one that it was held against, or None."""

    order: ShareOrder
    checked_against: str | None


def publish(
    state: Entities, kept: Seals, publisher: Publisher, seals: SealList, now: int, by: Sequence[KeyFile]
) -> Publishing:
    """Publish a list, or its next version.

    A seal that the earlier version revoked stays revoked; that is checked where its text is here.

    Args:
        state: The ledger.
        kept: Texts of earlier versions.
        publisher: Whose it is.
        seals: The list.
        now: The present, in Unix seconds; it counts from its record on.
        by: Signing keys of the body, or governing keys of the region.

    Raises:
        RuleError: `SEALS_THERE`, `SEAL_OF_ANOTHER_BODY`, `SEAL_UNREVOKED`.
    """
    before = _let_pass(state, kept, publisher, seals, now)
    form = seals.as_json()
    order = share_owed.set_code_table(publisher.region, publisher.body, TABLE_NAME, form, 0, by)
    table = seal_table(state, publisher.table)
    rev = len(table.versions) if table else 0  # what comes behind another one could take a revocation back
    return Publishing(replace(order, rev=rev), before.digest if before else None)


def keep_seals(
    state: Entities, kept: Seals, publisher: Publisher, name: str, form: Mapping[str, object], now: int
) -> None:
    """Keep the list that is published as any other code table; of another table nothing is asked.

    Raises:
        MalformedError: As `read_seals`.
        RuleError: As `publish`.
    """
    if name == TABLE_NAME:
        seals = read_seals(form)
        _let_pass(state, kept, publisher, seals, now)
        kept.keep(seals)


def _let_pass(
    state: Entities, kept: Seals, publisher: Publisher, seals: SealList, now: int
) -> SealList | None:
    """Refuse what `publish` refuses; the earlier version that it was held against."""
    publisher.require_own(state, seals)
    table = seal_table(state, publisher.table)
    last = counting_version(state, table, now) if table is not None else None
    before = kept.find(last[1].digest) if last else None
    if last is not None and last[1].digest == seals.digest:
        raise RuleError("SEALS_THERE", publisher=str(publisher))
    lost = unrevoked(before, seals) if before is not None else None
    if lost is not None:
        raise RuleError("SEAL_UNREVOKED", serial=str(lost.named.serial))
    return before


def published(state: Entities, digest: str) -> list[JsonObject]:
    """As which versions of whose list a digest stands on the ledger, by publisher."""
    return [
        {"publisher": publisher, "version": number}
        for publisher, table in _tables(state)
        for number, each in enumerate(table.versions, 1)
        if each.digest == digest
    ]


@dataclass(frozen=True)
class ShowSeals:
    """Tells which lists were published, and what they say.

    Attributes:
        state: The ledger.
        seals: The texts that this home keeps.
        now: The present.
    """

    state: Entities
    seals: Seals
    now: int

    def rows(self, publisher: Publisher | None = None) -> list[JsonObject]:
        """The members of `lists` of `seal list`: all versions, by publisher and number."""
        return [
            row
            for name, table in _tables(self.state)
            if publisher is None or str(publisher) == name
            for row in self._versions(name, table)
        ]

    def show(self, publisher: Publisher) -> JsonObject:
        """The keys of `seal show`; raises `UNKNOWN_SEAL_LIST`."""
        table = seal_table(self.state, publisher.table)
        if table is None:
            raise UnknownIdError("UNKNOWN_SEAL_LIST", publisher=str(publisher))
        counting = counting_version(self.state, table, self.now)
        last = counting[1] if counting else table.versions[-1]
        text = self.seals.find(last.digest)
        return {
            "publisher": str(publisher),
            "digest": last.digest,
            "versions": self._versions(str(publisher), table),
            "list": text.as_json() if text else None,
        }

    def status(self, serial: str, body: str | None, at: int | None, known_at: int | None) -> JsonObject:
        """The keys of `seal status`.

        Args:
            serial: Of the seal, or of its certificate.
            body: Whose it is, or None for every body of which a list names it.
            at: The moment asked about, or None for now.
            known_at: The moment of knowledge, or None for now.

        Raises:
            UnknownIdError: `UNKNOWN_SEAL`: no list that counts then and is here names it.
        """
        moment, known = (self.now if each is None else each for each in (at, known_at))
        bodies = [body] if body is not None else sorted(self._bodies_with(serial, known))
        rows = [row for each in bodies if (row := self._row(serial, each, moment, known))]
        if not rows:
            raise UnknownIdError("UNKNOWN_SEAL", serial=serial[:80])
        return {"serial": serial, "at": rfc3339(moment), "knownAt": rfc3339(known), "seals": rows}

    def _row(self, serial: str, body: str, at: int, known_at: int) -> JsonObject | None:
        lists = list(counting_lists(self.state, body, known_at, self.seals.find))
        either = known_of(body, NamedSeal(serial), lists), known_of(body, NamedSeal(None, serial), lists)
        known = either[0] if either[0].found else either[1]
        if not known.found and all(each.text is not None for each in lists):
            return None
        entries = [each.as_json() for each in known.found]
        return {"body": body, **known.as_json(at), "entries": entries}

    def _bodies_with(self, serial: str, known_at: int) -> set[str]:
        """Bodies of which a list that counts then has a seal or certificate of that serial."""
        return {
            seal.body
            for _, table in _tables(self.state)
            if (counting := counting_version(self.state, table, known_at))
            and (text := self.seals.find(counting[1].digest))
            for seal in text.seals
            if serial in (seal.named.serial, seal.named.certificate_serial)
        }

    def _versions(self, publisher: str, table: CodeTable) -> list[JsonObject]:
        counting = counting_version(self.state, table, self.now)
        return [
            self._version(publisher, number, each, counting is not None and counting[0] == number)
            for number, each in enumerate(table.versions, 1)
        ]

    def _version(self, publisher: str, number: int, each: CodeTableVersion, counts: bool) -> JsonObject:
        text = self.seals.find(each.digest)
        return {
            "publisher": publisher,
            "version": number,
            "digest": each.digest,
            "publishedAt": rfc3339(each.recorded_at),
            "since": rfc3339(max(each.since, each.recorded_at)),
            "counts": counts,
            "void": void_as_of(self.state, self.now)(each.key_id, each.recorded_at),
            "seals": len(text.seals) if text else None,
            "revoked": text.revoked if text else None,
            "here": text is not None,
        }


def _tables(state: Entities) -> Iterator[tuple[str, CodeTable]]:
    """Publisher and table of every list, by publisher."""
    names = listed_bodies(state)
    found = [
        (names[each.publisher], each)
        for _, each in state.entities("codeTable")
        if isinstance(each, CodeTable) and each.name == TABLE_NAME and each.publisher in names
    ]
    return iter(sorted(found, key=lambda each: each[0]))
