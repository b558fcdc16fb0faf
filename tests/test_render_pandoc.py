"""HTML, ODT and Markdown: complete, neutral, the same bytes, and no markup but ours."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pypandoc
import pytest
import sample_draft as sample
from lxml import etree

from pipeline.model.draft import (
    Box,
    Cell,
    Chart,
    Column,
    Draft,
    Footnote,
    Heading,
    Link,
    Paragraph,
    Ref,
    Run,
    Table,
    plain,
)
from pipeline.model.problem import MachineFault
from pipeline.render import ast, opendocument, pandoc
from pipeline.render.ast import Format

ROOT = Path(__file__).parents[1]
FORMATS: tuple[Format, ...] = get_args(Format)
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


@cache
def whole(kind: Format) -> bytes:
    return pandoc.write(sample.draft(), sample.house(), kind)


def written(draft: Draft, kind: Format) -> bytes:
    return pandoc.write(draft, sample.house(), kind)


class _Words(HTMLParser):
    """Gathers the text of a page and what its elements say."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.found: list[tuple[str, dict[str, str]]] = []
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        self._style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._style = self._style and tag != "style"

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.words.append(data)


def html(data: bytes) -> _Words:
    parser = _Words()
    parser.feed(data.decode())
    return parser


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def odt_text(data: bytes) -> str:
    root = etree.fromstring(parts(data)["content.xml"])
    for tag in root.iter(f"{TEXT}s"):
        tag.text = " " * int(tag.get(f"{TEXT}c", "1"))
    return "".join(str(text) for text in root.itertext())


def md_plain(data: bytes) -> str:
    """Return Markdown as a reader sees it, by another reading of it than the one that wrote it."""
    done = subprocess.run(
        [pypandoc.get_pandoc_path(), "-f", "gfm", "-t", "plain", "--wrap=none"],
        input=data,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def read_back(kind: Format, data: bytes) -> str:
    match kind:
        case "html":
            return "".join(html(data).words)
        case "odt":
            return odt_text(data)
        case _:
            return md_plain(data)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("kind", FORMATS)
def test_same_bytes_in_another_process_place_zone_and_seed(kind: Format, tmp_path: Path) -> None:
    code = (
        "import sys, hashlib; import sample_draft as s; from pipeline.render import pandoc;"
        f"print(hashlib.sha256(pandoc.write(s.draft(), s.house(), {kind!r})).hexdigest())"
    )
    found = set()
    for zone, seed, folder in (("Asia/Tokyo", "1", tmp_path), ("America/Lima", "77", ROOT)):
        surroundings = {
            **os.environ,
            "TZ": zone,
            "PYTHONHASHSEED": seed,
            "LC_ALL": "C",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}",
        }
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=folder, env=surroundings, capture_output=True, text=True, check=True
        )
        found.add(done.stdout.strip())
    assert len(found) == 1


@pytest.mark.parametrize("kind", FORMATS)
def test_all_text_is_there(kind: Format) -> None:
    text = squeezed(read_back(kind, whole(kind)))
    draft = sample.draft()
    expected = [draft.cover.title, draft.cover.subtitle, draft.cover.notice, draft.cover.law_date, draft.cover.status]
    expected += [value for row in draft.cover.control for value in row]
    for unit in draft.units:
        for block in unit.blocks:
            match block:
                case Heading():
                    expected.append(f"{block.label}{block.text}")
                case Paragraph():
                    expected.append(plain(block.inlines[:1]))
                case Box():
                    expected += [block.title, *(plain(p.inlines) for p in block.paragraphs)]
                case Table():
                    expected += [
                        block.caption,
                        *(plain(line) for row in block.rows for c in row for line in c.paragraphs),
                    ]
                case _:
                    expected.append(block.caption)
    assert [words for words in expected if squeezed(words) not in text] == []


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    "text",
    [
        sample.HOSTILE,
        sample.ARABIC,
        sample.CHINESE,
        "<script>alert(1)</script>",
        "</style>",
        "&amp; &lt;",
        "1. one",
        "- two",
        "+ three",
        "# four",
        "> five",
        "| a | b |",
        "```",
        "~~~",
        "*",
        "_",
        "**x**",
        "[x](y)",
        "![x](y)",
        "[^1]",
        "[^1]: z",
        "\\",
        "\\*",
        "$x$",
        "---",
        "===",
        "{=html}",
        ":::",
        "{{ x }}",
        "a  b",
        "x@example.org",
        "https://example.org",
        "<https://example.org>",
        "&#x41;",
        "{.c #d}",
        "^a^ ~b~",
        "Term\n: x",
        "(a) b",
        "5. June",
        "CON",
        "'",
        '"q"',
        "--",
        "...",
    ],
)
def test_text_reads_back_as_written(kind: Format, text: str) -> None:
    draft = sample.small(
        sample.para(text),
        Heading("clause", 2, "1.1", text, "clause:x"),
        sample.para(text, "point", "(a)", restart=True),
        Table("", "", (Column("A", 0.5), Column("B", 0.5)), ((sample.cell(text), sample.cell("b")),)),
    )
    found = squeezed(read_back(kind, written(draft, kind)))
    assert found.count(squeezed(text)) >= 5  # the heading stands in the contents as well


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("audience", ["working", "consultation", "public"])
def test_no_anchor_in_any_part(kind: Format, audience: str) -> None:
    data = written(sample.draft(chapters=1, clauses=3, audience=audience), kind)  # type: ignore[arg-type]
    for part in parts(data).values() if kind == "odt" else (data,):
        assert not re.search(rb"secret-clause|clause:|part:", part)


