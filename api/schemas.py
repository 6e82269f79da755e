"""Forms of bodies and answers. Bodies refuse unknown members; answers have the frozen keys.

Answers are made by the services; the models here describe them for OpenAPI, and tests hold the
answers against them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag
from pydantic.alias_generators import to_camel

from ledger.domain.acts import AMEND_KINDS
from ledger.domain.erasure import ErasureGround
from ledger.domain.holders import asked_binding

Json = dict[str, Any]
Hash = Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]
Moment = Annotated[str, Field(examples=["2026-11-01T08:00:00Z"])]
UnknownHash = Hash | None
PowerRegion = Annotated[
    str | None,
    Field(
        pattern=r"^[0-9]{6}$",
        description="Under whose power another body than the issuer acts; found out where it is not given.",
    ),
]
PublicKey = Annotated[str, Field(pattern=r"^04[0-9a-f]{128}$")]


class _Form(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, alias_generator=to_camel, populate_by_name=True
    )


# --- bodies -------------------------------------------------------------------------------


class SignedMessage(_Form):
    """A message signed elsewhere, as POST /v1/messages gave it."""

    signed: Json
    key_id: Hash
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


class LicenseInput(_Form):
    """The license input of docs/interfaces.md; its members are checked against the type's rules."""

    metadata: Json
    face: Json
    holders: list[Json]
    serial: str | None = None
    origin: str | None = None
    holder_key: str | None = None
    holder_encryption_key: str | None = None
    holder_keys: list[Json] | None = None
    holder_rule: str | None = None
    layout: Json | None = None

    def given(self) -> Json:
        """What was sent, as the services take it."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class ActInput(_Form):
    """Why, and from when, a license is suspended, resumed or ended."""

    ground: Annotated[str, Field(max_length=64, examples=["PENALTY"])]
    effective: Annotated[str | None, Field(max_length=40)] = None
    reference: Annotated[str, Field(max_length=500)] = ""
    region: PowerRegion = None


class AmendInput(_Form):
    """The next version of a license."""

    input: LicenseInput
    kind: Annotated[str, Field(max_length=16, json_schema_extra={"enum": sorted(AMEND_KINDS)})]
    ground: Annotated[str | None, Field(max_length=64)] = None
    effective: Annotated[str | None, Field(max_length=40)] = None


class FreezeInput(_Form):
    """Nothing more is needed to freeze the binding of a lost device."""


class HolderPair(_Form):
    """The device keys of one of several holders."""

    holder_key: PublicKey
    holder_encryption_key: PublicKey


class BindInput(_Form):
    """Device keys after a real-name check: of one holder, or of several with the rule who shows."""

    holder_key: PublicKey | None = None
    holder_encryption_key: PublicKey | None = None
    holder_keys: Annotated[list[HolderPair] | None, Field(min_length=2, max_length=8)] = None
    holder_rule: Literal["ANY", "ALL"] | None = None
    method: Literal["issuer-counter", "issuer-online", "identity-provider"] = "issuer-counter"
    assurance: Annotated[int, Field(ge=1, le=4)] = 3

    def binding(self) -> bytes:
        """The holder binding that is asked for.

        Raises:
            UsageError: `HOLDER_KEYS`.
        """
        return asked_binding(self.model_dump(by_alias=True))


class RepresentInput(_Form):
    """Who is to stand in for the holder, by what title, for what, from when until when."""

    kind: Literal["guardian", "legal_representative", "agent", "heir"]
    scope: Annotated[list[Literal["present", "consent", "correct"]], Field(min_length=1, max_length=3)]
    representative_key: PublicKey
    representative_encryption_key: PublicKey | None = None
    since: Annotated[str | None, Field(max_length=40)] = None
    until: Annotated[str | None, Field(max_length=40)] = None
    reference: Annotated[str, Field(max_length=500)] = ""


class RepresentEndInput(_Form):
    """Whose representation ends, by the commitment to the representative's keys, and when."""

    representative: Hash
    until: Annotated[str, Field(max_length=40)]


class EraseInput(_Form):
    """Why a document is erased; with `dryRun` it is only told what there is to destroy."""

    ground: Annotated[str, Field(max_length=64, json_schema_extra={"enum": list(ErasureGround.__members__)})]
    dry_run: bool = False


def _kind(body: Any) -> str:
    is_signed = isinstance(body, SignedMessage) or (isinstance(body, dict) and "signed" in body)
    return "signed" if is_signed else "input"


