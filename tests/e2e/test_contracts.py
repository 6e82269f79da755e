"""A ledger whose contracts were succeeded, used under the trust file of before by every command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.trustfile import CLIENTS
from tests.live import ISSUER, NATIONAL, LiveLedger, found
from tests.lying_proxy import LyingProxy

PENALTY = ["--ground", "PENALTY"]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveLedger]:
    """A ledger that no other module sees."""
    with ExitStack() as undo:
        yield found(tmp_path_factory.mktemp("contracts"), undo)


def succeed(ledger: LiveLedger, *names: str) -> None:
    for name in names:
        made = ledger.cli("org", "contract", "succeed", name, "--by", str(ledger.key("r31")))
        assert made["account"] != made["predecessor"]
        assert [each["message"] for each in made["records"]] == ["Succeed"]


def head(ledger: LiveLedger) -> str:
    return str(ledger.ledger().reader.head().hash)


def by(ledger: LiveLedger) -> list[str]:
    return ["--key", str(ledger.key("issuer"))]


class Story:
    """Licenses of one time, and what is done with them at another."""

    def __init__(self, ledger: LiveLedger, folder: Path) -> None:
        self.ledger, self.folder = ledger, folder
        folder.mkdir()
        self.single = self._issued("single", ledger.input())
        self.other = self._issued("other", ledger.input())
        self.leaves = self._batch()

    def _issued(self, name: str, given: dict[str, Any]) -> Path:
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(given, ensure_ascii=False))
        out = self.folder / f"{name}.elic.json"
        self.ledger.cli("license", "issue", str(path), *by(self.ledger), "--out", str(out))
        return out

    def _batch(self) -> list[Path]:
        sheet, out = self.folder / "sheet.jsonl", self.folder / "leaves"
        given = [self.ledger.input() for _ in range(4)]
        sheet.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in given))
        order = ["license", "issue-batch", str(sheet), "--type", NATIONAL, "--out", str(out)]
        assert self.ledger.cli(*order, *by(self.ledger))["accepted"] == 4
        return sorted(out.glob("*.elic.json"))

    @property
    def files(self) -> list[Path]:
        return [self.single, self.other, *self.leaves]

    def go_on(self) -> None:
        """Act, amend, open a leaf, renew the others by the batch; all of what was issued before."""
        ledger, names = self.ledger, [path.name.removesuffix(".elic.json") for path in self.leaves]
        single, other = (_envelope(path)["anchor"]["licenseId"] for path in (self.single, self.other))
        assert ledger.cli("license", "suspend", single, *PENALTY, *by(ledger))["status"] == "SUSPENDED"
        assert ledger.cli("license", "revoke", names[0], "--ground", "SERIOUS_VIOLATION", *by(ledger))
        amended = self.folder / "amended.elic.json"
        given = _next_input(ledger)
        (self.folder / "amended.json").write_text(json.dumps(given, ensure_ascii=False))
        order = ["license", "amend", other, str(self.folder / "amended.json"), "--kind", "change"]
        assert ledger.cli(*order, *by(ledger), "--out", str(amended))["status"] == "IN_FORCE"
        sheet = self.folder / "renewals.jsonl"
        rows = [{**_next_input(ledger), "renews": name} for name in names[1:]]
        for row in rows:
            del row["serial"]
        sheet.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in rows))
        order = ["license", "renew-batch", str(sheet), "--type", NATIONAL, "--out", str(self.folder / "new")]
        renewed = ledger.cli(*order, *by(ledger))
        assert (renewed["accepted"], renewed["singly"]) == (3, 0)

    def judged(self, *options: str) -> list[str]:
        """The results of all files of the story."""
        files = [
            *self.files,
            *sorted(self.folder.glob("amended.elic.json")),
            *(self.folder / "new").glob("*"),
        ]
        made = [each for each in files if each.name.endswith(".elic.json")]
        _, answer = self.ledger.attempt("verify", *map(str, made), *options)
        return [each["result"] for each in answer["results"]]


AFTER = ["SUSPENDED", "SUPERSEDED", "REVOKED", *["SUPERSEDED"] * 3, "IN_FORCE", *["IN_FORCE"] * 3]


def _envelope(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_bytes()))


def _next_input(ledger: LiveLedger) -> dict[str, Any]:
    return ledger.input()


def test_the_vote_waits_for_absent_keys_with_one_contract(ledger: LiveLedger, tmp_path: Path) -> None:
    public, ask = tmp_path / "r31.pub.pem", tmp_path / "ask.json"
    ledger.cli("sm2", "pubkey", "--key", str(ledger.key("r31")), "--out", str(public))
    order = ["org", "contract", "succeed", "Catalog", "--by", str(public), "--signatures", str(ask)]
    assert ledger.attempt(*order)[1]["code"] == "SIGNATURES_PENDING"
    (first,) = json.loads(ask.read_text())["requests"]
    assert ledger.attempt(*order)[1]["code"] == "SIGNATURES_PENDING"
    file = json.loads(ask.read_text())
    (request,) = file["requests"]
    assert request["signed"]["account"] == first["signed"]["account"], "made once"
    message = bytes.fromhex(request["message"])
    request["signature"] = ledger.signer("r31").sign(message).hex()
    ask.write_text(json.dumps(file))
    made = ledger.cli(*order)
    assert made["account"] == request["signed"]["account"]
    assert ledger.attempt(*order)[1]["code"] == "CONTRACT_IS_OF_NOW"
    rows = {row["address"]: row for row in ledger.cli("org", "contract", "list")["contracts"]}
    assert rows[made["account"]]["standing"] == "CURRENT"
    assert rows[made["account"]]["codeHash"] == made["codeHash"]
    assert rows[made["predecessor"]]["standing"] == "CLOSED"


@pytest.mark.parametrize("name", ["Keys", "Journal", "SM2Verifier", "Nothing"])
def test_what_goes_with_its_directory_is_not_succeeded_alone(ledger: LiveLedger, name: str) -> None:
    status, answer = ledger.attempt("org", "contract", "succeed", name, "--by", str(ledger.key("r31")))
    assert (status, answer["code"]) == (2, "CHOICE")


def test_whoever_has_no_vote_succeeds_nothing(ledger: LiveLedger, tmp_path: Path) -> None:
    before = ledger.cli("org", "contract", "list")["contracts"]
    for key in ("qingpu", "issuer"):
        status, _ = ledger.attempt("org", "contract", "succeed", "Batches", "--by", str(ledger.key(key)))
        assert status == 1
    assert ledger.cli("org", "contract", "list")["contracts"] == before


def test_everything_goes_on_under_the_old_trust_file(ledger: LiveLedger, tmp_path: Path) -> None:
    pinned = ledger.network.read_bytes()
    before, earlier = Story(ledger, tmp_path / "before"), Story(ledger, tmp_path / "earlier")
    earlier.go_on()
    succeed(ledger, "Licenses", "Batches")
    before.go_on()
    between = Story(ledger, tmp_path / "between")
    succeed(ledger, "Directory")
    listed = ledger.cli("org", "contract", "list")["contracts"]
    assert {row["name"] for row in listed if row["standing"] == "BEHIND"} == set(CLIENTS)
    single = _envelope(between.single)["anchor"]["licenseId"]
    assert ledger.attempt("license", "suspend", single, *PENALTY, *by(ledger))[0] == 1
    succeed(ledger, *CLIENTS)
    between.go_on()
    after = Story(ledger, tmp_path / "after")
    after.go_on()
    assert ledger.network.read_bytes() == pinned

    state = ["--trust", "state", "--head", head(ledger)]
    for story in (before, earlier, between, after):
        assert story.judged(*state) == AFTER
        assert story.judged() == AFTER
    _flags_tell_what_is_not_proved(ledger, before, state)
    for options in ([], state):
        replay = ledger.cli("audit", "replay", *options)
        assert (replay["findings"], replay["signatures"]["bad"]) == ([], 0)
    assert ledger.cli("audit", "fsck")["differences"] == []
    _a_fresh_home_follows(ledger, tmp_path / "fresh", before)


def _flags_tell_what_is_not_proved(ledger: LiveLedger, story: Story, state: list[str]) -> None:
    license_id = _envelope(story.single)["anchor"]["licenseId"]
    for options, flags in (([], ["SUCCESSOR_UNPROVED"]), (state, [])):
        for order in (["license", "show", license_id], ["license", "status", license_id]):
            assert [f for f in ledger.cli(*order, *options)["flags"] if "SUCC" in f] == flags
        verdict = ledger.attempt("verify", str(story.single), *options)[1]
        assert [flag for flag in verdict["flags"] if "SUCC" in flag] == flags
        assert ledger.cli("org", "contract", "list", *options)["flags"] == flags


def _a_fresh_home_follows(ledger: LiveLedger, home: Path, story: Story) -> None:
    license_id = _envelope(story.single)["anchor"]["licenseId"]
    assert ledger.attempt("license", "show", license_id, home=home)[1]["status"] == "SUSPENDED"
    assert ledger.attempt("org", "show", ISSUER, home=home)[0] == 0
    assert ledger.attempt("audit", "fsck", home=home)[1]["differences"] == []


def test_a_node_that_hides_the_successors_is_found_out(ledger: LiveLedger, tmp_path: Path) -> None:
    """It shows the first contracts' slots as if nobody had taken their places."""
    hidden = {
        row["address"]
        for row in ledger.cli("org", "contract", "list")["contracts"]
        if row["standing"] == "CLOSED"
    }

    def hide(asked: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if asked["params"][:1] and asked["params"][0] in hidden:
            if asked["method"] == "eth_getStorageAt" and int(asked["params"][1], 16) in (0, 1, 4, 5):
                return {**answer, "result": "0x" + "00" * 32}
            for proof in answer["result"]["storageProof"] if asked["method"] == "eth_getProof" else ():
                proof["value"] = "0x0"
        return answer

    order = ["org", "contract", "list", "--trust", "state", "--head", head(ledger)]
    with LyingProxy(ledger.rpc) as proxy:
        proxy.rewrite = hide
        status, answer = ledger.attempt(*order, "--rpc", proxy.url)
        assert (status, answer["code"]) != (0, "OK")
        assert answer["error"]["family"] in ("trust", "outage")
    assert ledger.attempt(*order)[0] == 0
