"""Orders about editions of open data, and what a reader is told who has one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import NoneType

from ledger.domain.acts import Sharing
from ledger.domain.canonical import JsonObject
from ledger.domain.editions import BAD, EditionFile, EditionRow, EditionStanding, standing_of
from ledger.domain.entities import Key
from ledger.domain.facts import Fact
from ledger.domain.license_tree import Tree, root
from ledger.domain.lineage import void_as_of
from ledger.domain.message_form import is_word
from ledger.domain.messages import Kind
from ledger.domain.moments import rfc3339
from ledger.domain.objects import ascii32, edition_object, resource_object
from ledger.domain.sharing_entities import Edition, Resource
from ledger.domain.state import StateView, text_of, typed
from ledger.errors import RuleError, TransitionError, UnknownIdError
from ledger.ports import Entities
from ledger.service.listed_bodies import listed_bodies
from ledger.service.party_texts import NOTHING
from ledger.service.share import ShareOrder
from ledger.service.share_resources import code_fault, code_word, resource_in
from ledger.service.signing import KeyFile


@dataclass(frozen=True)
class EditionTerms:
    """What a body says of an edition beside its bytes.

    Attributes:
        license: Code of the license of use.
        media_type: Of the file, at most 32 characters.
        since: From when it counts, in Unix seconds; 0 for now.
    """

    license: str
    media_type: str
    since: int = 0


def publish_edition(
    state: StateView, resource: Resource, file: EditionFile, terms: EditionTerms, by: Sequence[KeyFile]
) -> ShareOrder:
    """Publish the next edition of an open resource; by its provider.

    Raises:
        RuleError: `NOT_OPEN`.
        TransitionError: `EDITION_THERE`: the same bytes were published.
        UsageError: `CODE_FORM`.
    """
    if resource.current.sharing is not Sharing.OPEN:
        raise RuleError("NOT_OPEN", resource=resource.key)
    there = edition_of(state, resource, file.digest)
    if there is not None:
        raise TransitionError("EDITION_THERE", resource=resource.key, number=there.number)
    members = {
        **_named(resource),
        "number": len(resource.editions) + 1,
        "digest": file.digest,
        "size": file.size,
        "mediaType": _said("mediaType", terms.media_type),
        "license": _said("license", terms.license),
        "since": terms.since,
        "root": root(file.leaves) if file.leaves else NOTHING,
        "rows": len(file.leaves),
    }
    return ShareOrder("PublishEdition", members, tuple(by))


def withdraw_edition(resource: Resource, edition: Edition, reason: int, by: Sequence[KeyFile]) -> ShareOrder:
    """Withdraw an edition; by the resource's provider."""
    members = {**_named(resource), "digest": edition.digest, "reason": reason}
    return ShareOrder("WithdrawEdition", members, tuple(by))


def _named(resource: Resource) -> dict[str, object]:
    return {"owner": ascii32(resource.owner), "code": ascii32(resource.code)}


def _said(name: str, text: str) -> bytes:
    if not text:
        raise code_fault(name, text)
    return code_word(name, text)


def row_of(ledger_id: str, edition: Edition, file: EditionFile, row: int, text: str) -> EditionRow:
    """A row of an edition with its proof.

    Args:
        ledger_id: 0x-hex.
        edition: What the file is.
        file: Read by rows.
        row: Counted from 1.
        text: The row.

    Raises:
        UnknownIdError: `EDITION_ROW_UNKNOWN`.
    """
    if not 0 < row <= len(file.leaves):
        raise UnknownIdError("EDITION_ROW_UNKNOWN", row=row, rows=len(file.leaves))
    proof = tuple(Tree(file.leaves).proof(row - 1))
    return EditionRow(ledger_id, edition.resource, file.digest, row, text, proof)


def edition_of(state: StateView, resource: Resource, digest: bytes) -> Edition | None:
    """The edition of a resource with those bytes; None where it published none."""
    return typed(state, "edition", "0x" + object_of_edition(resource.key, digest).hex(), Edition)


def object_of_edition(key: str, digest: bytes) -> bytes:
    """The object under which the ledger has some bytes as an edition of a resource, `OWNER/CODE`."""
    owner, _, code = key.partition("/")
    return edition_object(resource_object(owner, ascii32(code)), digest)


def edition_in(state: StateView, resource: Resource, number: int) -> Edition:
    """An edition by its number; raises `UNKNOWN_EDITION`."""
    known = resource.editions[number - 1 : number] if number > 0 else ()
    found = typed(state, "edition", known[0], Edition) if known else None
    if found is None:
        raise UnknownIdError("UNKNOWN_EDITION", edition=f"{resource.key} #{number}")
    return found


