"""Files of a country folder written as YAML that the reader takes back unchanged."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

_PLAIN = re.compile(r"[a-z][a-z0-9_.-]*")
_QUOTED = {"yes", "no", "true", "false", "null", "on", "off", "none", "y", "n"}
"""Words that other YAML readers take for something else than text."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A mapping or list that is written on one line."""

    value: Mapping[str, str] | tuple[str, ...]


Tree = str | Flow | list["Tree"] | dict[str, "Tree"]


def scalar(text: str) -> str:
    """Return a text as a YAML scalar: codes and dates plain, all else in double quotes."""
    plain = (_PLAIN.fullmatch(text) and text not in _QUOTED) or re.fullmatch(r"\d{4}-\d{2}-\d{2}|\d+", text)
    return text if plain else json.dumps(text, ensure_ascii=False)


def dump(tree: Mapping[str, Tree], head: str = "") -> bytes:
    """Return a mapping as YAML.

    Args:
        tree: Texts, lists, mappings; empty ones are left out.
        head: Lines of comment to put on top, without `# `.
    """
    lines = [f"# {line}".rstrip() for line in head.split("\n")] if head else []
    lines += _mapping(tree, "")
    return ("\n".join(lines) + "\n").encode()


def _mapping(tree: Mapping[str, Tree], indent: str) -> list[str]:
    lines: list[str] = []
    for key, value in tree.items():
        name = f"{indent}{scalar(key)}:"
        match value:
            case str():
                lines += [f"{name} {scalar(value)}"] if value else []
            case Flow():
                lines.append(f"{name} {_flow(value)}")
            case dict():
                inner = _mapping(value, indent + "  ")
                lines += [name, *inner] if inner else []
            case list():
                lines += [name, *_items(value, indent + "  ")] if value else []
    return lines


def _items(items: list[Tree], indent: str) -> list[str]:
    lines: list[str] = []
    for item in items:
        match item:
            case str():
                lines.append(f"{indent}- {scalar(item)}")
            case Flow():
                lines.append(f"{indent}- {_flow(item)}")
            case dict():
                inner = _mapping(item, indent + "  ")
                lines += [f"{indent}- {inner[0].lstrip()}", *inner[1:]] if inner else []
            case list():
                raise TypeError("a list within a list is not part of any file format here")
    return lines


def _flow(flow: Flow) -> str:
    if isinstance(flow.value, tuple):
        return "[" + ", ".join(scalar(v) for v in flow.value) + "]"
    return "{" + ", ".join(f"{scalar(k)}: {scalar(v)}" for k, v in flow.value.items()) + "}"
