"""Every command of a sealed ledger as it is rightly given: the message, its object, who signs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

from eth_hash.auto import keccak

from ledger.domain import objects
from ledger.domain.acts import NAMEABLE, Act, Purpose, Scope, acts_bitmap
from ledger.domain.license_tree import leaf_hash, leaf_words, root
from ledger.domain.objects import ascii32
from ledger.domain.representation import RepresentationKind, RepresentationScope
from ledger.domain.trustfile import CLIENTS
from tests.contracts.world import (
    ANHUI,
    BUREAU,
    DAY,
    JIASHAN,
    LEDGER_ID,
    NO_HASH,
    OFFICE,
    PLAIN_TYPE,
    QINGPU,
    REGIONAL_TYPE,
    SHANGHAI,
    ZHEJIANG,
    Command,
    KeyPair,
    Message,
    World,
    entitlement_members,
    key,
    license_members,
    recognition_members,
    type_members,
)

HANDLE = keccak(b"handle of a license")
NEXT_HANDLE = keccak(b"handle of its successor")

LICENSE_ROW = "(bytes32,bytes32,bytes32,bytes32,uint32,uint64,uint64,uint64,uint32,uint32,bytes32,uint32)"


def id_of(handle: bytes, issuer: str = BUREAU, ledger_id: bytes = LEDGER_ID) -> bytes:
    """The id that an issuer's handle makes."""
    return objects.license_id(ledger_id, issuer, handle)


LICENSE = id_of(HANDLE)
SUCCESSOR = id_of(NEXT_HANDLE)
REPRESENTATIVE = keccak(b"a representative's device")


def governor(region: int) -> KeyPair:
    """The governing key of a region."""
    return key(f"govern {region}")


def signer(uscc: str) -> KeyPair:
    """The signing key of an organisation."""
    return key(f"sign {uscc}")


def add_region(world: World) -> Command:
    target = objects.region_object(310104)
    members = {"region": 310104, "parent": SHANGHAI, "nameDigest": keccak(b"Xuhui")}
    message = world.message("AddRegion", target, **members)
    return Command(message, (governor(SHANGHAI), governor(ZHEJIANG)), target)


NEWCOMER = "11310118MB9Z8Y7X6W"


def set_threshold(world: World) -> Command:
    target = objects.ledger_object()
    message = world.message("SetThreshold", target, threshold=1)
    return Command(message, (governor(SHANGHAI), governor(ZHEJIANG)), target)


def succeed(world: World, name: str = "Catalog", account: str = "") -> Command:
    target = objects.ledger_object()
    address = account or world.successor(name)
    code = keccak(bytes.fromhex(world.evm.rpc("eth_getCode", address, "latest")[2:]))
    message = world.message("Succeed", target, name=ascii32(name), account=address, codeHash=code)
    return Command(message, (governor(SHANGHAI), governor(ZHEJIANG)), target)


def switched(world: World, *names: str) -> World:
    """The same ledger after contracts of these names were succeeded, one after another.

    With the Directory all that is bound to it is succeeded, too.
    """
    after = copy(world)
    after.contracts, after.closed_journals = dict(world.contracts), [*world.closed_journals]
    for name in names:
        new = after.successor(name)
        after.run(succeed(after, name, new))
        after.contracts[name] = new
        if name == "Directory":
            after.closed_journals.append(after.contracts["Journal"])
            for part in ("Journal", "Keys"):
                after.contracts[part] = after.view("Directory", f"{part.lower()}()", "address")
            after = switched(after, *CLIENTS)
    return after


def succeed_region(world: World) -> Command:
    target = objects.region_object(QINGPU)
    message = world.message("SucceedRegion", target, region=QINGPU, successor=SHANGHAI, since=0)
    return Command(message, (governor(SHANGHAI),), target)


def succeed_organisation(world: World, since: int = 0) -> Command:
    if world.rev(objects.organisation_object(NEWCOMER)) == 0:
        world.run(add_organisation(world))
    target = objects.organisation_object(BUREAU)
    members = {"uscc": ascii32(BUREAU), "successor": ascii32(NEWCOMER), "since": since}
    return Command(world.message("SucceedOrganisation", target, **members), (governor(QINGPU),), target)


def rotate_key(world: World, until: int = 0) -> Command:
    target = objects.key_object(key(f"other sign {BUREAU}").id)
    return Command(rotation(world, until=until), (signer(BUREAU), key("a rotated key")), target)


