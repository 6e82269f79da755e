"""Uses in batches from the command line, the provider's service being a process of its own."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.using import Using
from tests.forked import Piped
from tests.live import ISSUER, RELYING, LiveLedger, live_ledger
from tests.served import Served

__all__ = ["live_ledger"]


@pytest.fixture(scope="module")
def using(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Using]:
    folder = tmp_path_factory.mktemp("batching")
    served = Served(live_ledger, folder / "provider", live_ledger.rpc, "--batch-seconds", "1")
    yield Using(live_ledger, folder, served.start())
    served.close()


def test_uses_in_a_batch_are_released_at_once_signed_together_and_found_like_single_ones(
    using: Using,
) -> None:
    first, second, grant = using.license(), using.license(), using.grant(using.resource())
    folders = [str(using.folder / f"batched-{number}") for number in range(3)]
    used = [using.used(grant, first, "--batch", out=folders[0])]
    used.append(using.used(grant, second, "--batch", out=folders[1], fields="face/category"))
    used.append(using.used(grant, first, "--batch", "--plain", out=folders[2]))
    assert all((each["seq"], each["receipt"]) == (None, None) for each in used)
    shown = [used[0]["copy"], "--shown-by", RELYING, "--receipt", used[0]["promise"]]
    promised = using.grantee("verify", *shown)
    assert (promised["result"], "COPY_USE_PROMISED" in promised["flags"]) == ("IN_FORCE", True)
    (waiting,) = using.grantee("use", "list", "--grant", grant)["unsigned"]
    assert (waiting["side"], waiting["uses"]) == ("GRANTEE", 3)

    told = using.sign(grant)
    assert (sum(each["size"] for each in told["batches"]), told["waiting"]) == (3, 0)
    assert all(each["seq"] > 0 for each in told["batches"])
    again = [
        using.used(grant, license_, "--batch", *more, out=out, fields=fields)
        for license_, more, out, fields in (
            (first, (), folders[0], "metadata/certificateName"),
            (second, (), folders[1], "face/category"),
            (first, ("--plain",), folders[2], "metadata/certificateName"),
        )
    ]
    assert [each["use"] for each in again] == [each["use"] for each in used]
    signed = using.grantee("verify", again[0]["copy"], "--receipt", again[0]["receipt"])
    assert signed["checks"][8]["evidence"]["use"]["object"] == again[0]["object"]
    for each in again:
        receipt = using.grantee("use", "verify-receipt", each["receipt"])
        assert (receipt["object"], receipt["use"], receipt["provider"]) == (
            each["object"],
            each["use"],
            ISSUER,
        )
        kept = using.grantee("promise", "verify", each["promise"])
        assert (kept["outcome"], kept["seq"]) == ("KEPT", each["seq"])
        for home in (using.grantee, using.provider):
            row = home("use", "show", each["use"])
            assert (row["batch"], row["kind"], row["grantee"]) == (each["object"], "DATA", RELYING)
    listed = using.grantee("use", "list", "--grant", grant)
    assert sum(each["size"] for each in listed["uses"] if each["kind"] == "BATCH") == 3
    assert {each["request"] for each in listed["uses"] if each["kind"] == "DATA"} == {
        each["use"] for each in used
    }
    assert listed["unsigned"] == []
    altered = Path(again[0]["receipt"])
    altered.write_text(altered.read_text().replace(again[0]["use"], "0x" + "ab" * 32))
    status, told = using.live_ledger.attempt("use", "verify-receipt", str(altered))
    assert (status, told["code"]) == (1, "USE_RECEIPT_SIGNATURE")
    status, card = using.live_ledger.printed("use", "list", "--grant", grant, home=using.grantee_home)
    assert (status, RELYING in card) == (0, True)


def test_a_watching_grantee_signs_what_comes_until_it_is_told_to_stop(using: Using) -> None:
    license_, grant = using.license(), using.grant(using.resource())
    environment = {
        **os.environ,
        "ELICENSE_HOME": str(using.grantee_home),
        "ELICENSE_NETWORK": str(using.live_ledger.network),
    }
    command = ["use", "sign", grant, "--watch", "--api", using.served.url, *using.key("relying"), "--json"]
    watching = Piped(*command, env=environment)
    for number in range(1, 3):
        using.used(grant, license_, "--batch")
        while using.grantee("grant", "show", grant)["used"] < number:
            assert watching.poll() is None, watching.stderr.read()
            time.sleep(0.5)
    watching.send_signal(signal.SIGTERM)
    with watching.stdout, watching.stderr:
        told = json.loads(watching.stdout.read())
        assert "USES" not in watching.stderr.read()
    assert (watching.wait(300), told["ok"], [each["size"] for each in told["batches"]]) == (0, True, [1, 1])


def test_a_holder_sees_uses_in_batches_and_those_that_were_left_unsigned(
    using: Using, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELICENSE_PASSPHRASE", "示例口令")
    live = using.live_ledger

    def mine(*arguments: str) -> dict[str, Any]:
        vault = ["--vault", str(tmp_path / "mine.vault")]
        status, data = live.attempt("wallet", *arguments, *vault, home=tmp_path / "phone")
        assert status == 0, data
        return dict(data)

    def seen() -> dict[str, Any]:
        (row,) = mine("uses", license_, "--api", using.served.url)["licenses"]
        return dict(row)

    mine("init")
    pair = mine("key")
    license_ = using.license(holderKey=pair["holderKey"], holderEncryptionKey=pair["holderEncryptionKey"])
    mine("add", str(next(each for each in using.folder.glob("*.elic.json") if license_ in each.read_text())))
    resource = using.resource()
    signed, unsigned = using.grant(resource), using.grant(resource)
    first = using.used(signed, license_, "--batch")
    using.used(signed, using.license(), "--batch")
    left = [using.used(unsigned, license_, "--batch") for _ in range(2)]
    using.sign(signed)
    late = {each["use"] for each in left}  # on a slow machine they are recorded by now
    while not (events := [each for each in seen()["events"] if each["request"] not in late]):
        assert seen()["unproved"] == []
        time.sleep(1)
    assert [each["request"] for each in events] == [first["use"]], "hers alone, and what is recorded"
    while not (told := using.provider("use", "list", "--grant", unsigned)["unsigned"]) or not told[0]["late"]:
        assert seen()["unproved"] == []
        time.sleep(1)
    while len(events := seen()["events"]) < 3:
        assert events
        time.sleep(1)
    unsigned_events = [each for each in events if each["reason"] == 20]
    assert {each["request"] for each in unsigned_events} == late
    assert {each["event"] for each in events} == {"USED"}
    assert seen()["unproved"] == []
    status, refused = using.use(unsigned, license_, "--batch")
    assert (status, refused["code"]) == (1, "USES_UNSIGNED")
    using.sign(unsigned)

    def looked() -> list[dict[str, Any]]:
        """The uses alone; that a further one was refused, she sees as well."""
        return [each for each in seen()["events"] if each["event"] == "USED"]

    while {each["reason"] for each in looked()} != {None}:
        assert len(looked()) == 3
        time.sleep(1)
    assert len(looked()) == 3, "signed for in the end"
    _, told = live.attempt("supervise", "promises", home=using.served.home)
    kept, late_ones = told["counts"]["KEPT"], told["counts"]["LATE"]
    assert (told["counts"]["NOT_RECORDED"], kept + late_ones > 3) == (0, True)
    assert late_ones == len(told["findings"]) == sum(each["secondsLate"] > 0 for each in told["findings"])
