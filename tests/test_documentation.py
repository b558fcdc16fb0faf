"""The pages say what the code does: commands, options, codes, keys, examples and links."""

from __future__ import annotations

import ast
import importlib
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from pipeline.cli import COMMANDS, cli
from pipeline.compose.contents import CONTENTS
from pipeline.condition.grammar import GROUPS, parse, titled
from pipeline.intake import formats as intake_formats
from pipeline.intake.country import read_head
from pipeline.intake.decisions import read_decisions
from pipeline.library import drafting, law_formats
from pipeline.library import formats as library_formats
from pipeline.library.checks import check
from pipeline.library.expectations import FACTS
from pipeline.library.load import NOT_CLAUSES, load, usage_of
from pipeline.library.texts import BLOCKS
from pipeline.library.vocabulary import BOUND_BY, read_questionnaires, read_rules
from pipeline.model.clause import PRINCIPLES
from pipeline.model.law import SLOTS
from pipeline.model.library import Library
from pipeline.model.problem import Exit
from pipeline.model.question import FindingRule, Question, Questionnaire
from pipeline.project import jobs
from pipeline.render import style
from pipeline.source.shape import Shape
from pipeline.source.tree import parse as parse_yaml
from pipeline.word.tags import KNOWN

ROOT = Path(__file__).resolve().parent.parent
README, GUIDE = "README.md", "docs/users-guide.md"
FORMATS, PROBLEMS, VOCABULARY = "docs/formats.md", "docs/problems.md", "docs/vocabulary.md"

CODE = re.compile(r"[A-Z]{3,12}-\d{3}")
OTHERS = ("ECMA-376",)
"""Looks like a problem's code and is a standard's number."""
INVOKED = re.compile(r"\bclausewright ((?:--[a-z-]+ )*)([a-z]+)\b(?!\.)")
"""A command as a text names it: `clausewright draft`."""
SHELL = {".", "cd", "git", "sha256sum", "cp", "unzip", "dask"}
"""What a shell example may call beside us and make."""

SECTIONS: Mapping[str, tuple[type[Shape], ...]] = {
    "Country": (intake_formats.CountryFile,),
    "Agencies and systems": (intake_formats.ProfileFile, intake_formats.ReadinessFile, intake_formats.RiskFile),
    "Decisions": (intake_formats.DecisionsFile,),
    "Mapping": (intake_formats.MappingFile,),
    "Batch jobs": (jobs.JobsFile,),
    "Questionnaire": (library_formats.QuestionnaireFile,),
    "Findings": (library_formats.FindingsFile,),
    "Clause": (library_formats.ClauseFile,),
    "Glossary": (library_formats.TermsFile, library_formats.RolesFile, library_formats.ChoicesFile),
    "Word lists": (drafting.UsageFile,),
    "Instrument": (law_formats.InstrumentFile,),
    "Update": (law_formats.UpdateFile,),
    "Release": (library_formats.ReleaseFile,),
    "Pack": (law_formats.PackFile,),
    "Facts": (library_formats.FactsFile,),
    "Expectations": (library_formats.ExpectationsFile,),
    "Outline": (library_formats.OutlineFile,),
    "Shared words": (library_formats.WordsFile,),
    "Numberings": (library_formats.NumberingsFile,),
}
"""The section of formats.md that describes each form of file."""

ELSEWHERE: Mapping[str, set[str]] = {
    "Update": {f.alias or n for s in (law_formats.InstrumentFile, law_formats.ProvisionFile, law_formats.StatusFile)
               for n, f in s.model_fields.items()},
}  # fmt: skip
"""Keys within a form that the section of another form describes: an update can hold whole instruments."""


@cache
def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def pages() -> list[str]:
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "output" / "README.md"]
    return sorted(p.relative_to(ROOT).as_posix() for p in found)


def section(path: str, title: str) -> str:
    """Return what stands under a heading, down to the next one of its level or above."""
    lines = text(path).split("\n")
    start = next(i for i, line in enumerate(lines) if line.lstrip("# ") == title and line.startswith("#"))
    depth = len(lines[start]) - len(lines[start].lstrip("#"))
    end = next((i for i in range(start + 1, len(lines)) if re.match(rf"#{{1,{depth}}} ", lines[i])), len(lines))
    return "\n".join(lines[start:end])