_Signed = Annotated[SignedMessage, Tag("signed")]
IssueBody = Annotated[Annotated[LicenseInput, Tag("input")] | _Signed, Discriminator(_kind)]
ActBody = Annotated[Annotated[ActInput, Tag("input")] | _Signed, Discriminator(_kind)]
AmendBody = Annotated[Annotated[AmendInput, Tag("input")] | _Signed, Discriminator(_kind)]
BindBody = Annotated[Annotated[BindInput, Tag("input")] | _Signed, Discriminator(_kind)]
FreezeBody = Annotated[Annotated[FreezeInput, Tag("input")] | _Signed, Discriminator(_kind)]
RepresentBody = Annotated[Annotated[RepresentInput, Tag("input")] | _Signed, Discriminator(_kind)]
RepresentEndBody = Annotated[Annotated[RepresentEndInput, Tag("input")] | _Signed, Discriminator(_kind)]


class QrSubject(_Form):
    """What a QR code of a presentation carried."""

    qr: Annotated[str, Field(min_length=1, max_length=8192)]


def _subject_kind(subject: Any) -> str:
    is_qr = isinstance(subject, QrSubject) or (isinstance(subject, dict) and "qr" in subject)
    return "qr" if is_qr else "file"


class VerifyBody(_Form):
    """What to check, and what is asked about it.

    `subject` is a license file (`*.elic.json`) or `{"qr": text}`; a QR is held against `challenge`,
    or against the one that this service made.
    """

    subject: Annotated[
        Annotated[Json, Tag("file")] | Annotated[QrSubject, Tag("qr")], Discriminator(_subject_kind)
    ]
    region: Annotated[str | None, Field(pattern=r"^[0-9]{6}$", examples=["330421"])] = None
    at: Annotated[str | None, Field(max_length=40)] = None
    known_at: Annotated[str | None, Field(max_length=40)] = None
    trust: Literal["rpc", "quorum", "state", "seals"] = "rpc"
    head: UnknownHash = None
    max_age: Annotated[int, Field(ge=0, le=10**9)] = 60
    challenge: Json | None = None


class ChallengeBody(_Form):
    """What to ask a holder for."""

    fields: Annotated[list[str], Field(min_length=1, max_length=64, examples=[["face/name"]])]
    purpose: Annotated[str, Field(min_length=1, max_length=500, examples=["办理施工许可"])]
    ttl: Annotated[int, Field(ge=1, le=300)] = 60
    api: Annotated[str | None, Field(max_length=500)] = None
    attested: bool | None = None


class PresentationBody(_Form):
    """What a wallet leaves for a short QR code."""

    presentation: Annotated[str, Field(min_length=1, max_length=65536)]


class _Wanted(_Form):
    id: Annotated[str, Field(min_length=1, max_length=200)]
    key_id: Hash


class ActWanted(_Wanted):
    """An act whose message is wanted, to be signed elsewhere."""

    act: Literal["suspend", "resume", "annul", "withdraw", "revoke", "cancel", "void"]
    ground: Annotated[str, Field(max_length=64)]
    effective: Annotated[str | None, Field(max_length=40)] = None
    reference: Annotated[str, Field(max_length=500)] = ""
    region: PowerRegion = None


class FreezeWanted(_Wanted):
    """A freeze whose message is wanted, to be signed elsewhere by a key of the body that asks."""

    act: Literal["freeze"]


MessageBody = Annotated[ActWanted | FreezeWanted, Field(discriminator="act")]


# --- answers ------------------------------------------------------------------------------


