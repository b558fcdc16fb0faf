"""Comments and tracked changes of Word files: read with author and place, written, accepted and rejected one by one."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import consultation
import marks
import ministry
import pytest
import word_samples
from consultation import SCOPE, draft, says, sent
from lxml import etree
from ministry import Document
from word_parts import packed, stories, unpacked, w

from pipeline.render.docx import write
from pipeline.word import comments, names, package, pieces, settlement
from pipeline.word.changes import Change, changes
from pipeline.word.comments import W14, W15, Note, read_comments, written
from pipeline.word.margin import margin
from pipeline.word.names import WML_TYPE

ONE, OTHER = "A. Reviewer", "C. Officer"
NOTE = Note("Drafting office", "2027-03-01", "Noted.")


def part(xml: str) -> etree._Element:
    """Return a document part with this body."""
    return etree.fromstring(f'<w:document xmlns:w="{names.W}" xmlns:w14="{W14}"><w:body>{xml}</w:body></w:document>')


def found(root: etree._Element) -> tuple[Change, ...]:
    return changes(pieces.read(root), lambda piece: None, {})


def mark(name: str, inner: str, author: str = ONE, more: str = "") -> str:
    return f'<w:{name} w:id="1" w:author="{author}" w:date="2027-02-03T09:00:00Z"{more}>{inner}</w:{name}>'


def run(text: str, tag: str = "t") -> str:
    return f'<w:r><w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'


def gone(text: str, author: str = ONE) -> str:
    return mark("del", run(text, "delText"), author)


def come(text: str, author: str = ONE) -> str:
    return mark("ins", run(text), author)


# Reading comments


def test_an_answer_to_an_answer_belongs_to_the_thread_of_the_first() -> None:
    parts = unpacked(sent(ONE, says("every AI", "First.", replies=[("B", "Second."), ("C", "Third.")])))
    tree = etree.fromstring(parts["word/commentsExtended.xml"])
    tree[2].set(f"{{{W15}}}paraIdParent", str(tree[1].get(f"{{{W15}}}paraId")))
    parts["word/commentsExtended.xml"] = etree.tostring(tree)
    assert [(c.text, c.parent) for c in read_comments(parts, "x")] == [
        ("First.", ""),
        ("Second.", "0"),
        ("Third.", "0"),
    ]


def test_answers_in_a_circle_are_read() -> None:
    parts = unpacked(sent(ONE, says("every AI", "First.", replies=[("B", "Second.")])))
    tree = etree.fromstring(parts["word/commentsExtended.xml"])
    tree[0].set(f"{{{W15}}}paraIdParent", str(tree[1].get(f"{{{W15}}}paraId")))
    parts["word/commentsExtended.xml"] = etree.tostring(tree)
    assert {c.text for c in read_comments(parts, "x")} == {"First.", "Second."}


def test_a_file_without_comments_has_none() -> None:
    assert read_comments(unpacked(draft()), "x") == ()


def test_what_is_deleted_or_no_text_in_a_comment_is_told_as_such() -> None:
    parts = unpacked(sent(ONE, says("every AI", "First.")))
    body = f"<w:p>{run('Keep ')}{gone('not ')}{come('this')}<w:r><w:tab/><w:footnoteReference w:id='1'/></w:r></w:p>"
    parts["word/comments.xml"] = (
        f'<w:comments xmlns:w="{names.W}"><w:comment w:id="0" w:author="X">{body}</w:comment></w:comments>'.encode()
    )
    (comment,) = read_comments(parts, "x")
    assert (comment.text, comment.date, comment.author) == ("Keep this\t[footnote]", "", "X")


# Writing comments


def test_a_comment_is_written_with_all_that_word_needs() -> None:
    given = unpacked(sent(ONE, says("every AI", "First.")))
    parts, numbers = written(given, [Note("Drafting office", "2027-03-01", "Yes.\nIndeed.", "0"), NOTE], (), "x")
    assert numbers == ("1", "2")
    tree = etree.fromstring(parts["word/comments.xml"])
    assert [c.get(w("id")) for c in tree] == ["0", "1", "2"]
    assert [len(c.findall(w("p"))) for c in tree] == [1, 2, 1]
    assert tree[1].get(w("initials")) == "DO"
    ids = [str(list(c.iter(w("p")))[-1].get(f"{{{W14}}}paraId")) for c in tree]
    assert len(set(ids)) == 3 and all(0 < int(i, 16) < 0x80000000 for i in ids)
    told = etree.fromstring(parts["word/commentsExtended.xml"])
    at = f"{{{W15}}}"
    assert [(e.get(at + "paraId"), e.get(at + "paraIdParent"), e.get(at + "done")) for e in told] == [
        (ids[0], None, "0"), (ids[1], ids[0], "0"), (ids[2], None, "0"),
    ]  # fmt: skip


def test_a_thread_has_one_state() -> None:
    given = unpacked(sent(ONE, says("every AI", "First.", replies=[("B", "Second.")], resolved=True)))
    parts, _ = written(given, [Note("O", "2027-03-01", "Late.", "0")], (), "x")
    assert [c.done for c in read_comments(parts, "x")] == [True, True, True]
    open_ = unpacked(sent(ONE, says("every AI", "First.", replies=[("B", "Second.")])))
    parts, _ = written(open_, [], ["0"], "x")
    assert [c.done for c in read_comments(parts, "x")] == [True, True]


def test_the_same_note_gives_the_same_bytes_and_none_leaves_the_parts_alone() -> None:
    given = unpacked(sent(ONE, says("every AI", "First.")))
    assert written(given, [NOTE], (), "x") == written(given, [NOTE], (), "x")
    assert written(given, [], (), "x") == (given, ())


def test_lasting_names_and_people_are_kept_up_where_the_file_has_them() -> None:
    doc = Document(sent(ONE, says("every AI", "First.")))
    cid = comments.W16CID
    ids = "http://schemas.microsoft.com/office/2016/09/relationships/commentsIds"
    doc.related(
        ids, "word/commentsIds.xml", WML_TYPE + "commentsIds+xml", f'<w16cid:commentsIds xmlns:w16cid="{cid}"/>'
    )
    people = comments.MICROSOFT + "people"
    doc.related(people, "word/people.xml", WML_TYPE + "people+xml", f'<w15:people xmlns:w15="{W15}"/>')
    parts, _ = written(unpacked(doc.bytes()), [NOTE, NOTE], (), "x")
    names_ = [e.get(f"{{{cid}}}paraId") for e in etree.fromstring(parts["word/commentsIds.xml"])]
    tree = etree.fromstring(parts["word/comments.xml"])
    assert names_ == [list(c.iter(w("p")))[-1].get(f"{{{W14}}}paraId") for c in tree][1:]
    assert [e.get(f"{{{W15}}}author") for e in etree.fromstring(parts["word/people.xml"])] == ["Drafting office"]


def test_a_comment_in_arabic_runs_from_right_to_left_and_takes_the_styles_of_the_file() -> None:
    given = unpacked(sent(ONE, says("every AI", "First.")))
    sheet = given[names.STYLES].replace(
        b"</w:styles>",
        b'<w:style w:type="paragraph" w:styleId="KT"><w:name w:val="annotation text"/></w:style>'
        b'<w:style w:type="character" w:styleId="KR"><w:name w:val="annotation reference"/></w:style></w:styles>',
    )
    parts, _ = written({**given, names.STYLES: sheet}, [Note("O", "2027-03-01", "نعم، Article 2.\nYes.")], (), "x")
    first, second = etree.fromstring(parts["word/comments.xml"])[1].findall(w("p"))
    style, second_style = first.find(f"{w('pPr')}/{w('pStyle')}"), second.find(f"{w('pPr')}/{w('pStyle')}")
    assert style is not None and style.get(w("val")) == "KT" and second_style is not None
    assert first.find(f"{w('pPr')}/{w('bidi')}") is not None and second.find(f"{w('pPr')}/{w('bidi')}") is None
    assert [r.find(f"{w('rPr')}/{w('rtl')}") is not None for r in first.findall(w("r"))][1:] == [True, False, True]
    look = first.find(f"{w('r')}/{w('rPr')}/{w('rStyle')}")
    assert look is not None and look.get(w("val")) == "KR"


def test_an_answer_is_marked_as_word_marks_it() -> None:
    root = part(
        '<w:p><w:commentRangeStart w:id="0"/>' + run("words") + '<w:commentRangeEnd w:id="0"/>'
        '<w:r><w:commentReference w:id="0"/></w:r></w:p>'
    )  # fmt: skip
    beside = margin([root], "")
    assert beside.beside("1", ["0"]) and beside.beside("2", ["0", "1"])
    order = [f"{etree.QName(e).localname} {e.get(w('id'))}" for e in root.iter() if e.get(w("id"))]
    assert order == [
        "commentRangeStart 0", "commentRangeStart 1", "commentRangeStart 2", "commentRangeEnd 0", "commentReference 0",
        "commentRangeEnd 1", "commentReference 1", "commentRangeEnd 2", "commentReference 2",
    ]  # fmt: skip
    assert not beside.beside("4", ["3"]), "a thread that stands nowhere has no place"


def test_a_part_that_is_written_anew_keeps_its_head() -> None:
    for head in (b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\r\n', b"<?xml version='1.0' standalone='yes'?>"):
        given = head + b'<a b="1"><c/>&lt; &amp; \'</a>'
        assert package.rewritten(etree.fromstring(given), given) == given
    wide = '<?xml version="1.0" encoding="utf-16"?><a>ä</a>'.encode("utf-16")
    assert package.rewritten(etree.fromstring(wide), wide) == names.DECLARATION.encode() + "<a>ä</a>".encode()


# Reading changes


def test_a_word_in_the_place_of_another_is_one_change() -> None:
    root = part(f"<w:p>{run('at least ')}{gone('five ')}{come('seven ')}{run('days')}</w:p>")
    (change,) = found(root)
    assert (change.kind, change.author, change.old, change.new) == ("replacement", ONE, "five ", "seven ")
    assert len(change.marks) == 2


def test_what_two_people_did_side_by_side_is_two_changes() -> None:
    root = part(f"<w:p>{gone('five ')}{come('seven ', OTHER)}{run('days')}</w:p>")
    assert [(c.kind, c.author) for c in found(root)] == [("deletion", ONE), ("insertion", OTHER)]


def test_what_one_deletes_of_anothers_insertion_is_a_change_of_each() -> None:
    inner = run("seven ") + gone("long ", OTHER) + run("days")
    one, other = found(part(f"<w:p>{mark('ins', inner)}</w:p>"))
    assert (one.kind, one.new) == ("insertion", "seven long days")
    assert (other.kind, other.author, other.old) == ("deletion", OTHER, "long ")


def test_paragraphs_put_in_one_after_another_are_one_change() -> None:
    end = f"<w:pPr><w:rPr>{mark('ins', '')}</w:rPr></w:pPr>"
    root = part(
        f"<w:p>{run('old')}</w:p><w:p>{end}{come('one')}</w:p><w:p>{end}{come('two')}</w:p><w:p>{run('old')}</w:p>"
    )
    (change,) = found(root)
    assert (change.kind, change.new) == ("insertion", "one\ntwo\n")


def test_a_change_does_not_run_from_one_unit_into_the_next() -> None:
    end = f"<w:pPr><w:rPr>{mark('ins', '')}</w:rPr></w:pPr>"
    root = part(f"<w:p>{end}{come('one')}</w:p><w:p>{end}{come('two')}</w:p>")
    first = next(root.iter(w("p")))
    found_ = changes(pieces.read(root), lambda piece: piece.paragraph is first, {})
    assert [c.new for c in found_] == ["one\n", "two\n"]


def test_rows_are_a_change_each() -> None:
    row = f"<w:tr><w:trPr>{mark('ins', '')}</w:trPr><w:tc><w:p>{come('a')}</w:p></w:tc><w:tc><w:p>{come('b')}</w:p></w:tc></w:tr>"
    assert [(c.kind, c.new) for c in found(part(f"<w:tbl>{row}{row}</w:tbl>"))] == [
        ("row", "a\nb\n"),
        ("row", "a\nb\n"),
    ]


def test_a_footnote_a_picture_and_the_code_of_a_field_are_no_lost_marks() -> None:
    field = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:delInstrText>REF x</w:delInstrText></w:r>'
    note = mark("del", '<w:r><w:footnoteReference w:id="2"/></w:r>')
    root = part(f"<w:p>{run('a')}{note}{run('b')}{mark('del', field, OTHER)}</w:p>")
    one, other = found(root)
    assert (one.old, other.old, len(other.marks)) == ("[footnote]", "", 1)


def test_a_move_whose_other_half_is_lost_is_a_deletion() -> None:
    half = f'<w:moveFromRangeStart w:id="7" w:name="m1" w:author="{ONE}"/>{mark("moveFrom", run("x"))}<w:moveFromRangeEnd w:id="7"/>'
    assert [(c.kind, c.old) for c in found(part(f"<w:p>{half}{run('y')}</w:p>"))] == [("deletion", "x")]


LOOKS = {
    "bold on": ("<w:b/>", ""),
    "bold off; italic on": ('<w:b w:val="0"/><w:i/>', "<w:b/>"),
    "size changed": ('<w:sz w:val="24"/>', '<w:sz w:val="20"/>'),
    "style “none” → “none”": ('<w:rStyle w:val="X"/>', '<w:rStyle w:val="Y"/>'),
    "formatting changed": ("<w:bCs/>", ""),
}


@pytest.mark.parametrize("what", LOOKS)
def test_a_formatting_is_told_by_what_differs(what: str) -> None:
    now, former = LOOKS[what]
    look = f"<w:rPr>{now}{mark('rPrChange', f'<w:rPr>{former}</w:rPr>')}</w:rPr>"
    piece = f"<w:r>{look}<w:t>word</w:t></w:r>"
    (change,) = found(part(f"<w:p>{piece}{piece}{run('plain')}</w:p>"))
    assert (change.kind, change.what, change.old, len(change.marks)) == ("formatting", what, "wordword", 2)


def test_layouts_of_a_table_and_of_the_page_are_told() -> None:
    grid = mark("tblGridChange", "<w:tblGrid/>")
    page = mark("sectPrChange", "<w:sectPr/>")
    root = part(
        f"<w:tbl><w:tblGrid>{grid}</w:tblGrid><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl><w:sectPr>{page}</w:sectPr>"
    )
    assert [c.what for c in found(root)] == ["layout of the table changed", "page layout changed"]


def test_text_boxes_are_read_once() -> None:
    box = f"<w:txbxContent><w:p>{come('in the box')}</w:p></w:txbxContent>"
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    both = f'<mc:AlternateContent xmlns:mc="{mc}"><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>'
    (change,) = found(part(f"<w:p><w:r>{both}</w:r></w:p>"))
    assert change.new == "in the box"


# Accepting and rejecting


def settled(root: etree._Element, *verdicts: bool) -> list[str]:
    """Settle the changes of a document in order, and return its paragraphs."""
    chosen: dict[etree._Element, bool] = {}
    for change, verdict in zip(found(root), verdicts, strict=True):
        chosen.update(dict.fromkeys(change.marks, verdict))
    settlement.settle(root, chosen)
    return ["".join(t.text or "" for t in p.iter(w("t"))) for p in root.iter(w("p"))]


def test_each_change_is_settled_by_itself() -> None:
    xml = f"<w:p>{run('at least ')}{gone('five ')}{come('seven ')}{run('days')}{come(' at most')}</w:p>"
    for first in (True, False):
        for second in (True, False):
            wanted = f"at least {'seven' if first else 'five'} days{' at most' if second else ''}"
            root = part(xml)
            assert settled(root, first, second) == [wanted]
            assert not [e for e in root.iter() if e.get(w("author"))]


def test_rejecting_an_insertion_takes_with_it_what_others_deleted_of_it() -> None:
    xml = f"<w:p>{run('a ')}{mark('ins', run('b ') + gone('c ', OTHER))}{run('d')}</w:p>"
    assert settled(part(xml), False, True) == ["a d"]
    assert settled(part(xml), True, False) == ["a b c d"]
    assert settled(part(xml), True, True) == ["a b d"]


@pytest.mark.parametrize("place", ["text", "paragraph", "row"])
def test_comments_stay_where_what_they_stand_on_goes(place: str) -> None:
    inner = f'<w:commentRangeStart w:id="5"/>{gone("words")}<w:commentRangeEnd w:id="5"/><w:r><w:commentReference w:id="5"/></w:r>'
    end = f"<w:pPr><w:rPr>{mark('del', '')}</w:rPr></w:pPr>"
    held = {
        "text": f"<w:p>{inner}{run('rest')}</w:p>",
        "paragraph": f"<w:p>{end}{inner}</w:p><w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>",
        "row": f"<w:tbl><w:tr><w:trPr>{mark('del', '')}</w:trPr><w:tc><w:p>{inner}</w:p></w:tc></w:tr></w:tbl>",
    }[place]
    root = part(f"<w:p>{run('before')}</w:p>{held}<w:p>{run('after')}</w:p>")
    settled(root, *(True for _ in found(root)))
    assert not [e for e in root.iter(w("t"), w("delText")) if e.text == "words"]
    (reference,) = root.iter(w("commentReference"))
    assert next(reference.iterancestors(w("p")), None) is not None
    assert [len(list(root.iter(w(f"commentRange{side}")))) for side in ("Start", "End")] == [1, 1]
    assert [f for f in marks.faults(whole(root)) if "comment 5" not in f] == []


def whole(root: etree._Element) -> bytes:
    """Return a file with this document."""
    parts = unpacked(draft())
    return packed({**parts, names.DOCUMENT: package.serialised(root)})


def test_a_bookmark_goes_with_the_last_of_what_it_held() -> None:
    held = '<w:bookmarkStart w:id="3" w:name="_CwX"/>' + gone("x") + '<w:bookmarkEnd w:id="3"/>'
    empty = '<w:bookmarkStart w:id="4" w:name="_CwY"/><w:bookmarkEnd w:id="4"/>'
    root = part(f"<w:p>{held}{empty}{run('y')}</w:p>")
    settled(root, True)
    assert [b.get(w("name")) for b in root.iter(w("bookmarkStart"))] == ["_CwY"]


def test_former_properties_come_back() -> None:
    look = f"<w:rPr><w:b/>{mark('rPrChange', '<w:rPr><w:i/></w:rPr>')}</w:rPr>"
    style = f'<w:pPr><w:pStyle w:val="New"/>{mark("pPrChange", "<w:pPr/>")}</w:pPr>'
    root = part(f"<w:p>{style}<w:r>{look}<w:t>x</w:t></w:r></w:p>")
    settled(root, False, False)
    assert [etree.QName(e).localname for e in root.iter()][2:] == ["p", "r", "rPr", "i", "t"]


def test_merged_cells_are_as_was_decided() -> None:
    merge_mark = mark("cellMerge", "", more=' w:vMerge="rest" w:vMergeOrig="cont"')
    cell = f"<w:tc><w:tcPr>{merge_mark}</w:tcPr><w:p/></w:tc>"
    for verdict, value in ((True, "restart"), (False, "continue")):
        root = part(f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>")
        settled(root, verdict)
        (merge,) = root.iter(w("vMerge"))
        assert merge.get(w("val")) == value


SAMPLES: dict[str, Callable[[], bytes]] = {
    "articles": draft,
    "everything": consultation.decimal,
    "arabic": lambda: write(word_samples.arabic(), word_samples.style()),
}
VERDICTS = {"accepted": True, "rejected": False}


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("seed", range(8))
def test_many_edits_each_decided_by_lot_come_out_as_another_reader_of_the_standard_has_them(
    sample: str, seed: int
) -> None:
    data, _ = ministry.edited(SAMPLES[sample](), seed, 25, tracked=0.9)
    lot = Random(seed)
    parts = unpacked(data)
    for name, tree in stories(parts).items():
        if tree.tag != w("comments"):
            for change in found(tree):
                verdict = lot.choice(["accepted", "rejected", "open"])
                for one in change.marks:
                    one.set(w("author"), verdict)
            _ranges_follow(tree)
            left = {e.get(w("author")) for e in tree.iter() if e.get(w("author"))}
            assert left <= {"accepted", "rejected", "open"}, "a mark belongs to no change"
            parts[name] = package.serialised(tree)
    wanted = marks.rejected(marks.accepted(parts, "accepted"), "rejected")
    made = dict(parts)
    for name, tree in stories(parts).items():
        if tree.tag != w("comments"):
            ranges = (w("moveFromRangeStart"), w("moveToRangeStart"))
            chosen = {
                e: VERDICTS[str(e.get(w("author")))]
                for e in tree.iter()
                if e.get(w("author")) in VERDICTS and e.tag not in ranges
            }
            settlement.settle(tree, chosen)
            made[name] = package.serialised(tree)
    assert marks.difference(marks.without_comments(wanted), marks.without_comments(made)) == ""
    assert set(marks.faults(made)) <= set(marks.faults(data))
    kept = {c.text for c in read_comments(parts, "x")}
    assert {c.text for c in read_comments(made, "x")} == kept, "no comment goes with what was decided"


def _ranges_follow(tree: etree._Element) -> None:
    """Give the ranges of moves the name of what they hold."""
    for side in ("moveFrom", "moveTo"):
        waiting: list[etree._Element] = []
        for element in tree.iter(w(f"{side}RangeStart"), w(side)):
            if element.tag == w(side):
                for start in waiting:
                    start.set(w("author"), str(element.get(w("author"))))
                waiting = []
            else:
                waiting.append(element)


def test_the_sample_of_a_consultation_is_a_real_draft() -> None:
    lines = Document(consultation.draft()).lines(SCOPE)
    assert lines[0] == "Systems and stages covered" and len(lines) == 6
