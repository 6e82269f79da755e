"""Forms of bodies and answers about licenses, and what all forms have in common.

Bodies refuse unknown members; answers have the frozen keys. Answers are made by the services; the models
describe them for OpenAPI, and tests hold the answers against them. Forms of other subjects stand in
`*_schemas`.
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


class Form(BaseModel):
    """A body; it refuses unknown members."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, alias_generator=to_camel, populate_by_name=True
    )


class SignedMessage(Form):
    """A message signed elsewhere, as POST /v1/messages gave it."""

    signed: Json
    key_id: Hash
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]
    request_id: Annotated[str | None, Field(min_length=1, max_length=128)] = None


class LicenseInput(Form):
    """The license input of docs/interfaces.md; its members are checked against the type's rules."""

    metadata: Json
    face: Json
    holders: list[Json] = []
    kind: Literal["LICENSE", "DOCUMENT"] | None = None
    serial: str | None = None
    origin: str | None = None
    holder_key: str | None = None
    holder_encryption_key: str | None = None
    holder_keys: list[Json] | None = None
    holder_rule: str | None = None
    layout: Json | None = None
    conversion: Json | None = None
    secrecy: Annotated[Any, Field(description="Of a document: what says that it is a secret.")] = None
    marking: Annotated[Any, Field(alias="密级", description="The same in Chinese.")] = None

    def given(self) -> Json:
        """What was sent, as the services take it."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class ActInput(Form):
    """Why, and from when, a license is suspended, resumed or ended."""

    ground: Annotated[str, Field(max_length=64, examples=["PENALTY"])]
    effective: Annotated[str | None, Field(max_length=40)] = None
    reference: Annotated[str, Field(max_length=500)] = ""
    region: PowerRegion = None
    kind: Annotated[
        Literal["DOCUMENT"] | None,
        Field(description="With DOCUMENT what is no official document is refused, `NOT_A_DOCUMENT`."),
    ] = None


class AmendInput(Form):
    """The next version of a license."""

    input: LicenseInput
    kind: Annotated[str, Field(max_length=16, json_schema_extra={"enum": sorted(AMEND_KINDS)})]
    ground: Annotated[str | None, Field(max_length=64)] = None
    effective: Annotated[str | None, Field(max_length=40)] = None


class FreezeInput(Form):
    """Nothing more is needed to freeze the binding of a lost device."""


class TransferOutInput(Form):
    """Where a license is to go; `reference` is the number of the decision, kept here."""

    region: Annotated[str, Field(pattern=r"^[0-9]{6}$")]
    reference: Annotated[str, Field(max_length=500)] = ""


class TransferInInput(Form):
    """The taker's own license, which takes the place of the one that comes."""

    input: LicenseInput


class TransferCancelInput(Form):
    """Nothing more is needed to keep a license after all."""


class HolderPair(Form):
    """The device keys of one of several holders."""

    holder_key: PublicKey
    holder_encryption_key: PublicKey


class BindInput(Form):
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


class RepresentInput(Form):
    """Who is to stand in for the holder, by what title, for what, from when until when."""

    kind: Literal["guardian", "legal_representative", "agent", "heir"]
    scope: Annotated[list[Literal["present", "consent", "correct"]], Field(min_length=1, max_length=3)]
    representative_key: PublicKey
    representative_encryption_key: PublicKey | None = None
    since: Annotated[str | None, Field(max_length=40)] = None
    until: Annotated[str | None, Field(max_length=40)] = None
    reference: Annotated[str, Field(max_length=500)] = ""


class RepresentEndInput(Form):
    """Whose representation ends, by the commitment to the representative's keys, and when."""

    representative: Hash
    until: Annotated[str, Field(max_length=40)]


class EraseInput(Form):
    """Why a document is erased; with `dryRun` it is only told what there is to destroy.

    `order` is the number of an order of a court or authority that has it erased before its time.
    """

    ground: Annotated[str, Field(max_length=64, json_schema_extra={"enum": list(ErasureGround.__members__)})]
    dry_run: bool = False
    order: Annotated[str, Field(max_length=200)] = ""


def kind_of(body: Any) -> str:
    """Whether a body is signed elsewhere, or the input of a message to be made here."""
    is_signed = isinstance(body, SignedMessage) or (isinstance(body, dict) and "signed" in body)
    return "signed" if is_signed else "input"


