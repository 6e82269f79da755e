"""A code that carries the whole presentation is longer than any file name: it is judged all the same."""

from __future__ import annotations

from pathlib import Path

from tests.told import World

FIELDS = "metadata/certificateName"


def test_an_offline_text_is_verified_once_from_text_or_picture(world: World, tmp_path: Path) -> None:
    vault = ["--vault", str(world.folder / "homes" / "holder" / "wallet.vault")]
    owned = world.run("wallet", "list", *vault, ELICENSE_PASSPHRASE="demo").data["licenses"]
    held = owned[0]["identifier"]
    challenge, picture = str(tmp_path / "c.json"), str(tmp_path / "q.png")
    asked = ["--fields", FIELDS, "--purpose", "x", "--key", world.key("office-zhejiang"), "--out", challenge]
    asked += ["--ttl", "300"]
    assert world.run("wallet", "challenge", *asked).status == 0
    shown = ["--fields", FIELDS, "--challenge", challenge, "--offline", "--png", picture]
    made = world.run("wallet", "present", held, *shown, *vault, ELICENSE_PASSPHRASE="demo")
    assert (made.status, made.data["mode"]) == (0, "offline")
    text = made.data["qr"]
    assert len(text) > 255, "no path may be as long"

    first = world.run("wallet", "scan", text, "--challenge", challenge)
    assert first.data["disclosed"] == {FIELDS: "营业执照"}
    assert first.data["checks"][7]["outcome"] == "PASS"
    for again in (
        ["wallet", "scan", text],
        ["wallet", "scan", picture],
        ["verify", text],
        ["verify", picture],
    ):
        second = world.run(*again, "--challenge", challenge)
        assert (second.data["result"], second.status) == ("STALE_PRESENTATION", 1)
    assert world.run("verify", "x" * 4000).data["code"] == "FILE_UNREADABLE"
