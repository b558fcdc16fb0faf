"""Outlines, shared words and numberings: templates/documents/*.yaml in, documents' plans out."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.library.formats import NumberingsFile, OutlineFile, PartFile, WordsFile
from pipeline.model.clause import Outline, OutlinePart
from pipeline.model.problem import Place, Problem
from pipeline.model.question import Texts
from pipeline.source.shape import read
from pipeline.source.tree import Node, place_at
from pipeline.source.tree import parse as parse_yaml

CODE_OUTLINE = "OUTLINE-001"
LEVELS = ("chapter", "clause", "paragraph", "point", "subpoint", "annex")

Numberings = dict[str, Mapping[str, Mapping[str, str]]]


def read_outlines(
    files: Mapping[str, bytes],
) -> tuple[dict[str, Outline], dict[str, Texts], Numberings, dict[str, str], list[Problem]]:
    """Read outlines by kind, the words all documents share, numberings by id, and the numbering of each legal form."""
    legal_forms: dict[str, str] = {}
    outlines: dict[str, Outline] = {}
    words: dict[str, Texts] = {}
    numberings: Numberings = {}
    problems: list[Problem] = []
    for path, data in files.items():
        tree, faults = parse_yaml(data, path, CODE_OUTLINE)
        problems += faults
        if tree is None:
            continue
        name = path.rpartition("/")[2]
        if name == "words.yaml":
            word_file, faults = read(tree, WordsFile, CODE_OUTLINE)
            words.update(word_file.words if word_file else {})
        elif name == "numbering.yaml":
            number_file, faults = read(tree, NumberingsFile, CODE_OUTLINE)
            for name, n in number_file.forms.items() if number_file else ():
                levels = {level: {"format": getattr(n, level).format, **getattr(n, level).pattern} for level in LEVELS}
                numberings[name] = {**levels, "continuous": {"value": n.continuous}, "inserted": n.inserted}
            legal_forms.update(number_file.for_legal_form if number_file else {})
        else:
            outline_file, faults = read(tree, OutlineFile, CODE_OUTLINE)
            if outline_file and outline_file.id in outlines:
                message = f"there is an outline '{outline_file.id}' already, at {outlines[outline_file.id].place}"
                problems.append(Problem(CODE_OUTLINE, place_at(tree, ("id",)), message, "rename one of the two", "id"))
            if outline_file:
                outlines[outline_file.id] = _outline(outline_file, tree, problems)
        problems += faults
    return outlines, words, numberings, legal_forms, problems


def _outline(shape: OutlineFile, tree: Node, problems: list[Problem]) -> Outline:
    seen: set[str] = set()

    def part(p: PartFile, path: tuple[str | int, ...], zone: str) -> OutlinePart:
        place: Place = place_at(tree, path)
        if p.id in seen:
            problems.append(Problem(CODE_OUTLINE, place, f"part '{p.id}' stands twice", "rename one of them", "id"))
        seen.add(p.id)
        inner = tuple(part(c, (*path, "parts", i), zone) for i, c in enumerate(p.parts))
        return OutlinePart(
            p.id, p.title, p.topics, p.make, p.principles, p.intro, inner, tuple(p.audiences), zone, place
        )

    parts = [
        part(p, (zone, i), zone) for zone in ("front", "parts", "annexes") for i, p in enumerate(getattr(shape, zone))
    ]
    return Outline(
        shape.id, shape.title, shape.subtitle, tuple(parts), shape.numbering, shape.words, shape.formulae, tree.place
    )
