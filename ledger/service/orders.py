"""What is ordered of an issuer, in the words of callers, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ledger.domain.acts import ACT_VERBS, AMEND_KINDS, GROUNDS_OF, RULES, Act, Ground
from ledger.domain.canonical import JsonObject
from ledger.domain.document import Envelope
from ledger.domain.identifiers import LicenseIdentifier
from ledger.domain.license_tree import leaf_words
from ledger.domain.official import TypeKind
from ledger.errors import Bilingual, TransitionError, UsageError
from ledger.ports.queue import Queued, Recorded

MAX_BATCH = 1_000
"""Most licenses of a batch; `Batches.issueBatch` takes no more."""

BIND_METHODS = {"issuer-counter": 1, "issuer-online": 2, "identity-provider": 3}
"""How the holder's identity was checked before a device key was bound, as the ledger numbers it."""

METHODS = {number: word for word, number in BIND_METHODS.items()}


PROMISE_KEYS = NOT_CHECKED, REGISTERED = ("NOT_CHECKED", "REGISTERED")
"""How far the key of a service's promise was checked, the least first."""


@dataclass(frozen=True)
class Progress:
    """How far a message is that somebody asked for.

    Attributes:
        message: Its digest, 0x-hex.
        record: Where it stands on the ledger; None as long as it is only accepted.
        promise: The relay's promise, or None.
        queued: It, as whoever waited for it saw it last; None where it is in the queue of a service.
        promise_key: How far a service's promise was checked, as `PromiseCheck` says it; None here.
    """

    message: str
    record: Recorded | None
    promise: JsonObject | None
    queued: Queued | None = None
    promise_key: str | None = None

    @classmethod
    def of(cls, queued: Queued) -> Progress:
        """How far a message is that was handed in here."""
        return cls(queued.digest, queued.record, queued.promise, queued)

    @property
    def here(self) -> Queued:
        """The message, which was handed in here."""
        assert self.queued is not None, self.message
        return self.queued

    def as_json(self) -> JsonObject:
        """`seq`, `txHash`, `block`, `gasUsed`, all null before the record, and `promise`."""
        place: JsonObject = (
            self.record.as_json() if self.record else dict.fromkeys(("seq", "txHash", "block", "gasUsed"))
        )
        return {**place, "promise": self.promise}


class _Placed:
    """What has a place on the ledger, once its message is recorded."""

    progress: Progress

    @property
    def seq(self) -> int | None:
        """Number of its record."""
        return self.progress.record.seq if self.progress.record else None

    @property
    def tx_hash(self) -> str | None:
        """The transaction that carried it."""
        return self.progress.record.tx_hash if self.progress.record else None

    @property
    def block(self) -> int | None:
        """Height of its block."""
        return self.progress.record.block if self.progress.record else None

    @property
    def gas_used(self) -> int:
        """What it cost this relay; 0 where another one carried it."""
        return (self.progress.record.gas_used if self.progress.record else None) or 0


@dataclass(frozen=True)
class Issued(_Placed):
    """A license that is on the ledger, or accepted; `cid` is where its encrypted document is kept."""

    envelope: Envelope
    progress: Progress
    supersedes: str | None = None
    cid: str | None = None

    def as_json(self, file: str | None) -> dict[str, object]:
        """The keys of `license issue`."""
        shown: dict[str, object] = {
            "identifier": self.envelope.identifier,
            "licenseId": self.envelope.anchor["licenseId"],
            "digest": self.envelope.digest,
            **self.progress.as_json(),
            "file": file,
            "cid": self.cid,
        }
        return shown if self.supersedes is None else {**shown, "supersedes": self.supersedes}


@dataclass(frozen=True)
class Renews:
    """Leaves of an earlier batch whose places the licenses of a new one take, one by one.

    Attributes:
        batch: Object of the earlier batch, 0x-hex.
        leaves: Indices in it, ascending.
        rev: Revision of that batch.
    """

    batch: str
    leaves: tuple[int, ...]
    rev: int

    @property
    def members(self) -> Mapping[str, object]:
        """Of the message that says so."""
        return {"earlier": self.batch, **leaf_words(self.leaves)}

    def as_json(self) -> JsonObject:
        """As it is kept."""
        return {"batch": self.batch, "leaves": list(self.leaves), "rev": self.rev}

    @classmethod
    def from_json(cls, form: JsonObject) -> Renews:
        """The inverse of `as_json`."""
        return cls(form["batch"], tuple(form["leaves"]), form["rev"])


