"""One order of a feed on one license of the ledger: done once, however often it is begun.

Before anything is sent the caller keeps the revision that the license had. Begun again, an order
first looks whether the ledger holds it from that revision on; an amendment whose file was written
is done. An act binds the revision that was looked at, and what still lies in the outbox is waited
for before anybody looks, so that an order and its repetition never both count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from ledger.domain.acts import ACT_VERBS, AMEND_KINDS, Act, Ground
from ledger.domain.canonical import JsonObject
from ledger.domain.document import Envelope, FilledIn
from ledger.domain.entities import License, LicenseFact
from ledger.domain.feed import FeedOrder
from ledger.domain.messages import key_id
from ledger.errors import MalformedError, RuleError
from ledger.ports import Signer
from ledger.service.deliver_batch import DeliverBatch, Folder
from ledger.service.doing import Doing
from ledger.service.orders import Acted, ActOrder, Deliver, Issued

_T = TypeVar("_T")

MOST_TRIES = 4
_PASSING = frozenset({"STALE_REVISION", "MESSAGE_EXPIRED", "MESSAGE_EXPIRED_UNSENT"})
"""Refusals of a message that was overtaken: what it says may still be said anew."""

_VERBS = {act: verb for verb, act in ACT_VERBS.items()}
_KINDS = {act: kind for kind, act in AMEND_KINDS.items()}


class Issuing(Protocol):
    """What amends: `ledger.service.issue.IssueLicenses`."""

    def amend(
        self,
        old_id: str,
        old_identifier: str | None,
        given: JsonObject,
        kind: str,
        signer: Signer,
        ground: str = ...,
        effective: int = ...,
        deliver: Deliver | None = None,
    ) -> Issued:
        """Issue the next version of a license."""
        ...

    def transfer_in(
        self, old_id: str, given: JsonObject, signer: Signer, deliver: Deliver | None = None
    ) -> Issued:
        """Take over a license that another body let go."""
        ...


class Acting(Protocol):
    """What acts: `ledger.service.act.ActOnLicenses`."""

    def acting(self, license_id: str, order: ActOrder, key: bytes) -> Doing:
        """Suspending, resuming or ending a license."""
        ...

    def leaving(self, license_id: str, region: int, reference: str = "") -> Doing:
        """Letting a license go to another region."""
        ...

    def staying(self, license_id: str) -> Doing:
        """Keeping a license after all."""
        ...

    def do(self, doing: Doing, signer: Signer) -> Acted:
        """Do one of these."""
        ...


class FilesOf(Folder, Protocol):
    """A folder of license files that can be read, too."""

    def read(self, identifier: str) -> bytes | None:
        """The file of a license, or None."""
        ...


@dataclass(frozen=True)
class Target:
    """The license that an order is about, and how it stood when the order was begun.

    Attributes:
        license: As the newest block has it.
        identifier: Where it is known.
        since: Its revision when the order was begun.
        is_resumed: Whether the order was begun before and may have been carried out.
    """

    license: License
    identifier: str | None
    since: int
    is_resumed: bool


class FeedSteps:
    """Carries out orders on licenses that are there.

    Args:
        issuing: Amends.
        acting: Acts.
        now: A license as the newest block has it, by its id, with nothing under way about it.
        folder: Where the license files stand.
        deliver: Hands new versions over.
    """

    def __init__(
        self,
        issuing: Issuing,
        acting: Acting,
        now: Callable[[str], License],
        folder: FilesOf,
        deliver: DeliverBatch,
    ) -> None:
        self._issuing, self._acting, self.now = issuing, acting, now
        self._folder, self._deliver = folder, deliver

    def envelope(self, identifier: str) -> Envelope | None:
        """The license file of an identifier, or None where the folder has none that can be read."""
        data = self._folder.read(identifier)
        try:
            return Envelope.parse(data) if data is not None else None
        except MalformedError:
            return None

    def act(self, target: Target, order: FeedOrder, signer: Signer) -> None:
        """Suspend, resume or end a license, let it go or keep it.

        Raises:
            RuleError: What the contracts refuse.
        """
        key = "0x" + key_id(signer.public_key).hex()

        def attempt(license_: License) -> None:
            later = license_.facts[target.since :]
            if not any(says(fact, order) and fact.key_id == key for fact in later):
                self._send(license_, order, signer)

        self._until_heard(target.license, attempt)

    def amend(self, target: Target, order: FeedOrder, given: FilledIn, signer: Signer) -> Envelope:
        """Issue the license that takes the place of another, and write its file.

        Args:
            target: The license whose place it takes.
            order: An amendment or a transfer in.
            given: The whole license input, and the license that it makes.
            signer: A signing key of the collecting body.

        Raises:
            RuleError: What the contracts refuse; `LICENSE_EXISTS`.
        """

        def attempt(old: License) -> Envelope:
            made = self.envelope(given.identifier) if target.is_resumed else None
            return made or self._amended(old, target.identifier, order, given.given, signer).envelope

        return self._until_heard(target.license, attempt)

    def _amended(
        self, old: License, identifier: str | None, order: FeedOrder, given: JsonObject, signer: Signer
    ) -> Issued:
        if order.act is Act.TRANSFER_IN:
            return self._issuing.transfer_in(old.license_id, given, signer, self._hand_over)
        kind = _KINDS[order.act or Act.ISSUE]
        return self._issuing.amend(
            old.license_id,
            identifier,
            given,
            kind,
            signer,
            order.ground,
            order.effective,
            self._hand_over,
        )

    def _until_heard(self, license_: License, attempt: Callable[[License], _T]) -> _T:
        """What an attempt gives; one that was overtaken is made again, of the license as it is then."""
        for _ in range(MOST_TRIES - 1):
            try:
                return attempt(license_)
            except RuleError as error:
                if error.code not in _PASSING:
                    raise
            license_ = self.now(license_.license_id)
        return attempt(license_)

    def _hand_over(self, issued: Issued) -> None:
        self._deliver.deliver([issued])

    def _send(self, license_: License, order: FeedOrder, signer: Signer) -> Acted:
        doing = self._doing(license_.license_id, order, key_id(signer.public_key))
        return self._acting.do(replace(doing, rev=license_.rev), signer)

    def _doing(self, license_id: str, order: FeedOrder, key: bytes) -> Doing:
        if order.act is Act.TRANSFER_OUT:
            return self._acting.leaving(license_id, order.region, order.reference)
        if order.act is Act.TRANSFER_CANCEL:
            return self._acting.staying(license_id)
        verb = _VERBS[order.act or Act.ISSUE]
        wanted = ActOrder(verb, order.ground, order.effective, order.reference, region=0)
        return self._acting.acting(license_id, wanted, key)


def says(fact: LicenseFact, order: FeedOrder) -> bool:
    """Whether a fact on the ledger is what an order asks for."""
    return (fact.act, fact.ground, fact.region) == (order.act, Ground[order.ground], order.region)
