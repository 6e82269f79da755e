"""Uses over HTTP, attacked from outside: what is not covered gets no data, whoever dies, races or replays."""

from __future__ import annotations

import json
import secrets
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from ledger import crypto
from ledger.adapters.rpc import Rpc
from ledger.adapters.sm4 import Sm4Gcm
from ledger.domain.canonical import canonical
from ledger.domain.field_list import FieldList
from ledger.domain.handout import ANNOTATED, PLAIN, handout_from_json
from ledger.domain.located import read_located
from ledger.domain.messages import MESSAGES, key_id
from ledger.domain.plain_copy import read_plain_copy
from ledger.domain.salted_text import SaltedText
from ledger.domain.sharing_entities import Refusal
from ledger.domain.signed_message import Prepared
from ledger.domain.sm3 import sm3
from ledger.domain.use_request import Locate, UseRequest
from ledger.ports import Signer
from ledger.service.hand_out import HandOut
from tests.api.conftest import Department
from tests.api.test_accepting import serving, stopped
from tests.live import ISSUER, RELYING, LiveLedger
from tests.served import NODE_AWAY
from tests.sharing_made import Json, Maker, an_hour_later, bits, fresh_code, grant_of

__all__ = ["stopped"]

LISTED = FieldList(("metadata/certificateName", "metadata/certificateNumber", "face/category"), (1, 2, 2))
PURPOSE = SaltedText("办理施工许可（示例）", bytes(range(32)))
NAME = "示例浙江省用证单位"


@dataclass
class Relying:
    """A grantee that follows the steps of docs/api.md by hand, or breaks them."""

    live_ledger: LiveLedger
    department: Department

    @property
    def signer(self) -> Signer:
        return self.live_ledger.signer("relying")

    def request(self, grant: str, license_: str, *fields: str, **changes: Any) -> UseRequest:
        reader = crypto.load_public_key(str(self.live_ledger.key("relying-encryption")))
        made = UseRequest(
            ledger_id=self.live_ledger.ledger().trust.ledger_id,
            grant=grant,
            license=license_,
            fields=fields or ("metadata/certificateName",),
            purpose=PURPOSE,
            operator="0x" + "0f" * 32,
            grantee=RELYING,
            grantee_name=NAME,
            public_key=self.signer.public_key,
            to=reader,
            media_type=PLAIN,
            nonce=secrets.token_bytes(32),
            requested_at=int(self.department.now().timestamp()),
        )
        made = replace(made, **changes)
        return made.signed(self.signer.sign(made.message()))

    def ask(self, request: UseRequest) -> Any:
        return self.department.post("/v1/uses", request.as_json())

    def signature(self, offer: Json, signer: Signer | None = None) -> Json:
        """Over M of the offered use."""
        signer = signer or self.signer
        use, struct = offer["use"], MESSAGES["Use"]
        domain = self.live_ledger.ledger().trust.domain(struct.contract)
        identity = key_id(signer.public_key)
        message = Prepared(struct, use["signed"], domain).message(identity)
        return {"keyId": "0x" + identity.hex(), "signature": signer.sign(message).hex()}

    def sign(self, offer: Json, body: Json | None = None, wait: int = 60) -> Any:
        place = f"/v1/uses/{offer['id']}/signature"
        return self.department.post(place, body or self.signature(offer), Prefer=f"wait={wait}")

    def copy(self, use: str) -> Any:
        return self.department.get(f"/v1/uses/{use}/copy")

    def whole(self, request: UseRequest) -> str:
        """All three steps: `OK`, or the code by which it ends."""
        asked = self.ask(request)
        if asked.status_code != 201:
            return str(asked.json()["code"])
        signed = self.sign(asked.json())
        if signed.status_code >= 400:
            return str(signed.json()["code"])
        while (answer := self.copy(request.digest)).status_code == 425:
            time.sleep(0.1)
        return "OK" if answer.status_code == 200 else str(answer.json()["code"])

    def received(self, answer: Json) -> bytes:
        """The file of a copy."""
        reader = crypto.load_decryptor(str(self.live_ledger.key("relying-encryption")))
        handout = handout_from_json(answer["handout"])
        return HandOut(Sm4Gcm(), crypto.encryptor()).open(handout, reader)

    def opened(self, answer: Json) -> dict[str, Any]:
        """The values in a copy."""
        return read_plain_copy(self.received(answer)).disclosed.values


