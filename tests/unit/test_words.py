"""Every code that a card or a list shows has its words in Chinese and English, and no word is left over."""

import ast
import re
from pathlib import Path

import pytest

from api.cli.governing import _HEADS_ZH
from ledger.domain import words
from ledger.domain.acts import Purpose, Scope, Sharing, Status
from ledger.domain.deadlines import Number
from ledger.domain.deadlines import Step as Deadline
from ledger.domain.editions import EditionStanding
from ledger.domain.effect import CROSSED
from ledger.domain.grants import GrantStanding
from ledger.domain.hop_slip import KINDS
from ledger.domain.interface_file import InterfaceStatus
from ledger.domain.messages import MESSAGES
from ledger.domain.official import TypeKind
from ledger.domain.origins_file import How
from ledger.domain.overdue_texts import WAITING_TEXTS
from ledger.domain.retention import RetentionBasis
from ledger.domain.routes import RouteChannel
from ledger.domain.seals import RevocationReason, SealStanding
from ledger.domain.sector_rules import SectorAnswer
from ledger.domain.sharing import (
    BaseLibrary,
    Basis,
    CorrectionState,
    DutyKind,
    Outcome,
    ProbeOutcome,
    ResourceKind,
    UseKind,
)
from ledger.domain.sharing_entities import CorrectionAct, GrantAct, Need
from ledger.domain.use_reasons import REASONS
from ledger.domain.verdict import Step
from ledger.domain.verdict_texts import FLAG_TEXTS, RESULT_TEXTS
from ledger.domain.verification_receipt import COPY, LICENSE, PRESENTATION, UNREAD
from ledger.errors import Bilingual, UsageError
from ledger.errors.texts import TEXTS
from ledger.errors.texts.reasons import in_chinese
from ledger.ports.queue import MessageState
from ledger.service.code_tables import TableStanding
from ledger.service.orders import BIND_METHODS
from ledger.service.promises import Kept
from ledger.service.witness_heads import HeadOutcome

IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")


def names(enum):
    return {each.name for each in enum}


def values(enum):
    return {each.value for each in enum}


CODES = {
    "STATUS": names(Status) | {"NOT_ANCHORED"},
    "RESULT": set(RESULT_TEXTS),
    "FLAG": set(FLAG_TEXTS),
    "STEP": names(Step),
    "SUBJECT": {LICENSE, COPY, PRESENTATION, UNREAD},
    "SCOPE": names(Scope),
    "TYPE_KIND": names(TypeKind),
    "SHARING": names(Sharing),
    "PURPOSE": names(Purpose),
    "CHECKED_BY": set(BIND_METHODS),
    "RETENTION_BASIS": names(RetentionBasis),
    "BASE_LIBRARY": names(BaseLibrary),
    "RESOURCE_KIND": names(ResourceKind),
    "PROBE": names(ProbeOutcome),
    "INTERFACE_STATUS": values(InterfaceStatus),
    "HOW": values(How),
    "EDITION_STANDING": names(EditionStanding),
    "TABLE_STANDING": values(TableStanding),
    "SEAL_STANDING": values(SealStanding),
    "SEAL_REASON": values(RevocationReason),
    "HOP_KIND": set(KINDS),
    "CROSSING": set(CROSSED),
    "CHANNEL": values(RouteChannel),
    "HEAD_OUTCOME": values(HeadOutcome),
    "BASIS": names(Basis),
    "DUTY_KIND": names(DutyKind),
    "OUTCOME": names(Outcome),
    "GRANT_STANDING": values(GrantStanding),
    "GRANT_ACT": names(GrantAct),
    "GRANT_NEED": names(Need),
    "USE_KIND": names(UseKind) | {"BATCH", "REFUSED"},
    "REFUSAL": set(REASONS),
    "SECTOR_ANSWER": values(SectorAnswer),
    "CORRECTION_STATE": names(CorrectionState),
    "CORRECTION_ACT": names(CorrectionAct),
    "PROMISE": values(Kept),
    "MESSAGE_STATE": values(MessageState),
    "MESSAGE": set(MESSAGES),
    "DEADLINE": values(Deadline),
    "RULE_NUMBER": values(Number),
    "WAITING": set(WAITING_TEXTS),
}
"""The lists of codes, by the table that has their words."""


