"""The oracle of tracked changes: rule by rule on small files, and text for text against pandoc."""

from __future__ import annotations

import io
import zipfile
from random import Random
from typing import Any

import marks
import pytest
import word_parts
from marks import accepted, difference, faults, plain, rejected
from word_pandoc import by_pandoc
from word_parts import w

from pipeline.word import names

WHO = 'w:author="{}" w:date="2027-01-01T00:00:00Z"'
DECLARED = f'xmlns:w="{names.W}" xmlns:r="{names.R}"'


class Ids:
    """Numbers for marks, each given once."""

    def __init__(self) -> None:
        self.last = 100

    def __call__(self) -> int:
        self.last += 1
        return self.last


ids = Ids()


def mark(kind: str, inner: str = "", author: str = "a", more: str = "") -> str:
    """Return a tracked mark as XML."""
    return f'<w:{kind} w:id="{ids()}" {WHO.format(author)}{more}>{inner}</w:{kind}>'


def r(text: str, look: str = "", tag: str = "t") -> str:
    """Return a run."""
    return f'<w:r>{f"<w:rPr>{look}</w:rPr>" if look else ""}<w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'


def ins(text: str, author: str = "a") -> str:
    return mark("ins", r(text), author)


def gone(text: str, author: str = "a") -> str:
    return mark("del", r(text, tag="delText"), author)


def p(*inner: str, ends: str = "", look: str = "") -> str:
    """Return a paragraph; `ends` are the marks on its own mark, such as `ins`."""
    marks_in = "".join(mark(kind) for kind in ends.split())
    own = f"{look}{f'<w:rPr>{marks_in}</w:rPr>' if marks_in else ''}"
    return f"<w:p>{f'<w:pPr>{own}</w:pPr>' if own else ''}{''.join(inner)}</w:p>"


def style(name: str) -> str:
    return f'<w:pStyle w:val="{name}"/>'


def table(*rows: str) -> str:
    grid = "<w:tblPr/><w:tblGrid><w:gridCol/><w:gridCol/></w:tblGrid>"
    return f"<w:tbl>{grid}{''.join(rows)}</w:tbl>"


def row(*cells: str, ends: str = "") -> str:
    own = f"<w:trPr>{mark(ends)}</w:trPr>" if ends else ""
    return f"<w:tr>{own}{''.join(cells)}</w:tr>"


def tc(*inner: str, look: str = "") -> str:
    return f"<w:tc>{f'<w:tcPr>{look}</w:tcPr>' if look else ''}{''.join(inner)}</w:tc>"


def control(inner: str, tag: str = "t", around: str = "") -> str:
    """Return a block control, its tags in tracked ranges of the kind `around`, as Word writes them."""
    own = f'<w:sdt><w:sdtPr><w:tag w:val="{tag}"/><w:id w:val="{ids()}"/></w:sdtPr><w:sdtContent>'
    if not around:
        return f"{own}{inner}</w:sdtContent></w:sdt>"
    one, two = ids(), ids()
    start, end = f"<w:customXml{around}RangeStart", f"<w:customXml{around}RangeEnd"
    who = WHO.format("a")
    return (
        f'{start} w:id="{one}" {who}/>{own}{end} w:id="{one}"/>{inner}{start} w:id="{two}" {who}/>'
        f'</w:sdtContent></w:sdt>{end} w:id="{two}"/>'
    )


def bookmark(name: str, inner: str) -> str:
    number = ids()
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{inner}<w:bookmarkEnd w:id="{number}"/>'


