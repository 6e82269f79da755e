"""Receipts of verifications: signed by who verified, held against the ledger, verified again.

A receipt never says more than its verdict: what could not be checked has one that says so. Who verified is
told by the key that signs; who asked is told only where the request was signed; the moment is the verifier's
word, and no earlier than the block that the receipt names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ledger.domain.acts import Purpose
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.entities import Key, Organisation
from ledger.domain.lineage import cut_off_of
from ledger.domain.messages import CLOCK_TOLERANCE
from ledger.domain.moments import parse_moment, rfc3339
from ledger.domain.objects import organisation_id
from ledger.domain.state import typed
from ledger.domain.verdict import COULD_NOT_CHECK, HeadSeen, Outcome, Step, Verdict
from ledger.domain.verification_receipt import (
    MAX_RECEIPT,
    MOST_VERDICTS,
    PRESENTATION,
    UNREAD,
    FoundVerdict,
    VerificationReceipt,
    VerifiedSubject,
    WasAsked,
    found_verdict,
    subject_digest,
    verification_receipt,
)
from ledger.errors import (
    BadProofError,
    BadSignatureError,
    ChainOutageError,
    LedgerError,
    NotEntitledError,
    TrustError,
    UsageError,
)
from ledger.ports import Clock, Index, Signer, Verifier
from ledger.proof.seals import SEAL_FLAGS, SEAL_LIST_NOT_HERE
from ledger.service.present import Scanned
from ledger.service.signing_body import signing_body
from ledger.service.sources import Asked, Histories
from ledger.service.verify import Ask, Subject, VerifyLicenses, state_of_key

MOST_MOMENTS = 64
"""Moments and blocks by which one call verifies again: each is a verification of its own."""

_FOREVER = 2**63
_UNKNOWN = Outcome.UNKNOWN.value
_BY_PROOF = "SUCCESSOR_UNPROVED"
"""The one flag that says how something was looked up, and not what was found."""


def was_asked(ask: Ask, asked: Asked, shown_by: str | None = None) -> WasAsked:
    """What a verifier was asked, as a receipt has it.

    Args:
        ask: Region and moments.
        asked: The trust asked for.
        shown_by: Who shows or relies on a copy, or None.
    """
    return WasAsked(
        at=ask.at,
        known_at=ask.known_at,
        region=None if ask.region is None else f"{ask.region:06d}",
        trust=asked.level,
        head=asked.head,
        max_age=ask.max_age,
        shown_by=shown_by,
    )


def verified_subject(kind: str, data: bytes, read: Scanned, verdicts: Sequence[Verdict]) -> VerifiedSubject:
    """What a receipt says of one document, copy or presentation.

    Args:
        kind: What it was read as.
        data: What was verified.
        read: As it was read.
        verdicts: Those that count, one for each license shown, in their order.
    """
    ids = [each.claim.license_id if each.claim else None for each in read.subjects]
    found = tuple(found_verdict(*each) for each in zip(verdicts, ids, strict=True))
    challenge = read.challenge.hex() if read.challenge else None
    if not any(ids) and not read.subjects[0].is_read:
        return VerifiedSubject(UNREAD, None, challenge, found)
    return VerifiedSubject(kind, subject_digest(data), challenge, found)


class SignReceipts:
    """Signs receipts with the registered key of a body.

    Args:
        ledger_id: Of the trust file, 0x-hex.
        signer: The key, or None where none was given: then no receipt is given.
        index: The ledger as near as can be had; tells whose key it is.
        clock: Ours.
    """

    def __init__(
        self, ledger_id: str, signer: Signer | None, index: Callable[[], Index], clock: Clock
    ) -> None:
        self._ledger_id, self._signer, self._index, self._clock = ledger_id, signer, index, clock

    def require_ready(self) -> None:
        """Refuse at once, before anything is verified and a challenge used up for it.

        Raises:
            NotEntitledError: `RECEIPT_KEY_NONE`, `RECEIPT_KEY_UNREGISTERED`.
            OutageError: Nothing is known of the ledger here.
        """
        self._verifier()

    def sign(
        self, asked: WasAsked, subjects: Sequence[VerifiedSubject], asked_by: str | None = None
    ) -> VerificationReceipt:
        """The receipt of what was found just now.

        Args:
            asked: What was asked.
            subjects: What was verified, and what was found.
            asked_by: The body that signed the request, or None.

        Raises:
            NotEntitledError: As `require_ready`.
            MalformedError: `VERIFICATION_RECEIPT_MALFORMED`: what was asked cannot be told in a receipt.
            UsageError: `RECEIPT_TOO_LONG`.
        """
        count = sum(len(each.verdicts) for each in subjects)
        require_count(count)
        signer, body = self._verifier()
        unsigned = VerificationReceipt(
            ledger_id=self._ledger_id,
            asked=asked,
            subjects=tuple(subjects),
            asked_by=asked_by,
            verified_at=int(self._clock.now().timestamp()),
            verifier=body.uscc,
            public_key=signer.public_key,
        )
        made = unsigned.signed(signer.sign(unsigned.message()))
        return verification_receipt(made.as_json())

    def _verifier(self) -> tuple[Signer, Organisation]:
        if self._signer is None:
            raise NotEntitledError("RECEIPT_KEY_NONE")
        now = int(self._clock.now().timestamp())
        body = signing_body(self._index(), self._signer.public_key, now)
        if body is None:
            raise NotEntitledError("RECEIPT_KEY_UNREGISTERED")
        return self._signer, body


def require_count(count: int) -> None:
    """Refuse more verdicts than a receipt takes; raises `RECEIPT_TOO_LONG`."""
    if count > MOST_VERDICTS:
        raise UsageError("RECEIPT_TOO_LONG", count=count, limit=MOST_VERDICTS)


def read_verification_receipt(data: bytes) -> VerificationReceipt:
    """A receipt in a file; raises as `parse_strict` and `verification_receipt`."""
    return verification_receipt(parse_strict(data, MAX_RECEIPT))


class CheckVerifications:
    """Holds receipts of verifications against one ledger.

    Args:
        ledger_id: Of the trust file, 0x-hex.
        open_histories: Connects and authenticates a head; raises what goes wrong.
        verifier: SM2.
        clock: Ours.
    """

    def __init__(
        self, ledger_id: str, open_histories: Callable[[], Histories], verifier: Verifier, clock: Clock
    ) -> None:
        self._ledger_id, self._open = ledger_id, open_histories
        self._verifier, self._clock = verifier, clock

    def check(self, receipt: VerificationReceipt) -> None:
        """Let pass a receipt that its verifier's registered key signed, by blocks of this ledger.

        Raises:
            BadSignatureError: `VERIFICATION_RECEIPT_SIGNATURE`; `VERIFICATION_RECEIPT_KEY`: no signing key of
                that body, or not good then; `VERIFICATION_RECEIPT_CUT_OFF`: its key was compromised.
            WrongLedgerError: `WRONG_LEDGER`.
            BadProofError: `VERIFICATION_RECEIPT_TIME`, `VERIFICATION_RECEIPT_HEAD`.
            OutageError: No node answers.
        """
        receipt.check(self._verifier, self._ledger_id)
        if receipt.verified_at > int(self._clock.now().timestamp()) + CLOCK_TOLERANCE:
            raise BadProofError("VERIFICATION_RECEIPT_TIME", at=rfc3339(receipt.verified_at))
        histories = self._open()
        histories.require_level()
        _require_good_key(receipt, histories)
        for head in {each.head for each in receipt.verdicts if each.head}:
            _require_block(receipt, head, histories)


def _require_good_key(receipt: VerificationReceipt, histories: Histories) -> None:
    """By a signing key of the body that it names, in its term and not cut off by then."""
    state, at = state_of_key(histories, receipt.key_id), receipt.verified_at
    key = typed(state, "key", receipt.key_id, Key)
    told = {"key": receipt.key_id, "organisation": receipt.verifier, "time": rfc3339(at)}
    is_its_own = key is not None and key.owner == organisation_id(receipt.verifier)
    if key is None or not is_its_own or key.purpose is not Purpose.SIGN or not key.is_valid_at(at):
        raise BadSignatureError("VERIFICATION_RECEIPT_KEY", **told)
    cut_off = cut_off_of(state, receipt.key_id, _FOREVER)
    if cut_off is not None and cut_off <= at:
        raise BadSignatureError("VERIFICATION_RECEIPT_CUT_OFF", **told, cutOff=rfc3339(cut_off))


def _require_block(receipt: VerificationReceipt, head: HeadSeen, histories: Histories) -> None:
    """The block that something was judged by is one of this chain, and was there by then."""
    try:
        header = histories.reader.header(head.block)
    except ChainOutageError as error:
        if error.code != "CHAIN_NO_BLOCK":
            raise
        raise BadProofError("VERIFICATION_RECEIPT_HEAD", block=head.block, hash=head.hash) from None
    is_late = head.time > receipt.verified_at + CLOCK_TOLERANCE
    if (header.hash, header.time) != (head.hash, head.time) or is_late:
        raise BadProofError("VERIFICATION_RECEIPT_HEAD", block=head.block, hash=head.hash)


@dataclass(frozen=True)
class Repeated:
    """What came out when something was verified again.

    Attributes:
        differences: `{"subject", "license", "what", "then", "now"}`: what came out otherwise; `what` is
            `licenseId`, `result`, `flags` or a step.
        is_unchecked: Whether something could not be checked now that could be then.
    """

    differences: tuple[JsonObject, ...]
    is_unchecked: bool

    @property
    def is_same(self) -> bool:
        """Whether all came out as it was."""
        return not self.differences

    def as_json(self) -> JsonObject:
        """The members `again` and `today`."""
        return {"same": self.is_same, "differences": list(self.differences)}

    def error(self) -> LedgerError | None:
        """Why the receipt is not borne out, where it is not."""
        if self.is_unchecked:
            return ChainOutageError("VERIFICATION_NOT_REPEATED")
        return None if self.is_same else TrustError("VERDICT_DIFFERS", count=len(self.differences))


Read = Callable[[VerifiedSubject, WasAsked, bytes], Sequence[Subject]]
"""Reads once more what was verified: what a receipt says of it, what was asked, its bytes."""


@dataclass(frozen=True)
class _Part:
    """One license of one subject, to be judged again."""

    subject: int
    license: int
    then: FoundVerdict
    is_shown: bool
    read: Subject


class RepeatVerifications:
    """Verifies again what a receipt is about.

    Args:
        verify: The verification service at a level of trust.
        asked: The trust asked for.
        read: Reads documents, copies and presentations once more.
    """

    def __init__(self, verify: Callable[[Asked], VerifyLicenses], asked: Asked, read: Read) -> None:
        self._verify, self._asked, self._read = verify, asked, read

    def repeat(
        self, receipt: VerificationReceipt, brought: Mapping[int, bytes], max_age: int
    ) -> tuple[Repeated, Repeated]:
        """What comes out now: by what the ledger held then, and by what it holds today.

        The moment of effect is the receipt's in both. As of then means by the very block that it names: two
        blocks may share a second. At level `state` histories are proved under that block. Step 8 of a
        presentation is not repeated: whether it was fresh, and redeemed once, was for that moment and that
        desk to know.

        Args:
            receipt: Checked.
            brought: What was verified, by its place in the receipt.
            max_age: Seconds; an older head cannot say what holds today.

        Raises:
            UsageError: `RECEIPT_TOO_MANY_MOMENTS`: what was brought was verified at too many.
            LedgerError: Something brought cannot be read again; `UnknownIdError` for a presentation that was
                left at a service and is gone.
        """
        _require_few_moments(receipt, brought)
        parts = [part for place, data in brought.items() for part in self._parts(receipt, place, data)]
        return self._judged(receipt, parts, None), self._judged(receipt, parts, max_age)

    def _parts(self, receipt: VerificationReceipt, place: int, data: bytes) -> list[_Part]:
        verified = receipt.subjects[place]
        read = self._read(verified, receipt.asked, data)
        if len(read) != len(verified.verdicts):
            raise BadProofError("VERIFICATION_RECEIPT_SUBJECT")
        is_shown = verified.kind == PRESENTATION
        return [
            _Part(place, number, then, is_shown, subject)
            for number, (then, subject) in enumerate(zip(verified.verdicts, read, strict=True))
        ]

    def _judged(self, receipt: VerificationReceipt, parts: Sequence[_Part], max_age: int | None) -> Repeated:
        """All of it, by what was known then, or with `max_age` by what is known today."""
        region = None if receipt.asked.region is None else int(receipt.asked.region)
        groups: dict[tuple[Asked, Ask], list[_Part]] = {}
        for part in parts:
            ask = Ask(region, parse_moment(part.then.at), parse_moment(part.then.known_at))
            place = (self._at_its_block(part.then), ask)
            if max_age is not None:
                place = (self._asked, replace(ask, known_at=None, max_age=max_age))
            groups.setdefault(place, []).append(part)
        differences: list[JsonObject] = []
        is_unchecked = False
        for (asked, ask), group in groups.items():
            verdicts = self._verify(asked).verify_together([each.read for each in group], ask)
            for part, now in zip(group, verdicts, strict=True):
                claim = part.read.claim
                found = found_verdict(now, claim.license_id if claim else None)
                differences += _differences(part, found, max_age is not None)
                is_unchecked |= now.result == COULD_NOT_CHECK != part.then.result
        return Repeated(tuple(differences), is_unchecked)

    def _at_its_block(self, then: FoundVerdict) -> Asked:
        """The trust asked for, at the block that something was judged by, or at the newest where none was."""
        if then.head is None:
            return self._asked
        return Asked("state" if self._asked.level in ("state", "seals") else "rpc", then.head.hash)


def _require_few_moments(receipt: VerificationReceipt, brought: Mapping[int, bytes]) -> None:
    """Refuse what would keep who verifies again busy for long; raises `RECEIPT_TOO_MANY_MOMENTS`."""
    verdicts = (each for place in brought for each in receipt.subjects[place].verdicts)
    count = len({(each.at, each.known_at, each.head) for each in verdicts})
    if count > MOST_MOMENTS:
        raise UsageError("RECEIPT_TOO_MANY_MOMENTS", count=count, limit=MOST_MOMENTS)


def _differences(part: _Part, now: FoundVerdict, is_today: bool) -> list[JsonObject]:
    return [
        {"subject": part.subject, "license": part.license, "what": what, "then": then, "now": found}
        for what, then, found in _compared(part, now, is_today)
        if then != found
    ]


def _compared(part: _Part, now: FoundVerdict, is_today: bool) -> list[tuple[str, object, object]]:
    """(what, as it was, as it is) of all that can be repeated; what was not checked then claims nothing."""
    then, left_out = part.then, {Step.HOLDER.name} if part.is_shown else set[str]()
    open_ = set[str]() if is_today else {name for name, outcome, _ in then.checks if outcome == _UNKNOWN}
    steps: list[tuple[str, object, object]] = [
        (was[0], {"outcome": was[1], "code": was[2]}, {"outcome": is_[1], "code": is_[2]})
        for was, is_ in zip(then.checks, now.checks, strict=True)
        if was[0] not in left_out | open_
    ]
    held = {outcome for name, outcome, _ in then.checks if name in left_out}
    is_decided_elsewhere = bool(open_) or bool(held & {Outcome.FAIL.value, _UNKNOWN})
    results = [] if is_decided_elsewhere else [("result", then.result, now.result)]
    flags = [] if open_ else [("flags", _flags(then, now), _flags(now, then))]
    return [("licenseId", then.license_id, now.license_id), *results, *steps, *flags]


def _flags(found: FoundVerdict, other: FoundVerdict) -> list[str]:
    """What was found beside the result; nothing of the seal where one of both did not have a list's text."""
    is_unread = SEAL_LIST_NOT_HERE in {*found.flags, *other.flags}
    return sorted(set(found.flags) - {_BY_PROOF} - (SEAL_FLAGS if is_unread else set()))