def rotation(world: World, uscc: str = BUREAU, **changes: Any) -> Message:
    """From the other signing key of a body to a fresh one."""
    old, fresh = key(f"other sign {uscc}"), key("a rotated key")
    members = {
        "key": old.id,
        "until": 0,
        "newKey": fresh.id,
        "owner": objects.organisation_object(uscc),
        "purpose": int(Purpose.SIGN),
        "x": fresh.x,
        "y": fresh.y,
        "validFrom": 0,
        "validTo": 0,
    }
    return world.message("RotateKey", objects.key_object(old.id), **{**members, **changes})


def recover_key(world: World, region: int = QINGPU) -> Command:
    lost, fresh = governor(region), key("a recovered key")
    target = objects.key_object(lost.id)
    members = {
        "key": lost.id,
        "newKey": fresh.id,
        "owner": objects.region_object(region),
        "x": fresh.x,
        "y": fresh.y,
        "validFrom": 0,
        "validTo": 0,
    }
    message = world.message("RecoverKey", target, **members)
    return Command(message, (key(f"recover {region}"), fresh), target)


def add_organisation(world: World) -> Command:
    uscc = NEWCOMER
    target = objects.organisation_object(uscc)
    members = {"uscc": ascii32(uscc), "region": QINGPU, "level": 3, "nameDigest": keccak(uscc.encode())}
    return Command(world.message("AddOrganisation", target, **members), (governor(QINGPU),), target)


def register_key(world: World) -> Command:
    fresh = key("a fresh key")
    message = world.registration(fresh, objects.organisation_object(BUREAU), Purpose.SIGN)
    return Command(message, (governor(QINGPU), fresh), objects.key_object(fresh.id))


def end_key(world: World) -> Command:
    ended = key(f"other sign {BUREAU}").id
    target = objects.key_object(ended)
    message = world.message("EndKey", target, key=ended, validTo=world.now() + 30 * DAY)
    return Command(message, (governor(QINGPU),), target)


def cut_off_key(world: World) -> Command:
    lost = key(f"other sign {BUREAU}").id
    target = objects.key_object(lost)
    message = world.message("CutOffKey", target, key=lost, since=world.now() - DAY)
    return Command(message, (governor(QINGPU),), target)


def add_relay(world: World) -> Command:
    target = objects.relay_object(world.stranger)
    members = {"relay": world.stranger, "region": JIASHAN, "until": world.now() + 365 * DAY}
    return Command(world.message("AddRelay", target, **members), (governor(JIASHAN),), target)


def end_relay(world: World) -> Command:
    target = objects.relay_object(world.second_relay)
    message = world.message("EndRelay", target, relay=world.second_relay, region=ZHEJIANG)
    return Command(message, (governor(ZHEJIANG),), target)


def register_type(world: World) -> Command:
    code = "11330000MB0000002Y001"
    target = objects.type_object(code)
    members = type_members(code, Scope.REGIONAL, region=ZHEJIANG)
    return Command(world.message("RegisterType", target, **members), (governor(ZHEJIANG),), target)


def entitle(world: World) -> Command:
    target = objects.entitlement_object(REGIONAL_TYPE, OFFICE)
    message = world.message("Entitle", target, **entitlement_members(REGIONAL_TYPE, OFFICE, JIASHAN))
    return Command(message, (governor(JIASHAN),), target)


def mandate(world: World, operator: str = OFFICE, code: str = REGIONAL_TYPE, **changes: Any) -> Command:
    """The right of the bureau of Qingpu again, now with an operator."""
    target = objects.entitlement_object(code, BUREAU)
    members = {**entitlement_members(code, BUREAU, QINGPU), "operator": ascii32(operator), **changes}
    return Command(world.message("Entitle", target, **members), (governor(QINGPU),), target)


def end_entitlement(world: World, code: str = PLAIN_TYPE, until: int = 0) -> Command:
    target = objects.entitlement_object(code, BUREAU)
    codes = {"licenseType": ascii32(code), "issuer": ascii32(BUREAU)}
    message = world.message("EndEntitlement", target, **codes, until=until or world.now() + 60 * DAY)
    return Command(message, (governor(QINGPU),), target)


def recognize(world: World) -> Command:
    target = objects.recognition_object(ANHUI, JIASHAN, REGIONAL_TYPE)
    message = world.message("Recognize", target, **recognition_members(ANHUI, JIASHAN))
    return Command(message, (governor(ANHUI), governor(JIASHAN)), target)


