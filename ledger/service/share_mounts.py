"""Mounting resources, and proving that they are mounted by asking for a sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.domain.canonical import parse_strict
from ledger.domain.resources import mount_of
from ledger.domain.salted_text import SaltedText
from ledger.domain.samples import MOST_SAMPLES, Sample, read_sample, samples_of
from ledger.domain.sharing import ProbeOutcome
from ledger.domain.sharing_entities import Mounted, Resource
from ledger.errors import MalformedError, RuleError, UsageError
from ledger.ports import Entropy
from ledger.service.party_texts import NOTHING
from ledger.service.share import ShareOrder
from ledger.service.share_resources import code_word
from ledger.service.signing import KeyFile

Fetch = Callable[[str, int], bytes | None]
"""(address, index) → the file of a sample; None where nothing answers."""


@dataclass(frozen=True)
class MountPlan:
    """A mount, before it is declared.

    Attributes:
        address: Where the resource is to be had; the ledger holds its salted digest.
        root: Over the samples, 0x-hex.
        samples: To be put at that address.
    """

    address: SaltedText
    root: str
    samples: tuple[Sample, ...]

    def order(self, resource: Resource, by: Sequence[KeyFile]) -> ShareOrder:
        """Declare it; by the provider."""
        return _mount(resource, self.address.digest, self.root, len(self.samples), by)


def plan_mount(address: str, rows: Sequence[str], entropy: Entropy) -> MountPlan:
    """Salt the address of a resource and some rows of it.

    Raises:
        UsageError: `SAMPLES_COUNT`.
    """
    if not 0 < len(rows) <= MOST_SAMPLES:
        raise UsageError("SAMPLES_COUNT", count=len(rows), most=MOST_SAMPLES)
    root, samples = samples_of([SaltedText(row, entropy.token(32)) for row in rows])
    return MountPlan(SaltedText(address, entropy.token(32)), root, tuple(samples))


def take_down(resource: Resource, by: Sequence[KeyFile]) -> ShareOrder:
    """Declare that a resource is to be had no more; by the provider."""
    return _mount(resource, NOTHING, NOTHING, 0, by)


def _mount(resource: Resource, channel: str, root: str, count: int, by: Sequence[KeyFile]) -> ShareOrder:
    members = {**_named(resource), "channel": channel, "sampleRoot": root, "samples": count}
    return ShareOrder("Mount", members, tuple(by))


@dataclass(frozen=True)
class Probe:
    """What a body found when it asked for a sample."""

    index: int
    digest: str
    outcome: ProbeOutcome
    probed_at: int

    def order(self, resource: Resource, prober: str, by: Sequence[KeyFile]) -> ShareOrder:
        """Record it; by the body that probed."""
        members = {
            **_named(resource),
            "prober": code_word("prober", prober),
            "index": self.index,
            "digest": self.digest,
            "outcome": int(self.outcome),
            "probedAt": self.probed_at,
        }
        return ShareOrder("Probe", members, tuple(by))


def probe(resource: Resource, address: SaltedText, fetch: Fetch, entropy: Entropy, now: int) -> Probe:
    """Ask for a sample that the provider could not foresee.

    Args:
        resource: As it stands.
        address: Where, as its provider told.
        fetch: Gets a sample.
        entropy: Draws which.
        now: Unix seconds.

    Raises:
        RuleError: `NOT_MOUNTED`, `CHANNEL_OF_ANOTHER`: the ledger has another address.
    """
    mount = mount_of(resource, now)
    if mount is None:
        raise RuleError("NOT_MOUNTED", resource=resource.key)
    if address.digest != mount.channel:
        raise RuleError("CHANNEL_OF_ANOTHER", resource=resource.key)
    index = int.from_bytes(entropy.token(16), "big") % mount.samples
    data = fetch(address.text, index)
    if data is None:
        return Probe(index, NOTHING, ProbeOutcome.SILENT, now)
    sample = _sample_in(data)
    is_same = sample is not None and sample.index == index and _is_committed(sample, mount)
    outcome = ProbeOutcome.MATCHED if is_same else ProbeOutcome.DIFFERENT
    return Probe(index, sample.row.digest if sample else NOTHING, outcome, now)


def _is_committed(sample: Sample, mount: Mounted) -> bool:
    return sample.matches(mount.sample_root, mount.samples)


def _sample_in(data: bytes) -> Sample | None:
    try:
        return read_sample(parse_strict(data))
    except MalformedError:
        return None


def _named(resource: Resource) -> dict[str, object]:
    return {"owner": code_word("owner", resource.owner), "code": code_word("code", resource.code)}
