"""A ledger on a local chain, founded once per test session with the commands that users have.

    from tests.live import live_ledger  # in a conftest.py; the fixture is shared by all of them

Two provinces. Qingpu's office (Shanghai) issues a NATIONAL and a REGIONAL type; Zhejiang accepts the
REGIONAL one by agreement. Jiashan's office issues nothing. All bodies and people are fictitious.
"""

from __future__ import annotations

import copy
import io
import itertools
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from api.cli.main import run
from ledger import crypto
from ledger.adapters.libcrypto import LibcryptoSigner
from ledger.adapters.net.processes import free_port
from ledger.adapters.sm2_keys import private_key_pem
from ledger.bootstrap import Ledger
from ledger.settings import Settings

ISSUER = "11310000MB0TE5T1XB"
RELYING = "11330000MB0TE5T28K"
NATIONAL = "11100000000013338W011"
REGIONAL = "11100000000013338W001"
ACTS = [
    "issue",
    "amend",
    "suspend",
    "resume",
    "annul",
    "withdraw",
    "revoke",
    "cancel",
    "void",
    "bind",
    "transfer out",
    "transfer in",
    "transfer cancel",
]

Json = dict[str, Any]


@dataclass
class LiveLedger:
    """The founded ledger: its home, its trust file, its keys by name."""

    folder: Path
    rpc: str
    _serials: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def home(self) -> Path:
        """`ELICENSE_HOME` of the relay and the issuers."""
        return self.folder / "home"

    @property
    def network(self) -> Path:
        """The trust file."""
        return self.folder / "network.json"

    def key(self, name: str) -> Path:
        """Key files: `issuer`, `relying`, `r31`, `r33`, `qingpu`, `jiashan`."""
        return self.folder / "keys" / f"{name}.pem"

    def signer(self, name: str) -> LibcryptoSigner:
        """The signer of a key file."""
        return crypto.load_signer(str(self.key(name)))

    def ledger(self, home: Path | None = None, rpc: str | None = None) -> Ledger:
        """The ledger as a fresh process reaches it, from a home of its own or the common one."""
        urls = (rpc,) if rpc else ()
        return Ledger(Settings(home or self.home, self.network, urls, None, self.home / "relay.key"))

    def input(self, **changes: Any) -> Json:
        """A license input of the NATIONAL type with a serial that no other has."""
        return {**self._example("safety_certificate", NATIONAL), **changes}

    def regional_input(self, **changes: Any) -> Json:
        """A license input of the REGIONAL type with a serial that no other has."""
        return {**self._example("constructor_registration", REGIONAL), **changes}

    def cli(self, *arguments: str) -> Json:
        """The JSON of one command, run in this process under the common home."""
        return command(self.folder, *arguments)

    def attempt(self, *arguments: str, home: Path | None = None) -> tuple[int, Json]:
        """Exit status and JSON of one command, good or bad, from a home of its own or the common one."""
        return _attempted(self.folder, *arguments, home=home)

    def printed(self, *arguments: str, home: Path | None = None) -> tuple[int, str]:
        """The same without `--json`: exit status and what people read."""
        return _printed(self.folder, *arguments, home=home)

    def _example(self, name: str, code: str) -> Json:
        text = resources.files("ledger.domain").joinpath(f"examples/{name}.json").read_text("utf-8")
        given = copy.deepcopy(json.loads(text))
        given["metadata"].update(certificateIssuingAuthorityCode=ISSUER, certificateTypeCode=code)
        given["serial"] = f"2025ABCDEFGH{next(self._serials):08d}"
        return given


def command(folder: Path, *arguments: str) -> Json:
    """One command with `--json`; whatever is not exit 0 fails the test."""
    status, answer = _attempted(folder, *arguments)
    assert status == 0, answer
    return answer


def _attempted(folder: Path, *arguments: str, home: Path | None = None) -> tuple[int, Json]:
    status, text = _printed(folder, *arguments, "--json", home=home)
    return status, json.loads(text)


