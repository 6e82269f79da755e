"""A license whose fields somebody doubts: what verifiers, holders and callers of the service read."""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex
from typing import Any

from ledger import crypto
from ledger.bootstrap import Ledger
from ledger.domain.objects import ascii32
from ledger.service.share import ShareOrder
from ledger.service.signing import KeyFile
from ledger.settings import Settings
from tests.e2e.sharers import GRANTEE, Holder, Sharing
from tests.e2e.test_representations import wallet
from tests.told import World

NO_HASH = "0x" + "00" * 32


class Doubts:
    """Corrections as bodies record them, signed by key files of the world."""

    def __init__(self, world: World) -> None:
        self.world = world
        settings = Settings(world.home, world.folder / "network.json", (), None, world.folder / "relay.key")
        self.ledger = Ledger(settings)

    def send(self, struct: str, office: str, **members: Any) -> str:
        signer = crypto.load_signer(self.world.key(office))
        order = ShareOrder(struct, members, (KeyFile(signer.public_key, signer),))
        return self.ledger.sharing().send(order).about

    def open(self, resource: str, license_id: str, fields: int) -> str:
        owner, code = resource.split("/")
        named = {"by": ascii32(GRANTEE), "nonce": "0x" + token_hex(32), "owner": ascii32(owner)}
        about = {"code": ascii32(code), "licenseId": license_id, "fields": f"0x{fields:064x}"}
        evidence = {"evidence": "0x" + token_hex(32), "outcome": 2}
        return self.send("Attest", "office-zhejiang", **named, **about, **evidence)

    def uphold(self, correction: str, license_id: str) -> None:
        why = {"outcome": 1, "licenseId": license_id, "version": 0, "reason": 0, "reasonDigest": NO_HASH}
        self.send("AnswerCorrection", "office-jiangsu", correction=correction, **why)


def test_a_doubt_shows_by_name_beside_every_answer_until_it_is_answered(
    world: World, sharing: Sharing, holder: Holder, tmp_path: Path
) -> None:
    doubts, resource = Doubts(world), sharing.resource()
    opened = doubts.open(resource, holder.license_id, 0b1001)
    for level in ("rpc", "state"):
        head = ["--trust", level, "--head", str(doubts.ledger.reader.head().hash)]
        verdict = world.run("verify", str(holder.file), *head)
        assert (verdict.status, verdict.data["result"], verdict.data["trust"]) == (0, "IN_FORCE", level)
        assert "CORRECTION_OPEN" in verdict.data["flags"]
    (row,) = verdict.data["corrections"]
    assert (row["correction"], row["fields"]) == (opened, ["name", "address"])
    shown = world.run("license", "show", holder.license_id).data
    assert shown["corrections"] == [row]
    (held,) = wallet(world, holder.vault, "list").data["licenses"]
    assert (held["flags"], held["corrections"]) == (["CORRECTION_OPEN"], [row])
    assert f"doubt {opened[:10]}…: name, address" in world.card("en", "verify", str(holder.file))
    assert f"疑义 {opened[:10]}…：name, address" in world.card("zh", "license", "show", holder.license_id)

    elsewhere = world.as_other(tmp_path / "elsewhere")
    verdict = elsewhere.run("verify", str(holder.file))
    assert [each["fields"] for each in verdict.data["corrections"]] == [["#0", "#3"]]
    assert "a field #0" in elsewhere.card("en", "verify", str(holder.file))

    doubts.uphold(opened, holder.license_id)
    after = world.run("verify", str(holder.file)).data
    assert "CORRECTION_OPEN" not in after["flags"]
    assert after["corrections"][0]["correctedBy"] == {"licenseId": holder.license_id, "version": None}
    assert world.run("audit", "fsck").data["differences"] == []
