"""The holder's wallet (我的证照): keys per license, the licenses, presentations.

Everything that touches the device is handed in: signer, verifier, clock, entropy, cipher, and the
desk of the verifier's API. The wallet needs no node and no account; who verifies what it shows,
needs the ledger.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ledger.domain.canonical import JsonObject
from ledger.domain.challenge import Challenge, require_answerable
from ledger.domain.holder_message import HolderMessage
from ledger.domain.holder_request import NONCE_BYTES, HolderRequest
from ledger.domain.holders import PublicPair
from ledger.domain.presentation import ShownLicense
from ledger.domain.presenters import AllHolders, Presenter
from ledger.errors import BadSignatureError, RuleError, TrustError, UnknownIdError
from ledger.ports import Clock, Entropy, Sealer, Signer, Verifier
from wallet import files, vault
from wallet.consenting import Said, asking, unsigned
from wallet.drafting import Draft
from wallet.entries import Bound, Entry, Fits, bound_to
from wallet.held import HeldLicense, read_license
from wallet.keys import SEED_BYTES, derive
from wallet.ports import Desk, SignerMaker
from wallet.showing import Shown, answer

LOOK_AHEAD = 20
"""Pairs beyond the last one handed out that `add` tries: a vault made anew from its seed knows none."""


@dataclass(frozen=True)
class Device:
    """What the wallet runs on.

    Attributes:
        signer: Makes the signer of a derived key.
        verifier: SM2.
        sealer: SM4-GCM for the vault.
        entropy: For seed and salt.
        clock: The device's clock; the verifier's decides.
    """

    signer: SignerMaker
    verifier: Verifier
    sealer: Sealer
    entropy: Entropy
    clock: Clock


class Wallet:
    """One vault, opened with its passphrase.

    Args:
        path: The vault's file.
        passphrase: What it was made with.
        device: Keys, cipher, clock.

    Example:
        See `tests/wallet/test_wallet.py`, which takes a license from `new_pair` to a verifier.
    """

    def __init__(self, path: Path, passphrase: bytes, device: Device) -> None:
        self._path, self._passphrase, self._device = path, vault.Passphrase(passphrase), device

    @classmethod
    def create(cls, path: Path, passphrase: bytes, device: Device, cost: int = vault.COST) -> Wallet:
        """Make a new vault with a fresh seed.

        Args:
            path: The vault's file, which does not exist yet.
            passphrase: Not empty.
            device: Keys, cipher, clock.
            cost: scrypt's n.

        Raises:
            UsageError: `VAULT_EXISTS`, `VAULT_UNREADABLE`, `VAULT_PASSPHRASE_NEEDED`.
        """
        content: JsonObject = {"seed": device.entropy.token(SEED_BYTES).hex(), "next": 0, "licenses": []}
        wallet = cls(path, passphrase, device)
        made = vault.create(content, wallet._passphrase, device.entropy, cost)
        files.write_vault(path, vault.write(made, device.sealer), is_new=True)
        return wallet

    def new_pair(self) -> PublicPair:
        """The next unused key pair, for an issuer to bind to one license; never given out again.

        Raises:
            UsageError: `VAULT_MISSING`, `VAULT_UNREADABLE`, `VAULT_PASSPHRASE_WRONG`.
            TrustError: `VAULT_DAMAGED`.
            OutageError: `VAULT_BUSY`.
        """
        with self._changing() as content:
            index = int(content["next"])
            content["next"] = index + 1
        return self._pair(content, index)

    def add(self, envelope: JsonObject, bound: Bound | None = None) -> tuple[HeldLicense, PublicPair]:
        """Take a license in, or a newer file of one that is there.

        A license bound to nobody is taken in under the pair handed out last, if that is still
        free: the issuer may bind it later.

        Args:
            envelope: Content of an `*.elic.json` file.
            bound: To whom the license was bound since it was issued, for a new device or other
                holders; by default the file's own binding counts.

        Raises:
            MalformedError: `ENVELOPE_FORM`, `SIGNED_STRUCT`.
            BadProofError: `DOCUMENT_TAMPERED`.
            RuleError: `NOT_MY_LICENSE`.
        """
        held = read_license(envelope)
        with self._changing() as content:
            entry = self._own_entry(held, content, bound)
            _keep(content, entry, envelope)
        return held, self._pair(content, entry.pair)

    def add_represented(
        self, envelope: JsonObject, is_named: Fits | None = None
    ) -> tuple[HeldLicense, PublicPair]:
        """Take in a license of somebody for whom the owner of this wallet stands in.

        Args:
            envelope: Content of an `*.elic.json` file.
            is_named: Tells the pair that the issuer recorded, or will; by default the one that this
                license has here already, or else the pair handed out last, if that is still free.

        Raises:
            MalformedError, BadProofError: As `add`.
            RuleError: `NO_PAIR_TO_REPRESENT_WITH`.
        """
        held = read_license(envelope)
        with self._changing() as content:
            index = self._representing_index(held, content, is_named)
            _keep(content, Entry(held, index, is_represented=True), envelope)
        return held, self._pair(content, index)

    def find_pair(self, fits: Fits) -> PublicPair | None:
        """The first pair of this vault that fits, handed out or soon to be."""
        content = self._open().content
        index = self._index_of(content, fits)
        return None if index is None else self._pair(content, index)

    def licenses(self) -> list[Entry]:
        """All licenses, in the order in which they came."""
        return [Entry.from_json(kept) for kept in self._open().content["licenses"]]

    def find(self, name: str) -> Entry:
        """One license, by its identifier or 0x-hex license id.

        Raises:
            UnknownIdError: `LICENSE_NOT_IN_WALLET`.
        """
        return _find(self._open().content, name)

    def presenter(self, name: str) -> Presenter:
        """As whom this wallet's owner shows a license, and signs about it; raises as `find`."""
        content = self._open().content
        entry = _find(content, name)
        return entry.presenter(self._pair(content, entry.pair))

    def present(
        self,
        names: Sequence[str],
        fields: Sequence[str],
        challenge: Challenge,
        desk: Desk | None = None,
    ) -> Shown:
        """Answer a challenge alone.

        Args:
            names: As for `draft`.
            fields: As for `draft`.
            challenge: As for `draft`.
            desk: Where a short presentation is left; without it, or where the challenge names no
                API, the QR code carries everything.

        Raises:
            RuleError: `COSIGNATURES_MISSING`.
            BadSignatureError, StalePresentationError, UnknownIdError, MalformedError, OutageError,
                RuleError, UsageError: As `draft` and `Draft.hand_over`.
        """
        return self.draft(names, fields, challenge).hand_over(desk)

    def draft(self, names: Sequence[str], fields: Sequence[str], challenge: Challenge) -> Draft:
        """Answer a challenge with chosen fields of one license, or of several together.

        Args:
            names: Identifiers or ids of the licenses.
            fields: What to show; nothing beyond what the challenge asks for. Each license shows what
                it has of them.
            challenge: The verifier's, as read.

        Returns:
            Signed by all that this wallet has keys of; of a license that several holders show together,
            the others have to sign it as well.

        Raises:
            BadSignatureError, StalePresentationError: The challenge must not be answered.
            UnknownIdError: `LICENSE_NOT_IN_WALLET`.
            RuleError, UsageError: As `answer`.
        """
        now = int(self._device.clock.now().timestamp())
        require_answerable(challenge, self._device.verifier, now)
        content = self._open().content
        entries = [_find(content, name) for name in names]
        shown = [(each.license, each.presenter(self._pair(content, each.pair))) for each in entries]
        unsigned = answer(shown, fields, challenge, now)
        draft = Draft(challenge, unsigned.with_signatures([b""] * len(unsigned.signers)))
        if draft.needed > len(entries):
            return _signed(draft, self._signers(content))
        return _signed(draft, [self._signer(content, entry.pair) for entry in entries])

    def cosign(self, draft: Draft) -> Draft:
        """Sign what another holder of the same license has signed already.

        Args:
            draft: As read; everything in it is checked before it is signed.

        Raises:
            BadSignatureError, StalePresentationError, BadProofError, RuleError: As `Draft.check`.
            UnknownIdError: `LICENSE_NOT_IN_WALLET`: a license that this wallet's owner holds, and of
                which it has no file.
            RuleError: `NOTHING_TO_COSIGN`.
        """
        draft.check(self._device.verifier, int(self._device.clock.now().timestamp()))
        content = self._open().content
        own = self._signers(content)
        awaited = {key for shown in draft.presentation.licenses for key in _joint_keys(shown)}
        for shown in draft.presentation.licenses:
            if {signer.public_key for signer in own} & _joint_keys(shown):
                _find(content, shown.license_id)
        signed = _signed(draft, [signer for signer in own if signer.public_key in awaited])
        if signed == draft:
            raise RuleError("NOTHING_TO_COSIGN")
        return signed

    def say(self, name: str, said: Said) -> HolderMessage:
        """Sign something for the ledger, as the holder of a license or who stands in for her.

        Args:
            name: The license, by identifier or id.
            said: What is to be signed.

        Returns:
            Signed by all that this wallet has keys of; of several holders who sign together, the others
            have to `say_too`.

        Raises:
            UnknownIdError: `LICENSE_NOT_IN_WALLET`.
        """
        content = self._open().content
        entry = _find(content, name)
        now = int(self._device.clock.now().timestamp())
        message = unsigned(said, entry, self._pair(content, entry.pair), now)
        return message.signed_by(self._signers(content))

    def ask(self, name: str, provider: str, bound: str | None = None) -> HolderRequest:
        """Ask a provider which uses it knows of that were about a license.

        Args:
            name: The license, by identifier or id.
            provider: Credit code of the body.
            bound: What the ledger knows the signer by now, 0x-hex; None takes both keys of the pair.

        Raises:
            UnknownIdError: `LICENSE_NOT_IN_WALLET`.
        """
        content = self._open().content
        entry, now = _find(content, name), int(self._device.clock.now().timestamp())
        nonce = self._device.entropy.token(NONCE_BYTES).hex()
        request = asking(entry, self._pair(content, entry.pair), provider, bound, now, nonce)
        return request.signed_by(self._signer(content, entry.pair))

    def say_too(self, message: HolderMessage) -> HolderMessage:
        """Sign what another holder of the same license has signed already.

        Args:
            message: As read; the caller has shown what it says.

        Raises:
            BadSignatureError: `SIGNATURE_REFUSED`: a signature in it is none.
            RuleError: `NOTHING_TO_COSIGN`.
        """
        points = dict(zip(message.opened.key_ids, message.opened.points, strict=True))
        for each in message.message.signatures:
            key = "0x" + each.key_id.hex()
            signed = message.message.prepared.message(each.key_id)
            if not self._device.verifier.verify(points[key], signed, each.raw):
                raise BadSignatureError("SIGNATURE_REFUSED", keyId=key)
        signed_too = message.signed_by(self._signers(self._open().content))
        if signed_too == message:
            raise RuleError("NOTHING_TO_COSIGN")
        return signed_too

    def _own_entry(self, held: HeldLicense, content: JsonObject, bound: Bound | None) -> Entry:
        kept = _kept(content, held, is_represented=False)
        if bound is None and kept is not None:
            return kept._replace(license=held)
        if bound is None and held.is_bound:
            bound = bound_to(held.binding, [held.envelope.holders])
        if bound is None:
            free = _free_pair(content)
            return Entry(held, int(content["next"]) if free is None else free)
        index = self._index_of(content, bound.fits)
        if index is None:
            raise RuleError("NOT_MY_LICENSE", identifier=held.identifier)
        return Entry(held, index, bound.holders)

    def _representing_index(self, held: HeldLicense, content: JsonObject, is_named: Fits | None) -> int:
        kept = _kept(content, held, is_represented=True)
        if is_named is not None:
            index = self._index_of(content, is_named)
        else:
            index = kept.pair if kept else _free_pair(content)
        if index is None:
            raise RuleError("NO_PAIR_TO_REPRESENT_WITH", identifier=held.identifier)
        return index

    def _index_of(self, content: JsonObject, fits: Fits) -> int | None:
        tried = range(int(content["next"]) + LOOK_AHEAD)
        return next((index for index in tried if fits(self._pair(content, index))), None)

    def _pair(self, content: JsonObject, index: int) -> PublicPair:
        private = derive(_seed(content), index)
        return PublicPair(*(self._device.signer(key).public_key for key in private))

    def _signer(self, content: JsonObject, index: int) -> Signer:
        return self._device.signer(derive(_seed(content), index).signing)

    def _signers(self, content: JsonObject) -> list[Signer]:
        return [self._signer(content, index) for index in range(int(content["next"]))]

    def _open(self) -> vault.OpenVault:
        data = files.read_vault(self._path)
        opened = vault.read(data, self._passphrase, self._device.sealer, str(self._path))
        if opened.content.keys() != {"seed", "next", "licenses"}:
            raise TrustError("VAULT_DAMAGED", path=str(self._path), part="content")
        return opened

    @contextlib.contextmanager
    def _changing(self) -> Iterator[JsonObject]:
        with files.lock(self._path):
            opened = self._open()
            yield opened.content
            files.write_vault(self._path, vault.write(opened, self._device.sealer))


