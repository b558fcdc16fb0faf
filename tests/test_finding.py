"""Units found again in files that were edited, saved by other programs, or robbed of every name."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from functools import cache
from random import Random

import ministry
import pytest
import revisions
from lxml import etree
from ministry import Document
from word_parts import text_of, w

from pipeline.render.docx import Anchors
from pipeline.revise.finding import Finding, Found, found
from pipeline.word import anchors, package
from pipeline.word.anchors import Base, Kept
from pipeline.word.wording import Words

Element = etree._Element
P, TABLE, CONTROL, TEXT = w("p"), w("tbl"), w("sdt"), w("t")
WORD = re.compile(r"\w+")

needs_libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


def kept_in(data: bytes) -> Kept:
    kept = anchors.kept(package.opened(data, "test.docx"))
    assert kept is not None
    return kept


def find(data: bytes) -> tuple[Finding, Kept]:
    kept = kept_in(data)
    return found(Document(data).tree(), kept), kept


def lines(unit: Found) -> list[str]:
    paragraphs = (p for block in unit.blocks for p in ([block] if block.tag == P else block.iter(P)))
    return [" ".join(text.split()) for p in paragraphs if (text := text_of(p)).strip()]


def by_anchor(finding: Finding) -> dict[str, Found]:
    return {unit.anchor: unit for unit in finding.units}


def changed(finding: Finding, kept: Kept) -> list[str]:
    """Return the units whose lines are not as they were written."""
    return [
        unit.anchor
        for unit in finding.units
        if lines(unit) != [" ".join(line.split()) for line in kept.units[unit.anchor].lines]
    ]


def ways(finding: Finding) -> Counter[str]:
    return Counter(unit.how for unit in finding.units)


@cache
def us_federal(profile: Anchors = "word") -> bytes:
    return revisions.us_federal(anchors=profile).old_docx


# A whole guideline without a name in it


def origins(doc: Document) -> dict[Element, str]:
    """Return the unit of each block; kept outside of the file, so that nothing that is searched can tell."""
    return {block: anchor for anchor in doc.anchors() for block in doc.blocks(anchor) if block.tag in (P, TABLE)}


def sentence(random: Random, words: Sequence[str], length: int) -> str:
    return " ".join(random.choice(words) for _ in range(length)).capitalize() + "."


def added(text: str, like: Element | None = None) -> Element:
    paragraph = etree.Element(P)
    properties = like.find(w("pPr")) if like is not None and like.tag == P else None
    if properties is not None:
        paragraph.append(deepcopy(properties))
    etree.SubElement(etree.SubElement(paragraph, w("r")), TEXT).text = text
    return paragraph


def replaced(text: str, share: float, random: Random, words: Sequence[str]) -> str:
    return WORD.sub(lambda match: random.choice(words) if random.random() < share else match.group(), text)


def edited(doc: Document, origin: dict[Element, str], random: Random) -> tuple[set[str], set[Element]]:
    """Edit a third of the units; return those that were deleted, and the paragraphs that belong to none.

    Words are replaced by others of the file, a paragraph is added in a clause or between two, a clause is moved anywhere
    or deleted.
    """
    words = WORD.findall(" ".join(t.text or "" for t in doc.body.iter(TEXT)))
    units: dict[str, list[Element]] = {}
    for block, anchor in origin.items():
        units.setdefault(anchor, []).append(block)
    gone: set[str] = set()
    own: set[Element] = set()
    for anchor in random.sample(sorted(units), len(units) // 3):
        blocks = units[anchor]
        match random.choice(("words", "within", "between", "move", "delete")):
            case "words":
                share = random.uniform(0.05, 0.4)
                for text in (t for block in blocks for t in block.iter(TEXT) if t.text):
                    text.text = replaced(text.text or "", share, random, words)
            case "within":
                place = random.choice(blocks[:-1] or blocks)
                place.addnext(added(sentence(random, words, 20), place))
            case "between":
                made = added(sentence(random, words, 30), blocks[-1])
                blocks[-1].addnext(made)
                own.add(made)
            case "move":
                there = units[random.choice([a for a in units if a != anchor and a not in gone])][-1]
                for block in reversed(blocks):
                    there.addnext(block)
            case _:
                gone.add(anchor)
                for block in blocks:
                    block.getparent().remove(block)  # type: ignore[union-attr]
    return gone, own


@pytest.mark.parametrize("seed", range(4))
def test_without_a_name_nearly_all_units_are_found_and_none_wrongly(seed: int) -> None:
    data = us_federal()
    doc, kept = Document(data), kept_in(data)
    origin = origins(doc)
    ministry.remove_anchors(doc)
    gone, own = edited(doc, origin, Random(seed))
    ministry.renamed_styles(doc)
    ministry.scattered(doc, Random(seed))
    finding = found(doc.tree(), kept)
    there = {anchor for block, anchor in origin.items() if block.getroottree() == doc.tree().getroottree()} - gone
    units = by_anchor(finding)
    assert len(there & units.keys()) >= 0.95 * len(there)
    assert [(u.anchor, origin[b]) for u in finding.units for b in u.blocks if origin.get(b, u.anchor) != u.anchor] == []
    assert [u.anchor for u in finding.units for b in u.blocks if b in own] == []
    assert gone & units.keys() == set()
    assert set(finding.lost) == kept.units.keys() - units.keys()
    assert ways(finding).keys() == {"text"}


def test_an_unchanged_file_without_a_name_is_found_whole() -> None:
    doc = Document(us_federal())
    ministry.google(doc)
    ministry.remove_anchors(doc)
    finding, kept = find(doc.bytes())
    assert len(finding.units) == len(kept.units) > 200
    assert changed(finding, kept) == []
    assert {unit.sure for unit in finding.units} == {1.0}


def test_another_draft_is_not_found_in_a_file() -> None:
    doc = Document(us_federal())
    ministry.remove_anchors(doc)
    other = kept_in(revisions.arabic().old_docx)
    finding = found(doc.tree(), other)
    assert finding.units == ()
    assert finding.lost == tuple(other.units)


# What other programs leave


@pytest.fixture(scope="module")
def resaved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return files saved again by LibreOffice."""
    folder = tmp_path_factory.mktemp("libreoffice")
    files = {
        "word": us_federal(),
        "libre": us_federal("libre"),
        "arabic-word": revisions.arabic(anchors="word").old_docx,
        "arabic-libre": revisions.arabic().old_docx,
    }
    for name, data in files.items():
        (folder / f"{name}.docx").write_bytes(data)
    command = [
        "soffice",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "docx",
    ]
    words = [*command, "--outdir", str(folder / "out"), *(str(folder / f"{name}.docx") for name in files)]
    subprocess.run(words, check=True, capture_output=True, timeout=170)
    return {name: (folder / "out" / f"{name}.docx").read_bytes() for name in files}