@pytest.mark.parametrize("kind", FORMATS)
def test_footnotes_count_as_the_draft_counts(kind: Format) -> None:
    notes = tuple(
        Paragraph("body", (Run(f"text {n}"), Footnote(n, (Run(f"note number {n}"),)), Run("."))) for n in (1, 2, 3)
    )
    data = written(sample.small(*notes), kind)
    if kind == "odt":
        root = etree.fromstring(parts(data)["content.xml"])
        found = ["".join(str(t) for t in note.itertext()) for note in root.iter(f"{TEXT}note")]
        assert [re.sub(r"\s+", " ", text).strip() for text in found] == [f"{n}note number {n}" for n in (1, 2, 3)]
    elif kind == "md":
        assert re.findall(rb"\[\^(\d)\]: note number (\d)", data) == [(b"1", b"1"), (b"2", b"2"), (b"3", b"3")]
    else:
        text = squeezed("".join(html(data).words))
        assert all(f"text{n}{n}." in text and f"notenumber{n}" in text for n in (1, 2, 3))


def test_page_asks_for_nothing_from_outside() -> None:
    page = html(whole("html"))
    for tag, attributes in page.found:
        assert tag not in {"script", "link", "iframe", "object", "embed", "base", "form"}
        assert attributes.get("src", "data:").startswith("data:")
        if tag != "a":
            assert "href" not in attributes
    outside = {attributes["href"] for tag, attributes in page.found if attributes.get("href", "#")[0] != "#"}
    assert outside == {"https://example.org/a?b=1&c=2"}
    assert b"url(" not in whole("html")
    assert b"@import" not in whole("html")


def test_page_says_language_title_and_direction() -> None:
    page = html(whole("html"))
    assert next(attributes for tag, attributes in page.found if tag == "html") == {"lang": "en"}
    assert f"<title>{sample.draft().cover.title}</title>".encode() in whole("html")
    arabic = html(written(sample.small(sample.para("نص"), lang="ar", rtl=True), "html"))
    assert next(attributes for tag, attributes in arabic.found if tag == "html") == {"lang": "ar", "dir": "rtl"}


