"""Pairs of versions of one document, for the tests of redline and merge: real ones, made once in a session, and such
with changes made by hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, reduce
from pathlib import Path

import large_draft
import yaml
from draft_changes import Change, excerpt
from draft_counting import recounted
from events import day_before
from journeys import EXAMPLES

from pipeline.model.change import Shift
from pipeline.model.draft import Audience, Draft
from pipeline.project.content import folder_files, library_files, style_files
from pipeline.project.making import make
from pipeline.project.order import Kept, Order, Past, Planned
from pipeline.render import docx, style
from pipeline.render.docx import Anchors
from pipeline.render.style import HouseStyle
from pipeline.store import codec, library_zip, names

OMNIBUS_DAY = "2026-07-27"
"""Regulation (EU) 2026/1744 takes effect: dates move, clauses enter and leave."""
MEMORANDUM_DAY = "2025-04-03"
"""OMB Memorandum M-25-21 takes the place of M-24-10."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two versions of one document, composed and drawn.

    Attributes:
        old: The version before.
        new: The version after.
        old_docx: The Word file of the version before, which a ministry would have edited.
        new_docx: The Word file of the version after.
        shifts: What changed and why, as the store tells it; empty for changes made by hand.
    """

    old: Draft
    new: Draft
    old_docx: bytes
    new_docx: bytes
    shifts: tuple[Shift, ...] = ()


# Real updates


@cache
def english(audience: Audience = "consultation", anchors: Anchors = "word") -> Pair:
    """Return Norland's guidelines of the day before and of the day of Regulation (EU) 2026/1744."""
    return _example("norland", "guidelines", audience, OMNIBUS_DAY, anchors)


@cache
def strategy(audience: Audience = "consultation", anchors: Anchors = "word") -> Pair:
    """Return Norland's strategy of these two days: tables such as the action plan."""
    return _example("norland", "strategy", audience, OMNIBUS_DAY, anchors)


@cache
def us_federal(audience: Audience = "consultation", anchors: Anchors = "word") -> Pair:
    """Return the United States' federal guidelines of the day before and of the day of Memorandum M-25-21."""
    return _example("us-federal", "guidelines", audience, MEMORANDUM_DAY, anchors)


DOZEN = (
    "clause:scope-exclusions", "clause:legal-basis-before-any-step", "clause:principle-human-control",
    "clause:head-of-agency-answers", "clause:impact-assessment-content-eu", "clause:approval-gate",
    "clause:eu-database-registration", "clause:data-quality", "clause:data-bias-detection",
    "clause:data-bias-detection-eu", "clause:contract-terms", "clause:logs-content", "clause:review-and-override",
    "clause:training-literacy-eu", "clause:transition-eu-calendar", "part:agencies", "part:glossary",
    "part:instruments", "part:open-choices", "part:changes",
)  # fmt: skip
"""Units of Norland's guidelines in which every kind of block stands, and every kind of change by the Regulation."""


@cache
def dozen(audience: Audience = "consultation", anchors: Anchors = "word") -> Pair:
    """Return the English pair cut to a dozen clauses and the tables behind them, for tests of many small steps."""
    whole = english(audience, anchors)
    old, new = (excerpt(*(a for a in DOZEN if a in {u.anchor for u in d.units}))(d) for d in (whole.old, whole.new))
    new = recounted(new, old)
    return Pair(old, new, drawn(old, anchors), drawn(new, anchors), whole.shifts)


def _example(name: str, document: str, audience: Audience, day: str, anchors: Anchors) -> Pair:
    files = folder_files(EXAMPLES / name)
    return between(name, (files, files), document, "en", audience, (day_before(day), day), anchors)


def between(
    name: str,
    folders: tuple[Mapping[str, bytes], Mapping[str, bytes]],
    document: str,
    lang: str,
    audience: Audience,
    days: tuple[str, str],
    anchors: Anchors,
    libraries: tuple[bytes, bytes] = (b"", b""),
) -> Pair:
    """Return two versions made one after the other as `draft` makes them; the first was circulated, so its numbers stay.

    Args:
        name: The country folder's name.
        folders: Its files by path, before and after.
        document: The kind of document.
        lang: The language.
        audience: For whom.
        days: Dates of the law, before and after.
        anchors: The profile of anchors with which the files are drawn.
        libraries: Zips of the libraries consulted; empty for the built-in one.
    """
    first = Order(
        name, name, name, folders[0], (document,), (lang,), ("docx",), audience, "", days[0], libraries[0], {}, {}, {}
    )
    before = _planned(first)
    past = Past(before.files[names.RECEIPT], {lang: before.files["draft.json"]}, folders[0], libraries[0])
    kept = Kept(before.receipt.version, past.drafts, {}, renumbered=False)
    second = replace(
        first, files=folders[1], as_of=days[1], library=libraries[1],
        numbers={document: (before.receipt.version,)}, past={document: past}, circulated={document: kept},
    )  # fmt: skip
    after = _planned(second)
    old, new = (codec.load(p.files["draft.json"], Draft, "draft.json") for p in (before, after))
    return Pair(old, new, _file(before, old, anchors), _file(after, new, anchors), after.shifts)


