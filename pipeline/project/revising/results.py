"""What a redline or merge leaves: the marked file and its reports, written together, and told in a few lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.model.problem import Refused
from pipeline.project.content import style_files
from pipeline.project.files import write_file
from pipeline.project.revising.marking import Marked
from pipeline.project.revising.report import as_json, report
from pipeline.project.revising.report_file import drawn
from pipeline.project.standing import receipt_of
from pipeline.render import style as styles
from pipeline.revise.finding import Doubt
from pipeline.store.names import VERSION, ordinal

SAID = {
    "conflict": "in conflict", "dropped": "left out", "updated": "changed", "merged": "changed by both, apart",
    "added": "new", "moved": "moved", "same": "changed alike by both", "theirs": "changed by the ministry alone",
    "lost": "not found", "stays-deleted": "left out by the ministry", "kept": "unchanged",
}  # fmt: skip
STANDARD = "standard"


def places(target: Path, reports: bool) -> tuple[Path, ...]:
    """Return the files that are written: the marked one and, beside it, its reports for people and programs."""
    if not reports:
        return (target,)
    return (target, target.with_name(f"{target.stem}.report.docx"), target.with_name(f"{target.stem}.report.json"))


def free(target: Path, reports: bool) -> None:
    """Refuse to write over anything.

    Raises:
        Refused: One of the files is there already.
    """
    taken = [str(p) for p in places(target, reports) if p.exists()]
    if taken:
        raise Refused(f"{', '.join(taken)}: there is such a file already; choose another name with -o")


def told_of(marked: Marked) -> bool:
    """Tell whether there is anything to report: files without blocks of ours are compared as mere text."""
    return marked.newer.kept is not None


def written(marked: Marked, target: Path, reports: bool) -> tuple[Path, ...]:
    """Write the marked file and its reports; each whole or not at all.

    Raises:
        MachineFault: The disk is full or not writable.
    """
    found = places(target, reports and told_of(marked))
    data = [marked.revised.data]
    if len(found) > 1:
        told = report(marked)
        name = STANDARD
        if marked.newer.spot is not None:
            at = marked.newer.spot
            name = receipt_of(at.out, at.slug, at.document, at.number).style
        style = styles.read(name, style_files(name))
        data += [drawn(told, marked.newer.record, marked.words, style), as_json(told)]
    for path, content in zip(reversed(found), reversed(data), strict=True):
        write_file(path, content)  # the marked file comes last: where it stands, its reports do
    return found


def told(marked: Marked) -> Iterator[str]:
    """Yield in a few lines what was done."""
    older, newer = marked.older.record, marked.newer.record
    if not told_of(marked):
        yield "neither file holds blocks of ours: they were compared as mere text, and there is nothing to report"
        return
    yield (
        f"{newer.get('document', 'document')} of {newer.get('country', '?')}: version {older.get('version', '?')} "
        f"to {newer.get('version', '?')}, law as of {newer.get('as_of', '?')}"
    )
    if _backwards(older, newer):
        yield (
            f"  version {newer['version']} is older than {older['version']}: to accept the changes takes "
            "the text back; name the older one first"
        )
    counted: dict[str, int] = {}
    for action in marked.revised.actions:
        counted[action.state] = counted.get(action.state, 0) + 1
    clauses = ", ".join(f"{counted[state]} {words}" for state, words in SAID.items() if state in counted)
    yield f"  blocks: {clauses}"
    for action in marked.revised.conflicts:
        yield f"  conflict: {action.title or action.anchor}"
    for action in marked.revised.actions:
        if action.state == "lost":
            yield f"  not found: {action.title or action.anchor}"
    titles = {action.anchor: action.title or action.anchor for action in marked.revised.actions}
    for doubt in marked.revised.doubts:
        yield f"  {_doubt(doubt, titles.get(doubt.anchor, doubt.anchor))}"
    for anchor, number in marked.revised.dangling:
        yield f"  {titles.get(anchor, anchor)}: refers to {number}, which leaves"
    if any(action.hunks for action in marked.revised.actions):
        yield "  in Word, select all and press F9: contents and references follow"


def _doubt(doubt: Doubt, title: str) -> str:
    if doubt.kind == "resaved":
        return f"{doubt.count} blocks have lost their marks, as LibreOffice leaves them: look at what was marked"
    if doubt.kind == "copied":
        return f"{title}: copies in the file, left as they are: {doubt.count}"
    return f"{title}: a sentence stands {doubt.count} times in a paragraph, a fault of LibreOffice"


def _backwards(older: Mapping[str, str], newer: Mapping[str, str]) -> bool:
    """Return whether the version that is to be the new one was made before the other, of the same document."""
    same = all(older.get(name) == newer.get(name) for name in ("country", "document"))
    numbers = older.get("version", ""), newer.get("version", "")
    return same and all(map(VERSION.fullmatch, numbers)) and ordinal(numbers[1]) < ordinal(numbers[0])
