"""What is shared, read over HTTP: the rows of the commands, for departments; and commands without a node."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.shared_schemas import Demands, GrantDetail, Grants, ItemDetail, Items, Repeats, ResourceDetail
from ledger.domain.entity_json import ENTITY_OF
from ledger.domain.links import By, links_of
from ledger.domain.moments import rfc3339
from ledger.service.read_state import RemoteState
from tests.api.conftest import Department
from tests.granting import reasons
from tests.live import ISSUER, NATIONAL, RELYING, LiveLedger
from tests.served import NODE_AWAY, Served
from tests.sharing_made import NOTHING, Json, Maker, drawn, fresh_code, grant_of, word

ITEM = f"{ISSUER}4000000000123"
WANTED = "缺少的数据（示例）"


@dataclass
class Desk:
    """A service in a process of its own, and what its home shares."""

    live_ledger: LiveLedger
    served: Served
    client: httpx2.Client
    code: str
    license_id: str

    def __post_init__(self) -> None:
        self.department = Department(self.client, RELYING, self.live_ledger.signer("relying"))

    def get(self, target: str) -> Json:
        answer = self.department.get(target)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def cli(self, *arguments: str, home: str = "") -> tuple[int, Json]:
        """A command of another home, whose node is away."""
        folder = self.served.home.parent / (home or "far")
        return self.live_ledger.attempt(*arguments, "--rpc", NODE_AWAY, home=folder)

    @property
    def asking(self) -> list[str]:
        key = str(self.live_ledger.key("relying"))
        return ["--api", self.served.url, "--key", key, "--org", RELYING]

    def near(self, *arguments: str) -> Json:
        status, told = self.live_ledger.attempt(*arguments, home=self.served.home)
        assert status == 0, told
        return told


@pytest.fixture(scope="module")
def desk(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("state")
    served = Served(live_ledger, folder / "provider", live_ledger.rpc).start()
    client = httpx2.Client(base_url=served.url, timeout=120, trust_env=False, verify=False)
    code, maker = fresh_code(), Maker(live_ledger)
    issuer = Department(client, ISSUER, live_ledger.signer("issuer"))

    def done(message: Json) -> Json:
        answer = issuer.post("/v1/sharing", message, Prefer="wait=60")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    done(maker.resource(code))
    for _ in range(3):
        grant = maker.request(code)
        done(grant)
    done(maker.withdraw(grant_of(grant), 1))
    demand = {"demander": word(RELYING), "nonce": drawn(), "wanted": drawn(), "item": word("")}
    for _ in range(2):
        done(maker.message("Demand", 0, {**demand, "nonce": drawn()}, [maker.grantee]))
    license_id = issuer.post("/v1/licenses", live_ledger.input(), Prefer="wait=60").json()["licenseId"]
    made = Desk(live_ledger, served, client, code, license_id)
    form = {"format": "elicense-item/1", "code": ITEM, "name": "示例事项", "region": "310118"}
    file = folder / "item.json"
    file.write_text(json.dumps({**form, "materials": [{"type": NATIONAL, "original": False}]}))
    if "UNKNOWN_ITEM" in str(live_ledger.attempt("item", "show", ITEM, home=served.home)):
        made.near("item", "add", str(file), "--key", str(live_ledger.key("issuer")))
    else:
        made.near("item", "show", ITEM, "--file", str(file))
    yield made
    client.close()
    served.close()


LISTS = [
    (f"/v1/resources?owner={ISSUER}", ["resource", "list", "--owner", ISSUER], "resources"),
    (f"/v1/grants?grantee={RELYING}", ["grant", "list", "--grantee", RELYING], "grants"),
    (f"/v1/grants?owner={ISSUER}&grantee={RELYING}", ["grant", "list", "--owner", ISSUER], "grants"),
    (f"/v1/demands?demander={RELYING}", ["demand", "list", "--demander", RELYING], "demands"),
    ("/v1/demands?open=true", ["demand", "list", "--open"], "demands"),
    (f"/v1/items?owner={ISSUER}", ["item", "list", "--owner", ISSUER], "items"),
]


@pytest.mark.parametrize(("target", "command", "rows"), LISTS, ids=[each[0] for each in LISTS])
def test_the_rows_over_http_are_those_of_the_command_page_by_page(
    desk: Desk, target: str, command: list[str], rows: str
) -> None:
    whole = desk.near(*command)[rows]
    assert whole
    assert desk.get(target)[rows] == whole[:100], "of the others, a page that is not asked for is the first"
    paged, after, size = [], "", len(whole) // 20 + 1
    while after is not None:
        page = desk.get(f"{target}&limit={size}" + (f"&after={after.replace('/', '%2F')}" if after else ""))
        assert len(page[rows]) == size or page["next"] is None
        paged += page[rows]
        after = page["next"]
    assert sorted(map(str, paged)) == sorted(map(str, whole))
    status, far = desk.cli(*command, *desk.asking)
    assert (status, far[rows]) == (0, whole), "no node is needed"


def test_what_stands_behind_a_name_has_the_form_that_is_promised(desk: Desk) -> None:
    resource = desk.get(f"/v1/resources/{ISSUER}/{desk.code}")
    ResourceDetail.model_validate(resource, strict=True)
    listed = desk.get(f"/v1/grants?resource={ISSUER}%2F{desk.code}")
    Grants.model_validate(listed, strict=True)
    assert {row["standing"] for row in listed["grants"]} == {"IN_EFFECT", "WITHDRAWN"}
    grant = desk.get(f"/v1/grants/{listed['grants'][0]['grant']}")
    GrantDetail.model_validate(grant, strict=True)
    Demands.model_validate(desk.get("/v1/demands"), strict=True)
    Items.model_validate(desk.get("/v1/items"), strict=True)
    item = desk.get(f"/v1/items/{ITEM}")
    ItemDetail.model_validate(item, strict=True)
    assert item["name"] == "示例事项"
    Repeats.model_validate(desk.get("/v1/repeats"), strict=True)
    assert desk.cli("grant", "show", grant["grant"], *desk.asking)[1]["standing"] == grant["standing"]
    unknown = desk.department.get(f"/v1/grants/0x{secrets.token_hex(32)}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "UNKNOWN_GRANT")


def test_what_the_parties_keep_is_told_to_nobody_over_http(desk: Desk) -> None:
    home = desk.served.home
    texts = desk.live_ledger.ledger(home).party_texts
    maker = Maker(desk.live_ledger)
    why, case = texts.digest("为某人办理（示例）"), texts.digest("虚构案号-1")
    request = maker.request(desk.code, purposeDigest=why, caseCommitment=case)
    issuer = Department(desk.client, ISSUER, desk.live_ledger.signer("issuer"))
    assert issuer.post("/v1/sharing", request, Prefer="wait=60").status_code == 200
    near = desk.near("grant", "show", grant_of(request))
    assert (near["purpose"], near["case"]) == ("为某人办理（示例）", "虚构案号-1")
    status, card = desk.live_ledger.printed("grant", "show", grant_of(request), home=home)
    assert (status, "虚构案号-1" in card, "ITEM-1" in card) == (0, True, True), card
    told = desk.get(f"/v1/grants/{grant_of(request)}")
    assert (told["purpose"], told["case"]) == (None, None)


@pytest.mark.parametrize(
    "target",
    ["/v1/state/grant", "/v1/resources", "/v1/grants", "/v1/demands", "/v1/items", "/v1/repeats"],
)
def test_nobody_reads_without_a_registered_key(desk: Desk, target: str) -> None:
    answer = desk.client.get(target)
    assert (answer.status_code, answer.json()["code"]) == (401, "AUTH_MISSING")


def test_the_state_read_from_a_service_is_the_state_of_its_index(desk: Desk) -> None:
    index = desk.live_ledger.ledger(desk.served.home).follow()

    class Service:
        """Asks in the department's name."""

        def get(self, target: str, query: Any = None) -> Json:
            answer = desk.department.get(target + ("?" + str(_query(query)) if query else ""))
            assert answer.status_code == 200, answer.text
            return dict(answer.json())

    remote = RemoteState(Service(), index.ledger_id)
    for table in ENTITY_OF:
        assert list(remote.entities(table)) == list(index.entities(table))
    for name, entity in index.entities("grant"):
        assert remote.get("grant", name) == entity
        for by, value in links_of(entity):
            assert list(remote.linked("grant", by, value)) == list(index.linked("grant", by, value))
    assert remote.get("grant", NOTHING) is None
    assert list(remote.linked("grant", By.GRANTEE, "nobody")) == []


