"""Documents in the private IPFS swarm of `net up --with ipfs`: real daemons, ended and tampered with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from ledger.adapters.net.processes import free_port
from tests.e2e.sheets_made import TYPE, license_input, rows
from tests.erasing import blobs_of
from tests.kubo import START_SECONDS, Kubo
from tests.told import Run, World

JIANGSU = "11320000MB0TE5T36A"
_starts = count(7_000_000, 10)


class Swarm:
    """The swarm of a home, worked on by its commands."""

    def __init__(self, world: World, program: Path) -> None:
        self.world, self.program = world, program
        self.variables = {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
        self.peers: list[dict[str, Any]] = []

    def up(self, peers: int) -> None:
        run = self.run("net", "up", "--with", "ipfs", "--peers", str(peers))
        assert run.status == 0, run.data
        self.peers = run.data["ipfs"]

    def run(self, *arguments: str) -> Run:
        return self.world.run(*arguments, **self.variables)

    def issue(self, out: Path, start: int | None = None) -> Run:
        (row,) = rows(1, next(_starts) if start is None else start)
        given = license_input(row)
        given["metadata"] |= {"certificateTypeCode": TYPE, "certificateIssuingAuthorityCode": JIANGSU}
        out.with_suffix(".input").write_text(json.dumps(given, ensure_ascii=False))
        key = self.world.key("office-jiangsu")
        return self.run("license", "issue", str(out.with_suffix(".input")), "--out", str(out), "--key", key)

    def read(self, file: Path) -> Run:
        out = file.with_suffix(".read")
        out.unlink(missing_ok=True)
        id_, key = id_of(file), self.world.key("office-jiangsu-encryption")
        run = self.run("license", "document", id_, "--key", key, "--out", str(out))
        assert run.status != 0 or out.read_bytes() == file.read_bytes()
        return run

    def erase(self, file: Path) -> Run:
        ground = ["--ground", "CONSENT_WITHDRAWN", "--yes"]
        return self.run("license", "erase", id_of(file), *ground, "--key", self.world.key("office-jiangsu"))

    def kill(self, number: int) -> None:
        """`kill -9` of a daemon, seen through to its end."""
        os.kill(self.peers[number]["pid"], signal.SIGKILL)
        deadline = time.monotonic() + START_SECONDS
        while self.run("net", "status").data["ipfs"][number]["pid"] is not None:
            assert time.monotonic() < deadline

    def ipfs(self, number: int, *arguments: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "IPFS_PATH": self.peers[number]["repo"]}
        command = [str(self.program), *arguments]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=240)

    def pinned(self, number: int) -> list[str]:
        """The documents that a node keeps; the empty folder of every repository is none."""
        told = self.ipfs(number, "pin", "ls", "--type=recursive", "--quiet").stdout.split()
        return [each for each in told if each.startswith("bafk")]

    def cid(self, file: Path) -> str:
        (cid,) = blobs_of(self.world.home / "issuers" / JIANGSU / "register.jsonl", id_of(file))
        return cid

    def seq(self) -> int:
        return int(self.world.run("audit", "replay").data["seq"])


def id_of(file: Path) -> str:
    return str(json.loads(file.read_bytes())["anchor"]["licenseId"])


@pytest.fixture
def swarm(world: World, kubo_program: Path) -> Iterator[Swarm]:
    made = Swarm(world, kubo_program)
    try:
        made.up(2)
        yield made
    finally:
        made.run("net", "down")


def test_a_license_is_pinned_on_both_nodes_and_read_while_one_of_them_lives(
    swarm: Swarm, tmp_path: Path
) -> None:
    first = tmp_path / "first.elic.json"
    assert swarm.issue(first).status == 0, "nothing more is said than that the net is up"
    assert not (swarm.world.home / "content").exists()
    for number in (0, 1):
        pinned = swarm.pinned(number)
        assert pinned == [swarm.cid(first)]

    swarm.kill(0)
    assert swarm.read(first).status == 0
    before, second, start = swarm.seq(), tmp_path / "second.elic.json", next(_starts)
    refused = swarm.issue(second, start)
    assert (refused.status, refused.data["code"]) == (75, "IPFS_UNREACHABLE")
    assert (second.exists(), swarm.seq()) == (False, before), "not anchored before it is kept twice"
    refused = swarm.erase(first)
    assert (refused.status, refused.data["code"]) == (75, "IPFS_UNREACHABLE")

    swarm.kill(1)
    refused = swarm.read(first)
    assert (refused.status, refused.data["code"]) == (75, "IPFS_UNREACHABLE")

    swarm.up(2)
    assert swarm.read(first).status == 0
    assert swarm.issue(second, start).status == 0
    assert swarm.seq() == before + 1, "issued once"
    assert swarm.erase(first).status == 0
    for number in (0, 1):
        assert swarm.ipfs(number, "block", "stat", "--offline", swarm.cid(second)).returncode == 0
        kept = swarm.pinned(number)
        assert kept == [swarm.cid(second)]


def test_bytes_that_one_node_alters_come_from_the_other_and_from_none_if_both_do(
    swarm: Swarm, tmp_path: Path
) -> None:
    file = tmp_path / "license.elic.json"
    assert swarm.issue(file).status == 0
    blobs = [
        next(each for each in Path(peer["repo"], "blocks").rglob("*.data") if each.stat().st_size > 500)
        for peer in swarm.peers
    ]
    whole = blobs[0].read_bytes()
    assert whole == blobs[1].read_bytes()
    blobs[0].write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert swarm.read(file).status == 0
    blobs[0].write_bytes(b"")
    assert swarm.read(file).status == 0
    blobs[1].write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
    refused = swarm.read(file)
    assert (refused.status, refused.data["code"]) == (1, "CONTENT_ALTERED")


def test_a_node_that_joins_gets_what_the_others_keep(swarm: Swarm, tmp_path: Path) -> None:
    file = tmp_path / "license.elic.json"
    assert swarm.issue(file).status == 0
    swarm.up(3)
    pinned = swarm.pinned(2)
    assert pinned == [swarm.cid(file)]
    assert [each["neighbours"] for each in swarm.run("net", "status").data["ipfs"]] == [2, 2, 2]
    refused = swarm.run("net", "up", "--with", "ipfs", "--peers", "2")
    assert (refused.status, refused.data["code"]) == (2, "NET_IPFS_PEERS")


def test_what_was_kept_is_there_again_after_the_net_went_down(swarm: Swarm, tmp_path: Path) -> None:
    file = tmp_path / "license.elic.json"
    assert swarm.issue(file).status == 0
    assert swarm.run("net", "down").status == 0
    assert swarm.read(file).data["code"] == "CONTENT_MISSING"
    swarm.up(2)
    assert swarm.read(file).status == 0


def test_two_commands_at_once_make_one_swarm(world: World, kubo_program: Path) -> None:
    made = Swarm(world, kubo_program)
    order = ["net", "up", "--with", "ipfs", "--peers", "2"]
    try:
        assert made.run("net", "up").status == 0
        with ThreadPoolExecutor(2) as pool:
            first, second = (run.result() for run in [pool.submit(made.run, *order) for _ in range(2)])
        assert (first.status, second.status) == (0, 0), (first.data, second.data)
        assert first.data["ipfs"] == second.data["ipfs"]
    finally:
        made.run("net", "down")


def test_a_daemon_that_cannot_start_leaves_an_outage_and_no_other_place(swarm: Swarm, tmp_path: Path) -> None:
    swarm.kill(1)
    config = Path(swarm.peers[1]["repo"], "datastore_spec")
    whole = config.read_bytes()
    config.write_text("{}")
    run = swarm.run("net", "up", "--with", "ipfs")
    assert (run.status, run.data["code"]) == (75, "NET_IPFS_DID_NOT_START")
    refused = swarm.issue(tmp_path / "license.elic.json")
    assert (refused.status, refused.data["code"]) == (75, "IPFS_UNREACHABLE")
    config.write_bytes(whole)
    swarm.up(2)
    assert swarm.issue(tmp_path / "second.elic.json").status == 0


def test_the_nodes_listen_on_this_machine_only_and_know_nobody_else(swarm: Swarm) -> None:
    for number, peer in enumerate(swarm.peers):
        config = json.loads(Path(peer["repo"], "config").read_bytes())
        assert config["Addresses"]["Gateway"] == []
        told = [*config["Addresses"]["Swarm"], config["Addresses"]["API"]]
        assert all(each.startswith("/ip4/127.0.0.1/tcp/") for each in told)
        assert set(_listening(peer["pid"])) == {int(each.rpartition("/")[2]) for each in told}
        known = swarm.ipfs(number, "swarm", "addrs").stdout
        others = {each["peerId"] for each in swarm.peers}
        assert {line.split()[0] for line in known.splitlines() if not line.startswith("\t")} <= others
        assert swarm.ipfs(number, "bootstrap", "list").stdout == ""
    keys = [Path(each["repo"], "swarm.key") for each in swarm.peers]
    assert {each.stat().st_mode & 0o777 for each in keys} == {0o600}


def _listening(pid: int) -> list[int]:
    """The TCP ports of 127.0.0.1 that a process listens on; any other address fails."""
    sockets = {os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink()}
    ports = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                address, _, port = fields[1].partition(":")
                assert address == "0100007F", line
                ports.append(int(port, 16))
    return ports


def test_a_stranger_without_the_swarm_key_is_not_spoken_to(
    swarm: Swarm, kubo_program: Path, tmp_path: Path
) -> None:
    file = tmp_path / "license.elic.json"
    assert swarm.issue(file).status == 0
    config = json.loads(Path(swarm.peers[0]["repo"], "config").read_bytes())
    target = f"{config['Addresses']['Swarm'][0]}/p2p/{swarm.peers[0]['peerId']}"
    stranger = Kubo(kubo_program, tmp_path / "stranger")
    stranger.run("config", "--json", "Addresses.Swarm", f'["/ip4/127.0.0.1/tcp/{free_port(0)}"]')
    stranger.run("config", "--json", "Swarm.AddrFilters", "[]")
    try:
        for key in (None, "/key/swarm/psk/1.0.0/\n/base16/\n" + "11" * 32 + "\n"):
            if key:
                (stranger.repo / "swarm.key").write_text(key)
            stranger.start(offline=False)
            assert _connects(stranger, target) is False
            assert _fetches(stranger, swarm.cid(file)) is False
            stranger.end()
        (stranger.repo / "swarm.key").write_bytes(Path(swarm.peers[0]["repo"], "swarm.key").read_bytes())
        stranger.start(offline=False)
        assert _connects(stranger, target), "it is the key alone that kept it out"
        assert _fetches(stranger, swarm.cid(file), seconds=60)
    finally:
        stranger.end()


def _connects(node: Kubo, target: str) -> bool:
    return _done(node, "swarm", "connect", target)


def _fetches(node: Kubo, cid: str, seconds: int = 5) -> bool:
    return _done(node, "block", "get", f"--timeout={seconds}s", cid)


def _done(node: Kubo, *arguments: str) -> bool:
    command = [str(node.program), *arguments]
    done = subprocess.run(command, env=node.environment(), capture_output=True, check=False, timeout=240)
    return done.returncode == 0


def test_without_kubo_the_remedy_is_named_and_nothing_is_set(world: World, tmp_path: Path) -> None:
    bare = {"PATH": str(tmp_path), "ELICENSE_ENGINES": str(tmp_path / "none")}
    try:
        run = world.run("net", "up", "--with", "ipfs", **bare)
        assert (run.status, run.data["code"]) == (75, "NET_IPFS_MISSING")
        assert "make engines" in run.data["error"]["remedy"]["en"]
        assert not (world.home / "net" / "ipfs.json").exists()
    finally:
        world.run("net", "down")
    run = world.run("net", "up", "--with", "kubo")
    assert (run.status, run.data["code"]) == (2, "NET_WITH_UNKNOWN")
