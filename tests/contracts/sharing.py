"""Commands about sharing as they are rightly given: resources, grants, uses, corrections.

The bureau shares its licenses (`SHARED`) and a data set; the office uses them. Licenses are bound to
device keys of their own, whose holders consent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from eth_abi.abi import decode
from eth_hash.auto import keccak

from ledger.domain import objects
from ledger.domain.acts import Sharing
from ledger.domain.holder_proofs import proof_words
from ledger.domain.holders import PublicPair
from ledger.domain.license_tree import root
from ledger.domain.objects import ascii32
from ledger.domain.presenters import Presenter
from ledger.domain.records import SIGNATURE_TYPE
from ledger.domain.rules.uses import use_words
from ledger.domain.sharing import (
    BaseLibrary,
    Basis,
    DeclarationKind,
    DutyKind,
    Outcome,
    ProbeOutcome,
    ResourceKind,
    UseKind,
    fields_bitmap,
)
from ledger.domain.sharing_entities import Use
from tests.contracts import commands
from tests.contracts.commands import governor, id_of, issued, signer
from tests.contracts.world import (
    BUREAU,
    DAY,
    NO_HASH,
    OFFICE,
    QINGPU,
    REGIONAL_TYPE,
    SHANGHAI,
    Command,
    KeyPair,
    Message,
    World,
    key,
)

SHARED, OPEN, DATA = ascii32("LICENSES"), ascii32("OPEN-LICENSES"), ascii32("DATA-7")
HELD = keccak(b"handle of a license that is bound")
NONCE = keccak(b"32 random bytes")
FIELDS, SENSITIVE = fields_bitmap([0, 1, 2]), fields_bitmap([7])


def resource(code: bytes = SHARED) -> bytes:
    return objects.resource_object(BUREAU, code)


def word(fields: int) -> bytes:
    """A set of fields as the messages hold it."""
    return fields.to_bytes(32, "big")


def register_resource(
    world: World, code: bytes = SHARED, sharing: Sharing = Sharing.CONDITIONAL, **changes: Any
) -> Command:
    is_exception = sharing is not Sharing.UNCONDITIONAL
    members: dict[str, Any] = {
        "owner": ascii32(BUREAU),
        "code": code,
        "kind": int(ResourceKind.DATA_SET if code == DATA else ResourceKind.LICENSE_TYPE),
        "licenseType": NO_HASH if code == DATA else ascii32(REGIONAL_TYPE),
        "operator": NO_HASH,
        "schemaDigest": keccak(b"schema"),
        "fieldsDigest": keccak(b"list of fields"),
        "fieldCount": 8,
        "sensitive": word(SENSITIVE),
        "gradesDigest": keccak(b"grades"),
        "sharing": int(sharing),
        "ground": 7 if is_exception else 0,
        "until": world.now() + 400 * DAY if is_exception else 0,
        "cycleDays": 30,
        "baseLibrary": int(BaseLibrary.NONE),
        "region": QINGPU,
        "useRight": NO_HASH,
        "benefitRight": NO_HASH,
        "itemsDigest": keccak(b"items"),
    }
    target = resource(code)
    message = world.message("RegisterResource", target, **{**members, **changes})
    return Command(message, (signer(BUREAU),), target)


def shared(world: World, code: bytes = SHARED) -> bytes:
    """The object of a resource, which is registered where it was not."""
    if world.rev(resource(code)) == 0:
        sharing = Sharing.CONDITIONAL if code == SHARED else Sharing.UNCONDITIONAL
        world.run(register_resource(world, code, sharing))
    return resource(code)


def mount(world: World, code: bytes = SHARED, **changes: Any) -> Command:
    target = shared(world, code)
    members = {"channel": keccak(b"channel"), "sampleRoot": keccak(b"samples"), "samples": 10}
    named = {"owner": ascii32(BUREAU), "code": code}
    message = world.message("Mount", target, **{**named, **members, **changes})
    return Command(message, (signer(BUREAU),), target)


def probe(world: World, **changes: Any) -> Command:
    if world.view("Resources", "resourceOf(bytes32)", RESOURCE_ROW, shared(world))[-1] == 0:
        world.run(mount(world))
    members = {
        "owner": ascii32(BUREAU),
        "code": SHARED,
        "prober": ascii32(OFFICE),
        "index": 3,
        "digest": keccak(b"sample 3"),
        "outcome": int(ProbeOutcome.MATCHED),
        "probedAt": world.now(),
    }
    message = world.message("Probe", resource(), **{**members, **changes})
    return Command(message, (signer(OFFICE),), resource())


RESOURCE_ROW = "(bytes32,bytes32,bytes32,bytes32,uint16,uint8,uint8,uint8,uint32,uint32)"
GRANT_ROW = (
    "(bytes32,bytes32,bytes32,bytes32,bytes32,uint48,uint48,uint32,uint32,uint32,uint32,uint32,"
    "uint48,uint48,uint48,uint48,uint48,uint8,uint8)"
)


def name_library_writer(world: World, **changes: Any) -> Command:
    members = {"region": QINGPU, "baseLibrary": int(BaseLibrary.LICENSES), "body": ascii32(BUREAU)}
    target = objects.library_writer_object(QINGPU, BaseLibrary.LICENSES, BUREAU)
    term = {"since": 0, "until": 0}
    message = world.message("NameLibraryWriter", target, **{**members, **term, **changes})
    return Command(message, (governor(QINGPU),), target)


DEMANDED = objects.demand_object(OFFICE, NONCE)


def demand(world: World) -> Command:
    members = {"demander": ascii32(OFFICE), "nonce": NONCE, "wanted": keccak(b"which data")}
    message = world.message("Demand", DEMANDED, **members, item=ascii32("ITEM-1"))
    return Command(message, (signer(OFFICE),), DEMANDED)


def _about_demand(world: World, name: str, pair: KeyPair) -> Command:
    shared(world)
    if world.rev(DEMANDED) == 0:
        world.run(demand(world))
    members = {"demand": DEMANDED, "owner": ascii32(BUREAU), "code": SHARED}
    return Command(world.message(name, DEMANDED, **members), (pair,), DEMANDED)


def offer(world: World) -> Command:
    return _about_demand(world, "Offer", signer(BUREAU))


def match_demand(world: World) -> Command:
    return _about_demand(world, "MatchDemand", signer(OFFICE))


def set_duty(world: World, **changes: Any) -> Command:
    target = objects.duty_object(SHANGHAI, BUREAU, SHARED)
    members = {"region": SHANGHAI, "owner": ascii32(BUREAU), "code": SHARED, "kind": int(DutyKind.SHARE)}
    terms = {"what": keccak(b"item 16 of the list"), "due": world.now() + 90 * DAY}
    message = world.message("SetDuty", target, **{**members, **terms, **changes})
    return Command(message, (governor(SHANGHAI),), target)


def set_code_table(world: World, region: int = QINGPU, publisher: str = "") -> Command:
    owner = objects.region_object(region) if region else objects.organisation_object(publisher)
    target = objects.code_table_object(owner, ascii32("SEX"))
    members = {"region": region, "publisher": ascii32(publisher), "name": ascii32("SEX")}
    message = world.message("SetCodeTable", target, **members, digest=keccak(b"table"), since=0)
    return Command(message, (governor(region) if region else signer(publisher),), target)


# --- grants ---


def grant_id(nonce: bytes = NONCE, grantee: str = OFFICE) -> bytes:
    return objects.grant_object(grantee, nonce)


def request_grant(
    world: World,
    code: bytes = SHARED,
    basis: Basis = Basis.DUTY,
    nonce: bytes = NONCE,
    fields: int = FIELDS,
    **changes: Any,
) -> Command:
    target, now = grant_id(nonce), world.now()
    shared(world, code)
    members: dict[str, Any] = {
        "grantee": ascii32(OFFICE),
        "nonce": nonce,
        "owner": ascii32(BUREAU),
        "code": code,
        "version": 1,
        "basis": int(basis),
        "purpose": ascii32("LICENSING"),
        "purposeDigest": keccak(b"salted purpose"),
        "item": ascii32("ITEM-1"),
        "caseCommitment": keccak(b"salted case"),
        "licenseId": held(world).id if basis is Basis.CONSENT else NO_HASH,
        "fields": word(fields),
        "since": now,
        "until": now + 300 * DAY,
        "count": 0,
        "delegable": 1,
    }
    message = world.message("RequestGrant", target, **{**members, **changes})
    return Command(message, (signer(OFFICE),), target)


def requested(world: World, nonce: bytes = NONCE, **terms: Any) -> bytes:
    """The object of a grant, which is asked for where it was not."""
    if world.rev(grant_id(nonce)) == 0:
        world.run(request_grant(world, nonce=nonce, **terms))
    return grant_id(nonce)


def active(world: World, nonce: bytes = NONCE, **terms: Any) -> bytes:
    """The object of a grant in effect by rule: for a duty, of what is shared unconditionally."""
    return requested(world, nonce, **{"code": OPEN, **terms})


def notice_grant(world: World) -> Command:
    target = requested(world)
    message = world.message("NoticeGrant", target, grant=target, missing=keccak(b"material"))
    return Command(message, (signer(BUREAU),), target)


def _judge(world: World, name: str, target: bytes, outcome: Outcome, pair: KeyPair) -> Command:
    reason = 0 if outcome is Outcome.YES else 3
    members = {"grant": target, "outcome": int(outcome), "reason": reason, "reasonDigest": NO_HASH}
    return Command(world.message(name, target, **members), (pair,), target)


def decide_grant(world: World, outcome: Outcome = Outcome.YES, target: bytes = b"") -> Command:
    return _judge(world, "DecideGrant", target or requested(world), outcome, signer(BUREAU))


def review_grant(world: World, outcome: Outcome = Outcome.YES, target: bytes = b"") -> Command:
    asked = target or requested(world, fields=FIELDS | SENSITIVE)
    return _judge(world, "ReviewGrant", asked, outcome, key(f"other sign {BUREAU}"))


def withdraw_grant(world: World, by: str = OFFICE, target: bytes = b"") -> Command:
    asked = target or requested(world)
    message = world.message("WithdrawGrant", asked, grant=asked, by=ascii32(by), reason=0)
    return Command(message, (signer(by),), asked)


def delegate_grant(world: World, parent: bytes = b"", grantee: str = BUREAU, **changes: Any) -> Command:
    of = parent or active(world)
    target, now = objects.delegation_object(of, grantee, NONCE), world.now()
    members = {"parent": of, "grantee": ascii32(grantee), "nonce": NONCE, "fields": word(1), "count": 0}
    term = {"since": now, "until": now + 90 * DAY}
    message = world.message("DelegateGrant", target, **{**members, **term, **changes})
    return Command(message, (signer(OFFICE),), target)


# --- holders ---


def pair_of(label: str) -> PublicPair:
    """The two public keys of a device."""
    return PublicPair(key(label).signer.public_key, key(f"{label}, encryption").signer.public_key)


@dataclass(frozen=True)
class Held:
    """A license that is bound to devices."""

    id: bytes
    presenter: Presenter
    keys: tuple[KeyPair, ...]

    def proves(self, world: World, message: Message) -> Command:
        """A holder's command, with its proof."""
        proved = replace(message, leaves=proof_words(self.presenter))
        return Command(proved, self.keys, objects_of(message))