@dataclass
class Desk:
    """The provider's service with both departments before it."""

    live_ledger: LiveLedger
    home: Path
    issuer: Department
    relying: Relying
    maker: Maker

    def done(self, message: Json) -> Json:
        answer = self.issuer.post("/v1/sharing", message, Prefer="wait=60")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def license(self) -> str:
        answer = self.issuer.post("/v1/licenses", self.live_ledger.input(), Prefer="wait=60")
        assert answer.status_code == 201, answer.text
        return str(answer.json()["licenseId"])

    def resource(self, **more: Any) -> str:
        code = fresh_code()
        told = {"fieldsDigest": LISTED.digest, "gradesDigest": LISTED.grades_digest, "fieldCount": 3}
        self.done(self.maker.resource(code, **more, **told, sensitive=bits(0)))
        return code

    def grant(self, code: str = "", **changes: Any) -> str:
        terms = {"purposeDigest": PURPOSE.digest, "fields": bits(3), **changes}
        request = self.maker.request(code or self.resource(), **terms)
        self.done(request)
        return grant_of(request)

    def refused(self, code: str) -> int:
        """How many refusals of a resource the ledger has."""
        index = self.live_ledger.ledger(self.home).follow()
        found = (each for _, each in index.entities("refusal") if isinstance(each, Refusal))
        return sum(each.size for each in found if each.code == code)


