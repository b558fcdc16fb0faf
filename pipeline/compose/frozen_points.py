"""Numbers within a clause that stay: paragraphs, points and subpoints that readers of a circulated version know.

They have no names of their own, so each is found again by its words: the same, or most of them, or, whatever it says,
alone between the same neighbours. One that is found keeps its number, one that left leaves a gap, a new one is numbered
like a new clause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Final

from pipeline.compose.frozen import Line, figures, shape
from pipeline.compose.plan import printed
from pipeline.model.draft import Numbering, NumberLevel, Paragraph, ParagraphRole, plain
from pipeline.model.labels import dressed

DEPTHS: Final[dict[ParagraphRole, int]] = {"body": 0, "clause": 0, "numbered": 0, "point": 1, "subpoint": 2}
"""How deep a paragraph stands in its clause; others have no number and hold none."""

ALIKE = 0.5
"""How much of two texts, word for word, must be the same for them to be taken for two states of one."""

_FIELDS: Final[dict[ParagraphRole, str]] = {"numbered": "paragraph", "point": "point", "subpoint": "sub"}


@dataclass(slots=True)
class _Node:
    """A paragraph with the lists that stand under it; a list begins where it is counted from one."""

    at: int
    line: Line
    under: list[list[_Node]] = field(default_factory=list)


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
    lines = [Line(p.role, p.label, plain(p.inlines), p.restart) for p in body]
    if [line for line in lines if line.role in DEPTHS] == list(old):
        return list(body)
    labels = dict(_labels(_tree(lines), _tree(old), before, form, clause))
    return [replace(p, label=labels.get(at, p.label)) for at, p in enumerate(body)]


def _tree(lines: Iterable[Line]) -> list[list[_Node]]:
    top: list[list[_Node]] = []
    path: list[_Node] = []
    for at, line in enumerate(lines):
        depth = DEPTHS.get(line.role)
        if depth is None:
            continue
        while path and DEPTHS[path[-1].line.role] >= depth:
            path.pop()
        node = _Node(at, line)
        series = path[-1].under if path else top
        if not series or line.restart or DEPTHS[series[-1][0].line.role] != depth:
            series.append([])
        series[-1].append(node)
        path.append(node)
    return top


def _labels(
    now: Sequence[Sequence[_Node]],
    old: Sequence[Sequence[_Node]],
    before: Numbering,
    form: Numbering,
    clause: tuple[str, str],
) -> Iterator[tuple[int, str]]:
    """Yield the numbers that stay or stand around these, each with the place of its paragraph, list by list."""
    for fresh, stood in zip(now, old, strict=False):
        same = _same([n.line.text for n in stood], [n.line.text for n in fresh])
        yield from _series(fresh, stood, same, before, form, clause)
        for i, j in sorted(same.items()):
            yield from _labels(fresh[i].under, stood[j].under, before, form, clause)


def _series(
    now: Sequence[_Node],
    old: Sequence[_Node],
    same: Mapping[int, int],
    before: Numbering,
    form: Numbering,
    clause: tuple[str, str],
) -> Iterator[tuple[int, str]]:
    """Yield the numbers of one list; none where nothing is left in it of what readers know."""
    numbered = [n for n in now if n.line.label]
    if not numbered:
        return
    role = numbered[0].line.role
    level, was = _level(form, role), _level(before, role)
    known = {j: _figure(n, was) for j, n in enumerate(old) if n.line.role == role}
    stood = {str(now[i].at): f for i, j in same.items() if (f := known.get(j))}
    if not stood or level.format != was.format:
        return
    left = {f: f"gone {j}" for j, f in known.items() if f and j not in same.values()}
    found = figures(level.format, stood, left, [str(n.at) for n in numbered])
    for node, figure in zip(numbered, found, strict=True):
        own = {_FIELDS[role]: dressed(figure, level.format, form.inserted)}
        yield node.at, printed(level, form, chapter=clause[0], clause=clause[1], **own)


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
    taken = set(found.values())
    for _, i, j in sorted(_likely(old, now, found, taken)):
        if i not in found and j not in taken:
            found[i] = j
            taken.add(j)
    for i in (i for i in range(len(now)) if i not in found):
        if i and i - 1 not in found:
            continue
        j = found[i - 1] + 1 if i else 0
        below = found.get(i + 1) == j + 1 if i + 1 < len(now) else j + 1 == len(old)
        if below and j not in taken:
            found[i] = j
            taken.add(j)
    return found


def _likely(
    old: Sequence[str], now: Sequence[str], found: Mapping[int, int], taken: AbstractSet[int]
) -> Iterator[tuple[float, int, int]]:
    """Yield what is neither the same nor too different: how different, and the places; the likeliest sorts first."""
    fresh = [i for i in range(len(now)) if i not in found]
    gone = [j for j in range(len(old)) if j not in taken]
    if not fresh or not gone:
        return
    from rapidfuzz.distance import Indel  # costs 30 ms to import; few clauses differ

    for i, j in product(fresh, gone):
        score = Indel.normalized_similarity(old[j].split(), now[i].split())
        if score >= ALIKE:
            yield -score, i, j
