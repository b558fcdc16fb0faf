"""Numbers within a clause that stay: paragraphs, points and subpoints that readers of a circulated version know.

They have no names of their own, so each is found again by its words: the same, or alike, or alone between the same
neighbours. One that is found keeps its number, one that left leaves a gap, a new one is numbered like a new clause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.compose.frozen import Line, figures, shape
from pipeline.compose.plan import printed
from pipeline.model.draft import Numbering, NumberLevel, Paragraph, ParagraphRole, plain
from pipeline.model.labels import dressed

DEPTHS: Final[dict[ParagraphRole, int]] = {"body": 0, "clause": 0, "numbered": 0, "point": 1, "subpoint": 2}
"""How deep a paragraph stands in its clause; others have no number and hold none."""

ALIKE = 45.0
"""How alike two texts must be, of 100, to be taken for two states of one; the merge of an edited file asks the same."""

_FIELDS: Final[dict[ParagraphRole, str]] = {"numbered": "paragraph", "point": "point", "subpoint": "sub"}


@dataclass(slots=True)
class _Node:
    """A paragraph with those that stand under it."""

    at: int
    line: Line
    under: list[_Node] = field(default_factory=list)


def kept(
    body: Sequence[Paragraph], old: Sequence[Line], before: Numbering, form: Numbering, clause: tuple[str, str]
) -> list[Paragraph]:
    """Return a clause's paragraphs with the numbers that were circulated, and new ones around these.

    Args:
        body: The paragraphs, counted from one.
        old: What stood in the clause when it was circulated.
        before: How it was numbered.
        form: How it is numbered now.
        clause: The figures of chapter and clause as printed.
    """
    lines = [Line(p.role, p.label, plain(p.inlines)) for p in body]
    if [line for line in lines if line.role in DEPTHS] == list(old):
        return list(body)
    labels = dict(_labels(_tree(lines), _tree(old), before, form, clause))
    return [replace(p, label=labels.get(at, p.label)) for at, p in enumerate(body)]


def _tree(lines: Iterable[Line]) -> list[_Node]:
    top: list[_Node] = []
    path: list[_Node] = []
    for at, line in enumerate(lines):
        depth = DEPTHS.get(line.role)
        if depth is None:
            continue
        while path and DEPTHS[path[-1].line.role] >= depth:
            path.pop()
        node = _Node(at, line)
        (path[-1].under if path else top).append(node)
        path.append(node)
    return top


def _labels(
    now: Sequence[_Node], old: Sequence[_Node], before: Numbering, form: Numbering, clause: tuple[str, str]
) -> Iterator[tuple[int, str]]:
    """Yield the numbers that differ from a plain count, each with the place of its paragraph."""
    same = _same([n.line.text for n in old], [n.line.text for n in now])
    for role in dict.fromkeys(n.line.role for n in now if n.line.label):
        level, was = _level(form, role), _level(before, role)
        if level.format != was.format:
            continue
        known = {j: _figure(n, was) for j, n in enumerate(old) if n.line.role == role}
        stood = {str(now[i].at): f for i, j in same.items() if (f := known.get(j))}
        if not stood:  # nothing is left of what readers know
            continue
        left = {f: f"gone {j}" for j, f in known.items() if f and j not in same.values()}
        numbered = [n for n in now if n.line.role == role]
        for node, figure in zip(
            numbered, figures(level.format, stood, left, [str(n.at) for n in numbered]), strict=True
        ):
            own = {_FIELDS[role]: dressed(figure, level.format, form.inserted)}
            yield node.at, printed(level, form, chapter=clause[0], clause=clause[1], **own)
    for i, node in enumerate(now):
        if i in same:
            yield from _labels(node.under, old[same[i]].under, before, form, clause)


def _level(form: Numbering, role: ParagraphRole) -> NumberLevel:
    levels: dict[ParagraphRole, NumberLevel] = {
        "numbered": form.paragraph, "point": form.point, "subpoint": form.subpoint,
    }  # fmt: skip
    return levels[role]


def _figure(node: _Node, level: NumberLevel) -> str:
    """Return the figure of a circulated number in capitals, empty where it is printed otherwise than the level says."""
    match = shape(level).fullmatch(node.line.label)
    return match[_FIELDS[node.line.role]].upper() if match else ""


def _same(old: Sequence[str], now: Sequence[str]) -> dict[int, int]:
    """Return for places in a list of texts the places that they had in an older one."""
    found: dict[int, int] = {}
    places: dict[str, list[int]] = {}
    for j, text in enumerate(old):
        places.setdefault(text, []).append(j)
    for i, text in enumerate(now):
        if some := places.get(text):
            found[i] = some.pop(0)
    fresh, gone = _rest(found, len(now)), _rest(set(found.values()), len(old))
    if fresh and gone:
        from rapidfuzz import fuzz  # costs 30 ms to import; few clauses differ

        scores = ((fuzz.ratio(old[j], now[i]), i, j) for i in fresh for j in gone)
        for score, i, j in sorted(scores, key=lambda x: (-x[0], x[1], x[2])):
            if score >= ALIKE and i not in found and j not in found.values():
                found[i] = j
    for i in _rest(found, len(now)):
        j = found[i - 1] + 1 if i - 1 in found else 0
        above = i == 0 or i - 1 in found
        below = found.get(i + 1) == j + 1 if i + 1 < len(now) else j + 1 == len(old)
        if above and below and j < len(old) and j not in found.values():
            found[i] = j
    return found


def _rest(taken: Iterable[int], length: int) -> list[int]:
    some = set(taken)
    return [i for i in range(length) if i not in some]