class _Answer(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Issued(_Answer):
    """A license that is on the ledger. `envelope` is its file; null where it was signed elsewhere."""

    identifier: str | None
    license_id: Hash
    digest: str
    seq: int
    tx_hash: Hash
    block: int
    gas_used: int
    file: None
    promise: None
    cid: str | None
    envelope: Json | None
    supersedes: str | None = None


class Amended(Issued):
    """The next version of a license, and what became of the old one."""

    rev: int
    act: str
    status: str


class Acted(_Answer):
    """An act that is on the ledger."""

    identifier: str | None
    license_id: Hash
    rev: int
    act: str
    seq: int
    status: str
    gas_used: int


class KeyWrap(_Answer):
    """A document's key for one reader; where `under` is, the document's key lies under the wrapped one."""

    to: PublicKey
    wrapped: str
    under: str | None = None


class SealedDocument(_Answer):
    """An encrypted document: SM4-GCM in base64 (`sealed`), its keys wrapped by SM2."""

    license_id: Hash
    cid: str
    sm3: str
    wraps: list[KeyWrap]
    sealed: str


class Erased(_Answer):
    """An erasure: when and why it was ordered, by whom, and how much was destroyed in each place."""

    identifier: str | None
    license_id: Hash
    done: bool
    ground: str | None
    at: Moment | None
    by: str | None
    key_id: UnknownHash
    cids: list[str]
    destroyed: dict[str, int]


class RepresentationEnded(_Answer):
    """The end of a representation that is on the ledger."""

    license_id: Hash
    representative: Hash
    until: Moment | None
    rev: int
    seq: int
    gas_used: int


class Represented(RepresentationEnded):
    """A representation that is on the ledger."""

    kind: str
    scope: list[str]
    since: Moment


class Head(_Answer):
    """The block that an answer rests on."""

    block: int
    hash: Hash
    time: Moment


class Bound(_Answer):
    """One binding of a holder's device, or its freeze."""

    recorded_at: Moment
    act: str
    method: str | None
    assurance: int | None
    by: str
    void: bool


class Announced(_Answer):
    """Something that is recorded and takes effect only later."""

    act: str
    ground: str | None
    effective: Moment
    recorded_at: Moment
    seq: int


class LeafPlace(_Answer):
    """A place in a batch: the batch's object, and the index from 0."""

    batch: Hash
    index: int


class Standing(_Answer):
    """Where a license stands."""

    identifier: str | None
    license_id: Hash
    status: str
    at: Moment
    known_at: Moment
    since: Moment | None
    act: str | None
    by: str | None
    capacity: Literal["ISSUER", "OPERATOR", "SUCCESSOR", "SUPERIOR", "NAMED"] | None
    ground: str | None
    retroactive: bool
    superseded_by: str | None
    superseded_by_leaf: LeafPlace | None
    flags: list[str]
    announced: list[Announced]
    bindings: list[Bound]
    issuer: str
    type: str
    seq: int | None
    rev: int
    trust: str
    head: Head


class Message(_Answer):
    """A sentence in both languages."""

    zh: str
    en: str


class Check(_Answer):
    """One step of a verification."""

    step: int
    name: str
    outcome: Literal["PASS", "FAIL", "UNKNOWN", "SKIPPED"]
    code: str
    evidence: Json
    age_seconds: int | None
    message: Message


class Verdict(_Answer):
    """The answer of a verification."""

    result: str
    message: Message
    identifier: str | None
    at: Moment
    known_at: Moment
    region: str | None
    trust: str
    age_seconds: int | None
    agreement: Json | None
    flags: list[str]
    collector: str | None
    disclosed: Json | None
    checks: list[Check]


class Verdicts(_Answer):
    """The answers for licenses shown together, in their order, and how many there are of each result."""

    results: list[Verdict]
    counts: dict[str, int]


class Challenge(_Answer):
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


class Left(_Answer):
    """Where a presentation was left, and until when."""

    id: str
    expires: Moment


class Presentation(_Answer):
    """A presentation as it was left."""

    presentation: str


class Prepared(_Answer):
    """A message to be signed: sign `message` (hex) with SM2, send `signed`, `keyId`, `signature`."""

    message: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]
    signed: Json
    key_id: Hash
    not_after: Moment


class TypeEntry(_Answer):
    """A license type in its present version."""

    type: str
    name: Message | None
    version: int
    since: Moment
    scope: Literal["NATIONAL", "REGIONAL"]
    sharing: str
    region: str | None
    definer: str | None
    ground: int | None
    acts: list[str]
    competent: dict[str, list[str]]
    schema_digest: Hash
    grades_digest: Hash


class TypeDetail(TypeEntry):
    """A license type with the JSON Schema of its face, null where it is not known here."""

    schema_: Annotated[Json | None, Field(alias="schema")]


class Types(_Answer):
    """All license types, by code."""

    types: list[TypeEntry]


class Recognition(_Answer):
    """An agreement: licenses of `from` are accepted in `to`, `type` counting as `asType`."""

    from_: Annotated[str, Field(alias="from")]
    to: str
    type: str
    as_type: str
    since: Moment
    until: Moment | None
    rev: int
    in_force: bool


class Recognitions(_Answer):
    """Agreements, by regions and type."""

    recognitions: list[Recognition]


class Health(_Answer):
    """The process answers."""

    status: Literal["ok"]


class Readiness(_Answer):
    """Whether the service can answer about now."""

    ready: bool
    block: int | None
    age_seconds: int | None
    reasons: list[str]


class Problem(_Answer):
    """Why a request was not done (RFC 9457)."""

    type: Annotated[str, Field(examples=["/problems/AUTH_MISSING"])]
    title: str
    status: int
    code: str
    detail: str
    remedy: str
    errors: list[Json] | None = None
