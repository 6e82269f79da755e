"""Copies of rows of a data set on a ledger in memory: whatever their provider made of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.canonical import canonical, parse_strict
from ledger.domain.disclosed_row import DisclosedRow, disclosed_row
from ledger.domain.field_list import FieldList
from ledger.domain.fields_tree import content_digest, disclose
from ledger.domain.license_tree import root
from ledger.domain.row_tree import RowsState, row_levels
from ledger.domain.rules.uses import use_words
from ledger.domain.sharing import UseKind
from ledger.domain.sharing_entities import Use
from ledger.domain.verdict import Step
from ledger.errors import ChainOutageError, MalformedError
from ledger.service.make_copies import Provider
from tests.copies.test_verify_copies import LEDGER, LISTED, Desk, basis
from tests.copies.world import COPIES
from tests.sharing_records import NO_HASH, bits, nonce, word
from tests.simulator import BUREAU, OFFICE, key_of

COLUMNS = FieldList(("code", "name", "address", "address/street"), (2, 1, 2, 4))
NAMED = 0b0110
"""Name and address, not the street, which the list names on its own."""
ROW = {
    "code": "91330000EXAMPLE01A",
    "name": "示例甲",
    "address/city": "杭州",
    "address/street": "示例路 1 号",
}
SALTS = {path: bytes([place]) * 32 for place, path in enumerate(ROW)}


class RowDesk(Desk):
    """A provider of a data set, a grant and a use of one row on a ledger in memory."""

    def register_rows(self) -> None:
        listed = {"fieldsDigest": COLUMNS.digest, "gradesDigest": COLUMNS.grades_digest, "fieldCount": 4}
        of_rows = {"kind": 2, "licenseType": NO_HASH, "sensitive": bits(COLUMNS.sensitive)}
        self.register("REGISTER", **{**listed, **of_rows})
        self.row_grant = self.sharing.request(
            "REGISTER", "rows", purposeDigest=self.terms().purpose.digest, fields=bits(NAMED)
        )

        self.now = self.ledger.now

    def row(self, *paths: str, code: str = "REGISTER", loaded_at: int = 1) -> DisclosedRow:
        rows = [content_digest(ROW, SALTS), b"\x01" * 32, b"\x02" * 32]
        built = row_levels(rows)
        state = RowsState(BUREAU, code, loaded_at, 3, built[-1][0])
        shown = disclose(ROW, SALTS, paths or ["name", "address/city"])
        return DisclosedRow(LEDGER, state, 0, (built[0][1], built[1][1]), shown)

    def record_use(self, state: str, fields: int = NAMED, grant: str = "") -> None:
        use = Use(grant or self.row_grant, UseKind.DATA, fields, "0x" + "c3" * 32, nonce("answer"), state)
        words, parties = use_words(use), {"owner": word(BUREAU), "grantee": word(OFFICE)}
        self.ledger.record("Use", [BUREAU, OFFICE], words, **parties, root=root(words), size=1)

    def row_copy(self, row: DisclosedRow, kind: str = "plain", **changes: Any) -> bytes:
        of_rows = {
            "code": "REGISTER",
            "grant": self.row_grant,
            "listed": COLUMNS,
            "request": "0x" + "c3" * 32,
        }
        terms = self.terms(**{**of_rows, "license_id": row.license_id, "grade": 2, **changes})
        provider = Provider(BUREAU, f"name {BUREAU}", key_of(BUREAU))
        make = COPIES.plain if kind == "plain" else COPIES.annotated_row
        return make(row, terms, self.now, provider)


@pytest.fixture
def desk(tmp_path: Path) -> RowDesk:
    made = RowDesk(tmp_path)
    made.register_rows()
    return made


@pytest.mark.parametrize(("kind", "level"), [("plain", "rpc"), ("annotated", "state")])
def test_a_row_is_as_handed_out_where_use_and_grant_cover_it(desk: RowDesk, kind: str, level: str) -> None:
    row = desk.row()
    desk.record_use(row.state_digest)
    verdict = desk.verify(desk.row_copy(row, kind), level=level)
    assert (verdict.result, verdict.exit_code, verdict.trust) == ("AS_HANDED_OUT", 1, level)
    assert verdict.disclosed == {"address/city": "杭州", "name": "示例甲"}
    assert [check.outcome.value for check in verdict.checks] == ["PASS"] * 2 + ["SKIPPED"] * 6 + ["PASS"]


@pytest.mark.parametrize(
    ("case", "code", "member"),
    [
        ("another state was recorded", "USE_MISMATCH", "state"),
        ("the street is a field of its own", "COPY_TOO_BROAD", "address/street"),
        ("the grant is of a license type", "GRANT_MISMATCH", "kind"),
        ("nothing was recorded", "USE_NOT_YET_RECORDED", ""),
    ],
)
def test_what_its_provider_made_of_a_row_is_found_out(
    desk: RowDesk, case: str, code: str, member: str
) -> None:
    row, changes = desk.row(), {}
    if "another" in case:
        desk.record_use(desk.row(loaded_at=2).state_digest)
    elif "street" in case:
        row = desk.row("name", "address/street")
        desk.record_use(row.state_digest)
    elif "type" in case:
        row = desk.row(code="SAFETY")
        changes = {"grant": desk.grant, "code": "SAFETY", "listed": LISTED}
    verdict = desk.verify(desk.row_copy(row, **changes))
    assert (basis(verdict).code, basis(verdict).evidence.get("member", "")) == (code, member)
    assert verdict.result == ("COULD_NOT_CHECK" if code == "USE_NOT_YET_RECORDED" else "OUT_OF_SCOPE")


def test_a_license_copy_under_a_grant_of_rows_is_out_of_scope(desk: RowDesk) -> None:
    data = desk.copy("plain", grant=desk.row_grant, code="REGISTER", listed=COLUMNS)
    assert (basis(desk.verify(data)).code, basis(desk.verify(data)).evidence["member"]) == (
        "GRANT_MISMATCH",
        "kind",
    )


def test_a_head_that_is_too_old_says_nothing_about_now(desk: RowDesk) -> None:
    row = desk.row()
    desk.record_use(row.state_digest)
    data = desk.row_copy(row)
    desk.ledger.wait(3600)
    assert desk.verify(data, at=desk.now).result == "COULD_NOT_CHECK"


def test_without_a_node_nobody_knows(desk: RowDesk) -> None:
    class Down:
        """Nobody answers."""

        def check_ledger(self) -> None:
            raise ChainOutageError("CHAIN_UNREACHABLE", url="-", reason="down")

    verdict = desk.verify(desk.row_copy(desk.row()), node=Down())
    assert (verdict.result, basis(verdict).code, verdict.trust) == (
        "COULD_NOT_CHECK",
        "CHAIN_UNREACHABLE",
        "none",
    )


def test_a_row_is_not_called_good_where_the_node_went_away_in_between(desk: RowDesk) -> None:
    row = desk.row()
    desk.record_use(row.state_digest)

    class Leaving:
        """Answers once, and then no more."""

        asked = 0

        def __getattr__(self, name: str) -> Any:
            self.asked += name == "check_ledger"
            if self.asked > 1:
                raise ChainOutageError("CHAIN_UNREACHABLE", url="-", reason="down")
            return getattr(desk.ledger, name)

    verdict = desk.verify(desk.row_copy(row), node=Leaving())
    assert basis(verdict).outcome.value == "PASS"
    assert (verdict.result, verdict.head, verdict.exit_code) == ("COULD_NOT_CHECK", None, 3)


@pytest.mark.parametrize(
    "change",
    [
        lambda row: replace(row, index=1),
        lambda row: replace(row, proof=row.proof[:1]),
        lambda row: replace(row, state=replace(row.state, rows=9)),
        lambda row: replace(row, state=replace(row.state, root=b"\x09" * 32)),
        lambda row: replace(row, state=replace(row.state, code="OTHER")),
    ],
)
def test_a_row_that_leads_to_no_state_of_the_data_set_is_tampered(desk: RowDesk, change: Any) -> None:
    row = change(desk.row())
    desk.record_use(row.state_digest)
    verdict = desk.verify(desk.row_copy(row))
    assert (verdict.result, verdict.disclosed) == ("TAMPERED", None)
    assert verdict.checks[Step.HOLDER.value - 1].outcome.value == "SKIPPED"


def test_a_row_is_read_back_byte_for_byte_and_nothing_else_is_taken(desk: RowDesk) -> None:
    row = desk.row()
    form = parse_strict(row.data)
    assert disclosed_row(form) == row
    for name in form:
        for value in (None, -1, "", [], {}, "0x00", [{"a": 1}], 2**53 - 1):
            if (name, value) != ("proof", []):
                with pytest.raises(MalformedError):
                    disclosed_row(parse_strict(canonical({**form, name: value})))
    for part in ("resource", "state", "disclosure"):
        for name in form[part]:
            with pytest.raises(MalformedError):
                disclosed_row({**form, part: {**form[part], name: None}})
