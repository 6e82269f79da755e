"""Lying nodes, wrong ledgers, forged files: each is found, each time, and named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.messages import Kind
from tests.e2e.test_story import PROPERTY, SAFETY, _rpc
from tests.lying_proxy import LIES, LyingProxy
from tests.told import World


@pytest.mark.parametrize("name", sorted(LIES))
@pytest.mark.parametrize("seq", [1, 21, 50])
def test_replay_finds_one_wrong_record(world: World, name: str, seq: int) -> None:
    with LyingProxy(world.rpc) as proxy:
        proxy.lie = LIES[name](seq)
        run = world.run("audit", "replay", "--rpc", proxy.url)
    assert run.status == 1
    codes = {finding["code"] for finding in run.data["findings"]}
    assert codes & {"SEQ_GAP", "HEAD_MISMATCH", "BAD_RECORD", "BAD_SIGNATURE"}


def test_a_node_that_hides_the_revocation_is_found_by_proof(world: World) -> None:
    head = _rpc(world.rpc, "eth_getBlockByNumber", "latest", False)["hash"]
    with LyingProxy(world.rpc) as proxy:
        proxy.lie = _without_the_last_act
        fooled = world.run("verify", world.envelope(SAFETY), "--rpc", proxy.url)
        proved = world.run(
            "verify", world.envelope(SAFETY), "--rpc", proxy.url, "--trust", "state", "--head", head
        )
    assert (fooled.data["result"], fooled.data["trust"]) == ("IN_FORCE", "rpc")  # one node's word is no more
    assert (proved.data["result"], proved.status) == ("COULD_NOT_CHECK", 3)
    assert "BAD_PROOF" in {check["code"] for check in proved.data["checks"]}


@pytest.mark.parametrize(
    "kind", ["KEY_REGISTERED", "ENTITLEMENT_GIVEN", "LICENSE_ISSUED", "REGION_ADDED", None]
)
def test_where_proof_was_asked_for_one_node_cannot_have_a_license_refused(
    world: World, kind: str | None
) -> None:
    with LyingProxy(world.rpc) as proxy:
        proxy.lie = lambda logs: [
            log for log in logs if kind is not None and int(log["topics"][3], 16) != Kind[kind]
        ]
        run = world.run(
            "verify", world.envelope(PROPERTY), "--rpc", proxy.url, "--trust", "state", "--region", "330421"
        )
    assert (run.data["result"], run.status) == ("COULD_NOT_CHECK", 3)
    assert "FAIL" not in {check["outcome"] for check in run.data["checks"]}


@pytest.mark.parametrize("name", ["latest", "pending"])
def test_a_name_pins_no_head(world: World, name: str) -> None:
    for command in (["verify", world.envelope(PROPERTY)], ["audit", "replay"]):
        run = world.run(*command, "--trust", "state", "--head", name)
        assert (run.status, run.data["code"]) == (2, "HEAD_FORM")


def _without_the_last_act(logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a node serves that hides what happened to a license last."""
    acts = [log for log in logs if int(log["topics"][3], 16) == Kind.LICENSE_ACTED]
    return [log for log in logs if log not in acts[-1:]]


def test_two_nodes_that_disagree_are_a_split_view(world: World) -> None:
    def other_history(request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        block = answer.get("result")
        if request["method"].startswith("eth_getBlockBy") and isinstance(block, dict):
            return {**answer, "result": {**block, "extraData": "0x6c69"}}
        return answer

    with LyingProxy(world.rpc) as proxy:
        proxy.rewrite = other_history
        run = world.run(
            "verify", world.envelope(PROPERTY), "--rpc", f"{world.rpc},{proxy.url}", "--trust", "quorum"
        )
    assert run.status == 3
    assert run.data["result"] == "COULD_NOT_CHECK"


def test_two_nodes_that_agree_reach_quorum_and_state(world: World) -> None:
    with LyingProxy(world.rpc) as proxy:
        urls = f"{world.rpc},{proxy.url}"
        for level in ("quorum", "state"):
            run = world.run("verify", world.envelope(PROPERTY), "--rpc", urls, "--trust", level)
            assert (run.data["result"], run.data["trust"], run.status) == ("IN_FORCE", level, 0)


def test_a_head_that_is_too_old_cannot_answer_about_now(world: World) -> None:
    with LyingProxy(world.rpc) as proxy:
        anchor = json.loads(Path(world.envelope(PROPERTY)).read_text())["anchor"]
        proxy.head = anchor["block"]
        run = world.run("verify", world.envelope(PROPERTY), "--rpc", proxy.url, "--max-age", "0")
    assert (run.data["result"], run.status) == ("COULD_NOT_CHECK", 3)
    assert "STALE_HEAD" in {check["code"] for check in run.data["checks"]}


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("genesisHash",), "0x" + "ab" * 32, "SEAL_SIGNATURE"),
        (("ledgerId",), "0x" + "ab" * 32, "SEAL_SIGNATURE"),
        (("contracts", "Licenses", "address"), "0x" + "ab" * 20, "SEAL_SIGNATURE"),
        (("seal", "head"), "0x" + "ab" * 32, "SEAL_SIGNATURE"),
        (("format",), "elicense-network/9", "TRUST_FILE"),
    ],
)
def test_an_edited_trust_file_is_refused(
    world: World, tmp_path: Path, path: tuple[str, ...], value: str, code: str
) -> None:
    content = json.loads((world.folder / "network.json").read_text())
    target = content
    for name in path[:-1]:
        target = target[name]
    target[path[-1]] = value
    edited = tmp_path / "network.json"
    edited.write_text(json.dumps(content))
    run = world.run("verify", world.envelope(PROPERTY), "--network", str(edited))
    assert run.data["code"] == code
    assert run.status != 0
    assert run.data["error"]["remedy"]["zh"]