ROOT = Path(__file__).parents[2]
WRITTEN = {
    "USE_ANSWER": ("ledger/service/answer_parcels.py", {"USE_SIGNATURE_FORM", "USE_REQUEST_MALFORMED"}),
    "UNCOMPARED": ("ledger/service/reconcile.py", set()),
    "SIDE": ("ledger/service/unsigned_uses.py", set()),
    "CONTRACT_STANDING": (
        "api/cli/registry_contracts.py",
        {"TRUST_NOT_REACHED", "NAME", "FILE", "CONTRACT_TO_BE_MADE", "CONTRACT_FILE"},
    ),
    "MATERIAL": ("ledger/service/materials.py", set()),
    "CORRECTION_NEED": ("ledger/service/shown_corrections.py", {"OPENER", "PROVIDER", "USER"}),
    "RIGHT": ("ledger/service/supervise_effect.py", set()),
    "ORIGIN_STANDING": (
        "ledger/service/origins.py",
        {
            "FIELD_NOT_IN_RESOURCE",
            "NOT_ORIGINS",
            "ORIGINS_FIELDS",
            "ORIGINS_SOURCE_FIELD",
            "ORIGINS_TEXT_NOT_HERE",
            "ORIGINS_UNKNOWN",
        },
    ),
    "HOLDER_EVENT": (
        "ledger/service/holder_uses.py",
        {"DECIDED", "REVIEWED", "CORRECTION_", *names(GrantAct) - {"NOTICE"}},
    ),
}
"""Codes that have no enumeration: the module that writes them, and other codes in it."""
ELSEWHERE = {
    "MATERIAL": names(Status) - {"UNKNOWN", "IN_FORCE"},
    "HOLDER_EVENT": {f"CORRECTION_{act.name}" for act in CorrectionAct},
}
"""What these modules take from enumerations."""


def told():
    """Every table of words by name."""
    return {name: table for name, table in vars(words).items() if name.isupper() and isinstance(table, dict)}


@pytest.mark.parametrize("table", CODES)
def test_every_code_of_a_list_has_its_words(table):
    assert set(told()[table]) == CODES[table]


@pytest.mark.parametrize("table", WRITTEN)
def test_every_code_that_a_module_writes_has_its_words(table):
    module, others = WRITTEN[table]
    constants = (
        node.value
        for node in ast.walk(ast.parse((ROOT / module).read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
    )
    written = {each for each in constants if isinstance(each, str) and re.fullmatch(r"[A-Z][A-Z_]{2,}", each)}
    assert set(told()[table]) == (written - others) | ELSEWHERE.get(table, set())


def _columns(file: Path) -> set[str]:
    """What tables of a module name as their columns, as constants or in a tuple that they unpack."""
    tree = ast.parse(file.read_text("utf-8"))
    assigned: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                assigned.setdefault(getattr(target, "id", ""), set()).update(_texts(node.value))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "table":
            for each in node.args[1:]:
                name = getattr(each.value, "id", "") if isinstance(each, ast.Starred) else ""
                found |= assigned.get(name, set()) if name else _texts(each)
    return found


def _texts(node: ast.expr) -> set[str]:
    return {
        each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and type(each.value) is str
    }


def test_every_column_of_a_table_has_its_name() -> None:
    files = sorted((ROOT / "api/cli").rglob("*.py"))
    columns = {name: file.name for file in files for name in _columns(file)}
    assert len(columns) > 80
    assert {name: place for name, place in columns.items() if name not in _HEADS_ZH} == {}


EXACT = {"licenseId", "issuer", "requests", "ledgerId, relay, contracts", "editions", "head", "ledgerId"}
"""Reasons that name a member of a file or an answer, as it stands there."""


def test_every_short_reason_of_an_error_has_its_chinese():
    given = {}
    for file in sorted(path for part in ("ledger", "api", "wallet") for path in (ROOT / part).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            head = node.args[0] if isinstance(node, ast.Call) and node.args else None
            if isinstance(head, ast.Constant) and head.value in TEXTS:
                for each in node.keywords:
                    if each.arg in ("reason", "choices", "part") and isinstance(each.value, ast.Constant):
                        given[each.value.value] = file.name
    assert len(given) > 40
    untold = {each: place for each, place in given.items() if not IDEOGRAPH.search(in_chinese(each))}
    assert {each: place for each, place in untold.items() if each not in EXACT} == {}


def test_every_finding_of_replay_has_its_words():
    page = (ROOT / "docs/interfaces.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^Replay finds faults of integrity only: (.*?)\. ", page, re.MULTILINE)
    assert set(told()["REPLAY"]) == set(re.findall(r"`([A-Z_]+)`", line))


def test_words_are_chinese_and_english_and_tell_codes_apart():
    for name, table in told().items():
        for code, (zh, en) in table.items():
            assert IDEOGRAPH.search(zh), (name, code)
            assert en, (name, code)
            assert not IDEOGRAPH.search(en), (name, code)
            assert not re.search(r"[A-Z]{2,}_", zh + en), (name, code)
        assert len({zh for zh, _ in table.values()}) == len(table) or name == "PARTY_TEXT", name


def test_an_error_tells_a_field_in_both_languages_and_keeps_the_english_in_json():
    error = UsageError("FILE_UNREADABLE", path="x.json", reason="No such file or directory")
    assert error.message() == {
        "zh": "不能读取 x.json（没有此文件或目录）。",
        "en": "x.json cannot be read (No such file or directory).",
    }
    told = UsageError("USAGE", detail=Bilingual("缺少命令。", "Missing command."))
    assert told.message()["zh"].endswith("缺少命令。")
    assert told.as_json()["fields"] == {"detail": "Missing command."}