def document(body: str, notes: str = "", comments: str = "") -> bytes:
    """Return a small Word file."""
    kinds = [("document.main", "document")]
    kinds += [("footnotes", "footnotes")] if notes else []
    kinds += [("comments", "comments")] if comments else []
    types = "".join(f'<Override PartName="/word/{n}.xml" ContentType="{names.WML_TYPE}{k}+xml"/>' for k, n in kinds)
    office = f'<Relationship Id="r1" Type="{names.REL_TYPE}officeDocument" Target="word/document.xml"/>'
    related = "".join(f'<Relationship Id="r{n}" Type="{names.REL_TYPE}{n}" Target="{n}.xml"/>' for _, n in kinds[1:])
    parts = {
        names.TYPES: f'<Types xmlns="{names.CT}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
        names.ROOT_RELS: f'<Relationships xmlns="{names.REL}">{office}</Relationships>',
        names.DOCUMENT_RELS: f'<Relationships xmlns="{names.REL}">{related}</Relationships>',
        names.DOCUMENT: f"<w:document {DECLARED}><w:body>{body}</w:body></w:document>",
    }
    if notes:
        parts[names.FOOTNOTES] = f"<w:footnotes {DECLARED}>{notes}</w:footnotes>"
    if comments:
        parts["word/comments.xml"] = f"<w:comments {DECLARED}>{comments}</w:comments>"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return data.getvalue()


def body(package: word_parts.Package) -> Any:
    return word_parts.stories(word_parts.unpacked(package))[names.DOCUMENT][0]


def styles_of(package: word_parts.Package) -> list[tuple[str, str]]:
    """Return style and text of every paragraph."""
    found = []
    for paragraph in body(package).iter(w("p")):
        named = paragraph.find(f"{w('pPr')}/{w('pStyle')}")
        found.append(("" if named is None else named.get(w("val")), word_parts.text_of(paragraph)))
    return found


CASES: dict[str, tuple[str, list[str], list[str]]] = {
    "inserted and deleted words": (
        p(r("one "), ins("two "), gone("three "), r("four")),
        ["one two four"],
        ["one three four"],
    ),
    "a deletion within an insertion": (p(r("a "), mark("ins", r("b ") + gone("c ")), r("d")), ["a b d"], ["a d"]),
    "a split paragraph": (p(r("one "), ends="ins") + p(r("two")) + p(r("z")), ["one ", "two", "z"], ["one two", "z"]),
    "joined paragraphs": (p(r("one "), ends="del") + p(r("two")) + p(r("z")), ["one two", "z"], ["one ", "two", "z"]),
    "an inserted paragraph": (p(r("one")) + p(ins("new"), ends="ins") + p(r("z")), ["one", "new", "z"], ["one", "z"]),
    "a deleted paragraph": (p(r("one")) + p(gone("old"), ends="del") + p(r("z")), ["one", "z"], ["one", "old", "z"]),
    "a chain of deleted marks": (
        p(gone("a"), ends="del") + p(gone("b"), ends="del") + p(r("c")),
        ["c"],
        ["a", "b", "c"],
    ),
    "a moved paragraph": (
        p(mark("moveFrom", r("m")), ends="moveFrom") + p(r("x")) + p(mark("moveTo", r("m")), ends="moveTo") + p(r("z")),
        ["x", "m", "z"],
        ["m", "x", "z"],
    ),
    "a link whose words go": (
        p(r("a "), f'<w:hyperlink w:anchor="x">{gone("b ")}</w:hyperlink>', r("c")),
        ["a c"],
        ["a b c"],
    ),
    "an inner control": (
        p(r("a "), f"<w:sdt><w:sdtContent>{ins('i ')}{gone('d ')}{r('k')}</w:sdtContent></w:sdt>"),
        ["a i k"],
        ["a d k"],
    ),
    "an inserted control": (
        p(r("one")) + control(p(ins("n1"), ends="ins") + p(ins("n2"), ends="ins"), around="Ins") + p(r("z")),
        ["one", "n1", "n2", "z"],
        ["one", "z"],
    ),
    "a deleted control before another": (
        control(p(gone("n1"), ends="del"), around="Del") + control(p(r("z"))),
        ["z"],
        ["n1", "z"],
    ),
    "words in a table": (
        p(r("a")) + table(row(tc(p(ins("b"))), tc(p(gone("c"), r("d"))))) + p(r("z")),
        ["a", "b", "d", "z"],
        ["a", "cd", "z"],
    ),
    "an emptied paragraph before a table": (
        p(gone("a"), ends="del") + table(row(tc(p(r("b"))), tc(p(r("c"))))) + p(r("z")),
        ["b", "c", "z"],
        ["a", "b", "c", "z"],
    ),
}
"""What pandoc reads too: body, lines when accepted, lines when rejected."""

