"""Reconciling: what another system holds and what the ledger holds, compared both ways.

The ledger knows commitments, this home the identifiers behind them, a folder the documents. A
document counts only where its recomputed digest is the one on the ledger; then the source's content
is compared with it field by field. The report names identifiers and fields, never values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ledger.domain.acts import Act, Status
from ledger.domain.canonical import JsonObject
from ledger.domain.document import Envelope, build_license, license_digest
from ledger.domain.entities import Batch, License
from ledger.domain.exchange_codes import codes_of
from ledger.domain.fields_tree import flatten
from ledger.domain.identifiers import LicenseIdentifier, serial_of
from ledger.domain.leaves import is_leaf_of, leaf_license
from ledger.domain.license_input import COLLECTED, NATIVE, STRICT_ORIGINS
from ledger.domain.license_types import LicenseType
from ledger.domain.lifecycle import Standing, status_at, superseding_at
from ledger.domain.rivals import standing
from ledger.domain.sheet_rows import RowFault
from ledger.domain.snapshot import SnapshotRow
from ledger.domain.state import typed
from ledger.errors import MalformedError
from ledger.ports import Index
from ledger.proof.claims import claim_of_file, opening_of
from ledger.proof.verification import cut_offs_of

TAMPERED = "ENVELOPE_TAMPERED"
_OWN = ("origin", "conversion")
"""What the ledger's license says of itself, and a source does not have to."""

_VERSION = ("certificateIdentifier", "certificateVersion")
_PAGE = 1_000


@dataclass(frozen=True)
class Stock:
    """The ledger's side of a comparison.

    Attributes:
        issuer: Credit code.
        type: License type.
        index: The state, and this home's identifiers.
        envelope: From an identifier to its license file, or None.
        opening: From a license id to what opens its leaf, where this home keeps it.
    """

    issuer: str
    type: str
    index: Index
    envelope: Callable[[str], Envelope | None]
    opening: Callable[[str], Mapping[str, object] | None]

    def names(self) -> Iterator[tuple[str, str]]:
        """Identifier and license id of every license that this home can name."""
        for identifier, license_id in self.index.names(self.issuer):
            if _type_in(identifier) == self.type:
                yield identifier, license_id

    def licenses(self) -> Iterator[License]:
        """Every license that has records of its own."""
        after = ""
        while found := self.index.find_licenses(self.issuer, self.type, _PAGE, after):
            yield from found
            after = found[-1].license_id

    def leaves(self) -> int:
        """How many licenses were issued in batches."""
        batches = (batch for _, batch in self.index.entities("batch") if isinstance(batch, Batch))
        own = (self.issuer, self.type)
        return sum(each.size for each in batches if (each.issuer, each.license_type) == own)

    def license(self, license_id: str, envelope: Envelope | None) -> License | None:
        """A license as the ledger holds it, alone or as the leaf of a batch."""
        found = typed(self.index, "license", license_id, License)
        leaf = self._leaf(license_id, envelope)
        return standing(self.index, leaf) if leaf else found

    def _leaf(self, license_id: str, envelope: Envelope | None) -> License | None:
        opening = self.opening(license_id) or (_opening_in(envelope) if envelope else None)
        if opening is None or opening["licenseId"] != license_id:
            return None
        batch, index, proof = str(opening["batch"]), opening["index"], opening["proof"]
        found = typed(self.index, "batch", batch, Batch)
        if found is None or not isinstance(index, int) or not isinstance(proof, list):
            return None
        is_leaf = is_leaf_of(self.index.ledger_id, found, opening, index, proof)
        return leaf_license(found, batch, index, opening) if is_leaf else None


def _opening_in(envelope: Envelope) -> Mapping[str, object] | None:
    try:
        return opening_of(claim_of_file(envelope))
    except MalformedError:
        return None


def _type_in(identifier: str) -> str:
    try:
        return LicenseIdentifier.parse(identifier, strict=False).type_code
    except MalformedError:
        return ""


class Difference(NamedTuple):
    """Something that the source holds and the ledger does not, or not so.

    Attributes:
        row: What the source holds.
        identifier: Of the license on the ledger; empty where there is none, or nobody here can name it.
        standing: Where the license on the ledger stands now; None where there is none.
        fields: In which the content differs.
        is_other_status: Whether the status differs.
    """

    row: SnapshotRow
    identifier: str
    standing: Standing | None
    fields: tuple[str, ...] = ()
    is_other_status: bool = False


