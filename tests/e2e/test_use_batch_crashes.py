"""Uses in batches, each side killed between its steps, and each side lying: nothing lost, nothing twice."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from queue import Queue
from typing import Any

import pytest

from ledger.domain.license_tree import root
from ledger.domain.rules.uses import use_of
from ledger.domain.use_leaves import use_leaf
from tests.depth import some
from tests.e2e.dying_providers import POINTS, ready
from tests.e2e.using import GRANTEE_NAME, Using
from tests.forked import Piped
from tests.live import LiveLedger, live_ledger
from tests.lying_proxy import LyingProxy, proxy
from tests.relay import Relay
from tests.served import Served, strike

__all__ = ["live_ledger", "proxy", "ready"]

Json = dict[str, Any]


@pytest.fixture(scope="module")
def using(
    live_ledger: LiveLedger, proxy: LyingProxy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Using]:
    folder = tmp_path_factory.mktemp("crashing-batches")
    served = Served(live_ledger, folder / "provider", proxy.url, "--batch-seconds", "1")
    yield Using(live_ledger, folder, served.start())
    served.close()


@pytest.fixture
def relay(using: Using) -> Iterator[Relay]:
    with Relay(using.served.url) as made:
        yield made


def recorded(using: Using, grant: str) -> list[str]:
    """The requests whose uses stand on the ledger, each as often as it does."""
    before, used = -1, used_under(using, grant)
    while before != used:  # nothing was recorded between the answers
        before, rows = used, using.provider("use", "list", "--grant", grant)["uses"]
        used = used_under(using, grant)
    sizes = sum(row["size"] for row in rows if row["kind"] == "BATCH")
    requests = [row["request"] for row in rows if row["kind"] == "DATA"]
    assert len(requests) == sizes == used
    return sorted(requests)


def used_under(using: Using, grant: str) -> int:
    return int(using.provider("grant", "show", grant)["used"])


def signed_for(using: Using, grant: str, requests: list[str]) -> None:
    """Sign until just these uses stand on the ledger, or time is over; more than they never do."""
    deadline = time.monotonic() + 300
    while (found := recorded(using, grant)) != sorted(requests):
        assert set(found) < set(requests) and time.monotonic() < deadline, found
        using.sign(grant)
        time.sleep(0.5)


def waiting(using: Using, grant: str) -> Json:
    """What the provider waits for the grantee to sign."""
    (row,) = using.provider("use", "list", "--grant", grant)["unsigned"]
    return dict(row)


def grantee(using: Using, *command: str) -> Piped:
    """A command of the grantee as a process of its own."""
    environment = {
        **os.environ,
        "ELICENSE_HOME": str(using.grantee_home),
        "ELICENSE_NETWORK": str(using.live_ledger.network),
    }
    return Piped(*command, "--json", env=environment)


def killed(relay: Relay, wanted: str, when: str, start: Callable[[], Piped]) -> None:
    """Start a process, and kill it when it makes a request, before or after the service has it."""
    started: Queue[Piped] = Queue()

    def watch(request: str, stage: str) -> bool:
        if not request.startswith(wanted) or stage != when:
            return False
        os.kill(started.get().pid, signal.SIGKILL)
        return True

    relay.watch = watch
    process = start()
    started.put(process)
    with process.stdout, process.stderr:
        assert process.wait(300) < 0, process.stdout.read()


@pytest.mark.parametrize("point", some(POINTS, 3))
def test_a_batch_goes_on_where_its_provider_died_and_counts_once(
    using: Using, proxy: LyingProxy, ready: tuple[str, str], point: tuple[str, str, int]
) -> None:
    license_, resource = ready
    grant = using.grant(resource)
    used = [using.used(grant, license_, "--batch") for _ in range(2)]
    strike(proxy, using.served, *point)
    status, told = using.signing(grant)
    assert (status, told["code"]) == (75, "SERVICE_OUTAGE"), told
    proxy.watch = lambda _method, _when: None
    using.served.wait()
    using.served.start()
    signed_for(using, grant, [each["use"] for each in used])
    assert using.sign(grant) == {**using.sign(grant), "batches": [], "waiting": 0}


@pytest.mark.parametrize("steps", ["released", "closed"])
def test_a_provider_that_dies_after_it_released_still_has_what_it_promised(
    using: Using, ready: tuple[str, str], steps: str
) -> None:
    license_, resource = ready
    grant, out = using.grant(resource), str(using.folder / f"dying-{steps}")
    used = using.used(grant, license_, "--batch", out=out)
    while (
        steps == "closed" and using.provider("use", "list", "--grant", grant)["unsigned"][0]["signBy"] is None
    ):
        time.sleep(0.5)
    using.served.kill()
    using.served.wait()
    using.served.start()
    assert using.used(grant, license_, "--batch", out=out)["use"] == used["use"]
    signed_for(using, grant, [used["use"]])
    _, told = using.live_ledger.attempt("promise", "verify", used["promise"], home=using.grantee_home)
    assert told["seq"] is not None, "a slow machine keeps it late"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_grantee_that_dies_while_it_asks_signs_for_what_was_released(
    using: Using, relay: Relay, ready: tuple[str, str], when: str
) -> None:
    license_, resource = ready
    grant, out = using.grant(resource), str(using.folder / f"asking-{when}")
    keys = [*using.key("relying"), "--encryption-key", str(using.live_ledger.key("relying-encryption"))]
    fields = ["--fields", "metadata/certificateName", "--name", GRANTEE_NAME, "--out", out, "--batch"]
    command = ["use", "request", grant, license_, *fields, *keys, "--api", relay.url]
    killed(relay, "POST /v1/uses", when, lambda: grantee(using, *command))
    using.sign(grant)
    assert len(recorded(using, grant)) == (when == "after"), "signed for though the answer never arrived"
    again = using.used(grant, license_, "--batch", out=out)
    signed_for(using, grant, [again["use"]])


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_grantee_that_dies_while_it_signs_signs_again_and_once(
    using: Using, relay: Relay, ready: tuple[str, str], when: str
) -> None:
    license_, resource = ready
    grant = using.grant(resource)
    used = using.used(grant, license_, "--batch")
    command = ["use", "sign", grant, *using.key("relying"), "--api", relay.url]
    killed(relay, "POST /v1/uses/batches", when, lambda: grantee(using, *command))
    told = using.sign(grant)
    assert [each["size"] for each in told["batches"]] == ([1] if when == "before" else [])
    signed_for(using, grant, [used["use"]])


def forged(batch: Json, keep: list[list[str]]) -> Json:
    """A batch of other leaves, as consistent as a provider can make it."""
    uses = [use_of(tuple(bytes.fromhex(word[2:]) for word in words)) for words in keep]
    leaves, fields = [use_leaf(each) for each in uses], 0
    for each in uses:
        fields |= each.fields
    signed = {
        **batch["use"]["signed"],
        "root": "0x" + root(leaves).hex(),
        "size": len(leaves),
        "fields": f"0x{fields:064x}",
    }
    use = {**batch["use"], "signed": signed, "words": ["0x" + each.hex() for each in leaves]}
    return {**batch, "use": use, "uses": keep}


def altered(change: Callable[[list[list[str]]], list[list[str]]]) -> Callable[[str, Json], Json]:
    """What a relay serves in place of batches that wait for a signature."""

    def rewrite(request: str, answer: Json) -> Json:
        if request != "GET /v1/uses/pending" or "batches" not in answer:
            return answer
        changed = [(each, change(each["uses"])) for each in answer["batches"]]
        return {**answer, "batches": [forged(each, uses) for each, uses in changed if uses]}

    return rewrite


def test_what_nobody_asked_for_is_not_signed_and_named(
    using: Using, relay: Relay, ready: tuple[str, str]
) -> None:
    license_, resource = ready
    grant, invented = using.grant(resource), "0x" + "ab" * 32
    used = [using.used(grant, license_, "--batch") for _ in range(2)]
    mine = {each["use"] for each in used}
    changes: dict[str, Callable[[list[list[str]]], list[list[str]]]] = {
        "one more": lambda uses: [*uses, [*uses[0][:3], invented, *uses[0][4:]]],
        "one twice": lambda uses: [*uses, uses[0]],
        "one of more fields": lambda uses: [[*words[:2], f"0x{5:064x}", *words[3:]] for words in uses],
        "one of other data": lambda uses: [[*words[:4], invented, words[5]] for words in uses],
    }
    for name, change in changes.items():
        relay.rewrite = altered(change)
        status, told = using.signing(grant, at=relay.url)
        assert (status, told["code"]) == (1, "USES_NOT_ASKED"), (name, told)
        named = set(told["error"]["fields"]["requests"].split(", "))
        assert named <= ({invented} if name == "one more" else mine), name
    assert recorded(using, grant) == []
    signed_for(using, grant, list(mine))


def test_what_is_left_out_is_named_and_nothing_signed(
    using: Using, relay: Relay, ready: tuple[str, str]
) -> None:
    license_, resource = ready
    grant = using.grant(resource)
    used = [using.used(grant, license_, "--batch") for _ in range(2)]
    left_out = used[1]["use"]
    leave_out = altered(lambda uses: [words for words in uses if words[3] != left_out])

    def rewrite(request: str, answer: Json) -> Json:
        told = leave_out(request, answer)
        rest = [each for each in told.get("gathered", []) if each != left_out]
        return {**told, "gathered": rest} if "gathered" in told else told

    relay.rewrite = rewrite
    status, told = using.signing(grant, at=relay.url)
    assert (status, told["code"], told["error"]["fields"]["requests"]) == (1, "USES_MISSING", left_out)
    assert recorded(using, grant) == []
    signed_for(using, grant, [each["use"] for each in used])
