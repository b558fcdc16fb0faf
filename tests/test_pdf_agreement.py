"""A PDF held against the Word file that it was exported from: read from its own bytes, and compared word for word."""

from __future__ import annotations

import io
import random
import re
import shutil
import subprocess
import unicodedata
import zlib
from collections.abc import Callable

import ministry
import pikepdf
import pymupdf
import pytest
import revisions
from crashes import SOAK

from pipeline.project.adoption.pdf_agreement import Difference, difference
from pipeline.source import pdf as pdfs
from pipeline.source.pdf import Pdf, Unreadable
from pipeline.source.pdf_words import pages
from pipeline.word.package import opened

needs_libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
TAGGED = 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}'
FORMS = {"plain": "pdf", "tagged": TAGGED}
SEEDS = SOAK or 20


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], tuple[bytes, bytes]]:
    """Return Word files with the PDF that LibreOffice exports of each, with marks of structure and without."""
    folder = tmp_path_factory.mktemp("exported")
    files = {"english": revisions.strategy().new_docx, "arabic": revisions.arabic().old_docx}
    for name, data in files.items():
        (folder / f"{name}.docx").write_bytes(data)
    found = {}
    for form, target in FORMS.items():
        words = [
            "soffice",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            target,
        ]
        made = [*words, "--outdir", str(folder / form), *(str(folder / f"{name}.docx") for name in files)]
        subprocess.run(made, check=True, capture_output=True, timeout=170)
        for name, data in files.items():
            found[name, form] = data, (folder / form / f"{name}.pdf").read_bytes()
    return found


def compared(word: bytes, pdf: bytes) -> Difference | None:
    return difference(opened(word, "a.docx"), "a.docx", pdf)


