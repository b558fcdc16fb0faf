"""`make bench`: one table of ratios against peers in the same run; CPU seconds, least of five, nothing asserted.

Peers that are not installed are left out and said to be. Run by itself: `python tests/bench.py`.
"""

from __future__ import annotations

import importlib.util
import io
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import bench_prove  # noqa: E402
import bench_revise  # noqa: E402
import bench_rules  # noqa: E402
import bench_store  # noqa: E402

from pipeline.assess.findings import assess  # noqa: E402
from pipeline.compose.draft import compose  # noqa: E402
from pipeline.model.assessment import Assessment  # noqa: E402
from pipeline.model.draft import Box, Draft, Footnote, Heading, Paragraph, Table, plain  # noqa: E402
from pipeline.model.library import Library  # noqa: E402
from pipeline.project.content import style_files  # noqa: E402
from pipeline.project.country import decided, the_library  # noqa: E402
from pipeline.project.why import context  # noqa: E402
from pipeline.render import docx, pdf  # noqa: E402
from pipeline.render import style as styles  # noqa: E402
from pipeline.select.selection import select  # noqa: E402

RUNS = 5
EXAMPLE = ROOT / "intake" / "examples" / "norland"
IMPORTS = "import pydantic, click, jinja2, yaml, markdown_it, lxml.etree, docx, docxtpl"


@dataclass(frozen=True)
class Row:
    """A line of the table: what was measured, ours, the peer's, and what is aimed at."""

    what: str
    ours: str
    peer: str
    ratio: str
    aim: str


def least(work: Callable[[], object]) -> float:
    """Return the least CPU time of five runs in this process."""
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def paired(ours: Callable[[], object], peer: Callable[[], object]) -> tuple[float, float]:
    """Return the least CPU times of two that share a compiler's memory, run in turn so that neither gains by it."""
    mine: list[float] = []
    theirs: list[float] = []
    for _ in range(RUNS):
        for work, times in ((peer, theirs), (ours, mine)):
            start = time.process_time()
            work()
            times.append(time.process_time() - start)
    return min(mine), min(theirs)


def by_typst(source: str) -> bytes:
    """Compile a source with Typst and nothing of ours around it, to the same standards."""
    import typst

    from pipeline.render.pdf import fonts

    return bytes(
        typst.compile(
            source.encode(), font_paths=fonts.book(), ignore_system_fonts=True, pdf_standards=["a-2a", "ua-1"]
        )
    )


