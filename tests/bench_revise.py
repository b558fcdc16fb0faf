"""The rows of `make bench` on redline and merge: a long draft that a ministry has edited, and Docxodus on the same files.

Run by itself: `python tests/bench_revise.py`. Whoever compares two programs compares processes: what is ours is counted
with Python's start and its imports, what is Docxodus's with .NET's.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import ministry  # noqa: E402
import revisions  # noqa: E402

from pipeline.model.problem import MachineFault  # noqa: E402
from pipeline.project import shelf  # noqa: E402
from pipeline.project.revising import foreign  # noqa: E402

Cells = tuple[str, str, str, str, str]
"""What was measured, ours, the peer's, the ratio, the aim."""

Child = Callable[[list[str]], tuple[float, float]]
"""Runs a command some times; returns the least CPU seconds of it, and its peak memory in MB."""

DAY = "2026-07-27"
EDITS = 115
"""Edits drawn over the units of the long draft: with so many, about a third of them is touched."""

MARKED = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from pipeline.revise.desk import Terms
from pipeline.revise.merge import Asked, merged
from pipeline.revise.outcome import Reason
from pipeline.revise.reading import as_read
kind, theirs, ours, times = sys.argv[1:]
old, new = Path(theirs).read_bytes(), Path(ours).read_bytes()
words = WORDS
spent = []
for _ in range(int(times)):
    start = time.process_time()
    if kind == "redline":
        terms = Terms(conflict_text=True, moves=True, kept_numbers=False, words=words)
        asked = Asked(old, new, as_read(old, "old"), "old", {DAY!r}, terms, {{}}, {{}}, "latin", as_read(new, "new"))
    else:
        terms = Terms(conflict_text=True, moves=False, kept_numbers=True, words=words)
        why = {{a: Reason(("an update",), ("Act, Art. 1",), a) for a in as_read(new, "new").units}}
        asked = Asked(old, new, None, "theirs", {DAY!r}, terms, why, {{}}, "latin")
    revised = merged(asked)
    spent.append(time.process_time() - start)
states = [a.state for a in revised.actions]
print(min(spent), len(revised.changed), sum(a.how == "text" for a in revised.actions), states.count("lost"))
"""
"""A process that marks a file some times and tells the least CPU seconds, and how many units it changed, found by text,
and did not find; `program` puts the words in."""


@cache
def program() -> str:
    """Return that process with the words of comments in English."""
    words = {name: text["en"] for name, text in shelf.built_in().library.words.items() if name.startswith("merge_")}
    return MARKED.replace("WORDS", repr(words))


def rows(child: Child) -> list[Cells]:
    """Measure everything.

    Args:
        child: See `Child`.
    """
    with tempfile.TemporaryDirectory() as name:
        return [*_merges(Path(name), child), *_redlines(Path(name), child)]


def _merges(folder: Path, child: Child) -> list[Cells]:
    pair = revisions.large()
    edited, made = ministry.edited(pair.old_docx, 1, EDITS)
    bare = ministry.Document(edited)
    while bare.anchors():
        ministry.remove_anchors(bare)
    ministry.renamed_styles(bare)
    touched = len({e.anchor for e in made if e.anchor})
    ours = _file(folder, "ours", pair.new_docx)
    found: list[Cells] = []
    peak = 0.0
    for what, data, aim in (
        ("with anchors", edited, "under 1 s"),
        ("all anchors removed, styles renamed", bare.bytes(), "under 8 s"),
    ):
        theirs = _file(folder, "theirs", data)
        cpu, changed, by_text, lost = _told(["merge", theirs, ours, "5"])
        _, memory = child([sys.executable, "-c", program(), "merge", theirs, ours, "1"])
        peak = max(peak, memory)
        told = f"{changed} of {len(pair.old.units)} units marked, {by_text} found by text, {lost} not found"
        found.append((f"merge into 80 pages, {touched} units edited, {what}", f"{cpu:.2f} s", "", told, aim))
    found.append(("peak memory of these merges, as processes", f"{peak:.0f} MB", "", "", "under 300 MB"))
    return found


def _redlines(folder: Path, child: Child) -> list[Cells]:
    found: list[Cells] = []
    for what, pair in (("80 pages", revisions.large()), ("Norland's guidelines", revisions.english())):
        old, new = _file(folder, "old", pair.old_docx), _file(folder, "new", pair.new_docx)
        ours, memory = child([sys.executable, "-c", program(), "redline", old, new, "1"])
        name = f"redline of {what} as a process, against Docxodus"
        try:
            engine = str(foreign._engine().extracted_binaries_path)
        except MachineFault:
            found.append((name, f"{ours:.2f}", "not installed", "", "at least 5"))
            continue
        theirs, other = child([engine, old, new, str(folder / "marked.docx"), "--author=A"])
        ratio = f"{theirs / ours:.2f} times faster; {memory:.0f} MB against {other:.0f}"
        found.append((name, f"{ours:.2f}", f"{theirs:.2f}", ratio, "at least 5"))
    return found


def _file(folder: Path, name: str, data: bytes) -> str:
    path = folder / f"{name}.docx"
    path.write_bytes(data)
    return str(path)


def _told(words: list[str]) -> tuple[float, int, int, int]:
    said = subprocess.run(
        [sys.executable, "-c", program(), *words], capture_output=True, text=True, check=True, cwd=ROOT
    )
    cpu, *counts = said.stdout.split()
    changed, by_text, lost = map(int, counts)
    return float(cpu), changed, by_text, lost


def main() -> None:
    """Print the rows."""
    from bench import child

    found = rows(child)
    widths = [max(len(row[i]) for row in found) for i in range(5)]
    for row in found:
        print("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip())  # noqa: T201


if __name__ == "__main__":
    main()
