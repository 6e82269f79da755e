"""`elicense demo`: the whole story on a fresh local chain."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from api.cli import net
from api.cli.demo.results import headline, in_words
from api.cli.demo.story import Step, Story
from api.cli.demo.world import write_founding, write_keys
from api.cli.deploy import found
from api.cli.output import Outcome, is_json, said
from ledger.adapters.net import hardhat
from ledger.errors import UsageError
from ledger.settings import home

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Run once without pauses (the default).")] = False,  # noqa: ARG001
    keep: Annotated[
        str | None, typer.Option("--keep", metavar="DIR", help="Keep files and the chain.")
    ] = None,
) -> Outcome:
    """Found a ledger on a fresh chain and live through everything that it is for."""
    started = time.monotonic()
    if keep is not None:
        folder = Path(keep)
        if folder.exists() and any(folder.iterdir()):
            raise UsageError("FILE_EXISTS", path=keep)
        outcome = _run(folder, home() / "net", started)
        zh = f"文件在 {folder}，本地链仍在运行；elicense net down 将其停止。"
        en = f"Files are in {folder}, and the chain goes on; elicense net down ends it."
        return replace(outcome, text=f"{outcome.text}\n{said(zh, en)}")
    with tempfile.TemporaryDirectory(prefix="elicense-demo-") as scratch:
        chain = Path(scratch) / "net"
        try:
            return _run(Path(scratch), chain, started)
        finally:
            hardhat.stop_net(chain)


def _run(folder: Path, chain: Path, started: float) -> Outcome:
    say = _silent if is_json() else _say
    (folder / "keys").mkdir(parents=True, exist_ok=True)
    zh, en = (
        "启动本地链，四地共同建账并封印……",
        "Starting a local chain; four provinces found a ledger …",
    )
    say(said(zh, en))
    running = net.bring_up(folder=chain, key_file=folder / "relay.key")
    write_keys(folder / "keys")
    write_founding(folder / "founding.json")
    trust = found(
        str(folder / "founding.json"), folder / "network.json", running.net.rpc, folder / "relay.key"
    )
    say(
        f"  {said('账本', 'ledger')} {trust.ledger_id}",
        said(
            f"  链 {trust.chain_id}，创世散列 {trust.genesis_hash}",
            f"  chain {trust.chain_id}, genesis {trust.genesis_hash}",
        ),
    )
    story = Story(folder, folder / "relay.key")
    steps = []
    for step in story.run():
        steps.append(step)
        _tell(step, say)
    return _outcome(story, steps, folder, time.monotonic() - started)


def _outcome(story: Story, steps: list[Step], folder: Path, seconds: float) -> Outcome:
    failed = [step for step in steps if not step.ok]
    data = {
        "seconds": round(seconds, 1),
        "licenses": story.licenses,
        "network": str(folder / "network.json"),
        "steps": [step.as_json() for step in steps],
        "replay": story.replay,
    }
    done = len(steps) - len(failed)
    text = said(
        f"{done}/{len(steps)} 步符合预期，用时 {seconds:.0f} 秒。",
        f"{done} of {len(steps)} steps held, {seconds:.0f} s.",
    )
    code = "OK" if not failed else "DEMO_FAILED"
    return Outcome(data, text=text, code=code, exit_code=1 if failed else 0)


def _silent(*_: str) -> None:
    """Machines read the JSON alone."""


def _say(*lines: str) -> None:
    print("\n".join(lines), flush=True)


def _tell(step: Step, say: Callable[..., None]) -> None:
    mark = "✓" if step.ok else "✗"
    gas = f"  ({step.gas:,} gas)" if step.gas else ""
    say(f"{mark} {headline(step.n, step.title, step.result)}{gas}")
    if not step.ok:
        say(f"      {said('预期：', 'expected ')}{in_words(step.expected)}")
    for line in step.lines:
        say(f"      {in_words(line)}")
