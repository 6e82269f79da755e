"""What holds for every test: its own home folder, repeatable fuzzing, no skipping where it counts."""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.workermanage import WorkerController

from api.cli.files import replace_file
from tests.scheduling import ByLedger, ledgers_by_file
from tests.told import told

__all__ = ["told"]

_RECURSION_LIMIT = sys.getrecursionlimit()
import eth_account  # noqa: E402, F401 - raises the limit so far that nested JSON ends the process

sys.setrecursionlimit(_RECURSION_LIMIT)

settings.register_profile("fixed", deadline=None, derandomize=True, database=None)
settings.register_profile("free", deadline=None, database=None, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


_SLOW_FIRST = ("tests/e2e/test_outbox", "tests/contracts/test_a", "tests/contracts/test_so", "tests/e2e/")
_SLOW_FIRST += ("tests/api/", "tests/contracts/", "tests/adapters/", "tests/ports/", "tests/cli/")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that no worker is left alone with it at the end."""
    items.sort(
        key=lambda item: next((n for n, at in enumerate(_SLOW_FIRST) if item.nodeid.startswith(at)), 99)
    )


class _Workers:
    """Tells the scheduler which ledgers the files need: workers know it, and are asked through a file."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._told = Path(self._folder.name) / "ledgers.json"

    def pytest_configure_node(self, node: WorkerController) -> None:
        node.workerinput["ledgers"] = str(self._told)

    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Producer) -> ByLedger:
        return ByLedger(config, log, self._told)

    def pytest_unconfigure(self) -> None:
        self._folder.cleanup()


class _AtOnce:
    """Tells a failure when it happens: a run that is cut off never comes to its summary."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal is not None:
            terminal.write_line(f"\nFAILED {report.nodeid} ({report.when})\n{report.longreprtext[-4000:]}")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_AtOnce(config))
        if config.getoption("dist", "no") != "no":
            config.pluginmanager.register(_Workers())


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """What stays to the end is not walked through again and again by the collector."""
    told = getattr(session.config, "workerinput", {}).get("ledgers")
    if told is not None:
        replace_file(Path(told), json.dumps(ledgers_by_file(session.items)).encode())
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nobody's settings, keys or trust files reach a test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("ELICENSE_")]:
            patch.delenv(name)
        patch.setenv("ELICENSE_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return Path(__file__).resolve().parent.parent


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[None] | pytest.TestReport:
    """In continuous integration a skipped test is a failed one: a missing engine must not look green."""
    report: pytest.TestReport = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which continuous integration does not accept: {report.longrepr}"
    return report
