"""Slips of platforms: who signed them, what became of a file on its way, and what this home knows of that.

A file that a platform carried is as good without slips: what is in it is signed by those whose word counts.
Slips tell through whose hands it went. So none is asked for here; where there are some they have to be right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.hop_slip import KINDS, MOST_HOPS, CarriedFile, HopSlip, in_order, read_slip
from ledger.domain.messages import CLOCK_TOLERANCE
from ledger.domain.moments import rfc3339
from ledger.domain.sm3 import sm3
from ledger.domain.state import StateView
from ledger.errors import BadSignatureError, MalformedError, RuleError, TrustError
from ledger.ports import Clock, Signer, Verifier
from ledger.service.check_uses import signs_as
from ledger.service.party_texts import ByDigest


@dataclass(frozen=True)
class Handover:
    """What a platform says of a file that it passes on.

    Attributes:
        use: Digest of the request, 0x-hex.
        kind: Of the file.
        data: The file.
        platform: Credit code of the body whose platform it is.
        sender: Who brought it; empty for the platform before.
        receiver: To whom it is passed.
        received_at: When it came, in Unix seconds.
    """

    use: str
    kind: str
    data: bytes
    platform: str
    sender: str
    receiver: str
    received_at: int


def sign_slip(ledger_id: str, given: Handover, before: HopSlip | None, signer: Signer, now: int) -> HopSlip:
    """The slip for a file, after the one before it.

    Raises:
        RuleError: `HOP_FROM`: nobody is named who brought it, or another than the slip before says;
            `HOP_NOT_NEXT`: that slip is of another file, or passed it to another; `HOP_BACKWARDS`: it would
            come before that; `HOP_TOO_MANY`.
    """
    digest = sm3(given.data).hex()
    if before is not None:
        passed = (before.use, before.kind, before.file, before.receiver)
        if passed != (given.use, given.kind, digest, given.platform):
            raise RuleError("HOP_NOT_NEXT", hop=before.hop)
        if before.hop == MOST_HOPS:
            raise RuleError("HOP_TOO_MANY", most=MOST_HOPS)
    sender = before.platform if before else given.sender
    if not sender or given.sender not in ("", sender):
        raise RuleError("HOP_FROM", body=sender or "-")
    if not (before.passed_at if before else 0) <= given.received_at <= now:
        raise RuleError("HOP_BACKWARDS", at=rfc3339(given.received_at))
    slip = HopSlip(
        ledger_id=ledger_id,
        use=given.use,
        kind=given.kind,
        file=digest,
        hop=before.hop + 1 if before else 1,
        sender=sender,
        receiver=given.receiver,
        received_at=given.received_at,
        passed_at=now,
        previous=before.digest if before else None,
        platform=given.platform,
        public_key=signer.public_key,
    )
    return slip.signed(signer.sign(slip.message()))


@dataclass(frozen=True)
class CheckHops:
    """Judges slips by the ledger.

    Attributes:
        ledger_id: 0x-hex.
        look: The ledger as near as can be had.
        verifier: SM2.
        clock: Ours.
    """

    ledger_id: str
    look: Callable[[], StateView]
    verifier: Verifier
    clock: Clock

    def check(self, carried: CarriedFile) -> None:
        """Let pass slips that are in order and were signed by registered keys of the platforms' bodies.

        Raises:
            TrustError: As `CarriedFile.check`; `HOP_SIGNATURE`, `HOP_KEY`, `WRONG_LEDGER`.
        """
        carried.check()
        for slip in carried.slips:
            self.check_signed(slip)

    def check_signed(self, slip: HopSlip) -> None:
        """Let pass a slip by itself; raises `HOP_SIGNATURE`, `HOP_KEY`, `HOP_TIME`, `WRONG_LEDGER`."""
        slip.check(self.verifier, self.ledger_id)
        if slip.passed_at > int(self.clock.now().timestamp()) + CLOCK_TOLERANCE:
            raise TrustError("HOP_TIME", hop=slip.hop, at=rfc3339(slip.passed_at))
        if not signs_as(self.look(), slip.key_id, slip.platform, slip.passed_at):
            raise BadSignatureError("HOP_KEY", hop=slip.hop, key=slip.key_id, body=slip.platform)


class KnownWays:
    """By which platforms the files of uses went, as far as this home saw their slips.

    Args:
        kept: Where they are kept, by use.
    """

    def __init__(self, kept: ByDigest) -> None:
        self._kept = kept

    def note(self, carried: CarriedFile) -> None:
        """Keep the checked slips of a file; nothing where there are none, or they are kept already."""
        told = [each.as_json() for each in carried.slips]
        known = self._kept.load(carried.use) or {}
        if told and known.get(carried.kind) != told:
            self._kept.save(carried.use, {**known, carried.kind: told})

    def of(self, use: str) -> dict[str, tuple[HopSlip, ...]]:
        """The slips of a use by the kind of file; nothing where this home saw none."""
        try:
            found = self._kept.load(use) or {}
            return {kind: tuple(map(read_slip, found[kind])) for kind in KINDS if kind in found}
        except (MalformedError, AttributeError, TypeError):  # a damaged file is as good as none
            return {}

    def told(self, use: str) -> JsonObject | None:
        """The member `hops` of `use show`; None where this home saw none."""
        found = self.of(use)
        return {kind: [hop_json(each) for each in slips] for kind, slips in found.items()} or None


def hop_json(slip: HopSlip) -> JsonObject:
    """A slip in the words of answers."""
    return {
        "hop": slip.hop,
        "platform": slip.platform,
        "from": slip.sender,
        "to": slip.receiver,
        "receivedAt": rfc3339(slip.received_at),
        "passedAt": rfc3339(slip.passed_at),
        "keyId": slip.key_id,
        "digest": slip.digest,
    }


def carried_of(use: str, kind: str, data: bytes, forms: list[JsonObject]) -> CarriedFile:
    """A file with its slips, by their numbers; raises `HOP_MALFORMED`."""
    return CarriedFile(use, kind, sm3(data).hex(), in_order([read_slip(each) for each in forms]))
