"""The store rows of `make bench`: every member state of the United Nations, simulated, as whole versions in a store.

Run by itself: `python tests/bench_store.py`; with a number behind it, for that many countries. CPU seconds are those of
the command with all its worker processes; peak memory is that of the largest of them.
"""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from simulated import everyone  # noqa: E402

BEFORE, AFTER, UPDATE = "2026-07-26", "2026-07-27", "2026-07-digital-omnibus-in-force"
"""The law before and after an update that touches the members of the European Union."""
STAGED = 20
"""Countries over which the stages are told apart."""

Cells = tuple[str, str, str, str, str]
"""What was measured, ours, the peer's, the ratio, the aim."""

STAGES: tuple[tuple[str, str, str], ...] = (
    ("read", "pipeline.project.batching", "ordered"),
    ("read", "pipeline.project.making", "read_country"),
    ("decide", "pipeline.project.making", "decide"),
    ("compare", "pipeline.project.making", "changes"),
    ("compare", "pipeline.project.making", "changed_parts"),
    ("compare", "pipeline.project.making", "same_text"),
    ("compose", "pipeline.project.making", "composed_for"),
    ("compose", "pipeline.project.making", "with_changes"),
    ("docx", "pipeline.project.making", "rendition"),
    ("records and dump", "pipeline.store.codec", "dump"),
    ("records and dump", "pipeline.project.making", "selection_record"),
    ("records and dump", "pipeline.project.making", "findings_record"),
    ("records and dump", "pipeline.project.making", "as_bytes"),
    ("write and sync", "pipeline.project.drafting", "written"),
)
"""Stages with the functions in which they happen."""


def world(folder: Path, seeds: int, most: int | None = None) -> Path:
    """Write the simulated countries, several times with other answers; return the folder."""
    for seed in range(1, seeds + 1):
        for code, files in list(everyone(seed).items())[:most]:
            for path, data in files.items():
                place = folder / (f"{code.lower()}-{seed}" if seed > 1 else code.lower()) / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)
    return folder


PROGRAM = """
import resource, subprocess, sys, time
start = time.monotonic()
done = subprocess.run([sys.executable, "-m", "pipeline.cli", *sys.argv[1:]], capture_output=True, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, time.monotonic() - start, used.ru_maxrss / 1024, done.returncode)
print(done.stdout + done.stderr)
"""


def command(*words: str | Path) -> tuple[float, float, float, str]:
    """Run a command; return CPU seconds with its workers, wall seconds, the peak of its largest process in MB, its words."""
    out = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, words)], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    first, _, said = out.partition("\n")
    cpu, wall, peak, code = first.split()
    if code != "0":
        raise SystemExit(f"{' '.join(map(str, words))} ended with {code}: {said}")
    return float(cpu), float(wall), float(peak), said


def batch(jobs: Path, out: Path, *words: str) -> tuple[float, float, float, str]:
    """Draft a folder of countries into a store: both documents, as DOCX."""
    return command("batch", jobs, "--format", "docx", "--jobs", "2", "--out", out, *words)


def rows(by_typst: Callable[[str], bytes], countries: int | None = None) -> list[Cells]:
    """Return the rows.

    Args:
        by_typst: Compiles a Typst source and does nothing else.
        countries: How many, 193 by default.
    """
    found: list[Cells] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        jobs, out = world(folder / "jobs", 1, countries), folder / "out"
        count = len(list(jobs.iterdir()))
        size = f"{count} countries × 2 documents as whole versions, DOCX, written and synced"
        cpu, wall, peak, _ = batch(jobs, out, "--as-of", BEFORE)
        rate = f"{2 * count / wall:.1f} versions a second"
        found.append((size, rate, "", f"{cpu:.1f} CPU s, {peak:.0f} MB", "at least 12"))
        found += [(f"  of it, {stage}", f"{ms:.1f} CPU ms a version", "", "", "-") for stage, ms in stages(jobs)]
        cpu, wall, _, said = batch(jobs, out, "--as-of", BEFORE)
        _sure(said, "0 new versions")
        found.append(("the same again: nothing to do", f"{cpu:.2f} CPU s, {wall:.2f} s", "", "", "under 1 s"))
        cpu, wall, _, said = command("impact", UPDATE, "--out", out, "--jobs", "2")
        touched = int(said.strip().splitlines()[-1].split()[0])
        found.append(
            (f"`impact` of an update on {touched} of {count}", f"{wall:.2f} s", "", f"{cpu:.1f} CPU s", "under 3 s")
        )
        ours, _, _, said = command("regenerate", "--all", "--as-of", AFTER, "--out", out, "--jobs", "2")
        _sure(said, f"{2 * touched} new versions")
        some = folder / "some"
        for place in out.glob("*/strategy/0.2"):
            shutil.copytree(jobs / place.parts[-3], some / place.parts[-3])
        theirs, _, _, said = batch(some, folder / "again", "--as-of", AFTER)
        _sure(said, f"{2 * touched} new versions")
        what = f"an update that touches {touched} of {count}, against drafting these {touched}"
        found.append((what, f"{ours:.2f}", f"{theirs:.2f}", f"{ours / theirs:.2f} times its CPU", "at most 1.3"))
        found.append(_pdf(sorted(jobs.iterdir())[:3], by_typst))
        if countries is None:
            many = world(folder / "many", 4)
            cpu, wall, larger, _ = batch(many, folder / "more", "--as-of", BEFORE)
            what = "the same of 772 countries: linear, memory flat"
            rate = f"{2 * 772 / wall:.1f} versions a second"
            found.append((what, rate, "", f"{cpu:.1f} CPU s, {larger:.0f} MB against {peak:.0f}", "-"))
    return found


