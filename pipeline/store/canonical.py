"""Canonical JSON: one layout for texts, numbers, lists and mappings, so that equal values give equal text.

Keys are sorted; no sign outside ASCII is escaped; what fits into a line stands in one, down to a depth at which
everything does.
"""

from __future__ import annotations

import json

OPEN_DEPTH = 5
"""Down to here what does not fit into a line has a line for each member (in a draft: for each block), so that
two files can be compared."""

LINE = 110

_COMPACT = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def compact(tree: object) -> str:
    """Return texts, numbers, lists and mappings as canonical JSON in one line.

    Raises:
        ValueError: A number is not finite.
    """
    return _COMPACT.encode(tree)


def text(tree: object, depth: int = 0) -> str:
    """Return a tree in lines; no text holds a line feed unless it takes more than one line."""
    if depth == OPEN_DEPTH or not isinstance(tree, (dict, list)):
        return compact(tree)
    if isinstance(tree, dict):
        names = [compact(name) for name in sorted(tree)]
        texts = [text(tree[name], depth + 1) for name in sorted(tree)]
        opening, closing = "{", "}"
    else:
        names, texts = [], [text(item, depth + 1) for item in tree]
        opening, closing = "[", "]"
    if sum(map(len, texts)) <= LINE and not any("\n" in t for t in texts):
        members = [f"{n}:{t}" for n, t in zip(names, texts, strict=True)] if names else texts
        line = opening + ",".join(members) + closing
        if len(line) <= LINE:
            return line
    pad, end = "\n" + " " * (depth + 1), "\n" + " " * depth
    members = [f"{pad}{n}: {t}" for n, t in zip(names, texts, strict=True)] if names else [pad + t for t in texts]
    return opening + ",".join(members) + end + closing
