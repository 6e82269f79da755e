"""Verifying copies: their fields as any license, and in step 9 label, grant, use and end.

What a copy shows is judged by the ledger like a license file. That it may be relied on here is step 9:
for whom, for what and until when it was made, whether its provider labelled it so, whether the grant that
it names says the same and allows the fields, and whether the use stands on the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ledger.domain.annotated_copy import read_annotated_copy
from ledger.domain.canonical import parse_strict
from ledger.domain.disclosed_row import DisclosedRow, state_told
from ledger.domain.label import Label
from ledger.domain.moments import rfc3339
from ledger.domain.plain_copy import FORMAT, Copy, read_plain_copy
from ledger.domain.row_schema import RowSchema, broken_in_row
from ledger.domain.row_tree import RowsState
from ledger.domain.verdict import (
    AS_HANDED_OUT,
    COULD_NOT_CHECK,
    Check,
    Outcome,
    Step,
    failed,
    passed,
    skipped,
    unknown,
)
from ledger.errors import LedgerError, MalformedError, OutageError, TrustError
from ledger.ports import Verifier
from ledger.proof.claims import claim_of_shown, shown_integrity
from ledger.service.copy_grants import Finding
from ledger.service.copy_records import CopyRecords, Known
from ledger.service.verify import Subject

_LAYOUTS = (b"%PDF-", b"PK\x03\x04")
_FINDINGS = {
    "LABEL_SIGNATURE_BAD": Finding("TAMPERED", "LABEL_SIGNATURE_BAD"),
    "LABEL_OF_ANOTHER": Finding("TAMPERED", "LABEL_OF_ANOTHER"),
    "DISCLOSURE_BROKEN": Finding("TAMPERED", "DIGEST_MISMATCH"),
    "WRONG_LEDGER": Finding("NOT_ANCHORED", "OTHER_LEDGER"),
    "LABEL_EXPIRED": Finding("STALE_PRESENTATION", "COPY_EXPIRED"),
}
"""What an error of the copy itself says of it."""
_OF_LICENSES = (Step.SIGNATURE, Step.ISSUER, Step.ANCHOR, Step.STATUS, Step.RECOGNITION)
_NO_LICENSE = tuple(skipped(step, "NO_LICENSE") for step in _OF_LICENSES)


def is_copy(data: bytes) -> bool:
    """Whether a file is to be read as a copy: a PDF or OFD, or JSON that says so."""
    if data.startswith(_LAYOUTS):
        return True
    if FORMAT.encode() not in data:
        return False
    try:
        return parse_strict(data).get("format") == FORMAT
    except MalformedError:
        return False


def read_copy(data: bytes) -> Copy:
    """Read a copy of either kind; raises as `read_annotated_copy` and `read_plain_copy`."""
    return read_annotated_copy(data) if data.startswith(_LAYOUTS) else read_plain_copy(data)


@dataclass(frozen=True)
class CopyAsk:
    """What is asked of a copy.

    Attributes:
        at: Moment at which it has to be good, in seconds since 1970.
        shown_by: Credit code of the body that shows it or relies on it; None where people look themselves.
    """

    at: int
    shown_by: str | None = None


class VerifyCopies:
    """Reads copies for `VerifyLicenses`.

    Args:
        ledger_id: Of the trust file, 0x-hex.
        verifier: SM2.
        records: What the ledger holds about them.
        schema_of: The schema by which a row was loaded; None where it is not known here.
    """

    def __init__(
        self,
        ledger_id: str,
        verifier: Verifier,
        records: CopyRecords,
        schema_of: Callable[[RowsState], RowSchema | None] = lambda _: None,
    ) -> None:
        self._ledger_id, self._verifier, self._records = ledger_id, verifier, records
        self._schema_of = schema_of

    def subject(self, data: bytes, ask: CopyAsk) -> Subject:
        """A copy as a subject of verification, whatever the bytes are.

        Args:
            data: The file.
            ask: What is asked of it.
        """
        try:
            copy = read_copy(data)
            if isinstance(copy.disclosed, DisclosedRow):
                return self._row(copy, copy.disclosed, ask)
            ledger_id = bytes.fromhex(copy.disclosed.ledger_id[2:])
            claim = claim_of_shown(copy.disclosed.shown, ledger_id)
        except MalformedError as error:
            return _unread(failed(Step.FORM, "MALFORMED", evidence=_evidence(error)), "NOT_REACHED")
        except TrustError as error:
            altered = failed(Step.INTEGRITY, "TAMPERED", "COPY_ALTERED", _evidence(error))
            return _unread(passed(Step.FORM), "NOT_REACHED", altered)
        basis, flags = self._basis(copy, ask)
        return Subject(
            before=(passed(Step.FORM), shown_integrity(copy.disclosed.shown, ledger_id)),
            claim=claim,
            after=(skipped(Step.HOLDER, "NOT_PRESENTED"), basis),
            disclosed=copy.disclosed.values,
            flags=flags,
        )

    def _row(self, copy: Copy, row: DisclosedRow, ask: CopyAsk) -> Subject:
        """A copy of a row of a data set: no license, so what stands behind it is step 9."""
        basis, flags = self._basis(copy, ask)
        return Subject(
            before=(self._row_form(row), _row_integrity(row)),
            claim=None,
            after=(skipped(Step.HOLDER, "NOT_PRESENTED"), basis),
            disclosed=row.values,
            flags=("ROW_AS_LOADED", *flags),
            instead=_NO_LICENSE,
            good=AS_HANDED_OUT,
        )

    def _row_form(self, row: DisclosedRow) -> Check:
        """Step 1 for a row: a derived field says what its source, where both are seen, makes of it."""
        schema = self._schema_of(row.state)
        broken = broken_in_row(schema.derived, row.values) if schema else []
        if not broken:
            return passed(Step.FORM)
        return failed(Step.FORM, "MALFORMED", "DERIVED_MISMATCH", {"fields": broken})

    def _basis(self, copy: Copy, ask: CopyAsk) -> tuple[Check, tuple[str, ...]]:
        """Step 9, and what stands beside the result."""
        told = _told(copy.label)
        finding, evidence = self._by_itself(copy, ask)
        known = Known(finding)
        if finding is None:
            try:
                known = self._records.about(copy, ask.at)
            except (OutageError, TrustError) as problem:
                return _unchecked(problem, told), ()
        if known.finding is not None:
            return _against(known.finding, {**told, **evidence}), ()
        for_whom = () if ask.shown_by else ("COPY_FOR_GRANTEE",)
        told["use"] = known.use
        return Check(Step.BASIS, Outcome.PASS, "COPY_LABELLED", "", told), (*for_whom, *known.flags)

    def _by_itself(self, copy: Copy, ask: CopyAsk) -> tuple[Finding | None, dict[str, object]]:
        """What speaks against it without asking the ledger."""
        try:
            copy.check(self._verifier, self._ledger_id)
            copy.label.require_current(ask.at)
        except TrustError as error:
            return _FINDINGS[error.code], _evidence(error)
        if ask.shown_by not in (None, copy.label.terms.grantee):
            return Finding("OUT_OF_SCOPE", "COPY_NOT_THEIRS"), {"shownBy": ask.shown_by}
        return None, {}


def _row_integrity(row: DisclosedRow) -> Check:
    """Step 2 for a row: its fields lead to its data set as that was loaded."""
    evidence = {
        "digest": row.license_id,
        "fields": len(row.values),
        "state": row.state_digest,
        **state_told(row.state),
    }
    if not row.is_intact:
        return failed(Step.INTEGRITY, "TAMPERED", "DIGEST_MISMATCH", evidence)
    return passed(Step.INTEGRITY, evidence)


def _told(label: Label) -> dict[str, object]:
    """What the label says, for whoever looks at the verdict."""
    terms, until = label.terms, rfc3339(label.terms.until)
    who = f"{terms.grantee_name} ({terms.grantee})"
    return {
        "grantee": {"uscc": terms.grantee, "name": terms.grantee_name},
        "purpose": terms.purpose.text,
        "item": terms.item,
        "grade": terms.grade,
        "grant": terms.grant,
        "request": terms.request,
        "use": None,
        "copyNumber": label.copy_number,
        "provider": label.provider,
        "issuedAt": rfc3339(label.issued_at),
        "until": until,
        "zh": f"仅供 {who} 用于“{terms.purpose.text}”，至 {until}，副本编号 {label.copy_number}。",
        "en": f"Made for {who}, for “{terms.purpose.text}”, until {until}; copy number {label.copy_number}.",
    }


def _against(finding: Finding, told: Mapping[str, object]) -> Check:
    """What speaks against a copy, or could not be checked of it."""
    named = {"member": finding.member} if finding.member else {}
    until = {"recordedUntil": rfc3339(finding.until)} if finding.until else {}
    evidence = {**told, **named, **until}
    if finding.result == COULD_NOT_CHECK:
        return unknown(Step.BASIS, finding.code, evidence)
    return failed(Step.BASIS, finding.result, finding.code, evidence)


def _unchecked(problem: LedgerError, told: dict[str, object]) -> Check:
    code = "BAD_PROOF" if problem.family == "trust" else "CHAIN_UNREACHABLE"
    is_told = problem.code == "TRUST_NOT_REACHED"
    evidence = {**told, "code": problem.code, **problem.message()}
    return unknown(Step.BASIS, problem.code if is_told else code, evidence)


def _unread(form: Check, code: str, integrity: Check | None = None) -> Subject:
    """A subject of which nothing more can be asked."""
    before = (form, integrity or skipped(Step.INTEGRITY, code))
    return Subject(before, None, (skipped(Step.HOLDER, "NOT_PRESENTED"), skipped(Step.BASIS, code)))


def _evidence(error: LedgerError) -> dict[str, object]:
    return {"code": error.code, **error.message()}