def _query(query: dict[str, str]) -> str:
    return "&".join(f"{name}={value.replace('/', '%2F')}" for name, value in query.items())


def test_a_table_that_is_none_and_half_a_word_are_refused(desk: Desk) -> None:
    told = desk.department.get("/v1/state/nothing")
    assert (told.status_code, told.json()["code"]) == (404, "UNKNOWN_TABLE")
    told = desk.department.get("/v1/state/grant?by=owner")
    assert (told.status_code, told.json()["code"]) == (400, "STATE_WORD")
    assert desk.department.get("/v1/state/grant?by=colour&value=red").status_code == 400


def test_a_grant_is_asked_for_and_withdrawn_through_a_service_with_no_node_at_hand(
    desk: Desk, tmp_path: Path
) -> None:
    fields = tmp_path / "fields.csv"
    index = desk.live_ledger.ledger(desk.served.home).follow()
    resource = f"{ISSUER}/{desk.code}"
    assert index.get("resource", resource) is not None
    near = ["resource", "add", "FAR-" + secrets.token_hex(4), "--type", NATIONAL]
    fields.write_text("name,grade\nname,1\nnumber,1\n")
    key = ["--key", str(desk.live_ledger.key("issuer")), "--org", ISSUER, "--api", desk.served.url]
    status, made = desk.cli(*near, "--field-list", str(fields), *key, home="far-issuer")
    assert status == 0, made
    why = [*reasons(), "--fields", "name"]
    terms = ["--until", "2031-12-31", "--field-list", str(fields), *desk.asking]
    status, asked = desk.cli("grant", "request", made["resource"], *why, *terms)
    assert (status, asked["standing"], asked["promiseKey"]) == (0, "IN_EFFECT", "NOT_CHECKED"), asked
    assert desk.cli("grant", "show", asked["grant"], *desk.asking)[1]["purpose"] == "示例"
    status, ended = desk.cli("grant", "withdraw", asked["grant"], *desk.asking)
    assert (status, ended["standing"]) == (0, "WITHDRAWN"), ended


