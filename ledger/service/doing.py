"""Doing something to a license that is there: as it stands then, signed here or elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ledger.domain.entities import License
from ledger.domain.messages import MESSAGES
from ledger.domain.official import OF_HOLDERS, TypeKind
from ledger.domain.signed_message import SignedMessage
from ledger.domain.state import StateView
from ledger.errors import RuleError, TransitionError
from ledger.ports import Signer
from ledger.ports.queue import Queued
from ledger.service.accept import Desk
from ledger.service.drafts import Drafts
from ledger.service.standing import license_in
from ledger.service.submission import Messages


@dataclass(frozen=True)
class Doing:
    """Something to do to one license.

    Attributes:
        license_id: 0x-hex.
        struct: Its message.
        members: From the license as it stands, and the whole state, to the members beside `licenseId`.
        rev: The revision that the license has to have; None takes it as it stands.
        kind: What it has to be; None takes whatever it is.
    """

    license_id: str
    struct: str
    members: Callable[[License, StateView], Mapping[str, object]]
    rev: int | None = None
    kind: TypeKind | None = None


class DoToLicenses:
    """Makes messages of what is to be done, and hands them in.

    Args:
        drafts: Know the licenses that this home issued in batches, and their types.
        messages: Prepares messages.
        desk: Where they are handed in.
    """

    def __init__(self, drafts: Drafts, messages: Messages, desk: Desk) -> None:
        self._drafts, self._messages, self._desk = drafts, messages, desk

    def unsigned(self, doing: Doing, state: StateView) -> SignedMessage:
        """The message of something to do as things stand, without signatures.

        Raises:
            TransitionError: `STALE_REVISION`.
            UnknownIdError: `UNKNOWN_LICENSE`.
            RuleError: `NOT_A_DOCUMENT`, also of what is of a type that is not known here;
                `DOCUMENT_HAS_NO_HOLDER`.
        """
        license_ = license_in(state, doing.license_id, self._drafts.opening(doing.license_id))
        if doing.kind is TypeKind.DOCUMENT and not self._is_document(license_):
            raise RuleError("NOT_A_DOCUMENT", id=doing.license_id)
        if doing.struct in OF_HOLDERS and self._is_document(license_):
            raise RuleError("DOCUMENT_HAS_NO_HOLDER", id=doing.license_id)
        if doing.rev is not None and doing.rev != license_.rev:
            names = {"object": doing.license_id, "given": doing.rev, "current": license_.rev}
            raise TransitionError("STALE_REVISION", **names)
        members = {"licenseId": doing.license_id, **doing.members(license_, state)}
        rev, opening = self._drafts.standing(MESSAGES[doing.struct], members, state)
        return SignedMessage(self._messages.prepare(doing.struct, rev, members), (), (), opening)

    def _is_document(self, license_: License) -> bool:
        return self._drafts.kind(license_.license_type) is TypeKind.DOCUMENT

    def prepared(self, doing: Doing) -> SignedMessage:
        """The message as things stand now, without signatures; raises as `unsigned`."""
        return self.unsigned(doing, self.state(doing.license_id))

    def state(self, license_id: str) -> StateView:
        """The ledger's state, with all that was accepted about a license."""
        return self._desk.accepting.state(self._drafts.resting_on(license_id))

    def do(self, doing: Doing, signer: Signer) -> Queued:
        """Sign it, hand it in, wait for it.

        Raises:
            RuleError: What the contracts refuse, or as `unsigned`.
        """

        def make(state: StateView) -> SignedMessage:
            return self.unsigned(doing, state).signed_by(signer)

        return self._desk.send(self._drafts.resting_on(doing.license_id), make)
