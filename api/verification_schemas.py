"""Forms of what is verified and shown."""

from __future__ import annotations

from base64 import b64decode
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from api.schemas import Answered, Doubted, Form, Json, Message, Moment, UnknownHash
from ledger.errors import MalformedError


class QrSubject(Form):
    """What a QR code of a presentation carried."""

    qr: Annotated[str, Field(min_length=1, max_length=8192)]


class CopySubject(Form):
    """An annotated copy as it came: the PDF in base64."""

    copy_: Annotated[str, Field(alias="copy", min_length=1)]

    @property
    def data(self) -> bytes:
        """Its bytes; raises `COPY_MALFORMED`."""
        try:
            return b64decode(self.copy_, validate=True)
        except ValueError:
            raise MalformedError("COPY_MALFORMED", field="copy") from None


_SUBJECTS: dict[str, type[Form]] = {"qr": QrSubject, "copy": CopySubject}


def _subject_kind(subject: Any) -> str:
    for kind, form in _SUBJECTS.items():
        if isinstance(subject, form) or (isinstance(subject, dict) and kind in subject):
            return kind
    return "file"


_Subject = Annotated[
    Annotated[Json, Tag("file")] | Annotated[QrSubject, Tag("qr")] | Annotated[CopySubject, Tag("copy")],
    Discriminator(_subject_kind),
]


class VerifyBody(Form):
    """What to check, and what is asked about it.

    `subject` is a license file (`*.elic.json`), a copy for programs (`elicense-copy/1`), `{"copy": base64}`
    of an annotated copy, or `{"qr": text}`; a QR is held against `challenge`, or against the one that this
    service made. `shownBy` is who shows or relies on a copy, `receipt` that of its use, and
    `handout` what it came in. `signReceipt` asks for a signed receipt of this verification; it names who
    asked where the request is signed. `layout` is the SM3 of a layout file (OFD, PDF) that is at hand:
    whether it is the one that the license file names. The layout file itself is not sent.
    """

    subject: _Subject
    region: Annotated[str | None, Field(pattern=r"^[0-9]{6}$", examples=["330421"])] = None
    at: Annotated[str | None, Field(max_length=40)] = None
    known_at: Annotated[str | None, Field(max_length=40)] = None
    trust: Literal["rpc", "quorum", "state", "seals"] = "rpc"
    head: UnknownHash = None
    max_age: Annotated[int, Field(ge=0, le=10**9)] = 60
    challenge: Json | None = None
    shown_by: Annotated[str | None, Field(pattern="^[0-9A-Z]{18}$")] = None
    receipt: Json | None = None
    handout: Json | None = None
    sign_receipt: bool = False
    layout: Annotated[str | None, Field(pattern="^[0-9a-f]{64}$")] = None


class ReceiptBody(Form):
    """A receipt of a verification to be checked; with `subject` whether it is about that.

    `again` has that verified once more, as of then and as of today; `useReceipt` and `handout` are what
    `receipt` and `handout` were when a copy was verified.
    """

    receipt: Json
    subject: _Subject | None = None
    again: bool = False
    trust: Literal["rpc", "quorum", "state", "seals"] = "rpc"
    head: UnknownHash = None
    max_age: Annotated[int, Field(ge=0, le=10**9)] = 60
    use_receipt: Json | None = None
    handout: Json | None = None


class ChallengeBody(Form):
    """What to ask a holder for."""

    fields: Annotated[list[str], Field(min_length=1, max_length=64, examples=[["face/name"]])]
    purpose: Annotated[str, Field(min_length=1, max_length=500, examples=["办理施工许可"])]
    ttl: Annotated[int, Field(ge=1, le=300)] = 60
    api: Annotated[str | None, Field(max_length=500)] = None
    attested: bool | None = None


class PresentationBody(Form):
    """What a wallet leaves for a short QR code."""

    presentation: Annotated[str, Field(min_length=1, max_length=65536)]


class Check(Answered):
    """One step of a verification."""

    step: int
    name: str
    outcome: Literal["PASS", "FAIL", "UNKNOWN", "SKIPPED"]
    code: str
    evidence: Json
    age_seconds: int | None
    message: Message


class Verdict(Answered):
    """The answer of a verification."""

    result: str
    message: Message
    kind: Literal["LICENSE", "DOCUMENT"] | None
    document: Json | None
    identifier: str | None
    at: Moment
    known_at: Moment
    region: str | None
    trust: str
    age_seconds: int | None
    agreement: Json | None
    flags: list[str]
    corrections: list[Doubted]
    collector: str | None
    disclosed: Json | None
    checks: list[Check]
    receipt: Json | None = None


class Verdicts(Answered):
    """The answers for licenses shown together, in their order, and how many there are of each result."""

    results: list[Verdict]
    counts: dict[str, int]
    receipt: Json | None = None


class FoundVerdict(Answered):
    """What a receipt says of one license."""

    license_id: str | None
    result: str
    at: Moment
    known_at: Moment
    trust: str
    head: Json | None
    flags: list[str]
    checks: list[Json]


class VerifiedSubject(Answered):
    """What a receipt says of one document, copy or presentation, and whether that was brought."""

    kind: Literal["LICENSE", "COPY", "PRESENTATION", "UNREAD"]
    digest: str | None
    challenge: str | None
    verdicts: list[FoundVerdict]
    brought: bool


class Repeated(Answered):
    """What came out when it was verified again."""

    same: bool
    differences: list[Json]


class CheckedReceipt(Answered):
    """A receipt that holds, and what it says."""

    valid: Literal[True]
    checked: Literal[True]
    ledger_id: str
    asked: Json
    asked_by: str | None
    verified_at: Moment
    verifier: Json
    subjects: list[VerifiedSubject]
    again: Repeated | None
    today: Repeated | None


class Challenge(Answered):
    """A signed challenge (`elicense-challenge/1`)."""

    format: Literal["elicense-challenge/1"]
    id: str
    nonce: str
    verifier: Json
    purpose: str
    fields: list[str]
    expires: Moment
    api: str | None
    signature: str
    attested: bool | None = None


class Left(Answered):
    """Where a presentation was left, and until when."""

    id: str
    expires: Moment


class Presentation(Answered):
    """A presentation as it was left."""

    presentation: str