@dataclass
class Reconciliation:
    """The report.

    Attributes:
        compared: Licenses that both sides hold.
        same: Those of them in which nothing differs.
        differing: With the paths of their fields.
        status_differs: With both statuses.
        only_source: Not on the ledger.
        only_ledger: Not at the source.
        uncompared: Whose content could not be compared, and why.
        rejected: Reasons against rows that could not be read.
        source: Rows of the source.
        superseded: Earlier versions on the ledger, which the source need not hold.
        unnamed: Leaves of batches for which this home has no identifier.
    """

    compared: int = 0
    same: int = 0
    differing: list[JsonObject] = field(default_factory=list)
    status_differs: list[JsonObject] = field(default_factory=list)
    only_source: list[JsonObject] = field(default_factory=list)
    only_ledger: list[JsonObject] = field(default_factory=list)
    uncompared: list[JsonObject] = field(default_factory=list)
    rejected: list[RowFault] = field(default_factory=list)
    source: int = 0
    superseded: int = 0
    unnamed: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing differs and every row was read."""
        lists = (self.differing, self.status_differs, self.only_source, self.only_ledger, self.rejected)
        is_whole = all(each["code"] != TAMPERED for each in self.uncompared)
        return is_whole and not any(lists) and not self.unnamed

    def as_json(self) -> dict[str, object]:
        """Keys of `license reconcile`."""
        lists: dict[str, list[JsonObject]] = {
            "differing": self.differing,
            "statusDiffers": self.status_differs,
            "onlySource": self.only_source,
            "onlyLedger": self.only_ledger,
            "uncompared": self.uncompared,
        }
        counts = {name: len(found) for name, found in lists.items()}
        more = {"source": self.source, "superseded": self.superseded, "unnamedLeaves": self.unnamed}
        rejected = [fault.as_json() for fault in self.rejected]
        return {
            "compared": self.compared,
            "same": self.same,
            **lists,
            "rejected": rejected,
            "counts": {**more, "compared": self.compared, "same": self.same, **counts},
        }


Mend = Callable[[Difference], None]
"""Takes a difference."""


class Reconcile:
    """Compares one snapshot with the ledger.

    Args:
        stock: The ledger's side.
        kind: The license type.
        taken_at: When the snapshot was taken, Unix seconds.
        now: The present, Unix seconds.
        mend: Told of every difference that a source could mend.
    """

    def __init__(self, stock: Stock, kind: LicenseType, taken_at: int, now: int, mend: Mend) -> None:
        self._stock, self._kind, self._mend = stock, kind, mend
        self._taken_at, self._now = taken_at, now
        self._cut_offs = cut_offs_of(stock.index, now)
        self._ids: dict[str, str] = {}
        self._identifiers: dict[str, str] = {}
        self._serials: dict[str, str] = {}
        self._seen: set[str] = set()
        self._leaves: set[str] = set()
        self.report = Reconciliation()

    def run(self, rows: Iterable[SnapshotRow | list[RowFault]]) -> Reconciliation:
        """The report on all rows and on all that the ledger holds; once for each object."""
        self._learn_names()
        for row in rows:
            self.report.source += 1
            if isinstance(row, list):
                self.report.rejected += row
            else:
                self._compare(row)
        self._look_back()
        return self.report

    def _learn_names(self) -> None:
        for identifier, license_id in self._stock.names():
            self._ids[identifier] = license_id
            self._identifiers[license_id] = identifier
            serial = serial_of(identifier)
            self._serials[serial] = max(self._serials.get(serial, ""), identifier)

    # --- from the source to the ledger ----------------------------------------------------

    def _compare(self, row: SnapshotRow) -> None:
        identifier = row.identifier or self._newest(row.serial)
        license_id = self._ids.get(identifier)
        envelope = self._stock.envelope(identifier) if license_id else None
        license_ = self._stock.license(license_id, envelope) if license_id else None
        if license_ is None:
            self._miss(row)
            return
        self._note(license_)
        self.report.compared += 1
        standing = self._standing(license_, self._now)
        fields = self._compare_content(row, identifier, license_, envelope)
        is_other = not self._fits(row, license_, standing)
        if is_other:
            told = {"identifier": identifier, "source": row.status, "ledger": standing.status.name}
            self.report.status_differs.append(told)
        if fields or is_other:
            self._mend(Difference(row, identifier, standing, tuple(fields or ()), is_other))
        elif fields is not None:
            self.report.same += 1

    def _newest(self, serial: str) -> str:
        """The identifier of the license that a serial stands for now; empty for none."""
        identifier = self._serials.get(serial, "")
        for _ in range(len(self._ids)):
            license_ = typed(self._stock.index, "license", self._ids.get(identifier, ""), License)
            fact = superseding_at(license_, self._now, self._cut_offs) if license_ else None
            following = self._identifiers.get(fact.successor if fact else "")
            if following is None:
                break
            identifier = following
        return identifier

    def _miss(self, row: SnapshotRow) -> None:
        newest = self._newest(row.serial)
        envelope = self._stock.envelope(newest) if newest else None
        license_ = self._stock.license(self._ids[newest], envelope) if newest else None
        standing = self._standing(license_, self._now) if license_ else None
        named = row.identifier or self._built_identifier(row)
        self.report.only_source.append({"identifier": named, "serial": row.serial})
        self._mend(Difference(row, newest if license_ else "", standing))

    def _built_identifier(self, row: SnapshotRow) -> str | None:
        if row.given is None:
            return None
        return str(build_license(row.given, self._kind)["metadata"]["certificateIdentifier"])

    def _compare_content(
        self, row: SnapshotRow, identifier: str, license_: License, envelope: Envelope | None
    ) -> list[str] | None:
        """The fields in which the content differs; None where it could not be compared."""
        if envelope is None:
            if row.given is None:
                return []
            self._leave_out(identifier, "ENVELOPE_MISSING")
            return None
        if envelope.integrity_faults() or license_.digest != f"0x{envelope.digest}":
            self._leave_out(identifier, TAMPERED)
            return None
        fields = differing_fields(self._as_held(row, envelope), envelope) if row.given is not None else []
        if fields:
            self.report.differing.append({"identifier": identifier, "fields": fields})
        return fields

    def _as_held(self, row: SnapshotRow, envelope: Envelope) -> JsonObject:
        """The source's license, with what a source need not know taken from the ledger's."""
        own = {name: envelope.license[name] for name in _OWN if name in envelope.license}
        is_strict = own["origin"] in STRICT_ORIGINS
        given = {**(row.given or {}), "origin": NATIVE if is_strict else COLLECTED}
        if not row.identifier:
            held = envelope.license["metadata"]
            given["metadata"] = {**given["metadata"], **{name: held[name] for name in _VERSION}}
        return {**build_license(given, self._kind), **own}

    def _leave_out(self, identifier: str, code: str) -> None:
        self.report.uncompared.append({"identifier": identifier, "code": code})

    def _fits(self, row: SnapshotRow, license_: License, standing: Standing) -> bool:
        """Whether the source's status is the ledger's, then or now: records follow the source's acts."""
        then = self._standing(license_, self._taken_at)
        return any(row.status in _codes(each) for each in (then, standing))

    def _standing(self, license_: License, at: int) -> Standing:
        return status_at(license_, at, self._now, self._cut_offs)

    # --- from the ledger to the source ----------------------------------------------------

    def _look_back(self) -> None:
        for license_ in self._stock.licenses():
            self._look_at(license_)
        for identifier, license_id in self._ids.items():
            if license_id not in self._seen:
                license_of_leaf = self._stock.license(license_id, self._stock.envelope(identifier))
                if license_of_leaf is not None:
                    self._look_at(license_of_leaf)
        self.report.unnamed = self._stock.leaves() - len(self._leaves)

    def _look_at(self, license_: License) -> None:
        if license_.license_id in self._seen:
            return
        self._note(license_)
        standing = self._standing(license_, self._now)
        if standing.status is Status.SUPERSEDED:
            self.report.superseded += 1
            return
        identifier = self._identifiers.get(license_.license_id, "")
        told = {"identifier": identifier or None, "licenseId": license_.license_id}
        self.report.only_ledger.append({**told, "status": standing.status.name})

    def _note(self, license_: License) -> None:
        self._seen.add(license_.license_id)
        if license_.batch:
            self._leaves.add(license_.license_id)


def differing_fields(license_: JsonObject, envelope: Envelope) -> list[str]:
    """The paths in which a license is not the one of an envelope; none where the digests agree.

    Args:
        license_: The license to be compared.
        envelope: The one on the ledger, with the salts under which both are hashed.
    """
    own, other = flatten(license_), flatten(envelope.license)
    if own.keys() == other.keys() and license_digest(license_, envelope.salts).hex() == envelope.digest:
        return []
    missing = object()
    paths = {*own, *other}
    return sorted(path for path in paths if own.get(path, missing) != other.get(path, missing))


def _codes(standing: Standing) -> frozenset[str]:
    act: Act | None = standing.fact.act if standing.fact else None
    return codes_of(standing.status, act)
