"""How long a document is kept: periods, ends, and statements that come back as they were made."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import crypto
from ledger.domain.canonical import JsonObject
from ledger.domain.holds import Hold, Lifting, hold_of
from ledger.domain.moments import LAST_SECOND, SHANGHAI, parse_moment
from ledger.domain.retention import RetentionBasis, RetentionRule, retention_rule
from ledger.domain.sm import TAG_HOLD, TAG_RETENTION
from ledger.domain.statements import Signed
from ledger.errors import LedgerError

SIGNER = crypto.signer(bytes(31) + b"\7")
SIGNED = Signed.now("11310000MB0TE5T1XB", SIGNER, 1_790_000_000)
RULE = RetentionRule("0x" + "11" * 32, "11100000000013338W001", 1, 10, RetentionBasis.LAW, "示例", "", SIGNED)
HOLD = Hold("0x" + "11" * 32, "ab" * 32, ("0x" + "22" * 32,), "（2026）示例1号", "示例人民法院", SIGNED)


@pytest.mark.parametrize(
    ("ended", "years", "until"),
    [
        ("2012-06-30T15:59:59Z", 5, "2017-06-30T16:00:00Z"),
        ("2012-06-30T16:00:00Z", 5, "2017-07-01T16:00:00Z"),
        ("2024-02-29T04:00:00Z", 1, "2025-03-01T16:00:00Z"),
        ("2024-02-29T04:00:00Z", 4, "2028-02-29T16:00:00Z"),
        ("2026-11-26T00:00:00Z", 0, "2026-11-26T16:00:00Z"),
    ],
)
def test_a_period_ends_with_a_day_of_shanghai(ended: str, years: int, until: str) -> None:
    assert replace(RULE, years=years).until(parse_moment(ended)) == parse_moment(until)


@given(st.integers(0, LAST_SECOND), st.integers(0, 200))
def test_no_period_is_shorter_than_its_years(ended: int, years: int) -> None:
    until = replace(RULE, years=years).until(ended)
    year = datetime.fromtimestamp(ended, UTC).year
    if year + years < 9_998:
        end, later = (datetime.fromtimestamp(each, SHANGHAI) for each in (ended, until))
        assert timedelta(0) < later - end
        assert later.year - end.year >= years
    assert replace(RULE, years=None).until(ended) == LAST_SECOND


def test_statements_come_back_as_they_were_signed_and_under_tags_of_their_own() -> None:
    rule, hold = RULE.sign(SIGNER), HOLD.sign(SIGNER)
    lifted = replace(hold, lifting=Lifting(hold.ledger_id, hold.hold_id, "示例2号", SIGNED).sign(SIGNER))
    assert retention_rule(rule.as_json()) == rule
    assert [hold_of(each.as_json()) for each in (hold, lifted)] == [hold, lifted]
    assert (rule.message[:32], hold.message[:32]) == (TAG_RETENTION, TAG_HOLD)
    assert lifted.lifting is not None
    for statement in (rule, hold, lifted.lifting):
        signature = bytes.fromhex(statement.signed.signature)
        assert crypto.verifier().verify(SIGNER.public_key, statement.message, signature)


BAD: list[JsonObject] = [
    {},
    {**RULE.as_json(), "more": 1},
    {**RULE.as_json(), "years": True},
    {**RULE.as_json(), "years": -1},
    {**RULE.as_json(), "years": "10"},
    {**RULE.as_json(), "basis": "NONE"},
    {**RULE.as_json(), "at": "yesterday"},
    {**RULE.as_json(), "format": "elicense-hold/1"},
]


@pytest.mark.parametrize("form", BAD)
def test_another_form_is_no_rule(form: JsonObject) -> None:
    with pytest.raises(LedgerError):
        retention_rule(form)
