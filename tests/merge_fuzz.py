"""Three-way edits of whole drafts out of seeds, both sides at once, and what must hold of every merge of them.

`make fuzz` runs 2,000 seeds on two processes and prints what does not hold by kind, with the seeds: by itself
`python tests/merge_fuzz.py --seeds N [--from SEED] [--jobs N] [--failures FILE]`. A seed that fails is made smaller before
it is told: fewer edits by the ministry, fewer changes by us, no habits of editors.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

import draft_changes  # noqa: E402
import marks  # noqa: E402
import merge_drafts  # noqa: E402
import merge_units  # noqa: E402
import ministry  # noqa: E402
import revisions  # noqa: E402
import three_way  # noqa: E402
from draft_counting import recounted  # noqa: E402
from lxml import etree  # noqa: E402
from merge_units import Said, judged, said, traced  # noqa: E402
from ministry import Edit  # noqa: E402
from three_way import Merged  # noqa: E402
from word_parts import holder_of, stories  # noqa: E402

from pipeline.project import shelf  # noqa: E402
from pipeline.revise.desk import Terms  # noqa: E402
from pipeline.revise.margin import CONFLICT  # noqa: E402
from pipeline.revise.merge import AUTHOR, Asked, merged  # noqa: E402
from pipeline.revise.outcome import Action, Reason, Revised  # noqa: E402
from pipeline.word import anchors, names  # noqa: E402
from pipeline.word import package as word_package  # noqa: E402

DAY = "2027-03-01"
HANDFUL = (
    "clause:scope-exclusions", "clause:principle-human-control", "clause:impact-assessment-content-eu",
    "clause:approval-gate", "clause:eu-database-registration", "clause:data-bias-detection",
    "clause:data-bias-detection-eu", "clause:review-and-override", "clause:transition-eu-calendar", "part:agencies",
    "part:changes",
)  # fmt: skip
"""Units of the dozen, for the many merges of a test run."""

QUICK = ("handful", "handful", "handful", "handful", "arabic", "dozen")
USUAL = ("handful", "dozen", "dozen", "arabic")
LARGE = ("english", "strategy", "us_federal")
LARGE_EVERY = 20
"""One seed in so many is a whole real draft, where large ones are asked for."""

THOROUGH_EVERY = 8
"""One seed in so many is asked everything even where time is short."""

HARMLESS = ("word/numbering.xml",)
"""Parts without text that a merge may add to: lists that go on at a number. What was there must stay; see `_beside`."""

AT_AN_EDGE = frozenset(k for k in ministry.KINDS if "paragraph" in k and k != "delete a paragraph")
"""Edits after which nothing but a control tells what belongs to a unit."""

Stripped = Literal["", "controls", "anchors", "anchors and words"]


@dataclass(frozen=True, slots=True)
class Case:
    """One merge to make.

    Attributes:
        seed: What edits and changes are drawn from.
        pair: A function of `revisions`: the draft that is edited.
        edits: How many edits the ministry tries.
        kinds: Of which kinds; empty for the everyday ones.
        tracked: Share of its edits with change tracking on.
        changes: How many changes we try; -1 for the pair's own new version.
        stripped: What of our anchors is removed when all is done.
        in_text: Whether ours stands in the text where there is a conflict.
        redline: Two versions of ours are compared; nobody has edited the older.
    """

    seed: int
    pair: str
    edits: int
    kinds: tuple[str, ...]
    tracked: float
    changes: int
    stripped: Stripped
    in_text: bool
    redline: bool


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that does not hold: its kind, where, and what was found."""

    kind: str
    where: str
    told: str


@dataclass(slots=True)
class Checked:
    """What came of a seed.

    Attributes:
        case: What was merged.
        edits: What the ministry did.
        violations: What does not hold.
        counts: Units by what could be said of them.
    """

    case: Case
    edits: list[Edit] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


class _Reasons(dict[str, Reason]):
    """A reason for whatever changed, so that every change is commented on."""

    def get(self, key: str, default: Reason | None = None) -> Reason:  # type: ignore[override]
        return Reason(("Regulation (EU) 2026/1744",), ("EU AI Act, Article 26",), f"{key}, as it reads from {DAY}")