_Signed = Annotated[SignedMessage, Tag("signed")]
IssueBody = Annotated[Annotated[LicenseInput, Tag("input")] | _Signed, Discriminator(kind_of)]
ActBody = Annotated[Annotated[ActInput, Tag("input")] | _Signed, Discriminator(kind_of)]
AmendBody = Annotated[Annotated[AmendInput, Tag("input")] | _Signed, Discriminator(kind_of)]
BindBody = Annotated[Annotated[BindInput, Tag("input")] | _Signed, Discriminator(kind_of)]
FreezeBody = Annotated[Annotated[FreezeInput, Tag("input")] | _Signed, Discriminator(kind_of)]
TransferOutBody = Annotated[Annotated[TransferOutInput, Tag("input")] | _Signed, Discriminator(kind_of)]
TransferInBody = Annotated[Annotated[TransferInInput, Tag("input")] | _Signed, Discriminator(kind_of)]
TransferCancelBody = Annotated[Annotated[TransferCancelInput, Tag("input")] | _Signed, Discriminator(kind_of)]
RepresentBody = Annotated[Annotated[RepresentInput, Tag("input")] | _Signed, Discriminator(kind_of)]
RepresentEndBody = Annotated[Annotated[RepresentEndInput, Tag("input")] | _Signed, Discriminator(kind_of)]


class Answered(BaseModel):
    """An answer, its keys in camel case."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Message(Answered):
    """A sentence in both languages."""

    zh: str
    en: str


class Reason(Answered):
    """Why a message will never be recorded."""

    code: str
    message: Message
    remedy: Message


class Relay(Answered):
    """The body that promises, and its registered key."""

    uscc: str
    key_id: Hash
    public_key: str


class Promise(Answered):
    """A promise (`elicense-promise/1`): the message is on disk and will be recorded in time."""

    format: Literal["elicense-promise/1"]
    ledger_id: Hash
    message: Hash
    accepted_at: Moment
    anchor_by: Moment
    relay: Relay
    signature: str


class _Placed(Answered):
    """What has a place on the ledger; all null in a 202, before its record."""

    seq: int | None
    tx_hash: UnknownHash
    block: int | None
    gas_used: int | None
    promise: Promise | None


class Issued(_Placed):
    """A license. `envelope` is its file; null where its document was made elsewhere."""

    identifier: str | None
    license_id: Hash
    digest: str
    file: None
    cid: str | None
    envelope: Json | None
    supersedes: str | None = None


class Amended(Issued):
    """The next version of a license, and what became of the old one."""

    rev: int
    act: str
    status: str | None


class Announced(Answered):
    """Something recorded, with its time of effect: what is to come, or a suspension that was lifted."""

    act: str
    ground: str | None
    ground_text: Message | None
    effective: Moment
    recorded_at: Moment
    seq: int


class Acted(Answered):
    """An act; `seq`, `status`, `lifted` and `gasUsed` are null in a 202.

    `lifted` has the suspensions that a resumption lifted.
    """

    identifier: str | None
    license_id: Hash
    rev: int
    act: str
    seq: int | None
    status: str | None
    lifted: list[Announced] | None
    gas_used: int | None
    promise: Promise | None


class KeyWrap(Answered):
    """A document's key for one reader; where `under` is, the document's key lies under the wrapped one."""

    to: PublicKey
    wrapped: str
    under: str | None = None


class SealedDocument(Answered):
    """An encrypted document: SM4-GCM in base64 (`sealed`), its keys wrapped by SM2."""

    license_id: Hash
    cid: str
    sm3: str
    wraps: list[KeyWrap]
    sealed: str


class Retained(Answered):
    """The retention rule that an erasure was held against, and until when it had the document kept."""

    rule: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    basis: Literal["LAW", "OWN"]
    until: Moment | None


class Erased(Answered):
    """An erasure: when and why it was ordered, by whom, what let it, how much was destroyed in each place."""

    identifier: str | None
    license_id: Hash
    done: bool
    ground: str | None
    at: Moment | None
    by: str | None
    key_id: UnknownHash
    cids: list[str]
    destroyed: dict[str, int]
    retention: Retained | None
    order: str | None
    archives: list[str]


class RepresentationEnded(Answered):
    """The end of a representation; null where it follows from its record only."""

    license_id: Hash
    representative: Hash
    until: Moment | None
    rev: int
    seq: int | None
    gas_used: int | None
    promise: Promise | None


class Represented(RepresentationEnded):
    """A representation; null where it follows from its record only."""

    kind: str
    scope: list[str]
    since: Moment | None


class Head(Answered):
    """The block that an answer rests on."""

    block: int
    hash: Hash
    time: Moment


class Bound(Answered):
    """One binding of a holder's device, or its freeze."""

    recorded_at: Moment
    act: str
    method: str | None
    assurance: int | None
    by: str
    void: bool