def objects_of(message: Message) -> bytes:
    """What a holder's command is about."""
    if message.type.name == "AskCorrection":
        return objects.correction_object(message.values["licenseId"], message.values["nonce"])
    if message.type.name == "TellRepeat":
        about = (message.values["licenseId"], message.values["askedAt"])
        return objects.repeat_object(item(message.values["code"]), *about)
    if message.type.name == "ContestCorrection":
        return bytes(message.values["correction"])
    return bytes(message.values["grant"])


def held(world: World, label: str = "device") -> Held:
    """A license of the bureau bound to one device, issued where it was not."""
    license_id, pair = id_of(HELD, ledger_id=world.ledger_id), pair_of(label)
    if world.rev(license_id) == 0:
        world.run(commands.issue(world, HELD, holderBinding=bytes.fromhex(pair.binding[2:])))
    return Held(license_id, pair, (key(label),))


def asked_consent(world: World, **terms: Any) -> bytes:
    """The object of a grant that waits for the holder's consent alone."""
    return requested(world, code=OPEN, basis=Basis.CONSENT, **terms)


def consent_grant(world: World, holder: Held | None = None, target: bytes = b"", **changes: Any) -> Command:
    asked, by = target or asked_consent(world), holder or held(world)
    members = {"grant": asked, "licenseId": by.id, "fields": word(FIELDS)}
    return by.proves(world, world.message("ConsentGrant", asked, **{**members, **changes}))


