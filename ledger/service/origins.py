"""Where fields come from: orders that declare it, who collects what again, and the tree of sources.

The ledger has the digest of a provider's file (`elicense-origins/1`); the file is published, and anybody may
hand it on. What is not here is told by its digest wherever it could matter, never left out in silence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from ledger.domain.canonical import JsonObject
from ledger.domain.collected import Collection, FlowUp, collected_again, collected_by, versions_until
from ledger.domain.declared import begins, declaration_of, in_effect
from ledger.domain.entities import IsVoid
from ledger.domain.field_sources import Step, follow
from ledger.domain.lineage import followers_of, void_as_of
from ledger.domain.moments import rfc3339
from ledger.domain.origins_file import FORMAT, Datum, FieldOrigin, How, OriginsFile, Place, read_origins
from ledger.domain.resources import is_below
from ledger.domain.sharing import DeclarationKind, DutyKind
from ledger.domain.sharing_entities import Declaration, Duty, Resource, Told, resource_key, resource_owner
from ledger.domain.state import typed
from ledger.errors import MalformedError, TrustError, UnknownIdError, UsageError
from ledger.ports import Entities
from ledger.service.known_at import KnownAt
from ledger.service.party_texts import PartyTexts
from ledger.service.share import ShareOrder
from ledger.service.share_declarations import declare, told_json
from ledger.service.share_resources import resource_in
from ledger.service.signing import KeyFile


def set_origins(resource: Resource, origins: OriginsFile, since: int, by: Sequence[KeyFile]) -> ShareOrder:
    """Declare how the fields of a resource come about; by the provider.

    Args:
        resource: Whose.
        origins: The file.
        since: From when it counts, in Unix seconds; 0 for now.
        by: A signing key of the provider.
    """
    return declare(resource, DeclarationKind.ORIGINS, {"digest": origins.digest, "since": since}, by)


def require_fitting(state: Entities, origins: OriginsFile, names: Sequence[str], texts: PartyTexts) -> None:
    """Let pass only what says of each published field where it comes from, and names fields that there are.

    A field of another resource is looked for where the list of that resource is here.

    Args:
        state: The ledger.
        origins: The file.
        names: The published fields of the resource.
        texts: Lists of fields that are known here.

    Raises:
        UsageError: `ORIGINS_FIELDS`, `ORIGINS_SOURCE_FIELD`.
        UnknownIdError: `UNKNOWN_RESOURCE`: of a source.
    """
    told = {each.name for each in origins.fields}
    missing, unknown = [each for each in names if each not in told], sorted(told - set(names))
    if missing or unknown:
        lists = {"missing": ", ".join(missing)[:300] or "–", "unknown": ", ".join(unknown)[:300] or "–"}
        raise UsageError("ORIGINS_FIELDS", resource=origins.resource, **lists)
    for source in sorted({each for field in origins.fields for each in field.sources}):
        listed = texts.list_of(resource_in(state, source.resource).current.fields_digest)
        if listed is not None and source.field not in listed.names:
            raise UsageError("ORIGINS_SOURCE_FIELD", resource=source.resource, field=source.field)


def take_origins(state: Entities, texts: PartyTexts, form: Mapping[str, object]) -> OriginsFile:
    """Keep a file that somebody hands in, where its provider declared it.

    Raises:
        MalformedError: `ORIGINS_MALFORMED`.
        TrustError: `NOT_ORIGINS`: nobody declared this, or it was altered.
    """
    origins = read_origins(form)
    declared = declaration_of(state, origins.resource, DeclarationKind.ORIGINS)
    if declared is None or origins.digest not in {each.digest for each in declared.told}:
        raise TrustError("NOT_ORIGINS", resource=origins.resource, digest=origins.digest)
    texts.keep_form(origins.digest, origins.as_json())
    return origins


def find_origins(texts: PartyTexts, digest: str) -> OriginsFile | None:
    """The file behind a digest; None where it is not here, or something else is in its place."""
    try:
        form = texts.form_of(digest, FORMAT)
        found = read_origins(form) if form is not None else None
    except MalformedError:  # a damaged file is as good as none
        return None
    return found if found is not None and found.digest == digest else None


def told_origins(texts: PartyTexts, digest: str) -> JsonObject:
    """The same as JSON; raises `ORIGINS_TEXT_NOT_HERE`."""
    found = find_origins(texts, digest)
    if found is None:
        raise UnknownIdError("ORIGINS_TEXT_NOT_HERE", digest=digest[:80])
    return found.as_json()


@dataclass(frozen=True)
class ShowOrigins:
    """Tells where fields come from, as the records until a moment have it.

    Attributes:
        state: The ledger.
        texts: What is known behind digests.
        now: The moment; where the ledger is ahead of it, that of its last such record.
    """

    state: Entities
    texts: PartyTexts
    now: int

    def as_known(self, at: int) -> ShowOrigins:
        """The same as it was known at a moment; 0 for now."""
        return ShowOrigins(KnownAt(self.state, at), self.texts, at) if at else self

    # --- one resource ---------------------------------------------------------------------

    def show(self, key: str) -> JsonObject:
        """The keys of `origin show`; raises `UNKNOWN_RESOURCE`, `ORIGINS_UNKNOWN`."""
        declared, number, told = self.told(key)
        file = self.file_of(key, told)
        return {
            **self._row(declared, number, told),
            "fieldsChanged": self._has_other_fields(key, told.seq),
            "origins": file.as_json() if file else None,
            "versions": [
                self._version(declared, each_number, each)
                for each_number, each in enumerate(declared.told, 1)
            ],
            "rev": declared.rev,
        }

    def told(self, key: str) -> tuple[Declaration, int, Told]:
        """What counts, and its number; raises `UNKNOWN_RESOURCE`, `ORIGINS_UNKNOWN`."""
        resource_in(self.state, key)
        declared = self._origins_of(key)
        found = in_effect(declared, self._at(declared), self._is_void)
        if declared is None or found is None:
            raise UnknownIdError("ORIGINS_UNKNOWN", resource=key)
        return declared, *found

    def row(self, declared: Declaration) -> JsonObject | None:
        """A row of `origin list`; None of what is not in effect, or is something else."""
        if declared.kind is not DeclarationKind.ORIGINS:
            return None
        found = in_effect(declared, self._at(declared), self._is_void)
        return None if found is None else self._row(declared, *found)

    def file_of(self, key: str, told: Told) -> OriginsFile | None:
        """The file of a version; None where it is not here, is damaged, or is of another resource."""
        if told.digest not in self._files:
            self._files[told.digest] = find_origins(self.texts, told.digest)
        found = self._files[told.digest]
        return found if found is not None and found.resource == key else None

    def _row(self, declared: Declaration, number: int, told: Told) -> JsonObject:
        file = self.file_of(declared.resource, told)
        count = (lambda how: sum(each.how is how for each in file.fields)) if file else lambda _: None
        counts = {how.value: count(how) for how in How}
        return {"resource": declared.resource, **self._version(declared, number, told), "counts": counts}

    def _version(self, declared: Declaration, number: int, told: Told) -> JsonObject:
        return {
            "version": number,
            "since": rfc3339(begins(told)),
            "digest": told.digest,
            "here": self.file_of(declared.resource, told) is not None,
            **told_json(told, self._is_void),
        }

    def _has_other_fields(self, key: str, seq: int) -> bool:
        """Whether the resource got another list of fields since the record, so that it may be out of date."""
        versions = resource_in(self.state, key).versions
        then = [each for each in versions if each.seq < seq]
        return bool(then) and then[-1].fields_digest != versions[-1].fields_digest

    # --- what is collected again ----------------------------------------------------------

    def again(self, owner: str = "") -> JsonObject:
        """The keys of `origin again`: what several bodies collect, of these one that is named, if any."""
        found, missing = self.collected
        return {
            "at": rfc3339(self._moment),
            "elements": [
                {
                    **datum.as_json(),
                    "first": collection_json(first),
                    "again": [collection_json(each) for each in later],
                }
                for datum, (first, *later) in collected_again(found.values()).items()
                if not owner or owner in {first.body, *(each.body for each in later)}
            ],
            "notHere": [missing_json(*each) for each in missing],
        }

    @cached_property
    def collected(self) -> tuple[dict[str, dict[Datum, Collection]], list[tuple[Declaration, Told]]]:
        """What is collected into each resource, and the versions that would have to be known for that."""
        found: dict[str, dict[Datum, Collection]] = {}
        missing: list[tuple[Declaration, Told]] = []
        for key, declared in self._declared.items():
            versions = versions_until(declared, self._moment, self._is_void)
            own, unknown = collected_by(self.body_of(key), key, versions, partial(self.file_of, key))
            found[key] = own
            missing += [(declared, each) for each in unknown]
        return found, missing

    def collected_already(self, origins: OriginsFile) -> list[JsonObject]:
        """What a file would have its body collect and another body collects: each with who was first."""
        found, _ = self.collected
        own, told = self.body_of(origins.resource), []
        for datum, fields in sorted(origins.collected().items()):
            others = [each[datum] for each in found.values() if datum in each and each[datum].body != own]
            if others:
                first = collection_json(min(others, key=lambda each: (each.since, each.seq)))
                names = [each.name for each in fields]
                told.append({**datum.as_json(), "fields": names, "first": first})
        return told

    # --- what flows back ------------------------------------------------------------------

    def unlisted_flows(self) -> list[FlowUp]:
        """What came from below and stands on no region's responsibility list to flow back (回流)."""
        listed = {
            resource_key(each.owner, each.code)
            for _, each in self.state.entities("duty")
            if isinstance(each, Duty) and each.terms[-1].kind is DutyKind.FLOW_BACK and each.terms[-1].due
        }
        flows = (self._flow_up(key) for key in self._declared if key not in listed)
        return [each for each in flows if each is not None]

    def _flow_up(self, key: str) -> FlowUp | None:
        told, file = self._in_effect(key), self._current(key)
        if told is None or file is None:
            return None
        owner, sources = (
            resource_owner(key),
            {each.resource for field in file.fields for each in field.sources},
        )
        below = {each for each in sources if is_below(self.state, resource_owner(each), owner, self._moment)}
        if not below:
            return None
        return FlowUp(begins(told), told.seq, self.body_of(key), key, tuple(sorted(below)))

    def body_of(self, key: str) -> str:
        """The body that acts for the owner of a resource by the moment."""
        return followers_of(self.state, resource_owner(key), self._moment)[-1]

    # --- lineage --------------------------------------------------------------------------

    def lineage(self, key: str, field: str = "", is_down: bool = False) -> JsonObject:
        """The keys of `origin lineage`: the tree of what fields come from, or down, of what comes of them.

        Raises:
            UnknownIdError: `UNKNOWN_RESOURCE`; upwards `ORIGINS_UNKNOWN`.
            UsageError: `FIELD_NOT_IN_RESOURCE`: the file upwards does not have it.
        """
        resource_in(self.state, key)
        starts = self._starts_down(key, field) if is_down else self._starts_up(key, field)
        tree = follow(starts, self._resting.get_all if is_down else self._sources_of)
        met = self._declared if is_down else {each.place.resource for each in tree.steps} | {key}
        moment = self._moment if is_down else self._at(self._origins_of(key))
        return {
            "resource": key,
            "field": field or None,
            "down": is_down,
            "at": rfc3339(moment),
            "lineage": [self._step(each) for each in tree.steps],
            "cycles": [[place.as_json() for place in each] for each in tree.cycles],
            "notHere": [missing_json(*each) for each in self._unknown(met)],
        }

    def resting_on(self, key: str, fields: Sequence[str]) -> JsonObject:
        """What rests on fields of a resource, set by set: the member `affected` of `correction show`.

        Args:
            key: The resource.
            fields: Which of its fields; none for all, where they are not known by name.
        """
        starts = [Place(key, each) for each in fields] or self._starts_down(key, "")
        places = {step.place for step in follow(starts, self._resting.get_all).steps if step.depth}
        by_set: dict[str, list[str]] = defaultdict(list)
        for place in sorted(places):
            by_set[place.resource].append(place.field)
        return {
            "sets": [
                {"resource": each, "body": self.body_of(each), "fields": names}
                for each, names in by_set.items()
            ],
            "ofAnyField": not fields,
            "notHere": [missing_json(*each) for each in self._unknown(self._declared)],
        }

    def _starts_up(self, key: str, field: str) -> list[Place]:
        self.told(key)
        file = self._current(key)
        names = [each.name for each in file.fields] if file else []
        if field and file and field not in names:
            raise UsageError("FIELD_NOT_IN_RESOURCE", field=field[:80], known=", ".join(names)[:300])
        return [Place(key, each) for each in ([field] if field else names)]

    def _starts_down(self, key: str, field: str) -> list[Place]:
        """The fields that the file of the resource names, and those that others say they have of it."""
        if field:
            return [Place(key, field)]
        file = self._current(key)
        own = [Place(key, each.name) for each in file.fields] if file else []
        named = sorted(each for each in self._resting.places if each.resource == key and each not in own)
        return own + named

    def _sources_of(self, place: Place) -> Sequence[Place]:
        origin = self._origin(place)
        return origin.sources if origin else ()

    def _origin(self, place: Place) -> FieldOrigin | None:
        file = self._current(place.resource)
        return file.named(place.field) if file else None

    def _step(self, step: Step) -> JsonObject:
        origin, place = self._origin(step.place), step.place
        version = self._in_effect(place.resource)
        datum = origin.datum.as_json() if origin and origin.datum else {"subject": None, "element": None}
        is_derived = origin is not None and origin.how is How.DERIVED
        return {
            "depth": step.depth,
            **place.as_json(),
            "of": step.parent.as_json() if step.parent else None,
            "standing": self._standing(place),
            "how": origin.how.value if origin else None,
            **datum,
            "ground": origin.ground or None if origin else None,
            "method": {"zh": origin.zh, "en": origin.en} if origin and is_derived else None,
            "digest": version.digest if version else None,
            "cycle": step.is_cycle,
            "again": step.is_again,
        }

    def _standing(self, place: Place) -> str:
        """What is known of a field."""
        if self._origin(place):
            return "KNOWN"
        if self._current(place.resource):
            return "FIELD_UNKNOWN"
        if self._in_effect(place.resource):
            return "NOT_HERE"
        is_there = typed(self.state, "resource", place.resource, Resource) is not None
        return "NOT_DECLARED" if is_there else "RESOURCE_UNKNOWN"

    @cached_property
    def _resting(self) -> _Resting:
        """What rests on what, by all files in effect that are here."""
        files = (self._current(key) for key in self._declared)
        return _Resting(each for each in files if each)

    def _unknown(self, keys: Iterable[str]) -> list[tuple[Declaration, Told]]:
        """What is in effect of some resources and is not here."""
        found = (
            (self._origins_of(key), self._in_effect(key)) for key in sorted(keys) if not self._current(key)
        )
        return [(declared, told) for declared, told in found if declared and told]

    # --- reading --------------------------------------------------------------------------

    @cached_property
    def _declared(self) -> dict[str, Declaration]:
        """What was declared of origins, by resource."""
        found = (each for _, each in self.state.entities("declaration"))
        chosen = (each for each in found if isinstance(each, Declaration))
        own = {each.resource: each for each in chosen if each.kind is DeclarationKind.ORIGINS}
        return dict(sorted(own.items()))

    def _origins_of(self, key: str) -> Declaration | None:
        return declaration_of(self.state, key, DeclarationKind.ORIGINS)

    def _in_effect(self, key: str) -> Told | None:
        """The version of a resource's origins that counts; None where there is none."""
        if key not in self._versions:
            declared = self._origins_of(key)
            found = in_effect(declared, self._at(declared), self._is_void)
            self._versions[key] = found[1] if found else None
        return self._versions[key]

    def _current(self, key: str) -> OriginsFile | None:
        """Its file; None where it is not here."""
        told = self._in_effect(key)
        return self.file_of(key, told) if told else None

    @cached_property
    def _versions(self) -> dict[str, Told | None]:
        return {}

    @cached_property
    def _moment(self) -> int:
        """The present: by our clock, or by the ledger's where that is ahead."""
        return max([self.now, *(each.told[-1].recorded_at for each in self._declared.values())])

    def _at(self, declared: Declaration | None) -> int:
        return max(self.now, declared.told[-1].recorded_at if declared else 0)

    @cached_property
    def _is_void(self) -> IsVoid:
        return void_as_of(self.state, self.now)

    @cached_property
    def _files(self) -> dict[str, OriginsFile | None]:
        return {}


class _Resting:
    """Which fields come of which, by what files say."""

    def __init__(self, files: Iterable[OriginsFile]) -> None:
        self.places: dict[Place, list[Place]] = defaultdict(list)
        for file in files:
            for field in file.fields:
                for source in field.sources:
                    self.places[source].append(Place(file.resource, field.name))

    def get_all(self, place: Place) -> Sequence[Place]:
        """What comes of a field, in one step."""
        return sorted(self.places.get(place, ()))


def collection_json(each: Collection) -> JsonObject:
    """`first`, or a member of `again`."""
    return {
        "body": each.body,
        "resource": each.resource,
        "fields": list(each.fields),
        "ground": each.ground,
        "since": rfc3339(each.since),
        "seq": each.seq,
    }


def missing_json(declared: Declaration, told: Told) -> JsonObject:
    """A member of `notHere`: a version whose file is not here."""
    return {
        "resource": declared.resource,
        "version": declared.told.index(told) + 1,
        "digest": told.digest,
        "declaredAt": rfc3339(told.recorded_at),
    }
