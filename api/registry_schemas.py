"""Forms of the registry: bodies, keys, rights, regions, relays, and what is signed about them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas import Answered, Form, Hash, Json, Moment, Promise, PublicKey
from api.use_schemas import KeySignature
from ledger.domain.registry_messages import KIND_OF
from ledger.service.handed_registry import MOST_MESSAGES, MOST_SIGNERS, HandedRegistry, RegistryOrder

Struct = Annotated[str, Field(json_schema_extra={"enum": sorted(KIND_OF)}, max_length=32)]
RegionCode = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
Time = Annotated[int, Field(ge=0, lt=1 << 48)]


class RegistryMessage(Form):
    """A signed message, with every signature that its contract asks for, in that order."""

    struct: Struct
    signed: Json
    signatures: Annotated[list[KeySignature], Field(min_length=1, max_length=MOST_SIGNERS)]

    def handed(self) -> HandedRegistry:
        """What was sent, as the services take it."""
        made = [(each.key_id, each.signature) for each in self.signatures]
        return HandedRegistry(self.struct, self.signed, made)


class RegistryBody(Form):
    """Signed messages about the registry, to be recorded in their order: all are accepted, or none."""

    messages: Annotated[list[RegistryMessage], Field(min_length=1, max_length=MOST_MESSAGES)]


class WantedMessage(Form):
    """A message that is wanted: its members after the header, and the keys that are to sign it."""

    struct: Struct
    members: Json
    signers: Annotated[list[Hash], Field(min_length=1, max_length=MOST_SIGNERS)]
    signed_at: Time | None = None
    not_after: Time | None = None

    def order(self) -> RegistryOrder:
        """What was sent, as the services take it; times count together."""
        times = {"signedAt": self.signed_at, "notAfter": self.not_after}
        header = {name: time for name, time in times.items() if time is not None} or None
        return RegistryOrder(self.struct, self.members, self.signers, header)


class WantedMessages(Form):
    """Messages that are wanted, each as things stand once those before it are recorded."""

    orders: Annotated[list[WantedMessage], Field(min_length=1, max_length=MOST_MESSAGES)]


class ToSign(Answered):
    """M in hex, as one key signs it with SM2."""

    key_id: Hash
    message: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


class PreparedRegistryMessage(Answered):
    """A message for its signers; `signed` goes to `POST /v1/registry` as it stands."""

    struct: str
    contract: Annotated[str, Field(pattern=r"^0x[0-9a-f]{40}$")]
    object: Hash
    signed: Json
    digest: Hash
    not_after: Moment
    to_sign: list[ToSign]


class PreparedRegistry(Answered):
    """What is to be signed, one message for each order."""

    messages: list[PreparedRegistryMessage]


class RegistryRecord(Answered):
    """A message about the registry and its record, null before there is one."""

    message: str
    object: Hash
    rev: int
    digest: Hash
    seq: int | None
    tx_hash: Hash | None
    block: int | None
    gas_used: int | None
    promise: Promise | None


class Recorded(Answered):
    """What became of the messages; `seq` and `rev` are those of the last one."""

    records: list[RegistryRecord]
    seq: int | None
    rev: int
    gas_used: int | None


class KeyRow(Answered):
    """A registered key."""

    key_id: Hash
    purpose: Literal["SIGN", "GOVERN", "RECOVER", "ENCRYPT"]
    public_key: PublicKey
    valid_from: Moment
    valid_to: Moment | None
    cut_off: Moment | None
    rev: int


class OrganisationRow(Answered):
    """A body. The ledger holds no names, only their digests; `name` is null where the service lacks it."""

    uscc: str
    name: str | None
    region: RegionCode
    level: int
    name_digest: Hash
    since: Moment
    rev: int


class Organisations(Answered):
    """Bodies, by code."""

    organisations: list[OrganisationRow]
    next: str | None


class EntitlementRow(Answered):
    """A right to issue a type."""

    type: str
    issuer: str
    region: RegionCode
    operator: str | None
    since: Moment | None
    until: Moment | None
    rev: int


class PowerRow(Answered):
    """What a body was named for on licenses that others issue."""

    type: str
    body: str
    region: RegionCode
    acts: list[str]
    since: Moment | None
    until: Moment | None
    rev: int


class OrganisationDetail(OrganisationRow):
    """A body with its keys, rights and powers."""

    keys: list[KeyRow]
    entitlements: list[EntitlementRow]
    powers: list[PowerRow]


class RegionRow(Answered):
    """A region with its governing keys; `parent` is null of a founding one."""

    region: RegionCode
    parent: RegionCode | None
    since: Moment
    keys: list[KeyRow]


class Regions(Answered):
    """All regions."""

    regions: list[RegionRow]


class RelayRow(Answered):
    """An account that submits messages until a moment."""

    account: Annotated[str, Field(pattern=r"^0x[0-9a-f]{40}$")]
    region: RegionCode
    since: Moment
    until: Moment


class Relays(Answered):
    """All relays."""

    relays: list[RelayRow]


class AgreementTerm(Answered):
    """An agreement as it was recorded at one moment."""

    recorded_at: Moment
    as_type: str
    since: Moment | None
    until: Moment | None


class Agreement(Answered):
    """An agreement as it was recorded last, with its history."""

    id: Hash
    from_: Annotated[str, Field(alias="from")]
    to: str
    type: str
    as_type: str
    since: Moment | None
    until: Moment | None
    rev: int
    history: list[AgreementTerm]
