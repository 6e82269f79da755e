"""Forms of what a holder asks and is told."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas import Answered, Form, Hash, Json, Moment


class HolderRequestBody(Form):
    """A holder's request, signed by the license's device key (docs/interfaces.md)."""

    format: Literal["elicense-holder-request/1"]
    ledger_id: Hash
    license_id: Hash
    provider: Annotated[str, Field(pattern="^[0-9A-Z]{18}$")]
    requested_at: Moment
    nonce: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    proof_words: Annotated[list[Hash], Field(max_length=100)]
    opening: Json | None
    signatures: Annotated[list[list[str]], Field(max_length=8)]

    def given(self) -> Json:
        """As it came."""
        return self.model_dump(by_alias=True)


class HolderEvent(Answered):
    """One thing that happened to a license's data; what does not apply is null."""

    event: str
    at: Moment
    seq: int
    by: str | None
    resource: str | None
    fields: list[str] | None
    grant: Hash | None
    basis: Literal["DUTY", "CONSENT"] | None
    purpose_code: str | None
    item: str | None
    outcome: str | None
    reason: int | None
    times: int | None
    request: Hash | None
    named_by: str | None
    correction: Hash | None


class MayLook(Answered):
    """A grant of the whole type; whose data were used under it, the records do not say."""

    grant: Hash
    standing: str
    grantee: str
    resource: str
    basis: Literal["DUTY", "CONSENT"]
    until: Moment
    fields: list[str]
    used: int


class HolderView(Answered):
    """What the records tell, and in `named` what this provider adds; `unproved` no record bears out."""

    license_id: Hash
    events: list[HolderEvent]
    may_look: list[MayLook]
    unproved: list[dict[str, Any]]
    named: list[dict[str, Any]]