ALONE: dict[str, tuple[str, list[str], list[str]]] = {
    "an inserted row": (
        table(
            row(tc(p(r("a"))), tc(p(r("b")))), row(tc(p(ins("c"), ends="ins")), tc(p(ins("d"), ends="ins")), ends="ins")
        )
        + p(r("z")),
        ["a", "b", "c", "d", "z"],
        ["a", "b", "z"],
    ),
    "a table whose rows all go": (
        p(r("a")) + table(row(tc(p(gone("b"))), tc(p(gone("c"))), ends="del")) + p(r("z")),
        ["a", "z"],
        ["a", "b", "c", "z"],
    ),
    "a row in a control of Google's": (
        table(
            row(tc(p(r("a"))), tc(p(r("b")))),
            f"<w:sdt><w:sdtContent>{row(tc(p(r('c'))), tc(p(r('d'))), ends='del')}</w:sdtContent></w:sdt>",
        )
        + p(r("z")),
        ["a", "b", "z"],
        ["a", "b", "c", "d", "z"],
    ),
    "an inserted cell": (
        table(row(tc(p(r("a"))), tc(p(r("b")), look=mark("cellIns")))) + p(r("z")),
        ["a", "b", "z"],
        ["a", "z"],
    ),
    "a deleted cell": (
        table(row(tc(p(r("a"))), tc(p(r("b")), look=mark("cellDel")))) + p(r("z")),
        ["a", "z"],
        ["a", "b", "z"],
    ),
    "a mark inserted and deleted": (p(r("a "), ends="ins del") + p(r("b")) + p(r("z")), ["a b", "z"], ["a b", "z"]),
    "words are not joined with a table": (
        p(r("a"), ends="del") + table(row(tc(p(r("b"))))) + p(r("z")),
        ["a", "b", "z"],
        ["a", "b", "z"],
    ),
    "words are not joined across a control": (control(p(r("a"), ends="del")) + p(r("z")), ["a", "z"], ["a", "z"]),
}
"""What pandoc does not know (rows, cells, a mark with two changes) or does otherwise (it joins across anything)."""


@pytest.mark.parametrize("case", [*CASES, *ALONE])
def test_words_when_accepted_and_rejected(case: str) -> None:
    inner, yes, no = (CASES | ALONE)[case]
    data = document(inner)
    assert plain(accepted(data)) == yes
    assert plain(rejected(data)) == no
    assert (plain(data), plain(data, "rejected")) == (yes, no)
    for package in (accepted(data), rejected(data)):
        assert faults(package) == []
        assert marks.authors(package) == set()


def spaced(lines: list[str]) -> list[str]:
    return [line for text in lines if (line := " ".join(text.split()))]


def test_pandoc_reads_the_same_words() -> None:
    together = document("".join(p(r(f"case {name}")) + inner for name, (inner, _, _) in CASES.items()))
    assert spaced(plain(accepted(together))) == by_pandoc(together, "accept")
    assert spaced(plain(rejected(together))) == by_pandoc(together, "reject")


