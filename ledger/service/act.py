"""Acts on a license that is there: suspending, resuming, ending, binding, letting it go elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from ledger.domain.acts import Act, Ground
from ledger.domain.entities import License
from ledger.domain.facts import act_in
from ledger.domain.holders import require_somebody
from ledger.domain.messages import KINDS_OF, key_id
from ledger.domain.objects import ascii32
from ledger.domain.state import StateView
from ledger.errors import UsageError
from ledger.ports import Entropy, IssuerHome, Signer
from ledger.ports.queue import Queued
from ledger.service.doing import Doing, DoToLicenses
from ledger.service.orders import Acted, ActOrder, Progress, act_of, ground_of
from ledger.service.references import reference_digest

RegionFor = Callable[[StateView, License, Act, bytes], int]


class ActOnLicenses:
    """Writes acts to one ledger.

    Args:
        doing: Makes messages and hands them in.
        home: Keeps references.
        entropy: Salts of references.
        region_for: (state, license, act, key id) → under whose power that key's body acts; 0 for the issuer.
    """

    def __init__(
        self, doing: DoToLicenses, home: IssuerHome, entropy: Entropy, region_for: RegionFor
    ) -> None:
        self._doing, self._home, self._entropy, self._region_for = doing, home, entropy, region_for

    def act(self, license_id: str, order: ActOrder, signer: Signer) -> Acted:
        """Suspend, resume or end a license, as it stands then.

        Raises:
            RuleError: What the contracts refuse; `NOT_A_DOCUMENT`.
            UsageError: `ACT_UNKNOWN`, `GROUND_NOT_OF_ACT`.
        """
        return self.do(self.acting(license_id, order, key_id(signer.public_key)), signer)

    def bind(
        self, license_id: str, binding: bytes, method: int, assurance: int, signer: Signer, by: str
    ) -> Acted:
        """Tie device keys to a license after a real-name check: of one holder or of several.

        Args:
            license_id: 0x-hex.
            binding: What commits to the keys (`ledger.domain.holders`); 32 bytes.
            method: A number of `BIND_METHODS`.
            assurance: 1 low to 4 high.
            signer: A registered signing key of `by`.
            by: Credit code of the body that checked: one that acts on the license, or an identity provider.

        Raises:
            UsageError: `BINDING_OF_NOBODY`.
            RuleError: What the contracts refuse.
        """
        return self.do(self.binding(license_id, binding, method, assurance, by), signer)

    def freeze(self, license_id: str, signer: Signer, by: str) -> Acted:
        """Stop the binding of a lost device until the license is bound anew; by whoever may bind.

        Raises:
            RuleError: What the contracts refuse.
        """
        return self.do(self.freezing(license_id, by), signer)

    def transfer_out(self, license_id: str, region: int, signer: Signer, reference: str = "") -> Acted:
        """Let a license go to another region: suspended until a body there takes it in, or `transfer_cancel`.

        Raises:
            UsageError: `TRANSFER_AT_HOME`.
            RuleError: What the contracts refuse.
        """
        return self.do(self.leaving(license_id, region, reference), signer)

    def transfer_cancel(self, license_id: str, signer: Signer) -> Acted:
        """Keep a license after all; signed by the body that let it go."""
        return self.do(self.staying(license_id), signer)

    # --- what is to be done, also for signatures made elsewhere ------------------------------

    def acting(self, license_id: str, order: ActOrder, key: bytes) -> Doing:
        """Suspending, resuming or ending; raises as `act`.

        Args:
            license_id: 0x-hex.
            order: What to do.
            key: Id of the key that is to sign, 32 bytes: under which power its body acts is in the message.
        """
        act = act_of(order)
        ground = ground_of(act, order.ground)

        def members(license_: License, state: StateView) -> dict[str, object]:
            region = self._region_for(state, license_, act, key) if order.region is None else order.region
            return {
                "act": int(act),
                "ground": int(ground),
                "effective": order.effective,
                "reference": self._reference(license_, order.reference),
                "cause": bytes(32),
                "region": region,
            }

        return Doing(license_id, "Act", members, kind=order.kind)

    def binding(self, license_id: str, binding: bytes, method: int, assurance: int, by: str) -> Doing:
        """Tying device keys to a license; arguments as for `bind`.

        Raises:
            UsageError: `BINDING_OF_NOBODY`.
        """
        keys = require_somebody(binding)
        members = {"by": ascii32(by), "holderBinding": keys, "method": method, "assurance": assurance}
        return Doing(license_id, "Bind", lambda *_: members)

    def freezing(self, license_id: str, by: str) -> Doing:
        """Stopping a binding, signed by a key of `by`."""
        return Doing(license_id, "Freeze", lambda *_: {"by": ascii32(by)})

    def leaving(self, license_id: str, region: int, reference: str = "") -> Doing:
        """Letting a license go to another region."""

        def members(license_: License, _: StateView) -> dict[str, object]:
            if region == license_.region:
                raise UsageError("TRANSFER_AT_HOME", region=f"{region:06d}")
            return {"toRegion": region, "reference": self._reference(license_, reference)}

        return Doing(license_id, "TransferOut", members)

    def staying(self, license_id: str) -> Doing:
        """Keeping a license that was let go."""
        act, ground = int(Act.TRANSFER_CANCEL), int(Ground.TRANSFER)
        members = {"act": act, "ground": ground, "effective": 0, "reference": bytes(32)}
        members |= {"cause": bytes(32), "region": 0}
        return Doing(license_id, "Act", lambda *_: members)

    def do(self, doing: Doing, signer: Signer) -> Acted:
        """Sign it, hand it in, wait for it; raises as `act`."""
        return acted(self._doing.do(doing, signer))

    def _reference(self, license_: License, text: str) -> bytes:
        return reference_digest(self._home, self._entropy, license_, text)


def acted(queued: Queued) -> Acted:
    """What a message of the queue does to its license."""
    prepared = queued.message.prepared
    values = prepared.values
    act = act_in(KINDS_OF[prepared.struct.name][0], values)
    return Acted(str(values["licenseId"]), int(str(values["rev"])) + 1, act, Progress.of(queued))
