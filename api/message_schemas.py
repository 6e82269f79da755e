"""Forms of messages that are made for keys elsewhere, and of what became of messages."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from api.batch_schemas import BatchInput, RejectedInput, SignedBatch
from api.schemas import (
    ActInput,
    AmendInput,
    Answered,
    BindInput,
    Form,
    FreezeInput,
    Hash,
    Json,
    LicenseInput,
    Moment,
    Promise,
    Reason,
    RepresentEndInput,
    RepresentInput,
    TransferCancelInput,
    TransferInInput,
    TransferOutInput,
    UnknownHash,
    kind_of,
)
from ledger.service.orders import MAX_BATCH


class _Message(Form):
    """Something whose message is wanted, to be signed by `keyId` elsewhere."""

    key_id: Hash


class _AboutLicense(_Message):
    id: Annotated[str, Field(min_length=1, max_length=200)]


class IssueMessage(_Message):
    """A license to be issued."""

    act: Literal["issue"]
    input: LicenseInput


class AmendMessage(_AboutLicense, AmendInput):
    """The next version of a license."""

    act: Literal["amend"]


class ActMessage(_AboutLicense, ActInput):
    """A license to be suspended, resumed or ended."""

    act: Literal["suspend", "resume", "annul", "withdraw", "revoke", "cancel", "void"]


class BindMessage(_AboutLicense, BindInput):
    """A holder's device keys to be bound."""

    act: Literal["bind"]


class FreezeMessage(_AboutLicense, FreezeInput):
    """The binding of a lost device to be stopped, by the body that asks."""

    act: Literal["freeze"]


class TransferOutMessage(_AboutLicense, TransferOutInput):
    """A license to be let go to another region."""

    act: Literal["transfer-out"]


class TransferInMessage(_AboutLicense, TransferInInput):
    """A license to be taken in from another region."""

    act: Literal["transfer-in"]


class TransferCancelMessage(_AboutLicense, TransferCancelInput):
    """A license to be kept after all."""

    act: Literal["transfer-cancel"]


class RepresentMessage(_AboutLicense, RepresentInput):
    """Somebody who is to stand in for the holder."""

    act: Literal["represent"]


class RepresentEndMessage(_AboutLicense, RepresentEndInput):
    """A representation to be ended."""

    act: Literal["represent-end"]


class RenewedLeaves(Form):
    """Licenses whose places those of a batch take, one by one: the leaves of an earlier batch."""

    batch: Hash
    leaves: Annotated[
        list[Annotated[int, Field(ge=0, lt=MAX_BATCH)]], Field(min_length=1, max_length=MAX_BATCH)
    ]


class BatchMessage(_Message, BatchInput):
    """Licenses to be issued together; `partial` leaves out what cannot be issued, as /v1/batches does."""

    act: Literal["batch"]
    partial: bool = False
    renews: RenewedLeaves | None = None


_OTHER_ACTS = frozenset(
    {
        "issue",
        "amend",
        "bind",
        "freeze",
        "represent",
        "represent-end",
        "transfer-out",
        "transfer-in",
        "transfer-cancel",
        "batch",
    }
)


def _wanted(body: Any) -> str:
    """What kind of message a body asks for, or that it brings one."""
    if kind_of(body) == "signed":
        return "signed"
    act = body.get("act") if isinstance(body, dict) else getattr(body, "act", None)
    return act if isinstance(act, str) and act in _OTHER_ACTS else "act"


MessageBody = Annotated[
    Annotated[SignedBatch, Tag("signed")]
    | Annotated[IssueMessage, Tag("issue")]
    | Annotated[AmendMessage, Tag("amend")]
    | Annotated[ActMessage, Tag("act")]
    | Annotated[BindMessage, Tag("bind")]
    | Annotated[FreezeMessage, Tag("freeze")]
    | Annotated[RepresentMessage, Tag("represent")]
    | Annotated[RepresentEndMessage, Tag("represent-end")]
    | Annotated[TransferOutMessage, Tag("transfer-out")]
    | Annotated[TransferInMessage, Tag("transfer-in")]
    | Annotated[TransferCancelMessage, Tag("transfer-cancel")]
    | Annotated[BatchMessage, Tag("batch")],
    Discriminator(_wanted),
]


class RecordShown(Answered):
    """Where a message stands on the ledger; `gasUsed` is null where another relay paid for it."""

    seq: int
    tx_hash: Hash
    block: int
    gas_used: int | None


class MessageShown(Answered):
    """An accepted message and what became of it; `answer` is what its write answers now."""

    message: Hash
    state: Literal["ACCEPTED", "SENT", "ANCHORED", "REFUSED", "EXPIRED"]
    accepted_at: Moment
    not_after: Moment
    promise: Promise | None
    record: RecordShown | None
    reason: Reason | None
    resigned_as: UnknownHash
    answer: Json | None


class PreparedLeaf(Answered):
    """A license of a batch with what its leaf is made of beside it."""

    license: Json
    salts: Json
    license_id: Hash
    handle: Hash


class Prepared(Answered):
    """A message to be signed: sign `message` (hex) with SM2, send `signed`, `keyId`, `signature`."""

    message: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]
    signed: Json
    key_id: Hash
    not_after: Moment
    digest: Hash
    license: Json | None = None
    salts: Json | None = None
    licenses: list[PreparedLeaf] | None = None
    rejected: list[RejectedInput] | None = None
