"""Looking a holder's licenses up over a region: two bodies with services of their own, one in trouble."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ledger import crypto
from ledger.adapters.service_client import ServiceClient
from ledger.adapters.sm2_keys import private_key_pem
from tests.e2e.using import GRANTEE_NAME, PURPOSE, Using
from tests.forked import Piped
from tests.live import ISSUER, NATIONAL, LiveLedger, live_ledger
from tests.served import Served

__all__ = ["live_ledger"]

Json = dict[str, Any]
PROVINCE, REGION, OTHER = "310000", "310120", "11310115MB0TE5T87B"
HOLDER = {"name": "示例持证人丙", "code": "11340000MB0TE5T44D", "codeType": "001"}
DOWN, ODD = "http://127.0.0.1:9", "http://127.0.0.1:11"


class Region:
    """Two issuers of a province, and a body of another one that was granted something by both."""

    def __init__(self, live: LiveLedger, folder: Path) -> None:
        self.live, self.folder = live, folder
        self._register()
        self.first = Served(live, folder / "provider", live.rpc)
        self.using = Using(live, folder, self.first.start())
        own = ("--issuer-key", f"{OTHER}={live.key('other')}")
        self.second = Served(live, folder / "other", live.rpc, *own).start()
        self.out = folder / "found"

    def _register(self) -> None:
        private = crypto.generate_key()
        self.live.key("other").write_text(private_key_pem(private, crypto.signer(private).public_key))
        self.live.key("other").chmod(0o600)
        by = ["--by", str(self.live.key("r31"))]
        self.live.cli("org", "region", "add", REGION, "--name", "示例区", "--parent", PROVINCE, *by)
        named = ["--uscc", OTHER, "--name", "示例发证机关乙", "--region", REGION]
        self.live.cli("org", "add", *named, "--key", str(self.live.key("other")), *by)
        right = ["--issuer", OTHER, "--region", REGION, "--from", "2020-01-01"]
        self.live.cli("type", "entitle", NATIONAL, *right, *by)

    def other(self, *arguments: str) -> Json:
        """A command of the second issuer."""
        own = ("--key", str(self.live.key("other")))
        status, told = self.live.attempt(*arguments, *own, home=self.second.home)
        assert status == 0, told
        return told

    def license(self, issuer: str) -> None:
        """One of the holder's."""
        if issuer == ISSUER:
            self.using.license(holders=[HOLDER])
            return
        given = self.live.input(holders=[HOLDER])
        given["metadata"]["certificateIssuingAuthorityCode"] = OTHER
        file = self.folder / "other.json"
        file.write_text(json.dumps(given))
        self.other("license", "issue", str(file), "--out", str(self.folder / "other.elic.json"))

    def declare(self, resource: str, url: str, *methods: str) -> None:
        """The interface of a resource of the first issuer; its file goes to that one's service."""
        sla = {"sla": {"availability": "99", "responseMs": 500}, "status": "offered"}
        form = {"format": "elicense-interface/1", "url": url, "methods": list(methods), **sla}
        file = self.folder / "interface.json"
        file.write_text(json.dumps(form))
        served = ["--api", self.first.url, "--org", ISSUER]
        self.using.provider("interface", "set", resource, str(file), *self.using.key("issuer"), *served)

    def order(self, *more: str, out: str = "") -> list[str]:
        keys = [*self.using.key("relying"), "--encryption-key", str(self.live.key("relying-encryption"))]
        asked = ["license", "lookup", "--code", HOLDER["code"], "--name", GRANTEE_NAME, "--purpose", PURPOSE]
        return [*asked, "--region", PROVINCE, *keys, "--out", out or str(self.out), *more]

    def look(self, *more: str, other: str = "") -> tuple[int, Json]:
        """Exit status and answer of the grantee, who says where the second issuer is."""
        named = self._named(other) if other else []
        return self.live.attempt(*self.order(*more, *named), home=self.using.grantee_home)

    def _named(self, other: str) -> list[str]:
        services = self.folder / "services.json"
        services.write_text(json.dumps({OTHER: other}))
        return ["--services", str(services)]

    def start(self, *more: str, other: str) -> Piped:
        """The same as a process of its own."""
        names = {"HOME": self.using.grantee_home, "NETWORK": self.live.network}
        names["RELAY_KEY"] = self.live.home / "relay.key"
        environment = {**os.environ, **{f"ELICENSE_{name}": str(path) for name, path in names.items()}}
        return Piped(*self.order(*more, *self._named(other)), "--json", env=environment)

    def asked(self, served: Served) -> int:
        """How many requests for uses came to a service."""
        rows = [
            each for each in served.log if each.get("route") == "/v1/uses" and each.get("method") == "POST"
        ]
        return len(rows)

    def uses(self, grant: str) -> list[str]:
        rows = self.using.grantee("use", "list", "--grant", grant)["uses"]
        return [each["kind"] for each in rows]

    def close(self) -> None:
        self.first.close()
        self.second.close()


