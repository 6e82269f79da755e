"""A provider who hands out some fields of a real license, and a grantee who takes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ledger import crypto
from ledger.adapters.copies.press import Press
from ledger.adapters.sm4 import Sm4Gcm
from ledger.domain.disclosed import DisclosedLicense, granted_paths
from ledger.domain.document import Envelope
from ledger.domain.field_list import FieldList
from ledger.domain.fields_tree import flatten
from ledger.domain.label import FaceFile, Label, UseTerms
from ledger.domain.license_types import example_input, license_type
from ledger.domain.plain_copy import Copy
from ledger.domain.salted_text import SaltedText
from ledger.service.hand_out import HandOut, disclosed_of
from ledger.service.make_copies import Layout, MakeCopies, Provider
from tests.wallet.world import DOMAIN, NOW, issue, issue_in_batch, new_signer

VERIFIER = crypto.verifier()
LEDGER_ID = "0x" + DOMAIN.ledger_id.hex()
PROVIDER = "11310000MB0TE5T1XB"
GRANTEE, GRANTEE_NAME = "11330000MB0TE5T28K", "示例浙江省用证单位"
LISTED = FieldList(
    ("certificateName", "certificateNumber", "holders", "face/category", "face/birthDate", "face/employer"),
    (1, 1, 3, 2, 3, 2),
)
GRANTED = LISTED.bitmap(["certificateName", "certificateNumber", "face/category", "face/employer"])

SIGNER, ISSUER = new_signer(), new_signer()
KEY = crypto.generate_key()
READER = crypto.decryptor(KEY)
HAND_OUT = HandOut(Sm4Gcm(), crypto.encryptor())


def license_file(name: str = "safety_certificate", in_batch: bool = False, **changes: Any) -> Envelope:
    """A license that its issuer signed, alone or in a batch."""
    given = {**example_input(name), **changes}
    made = issue_in_batch(given, ISSUER, None, size=20) if in_batch else issue(given, ISSUER, None)
    return Envelope.from_json(made)


def disclosed(
    envelope: Envelope | None = None, listed: FieldList = LISTED, granted: int = GRANTED
) -> DisclosedLicense:
    """What a grant allows of it."""
    envelope = envelope or license_file()
    return disclosed_of(envelope, granted_paths(list(flatten(envelope.license)), listed, granted))


def terms(shown: DisclosedLicense, **changes: Any) -> UseTerms:
    made = UseTerms(
        ledger_id=LEDGER_ID,
        license_id=shown.shown.license_id,
        owner=PROVIDER,
        code="SAFETY",
        version=1,
        listed=LISTED,
        grade=2,
        purpose_code="HIRE",
        purpose=SaltedText("企业资质审查（示例）", bytes(range(32))),
        item="ITEM-2026-0001",
        grantee=GRANTEE,
        grantee_name=GRANTEE_NAME,
        grant="0x" + "a1" * 32,
        request="0x" + "b2" * 32,
        until=NOW + 86_400,
    )
    return replace(made, **changes)


def label(
    shown: DisclosedLicense, file: FaceFile | None = None, signer: Any = SIGNER, **changes: Any
) -> Label:
    unsigned = Label(terms(shown, **changes), NOW, shown.digest, file, PROVIDER, signer.public_key)
    return unsigned.signed(signer.sign(unsigned.message()))


def plain(envelope: Envelope | None = None, **changes: Any) -> Copy:
    shown = disclosed(envelope)
    return Copy(shown, label(shown, **changes))


COPIES = MakeCopies(Press())
PROVIDED_BY = Provider(PROVIDER, "示例上海市发证机关", SIGNER)


def annotated(
    envelope: Envelope | None = None,
    layout: Layout | None = None,
    granted: FieldList | None = None,
    **changes: Any,
) -> bytes:
    """An annotated copy, of all fields where a layout goes with it."""
    envelope = envelope or license_file()
    everything = ("metadata", "face", "holders", "origin", "layout")
    listed = granted or (FieldList(everything, (3,) * 5) if layout else LISTED)
    shown = disclosed(envelope, listed, GRANTED if listed is LISTED else (1 << len(listed.names)) - 1)
    kind = license_type(envelope.type_code)
    return COPIES.annotated(shown, terms(shown, **changes), NOW, PROVIDED_BY, kind, layout)