def at_random(random: Random) -> str:
    """Return a few blocks with marks anywhere that pandoc treats as Word does."""
    words = iter("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" * 20)

    def piece(depth: int = 0) -> str:
        text = next(words) * random.randrange(1, 4) + random.choice(("", " "))
        kind = random.randrange(9 if depth == 0 else 5)
        if kind == 0:
            return ins(text, random.choice("ab"))
        if kind == 1:
            return gone(text, random.choice("ab"))
        if kind == 2:
            return mark("ins", r(text) + gone(next(words), "b") + r(next(words)))
        if kind == 3:
            return mark(random.choice(("moveFrom", "moveTo")), r(text))
        if kind == 5:
            return f'<w:hyperlink w:anchor="x">{piece(1)}{piece(1)}</w:hyperlink>'
        if kind == 6:
            return f"<w:sdt><w:sdtContent>{piece(1)}{piece(1)}</w:sdtContent></w:sdt>"
        return r(text)

    def joinable(*inner: str, kinds: tuple[str, ...]) -> str:
        # pandoc puts a space between paragraphs that it joins; Word does not
        ends = random.choice(kinds)
        return p(*inner, r(" ") if ends else "", ends=ends)

    def whole(kind: str) -> str:
        return p(ins(next(words)) if kind == "ins" else gone(next(words)), ends=kind)

    blocks = []
    for _ in range(random.randrange(2, 7)):
        choice = random.randrange(6)
        if choice == 0:
            blocks.append(whole(random.choice(("ins", "del"))))
        elif choice == 1:
            kind = random.choice(("ins", "del"))
            inner = "".join(whole(kind) for _ in range(random.randrange(1, 4)))
            blocks.append(control(inner, around=kind.capitalize()) + p(r(next(words))))
        elif choice == 2:
            blocks.append(control(joinable(r(next(words)), piece(), kinds=("", "ins", "del")) + p(piece(), r("."))))
        elif choice == 3:
            blocks.append(table(row(tc(p(piece(), r("1"))), tc(p(r("2"), piece())))))
        else:
            chain = [joinable(piece(), piece(), kinds=("", "ins", "del")) for _ in range(random.randrange(1, 4))]
            blocks.append("".join(chain) + p(r(next(words)), piece()))
    return "".join(blocks) + p(r("end"))


def test_pandoc_reads_the_same_words_of_marks_at_random() -> None:
    random = Random(5)
    together = document("".join(p(r(f"case {n}")) + at_random(random) for n in range(300)))
    assert faults(together) == []
    yes, no = spaced(plain(accepted(together))), spaced(plain(rejected(together)))
    assert len(yes) > 1_000
    assert yes == by_pandoc(together, "accept")
    assert no == by_pandoc(together, "reject")


def test_authors_apart_come_to_the_same_as_together() -> None:
    random = Random(6)
    for _ in range(60):
        data = document(at_random(random))
        for resolve in (accepted, rejected):
            apart = resolve(resolve(data, "b"), "a")
            assert difference(apart, resolve(data)) == ""
            assert difference(resolve(resolve(data, "a"), "b"), resolve(data)) == ""
            assert marks.authors(resolve(data, "a")) <= {"b"}


def test_another_time_of_the_same_author_is_left() -> None:
    inner = p(ins("one "), mark("ins", r("two")).replace("2027", "2028"))
    assert plain(rejected(document(inner), "a", "2027-01-01T00:00:00Z"), "shown") == ["two"]


def test_a_joined_paragraph_looks_like_the_one_whose_mark_is_left() -> None:
    data = document(p(r("a "), ends="ins", look=style("A")) + p(r("b"), look=style("B")))
    assert styles_of(rejected(data)) == [("B", "a b")]
    assert styles_of(accepted(data)) == [("A", "a "), ("B", "b")]


def test_formatting_comes_back() -> None:
    run_change = mark("rPrChange", "<w:rPr><w:i/></w:rPr>")
    paragraph_change = mark("pPrChange", f"<w:pPr>{style('Old')}</w:pPr>")
    inner = p(r("a", f"<w:b/>{run_change}"), look="").replace(
        "<w:p>",
        f"<w:p><w:pPr>{style('New')}<w:rPr>{mark('ins', author='b')}<w:b/></w:rPr>{paragraph_change}</w:pPr>",
        1,
    )
    data = document(inner + p(r("z")))
    assert (
        difference(
            rejected(data, "a"),
            document(
                p(r("a", "<w:i/>"), look="").replace(
                    "<w:p>", f"<w:p><w:pPr>{style('Old')}<w:rPr>{mark('ins', author='b')}<w:b/></w:rPr></w:pPr>", 1
                )
                + p(r("z"))
            ),
        )
        == ""
    )
    kept = document(
        p(r("a", "<w:b/>")).replace(
            "<w:p>", f"<w:p><w:pPr>{style('New')}<w:rPr>{mark('ins', author='b')}<w:b/></w:rPr></w:pPr>", 1
        )
        + p(r("z"))
    )
    assert difference(accepted(data, "a"), kept) == ""


