"""Governing a ledger after its seal: bodies, keys, relays, regions, types, rights, agreements.

Every change is a message signed by the competent bodies (`contracts/interfaces/README.md`) and
submitted through any relay. Signers may sit on different machines: what a key that is not here has
to sign is handed out with the header that it was made under, and the same order, given again with
the signatures brought, goes through. Nothing is submitted before every signature of the order is
there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ledger.domain.acts import AMEND_KINDS, Act, Purpose, acts_bitmap
from ledger.domain.canonical import JsonObject
from ledger.domain.entities import Key, Powers, Terms, TypeVersion
from ledger.domain.facts import fact_of, object_of
from ledger.domain.founding import FoundingType
from ledger.domain.messages import key_id
from ledger.domain.moments import rfc3339
from ledger.domain.objects import ascii32
from ledger.domain.records import RecordSignature, record_of
from ledger.domain.registry_messages import KIND_OF, MADE_ONCE
from ledger.domain.signed_message import Prepared
from ledger.domain.state import StateView, typed
from ledger.errors import RuleError, UsageError
from ledger.ports import Clock, LedgerReader
from ledger.service.found import digest_of_text
from ledger.service.list_registry import owner_object
from ledger.service.signing import Brought, KeyFile, SignatureRequest
from ledger.service.submission import Submissions


@dataclass(frozen=True)
class Order:
    """One message and the keys that sign it, in the order in which the contract wants them.

    Attributes:
        name: A struct of `ledger.domain.messages.MESSAGES`.
        members: Its members after the header.
        signers: Keys of the competent bodies; a new key comes last and proves its possession.
    """

    name: str
    members: Mapping[str, object]
    signers: tuple[KeyFile, ...]

    @property
    def object(self) -> bytes:
        """The object that it is about."""
        return object_of(KIND_OF[self.name], self.members)

    @property
    def purpose(self) -> str:
        """The name under which its signatures are asked for: message and object."""
        return f"{self.name}/0x{self.object.hex()}"


@dataclass(frozen=True)
class Recorded:
    """What one order came to; through a service it may only be accepted, perhaps promised.

    Attributes:
        message: Struct of its message.
        about: The object that it is about, 0x-hex.
        seq: Number of its record, as `tx_hash`, `block` and `gas_used` None as long as there is none.
        rev: The revision that it makes.
        tx_hash: The transaction that carried it.
        block: Height of its block.
        gas_used: What it cost this relay.
        digest: Of its message, where that was handed in at a service; None else.
        promise: The promise of a service, or None.
        promise_key: How far that promise was checked; None without one.
    """

    message: str
    about: str
    seq: int | None
    rev: int
    tx_hash: str | None
    block: int | None
    gas_used: int | None
    digest: str | None = None
    promise: JsonObject | None = None
    promise_key: str | None = None

    def as_json(self) -> dict[str, object]:
        """As in `records` of the registry commands."""
        shown: dict[str, object] = {
            "message": self.message,
            "object": self.about,
            "seq": self.seq,
            "rev": self.rev,
            "txHash": self.tx_hash,
            "block": self.block,
            "gasUsed": self.gas_used,
        }
        return shown if self.digest is None else {**shown, "digest": self.digest, "promise": self.promise}


@dataclass
class Governed:
    """What became of some orders.

    Attributes:
        records: One for each order that was submitted now.
        requests: Signatures still to be brought; while there are any, nothing was submitted.
    """

    records: list[Recorded] = field(default_factory=list)
    requests: list[SignatureRequest] = field(default_factory=list)


@dataclass(frozen=True)
class _Signing:
    order: Order
    prepared: Prepared
    signatures: list[RecordSignature]


class GovernLedger:
    """Carries out orders on a sealed ledger.

    Args:
        reader: Tells current revisions.
        submissions: Prepares and submits through this process's relay.
        clock: Tells which of the brought headers are still good.
        brought: Signatures made elsewhere, by an earlier run's requests.
    """

    def __init__(
        self, reader: LedgerReader, submissions: Submissions, clock: Clock, brought: Brought | None = None
    ) -> None:
        self._reader, self._submissions, self._clock = reader, submissions, clock
        self._brought = brought or Brought()

    def run(self, orders: Sequence[Order]) -> Governed:
        """Sign and submit some orders, in their order, or say which signatures are missing.

        What an earlier run that was cut short has recorded already is left out.

        Raises:
            RuleError: `ALREADY_REGISTERED` where nothing is left to do; or the contracts refused.
            OutageError: No node; run it again.
        """
        governed = Governed()
        open_orders = [order for order in orders if not self._is_done(order)]
        if orders and not open_orders:
            raise RuleError("ALREADY_REGISTERED", object="0x" + orders[0].object.hex())
        signings = [self._signed(order, governed.requests) for order in open_orders]
        if not governed.requests:
            governed.records = [self._submit(signing) for signing in signings]
        return governed

    def _is_done(self, order: Order) -> bool:
        """Whether exactly this was recorded before; only of things that are made once."""
        if order.name not in MADE_ONCE:
            return False
        records = self._reader.records_of(order.object)
        if not records:
            return False
        struct, recorded = records[0].message()
        wanted = struct.values(struct.data({**recorded, **order.members}))
        return recorded == wanted

    def _signed(self, order: Order, requests: list[SignatureRequest]) -> _Signing:
        rev = int(self._reader.call("Journal", "revOf", order.object))
        header = self._brought.header(order.purpose, int(self._clock.now().timestamp()))
        prepared = self._submissions.prepare(order.name, rev, {**order.members, **header})
        made = [self._brought.sign(key, prepared, order.purpose, requests) for key in order.signers]
        return _Signing(order, prepared, [each for each in made if each is not None])

    def _submit(self, signing: _Signing) -> Recorded:
        receipt = self._submissions.submit(signing.prepared, signing.signatures)
        fact = fact_of(record_of(receipt.logs[-1]))
        return Recorded(
            message=signing.order.name,
            about="0x" + signing.order.object.hex(),
            seq=fact.seq,
            rev=int(str(signing.prepared.values["rev"])) + 1,
            tx_hash=receipt.tx_hash,
            block=receipt.block,
            gas_used=receipt.gas_used,
        )


def add_region(region: int, parent: int, name: str, by: Sequence[KeyFile]) -> Order:
    """Add a region; by a quorum of the root regions."""
    members = {"region": region, "parent": parent, "nameDigest": digest_of_text(name)}
    return Order("AddRegion", members, tuple(by))


def succeed_contract(name: str, account: str, code_hash: bytes, by: Sequence[KeyFile]) -> Order:
    """Put another contract in the place of a named one, which is closed for ever; by a quorum."""
    members = {"name": ascii32(name), "account": account, "codeHash": code_hash}
    return Order("Succeed", members, tuple(by))


def add_organisation(uscc: str, region: int, level: int, name: str, by: Sequence[KeyFile]) -> Order:
    """Add a body; by its region or a superior one. The ledger keeps only a digest of its name."""
    members = {
        "uscc": ascii32(uscc),
        "region": region,
        "level": level,
        "nameDigest": digest_of_text(name),
    }
    return Order("AddOrganisation", members, tuple(by))


def register_key(
    owner: str,
    key: KeyFile,
    purpose: Purpose,
    by: Sequence[KeyFile],
    valid_from: int = 0,
    valid_to: int = 0,
) -> Order:
    """Register a key; by whoever answers for the owner's keys, then by the key itself.

    Args:
        owner: Credit code, or six digits of a region.
        key: The new key; an encryption key cannot sign and gives no proof of possession.
        purpose: What it may do.
        by: Governing keys.
        valid_from: First moment, in Unix seconds; 0 for its registration.
        valid_to: First moment no more; 0 for none.
    """
    public = key.public_key
    members = {
        "newKey": key_id(public),
        "owner": owner_object(owner),
        "purpose": int(purpose),
        "alg": 1,
        "x": public[1:33],
        "y": public[33:],
        "validFrom": valid_from,
        "validTo": valid_to,
    }
    possession = () if purpose is Purpose.ENCRYPT else (key,)
    return Order("RegisterKey", members, (*by, *possession))


def rotate_key(old: Key, new: KeyFile, until: int, by: Sequence[KeyFile], valid_to: int = 0) -> Order:
    """Hand over to a new key of the same body and purpose; by one of that body's own keys.

    Args:
        old: The key that is replaced.
        new: The key that follows; it proves its possession.
        until: When the old one ends, in Unix seconds; 0 leaves it as it is.
        by: One current key of the same body and purpose, the old one itself as a rule.
        valid_to: First moment at which the new key is good no more; 0 for none.
    """
    members = {**_successor_key(old, new, valid_to), "purpose": int(old.purpose), "until": until}
    return Order("RotateKey", members, (*by, new))


def recover_key(lost: Key, new: KeyFile, by: Sequence[KeyFile], valid_to: int = 0) -> Order:
    """Replace a region's lost governing key, which ends at once; by the region's recovery key."""
    return Order("RecoverKey", _successor_key(lost, new, valid_to), (*by, new))


def _successor_key(old: Key, new: KeyFile, valid_to: int) -> dict[str, object]:
    public = new.public_key
    return {
        "key": bytes.fromhex(old.key_id[2:]),
        "newKey": key_id(public),
        "owner": bytes.fromhex(old.owner[2:]),
        "x": public[1:33],
        "y": public[33:],
        "validFrom": 0,
        "validTo": valid_to,
    }


def succeed_organisation(uscc: str, successor: str, since: int, by: Sequence[KeyFile]) -> Order:
    """Let a body be followed by another, which acts on its licenses from `since` on; 0 means now."""
    members = {"uscc": ascii32(uscc), "successor": ascii32(successor), "since": since}
    return Order("SucceedOrganisation", members, tuple(by))


def succeed_region(region: int, successor: int, since: int, by: Sequence[KeyFile]) -> Order:
    """Let a region be followed by another from `since` on; by a superior of both, or a quorum."""
    return Order("SucceedRegion", {"region": region, "successor": successor, "since": since}, tuple(by))


def end_key(key: bytes, valid_to: int, by: Sequence[KeyFile]) -> Order:
    """End a key (its id, 32 bytes) at a moment that is not past."""
    return Order("EndKey", {"key": key, "validTo": valid_to}, tuple(by))


AHEAD = 300
"""Seconds by which clocks may differ when a cut-off is declared as of now."""


def cut_off_key(key: bytes, since: int, by: Sequence[KeyFile], now: int) -> Order:
    """Declare a key compromised from a moment on, which may be past.

    The contract takes a later moment, too, and it only moves earlier; but until then a thief could sign on.

    Raises:
        UsageError: `CUT_OFF_AHEAD`: more than `AHEAD` seconds after `now`, Unix seconds.
    """
    if since > now + AHEAD:
        raise UsageError("CUT_OFF_AHEAD", since=rfc3339(since), now=rfc3339(now))
    return Order("CutOffKey", {"key": key, "since": since}, tuple(by))


def add_relay(account: str, region: int, until: int, by: Sequence[KeyFile]) -> Order:
    """Let an EVM account submit messages until a moment."""
    return Order("AddRelay", {"relay": account, "region": region, "until": until}, tuple(by))


def end_relay(account: str, region: int, by: Sequence[KeyFile]) -> Order:
    """Stop a relay now."""
    return Order("EndRelay", {"relay": account, "region": region}, tuple(by))


def register_type(
    kind: FoundingType, schema_digest: bytes, grades_digest: bytes, by: Sequence[KeyFile]
) -> Order:
    """Register a type or its next version; a NATIONAL one by a quorum, else by its region."""
    members = {
        "licenseType": ascii32(kind.code),
        "region": kind.region,
        "definer": ascii32(kind.definer),
        "schemaDigest": schema_digest,
        "gradesDigest": grades_digest,
        "acts": acts_bitmap(kind.acts),
        "scope": int(kind.scope),
        "sharing": int(kind.sharing),
        "ground": kind.ground,
    }
    return Order("RegisterType", members, tuple(by))


def close_type(code: str, current: TypeVersion, by: Sequence[KeyFile]) -> Order:
    """Register a next version under which nothing new is issued; what was issued goes on."""
    kept = current.acts - {Act.ISSUE, *AMEND_KINDS.values()}
    members = {
        "licenseType": ascii32(code),
        "region": current.region,
        "definer": ascii32(current.definer),
        "schemaDigest": current.schema_digest,
        "gradesDigest": current.grades_digest,
        "acts": acts_bitmap(frozenset(kept)),
        "scope": int(current.scope),
        "sharing": int(current.sharing),
        "ground": current.ground,
    }
    return Order("RegisterType", members, tuple(by))


def entitle(
    code: str, issuer: str, region: int, since: int, until: int, by: Sequence[KeyFile], operator: str = ""
) -> Order:
    """Give a body the right to issue a type; replaces the right that it had to that type.

    Args:
        code: 21-character code of the type.
        issuer: Unified social credit code of the body.
        region: Where it issues.
        since: First moment.
        until: First moment no more; 0 for none.
        by: A governing key of that region or a superior one.
        operator: Who may sign in the issuer's name meanwhile; empty for nobody.
    """
    members = {
        "licenseType": ascii32(code),
        "issuer": ascii32(issuer),
        "region": region,
        "operator": ascii32(operator),
        "since": since,
        "until": until,
    }
    return Order("Entitle", members, tuple(by))


def require_no_pause(state: StateView, code: str, issuer: str, since: int, now: int) -> None:
    """Refuse a right to come where one is in effect: it would replace that at once, and begin only later.

    Args:
        state: Rights as they are.
        code: Type.
        issuer: Unified social credit code of the body.
        since: First moment of the right to come.
        now: The present.

    Raises:
        UsageError: `RIGHT_WOULD_PAUSE`.
    """
    rights = typed(state, "entitlement", f"{code}/{issuer}", Terms)
    if since > now and rights is not None and rights.last_at(now) is not None:
        raise UsageError("RIGHT_WOULD_PAUSE", type=code, issuer=issuer, since=rfc3339(since))


def end_entitlement(code: str, issuer: str, until: int, by: Sequence[KeyFile]) -> Order:
    """End that right at a moment that is not past."""
    members = {"licenseType": ascii32(code), "issuer": ascii32(issuer), "until": until}
    return Order("EndEntitlement", members, tuple(by))


def empower(
    code: str,
    body: str,
    region: int,
    acts: frozenset[Act],
    since: int,
    until: int,
    by: Sequence[KeyFile],
) -> Order:
    """Name a body for acts on licenses that others issue; replaces what it was named for in that region.

    Args:
        code: 21-character code of the type.
        body: Unified social credit code.
        region: Whose licenses, its inferiors' too.
        acts: Of `NAMEABLE`.
        since: First moment.
        until: First moment no more; 0 for none.
        by: A governing key of that region or a superior one.
    """
    members = {
        "licenseType": ascii32(code),
        "body": ascii32(body),
        "region": region,
        "acts": acts_bitmap(acts),
        "since": since,
        "until": until,
    }
    return Order("Empower", members, tuple(by))


def end_power(code: str, body: str, region: int, until: int, by: Sequence[KeyFile]) -> Order:
    """End that at a moment that is not past."""
    members = {"licenseType": ascii32(code), "body": ascii32(body), "region": region, "until": until}
    return Order("EndPower", members, tuple(by))


def recognize(
    sides: tuple[int, int], code: str, as_type: str, since: int, until: int, by: Sequence[KeyFile]
) -> Order:
    """Agree that a type of one region counts in another.

    Args:
        sides: The region licenses come from, and the one they go to.
        code: Their type.
        as_type: As which type they count.
        since: First moment.
        until: First moment no more; 0 for none.
        by: Two governing keys, of the first region and of the second, in this order.
    """
    members = {
        "fromRegion": sides[0],
        "toRegion": sides[1],
        "licenseType": ascii32(code),
        "asType": ascii32(as_type),
        "since": since,
        "until": until,
    }
    return Order("Recognize", members, tuple(by))


def end_recognition(sides: tuple[int, int], code: str, until: int, by: Sequence[KeyFile]) -> Order:
    """End an agreement at a moment that is not past; one side is enough."""
    members = {"fromRegion": sides[0], "toRegion": sides[1], "licenseType": ascii32(code), "until": until}
    return Order("EndRecognition", members, tuple(by))


def end_organisation(
    keys: Sequence[Key],
    rights: Sequence[Terms],
    until: int,
    by: Sequence[KeyFile],
    powers: Sequence[Powers] = (),
) -> list[Order]:
    """End what a body can still do: its keys, entitlements and powers, as far as they last beyond `until`.

    The body itself stays registered, and so does what it issued.
    """
    current = [key for key in keys if key.is_valid_at(until)]
    held = [right for right in rights if right.at(until, until)]
    ended = [end_key(bytes.fromhex(key.key_id[2:]), until, by) for key in current]
    ended += [end_entitlement(right.key[0], right.key[1], until, by) for right in held]
    named = [each for each in powers if each.at(until)]
    return ended + [end_power(each.license_type, each.body, each.region, until, by) for each in named]