@needs_libreoffice
@pytest.mark.parametrize("name", ["word", "libre", "arabic-word", "arabic-libre"])
def test_libreoffice_leaves_every_unit_to_be_found_whole(resaved: dict[str, bytes], name: str) -> None:
    finding, kept = find(resaved[name])
    assert finding.lost == ()
    assert finding.copies == ()
    assert len(finding.units) > 10
    assert changed(finding, kept) == []
    assert "tag" not in ways(finding)
    if name in ("libre", "arabic-libre"):
        assert ways(finding).keys() == {"bookmark"}
        assert finding.warnings == ()
    else:
        assert ways(finding)["alias"] > 0.5 * len(finding.units)
        (warning,) = finding.warnings
        assert (warning.kind, warning.count) == ("resaved", ways(finding)["alias"])


@pytest.mark.parametrize("profile", ["word", "libre"])
def test_a_file_as_it_was_drawn_is_found_whole(profile: Anchors) -> None:
    data = us_federal(profile)
    tree, kept = Document(data).tree(), kept_in(data)
    finding = found(tree, kept)
    assert ways(finding) == {"tag" if profile == "word" else "bookmark": len(kept.units)}
    assert changed(finding, kept) == []
    assert [unit.control is not None for unit in finding.units] == [profile == "word"] * len(kept.units)