def test_another_chain_behind_the_url_is_refused(world: World) -> None:
    def other_chain(request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        return {**answer, "result": "0x7a6a"} if request["method"] == "eth_chainId" else answer

    with LyingProxy(world.rpc) as proxy:
        proxy.rewrite = other_chain
        replay = world.run("audit", "replay", "--rpc", proxy.url)
        verify = world.run("verify", world.envelope(PROPERTY), "--rpc", proxy.url)
    assert (replay.status, replay.data["code"]) == (3, "WRONG_LEDGER")
    assert (verify.status, verify.data["result"]) == (3, "COULD_NOT_CHECK")


@pytest.mark.parametrize(
    ("name", "edit", "result"),
    [
        ("face", lambda e: e["license"]["face"].__setitem__("location", "x"), "TAMPERED"),
        ("salt", lambda e: e["salts"].__setitem__(min(e["salts"]), "0" * 64), "TAMPERED"),
        ("digest", lambda e: e.__setitem__("digest", "0" * 64), "TAMPERED"),
        ("signature", lambda e: e.__setitem__("signature", "1" * 128), "TAMPERED"),
        ("signed digest", lambda e: e["signed"].__setitem__("digest", "0x" + "0" * 64), "TAMPERED"),
        ("signed time", lambda e: e["signed"].__setitem__("signedAt", 1), "TAMPERED"),
        ("key", lambda e: e["signed"].__setitem__("keyId", "0x" + "0" * 64), "TAMPERED"),
        ("other ledger", lambda e: e["anchor"].__setitem__("ledgerId", "0x" + "0" * 64), "NOT_ANCHORED"),
        ("no signature", lambda e: e.pop("signature"), "MALFORMED"),
        ("extra member", lambda e: e.__setitem__("x", 1), "MALFORMED"),
        ("format", lambda e: e.__setitem__("format", "elicense/2"), "MALFORMED"),
        ("member of signed", lambda e: e["signed"].pop("rev"), "MALFORMED"),
        ("huge number", lambda e: e["signed"].__setitem__("rev", 2**40), "MALFORMED"),
    ],
)
def test_an_edited_license_file_is_never_in_force(
    world: World, tmp_path: Path, name: str, edit: Any, result: str
) -> None:
    envelope = json.loads(Path(world.envelope(PROPERTY)).read_text())
    edit(envelope)
    forged = tmp_path / "forged.elic.json"
    forged.write_text(json.dumps(envelope))
    run = world.run("verify", str(forged))
    assert run.data["result"] == result, name
    assert run.status == {"MALFORMED": 2}.get(result, 1)


def test_a_license_of_another_ledger_on_the_same_chain_is_not_anchored(world: World, tmp_path: Path) -> None:
    second = World(tmp_path / "second", tmp_path / "home")
    second.folder.mkdir()
    founding = json.loads((world.folder / "founding.json").read_text())
    (second.folder / "founding.json").write_text(json.dumps(founding))
    (second.folder / "keys").symlink_to(world.folder / "keys")
    made = second.run(
        "deploy",
        "--founding", str(second.folder / "founding.json"),
        "--out", str(second.folder / "network.json"),
        "--rpc", world.rpc,
        ELICENSE_RELAY_KEY=str(world.folder / "relay.key"),
    )  # fmt: skip
    assert made.status == 0, made.data
    run = World(second.folder, tmp_path / "home").run("verify", world.envelope(PROPERTY))
    assert (run.data["result"], run.status) == ("NOT_ANCHORED", 1)
    replay = world.run("audit", "replay", "--network", str(second.folder / "network.json"))
    assert replay.data["licenses"] == 0