class ShowEditions:
    """Tells where editions stand.

    Args:
        index: Of this ledger, brought up to its head.
        now: In Unix seconds.
    """

    def __init__(self, index: Entities, now: int) -> None:
        self._index, self._now = index, now

    def of(self, key: str) -> list[JsonObject]:
        """Every edition of a resource (`OWNER/CODE`), the first first; raises `UNKNOWN_RESOURCE`."""
        resource = resource_in(self._index, key)
        editions = self._editions(resource)
        return [self._told(resource, each, editions) for each in editions]

    def with_digest(self, digest: bytes, key: str = "") -> list[JsonObject]:
        """The editions that are those bytes: of every resource, or of the one named.

        Args:
            digest: SM3, 32 bytes.
            key: `OWNER/CODE`, or empty.

        Raises:
            UnknownIdError: `UNKNOWN_RESOURCE`.
        """
        found = ((each, edition_of(self._index, each, digest)) for each in self._resources(key))
        return [
            self._told(resource, edition, self._editions(resource))
            for resource, edition in found
            if edition is not None
        ]

    def _resources(self, key: str) -> Iterable[Resource]:
        if key:
            return [resource_in(self._index, key)]
        found = (each for _, each in self._index.entities("resource"))
        return [each for each in found if isinstance(each, Resource) and each.editions]

    def _editions(self, resource: Resource) -> list[Edition]:
        found = (typed(self._index, "edition", each, Edition) for each in resource.editions)
        return [each for each in found if each is not None]

    def _told(self, resource: Resource, edition: Edition, editions: list[Edition]) -> JsonObject:
        is_void = void_as_of(self._index, self._now)
        standing, successor = standing_of(edition, editions[edition.number :], self._now, is_void)
        key = typed(self._index, "key", edition.key_id, Key)
        return {
            "resource": resource.key,
            "owner": resource.owner,
            "edition": edition.number,
            "standing": standing.name,
            "supersededBy": successor or None,
            "digest": edition.digest.removeprefix("0x"),
            "size": edition.size,
            "mediaType": edition.media_type,
            "license": edition.license,
            "since": rfc3339(edition.since),
            "publishedAt": rfc3339(edition.recorded_at),
            "publishedBy": self._bodies.get(key.owner) if key else None,
            "keyId": edition.key_id,
            "rows": edition.rows or None,
            "root": edition.root if edition.rows else None,
            "withdrawnAt": rfc3339(edition.withdrawn_at) if edition.withdrawn_at else None,
            "reason": edition.reason or None,
            "open": resource.current.sharing is Sharing.OPEN,
            "seq": edition.seq,
        }

    @cached_property
    def _bodies(self) -> Mapping[str, str]:
        return listed_bodies(self._index)


_TOLD: dict[str, type | tuple[type, ...]] = {
    "resource": str,
    "edition": int,
    "standing": str,
    "supersededBy": (int, NoneType),
    "license": str,
    "since": str,
    "publishedAt": str,
    "publishedBy": (str, NoneType),
    "rows": (int, NoneType),
    "root": (str, NoneType),
    "withdrawnAt": (str, NoneType),
    "reason": (int, NoneType),
}


def is_told(row: object, digest: bytes, key: str = "") -> bool:
    """Whether what a service answers is a row of `ShowEditions`, about those bytes and that resource.

    Args:
        row: A part of its answer.
        digest: SM3 that was asked about, 32 bytes.
        key: `OWNER/CODE` that was asked about, or empty.
    """
    if not isinstance(row, dict) or row.get("digest") != digest.hex():
        return False
    is_formed = all(name in row and isinstance(row[name], kind) for name, kind in _TOLD.items())
    is_rooted = is_word(row["root"]) if is_formed and row["rows"] else is_formed
    return is_rooted and row["standing"] in EditionStanding.__members__ and key in ("", row["resource"])


def false_member(row: Mapping[str, object] | None, facts: Sequence[Fact]) -> str:
    """What a row of `ShowEditions` says otherwise than the records of its edition; empty where all fits.

    Args:
        row: None where no edition is told.
        facts: Everything that is recorded about it, by seq.
    """
    if row is None or not facts:
        return "" if row is None and not facts else "edition"
    published, last = facts[0], facts[-1]
    is_withdrawn = last.kind is Kind.EDITION_WITHDRAWN
    recorded = {
        "edition": published.values["number"],
        "size": published.values["size"],
        "mediaType": text_of(published.values, "mediaType"),
        "license": text_of(published.values, "license"),
        "publishedAt": rfc3339(published.time),
        "keyId": published.key_ids[0],
        "rows": published.values["rows"] or None,
        "root": published.values["root"] if published.values["rows"] else None,
        "withdrawnAt": rfc3339(last.time) if is_withdrawn else None,
        "reason": last.values["reason"] if is_withdrawn else None,
    }
    return next((name for name, value in recorded.items() if row[name] != value), "")


def verdict_of(editions: Sequence[Mapping[str, object]]) -> str:
    """The code of what a reader has, by the rows of `ShowEditions`: `OK` where one of them is good to use.

    Example:
        >>> verdict_of([]), verdict_of([{"standing": "WITHDRAWN"}]), verdict_of([{"standing": "CURRENT"}])
        ('NOT_AN_EDITION', 'EDITION_WITHDRAWN', 'OK')
    """
    standings = {str(each["standing"]) for each in editions}
    if not standings:
        return "NOT_AN_EDITION"
    if standings - {each.name for each in BAD}:
        return "OK"
    is_withdrawn = EditionStanding.WITHDRAWN.name in standings
    return "EDITION_WITHDRAWN" if is_withdrawn else "EDITION_KEY_COMPROMISED"