def test_page_has_one_title_and_levels_that_do_not_skip() -> None:
    levels = [int(tag[1]) for tag, _ in html(whole("html")).found if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_links_within_the_page_all_have_their_target() -> None:
    page = html(whole("html"))
    names = [attributes["id"] for _, attributes in page.found if "id" in attributes]
    wanted = {attributes["href"][1:] for _, attributes in page.found if attributes.get("href", "").startswith("#")}
    assert len(wanted) > 20
    assert wanted <= set(names)
    assert len(names) == len(set(names))


def test_page_heads_columns_and_rows_and_describes_pictures() -> None:
    page = html(whole("html"))
    tags = [tag for tag, _ in page.found]
    assert tags.count("th") > tags.count("table")
    alternatives = [attributes["alt"] for tag, attributes in page.found if tag == "img"]
    assert alternatives == [
        "A shield with a disc",
        *(b.alt for u in sample.draft().units for b in u.blocks if isinstance(b, Chart)),
    ]
    assert b"shade-very-high" in whole("html")
    assert b".shade-very-high {" in whole("html")


def test_page_colours_come_from_the_house_style() -> None:
    house = replace(sample.house(), accent="#7a1f2b")
    assert b"--accent: #7a1f2b;" in pandoc.write(sample.small(sample.para("x")), house, "html")
    assert b"--accent: #1f3a5f;" in whole("html")


@pytest.mark.parametrize("kind", FORMATS)
def test_marking_stands_at_the_head(kind: Format) -> None:
    data = whole(kind)
    if kind == "odt":
        styles = parts(data)["styles.xml"].decode()
        headers = re.findall(r"<style:header>.*?</style:header>", styles, re.DOTALL)
        assert headers
        assert all("RESTRICTED" in header for header in headers)
        assert "Draft 0.1 · Working copy: contains assessment findings" in styles
    else:
        text = read_back(kind, data)
        assert text.index("RESTRICTED") < text.index("Republic of Verania")
        assert text.rindex("RESTRICTED") > text.index("Text goes on upright.")
    unmarked = written(sample.draft(chapters=1, clauses=1, marking=""), kind)
    assert b"RESTRICTED" not in (b"".join(parts(unmarked).values()) if kind == "odt" else unmarked)


def test_markdown_holds_no_html_and_no_attributes() -> None:
    text = whole("md").decode()
    assert not re.search(r"(?<!\\)</?[a-z]+[ >]", re.sub(r"\\<", "", text))
    assert "{." not in text
    assert "[TABLE]" not in text


def test_markdown_links_lead_to_headings_as_viewers_name_them() -> None:
    done = subprocess.run(
        [pypandoc.get_pandoc_path(), "-f", "gfm+gfm_auto_identifiers", "-t", "json"],
        input=whole("md"),
        capture_output=True,
        check=True,
    )
    text = done.stdout.decode()
    names = {node["c"][1][0] for node in json.loads(text)["blocks"] if node["t"] == "Header"}
    wanted = set(re.findall(r'\["#([^"]+)",""\]', text))
    assert len(wanted) > 20
    assert wanted <= names


def test_markdown_cell_of_two_paragraphs_stays_in_its_row() -> None:
    two = Cell(((Run("first"),), (Run("second"),)))
    table = Table("", "", (Column("A", 0.5), Column("B", 0.5)), ((two, sample.cell("b")),))
    assert re.search(
        rb"\| first . second \| b +\||\| first \xc2\xb7 second \| b +\|", written(sample.small(table), "md")
    )


def test_reference_out_of_the_draft_prints_its_words() -> None:
    gone = Paragraph("body", (Run("see "), Ref("clause:elsewhere", "the rule on logs")))
    for kind in FORMATS:
        assert "see the rule on logs" in read_back(kind, written(sample.small(gone), kind))


def test_links_other_than_https_and_mailto_are_refused() -> None:
    for url in ("http://example.org", "javascript:alert(1)", "file:///etc/passwd", 'https://a"b'):
        with pytest.raises(ValueError, match="neither https nor mailto"):
            written(sample.small(Paragraph("body", (Link("x", url),))), "html")


@pytest.mark.parametrize(
    ("labels", "style"),
    [
        (["(a)", "(b)", "(c)"], "LowerAlpha"),
        (["(i)", "(ii)", "(iii)", "(iv)"], "LowerRoman"),
        (["(1)", "(2)"], "Decimal"),
        (["(a)", "(aa)", "(b)"], ""),
        (["(b)"], ""),
        (["(أ)", "(ب)"], ""),
        (["a)", "b)"], ""),
    ],
)
def test_only_labels_that_count_as_we_do_are_left_to_the_format(labels: list[str], style: str) -> None:
    assert ast.counting(labels) == style


def test_labels_that_do_not_count_are_printed() -> None:
    points = [
        sample.para(f"point {n}", "point", label, restart=n == 0) for n, label in enumerate(("(a)", "(aa)", "(b)"))
    ]
    text = odt_text(written(sample.small(*points), "odt"))
    assert all(f"{label} point {n}" in text for n, label in enumerate(("(a)", "(aa)", "(b)")))


def test_odt_begins_with_its_kind_and_carries_no_date_but_the_law_s() -> None:
    data = whole("odt")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        first = package.infolist()[0]
        assert first.filename == "mimetype"
        assert first.compress_type == zipfile.ZIP_STORED
        assert {entry.date_time for entry in package.infolist()} == {opendocument.EPOCH}
    meta = parts(data)["meta.xml"].decode()
    assert re.findall(r"\d{4}-\d\d-\d\d", meta) == ["2026-11-01", "2026-11-01"]
    assert "generator" not in meta
    assert "Ministry of the Interior" in meta


def test_odt_contents_link_to_headings_and_ask_for_pages() -> None:
    root = etree.fromstring(parts(whole("odt"))["content.xml"])
    body = next(root.iter(f"{TEXT}index-body"))
    wanted = {ref.get(f"{TEXT}ref-name") for ref in body.iter(f"{TEXT}bookmark-ref")}
    marks = {m.get(f"{TEXT}name") for m in root.iter(f"{TEXT}bookmark", f"{TEXT}bookmark-start")}
    headings = [b for u in sample.draft().units for b in u.blocks if isinstance(b, Heading) and b.role != "sub"]
    assert len(wanted) == len(headings)
    assert wanted <= marks


def test_odt_in_arabic_runs_from_right_to_left() -> None:
    draft = sample.small(sample.para("نص"), lang="ar", rtl=True)
    turned, straight = parts(written(draft, "odt")), parts(whole("odt"))
    assert b'style:writing-mode="rl-tb"' in turned["styles.xml"]
    assert b'style:writing-mode="lr-tb"' not in turned["styles.xml"]
    assert b'style:language-complex="ar"' in turned["styles.xml"]
    assert b"rl-tb" not in straight["styles.xml"] + straight["content.xml"]


def test_odt_takes_colours_sizes_and_paper_from_the_template() -> None:
    house = replace(sample.house(), template=sample.template(accent="7A1F2B", left=31))
    styles = parts(pandoc.write(sample.small(sample.para("x")), house, "odt"))["styles.xml"].decode()
    heading = re.search(r'style:name="Heading_20_1".*?</style:style>', styles, re.DOTALL)
    assert heading
    assert 'fo:color="#7a1f2b"' in heading[0]
    assert 'fo:font-size="20pt"' in heading[0]
    assert 'fo:margin-left="87.85pt"' in styles


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here")
def test_odt_opens_in_libreoffice(tmp_path: Path) -> None:
    (tmp_path / "draft.odt").write_bytes(whole("odt"))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        [
            "soffice",
            profile,
            "--headless",
            "--convert-to",
            "txt:Text",
            "--outdir",
            str(tmp_path),
            str(tmp_path / "draft.odt"),
        ],
        capture_output=True,
        check=True,
        timeout=120,
    )
    text = (tmp_path / "draft.txt").read_text(encoding="utf-8-sig")
    assert "1.1 Examination of outputs by an officer, case 1.1" in text
    assert "(ii)" in text