class StandIn(Answered):
    """Somebody who was let stand in for the holder; the ledger does not tell who it is."""

    representative: Hash
    kind: Literal["GUARDIAN", "LEGAL_REPRESENTATIVE", "AGENT", "HEIR"]
    scope: list[str]
    since: Moment
    until: Moment | None
    recorded_at: Moment
    seq: int
    in_force: bool
    void: bool


class LeafPlace(Answered):
    """A place in a batch: the batch's object, and the index from 0."""

    batch: Hash
    index: int


class Correcting(Answered):
    """What corrects: another license, or a version of the resource."""

    license_id: Hash | None
    version: int | None


class CountedBy(Answered):
    """By what days of a year were counted: a calendar, or Monday to Friday."""

    year: int
    counted_by: Literal["CALENDAR", "WEEKDAYS"]
    region: str | None
    version: int | None
    digest: Hash | None


RuleNumber = Literal[
    "ANSWER",
    "DECISION",
    "REVIEW",
    "NOTICE",
    "PROVISION",
    "CORRECTION_ANSWER",
    "ACKNOWLEDGEMENT",
    "CATALOG_UPDATE",
    "EXTENSION",
]


class RuledBy(Answered):
    """A number of working days by which was counted: a rulebook's, or the regulation's."""

    number: RuleNumber
    days: int
    counted_by: Literal["RULEBOOK", "LIMIT", "DEFAULT"]
    region: str | None
    version: int | None
    digest: Hash | None
    said: int | None


class Doubted(Answered):
    """A correction about fields of a license: open, or found right."""

    correction: Hash
    state: Literal["OPEN", "DISPUTED", "UPHELD", "SETTLED_UPHELD"]
    fields: list[str]
    resource: str
    opened_at: Moment
    due: Moment | None
    overdue: bool
    counted_by: Literal["CALENDAR", "WEEKDAYS"] | None
    calendars: list[CountedBy]
    rulebook: list[RuledBy]
    corrected_by: Correcting | None


class Standing(Answered):
    """Where a license stands."""

    identifier: str | None
    license_id: Hash
    kind: Literal["LICENSE", "DOCUMENT"] | None
    status: str
    at: Moment
    known_at: Moment
    since: Moment | None
    act: str | None
    by: str | None
    capacity: Literal["ISSUER", "OPERATOR", "SUCCESSOR", "SUPERIOR", "NAMED"] | None
    ground: str | None
    ground_text: Message | None
    retroactive: bool
    superseded_by: str | None
    superseded_by_leaf: LeafPlace | None
    flags: list[str]
    corrections: list[Doubted]
    caused_by: list[Hash]
    announced: list[Announced]
    lifted: list[Announced]
    to_region: str | None
    bindings: list[Bound]
    representatives: list[StandIn]
    issuer: str
    type: str
    seq: int | None
    rev: int
    trust: str
    head: Head


class Health(Answered):
    """The process answers."""

    status: Literal["ok"]


class Readiness(Answered):
    """Whether the service can answer about now."""

    ready: bool
    block: int | None
    age_seconds: int | None
    reasons: list[str]
    promises: Literal["GIVEN", "NO_KEY", "KEY_NOT_REGISTERED", "WITHHELD"]
    pending: int


class Problem(Answered):
    """Why a request was not done (RFC 9457)."""

    type: Annotated[str, Field(examples=["/problems/AUTH_MISSING"])]
    title: str
    status: int
    code: str
    detail: str
    remedy: str
    fields: Json
    errors: list[Json] | None = None