def test_a_service_of_another_ledger_is_not_believed(desk: Desk) -> None:
    class Elsewhere:
        """Answers for another ledger."""

        def get(self, target: str, query: Any = None) -> Json:
            return {"ledgerId": "0x" + "11" * 32, "entity": None}

    index = desk.live_ledger.ledger(desk.served.home).follow()
    with pytest.raises(Exception, match="SERVICE_ANSWER_DIFFERS"):
        RemoteState(Elsewhere(), index.ledger_id).get("grant", NOTHING)


def test_anybody_who_has_the_licenses_asks_what_need_not_be_brought(desk: Desk) -> None:
    def ask(*licenses: Json, code: str = ITEM) -> Any:
        return desk.client.post(f"/v1/items/{code}/materials", json={"licenses": list(licenses)})

    told = ask({"licenseId": desk.license_id})
    assert told.status_code == 200, told.text
    (row,) = told.json()["materials"]
    assert (row["have"], row["reason"], told.json()["bring"]) == (True, "IN_FORCE", 0)
    near = desk.near("item", "materials", ITEM, "--license", desk.license_id)
    assert near["materials"] == told.json()["materials"]
    far = desk.cli("item", "materials", ITEM, "--license", desk.license_id, *desk.asking)
    assert far[1]["code"] in ("OK", "ITEM_LIST_NOT_HERE")
    assert ask().json()["materials"][0]["reason"] == "NO_LICENSE_AT_HAND"
    assert ask({"licenseId": NOTHING}).status_code == 404
    broken = ask({"licenseId": desk.license_id, "opening": {"batch": 7}})
    assert (broken.status_code, broken.json()["code"]) == (400, "SIGNED_MESSAGE_FORM")
    by_identifier = ask({"licenseId": "1.2.156.3005.2.1"})
    assert by_identifier.status_code == 400, "identifiers can be guessed"
    assert ask(code="nothing").json()["code"] == "ITEM_CODE"


def test_a_repeat_is_reported_and_listed_through_the_service(desk: Desk) -> None:
    at, reader = desk.near("item", "materials", ITEM)["at"], desk.live_ledger.ledger().reader
    while rfc3339(reader.head().time) < at:
        time.sleep(0.1)  # the ledger's clock is that of its newest block
    report = ["item", "report", ITEM, "--license", desk.license_id, "--at", at, *desk.asking]
    status, told = desk.cli(*report)
    assert status == 0, told
    rows = desk.get(f"/v1/repeats?item={ITEM}")
    assert [(row["by"], row["licenseId"]) for row in rows["repeats"]] == [(RELYING, desk.license_id)]
    assert rows["counts"] == {ISSUER: 1}