def case_of(seed: int, *, large: bool = False) -> Case:
    """Return what is merged for a seed; `large` for whole drafts among them, else they are small ones."""
    random = Random(seed)
    pair = random.choice(LARGE if large and seed % LARGE_EVERY == 0 else USUAL if large else QUICK)
    redline = random.random() < 0.08
    habits = tuple(k for k in ministry.WHOLE if k != "remove all anchors")
    every = (*ministry.EVERYDAY, *(k for k in habits if random.random() < 0.5))
    kinds = random.choice(((), (), every, every, tuple(ministry.KINDS)))
    stripped: Stripped = random.choice(("", "", "", "", "", "controls", "anchors", "anchors and words"))
    return Case(
        seed, pair, 0 if redline else random.randint(0, 25), kinds, random.choice((0.0, 0.3, 0.3, 0.8)),
        -1 if random.random() < 0.2 else random.randint(0, 14), "" if redline else stripped,
        random.random() < 0.3, redline,
    )  # fmt: skip


# -- one seed ---------------------------------------------------------------------------------------------------------


@cache
def words_of(lang: str) -> dict[str, str]:
    texts = shelf.built_in().library.words
    return {key: text.get(lang) or text.get("en", "") for key, text in texts.items()}


@cache
def pair_of(name: str) -> revisions.Pair:
    if name == "handful":
        whole = revisions.dozen()
        there = [{u.anchor for u in d.units} & set(HANDFUL) for d in (whole.old, whole.new)]
        old, new = (draft_changes.excerpt(*some)(d) for d, some in zip((whole.old, whole.new), there, strict=True))
        new = recounted(new, old)
        return revisions.Pair(old, new, revisions.drawn(old), revisions.drawn(new))
    found: revisions.Pair = getattr(revisions, name)(anchors="word")
    return found


@cache
def _base(name: str) -> tuple[bytes, tuple[str, ...]]:
    """Return the file that the ministry edits, and its anchors."""
    known = tuple(u.anchor for u in pair_of(name).old.units)
    return traced(pair_of(name).old_docx, known), known


@cache
def _base_said(name: str) -> tuple[Mapping[str, Said], Mapping[str, str]]:
    """Return what the units of that file say, and what its bookmarks stand at."""
    data, known = _base(name)
    kept = anchors.kept(marks.unpacked(data))
    assert kept is not None
    return said(marks.unpacked(data), known, kept.targets), kept.targets


@dataclass(frozen=True, slots=True)
class States:
    """The three files of a merge, the anchors of both drafts, and what was done to the first."""

    base: bytes
    theirs: bytes
    ours: bytes
    known: tuple[str, ...]
    edits: tuple[Edit, ...]


def states(case: Case) -> States:
    """Return the files of a case."""
    pair = pair_of(case.pair)
    base, known = _base(case.pair)
    theirs, edits = ministry.edited(base, case.seed, case.edits, case.kinds, tracked=case.tracked)
    if case.edits or case.kinds:
        theirs = traced(theirs, known, fresh=False)
    else:
        theirs, edits = base, []
    doc = ministry.Document(theirs)
    if case.stripped == "controls":
        for anchor in doc.anchors():
            while anchor in doc.anchors():
                ministry.remove_control(doc, anchor)
    elif case.stripped:
        while doc.anchors():
            ministry.remove_anchors(doc, custom_part=case.stripped == "anchors and words")
    if case.stripped:
        for element in [e for e in doc.tree().iter() if etree.QName(e).localname.startswith("customXml")]:
            holder_of(element).remove(element)  # they tell that a control that is gone was tracked
    new = pair.new if case.changes < 0 else merge_drafts.next_version(pair.old, case.seed, case.changes)
    every = (*known, *(u.anchor for u in new.units if u.anchor not in known))
    ours = traced(pair.new_docx if case.changes < 0 else revisions.drawn(new), every)
    return States(base, doc.bytes() if case.stripped else theirs, ours, every, tuple(edits))


