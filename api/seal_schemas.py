"""Forms of lists of electronic seals."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas import Answered, Form, Hash, Json
from ledger.domain.seals import MOST_SEALS

Moment = Annotated[str, Field(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]
Short = Annotated[str, Field(min_length=1, max_length=64)]


class RevocationBody(Form):
    """From when on a seal is good no more, and why."""

    at: Moment
    reason: Literal[
        "keyCompromise", "affiliationChanged", "superseded", "cessationOfOperation", "unspecified"
    ]


class SealBody(Form):
    """A seal of a list."""

    body: Annotated[str, Field(pattern="^[0-9A-Z]{18}$")]
    serial: Short
    certificate_serial: Short | None
    certificate_sm3: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None
    policy: Short | None
    from_: Annotated[Moment, Field(alias="from")]
    until: Moment | None
    revoked: RevocationBody | None


class SealsBody(Form):
    """A list of electronic seals (`elicense-seals/1`, docs/interfaces.md)."""

    format: Literal["elicense-seals/1"]
    seals: Annotated[list[SealBody], Field(min_length=1, max_length=MOST_SEALS)]

    def given(self) -> Json:
        """As it came."""
        return self.model_dump(by_alias=True)


class SealsPlace(Answered):
    """As which version of whose list it stands on the ledger."""

    publisher: str
    version: int


class SealsTaken(Answered):
    """A list that was kept."""

    digest: Hash
    published: list[SealsPlace]
