"""What `elicense demo` promises, and what its users then see on the command line."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.told import Run, World

BUSINESS, SAFETY, CONSTRUCTOR, PROPERTY = "605001", "338W011", "338W001", "699001"


def test_every_step_of_the_demo_holds(told: tuple[World, Run]) -> None:
    _, run = told
    assert run.status == 0, [step for step in run.data["steps"] if not step["ok"]]
    assert all(step["ok"] and step["result"] == step["expected"] for step in run.data["steps"])
    assert len(run.data["steps"]) >= 37
    assert len(run.data["licenses"]) == len(set(run.data["licenses"])) == 204
    assert run.data["replay"]["findings"] == []
    assert run.data["replay"]["trust"] == "state"


@pytest.mark.parametrize(
    ("part", "version", "region", "result", "status"),
    [
        (PROPERTY, ".001.", "310118", "IN_FORCE", 0),
        (CONSTRUCTOR, ".001.", "330421", "IN_FORCE", 0),
        (CONSTRUCTOR, ".001.", "310118", "NOT_RECOGNIZED_HERE", 1),
        (CONSTRUCTOR, ".001.", "440000", "NOT_RECOGNIZED_HERE", 1),
        (SAFETY, ".001.", "330421", "REVOKED", 1),
        (BUSINESS, ".001.", "330421", "SUPERSEDED", 1),
        (BUSINESS, ".002.", "330421", "IN_FORCE", 0),
    ],
)
def test_verify_answers_by_license_and_region(
    world: World, part: str, version: str, region: str, result: str, status: int
) -> None:
    run = world.run("verify", world.envelope(part, version), "--region", region)
    assert (run.data["result"], run.status) == (result, status)
    assert [check["name"] for check in run.data["checks"]] == [
        "FORM", "INTEGRITY", "SIGNATURE", "ISSUER", "ANCHOR", "STATUS", "RECOGNITION", "HOLDER", "BASIS",
    ]  # fmt: skip


def test_verify_names_the_agreement(world: World) -> None:
    agreement = world.run("verify", world.envelope(CONSTRUCTOR), "--region", "330421").data["agreement"]
    assert (agreement["basis"], agreement["from"], agreement["to"]) == ("AGREEMENT", "320000", "330000")


def test_a_folder_gives_counts_and_the_worst_status(world: World) -> None:
    run = world.run("verify", str(world.folder / "envelopes"))
    assert run.status == 1
    assert run.data["counts"] == {"IN_FORCE": 3, "REVOKED": 1, "SUPERSEDED": 1, "TAMPERED": 1}


def test_a_past_moment_is_judged_by_what_held_then(world: World) -> None:
    shown = world.run("license", "show", _license_id(world, SAFETY)).data
    before = _second_before(str(shown["since"]))
    assert shown["status"] == "REVOKED"
    assert world.run("verify", world.envelope(SAFETY), "--at", before).data["result"] == "IN_FORCE"
    anchor = world.run("verify", world.envelope(SAFETY)).data["checks"][4]["evidence"]["recordedAt"]
    known = world.run("verify", world.envelope(SAFETY), "--known-at", anchor).data
    assert (known["result"], known["knownAt"]) == ("IN_FORCE", anchor)


def test_before_it_was_recorded_a_license_is_not_anchored(world: World) -> None:
    run = world.run("verify", world.envelope(PROPERTY), "--known-at", "2025-12-31T00:00:00Z")
    assert (run.data["result"], run.status) == ("NOT_ANCHORED", 1)


def test_an_old_pinned_head_proves_what_held_at_that_block(world: World) -> None:
    anchor = json.loads(Path(world.envelope(SAFETY)).read_text())["anchor"]
    block = _rpc(world.rpc, "eth_getBlockByNumber", hex(anchor["block"]), False)
    run = world.run("verify", world.envelope(SAFETY), "--trust", "state", "--head", block["hash"])
    assert (run.data["result"], run.data["trust"]) == ("IN_FORCE", "state")
    earlier = _rpc(world.rpc, "eth_getBlockByNumber", hex(anchor["block"] - 1), False)
    run = world.run("verify", world.envelope(SAFETY), "--trust", "state", "--head", earlier["hash"])
    assert run.data["result"] == "NOT_ANCHORED"


def test_a_level_that_is_not_reached_is_never_a_pass(world: World) -> None:
    run = world.run("verify", world.envelope(PROPERTY), "--trust", "state")
    assert (run.data["result"], run.status) == ("COULD_NOT_CHECK", 3)
    run = world.run("audit", "replay", "--trust", "state")
    assert (run.status, run.data["code"]) == (3, "TRUST_NOT_REACHED")
    assert run.data["trust"] == "rpc"


def test_who_asks_for_seals_is_told_what_to_ask_for(world: World) -> None:
    for language, told in (("zh", "请用 state"), ("en", "ask for `state`")):
        run = world.run("verify", world.envelope(PROPERTY), "--trust", "seals")
        (anchor,) = [check for check in run.data["checks"] if check["name"] == "ANCHOR"]
        assert anchor["code"] == "TRUST_NOT_REACHED"
        assert told in anchor["evidence"][language]


def test_a_cut_off_verifier_says_so_and_still_finds_a_forgery(world: World) -> None:
    dead = "http://127.0.0.1:9"
    run = world.run("verify", world.envelope(PROPERTY), "--rpc", dead)
    assert (run.data["result"], run.status) == ("COULD_NOT_CHECK", 3)
    forged = str(world.folder / "envelopes" / "tampered.elic.json")
    assert world.run("verify", forged, "--rpc", dead).data["result"] == "TAMPERED"
    for order in ("replay", "fsck"):
        run = world.run("audit", order, "--rpc", dead)
        assert (run.status, run.data["code"]) == (3, "CHAIN_UNREACHABLE")


def test_records_are_verified_by_openssl_as_they_stand(world: World, tmp_path: Path) -> None:
    target = tmp_path / "records.jsonl"
    run = world.run("audit", "replay", "--records", str(target))
    lines = [json.loads(line) for line in target.read_text().splitlines()]
    assert run.status == 0
    assert [line["seq"] for line in lines] == list(range(1, run.data["seq"] + 1))
    assert lines[-1]["head"] == run.data["head"]
    signatures = [each for line in lines for each in line["signatures"]]
    assert len(signatures) == run.data["signatures"]["checked"] > 20
    for each in signatures[-6:]:
        assert _openssl_verifies(each, tmp_path)


def test_two_auditors_agree_byte_for_byte(world: World, tmp_path: Path) -> None:
    head = _rpc(world.rpc, "eth_getBlockByNumber", "latest", False)["hash"]
    one = world.run("audit", "replay", "--trust", "state", "--head", head).data
    two = world.as_other(tmp_path / "other").run("audit", "replay", "--trust", "state", "--head", head).data
    assert one == two
    assert one["trust"] == "state"


def _license_id(world: World, part: str) -> str:
    return str(json.loads(Path(world.envelope(part)).read_text())["anchor"]["licenseId"])


def _second_before(moment: str) -> str:
    from ledger.domain.moments import parse_moment, rfc3339

    return rfc3339(parse_moment(moment) - 1)


def _rpc(url: str, method: str, *params: object) -> dict[str, str]:
    from ledger.adapters.rpc import Rpc

    with Rpc(url) as rpc:
        answer: dict[str, str] = rpc.call(method, *params)
    return answer


def _openssl_verifies(signature: dict[str, str], folder: Path) -> bool:
    openssl = shutil.which("openssl")
    assert openssl
    from ledger.adapters.sm2_keys import public_key_pem
    from ledger.domain.sm import signature_to_der

    (folder / "pub.pem").write_text(public_key_pem(bytes.fromhex(signature["publicKey"])))
    (folder / "m").write_bytes(bytes.fromhex(signature["message"]))
    (folder / "s").write_bytes(signature_to_der(bytes.fromhex(signature["signature"])))
    command = [openssl, "dgst", "-sm3", "-verify", str(folder / "pub.pem"), "-signature", str(folder / "s")]
    done = subprocess.run(
        [*command, "-sigopt", f"distid:{signature['id']}", str(folder / "m")],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def test_one_unreadable_item_spoils_no_other(world: World, tmp_path: Path) -> None:
    shutil.copy(world.envelope(PROPERTY), tmp_path / "good.elic.json")
    (tmp_path / "no.png").write_bytes(b"not a picture")
    shutil.copy(world.folder / "qr" / "presentation.png", tmp_path / "unasked.png")
    run = world.run("verify", str(tmp_path))
    results = {Path(each["subject"]).name: each["result"] for each in run.data["results"]}
    assert results == {
        "good.elic.json": "IN_FORCE",
        "no.png": "COULD_NOT_CHECK",
        "unasked.png": "COULD_NOT_CHECK",
    }
    assert run.status == 3