def _planned(order: Order) -> Planned:
    _, (planned,) = make(order)
    assert planned.new
    return planned


def _file(planned: Planned, draft: Draft, anchors: Anchors) -> bytes:
    """Return the Word file of a version, drawn again where it has the other profile of anchors."""
    (file,) = (n for n in planned.files if n.endswith(".docx"))
    own = "libre" if draft.rtl else "word"
    return planned.files[file] if own == anchors else drawn(draft, anchors)


# Arabic

ARABIC = Path(__file__).parent / "data" / "arabic"
ARABIC_DAYS = ("2026-09-30", "2026-10-01")
"""The day before and the day of the update of the fixture."""
WORDS = "templates/documents/words.yaml"


@cache
def arabic_library(updated: bool = False) -> bytes:
    """Return the zip of the Arabic library of a dozen clauses, before or after it took up its update."""
    files = folder_files(ARABIC / "library")
    words = yaml.safe_load(library_files()[WORDS])["words"]
    for key, texts in yaml.safe_load(files[WORDS])["words"].items():
        words[key] = {**words.get(key, {}), **texts}
    files[WORDS] = json.dumps({"words": words}, ensure_ascii=False).encode()
    return library_zip.pack({**files, **(folder_files(ARABIC / "update") if updated else {})})


@cache
def arabic(audience: Audience = "consultation", anchors: Anchors = "libre") -> Pair:
    """Return Arabic guidelines before and after the update: a word, a strength, a date, a footnote, a clause each way."""
    files = folder_files(ARABIC / "manara")
    libraries = (arabic_library(), arabic_library(updated=True))
    return between("manara", (files, files), "guidelines", "ar", audience, ARABIC_DAYS, anchors, libraries)


# Changes by hand


def made(*changes: Change, of: Draft | None = None, anchors: Anchors = "word", renumbered: bool = False) -> Pair:
    """Return a draft and the one that changes make of it, under the next version number and a day later.

    The numbers of clauses stay, as those of a circulated draft do: what is new between two of them has a letter.

    Args:
        changes: What is done to it, in order; see `draft_changes`.
        of: The draft, else Norland's guidelines of the day before Regulation (EU) 2026/1744.
        anchors: The profile of anchors with which both files are drawn.
        renumbered: True where clauses are counted anew.
    """
    old = english().old if of is None else of
    changed = recounted(reduce(lambda draft, change: change(draft), changes, old), None if renumbered else old)
    day = (date.fromisoformat(old.as_of) + timedelta(days=1)).isoformat()
    record = {**old.record, "version": "0.2", "as_of": day}
    new = replace(changed, version="0.2", as_of=day, record=record)
    return Pair(old, new, drawn(old, anchors), drawn(new, anchors))


@cache
def large(clauses: int = 220, pages: int = 80, seed: int = 1) -> Pair:
    """Return a long draft and its sibling with a third of its clauses changed; arguments as in `large_draft`."""
    old = large_draft.large(clauses, pages, seed)
    return made(*large_draft.third_changed(old, seed + 1), of=old)


_DRAWN: dict[tuple[int, str], tuple[Draft, bytes]] = {}
"""Files by the draft's identity and the profile of anchors; the draft is held, so that no other takes its place."""
MOST_DRAWN = 24


def drawn(draft: Draft, anchors: Anchors = "word") -> bytes:
    """Return the Word file of a draft in the standard house style; remembered for some drafts."""
    key = (id(draft), anchors)
    held = _DRAWN.pop(key, None) or (draft, docx.write(draft, house(), anchors=anchors))
    _DRAWN[key] = held  # the one used last stands last
    while len(_DRAWN) > MOST_DRAWN:
        del _DRAWN[next(iter(_DRAWN))]
    return held[1]


@cache
def house() -> HouseStyle:
    """Return the standard house style."""
    return style.read("standard", style_files("standard"))