@pytest.mark.parametrize(
    ("changed", "former", "now"),
    [
        ("<w:numPr>{ins}</w:numPr>", "", "<w:numPr/>"),
        ('<w:numPr><w:numId w:val="3"/>{ins}</w:numPr>', "", '<w:numPr><w:numId w:val="3"/></w:numPr>'),
    ],
)
def test_inserted_numbering(changed: str, former: str, now: str) -> None:
    data = document(p(r("a"), look=changed.format(ins=mark("ins"))))
    assert difference(rejected(data), document(p(r("a"), look=former))) == ""
    assert difference(accepted(data), document(p(r("a"), look=now))) == ""


def test_formatting_of_tables_and_sections_comes_back() -> None:
    def made(width: str, head: str, cell: str, page: str) -> str:
        own = f"<w:tbl><w:tblPr>{width}</w:tblPr><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:trPr>{head}</w:trPr>"
        return (
            f"{own}<w:tc><w:tcPr>{cell}</w:tcPr>{p(r('a'))}</w:tc></w:tr></w:tbl>{p(r('z'))}<w:sectPr>{page}</w:sectPr>"
        )

    old = ("<w:jc/>", "<w:cantSplit/>", "<w:noWrap/>", '<w:headerReference r:id="h"/><w:pgSz w:w="1"/>')
    new = (
        "<w:bidiVisual/>" + mark("tblPrChange", "<w:tblPr><w:jc/></w:tblPr>"),
        "<w:tblHeader/>" + mark("trPrChange", "<w:trPr><w:cantSplit/></w:trPr>"),
        "<w:hideMark/>" + mark("tcPrChange", "<w:tcPr><w:noWrap/></w:tcPr>"),
        '<w:headerReference r:id="h"/><w:pgSz w:w="2"/>'
        + mark("sectPrChange", '<w:sectPr><w:pgSz w:w="1"/></w:sectPr>'),
    )
    assert difference(rejected(document(made(*new))), document(made(*old))) == ""
    after = ("<w:bidiVisual/>", "<w:tblHeader/>", "<w:hideMark/>", '<w:headerReference r:id="h"/><w:pgSz w:w="2"/>')
    assert difference(accepted(document(made(*new))), document(made(*after))) == ""


def test_a_control_goes_only_with_both_its_ends() -> None:
    whole = document(p(r("a")) + control(p(r("b")), around="Ins") + p(r("z")))
    assert difference(rejected(whole), document(p(r("a")) + p(r("b")) + p(r("z")))) == ""
    half = control(p(r("b")), around="Ins")
    half = half[half.index("<w:sdt>") :]
    assert next(body(rejected(document(half + p(r("z"))))).iter(w("sdt")), None) is not None


def test_a_control_that_is_not_tracked_keeps_an_empty_paragraph() -> None:
    data = document(control(p(gone("a"), ends="del")) + p(r("z")))
    assert styles_of(accepted(data)) == [("", ""), ("", "z")]
    assert faults(accepted(data)) == []


def test_a_bookmark_goes_with_what_it_held_and_no_other() -> None:
    start, end = bookmark("over", "|").split("|")
    inner = (
        p(bookmark("gone", gone("a")), bookmark("point", ""), r("b "), bookmark("kept", gone("c") + r("d")))
        + p(start, gone("e"), ends="del")
        + p(gone("f"), end, ends="del")
        + p(r("z"))
    )
    assert faults(document(inner)) == []
    left = [b.get(w("name")) for b in body(accepted(document(inner))).iter(w("bookmarkStart"))]
    assert left == ["point", "kept"]
    assert faults(accepted(document(inner))) == []
    assert len(list(body(rejected(document(inner))).iter(w("bookmarkStart")))) == 4


def _note(number: int, inner: str) -> str:
    return f'<w:footnote w:id="{number}">{p(inner)}</w:footnote>'