def withdraw_consent(world: World, holder: Held | None = None) -> Command:
    asked, by = asked_consent(world), holder or held(world)
    return by.proves(world, world.message("WithdrawConsent", asked, grant=asked, licenseId=by.id))


# --- uses ---


def a_use(grant: bytes, number: int = 0, fields: int = 1, kind: UseKind = UseKind.DATA) -> Use:
    response = keccak(b"response %d" % number) if kind is UseKind.DATA else NO_HASH
    return Use(
        grant="0x" + grant.hex(),
        kind=kind,
        fields=fields,
        request_digest="0x" + keccak(b"request %d" % number).hex(),
        response_digest="0x" + response.hex(),
        commitment="0x" + keccak(b"use code %d" % number).hex(),
    )


def use(world: World, uses: Sequence[Use] = ()) -> Command:
    chosen = uses or [a_use(active(world))]
    words = tuple(each for one in chosen for each in use_words(one))
    top = root(words)
    target = objects.uses_object(top)
    members = {"owner": ascii32(BUREAU), "grantee": ascii32(OFFICE), "root": top, "size": len(chosen)}
    message = replace(world.message("Use", target, **members), leaves=words)
    return Command(message, (signer(BUREAU), signer(OFFICE)), target)


def use_leaves(grant: bytes, count: int) -> list[bytes]:
    """Leaves of a batch of uses of one grant."""
    return [keccak(b"\0" + b"".join(use_words(a_use(grant, number)))) for number in range(count)]


