"""Who shows a license, and whether he may: one part of step 8.

The holder by the keys that the ledger binds, several holders by the rule that binds them, somebody who
stands in for the holder by a record of that, and a body that vouches by its registered key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ledger.domain.attestation import Attestation
from ledger.domain.challenge import Challenge
from ledger.domain.entities import Mandate
from ledger.domain.moments import rfc3339
from ledger.domain.presentation import UNBOUND, Presentation, ShownLicense
from ledger.domain.presenters import AllHolders, AnyHolder, Lack, Representative
from ledger.domain.representation import RepresentationScope
from ledger.domain.verdict import Check, Outcome, Step, passed
from ledger.errors import LedgerError
from ledger.errors.texts import TEXTS


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold, or, for `HOLDER_UNBOUND`, could not be asked.

    Attributes:
        reason: The exact cause, a key of `ledger.errors.texts.TEXTS`.
        code: Code of step 8, a key of `ledger.domain.verdict_texts.CODE_TEXTS`.
        result: Result that it speaks for; empty for `HOLDER_UNBOUND`.
        fields: Field names that the cause is about.
        license_id: 0x-hex id of the license that it is about; empty where it is the whole.
    """

    reason: str
    code: str
    result: str
    fields: tuple[str, ...] = ()
    license_id: str = ""

    def message(self) -> dict[str, str]:
        """The cause as `{"zh", "en"}`."""
        text = TEXTS[self.reason]
        values = {"fields": ", ".join(self.fields), "identifier": self.license_id}
        return {"zh": text.zh.format_map(values), "en": text.en.format_map(values)}


