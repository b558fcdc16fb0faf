"""Names print as they were given, in every format; what cannot be printed is refused when it is read."""

from __future__ import annotations

import html
import re
import subprocess
import unicodedata
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pymupdf
import pypandoc
import pytest
from intake_samples import library
from journeys import copied, draft_of, put, run, version
from lxml import etree
from word_reading import lines, unpacked

from pipeline.intake.folder import read
from pipeline.intake.writing import dump
from pipeline.project.content import style_files
from pipeline.render import pdf, style
from pipeline.render.pdf import literal

HOSTILE = "R&D <Police> {{ x }} #let $a$"
ARABIC = "وزارة الداخلية والأمن العام"
CHINESE = "国家警察总局人工智能处"
FORMATS = ("docx", "pdf", "html", "odt", "md")
TURNS = ((HOSTILE, ARABIC, CHINESE), (ARABIC, CHINESE, HOSTILE), (CHINESE, HOSTILE, ARABIC))


@dataclass(frozen=True)
class Drawn:
    """One country's guidelines: what was named how, and the folder with the files."""

    names: dict[str, str]
    folder: Path


@pytest.fixture(scope="module", params=TURNS, ids=["hostile-state", "arabic-state", "chinese-state"])
def drawn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """Return guidelines of a country whose state, ministry, agency and system bear the names; each in turn."""
    state, ministry, agency = request.param
    system = f"{state} 2"
    place = tmp_path_factory.mktemp("names")
    folder = copied(
        "norland",
        place,
        {
            "country.yaml": ('name: "Republic of Norland"', f"name: '{state}'"),
            "country.yaml#2": ('name_in_text: "the Republic of Norland"', f"name_in_text: '{state}'"),
            "country.yaml#3": ('issuer: "Ministry of the Interior"', f"issuer: '{ministry}'"),
            "agencies/national-police/profile.yaml": ('name: "Norland National Police"', f"name: '{agency}'"),
        },
    )
    risk = folder / "agencies" / "national-police" / "systems" / "face-search" / "risk.yaml"
    risk.write_text(re.sub(r"^name: .*$", lambda _: f"name: '{system}'", risk.read_text(), count=1, flags=re.MULTILINE))
    words = [w for f in FORMATS for w in ("--format", f)]
    ran = run("draft", folder, "--document", "guidelines", *words, "--out", place / "out")
    assert ran.code == 0, ran.err
    names = {"state": state, "ministry": ministry, "agency": agency, "system": system}
    return Drawn(names, version(place / "out", "norland", "guidelines"))


def file(drawn: Drawn, format_: str) -> bytes:
    return (drawn.folder / f"guidelines.en.{format_}").read_bytes()


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def words_in(format_: str, data: bytes) -> str:
    """Return the text of a file as another program than its writer reads it."""
    match format_:
        case "docx":
            return "\n".join(lines(data))
        case "html":
            parser = _Words()
            parser.feed(data.decode())
            return "".join(parser.words)
        case "odt":
            return "\n".join(
                "".join(map(str, p.itertext()))
                for p in etree.fromstring(unpacked(data)["content.xml"]).iter("{*}p", "{*}h")
            )
        case "md":
            command = [pypandoc.get_pandoc_path(), "-f", "gfm", "-t", "plain", "--wrap=none"]
            return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()
        case _:
            opened: Any = pymupdf.open
            with opened(stream=data, filetype="pdf") as document:
                return "".join(sheet.get_text() for sheet in document)


@pytest.mark.parametrize("format_", ["docx", "html", "odt", "md"])
def test_names_print_exactly(drawn: Drawn, format_: str) -> None:
    said = " ".join(words_in(format_, file(drawn, format_)).split())
    for what, name in drawn.names.items():
        assert name in said, what
    assert said.count(drawn.names["state"]) > 5


