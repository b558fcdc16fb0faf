"""What the intake tests share: the library without its clauses, folders, hands that fill a workbook."""

from __future__ import annotations

import functools
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from pipeline.library.load import load
from pipeline.model.library import Library
from pipeline.model.problem import Problem

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
INVENTORY = SHARED / "us-ai-inventory-2024" / "inventory.csv"
STATES = SHARED / "states" / "states.csv"
CUT = ROOT / "tests" / "data" / "us-ai-inventory-cut.csv"
MAPPING = ROOT / "intake" / "mappings" / "us-ai-inventory-2024.yaml"
EXAMPLES = ROOT / "intake" / "examples"
_LAW = ("instruments", "packs", "glossary")

COUNTRY = b"format: 1\nname: Republic of Norland\npacks: [eu]\n"
PROFILE = b"format: 1\nname: Norland National Police\n"


@functools.cache
def library(clauses: bool = False) -> Library:
    """Return the library of this checkout; its clauses are left out where a test does not need them."""
    files: dict[str, bytes] = {}
    for top in ("clauses", "intake/questionnaires", "intake/findings", "templates/documents"):
        for path in sorted((ROOT / top).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.is_file() and (clauses or top != "clauses" or name.split("/")[1] in _LAW):
                files[name] = path.read_bytes()
    found, problems = load(files, checked=False)
    assert found is not None, "\n".join(str(p) for p in problems[:10])
    return found


def folder(name: str) -> dict[str, bytes]:
    """Return the files of an example country."""
    base = EXAMPLES / name
    return {p.relative_to(base).as_posix(): p.read_bytes() for p in sorted(base.rglob("*")) if p.is_file()}


def faults(problems: list[Problem], code: str = "") -> list[Problem]:
    """Return the problems that are more than warnings, of one code where it is named."""
    return [p for p in problems if not p.warning and code in ("", p.code)]


def refilled(workbook: bytes, cells: Mapping[str, str], raw: Mapping[str, str] | None = None) -> bytes:
    """Return a workbook with cells of its first sheet filled with text, or raw content such as a formula."""
    sheet = "xl/worksheets/sheet1.xml"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == sheet:
                text = content.decode()
                for cell, value in cells.items():
                    text = _set(text, cell, f' t="inlineStr"><is><t>{escape(value)}</t></is></c>')
                for cell, value in (raw or {}).items():
                    text = _set(text, cell, value)
                content = text.encode()
            new.writestr(info, content)
    return out.getvalue()


def _set(sheet: str, cell: str, content: str) -> str:
    filled, count = re.subn(rf'<c r="{cell}"( s="\d+")?/>', lambda m: f'<c r="{cell}"{m[1] or ""}{content}', sheet)
    assert count == 1, f"{cell} is not a blank cell of the form"
    return filled


def rows_by_ref(workbook: bytes) -> dict[str, int]:
    """Return the spreadsheet row of every question of a blank form, read apart from the reader under test."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        strings = re.findall(r"<si><t[^>]*>(.*?)</t></si>", archive.read("xl/sharedStrings.xml").decode(), re.DOTALL)
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    found = re.findall(r'<c r="D(\d+)"[^>]*t="s"[^>]*><v>(\d+)</v>', sheet)
    return {strings[int(i)]: int(row) for row, i in found if "." in strings[int(i)]}
