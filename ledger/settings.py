"""Where a process takes its settings from: flag, environment, `$ELICENSE_HOME/config.toml`, default."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import UsageError


def home() -> Path:
    """`ELICENSE_HOME`, else `~/.elicense`."""
    return Path(os.environ.get("ELICENSE_HOME") or Path.home() / ".elicense")


@dataclass(frozen=True)
class Settings:
    """Settings of one run.

    Attributes:
        home: Folder of this user's or department's own files.
        network: Path of the trust file.
        rpc: Endpoints that replace those of the trust file; empty keeps them.
        api: Base URL of the own region's API, or None.
        relay_key: EVM key file of the relay account.
        content: Where encrypted documents are kept: `ipfs:URL`, several URLs with commas between them, or
            None for a folder of the home. What neither environment nor file say, the swarm of the local
            net does (`net up --with ipfs`).
    """

    home: Path
    network: Path
    rpc: tuple[str, ...]
    api: str | None
    relay_key: Path
    content: str | None = None


def load_settings(network: str | None = None, rpc: Sequence[str] = (), api: str | None = None) -> Settings:
    """Read the settings.

    Args:
        network: `--network`, if given.
        rpc: `--rpc`, each a URL or a comma list.
        api: `--api`, if given.

    Raises:
        UsageError: `CONFIG_FILE`: the configuration cannot be read; `NET_IPFS_STATE`.
    """
    folder = home()
    config = _config(folder / "config.toml")
    urls = [url for given in rpc for url in given.split(",")] or _listed(os.environ.get("ELICENSE_RPC"))
    return Settings(
        home=folder,
        network=Path(network or _first("ELICENSE_NETWORK", config, "network", str(folder / "network.json"))),
        rpc=tuple(urls or _listed(config.get("rpc"))),
        api=api or _first("ELICENSE_API", config, "api", "") or None,
        relay_key=Path(_first("ELICENSE_RELAY_KEY", config, "relay_key", str(folder / "relay.key"))),
        content=_first("ELICENSE_CONTENT", config, "content", "") or _local_swarm(folder),
    )


def _local_swarm(folder: Path) -> str | None:
    """The setting that `net up --with ipfs` left behind."""
    file = folder / "net" / "ipfs.json"
    try:
        peers = json.loads(file.read_bytes())["peers"]
        return "ipfs:" + ",".join(str(peer["url"]) for peer in peers)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError("NET_IPFS_STATE", path=str(file), reason=type(error).__name__) from None


def _first(variable: str, config: dict[str, object], name: str, default: str) -> str:
    return os.environ.get(variable) or str(config.get(name) or default)


def _listed(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(each) for each in value]
    return [url.strip() for url in value.split(",") if url.strip()] if isinstance(value, str) else []


def _config(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError("CONFIG_FILE", path=str(path), reason=str(error)) from None