@dataclass(frozen=True, slots=True)
class Registrant:
    """The body that a signing key is registered for.

    Attributes:
        uscc: Its unified social credit code.
        is_current: Whether the key may sign now: valid, and neither it nor one that it descends from
            declared compromised.
    """

    uscc: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger holds now about those who show, as far as it was asked.

    Attributes:
        bindings: Holder bindings (0x-hex) by license id; the one that the issuer signed counts for a
            license that is not there. Differs from that one after a rebind.
        mandates: By what right representatives stand in for the holder of a license, by its id, or why
            they do not; nobody does for a license that is not there.
        attester: The body whose key vouches; None where the ledger knows none.
        problems: Why nothing is known, by the license id or key id that it was asked about.
        frozen: Ids of licenses whose binding stopped until they are bound anew.
    """

    bindings: Mapping[str, str] = field(default_factory=dict)
    attester: Registrant | None = None
    mandates: Mapping[str, Mandate | Lack] = field(default_factory=dict)
    problems: Mapping[str, LedgerError] = field(default_factory=dict)
    frozen: frozenset[str] = frozenset()


def tampered(reason: str, code: str, shown: ShownLicense) -> Finding:
    """A finding that a license is not shown as it was made, or not by whom it is bound to."""
    return Finding(reason, code, "TAMPERED", (), shown.license_id)


def presenter_findings(presentation: Presentation, challenge: Challenge, known: Known) -> list[Finding]:
    """Whether those who sign may show: a body that vouches, holders that are bound, representatives.

    `HOLDER_UNBOUND` comes last.
    """
    if presentation.attestation:
        return attestation_findings(presentation.attestation, challenge, known)
    asked = [shown for shown in presentation.licenses if shown.license_id not in known.problems]
    represented = [shown for shown in asked if isinstance(shown.holder, Representative)]
    own = [shown for shown in asked if not isinstance(shown.holder, Representative)]
    return [*_mandate_findings(represented, known), *_binding_findings(own, known)]


def _binding_findings(shown_by_holders: Sequence[ShownLicense], known: Known) -> list[Finding]:
    bound = [(shown, known.bindings.get(shown.license_id, shown.binding)) for shown in shown_by_holders]
    wrong = [shown for shown, binding in bound if binding != UNBOUND and not _opens(shown, binding)]
    unbound = [shown.license_id for shown, binding in bound if binding == UNBOUND]
    return [
        *(tampered("HOLDER_KEY_MISMATCH", "HOLDER_KEY_MISMATCH", shown) for shown in wrong),
        *(_frozen(shown) for shown in shown_by_holders if shown.license_id in known.frozen),
        *(Finding("HOLDER_UNBOUND", "HOLDER_UNBOUND", "", (), license_id) for license_id in unbound),
    ]


def _frozen(shown: ShownLicense) -> Finding:
    return Finding("HOLDER_FROZEN", "HOLDER_FROZEN", "STALE_PRESENTATION", (), shown.license_id)


def _mandate_findings(represented: Sequence[ShownLicense], known: Known) -> list[Finding]:
    """Whether somebody who stands in for the holder may show. The holder binding is not looked at."""
    found = []
    for shown in represented:
        mandate = known.mandates.get(shown.license_id, Lack.NOT_REPRESENTED)
        if isinstance(mandate, Lack):
            code, result = _LACKS[mandate]
            found.append(Finding(mandate.value, code, result, (), shown.license_id))
        elif RepresentationScope.PRESENT not in mandate.scope:
            code = "REPRESENTATION_OUT_OF_SCOPE"
            found.append(Finding(code, code, "OUT_OF_SCOPE", (), shown.license_id))
    return found


_LACKS = {
    Lack.NOT_REPRESENTED: ("NOT_REPRESENTED", "OUT_OF_SCOPE"),
    Lack.NOT_BEGUN: ("NOT_REPRESENTED", "OUT_OF_SCOPE"),
    Lack.ENDED: ("REPRESENTATION_ENDED", "STALE_PRESENTATION"),
}


def _opens(shown: ShownLicense, binding: str) -> bool:
    holder = shown.holder
    return holder is not None and not isinstance(holder, Representative) and holder.opens(binding)


def attestation_findings(attestation: Attestation, challenge: Challenge, known: Known) -> list[Finding]:
    """Whether the body of this key may vouch for a holder towards this verifier."""
    if challenge.attested is False:
        return [_NOT_ALLOWED]
    if attestation.key_id in known.problems:
        return []
    body = known.attester
    if body is None:
        return [Finding("ATTESTER_UNKNOWN", "ATTESTER_UNKNOWN", "TAMPERED")]
    is_asking = attestation.public_key == challenge.public_key or body.uscc == challenge.uscc
    rules = ((body.is_current, _NOT_VALID), (challenge.attested or is_asking, _NOT_ALLOWED))
    return [finding for holds, finding in rules if not holds]


_NOT_VALID = Finding("ATTESTER_KEY_NOT_VALID", "ATTESTER_KEY_NOT_VALID", "TAMPERED")
_NOT_ALLOWED = Finding("ATTESTATION_NOT_ALLOWED", "ATTESTATION_NOT_ALLOWED", "OUT_OF_SCOPE")


def presenter_check(presentation: Presentation, license_id: str, known: Known) -> Check:
    """The check that holds where nothing was found: who showed this license."""
    if presentation.attestation:
        return _attested(presentation.made_at, presentation.attestation, known)
    presenter = next(each.holder for each in presentation.licenses if each.license_id == license_id)
    mandate = known.mandates.get(license_id)
    match presenter:
        case Representative() if isinstance(mandate, Mandate):
            return Check(Step.HOLDER, Outcome.PASS, "REPRESENTED", "", _mandate_evidence(mandate))
        case AnyHolder() | AllHolders():
            counts = {"holders": presenter.count, "signed": len(presenter.pairs)}
            return passed(Step.HOLDER, {"holderRule": presenter.word, **counts, **presenter.sentence})
    return passed(Step.HOLDER, _HOLDER)


_HOLDER = {"zh": "由持证人出示。", "en": "Shown by the holder."}


def _mandate_evidence(mandate: Mandate) -> dict[str, object]:
    return {
        "kind": mandate.title.name,
        "scope": [each.name for each in sorted(mandate.scope)],
        "since": rfc3339(mandate.since),
        "until": rfc3339(mandate.until) if mandate.until else None,
        "record": mandate.seq,
        **_mandate_sentence(mandate),
    }


def _mandate_sentence(mandate: Mandate) -> dict[str, str]:
    """Who shows in the holder's place, what else he may and until when, as `{"zh", "en"}`."""
    zh, en = mandate.title.words
    scope = [each.words for each in sorted(mandate.scope)]
    until = rfc3339(mandate.until) if mandate.until else ""
    may_zh, may_en = "、".join(word for word, _ in scope), ", ".join(word for _, word in scope)
    end_zh, end_en = (f"至{until}止", f"until {until}") if until else ("未定终止时间", "no end is set")
    return {
        "zh": f"由持证人的{zh}出示。代理范围：{may_zh}；{end_zh}。",
        "en": f"Shown by the holder's {en}. Scope: {may_en}; {end_en}.",
    }


def _attested(at: int, attestation: Attestation, known: Known) -> Check:
    body = known.attester.uscc if known.attester else ""
    evidence = {
        "attestedBy": body,
        "keyId": attestation.key_id,
        "method": attestation.method.word,
        "at": rfc3339(at),
        "officer": attestation.officer.hex() or None,
        **attestation.method.sentence(body),
    }
    return Check(Step.HOLDER, Outcome.PASS, "HOLDER_ATTESTED", "", evidence)