def end_recognition(world: World) -> Command:
    target = objects.recognition_object(SHANGHAI, ZHEJIANG, REGIONAL_TYPE)
    sides = {"fromRegion": SHANGHAI, "toRegion": ZHEJIANG, "licenseType": ascii32(REGIONAL_TYPE)}
    message = world.message("EndRecognition", target, **sides, until=world.now() + 60 * DAY)
    return Command(message, (governor(SHANGHAI),), target)


def empower(world: World, uscc: str = OFFICE, region: int = QINGPU, **changes: Any) -> Command:
    """The region names a body for everything that bodies are named for."""
    target = objects.power_object(REGIONAL_TYPE, objects.organisation_object(uscc), region)
    named = {"licenseType": ascii32(REGIONAL_TYPE), "body": ascii32(uscc), "region": region}
    members = {**named, "acts": acts_bitmap(NAMEABLE), "since": 0, "until": 0}
    message = world.message("Empower", target, **{**members, **changes})
    return Command(message, (governor(region),), target)


def end_power(world: World, uscc: str = OFFICE, region: int = QINGPU, **changes: Any) -> Command:
    """Its end, after it was named where it was not."""
    target = objects.power_object(REGIONAL_TYPE, objects.organisation_object(uscc), region)
    if world.rev(target) == 0:
        world.run(empower(world, uscc, region))
    named = {"licenseType": ascii32(REGIONAL_TYPE), "body": ascii32(uscc), "region": region}
    message = world.message("EndPower", target, **{**named, "until": world.now() + 60 * DAY, **changes})
    return Command(message, (governor(region),), target)


def issue(world: World, handle: bytes = HANDLE, **changes: Any) -> Command:
    terms = license_members(**changes)
    license_id = id_of(handle, objects.from_ascii32(terms["issuer"]), world.ledger_id)
    members = {"licenseId": license_id, "handle": handle, **terms}
    return Command(world.message("Issue", license_id, **members), (signer(BUREAU),), license_id)


def license_row(world: World, license_id: bytes) -> Any:
    """`ILicenses.License` of an id."""
    return world.view("Licenses", "licenseOf(bytes32)", LICENSE_ROW, license_id)


def issued(world: World, handle: bytes = HANDLE) -> bytes:
    """The id of the license of a handle, which is issued where it was not."""
    license_id = id_of(handle, ledger_id=world.ledger_id)
    if world.rev(license_id) == 0:
        world.run(issue(world, handle))
    return license_id


def amend(world: World, act: Act = Act.CHANGE, handle: bytes = NEXT_HANDLE, **changes: Any) -> Command:
    """An amendment; the new license's id is the one of its issuer and `handle`, unless changed."""
    license_id = issued(world)
    terms = license_members(**changes)
    issuer = objects.from_ascii32(terms["issuer"])
    members = {
        "licenseId": license_id,
        "act": int(act),
        "ground": 1,
        "effective": 0,
        "reference": NO_HASH,
        "newLicenseId": id_of(handle, issuer, world.ledger_id),
        "handle": handle,
        **terms,
    }
    return Command(world.message("Amend", license_id, **members), (signer(BUREAU),), license_id)


def act(world: World, which: Act = Act.SUSPEND, handle: bytes = HANDLE, **changes: Any) -> Command:
    license_id = issued(world, handle)
    members = {
        "licenseId": license_id,
        "act": int(which),
        "ground": 21,
        "effective": 0,
        "reference": keccak(b"decision 7"),
        "cause": NO_HASH,
        "region": 0,
    }
    message = world.message("Act", license_id, **{**members, **changes})
    return Command(message, (signer(BUREAU),), license_id)


def bind(world: World) -> Command:
    license_id = issued(world)
    members = {"licenseId": license_id, "by": ascii32(BUREAU), "holderBinding": keccak(b"device")}
    message = world.message("Bind", license_id, **members, method=1, assurance=2)
    return Command(message, (signer(BUREAU),), license_id)


def freeze(world: World) -> Command:
    license_id = issued(world)
    if world.rev(license_id) == 1:
        world.run(bind(world))
    message = world.message("Freeze", license_id, licenseId=license_id, by=ascii32(BUREAU))
    return Command(message, (signer(BUREAU),), license_id)


def transfer_out(world: World, handle: bytes = HANDLE, to_region: int = ZHEJIANG) -> Command:
    license_id = issued(world, handle)
    members = {"licenseId": license_id, "toRegion": to_region, "reference": keccak(b"decision 8")}
    return Command(world.message("TransferOut", license_id, **members), (signer(BUREAU),), license_id)


