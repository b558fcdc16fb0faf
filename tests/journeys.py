"""What the end-to-end tests share: a run of the command in this process, a changed example, and what it wrote."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from pipeline.cli import cli
from pipeline.cli.ending import ending
from pipeline.model.draft import Block, Box, Chart, Draft, Footnote, Heading, Inline, Paragraph, Table, plain
from pipeline.store import codec

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "intake" / "examples"


Run = Callable[..., tuple[int, str, str]]
"""What the fixture `run` gives: a command run in a folder of its own; exit code, stdout, stderr."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended: its exit code, and what it wrote to stdout and stderr."""

    code: int
    out: str
    err: str


def run(*words: str | Path, at: Path | None = None) -> Ran:
    """Run `clausewright` with words, as from the folder `at`, and return how it ended."""
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["clausewright", *map(str, words)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        contextlib.chdir(at or Path.cwd()),
    ):
        code = ending(cli)
    return Ran(int(code), out.getvalue(), err.getvalue())


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file beneath a folder, links and hidden ones too, by its path."""
    found: dict[str, bytes] = {}
    for here, folders, files in os.walk(folder):
        for name in sorted([*files, *folders]):
            path = Path(here) / name
            if path.is_symlink():
                found[path.relative_to(folder).as_posix()] = b"-> " + bytes(path.readlink())
            elif path.is_file():
                found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def put(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    """Write files into a folder and return it."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return folder


def copied(example: str, to: Path, changes: Mapping[str, tuple[str, str]] | None = None) -> Path:
    """Copy an example country and replace words in its files; words that are not there fail the test."""
    folder = to / example
    shutil.copytree(EXAMPLES / example, folder)
    for name, (old, new) in (changes or {}).items():
        path = folder / name.partition("#")[0]
        text = path.read_text("utf-8")
        assert old in text, f"{name} of the example no longer holds {old!r}"
        path.write_text(text.replace(old, new, 1), "utf-8")
    return folder


def version(out: Path, country: str, document: str, number: str = "0.1") -> Path:
    """Return a version's folder in a store."""
    return out / country / document / number


def draft_of(folder: Path) -> Draft:
    """Return the draft that a version keeps."""
    return codec.load((folder / "draft.json").read_bytes(), Draft, "draft.json")


def inlines(block: Block) -> Iterator[tuple[str, tuple[Inline, ...]]]:
    """Yield the printed paragraphs of a block, each with its label where it has one."""
    match block:
        case Paragraph():
            yield block.label, block.inlines
        case Box():
            for paragraph in block.paragraphs:
                yield paragraph.label, paragraph.inlines
        case Table():
            for row in block.rows:
                for cell in row:
                    for line in cell.paragraphs:
                        yield "", line
        case _:
            return


def titles(block: Block) -> Iterator[str]:
    """Yield the words of a block that are no paragraph: heading, box title, caption, column titles, axes."""
    match block:
        case Heading():
            yield block.text
        case Box():
            yield block.title
        case Table():
            yield block.caption
            if block.look != "key":
                yield from (c.title for c in block.columns)
        case Chart():
            yield block.caption
        case _:
            return


def paragraphs(draft: Draft) -> Iterator[str]:
    """Yield the text of every paragraph of a draft without its footnotes, those in boxes and tables among them."""
    for unit in draft.units:
        for block in unit.blocks:
            for _, line in inlines(block):
                if text := plain(line).strip():
                    yield text


def notes(draft: Draft) -> Iterator[str]:
    """Yield the text of every footnote of a draft."""
    for unit in draft.units:
        for block in unit.blocks:
            for _, line in inlines(block):
                for inline in line:
                    if isinstance(inline, Footnote):
                        yield plain(inline.inlines).strip()


def numbered(draft: Draft) -> Iterator[tuple[str, str]]:
    """Yield number and text of all headings and numbered paragraphs outside boxes."""
    for unit in draft.units:
        for block in unit.blocks:
            if isinstance(block, Heading) and block.label:
                yield block.label, block.text
            elif isinstance(block, Paragraph) and block.role in ("numbered", "point", "subpoint"):
                yield block.label, plain(block.inlines)