def use_batch(world: World, count: int = 5, target: bytes = b"", **changes: Any) -> Command:
    grant = target or active(world)
    leaves = use_leaves(grant, count)
    top = root(leaves)
    about = objects.use_batch_object(grant, top)
    members = {"grant": grant, "fields": word(1), "root": top, "size": count}
    message = replace(world.message("UseBatch", about, **{**members, **changes}), leaves=tuple(leaves))
    return Command(message, (signer(BUREAU), signer(OFFICE)), about)


def refuse_use(world: World, **changes: Any) -> Command:
    digest = keccak(b"a request")
    target = objects.refusal_object(BUREAU, digest)
    named = {"owner": ascii32(BUREAU), "code": SHARED, "grantee": ascii32(OFFICE), "grant": NO_HASH}
    members = {**named, "reason": 5, "requestDigest": digest}
    message = world.message("RefuseUse", target, **{**members, **changes})
    return Command(message, (signer(BUREAU),), target)


def refuse_batch(world: World, count: int = 5) -> Command:
    leaves = [keccak(b"\0refusal %d" % number) for number in range(count)]
    top = root(leaves)
    target = objects.refusal_batch_object(BUREAU, top)
    members = {"owner": ascii32(BUREAU), "code": SHARED, "root": top, "size": count}
    message = replace(world.message("RefuseBatch", target, **members), leaves=tuple(leaves))
    return Command(message, (signer(BUREAU),), target)


