"""Orders about what a provider declares of a resource, and what readers are told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.declared import (
    Outage,
    begins,
    declaration_of,
    in_effect,
    outages_of,
    overlapping,
)
from ledger.domain.editions import EditionFile
from ledger.domain.entities import IsVoid
from ledger.domain.interface_file import FORMAT as INTERFACE_FORMAT
from ledger.domain.interface_file import InterfaceFile, read_interface
from ledger.domain.license_tree import root
from ledger.domain.lineage import EVER, void_as_of
from ledger.domain.mapping_file import FORMAT as MAPPING_FORMAT
from ledger.domain.mapping_file import MappingFile, read_mapping
from ledger.domain.moments import rfc3339
from ledger.domain.objects import ascii32
from ledger.domain.sharing import DeclarationKind
from ledger.domain.sharing_entities import Declaration, Resource, Told
from ledger.domain.state import StateView
from ledger.errors import RuleError, TransitionError, UnknownIdError, UsageError
from ledger.ports import Entities
from ledger.service.party_texts import NOTHING, PartyTexts
from ledger.service.share import ShareOrder
from ledger.service.share_resources import resource_in
from ledger.service.signing import KeyFile

_EMPTY = {
    "toOwner": NOTHING,
    "toCode": NOTHING,
    "digest": NOTHING,
    "since": 0,
    "until": 0,
    "root": NOTHING,
    "size": 0,
}


@dataclass(frozen=True)
class Period:
    """From a moment until another one, in Unix seconds; `until` 0 has no end."""

    since: int
    until: int = 0


def set_interface(
    resource: Resource, interface: InterfaceFile, quota: int, since: int, by: Sequence[KeyFile]
) -> ShareOrder:
    """Declare the next version of an interface; by the provider.

    Args:
        resource: Whose.
        interface: What it is.
        quota: Uses of a grantee a day; 0 for any number.
        since: From when it counts, in Unix seconds; 0 for now.
        by: A signing key of the provider.
    """
    told = {"digest": interface.digest, "since": since, "size": quota}
    return declare(resource, DeclarationKind.INTERFACE, told, by)


def set_outage(resource: Resource, period: Period, reason: str, by: Sequence[KeyFile]) -> ShareOrder:
    """Declare an outage, or tell of its end under the same beginning; by the provider.

    Args:
        resource: What is out.
        period: From when until when; without an end while it lasts.
        reason: Salted digest of it, 0x-hex; zeros for none.
        by: A signing key of the provider.
    """
    told = {"digest": reason, "since": period.since, "until": period.until}
    return declare(resource, DeclarationKind.OUTAGE, told, by)


def set_snapshot(resource: Resource, file: EditionFile, period: Period, by: Sequence[KeyFile]) -> ShareOrder:
    """Declare which rows a resource held for a period that is over; by the provider."""
    told = {
        "digest": file.digest,
        "since": period.since,
        "until": period.until,
        "root": root(file.leaves),
        "size": len(file.leaves),
    }
    return declare(resource, DeclarationKind.SNAPSHOT, told, by)


def set_mapping(resource: Resource, mapping: MappingFile, since: int, by: Sequence[KeyFile]) -> ShareOrder:
    """Declare how the fields of a resource are called in another one; by the provider of the first."""
    owner, _, code = mapping.target.partition("/")
    to = {"toOwner": ascii32(owner), "toCode": ascii32(code)}
    told = {**to, "digest": mapping.digest, "since": since}
    return declare(resource, DeclarationKind.MAPPING, told, by)


def declare(
    resource: Resource, kind: DeclarationKind, told: Mapping[str, object], by: Sequence[KeyFile]
) -> ShareOrder:
    """Declare something of a resource; by the provider.

    Args:
        resource: Of which.
        kind: What.
        told: The members that this kind has a use for.
        by: A signing key of the provider.
    """
    named = {"owner": ascii32(resource.owner), "code": ascii32(resource.code), "kind": int(kind)}
    return ShareOrder("Declare", {**_EMPTY, **named, **told}, tuple(by))


def require_new(
    state: StateView, declared: Declaration | None, digest: str, since: int, quota: int = 0
) -> None:
    """Let pass only what says something else than the version declared last, unless that is void.

    Args:
        state: The ledger.
        declared: What was declared already.
        digest: Of what is to be declared.
        since: From when it is to count.
        quota: Of an interface.

    Raises:
        TransitionError: `DECLARED_ALREADY`.
    """
    last = declared.told[-1] if declared else None
    is_void = last is not None and void_as_of(state, EVER)(last.key_id, last.recorded_at)
    if (
        declared
        and last
        and not is_void
        and (last.digest, last.size) == (digest, quota)
        and since <= begins(last)
    ):
        raise TransitionError("DECLARED_ALREADY", resource=declared.resource, number=len(declared.told))


def require_fields(mapping: MappingFile, source: Sequence[str], target: Sequence[str]) -> None:
    """Let pass only a mapping of fields that the published lists have.

    Raises:
        UsageError: `MAPPING_FIELD_UNKNOWN`.
    """
    for key, names, known in (
        (mapping.source, [each.source for each in mapping.fields], source),
        (mapping.target, [each.target for each in mapping.fields], target),
    ):
        unknown = [name for name in names if name not in known]
        if unknown:
            raise UsageError("MAPPING_FIELD_UNKNOWN", resource=key, fields=", ".join(unknown)[:300])


@dataclass(frozen=True)
class ShowDeclarations:
    """Tells what was declared.

    Attributes:
        state: The ledger.
        texts: What is known behind digests.
        now: The moment asked about, in Unix seconds.
    """

    state: Entities
    texts: PartyTexts
    now: int

    # --- interfaces -----------------------------------------------------------------------

    def interface(self, key: str, at: int = 0) -> JsonObject:
        """The keys of `interface show`; raises `UNKNOWN_RESOURCE`, `INTERFACE_UNKNOWN`."""
        declared = self._declared(key, DeclarationKind.INTERFACE)
        moment = at or self._now(declared)
        found = in_effect(declared, moment, self._is_void)
        if declared is None or found is None:
            raise UnknownIdError("INTERFACE_UNKNOWN", resource=key)
        outages = outages_of(self._declared(key, DeclarationKind.OUTAGE), self._is_void)
        return {
            **self._interface(declared, *found),
            "versions": [
                self._interface(declared, number, each) for number, each in enumerate(declared.told, 1)
            ],
            "out": any(each.covers(moment) for each in outages),
            "outages": [self._outage(each) for each in outages],
            "rev": declared.rev,
        }

    def row(self, declared: Declaration) -> JsonObject | None:
        """A row of `interface list`; None of what is no interface in effect."""
        found = in_effect(declared, self._now(declared), self._is_void)
        if declared.kind is not DeclarationKind.INTERFACE or found is None:
            return None
        outages = outages_of(self._declared(declared.resource, DeclarationKind.OUTAGE), self._is_void)
        return {**self._interface(declared, *found), "out": any(each.covers(self.now) for each in outages)}

    def interface_file(self, digest: str, given: InterfaceFile | None = None) -> InterfaceFile | None:
        """The interface behind a digest, handed in or known here; raises `DECLARED_OTHER`."""
        if given is not None:
            require_same(given.digest, digest)
            self.texts.keep_form(digest, given.as_json())
            return given
        form = self.texts.form_of(digest, INTERFACE_FORMAT)
        return None if form is None else read_interface(form)

    def take_interface(self, key: str, given: InterfaceFile) -> JsonObject:
        """Keep the file of a version that the provider declared; gives `digest` and its numbers.

        Raises:
            UnknownIdError: `UNKNOWN_RESOURCE`, `INTERFACE_UNKNOWN`.
            UsageError: `DECLARED_OTHER`: it is the file of none.
        """
        declared = self._declared(key, DeclarationKind.INTERFACE)
        if declared is None:
            raise UnknownIdError("INTERFACE_UNKNOWN", resource=key)
        numbers = [number for number, each in enumerate(declared.told, 1) if each.digest == given.digest]
        require_same(given.digest, given.digest if numbers else declared.told[-1].digest)
        self.texts.keep_form(given.digest, given.as_json())
        return {"resource": key, "digest": given.digest, "versions": numbers}

    def _interface(self, declared: Declaration, number: int, told: Told) -> JsonObject:
        file = self.interface_file(told.digest)
        return {
            "resource": declared.resource,
            "version": number,
            "since": rfc3339(begins(told)),
            "digest": told.digest,
            "quota": told.size or None,
            "status": file.status.value if file else None,
            "interface": file.as_json() if file else None,
            **self._told(told),
        }

    def _outage(self, outage: Outage) -> JsonObject:
        last, text = outage.last, self.texts.text(outage.last.digest)
        return {
            "since": rfc3339(last.since),
            "until": rfc3339(last.until) if last.until else None,
            "seconds": last.until - last.since if last.until else None,
            "text": text.text if text else None,
            "firstToldAt": rfc3339(outage.first.recorded_at),
            **self._told(last),
        }

    # --- snapshots ------------------------------------------------------------------------

    def snapshots(self, key: str) -> list[JsonObject]:
        """A member of `resource show`: each with the numbers of those whose periods overlap with it."""
        declared = self._declared(key, DeclarationKind.SNAPSHOT)
        told = declared.told if declared else ()
        return [
            {
                "snapshot": number,
                "since": rfc3339(each.since),
                "until": rfc3339(each.until),
                "digest": each.digest.removeprefix("0x"),
                "root": each.root,
                "rows": each.size,
                "overlaps": overlapping(told, each.since, each.until, number),
                **self._told(each),
            }
            for number, each in enumerate(told, 1)
        ]

    # --- mappings -------------------------------------------------------------------------

    def mapping(self, source: str, target: str, at: int = 0) -> JsonObject:
        """The keys of `mapping show`; raises `UNKNOWN_RESOURCE`, `MAPPING_UNKNOWN`."""
        number, told = self.mapping_told(source, target, at)
        file = self.mapping_file(told.digest)
        moved = [key for key in (source, target) if self._has_other_fields(key, told.seq, at)]
        return {
            "from": source,
            "to": target,
            "version": number,
            "since": rfc3339(begins(told)),
            "digest": told.digest,
            "mapping": file.as_json() if file else None,
            "fieldsChanged": moved,
            **self._told(told),
        }

    def mapping_told(self, source: str, target: str, at: int = 0) -> tuple[int, Told]:
        """Number and record of the mapping in effect; raises `UNKNOWN_RESOURCE`, `MAPPING_UNKNOWN`."""
        resource_in(self.state, target)
        declared = self._declared(source, DeclarationKind.MAPPING, target)
        found = in_effect(declared, at or self._now(declared), self._is_void)
        if found is None:
            raise UnknownIdError("MAPPING_UNKNOWN", source=source, target=target)
        return found

    def mapping_file(self, digest: str, given: MappingFile | None = None) -> MappingFile | None:
        """The mapping behind a digest, handed in or known here; raises `DECLARED_OTHER`."""
        if given is not None:
            require_same(given.digest, digest)
            self.texts.keep_form(digest, given.as_json())
            return given
        form = self.texts.form_of(digest, MAPPING_FORMAT)
        return None if form is None else read_mapping(form)

    def _has_other_fields(self, key: str, seq: int, at: int) -> bool:
        """Whether a resource got another list of fields after a record: the mapping may be out of date."""
        versions = resource_in(self.state, key).versions
        then = [each for each in versions if each.seq < seq]
        now = [each for each in versions if not at or each.recorded_at <= at]
        return bool(then and now) and then[-1].fields_digest != now[-1].fields_digest

    # --- reading --------------------------------------------------------------------------

    def _now(self, declared: Declaration | None) -> int:
        """The present: by our clock, or by the ledger's where that is ahead."""
        told = declared.told if declared else ()
        return max(self.now, *(each.recorded_at for each in told)) if told else self.now

    @property
    def _is_void(self) -> IsVoid:
        return void_as_of(self.state, self.now)

    def _declared(self, key: str, kind: DeclarationKind, other: str = "") -> Declaration | None:
        resource_in(self.state, key)
        return declaration_of(self.state, key, kind, other)

    def _told(self, told: Told) -> JsonObject:
        return told_json(told, self._is_void)


def told_json(told: Told, is_void: IsVoid) -> JsonObject:
    """Which record a declaration stands in, and whether its key turned out to be stolen."""
    return {
        "declaredAt": rfc3339(told.recorded_at),
        "keyId": told.key_id,
        "void": is_void(told.key_id, told.recorded_at),
        "seq": told.seq,
    }


def require_same(given: str, digest: str) -> None:
    """Let pass only the text that was declared; raises `DECLARED_OTHER`."""
    if given != digest:
        raise UsageError("DECLARED_OTHER", given=given, recorded=digest)


def snapshot_matching(snapshots: Sequence[JsonObject], file: EditionFile) -> JsonObject:
    """The last snapshot that a file is: by its bytes, and by its rows under the root.

    Raises:
        RuleError: `SNAPSHOT_OTHER`.
    """
    top = "0x" + root(file.leaves).hex() if file.leaves else NOTHING
    wanted = (file.digest.hex(), top, len(file.leaves))
    found = [each for each in snapshots if (each["digest"], each["root"], each["rows"]) == wanted]
    if not found:
        raise RuleError("SNAPSHOT_OTHER", digest=file.digest.hex())
    return found[-1]
