"""A copy without a face, for programs: the disclosure and its label in one JSON file.

{"format": "elicense-copy/1", "disclosure": {…}, "label": {…}}
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.canonical import JsonObject, canonical, parse_strict
from ledger.domain.disclosed_row import DisclosedRow
from ledger.domain.handed_out import Disclosed, disclosed
from ledger.domain.label import Label, Verifies, label_from_json
from ledger.domain.strict_form import StrictForm
from ledger.errors import BadProofError

FORMAT = "elicense-copy/1"

_FORM = StrictForm("COPY_MALFORMED")


@dataclass(frozen=True)
class Copy:
    """What a copy of either kind says: the fields handed out, and their label."""

    disclosed: Disclosed
    label: Label

    def check(self, verifier: Verifies, ledger_id: str | None = None, key: bytes | None = None) -> None:
        """Let pass only a copy whose fields lead to what was signed or loaded, under a label of its own.

        Not checked: the issuer's signature and the ledger (`verify` does), and whether it is still time
        (`Label.require_current`).

        Args:
            verifier: SM2.
            ledger_id: Of the ledger that is meant, 0x-hex; None takes any.
            key: The provider's signing key; None takes the one that the label names.

        Raises:
            TrustError: As `Label.check`; `DISCLOSURE_BROKEN`: the fields do not lead to what was signed.
        """
        self.label.check(verifier, self.disclosed.digest, ledger_id, key)
        if not self._is_labelled:
            raise BadProofError("LABEL_OF_ANOTHER", grant=self.label.terms.grant)
        if not self.disclosed.is_intact:
            raise BadProofError("DISCLOSURE_BROKEN", id=self.label.terms.license_id)

    @property
    def _is_labelled(self) -> bool:
        """Whether the label is of the same ledger, license or row; of a row also of its data set."""
        terms, found = self.label.terms, self.disclosed
        if (found.ledger_id, found.license_id) != (terms.ledger_id, terms.license_id):
            return False
        if not isinstance(found, DisclosedRow):
            return True
        return (found.state.owner, found.state.code) == (terms.owner, terms.code)


def write_plain_copy(copy: Copy) -> bytes:
    """The file of the module's head, in RFC 8785 form."""
    parts: JsonObject = {"disclosure": copy.disclosed.as_json(), "label": copy.label.as_json()}
    return canonical({"format": FORMAT, **parts})


def read_plain_copy(data: bytes) -> Copy:
    """Read a copy from outside; form only.

    Raises:
        MalformedError: `COPY_MALFORMED`, `DISCLOSURE_MALFORMED`, `LABEL_MALFORMED`, or the codes of
            `parse_strict`.
    """
    form = parse_strict(data)
    _FORM.require(set(form) == {"format", "disclosure", "label"} and form["format"] == FORMAT, "format")
    _FORM.require(isinstance(form["disclosure"], dict), "disclosure")
    _FORM.require(isinstance(form["label"], dict), "label")
    label = label_from_json(form["label"])
    _FORM.require(label.file is None, "file")
    return Copy(disclosed(form["disclosure"]), label)
