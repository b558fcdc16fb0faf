"""What the examples give at each stage, compared with what was last accepted: findings, selection, and the draft's words.

A change in a clause, a finding or an outline shows here at the first stage that it reaches. `make accept` writes the
files anew; CI never does. What Norland's Markdown says is in tests/golden; here Tembala's drafts stand, stage by stage.
"""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from journeys import EXAMPLES, ROOT, draft_of, run, version

from pipeline.model.draft import Block, Box, Chart, Draft, Footnote, Heading, Inline, Paragraph, Table

CASES = ROOT / "tests" / "cases"
COUNTRIES = {"norland": ("brief",), "tembala": ("brief", "guidelines", "strategy")}
"""Each example with the documents whose words are kept here."""

FILES = sorted(
    f"{country}/{name}"
    for country, documents in COUNTRIES.items()
    for name in ("findings.txt", "selection.txt", *(f"draft.{d}.txt" for d in documents))
)
SHOWN = 40
"""Lines of a difference that a failure repeats."""

pytestmark = pytest.mark.golden


def findings(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield each finding of each subject in a line: its value, or those still possible."""
    for instrument, since in sorted(record["bound_since"].items()):
        yield f"bound by {instrument} since {since or '?'}"
    for use in record["expected_uses"]:
        yield f"expected use: {use}"
    for subject, found in sorted(record["findings"].items()):
        for ref, finding in sorted(found.items()):
            value = finding["value"] or "open: " + " or ".join(finding.get("possible", ())) or "open"
            yield f"{subject} | {ref} | {value}"


def selection(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield each clause in a line: its status, its ground, its strengths with the number of cases, what it asks."""
    yield f"as of {record['as_of']}"
    for clause, decision in sorted(record["decisions"].items()):
        strengths = ", ".join(f"{s} for {len(who)}" for s, who in decision["strengths"].items())
        asks = ", ".join(sorted({ref for ref, _ in decision["asks"]}))
        yield " | ".join((clause, decision["status"], decision["ground"], strengths, f"asks {asks}" if asks else ""))


def said(inlines: tuple[Inline, ...]) -> str:
    """Return the words of a line, its notes in brackets where they stand."""
    return "".join(f" [note {i.number}: {said(i.inlines)}]" if isinstance(i, Footnote) else i.text for i in inlines)


def words(block: Block) -> Iterator[str]:
    """Yield a block as plain lines."""
    match block:
        case Heading():
            yield f"{'#' * block.level} {block.label} {block.text}".replace("  ", " ")
        case Paragraph():
            yield f"{block.role}: {block.label} {said(block.inlines)}".replace(":  ", ": ")
        case Box():
            yield f"[{block.kind}] {block.title}"
            yield from (f"  {line}" for p in block.paragraphs for line in words(p))
        case Table():
            yield f"[table] {block.label} {block.caption}: {' | '.join(c.title for c in block.columns)}"
            for row in block.rows:
                yield "  " + " | ".join(" / ".join(said(line) for line in cell.paragraphs) for cell in row)
        case Chart():
            yield f"[chart] {block.label} {block.caption}: {', '.join(block.axes)}"
            yield from (
                f"  {s.name}: {', '.join('-' if v is None else str(v) for v in s.values)}" for s in block.series
            )


def draft(made: Draft) -> Iterator[str]:
    """Yield a draft as plain lines, each unit under its anchor."""
    yield f"{made.cover.title} | {made.cover.subtitle} | {made.cover.status} | {made.cover.law_date} | {made.cover.notice}"
    for unit in made.units:
        yield ""
        yield f"== {unit.anchor} ({unit.zone}, {unit.origin.kind})"
        for block in unit.blocks:
            yield from words(block)


@pytest.fixture(scope="module")
def produced(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return each text that is compared, by its path, from one run of `draft` for each country."""
    out = tmp_path_factory.mktemp("cases")
    found: dict[str, str] = {}
    for country, documents in COUNTRIES.items():
        wished = [w for d in documents for w in ("--document", d)]
        ran = run("draft", EXAMPLES / country, *wished, "--format", "md", "--out", out)
        assert ran.code == 0, ran.err
        for document in documents:
            made = draft_of(version(out, country, document))
            found[f"{country}/draft.{document}.txt"] = "\n".join(draft(made)) + "\n"
        kept = version(out, country, documents[0])
        for name, stage in (("findings", findings), ("selection", selection)):
            lines = stage(json.loads((kept / f"{name}.json").read_bytes()))
            found[f"{country}/{name}.txt"] = "\n".join(lines) + "\n"
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_stage_gives_what_was_accepted(produced: dict[str, str], name: str) -> None:
    path = CASES / name
    if os.environ.get("CLAUSEWRIGHT_ACCEPT") == "1":
        assert os.environ.get("CI") != "true", "nothing is accepted in CI"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(produced[name], "utf-8")
    accepted = path.read_text("utf-8").splitlines()
    difference = list(difflib.unified_diff(accepted, produced[name].splitlines(), "accepted", "now", lineterm="", n=0))
    assert difference == [], "\n".join([*difference[:SHOWN], f"{len(difference)} lines; make accept takes them over"])


def test_nothing_is_accepted_that_nobody_makes(produced: dict[str, str]) -> None:
    kept = sorted(p.relative_to(CASES).as_posix() for p in Path(CASES).rglob("*") if p.is_file())
    assert kept == sorted(produced) == FILES


@pytest.mark.parametrize("stage", ["findings.txt", "selection.txt"])
def test_the_examples_differ(produced: dict[str, str], stage: str) -> None:
    assert produced[f"norland/{stage}"] != produced[f"tembala/{stage}"]
    assert all(len(produced[f"{country}/{stage}"].splitlines()) > 80 for country in COUNTRIES)