def _signed(draft: Draft, signers: Sequence[Signer]) -> Draft:
    """With the signatures that are missing, as far as these signers are asked for them."""
    presentation = draft.presentation
    message, own = presentation.message(), {signer.public_key: signer for signer in signers}
    signatures = [
        own[key].sign(message) if not signature and key in own else signature
        for key, signature in zip(presentation.signers, presentation.signatures, strict=True)
    ]
    return replace(draft, presentation=presentation.with_signatures(signatures))


def _joint_keys(shown: ShownLicense) -> set[bytes]:
    """The keys that sign for a license which several holders show together."""
    holders = shown.holder.pairs if isinstance(shown.holder, AllHolders) else ()
    return {pair.holder_key for pair in holders}


def _keep(content: JsonObject, entry: Entry, envelope: JsonObject) -> None:
    name = entry.license.license_id
    others = [kept for kept in content["licenses"] if kept["licenseId"] != name]
    content["licenses"] = [*others, entry.as_json(envelope)]
    content["next"] = max(int(content["next"]), entry.pair + 1)


def _kept(content: JsonObject, held: HeldLicense, is_represented: bool) -> Entry | None:
    """The license as it is there already."""
    entries = (Entry.from_json(kept) for kept in content["licenses"] if kept["licenseId"] == held.license_id)
    return next((entry for entry in entries if entry.is_represented == is_represented), None)


def _free_pair(content: JsonObject) -> int | None:
    """The pair handed out last, where no license has it."""
    given, used = int(content["next"]), {int(entry["pair"]) for entry in content["licenses"]}
    return given - 1 if given and given - 1 not in used else None


def _find(content: JsonObject, name: str) -> Entry:
    for kept in reversed(content["licenses"]):
        identifier = kept["envelope"]["license"]["metadata"]["certificateIdentifier"]
        if name in (identifier, kept["licenseId"]):
            return Entry.from_json(kept)
    raise UnknownIdError("LICENSE_NOT_IN_WALLET", identifier=name)


def _seed(content: JsonObject) -> bytes:
    return bytes.fromhex(content["seed"])
