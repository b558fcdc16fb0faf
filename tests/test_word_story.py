"""Drafts read back word for word: what the reader of a story finds is what the file keeps of each unit."""

from __future__ import annotations

import pytest
import revisions
from revisions import Pair

from pipeline.word import anchors, names, package
from pipeline.word.names import w
from pipeline.word.story import Paragraph, Reader


def pair(name: str) -> Pair:
    if name == "english":
        return revisions.english()
    if name == "strategy":
        return revisions.strategy()
    return revisions.us_federal() if name == "federal" else revisions.arabic(anchors="word")


@pytest.mark.parametrize("name", ["english", "strategy", "federal", "arabic"])
def test_a_draft_reads_as_it_was_kept(name: str) -> None:
    parts = package.opened(pair(name).new_docx, name)
    kept = anchors.kept(parts)
    assert kept is not None
    reader = Reader.of(package.parsed(parts[names.STYLES], names.STYLES, name), kept)
    seen = 0
    for control in package.parsed(parts[names.DOCUMENT], names.DOCUMENT, name).iter(w("sdt")):
        tag, content = control.find(f"{w('sdtPr')}/{w('tag')}"), control.find(w("sdtContent"))
        if tag is None or content is None or str(tag.get(w("val"))) not in kept.units:
            continue
        seen += 1
        words = tuple(line.words for line in reader.lines(content))
        assert tuple(x for x in words if not x.blank) == kept.units[str(tag.get(w("val")))].items
    assert seen == len(kept.units) > 10


BODY = '<w:body xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">{}</w:body>'


def read(xml: str) -> list[str]:
    body = package.parsed(BODY.format(xml).encode(), names.DOCUMENT, "t.docx")
    return [line.words.line for line in Reader(labels=frozenset({"5.3A"})).lines(body) if isinstance(line, Paragraph)]


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def test_pending_changes_count_as_accepted() -> None:
    deleted = '<w:del w:id="1"><w:r><w:delText>old</w:delText></w:r></w:del>'
    inserted = f'<w:ins w:id="2">{run("new")}</w:ins>'
    moved = f'<w:moveFrom w:id="3">{run("here ")}</w:moveFrom>'
    assert read(f"<w:p>{run('a ')}{deleted}{inserted}{moved}{run(' b')}</w:p>") == ["a new b"]


def test_paragraphs_run_on_where_the_mark_between_them_is_deleted() -> None:
    gone = '<w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr>'
    assert read(f"<w:p>{gone}{run('one ')}</w:p><w:p>{run('two')}</w:p><w:p>{run('three')}</w:p>") == [
        "one two",
        "three",
    ]


def test_controls_and_links_of_others_are_looked_through() -> None:
    control = f'<w:sdt><w:sdtPr><w:tag w:val="goog_rdk_0"/></w:sdtPr><w:sdtContent>{run("b ")}</w:sdtContent></w:sdt>'
    assert read(f"<w:p>{run('a ')}{control}<w:hyperlink>{run('c')}</w:hyperlink></w:p>") == ["a b c"]


def test_a_label_that_stands_as_text_is_no_part_of_the_words() -> None:
    label = f"{run('5.3')}{run('A')}<w:r><w:tab/></w:r>"
    body = package.parsed(BODY.format(f"<w:p>{label}{run('Logs')}</w:p>").encode(), names.DOCUMENT, "t.docx")
    line = Reader(labels=frozenset({"5.3A"})).lines(body)[0]
    assert isinstance(line, Paragraph)
    assert (line.words.label, line.words.text, line.leaves[0].start) == ("5.3A", "Logs", 0)


def test_a_field_is_one_sign_with_what_it_shows() -> None:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> REF _Ref1 \\r \\h </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("5.3")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    body = package.parsed(BODY.format(f"<w:p>{run('see ')}{field}{run('.')}</w:p>").encode(), names.DOCUMENT, "t.docx")
    line = Reader(targets={"_Ref1": "clause:logs"}).lines(body)[0]
    assert isinstance(line, Paragraph)
    assert line.words.signs == ("ref clause:logs",)
    assert line.words.printed == "see 5.3."
