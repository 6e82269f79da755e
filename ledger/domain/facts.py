"""A record, decoded into the words of the domain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ledger.domain import objects
from ledger.domain.acts import Act
from ledger.domain.license_tree import root
from ledger.domain.messages import Kind
from ledger.domain.records import Record

Values = Mapping[str, object]


@dataclass(frozen=True)
class Fact:
    """When something was recorded, by which contract and keys, what it says.

    `values` are the members of the struct by name, hashes as 0x-hex; `leaves` those of a batch, or the words
    that stand beside the message.
    """

    seq: int
    time: int
    kind: Kind
    values: Values
    key_ids: tuple[str, ...]
    leaves: tuple[bytes, ...] = ()
    writer: str = ""

    @cached_property
    def leaves_root(self) -> bytes:
        """The root that the leaves of a batch make, computed once however many ask."""
        return root(self.leaves)


def fact_of(record: Record) -> Fact:
    """Decode a record.

    Raises:
        TrustError: `BAD_RECORD`: not what the contracts write.
    """
    _, values = record.message()
    body = record.decoded()
    keys = tuple("0x" + signature.key_id.hex() for signature in body.signatures)
    return Fact(record.seq, record.time, Kind(record.kind), values, keys, body.leaves, record.writer)


_ACT_OF = {
    Kind.HOLDER_BOUND: Act.BIND,
    Kind.HOLDER_FROZEN: Act.FREEZE,
    Kind.LICENSE_TRANSFERRED_OUT: Act.TRANSFER_OUT,
}


def act_in(kind: Kind, values: Values) -> Act:
    """What a record about a license does to it.

    Args:
        kind: A kind of `ON_LICENSES`.
        values: Members of its struct by name.

    Example:
        >>> act_in(Kind.HOLDER_FROZEN, {})
        <Act.FREEZE: 18>
    """
    return _ACT_OF.get(kind) or Act(int(str(values["act"])))


def object_of(kind: Kind, values: Values) -> bytes:
    """What a record of this kind with these members is about: its object id, 32 bytes.

    Args:
        kind: The record's kind.
        values: Members of its struct by name; hashes and codes as 0x-hex or as 32 bytes.

    Example:
        >>> object_of(Kind.REGION_ADDED, {"region": 310000}) == objects.region_object(310000)
        True
    """
    return _OBJECT_OF.get(kind, _ledger)(values)


def _word(values: Values, name: str) -> bytes:
    value = values[name]
    return value if isinstance(value, bytes) else bytes.fromhex(str(value).removeprefix("0x"))


def _code(values: Values, name: str) -> str:
    return objects.from_ascii32(_word(values, name))


def _number(values: Values, name: str) -> int:
    return int(str(values[name]))


def _ledger(_: Values) -> bytes:
    return objects.ledger_object()


def _entitlement(values: Values) -> bytes:
    return objects.entitlement_object(_code(values, "licenseType"), _code(values, "issuer"))


def _power(values: Values) -> bytes:
    body = objects.organisation_object(_code(values, "body"))
    return objects.power_object(_code(values, "licenseType"), body, _number(values, "region"))


def _recognition(values: Values) -> bytes:
    sides = (_number(values, "fromRegion"), _number(values, "toRegion"))
    return objects.recognition_object(*sides, _code(values, "licenseType"))


def _batch(values: Values) -> bytes:
    return objects.batch_object(_code(values, "issuer"), _word(values, "root"))


def _representation(values: Values) -> bytes:
    return objects.representation_object(_word(values, "licenseId"), _word(values, "representative"))


def _resource(values: Values) -> bytes:
    return objects.resource_object(_code(values, "owner"), _word(values, "code"))


def _library_writer(values: Values) -> bytes:
    place = (_number(values, "region"), _number(values, "baseLibrary"))
    return objects.library_writer_object(*place, _code(values, "body"))


def _duty(values: Values) -> bytes:
    owned = (_code(values, "owner"), _word(values, "code"))
    return objects.duty_object(_number(values, "region"), *owned)


def _code_table(values: Values) -> bytes:
    region = _number(values, "region")
    if region:
        return objects.code_table_object(objects.region_object(region), _word(values, "name"))
    publisher = objects.organisation_object(_code(values, "publisher"))
    return objects.code_table_object(publisher, _word(values, "name"))


def _delegation(values: Values) -> bytes:
    words = (_code(values, "grantee"), _word(values, "nonce"))
    return objects.delegation_object(_word(values, "parent"), *words)


def _item(values: Values) -> bytes:
    return objects.item_object(_code(values, "owner"), _word(values, "code"))


def _edition(values: Values) -> bytes:
    return objects.edition_object(_resource(values), _word(values, "digest"))


def _declaration(values: Values) -> bytes:
    to = (_word(values, "toOwner"), _word(values, "toCode"))
    other = objects.resource_object(_code(values, "toOwner"), to[1]) if any(map(any, to)) else bytes(32)
    return objects.declaration_object(_resource(values), _number(values, "kind"), other)


def _repeat(values: Values) -> bytes:
    return objects.repeat_object(_item(values), _word(values, "licenseId"), _number(values, "askedAt"))


def _opened_by(name: str) -> Callable[[Values], bytes]:
    return lambda values: objects.correction_object(_word(values, name), _word(values, "nonce"))


def _named(name: str) -> Callable[[Values], bytes]:
    return lambda values: _word(values, name)


_OBJECT_OF: dict[Kind, Callable[[Values], bytes]] = {
    Kind.REGION_ADDED: lambda values: objects.region_object(_number(values, "region")),
    Kind.REGION_SUCCEEDED: lambda values: objects.region_object(_number(values, "region")),
    Kind.REGION_FOLLOWED: lambda values: objects.region_object(_number(values, "successor")),
    Kind.ORGANISATION_ADDED: lambda values: objects.organisation_object(_code(values, "uscc")),
    Kind.ORGANISATION_SUCCEEDED: lambda values: objects.organisation_object(_code(values, "uscc")),
    Kind.KEY_REGISTERED: lambda values: objects.key_object(_word(values, "newKey")),
    Kind.KEY_ENDED: lambda values: objects.key_object(_word(values, "key")),
    Kind.KEY_CUT_OFF: lambda values: objects.key_object(_word(values, "key")),
    Kind.KEY_ROTATED: lambda values: objects.key_object(_word(values, "key")),
    Kind.KEY_REGISTERED_BY_ROTATION: lambda values: objects.key_object(_word(values, "newKey")),
    Kind.KEY_LOST: lambda values: objects.key_object(_word(values, "key")),
    Kind.KEY_REGISTERED_BY_RECOVERY: lambda values: objects.key_object(_word(values, "newKey")),
    Kind.RELAY_ADDED: lambda values: objects.relay_object(str(values["relay"])),
    Kind.RELAY_ENDED: lambda values: objects.relay_object(str(values["relay"])),
    Kind.TYPE_REGISTERED: lambda values: objects.type_object(_code(values, "licenseType")),
    Kind.ENTITLEMENT_GIVEN: _entitlement,
    Kind.ENTITLEMENT_ENDED: _entitlement,
    Kind.POWER_GIVEN: _power,
    Kind.POWER_ENDED: _power,
    Kind.RECOGNITION_AGREED: _recognition,
    Kind.RECOGNITION_ENDED: _recognition,
    Kind.LICENSE_ISSUED: lambda values: _word(values, "licenseId"),
    Kind.LICENSE_AMENDED: lambda values: _word(values, "licenseId"),
    Kind.LICENSE_ISSUED_BY_AMENDMENT: lambda values: _word(values, "newLicenseId"),
    Kind.LICENSE_ACTED: lambda values: _word(values, "licenseId"),
    Kind.HOLDER_BOUND: lambda values: _word(values, "licenseId"),
    Kind.LICENSE_TRANSFERRED_OUT: lambda values: _word(values, "licenseId"),
    Kind.HOLDER_FROZEN: lambda values: _word(values, "licenseId"),
    Kind.LICENSE_BATCH_ISSUED: _batch,
    Kind.LICENSE_OPENED: lambda values: _word(values, "licenseId"),
    Kind.LICENSE_BATCH_RENEWED: lambda values: _word(values, "earlier"),
    Kind.LICENSE_BATCH_ISSUED_BY_RENEWAL: _batch,
    Kind.REPRESENTATION_MADE: _representation,
    Kind.REPRESENTATION_ENDED: _representation,
    Kind.RESOURCE_REGISTERED: _resource,
    Kind.RESOURCE_MOUNTED: _resource,
    Kind.RESOURCE_PROBED: _resource,
    Kind.LIBRARY_WRITER_NAMED: _library_writer,
    Kind.DEMAND_MADE: lambda values: objects.demand_object(_code(values, "demander"), _word(values, "nonce")),
    Kind.DEMAND_OFFERED: _named("demand"),
    Kind.DEMAND_MATCHED: _named("demand"),
    Kind.DUTY_SET: _duty,
    Kind.CODE_TABLE_SET: _code_table,
    Kind.GRANT_REQUESTED: lambda values: objects.grant_object(
        _code(values, "grantee"), _word(values, "nonce")
    ),
    Kind.GRANT_NOTICED: _named("grant"),
    Kind.GRANT_DECIDED: _named("grant"),
    Kind.GRANT_REVIEWED: _named("grant"),
    Kind.CONSENT_GIVEN: _named("grant"),
    Kind.GRANT_WITHDRAWN: _named("grant"),
    Kind.CONSENT_WITHDRAWN: _named("grant"),
    Kind.GRANT_DELEGATED: _delegation,
    Kind.DATA_USED: lambda values: objects.uses_object(_word(values, "root")),
    Kind.DATA_USED_IN_BATCH: lambda values: objects.use_batch_object(
        _word(values, "grant"), _word(values, "root")
    ),
    Kind.USE_REFUSED: lambda values: objects.refusal_object(
        _code(values, "owner"), _word(values, "requestDigest")
    ),
    Kind.USES_REFUSED_IN_BATCH: lambda values: objects.refusal_batch_object(
        _code(values, "owner"), _word(values, "root")
    ),
    Kind.CORRECTION_OPENED: _opened_by("by"),
    Kind.CORRECTION_ASKED: _opened_by("licenseId"),
    Kind.ATTESTED: _opened_by("by"),
    Kind.CORRECTION_ANSWERED: _named("correction"),
    Kind.CORRECTION_DISPUTED: _named("correction"),
    Kind.CORRECTION_CONTESTED: _named("correction"),
    Kind.CORRECTION_SETTLED: _named("correction"),
    Kind.CORRECTION_ACKNOWLEDGED: lambda values: objects.acknowledgement_object(
        _word(values, "correction"), _code(values, "by")
    ),
    Kind.REPEAT_TOLD: _repeat,
    Kind.REPEAT_REPORTED: _repeat,
    Kind.ITEM_REGISTERED: _item,
    Kind.ITEM_ENDED: _item,
    Kind.EDITION_PUBLISHED: _edition,
    Kind.EDITION_WITHDRAWN: _edition,
    Kind.RESOURCE_DECLARED: _declaration,
}
