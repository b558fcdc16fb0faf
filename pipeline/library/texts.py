"""A clause's text file: a title line and named blocks, with the line on which each begins."""

from __future__ import annotations

import re

from pipeline.model.clause import ClauseText
from pipeline.model.problem import Place, Problem, shown
from pipeline.source.shape import nearest
from pipeline.source.text import decode
from pipeline.source.tree import MOST_PROBLEMS, beyond

CODE_TEXT = "TEXT-001"
BLOCKS = (
    "shall", "should", "may", "text", "purpose", "evidence", "indicator", "counsel", "result", "baseline", "target",
    "verification",
)  # fmt: skip
MAX_CHARACTERS = 12_000
MAX_BYTES = 4 * MAX_CHARACTERS
"""A character takes at most four bytes, so a larger file need not be decoded to be refused."""
_HEADING = re.compile(r"(#{1,6})\s+(.*)")


def read_text(data: bytes, file: str) -> tuple[ClauseText | None, list[Problem]]:
    """Read `<lang>.md`: `# Title`, then `## block` sections.

    Returns:
        The text, or None with the problems found.
    """
    fix = f"shorten it to {MAX_CHARACTERS:,} characters"
    if len(data) > MAX_BYTES:
        return None, [Problem(CODE_TEXT, Place(file, 1, 1), f"the text has {len(data):,} bytes", fix)]
    text, problems = decode(data, file, CODE_TEXT)
    if problems:
        return None, problems
    if len(text) > MAX_CHARACTERS:
        return None, [Problem(CODE_TEXT, Place(file, 1, 1), f"the text has {len(text):,} characters", fix)]
    title = ""
    blocks: dict[str, list[str]] = {}
    lines: dict[str, int] = {}
    current = ""
    for number, line in enumerate(text.split("\n"), 1):
        heading = _HEADING.fullmatch(line)
        place = Place(file, number, 1)
        if not heading:
            if current:
                blocks[current].append(line)
            elif line.strip():
                problems.append(
                    Problem(CODE_TEXT, place, "text stands before any block", "put it under `## shall` or the like")
                )
            continue
        depth, words = len(heading[1]), heading[2].strip()
        if depth == 1 and not title:
            title = words
        elif depth != 2:
            problems.append(
                Problem(CODE_TEXT, place, "only `# Title` once and `## block` may head a text", "remove the heading")
            )
        elif words not in BLOCKS:
            fix = f"use one of: {', '.join(BLOCKS)}"
            problems.append(Problem(CODE_TEXT, place, f"unknown block '{shown(words)}'{nearest(words, BLOCKS)}", fix))
        elif words in blocks:
            problems.append(Problem(CODE_TEXT, place, f"block '{words}' stands twice", "join the two"))
        else:
            current = words
            blocks[current], lines[current] = [], number
    if not title:
        problems.append(
            Problem(CODE_TEXT, Place(file, 1, 1), "the title is missing", "begin with `# Title of the clause`")
        )
    bodies = {name: "\n".join(body).strip() for name, body in blocks.items()}
    for name, body in bodies.items():
        if not body:
            problems.append(
                Problem(CODE_TEXT, Place(file, lines[name], 1), f"block '{name}' is empty", "write it or remove it")
            )
    if problems:
        return None, problems[:MOST_PROBLEMS] + beyond(len(problems), Place(file, 1, 1), CODE_TEXT)
    return ClauseText(title, bodies, lines, Place(file, 1, 1)), []
