"""Orders about grants: asking, telling what is missing, deciding, reviewing, withdrawing, delegating."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.domain.entities import Organisation
from ledger.domain.grant_request import GrantRequest
from ledger.domain.sharing import Basis, Outcome
from ledger.domain.sharing_entities import Grant, Resource
from ledger.domain.state import StateView, typed
from ledger.errors import RuleError, UnknownIdError
from ledger.ports import Entropy
from ledger.service.found import digest_of_text
from ledger.service.party_texts import NOTHING, PartyTexts
from ledger.service.share import ShareOrder
from ledger.service.share_resources import code_word
from ledger.service.signing import KeyFile


@dataclass(frozen=True)
class GrantTerms:
    """What is asked for, or handed on.

    Attributes:
        fields: Bitmap.
        since: First moment; 0 from when it has all it needs.
        until: First moment no more.
        count: How often; 0 where that is not to be counted.
    """

    fields: int
    since: int
    until: int
    count: int = 0

    @property
    def members(self) -> dict[str, object]:
        """As messages hold them."""
        return {
            "fields": bits(self.fields),
            "since": self.since,
            "until": self.until,
            "count": self.count,
        }


@dataclass(frozen=True)
class GrantWhy:
    """For what data are asked.

    Attributes:
        basis: Duty or consent.
        code: Of the purpose.
        purpose: In words, for the parties only.
        item: Code of the matter.
        case: Number of the case, for the parties only.
        license_id: 0x-hex; empty where it is about no single license.
    """

    basis: Basis
    code: str
    purpose: str
    item: str = ""
    case: str = ""
    license_id: str = ""


class GrantOrders:
    """Makes orders about grants.

    Args:
        texts: Keep what only the parties may read.
        entropy: Draws the random bytes that name a grant.
    """

    def __init__(self, texts: PartyTexts, entropy: Entropy) -> None:
        self._texts, self._entropy = texts, entropy

    def request(
        self,
        grantee: str,
        resource: Resource,
        why: GrantWhy,
        terms: GrantTerms,
        by: Sequence[KeyFile],
        is_delegable: bool = False,
    ) -> ShareOrder:
        """Ask for a grant of what a resource holds in its current version; by the grantee.

        Raises:
            RuleError: `DUTY_WITHOUT_ITEM`.
        """
        if why.basis is Basis.DUTY and not why.item:
            raise RuleError("DUTY_WITHOUT_ITEM")
        members = {
            "grantee": code_word("grantee", grantee),
            "nonce": self._entropy.token(32),
            "owner": code_word("owner", resource.owner),
            "code": code_word("code", resource.code),
            "version": resource.version,
            "basis": int(why.basis),
            "purpose": code_word("purpose", why.code),
            "purposeDigest": self._texts.digest(why.purpose),
            "item": code_word("item", why.item),
            "caseCommitment": self._texts.digest(why.case),
            "licenseId": why.license_id or NOTHING,
            **terms.members,
            "delegable": int(is_delegable),
        }
        drawn = frozenset({"nonce", "purposeDigest", "caseCommitment"})
        return ShareOrder("RequestGrant", members, tuple(by), drawn=drawn)

    def notice(self, grant: Grant, missing: str, by: Sequence[KeyFile]) -> ShareOrder:
        """Tell the grantee once which material is missing; by the provider."""
        members = {"grant": grant.grant_id, "missing": self._texts.digest(missing)}
        return ShareOrder("NoticeGrant", members, tuple(by), drawn=frozenset({"missing"}))

    def decide(
        self,
        grant: Grant,
        outcome: Outcome,
        by: Sequence[KeyFile],
        reason: int = 0,
        words: str = "",
        is_review: bool = False,
    ) -> ShareOrder:
        """Approve or refuse; by the provider, and a review by another key of it than the decision.

        Args:
            grant: Which.
            outcome: Yes or no.
            by: A signing key.
            reason: Number of the reason; needed for a no.
            words: The reason in words, for the parties only.
            is_review: Whether it is the second look at sensitive fields.

        Raises:
            RuleError: `REASON_MISSING`.
        """
        if outcome is Outcome.NO and not reason:
            raise RuleError("REASON_MISSING")
        members = {
            "grant": grant.grant_id,
            "outcome": int(outcome),
            "reason": reason,
            "reasonDigest": self._texts.digest(words),
        }
        struct = "ReviewGrant" if is_review else "DecideGrant"
        return ShareOrder(struct, members, tuple(by), drawn=frozenset({"reasonDigest"}))

    def delegate(self, parent: Grant, grantee: str, terms: GrantTerms, by: Sequence[KeyFile]) -> ShareOrder:
        """Narrow a grant for another body; by its grantee."""
        members = {
            "parent": parent.grant_id,
            "grantee": code_word("grantee", grantee),
            "nonce": self._entropy.token(32),
            **terms.members,
        }
        return ShareOrder("DelegateGrant", members, tuple(by), drawn=frozenset({"nonce"}))


def withdraw(grant: Grant, body: str, reason: int, by: Sequence[KeyFile]) -> ShareOrder:
    """End a grant at once, forward only; by the grantee, the owner, or who delegated it."""
    members = {"grant": grant.grant_id, "by": code_word("by", body), "reason": reason}
    return ShareOrder("WithdrawGrant", members, tuple(by))


def grant_in(state: StateView, name: str) -> Grant:
    """A grant by its object.

    Raises:
        UnknownIdError: `UNKNOWN_GRANT`.
    """
    found = typed(state, "grant", name.lower(), Grant)
    if found is None:
        raise UnknownIdError("UNKNOWN_GRANT", grant=name[:80])
    return found


def request_of(ledger_id: str, state: StateView, texts: PartyTexts, grant: Grant, name: str) -> GrantRequest:
    """What a holder is asked, from the records and from what this home knows behind their digests.

    Args:
        ledger_id: 0x-hex.
        state: The ledger.
        texts: Of this home.
        grant: That waits for a consent, or may be looked at by the holder.
        name: Of the grantee, as it was registered.

    Raises:
        RuleError: `NAME_NOT_REGISTERED`, `GRANT_OF_NO_LICENSE`.
        UnknownIdError: `TEXT_NOT_HERE`: another home asked for the grant; `FIELDS_NOT_HERE`.
    """
    require_name(state, grant.grantee, name)
    if not int(grant.license_id, 16):
        raise RuleError("GRANT_OF_NO_LICENSE", grant=grant.grant_id)
    resource = typed(state, "resource", grant.resource, Resource)
    assert resource is not None, "a grant is of a resource"
    purpose = texts.text(grant.purpose_digest)
    if purpose is None:
        raise UnknownIdError("TEXT_NOT_HERE", digest=grant.purpose_digest)
    version = resource.versions[grant.version - 1]
    listed = texts.list_of(version.fields_digest)
    if listed is None:
        raise UnknownIdError("FIELDS_NOT_HERE", resource=resource.key, digest=version.fields_digest)
    return GrantRequest(
        ledger_id=ledger_id,
        grant=grant.grant_id,
        rev=grant.rev,
        grantee=grant.grantee,
        grantee_name=name,
        owner=resource.owner,
        code=resource.code,
        license_id=grant.license_id,
        basis=grant.basis,
        purpose_code=grant.purpose,
        purpose=purpose,
        item=grant.item,
        fields=grant.fields,
        listed=listed,
        since=grant.since,
        until=grant.until,
        count=grant.count,
    )


def require_name(state: StateView, uscc: str, name: str) -> None:
    """Let pass only the name under which a body was registered; raises `NAME_NOT_REGISTERED`."""
    body = typed(state, "organisation", uscc, Organisation)
    if body is None or body.name_digest != digest_of_text(name):
        raise RuleError("NAME_NOT_REGISTERED", uscc=uscc, name=name[:80])


def bits(fields: int) -> str:
    """A set of fields as messages hold it, 0x-hex."""
    return f"0x{fields:064x}"
