from __future__ import annotations

import io
import zipfile

import pytest

from pipeline.model.problem import Exit, Faulty
from pipeline.word import names, package

DOCUMENT = b'<?xml version="1.0"?><w:document xmlns:w="x"/>'
BOMB = '<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'


def archive(*entries: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in (("[Content_Types].xml", b"<Types/>"), ("word/document.xml", DOCUMENT), *entries):
            made.writestr(name, data)
    return buffer.getvalue()


def code(data: bytes) -> str:
    with pytest.raises(Faulty) as caught:
        package.opened(data, "in.docx", Exit.LIBRARY)
    assert caught.value.exit_code is Exit.LIBRARY
    return caught.value.problems[0].code


def test_a_plain_file_opens_and_packs_to_the_same_bytes_in_any_order() -> None:
    parts = package.opened(archive(("word/a.xml", b"<a/>")), "in.docx")
    assert parts["word/a.xml"] == b"<a/>"
    once = package.packed(parts)
    assert once == package.packed(dict(reversed(parts.items())))
    assert package.opened(once, "again.docx") == parts
    with zipfile.ZipFile(io.BytesIO(once)) as packed:
        assert packed.namelist()[0] == "[Content_Types].xml"
        assert {(e.date_time, e.create_system, e.external_attr) for e in packed.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), 0, 0x20)
        }


def test_what_is_no_word_file_is_refused() -> None:
    assert code(b"") == "DOCX-001"
    assert code(b"PK\x03\x04 torn") == "DOCX-001"
    whole = archive()
    assert code(whole[: len(whole) // 2]) == "DOCX-001"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("xl/workbook.xml", "<workbook/>")
    assert code(buffer.getvalue()) == "DOCX-001"


def test_a_part_that_unpacks_without_end_is_refused_unread() -> None:
    assert code(archive(("word/big.xml", b"\0" * 40_000_000))) == "DOCX-003"


def test_more_than_200_mb_is_refused_though_no_part_is_suspicious(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_UNPACKED", 1000)
    assert code(archive(*((f"word/{n}.xml", bytes(range(256))) for n in range(5)))) == "DOCX-003"


def test_too_many_parts_are_refused() -> None:
    assert code(archive(*((f"word/{n}.xml", b"") for n in range(package.MAX_PARTS)))) == "DOCX-002"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../out.xml", "word/../../out.xml", "word\\..\\..\\out.xml", "WORD/Document.xml"]
)
def test_names_that_lead_out_or_stand_twice_are_refused(name: str) -> None:
    assert code(archive((name, b"<a/>"))) == "DOCX-004"


def test_a_locked_part_is_refused() -> None:
    data = bytearray(archive())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    assert code(bytes(data)) == "DOCX-005"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_a_document_type_is_refused_in_every_encoding_before_parsing(encoding: str) -> None:
    assert code(archive(("word/styles.xml", BOMB.encode(encoding)))) == "DOCX-006"
    assert code(archive(("customXml/item1.data", BOMB.encode(encoding)))) == "DOCX-006"


def test_a_damaged_part_is_named() -> None:
    with pytest.raises(Faulty) as caught:
        package.parsed(b"<a><b></a>", "word/styles.xml", "in.docx")
    assert "word/styles.xml" in str(caught.value)
    assert caught.value.problems[0].code == "DOCX-007"


def relation(kind: str, target: str, mode: str = ' TargetMode="External"') -> tuple[str, bytes]:
    row = f'<Relationship Id="r1" Type="http://x/{kind}" Target="{target}"{mode}/>'
    return "word/_rels/document.xml.rels", f'<Relationships xmlns="{names.REL}">{row}</Relationships>'.encode()


TEXT = (names.DOCUMENT, f'<w:document xmlns:w="{names.W}"/>'.encode())


def received(*entries: tuple[str, bytes]) -> dict[str, bytes]:
    """Receive a file with a sound document and these parts."""
    parts = {"[Content_Types].xml": b"<Types/>", TEXT[0]: TEXT[1], **dict(entries)}
    return package.received(package.packed(parts), "in.docx")


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        (("word/vbaProject.bin", b"x"), "DOCX-008"),
        (("word/activeX/activeX1.xml", b"<x/>"), "DOCX-008"),
        (
            ("[Content_Types].xml", b'<Types ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'),
            "DOCX-008",
        ),
        (relation("attachedTemplate", "file:///c:/x.dotm"), "DOCX-009"),
        (relation("image", "https://example.org/x.png", " TargetMode='external'"), "DOCX-009"),
        (relation("oleObject", "x.xlsx"), "DOCX-009"),
        (("word/document.xml", DOCUMENT), "DOCX-010"),
    ],
)
def test_what_runs_or_fetches_is_not_received(entry: tuple[str, bytes], wanted: str) -> None:
    with pytest.raises(Faulty) as caught:
        received(entry)
    assert [p.code for p in caught.value.problems] == [wanted]
    assert caught.value.exit_code is Exit.INTAKE


def test_links_and_what_lies_in_the_file_are_received() -> None:
    for entry in (relation("hyperlink", "https://example.org/"), relation("image", "media/1.png", "")):
        assert received(entry)[entry[0]] == entry[1]


def test_a_compound_file_is_told_to_be_locked_or_old() -> None:
    assert code(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)) == "DOCX-005"
