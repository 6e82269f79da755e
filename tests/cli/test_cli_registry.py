"""`elicense org|type|recognition` on a live ledger: the operator's guide, then what is refused."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from api.cli.main import run
from ledger import crypto
from ledger.domain.deadlines import due_after
from ledger.domain.moments import parse_moment
from ledger.domain.trustfile import CONTRACT_NAMES

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "operator.md"
BLOCKS = re.compile(r"^```(yaml|sh)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FERRY, PILOT = "11310000MB0TE5T1XB001", "11310000MB0TE5T1XB002"
BUREAU, OFFICE = "11310000MB0TE5T1XB", "11320000MB0TE5T36A"
MERGED = "11610922MB0TE5T52A"
NOBODY = "11340000MB0TE5T44D"
ADD = f"org add --uscc {NOBODY} --name x"
TAKEN = f"org add --uscc {OFFICE} --name x --region 310000 --key bureau.pem --by shanghai.pem"
CUT = "org key cut-off jiangsu.pem --since 2026-02-01"
ENTITLE = f"type entitle {PILOT} --issuer {BUREAU} --region 310118 --by qingpu.pem"
RECOGNIZE = f"recognition add --from 310000 --to 330000 --type {PILOT} --since 2026-01-01"
RELAY = "0x00000000000000000000000000000000000000aa"


def call(line: str) -> tuple[int, dict[str, Any]]:
    """Run one command line with --json: exit status and the object."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = run([*shlex.split(line), "--json"])
    answer = json.loads(printed.getvalue())
    assert answer["ok"] == (status == 0)
    return status, answer


def done(line: str) -> dict[str, Any]:
    """Run a command that must succeed."""
    status, answer = call(line)
    assert status == 0, answer
    return answer


def refused(line: str) -> tuple[int, str]:
    """Run a command that must not succeed: exit status and code."""
    status, answer = call(line)
    assert answer["error"]["message"]["zh"]
    assert answer["error"]["remedy"]["en"]
    return status, answer["code"]