def test_a_footnote_goes_with_its_reference() -> None:
    def refers(number: int) -> str:
        return f'<w:r><w:footnoteReference w:id="{number}"/></w:r>'

    inner = p(r("a"), mark("ins", refers(1)), mark("del", refers(2)), refers(3))
    data = document(inner, _note(1, ins("one")) + _note(2, gone("two")) + _note(3, r("three ") + ins("x")))
    assert plain(rejected(data)) == ["a", "two", "three "]
    assert plain(accepted(data)) == ["a", "one", "three x"]
    assert [n.get(w("id")) for n in word_parts.stories(rejected(data))[names.FOOTNOTES]] == ["2", "3"]
    assert spaced(plain(accepted(data))) == by_pandoc(data, "accept")
    assert spaced(plain(rejected(data))) == by_pandoc(data, "reject")


def _commented(number: int, inner: str) -> str:
    reference = f'<w:r><w:commentReference w:id="{number}"/></w:r>'
    return f'<w:commentRangeStart w:id="{number}"/>{inner}<w:commentRangeEnd w:id="{number}"/>{reference}'


def _comment(number: int, author: str = "a") -> str:
    return f'<w:comment w:id="{number}" {WHO.format(author)}>{p(r("why?"))}</w:comment>'


def test_comments_of_an_author_go_and_those_of_others_stay() -> None:
    data = document(p(_commented(0, r("a")), _commented(1, r("b"))), "", _comment(0) + _comment(1, "b"))
    assert faults(data) == []
    assert (
        difference(marks.without_comments(data, "b"), document(p(_commented(0, r("a")), r("b")), "", _comment(0))) == ""
    )
    assert difference(marks.without_comments(data), document(p(r("ab")))) == ""
    bare = marks.without_comments(data)
    assert "word/comments.xml" not in bare and faults(bare) == []


def test_a_comment_goes_with_its_reference() -> None:
    reference = '<w:r><w:commentReference w:id="0"/></w:r>'
    inner = p(
        r("a"), f'<w:commentRangeStart w:id="0"/>{gone("b")}<w:commentRangeEnd w:id="0"/>', mark("del", reference)
    )
    data = document(inner, "", _comment(0))
    assert difference(accepted(data), document(p(r("a")))) == ""
    assert faults(accepted(data)) == []


def test_files_that_say_the_same_have_one_form() -> None:
    one = document(p(mark("ins", r("a ") + r("b"), "x"), r("c", "<w:b/>"), r("d", "<w:b/>")))
    other = document(
        p(
            ins("a ", "x"),
            ins("b", "x"),
            "<w:proofErr w:type='spellStart'/>",
            r("cd", "<w:b/>"),
            "<w:r><w:rPr><w:i/></w:rPr></w:r>",
        ).replace("<w:p>", "<w:p w:rsidR='00112233'><w:pPr><w:rPr/></w:pPr>", 1)
    )
    assert difference(one, other) == ""
    for changed in (
        p(ins("a ", "x"), ins("b", "y"), r("cd", "<w:b/>")),
        p(ins("a b", "x"), r("cd")),
        p(ins("a b", "x"), bookmark("n", r("cd", "<w:b/>"))),
        p(ins("a b", "x"), r("ce", "<w:b/>")),
        p(ins("a b", "x"), r("cd", "<w:b/>"), look=style("S")),
    ):
        assert "word/document.xml differs" in difference(one, document(changed))


def test_what_is_left_beside_the_text() -> None:
    given = word_parts.unpacked(document(p(r("a")), _note(1, r("b"))))
    made = dict(given) | {"word/styles.xml": b"<a/>"}
    assert marks.beside(given, made) == []
    assert marks.beside(made, given) == ["word/styles.xml has gone"]
    assert marks.beside(made, made | {"word/styles.xml": b"<b/>"}) == ["word/styles.xml was changed"]
    bare = word_parts.without_parts(given, ("footnotes",))
    assert any("no longer has" in line for line in marks.beside(given, bare))