def child(words: list[str], runs: int = RUNS) -> tuple[float, float]:
    """Return the least CPU time of a command as a process, and its peak memory in MB."""
    times, peak = [], 0.0
    for _ in range(runs):
        program = (
            "import resource,subprocess,sys;p=subprocess.run(sys.argv[1:],capture_output=True);"
            "u=resource.getrusage(resource.RUSAGE_CHILDREN);print(u.ru_utime+u.ru_stime,u.ru_maxrss/1024,p.returncode)"
        )
        out = subprocess.run(
            [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True, cwd=ROOT
        )
        cpu, memory, code = out.stdout.split()
        if code != "0":
            raise SystemExit(f"{' '.join(words)} ended with {code}")
        times.append(float(cpu))
        peak = max(peak, float(memory))
    return min(times), peak


def paragraphs(draft: Draft) -> list[tuple[str, str]]:
    """Return a draft as plain (style, text) pairs, which is all that the simple peers can draw."""
    found: list[tuple[str, str]] = []
    for unit in draft.units:
        for block in unit.blocks:
            if isinstance(block, Heading):
                found.append((f"Heading {min(block.level, 3)}", f"{block.label} {block.text}".strip()))
            elif isinstance(block, Paragraph):
                found.append(("Normal", f"{block.label} {plain(block.inlines)}".strip()))
                found += [("Normal", plain(i.inlines)) for i in block.inlines if isinstance(i, Footnote)]
            elif isinstance(block, Box):
                found += [("Normal", plain(p.inlines)) for p in block.paragraphs]
            elif isinstance(block, Table):
                found += [("Normal", plain(line)) for row in block.rows for cell in row for line in cell.paragraphs]
    return found


def by_objects(lines: list[tuple[str, str]]) -> None:
    """Draw the lines through python-docx's objects."""
    from docx import Document

    document = Document()
    for style, text in lines:
        document.add_paragraph(text, style=style)
    document.save(io.BytesIO())


def by_docxtpl(lines: list[tuple[str, str]], folder: Path) -> Callable[[], None]:
    """Return a drawing of the lines through one loop of docxtpl."""
    from docx import Document
    from docxtpl import DocxTemplate

    blank = Document()
    for text in ("{%p for line in lines %}", "{{ line }}", "{%p endfor %}"):
        blank.add_paragraph(text)
    path = folder / "loop.docx"
    blank.save(str(path))

    def draw() -> None:
        template = DocxTemplate(path)
        template.render({"lines": [t for _, t in lines]}, autoescape=True)
        template.save(io.BytesIO())

    return draw


def cloned(library: Library, count: int) -> Library:
    """Return a library of `count` clauses, the shipped ones under further names; ties between clauses are cut."""
    states = [s[-1] for s in library.clauses.values()]
    made = {}
    for i in range(count):
        source = states[i % len(states)]
        name = f"c{i:04d}"
        made[name] = (replace(source, id=name, valid_from="2025-01-01", requires=(), supersedes=(), excludes=()),)
    return replace(library, clauses=made)


def small(assessment: Assessment) -> Assessment:
    """Return a country with one agency, one system, and every use decided."""
    agency = assessment.agencies[-1]
    answers = {
        r: (replace(a, value="out_of_scope") if r.startswith("country.use_") else a)
        for r, a in assessment.answers.items()
    }
    return replace(assessment, answers=answers, agencies=(replace(agency, systems=agency.systems[:1]),))


def rows() -> list[Row]:
    """Measure everything."""
    library = the_library()
    country = decided(EXAMPLE, library=library)
    draft = compose(context(country, "guidelines", version="0.1"))
    lines = paragraphs(draft)
    style = styles.read("standard", style_files("standard"))
    found: list[Row] = []

    def compared(what: str, ours: float, peer: float, aim: str, faster: bool = True) -> None:
        ratio = peer / ours if faster else ours / peer
        word = "times faster" if faster else "times its CPU"
        found.append(Row(what, f"{ours:.4f}", f"{peer:.4f}", f"{ratio:.2f} {word}", aim))

    docx.write(draft, style)  # the template is compiled once a run
    whole = least(lambda: docx.write(draft, style))
    cover = _cover_time(draft, style)
    objects = least(lambda: by_objects(lines))
    compared("DOCX without cover, against python-docx objects", max(whole - cover, 1e-6), objects, "at least 20")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        compared("whole DOCX, against docxtpl loop over plain text", whole, least(by_docxtpl(lines, folder)), "-")
        markdown = folder / "draft.md"
        markdown.write_text("\n\n".join(("# " if s.startswith("H") else "") + t for s, t in lines), encoding="utf-8")
        import pypandoc

        cpu, _ = child([pypandoc.get_pandoc_path(), str(markdown), "-o", str(folder / "x.docx")])
        compared("whole DOCX, against pandoc from Markdown", whole, cpu, "at least 8")
        base, _ = child([sys.executable, "-c", IMPORTS])
        out = folder / "out"

        def process(*formats: str) -> tuple[float, float]:
            shutil.rmtree(out, ignore_errors=True)
            words = [w for f in formats for w in ("--format", f)]
            command = [sys.executable, "-m", "pipeline.cli", "draft", str(EXAMPLE), "--document", "guidelines", *words]
            results = [child([*command, "--out", str(out / str(i))], 1) for i in range(RUNS)]
            return min(r[0] for r in results), max(r[1] for r in results)

        cpu, memory = process("docx")
        compared("`draft` to DOCX as a process, against importing its packages", cpu, base, "under 2.5", False)
        cpu_pdf, memory_pdf = process("docx", "pdf")
        found.append(Row("peak memory of `draft`, DOCX", f"{memory:.0f} MB", "", "", "under 120 MB"))
        found.append(Row("peak memory of `draft`, DOCX and PDF", f"{memory_pdf:.0f} MB", "", "", "under 400 MB"))
        found.append(Row("`draft` to DOCX and PDF as a process", f"{cpu_pdf:.4f}", "", "", "-"))
        source = pdf.source(draft, style)
        drawn, bare = paired(lambda: pdf.write(draft, style), lambda: by_typst(source))
        compared("PDF, against typst.compile of the same source", drawn, bare, "at most 1.15", False)
        _peers(found, draft, style, drawn, folder)
    _selecting(found, country.assessment, library[0])
    found += [
        Row(*cells)
        for cells in (
            *bench_rules.rows(least),
            *bench_prove.rows(least, country),
            *bench_store.rows(by_typst),
            *bench_revise.rows(child),
        )
    ]
    return found


def _cover_time(draft: Draft, style: styles.HouseStyle) -> float:
    """Return the CPU time of filling cover, control table, header and footer alone."""
    import pipeline.render.docx as writer

    kept = writer.fill.filled
    spent = 0.0

    def timed(*words: object) -> object:
        nonlocal spent
        start = time.process_time()
        result = kept(*words)  # type: ignore[arg-type]
        spent += time.process_time() - start
        return result

    writer.fill.filled = timed  # type: ignore[assignment]
    try:
        spents = []
        for _ in range(RUNS):
            spent = 0.0
            writer.write(draft, style)
            spents.append(spent)
    finally:
        writer.fill.filled = kept
    return min(spents)


def _peers(found: list[Row], draft: Draft, style: styles.HouseStyle, drawn: float, folder: Path) -> None:
    if importlib.util.find_spec("weasyprint"):
        from pipeline.render import pandoc

        html = pandoc.write(draft, style, "html").decode()
        import weasyprint

        peer = least(lambda: weasyprint.HTML(string=html).write_pdf())
        found.append(
            Row(
                "PDF, against WeasyPrint from our HTML",
                f"{drawn:.4f}",
                f"{peer:.4f}",
                f"{peer / drawn:.2f} times faster",
                "-",
            )
        )
    else:
        found.append(Row("PDF, against WeasyPrint", f"{drawn:.4f}", "not installed", "", "-"))
    soffice = shutil.which("soffice")
    if soffice:
        path = folder / "whole.docx"
        path.write_bytes(docx.write(draft, style))
        cpu, _ = child(
            [
                soffice,
                "--headless",
                f"-env:UserInstallation=file://{folder}/profile",
                "--convert-to",
                "pdf",
                "--outdir",
                str(folder),
                str(path),
            ],
            3,
        )
        found.append(
            Row(
                "PDF, against LibreOffice from our DOCX",
                f"{drawn:.4f}",
                f"{cpu:.4f}",
                f"{cpu / drawn:.2f} times faster",
                "-",
            )
        )
    else:
        found.append(Row("PDF, against LibreOffice", f"{drawn:.4f}", "not installed", "", "-"))


def _selecting(found: list[Row], assessment: Assessment, library: Library) -> None:
    many = cloned(library, 500)
    one = small(assessment)

    def decide() -> None:
        select(one, many, findings, readings, "2026-11-01")

    findings, readings = assess(one, many, "2026-11-01")
    cpu = least(decide)
    found.append(
        Row("500 clauses selected with reasons, one agency and system", f"{cpu * 1000:.1f} ms", "", "", "under 10 ms")
    )


def main() -> None:
    """Print the table."""
    found = rows()
    widths = [
        max(len(getattr(r, f)) for r in [*found, Row("what", "ours", "peer", "ratio", "aim")])
        for f in ("what", "ours", "peer", "ratio", "aim")
    ]
    for row in [Row("what", "ours", "peer", "ratio", "aim"), *found]:
        cells = (row.what, row.ours, row.peer, row.ratio, row.aim)
        print("  ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)).rstrip())  # noqa: T201
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nCPU seconds, least of {RUNS} runs; this process reached {peak:.0f} MB")  # noqa: T201


if __name__ == "__main__":
    main()