@pytest.fixture(scope="module")
def desk(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = tmp_path_factory.mktemp("handing-out")
    with serving(live_ledger, home) as issuer:
        live_ledger.ledger(home).party_texts.keep_list(LISTED)
        relying = Department(issuer.client, RELYING, live_ledger.signer("relying"))
        yield Desk(live_ledger, home, issuer, Relying(live_ledger, relying), Maker(live_ledger))


@pytest.fixture(scope="module")
def license_id(desk: Desk) -> str:
    return desk.license()


def test_a_counted_use_is_offered_signed_recorded_and_only_then_handed_out(
    desk: Desk, license_id: str
) -> None:
    relying, grant = desk.relying, desk.grant(count=2)
    request = relying.request(grant, license_id)
    offer = relying.ask(request).json()
    assert (offer["id"], offer["state"]) == (request.digest, "OFFERED")
    early = relying.copy(request.digest)
    assert (early.status_code, early.json()["code"]) == (409, "USE_NOT_SIGNED")
    assert relying.ask(request).json() == offer, "the same request, the same offer"
    assert relying.sign(offer).json()["seq"] > 0
    answer = relying.copy(request.digest)
    assert answer.status_code == 200, answer.text
    assert list(relying.opened(answer.json())) == ["metadata/certificateName"]
    response = "0x" + sm3(canonical(answer.json()["handout"])).hex()
    receipt = answer.json()["receipt"]
    assert (receipt["response"], receipt["seq"]) == (response, relying.sign(offer).json()["seq"])
    assert "0x" + "".join(offer["use"]["words"][4][2:]) == response


def test_copies_of_either_kind_are_verified_over_http_by_anybody(desk: Desk, license_id: str) -> None:
    relying, client = desk.relying, desk.issuer.client
    for media_type in (PLAIN, ANNOTATED):
        request = relying.request(desk.grant(count=1), license_id, media_type=media_type)
        assert relying.whole(request) == "OK"
        answer = relying.copy(request.digest).json()
        data, receipt = relying.received(answer), answer["receipt"]
        subject = json.loads(data) if media_type == PLAIN else {"copy": b64encode(data).decode()}
        body = {"subject": subject, "shownBy": RELYING, "receipt": receipt}
        verdict = client.post("/v1/verify", json=body).json()
        basis = verdict["checks"][8]
        assert (verdict["result"], basis["code"]) == ("IN_FORCE", "COPY_LABELLED"), verdict
        assert basis["evidence"]["use"]["seq"] == receipt["seq"]
        assert list(verdict["disclosed"]) == ["metadata/certificateName"]
        held = client.post("/v1/verify", json={**body, "handout": answer["handout"]}).json()
        assert held["checks"][8]["evidence"]["use"]["handout"] == receipt["response"]
        other = {**answer["handout"], "version": answer["handout"]["version"] + 1}
        told = client.post("/v1/verify", json={**body, "handout": other}).json()
        assert (told["result"], told["checks"][8]["code"]) == ("OUT_OF_SCOPE", "HANDOUT_NOT_THEIRS")
        others = client.post("/v1/verify", json={"subject": subject, "shownBy": ISSUER}).json()
        assert (others["result"], others["disclosed"]) == ("OUT_OF_SCOPE", None)


HOSTILE = {
    "nothing": b"",
    "cut off": b"%PDF-1.7\n%elicense-copy/1 ",
    "a bomb's head": b"%PDF-1.7\n<< /Filter [" + b"/FlateDecode " * 40_000 + b"] >>",
    "a script": b"%PDF-1.7\n1 0 obj << /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>\n%%EOF\n",
    "an archive": b"PK\x03\x04" + bytes(60),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_over_http_ends_with_a_verdict_that_says_why(desk: Desk, data: bytes) -> None:
    answer = desk.issuer.client.post("/v1/verify", json={"subject": {"copy": b64encode(data).decode()}})
    if not data:
        assert answer.status_code == 400
        return
    assert (answer.status_code, answer.json()["result"]) == (200, "MALFORMED") or (
        answer.json()["result"] == "TAMPERED"
    )
    assert answer.json()["disclosed"] is None


def test_what_is_no_base64_no_receipt_or_too_large_is_refused_before_it_is_read(desk: Desk) -> None:
    client = desk.issuer.client
    told = client.post("/v1/verify", json={"subject": {"copy": "%PDF-1.7"}})
    assert (told.status_code, told.json()["code"]) == (400, "COPY_MALFORMED")
    told = client.post("/v1/verify", json={"subject": {"copy": "a" * (9 << 20)}})
    assert (told.status_code, told.json()["code"]) == (413, "REQUEST_TOO_LARGE")
    subject = {"copy": b64encode(b"%PDF-1.7").decode()}
    told = client.post("/v1/verify", json={"subject": subject, "receipt": {"format": "none"}})
    assert (told.status_code, told.json()["code"]) == (400, "USE_RECEIPT_MALFORMED")
    told = client.post("/v1/verify", json={"subject": subject, "handout": {"format": "none"}})
    assert (told.status_code, told.json()["code"]) == (400, "HANDOUT_MALFORMED")


def test_two_hundred_at_once_under_a_grant_of_thirty_seven_get_data_thirty_seven_times(
    desk: Desk, license_id: str
) -> None:
    relying, grant = desk.relying, desk.grant(count=37)
    with ThreadPoolExecutor(12) as pool:  # each asks when it is its turn: a request is good for some minutes
        told = list(pool.map(lambda _: relying.whole(relying.request(grant, license_id)), range(200)))
    assert {code: told.count(code) for code in set(told)} == {"OK": 37, "GRANT_EXHAUSTED": 163}
    index = desk.live_ledger.ledger(desk.home).follow()
    assert index.get("grant", grant).used == 37  # type: ignore[union-attr]


def test_what_is_not_covered_is_refused_and_the_refusal_recorded(desk: Desk, license_id: str) -> None:
    relying, code = desk.relying, desk.resource()
    grant, ended = desk.grant(code), desk.grant(code)
    desk.done(desk.maker.withdraw(ended, 1))
    other = desk.license()
    single = desk.grant(code, licenseId=other)
    foreign = crypto.signer(crypto.generate_key()).public_key
    cases = {
        "GRANT_ENDED": relying.request(ended, license_id),
        "FIELDS_NOT_ALLOWED": relying.request(grant, license_id, "face/category"),
        "GRANT_OTHER_LICENSE": relying.request(single, license_id),
        "UNKNOWN_LICENSE": relying.request(grant, "0x" + "77" * 32),
        "GRANT_PURPOSE_OTHER": relying.request(grant, license_id, purpose=SaltedText("别的用途", bytes(32))),
        "READER_KEY_OTHER": relying.request(grant, license_id, to=foreign),
        "NAME_NOT_REGISTERED": relying.request(grant, license_id, grantee_name="另一单位"),
    }
    told = {code: relying.ask(request).json()["code"] for code, request in cases.items()}
    assert told == {code: code for code in cases}
    known = desk.issuer.post("/v1/licenses", desk.live_ledger.input(), Prefer="wait=60").json()["identifier"]
    guessed = [relying.ask(relying.request(single, name)).json()["code"] for name in (known, "1.2.156.9")]
    assert guessed == ["UNKNOWN_LICENSE"] * 2, "which identifiers there are is not told"
    assert relying.ask(relying.request(grant, license_id, "holders")).json()["code"] == "FIELDS_NOT_ALLOWED"
    while desk.refused(code) < 10:
        assert relying.department.client.get("/healthz").status_code == 200
        time.sleep(0.2)


def test_a_single_refusal_stands_on_the_ledger_with_its_reason(desk: Desk, license_id: str) -> None:
    ended = desk.grant()
    desk.done(desk.maker.withdraw(ended, 1))
    request = desk.relying.request(ended, license_id)
    assert desk.relying.ask(request).status_code == 403
    while not (
        listed := desk.live_ledger.attempt("use", "list", "--grant", ended, home=desk.home)[1]["uses"]
    ):
        assert desk.relying.department.client.get("/healthz").status_code == 200
        time.sleep(0.5)
    (row,) = listed
    assert row["request"] == request.digest
    assert (row["kind"], row["reasonCode"], row["grantee"]) == ("REFUSED", "GRANT_ENDED", RELYING)


def test_nobody_else_gets_in_with_anothers_request_offer_or_key(desk: Desk, license_id: str) -> None:
    relying, grant = desk.relying, desk.grant(count=5)
    request = relying.request(grant, license_id)
    assert desk.issuer.post("/v1/uses", request.as_json()).json()["code"] == "OTHER_GRANT"
    forged = replace(request, signature=bytes(64))
    assert relying.ask(forged).json()["code"] == "USE_REQUEST_SIGNATURE"
    old = relying.request(grant, license_id, requested_at=int(time.time()) - 3600)
    assert relying.ask(old).json()["code"] == "USE_REQUEST_TIME"
    elsewhere = relying.request(grant, license_id, ledger_id="0x" + "11" * 32)
    assert relying.ask(elsewhere).json()["code"] == "WRONG_LEDGER"
    offer = relying.ask(request).json()
    stranger = desk.issuer.get(f"/v1/uses/{request.digest}/copy")
    assert (stranger.status_code, stranger.json()["code"]) == (404, "USE_UNKNOWN")
    wrong = relying.signature(offer, desk.live_ledger.signer("issuer"))
    refused = relying.sign(offer, wrong)
    assert refused.status_code in (403, 422), refused.text
    second = relying.ask(relying.request(grant, license_id)).json()
    replayed = relying.sign(second, relying.signature(offer))
    assert (replayed.status_code, replayed.json()["code"]) == (422, "SIGNATURE_REFUSED")
    assert relying.copy(second["id"]).json()["code"] == "USE_NOT_SIGNED"
    assert relying.sign(offer).status_code == 200


def located(desk: Desk, grant: str, code: str, **changes: Any) -> list[str]:
    """The use codes that a lookup under a grant gives."""
    asked = {"license_": "", "fields": (), "locate": Locate(code), **changes}
    request = desk.relying.request(grant, **asked)
    assert desk.relying.whole(request) == "OK"
    found = read_located(desk.relying.received(desk.relying.copy(request.digest).json()))
    return [each.use_code for each in found.found]


def test_a_use_code_is_good_for_its_grant_purpose_and_operator_alone_until_its_end(desk: Desk) -> None:
    relying, code = desk.relying, desk.resource()
    grant, other = desk.grant(code), desk.grant(code)
    holder = {"name": "示例持证人丁", "code": "91330421MA0DEMX21Q", "codeType": "001"}
    answer = desk.issuer.post("/v1/licenses", desk.live_ledger.input(holders=[holder]), Prefer="wait=60")
    assert answer.status_code == 201, answer.text
    (found,) = located(desk, grant, holder["code"])
    own = replace(relying.request(grant, found), grantee=ISSUER, signature=b"")
    own = replace(own, public_key=desk.live_ledger.signer("issuer").public_key)
    own = own.signed(desk.live_ledger.signer("issuer").sign(own.message()))
    other_purpose = SaltedText("别的用途", bytes(32))
    answers = {
        "another grant": relying.ask(relying.request(other, found)),
        "another operator": relying.ask(relying.request(grant, found, operator="0x" + "11" * 32)),
        "another purpose": relying.ask(relying.request(grant, found, purpose=other_purpose)),
        "another body in its own name": desk.issuer.post("/v1/uses", own.as_json()),
        "another body with the request of the grantee": desk.issuer.post(
            "/v1/uses", relying.request(grant, found).as_json()
        ),
    }
    told = {case: answer.json()["code"] for case, answer in answers.items()}
    assert told == {
        "another grant": "USE_CODE_OTHER",
        "another operator": "USE_CODE_OTHER",
        "another purpose": "GRANT_PURPOSE_OTHER",
        "another body in its own name": "OTHER_GRANT",
        "another body with the request of the grantee": "OTHER_GRANT",
    }
    assert relying.whole(relying.request(grant, found)) == "OK"
    an_hour_later(desk.home)
    refused = relying.ask(relying.request(grant, found))
    assert (refused.status_code, refused.json()["code"]) == (403, "USE_CODE_OVER")
    assert relying.ask(relying.request(grant, "0" * 32)).json()["code"] == "UNKNOWN_LICENSE"


def test_a_lookup_states_the_purpose_of_its_grant(desk: Desk) -> None:
    other, wanted = SaltedText("别的用途", bytes(32)), Locate("91330421MA0DEMX21Q")
    request = desk.relying.request(desk.grant(), "", locate=wanted, fields=(), purpose=other)
    assert desk.relying.ask(request).json()["code"] == "GRANT_PURPOSE_OTHER"


def test_what_a_lookup_finds_is_told_when_its_record_stands_and_not_on_a_promise(
    desk: Desk, stopped: Rpc
) -> None:
    stopped.call("evm_setAutomine", True)
    relying, grant = desk.relying, desk.grant()
    request = relying.request(grant, "", locate=Locate("91330421MA0DEMX21Q"), fields=())
    offer = relying.ask(request).json()
    stopped.call("evm_setAutomine", False)
    assert relying.sign(offer, wait=0).status_code == 202
    assert relying.copy(request.digest).json()["code"] == "USE_NOT_RECORDED"
    stopped.call("evm_setAutomine", True)
    while (last := relying.copy(request.digest)).status_code == 425:
        stopped.call("evm_mine")
    assert last.status_code == 200


def test_a_withdrawal_in_the_same_block_keeps_the_data_here(
    desk: Desk, license_id: str, stopped: Rpc
) -> None:
    stopped.call("evm_setAutomine", True)
    relying, grant = desk.relying, desk.grant(count=3)
    first, second = (relying.request(grant, license_id) for _ in range(2))
    offer, late = relying.ask(first).json(), relying.ask(second).json()
    stopped.call("evm_setAutomine", False)
    accepted = relying.sign(offer, wait=0)
    assert accepted.status_code == 202, accepted.text
    waiting = relying.copy(first.digest)
    assert (waiting.status_code, waiting.json()["code"]) == (425, "USE_NOT_RECORDED")
    assert waiting.headers["retry-after"]
    withdrawal = desk.maker.withdraw(grant, 1)
    assert desk.issuer.post("/v1/sharing", withdrawal, Prefer="wait=0").status_code == 202
    refused = relying.sign(late, wait=0)
    assert refused.status_code == 403 or refused.json()["code"] == "NOT_ACCEPTABLE", refused.text
    stopped.call("evm_setAutomine", True)
    stopped.call("evm_mine")
    while (last := relying.copy(first.digest)).status_code == 425:
        stopped.call("evm_mine")
    assert last.status_code == 200, "it was accepted before the withdrawal"
    assert relying.copy(second.digest).status_code == 409
    assert relying.ask(relying.request(grant, license_id)).json()["code"] == "GRANT_ENDED"


def test_without_a_node_nothing_is_offered_and_the_answer_says_why(
    live_ledger: LiveLedger, desk: Desk, license_id: str
) -> None:
    grant = desk.grant()
    with serving(live_ledger, desk.home, NODE_AWAY) as issuer:
        department = Department(issuer.client, RELYING, live_ledger.signer("relying"))
        alone = Relying(live_ledger, department)
        answer = alone.ask(alone.request(grant, license_id))
    assert (answer.status_code, answer.json()["code"]) == (503, "CHAIN_UNREACHABLE"), answer.text