def _sure(said: str, words: str) -> None:
    if words not in said:
        raise SystemExit(f"'{words}' is not what came: {said[-400:]}")


def stages(jobs: Path) -> list[tuple[str, float]]:
    """Return the CPU milliseconds of each stage for one version, in this process."""
    from pipeline.project.batching import batch as run
    from pipeline.project.drafting import Wish
    from pipeline.project.jobs import jobs_of

    spent = dict.fromkeys([*(stage for stage, _, _ in STAGES), "all else"], 0.0)
    with tempfile.TemporaryDirectory() as name, ExitStack() as held:
        wish = Wish(("guidelines", "strategy"), (), ("docx",), "working", "", BEFORE, None, Path(name) / "out")
        every = jobs_of(jobs, wish)[0]
        some = every[:: max(1, len(every) // STAGED)][:STAGED]
        list(run(every[-1:], (1, ""), lambda count, names: None))  # what is read once in a process
        clock = _Clock(spent)
        for stage, module, function in STAGES:
            held.enter_context(clock.timing(stage, importlib.import_module(module), function))
        start = time.process_time()
        made = list(run(some, (1, ""), lambda count, names: None))
        spent["all else"] = time.process_time() - start - sum(spent.values())
        versions = sum(len(done.made) for done in made)
    return [(stage, 1000 * seconds / versions) for stage, seconds in spent.items()]


class _Clock:
    """Adds up the CPU time of stages; what one calls of another is the other's."""

    def __init__(self, spent: dict[str, float]) -> None:
        self.spent = spent
        self.inner = [0.0]

    @contextmanager
    def timing(self, stage: str, module: Any, function: str) -> Iterator[None]:
        """Time a function of a module as a stage."""
        kept = getattr(module, function)

        def timed(*words: Any, **named: Any) -> Any:
            self.inner.append(0.0)
            start = time.process_time()
            try:
                return kept(*words, **named)
            finally:
                whole = time.process_time() - start
                self.spent[stage] += whole - self.inner.pop()
                self.inner[-1] += whole

        with mock.patch.object(module, function, timed):
            yield


def _pdf(folders: list[Path], by_typst: Callable[[str], bytes]) -> Cells:
    """Return what the PDF of several countries costs against Typst alone on the same pages."""
    from pipeline.compose.draft import compose
    from pipeline.project.content import style_files
    from pipeline.project.country import decided, the_library
    from pipeline.project.why import context
    from pipeline.render import pdf
    from pipeline.render import style as styles

    library, style = the_library(), styles.read("standard", style_files("standard"))
    countries = [decided(folder, library=library) for folder in folders]
    drafts = [compose(context(c, d, version="0.1")) for c in countries for d in ("guidelines", "strategy")]
    spent = {"ours": 0.0, "typst": 0.0}
    by_typst(pdf.source(drafts[0], style))  # its memory is warm for both
    for draft in drafts:
        times: dict[str, list[float]] = {"ours": [], "typst": []}
        for _ in range(2):
            for who in ("ours", "typst"):
                start = time.process_time()
                by_typst(pdf.source(draft, style)) if who == "typst" else pdf.write(draft, style)
                times[who].append(time.process_time() - start)
        spent = {who: total + min(times[who]) for who, total in spent.items()}
    ours, theirs = spent["ours"], spent["typst"]
    what = f"{len(drafts)} PDFs, against typst.compile of the same sources"
    return what, f"{ours:.2f}", f"{theirs:.2f}", f"{ours / theirs:.2f} times its CPU", "at most 1.2"


def main() -> None:
    """Print the rows."""
    from bench import by_typst

    found = rows(by_typst, int(sys.argv[1]) if len(sys.argv) > 1 else None)
    widths = [max(len(row[i]) for row in found) for i in range(5)]
    for row in found:
        print("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip())  # noqa: T201


if __name__ == "__main__":
    main()
