"""Using rows of a data set that is no license, the provider's service being a process of its own."""

from __future__ import annotations

import base64
import json
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from ledger.domain.use_request import use_request
from ledger.errors import MalformedError
from tests.e2e.using import GRANTEE_NAME, PURPOSE, TABLE, Json, Using
from tests.granting import reasons
from tests.live import ISSUER, RELYING, LiveLedger, live_ledger
from tests.lying_proxy import LyingProxy, proxy
from tests.served import Served, strike

__all__ = ["live_ledger", "proxy"]

KEY, GONE, OTHER = "91330000EXAMPLE01A", "91330000EXAMPLE02B", "91330000EXAMPLE03C"
NAME = "示例甲有限公司"


@pytest.fixture(scope="module")
def using(
    live_ledger: LiveLedger, proxy: LyingProxy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Using]:
    folder = tmp_path_factory.mktemp("rows")
    served = Served(live_ledger, folder / "provider", proxy.url, "--batch-seconds", "1")
    yield Using(live_ledger, folder, served.start())
    served.close()


@pytest.fixture(scope="module")
def resource(using: Using) -> str:
    return using.data_set()


def used(using: Using, grant: str, key: str, *more: str, **terms: str) -> Json:
    status, told = using.use_row(grant, key, *more, **terms)
    assert status == 0, told
    return told


def code(told: tuple[int, Json]) -> tuple[int, str]:
    return told[0], str(told[1]["code"])


def test_a_row_is_used_recorded_and_verifies_as_what_it_is(using: Using, resource: str) -> None:
    grant = using.grant_of_rows(resource)
    told = used(using, grant, KEY.lower(), "--operator", "窗口-07（虚构）")
    source = using.provider("resource", "source", resource, *using.key("issuer"))
    assert told["row"] == {name: source[name] for name in ("state", "rows", "loadedAt")}
    assert (told["standing"], source["rows"], source["keyField"]) == (None, 3, "code")
    here = {name: source[name] for name in ("keyField", "state", "rows", "loadedAt")}
    assert using.provider("resource", "show", resource)["rowsHere"] == here
    assert using.grantee("resource", "show", resource)["rowsHere"] is None
    given = ["--shown-by", RELYING, "--receipt", told["receipt"]]
    handout = str(Path(told["copy"]).with_name("handout.json"))
    verified = using.grantee("verify", "--row", told["copy"], *given, "--handout", handout)
    assert (verified["result"], verified["disclosed"]) == ("AS_HANDED_OUT", {"name": NAME})
    basis = verified["checks"][8]
    assert (basis["outcome"], basis["evidence"]["use"]["object"]) == ("PASS", told["object"])
    assert {check["code"] for check in verified["checks"][2:7]} == {"NO_LICENSE"}
    assert ("ROW_AS_LOADED" in verified["flags"], verified["trust"]) == (True, "rpc")
    assert verified["checks"][1]["evidence"]["state"] == source["state"]
    assert using.grantee("use", "show", told["use"])["state"] == source["state"]
    form = json.loads(Path(told["copy"]).with_name("request.json").read_text())
    assert use_request(form).row == KEY.lower()
    located = {"code": KEY, "types": []}
    for changes in (
        *({"row": each} for each in ("", " a", "a" * 201, "a\nb", None, 7)),
        {"license": "x"},
        {"locate": located},
    ):
        with pytest.raises(MalformedError):
            use_request({**form, **changes})
    receipt = using.grantee("use", "verify-receipt", told["receipt"])
    assert (receipt["object"], receipt["provider"]) == (told["object"], ISSUER)
    alone = using.live_ledger.attempt("verify", told["copy"], *given, home=using.grantee_home)
    assert code(alone) == (1, "AS_HANDED_OUT"), "nobody takes it for a license"
    signing, noted = (
        ["--sign-receipt", str(using.folder / "noted.json"), *using.key("relying")],
        using.grantee,
    )
    noted("verify", "--row", told["copy"], *given, *signing)
    repeated = noted(
        "receipt", "verify", signing[1], "--subject", told["copy"], "--again", "--receipt", given[3]
    )
    (found,) = repeated["subjects"]
    assert (found["kind"], found["brought"], found["verdicts"][0]["result"]) == (
        "COPY",
        True,
        "AS_HANDED_OUT",
    )
    assert (repeated["again"]["same"], repeated["today"]["same"]) == (True, True), repeated
    subject = {"copy": base64.b64encode(Path(told["copy"]).read_bytes()).decode()}
    asked = {"subject": subject, "shownBy": RELYING, "receipt": json.loads(Path(told["receipt"]).read_text())}
    over_http = httpx2.post(f"{using.served.url}/v1/verify", json=asked, timeout=90).json()
    assert (over_http["result"], over_http["disclosed"]) == ("AS_HANDED_OUT", {"name": NAME})
    status, other = using.live_ledger.attempt("verify", told["copy"], "--shown-by", ISSUER)
    assert (status, other["checks"][8]["code"], other["disclosed"]) == (1, "COPY_NOT_THEIRS", None)
    copy = Path(told["copy"])
    copy.write_bytes(copy.read_bytes().replace("示例甲".encode(), "示例丁".encode()))
    status, altered = using.live_ledger.attempt("verify", told["copy"], *signing)
    assert (status, altered["result"], altered["disclosed"]) == (1, "TAMPERED", None)
    assert json.loads(Path(signing[1]).read_text())["subjects"][0]["kind"] == "COPY"
    again = ["receipt", "verify", signing[1], "--subject", told["copy"], "--again"]
    assert using.grantee(*again)["again"]["same"], "it was altered then, too"


