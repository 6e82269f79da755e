"""Who may sign in whose name: issuers, what followed them, the operators that their rights name.

Holders' devices are tied to licenses by whoever may act on these, and by identity providers: bodies
with a right to the type `IDENTITY_PROVIDER` in the license's region or above it.

Rights are judged by what was recorded before, at record time, as the contracts judge them. Who looks
later leaves out besides what is void by what is known then.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.entities import IsVoid, License, LicenseFact, Term, Terms
from ledger.domain.lineage import acts_for, superiors_of
from ledger.domain.objects import organisation_id
from ledger.domain.state import StateView, typed

IDENTITY_PROVIDER = "IDENTITYPROVIDER00001"
"""The type of the right to tie holders' devices to licenses (身份认证); no license is of it."""


@dataclass(frozen=True)
class Rights:
    """What bodies were entitled to when something was recorded.

    Attributes:
        state: Entitlements and organisations.
        at: Record time.
        seq: The record; None where the state holds only what came before.
        is_void: What is void, as known later; None where nobody asks.
    """

    state: StateView
    at: int
    seq: int | None = None
    is_void: IsVoid | None = None

    @classmethod
    def of_fact(cls, state: StateView, fact: LicenseFact, is_void: IsVoid) -> Rights:
        """Those when a fact of a license was recorded, as known later."""
        return cls(state, fact.recorded_at, fact.seq, is_void)

    def right(self, license_type: str, issuer: str) -> Term | None:
        """The right of a body (credit code) to issue a type in effect then; None where it had none."""
        rights = typed(self.state, "entitlement", f"{license_type}/{issuer}", Terms)
        if rights is not None and self.seq is not None:
            rights = rights.before(self.seq)
        if rights is None or rights.last_at(self.at) is None:
            return None
        return rights.at(self.at, self.at, self.is_void)

    def may_issue(self, body: str, license_type: str, issuer: str) -> bool:
        """Whether a body signs for the issuer of a type: the issuer itself, or its operator.

        Whether the issuer is entitled is another question.

        Args:
            body: Object id of the signing body, 0x-hex.
            license_type: 21-character code.
            issuer: Unified social credit code.
        """
        return body == organisation_id(issuer) or self._operates(body, license_type, issuer)

    def may_act(self, body: str, license_type: str, issuer: str) -> bool:
        """Whether a body acts on the issuer's licenses of a type: the issuer, what followed it, its operator.

        Arguments as for `may_issue`.
        """
        return acts_for(self.state, body, issuer, self.at) or self._operates(body, license_type, issuer)

    def may_bind(self, uscc: str, license_: License) -> bool:
        """Whether a body may tie holders' devices to a license: by acting on it, or as identity provider."""
        is_acting = self.may_act(organisation_id(uscc), license_.license_type, license_.issuer)
        return is_acting or self._provides(uscc, license_.region)

    def _provides(self, uscc: str, region: int) -> bool:
        right = self.right(IDENTITY_PROVIDER, uscc)
        return right is not None and right.region in superiors_of(self.state, region, self.at, self.at)

    def _operates(self, body: str, license_type: str, issuer: str) -> bool:
        right = self.right(license_type, issuer)
        return right is not None and bool(right.detail) and body == organisation_id(right.detail)