def test_pandoc_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> str:
        raise OSError("No pandoc was found")

    monkeypatch.setattr(pypandoc, "get_pandoc_path", gone)
    with pytest.raises(MachineFault, match="pip install pypandoc_binary"):
        written(sample.small(sample.para("x")), "md")


def test_pandoc_that_fails_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ast, "API_VERSION", (9, 9))
    with pytest.raises(MachineFault, match="pandoc failed"):
        written(sample.small(sample.para("x")), "md")


def test_marking_is_printed_on_every_page_and_cannot_leave_its_rule() -> None:
    draft = sample.draft(chapters=1, clauses=1, marking='A"}</style><b>')
    page = written(draft, "html").decode()
    rule = re.search(r'@top-center { content: "([^"]*)"', page)
    assert rule
    assert "".join(chr(int(code, 16)) for code in rule[1].split("\\")[1:]) == draft.cover.marking
    assert page.count("</style>") == 1
    assert "@page" not in written(sample.draft(chapters=1, clauses=1, marking=""), "html").decode()


@pytest.mark.parametrize("kind", FORMATS)
def test_unit_without_heading_can_be_referred_to(kind: Format) -> None:
    draft = sample.small(Paragraph("body", (Run("see "), Ref("part:two", "there"))))
    data = written(replace(draft, units=(*draft.units, sample.unit("part:two", sample.para("Here.")))), kind)
    assert "see there" in read_back(kind, data)


def test_subpoints_alone_stay_on_one_level() -> None:
    points = [sample.para(f"item {n}", "subpoint", f"({n})", restart=n == 1) for n in (1, 2, 3)]
    assert "- (1) item 1\n- (2) item 2\n- (3) item 3\n" in written(sample.small(*points), "md").decode()
