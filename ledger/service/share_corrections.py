"""Orders about corrections (校核): doubting, attesting, answering, disputing, settling, acknowledging."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.domain.corrections import corrects, is_later
from ledger.domain.entities import License
from ledger.domain.objects import acknowledgement_object
from ledger.domain.resources import is_of_resource
from ledger.domain.sharing import Outcome
from ledger.domain.sharing_entities import Correction, Grant, Resource
from ledger.domain.state import StateView, typed
from ledger.errors import Bilingual, NotEntitledError, RuleError, TransitionError, UnknownIdError, UsageError
from ledger.ports import Entropy
from ledger.service.party_texts import NOTHING, PartyTexts
from ledger.service.share import ShareOrder
from ledger.service.share_grants import bits
from ledger.service.share_resources import code_word
from ledger.service.signing import KeyFile


@dataclass(frozen=True)
class Doubt:
    """Which data are doubted, or attested.

    Attributes:
        resource: That they are of.
        license_id: 0x-hex; empty where they are about no single license.
        fields: Bitmap.
        evidence: Salted digest of a file, 0x-hex.
    """

    resource: Resource
    license_id: str
    fields: int
    evidence: str

    @property
    def members(self) -> dict[str, object]:
        """As messages hold them."""
        return {
            "owner": code_word("owner", self.resource.owner),
            "code": code_word("code", self.resource.code),
            "licenseId": self.license_id or NOTHING,
            "fields": bits(self.fields),
            "evidence": self.evidence,
        }


@dataclass(frozen=True)
class Answer:
    """What comes of a doubt, from who provides the data or from the region that settles it.

    Attributes:
        outcome: Upheld or not.
        license_id: Of the license that corrects, 0x-hex; empty where none does.
        version: Of the resource that corrects; 0 where none does.
        reason: Number of the reason; needed where it is not upheld.
        words: The reason in words, for the parties only.
    """

    outcome: Outcome
    license_id: str = ""
    version: int = 0
    reason: int = 0
    words: str = ""

    def require_right(self, state: StateView, correction: Correction, now: int) -> None:
        """Let pass only what corrects this doubt, and what is rejected for a reason.

        Raises:
            RuleError: `REASON_MISSING`, `CORRECTING`, `CORRECTS_ANOTHER`.
        """
        is_upheld = self.outcome is Outcome.YES
        if not is_upheld and not self.reason:
            raise RuleError("REASON_MISSING")
        resource = typed(state, "resource", correction.resource, Resource)
        assert resource is not None, "a correction is of a resource"
        is_named = bool(self.license_id) or self.version != 0
        is_right = not self.version or is_later(correction, resource, self.version)
        if is_named != is_upheld or not is_right:
            raise RuleError("CORRECTING", arguments=self._told(resource.version))
        if self.license_id and not corrects(state, correction, self.license_id, now):
            raise RuleError(
                "CORRECTS_ANOTHER", licenseId=self.license_id, correction=correction.correction_id
            )

    def _told(self, newest: int) -> Bilingual:
        """What was named as the correction, beside the newest version that there is."""
        zh = [f"证照 {self.license_id}"] if self.license_id else []
        en = [f"license {self.license_id}"] if self.license_id else []
        if self.version:
            zh.append(f"目录版本 {self.version}（现为 {newest}）")
            en.append(f"version {self.version} (the newest is {newest})")
        return Bilingual("，".join(zh) or "未指明", ", ".join(en) or "none is named")


class CorrectionOrders:
    """Makes orders about corrections.

    Args:
        texts: Keep what only the parties may read.
        entropy: Draws the random bytes that name a correction.
    """

    def __init__(self, texts: PartyTexts, entropy: Entropy) -> None:
        self._texts, self._entropy = texts, entropy

    def open(self, body: str, grant: Grant, doubt: Doubt, by: Sequence[KeyFile]) -> ShareOrder:
        """Doubt data that a body used under a grant; by that body."""
        members = {**self._named(body), "grant": grant.grant_id, **doubt.members}
        return ShareOrder("OpenCorrection", members, tuple(by), drawn=frozenset({"nonce", "evidence"}))

    def attest(self, body: str, doubt: Doubt, outcome: Outcome, by: Sequence[KeyFile]) -> ShareOrder:
        """Say whether data match what another body knows; by that body. Where not, it opens a correction."""
        members = {**self._named(body), **doubt.members, "outcome": int(outcome)}
        return ShareOrder("Attest", members, tuple(by), drawn=frozenset({"nonce", "evidence"}))

    def answer(self, correction: Correction, answer: Answer, by: Sequence[KeyFile]) -> ShareOrder:
        """Uphold a doubt or reject it; by the provider."""
        return self._judged("AnswerCorrection", correction, answer, by)

    def settle(self, correction: Correction, answer: Answer, by: Sequence[KeyFile]) -> ShareOrder:
        """The same of what was disputed; by the region that it went to."""
        return self._judged("SettleCorrection", correction, answer, by)

    def dispute(
        self, correction: Correction, body: str, region: int, argument: str, by: Sequence[KeyFile]
    ) -> ShareOrder:
        """Take it to a region above the owner's; by who opened it, or the owner."""
        members = {
            "correction": correction.correction_id,
            "by": code_word("by", body),
            "region": region,
            "argument": self._texts.digest(argument),
        }
        return ShareOrder("DisputeCorrection", members, tuple(by), drawn=frozenset({"argument"}))

    def _judged(
        self, struct: str, correction: Correction, answer: Answer, by: Sequence[KeyFile]
    ) -> ShareOrder:
        members = {
            "correction": correction.correction_id,
            "outcome": int(answer.outcome),
            "licenseId": answer.license_id or NOTHING,
            "version": answer.version,
            "reason": answer.reason,
            "reasonDigest": self._texts.digest(answer.words),
        }
        return ShareOrder(struct, members, tuple(by), drawn=frozenset({"reasonDigest"}))

    def _named(self, body: str) -> dict[str, object]:
        return {"by": code_word("by", body), "nonce": self._entropy.token(32)}


