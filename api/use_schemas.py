"""Forms of uses and of messages about sharing."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas import Answered, Form, Hash, Json, Moment, Promise, PublicKey
from ledger.domain.row_tree import LONGEST_KEY
from ledger.domain.sharing import MOST_FIELDS
from ledger.service.handed_sharing import MOST_SIGNATURES, MOST_WORDS, HandedSharing
from ledger.service.share import STRUCTS


class KeySignature(Form):
    """One signature over a message, by the key that made it."""

    key_id: Hash
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


class SharingBody(Form):
    """A signed message about sharing; `words` and `opening` are what its contract takes beside it."""

    struct: Annotated[str, Field(json_schema_extra={"enum": sorted(STRUCTS)}, max_length=32)]
    signed: Json
    signatures: Annotated[list[KeySignature], Field(min_length=1, max_length=MOST_SIGNATURES)]
    words: Annotated[list[Hash], Field(max_length=MOST_WORDS)] = Field(default=[])
    opening: Json | None = None

    def handed(self) -> HandedSharing:
        """What was sent, as the services take it."""
        made = [(each.key_id, each.signature) for each in self.signatures]
        return HandedSharing(self.struct, self.signed, made, self.words, self.opening)


class UseRequestBody(Form):
    """A signed request to use data (`elicense-use-request/1`, docs/interfaces.md)."""

    format: Literal["elicense-use-request/1"]
    ledger_id: Hash
    grant: Hash
    license: Annotated[str, Field(max_length=200)]
    fields: Annotated[list[str], Field(max_length=MOST_FIELDS)]
    locate: Json | None
    purpose: Json
    operator: Hash
    grantee: Json
    grantee_name: Annotated[str, Field(min_length=1, max_length=500)]
    to: PublicKey
    media_type: Literal["application/pdf", "application/json"]
    nonce: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    requested_at: Moment
    record: Literal["BATCH"] | None = None
    row: Annotated[str, Field(min_length=1, max_length=LONGEST_KEY)] | None = None
    statistics: Literal["COUNTS"] | None = None
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]

    def given(self) -> Json:
        """What was sent, as the services take it."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class UseSignature(Form):
    """The grantee's signature over M of an offered use."""

    key_id: Hash
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]

    def given(self) -> Json:
        """What was sent."""
        return {"keyId": self.key_id, "signature": self.signature}


class Shared(Answered):
    """A message about sharing; `seq` and `gasUsed` are null in a 202."""

    object: Hash
    rev: int
    seq: int | None
    gas_used: int | None
    promise: Promise | None


class UseOffer(Answered):
    """A use as its provider signed it; `use` is a message as `POST /v1/sharing` takes it.

    Of a use that will stand in a batch `use` is null; its words and the promise of its record stand there
    (`elicense-use-promise/1`).
    """

    id: Hash
    state: Literal["OFFERED", "GATHERED", "SIGNED", "RECORDED", "ENDED"]
    use: Json | None
    words: list[Hash] | None
    promise: Json | None


class OfferedBatch(Answered):
    """A batch that waits for the grantee's signature over `use`; `uses` has the words of each leaf."""

    object: Hash
    use: Json
    uses: list[list[Hash]]
    sign_by: Moment
    late: bool


class PendingUses(Answered):
    """Uses of a grant that the grantee has not signed for: those in no batch yet, and the batches."""

    grant: Hash
    gathered: list[Hash]
    batches: list[OfferedBatch]


class UseCopy(Answered):
    """A handout (`elicense-handout/1`) and the receipt of its use (`elicense-use-receipt/1`).

    Of a use that stands in a batch also the promise (`elicense-use-promise/1`); its receipt is null until the
    batch is recorded.
    """

    handout: Json
    receipt: Json | None
    promise: Json | None
