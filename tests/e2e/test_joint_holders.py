"""Several holders of one license, on the command line: any of them shows it, or all of them together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_representations import NUMBER, PASSPHRASE, ask, by, id_of, issued, new_pair, wallet
from tests.told import Run, World


class Couple:
    """Two holders, each with a vault of his own."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.vaults = [folder / "he.vault", folder / "she.vault"]
        self.pairs = [new_pair(world, vault) for vault in self.vaults]

    def holders(self, rule: str) -> dict[str, Any]:
        keys = [dict(zip(("holderKey", "holderEncryptionKey"), pair, strict=True)) for pair in self.pairs]
        return {"holderRule": rule, "holderKeys": keys, "holderKey": None, "holderEncryptionKey": None}

    def bind(self, id_: str, rule: str, out: Path) -> Run:
        keys = [
            part
            for first, second in self.pairs
            for part in ("--holder-key", first, "--holder-encryption-key", second)
        ]
        order = ["license", "bind", id_, *keys, "--holder-rule", rule, "--out", str(out)]
        return self.world.run(*order, *by(self.world))

    def present(self, place: int, id_: str, challenge: str, *more: str) -> Run:
        asked = ["--fields", NUMBER, "--challenge", challenge]
        return wallet(self.world, self.vaults[place], "present", id_, *asked, *more)

    def scan(self, code: str, challenge: str) -> tuple[str, dict[str, Any]]:
        run = self.world.run("wallet", "scan", code, "--challenge", challenge)
        return run.data["result"], run.data["checks"][7]


@pytest.fixture
def couple(world: World, tmp_path: Path) -> Couple:
    return Couple(world, tmp_path)


def test_either_of_two_shows_what_is_issued_to_any(couple: Couple, world: World, tmp_path: Path) -> None:
    file = issued(world, tmp_path, **couple.holders("ANY"))
    id_ = id_of(file)
    for place, vault in enumerate(couple.vaults):
        added = wallet(world, vault, "add", str(file))
        assert (added.data["holderKey"], added.data["holderRule"]) == (couple.pairs[place][0], "ANY")
        challenge = ask(world, tmp_path)
        made = couple.present(place, id_, challenge, "--offline")
        assert (made.status, made.data["mode"], made.data["bytes"] <= 1400) == (0, "offline", True), made.data
        assert made.data["licenses"][0]["shownAs"] == "ANY"
        result, check = couple.scan(made.data["qr"], challenge)
        assert (result, check["outcome"]) == ("IN_FORCE", "PASS"), check
        sentence = {"zh": "由2位持证人之一出示。", "en": "Shown by one of 2 holders."}
        assert check["evidence"] == {"holderRule": "ANY", "holders": 2, "signed": 1, **sentence}
    assert world.run("verify", str(file)).data["result"] == "IN_FORCE"


def test_two_show_together_what_is_issued_to_all(couple: Couple, world: World, tmp_path: Path) -> None:
    file = issued(world, tmp_path, **couple.holders("ALL"))
    id_, draft = id_of(file), tmp_path / "draft.json"
    for vault in couple.vaults:
        assert wallet(world, vault, "add", str(file)).data["holderRule"] == "ALL"
    (row,) = wallet(world, couple.vaults[1], "list").data["licenses"]
    assert row["holderRule"] == "ALL"

    challenge = ask(world, tmp_path)
    made = couple.present(0, id_, challenge, "--draft", str(draft))
    assert made.status == 0, made.data
    assert (made.data["mode"], made.data["signed"], made.data["needed"]) == ("draft", 1, 2)
    assert made.data["draft"] == json.loads(draft.read_text())
    assert "qr" not in made.data
    early = world.run("wallet", "scan", made.data["draft"]["presentation"], "--challenge", challenge)
    assert early.data["result"] == "MALFORMED"

    seen = wallet(world, couple.vaults[1], "cosign", str(draft), "--show")
    assert (seen.status, seen.data["signed"]) == (0, 1), seen.data
    assert (seen.data["purpose"], seen.data["verifierRegistered"]) == ("核验", True)
    assert list(seen.data["disclosed"]) == [NUMBER]
    order = ["wallet", "cosign", str(draft), "--show", "--vault", str(couple.vaults[1])]
    for language, told in (
        ("zh", ("身份: 全体持证人", "已签名: 1/2", "（已在账本登记）")),
        ("en", ("shown as: all the holders", " (registered on the ledger)")),
    ):
        card = world.card(language, *order, **PASSPHRASE)
        assert [line for line in told if line not in card] == [], card
    again = wallet(world, couple.vaults[0], "cosign", str(draft))
    assert again.data["code"] == "NOTHING_TO_COSIGN"
    picture = tmp_path / "both.png"
    both = wallet(world, couple.vaults[1], "cosign", str(draft), "--png", str(picture))
    assert (both.status, both.data["id"]) == (0, made.data["id"]), both.data
    result, check = couple.scan(str(picture), challenge)
    assert (result, check["outcome"]) == ("IN_FORCE", "PASS"), check
    sentence = {"zh": "由全体2位持证人共同出示。", "en": "Shown by all 2 holders together."}
    assert check["evidence"] == {"holderRule": "ALL", "holders": 2, "signed": 2, **sentence}
    assert couple.scan(str(picture), challenge)[0] == "STALE_PRESENTATION"


