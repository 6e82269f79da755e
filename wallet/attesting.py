"""A counter without a phone: an office shows for a holder whom it has identified, and vouches for it.

What is shown comes from a license file, or from a code that carries the license and was printed: its
own signature is long stale, but the fields in it still lead to what the issuer signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ledger.domain.attestation import Attestation
from ledger.domain.challenge import Challenge, require_answerable
from ledger.domain.presentation import ShortPresentation, ShownLicense
from ledger.domain.presentation_text import read_qr
from ledger.domain.presenters import Presenter
from ledger.errors import BadProofError, RuleError, UsageError
from ledger.ports import Signer, Verifier
from wallet.ports import Desk
from wallet.showing import Showable, Shown, answer, hand_over


@dataclass(frozen=True)
class PrintedLicense:
    """What a printed code shows of a license; no other field of it can be shown.

    Attributes:
        shown: As read from the code.
        ledger_id: The ledger that it is recorded on, as the code says, 32 bytes.
    """

    shown: ShownLicense
    ledger_id: bytes

    @property
    def identifier(self) -> str:
        """GB/T 36904 identifier where it is among the fields, else the license id."""
        return str(self.shown.disclosure.values().get("metadata/certificateIdentifier", self.license_id))

    @property
    def license_id(self) -> str:
        """0x-hex license id."""
        return self.shown.license_id

    @property
    def paths(self) -> list[str]:
        """The path of every field in the code."""
        return list(self.shown.disclosure.values())

    def show(self, paths: Sequence[str], holder: Presenter | None) -> ShownLicense:
        """The fields at `paths` and nothing else, shown by somebody with keys or without any."""
        return replace(self.shown, disclosure=self.shown.disclosure.narrowed(paths), holder=holder)


def read_printed(text: str) -> list[PrintedLicense]:
    """The licenses that a code carries, however old it is.

    Raises:
        MalformedError: As `ledger.domain.presentation_text.read_qr`.
        UsageError: `CODE_IS_SHORT`.
        BadProofError: `DOCUMENT_TAMPERED`: the fields do not lead to what was signed.
    """
    found = read_qr(text)
    if isinstance(found, ShortPresentation):
        raise UsageError("CODE_IS_SHORT")
    if not all(shown.is_intact(found.ledger_id) for shown in found.licenses):
        raise BadProofError("DOCUMENT_TAMPERED", parts="fields")
    return [PrintedLicense(shown, found.ledger_id) for shown in found.licenses]


def attest(
    licenses: Sequence[Showable],
    fields: Sequence[str],
    challenge: Challenge,
    attestation: Attestation,
    signer: Signer,
    verifier: Verifier,
    now: int,
    desk: Desk | None = None,
) -> Shown:
    """Answer a challenge for a holder who stands at the counter.

    Args:
        licenses: The holder's, as brought.
        fields: What to show, as for `Wallet.present`.
        challenge: The verifier's, as read.
        attestation: How the person was identified; of the signer's key.
        signer: A signing key of the office, registered for it.
        verifier: SM2.
        now: In seconds since 1970.
        desk: As for `Wallet.present`.

    Raises:
        BadSignatureError, StalePresentationError: The challenge must not be answered.
        RuleError: `ATTESTATION_NOT_ALLOWED`: the challenge accepts nobody who vouches.
        MalformedError, OutageError, RuleError, UsageError: As `answer` and `hand_over`.
    """
    require_answerable(challenge, verifier, now)
    if challenge.attested is False:
        raise RuleError("ATTESTATION_NOT_ALLOWED")
    unsigned = answer([(each, None) for each in licenses], fields, challenge, now, attestation)
    return hand_over(unsigned.with_signatures([signer.sign(unsigned.message())]), challenge, desk)