@pytest.fixture(scope="module")
def region(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    made = Region(live_ledger, tmp_path_factory.mktemp("region"))
    yield made
    made.close()


@contextmanager
def answering(status: int, form: Json) -> Iterator[str]:
    """A service that has one answer to everything."""

    class One(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = json.dumps(form).encode()
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), One) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def by_provider(told: Json) -> dict[str, Json]:
    return {each["provider"]: each for each in told["lookups"]}


class Odd(ServiceClient):
    """A way to services one of which answers what brings out a fault of this program."""

    def post(self, target: str, body: Any, headers: Mapping[str, str] | None = None) -> Any:
        if self._way.url == ODD:
            raise RuntimeError(HOLDER["code"])
        return super().post(target, body, headers)


def test_a_region_is_asked_body_by_body_once_each_whoever_is_down_refuses_or_dies(
    region: Region, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    using = region.using
    region.license(ISSUER)
    region.license(OTHER)
    resource, gone = using.resource(), using.resource()
    region.other("resource", "add", "SAFETY", "--field-list", str(using.fields), "--type", NATIONAL)
    grant, spare, ended = using.grant(resource), using.grant(resource, "--count", "9"), using.grant(gone)
    once = using.grant(f"{OTHER}/SAFETY", "--count", "1")
    using.grantee("grant", "withdraw", ended, *using.key("relying"))
    region.declare(resource, region.first.url, "POST:/v1/uses")

    status, told = region.look()
    assert (status, told["code"]) == (4, "LOOKUP_ADDRESS_UNKNOWN"), "no file of an interface is here"
    assert [each["unanswered"] for each in told["lookups"]] == ["LOOKUP_ADDRESS_UNKNOWN"] * 2
    assert [each["grant"] for each in told["lookups"]] == [grant, once], "of a resource one grant is enough"
    assert [ended, "GRANT_ENDED"] in [[each["grant"], each["reason"]] for each in told["notAsked"]]
    status, told = region.look("--api", region.first.url)
    assert (status, by_provider(told)[ISSUER]["refused"]) == (1, "SERVICE_NEAR"), told
    assert region.asked(region.first) == 0

    with socket.create_server(("127.0.0.1", 0)) as silent:
        run = region.start("--near", other=f"http://127.0.0.1:{silent.getsockname()[1]}")
        line, _ = silent.accept()
        until = time.monotonic() + 60
        while not (region.out / grant[2:18] / "receipt.json").exists() and time.monotonic() < until:
            time.sleep(0.05)
        assert region.look("--near", other=DOWN)[1]["code"] == "LOOKUP_RUNNING"
        run.kill()
        run.wait(60)
        for each in (line, run.stdout, run.stderr):
            each.close()
    with monkeypatch.context() as patched:
        patched.setattr("api.cli.region_lookup.ServiceClient", Odd)
        status, told = region.look("--near", other=ODD)
    rows = by_provider(told)
    assert (status, told["code"], rows[OTHER]["refused"]) == (1, "LOOKUP_UNFORESEEN", told["code"]), told
    assert [each["provider"] for each in told["found"]] == [ISSUER], "and ends no other"
    logged = capsys.readouterr().err
    assert f"{OTHER} {once}: RuntimeError" in logged
    assert ("test_region_lookup.py" in logged, HOLDER["code"] in logged) == (True, False)
    status, told = region.look("--near", other=DOWN)
    assert (status, told["code"]) == (75, "SERVICE_OUTAGE"), "one that is down is named"
    rows = by_provider(told)
    assert (rows[OTHER]["unanswered"], rows[OTHER]["found"]) == ("SERVICE_OUTAGE", [])
    assert [each["provider"] for each in told["found"]] == [ISSUER], "and holds up no other"
    status, told = region.look("--near", other=region.first.url)
    assert (status, by_provider(told)[OTHER]["refused"]) == (1, "SIGNING_KEY_NOT_HELD"), "another's service"
    assert region.uses(once) == []
    status, whole = region.look("--near", other=region.second.url)
    assert (status, whole["region"]) == (0, PROVINCE), whole
    names = [(each["provider"], each["grant"], each["type"]) for each in whole["found"]]
    assert names == [(ISSUER, grant, NATIONAL), (OTHER, once, NATIONAL)]
    assert by_provider(whole)[ISSUER]["use"] == rows[ISSUER]["use"]
    assert using.use(grant, whole["found"][0]["useCode"])[0] == 0

    region.first.stop()
    region.second.stop()
    status, again = region.look("--near", other=region.second.url)
    assert (status, again["found"]) == (0, whole["found"]), "what was answered is asked of nobody again"
    assert region.look("--code", "310101190001010011")[1]["code"] == "USE_FOLDER_OTHER"
    assert using.grantee("grant", "show", once)["left"] == 0
    assert [region.uses(each) for each in (grant, spare, once)] == [["LOCATE", "DATA"], [], ["LOCATE"]]
    logged = json.dumps([*region.first.log, *region.second.log], ensure_ascii=False)
    assert HOLDER["code"] not in logged
    order = region.order("--near", out=str(region.folder / "fresh"))
    status, card = region.live.printed(*order, home=using.grantee_home)
    assert (status, GRANTEE_NAME in card) == (75, False)
    assert f"{resource}  {region.first.url}\n  not done: The service {region.first.url}" in card
    spent = f"not asked: 0 uses of the grant {once} are left"
    assert spent in card, "a spent right is told, and nobody asked by it"

    with answering(400, {"code": "BAD_REQUEST", "fields": {"count": "1", "first": "x\n  → found"}}) as forger:
        (region.folder / "forger.json").write_text(json.dumps({ISSUER: forger}))
        named = ["--services", str(region.folder / "forger.json")]
        order = region.order(*named, out=str(region.folder / "forged"))
        card = region.live.printed(*order, home=using.grantee_home)[1]
    assert ("first at x\ufffd  → found" in card, "\n  → found" in card) == (True, False)
    odd = {"code": "CONTRACT_REFUSED", "fields": {"name": [], "arguments": "\ud800"}}
    with answering(409, odd) as forger:
        (region.folder / "forger.json").write_text(json.dumps({ISSUER: forger}))
        order = region.order(*named, "--near", out=str(region.folder / "odd"))
        status, told = region.live.attempt(*order, home=using.grantee_home)
    assert (status, by_provider(told)[ISSUER]["refused"]) == (1, "CONTRACT_REFUSED"), told
    loop = region.folder / "loop"
    loop.symlink_to(loop)
    status, told = region.live.attempt(*region.order(out=str(loop)), home=using.grantee_home)
    assert (status, told["code"]) == (75, "OUTBOX"), "a folder that cannot be made"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (["--purpose", "别的用途（示例）"], (1, "LOOKUP_NO_GRANT")),
        (["--types", "11100000000013338W001"], (1, "LOOKUP_NO_GRANT")),
        (["--region", "330421"], (1, "LOOKUP_NO_GRANT")),
        (["--region", "440000"], (4, "UNKNOWN_REGION")),
        (["--region", "31"], (2, "REGION_FORM")),
        (["--grant", "0x" + "ab" * 32], (2, "LOOKUP_SCOPE")),
        (["--via", "platform"], (2, "LOOKUP_OPTION")),
        (["--code", ""], (2, "USE_REQUEST_MALFORMED")),
    ],
)
def test_without_a_right_nobody_is_asked(region: Region, changed: list[str], code: tuple[int, str]) -> None:
    status, told = region.live.attempt(*region.order(*changed), home=region.using.grantee_home)
    assert (status, told["code"]) == code, told
    assert "found" not in told or told["found"] == []