def test_a_license_is_bound_to_two_later_and_to_one_again(
    couple: Couple, world: World, tmp_path: Path
) -> None:
    first, second = couple.pairs[0]
    file = issued(world, tmp_path, holderKey=first, holderEncryptionKey=second)
    id_, listed = id_of(file), tmp_path / "holders.json"
    bound = couple.bind(id_, "ALL", listed)
    assert bound.status == 0, bound.data
    he, she = couple.vaults
    assert wallet(world, he, "add", str(file)).data["code"] == "NOT_MY_LICENSE", "its holders are not known"
    for vault in (he, she):
        added = wallet(world, vault, "add", str(file), "--holders", str(listed))
        assert (added.status, added.data["holderRule"]) == (0, "ALL"), added.data
    challenge, draft = ask(world, tmp_path), str(tmp_path / "draft.json")
    assert couple.present(1, id_, challenge, "--draft", draft).status == 0
    both = wallet(world, he, "cosign", draft)
    assert couple.scan(both.data["qr"], challenge)[0] == "IN_FORCE"

    alone = ["--holder-key", first, "--holder-encryption-key", second]
    assert world.run("license", "bind", id_, *alone, *by(world)).status == 0
    stale = wallet(world, she, "add", str(file), "--holders", str(listed))
    assert stale.data["code"] == "HOLDERS_OF_ANOTHER"
    challenge = ask(world, tmp_path)
    late = couple.present(1, id_, challenge, "--draft", draft)
    assert late.data["mode"] == "draft"
    refused = wallet(world, he, "cosign", draft)
    assert couple.scan(refused.data["qr"], challenge)[1]["code"] == "HOLDER_KEY_MISMATCH"
    back = wallet(world, he, "add", str(file))
    assert (back.status, back.data["holderRule"]) == (0, None), back.data
    made = couple.present(0, id_, challenge)
    assert couple.scan(made.data["qr"], challenge)[0] == "IN_FORCE"


def test_options_that_do_not_go_together_are_told(couple: Couple, world: World, tmp_path: Path) -> None:
    file, listed = issued(world, tmp_path), tmp_path / "holders.json"
    listed.write_text("{}")
    vault = couple.vaults[0]
    for more, code in (
        (["--holders", str(listed)], "HOLDERS_MALFORMED"),
        (["--holders", str(listed), "--as-representative"], "HOLDERS_BESIDE"),
        (["--holders", str(listed), "--holder-key", couple.pairs[0][0]], "HOLDERS_BESIDE"),
    ):
        run = wallet(world, vault, "add", str(file), *more)
        assert (run.status, run.data["code"]) == (2, code), run.data
    bad = tmp_path / "draft.json"
    bad.write_text(json.dumps({"format": "elicense-draft/1"}))
    run = wallet(world, vault, "cosign", str(bad))
    assert (run.status, run.data["code"]) == (2, "DRAFT_MALFORMED")