def packed_anew(pdf: bytes) -> bytes:
    """Return a PDF whose objects lie packed together in streams, as Word writes them."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as file:
        file.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, linearize=True)
    return out.getvalue()


each = pytest.mark.parametrize(("name", "form"), [(n, f) for n in ("english", "arabic") for f in FORMS])


@needs_libreoffice
@each
def test_an_export_agrees_with_its_file(
    exported: dict[tuple[str, str], tuple[bytes, bytes]], name: str, form: str
) -> None:
    word, pdf = exported[name, form]
    assert compared(word, pdf) is None
    assert compared(word, packed_anew(pdf)) is None


def squeezed(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum())


@needs_libreoffice
def test_the_letters_are_those_that_another_reader_finds(exported: dict[tuple[str, str], tuple[bytes, bytes]]) -> None:
    _, pdf = exported["english", "plain"]
    with pymupdf.open(stream=pdf) as file:  # type: ignore[no-untyped-call]
        sheets = [file.load_page(n) for n in range(file.page_count)]
        other = [sheet.get_text("text", sort=False, flags=0) for sheet in sheets]
    assert [squeezed(p) for p in pages(pdf)] == [squeezed(p) for p in other]
    assert len(other) > 30 and "\ufffd" not in "".join(pages(pdf))


@needs_libreoffice
def test_what_the_file_marks_as_header_and_footer_is_left_out(
    exported: dict[tuple[str, str], tuple[bytes, bytes]],
) -> None:
    plain, tagged = (pages(exported["english", form][1]) for form in FORMS)
    assert sum("Consultation copy" in p for p in plain) > 30 > sum("Consultation copy" in p for p in tagged)


def edit(word: bytes, seed: int) -> tuple[bytes, str] | None:
    """Return a file in which one word was left out, put in, replaced, or two were exchanged, and what was done."""
    chance = random.Random(seed)
    made = ministry.Document(word)
    anchor = chance.choice(made.anchors())
    lines = [line for line in made.lines(anchor) if len(line.split()) > 8]
    if not lines:
        return None
    words = chance.choice(lines).split()
    at = chance.randrange(2, len(words) - 3)
    near = words[at - 2 : at + 3]
    new = {
        "left out": [*near[:2], *near[3:]],
        "put in": [*near[:2], "not", *near[2:]],
        "replaced": [*near[:2], "17", *near[3:]],
        "exchanged": [*near[:1], near[2], near[1], *near[3:]],
    }
    kind = chance.choice(list(new))
    if squeezed("".join(new[kind])) == squeezed("".join(near)) or not squeezed(near[2]):
        return None
    try:
        ministry.replace(made, " ".join(near), " ".join(new[kind]), anchor)
    except AssertionError:  # the words stand around a note or a reference
        return None
    return made.bytes(), f"{kind}: {' '.join(near)}"


@needs_libreoffice
def test_one_word_that_differs_is_found(exported: dict[tuple[str, str], tuple[bytes, bytes]]) -> None:
    word, pdf = exported["english", "plain"]
    tried = 0
    for seed in range(SEEDS * 2):
        made = edit(word, seed)
        if made is not None:
            tried += 1
            assert compared(made[0], pdf) is not None, (seed, made[1])
        if tried == SEEDS:
            break
    assert tried > SEEDS // 2


@needs_libreoffice
def test_notes_paragraphs_and_rows_count_too(exported: dict[tuple[str, str], tuple[bytes, bytes]]) -> None:
    word, pdf = exported["english", "tagged"]
    anchor = "clause:legal-context-european-union"
    acts: tuple[Callable[[ministry.Document], None], ...] = (
        lambda d: ministry.add_footnote(d, "Many police uses", "As the ministry reads it.", anchor),
        lambda d: ministry.delete_paragraph(d, "The Law Enforcement Directive", anchor),
        lambda d: ministry.delete_clause(d, anchor),
        lambda d: ministry.add_paragraph_between(d, "A sentence of our own.", anchor),
    )
    for act in acts:
        made = ministry.Document(word)
        act(made)
        found = compared(made.bytes(), pdf)
        assert found is not None and found.page > 1


@needs_libreoffice
def test_the_first_place_is_told(exported: dict[tuple[str, str], tuple[bytes, bytes]]) -> None:
    word, pdf = exported["english", "tagged"]
    made = ministry.Document(word)
    ministry.replace(made, "Many police uses", "Some police uses", "clause:legal-context-european-union")
    found = compared(made.bytes(), pdf)
    assert found is not None
    assert found.word.startswith("some police uses count") and found.pdf.startswith("Many police uses count")
    assert "Many police uses" in " ".join(pages(pdf)[found.page - 1].split())


@needs_libreoffice
def test_pending_changes_of_the_ministry_count_as_accepted(
    exported: dict[tuple[str, str], tuple[bytes, bytes]],
) -> None:
    word, pdf = exported["english", "plain"]
    made = ministry.Document(word)
    ministry.replace(made, "Many police uses", "Few police uses", "clause:legal-context-european-union")
    ministry.replace(made, "Few police uses", "Many police uses", "clause:legal-context-european-union", tracked=True)
    assert compared(made.bytes(), pdf) is None


# The reader


def file_of(*objects: bytes, trailer: bytes = b"<< /Root 1 0 R >>") -> bytes:
    """Return a PDF with some objects, numbered from 1."""
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, o) for n, o in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer\n" + trailer + b"\n%%EOF\n"


def stream(data: bytes, head: bytes = b"", packed: bool = True) -> bytes:
    body = zlib.compress(data) if packed else data
    kind = b"/Filter /FlateDecode " if packed else b""
    return b"<< %s%s/Length %d >>\nstream\n%s\nendstream" % (head, kind, len(body), body)


PAGES = (b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
PAGE = b"<< /Type /Page /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
LATIN = b"<< /Type /Font /Subtype /TrueType /Encoding /WinAnsiEncoding >>"


def page_of(program: bytes, font: bytes = LATIN, *more: bytes) -> str:
    """Return the text of a page with a program."""
    return pages(file_of(*PAGES, PAGE, stream(program), font, *more))[0]


@pytest.mark.parametrize(
    ("program", "text"),
    [
        (b"BT /F1 12 Tf (Plain) Tj ET", "Plain"),
        (b"BT /F1 12 Tf [(Ta)-30(ken) 5 ( apart)] TJ ET", "Taken apart"),
        (b"BT /F1 12 Tf (One) ' (Two) ' ET", "OneTwo"),
        (b"BT /F1 12 Tf <4865 6c6C6f> Tj ET", "Hello"),
        (b"BT /F1 12 Tf (a\\(b\\)\\101\\\n(c)) Tj ET", "a(b)A(c)"),
        (b"q BT /F1 12 Tf (in) Tj ET Q BT (lost) Tj ET", "in"),
        (b"/Artifact <</Type/Pagination>> BDC BT /F1 9 Tf (Header) Tj ET EMC BT /F1 9 Tf (Body) Tj ET", "Body"),
        (b"/Span <</ActualText (said)>> BDC BT /F1 9 Tf (drawn) Tj ET EMC", "said"),
        (b"BI /W 1 /H 1 ID \x00(Tj) EI BT /F1 9 Tf (after) Tj ET", "after"),
        (b"BT /F1 9 Tf (\xe9\x92) Tj ET", "é\u2019"),
    ],
)
def test_programs_of_pages_are_read(program: bytes, text: str) -> None:
    assert "".join(page_of(program).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("font", "codes", "text"),
    [
        (b"<< /Subtype /Type1 /Encoding << /Differences [1 /eacute /ffi /uni0416 /zero /Lslash] >> >>", b"\x01\x02\x03\x04\x05", "éffiЖ0Ł"),
        (b"<< /Subtype /Type1 >>", b"A\xae", "Afi"),
        (b"<< /Subtype /TrueType /Encoding /MacRomanEncoding >>", b"\x8e", "é"),
    ],
)  # fmt: skip
def test_letters_come_from_the_font_s_encoding(font: bytes, codes: bytes, text: str) -> None:
    assert page_of(b"BT /F1 9 Tf (" + codes + b") Tj ET", font).strip() == text


def test_letters_come_from_the_font_s_own_table() -> None:
    table = (
        b"1 begincodespacerange <0000> <ffff> endcodespacerange 1 beginbfchar <0001> <00660069> endbfchar "
        b"2 beginbfrange <0002> <0004> <0061> <0005> <0006> [<0078> <0079>] endbfrange"
    )
    font = b"<< /Subtype /Type0 /Encoding /Identity-H /ToUnicode 6 0 R >>"
    assert page_of(b"BT /F1 9 Tf <0001000200030004000500060009> Tj ET", font, stream(table)).strip() == "fiabcxy\ufffd"


def test_what_a_drawing_within_a_page_says_is_read_where_it_is_drawn() -> None:
    page = b"<< /Type /Page /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> /XObject << /X 6 0 R >> >> >>"
    inner = stream(b"BT /F1 9 Tf (inner) Tj ET", b"/Subtype /Form ")
    data = file_of(*PAGES, page, stream(b"BT /F1 9 Tf (a) Tj ET /X Do BT /F1 9 Tf (b) Tj ET"), LATIN, inner)
    assert "".join(pages(data)[0].split()) == "ainnerb"


BOMB = zlib.compress(b" " * (pdfs.MAX_STREAM + 1))
NESTED = b"[" * 200 + b"]" * 200
WRONG: dict[str, tuple[bytes, str]] = {
    "a text": (b"no PDF at all", "no PDF"),
    "nothing": (b"", "no PDF"),
    "no page": (file_of(b"<< /Type /Catalog >>"), "no page"),
    "pages that hold themselves": (file_of(PAGES[0], b"<< /Type /Pages /Kids [2 0 R] >>"), "no page"),
    "locked": (file_of(*PAGES, PAGE, stream(b""), trailer=b"<< /Root 1 0 R /Encrypt 9 0 R >>"), "locked"),
    "nested without end": (file_of(PAGES[0], NESTED, NESTED), "nested"),
    "a picture's packing": (file_of(*PAGES, PAGE, stream(b"x", b"/Filter /JBIG2Decode ", packed=False)), "not read here"),
    "a bomb": (file_of(*PAGES, PAGE, b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(BOMB), BOMB)), "unpacks"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_read_is_told_in_words(name: str) -> None:
    data, message = WRONG[name]
    with pytest.raises(Unreadable, match=message):
        pages(data)


def test_a_drawing_that_draws_itself_ends() -> None:
    page = b"<< /Type /Page /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>"
    itself = stream(b"/X Do /X Do", b"/Subtype /Form /Resources << /XObject << /X 5 0 R >> >> ")
    with pytest.raises(Unreadable, match="drawn without end"):
        pages(file_of(*PAGES, page, stream(b"/X Do"), itself))


def test_damaged_files_end_in_words_or_are_read() -> None:
    whole = file_of(*PAGES, PAGE, stream(b"BT /F1 9 Tf (Plain words) Tj ET " * 40), LATIN)
    chance = random.Random(7)
    told: set[str] = set()
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 20)):
            data[chance.randrange(9, len(data))] = chance.randrange(256)
        cut = bytes(data[: chance.randint(9, len(data))])
        try:
            read = len(pages(cut))
        except Unreadable as fault:
            read = 0
            told.add(str(fault))
        assert read <= 1
    assert told and all(re.fullmatch(r"[a-z][^\n]*", one) for one in told)


def test_the_last_object_of_a_number_counts() -> None:
    first = file_of(*PAGES, PAGE, stream(b"BT /F1 9 Tf (old) Tj ET"), LATIN)
    assert pages(first + b"4 0 obj\n" + stream(b"BT /F1 9 Tf (new) Tj ET") + b"\nendobj\n")[0].strip() == "new"


def test_references_lead_round_in_circles_nowhere() -> None:
    assert Pdf(file_of(b"2 0 R", b"1 0 R")).get(pdfs.Ref(1)) is None


def test_a_file_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfs, "MAX_BYTES", 2**20)
    with pytest.raises(Unreadable, match="larger than 1 MB"):
        pages(b"%PDF-" + bytes(2**20))
