"""Whoever carries the files of a platform turns on both sides: forged, planted, mixed up, and at once."""

from __future__ import annotations

import json
import os
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ledger import crypto
from ledger.domain.handout import PLAIN
from ledger.domain.license_tree import root
from ledger.domain.salted_text import SaltedText
from ledger.domain.use_request import UseRequest
from tests.e2e.test_platform import NAME, Platform, platform, using
from tests.e2e.using import GRANTEE_NAME, PURPOSE, Using
from tests.forked import Piped, elicense
from tests.live import RELYING, live_ledger
from tests.lying_proxy import LyingProxy
from tests.served import strike

__all__ = ["live_ledger", "platform", "using"]


@pytest.fixture(scope="module")
def ready(using: Using) -> tuple[str, str]:
    """A license and a resource."""
    return using.license(), using.resource()


def listed(using: Using, grant: str) -> list[dict[str, Any]]:
    return list(using.grantee("use", "list", "--grant", grant)["uses"])


def form_at(path: Path) -> Any:
    return json.loads(path.read_text())


def test_an_offer_that_the_carrier_made_up_is_not_signed(platform: Platform, ready: tuple[str, str]) -> None:
    using, (license_, resource) = platform.using, ready
    grant = using.grant(resource, "--count", "1")
    platform.request(grant, license_)
    platform.carry()
    assert platform.answer() == [("OFFERED", None)]
    platform.carry()
    offer = platform.files("near/to-grantee")["offer.json"]
    genuine = form_at(offer)
    forged = json.loads(json.dumps(genuine))
    words = forged["use"]["words"]
    words[4] = "0x" + "5a" * 32  # the digest of other data
    leaves = [bytes.fromhex(each[2:]) for each in words]
    forged["use"]["signed"]["root"] = "0x" + root(leaves).hex()
    offer.write_text(json.dumps(forged))
    status, told = platform.request(grant, license_)
    assert (status, told["code"]) == (1, "USE_ANSWER_DIFFERS"), told
    assert set(platform.files("near/to-provider")) == {"request.json"}, "nothing was signed"
    offer.write_text(json.dumps(genuine))
    assert platform.request(grant, license_)[0] == 75
    platform.carry()
    assert platform.answer() == [("HANDED_OUT", None)]


def test_a_refusal_that_the_carrier_plants_beside_the_copy_costs_nothing(
    platform: Platform, ready: tuple[str, str]
) -> None:
    using, (license_, resource) = platform.using, ready
    grant = using.grant(resource, "--count", "1")
    platform.signed(grant, license_)
    assert platform.answer() == [("HANDED_OUT", None)]
    platform.carry()
    copy = platform.files("near/to-grantee")["copy.json"]
    planted = copy.with_name(copy.name.replace("copy", "refused"))
    planted.write_text(json.dumps({"code": "GRANT_ENDED", "fields": {"grant": "\x1b[2J"}}))
    status, told = platform.request(grant, license_)
    assert status == 0, told
    assert len(listed(using, grant)) == 1


@pytest.mark.parametrize(
    "form",
    [
        {"code": "USE_NOT_RECORDED", "fields": {}},
        {"code": "OUTBOX", "fields": {"reason": [[[]]], "": None, "args": 1, "message": {}}},
        {"code": "WRONG_LEDGER", "fields": {"code": "OK", "self": 1, "what": "\u202e"}},
        {"code": "USE_WITH_PLATFORM", "fields": {"use": "x" * 30_000}},
        {"code": ["GRANT_ENDED"], "fields": {}},
        {"code": "GRANT_ENDED", "fields": []},
        {"code": None},
    ],
)
def test_a_planted_refusal_of_any_shape_ends_with_an_error_of_ours(
    platform: Platform, ready: tuple[str, str], form: Any
) -> None:
    using, (license_, resource) = platform.using, ready
    grant = using.grant(resource)
    platform.request(grant, license_)
    asked = platform.files("near/to-provider")["request.json"]
    folder = platform.near / "to-grantee"
    folder.mkdir()
    (folder / asked.name.replace("request", "refused")).write_text(json.dumps(form))
    status, told = platform.request(grant, license_)
    assert status in (1, 2, 3, 4, 75) and told["code"] != "INTERNAL", told


