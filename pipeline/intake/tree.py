"""A YAML file of a country folder to its tree: forbidden characters refused, blanks taken away."""

from __future__ import annotations

from pipeline.intake import codes
from pipeline.model.problem import Problem
from pipeline.source.text import FORBIDDEN, forbidden, name_of
from pipeline.source.tree import Mapping, Node, Scalar, Sequence, parse, scalars


def blankless(data: bytes, file: str, code: str) -> tuple[Node | None, list[Problem]]:
    """Parse a file; a key with nothing after it counts as not written, since blank forms are full of them.

    Args:
        data: UTF-8 YAML.
        file: Its path for places.
        code: Code of syntax problems.

    Returns:
        The tree, or None; and problems, among them characters that were smuggled in by YAML escapes, which the
        tree no longer holds, so that the rest of the file can still be checked.
    """
    tree, problems = parse(data, file, code)
    if tree is None:
        return None, problems
    for scalar in scalars(tree):
        bad = forbidden(scalar.text)
        if bad is not None:
            fix = "delete the character; it is invisible or reorders the text around it"
            message = f"the character {name_of(bad)} may not stand in a text"
            problems.append(Problem(codes.TEXT, scalar.place, message, fix))
    return _without_blanks(tree), problems


def _without_blanks(node: Node) -> Node:
    if isinstance(node, Mapping):
        kept = {
            k: _without_blanks(v) for k, v in node.entries.items() if not (isinstance(v, Scalar) and not v.text.strip())
        }
        places = node.keys
        return Mapping(kept, {k: places[k] for k in kept}, node.place)
    if isinstance(node, Sequence):
        return Sequence([_without_blanks(i) for i in node.items], node.place)
    return Scalar(FORBIDDEN.sub("", node.text), node.place)
