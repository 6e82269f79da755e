"""Editions at a service: anybody reads them, without a signature; what a reader has is verified there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.edition_schemas import Editions
from ledger.domain.sm3 import sm3
from tests.api.test_accepting import serving
from tests.api.test_sharing import Service
from tests.live import ISSUER, LiveLedger
from tests.served import Served
from tests.sharing_made import NOTHING, Json, Maker, fresh_code, word

CSV = b"number,park\n1,demo\n"


@pytest.fixture(scope="module")
def service(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(live_ledger, tmp_path_factory.mktemp("editions")) as department:
        yield Service(department, Maker(live_ledger))


def opened(service: Service) -> str:
    code = fresh_code()
    data_set = {"kind": 2, "licenseType": NOTHING, "sensitive": NOTHING, "ground": 0, "until": 0}
    service.done(service.maker.resource(code, sharing=4, **data_set))
    return code


def edition(service: Service, code: str, data: bytes, number: int = 1, **changes: Any) -> Json:
    named = {"owner": word(ISSUER), "code": word(code), "number": number, "digest": "0x" + sm3(data).hex()}
    said = {"size": len(data), "mediaType": word("text/csv"), "license": word("CC-BY-4.0"), "since": 0}
    members = {**named, **said, "root": NOTHING, "rows": 0, **changes}
    return service.maker.message("PublishEdition", 0, members, [service.maker.owner])


def read(service: Service, query: str) -> list[Json]:
    """What a stranger is answered, who signs nothing."""
    answer = service.department.client.get(f"/v1/editions?{query}")
    assert answer.status_code == 200, answer.text
    Editions.model_validate(answer.json())
    return list(answer.json()["editions"])


def test_a_stranger_reads_whose_edition_some_bytes_are(service: Service) -> None:
    code = opened(service)
    service.done(edition(service, code, CSV + code.encode()))
    digest = sm3(CSV + code.encode()).hex()
    (row,) = read(service, f"digest={digest}")
    assert (row["resource"], row["edition"], row["standing"]) == (f"{ISSUER}/{code}", 1, "CURRENT")
    assert (row["license"], row["publishedBy"], row["open"]) == ("CC-BY-4.0", ISSUER, True)
    assert read(service, f"resource={ISSUER}/{code}") == [row]
    assert read(service, f"digest={digest}&resource={ISSUER}/{opened(service)}") == []
    assert read(service, f"digest={sm3(b'altered').hex()}") == []


def test_a_withdrawn_edition_is_read_as_withdrawn(service: Service) -> None:
    code, data = opened(service), CSV + b"2,demo\n"
    service.done(edition(service, code, data))
    named = {"owner": word(ISSUER), "code": word(code), "digest": "0x" + sm3(data).hex(), "reason": 3}
    service.done(service.maker.message("WithdrawEdition", 1, named, [service.maker.owner]))
    (row,) = read(service, f"resource={ISSUER}/{code}")
    assert (row["standing"], row["reason"], row["withdrawnAt"] is None) == ("WITHDRAWN", 3, False)


def test_what_is_wrong_is_refused(service: Service) -> None:
    code = opened(service)
    assert service.tell(edition(service, code, CSV, 2)) == (409, "EDITION_ORDER")
    assert service.tell(edition(service, code, CSV, size=0))[1] == "EDITION_INCOMPLETE"
    assert service.tell(edition(service, service.resource(), CSV))[1] == "NOT_OPEN"
    by_another = edition(service, code, CSV)
    stranger = service.maker.message("PublishEdition", 0, _members(by_another), [service.maker.grantee])
    assert service.tell(stranger)[1] == "NOT_THE_PROVIDER"
    client = service.department.client
    for query, code_ in (("", "EDITIONS_OF"), ("resource=nothing", "RESOURCE_NAME")):
        answer = client.get(f"/v1/editions?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, code_)
    assert client.get("/v1/editions?digest=12").status_code == 400
    unknown = client.get(f"/v1/editions?resource={ISSUER}/NONE")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "UNKNOWN_RESOURCE")


def test_a_reader_without_home_or_trust_file_verifies_a_file_at_a_service(
    live_ledger: LiveLedger, service: Service, tmp_path: Path
) -> None:
    code, data = opened(service), CSV * 300_000
    service.done(edition(service, code, data))
    file, altered = tmp_path / "parks.csv", tmp_path / "altered.csv"
    file.write_bytes(data)
    altered.write_bytes(data[:-2] + b"x\n")
    served = Served(live_ledger, tmp_path / "relay", live_ledger.rpc).start()
    try:
        told = verified(file, served.url, tmp_path)
        assert (told["code"], told["source"], told["size"]) == ("OK", "SERVICE", len(data))
        assert told["editions"][0]["resource"] == f"{ISSUER}/{code}"
        assert verified(altered, served.url, tmp_path)["code"] == "NOT_AN_EDITION"
    finally:
        served.stop()
    assert verified(file, served.url, tmp_path)["code"] == "SERVICE_OUTAGE"


def verified(file: Path, url: str, folder: Path) -> Json:
    """What the command says to a reader who has nothing but the file and an address."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ELICENSE_")}
    command = [sys.executable, "-m", "api.cli.main", "resource", "verify-edition", str(file), "--api", url]
    environment = {**kept, "ELICENSE_HOME": str(folder / "nothing")}
    run = subprocess.run([*command, "--json"], capture_output=True, env=environment, check=False)
    return dict(json.loads(run.stdout))


def _members(message: Json) -> Json:
    return {
        name: each for name, each in message["signed"].items() if name not in ("signedAt", "notAfter", "rev")
    }
