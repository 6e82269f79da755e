"""Acts on a license that is there: suspending, resuming, ending, binding, letting it go elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.acts import Act, Ground
from ledger.domain.apply import StateView
from ledger.domain.document import holder_binding
from ledger.domain.entities import License
from ledger.domain.signed_message import SignedMessage
from ledger.domain.sm3 import sm3
from ledger.errors import TransitionError
from ledger.ports import Entropy, IssuerHome, Signer
from ledger.ports.queue import Queued
from ledger.service.accept import Desk
from ledger.service.drafts import Drafts
from ledger.service.orders import Acted, ActOrder, Progress, act_of, ground_of
from ledger.service.standing import license_in
from ledger.service.submission import Messages


@dataclass(frozen=True)
class Doing:
    """Something to do to one license.

    Attributes:
        license_id: 0x-hex.
        act: What it is.
        struct: Its message.
        members: From the license as it stands to the members of the message beside `licenseId`.
        rev: The revision that the license has to have; None takes it as it stands.
    """

    license_id: str
    act: Act
    struct: str
    members: Callable[[License], Mapping[str, object]]
    rev: int | None = None


class ActOnLicenses:
    """Writes acts to one ledger.

    Args:
        drafts: Know the licenses that this home issued in batches.
        messages: Prepares messages.
        desk: Where they are handed in.
        home: Keeps references.
        entropy: Salts of references.
    """

    def __init__(
        self, drafts: Drafts, messages: Messages, desk: Desk, home: IssuerHome, entropy: Entropy
    ) -> None:
        self._drafts, self._messages, self._desk = drafts, messages, desk
        self._home, self._entropy = home, entropy

    def act(self, license_id: str, order: ActOrder, signer: Signer) -> Acted:
        """Suspend, resume or end a license, as it stands then.

        Raises:
            RuleError: What the contracts refuse.
            UsageError: `ACT_UNKNOWN`, `GROUND_NOT_OF_ACT`.
        """
        return self.do(self.acting(license_id, order), signer)

    def bind(
        self, license_id: str, keys: Sequence[bytes], method: int, assurance: int, signer: Signer
    ) -> Acted:
        """Tie a holder's device keys (signing, then encryption) to a license."""
        return self.do(self.binding(license_id, keys, method, assurance), signer)

    def transfer_out(self, license_id: str, region: int, signer: Signer, reference: str = "") -> Acted:
        """Let a license go to another region: suspended until a body there takes it in, or `transfer_cancel`.

        Raises:
            RuleError: What the contracts refuse.
        """
        return self.do(self.leaving(license_id, region, reference), signer)

    def transfer_cancel(self, license_id: str, signer: Signer) -> Acted:
        """Keep a license after all; signed by the body that let it go."""
        return self.do(self.staying(license_id), signer)

    # --- what is to be done, also for signatures made elsewhere ------------------------------

    def acting(self, license_id: str, order: ActOrder) -> Doing:
        """Suspending, resuming or ending; raises as `act`."""
        act = act_of(order)
        ground = ground_of(act, order.ground)

        def members(license_: License) -> dict[str, object]:
            return {
                "act": int(act),
                "ground": int(ground),
                "effective": order.effective,
                "reference": self._reference(license_, order.reference),
                "cause": bytes(32),
            }

        return Doing(license_id, act, "Act", members)

    def binding(self, license_id: str, keys: Sequence[bytes], method: int, assurance: int) -> Doing:
        """Tying a holder's device keys to a license."""
        binding = holder_binding(keys[0], keys[1] if len(keys) > 1 else None)
        members = {"holderBinding": binding, "method": method, "assurance": assurance}
        return Doing(license_id, Act.BIND, "Bind", lambda _: members)

    def leaving(self, license_id: str, region: int, reference: str = "") -> Doing:
        """Letting a license go to another region."""

        def members(license_: License) -> dict[str, object]:
            return {"toRegion": region, "reference": self._reference(license_, reference)}

        return Doing(license_id, Act.TRANSFER_OUT, "TransferOut", members)

    def staying(self, license_id: str) -> Doing:
        """Keeping a license that was let go."""
        members = {
            "act": int(Act.TRANSFER_CANCEL),
            "ground": int(Ground.TRANSFER),
            "effective": 0,
            "reference": bytes(32),
            "cause": bytes(32),
        }
        return Doing(license_id, Act.TRANSFER_CANCEL, "Act", lambda _: members)

    def unsigned(self, doing: Doing, state: StateView) -> SignedMessage:
        """The message of something to do as things stand, without signatures.

        Raises:
            TransitionError: `STALE_REVISION`.
            UnknownIdError: `UNKNOWN_LICENSE`.
        """
        license_ = license_in(state, doing.license_id, self._drafts.opening(doing.license_id))
        if doing.rev is not None and doing.rev != license_.rev:
            names = {"object": doing.license_id, "given": doing.rev, "current": license_.rev}
            raise TransitionError("STALE_REVISION", **names)
        members = {"licenseId": doing.license_id, **doing.members(license_)}
        prepared = self._messages.prepare(doing.struct, license_.rev, members)
        return SignedMessage(prepared, (), (), self._drafts.opening_of(license_))

    def do(self, doing: Doing, signer: Signer) -> Acted:
        """Sign it, hand it in, wait for it; raises as `act`."""

        def make(state: StateView) -> SignedMessage:
            return self.unsigned(doing, state).signed_by(signer)

        queued = self._desk.send({doing.license_id}, make)
        return acted(queued, doing.act)

    def _reference(self, license_: License, text: str) -> bytes:
        if not text:
            return bytes(32)
        salt = self._entropy.token(32)
        self._home.note(license_.issuer, license_.license_id, {"reference": text, "salt": salt.hex()})
        return sm3(salt + text.encode())


def acted(queued: Queued, act: Act) -> Acted:
    """What a message of the queue does to its license."""
    values = queued.message.prepared.values
    return Acted(str(values["licenseId"]), int(str(values["rev"])) + 1, act, Progress.of(queued))