def test_the_key_of_a_row_stands_neither_on_the_ledger_nor_in_a_store_or_log(
    using: Using, resource: str
) -> None:
    grant = using.grant_of_rows(resource, "--item", "ITEM-9")
    told = used(using, grant, KEY, "--plain")
    copy = json.loads(Path(told["copy"]).read_text())
    assert [each["path"] for each in copy["disclosure"]["disclosure"]["fields"]] == ["name"]
    assert KEY not in Path(told["copy"]).read_text(), "only the granted fields"
    kept = [each.read_bytes() for each in using.served.home.rglob("rows.sqlite3*")]
    assert kept
    assert all(word.encode() not in each for each in kept for word in (KEY, NAME))
    assert KEY not in json.dumps(using.served.log, ensure_ascii=False)
    ledger = using.live_ledger.ledger(using.served.home)
    recorded = repr([ledger.index.get("uses", told["object"]), ledger.index.get("grant", grant)])
    assert told["row"]["state"] in recorded
    assert not any(word in recorded for word in (KEY, told["licenseId"]))


def refused(using: Using, resource: str, count: int) -> list[Json]:
    """The records of refusals about a resource, once there are so many refusals in them."""
    deadline = time.monotonic() + 300
    while True:
        listed = using.grantee("use", "list", "--owner", ISSUER)["uses"]
        rows = [each for each in listed if (each["kind"], each["resource"]) == ("REFUSED", resource)]
        if sum(each["size"] for each in rows) >= count or time.monotonic() > deadline:
            return rows
        time.sleep(0.5)


def test_what_is_not_covered_is_refused_and_the_ledger_says_why(using: Using) -> None:
    resource = using.data_set()
    grant = using.grant_of_rows(resource, "--count", "1")
    assert code(using.use_row(grant, "91330000EXAMPLE99Z")) == (4, "ROW_UNKNOWN")
    (row,) = refused(using, resource, 1)
    assert (row["reasonCode"], row["grantee"], row["grant"]) == ("ROW_UNKNOWN", RELYING, grant)
    assert code(using.use_row(grant, KEY, fields="capital")) == (1, "FIELDS_NOT_ALLOWED")
    out = str(using.folder / "wrong-kind")
    assert code(using.use(grant, "UNKNOWN-LICENSE", fields="name", out=out)) == (2, "USE_WANTS_ROW")
    assert code(using.use(grant, "", fields="name")) == (2, "USE_SUBJECT")
    reader = ["--encryption-key", str(using.live_ledger.key("issuer"))]
    assert code(using.use_row(grant, KEY, *reader)) == (1, "READER_KEY_OTHER")
    assert used(using, grant, KEY, out=out)["seq"] > 0, (
        "another order for the folder of one that came to nothing"
    )
    assert code(using.use_row(grant, KEY)) == (1, "GRANT_EXHAUSTED")
    withdrawn = using.grant_of_rows(resource)
    using.grantee("grant", "withdraw", withdrawn, *using.key("relying"))
    assert code(using.use_row(withdrawn, KEY)) == (1, "GRANT_ENDED")
    licenses = using.resource()
    of_licenses = using.grant(licenses)
    load = ["--key-field", "code", str(using.fields)]
    for what, key, why in (
        (licenses, "issuer", "ROWS_OF_LICENSES"),
        (resource, "relying", "SIGNING_KEY_NOT_HELD"),
    ):
        told = using.live_ledger.attempt(
            "resource", "source", what, *load, *using.key(key), home=using.served.home
        )
        assert told[1]["code"] == why
    assert code(using.use_row(of_licenses, KEY, fields="face/category")) == (2, "USE_WANTS_LICENSE")
    assert sum(each["size"] for each in refused(using, resource, 5)) == 5