def _printed(folder: Path, *arguments: str, home: Path | None = None) -> tuple[int, str]:
    common, output = folder / "home", io.StringIO()
    files = {"NETWORK": folder / "network.json", "RELAY_KEY": common / "relay.key", "HOME": home or common}
    with (
        _environment(**{f"ELICENSE_{name}": str(path) for name, path in files.items()}),
        redirect_stdout(output),
    ):
        status = run(list(arguments))
    return status, output.getvalue()


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _founding() -> Json:
    regions: list[Json] = [
        {
            "code": 310000,
            "parent": None,
            "name": "上海市",
            "key": "keys/r31.pem",
            "recoverKey": "keys/c31.pem",
        },
        {
            "code": 330000,
            "parent": None,
            "name": "浙江省",
            "key": "keys/r33.pem",
            "recoverKey": "keys/c33.pem",
        },
        {"code": 310118, "parent": 310000, "name": "青浦区", "key": "keys/qingpu.pem"},
        {"code": 330421, "parent": 330000, "name": "嘉善县", "key": "keys/jiashan.pem"},
    ]
    for region, recovery in zip(regions, ("c31", "c33"), strict=False):
        region["recoverKey"] = f"keys/{recovery}.pem"
    issuer = {"uscc": ISSUER, "name": "示例上海市发证机关", "region": 310118, "level": 4}
    relying = {"uscc": RELYING, "name": "示例浙江省用证单位", "region": 330421, "level": 4}
    type_ = {"name": "示例", "schema": None, "sharing": "unconditional", "acts": ACTS}
    right = {"issuer": ISSUER, "region": 310118, "from": "2020-01-01", "until": None}
    term = {"from": 310000, "to": 330000, "since": "2020-01-01", "until": None}
    return {
        "ledgerId": None,
        "threshold": 1,
        "regions": regions,
        "organisations": [
            {**issuer, "key": "keys/issuer.pem", "encryptionKey": "keys/issuer-encryption.pem"},
            {**relying, "key": "keys/relying.pem", "encryptionKey": "keys/relying-encryption.pem"},
        ],
        "types": [
            {**type_, "code": NATIONAL, "scope": "NATIONAL"},
            {**type_, "code": REGIONAL, "scope": "REGIONAL"},
        ],
        "entitlements": [{**right, "type": NATIONAL}, {**right, "type": REGIONAL}],
        "recognitions": [{**term, "type": REGIONAL, "asType": REGIONAL}],
    }


def _write_keys(folder: Path) -> None:
    names = [
        "r31",
        "r33",
        "c31",
        "c33",
        "qingpu",
        "jiashan",
        "issuer",
        "relying",
        "issuer-encryption",
        "relying-encryption",
    ]
    folder.mkdir()
    for name in names:
        private_key = crypto.generate_key()
        pem = private_key_pem(private_key, crypto.signer(private_key).public_key)
        (folder / f"{name}.pem").write_text(pem)
        (folder / f"{name}.pem").chmod(0o600)


_LIVE = pytest.StashKey[LiveLedger]()


@pytest.fixture(scope="session")
def live_ledger(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> LiveLedger:
    """The ledger of this test session; tests add to it and leave what others need alone."""
    stash = request.config.stash
    if _LIVE not in stash:
        with ExitStack() as undo:
            stash[_LIVE] = found(tmp_path_factory.mktemp("live"), undo)
            request.config.add_cleanup(undo.pop_all().close)
    return stash[_LIVE]


def found(folder: Path, undo: ExitStack) -> LiveLedger:
    """A ledger of its own in a folder; `undo` stops its chain."""
    _write_keys(folder / "keys")
    (folder / "founding.json").write_text(json.dumps(_founding()))
    net = command(folder, "net", "up", "--port", str(free_port(0)))
    undo.callback(command, folder, "net", "down")
    files = ("--founding", str(folder / "founding.json"), "--out", str(folder / "network.json"))
    command(folder, "deploy", *files, "--rpc", net["rpc"])
    return LiveLedger(folder, net["rpc"])