def decoded_words(body: bytes) -> tuple[bytes, ...]:
    """The words beside the message in a record's body."""
    return tuple(decode(["bytes", f"{SIGNATURE_TYPE}[]", "bytes32[]"], body)[2])


# --- corrections ---

CORRECTION = objects.correction_object(ascii32(OFFICE), NONCE)


def used(world: World, grant: bytes) -> bytes:
    """A grant that was used."""
    if world.view("Uses", "usedOf(bytes32)", "uint64", grant) == 0:
        world.run(use(world, [a_use(grant)]))
    return grant


def _doubt(code: bytes, license_id: bytes) -> dict[str, Any]:
    named = {"owner": ascii32(BUREAU), "code": code, "licenseId": license_id}
    return {**named, "fields": word(1), "evidence": keccak(b"evidence")}


def open_correction(world: World, **changes: Any) -> Command:
    grant = used(world, active(world))
    members = {"by": ascii32(OFFICE), "nonce": NONCE, "grant": grant, **_doubt(OPEN, NO_HASH)}
    message = world.message("OpenCorrection", CORRECTION, **{**members, **changes})
    return Command(message, (signer(OFFICE),), CORRECTION)


def ask_correction(world: World, holder: Held | None = None, **changes: Any) -> Command:
    by = holder or held(world)
    shared(world, OPEN)
    target = objects.correction_object(by.id, NONCE)
    members = {"nonce": NONCE, **_doubt(OPEN, by.id)}
    return by.proves(world, world.message("AskCorrection", target, **{**members, **changes}))


def attest(world: World, outcome: Outcome = Outcome.NO, nonce: bytes = NONCE, **changes: Any) -> Command:
    shared(world)
    target = objects.correction_object(ascii32(OFFICE), nonce)
    members = {"by": ascii32(OFFICE), "nonce": nonce, **_doubt(SHARED, NO_HASH), "outcome": int(outcome)}
    message = world.message("Attest", target, **{**members, **changes})
    return Command(message, (signer(OFFICE),), target)


def doubted(world: World) -> bytes:
    """The object of a correction, which is opened where it was not."""
    if world.rev(CORRECTION) == 0:
        world.run(attest(world))
    return CORRECTION


def _judge_correction(world: World, name: str, pair: KeyPair, outcome: Outcome, changes: Any) -> Command:
    target, is_upheld = doubted(world), outcome is Outcome.YES
    members = {
        "correction": target,
        "outcome": int(outcome),
        "licenseId": issued(world) if is_upheld else NO_HASH,
        "version": 0,
        "reason": 0 if is_upheld else 4,
        "reasonDigest": NO_HASH,
    }
    return Command(world.message(name, target, **{**members, **changes}), (pair,), target)


def answer_correction(world: World, outcome: Outcome = Outcome.YES, **changes: Any) -> Command:
    return _judge_correction(world, "AnswerCorrection", signer(BUREAU), outcome, changes)


def dispute_correction(world: World, by: str = OFFICE, region: int = SHANGHAI) -> Command:
    target = doubted(world)
    members = {"correction": target, "by": ascii32(by), "region": region, "argument": keccak(b"why")}
    return Command(world.message("DisputeCorrection", target, **members), (signer(by),), target)


def contest_correction(world: World, holder: Held | None = None, region: int = SHANGHAI) -> Command:
    by = held(world)
    asked = ask_correction(world, by)
    if world.rev(asked.object) == 0:
        world.run(asked)
    named = {"correction": asked.object, "licenseId": by.id, "region": region, "argument": keccak(b"why")}
    return (holder or by).proves(world, world.message("ContestCorrection", asked.object, **named))


def settle_correction(world: World, outcome: Outcome = Outcome.YES, **changes: Any) -> Command:
    doubted(world)
    if world.view("Corrections", "correctionOf(bytes32)", CORRECTION_ROW, CORRECTION)[-1] != 4:
        world.run(dispute_correction(world))
    return _judge_correction(world, "SettleCorrection", governor(SHANGHAI), outcome, changes)


