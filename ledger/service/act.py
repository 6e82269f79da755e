"""Acts on a license that is there: suspending, resuming, ending, binding, letting it go elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ledger.domain.acts import Act, Ground
from ledger.domain.entities import License
from ledger.domain.holders import require_somebody
from ledger.domain.messages import key_id
from ledger.domain.objects import ascii32
from ledger.domain.records import record_of
from ledger.errors import UsageError
from ledger.ports import Entropy, IssuerHome, Signer
from ledger.service.drafts import Drafts
from ledger.service.orders import Acted, ActOrder, act_of, ground_of
from ledger.service.references import reference_digest
from ledger.service.submission import Prepared, Submissions

RegionFor = Callable[[License, Act, bytes], int]


class ActOnLicenses:
    """Writes acts to one ledger, for bodies whose keys are handed in.

    Args:
        drafts: Know the licenses that this home issued in batches.
        submissions: Prepares and submits messages.
        home: Keeps references.
        entropy: Salts of references.
        region_for: (license, act, key id) → under whose power that key's body acts; 0 for the issuer.
    """

    def __init__(
        self,
        drafts: Drafts,
        submissions: Submissions,
        home: IssuerHome,
        entropy: Entropy,
        region_for: RegionFor,
    ) -> None:
        self._drafts, self._submissions = drafts, submissions
        self._home, self._entropy = home, entropy
        self._region_for = region_for

    def act(self, license_: License, order: ActOrder, signer: Signer) -> Acted:
        """Suspend, resume or end a license.

        Raises:
            RuleError: What the contracts refuse.
            UsageError: `ACT_UNKNOWN`, `GROUND_NOT_OF_ACT`.
        """
        prepared = self.act_message(license_, order, key_id(signer.public_key))
        return self._write(license_, act_of(order), prepared, signer)

    def act_message(self, license_: License, order: ActOrder, key: bytes) -> Prepared:
        """The message of an act, to be signed here or elsewhere; raises as `act`, sends nothing.

        Args:
            license_: As the ledger holds it.
            order: What to do.
            key: Id of the key that is to sign, 32 bytes: under which power its body acts is in the message.
        """
        act = act_of(order)
        members = {
            "act": int(act),
            "ground": int(ground_of(act, order.ground)),
            "effective": order.effective,
            "reference": self._reference(license_, order.reference),
            "region": self._region_for(license_, act, key) if order.region is None else order.region,
        }
        return self._prepare_act(license_, members)

    def bind(
        self, license_: License, binding: bytes, method: int, assurance: int, signer: Signer, by: str
    ) -> Acted:
        """Tie device keys to a license after a real-name check: of one holder or of several.

        Args:
            license_: As the ledger holds it.
            binding: What commits to the keys (`ledger.domain.holders`); 32 bytes.
            method: A number of `BIND_METHODS`.
            assurance: 1 low to 4 high.
            signer: A registered signing key of `by`.
            by: Credit code of the body that checked: one that acts on the license, or an identity provider.

        Raises:
            UsageError: `BINDING_OF_NOBODY`.
            RuleError: What the contracts refuse.
        """
        members = {
            "licenseId": license_.license_id,
            "by": ascii32(by),
            "holderBinding": require_somebody(binding),
            "method": method,
            "assurance": assurance,
        }
        return self._write(
            license_, Act.BIND, self._submissions.prepare("Bind", license_.rev, members), signer
        )

    def freeze(self, license_: License, signer: Signer, by: str) -> Acted:
        """Stop the binding of a lost device until the license is bound anew; by whoever may bind.

        Raises:
            RuleError: What the contracts refuse.
        """
        return self._write(license_, Act.FREEZE, self.freeze_message(license_, by), signer)

    def freeze_message(self, license_: License, by: str) -> Prepared:
        """The message of a freeze, to be signed here or elsewhere by a key of `by`; sends nothing."""
        members = {"licenseId": license_.license_id, "by": ascii32(by)}
        return self._submissions.prepare("Freeze", license_.rev, members)

    def transfer_out(self, license_: License, region: int, signer: Signer, reference: str = "") -> Acted:
        """Let a license go to another region: suspended until a body there takes it in, or `transfer_cancel`.

        Raises:
            UsageError: `TRANSFER_AT_HOME`.
            RuleError: What the contracts refuse.
        """
        if region == license_.region:
            raise UsageError("TRANSFER_AT_HOME", region=f"{region:06d}")
        members = {
            "licenseId": license_.license_id,
            "toRegion": region,
            "reference": self._reference(license_, reference),
        }
        prepared = self._submissions.prepare("TransferOut", license_.rev, members)
        return self._write(license_, Act.TRANSFER_OUT, prepared, signer)

    def transfer_cancel(self, license_: License, signer: Signer) -> Acted:
        """Keep a license after all; signed by the body that let it go."""
        act, ground = int(Act.TRANSFER_CANCEL), int(Ground.TRANSFER)
        members = {"act": act, "ground": ground, "effective": 0, "reference": bytes(32), "region": 0}
        return self._write(license_, Act.TRANSFER_CANCEL, self._prepare_act(license_, members), signer)

    def _prepare_act(self, license_: License, members: Mapping[str, object]) -> Prepared:
        about = {"licenseId": license_.license_id, "cause": bytes(32)}
        return self._submissions.prepare("Act", license_.rev, {**about, **members})

    def _write(self, license_: License, act: Act, prepared: Prepared, signer: Signer) -> Acted:
        signatures = [prepared.signed_by(signer)]
        opening = self._drafts.opening_of(license_)
        receipt = self._submissions.submit(prepared, signatures, opening=opening)
        record = record_of(receipt.logs[-1])
        return Acted(license_.license_id, license_.rev + 1, act, record.seq, receipt.gas_used)

    def _reference(self, license_: License, text: str) -> bytes:
        return reference_digest(self._home, self._entropy, license_, text)