def test_controls_of_google_docs_are_looked_through() -> None:
    doc = Document(us_federal())
    ministry.google(doc)
    finding, kept = find(doc.bytes())
    assert ways(finding) == {"tag": len(kept.units)}
    assert changed(finding, kept) == []


def test_bookmarks_alone_are_enough() -> None:
    doc = Document(us_federal())
    for anchor in doc.anchors():
        ministry.remove_control(doc, anchor)
    finding, kept = find(doc.bytes())
    assert ways(finding) == {"bookmark": len(kept.units)}
    assert changed(finding, kept) == []


@pytest.mark.parametrize(("bookmark", "how"), [(True, "bookmark"), (False, "text")])
def test_a_unit_whose_control_was_removed_is_found_by_what_is_left(bookmark: bool, how: str) -> None:
    doc = Document(us_federal())
    anchor = doc.anchors()[40]
    ministry.remove_control(doc, anchor)
    if not bookmark:
        ministry.remove_bookmark(doc, anchor)
    finding, kept = find(doc.bytes())
    unit = by_anchor(finding)[anchor]
    assert (unit.how, unit.control) == (how, None)
    assert changed(finding, kept) == []
    assert finding.lost == ()


def test_arabic_text_is_found_without_a_name() -> None:
    doc = Document(revisions.arabic().old_docx)
    ministry.remove_anchors(doc)
    kept = kept_in(doc.bytes())
    words = Counter(word for unit in kept.units.values() for line in unit.lines for word in line.split())
    often = next(word for word, times in words.most_common() if len(word) > 4)
    for text in doc.body.iter(TEXT):
        text.text = (text.text or "").replace(often, "كلمة")
    finding, kept = find(doc.bytes())
    assert finding.lost == ()
    assert ways(finding) == {"text": len(kept.units)}


# Small files, a fault at a time

A = ("Retention of records", "The agency erases a search log six months after the last use of its result in a file.")
B = (
    "Live recognition of faces",
    "A camera compares faces in a street only on a warrant that names place, hour and list.",
)
C = ("Audit by an outsider", "Every third year an auditor whom parliament appoints inspects the models and thresholds.")
TEXTS = {"clause:a": A, "clause:b": B, "clause:c": C}


def kept_of(texts: Mapping[str, tuple[str, ...]]) -> Kept:
    units = {
        anchor: Base(anchor, anchor, "", tuple(Words(line) for line in own), alias=f"{n}.1 {own[0] if own else ''}")
        for n, (anchor, own) in enumerate(texts.items(), 1)
    }
    return Kept({}, units)


def paragraphs(*texts: str) -> str:
    return "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in texts)


def control(inner: str, tag: str = "", alias: str = "", number: int = 0) -> str:
    given = (f'<w:alias w:val="{alias}"/>' if alias else "") + (f'<w:tag w:val="{tag}"/>' if tag else "")
    given += f'<w:id w:val="{number}"/>' if number else ""
    return f"<w:sdt><w:sdtPr>{given}</w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>"


def start(anchor: str, number: int = 1) -> str:
    return f'<w:bookmarkStart w:id="{number}" w:name="{anchors.bookmark(anchor)}"/>'


def end(number: int = 1) -> str:
    return f'<w:bookmarkEnd w:id="{number}"/>'


def table(*cells: str) -> str:
    return "<w:tbl><w:tr>" + "".join(f"<w:tc>{cell}</w:tc>" for cell in cells) + "</w:tr></w:tbl>"


def document(*pieces: str) -> Element:
    inner = "".join(pieces)
    text = f'<w:document xmlns:w="{w("x")[1:-2]}"><w:body>{inner}<w:sectPr/></w:body></w:document>'
    return package.parsed(text.encode(), "word/document.xml", "test.docx")


def told(finding: Finding) -> dict[str, tuple[str, list[str]]]:
    return {unit.anchor: (unit.how, lines(unit)) for unit in finding.units}


