"""The holder's wallet (我的证照): keys per license, the licenses, presentations.

Everything that touches the device is handed in: signer, verifier, clock, entropy, cipher, and the
desk of the verifier's API. The wallet needs no node and no account; who verifies what it shows,
needs the ledger.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ledger.domain.canonical import JsonObject
from ledger.domain.challenge import Challenge, require_answerable
from ledger.domain.holders import PublicPair
from ledger.errors import RuleError, TrustError, UnknownIdError, UsageError
from ledger.ports import Clock, Entropy, Sealer, Signer, Verifier
from wallet import files, vault
from wallet.held import HeldLicense, read_license
from wallet.keys import SEED_BYTES, derive
from wallet.ports import Desk, SignerMaker
from wallet.showing import Shown, answer, hand_over

LOOK_AHEAD = 20
"""Pairs beyond the last one handed out that `add` tries: a vault made anew from its seed knows none."""


IsBound = Callable[[PublicPair], bool]
"""Whether a license is bound to a pair."""


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


class Entry(NamedTuple):
    """One license of the wallet and the number of its key pair."""

    license: HeldLicense
    pair: int


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
        self._path, self._passphrase, self._device = path, passphrase, device

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
        made = vault.create(content, passphrase, device.entropy, cost)
        files.write_vault(path, vault.write(made, device.sealer), is_new=True)
        return cls(path, passphrase, device)

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

    def add(
        self, envelope: JsonObject, is_bound_now: IsBound | None = None
    ) -> tuple[HeldLicense, PublicPair]:
        """Take a license in, or a newer file of one that is there.

        A license bound to nobody is taken in under the pair handed out last, if that is still
        free: the issuer may bind it later.

        Args:
            envelope: Content of an `*.elic.json` file.
            is_bound_now: Tells the pair to which the license was bound since it was issued, for a
                new device; by default the file's own binding counts.

        Raises:
            MalformedError: `ENVELOPE_FORM`, `SIGNED_STRUCT`.
            BadProofError: `DOCUMENT_TAMPERED`.
            RuleError: `NOT_MY_LICENSE`.
        """
        held = read_license(envelope)
        with self._changing() as content:
            index = self._index_for(held, content, is_bound_now)
            kept = [entry for entry in content["licenses"] if entry["licenseId"] != held.license_id]
            kept.append({"licenseId": held.license_id, "pair": index, "envelope": envelope})
            content["licenses"] = kept
            content["next"] = max(int(content["next"]), index + 1)
        return held, self._pair(content, index)

    def licenses(self) -> list[Entry]:
        """All licenses, in the order in which they came."""
        return [_entry(kept) for kept in self._open().content["licenses"]]

    def find(self, name: str) -> Entry:
        """One license, by its identifier or 0x-hex license id.

        Raises:
            UnknownIdError: `LICENSE_NOT_IN_WALLET`.
        """
        return _find(self._open().content, name)

    def present(
        self,
        names: Sequence[str],
        fields: Sequence[str],
        challenge: Challenge,
        desk: Desk | None = None,
    ) -> Shown:
        """Answer a challenge with chosen fields of one license, or of several together.

        Args:
            names: Identifiers or ids of the licenses.
            fields: What to show; nothing beyond what the challenge asks for. Each license shows what
                it has of them.
            challenge: The verifier's, as read.
            desk: Where a short presentation is left; without it, or where the challenge names no
                API, the QR code carries everything.

        Raises:
            BadSignatureError, StalePresentationError: The challenge must not be answered.
            UnknownIdError: `LICENSE_NOT_IN_WALLET`.
            MalformedError, OutageError, RuleError, UsageError: As `answer` and `hand_over`.
        """
        now = int(self._device.clock.now().timestamp())
        require_answerable(challenge, self._device.verifier, now)
        content = self._open().content
        entries = [_find(content, name) for name in names]
        shown = [(entry.license, self._pair(content, entry.pair)) for entry in entries]
        unsigned = answer(shown, fields, challenge, now)
        signers = [self._signer(content, entry.pair) for entry in entries]
        message = unsigned.message()
        signed = unsigned.with_signatures([signer.sign(message) for signer in signers])
        return hand_over(signed, challenge, desk)

    def _index_for(self, held: HeldLicense, content: JsonObject, is_bound_now: IsBound | None) -> int:
        if is_bound_now is not None:
            return self._own_index(held, content, is_bound_now)
        for entry in content["licenses"]:
            if entry["licenseId"] == held.license_id:
                return int(entry["pair"])
        if held.is_bound:
            return self._own_index(held, content, lambda pair: pair.opens(held.binding))
        given, used = int(content["next"]), {int(entry["pair"]) for entry in content["licenses"]}
        return given - 1 if given and given - 1 not in used else given

    def _own_index(self, held: HeldLicense, content: JsonObject, is_bound: IsBound) -> int:
        for index in range(int(content["next"]) + LOOK_AHEAD):
            if is_bound(self._pair(content, index)):
                return index
        raise RuleError("NOT_MY_LICENSE", identifier=held.identifier)

    def _pair(self, content: JsonObject, index: int) -> PublicPair:
        private = derive(_seed(content), index)
        return PublicPair(*(self._device.signer(key).public_key for key in private))

    def _signer(self, content: JsonObject, index: int) -> Signer:
        return self._device.signer(derive(_seed(content), index).signing)

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


def _entry(kept: JsonObject) -> Entry:
    return Entry(read_license(kept["envelope"]), int(kept["pair"]))


def _find(content: JsonObject, name: str) -> Entry:
    for kept in reversed(content["licenses"]):
        identifier = kept["envelope"]["license"]["metadata"]["certificateIdentifier"]
        if name in (identifier, kept["licenseId"]):
            return _entry(kept)
    raise UnknownIdError("LICENSE_NOT_IN_WALLET", identifier=name)


def _seed(content: JsonObject) -> bytes:
    return bytes.fromhex(content["seed"])


def require_passphrase(passphrase: bytes | None) -> bytes:
    """A passphrase that is there.

    Raises:
        UsageError: `VAULT_PASSPHRASE_NEEDED`.
    """
    if not passphrase:
        raise UsageError("VAULT_PASSPHRASE_NEEDED")
    return passphrase