def places_of(receipt: VerificationReceipt, brought: Sequence[bytes]) -> dict[int, bytes]:
    """What was brought by its places in a receipt.

    Raises:
        BadProofError: `VERIFICATION_RECEIPT_SUBJECT`: the receipt is not about one of them.
    """
    by_digest = {subject_digest(data): data for data in brought}
    if not by_digest.keys() <= {each.digest for each in receipt.subjects}:
        raise BadProofError("VERIFICATION_RECEIPT_SUBJECT")
    places = enumerate(receipt.subjects)
    return {place: by_digest[each.digest] for place, each in places if each.digest in by_digest}


def told_of(
    receipt: VerificationReceipt,
    brought: Mapping[int, bytes],
    is_checked: bool,
    repeated: tuple[Repeated, Repeated] | None = None,
) -> JsonObject:
    """The keys of `receipt verify`.

    Args:
        receipt: Whose signature holds.
        brought: What was shown to be what was verified, by its place.
        is_checked: Whether it was held against the ledger.
        repeated: What came out again, then and today; None where that was not asked.
    """
    form = receipt.as_json()
    subjects = [{**each, "brought": place in brought} for place, each in enumerate(form["subjects"])]
    again, today = (None, None) if repeated is None else (each.as_json() for each in repeated)
    shown = {name: form[name] for name in ("ledgerId", "asked", "askedBy", "verifiedAt", "verifier")}
    return {
        "valid": True,
        "checked": is_checked,
        **shown,
        "subjects": subjects,
        "again": again,
        "today": today,
    }
