"""Chapter three: keys wear out, and keys are stolen."""

from __future__ import annotations

from api.cli.demo.stage import Chapter, Stage, Told
from api.cli.demo.world import ANHUI, JIANGSU
from api.cli.files import write_new
from api.cli.output import language
from ledger import crypto
from ledger.adapters.sm2_keys import private_key_pem
from ledger.domain.acts import Purpose
from ledger.domain.entities import Key
from ledger.domain.messages import key_id
from ledger.domain.state import typed
from ledger.ports import Signer
from ledger.service.govern import cut_off_key, register_key, rotate_key
from ledger.service.orders import Issued
from ledger.service.signing import KeyFile

BRANCH = f"{ANHUI.key}-branch"
"""The key file of an Anhui branch."""


class Keys:
    """Rotation, theft and cut-off.

    Args:
        stage: Where it happens.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._stolen: list[Issued] = []

    def steps(self) -> Chapter:
        """The chapter."""
        return [
            ("rotate", "IN_FORCE IN_FORCE", self._rotate),
            ("stolen", "IN_FORCE IN_FORCE", self._steal),
            ("cut-off", "IN_FORCE KEY_COMPROMISED", self._cut_off),
        ]

    def _rotate(self) -> Told:
        """Jiangsu hands over to a new key; what the old one signed stays."""
        stage = self._stage
        old, new = stage.signer(JIANGSU.key), self._made(f"{JIANGSU.key}-2")
        known = typed(stage.ledger(JIANGSU.key).follow(), "key", "0x" + key_id(old.public_key).hex(), Key)
        assert known is not None
        gas = stage.govern(rotate_key(known, _file(new), 0, [_file(old)]))
        given = stage.input(JIANGSU, serial="32050920260R0001")
        issued = stage.ledger(JIANGSU.key).issuing().issue(given, new)
        stage.take(JIANGSU, issued)
        results = [stage.verify(each).result for each in (stage.issued[JIANGSU.key], issued)]
        return Told(" ".join(results), [issued.envelope.identifier], gas)

    def _steal(self) -> Told:
        """A branch of Anhui has a key of its own; a thief copies it and issues too. Nobody can tell, yet."""
        stage, key = self._stage, self._made(BRANCH)
        gas = stage.govern(register_key(ANHUI.uscc, _file(key), Purpose.SIGN, [_file(stage.signer("anhui"))]))
        for serial in ("2026ABCDEFGH0000G001", "2026ABCDEFGH0000T001"):
            if self._stolen:
                stage.await_second_after(_recorded(stage, self._stolen[0]))
            issued = stage.ledger(ANHUI.key).issuing().issue(stage.input(ANHUI, serial=serial), key)
            stage.take(ANHUI, issued)
            self._stolen.append(issued)
        return Told(" ".join(stage.verify(each).result for each in self._stolen), [], gas)

    def _cut_off(self) -> Told:
        """The province declares since when the key was in other hands: what it gave since then is void."""
        stage = self._stage
        since = _recorded(stage, self._stolen[1])
        stolen = key_id(stage.signer(BRANCH).public_key)
        gas = stage.govern(cut_off_key(stolen, since, [_file(stage.signer("anhui"))], now=since))
        verdicts = [stage.verify(each) for each in self._stolen]
        lines = [verdicts[1].message[language()]]
        return Told(" ".join(each.result for each in verdicts), lines, gas)

    def _made(self, name: str) -> Signer:
        """A new key, kept with the others."""
        private_key = crypto.generate_key()
        signer = crypto.signer(private_key)
        pem = private_key_pem(private_key, signer.public_key)
        write_new(self._stage.folder / "keys" / f"{name}.pem", pem.encode(), 0o600)
        return signer


def _recorded(stage: Stage, issued: Issued) -> int:
    license_ = stage.ledger(ANHUI.key).license_now(str(issued.envelope.anchor["licenseId"]))
    return license_.facts[0].recorded_at


def _file(signer: Signer) -> KeyFile:
    return KeyFile(signer.public_key, signer)
