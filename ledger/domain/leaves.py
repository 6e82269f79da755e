"""Licenses that are leaves of a batch: what they are, and how one is told from what is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from ledger.domain import objects
from ledger.domain.acts import Act, Ground
from ledger.domain.entities import Batch, License, LicenseFact
from ledger.domain.facts import Values
from ledger.domain.license_tree import leaf_hash, verify
from ledger.domain.representation import LATEST
from ledger.domain.state import int_of, raw_of, str_of


def is_own_id(ledger_id: bytes, issuer: str, license_id: str, handle: str) -> bool:
    """Whether an id is the one that this issuer's handle makes; both in 0x-hex."""
    made = objects.license_id(ledger_id, issuer, raw_of(handle))
    return license_id == "0x" + made.hex()


def leaf_license(batch: Batch, key: str, index: int, values: Values) -> License:
    """The license that a leaf of a batch is, as long as nothing happened to it but renewals by the batch.

    Args:
        batch: The batch as recorded.
        key: Its object, 0x-hex.
        index: Place of the leaf.
        values: `licenseId`, `digest`, `holderBinding`, `validFrom`, `validTo` of the leaf, as in its opening.
    """
    binding = str_of(values, "holderBinding")
    issued = LicenseFact(
        seq=batch.seq,
        act=Act.ISSUE,
        ground=0,
        recorded_at=batch.recorded_at,
        effective=int_of(values, "validFrom"),
        key_id=batch.key_id,
        holder_binding=binding,
    )
    return License(
        rev=1,
        license_id=str_of(values, "licenseId"),
        issuer=batch.issuer,
        license_type=batch.license_type,
        region=batch.region,
        digest=str_of(values, "digest"),
        holder_binding=binding,
        valid_from=int_of(values, "validFrom"),
        valid_to=int_of(values, "validTo"),
        facts=(issued,),
        batch=key,
        writer=batch.writer,
        renewals=tuple(_renewals_of(batch, index)),
    )


def _renewals_of(batch: Batch, index: int) -> Iterator[LicenseFact]:
    """What renewed a leaf, told as facts of its license."""
    for renewal in batch.renewals:
        place = renewal.place_of(index)
        if place is not None:
            yield LicenseFact(
                seq=renewal.seq,
                act=Act.RENEW,
                ground=int(Ground.TERM_RENEWED),
                recorded_at=renewal.recorded_at,
                effective=renewal.recorded_at,
                key_id=renewal.key_id,
                batch=renewal.batch,
                index=place,
            )


def is_leaf_of(ledger_id: bytes, batch: Batch, values: Values, index: int, proof: Sequence[str]) -> bool:
    """Whether a license, as its leaf states it, stands at `index` of a batch, under an id of its issuer.

    Args:
        ledger_id: 32 bytes.
        batch: The batch as recorded.
        values: As for `leaf_license`, and `handle`.
        index: Its place.
        proof: What leads from it to the root, 0x-hex.
    """
    is_own = is_own_id(ledger_id, batch.issuer, str_of(values, "licenseId"), str_of(values, "handle"))
    if not is_own or not has_dates(values):
        return False
    return leads_to_root(batch.root, batch.size, batch.license_type, values, index, proof)


def has_dates(values: Values) -> bool:
    """Whether the contracts take the dates of a license: a leaf without such could never be ended."""
    first, end = int_of(values, "validFrom"), int_of(values, "validTo")
    return first <= LATEST and (end == 0 or first < end <= LATEST)


def leads_to_root(
    top: str, size: int, license_type: str, values: Values, index: int, proof: Sequence[str]
) -> bool:
    """Whether a leaf leads by its path to a root; whose root that is, is not asked.

    Args:
        top: The root, 0x-hex.
        size: Leaves under it.
        license_type: 21-character code.
        values: `licenseId`, `digest`, `holderBinding`, `validFrom`, `validTo` of the leaf.
        index: Its place.
        proof: The path, 0x-hex.
    """
    words = tuple(str_of(values, name) for name in ("licenseId", "digest", "holderBinding"))
    days = (int_of(values, "validFrom"), int_of(values, "validTo"))
    return _leads_to_root((top, size, index), license_type, words, days, tuple(proof))


@lru_cache(maxsize=1_024)
def _leads_to_root(
    place: tuple[str, int, int],
    code: str,
    words: tuple[str, ...],
    days: tuple[int, int],
    proof: tuple[str, ...],
) -> bool:
    """Remembered: a verification comes back to the same leaf several times."""
    top, size, index = place
    license_id, digest, binding, root, *siblings = map(raw_of, (*words, top, *proof))
    return verify(root, leaf_hash(license_id, code, digest, binding, *days), index, size, siblings)