def leaf(number: int, issuer: str = BUREAU, **changes: Any) -> dict[str, Any]:
    """The terms of the license of that number in a batch."""
    members = {**license_members(digest=keccak(b"content %d" % number)), **changes}
    handle = keccak(b"handle of leaf %d" % number)
    kept = {name: members[name] for name in ("digest", "holderBinding", "validFrom", "validTo")}
    return {"licenseId": id_of(handle, issuer), "handle": handle, **kept}


def leaf_of(terms: Mapping[str, Any], code: str = REGIONAL_TYPE) -> bytes:
    days = (terms["validFrom"], terms["validTo"])
    return leaf_hash(terms["licenseId"], code, terms["digest"], terms["holderBinding"], *days)


def issue_batch(world: World, leaves: Sequence[bytes] = (), code: str = REGIONAL_TYPE) -> Command:
    leaves = leaves or [leaf_of(leaf(number)) for number in range(5)]
    top = root(leaves)
    target = objects.batch_object(BUREAU, top)
    codes = {"issuer": ascii32(BUREAU), "licenseType": ascii32(code)}
    message = world.message("IssueBatch", target, root=top, size=len(leaves), **codes)
    return Command(replace(message, leaves=tuple(leaves)), (signer(BUREAU),), target)


def renew_batch(world: World, leaves: Iterable[int] = (1, 3), code: str = REGIONAL_TYPE) -> Command:
    """Some leaves of the batch of `issue_batch`, which is issued where it is missing, renewed by another."""
    earlier = issue_batch(world, code=code)
    if world.rev(earlier.object) == 0:
        world.run(earlier)
    return renewal_of(world, earlier.object, leaves, code)


def renewal_of(world: World, earlier: bytes, leaves: Iterable[int], code: str = REGIONAL_TYPE) -> Command:
    """Some leaves of any batch of the bureau, renewed by another."""
    chosen = tuple(leaves)
    renewed = [leaf_of(leaf(1000 + number), code) for number in chosen]
    top = root(renewed)
    codes = {"issuer": ascii32(BUREAU), "licenseType": ascii32(code)}
    members = {"earlier": earlier, **leaf_words(chosen), "root": top, "size": len(renewed)}
    message = world.message("RenewBatch", earlier, **members, **codes)
    return Command(replace(message, leaves=tuple(renewed)), (signer(BUREAU),), earlier)


def represent(world: World, representative: bytes = REPRESENTATIVE, **changes: Any) -> Command:
    license_id = issued(world)
    target = objects.representation_object(license_id, representative)
    members = {
        "licenseId": license_id,
        "representative": representative,
        "kind": int(RepresentationKind.GUARDIAN),
        "scope": int(RepresentationScope.PRESENT),
        "since": 0,
        "until": 0,
        "reference": keccak(b"decision 9"),
    }
    message = world.message("Represent", target, **{**members, **changes})
    return Command(message, (signer(BUREAU),), target)


def end_representation(world: World, representative: bytes = REPRESENTATIVE, **changes: Any) -> Command:
    license_id = issued(world)
    target = objects.representation_object(license_id, representative)
    if world.rev(target) == 0:
        world.run(represent(world, representative))
    members = {"licenseId": license_id, "representative": representative, "until": world.now() + 60 * DAY}
    message = world.message("EndRepresentation", target, **{**members, **changes})
    return Command(message, (signer(BUREAU),), target)


COMMANDS: dict[str, Callable[[World], Command]] = {
    "AddRegion": add_region,
    "SetThreshold": set_threshold,
    "Succeed": succeed,
    "SucceedRegion": succeed_region,
    "AddOrganisation": add_organisation,
    "SucceedOrganisation": succeed_organisation,
    "RegisterKey": register_key,
    "EndKey": end_key,
    "CutOffKey": cut_off_key,
    "RotateKey": rotate_key,
    "RecoverKey": recover_key,
    "AddRelay": add_relay,
    "EndRelay": end_relay,
    "RegisterType": register_type,
    "Entitle": entitle,
    "EndEntitlement": end_entitlement,
    "Recognize": recognize,
    "EndRecognition": end_recognition,
    "Empower": empower,
    "EndPower": end_power,
    "Issue": issue,
    "Amend": amend,
    "Act": act,
    "Bind": bind,
    "Freeze": freeze,
    "TransferOut": transfer_out,
    "IssueBatch": issue_batch,
    "RenewBatch": renew_batch,
    "Represent": represent,
    "EndRepresentation": end_representation,
}
"""What can be done after the seal, by the name of the message."""