Deliver = Callable[[Issued], None]
"""Hands a license over to whoever asked for it; raises where it could not."""


@dataclass(frozen=True)
class IssuedBatch(_Placed):
    """A batch that is on the ledger, or accepted, its licenses in the order of their leaves."""

    root: str
    licenses: tuple[Issued, ...]
    progress: Progress

    def as_json(self) -> dict[str, object]:
        """A member of `batches` of `license issue-batch`."""
        place = {"seq": self.seq, "txHash": self.tx_hash, "promiseKey": self.progress.promise_key}
        return {"root": self.root, "size": len(self.licenses), **place}


@dataclass(frozen=True)
class Acted(_Placed):
    """An act that is on the ledger, or accepted; `rev` is the revision that it makes."""

    license_id: str
    rev: int
    act: Act
    progress: Progress

    def as_json(
        self, identifier: str | None, status: str, lifted: Sequence[JsonObject] = ()
    ) -> dict[str, object]:
        """The keys of `license suspend` and the other acts.

        Args:
            identifier: Of the license, where it is known.
            status: Where the license stands after it.
            lifted: The suspensions that it lifted.
        """
        return {
            "identifier": identifier,
            "licenseId": self.license_id,
            "rev": self.rev,
            "act": self.act.name,
            "seq": self.seq,
            "status": status,
            "lifted": list(lifted),
            "gasUsed": self.gas_used,
        }


@dataclass(frozen=True)
class ActOrder:
    """What to do to a license.

    Attributes:
        verb: A verb of `ACT_VERBS`.
        ground: A name of `Ground`.
        effective: Unix seconds, or 0 for the act's default.
        reference: Number of the decision, or empty; only a salted digest goes on the ledger.
        region: Under whose power the body acts; 0 for the issuer, None for whatever the body may.
        kind: What it has to be; None takes whatever it is.
    """

    verb: str
    ground: str
    effective: int = 0
    reference: str = ""
    region: int | None = None
    kind: TypeKind | None = None


def act_of(order: ActOrder) -> Act:
    """The act that an order asks for; raises `ACT_UNKNOWN`."""
    if order.verb not in ACT_VERBS:
        raise UsageError("ACT_UNKNOWN", act=order.verb, acts=", ".join(ACT_VERBS))
    return ACT_VERBS[order.verb]


def amendment_of(kind: str) -> Act:
    """The act of a kind of amendment; raises `ACT_UNKNOWN`."""
    if kind not in AMEND_KINDS:
        raise UsageError("ACT_UNKNOWN", act=kind, acts=", ".join(AMEND_KINDS))
    return AMEND_KINDS[kind]


def ground_of(act: Act, name: str) -> Ground:
    """The ground by its name; raises `GROUND_NOT_OF_ACT` where the act does not know it."""
    allowed = GROUNDS_OF[act]
    if name not in Ground.__members__ or Ground[name] not in allowed:
        shown = ", ".join(sorted(ground.name for ground in allowed))
        raise UsageError(
            "GROUND_NOT_OF_ACT", ground=name, act=Bilingual(RULES[act].zh, act.name), grounds=shown
        )
    return Ground[name]


def next_version(given: JsonObject, old_identifier: str | None) -> JsonObject:
    """The input with the version after the old one's, unless it states one itself."""
    metadata = given.get("metadata")
    if old_identifier is None or not isinstance(metadata, dict) or metadata.get("certificateVersion"):
        return given
    old = LicenseIdentifier.parse(old_identifier, strict=False)
    if old.version == "999":
        raise TransitionError("VERSIONS_EXHAUSTED", id=old_identifier)
    version = f"{int(old.version) + 1:03d}"
    return {
        **given,
        "serial": given.get("serial") or old.serial,
        "metadata": {**metadata, "certificateVersion": version},
    }


def anchored(envelope: Envelope, record: Recorded | None) -> Envelope:
    """An envelope with its place on the ledger."""
    if record is None:
        return envelope
    place = {"seq": record.seq, "txHash": record.tx_hash, "block": record.block}
    return replace(envelope, anchor={**envelope.anchor, **place})