def acknowledge(state: StateView, correction: Correction, body: str, by: Sequence[KeyFile]) -> ShareOrder:
    """Say that a body heard of a correction of what it had used; by that body.

    Raises:
        TransitionError: `RECORDED_BEFORE`.
    """
    object_ = acknowledgement_object(bytes.fromhex(correction.correction_id[2:]), body)
    if state.get("acknowledgement", "0x" + object_.hex()) is not None:
        raise TransitionError("RECORDED_BEFORE", object="0x" + object_.hex())
    members = {"correction": correction.correction_id, "by": code_word("by", body)}
    return ShareOrder("AcknowledgeCorrection", members, tuple(by))


def correction_in(state: StateView, name: str) -> Correction:
    """A correction by its object; raises `UNKNOWN_CORRECTION`."""
    found = typed(state, "correction", name.lower(), Correction)
    if found is None:
        raise UnknownIdError("UNKNOWN_CORRECTION", correction=name[:80])
    return found


def used_grant(
    state: StateView,
    grants: Sequence[Grant],
    body: str,
    resource: str | None,
    license_id: str,
    now: int,
) -> Grant:
    """The grant under which a body used what it doubts, the last one that was asked for.

    Args:
        state: Licenses and resources.
        grants: All of them.
        body: Credit code.
        resource: Its key; None where only the license is named, and has to be of one resource.
        license_id: 0x-hex; empty where no single license is doubted.
        now: Unix seconds.

    Raises:
        NotEntitledError: `NOTHING_USED`.
        UsageError: `RESOURCE_UNCLEAR`.
    """
    fitting = [
        each
        for each in grants
        if each.grantee == body
        and each.used
        and resource in (None, each.resource)
        and each.license_id in (NOTHING, license_id or NOTHING)
        and (resource or each.license_id == license_id or _is_of(state, license_id, each.resource, now))
    ]
    if not fitting:
        raise NotEntitledError("NOTHING_USED", by=body, grant=resource or license_id)
    require_one_resource({each.resource for each in fitting})
    own = [each for each in fitting if each.license_id == license_id]
    return max(own or fitting, key=lambda each: each.seq)


def resource_of_license(
    state: StateView, resources: Sequence[Resource], license_id: str, now: int
) -> Resource:
    """The one resource that a license is of.

    Raises:
        UnknownIdError: `UNKNOWN_RESOURCE`.
        UsageError: `RESOURCE_UNCLEAR`.
    """
    fitting = {each.key: each for each in resources if _is_of(state, license_id, each.key, now)}
    if not fitting:
        raise UnknownIdError("UNKNOWN_RESOURCE", resource=license_id)
    require_one_resource(set(fitting))
    return next(iter(fitting.values()))


def require_one_resource(keys: set[str]) -> None:
    """Let pass only what leaves no choice; raises `RESOURCE_UNCLEAR`."""
    if len(keys) > 1:
        raise UsageError("RESOURCE_UNCLEAR", resources=", ".join(sorted(keys)))


def _is_of(state: StateView, license_id: str, resource: str, now: int) -> bool:
    found = typed(state, "resource", resource, Resource)
    license_ = typed(state, "license", license_id, License)
    return found is not None and is_of_resource(state, license_, found, now)