OWN = "The ministry adds a paragraph of its own about stationery."
LATER = [paragraphs(*B), paragraphs(*C)]


def test_own_paragraphs_belong_to_a_clause_within_it_and_to_none_between_two() -> None:
    doc = document(paragraphs(A[0], OWN, A[1]), paragraphs("Between the two: parking."), *LATER)
    finding = found(doc, kept_of(TEXTS))
    assert told(finding) == {
        "clause:a": ("text", [A[0], OWN, A[1]]),
        "clause:b": ("text", list(B)),
        "clause:c": ("text", list(C)),
    }


LONG = (*A, "Nothing that the Code of Criminal Procedure orders to be kept is erased before the case is closed.")


def test_however_much_is_added_within_a_clause_it_belongs_to_it() -> None:
    own = [f"{OWN} Paragraph {n}." for n in range(6)]
    doc = document(paragraphs(*LONG[:2], *own, LONG[2]), *LATER)
    assert told(found(doc, kept_of({**TEXTS, "clause:a": LONG})))["clause:a"] == ("text", [*LONG[:2], *own, LONG[2]])


def test_a_paragraph_that_was_split_stays_with_its_clause() -> None:
    words = LONG[2].split(" ")
    halves = " ".join(words[:11]), " ".join(words[11:])
    doc = document(paragraphs(*LONG[:2], *halves), paragraphs(OWN), *LATER)
    assert told(found(doc, kept_of({**TEXTS, "clause:a": LONG})))["clause:a"] == ("text", [*LONG[:2], *halves])


def test_a_heading_that_was_written_anew_is_known_by_its_style() -> None:
    texts = {f"clause:{n}": (f"Heading {word}", f"{word} {A[1]} {word} {word}") for n, word in enumerate(NUMERALS)}
    pieces = [titled(*text) for text in texts.values()]
    pieces[3] = titled("Quite other words above it", texts["clause:3"][1])
    finding = found(document(*pieces), kept_of(texts))
    assert told(finding)["clause:3"] == ("text", ["Quite other words above it", texts["clause:3"][1]])


NUMERALS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa")