def test_names_print_exactly_in_the_pdf(drawn: Drawn) -> None:
    """Latin and Chinese come back from the pages; of Arabic, drawn letter by letter, every letter does."""

    def bare(text: str) -> str:
        return re.sub(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", unicodedata.normalize("NFKC", text))

    said = bare(words_in("pdf", file(drawn, "pdf")))
    for what, name in drawn.names.items():
        if ARABIC in name:
            assert set(bare(ARABIC)) <= set(said), what
        else:
            assert bare(name) in said, what
    source = pdf.source(draft_of(drawn.folder), style.read("standard", style_files("standard")))
    for what, name in drawn.names.items():
        inner = literal.quoted(name)[1:-1]
        assert inner in source, what


def test_names_stand_in_the_properties(drawn: Drawn) -> None:
    core = etree.fromstring(unpacked(file(drawn, "docx"))["docProps/core.xml"])
    assert drawn.names["ministry"] in {e.text for e in core}
    opened: Any = pymupdf.open
    with opened(stream=file(drawn, "pdf"), filetype="pdf") as document:
        assert document.metadata["author"] == drawn.names["ministry"]
    meta = re.findall(r'<meta name="author" content="([^"]*)"', file(drawn, "html").decode())
    assert [html.unescape(m) for m in meta] == [drawn.names["ministry"]]


NASTY = (
    # code in the languages of templates, pages and shells
    "{{ 7*7 }}", "{% raw %}", "{# gone #}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{_{ a }_}", "#import \"@preview/x:1.0.0\"",
    "#eval(\"1\")", "$sum$ $x^2$", "\\input{/etc/passwd}", "`id`", "$(id)", "; rm -rf x", "| cat", "&& id", "%s%n%x", "%PDF-1.7",
    # marks of pages and documents
    "<b>bold</b>", "</w:t></w:r><w:p/>", "<script>alert(1)</script>", "<!-- gone? -->", "<![CDATA[x]]>", "<?php x ?>", "&amp; &lt;",
    "&#x41; &copy;", "\" onload=\"x", "'single' \"double\"", "]]>", "<img src=x>", "javascript:x",
    # marks of Markdown and Typst
    "*star* **two**", "_under_ __two__", "[text](https://example.org)", "![alt](x.png)", "# heading", "1. item", "- item", "> quote",
    "a\\b\\n", "~tilde~ ^up^", "a -- b --- c ...", "[^1] note", "[[clause:x]]", "=cmd|' /C calc'!A0", "+1+1", "@SUM(1)", "``` code",
    "https://example.org/?a=1&b=2", "| a | b |", "a{=openxml}", "<https://example.org>",
    # words that are values elsewhere
    "null", "true", "NaN", "undefined", "0x10", "1e3", "1.10", "010", "22:22", "~", "-", "...",
    # letters
    "Ünïcode ñ ß Ł ő", "Ελλάδα", "Україна", "日本国", "عربي", "ﬁ ligature", "e\u0301 joined", "½ ² №", "“curly” ‘single’", "a\u00a0b", "a\u2009b", "\u00adsoft", "x" * 300,
    # what may not stand in a text
    "nul\x00l", "bell\x07", "esc\x1b[31m", "form\x0cfeed", "del\x7f", "c1\x85", "rlo\u202eexe", "lri\u2066x", "rlm\u200fx", "zwsp\u200bx",
    "bom\ufeffx", "non\ufffex", "ls\u2028x", "object\ufffcx", "last\U0010ffffx",
)  # fmt: skip
"""Strings that some program between a form and a page takes for more than text."""

REFUSED = 15
"""How many of them may not stand in a text at all; the last ones."""


def told(name: str) -> list[str]:
    """Return what intake says of an agency of that name."""
    files = {"country.yaml": b"format: 1\nname: N\n", "agencies/a/profile.yaml": dump({"format": "1", "name": name})}
    return [str(p) for p in read(files, library())[1] if not p.warning]


@pytest.mark.parametrize(
    "name",
    NASTY[-REFUSED:],
    ids=lambda n: "-".join(f"{ord(c):04X}" for c in n if not c.isascii() or not c.isprintable()),
)
def test_what_cannot_be_printed_is_refused_by_code_point_and_place(name: str) -> None:
    data = f'format: 1\nname: "{name}"\n'.encode()
    found = read({"country.yaml": b"format: 1\nname: N\n", "agencies/a/profile.yaml": data}, library())[1]
    bad = next(c for c in name if unicodedata.category(c) in ("Cc", "Cf", "Cn", "Zl") or c == "\ufffc")
    assert [p.place.file for p in found] == ["agencies/a/profile.yaml"]
    assert f"U+{ord(bad):04X}" in found[0].message
    assert (found[0].place.line, found[0].place.column) == (2, 8 + name.index(bad)) or bad in "\x85\x0c\u2028"
    escaped = "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in name)
    again = read({"country.yaml": f'format: 1\nname: "{escaped}"\n'.encode()}, library())[1]
    assert [f"U+{ord(bad):04X}" in str(p) for p in again] == [True], "written as an escape it is refused as well"


def test_nasty_names_are_refused_or_print_exactly(tmp_path: Path) -> None:
    names = [n for n in NASTY[:-REFUSED] if not told(n)]
    assert len(names) >= 70
    agencies = {f"agencies/a{n:02}/profile.yaml": dump({"format": "1", "name": name}) for n, name in enumerate(names)}
    put(tmp_path / "nasty", {"country.yaml": dump({"format": "1", "name": "Republic of Nasty"}), **agencies})
    words = ("--document", "guidelines", "--format", "docx", "--format", "html", "--out", tmp_path / "out")
    ran = run("draft", tmp_path / "nasty", *words)
    assert ran.code == 0, ran.err
    folder = version(tmp_path / "out", "nasty", "guidelines")
    in_word = {line.strip() for line in lines((folder / "guidelines.en.docx").read_bytes())}
    parser = _Words()
    parser.feed((folder / "guidelines.en.html").read_text("utf-8"))
    in_page = {word.strip() for word in parser.words}
    tidy = {name: " ".join(name.split()) for name in names}
    assert [n for n in names if tidy[n] not in in_word] == []
    assert [n for n in names if tidy[n] not in in_page] == []


@pytest.mark.parametrize("name", NASTY[:-REFUSED], ids=lambda n: ascii(n)[:24])
def test_what_is_refused_is_told_and_what_is_read_is_kept(name: str) -> None:
    problems = told(name)
    if problems:
        assert all("fix:" in p and "agencies/a/profile.yaml:2:" in p for p in problems)
    files = {"country.yaml": b"format: 1\nname: N\n", "agencies/a/profile.yaml": dump({"format": "1", "name": name})}
    found, _ = read(files, library())
    assert problems or (found is not None and found.agencies[0].name == " ".join(name.split()))


def test_start_keeps_a_hostile_name(tmp_path: Path) -> None:
    assert run("start", HOSTILE, "--out", tmp_path / "new").code == 0
    ran = run("draft", tmp_path / "new", "--document", "brief", "--format", "docx", "--out", tmp_path / "out")
    assert ran.code == 0, ran.err
    data = (version(tmp_path / "out", "new", "brief") / "brief.en.docx").read_bytes()
    assert any(HOSTILE in line for line in lines(data))
