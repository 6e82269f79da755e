"""Slips of platforms and days of them: one spelling, and nothing that does not go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ledger import crypto
from ledger.domain.hop_days import HopDay, HopProof, day_tree, leaf_of, read_hop_day, read_hop_proof
from ledger.domain.hop_slip import CarriedFile, HopSlip, read_slip
from ledger.domain.moments import parse_moment
from ledger.errors import MalformedError, RuleError, TrustError
from ledger.service.check_hops import Handover, sign_slip

LEDGER, USE, FILE = "0x" + "0a" * 32, "0x" + "0b" * 32, b"a file"
NEAR, FAR, OTHER = "11310000MB0TE5T1XB", "11330000MB0TE5T28K", "11320000MB0TE5T36A"
SIGNER = crypto.signer(crypto.generate_key())
NOON = parse_moment("2026-01-05T04:00:00Z")


def handed(platform: str, to: str, *, at: int = NOON, sender: str = "", data: bytes = FILE) -> Handover:
    return Handover(USE, "copy", data, platform, sender, to, at)


def way() -> list[HopSlip]:
    first = sign_slip(LEDGER, handed(NEAR, FAR, sender=OTHER), None, SIGNER, NOON + 5)
    return [first, sign_slip(LEDGER, handed(FAR, OTHER, at=NOON + 7), first, SIGNER, NOON + 9)]


def test_slips_go_on_one_after_another_and_read_as_they_are_written() -> None:
    slips = way()
    assert [read_slip(each.as_json()) for each in slips] == slips
    carried = CarriedFile(USE, "copy", slips[0].file, tuple(slips))
    carried.check()
    assert carried.platforms == (NEAR, FAR)
    for each in slips:
        each.check(crypto.verifier(), LEDGER)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"file": "00" * 32}, "HOP_FILE"),
        ({"use": "0x" + "00" * 32}, "HOP_FILE"),
        ({"kind": "offer"}, "HOP_FILE"),
        ({"hop": 3}, "HOP_ORDER"),
        ({"previous": "00" * 32}, "HOP_ORDER"),
        ({"sender": OTHER}, "HOP_ORDER"),
        ({"platform": NEAR}, "HOP_ORDER"),
        ({"received_at": NOON + 4}, "HOP_TIME"),
        ({"received_at": NOON + 10}, "HOP_TIME"),
    ],
)
def test_slips_that_do_not_go_on_are_refused(change: dict[str, Any], code: str) -> None:
    first, second = way()
    with pytest.raises(TrustError) as refused:
        CarriedFile(USE, "copy", first.file, (first, replace(second, **change))).check()
    assert (refused.value.code, refused.value.fields["hop"]) == (code, 2)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (handed(FAR, OTHER, data=b"another file"), "HOP_NOT_NEXT"),
        (handed(NEAR, OTHER), "HOP_NOT_NEXT"),
        (handed(FAR, OTHER, sender=OTHER), "HOP_FROM"),
        (handed(FAR, OTHER, at=NOON + 4), "HOP_BACKWARDS"),
        (handed(FAR, OTHER, at=NOON + 90), "HOP_BACKWARDS"),
    ],
)
def test_a_platform_signs_only_what_came_to_it_from_the_one_before(given: Handover, code: str) -> None:
    first, _ = way()
    with pytest.raises(RuleError) as refused:
        sign_slip(LEDGER, given, first, SIGNER, NOON + 60)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"format": "elicense-hop/2"}, "format"),
        ({"more": 1}, "keys"),
        ({"kind": "letter"}, "kind"),
        ({"kind": []}, "kind"),
        ({"hop": 0}, "hop"),
        ({"hop": 17}, "hop"),
        ({"hop": True}, "hop"),
        ({"previous": "00" * 32}, "previous"),
        ({"file": "0x" + "00" * 32}, "file"),
        ({"to": "1131"}, "to"),
        ({"from": None}, "from"),
        ({"platform": {}}, "platform"),
        ({"passedAt": "now"}, "passedAt"),
        ({"signature": "00"}, "signature"),
    ],
)
def test_a_slip_of_another_form_is_refused(change: dict[str, Any], field: str) -> None:
    with pytest.raises(MalformedError) as refused:
        read_slip({**way()[0].as_json(), **change})
    assert (refused.value.code, refused.value.fields["field"]) == ("HOP_MALFORMED", field)


def test_a_proof_leads_from_a_slip_to_the_root_of_its_day_and_from_no_other() -> None:
    first, second = way()
    digests, tree = day_tree([second.digest, first.digest, "ab" * 32, first.digest])
    assert (len(digests), tree.size) == (3, 3)
    day = HopDay(LEDGER, NEAR, date(2026, 1, 5), "0x" + tree.root.hex(), tree.size)
    index = digests.index(first.digest)
    proof = HopProof(first, day, index, tuple(tree.proof(index)))
    assert proof.holds and read_hop_proof(proof.as_json()) == proof
    assert read_hop_day(day.as_json()) == day
    assert leaf_of(first.digest) != bytes.fromhex(first.digest)
    for false in (
        replace(proof, slip=second),
        replace(proof, index=(index + 1) % 3),
        replace(proof, day=replace(day, platform=FAR)),
        replace(proof, day=replace(day, day=date(2026, 1, 6))),
    ):
        assert not false.holds
    form = proof.as_json()
    for change, field in (
        ({"format": "x"}, "format"),
        ({"more": 1}, "keys"),
        ({"slip": None}, "slip"),
        ({"day": {**form["day"], "day": "2026-1-5"}}, "day"),
        ({"day": {**form["day"], "size": 0}}, "size"),
        ({"index": 3}, "index"),
        ({"proof": ["00"]}, "proof"),
    ):
        with pytest.raises(MalformedError) as refused:
            read_hop_proof({**form, **change})
        assert refused.value.fields["field"] == field
