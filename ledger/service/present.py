"""The verifier's side of a presentation: ask, keep what a wallet leaves, redeem once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from ledger.domain.canonical import canonical, parse_strict
from ledger.domain.challenge import DEFAULT_TTL, ID_BYTES, MAX_TTL, Challenge, require_answerable
from ledger.domain.presentation import Presentation, ShortPresentation, ShownLicense
from ledger.domain.presentation_check import check_presentation, holder_check, is_refused, stale
from ledger.domain.presentation_text import read_kept, read_qr
from ledger.domain.presenter_check import Finding, Known
from ledger.domain.verdict import COULD_NOT_CHECK, Check, Outcome, Step, Verdict, failed, passed, skipped
from ledger.errors import (
    BadProofError,
    LedgerError,
    MalformedError,
    RuleError,
    StalePresentationError,
    UnknownIdError,
    UsageError,
)
from ledger.ports import Clock, Entropy, RedemptionStore, Signer, Verifier
from ledger.proof.claims import claim_of_shown, shown_integrity
from ledger.service.holder_records import HolderRecords, registrant_of
from ledger.service.sources import Histories
from ledger.service.verify import Subject

MOST_KEPT = 16
"""Presentations kept for one challenge: who mistyped may try again, who floods may not."""

Fetch = Callable[[str], str]
"""Hex id of a short presentation → its kept text."""


class Kept(NamedTuple):
    """A presentation left at the API: its id (32 bytes) and the second from which it is too late."""

    id: bytes
    expires: int


@dataclass(frozen=True)
class Scanned:
    """What was read at a desk, to be judged and then settled.

    Attributes:
        subjects: For `VerifyLicenses`: one for each license shown, in their order; one where nothing
            could be read.
        settle: The verdicts on them, in their order → those that count. Where the licenses are genuine
            and shown by whom may show them, this uses the challenge up; who comes second is told so.
            Raises `StoreOutageError`: whether it was used before cannot be known.
        challenge: Digest of the challenge that it was held against; None where it is no presentation.
    """

    subjects: Sequence[Subject]
    settle: Callable[[Sequence[Verdict]], list[Verdict]] = list
    challenge: bytes | None = None


class PresentService:
    """Challenges and presentations of one relying party.

    Args:
        store: Where challenges and redemptions are remembered across restarts.
        verifier: SM2.
        clock: The verifier's clock; it alone decides about freshness.
        entropy: For ids and nonces.
    """

    def __init__(self, store: RedemptionStore, verifier: Verifier, clock: Clock, entropy: Entropy) -> None:
        self._store = store
        self._verifier = verifier
        self._clock = clock
        self._entropy = entropy

    def challenge(
        self,
        signer: Signer,
        fields: Sequence[str],
        purpose: str,
        uscc: str = "",
        ttl: int = DEFAULT_TTL,
        api: str | None = None,
        attested: bool | None = None,
    ) -> Challenge:
        """Ask a holder for fields.

        Args:
            signer: The relying party's registered key.
            fields: What is asked for: paths, their last parts, or branches.
            purpose: What for, in words that the holder reads.
            uscc: The relying party's code.
            ttl: Seconds until it is too late to answer, 300 at most.
            api: Where a short presentation is to be left.
            attested: Who may vouch for the holder, as in `Challenge`.

        Returns:
            The signed challenge, remembered until it expires.

        Raises:
            UsageError: `TTL_OUT_OF_RANGE`.
            MalformedError: `CHALLENGE_MALFORMED`: no fields, no purpose, or too long ones.
        """
        if not 1 <= ttl <= MAX_TTL:
            raise UsageError("TTL_OUT_OF_RANGE", ttl=ttl, limit=MAX_TTL)
        unsigned = Challenge(
            id=self._entropy.token(ID_BYTES),
            nonce=self._entropy.token(ID_BYTES),
            uscc=uscc,
            public_key=signer.public_key,
            purpose=purpose,
            fields=tuple(fields),
            expires=self._now() + ttl,
            api=api,
            attested=attested,
        )
        made = unsigned.signed(signer.sign(unsigned.message()))
        checked = Challenge.from_json(made.as_json())
        self._store.forget(self._now() - MAX_TTL)
        self._store.keep_challenge(made.id, canonical(made.as_json()).decode("utf-8"), made.expires)
        return checked

    def find_challenge(self, challenge_id: bytes) -> Challenge:
        """A challenge that this service made.

        Raises:
            UnknownIdError: `CHALLENGE_UNKNOWN`.
        """
        form = self._store.challenge(challenge_id)
        if form is None:
            raise UnknownIdError("CHALLENGE_UNKNOWN", id=challenge_id.hex())
        return _challenge(form)

    def challenge_of(self, text: str) -> Challenge:
        """The challenge of this service that a QR text answers.

        Raises:
            UsageError: `CHALLENGE_NEEDED`: it answers none that is known here, or cannot be read.
        """
        try:
            found = read_qr(text)
            if isinstance(found, ShortPresentation):
                return self.find_challenge(self._store.answered(found.id) or b"")
            return self.find_challenge(found.challenge_id)
        except (RuleError, BadProofError):
            raise UsageError("CHALLENGE_NEEDED") from None

    def keep(self, text: str) -> Kept:
        """Keep what a wallet leaves for a short QR code. Nothing of it is verified or redeemed yet.

        Only who has seen the challenge can leave anything: its digest must be right.

        Args:
            text: `kept_text` of a presentation, without its first signature.

        Raises:
            MalformedError: As `ledger.domain.presentation_text.read_kept`.
            UnknownIdError: `CHALLENGE_UNKNOWN`.
            StalePresentationError: `CHALLENGE_EXPIRED`, `CHALLENGE_ALTERED`.
            RuleError: `PRESENTATIONS_FULL`.
        """
        presentation = read_kept(text)
        challenge = self.find_challenge(presentation.challenge_id)
        require_answerable(challenge, self._verifier, self._now())
        if presentation.challenge_digest != challenge.digest:
            raise StalePresentationError("CHALLENGE_ALTERED")
        kept = Kept(presentation.id, min(presentation.expires, challenge.expires))
        if not self._store.keep_presentation(kept.id, challenge.id, text, kept.expires, MOST_KEPT):
            raise RuleError("PRESENTATIONS_FULL")
        return kept

    def kept(self, presentation_id: str) -> str:
        """The text that was left under an id, in hex.

        Raises:
            UnknownIdError: `PRESENTATION_UNKNOWN`: never left, expired, or redeemed.
        """
        found = self._store.presentation(_bytes(presentation_id))
        if found is None or read_kept(found).expires <= self._now():
            raise UnknownIdError("PRESENTATION_UNKNOWN", id=presentation_id[:64])
        return found

    def read(self, text: str, fetch: Fetch | None = None) -> Presentation:
        """Read a QR text and, for a short one, get the whole presentation that it names.

        Args:
            text: What the QR code carried.
            fetch: Where to get it; by default this service's own store.

        Raises:
            MalformedError: As `ledger.domain.presentation_text.read_qr`.
            UnknownIdError: `PRESENTATION_UNKNOWN`.
            BadProofError: `PRESENTATION_MIXED_UP`.
        """
        found = read_qr(text)
        if not isinstance(found, ShortPresentation):
            return found
        return found.resolve(read_kept((fetch or self.kept)(found.id.hex())))

    def redeem(
        self, presentation: Presentation, challenge: Challenge, known: Known | None = None
    ) -> list[Finding]:
        """Check a presentation against its challenge and use the challenge up.

        A bad presentation leaves the challenge open for the right one; a good one closes it for
        ever. Whether the licenses in it are genuine is for the caller to know before.

        Args:
            presentation: As read.
            challenge: The verifier's copy.
            known: What the ledger holds about those who show it; by default nothing is known but what
                the issuers signed.

        Returns:
            As `check_presentation`, with `PRESENTATION_REPLAYED` where it was used up before.

        Raises:
            StoreOutageError: Whether it was used before cannot be known.
        """
        findings = check_presentation(presentation, challenge, self._verifier, self._now(), known)
        if is_refused(findings):
            return findings
        if not self._store.redeem(self._counted_as(challenge), self._now()):
            return [stale("PRESENTATION_REPLAYED"), *findings]
        return findings

    def scan(
        self,
        text: str,
        challenge: Challenge,
        fetch: Fetch | None = None,
        records: HolderRecords | None = None,
    ) -> Scanned:
        """Read, resolve and check what a QR code carried. Nothing of it is redeemed before it is settled.

        Args:
            text: What the QR code carried.
            challenge: The verifier's copy.
            fetch: As for `read`.
            records: What the ledger holds about holders; by default what the issuers signed counts.
                Where it cannot be asked, a license may have been bound anew since: its holder is not
                checked.

        Raises:
            UnknownIdError: `PRESENTATION_UNKNOWN`: nothing was left under that id, and in time.
            OutageError: The API or the store cannot be reached.
        """
        return replace(self._scanned(text, challenge, fetch, records), challenge=challenge.digest)

    def reread(self, text: str) -> list[Subject]:
        """What a presentation shows, to be judged once more; who showed it, and when, is not asked again.

        Args:
            text: What the QR code carried; of a short one, what was left for it has to be here still.

        Raises:
            MalformedError, UnknownIdError, BadProofError: As `read`.
        """
        presentation = self.read(text)
        once_shown = skipped(Step.HOLDER, "NOT_PRESENTED")
        return [_subject(shown, presentation.ledger_id, once_shown) for shown in presentation.licenses]

    def _scanned(
        self, text: str, challenge: Challenge, fetch: Fetch | None, records: HolderRecords | None
    ) -> Scanned:
        try:
            presentation = self.read(text, fetch)
        except MalformedError as error:
            return _unread(failed(Step.FORM, "MALFORMED", evidence=_evidence(error)))
        except BadProofError as error:
            mixed_up = failed(Step.INTEGRITY, "TAMPERED", "DIGEST_MISMATCH", _evidence(error))
            return _unread(passed(Step.FORM), mixed_up)
        except UnknownIdError:
            late = self._lateness(challenge)
            if late is None:
                raise
            return _unread(passed(Step.FORM), holder=holder_check([late]))
        known = records.about(presentation, self._now()) if records else Known()
        findings = check_presentation(presentation, challenge, self._verifier, self._now(), known)
        subjects = [
            _subject(shown, presentation.ledger_id, holder)
            for shown, holder in zip(
                presentation.licenses, _holders(findings, presentation, known), strict=True
            )
        ]
        return Scanned(subjects, partial(self._settle, presentation, challenge, known, findings))

    def _settle(
        self,
        presentation: Presentation,
        challenge: Challenge,
        known: Known,
        findings: Sequence[Finding],
        verdicts: Sequence[Verdict],
    ) -> list[Verdict]:
        """Redeem what was proven, and nothing else: who shows a license that he made up uses nothing up."""
        if _are_proven(verdicts):
            findings = self.redeem(presentation, challenge, known)
        elif self._is_redeemed(challenge):
            findings = [stale("PRESENTATION_REPLAYED"), *findings]
        holders = _holders(findings, presentation, known)
        return [_with_holder(*each) for each in zip(verdicts, holders, strict=True)]

    def _lateness(self, challenge: Challenge) -> Finding | None:
        """Why what was left for a challenge may be gone."""
        if self._is_redeemed(challenge):
            return stale("PRESENTATION_REPLAYED")
        return stale("CHALLENGE_EXPIRED") if self._now() >= challenge.expires else None

    def _is_redeemed(self, challenge: Challenge) -> bool:
        return self._store.is_redeemed(self._counted_as(challenge))

    def _counted_as(self, challenge: Challenge) -> bytes:
        """Under what it is used up: its id where it was made here, else its digest.

        Anybody may make a challenge with the id of another one.
        """
        form = self._store.challenge(challenge.id)
        is_ours = form is not None and _challenge(form).digest == challenge.digest
        return challenge.id if is_ours else challenge.digest

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def is_registered(histories: Histories, challenge: Challenge, at: int) -> bool:
    """Whether a challenge's key is a signing key of the organisation that it names, as of the head.

    Args:
        histories: The ledger.
        challenge: As the wallet read it.
        at: Moment at which the key must be valid, in seconds since 1970.

    Raises:
        LedgerError: The ledger could not be asked.
    """
    body = registrant_of(histories, challenge.public_key, at)
    return body is not None and body.is_current and body.uscc == challenge.uscc


_NO_BASIS = skipped(Step.BASIS, "NO_DATA_HANDED_OUT")


def _subject(shown: ShownLicense, ledger_id: bytes, holder: Check) -> Subject:
    return Subject(
        before=(passed(Step.FORM), shown_integrity(shown, ledger_id)),
        claim=claim_of_shown(shown, ledger_id),
        after=(holder, _NO_BASIS),
        disclosed=shown.disclosure.values(),
    )


def _unread(form: Check, integrity: Check | None = None, holder: Check | None = None) -> Scanned:
    """A subject of which nothing more can be asked."""
    before = (form, integrity or skipped(Step.INTEGRITY, "NOT_REACHED"))
    return Scanned([Subject(before, None, (holder or skipped(Step.HOLDER, "NOT_REACHED"), _NO_BASIS))])


def _holders(findings: Sequence[Finding], presentation: Presentation, known: Known) -> list[Check]:
    """Step 8 for each license of a presentation."""
    return [holder_check(findings, presentation, shown.license_id, known) for shown in presentation.licenses]


_GENUINE = {Step.FORM, Step.INTEGRITY, Step.SIGNATURE, Step.ISSUER, Step.ANCHOR}
_SHOWN = {Outcome.PASS, Outcome.SKIPPED}


def _are_proven(verdicts: Sequence[Verdict]) -> bool:
    """Whether every license is one that an issuer put on the ledger, and somebody proved that it is his.

    Where it stands and counts is another matter: a revoked license shown by its holder is an answer. What
    could not be checked is none.
    """
    if any(verdict.result == COULD_NOT_CHECK for verdict in verdicts):
        return False
    checks = [check for verdict in verdicts for check in verdict.checks]
    holders = [check.outcome for check in checks if check.step is Step.HOLDER]
    is_genuine = all(check.outcome is Outcome.PASS for check in checks if check.step in _GENUINE)
    return is_genuine and Outcome.PASS in holders and _SHOWN.issuperset(holders)


def _with_holder(verdict: Verdict, holder: Check) -> Verdict:
    """The same verdict by another step 8; where that failed, no field value is passed on."""
    checks = tuple(holder if check.step is Step.HOLDER else check for check in verdict.checks)
    disclosed = None if holder.outcome is Outcome.FAIL else verdict.disclosed
    return replace(verdict, checks=checks, disclosed=disclosed)


def _challenge(form: str) -> Challenge:
    """A challenge as the store keeps it."""
    return Challenge.from_json(parse_strict(form.encode("utf-8")))


def _evidence(error: LedgerError) -> dict[str, object]:
    return {"code": error.code, **error.message()}


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
