"""The shape of the house: who may import whom, how long a module may be, and what is never asked."""

from __future__ import annotations

import ast
import graphlib
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = ROOT / "pipeline"

STRANDS = (
    ("model", "source", "condition", "library", "intake", "assess", "select", "compose", "prove"),
    ("model", "word", "render"),
    ("model", "word", "revise"),
    ("model", "store"),
)
"""Each folder may import what stands before it in a strand."""

TOP = {"project": None, "cli": ("model", "project")}
"""`project` may import all but `cli`; `cli` only these."""

LONGEST = 450
"""Lines of a module."""

CLOCKS = {
    "datetime": {"now", "today", "utcnow"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime", "strftime"},
    "uuid": {"uuid1", "uuid4"},
}
LUCK = {"random", "secrets"}

HEAVY = (
    "babel", "docx", "docxtpl", "jinja2", "lxml", "markdown_it", "pydantic", "pypandoc", "pysat", "python_calamine",
    "rapidfuzz", "rich", "typst", "xlsxwriter", "yaml",
)  # fmt: skip


def modules() -> list[Path]:
    return sorted(p for p in CODE.rglob("*.py") if "data" not in p.relative_to(CODE).parts)


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and full name of everything of ours that a module imports, wherever in it that stands."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, a.name) for a in node.names if a.name.split(".")[0] == "pipeline")
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "pipeline":
            for alias in node.names:
                inner = ROOT.joinpath(*node.module.split("."), alias.name)
                is_module = inner.with_suffix(".py").is_file() or (inner / "__init__.py").is_file()
                yield node.lineno, f"{node.module}.{alias.name}" if is_module else node.module


def folder_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def may_import(folder: str, other: str) -> bool:
    """Tell whether one folder may import from another."""
    if folder in TOP:
        beneath = TOP[folder]
        return other != "cli" if beneath is None else other in beneath
    return any(folder in s and other in s[: s.index(folder)] for s in STRANDS)


def test_every_folder_has_its_place_in_the_design() -> None:
    known = {name for strand in STRANDS for name in strand} | set(TOP)
    assert {folder_of(name_of(p)) for p in modules()} - {""} <= known


@pytest.mark.parametrize("folder", sorted({name for strand in STRANDS for name in strand} | set(TOP)))
def test_imports_run_upwards_only(folder: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in modules()
        if folder_of(name_of(path)) == folder
        for line, module in imports(path)
        if folder_of(module) not in ("", folder) and not may_import(folder, folder_of(module))
    ]
    assert wrong == []


def test_that_test_tells_up_from_down() -> None:
    assert may_import("select", "assess")
    assert may_import("project", "render")
    assert not may_import("assess", "select")
    assert not may_import("render", "source")
    assert not may_import("store", "word")
    assert not may_import("cli", "store")
    assert not may_import("project", "cli")


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = {name_of(p): {m for _, m in imports(p) if m != name_of(p)} for p in modules()}
    assert len(graph) > 50
    tuple(graphlib.TopologicalSorter(graph).static_order())


def test_no_module_is_too_long() -> None:
    assert [
        f"{p.relative_to(ROOT)}: {n}" for p in modules() if (n := len(p.read_text("utf-8").splitlines())) > LONGEST
    ] == []


def test_every_module_says_what_it_holds() -> None:
    assert [str(p.relative_to(ROOT)) for p in modules() if not ast.get_docstring(parsed(p))] == []


def asked(tree: ast.Module, file: str) -> Iterator[str]:
    """Yield where a module asks the clock or luck."""
    for node in ast.walk(tree):
        where = f"{file}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if node.attr in CLOCKS.get(owner, ()):
                yield f"{where} asks {owner}.{node.attr}"
        elif isinstance(node, ast.Import):
            yield from (f"{where} imports {alias.name}" for alias in node.names if alias.name in LUCK)
        elif isinstance(node, ast.ImportFrom) and node.module:
            taken = {alias.name for alias in node.names}
            if node.module in LUCK or taken & CLOCKS.get(node.module, set()):
                yield f"{where} takes {', '.join(sorted(taken))} from {node.module}"


def test_nothing_asks_the_clock_or_luck() -> None:
    found = [one for path in modules() for one in asked(parsed(path), str(path.relative_to(ROOT)))]
    assert found == []


def test_that_test_would_see_a_clock() -> None:
    source = "import datetime, random\nfrom time import time\ndatetime.datetime.now()\ndatetime.date.today()\n"
    assert len(list(asked(ast.parse(source), "x.py"))) == 4


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)


LOADED = """
import sys
sys.argv = ["clausewright", "--help"]
try:
    {act}
except SystemExit:
    pass
print("loaded:", *sorted({heavy} & sys.modules.keys()))
"""


@pytest.mark.parametrize("act", ["import pipeline.cli", "from pipeline.cli import main; main()"])
def test_heavy_packages_are_not_loaded_for_help(act: str) -> None:
    done = run_python(LOADED.format(act=act, heavy=set(HEAVY)))
    assert done.stdout.splitlines()[-1] == "loaded:", done.stdout + done.stderr


def test_help_takes_less_than_three_tenths_of_a_second() -> None:
    code = "import sys; sys.argv = ['clausewright', '--help']; from pipeline.cli import main; main()"

    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert run_python(code).returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(4)) < 0.3
