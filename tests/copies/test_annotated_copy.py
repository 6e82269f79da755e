"""The annotated copy (加注件): what people see, what programs read, and that nobody alters either."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from ledger.adapters.copies.typeset import legible, wrapped
from ledger.domain.annotated_copy import read_annotated_copy
from ledger.domain.canonical import canonical
from ledger.domain.field_list import FieldList
from ledger.domain.license_types import example_input
from ledger.errors import BadProofError, LedgerError, MalformedError, RuleError, TrustError
from ledger.service.make_copies import OFD, PDF, Layout
from tests.copies.layouts import named, ofd, pdf, raw_pdf, stream
from tests.copies.world import GRANTEE, GRANTEE_NAME, LEDGER_ID, LISTED, VERIFIER, annotated, license_file

ENVELOPE = license_file()
COPY = annotated(ENVELOPE)


def texts(data: bytes) -> list[str]:
    """What another implementation reads off each page."""
    document = pypdfium2.PdfDocument(data)
    return [page.get_textpage().get_text_bounded() for page in document]


def attached(data: bytes) -> dict[str, bytes]:
    document = pypdfium2.PdfDocument(data)
    found = [document.get_attachment(place) for place in range(document.count_attachments())]
    return {each.get_name(): bytes(each.get_data()) for each in found}


def holder_named(name: str) -> Any:
    given = example_input("safety_certificate")
    return license_file(holders=[{**given["holders"][0], "name": name}])


# --- what people and other programs see -----------------------------------------------------


def test_a_reader_finds_for_whom_for_what_and_until_when_on_every_page_and_the_granted_fields() -> None:
    (page,) = texts(COPY)
    for said in (GRANTEE, GRANTEE_NAME, "企业资质审查（示例）", "ITEM-2026-0001", "2026-11-19 19:06:40"):
        assert said in page
    for said in (
        "副本编号",
        "Copy number",
        "20261118190640B2B2B2B2B2B2",
        "岗位类别",
        "Employer",
        "示例企业甲（上海青浦）有限公司",
    ):
        assert said in page
    assert page.count(f"仅供 {GRANTEE_NAME} 用于 企业资质审查（示例）") == 3, "the watermark"
    for hidden in ("310101190001010011", "示例持证人甲", "1900-01-01"):
        assert hidden not in page


def test_other_software_finds_fields_and_label_as_attached_files() -> None:
    files, found = attached(COPY), read_annotated_copy(COPY)
    assert files == {
        "disclosure.json": found.disclosed.data,
        "label.json": canonical(found.label.as_json()),
    }
    assert json.loads(files["label.json"])["grantee"] == {"uscc": GRANTEE, "name": GRANTEE_NAME}


def test_one_input_makes_the_same_face_on_every_day() -> None:
    found = [read_annotated_copy(annotated(ENVELOPE)).label.file for _ in range(2)]
    assert found[0] == found[1] is not None


def test_nothing_in_it_says_who_made_it_when_or_where() -> None:
    told = pypdfium2.PdfDocument(COPY).get_metadata_dict()
    assert {name: value for name, value in told.items() if value} == {
        "Title": "建筑施工企业安全生产管理人员考核合格证书",
        "Producer": "elicense-ledger",
    }
    assert b"ReportLab" not in COPY
    assert b"/CreationDate" not in COPY


def test_many_fields_go_on_over_pages_each_with_the_watermark() -> None:
    given = example_input("safety_certificate")
    rows = [{"year": 1990 + number, "hours": number} for number in range(20)]
    envelope = license_file(face={**given["face"], "continuingEducation": rows})
    listed = replace(LISTED, names=("face/continuingEducation", *LISTED.names[1:]))
    pages = texts(annotated(envelope, granted=listed))
    assert len(pages) > 1
    assert all(page.count("用于 企业资质审查（示例） · 有效至") == 3 for page in pages)
    assert "继续教育记录 20 · hours" in "".join(pages)


@pytest.mark.parametrize("name", ["𬱖𫘧", "㛃", "旻", "Ⅷ·阿不都热西提"])
def test_rare_characters_of_names_are_printed_and_copied_as_they_are(name: str) -> None:
    pages = texts(
        annotated(
            holder_named(name),
            granted=replace(
                LISTED, names=("holders", *LISTED.names[1:2], *LISTED.names[3:]), grades=(3,) * 5
            ),
        )
    )
    assert name in "".join(pages)


def test_a_character_that_cannot_be_printed_or_seen_stands_there_by_its_number() -> None:
    assert legible("甲\u202e乙\U00020001\x00") == "甲‹U+202E›乙‹U+20001›‹U+0000›"


@given(st.text(max_size=300))
def test_any_text_is_broken_into_lines_that_lose_nothing(text: str) -> None:
    assert "".join("".join(wrapped(text, 90, 11)).split()) == "".join(legible(text).split())


# --- that nobody alters it ------------------------------------------------------------------


def refused(data: bytes) -> str:
    with pytest.raises(LedgerError) as found:
        read_annotated_copy(data).check(VERIFIER, LEDGER_ID)
    return found.value.code


def test_a_copy_is_read_back_and_checks() -> None:
    found = read_annotated_copy(COPY)
    found.check(VERIFIER, LEDGER_ID)
    assert found.disclosed.values["face/category"] == "B"


def test_a_flipped_byte_anywhere_is_found_out() -> None:
    start = COPY.rindex(b"%%EOF\n%elicense-copy/1")
    places = [*range(0, start, 97), *range(start, len(COPY))]
    for place in places:
        flipped = bytearray(COPY)
        flipped[place] ^= 1
        assert refused(bytes(flipped))


@given(st.integers(0, len(COPY) - 1), st.integers(1, 255))
def test_any_other_value_of_any_byte_is_found_out(place: int, change: int) -> None:
    altered = bytearray(COPY)
    altered[place] ^= change
    assert refused(bytes(altered))


@given(st.integers(0, len(COPY) - 1))
def test_a_copy_that_was_cut_off_is_refused(length: int) -> None:
    assert refused(COPY[:length]) in {"COPY_ALTERED", "COPY_NOT_FOUND"}


@pytest.mark.parametrize("after", [b"\n", b"%%EOF\n", COPY[COPY.rindex(b"xref\n0 1\n") :], COPY])
def test_whatever_is_written_after_it_is_found_out(after: bytes) -> None:
    assert refused(COPY + after) == "COPY_ALTERED"


def test_a_later_revision_by_other_software_that_shows_something_else_is_found_out() -> None:
    writer = PdfWriter(io.BytesIO(COPY), incremental=True)
    writer.pages[0].merge_page(PdfReader(io.BytesIO(pdf(text="FORGED"))).pages[0])
    buffer = io.BytesIO()
    writer.write(buffer)
    assert "FORGED" in texts(buffer.getvalue())[0]
    assert refused(buffer.getvalue()) == "COPY_ALTERED"


def test_fields_and_label_of_one_copy_under_the_face_of_another_are_found_out() -> None:
    other = annotated(ENVELOPE, item="ITEM-2026-0002")
    mark = b"%elicense-copy/1"
    mixed = other[: other.rindex(mark)] + COPY[COPY.rindex(mark) :]
    assert mixed not in (COPY, other)
    assert refused(mixed) == "COPY_ALTERED"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", pdf(), b"PK\x03\x04", b"%elicense-copy/1 ", b"{}"])
def test_what_is_no_annotated_copy_is_refused_by_that_name(data: bytes) -> None:
    assert refused(data) == "COPY_NOT_FOUND"


@given(st.binary(max_size=400))
def test_any_bytes_after_the_sign_of_a_copy_are_refused(data: bytes) -> None:
    assert refused(b"%PDF-1.7\n%elicense-copy/1 " + data) == "COPY_ALTERED"


def test_a_copy_beyond_its_size_is_refused_before_it_is_read() -> None:
    assert refused(COPY + bytes(32 << 20)) == "COPY_TOO_LARGE"


# --- over a layout file -----------------------------------------------------------------------


@pytest.mark.parametrize("size", [(595.0, 842.0), (842.0, 595.0), (420.0, 297.0)])
def test_a_pdf_layout_is_shown_under_annotation_and_watermark(size: tuple[float, float]) -> None:
    layout = pdf(2, size)
    made = annotated(license_file(**named(layout, PDF)), Layout(layout, PDF))
    pages = texts(made)
    assert len(pages) == 2
    for number, page in enumerate(pages, 1):
        assert f"LAYOUT FACE 0001 page {number}" in page
        assert GRANTEE in page
        assert page.count("用于 企业资质审查（示例） · 有效至") == 3
    assert set(attached(made)) == {"disclosure.json", "label.json"}
    read_annotated_copy(made).check(VERIFIER, LEDGER_ID)


@pytest.mark.parametrize(
    "page",
    [
        "/MediaBox [100 100 695 942]",
        "/MediaBox [0 0 842 595] /Rotate 90",
        "/MediaBox [0 0 595 842] /Rotate 270",
    ],
)
def test_pages_that_are_turned_or_begin_elsewhere_get_the_annotation_where_people_see_it(page: str) -> None:
    layout = raw_pdf(
        {
            1: "<< /Type /Catalog /Pages 2 0 R >>",
            2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: f"<< /Type /Page /Parent 2 0 R {page} /Contents 4 0 R /Resources << >> >>",
            4: stream(b"0 0 m 10 10 l S"),
        }
    )
    made = annotated(license_file(**named(layout, PDF)), Layout(layout, PDF))
    (shown,) = pypdfium2.PdfDocument(made)
    place = shown.get_textpage().search("加注件").get_next()
    assert place is not None
    left, bottom, right, top = shown.get_textpage().get_charbox(place[0])
    box = shown.get_mediabox()
    assert right > left
    assert 0 < bottom - box[1] < 90
    assert top > bottom


def test_links_attachments_and_traces_of_a_layout_stay_behind_and_pictures_of_seals_stay() -> None:
    picture = stream(b"0 0 50 50 re f", "/Type /XObject /Subtype /Form /BBox [0 0 50 50]")
    layout = raw_pdf(
        {
            1: "<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(a) 8 0 R] >> >> >>",
            2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /PieceInfo << /Who (author) >> "
            "/Annots [4 0 R 5 0 R 6 0 R] >>",
            4: "<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (http://example.org) >> >>",
            5: "<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] /FS 8 0 R >>",
            6: "<< /Type /Annot /Subtype /Stamp /Rect [50 50 99 99] /AP << /N 7 0 R >> "
            "/A << /S /URI /URI (http://example.org) >> >>",
            7: picture,
            8: "<< /Type /Filespec /F (hidden.txt) /EF << /F 9 0 R >> >>",
            9: stream(b"hidden words", "/Type /EmbeddedFile"),
        }
    )
    made = annotated(license_file(**named(layout, PDF)), Layout(layout, PDF))
    assert set(attached(made)) == {"disclosure.json", "label.json"}
    (page,) = PdfReader(io.BytesIO(made)).pages
    assert [note.get_object()["/Subtype"] for note in page["/Annots"]] == ["/Stamp"]
    for trace in (b"example.org", b"hidden", b"author"):
        assert trace not in made


def test_a_value_longer_than_a_page_is_printed_whole_and_as_it_is() -> None:
    value = "".join(chr(0x4E00 + number) for number in range(2_500))
    given = example_input("business_license")
    envelope = license_file("business_license", face={**given["face"], "businessScope": value})
    pages = texts(annotated(envelope, granted=FieldList(("face/businessScope",), (2,))))
    assert len(pages) > 1
    printed = "".join("".join(pages).split())
    assert all(value[start : start + 30] in printed for start in range(0, 900, 30))


def test_an_ofd_layout_travels_unchanged_as_an_attachment_and_the_face_says_so() -> None:
    layout = ofd()
    made = annotated(license_file(**named(layout, OFD)), Layout(layout, OFD))
    assert attached(made)["layout.ofd"] == layout
    assert "layout.ofd" in texts(made)[0]
    read_annotated_copy(made).check(VERIFIER, LEDGER_ID)


def test_a_layout_shows_the_whole_face_so_it_goes_only_with_a_grant_of_all_fields() -> None:
    layout = pdf()
    with pytest.raises(RuleError) as found:
        annotated(license_file(**named(layout, PDF)), Layout(layout, PDF), granted=LISTED)
    assert found.value.code == "LAYOUT_SHOWS_MORE"


@pytest.mark.parametrize(("stated", "media_type"), [(pdf(text="another"), PDF), (pdf(), OFD)])
def test_the_layout_of_another_license_is_refused(stated: bytes, media_type: str) -> None:
    with pytest.raises(BadProofError) as found:
        annotated(license_file(**named(stated, media_type)), Layout(pdf(), PDF))
    assert found.value.code == "LAYOUT_OF_ANOTHER"


def test_terms_of_another_license_make_no_copy() -> None:
    with pytest.raises(TrustError) as found:
        annotated(ENVELOPE, license_id="0x" + "77" * 32)
    assert found.value.code == "LABEL_OF_ANOTHER"


def test_a_layout_of_another_kind_is_refused() -> None:
    layout = b"\x89PNG"
    with pytest.raises(MalformedError) as found:
        annotated(license_file(**named(layout, "image/png")), Layout(layout, "image/png"))
    assert found.value.code == "LAYOUT_TYPE"
