"""Forms of batches of licenses."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from api.schemas import (
    Answered,
    Form,
    Hash,
    Json,
    LeafPlace,
    LicenseInput,
    Message,
    Promise,
    Reason,
    SignedMessage,
    UnknownHash,
    kind_of,
)
from ledger.service.orders import MAX_BATCH


class BatchInput(Form):
    """Licenses of one type, issued together under one signature."""

    inputs: Annotated[list[LicenseInput], Field(min_length=1, max_length=MAX_BATCH)]


class RenewalsBody(Form):
    """Licenses that others are to take the places of, by identifier or licenseId, all of one type."""

    type: Annotated[str, Field(min_length=1, max_length=40)]
    issuer: Annotated[str, Field(min_length=1, max_length=40)]
    renews: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=200)]], Field(min_length=1, max_length=MAX_BATCH)
    ]


class SignedBatch(SignedMessage):
    """A batch signed elsewhere; `leaves` where POST /v1/messages did not make them."""

    leaves: Annotated[list[Hash], Field(max_length=MAX_BATCH)] = Field(default=[])


BatchBody = Annotated[
    Annotated[BatchInput, Tag("input")] | Annotated[SignedBatch, Tag("signed")], Discriminator(kind_of)
]


class RejectedInput(Answered):
    """One reason against one input; `line` counts them from 1."""

    line: int
    code: str
    field: str
    message: Message


class BatchMember(Answered):
    """A batch: `id` is where to ask for it, `seq` and `txHash` are null before its record."""

    id: Hash
    root: Hash
    size: int
    seq: int | None
    tx_hash: UnknownHash


class Batched(Answered):
    """What became of the inputs of a batch."""

    accepted: int
    rejected: list[RejectedInput]
    batches: list[BatchMember]
    promise: Promise | None


class Leaf(Answered):
    """A license of a batch; its `envelope` is null where its document was made elsewhere."""

    index: int
    identifier: str
    license_id: Hash
    envelope: Json


class BatchCounts(Answered):
    """Licenses of a batch, and how many of them are on the ledger."""

    licenses: int
    anchored: int


class BatchShown(BatchMember):
    """A batch with a page of its licenses."""

    state: str
    issuer: str
    type: str
    block: int | None
    gas_used: int | None
    counts: BatchCounts
    promise: Promise | None
    reason: Reason | None
    licenses: list[Leaf]


class OldLicense(Answered):
    """A license that is to be renewed: its place in a batch, or by `code` why it cannot be."""

    license_id: UnknownHash
    identifier: str | None
    leaf: LeafPlace | None
    code: str | None


class OldLicenses(Answered):
    """As they were asked for, one by one."""

    olds: list[OldLicense]
