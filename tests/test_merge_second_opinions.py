"""The merge held against programs of others: Docxodus, pandoc, LibreOffice and a validator of Word files.

Docxodus loses footnotes at times and writes others twice, also such as stand in all three states; so notes are left out
where its texts are compared. It takes more for a conflict than we do: what it finds one in is not compared.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path

import docx_scalpel
import marks
import merge_drafts
import merge_fuzz
import merge_units
import pytest
import revisions
import three_way
from docx_scalpel import DocxDiffReviewer, docx_diff_consolidate, docx_diff_get_conflicts
from merge_fuzz import Case, States
from openxml_audit import OpenXmlValidator
from word_pandoc import by_pandoc
from word_parts import stories, text_of, w

from pipeline.model.draft import Draft
from pipeline.project.revising import foreign
from pipeline.revise.desk import Terms
from pipeline.revise.merge import AUTHOR, Asked, merged
from pipeline.revise.outcome import Revised
from pipeline.revise.reading import as_read
from pipeline.word import names
from pipeline.word import package as word_package

pytestmark = pytest.mark.slow

DAY = "2026-07-27"
LABEL = re.compile(r"^[^\t]{1,16}\t")
PAIRS = ("english", "strategy", "us_federal", "arabic", "large")
WORDS = (
    "replace words", "delete words", "insert a sentence", "edit a cell", "add a paragraph", "delete a paragraph",
)  # fmt: skip
SEEDS = range(24)
MARGIN = 1.3
"""How many times the characters that must be tracked are tracked at most."""


@dataclass(frozen=True, slots=True)
class Output:
    """A merge, and what it was made of."""

    case: Case
    states: States
    revised: Revised


def output(case: Case) -> Output:
    some = merge_fuzz.states(case)
    return Output(case, some, merge_fuzz.merge_of(case, some.theirs, some.ours))


@pytest.fixture(scope="module")
def outputs() -> dict[int, Output]:
    """Return merges into files that a ministry has edited with change tracking off."""
    cases = {seed: merge_fuzz.case_of(seed) for seed in SEEDS}
    plain = {s: replace(c, edits=8, kinds=WORDS, tracked=0.0, stripped="", redline=False, in_text=False) for s, c in cases.items()}  # fmt: skip
    return {seed: output(case) for seed, case in plain.items()}


@pytest.fixture(scope="module")
def redlines() -> dict[str, tuple[revisions.Pair, bytes]]:
    return {name: (pair := getattr(revisions, name)(), redlined(pair)) for name in PAIRS}


@pytest.fixture(scope="module", autouse=True)
def _program_ended() -> Iterator[None]:
    yield
    docx_scalpel.shutdown_host()


def redlined(pair: revisions.Pair) -> bytes:
    old, new = pair.old_docx, pair.new_docx
    terms = Terms(conflict_text=True, moves=True, kept_numbers=False, words=merge_fuzz.words_of(pair.old.lang))
    script = "rtl" if pair.old.rtl else "latin"
    return merged(Asked(old, new, as_read(old, "old"), "old", DAY, terms, {}, {}, script, as_read(new, "new"))).data  # type: ignore[arg-type]


def body(parts: Mapping[str, bytes]) -> list[str]:
    """Return the lines of the body: notes, numbers that stand as text, and the lines of the contents are left out."""
    document = word_package.parsed(parts[names.DOCUMENT], names.DOCUMENT, "test.docx")
    lines = [text_of(p, shown=True).strip() for p in document.iter(w("p"))]
    return [LABEL.sub("", line) for line in lines if line and not re.search(r"\t\d+$", line)]


def in_one_order(old: Draft, new: Draft) -> bool:
    both = {u.anchor for u in old.units} & {u.anchor for u in new.units}
    one, other = ([u.anchor for u in d.units if u.anchor in both] for d in (old, new))
    return one == other


# -- Docxodus ---------------------------------------------------------------------------------------------------------


def test_without_conflict_the_accepted_text_is_what_docxodus_consolidates(outputs: dict[int, Output]) -> None:
    compared = 0
    for seed, one in outputs.items():
        old = merge_fuzz.pair_of(one.case.pair).old
        case = one.case
        stayed = case.changes < 0 or in_one_order(old, merge_drafts.next_version(old, case.seed, case.changes))
        both = (DocxDiffReviewer(one.states.theirs, "Ministry"), DocxDiffReviewer(one.states.ours, AUTHOR))
        if one.revised.conflicts or not stayed or docx_diff_get_conflicts(one.states.base, both):
            continue
        theirs = docx_diff_consolidate(one.states.base, both)
        assert body(marks.accepted(one.revised.data)) == body(marks.accepted(theirs)), f"seed {seed}"
        compared += 1
    assert compared >= len(SEEDS) // 3


@pytest.mark.parametrize("name", PAIRS)
def test_no_more_is_tracked_than_must_be_and_than_docxodus_tracks(
    redlines: dict[str, tuple[revisions.Pair, bytes]], name: str
) -> None:
    pair, ours = redlines[name]
    theirs = foreign.redline(pair.old_docx, pair.new_docx, AUTHOR, DAY)
    must, own, other = least(pair), tracked(ours), tracked(theirs)
    assert 500 < own <= MARGIN * must
    assert own <= other


def tracked(data: bytes) -> int:
    """Return how many characters are marked as inserted or deleted."""
    roots = [t for t in stories(marks.unpacked(data)).values() if t.tag != w("comments")]
    texts = (e for root in roots for e in root.iter(w("t"), w("delText")))
    return sum(len(t.text or "") for t in texts if next(t.iterancestors(w("ins"), w("del")), None) is not None)


def least(pair: revisions.Pair) -> int:
    """Return how many characters must be tracked, by whole tokens: what is alike in both states of a unit is not."""
    known = tuple(dict.fromkeys(u.anchor for d in (pair.old, pair.new) for u in d.units))
    files = (merge_units.traced(d, known) for d in (pair.old_docx, pair.new_docx))
    old, new = (merge_units.said(marks.unpacked(d), known, {}) for d in files)
    total = 0
    for anchor in known:
        one, other = ([*s.lines, *s.notes] if (s := side.get(anchor)) else [] for side in (old, new))
        one, other = (
            [merge_units.SIGN.sub("\ufffc", line).replace(merge_units.ROW, "") for line in x] for x in (one, other)
        )
        for kind, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
            total += 0 if kind == "equal" else three_way.least_marked("\n".join(one[a:b]), "\n".join(other[c:d]))
    return total


def test_the_least_is_counted_by_tokens_and_signs_count_as_one() -> None:
    assert three_way.least_marked("six months", "nine months") == len("six") + len("nine")


# -- pandoc -----------------------------------------------------------------------------------------------------------


def spaced(lines: list[str]) -> Counter[str]:
    return Counter(" ".join(line.split()) for line in lines)


def test_pandoc_accepts_and_rejects_as_we_do(outputs: dict[int, Output]) -> None:
    marked = [o.revised.data for o in outputs.values() if o.revised.changed]
    assert len(marked) > len(SEEDS) // 2
    for data in marked:
        assert spaced(by_pandoc(data, "accept")) == spaced(marks.plain(data, "accepted"))
        assert spaced(by_pandoc(data, "reject")) == spaced(marks.plain(data, "rejected"))


@pytest.mark.parametrize("name", PAIRS)
def test_pandoc_accepts_and_rejects_a_redline_as_we_do(
    redlines: dict[str, tuple[revisions.Pair, bytes]], name: str
) -> None:
    data = redlines[name][1]
    assert spaced(by_pandoc(data, "accept")) == spaced(marks.plain(data, "accepted"))
    assert spaced(by_pandoc(data, "reject")) == spaced(marks.plain(data, "rejected"))


# -- LibreOffice and a validator --------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_every_output_with_all_that_is_in_it(
    outputs: dict[int, Output], redlines: dict[str, tuple[revisions.Pair, bytes]], tmp_path: Path
) -> None:
    files = {f"merge-{seed}": o.revised.data for seed, o in outputs.items()}
    files |= {f"redline-{name}": data for name, (_, data) in redlines.items()}
    for seed in SEEDS[::2]:  # and files with tracked changes of the ministry's and all that editors do to a file
        case = replace(merge_fuzz.case_of(seed), stripped="", redline=False)
        files[f"edited-{seed}"] = output(case).revised.data
    for name, data in files.items():
        (tmp_path / f"{name}.docx").write_bytes(data)
    words = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to"]
    words += [
        "txt:Text (encoded):UTF8",
        "--outdir",
        str(tmp_path / "txt"),
        *(str(tmp_path / f"{n}.docx") for n in files),
    ]
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    for name, data in files.items():
        text = squeezed((tmp_path / "txt" / f"{name}.txt").read_text("utf-8-sig"))
        lines = shown(data)
        assert len(lines) > 20
        assert [line for line in lines if squeezed(line) not in text] == [], name


def squeezed(text: str) -> str:
    """Return the letters of a text; LibreOffice prints the numbers of footnotes among them."""
    return re.sub(r"[\W\d]", "", text)


def shown(data: bytes) -> list[str]:
    """Return the paragraphs from the first unit on, what is inserted and what is deleted both."""
    document = word_package.parsed(marks.unpacked(data)[names.DOCUMENT], names.DOCUMENT, "test.docx")
    begun = False
    found = []
    for element in document.iter(w("p"), w("bookmarkStart")):
        begun = begun or str(element.get(w("name"))).startswith("_Cw")
        if begun and element.tag == w("p"):
            found.append(text_of(element, shown=True))
    return found


def test_the_validator_says_nothing_that_it_did_not_say_of_the_input(
    outputs: dict[int, Output], redlines: dict[str, tuple[revisions.Pair, bytes]], tmp_path: Path
) -> None:
    files = [(o.states.theirs, o.revised.data) for o in outputs.values()]
    files += [(pair.old_docx, data) for pair, data in redlines.values()]
    for given, made in files:
        assert faults(made, tmp_path) - faults(given, tmp_path) == Counter()


def faults(data: bytes, folder: Path) -> Counter[str]:
    path = folder / "one.docx"
    path.write_bytes(data)
    return Counter(e.description for e in OpenXmlValidator().validate(path).errors)