def rows(words: str) -> Iterator[list[str]]:
    """Yield the cells of every table row but heads and rules."""
    held: list[str] | None = None
    for line in words.split("\n"):
        if not line.startswith("|"):
            held = None
            continue
        cells = [c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]]
        if held is None:
            held = cells
        elif not set(line) <= set("|-: "):
            yield cells


def ticked(words: str) -> list[str]:
    return re.findall(r"`([^`]+)`", words)


@cache
def modules() -> dict[str, ast.Module]:
    """Return the modules that name a code or a page; others are not worth the time of parsing."""
    found: dict[str, ast.Module] = {}
    for path in sorted((ROOT / "pipeline").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        inside = path.relative_to(ROOT)
        if inside.parts[1] != "data" and (re.search(r"[A-Z]{3,12}-[\d{]|docs/", source) or path.name == "tags.py"):
            found[inside.as_posix()] = ast.parse(source)
    return found


def spoken(tree: ast.Module) -> Iterator[str]:
    """Yield the texts of a module that are no docstrings."""
    silent = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.value


def numbered(path: str, function: str, position: int) -> Iterator[int]:
    """Yield the whole numbers that calls of a function pass at a position."""
    for node in ast.walk(modules()[path]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function:
            argument = node.args[position]
            if isinstance(argument, ast.Constant):
                assert isinstance(argument.value, int)
                yield argument.value


def codes_in_source() -> set[str]:
    found = {s for tree in modules().values() for s in spoken(tree) if CODE.fullmatch(s)} - set(OTHERS)
    checks = [*numbered("pipeline/word/lint.py", "_said", 2), *numbered("pipeline/word/tags.py", "Fault", 0)]
    return found | {f"TEMPLATE-{n:03d}" for n in checks}


def command(name: str) -> click.Command:
    found: click.Command = getattr(importlib.import_module(f"pipeline.cli.{COMMANDS[name][0]}"), name)
    return found


def shell_lines(path: str) -> Iterator[str]:
    """Yield the lines of a page's shell examples, comments cut off."""
    for block in re.findall(r"```sh\n(.*?)```", text(path), re.DOTALL):
        for line in block.replace("\\\n", " ").split("\n"):
            if shlex.split(line, comments=True):
                yield line


# Commands


def test_readme_and_guide_describe_every_command_and_no_other() -> None:
    told = [ticked(cells[0])[0].split()[0] for cells in rows(section(README, "Commands"))]
    assert told == list(COMMANDS)
    for name, (_, line) in COMMANDS.items():
        assert line.endswith("."), f"the help of {name} is a sentence"
        assert f"clausewright {name}" in text(GUIDE), f"the user's guide shows {name}"


@pytest.mark.parametrize("path", pages())
def test_no_page_names_a_command_that_does_not_exist(path: str) -> None:
    code = "\n".join([*ticked(text(path)), *re.findall(r"```.*?```|^ {4}.*$", text(path), re.DOTALL | re.MULTILINE)])
    unknown = {name for _, name in INVOKED.findall(code)} - set(COMMANDS)
    assert not unknown, f"{path} names {sorted(unknown)}"


@pytest.mark.parametrize("path", [p for p in pages() if "```sh" in text(p)])
def test_shell_examples_can_be_typed(path: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    for line in shell_lines(path):
        words = shlex.split(line, comments=True)
        if words[0] == "make":
            assert {w for w in words[1:] if "=" not in w} <= targets, line
        elif words[0] == "clausewright":
            _typed(words[1:], line)
        else:
            assert words[0] in SHELL, f"{path}: what is '{line}'?"


def _typed(words: list[str], line: str) -> None:
    if words[0].startswith("-"):
        assert words[0] in {o for p in cli.params for o in p.opts} | {"--help", "-h"}, line
        words = words[1:]
        if not words:
            return
    assert words[0] in COMMANDS, line
    called = command(words[0])
    values, _, _ = called.make_parser(click.Context(called)).parse_args(list(words[1:]))
    for parameter in called.params:
        given = values.get(parameter.name or "")
        if isinstance(given, (list, tuple)) and not isinstance(parameter, click.Argument):
            for one in given:
                parameter.type.convert(one, parameter, None) if isinstance(parameter.type, click.Choice) else None
        assert given not in (None, "", ()) or not parameter.required, f"{line}: {parameter.name} is missing"


def test_the_guide_lists_every_option_of_every_command() -> None:
    for name in COMMANDS:
        told = set(re.findall(r"(?<![\w-])(--?[a-z][a-z-]*)", section(GUIDE, f"clausewright {name}")))
        there = {o for p in command(name).params if isinstance(p, click.Option) for o in p.opts}
        assert told >= {max(p.opts, key=len) for p in command(name).params if isinstance(p, click.Option)}, name
        assert told <= there, f"{name} has no {sorted(told - there)}"


def test_make_targets_are_told_in_readme() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", text("Makefile"), re.MULTILINE))
    told = {ticked(cells[0])[0].removeprefix("make").strip() for cells in rows(section(README, "Make targets"))}
    assert told == targets


# Problems and exit codes


def test_every_problem_code_is_explained_and_none_is_left_over() -> None:
    cells = [c for c in rows(text(PROBLEMS)) if ticked(c[0]) and CODE.fullmatch(ticked(c[0])[0])]
    told = [ticked(c[0])[0] for c in cells]
    assert len(told) == len(set(told))
    assert not codes_in_source() - set(told), "a code without an explanation"
    assert not set(told) - codes_in_source(), "an explanation without a code"
    assert all(len(c) == 3 and c[1].endswith(".") and c[2].endswith(".") for c in cells)


def test_no_code_is_put_together_where_it_cannot_be_found() -> None:
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                start = str(node.values[0].value)
                assert not re.fullmatch(r"[A-Z]{3,12}-", start) or path == "pipeline/word/lint.py", f"{path}: {start}"


def test_exit_codes_are_told_as_they_are() -> None:
    told = {int(c[0]): ticked(c[1])[0] for c in rows(section(PROBLEMS, "Exit codes"))}
    assert told == {e.value: e.name for e in Exit}
    assert {int(c[0]) for c in rows(section(GUIDE, "Exit codes"))} == {e.value for e in Exit}


# Formats


def shapes() -> set[type[Shape]]:
    holders = (library_formats, law_formats, intake_formats, drafting, jobs)
    return {v for m in holders for v in vars(m).values() if isinstance(v, type) and issubclass(v, Shape)} - {Shape}


def inside(shape: type[BaseModel], seen: set[type[BaseModel]]) -> set[type[BaseModel]]:
    """Return a shape with all shapes that its fields hold."""
    if shape not in seen:
        seen.add(shape)
        for field in shape.model_fields.values():
            for inner in _held(field.annotation):
                inside(inner, seen)
    return seen


def _held(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _held(argument)


def keys(forms: tuple[type[Shape], ...]) -> set[str]:
    found: set[type[BaseModel]] = set()
    for form in forms:
        inside(form, found)
    return {f.alias or name for shape in found for name, f in shape.model_fields.items()}


def test_every_form_of_file_has_its_section() -> None:
    reached: set[type[BaseModel]] = set()
    for forms in SECTIONS.values():
        for form in forms:
            inside(form, reached)
    assert shapes() == reached


@pytest.mark.parametrize("title", SECTIONS)
def test_every_key_of_a_file_is_described_and_no_other(title: str) -> None:
    words = section(FORMATS, title)
    there = keys(SECTIONS[title])
    untold = there - ELSEWHERE.get(title, set()) - set(ticked(words)) - set(re.findall(r"[`{ ](\w+): ", words))
    assert not untold, f"keys without a description: {sorted(untold)}"
    odd = {k for cells in _key_rows(words) for k in ticked(cells[0])} - there
    assert not odd, f"descriptions of keys that do not exist: {sorted(odd)}"


def _key_rows(words: str) -> Iterator[list[str]]:
    """Yield the rows of tables whose first column is one of keys."""
    for table in re.findall(r"(?:^\|.*\n)+", words + "\n", re.MULTILINE):
        if table.startswith(("| Key ", "| Under ")):
            yield from rows(table)


def test_required_keys_are_marked_as_such() -> None:
    for title, forms in SECTIONS.items():
        words = section(FORMATS, title)
        for form in forms:
            for name, field in form.model_fields.items():
                key = field.alias or name
                cells = [c[0] for c in _key_rows(words) if f"`{key}`" in c[0]]
                assert not cells or any(f"`{key}` *r*" in c for c in cells) == field.is_required(), f"{title}: {key}"


def test_lists_in_formats_are_complete() -> None:
    def stands(title: str, names: object) -> None:
        missing = set(map(str, names)) - set(ticked(section(FORMATS, title)))  # type: ignore[call-overload]
        assert not missing, f"{title}: {sorted(missing)}"

    stands("Country", SLOTS)
    stands("Condition", GROUPS)
    stands("Clause", [p for group in PRINCIPLES.values() for p in group])
    stands("Text", BLOCKS)
    stands("Outline", CONTENTS)
    stands("House style", [*style.SHADES, *style.BOXES, *KNOWN, *(f for fields in KNOWN.values() for f in fields)])
    told = {ticked(c[0])[0] for c in _key_rows(section(FORMATS, "House style"))}
    assert told == set(style._Brand.KEYS)


# Vocabulary


def _yaml(folder: str) -> dict[str, bytes]:
    return {p.relative_to(ROOT).as_posix(): p.read_bytes() for p in sorted((ROOT / folder).glob("*.yaml"))}


def vocabulary() -> str:
    """Return docs/vocabulary.md as the questionnaires and findings would have it."""
    sheets, _, problems = read_questionnaires(_yaml("intake/questionnaires"))
    questions = {q.ref: q for sheet in sheets for q in sheet.questions}
    findings = {p: data for p, data in _yaml("intake/findings").items() if p != FACTS}
    rules, _, faults = read_rules(findings, questions, ())
    assert not problems + faults
    lines = [
        "# Vocabulary: what a condition may test",
        "",
        "Every question and finding with its values, in order. Made from `intake/` by `make accept`; not edited here.",
        "Words, dates and numbers cannot be tested. Every question also takes `not_applicable` and `withheld`.",
        "How a test is written: [conditions](formats.md#condition).",
    ]
    for sheet in sheets:
        lines += ["", f"## {titled_sheet(sheet)}", "", "| Question | Asks | Values |", "| --- | --- | --- |"]
        lines += [f"| `{q.ref}` | {titled(q, 'en')} | {_values(q)} |" for q in sheet.questions]
    for subject in ("system", "agency", "country"):
        lines += ["", f"## Findings on the {subject}", "", "| Finding | Says | Values |", "| --- | --- | --- |"]
        found = sorted((r for r in rules if r.ref.startswith(f"{subject}.")), key=lambda r: r.ref)
        lines += [f"| `{r.ref}` | {titled(r, 'en') or BOUND} | {_values(r)} |" for r in found]
    return "\n".join(lines) + "\n"


BOUND = "Instruments that bind the state"


def titled_sheet(sheet: Questionnaire) -> str:
    return f"Questions: {sheet.title['en'][:1].lower()}{sheet.title['en'][1:]}"


def _values(variable: Question | FindingRule) -> str:
    if variable.ref == BOUND_BY:
        return "a set of instrument ids"
    if variable.scale is None:
        return f"*{getattr(variable, 'type', '')}*"
    joint = " < " if variable.scale.ordered else ", "
    kind = "a set of " if isinstance(variable, Question) and variable.type == "set" else ""
    return kind + joint.join(f"`{c}`" for c in variable.scale.codes())


@pytest.mark.golden
def test_the_vocabulary_page_is_that_of_the_questionnaires() -> None:
    page = ROOT / VOCABULARY
    if os.environ.get("CLAUSEWRIGHT_ACCEPT") == "1":
        page.write_text(vocabulary(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == vocabulary(), "run `make accept` and read the difference"


# Examples in the guides


def indented(path: str, after: str, depth: int) -> str:
    """Return the first block of code, indented by at least `depth`, that follows some words of a page."""
    rest = text(path).partition(after)[2]
    lines: list[str] = []
    for line in rest.split("\n"):
        if line.startswith(" " * depth) or (lines and not line):
            lines.append(line[depth:])
        elif lines:
            break
    return "\n".join(lines).strip() + "\n"


def test_the_clause_of_ten_minutes_fails_as_told_and_passes_when_cut(library_files: Mapping[str, bytes]) -> None:
    page = "docs/clause-authors-guide.md"
    folder = "clauses/governance/yearly-meeting-for-a-test/2025-01-01"
    words, shape = indented(page, "Write `en.md`", 7), indented(page, "Write `clause.yaml`", 7)
    around = {p: d for p, d in library_files.items() if not p.startswith("clauses/") or p.split("/")[1] in NOT_CLAUSES}
    usage, _ = usage_of(library_files)

    def faults(texts: str) -> list[str]:
        files = {**around, f"{folder}/clause.yaml": shape.encode(), f"{folder}/en.md": texts.encode()}
        library, problems = load(files, checked=False)
        assert library is not None and not problems, "\n".join(map(str, problems))
        found = [*check(library), *drafting.check_texts(library, usage)]
        return [p.code for p in found if p.place.file.startswith(folder)]

    assert faults(words) == ["DRAFT-002"]
    assert ", and shall record" in words
    assert faults(words.replace(", and shall record", ". It shall record")) == []


def test_the_decisions_of_the_guide_can_be_taken(library: Library) -> None:
    decisions, problems = read_decisions(indented(GUIDE, "## Decide", 4).encode(), "decisions.yaml", library)
    assert not problems, "\n".join(map(str, problems))
    assert {d.kind for d in decisions} == {"choose", "leave_out", "waive"}


def test_the_law_of_the_guide_fills_its_slot(library: Library) -> None:
    head = 'format: 1\nname: "Republic of Example"\n'
    country, problems = read_head((head + indented(GUIDE, "twelve slots", 4)).encode(), "country.yaml", library)
    assert not problems and country is not None and country.law


def test_clauses_that_pages_ask_why_about_exist(library: Library) -> None:
    asked = {m for p in pages() for m in re.findall(r"clausewright why \S+ ([a-z][a-z-]+)$", text(p), re.MULTILINE)}
    known = {"your-clause-id", *library.clauses}
    assert asked and asked <= known, sorted(asked - known)


def test_conditions_of_the_guide_can_be_read(library: Library) -> None:
    words = section("docs/clause-authors-guide.md", "Conditions")
    told = [ticked(c[0])[0] for c in rows(words) if ticked(c[0]) and ticked(c[0])[0].count(" ") >= 2]
    assert len(told) >= 8
    for one in told:
        scope = one.partition(".")[0]
        node, problems = parse_yaml(one.encode(), "guide", "X-001")
        assert node is not None
        condition, faults = parse(node, library.variables, scope, "X-001")  # type: ignore[arg-type]
        assert condition is not None and not problems + faults, f"{one}: {faults}"


# Links and pages


def anchors(path: str) -> set[str]:
    """Return the anchors of a page's headings, as the web shows them, and those set by hand."""
    found: set[str] = set(re.findall(r'<a id="([^"]+)"', text(path)))
    for line in re.sub(r"```.*?```", "", text(path), flags=re.DOTALL).split("\n"):
        heading = re.match(r"#+ (.*)", line)
        if heading:
            name = re.sub(r"[^\w\- ]", "", heading[1].lower()).replace(" ", "-")
            found.add(name if name not in found else f"{name}-1")
    return found


@pytest.mark.parametrize("path", pages())
def test_links_lead_somewhere(path: str) -> None:
    bare = re.sub(r"```.*?```|`[^`\n]*`", "", text(path), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", bare):
        if target.startswith(("https://", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        there = (ROOT / path).parent / file if file else ROOT / path
        assert there.exists(), f"{path}: {target}"
        if anchor:
            assert anchor in anchors(os.path.relpath(there.resolve(), ROOT)), f"{path}: {target}"


def test_pages_that_messages_point_at_exist() -> None:
    said = {m for tree in modules().values() for s in spoken(tree) for m in re.findall(r"docs/[\w/.-]*\w", s)}
    assert said, "messages point at pages"
    for page in said:
        assert (ROOT / page).exists() or (ROOT / f"{page}.md").exists(), page


def test_decisions_are_numbered_without_gaps_and_say_what_and_why() -> None:
    found = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [p.name[:4] for p in found] == [f"{n:04d}" for n in range(1, len(found) + 1)]
    for page in found:
        words = page.read_text(encoding="utf-8")
        titles = re.findall(r"^## (.*)$", words, re.MULTILINE)
        assert titles == ["Context", "Decision", "Why", "Consequences"], page.name
        assert re.search(r"^Status: (accepted|replaced by \d{4})\b", words, re.MULTILINE), page.name
        assert len(words.split("\n")) <= 60, f"{page.name} is a page at most"


def test_the_change_log_has_an_entry_for_what_is_not_released() -> None:
    assert re.search(r"^## \[?(Unreleased|\d+\.\d+\.\d+)", text("CHANGELOG.md"), re.MULTILINE)
    import pipeline

    assert pipeline.__version__.removesuffix(".dev0") in text("CHANGELOG.md")