def titled(title: str, *texts: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="x7"/></w:pPr><w:r><w:t>{title}</w:t></w:r></w:p>' + paragraphs(*texts)


def test_the_blank_paragraph_behind_a_table_is_the_last_of_its_unit() -> None:
    doc = document(paragraphs(A[0]), table(paragraphs(A[1])), paragraphs("", ""), *LATER)
    unit = by_anchor(found(doc, kept_of(TEXTS)))["clause:a"]
    assert [block.tag for block in unit.blocks] == [P, TABLE, P]


def test_of_two_headings_that_say_the_same_the_nearer_is_meant() -> None:
    doc = document(paragraphs(*B), paragraphs(A[0], OWN, OWN, OWN), paragraphs(*A), paragraphs(*C))
    finding = found(doc, kept_of({"clause:b": B, "clause:a": A, "clause:c": C}))
    body = list(doc.iter(P))
    assert by_anchor(finding)["clause:a"].blocks == (body[6], body[7])


HALF = "The agency erases some old log half a year after any last use of its result by clerks."


def test_much_less_will_do_between_the_old_neighbours_than_elsewhere() -> None:
    texts = {"clause:b": B, "clause:a": A, "clause:c": C}
    between = found(document(paragraphs(*B), paragraphs("Deletion", HALF), paragraphs(*C)), kept_of(texts))
    assert HALF in told(between)["clause:a"][1]
    elsewhere = found(document(paragraphs(*B), paragraphs(*C), paragraphs("Deletion", HALF)), kept_of(texts))
    assert elsewhere.lost == ("clause:a",)


def test_the_edited_clause_at_its_old_place_goes_before_an_untouched_copy_elsewhere() -> None:
    mine = A[1].replace("search log", "record").replace("last use", "end").replace("file", "case")
    other = LONG[2].replace("Criminal Procedure", "Courts").replace("orders to be kept", "protects")
    doc = document(paragraphs("Erasing", mine, other), *LATER, paragraphs(OWN), paragraphs(*LONG))
    assert told(found(doc, kept_of({**TEXTS, "clause:a": LONG})))["clause:a"][1][-2:] == [mine, other]


def test_of_two_places_alike_out_of_order_none_is_guessed() -> None:
    last = ("Entry into force", "These guidelines take effect on the first day of May after they were signed.")
    doc = document(paragraphs(*B), paragraphs(*C), paragraphs(*A), paragraphs(*last), paragraphs(*A))
    finding = found(doc, kept_of({**TEXTS, "clause:d": last}))
    assert finding.lost == ("clause:a",)


def test_alias_and_number_of_a_control_lead_to_its_unit() -> None:
    kept = kept_of(TEXTS)
    doc = document(
        control(paragraphs(*A), alias="1.1 Retention of records"),
        control(paragraphs(*B), number=anchors.control_id("clause:b")),
        paragraphs(*C),
    )
    finding = found(doc, kept)
    assert told(finding) == {
        "clause:a": ("alias", list(A)),
        "clause:b": ("id", list(B)),
        "clause:c": ("text", list(C)),
    }
    assert [(d.kind, d.count) for d in finding.warnings] == [("resaved", 2)]


def test_a_control_of_the_ministry_with_a_name_of_ours_is_not_ours() -> None:
    doc = document(control(paragraphs("Something else altogether."), tag="min:7", alias="1.1 Retention of records"))
    assert found(doc, kept_of(TEXTS)).units == ()


@pytest.mark.parametrize(
    "wrapped",
    [
        control(control(paragraphs(*A), tag="clause:a"), tag="goog_rdk_1"),
        control(control(paragraphs(*A), tag="goog_rdk_1"), tag="clause:a"),
        control(control(paragraphs(A[0]), tag="goog_rdk_1") + paragraphs(A[1]), tag="clause:a"),
        f"<w:customXml>{control(paragraphs(*A), tag='clause:a')}</w:customXml>",
        table(control(paragraphs(*A), tag="clause:a"), paragraphs("Remark of the ministry")),
    ],
    ids=["inside", "around", "in part", "custom XML", "in a cell"],
)
def test_controls_of_others_around_and_inside_ours_do_not_matter(wrapped: str) -> None:
    finding = found(document(wrapped, *LATER), kept_of(TEXTS))
    assert told(finding)["clause:a"] == ("tag", list(A))
    assert told(finding)["clause:b"] == ("text", list(B))


def test_a_unit_put_into_the_control_of_another_has_its_own_blocks() -> None:
    inner = control(paragraphs(*B), tag="clause:b")
    doc = document(control(paragraphs(A[0]) + inner + paragraphs(A[1]), tag="clause:a"), paragraphs(*C))
    finding = found(doc, kept_of(TEXTS))
    assert told(finding)["clause:a"] == ("tag", list(A))
    assert told(finding)["clause:b"] == ("tag", list(B))


def test_of_two_copies_the_one_most_like_the_base_counts() -> None:
    first = control(paragraphs(A[0], "The agency keeps everything for ever."), tag="clause:a")
    second = control(paragraphs(A[0], A[1].replace("six", "nine")), tag="clause:a")
    finding = found(document(first, *LATER, second), kept_of(TEXTS))
    assert [u.anchor for u in finding.units] == ["clause:b", "clause:c", "clause:a"]
    (copy,) = finding.copies
    assert (copy.anchor, lines(copy)) == ("clause:a", [A[0], "The agency keeps everything for ever."])


def test_a_copy_in_text_alone_is_not_taken_for_the_unit() -> None:
    doc = document(paragraphs(*A), paragraphs(*B), paragraphs(*C), paragraphs(OWN), paragraphs(*A))
    finding = found(doc, kept_of(TEXTS))
    blocks = by_anchor(finding)["clause:a"].blocks
    body = list(doc.iter(P))
    assert blocks == (body[0], body[1])


def test_a_control_whose_text_was_carried_off_gives_way_to_the_text() -> None:
    doc = document(control(paragraphs(""), tag="clause:a"), *LATER, paragraphs(*A))
    assert told(found(doc, kept_of(TEXTS)))["clause:a"] == ("text", list(A))


def test_a_control_whose_text_was_deleted_is_found_empty() -> None:
    doc = document(control(paragraphs(""), tag="clause:a"), *LATER)
    assert told(found(doc, kept_of(TEXTS)))["clause:a"] == ("tag", [])


def marked(*texts: str, anchor: str, number: int, close: bool = True) -> str:
    first, *others = texts
    pieces = [f"<w:p>{start(anchor, number)}<w:r><w:t>{first}</w:t></w:r></w:p>", paragraphs(*others)]
    text = "".join(pieces)
    return text.removesuffix("</w:p>") + end(number) + "</w:p>" if close else text


def test_a_bookmark_without_its_end_reaches_as_far_as_the_text_is_alike() -> None:
    doc = document(
        marked(*A, anchor="clause:a", number=1, close=False),
        paragraphs(OWN),
        marked(*B, anchor="clause:b", number=2),
        paragraphs(*C),
    )
    finding = found(doc, kept_of(TEXTS))
    assert told(finding)["clause:a"] == ("bookmark", list(A))
    assert told(finding)["clause:b"] == ("bookmark", list(B))
    assert told(finding)["clause:c"] == ("text", list(C))


def test_a_bookmark_does_not_reach_over_the_next_unit() -> None:
    stretched = marked(*A, anchor="clause:a", number=1, close=False)
    doc = document(stretched, control(paragraphs(*B), tag="clause:b"), paragraphs(*C, OWN), end(1), paragraphs("End."))
    finding = found(doc, kept_of(TEXTS))
    assert told(finding) == {
        "clause:a": ("bookmark", list(A)),
        "clause:b": ("tag", list(B)),
        "clause:c": ("text", list(C)),
    }


def test_a_bookmark_does_not_reach_over_another() -> None:
    stretched = marked(*A, anchor="clause:a", number=1, close=False)
    doc = document(stretched, marked(*B, anchor="clause:b", number=2), paragraphs(OWN), end(1), paragraphs(*C))
    finding = found(doc, kept_of(TEXTS))
    assert told(finding)["clause:a"] == ("bookmark", list(A))
    assert told(finding)["clause:b"] == ("bookmark", list(B))


def test_marks_at_the_edge_of_the_paragraphs_beside_mark_nothing_of_these() -> None:
    before = f"<w:p><w:r><w:t>{OWN}</w:t></w:r>{start('clause:a')}</w:p>"
    after = f"<w:p>{end()}<w:r><w:t>{OWN}</w:t></w:r></w:p>"
    finding = found(document(before, paragraphs(*A), after, *LATER), kept_of(TEXTS))
    assert told(finding)["clause:a"] == ("bookmark", list(A))


def test_a_collapsed_bookmark_leads_nowhere() -> None:
    single = kept_of({"clause:a": (A[1],)})
    there = found(document(f"<w:p>{start('clause:a')}{end()}<w:r><w:t>{A[1]}</w:t></w:r></w:p>"), single)
    assert told(there) == {"clause:a": ("text", [A[1]])}
    doc = document(f"<w:p>{start('clause:a')}{end()}<w:r><w:t>{B[0]}</w:t></w:r></w:p>", paragraphs(B[1], *C))
    finding = found(doc, kept_of(TEXTS))
    assert finding.lost == ("clause:a",)
    assert told(finding)["clause:b"] == ("text", list(B))


def test_a_bookmark_that_has_slipped_to_another_unit_is_not_followed() -> None:
    doc = document(marked(*B, anchor="clause:a", number=1), paragraphs(*C), paragraphs(*A))
    finding = found(doc, kept_of(TEXTS))
    assert told(finding) == {
        "clause:b": ("text", list(B)),
        "clause:c": ("text", list(C)),
        "clause:a": ("text", list(A)),
    }


def test_a_control_that_libreoffice_made_inline_shows_only_the_beginning() -> None:
    first = control(f"<w:r><w:t>{A[0]}</w:t></w:r>", alias="1.1 Retention of records")
    doc = document(f"<w:p>{first}</w:p>", paragraphs(A[1], OWN), control(paragraphs(*B), tag="clause:b"))
    finding = found(doc, kept_of(TEXTS))
    unit = by_anchor(finding)["clause:a"]
    assert (unit.how, lines(unit), unit.control) == ("alias", list(A), None)


def test_pending_changes_are_read_as_accepted() -> None:
    old, new = A[1].split(" ", 1)
    moved = (
        f"<w:p><w:moveFrom w:id='3' w:author='x'><w:r><w:t>{A[1]}</w:t></w:r></w:moveFrom></w:p>"
        f"<w:p><w:r><w:t>{A[0]}</w:t></w:r></w:p>"
        f"<w:p><w:moveTo w:id='4' w:author='x'><w:r><w:t>{old} </w:t></w:r></w:moveTo>"
        f"<w:del w:id='5' w:author='x'><w:r><w:delText>hardly ever</w:delText><w:tab/></w:r></w:del>"
        f"<w:ins w:id='6' w:author='x'><w:r><w:t>{new}</w:t></w:r></w:ins></w:p>"
    )
    unit = by_anchor(found(document(moved, *LATER), kept_of(TEXTS)))["clause:a"]
    assert (lines(unit), unit.sure) == (list(A), 1.0)


def test_a_deleted_unit_is_not_seen_in_the_entry_that_contents_keep_of_it() -> None:
    texts: dict[str, tuple[str, ...]] = {"part:one": ("Duties of the agencies",), **TEXTS}
    entry = "<w:p><w:r><w:t>Duties of the agencies</w:t><w:tab/><w:t>4</w:t></w:r></w:p>"
    finding = found(document(entry, *(paragraphs(*text) for text in TEXTS.values())), kept_of(texts))
    assert finding.lost == ("part:one",)
    finding = found(document(entry, *(paragraphs(*text) for text in texts.values())), kept_of(texts))
    assert by_anchor(finding)["part:one"].sure == 1.0


GALLERY = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
BEGIN = f"<w:p>{FIELD.format('begin')}<w:r><w:instrText> TOC </w:instrText></w:r></w:p>"
END = f"<w:p>{FIELD.format('end')}</w:p>"


@pytest.mark.parametrize(
    ("before", "behind"),
    [(BEGIN, END), (f"<w:sdt><w:sdtPr>{GALLERY}</w:sdtPr><w:sdtContent>", "</w:sdtContent></w:sdt>")],
    ids=["a field", "a control"],
)
def test_contents_are_known_by_what_holds_them(before: str, behind: str) -> None:
    texts: dict[str, tuple[str, ...]] = {"part:one": ("Duties of the agencies",), **TEXTS}
    contents = before + paragraphs("Duties of the agencies") + behind
    finding = found(document(contents, *(paragraphs(*text) for text in TEXTS.values())), kept_of(texts))
    assert finding.lost == ("part:one",)


def test_a_remnant_of_a_lost_clause_is_not_given_to_the_next() -> None:
    line = "Concerns at present all systems that the agency has assessed."
    anew = ("Stationery is ordered by a clerk in spring.", "Nobody else may order it.")
    last = {anchor: (*own, line) for anchor, own in TEXTS.items()}
    finding = found(document(paragraphs(*A), paragraphs(*anew, line), paragraphs(*C, line)), kept_of(last))
    assert told(finding) == {"clause:a": ("text", list(A)), "clause:c": ("text", [*C, line])}
    first = {anchor: (line, *own) for anchor, own in TEXTS.items()}
    finding = found(document(paragraphs(line, *anew), paragraphs(*B), paragraphs(line, *C)), kept_of(first))
    assert told(finding) == {"clause:b": ("text", list(B)), "clause:c": ("text", [line, *C])}


def test_a_table_of_the_same_names_is_not_taken_for_the_one_that_stood_there() -> None:
    names = [f"Agency of {word}" for word in NUMERALS]
    agencies = ("Agencies addressed", *(cell for name in names for cell in (name, f"{name[10:]} statute")))
    findings = ("Findings of the survey", *(cell for name in names for cell in (name, f"{name[10:]} verdict")))
    texts = {"part:agencies": agencies, "clause:a": A, "part:findings": findings, "clause:b": B}
    moved = table(*(paragraphs(name) for name in names))
    finding = found(document(paragraphs(*A), moved, paragraphs(*B)), kept_of(texts))
    assert finding.lost == ("part:agencies", "part:findings")


def test_boilerplate_is_left_to_the_clause_that_it_stands_in() -> None:
    line = "Concerns at present all systems that the agency has assessed."
    texts = {anchor: (*own, line) for anchor, own in TEXTS.items()}
    left = document(paragraphs(*texts["clause:a"]), paragraphs(*texts["clause:c"]))
    finding = found(left, kept_of(texts))
    assert told(finding) == {"clause:a": ("text", [*A, line]), "clause:c": ("text", [*C, line])}
    assert finding.lost == ("clause:b",)


def test_of_twins_neither_is_guessed() -> None:
    twin = tuple(line.replace("six", "nine") for line in A)
    texts = {"clause:a": A, "clause:twin": twin, "clause:c": C}
    seven = tuple(line.replace("six", "seven") for line in A)
    finding = found(document(paragraphs(*seven), paragraphs(*C)), kept_of(texts))
    assert finding.lost == ("clause:a", "clause:twin")
    both = found(document(paragraphs(*A), paragraphs(*twin), paragraphs(*C)), kept_of(texts))
    assert told(both)["clause:twin"] == ("text", list(twin))


def test_units_laid_out_in_a_table_are_found_in_its_cells() -> None:
    doc = document(table(paragraphs(*A), paragraphs(OWN)), table(paragraphs(*B), paragraphs(*C)))
    finding = found(doc, kept_of(TEXTS))
    assert told(finding)["clause:b"] == ("text", list(B))
    assert told(finding)["clause:c"] == ("text", list(C))


def test_a_sentence_that_libreoffice_has_repeated_is_told() -> None:
    text = "تحدد هذه المبادئ الأغراض التي يجوز للشرطة أن تستخدم فيها هذه النظم."
    kept = kept_of({"clause:a": ("الغرض", text)})
    doc = document(control(paragraphs("الغرض", text * 4), alias="1.1 الغرض"))
    assert [(d.kind, d.anchor, d.count) for d in found(doc, kept).warnings] == [
        ("resaved", "", 1),
        ("repeated", "clause:a", 4),
    ]


def test_without_what_the_file_keeps_only_tags_are_read() -> None:
    doc = document(control(paragraphs(*A), tag="clause:a"), control(paragraphs(*B), tag="other"), paragraphs(*C))
    assert told(found(doc, None)) == {"clause:a": ("tag", list(A))}
    public = Document(revisions.english(audience="public").old_docx)
    assert found(public.tree(), None) == Finding(())


def test_an_empty_file_has_nothing() -> None:
    finding = found(document(), kept_of(TEXTS))
    assert (finding.units, finding.lost) == ((), tuple(TEXTS))


def blocks_of(finding: Finding) -> Iterable[Element]:
    return (block for unit in (*finding.units, *finding.copies) for block in unit.blocks)


DAMAGES: dict[str, Callable[[Document], object]] = {
    "google": ministry.google,
    "copy": lambda d: ministry.duplicate_control(d, d.anchors()[3], d.anchors()[9]),
    "nested": lambda d: d.control(d.anchors()[5]).addnext(d.control(d.anchors()[2])),
    "no anchors": ministry.remove_anchors,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_no_block_belongs_to_two_units(damage: str) -> None:
    doc = Document(revisions.dozen().old_docx)
    DAMAGES[damage](doc)
    finding, _ = find(doc.bytes())
    times = Counter(blocks_of(finding))
    assert times
    assert set(times.values()) == {1}
