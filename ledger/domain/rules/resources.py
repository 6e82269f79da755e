"""Rules of Resources: the catalog of what is shared, what is owed of it, who writes in base libraries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.domain import objects
from ledger.domain.acts import FREE, Sharing
from ledger.domain.entities import LicenseType, Organisation, Region, Term, Terms
from ledger.domain.facts import Fact, Values
from ledger.domain.lineage import superiors_of
from ledger.domain.messages import Kind
from ledger.domain.representation import LATEST
from ledger.domain.resources import mount_of, provides
from ledger.domain.rules.licenses import entitling_term
from ledger.domain.sharing import (
    MOST_FIELDS,
    BaseLibrary,
    DutyKind,
    ProbeOutcome,
    ResourceKind,
    all_fields,
)
from ledger.domain.sharing_entities import (
    CodeTable,
    CodeTableVersion,
    Demand,
    Duty,
    DutyTerm,
    Mounted,
    Probed,
    Resource,
    ResourceNamed,
    ResourceVersion,
    resource_key,
)
from ledger.domain.state import (
    Change,
    Refused,
    Rule,
    StateView,
    id_of,
    int_of,
    next_rev,
    require_new,
    str_of,
    text_of,
    typed,
)


def known_resource(state: StateView, values: Values) -> Resource:
    """The resource that a message names by owner and code; refuses what is none."""
    key = resource_key_of(values)
    resource = typed(state, "resource", key, Resource)
    if resource is None:
        raise Refused("BAD_RECORD", f"unknown resource {key}")
    return resource


def resource_key_of(values: Values) -> str:
    """Key of the resource that a message names by owner and code."""
    return resource_key(text_of(values, "owner"), text_of(values, "code"))


def require_organisation(state: StateView, uscc: str) -> Organisation:
    """The body of a credit code; refuses a code of none."""
    body = typed(state, "organisation", uscc, Organisation)
    if body is None:
        raise Refused("BAD_RECORD", f"unknown organisation {uscc}")
    return body


def bitmap_of(values: Values, name: str) -> int:
    """A set of fields among the members of a message."""
    return int(str_of(values, name), 16)


def _registered(state: StateView, fact: Fact) -> list[Change]:
    owner, code = text_of(fact.values, "owner"), text_of(fact.values, "code")
    before = typed(state, "resource", resource_key(owner, code), Resource) or Resource(0, owner, code)
    version = _version(fact)
    _require_well_formed(state, version)
    _require_may_own(state, fact, owner, version)
    after = replace(before, rev=next_rev(before.rev, fact), versions=(*before.versions, version))
    return [Change("resource", after.key, after)]


def _version(fact: Fact) -> ResourceVersion:
    values = fact.values
    return ResourceVersion(
        seq=fact.seq,
        recorded_at=fact.time,
        key_id=fact.key_ids[0],
        kind=ResourceKind(int_of(values, "kind")),
        license_type=text_of(values, "licenseType"),
        operator=text_of(values, "operator"),
        schema_digest=str_of(values, "schemaDigest"),
        fields_digest=str_of(values, "fieldsDigest"),
        field_count=int_of(values, "fieldCount"),
        sensitive=bitmap_of(values, "sensitive"),
        grades_digest=str_of(values, "gradesDigest"),
        sharing=Sharing(int_of(values, "sharing")),
        ground=int_of(values, "ground"),
        until=int_of(values, "until"),
        cycle_days=int_of(values, "cycleDays"),
        base_library=BaseLibrary(int_of(values, "baseLibrary")),
        region=int_of(values, "region"),
        use_right=text_of(values, "useRight"),
        benefit_right=text_of(values, "benefitRight"),
        items_digest=str_of(values, "itemsDigest"),
    )


def _require_well_formed(state: StateView, version: ResourceVersion) -> None:
    if (version.kind is ResourceKind.LICENSE_TYPE) != bool(version.license_type):
        raise Refused("BAD_RECORD", f"a {version.kind.name} of type {version.license_type or 'none'}")
    is_countable = 0 < version.field_count <= MOST_FIELDS
    if not is_countable or version.sensitive & ~all_fields(version.field_count):
        raise Refused("BAD_RECORD", f"fields {version.sensitive:#x} of {version.field_count}")
    for body in filter(None, (version.operator, version.use_right, version.benefit_right)):
        require_organisation(state, body)
    is_openable = version.kind is ResourceKind.DATA_SET and not version.sensitive
    if version.sharing is Sharing.OPEN and not is_openable:
        raise Refused("BAD_RECORD", f"an open {version.kind.name} with fields {version.sensitive:#x}")
    is_founded = version.ground != 0 and version.recorded_at < version.until <= LATEST
    if version.sharing not in FREE and not is_founded:
        raise Refused("BAD_RECORD", f"{version.sharing.name} without ground and end")


def _require_not_freer(state: StateView, version: ResourceVersion) -> None:
    """What is of a license type is shared as its type, or on stricter terms."""
    known = typed(state, "type", version.license_type, LicenseType)
    current = known.at(version.recorded_at) if known else None
    if current is not None and version.sharing < current.sharing:
        raise Refused("BAD_RECORD", f"{version.sharing.name} of a type that is {current.sharing.name}")


def _require_may_own(state: StateView, fact: Fact, owner: str, version: ResourceVersion) -> None:
    if version.kind is ResourceKind.LICENSE_TYPE:
        entitling_term(state, fact, owner, version.license_type)
        _require_not_freer(state, version)
    if version.base_library is BaseLibrary.NONE:
        return
    name = library_writer_key(version.region, version.base_library, owner)
    rights = typed(state, "libraryWriter", name, Terms)
    last = rights.terms[-1] if rights else None
    if last is None or not last.since <= fact.time or (last.until and fact.time >= last.until):
        raise Refused("NOT_ENTITLED", f"{owner} does not write in {version.base_library.name}")


def _mounted(state: StateView, fact: Fact) -> list[Change]:
    before, values = known_resource(state, fact.values), fact.values
    mount = Mounted(
        seq=fact.seq,
        recorded_at=fact.time,
        key_id=fact.key_ids[0],
        channel=str_of(values, "channel"),
        sample_root=str_of(values, "sampleRoot"),
        samples=int_of(values, "samples"),
    )
    if bool(int(mount.channel, 16)) != bool(mount.samples):
        raise Refused("BAD_RECORD", f"mounted with {mount.samples} samples")
    after = replace(before, rev=next_rev(before.rev, fact), mounts=(*before.mounts, mount))
    return [Change("resource", after.key, after)]


def _probed(state: StateView, fact: Fact) -> list[Change]:
    before, values = known_resource(state, fact.values), fact.values
    probe = Probed(
        seq=fact.seq,
        recorded_at=fact.time,
        key_id=fact.key_ids[0],
        prober=text_of(values, "prober"),
        index=int_of(values, "index"),
        digest=str_of(values, "digest"),
        outcome=ProbeOutcome(int_of(values, "outcome")),
        probed_at=int_of(values, "probedAt"),
    )
    mount = mount_of(before, fact.time)
    if mount is None or probe.index >= mount.samples:
        raise Refused("BAD_RECORD", f"sample {probe.index} of what is not mounted so")
    if provides(state, objects.organisation_id(probe.prober), before, fact.time):
        raise Refused("NOT_ENTITLED", f"{probe.prober} probes what is its own")
    after = replace(before, rev=next_rev(before.rev, fact), probes=(*before.probes, probe))
    return [Change("resource", after.key, after)]


def library_writer_key(region: int, base_library: BaseLibrary, body: str) -> str:
    """Key of the right to write in a base library; the region as six digits."""
    return f"{region:06d}/{int(base_library)}/{body}"


def _writer_named(state: StateView, fact: Fact) -> list[Change]:
    values = fact.values
    region, body = int_of(values, "region"), text_of(values, "body")
    base_library = BaseLibrary(int_of(values, "baseLibrary"))
    since, until = int_of(values, "since"), int_of(values, "until")
    require_organisation(state, body)
    is_known = typed(state, "region", str(region), Region) is not None
    if base_library is BaseLibrary.NONE or not is_known or (until and since >= until):
        raise Refused("BAD_RECORD", f"a right to {base_library.name} of {region:06d} until {until}")
    key = library_writer_key(region, base_library, body)
    before = typed(state, "libraryWriter", key, Terms) or Terms(0, tuple(key.split("/")), ())
    term = Term(
        recorded_at=fact.time,
        since=max(fact.time, since),
        until=until,
        by_keys=fact.key_ids,
        seq=fact.seq,
        region=region,
    )
    after = replace(before, rev=next_rev(before.rev, fact), terms=(*before.terms, term))
    return [Change("libraryWriter", key, after)]


def _demanded(state: StateView, fact: Fact) -> list[Change]:
    values = fact.values
    demand = Demand(
        rev=1,
        demander=text_of(values, "demander"),
        wanted=str_of(values, "wanted"),
        item=text_of(values, "item"),
        recorded_at=fact.time,
    )
    return [Change("demand", require_new(state, "demand", fact), demand)]


def _known_demand(state: StateView, fact: Fact) -> Demand:
    demand = typed(state, "demand", id_of(fact), Demand)
    if demand is None:
        raise Refused("BAD_RECORD", f"unknown demand {id_of(fact)}")
    return demand


def _named(state: StateView, fact: Fact) -> ResourceNamed:
    key = known_resource(state, fact.values).key
    return ResourceNamed(seq=fact.seq, recorded_at=fact.time, key_id=fact.key_ids[0], resource=key)


def _offered(state: StateView, fact: Fact) -> list[Change]:
    before = _known_demand(state, fact)
    offers = (*before.offers, _named(state, fact))
    return [Change("demand", id_of(fact), replace(before, rev=next_rev(before.rev, fact), offers=offers))]


def _matched(state: StateView, fact: Fact) -> list[Change]:
    before = _known_demand(state, fact)
    matches = (*before.matches, _named(state, fact))
    return [Change("demand", id_of(fact), replace(before, rev=next_rev(before.rev, fact), matches=matches))]


def _duty_set(state: StateView, fact: Fact) -> list[Change]:
    values = fact.values
    region, owner, code = int_of(values, "region"), text_of(values, "owner"), text_of(values, "code")
    if region not in superiors_of(state, require_organisation(state, owner).region, fact.time, fact.time):
        raise Refused("BAD_RECORD", f"{owner} lies outside {region:06d}")
    term = DutyTerm(
        seq=fact.seq,
        recorded_at=fact.time,
        key_id=fact.key_ids[0],
        kind=DutyKind(int_of(values, "kind")),
        what=str_of(values, "what"),
        due=int_of(values, "due"),
    )
    before = typed(state, "duty", id_of(fact), Duty) or Duty(0, region, owner, code, ())
    after = replace(before, rev=next_rev(before.rev, fact), terms=(*before.terms, term))
    return [Change("duty", id_of(fact), after)]


def _code_table_set(state: StateView, fact: Fact) -> list[Change]:
    values = fact.values
    region, publisher = int_of(values, "region"), text_of(values, "publisher")
    if bool(region) == bool(publisher):
        raise Refused("BAD_RECORD", "a code table of a region and a body, or of neither")
    owner = objects.region_id(region) if region else objects.organisation_id(publisher)
    version = CodeTableVersion(
        seq=fact.seq,
        recorded_at=fact.time,
        key_id=fact.key_ids[0],
        digest=str_of(values, "digest"),
        since=int_of(values, "since"),
    )
    name = text_of(values, "name")
    before = typed(state, "codeTable", id_of(fact), CodeTable) or CodeTable(0, owner, name, ())
    after = replace(before, rev=next_rev(before.rev, fact), versions=(*before.versions, version))
    return [Change("codeTable", id_of(fact), after)]


APPLY: Mapping[Kind, Rule] = {
    Kind.RESOURCE_REGISTERED: _registered,
    Kind.RESOURCE_MOUNTED: _mounted,
    Kind.RESOURCE_PROBED: _probed,
    Kind.LIBRARY_WRITER_NAMED: _writer_named,
    Kind.DEMAND_MADE: _demanded,
    Kind.DEMAND_OFFERED: _offered,
    Kind.DEMAND_MATCHED: _matched,
    Kind.DUTY_SET: _duty_set,
    Kind.CODE_TABLE_SET: _code_table_set,
}