FAULTY = {
    "no date": (p('<w:ins w:id="1" w:author="a"><w:r><w:t>x</w:t></w:r></w:ins>'), "does not say when"),
    "no author": (p('<w:ins w:id="1" w:date="2027-01-01T00:00:00Z"><w:r><w:t>x</w:t></w:r></w:ins>'), "who made it"),
    "no number": (p(f"<w:ins {WHO.format('a')}><w:r><w:t>x</w:t></w:r></w:ins>"), "has no number"),
    "one number twice": (
        p(
            f'<w:ins w:id="1" {WHO.format("a")}>{r("x")}</w:ins><w:bookmarkStart w:id="1" w:name="n"/><w:bookmarkEnd w:id="1"/>'
        ),
        "the number 1 stands on 2 marks",
    ),
    "text in a deletion": (p(mark("del", r("x"))), "w:t stands in w:del"),
    "deleted text outside": (p(r("x", tag="delText")), "w:delText stands outside"),
    "an empty mark": (p(r("x"), mark("ins")), "is empty"),
    "a mark in a mark": (p(mark("ins", ins("x"))), "stands in another"),
    "a bookmark without end": (p('<w:bookmarkStart w:id="1" w:name="n"/>'), "has no end"),
    "an end of nothing": (p('<w:bookmarkEnd w:id="1"/>'), "ends nothing"),
    "one bookmark twice": (p(bookmark("n", r("x")), bookmark("n", r("y"))), "the bookmark n stands there 2 times"),
    "a control without content": ("<w:sdt><w:sdtContent/></w:sdt>", "a control is empty"),
    "a cell without paragraph": (table("<w:tr><w:tc><w:tcPr/></w:tc></w:tr>"), "does not end in a paragraph"),
    "a row too wide": (table(row(tc(p()), tc(p()), tc(p()))), "a row spans 3 columns of 2"),
    "an empty run": (p("<w:r><w:rPr><w:b/></w:rPr></w:r>"), "a run is empty"),
    "no such comment": (p(_commented(7, r("x"))), "there is no comment 7"),
    "no such footnote": (p('<w:r><w:footnoteReference w:id="7"/></w:r>'), "there is no footnote 7"),
    "a field without end": (p('<w:r><w:fldChar w:fldCharType="begin"/></w:r>'), "1 fields have no end"),
    "no relationship": (p('<w:hyperlink r:id="rId77"/>'), "no relationship rId77"),
    "half a move": (
        p(mark("moveFromRangeStart", more=' w:name="m"'), '<w:moveFromRangeEnd w:id="1"/>'),
        "has no counterpart",
    ),
}


@pytest.mark.parametrize("case", FAULTY)
def test_a_fault_is_found(case: str) -> None:
    inner, said = FAULTY[case]
    assert any(said in fault for fault in faults(document(inner + p(r("z"))))), faults(document(inner))


def test_faults_of_the_package_are_found() -> None:
    parts = word_parts.unpacked(document(p(r("a"), '<w:r><w:footnoteReference w:id="1"/></w:r>'), _note(1, r("b"))))
    assert faults(parts) == []
    without = {n: d for n, d in parts.items() if n != names.FOOTNOTES}
    assert any("which is not in the file" in f for f in faults(without))
    assert any("no type for" in f for f in faults(parts | {"word/more.xml": b"<a/>"}))
    assert any("damaged" in f for f in faults(parts | {names.FOOTNOTES: b"<a>"}))
    assert any("DOCX-001" in f or "not a Word file" in f for f in faults(b"no zip"))
    twice = _comment(0) + _comment(0)
    assert any("the comment 0 stands there 2 times" in f for f in faults(document(p(_commented(0, r("a"))), "", twice)))


def test_marks_that_word_keeps_are_told() -> None:
    kept = table(row(tc(p(r("a"))), tc(p(r("b")) + p(ins("c"), ends="ins")))) + p(ins("z"), ends="ins")
    assert marks.lasting(document(kept)) == ["word/document.xml: c", "word/document.xml: z"]
    fine = table(row(tc(p(ins("a"), ends="ins")), tc(p()), ends="ins")) + control(p(ins("b"), ends="ins")) + p(r("z"))
    assert marks.lasting(document(fine)) == []
