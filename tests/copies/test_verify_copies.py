"""Verifying copies on a ledger: what they show, for whom they are, what their grant says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger import crypto
from ledger.adapters.index import SqlIndex, open_index
from ledger.domain.acts import Act, Sharing
from ledger.domain.disclosed import DisclosedLicense
from ledger.domain.document import Envelope, build_license, license_digest, new_salts, validity
from ledger.domain.field_list import FieldList
from ledger.domain.fields_tree import flatten
from ledger.domain.handout import PLAIN, Handout, HandoutTerms
from ledger.domain.label import UseTerms
from ledger.domain.license_tree import Tree, root
from ledger.domain.license_types import example_input, license_type
from ledger.domain.moments import rfc3339
from ledger.domain.plain_copy import read_plain_copy, write_plain_copy
from ledger.domain.promise import MAX_DELAY
from ledger.domain.records import Record
from ledger.domain.rules.uses import use_words
from ledger.domain.salted_text import SaltedText
from ledger.domain.sharing import Basis, Outcome, UseKind
from ledger.domain.sharing_entities import Use
from ledger.domain.use_leaves import use_leaf
from ledger.domain.use_reasons import REASONS
from ledger.domain.use_receipt import BatchPlace, RecordPlace, UseReceipt
from ledger.domain.verdict import Check, Step, Verdict
from ledger.domain.verdict_texts import CODE_TEXTS, FLAG_TEXTS
from ledger.errors import ChainOutageError
from ledger.service.copy_records import CopyRecords
from ledger.service.copy_uses import RECORDED_WITHIN, CopyUses, IndexedUses
from ledger.service.follow import Follow
from ledger.service.hand_out import disclosed_of
from ledger.service.make_copies import Provider
from ledger.service.sources import Asked, Histories
from ledger.service.verify import Ask, VerifyLicenses
from ledger.service.verify_copies import CopyAsk, VerifyCopies, is_copy
from tests.copies.layouts import ofd, pdf
from tests.copies.world import COPIES
from tests.sharing_records import DAY, NO_HASH, SharingRecords, bits, nonce, word
from tests.simulator import (
    BUREAU,
    JIASHAN,
    LEDGER_ID,
    NATIONAL_TYPE,
    OFFICE,
    QINGPU,
    LedgerSimulator,
    founded_ledger,
    id_of,
    key_of,
)
from tests.unit.governed import FixedClock, trust_of
from tests.unit.test_verification import claim_in

PURPOSE = SaltedText("企业资质审查（示例）", bytes(32))
SHOWN = ["metadata/certificateName", "metadata/certificateNumber"]
LISTED = FieldList((*SHOWN, "holders", "face"), (1, 1, 2, 2))
ALL, REQUEST = 0b0011, "0x" + "b2" * 32
LEDGER = "0x" + LEDGER_ID.hex()
NAME = f"name {OFFICE}"
"""By this name the ledger in memory registered the office."""


class Desk:
    """A provider, a grant and a license on a ledger in memory; and a verifier who gets copies."""

    def __init__(self, folder: Path) -> None:
        self.ledger = founded_ledger()
        self.index = open_index(folder, LEDGER_ID)
        self.sharing = SharingRecords(self.ledger)
        self.register("SAFETY")
        self.grant = self.sharing.request("SAFETY", purposeDigest=PURPOSE.digest)
        self.envelope = self._issue()
        self.now = self.ledger.now
        self.use()

    def register(self, code: str, sharing: Sharing = Sharing.UNCONDITIONAL, **changes: Any) -> None:
        digests = {"fieldsDigest": LISTED.digest, "gradesDigest": LISTED.grades_digest}
        listed = {**digests, "fieldCount": len(LISTED.names), "sensitive": bits(LISTED.sensitive)}
        self.sharing.register(code, sharing, **{**listed, **changes})

    def use(
        self, request: str = REQUEST, fields: int = ALL, response: str = nonce("response"), **changes: Any
    ) -> Record:
        """The use that a copy came of, as both sides record it."""
        given = {"grant": self.grant, "kind": UseKind.DATA, "grantee": OFFICE, **changes}
        response = response if given["kind"] is UseKind.DATA else NO_HASH
        use = Use(given["grant"], given["kind"], fields, request, response, NO_HASH)
        parties = {"owner": word(BUREAU), "grantee": word(given["grantee"])}
        words = use_words(use)
        return self.ledger.record(
            "Use", [BUREAU, given["grantee"]], words, **parties, root=root(words), size=1
        )

    def receipt(self, record: Record | None, by: str = BUREAU, **changes: Any) -> UseReceipt:
        """What the provider gives out about a use; of one that is not recorded, on a promise."""
        place = RecordPlace(record.seq, "0x" + "00" * 32, record.block, record.time) if record else None
        made = UseReceipt(
            ledger_id=LEDGER,
            grant=self.grant,
            license_id=self.license_id,
            request=REQUEST,
            response=nonce("response"),
            object="0x" + (record.object.hex() if record else "11" * 32),
            message_digest=nonce("message"),
            place=place,
            grantee=OFFICE,
            provider=BUREAU,
            public_key=key_of(by).public_key,
            issued_at=self.ledger.now,
        )
        made = replace(made, **changes)
        return made.signed(key_of(by).sign(made.message()))

    def followed(self) -> SqlIndex:
        Follow(self.ledger, self.index).sync()
        return self.index

    def _issue(self) -> Envelope:
        license_ = build_license(example_input("business_license"), license_type(NATIONAL_TYPE))
        salts = new_salts(license_, lambda size: bytes(range(size)))
        digest = license_digest(license_, salts).hex()
        valid = validity(license_)._asdict()
        terms = {"validFrom": valid["valid_from"], "validTo": valid["valid_to"], "digest": "0x" + digest}
        self.license_id = id_of("a license with a copy")
        claim = claim_in(self.ledger.issue(self.license_id, **terms))
        unknown = {"seq": None, "txHash": None, "block": None, "batch": None}
        return Envelope(
            license=license_,
            salts=salts,
            digest=digest,
            signer={"uscc": BUREAU, "keyId": claim.key_id},
            signed=dict(claim.signed),
            message="",
            signature=claim.signature.hex(),
            leaf=None,
            anchor={"ledgerId": LEDGER, "licenseId": self.license_id, **unknown},
        )

    def terms(self, **changes: Any) -> UseTerms:
        made = UseTerms(
            ledger_id=LEDGER,
            license_id=self.license_id,
            owner=BUREAU,
            code="SAFETY",
            version=1,
            listed=LISTED,
            grade=1,
            purpose_code="LICENSING",
            purpose=PURPOSE,
            item="ITEM-1",
            grantee=OFFICE,
            grantee_name=NAME,
            grant=self.grant,
            request=REQUEST,
            until=self.now + DAY,
        )
        return replace(made, **changes)

    def disclosed(self, *more: str) -> DisclosedLicense:
        return disclosed_of(self.envelope, [*SHOWN, *more])

    def copy(
        self, kind: str = "annotated", by: str = BUREAU, key: str = "", more: str = "", **changes: Any
    ) -> bytes:
        provider = Provider(by, f"name {by}", key_of(key or by))
        shown = self.disclosed(*filter(None, [more]))
        given = (shown, self.terms(**changes), self.now, provider)
        if kind == "plain":
            return COPIES.plain(*given)
        return COPIES.annotated(*given, license_type(NATIONAL_TYPE))

    def verify(
        self,
        data: bytes,
        at: int | None = None,
        shown_by: str | None = OFFICE,
        node: Any = None,
        level: str = "rpc",
        receipt: UseReceipt | None = None,
        handout: Handout | None = None,
    ) -> Verdict:
        pinned = Asked(level, self.ledger.head().hash if level == "state" else None)

        def opened() -> Histories:
            return Histories([node or self.ledger], pinned)

        receipts = {receipt.request: receipt} if receipt else {}
        handouts = {handout.terms.request: handout} if handout else {}
        uses = CopyUses(IndexedUses(self.followed), crypto.verifier(), receipts, handouts)
        copies = VerifyCopies(LEDGER, crypto.verifier(), CopyRecords(opened, uses))
        moment = self.ledger.now if at is None else at
        subject = copies.subject(data, CopyAsk(moment, shown_by))
        clock = FixedClock(self.ledger.now)
        service = VerifyLicenses(trust_of(self.ledger), opened, crypto.verifier(), clock, level)
        return service.verify(subject, Ask())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def basis(verdict: Verdict) -> Check:
    (check,) = [check for check in verdict.checks if check.step is Step.BASIS]
    assert check.code in CODE_TEXTS
    return check


def found(verdict: Verdict) -> tuple[str, str, str]:
    check = basis(verdict)
    return verdict.result, check.outcome.value, check.code


@pytest.mark.parametrize("kind", ["annotated", "plain"])
@pytest.mark.parametrize("level", ["rpc", "state"])
def test_a_copy_in_the_grantees_hand_is_in_force_and_says_for_whom_and_what_it_is(
    desk: Desk, kind: str, level: str
) -> None:
    data = desk.copy(kind)
    assert is_copy(data)
    verdict = desk.verify(data, level=level)
    assert found(verdict) == ("IN_FORCE", "PASS", "COPY_LABELLED")
    assert verdict.disclosed == {path: flatten(desk.envelope.license)[path] for path in SHOWN}
    evidence = basis(verdict).evidence
    assert evidence["grantee"] == {"uscc": OFFICE, "name": NAME}
    assert (evidence["purpose"], evidence["grant"]) == (PURPOSE.text, desk.grant)
    assert NAME in str(evidence["zh"])
    assert "COPY_FOR_GRANTEE" not in verdict.flags


def test_nobody_told_who_shows_it_so_a_flag_says_whose_it_is(desk: Desk) -> None:
    verdict = desk.verify(desk.copy(), shown_by=None)
    assert verdict.result == "IN_FORCE"
    assert "COPY_FOR_GRANTEE" in verdict.flags
    assert all(flag in FLAG_TEXTS for flag in verdict.flags)


def test_a_copy_shown_by_somebody_else_is_out_of_scope_and_gives_no_field(desk: Desk) -> None:
    verdict = desk.verify(desk.copy(), shown_by=BUREAU)
    assert found(verdict) == ("OUT_OF_SCOPE", "FAIL", "COPY_NOT_THEIRS")
    assert verdict.disclosed is None


def test_a_copy_after_its_end_is_stale_and_was_good_the_second_before(desk: Desk) -> None:
    data, until = desk.copy(), desk.terms().until
    verdict = desk.verify(data, at=until)
    assert found(verdict) == ("STALE_PRESENTATION", "FAIL", "COPY_EXPIRED")
    assert verdict.disclosed is None
    assert desk.verify(data, at=until - 1).result == "IN_FORCE"


def test_a_copy_of_a_license_that_was_revoked_says_so(desk: Desk) -> None:
    data = desk.copy()
    desk.ledger.act(desk.license_id, Act.REVOKE)
    assert desk.verify(data).result == "REVOKED"


def test_an_altered_copy_is_tampered(desk: Desk) -> None:
    data = bytearray(desk.copy())
    data[len(data) // 2] ^= 1
    verdict = desk.verify(bytes(data))
    assert verdict.result == "TAMPERED"
    assert [check.code for check in verdict.checks if check.step is Step.INTEGRITY] == ["COPY_ALTERED"]


@pytest.mark.parametrize("data", [pdf(), ofd(), b"%PDF-", b'{"format":"elicense-copy/1"}'])
def test_a_layout_file_or_broken_copy_is_malformed_with_the_reason(desk: Desk, data: bytes) -> None:
    verdict = desk.verify(data)
    assert verdict.result == "MALFORMED"
    assert verdict.checks[0].evidence["zh"]


@pytest.mark.parametrize(
    ("made", "result", "code"),
    [
        ({"key": "somebody"}, "TAMPERED", "PROVIDER_UNKNOWN"),
        ({"key": OFFICE}, "TAMPERED", "PROVIDER_UNKNOWN"),
        ({"by": OFFICE}, "OUT_OF_SCOPE", "PROVIDER_NOT_ENTITLED"),
        ({"grant": "0x" + "a1" * 32}, "OUT_OF_SCOPE", "GRANT_UNKNOWN"),
        ({"purpose": SaltedText("别的用途", bytes(32))}, "OUT_OF_SCOPE", "GRANT_MISMATCH"),
        ({"purpose_code": "OTHER"}, "OUT_OF_SCOPE", "GRANT_MISMATCH"),
        ({"item": "ITEM-2"}, "OUT_OF_SCOPE", "GRANT_MISMATCH"),
        ({"grantee_name": "别的单位"}, "OUT_OF_SCOPE", "GRANT_MISMATCH"),
        ({"until": 2_000_000_000}, "OUT_OF_SCOPE", "GRANT_MISMATCH"),
        ({"code": "OTHER"}, "OUT_OF_SCOPE", "GRANT_MISMATCH"),
    ],
)
def test_a_label_that_the_ledger_does_not_bear_out_is_refused(
    desk: Desk, made: dict[str, Any], result: str, code: str
) -> None:
    assert found(desk.verify(desk.copy("plain", **made))) == (result, "FAIL", code)


def test_a_copy_under_a_grant_for_another_license_is_refused(desk: Desk) -> None:
    other = desk.sharing.request("SAFETY", "other", purposeDigest=PURPOSE.digest, licenseId="0x" + "77" * 32)
    verdict = desk.verify(desk.copy("plain", grant=other))
    assert basis(verdict).evidence["member"] == "licenseId"


def test_a_label_for_another_ledger_or_by_a_changed_hand_is_refused(desk: Desk) -> None:
    copy = read_plain_copy(desk.copy("plain"))
    forged = replace(copy, label=replace(copy.label, provider=OFFICE))
    assert found(desk.verify(write_plain_copy(forged))) == ("TAMPERED", "FAIL", "LABEL_SIGNATURE_BAD")
    elsewhere = replace(copy.label, terms=replace(copy.label.terms, ledger_id="0x" + "00" * 32))
    signed = elsewhere.signed(key_of(BUREAU).sign(elsewhere.message()))
    assert found(desk.verify(write_plain_copy(replace(copy, label=signed))))[1:] == ("FAIL", "OTHER_LEDGER")


def test_a_grant_withdrawn_before_makes_no_copy_good_and_one_withdrawn_since_is_a_flag(desk: Desk) -> None:
    early = desk.copy("plain")
    desk.ledger.wait(60)
    desk.sharing.withdraw(desk.grant)
    verdict = desk.verify(early)
    assert verdict.result == "IN_FORCE"
    assert "GRANT_WITHDRAWN_SINCE" in verdict.flags
    desk.now = desk.ledger.now + 1
    assert found(desk.verify(desk.copy("plain")))[2] == "GRANT_NOT_IN_EFFECT"


def test_a_refused_grant_makes_no_copy_good(desk: Desk) -> None:
    desk.register("ASKED", Sharing.CONDITIONAL)
    asked = desk.sharing.request("ASKED", "asked", purposeDigest=PURPOSE.digest)
    desk.sharing.decide(asked, Outcome.NO)
    desk.now = desk.ledger.now
    assert found(desk.verify(desk.copy("plain", grant=asked, code="ASKED")))[2] == "GRANT_NOT_IN_EFFECT"


def test_a_delegated_grant_is_good_for_whom_it_was_delegated_to_and_for_its_own_time(desk: Desk) -> None:
    delegated = desk.sharing.delegate(desk.grant, fields=bits(ALL))
    desk.now, request = desk.ledger.now, nonce("a delegated use")
    desk.use(request, grant=delegated, grantee=BUREAU)
    whose = {"grantee": BUREAU, "grantee_name": f"name {BUREAU}"}
    terms = {"grant": delegated, "request": request, **whose}
    until = desk.ledger.now + DAY // 2
    good = desk.copy("plain", **terms, until=until)
    assert found(desk.verify(good, shown_by=BUREAU)) == ("IN_FORCE", "PASS", "COPY_LABELLED")
    late = desk.copy("plain", **terms, until=desk.ledger.now + 50 * DAY)
    assert basis(desk.verify(late, shown_by=BUREAU)).evidence["member"] == "until"
    desk.ledger.wait(60)
    desk.sharing.withdraw(desk.grant)
    assert "GRANT_WITHDRAWN_SINCE" in desk.verify(good, shown_by=BUREAU).flags


def test_a_body_that_followed_the_owner_and_its_operator_provide_as_well(desk: Desk, tmp_path: Path) -> None:
    desk.register("SAFETY", operator="0x" + OFFICE.encode().ljust(32, b"\0").hex())
    assert found(desk.verify(desk.copy("plain", by=OFFICE)))[2] == "COPY_LABELLED"
    other = Desk(tmp_path / "other")
    other.ledger.succeed_organisation(BUREAU, OFFICE, str(QINGPU))
    assert found(other.verify(other.copy("plain", by=OFFICE)))[2] == "COPY_LABELLED"


def test_a_compromised_provider_key_makes_its_labels_worthless(desk: Desk) -> None:
    data = desk.copy("plain")
    desk.ledger.cut_off_key(BUREAU, str(QINGPU), desk.ledger.now)
    assert found(desk.verify(data))[2] == "PROVIDER_KEY_NOT_VALID"


def test_without_a_ledger_label_and_end_are_judged_and_the_rest_is_not_known(desk: Desk) -> None:
    class Down(LedgerSimulator):
        """Nobody answers."""

        def check_ledger(self) -> None:
            raise ChainOutageError("CHAIN_UNREACHABLE", url="-", reason="down")

    verdict = desk.verify(desk.copy("plain"), node=Down())
    assert found(verdict) == ("COULD_NOT_CHECK", "UNKNOWN", "CHAIN_UNREACHABLE")
    late = desk.verify(desk.copy("plain"), node=Down(), at=desk.terms().until)
    assert found(late) == ("STALE_PRESENTATION", "FAIL", "COPY_EXPIRED")


# --- what the grant covers ----------------------------------------------------------------


def member(verdict: Verdict) -> tuple[str, str, object]:
    return (*found(verdict)[::2], basis(verdict).evidence.get("member"))


def test_a_copy_with_a_field_beyond_its_grant_is_too_broad_and_names_it(desk: Desk) -> None:
    verdict = desk.verify(desk.copy("plain", more="holders/0/code"), receipt=None)
    assert member(verdict) == ("OUT_OF_SCOPE", "COPY_TOO_BROAD", "holders/0/code")
    assert verdict.disclosed is None


def test_a_copy_with_more_than_its_use_recorded_is_too_broad_as_well(desk: Desk) -> None:
    request = nonce("a use of one field")
    desk.use(request, fields=0b0001)
    told = member(desk.verify(desk.copy("plain", request=request)))
    assert told == ("OUT_OF_SCOPE", "COPY_TOO_BROAD", SHOWN[1])


def test_what_the_holder_left_out_of_her_consent_is_beyond_the_grant(desk: Desk) -> None:
    terms = {"purposeDigest": PURPOSE.digest, "licenseId": desk.license_id, "fields": bits(ALL)}
    consented = desk.sharing.request("SAFETY", "consented", Basis.CONSENT, **terms)
    desk.sharing.consent(consented, desk.license_id, fields=0b0001)
    desk.now = desk.ledger.now
    told = member(desk.verify(desk.copy("plain", grant=consented)))
    assert told == ("OUT_OF_SCOPE", "COPY_TOO_BROAD", SHOWN[1])


def test_a_label_with_another_list_of_fields_is_no_excuse(desk: Desk) -> None:
    wider = FieldList((*LISTED.names[:2], "metadata", "face"), LISTED.grades)
    told = member(desk.verify(desk.copy("plain", more="metadata/certificateAreaCode", listed=wider)))
    assert told == ("OUT_OF_SCOPE", "GRANT_MISMATCH", "fieldList")
    regraded = FieldList(LISTED.names, (1, 1, 1, 1))
    assert member(desk.verify(desk.copy("plain", listed=regraded)))[2] == "fieldList"
    assert member(desk.verify(desk.copy("plain", version=2)))[2] == "version"


def test_a_copy_made_before_its_grant_was_decided_or_began_has_no_right(desk: Desk) -> None:
    desk.register("ASKED", Sharing.CONDITIONAL)
    asked = desk.sharing.request("ASKED", "asked", purposeDigest=PURPOSE.digest)
    desk.now = desk.ledger.now
    early = desk.copy("plain", grant=asked, code="ASKED")
    assert member(desk.verify(early)) == ("OUT_OF_SCOPE", "GRANT_NOT_IN_EFFECT", "PENDING")
    desk.ledger.wait(60)
    desk.sharing.decide(asked)
    assert member(desk.verify(early))[2] == "PENDING"
    later = desk.sharing.request("SAFETY", "later", purposeDigest=PURPOSE.digest, since=desk.ledger.now + DAY)
    desk.now = desk.ledger.now
    assert member(desk.verify(desk.copy("plain", grant=later)))[2] == "NOT_YET"
    desk.now -= DAY // 2
    assert member(desk.verify(desk.copy("plain")))[2] == "UNKNOWN"


def test_a_grant_that_a_compromised_key_asked_for_gives_no_right(desk: Desk) -> None:
    data = desk.copy("plain")
    desk.ledger.cut_off_key(OFFICE, str(JIASHAN), 1)
    assert member(desk.verify(data)) == ("OUT_OF_SCOPE", "GRANT_NOT_IN_EFFECT", "KEY_COMPROMISED")


# --- whether the use stands there ---------------------------------------------------------


@pytest.mark.parametrize("level", ["rpc", "state"])
def test_a_good_copy_says_where_its_use_stands(desk: Desk, level: str) -> None:
    record = desk.use(nonce("another"))
    verdict = desk.verify(desk.copy("plain", request=nonce("another")), level=level)
    assert basis(verdict).evidence["use"] == {
        "object": "0x" + record.object.hex(),
        "seq": record.seq,
        "recordedAt": rfc3339(record.time),
    }


def test_a_copy_that_no_use_stands_for_is_unrecorded_once_the_time_is_over(desk: Desk) -> None:
    data = desk.copy("plain", request=nonce("never recorded"))
    verdict = desk.verify(data)
    assert found(verdict) == ("COULD_NOT_CHECK", "UNKNOWN", "USE_NOT_YET_RECORDED")
    assert basis(verdict).evidence["recordedUntil"] == rfc3339(desk.now + RECORDED_WITHIN)
    desk.ledger.wait(RECORDED_WITHIN + 1)
    desk.ledger.mine()
    verdict = desk.verify(data)
    assert found(verdict) == ("OUT_OF_SCOPE", "FAIL", "COPY_NOT_RECORDED")
    assert verdict.disclosed is None


def test_a_use_that_may_stand_in_a_batch_is_not_known_without_its_receipt(desk: Desk) -> None:
    data = desk.copy("plain", request=nonce("in a batch"))
    desk.ledger.wait(RECORDED_WITHIN + 1)
    desk.sharing.use_batch(desk.grant)
    assert found(desk.verify(data)) == ("COULD_NOT_CHECK", "UNKNOWN", "USE_IN_BATCH")


def test_a_use_in_a_batch_is_found_by_the_proof_in_its_receipt_and_by_no_other(desk: Desk) -> None:
    request, places = nonce("in this batch"), range(3)
    uses = [
        Use(desk.grant, UseKind.DATA, ALL, request if n == 1 else nonce(f"{n}"), nonce("response"), NO_HASH)
        for n in places
    ]
    leaves = [use_leaf(each) for each in uses]
    tree = Tree(leaves)
    members = {"grant": desk.grant, "fields": bits(ALL), "root": "0x" + tree.root.hex(), "size": 3}
    record = desk.ledger.record("UseBatch", [BUREAU, OFFICE], leaves, **members)
    proofs = [tuple(tree.proof(n)) for n in places]
    place = BatchPlace(uses[1], tree.root, 1, 3, proofs[1])
    data = desk.copy("plain", request=request)
    good = desk.verify(data, receipt=desk.receipt(record, request=request, batch=place))
    assert found(good)[2] == "COPY_LABELLED"
    assert basis(good).evidence["use"]["seq"] == record.seq  # type: ignore[index]
    desk.ledger.wait(RECORDED_WITHIN + 1)
    desk.ledger.mine()
    for wrong in (replace(place, index=2), replace(place, proof=proofs[0]), replace(place, use=uses[0])):
        told = desk.verify(data, receipt=desk.receipt(record, request=request, batch=wrong))
        assert found(told)[2] == "COPY_NOT_RECORDED"
    narrow = replace(uses[1], fields=1)
    told = desk.verify(data, receipt=desk.receipt(record, request=request, batch=replace(place, use=narrow)))
    assert found(told)[2] == "COPY_NOT_RECORDED", "that is no leaf of the batch"


def test_a_refusal_or_a_lookup_of_the_same_request_is_no_use_of_data(desk: Desk) -> None:
    request = nonce("only looked up")
    desk.use(request, fields=0, kind=UseKind.LOCATE)
    assert member(desk.verify(desk.copy("plain", request=request)))[1:] == ("USE_MISMATCH", "kind")
    desk.sharing.refuse("SAFETY", "refused")
    told = desk.verify(desk.copy("plain", request=nonce("refused")))
    assert found(told)[2] == "USE_NOT_YET_RECORDED"


def test_a_use_that_the_grantee_left_unsigned_stands_by_the_providers_own_record(desk: Desk) -> None:
    request, unsigned = nonce("unsigned"), REASONS["USE_LEFT_UNSIGNED"]
    data = desk.copy("plain", request=request)
    record = desk.sharing.refuse("SAFETY", "unsigned", desk.grant, unsigned)
    for _ in range(2):
        for level in ("rpc", "state"):
            verdict = desk.verify(data, level=level)
            assert found(verdict) == ("IN_FORCE", "PASS", "COPY_LABELLED")
            assert "USE_LEFT_UNSIGNED" in verdict.flags
            assert basis(verdict).evidence["use"]["seq"] == record.seq  # type: ignore[index]
        desk.ledger.wait(RECORDED_WITHIN + 1)
        desk.ledger.mine()
    assert all(flag in FLAG_TEXTS for flag in verdict.flags)


@pytest.mark.parametrize("reason", [REASONS["GRANT_EXHAUSTED"], REASONS["USE_LEFT_UNSIGNED"]])
def test_a_refusal_or_what_was_left_unsigned_under_another_grant_stands_for_no_copy(
    desk: Desk, reason: int
) -> None:
    data = desk.copy("plain", request=nonce("refused"))
    is_unsigned = reason == REASONS["USE_LEFT_UNSIGNED"]
    desk.sharing.refuse("SAFETY", "refused", NO_HASH if is_unsigned else desk.grant, reason)
    desk.ledger.wait(RECORDED_WITHIN + 1)
    desk.ledger.mine()
    assert found(desk.verify(data)) == ("OUT_OF_SCOPE", "FAIL", "COPY_NOT_RECORDED")


def test_what_may_be_left_unsigned_under_one_root_is_not_known(desk: Desk) -> None:
    desk.register("OTHER")
    data = desk.copy("plain", request=nonce("one of several"))
    desk.ledger.wait(RECORDED_WITHIN + 1)
    desk.sharing.refuse_batch("OTHER")
    assert found(desk.verify(data))[2] == "COPY_NOT_RECORDED", "that is of another resource"
    desk.sharing.refuse_batch("SAFETY", 2)
    assert found(desk.verify(data)) == ("COULD_NOT_CHECK", "UNKNOWN", "USE_IN_BATCH")


def test_a_copy_that_names_the_use_of_another_license_is_told_by_the_handout_of_that_use(desk: Desk) -> None:
    request = nonce("named twice")
    for_it = HandoutTerms(LEDGER, desk.grant, request, desk.license_id, 1)
    elsewhere = replace(for_it, license_id=id_of("the license that was really used"))
    own, other = (
        Handout(terms, PLAIN, key_of(OFFICE).public_key, b"\1", b"\2") for terms in (for_it, elsewhere)
    )
    desk.use(request, response=other.digest)
    data = desk.copy("plain", request=request)
    assert found(desk.verify(data))[2] == "COPY_LABELLED", "nothing tells without the handout"
    assert member(desk.verify(data, handout=other)) == ("OUT_OF_SCOPE", "HANDOUT_NOT_THEIRS", "licenseId")
    assert member(desk.verify(data, handout=own)) == ("OUT_OF_SCOPE", "HANDOUT_NOT_THEIRS", "response")
    foreign = replace(own, terms=replace(for_it, request=REQUEST))
    assert member(desk.verify(data, handout=foreign))[1:] == ("HANDOUT_NOT_THEIRS", "request")


def test_a_use_of_another_grant_does_not_stand_for_a_copy(desk: Desk) -> None:
    other = desk.sharing.request("SAFETY", "other", purposeDigest=PURPOSE.digest)
    desk.now = desk.ledger.now
    told = member(desk.verify(desk.copy("plain", grant=other)))
    assert told == ("OUT_OF_SCOPE", "USE_MISMATCH", "grant")


def test_a_receipt_leads_to_the_record_and_one_on_a_promise_says_until_when(desk: Desk) -> None:
    request = nonce("promised")
    data = desk.copy("plain", request=request)
    promised = desk.receipt(None, request=request)
    verdict = desk.verify(data, receipt=promised)
    assert (verdict.result, "COPY_USE_PROMISED" in verdict.flags) == ("IN_FORCE", True)
    assert basis(verdict).evidence["use"] == {"promisedUntil": rfc3339(promised.issued_at + MAX_DELAY)}
    assert all(flag in FLAG_TEXTS for flag in verdict.flags)
    desk.ledger.wait(MAX_DELAY + 1)
    desk.ledger.mine()
    assert found(desk.verify(data, receipt=promised))[2] == "COPY_NOT_RECORDED"
    record = desk.use(request)
    named = desk.receipt(record, request=request)
    assert found(desk.verify(data, receipt=named))[2] == "COPY_LABELLED"


@pytest.mark.parametrize(
    ("by", "changes"),
    [(OFFICE, {}), ("somebody", {}), (BUREAU, {"grant": "0x" + "a1" * 32}), (BUREAU, {"grantee": BUREAU})],
)
def test_a_receipt_that_the_provider_did_not_sign_for_the_copy_speaks_against_it(
    desk: Desk, by: str, changes: dict[str, Any]
) -> None:
    verdict = desk.verify(desk.copy("plain"), receipt=desk.receipt(None, by, **changes))
    assert found(verdict) == ("TAMPERED", "FAIL", "RECEIPT_NOT_THEIRS")