def merge_of(case: Case, theirs: bytes, ours: bytes, base: bytes | None = None) -> Revised:
    """Return the merge of a case; the base is told by the file itself where none is given."""
    pair = pair_of(case.pair)
    terms = Terms(case.in_text, case.redline, not case.redline, words_of(pair.old.lang))
    kept = anchors.kept(marks.unpacked(base)) if base is not None else None
    reasons: Mapping[str, Reason] = {} if case.redline else _Reasons()
    return merged(Asked(theirs, ours, kept, "theirs.docx", DAY, terms, reasons, {}, "rtl" if pair.old.rtl else "latin"))


def checked(case: Case, *, thorough: bool = True) -> Checked:
    """Make a merge and ask what must hold of it.

    Args:
        case: What is merged.
        thorough: False to leave out, for most seeds, what takes long: a second run, and merges of what became of the first.
    """
    found = Checked(case)
    try:
        some = states(case)
        found.edits = list(some.edits)
        base = some.base if case.stripped == "anchors and words" else None
        revised = merge_of(case, some.theirs, some.ours, base)
    except Exception:  # noqa: BLE001 - that none comes is what is asked
        found.violations.append(Violation("exception", "", traceback.format_exc(limit=-4)))
        return found
    accepted = marks.accepted(revised.data)
    found.violations += _rejects(some.theirs, revised)
    found.violations += _well(some.theirs, revised)
    found.violations += _units(case, some, revised, accepted, found.counts)
    if thorough or case.seed % THOROUGH_EVERY == 0:
        try:
            found.violations += _again(case, some, revised, base)
        except Exception:  # noqa: BLE001
            found.violations.append(Violation("exception", "again", traceback.format_exc(limit=-4)))
    return found


def _rejects(theirs: bytes, revised: Revised) -> Iterator[Violation]:
    back = marks.without_comments(marks.rejected(revised.data, AUTHOR), AUTHOR)
    difference = marks.difference(theirs, back)
    if difference:
        yield Violation("reject", "", difference[:3000])


def _well(theirs: bytes, revised: Revised) -> Iterator[Violation]:
    before = Counter(marks.faults(theirs))
    for fault in (Counter(marks.faults(revised.data)) - before).elements():
        yield Violation("fault", "", fault)
    before = Counter(marks.lasting(theirs))
    for fault in (Counter(marks.lasting(revised.data)) - before).elements():
        yield Violation("lasting", "", fault)
    parts = marks.unpacked(theirs)
    ours = anchors.place(parts)
    for fault in marks.beside(theirs, revised.data):
        name = fault.partition(" ")[0]
        if name != ours and name not in HARMLESS:
            yield Violation("beside", "", fault)
    for name in HARMLESS:
        if name in parts:
            yield from _lists(parts[name], marks.unpacked(revised.data)[name])


def _lists(before: bytes, after: bytes) -> Iterator[Violation]:
    """Yield lists that were there and are no longer what they were."""
    one, two = (
        [etree.tostring(e, method="c14n", exclusive=True, with_tail=False) for e in word_package.parsed(x, "", "")]
        for x in (before, after)
    )
    for gone in Counter(one) - Counter(two):
        yield Violation("beside", names.NUMBERING, f"a list has changed: {gone[:300]!r}")


def _units(
    case: Case, some: States, revised: Revised, accepted: Mapping[str, bytes], counts: Counter[str]
) -> Iterator[Violation]:
    base, targets = _base_said(case.pair)
    theirs = said(marks.accepted(some.theirs), some.known, targets)
    ours = said(marks.unpacked(some.ours), some.known, targets)
    result = said(accepted, some.known, targets)
    actions = {a.anchor: a for a in revised.actions}
    lost = {a.anchor for a in revised.actions if a.state == "lost"}
    skipped = {e.anchor for e in some.edits if e.kind in ("duplicate a control", "merge cells")}
    struck = merge_units.own_deletions(revised.data, AUTHOR, some.known)
    for anchor in some.known:
        of = [x.get(anchor) for x in (base, theirs, ours, result)]
        yield from _ministry_words(anchor, of[0], of[1], of[3], struck.get(anchor, Counter()), anchor in skipped)
        action = actions.get(anchor)
        if anchor in skipped:
            counts["duplicated or with merged cells"] += 1
        elif _points_nowhere(of[2], of[0], skipped | (base.keys() - theirs.keys()) | lost):
            counts["points at what they took away"] += 1
        elif action is not None and action.state == "lost":
            counts["not found"] += 1
            if not case.stripped and not any(e.anchor == anchor and "remove" in e.kind for e in some.edits):
                yield Violation("lost", anchor, "its control stands there")
        else:
            yield from _judged(case, some, anchor, of, action, counts)
    told = sum(h.conflict for a in revised.actions for h in a.hunks)
    shown = _conflict_comments(revised.data)
    if told != shown:
        yield Violation("comment", "", f"{told} conflicts are reported and {shown} have a comment")