def stranger(platform: Platform, grant: str, license_: str) -> UseRequest:
    """A request in the grantee's name, by a key that is nobody's."""
    ledger = platform.using.live_ledger
    signer = crypto.signer(crypto.generate_key())
    made = UseRequest(
        ledger_id=ledger.ledger().trust.ledger_id,
        grant=grant,
        license=license_,
        fields=(NAME,),
        purpose=SaltedText(PURPOSE, bytes(32)),
        operator="0x" + "0f" * 32,
        grantee=RELYING,
        grantee_name=GRANTEE_NAME,
        public_key=signer.public_key,
        to=signer.public_key,
        media_type=PLAIN,
        nonce=secrets.token_bytes(32),
        requested_at=int(time.time()),
    )
    return made.signed(signer.sign(made.message()))


def put(platform: Platform, use: str, kind: str, form: Any) -> Path:
    folder = platform.far / "to-provider"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{use}.{kind}.json"
    path.write_text(form if isinstance(form, str) else json.dumps(form))
    return path


def test_nobody_brings_a_refusal_onto_the_ledger_in_anothers_name(
    platform: Platform, ready: tuple[str, str]
) -> None:
    using, (license_, resource) = platform.using, ready
    grant = using.grant(resource)
    request = stranger(platform, grant, license_)
    put(platform, request.digest, "request", request.as_json())
    assert platform.answer() == [("REFUSED", "OTHER_GRANT")]
    assert platform.answer() == []
    assert listed(using, grant) == []


def test_one_files_fault_is_no_others_whatever_it_is(platform: Platform, ready: tuple[str, str]) -> None:
    using, (license_, resource) = platform.using, ready
    grant = using.grant(resource)
    platform.request(grant, license_)
    platform.carry()
    (good,) = (path.name[:66] for path in (platform.far / "to-provider").iterdir())
    form = stranger(platform, grant, license_).as_json()
    odd: list[Any] = [
        None,
        True,
        -1,
        2**53 - 1,
        "",
        "0x",
        "\ud83d\ude00",
        [],
        {},
        [[]],
        {"uscc": 1},
        "ab" * 65,
    ]
    names = [f"0x{number:064x}" for number in range(len(form) * len(odd))]
    for number, name in enumerate(names):
        member = list(form)[number // len(odd)]
        put(platform, name, "request", {**form, member: odd[number % len(odd)]})
    shapes: list[Any] = [
        {},
        {"keyId": "0x" + "11" * 32, "signature": "00" * 64},
        {"keyId": 1, "signature": None},
    ]
    for number, shape in enumerate(shapes):
        put(platform, f"0x{number:063x}f", "signature", shape)
    put(platform, "0x" + "ee" * 32, "request", "[" * 60_000)
    with (platform.far / "to-provider" / ("0x" + "ed" * 32 + ".request.json")).open("wb") as file:
        file.truncate(1 << 33)
    os.mkfifo(platform.far / "to-provider" / ("0x" + "ec" * 32 + ".request.json"))
    (platform.far / "to-provider" / ("0x" + "eb" * 32 + ".signature.json")).mkdir()
    told = using.provider("use", "answer", str(platform.far), *using.key("issuer"))["uses"]
    answers = {each["use"]: each["answer"] for each in told}
    assert answers.pop(good) == "OFFERED"
    assert set(answers.values()) == {"REFUSED"}


def asked_twice(platform: Platform, ready: tuple[str, str]) -> list[str]:
    """Two grants with a use each, offered and carried; the grants."""
    license_, resource = ready
    grants = [platform.using.grant(resource, "--count", "1") for _ in range(2)]
    for grant in grants:
        assert platform.request(grant, license_, out=grant)[0] == 75
    platform.carry()
    assert platform.answer() == [("OFFERED", None)] * 2
    platform.carry()
    return grants


def swap(platform: Platform, kind: str) -> None:
    """Bring each of two uses the other's file."""
    first, second = sorted((platform.near / "to-grantee").glob(f"*.{kind}.json"))
    texts = first.read_text(), second.read_text()
    second.write_text(texts[0])
    first.write_text(texts[1])


def codes(platform: Platform, grants: list[str], license_: str) -> list[str]:
    return [platform.request(each, license_, out=each)[1]["code"] for each in grants]


def test_a_link_that_lies_where_an_answer_is_drafted_is_not_followed(
    platform: Platform, ready: tuple[str, str], tmp_path: Path
) -> None:
    using, (license_, resource) = platform.using, ready
    platform.request(using.grant(resource), license_)
    platform.carry()
    victim, folder = tmp_path / "victim", platform.far / "to-grantee"
    victim.write_text("untouched")
    folder.mkdir()
    asked = platform.files("far/to-provider")["request.json"].name
    (folder / f".{asked.replace('request', 'offer')}.{os.getpid()}").symlink_to(victim)
    assert platform.answer() == [("OFFERED", None)]
    assert victim.read_text() == "untouched"


def test_files_of_two_grants_that_are_swapped_are_taken_for_nothing(
    platform: Platform, ready: tuple[str, str]
) -> None:
    grants, license_ = asked_twice(platform, ready), ready[0]
    swap(platform, "offer")
    assert codes(platform, grants, license_) == ["USE_ANSWER_DIFFERS"] * 2
    swap(platform, "offer")
    assert codes(platform, grants, license_) == ["USE_WITH_PLATFORM"] * 2
    platform.carry()
    assert platform.answer() == [("HANDED_OUT", None)] * 2
    platform.carry()
    swap(platform, "copy")
    assert codes(platform, grants, license_) == ["USE_ANSWER_DIFFERS"] * 2
    swap(platform, "copy")
    assert codes(platform, grants, license_) == ["OK"] * 2


def test_two_answers_at_once_record_a_use_once(platform: Platform, ready: tuple[str, str]) -> None:
    grants, license_ = asked_twice(platform, ready), ready[0]
    codes(platform, grants, license_)
    platform.carry()
    order = ["use", "answer", str(platform.far), *platform.using.key("issuer"), "--json"]
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda _: elicense(*order, env=environment(platform.using)), range(2)))
    assert all(run.returncode in (0, 75) for run in runs), runs
    platform.answer()
    platform.carry()
    assert codes(platform, grants, license_) == ["OK"] * 2
    assert [len(listed(platform.using, each)) for each in grants] == [1, 1]