CORRECTION_ROW = "(bytes32,bytes32,bytes32,uint48,uint32,uint32,uint8)"


def acknowledge_correction(world: World) -> Command:
    doubted(world)
    if world.view("Corrections", "correctionOf(bytes32)", CORRECTION_ROW, CORRECTION)[-1] == 1:
        world.run(answer_correction(world))
    target = objects.acknowledgement_object(CORRECTION, OFFICE)
    message = world.message("AcknowledgeCorrection", target, correction=CORRECTION, by=ascii32(OFFICE))
    return Command(message, (signer(OFFICE),), target)


# --- items ---

ITEM = ascii32(f"{BUREAU}4000120001000")
ITEM_ROW = "(uint64,uint64,uint32)"


def item(code: bytes = ITEM) -> bytes:
    return objects.item_object(BUREAU, code)


def register_item(
    world: World, code: bytes = ITEM, types: Sequence[str] = (REGIONAL_TYPE,), **changes: Any
) -> Command:
    words = (keccak(b"list of materials"), *map(ascii32, types))
    members = {"region": QINGPU, "since": 0, "root": root(words), "size": len(words)}
    named = {"owner": ascii32(BUREAU), "code": code}
    message = world.message("RegisterItem", item(code), **{**named, **members, **changes})
    return Command(replace(message, leaves=words), (signer(BUREAU),), item(code))


def itemized(world: World) -> bytes:
    """The object of an item, which is registered where it was not."""
    if world.rev(item()) == 0:
        world.run(register_item(world))
    return item()


def end_item(world: World, until: int = 0) -> Command:
    target = itemized(world)
    message = world.message("EndItem", target, owner=ascii32(BUREAU), code=ITEM, until=until)
    return Command(message, (signer(BUREAU),), target)


def _asked_again(world: World, license_id: bytes) -> dict[str, Any]:
    itemized(world)
    members = {"licenseId": license_id, "owner": ascii32(BUREAU), "code": ITEM, "version": 1}
    return {**members, "askedAt": world.now()}


def tell_repeat(world: World, holder: Held | None = None, **changes: Any) -> Command:
    by = holder or held(world)
    members = {**_asked_again(world, by.id), **changes}
    target = objects.repeat_object(item(members["code"]), by.id, members["askedAt"])
    return by.proves(world, world.message("TellRepeat", target, **members))


def report_repeat(world: World, license_id: bytes = b"", by: str = OFFICE, **changes: Any) -> Command:
    members = {**_asked_again(world, license_id or held(world).id), **changes}
    about = (item(members["code"]), members["licenseId"], members["askedAt"])
    target = objects.repeat_object(*about)
    message = world.message("ReportRepeat", target, by=ascii32(by), **members)
    return Command(message, (signer(by),), target)


# --- editions ---

OPENED = ascii32("PARKS")
BYTES = keccak(b"32 bytes in the place of an SM3 digest")
EDITION_ROW = "(uint64,uint64,uint32)"


def edition(digest: bytes = BYTES) -> bytes:
    return objects.edition_object(resource(OPENED), digest)


def open_resource(world: World, **changes: Any) -> Command:
    """A data set without sensitive fields, to be open."""
    data_set = {"kind": int(ResourceKind.DATA_SET), "licenseType": NO_HASH, "sensitive": NO_HASH}
    members = {**data_set, "ground": 0, "until": 0, **changes}
    return register_resource(world, OPENED, members.pop("sharing", Sharing.OPEN), **members)


def opened(world: World) -> bytes:
    """The object of an open resource, which is registered where it was not."""
    if world.rev(resource(OPENED)) == 0:
        world.run(open_resource(world))
    return resource(OPENED)


def publish_edition(world: World, digest: bytes = BYTES, **changes: Any) -> Command:
    published = world.view("Resources", "editionsOf(bytes32)", "uint32", opened(world))
    members = {
        "owner": ascii32(BUREAU),
        "code": OPENED,
        "number": published + 1,
        "digest": digest,
        "size": 1_000,
        "mediaType": ascii32("text/csv"),
        "license": ascii32("CC-BY-4.0"),
        "since": 0,
        "root": keccak(b"root over rows"),
        "rows": 10,
    }
    message = world.message("PublishEdition", edition(digest), **{**members, **changes})
    return Command(message, (signer(BUREAU),), edition(digest))