def _judged(
    case: Case, some: States, anchor: str, of: Sequence[Said | None], action: Action | None, counts: Counter[str]
) -> Iterator[Violation]:
    reported = action is not None and any(h.conflict for h in action.hunks)
    if case.in_text and reported:
        counts["conflict in the text"] += 1
        return
    if reported and action is not None and not action.how and case.stripped and of[3] == of[1]:
        counts["not found without anchors, and told as a conflict"] += 1
        return
    one = judged(*of)
    odd = one.verdict == "wrong" or (one.verdict == "right" and reported not in one.conflicts)
    if odd and (vague := _vague(case, some, anchor, of)):
        counts[vague] += 1
        return
    counts[one.verdict] += 1
    if of[0] != of[1] and of[0] != of[2] and None not in of[:3]:
        counts[f"both changed: {one.verdict}"] += 1
    if one.verdict == "wrong":
        yield Violation("text", anchor, f"{one.told}\n{_shown(of)}")
    elif odd:
        yield Violation("conflict", anchor, f"{'' if reported else 'not '}reported\n{_shown(of)}")


def _vague(case: Case, some: States, anchor: str, of: Sequence[Said | None]) -> str:
    """Return why the oracle's answer on a unit is not the only one, empty where it is."""
    kinds = {e.kind for e in some.edits if e.anchor == anchor}
    if case.stripped and kinds & AT_AN_EDGE:
        return "no control says where it ends"
    if kinds & {"split a paragraph", "join paragraphs"} and None not in of:
        texts = ["\n".join(s.lines) for s in of if s is not None]
        flags = {c: three_way.allowed(texts[0], texts[1], texts[2], Merged(texts[3], c)) for c in (False, True)}
        return "right as one text" if True in flags.values() else "split or joined" if None in flags.values() else ""
    return ""


def _shown(of: Sequence[Said | None]) -> str:
    """Return the lines of the states of a unit that are not the same in all of them."""
    common = set.intersection(*(set(s.lines) if s else set() for s in of))
    names_ = ("base", "theirs", "ours", "result")
    return "\n".join(
        f"  {n}: {[x for x in s.lines if x not in common] if s else None}" for n, s in zip(names_, of, strict=True)
    )


def _ministry_words(
    anchor: str, base: Said | None, theirs: Said | None, result: Said | None, struck: Counter[str], copied: bool
) -> Iterator[Violation]:
    """Yield words that the ministry has put in and that have gone, and words of others that we struck out."""
    if theirs is None:
        return
    own = base.words if base is not None else Counter()
    gone = (theirs.words - own) - (result.words if result is not None else Counter())
    if gone and not copied:
        yield Violation("words", anchor, f"gone: {dict(gone)}")
    if struck - own:
        yield Violation("struck", anchor, f"not of the base: {dict(struck - own)}")


def _points_nowhere(ours: Said | None, own: Said | None, gone: set[str]) -> bool:
    if ours is None or ours == own:
        return False
    text = "\n".join(ours.lines)
    return any(f"\u27e6{a.replace(':', ' ')}" in text for a in gone)


def _conflict_comments(data: bytes) -> int:
    roots = (t for t in stories(marks.unpacked(data)).values() if t.tag == names.w("comments"))
    mine = [c for r in roots for c in r if c.get(names.w("author")) == AUTHOR]
    return sum(c.get(names.w("initials")) == CONFLICT for c in mine)