@pytest.mark.parametrize("method", ["eth_sendRawTransaction", "eth_getTransactionReceipt"])
def test_an_answer_that_dies_between_record_and_copy_is_gone_on_with(
    platform: Platform, ready: tuple[str, str], method: str
) -> None:
    using, (license_, resource) = platform.using, ready
    grant = using.grant(resource, "--count", "1")
    platform.signed(grant, license_)
    with LyingProxy(using.live_ledger.rpc) as proxy:
        dying = Answering(using, platform.far, proxy.url)
        strike(proxy, dying, method, "after", 1)
        dying.run()
    assert not list((platform.far / "to-grantee").glob("*.copy.json"))
    assert platform.answer() == [("HANDED_OUT", None)]
    platform.carry()
    assert platform.request(grant, license_)[0] == 0
    assert len(listed(using, grant)) == 1


class Answering:
    """`use answer` as a process of its own, which a test kills."""

    def __init__(self, using: Using, folder: Path, rpc: str) -> None:
        self._order = ["use", "answer", str(folder), *using.key("issuer"), "--rpc", rpc, "--json"]
        self._environment = environment(using)
        self.process: Piped | None = None

    def run(self) -> None:
        self.process = Piped(*self._order, env=self._environment)
        with self.process.stdout, self.process.stderr:
            assert self.process.stdout.read() == "", "it died"

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()


def environment(using: Using) -> dict[str, str]:
    return {
        **os.environ,
        "ELICENSE_HOME": str(using.served.home),
        "ELICENSE_NETWORK": str(using.live_ledger.network),
        "ELICENSE_RELAY_KEY": str(using.live_ledger.home / "relay.key"),
    }


def test_a_refusal_planted_after_the_signature_does_not_end_the_use(
    platform: Platform, ready: tuple[str, str]
) -> None:
    using, (license_, resource) = platform.using, ready
    grant = using.grant(resource, "--count", "1")
    platform.signed(grant, license_)
    asked = platform.files("near/to-provider")["request.json"]
    planted = platform.near / "to-grantee" / asked.name.replace("request", "refused")
    planted.write_text(json.dumps({"code": "GRANT_ENDED", "fields": {}}))
    assert platform.request(grant, license_)[1]["code"] == "USE_REFUSAL_UNPROVED"
    assert platform.answer() == [("HANDED_OUT", None)]
    platform.carry()
    status, told = platform.request(grant, license_)
    assert status == 0, told
    assert len(listed(using, grant)) == 1