def withdraw_edition(world: World, digest: bytes = BYTES, **changes: Any) -> Command:
    if world.rev(edition(digest)) == 0:
        world.run(publish_edition(world, digest))
    members = {"owner": ascii32(BUREAU), "code": OPENED, "digest": digest, "reason": 3}
    message = world.message("WithdrawEdition", edition(digest), **{**members, **changes})
    return Command(message, (signer(BUREAU),), edition(digest))


# --- declarations ---


def declaration(kind: DeclarationKind = DeclarationKind.INTERFACE, code: bytes = OPEN) -> bytes:
    other = resource(DATA) if kind is DeclarationKind.MAPPING else NO_HASH
    return objects.declaration_object(resource(code), kind, other)


def declare(
    world: World, kind: DeclarationKind = DeclarationKind.INTERFACE, code: bytes = OPEN, **changes: Any
) -> Command:
    shared(world, code)
    is_snapshot, is_mapping = kind is DeclarationKind.SNAPSHOT, kind is DeclarationKind.MAPPING
    if is_mapping:
        shared(world, DATA)
    members = {
        "owner": ascii32(BUREAU),
        "code": code,
        "kind": int(kind),
        "toOwner": ascii32(BUREAU) if is_mapping else NO_HASH,
        "toCode": DATA if is_mapping else NO_HASH,
        "digest": keccak(b"what is declared"),
        "since": world.now() - DAY,
        "until": world.now() - 1 if is_snapshot else 0,
        "root": keccak(b"root over rows") if is_snapshot else NO_HASH,
        "size": 10 if is_snapshot or kind is DeclarationKind.INTERFACE else 0,
    }
    message = world.message("Declare", declaration(kind, code), **{**members, **changes})
    return Command(message, (signer(BUREAU),), declaration(kind, code))


SHARING_COMMANDS: dict[str, Callable[[World], Command]] = {
    "RegisterResource": register_resource,
    "Mount": mount,
    "Probe": probe,
    "NameLibraryWriter": name_library_writer,
    "Demand": demand,
    "Offer": offer,
    "MatchDemand": match_demand,
    "SetDuty": set_duty,
    "SetCodeTable": set_code_table,
    "RequestGrant": request_grant,
    "NoticeGrant": notice_grant,
    "DecideGrant": decide_grant,
    "ReviewGrant": review_grant,
    "ConsentGrant": consent_grant,
    "WithdrawGrant": withdraw_grant,
    "WithdrawConsent": withdraw_consent,
    "DelegateGrant": delegate_grant,
    "Use": use,
    "UseBatch": use_batch,
    "RefuseUse": refuse_use,
    "RefuseBatch": refuse_batch,
    "OpenCorrection": open_correction,
    "AskCorrection": ask_correction,
    "Attest": attest,
    "AnswerCorrection": answer_correction,
    "DisputeCorrection": dispute_correction,
    "ContestCorrection": contest_correction,
    "SettleCorrection": settle_correction,
    "AcknowledgeCorrection": acknowledge_correction,
    "RegisterItem": register_item,
    "EndItem": end_item,
    "PublishEdition": publish_edition,
    "WithdrawEdition": withdraw_edition,
    "Declare": declare,
    "TellRepeat": tell_repeat,
    "ReportRepeat": report_repeat,
}
"""What can be done about sharing, by the name of the message."""

HOLDERS_COMMANDS = ("ConsentGrant", "WithdrawConsent", "AskCorrection", "ContestCorrection", "TellRepeat")
"""Those that a holder signs, by keys that are registered nowhere."""

EVERY_COMMAND = {**commands.COMMANDS, **SHARING_COMMANDS}
"""What can be done after the seal, by the name of the message."""