def _again(case: Case, some: States, revised: Revised, base: bytes | None) -> Iterator[Violation]:
    if merge_of(case, some.theirs, some.ours, base).data != revised.data:
        yield Violation("bytes", "", "the same three files gave other bytes")
    if case.redline:
        return  # a merge keeps the numbers that a redline changes
    parts = {
        "again": revised.data,
        "again, accepted": marks.packed(marks.accepted(revised.data, AUTHOR)),
        "again, rejected": marks.packed(marks.rejected(revised.data, AUTHOR)),
    }
    for kind, data in parts.items():
        told_itself = anchors.place(marks.unpacked(data))
        second = merge_of(case, data, some.ours, None if told_itself else base)
        if second.changed:
            told = "\n".join(f"{a.anchor} {a.state} {h.kind}: {h.before!r} -> {h.after!r}" for a in second.changed for h in a.hunks)  # fmt: skip
            yield Violation(kind, "", told[:1500])


# -- many seeds -------------------------------------------------------------------------------------------------------


def smaller(found: Checked) -> Checked:
    """Return the smallest case at hand in which something of the same kind does not hold."""
    wanted = {v.kind for v in found.violations}

    def fails(case: Case) -> Checked | None:
        one = checked(case)
        return one if wanted & {v.kind for v in one.violations} else None

    for edits in (0, 1, 2, 3, 5, 8, 12, 16, 20):
        if edits < found.case.edits and (less := fails(replace(found.case, edits=edits))) is not None:
            found = less
            break
    for changes in (0, 1, 2, 3, 5, 8, 11):
        if changes < found.case.changes and (less := fails(replace(found.case, changes=changes))) is not None:
            found = less
            break
    within = tuple(k for k in found.case.kinds or ministry.EVERYDAY if k not in ministry.WHOLE)
    for simple in ({"kinds": within}, {"stripped": ""}, {"in_text": False}):
        less = fails(replace(found.case, **simple))
        found = less if less is not None else found
    return found


def told(found: Checked) -> str:
    """Return what does not hold for a seed, with all that is needed to see it again."""
    edits = [
        f"  {e.kind} in {e.anchor}{', tracked' if e.tracked else ''}: {e.before[:90]!r} -> {e.after[:90]!r}"
        for e in found.edits
    ]
    wrong = [f"- {v.kind} {v.where}\n{v.told}" for v in found.violations]
    return "\n".join([f"## {found.case}", *edits, *wrong, ""])


def _seed(words: tuple[int, bool]) -> tuple[int, Checked, float]:
    start = time.process_time()
    seed, large = words
    return seed, checked(case_of(seed, large=large)), time.process_time() - start


def run(seeds: Sequence[int], jobs: int, *, large: bool = True) -> tuple[list[Checked], Counter[str], float]:
    """Return the seeds for which something does not hold, the counts of units, and CPU seconds."""
    wrong: list[Checked] = []
    counts: Counter[str] = Counter()
    spent = 0.0
    with ProcessPoolExecutor(jobs) as pool:
        for done, (_, found, seconds) in enumerate(pool.map(_seed, [(s, large) for s in seeds], chunksize=4), 1):
            counts += found.counts
            spent += seconds
            if found.violations:
                wrong.append(found)
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{done} of {len(seeds)}, {len(wrong)} with something wrong ")
    return wrong, counts, spent


def main() -> int:
    """Run the seeds and print what does not hold by kind."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--seeds", type=int, default=2000)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--failures", type=Path, help="write each smallest failing case to this file")
    wish = parser.parse_args()
    wrong, counts, spent = run(range(wish.first, wish.first + wish.seeds), wish.jobs)
    out = sys.stdout.write
    kinds: dict[str, list[int]] = {}
    for found in wrong:
        for kind in {v.kind for v in found.violations}:
            kinds.setdefault(kind, []).append(found.case.seed)
    out(f"{wish.seeds} seeds, {len(wrong)} with something that does not hold, {spent:.0f} CPU s\n")
    for kind, seeds in sorted(kinds.items(), key=lambda k: -len(k[1])):
        out(f"  {kind:20} {len(seeds):5}  seeds {', '.join(map(str, seeds[:8]))}\n")
    out("units compared with an independent merge:\n")
    for what, times in counts.most_common():
        out(f"  {what:40} {times:7}\n")
    if wish.failures:
        wish.failures.write_text("\n".join(told(smaller(f)) for f in wrong), encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
