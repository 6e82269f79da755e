"""A presentation that not all have signed yet, on its way from one holder's wallet to the next.

    {"format": "elicense-draft/1", "challenge": {…}, "presentation": "EL1:…"}

It is redeemed only when everybody has signed. Whoever gets hold of it reads the fields in it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.challenge import Challenge, Verifies, require_answerable
from ledger.domain.presentation import Presentation
from ledger.domain.presentation_check import content_findings
from ledger.domain.presentation_text import draft_text, kept_text, read_draft, whole_text
from ledger.errors import BadProofError, BadSignatureError, MalformedError, RuleError, StalePresentationError
from wallet.ports import Desk
from wallet.showing import Shown, hand_over

FORMAT = "elicense-draft/1"
_ERRORS = {"STALE_PRESENTATION": StalePresentationError, "TAMPERED": BadProofError}


@dataclass(frozen=True)
class Draft:
    """An answer to a challenge.

    Attributes:
        challenge: The verifier's, as the first of those who sign read it.
        presentation: With an empty signature for each who has not signed.
    """

    challenge: Challenge
    presentation: Presentation

    @property
    def signed(self) -> int:
        """How many have signed."""
        return sum(map(bool, self.presentation.signatures))

    @property
    def needed(self) -> int:
        """How many have to."""
        return len(self.presentation.signatures)

    @property
    def is_complete(self) -> bool:
        """Whether everybody has signed."""
        return self.signed == self.needed

    def as_json(self) -> JsonObject:
        """What is handed to the next."""
        text = draft_text(self.presentation)
        return {"format": FORMAT, "challenge": self.challenge.as_json(), "presentation": text}

    @classmethod
    def from_json(cls, form: JsonObject) -> Draft:
        """The inverse, for a draft from outside; form only.

        Raises:
            MalformedError: `DRAFT_MALFORMED`; `CHALLENGE_MALFORMED`; as
                `ledger.domain.presentation_text.read_draft`.
        """
        match form:
            case {"format": "elicense-draft/1", "challenge": dict(challenge), "presentation": str(text)} if (
                len(form) == 3
            ):
                return cls(Challenge.from_json(challenge), read_draft(text))
        raise MalformedError("DRAFT_MALFORMED")

    def check(self, verifier: Verifies, now: int) -> None:
        """Check all that a holder can, before he signs as well.

        Raises:
            BadSignatureError: `CHALLENGE_SIGNATURE_BAD`; `DRAFT_SIGNATURE_BAD`: one who signed did not.
            StalePresentationError: Challenge or draft is too old, or they do not belong together.
            BadProofError: `DISCLOSURE_MISMATCH`.
            RuleError: `FIELDS_NOT_ASKED`, `LICENSE_NOT_ASKED`.
        """
        require_answerable(self.challenge, verifier, now)
        for finding in content_findings(self.presentation, self.challenge, verifier, now):
            if finding.reason != "FIELDS_MISSING":
                error = _ERRORS.get(finding.result, RuleError)
                raise error(finding.reason, fields=", ".join(finding.fields), identifier=finding.license_id)
        message = self.presentation.message()
        for key, signature in zip(self.presentation.signers, self.presentation.signatures, strict=True):
            if signature and not verifier.verify(key, message, signature):
                raise BadSignatureError("DRAFT_SIGNATURE_BAD")

    def require_room(self, desk: Desk | None) -> None:
        """Go on only where the code will hold it once everybody has signed.

        Args:
            desk: As for `hand_over`.

        Raises:
            MalformedError: `PRESENTATION_TOO_LARGE`.
        """
        filled = self.presentation.with_signatures([bytes(64)] * self.needed)
        (whole_text if desk is None or self.challenge.api is None else kept_text)(filled)

    def hand_over(self, desk: Desk | None) -> Shown:
        """The code of a presentation that everybody has signed.

        Raises:
            RuleError: `COSIGNATURES_MISSING`.
            MalformedError, OutageError: As `wallet.showing.hand_over`.
        """
        if not self.is_complete:
            raise RuleError("COSIGNATURES_MISSING", signed=self.signed, needed=self.needed)
        return hand_over(self.presentation, self.challenge, desk)