@dataclass
class Tour:
    """The guide as it was run: answers by command line."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def answer(self, start: str, nth: int = 0) -> dict[str, Any]:
        """What the n-th line that starts so answered."""
        return [answer for line, answer in self.answers.items() if line.startswith(start)][nth]


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    """Run every line of the guide in an empty folder on a fresh chain."""
    folder = tmp_path_factory.mktemp("operator")
    made = Tour()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("ELICENSE_HOME", str(folder / "home"))
        patch.setenv("ELICENSE_NETWORK", "network.json")
        try:
            for language, block in BLOCKS.findall(GUIDE.read_text(encoding="utf-8")):
                if language == "yaml":
                    name = block.splitlines()[0].removeprefix("# ")
                    (folder / name).write_text(block, encoding="utf-8")
                    continue
                for line in block.splitlines():
                    if not line.startswith("elicense "):
                        subprocess.run(["sh", "-c", line], cwd=folder, check=True)
                        continue
                    made.answers[line] = done(line.removeprefix("elicense "))
                    if line == "elicense net up":
                        patch.setenv("ELICENSE_RPC", made.answers[line]["rpc"])
            yield made
        finally:
            call("net down")


def test_a_published_calendar_moves_what_is_due_in_the_regions_below(tour: Tour) -> None:
    (row,) = tour.answer("elicense calendar list")["calendars"]
    assert (row["region"], row["countsFrom"], row["here"]) == ("310000", "2035-01-01", True)
    due = tour.answer("elicense calendar due 310118")
    assert due["lastDay"] == "2035-10-16", "a week off, two Saturdays worked"
    assert [(each["countedBy"], each["region"]) for each in due["calendars"]] == [("CALENDAR", "310000")]


def working_days(decision: dict[str, Any], since: str) -> int:
    """After how many working days, Monday to Friday, something is due that counts from a moment."""
    due, start = parse_moment(decision["due"]), parse_moment(since)
    return next(count for count in range(1, 30) if due_after(start, count) == due)


def test_what_is_asked_for_is_due_by_the_rulebook_of_its_day(
    tour: Tour, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (row,) = tour.answer("elicense rulebook list")["rulebooks"]
    assert (row["region"], row["version"], row["counts"], row["here"]) == ("310000", 1, True, True)
    Path("ruled.csv").write_text("name,grade\nname,1\n", encoding="utf-8")
    shared = "--sharing conditional --ground 7 --until 2039-12-31"
    done(f"resource add RULED --field-list ruled.csv {shared} --key bureau2.pem")
    why = "--basis duty --item ITEM-1 --purpose-code LICENSING --purpose x --until 2039-01-01"

    def asked() -> tuple[str, int, dict[str, Any]]:
        """A grant that is asked for now, in how many days it is decided, and by what."""
        order = f"grant request {BUREAU}/RULED --fields name {why} --key office2.pem"
        grant = str(done(order)["grant"])
        shown = done(f"grant show {grant}")
        decision = shown["decision"]
        (by,) = decision["rulebook"]
        return grant, working_days(decision, shown["requested"]["at"]), by

    early, days, by = asked()
    first = tour.answer("elicense rulebook publish")
    assert (days, by["countedBy"], by["region"], by["digest"]) == (5, "RULEBOOK", "310000", first["digest"])
    before = done(f"grant show {early}")["decision"]
    rule = {"number": "DECISION", "days": 3, "source": {"zh": "虚构：仅供测试"}}
    form = {"format": "elicense-rulebook/1", "region": "310118", "version": 1}
    form |= {"from": "2026-01-01T00:00:00Z", "rules": [rule]}
    Path("qingpu-rules.json").write_text(json.dumps(form), encoding="utf-8")
    second = done("rulebook publish qingpu-rules.json --region 310118 --by qingpu.pem")
    again = "rulebook publish qingpu-rules.json --region 310118 --by qingpu.pem"
    assert refused(again) == (1, "RULEBOOK_THERE")
    late, days, by = asked()
    assert (days, by["region"], by["version"], by["digest"]) == (3, "310118", 1, second["digest"])
    assert done(f"grant show {early}")["decision"] == before

    at = "supervise sharing --at 2030-01-01"

    def found(more: str = "") -> dict[str, tuple[int, str]]:
        status, told = call(f"{at} {more}")
        assert status == 1, told
        late = [each for each in told["findings"] if each["code"] == "DECISION_LATE"]
        return {
            each["about"]: (each["rulebook"][0]["days"], each["rulebook"][0]["countedBy"]) for each in late
        }

    def lacked() -> set[str]:
        absent = call(at)[1]["notHere"]
        assert {each["code"] for each in absent} <= {"RULEBOOK_NOT_HERE"}
        return {each["digest"] for each in absent}

    ours = found()
    assert (ours[early], ours[late]) == ((5, "RULEBOOK"), (3, "RULEBOOK"))
    for language, words in (
        ("zh", "期限 3 个工作日（310118 期限规则第 1 版）"),
        ("en", "after 3 working days (rulebook of 310118, version 1)"),
    ):
        monkeypatch.setenv("ELICENSE_LANG", language)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            run(shlex.split(at))
        assert words in printed.getvalue()

    monkeypatch.setenv("ELICENSE_HOME", str(tmp_path / "auditor"))
    assert not {early, late} & found().keys(), "what is due by a text that is not here is not judged"
    assert lacked() == {first["digest"], second["digest"]}
    assert refused("supervise effect --at 2030-01-01") == (3, "RULEBOOK_NOT_HERE")
    assert set(found("--assume-defaults").values()) == {(10, "DEFAULT")}
    for file in ("rulebook.json", "qingpu-rules.json"):
        done(f"rulebook keep {file}")
    assert (found(), lacked()) == (ours, set()), "two homes find the same"
    (kept,) = (tmp_path / "auditor" / "rulebooks").glob(f"*{second['digest'][2:]}*")
    kept.write_bytes(kept.read_bytes().replace(b'"days":3', b'"days":9'))
    assert lacked() == {second["digest"]}, "an altered text is as good as none"
    assert (found()[early], late in found()) == (ours[early], False)


def test_the_guide_ends_with_a_clean_replay(tour: Tour) -> None:
    replay = tour.answer("elicense audit replay")
    assert replay["findings"] == []
    assert replay["signatures"]["bad"] == 0
    assert replay["records"] > 30


def test_the_guide_leaves_no_contract_behind_and_sharing_goes_on(tour: Tour) -> None:
    listed = tour.answer("elicense org contract list")["contracts"]
    assert {row["name"] for row in listed if row["standing"] == "CURRENT"} == set(CONTRACT_NAMES)
    assert {row["standing"] for row in listed} == {"CURRENT", "CLOSED"}
    duty = tour.answer("elicense duty set")["duty"]
    strike = f'duty set {BUREAU}/FERRY --region 310118 --what "第3项：共享渡口许可（虚构）"'
    assert done(f"{strike} --strike --by qingpu.pem")["duty"] == duty


def test_every_write_says_what_was_recorded(tour: Tour) -> None:
    added = tour.answer("elicense org add")
    assert [row["message"] for row in added["records"]] == ["AddOrganisation", "RegisterKey"]
    assert [row["rev"] for row in added["records"]] == [1, 1]
    assert added["seq"] == added["records"][-1]["seq"] == added["records"][0]["seq"] + 1
    assert added["gasUsed"] == sum(row["gasUsed"] for row in added["records"])
    assert re.fullmatch("0x[0-9a-f]{64}", added["records"][0]["txHash"])


def test_organisations_are_listed_and_shown_with_keys_and_rights(tour: Tour) -> None:
    listed = tour.answer("elicense org list")["organisations"]
    assert [(row["uscc"], row["region"], row["level"]) for row in listed] == [
        (BUREAU, "310118", 4),
        (OFFICE, "320000", 2),
    ]
    (key,) = tour.answer("elicense org show")["keys"]
    assert (key["purpose"], key["validTo"], key["cutOff"]) == ("SIGN", None, None)
    shown = {row["keyId"]: row for row in done(f"org show {OFFICE}")["keys"]}
    assert len(shown) == 2
    ended = shown[key["keyId"]]
    assert ended["cutOff"] == "2026-01-01T00:00:00Z"
    assert ended["validTo"] == tour.answer("elicense org key end")["validTo"]
    assert done(f"org show {BUREAU}")["entitlements"][0]["until"] == "2099-12-31T16:00:00Z"


def test_keys_are_rotated_and_recovered_by_their_own_bodies(tour: Tour) -> None:
    rotated, recovered = (tour.answer(f"elicense org key {verb}") for verb in ("rotate", "recover"))
    keys = {row["keyId"]: row for row in done(f"org show {BUREAU}")["keys"]}
    assert keys[rotated["keyId"]]["validTo"] == rotated["validTo"] == "2099-12-31T16:00:00Z"
    assert keys[rotated["newKeyId"]]["purpose"] == "SIGN"
    assert [row["message"] for row in recovered["records"]] == ["RecoverKey"]
    end = "org key end office2.pem --until 2099-06-30 --by"
    assert refused(f"{end} jiangsu2.pem") == (1, "KEY_NOT_CURRENT")
    assert done(f"{end} jiangsu3.pem")["validTo"] == "2099-06-30T16:00:00Z"


def test_a_succession_is_recorded_once(tour: Tour) -> None:
    assert tour.answer("elicense org succeed")["since"] == "2098-12-31T16:00:00Z"
    again = f"org succeed {BUREAU} --successor {MERGED} --by qingpu.pem"
    assert refused(again) == (1, "ALREADY_SUCCEEDED")
    assert refused("org region succeed 310118 --successor 310105 --by shanghai.pem") == (
        1,
        "ALREADY_SUCCEEDED",
    )
    back = f"org succeed {MERGED} --successor {BUREAU} --by qingpu.pem"
    assert refused(back) == (1, "SUCCESSOR_REFUSED")


def test_only_organisations_of_the_region_asked_are_listed(tour: Tour) -> None:
    assert [row["uscc"] for row in done("org list --region 320000")["organisations"]] == [OFFICE]
    assert done("org list --region 330000")["organisations"] == []


def test_types_show_every_version(tour: Tour) -> None:
    listed = [row["type"] for row in tour.answer("elicense type list")["types"]]
    assert listed == [FERRY, PILOT, "IDENTITYPROVIDER00001"]
    shown = done(f"type show {FERRY}")
    assert shown["version"] == len(shown["versions"]) == 2
    assert "issue" in shown["versions"][0]["acts"]
    assert {"issue", "change", "reissue"} & set(shown["acts"]) == set()
    assert {"suspend", "revoke"} <= set(shown["acts"])


def test_an_operator_is_named_by_the_right_and_shown(tour: Tour) -> None:
    named = tour.answer("elicense type entitle", 1)
    assert (named["issuer"], named["operator"], named["rev"]) == (BUREAU, MERGED, 2)
    (right,) = tour.answer("elicense type show")["entitlements"]
    assert (right["operator"], right["rev"]) == (MERGED, 2)
    assert refused(f"{ENTITLE} --from 2026-01-01 --operator {NOBODY}") == (4, "UNKNOWN_ORGANISATION")
    assert refused(f"{ENTITLE} --from 2026-01-01 --operator nobody") == (2, "USCC_FORM")


def test_recognition_keeps_its_history(tour: Tour) -> None:
    line = f"--from 310000 --to 330000 --type {FERRY}"
    shown = done(f"recognition show {line}")
    assert [term["until"] for term in shown["history"]] == [None, "2099-12-31T16:00:00Z"]
    assert shown["since"] == "2025-12-31T16:00:00Z"
    assert (shown["asType"], shown["rev"]) == (FERRY, 2)
    assert done("recognition list --from 330000")["recognitions"] == []


def test_an_ended_relay_is_listed_as_ended(tour: Tour) -> None:
    (row,) = [row for row in done("org relay list")["relays"] if row["account"] == RELAY]
    assert row["since"] <= row["until"] < "2030"


@pytest.mark.parametrize(
    ("line", "status", "code"),
    [
        (TAKEN, 1, "ALREADY_REGISTERED"),
        (f"{ADD} --region 340000 --key office2.pem --by jiangsu.pem", 4, "UNKNOWN_REGION"),
        (f"{ADD} --region nowhere --key office2.pem --by jiangsu.pem", 2, "REGION_FORM"),
        (f"{ADD} --region 330000 --key shanghai.pem --by jiangsu.pem", 1, "SIGNER_NOT_COMPETENT"),
        (f"{ADD} --region 330000 --key shanghai.pem --by bureau.pem", 1, "KEY_PURPOSE"),
        (f"{ADD} --region 330000 --level 9 --key shanghai.pem --by zhejiang.pem", 2, "CHOICE"),
        (f"{ADD} --region 330000 --key nowhere.pem --by zhejiang.pem", 2, "KEY_FILE_UNREADABLE"),
        (f"org show {NOBODY}", 4, "NOT_REGISTERED"),
        ("org show 11340000MB0TE5T440", 2, "USCC_CHECK"),
        (f"org key add {OFFICE} --key shanghai.pem --by jiangsu.pem", 1, "ALREADY_REGISTERED"),
        (f"org key add {OFFICE} --key bureau.pem --purpose rule --by jiangsu.pem", 2, "CHOICE"),
        ("org key end nowhere.pem --by jiangsu.pem", 2, "KEY_NAME"),
        (f"org key end 0x{'11' * 32} --by jiangsu.pem", 4, "UNKNOWN_KEY"),
        ("org key end office2.pem --until 2020-01-01 --by jiangsu.pem", 1, "NOT_RETROACTIVE"),
        ("org key cut-off office.pem --since 2026-02-01 --by jiangsu.pem", 1, "ONLY_EARLIER"),
        ("org key cut-off office.pem --since 2099-01-01 --by jiangsu.pem", 2, "CUT_OFF_AHEAD"),
        (f"{CUT} --by jiangsu.pem --by a.pem", 2, "KEY_FILE_UNREADABLE"),
        ("org key cut-off zhejiang.pem --since 2026-02-01 --by zhejiang.pem", 1, "SIGNATURE_COUNT"),
        (f"{CUT} --by jiangsu.pem --by shanghai.pem", 1, "SIGNER_HAS_NO_VOTE"),
        ("org key rotate office2.pem --key bureau.pem --by office2.pem", 1, "ALREADY_REGISTERED"),
        ("org key rotate office2.pem --key fresh.pem --by jiangsu.pem", 1, "KEY_PURPOSE"),
        ("org key rotate office2.pem --key fresh.pem --by bureau.pem", 1, "NOT_THE_OWNER"),
        ("org key rotate fresh.pem --key fresh.pem --by bureau.pem", 4, "NOT_REGISTERED"),
        ("org key recover shanghai.pem --key fresh.pem --by recovery.pem", 1, "NOT_THE_OWNER"),
        ("org key recover office2.pem --key fresh.pem --by recovery.pem", 1, "KEY_PURPOSE"),
        ("org relay add 0x12 --region 310000 --until 2030-01-01 --by shanghai.pem", 2, "ACCOUNT_FORM"),
        (f"org relay end {RELAY} --region 310000 --by shanghai.pem", 4, "UNKNOWN_RELAY"),
        ("type add pilot.yaml --by shanghai.pem", 1, "SIGNATURE_COUNT"),
        ("type add pilot.yaml --by shanghai.pem --by qingpu.pem", 1, "SIGNER_HAS_NO_VOTE"),
        ("type add pilot.yaml --by shanghai.pem --by shanghai.pem", 1, "VOTED_TWICE"),
        ("type add founding.yaml --by shanghai.pem", 2, "FOUNDING_FILE"),
        ("type show 11310000MB0TE5T1XB009", 4, "NOT_REGISTERED"),
        ("type show nonsense", 2, "CHOICE"),
        (f"type unentitle {PILOT} --issuer {BUREAU} --by qingpu.pem", 1, "NOTHING_TO_END"),
        (f"{ENTITLE} --from 2026-01-01 --until 2025-01-01", 1, "DATES_REVERSED"),
        (f"{ENTITLE} --from never", 2, "BAD_TIME"),
        (f"{RECOGNIZE} --by shanghai.pem", 1, "SIGNATURE_COUNT"),
        (f"{RECOGNIZE} --by zhejiang.pem --by shanghai.pem", 1, "SIGNER_NOT_COMPETENT"),
        (f"recognition show --from 330000 --to 310000 --type {PILOT}", 4, "NOT_REGISTERED"),
        (f"recognition end --from 330000 --to 310000 --type {PILOT} --by zhejiang.pem", 1, "NOTHING_TO_END"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isupper() else "",
)  # fmt: skip
def test_what_may_not_be_is_refused_with_its_code(tour: Tour, line: str, status: int, code: str) -> None:
    if not Path("fresh.pem").exists():
        done("sm2 keygen --out fresh.pem")
    assert refused(line) == (status, code)


@pytest.mark.parametrize(
    ("line", "zh", "en"),
    [
        (
            "org key rotate office2.pem --key fresh.pem --by bureau.pem",
            f"密钥属于 {OFFICE}，签名者为 {BUREAU}",
            f"belongs to {OFFICE}; it was signed by {BUREAU}",
        ),
        (f"{ADD} --region 330000 --key shanghai.pem --by jiangsu.pem", "签名者 320000", "signer 320000"),
        (f"{ADD} --region 330000 --key shanghai.pem --by bureau.pem", "用于签名，", "is for signing;"),
        (f"{ADD} --region 330000 --key shanghai.pem --by bureau.pem", f"（{BUREAU}）", f"(of {BUREAU})"),
        ("type show 11310000MB0TE5T1XB009", "没有 类型 1131", "holds no type 1131"),
        (f"recognition show --from 330000 --to 310000 --type {PILOT}", "互认协议", "recognition 330000"),
        ("type show nonsense", "类型 不能是 nonsense", "type"),
    ],
)
def test_what_is_refused_is_told_by_names_and_words(tour: Tour, line: str, zh: str, en: str) -> None:
    if not Path("fresh.pem").exists():
        done("sm2 keygen --out fresh.pem")
    _, answer = call(line)
    assert zh in answer["error"]["message"]["zh"]
    assert en in answer["error"]["message"]["en"]


def test_signatures_of_absent_keys_are_asked_for_and_taken(tour: Tour, tmp_path: Path) -> None:
    ask, public = tmp_path / "ask.json", tmp_path / "zhejiang.pub.pem"
    done(f"sm2 pubkey --key zhejiang.pem --out {public}")
    order = f"{RECOGNIZE} --by shanghai.pem"
    before = done("audit replay")["records"]
    assert refused(f"{order} --by {public}") == (2, "SIGNATURES_FILE_MISSING")
    assert refused(f"{order} --by {public} --signatures {ask}") == (1, "SIGNATURES_PENDING")
    file = json.loads(ask.read_text())
    (request,) = file["requests"]
    request["signature"] = crypto.load_signer("zhejiang.pem").sign(bytes.fromhex(request["message"])).hex()
    ask.write_text(json.dumps(file))
    assert done("audit replay")["records"] == before, "nothing was submitted before"
    assert done(f"{order} --by {public} --signatures {ask}")["rev"] == 1
    assert [row["type"] for row in done("recognition list")["recognitions"]] == [FERRY, PILOT]


def test_a_signature_by_another_key_is_refused(tour: Tour, tmp_path: Path) -> None:
    ask, public = tmp_path / "ask.json", tmp_path / "zhejiang.pub.pem"
    done(f"sm2 pubkey --key zhejiang.pem --out {public}")
    order = f"org key end bureau.pem --until 2090-01-01 --by {public} --signatures {ask}"
    assert refused(order) == (1, "SIGNATURES_PENDING")
    file = json.loads(ask.read_text())
    message = bytes.fromhex(file["requests"][0]["message"])
    file["requests"][0]["signature"] = crypto.load_signer("jiangsu.pem").sign(message).hex()
    ask.write_text(json.dumps(file))
    assert refused(order) == (1, "SIGNATURE_REFUSED")


@pytest.mark.parametrize("damage", ['{"requests": 1}', '{"requests": [{}]}', "{}", "[]", "nonsense"])
def test_a_damaged_signature_file_is_named(tour: Tour, tmp_path: Path, damage: str) -> None:
    (tmp_path / "ask.json").write_text(damage)
    status, code = refused(f"org key end bureau.pem --by qingpu.pem --signatures {tmp_path / 'ask.json'}")
    assert status == 2
    assert code in ("SIGNATURES_FILE", "JSON_FORM", "JSON_ROOT") or code.startswith("JSON")


def test_an_absent_new_key_proves_its_possession_from_afar(tour: Tour, tmp_path: Path) -> None:
    ask, private, public = (tmp_path / name for name in ("ask.json", "new.pem", "new.pub.pem"))
    done(f"sm2 keygen --out {private} --pub {public}")
    order = f"org key add {BUREAU} --key {public} --by qingpu.pem --signatures {ask}"
    assert refused(order) == (1, "SIGNATURES_PENDING")
    file = json.loads(ask.read_text())
    message = bytes.fromhex(file["requests"][0]["message"])
    file["requests"][0]["signature"] = crypto.load_signer(str(private)).sign(message).hex()
    ask.write_text(json.dumps(file))
    added = done(order)
    assert added["keyId"] in {row["keyId"] for row in done(f"org show {BUREAU}")["keys"]}
    assert refused(order) == (1, "ALREADY_REGISTERED")


def test_an_order_cut_short_goes_on_where_it_stopped(tour: Tour, tmp_path: Path) -> None:
    for name in ("first", "second"):
        done(f"sm2 keygen --out {tmp_path / name}.pem")
    order = f"org add --uscc {NOBODY} --name 某局 --region 330000 --by zhejiang.pem --key {tmp_path}"
    assert len(done(f"{order}/first.pem")["records"]) == 2
    again = done(f"{order}/first.pem --encryption-key {tmp_path}/second.pem")
    assert [row["message"] for row in again["records"]] == ["RegisterKey"]
    purposes = [row["purpose"] for row in done(f"org show {NOBODY}")["keys"]]
    assert sorted(purposes) == ["ENCRYPT", "SIGN"]
    until = done(f"org end {NOBODY} --until 2099-12-31 --by zhejiang.pem")
    assert [row["message"] for row in until["records"]] == ["EndKey", "EndKey"]
    assert refused(f"org end {NOBODY} --until 2099-12-31 --by zhejiang.pem") == (1, "NOTHING_TO_END")


def test_a_region_is_added_by_a_quorum(tour: Tour) -> None:
    assert refused("org region add 330421 --parent 330000 --name 嘉善县 --by zhejiang.pem") == (
        1,
        "SIGNATURE_COUNT",
    )
    done("org region add 330421 --parent 330000 --name 嘉善县 --by zhejiang.pem --by jiangsu.pem")
    rows = {row["region"]: row["parent"] for row in done("org region list")["regions"]}
    assert rows["330421"] == "330000"
    assert rows["330000"] is None


def test_lists_are_readable_without_json(tour: Tour, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["org", "list"]) == 0
    assert OFFICE in capsys.readouterr().out
    assert run(["type", "show", FERRY]) == 0
    assert "version 2" in capsys.readouterr().out


def test_people_read_which_keys_ended_which_are_cut_off_and_who_operates(
    tour: Tour, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["org", "show", OFFICE]) == 0
    ended = tour.answer("elicense org key end")
    (line,) = [each for each in capsys.readouterr().out.splitlines() if ended["keyId"] in each]
    assert f"until {ended['validTo']}" in line
    assert "CUT OFF since 2026-01-01T00:00:00Z" in line
    done(f"{ENTITLE} --from 2026-01-01 --operator {MERGED}")
    assert run(["type", "show", PILOT]) == 0
    assert (
        f"{BUREAU} in 310118 from 2025-12-31T16:00:00Z until –, operator {MERGED}" in capsys.readouterr().out
    )


def test_people_read_the_registry_in_chinese(
    tour: Tour, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELICENSE_LANG", "zh")
    told = {
        f"org show {BUREAU}": ("地区 ", "层级 ", "自 "),
        f"type show {PILOT}": ("第 ", " 版"),
        "org list": ("机构代码", "层级"),
        "type list": ("效力范围", "共享"),
        "recognition list": ("来自", "视同类型"),
    }
    for order, words in told.items():
        assert run(shlex.split(order)) == 0
        text = capsys.readouterr().out
        assert [word for word in words if word not in text] == [], text
        assert not re.search(r"\b(since|until|level|version|from)\b", text), text


def test_people_read_what_a_replay_counted(
    tour: Tour, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    report = done("audit replay")
    checked = report["signatures"]["checked"]
    for language, words in (
        ("en", (f"{checked} signatures checked, 0 bad", "no findings")),
        ("zh", (f"核对签名 {checked} 个，不成立 0 个", "没有发现")),
    ):
        monkeypatch.setenv("ELICENSE_LANG", language)
        assert run(["audit", "replay"]) == 0
        told = capsys.readouterr()
        assert [word for word in words if word not in told.out] == []
        assert told.err == ""
    assert run(["audit", "fsck"]) == 0
    assert "0 处不同；比对至区块" in capsys.readouterr().out


def test_the_ledger_replays_clean_after_all_of_this(tour: Tour) -> None:
    assert done("audit replay")["findings"] == []