def test_a_row_without_the_fields_is_told_like_one_that_is_not_there(using: Using) -> None:
    resource = using.data_set()
    using.load(resource, json.dumps({"code": KEY, "name": NAME}) + "\n", suffix="jsonl")
    grant = using.grant_of_rows(resource)
    told = [using.use_row(grant, key, fields="status") for key in (KEY, GONE)]
    assert [code(each) for each in told] == [(4, "ROW_UNKNOWN")] * 2
    assert told[0][1]["error"] == told[1][1]["error"]
    assert sum(each["size"] for each in refused(using, resource, 2)) == 2, "both count as tried in vain"


def test_who_loads_rows_in_a_new_home_is_told_what_its_secret_is_for(
    using: Using, resource: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = using.folder / "fresh.csv"
    table.write_text(TABLE)
    load = [resource, str(table), "--key-field", "code", "--field-list", str(using.folder / "columns.csv")]
    monkeypatch.setenv("ELICENSE_LANG", "en")
    status, _ = using.live_ledger.attempt(
        "resource", "source", *load, *using.key("issuer"), home=using.folder / "fresh"
    )
    told = " ".join(capsys.readouterr().err.split())
    assert (status, "seals the rows" in told, "org secret export" in told) == (0, True, False), told


def test_a_row_goes_over_a_platform_that_carries_files(using: Using, resource: str) -> None:
    grant, folder, out = (
        using.grant_of_rows(resource),
        using.folder / "platform",
        str(using.folder / "carried"),
    )
    keys = [*using.key("relying"), "--encryption-key", str(using.live_ledger.key("relying-encryption"))]
    given = [
        "--row",
        OTHER,
        "--fields",
        "status",
        "--plain",
        "--via",
        str(folder),
        "--out",
        out,
        "--wait",
        "0",
    ]
    for _ in range(2):
        status, told = using.live_ledger.attempt(
            "use", "request", grant, *given, "--name", GRANTEE_NAME, *keys, home=using.grantee_home
        )
        assert (status, told["code"]) == (75, "USE_WITH_PLATFORM"), told
        using.provider("use", "answer", str(folder), *using.key("issuer"))
    told = using.grantee("use", "request", grant, *given, "--name", GRANTEE_NAME, *keys)
    assert using.grantee("verify", "--row", told["copy"])["disclosed"] == {"status": "存续"}


def test_rows_in_a_batch_are_promised_signed_and_found(using: Using, resource: str) -> None:
    grant = using.grant_of_rows(resource)
    folders = [str(using.folder / f"row-batched-{number}") for number in range(2)]
    first = [
        used(using, grant, key, "--batch", out=out) for key, out in zip((KEY, OTHER), folders, strict=True)
    ]
    shown = using.grantee("verify", "--row", first[0]["copy"], "--receipt", first[0]["promise"])
    assert (shown["result"], "COPY_USE_PROMISED" in shown["flags"]) == ("AS_HANDED_OUT", True)
    assert sum(each["size"] for each in using.sign(grant)["batches"]) == 2
    again = used(using, grant, KEY, "--batch", out=folders[0])
    assert again["use"] == first[0]["use"]
    verified = using.grantee("verify", "--row", again["copy"], "--receipt", again["receipt"])
    assert (verified["result"], verified["checks"][8]["outcome"]) == ("AS_HANDED_OUT", "PASS")
    assert verified["checks"][8]["evidence"]["use"]["object"] == again["object"]


def test_a_data_set_is_replaced_whole_its_gone_rows_are_forgotten_and_older_copies_stay_true(
    using: Using,
) -> None:
    resource = using.data_set()
    grant = using.grant_of_rows(resource)
    out = str(using.folder / "gone-row")
    before, gone = used(using, grant, KEY), used(using, grant, GONE, out=out)
    bad = using.folder / "bad.csv"
    bad.write_text(TABLE + TABLE.splitlines()[1] + "\n")
    load = ["resource", "source", resource, str(bad), "--key-field", "code", *using.key("issuer")]
    status, told = using.live_ledger.attempt(*load, home=using.served.home)
    assert (status, told["code"], KEY in json.dumps(told)) == (2, "ROWS_KEY_TWICE", False)
    assert used(using, grant, GONE)["row"] == before["row"], "nothing of it was loaded"
    kept = "".join(line for line in TABLE.splitlines(keepends=True) if GONE not in line)
    loaded = using.load(resource, kept.replace("存续", "吊销"))
    assert (loaded["rows"], loaded["forgottenHandouts"]) == (2, 2)
    assert loaded["replaced"]["state"] == before["row"]["state"] != loaded["state"]
    after = used(using, grant, KEY, fields="name,status")
    assert after["row"]["state"] == loaded["state"]
    assert after["licenseId"] != before["licenseId"], "no two loads can be told to hold the same row"
    assert using.grantee("verify", "--row", after["copy"])["disclosed"]["status"] == "吊销"
    assert using.grantee("verify", "--row", before["copy"])["result"] == "AS_HANDED_OUT"
    assert code(using.use_row(grant, GONE, out=out)) == (1, "HANDOUT_OF_ROW_OVER")
    assert code(using.use_row(grant, GONE)) == (4, "ROW_UNKNOWN")
    assert using.grantee("verify", "--row", gone["copy"])["result"] == "AS_HANDED_OUT"
    with closing(sqlite3.connect(using.served.home / "rows.sqlite3")) as database, database:
        rows = database.execute("SELECT key, sealed FROM row ORDER BY state DESC LIMIT 2").fetchall()
        for (key, _), (_, sealed) in zip(rows, rows[::-1], strict=True):
            database.execute("UPDATE row SET sealed = ? WHERE key = ?", (sealed, key))
    assert using.use_row(grant, KEY)[1]["code"] == "ROWS_DAMAGED"
    using.provider("resource", "source", resource, "--remove", *using.key("issuer"))
    assert code(using.use_row(grant, KEY)) == (4, "ROWS_NOT_HERE")


def test_keys_are_not_tried_out(using: Using, resource: str) -> None:
    grant = using.grant_of_rows(resource)
    used(using, grant, KEY)
    owner, name = resource.split("/")
    now = int(time.time())
    ledger = using.live_ledger.ledger(using.served.home)
    with closing(sqlite3.connect(using.served.home / "uses.sqlite3")) as database, database:
        many = [(f"0x{n:064x}", owner, name, RELYING, grant, 21, now - 60, "0x00") for n in range(119)]
        database.executemany("INSERT INTO refusal VALUES (?, ?, ?, ?, ?, ?, ?, ?)", many)
    assert ledger.uses_kept.refused_since(RELYING, owner, name, 21, now - 3600)
    assert code(using.use_row(grant, "91330000EXAMPLE98Z")) == (4, "ROW_UNKNOWN")
    for key in (KEY, "91330000EXAMPLE97Z"):
        assert code(using.use_row(grant, key)) == (1, "ROWS_SPENT"), "there or not, nothing is told"
    with closing(sqlite3.connect(using.served.home / "uses.sqlite3")) as database, database:
        database.execute(
            "UPDATE refusal SET at = at - 3600 WHERE grant_id = ? AND message = '0x00'", (grant,)
        )
    assert used(using, grant, KEY)["seq"] > 0


def test_a_use_of_a_row_goes_on_where_its_provider_died(using: Using, proxy: LyingProxy) -> None:
    resource = using.data_set()
    grant, out = using.grant_of_rows(resource, "--count", "1"), str(using.folder / "died")
    strike(proxy, using.served, "eth_sendRawTransaction", "after", 1)
    assert code(using.use_row(grant, KEY, out=out)) == (75, "SERVICE_OUTAGE")
    proxy.watch = lambda _method, _when: None
    using.served.wait()
    using.load(resource, TABLE.replace("100", "999"))
    using.served.start()
    told = used(using, grant, KEY, out=out)
    assert (told["seq"] > 0, using.grantee("verify", "--row", told["copy"])["result"]) == (
        True,
        "AS_HANDED_OUT",
    )
    assert using.grantee("grant", "show", grant)["left"] == 0
    using.provider("audit", "fsck")
    using.provider("audit", "replay")


def test_statistics_are_counts_of_many_rows_and_their_grant_gives_no_row(using: Using) -> None:
    groups = [
        ("存续", "100", 23),
        ("存续", "300", 10),
        ("注销", "100", 9),
        ("注销", "", 12),
        ("吊销", "100", 9),
    ]
    lines = [
        f"EXAMPLE{group}-{number},示例有限公司{group}-{number},{status},{capital}"
        for group, (status, capital, rows) in enumerate(groups)
        for number in range(rows)
    ]
    data = using.data_set(rows="\n".join(["code,name,status,capital", *lines]) + "\n")
    only = ["--purpose-code", "STATISTICS-ONLY"]
    grant = using.grant_of_rows(data, *only, fields="status,capital")
    keys = [*using.key("relying"), "--encryption-key", str(using.live_ledger.key("relying-encryption"))]
    way = ["--api", using.served.url, "--name", GRANTEE_NAME]

    def count(by: str, under: str = grant) -> tuple[int, Json]:
        out = str(using.folder / f"statistics-{by}-{under[:8]}")
        order = ["use", "statistics", under, "--by", by, "--out", out, *keys, *way]
        return using.live_ledger.attempt(*order, home=using.grantee_home)

    status, told = count("status")
    assert status == 0, told
    assert told["cells"] == [{"values": ["存续"], "count": 30}, {"values": ["注销"], "count": 20}]
    status, both = count("status,capital")
    expected = [(["存续", "100"], 20), (["存续", "300"], 10), (["注销", None], 10)]
    assert [(each["values"], each["count"]) for each in both["cells"]] == expected, "9 rows are in no table"
    assert told["least"] == 10 and "EXAMPLE" not in json.dumps(both)
    source = using.provider("resource", "source", data, *using.key("issuer"))
    assert told["state"] == both["state"] == source["state"]
    recorded = using.grantee("use", "list", "--grant", grant)["uses"]
    assert [(each["kind"], each["fields"]) for each in recorded] == [
        ("DATA", ["status"]),
        ("DATA", ["status", "capital"]),
    ]
    assert using.grantee("use", "verify-receipt", both["receipt"])["seq"] == both["seq"]
    assert code(count("name")) == (1, "FIELDS_NOT_ALLOWED")
    key = lines[0].split(",")[0]
    assert code(using.use_row(grant, key, fields="status")) == (1, "STATISTICS_ONLY")
    rows = using.grant_of_rows(data, fields="status")
    assert code(count("status", rows)) == (1, "STATISTICS_NOT_GRANTED")
    assert used(using, rows, key, fields="status")["standing"] is None
    licenses = using.grant(using.resource(), *only)
    assert code(using.use(licenses, "0x" + "ab" * 32)) == (1, "STATISTICS_ONLY")


def test_a_masked_field_of_a_row_is_granted_handed_out_and_told_as_such(using: Using, tmp_path: Path) -> None:
    schema, listed, rows = (tmp_path / name for name in ("schema.json", "columns.csv", "rows.csv"))
    title = {"zh": "代码（隐）", "en": "Code, masked"}
    mask = {"from": "code", "rule": "mask", "start": 3, "end": 4, "title": title, "grade": 1}
    fields = {"code": {"type": "string", "maxLength": 18}, "name": {"type": "string"}}
    form = {
        "format": "elicense-row-schema/1",
        "schema": {"type": "object", "properties": fields},
        "derived": {"maskedCode": mask},
    }
    schema.write_text(json.dumps(form))
    listed.write_text("name,grade\ncode,2\nname,1\nmaskedCode,1\n")
    rows.write_text(f"code,name\n{KEY},{NAME}\n")
    name, own = f"MASKED-{secrets.token_hex(4).upper()}", using.key("issuer")
    using.provider("resource", "add", name, "--field-list", str(listed), "--schema", str(schema), *own)
    resource = f"{ISSUER}/{name}"
    load = ["resource", "source", resource, str(rows), "--key-field", "code", *own]
    load += ["--field-list", str(listed)]
    status, lost = using.live_ledger.attempt(*load, home=tmp_path / "fresh")
    assert (status, lost["code"]) == (4, "ROW_SCHEMA_NOT_HERE"), "it may say that something is masked"
    other = tmp_path / "other.json"
    other.write_text(json.dumps({**form, "derived": {}}))
    handed = using.live_ledger.attempt(*load, "--schema", str(other), home=using.served.home)
    assert code(handed) == (2, "ROW_SCHEMA_OTHER")
    using.provider(*load)
    terms = ["--until", "2031-12-31", "--field-list", str(listed)]
    ask = ["grant", "request", resource, *reasons(PURPOSE), "--fields", "maskedCode,name", *terms]
    grant = str(using.grantee(*ask, *using.key("relying"))["grant"])
    told = used(using, grant, KEY, fields="maskedCode")
    hidden = f"{KEY[:3]}{'*' * (len(KEY) - 7)}{KEY[-4:]}"
    given = ["--shown-by", RELYING, "--receipt", told["receipt"]]
    verified = using.grantee("verify", "--row", told["copy"], *given)
    assert (verified["result"], verified["disclosed"]) == ("AS_HANDED_OUT", {"maskedCode": hidden})
    derived = [{"field": "maskedCode", "from": "code", "rule": "mask", "start": 3, "end": 4}]
    assert using.provider("grant", "show", grant)["derived"] == derived
    beyond = using.use_row(grant, KEY, fields="code")
    assert code(beyond) == (1, "FIELDS_NOT_ALLOWED")
