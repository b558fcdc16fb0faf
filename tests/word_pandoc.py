"""A Word file as pandoc reads it, with its tracked changes accepted or rejected."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pypandoc


def by_pandoc(data: bytes, choice: str) -> list[str]:
    """Return the lines that pandoc reads, with tracked changes accepted or rejected; notes after all else."""
    words = [pypandoc.get_pandoc_path(), "-f", "docx", f"--track-changes={choice}", "-t", "json", "-"]
    tree = json.loads(subprocess.run(words, input=data, capture_output=True, check=True).stdout)
    lines: list[str] = []
    notes: list[str] = []

    def said(node: Any, into: list[str]) -> str:
        if isinstance(node, list):
            return "".join(said(n, into) for n in node)
        if not isinstance(node, dict):
            return ""
        kind, inner = node.get("t"), node.get("c", [])
        if kind in ("Str", "Space", "SoftBreak", "LineBreak"):
            return str(inner) if kind == "Str" else " "
        if kind == "Image":
            return ""  # its words are an alternative text
        if kind == "Note":
            walk(inner, notes)
            return ""
        return said(inner[1] if kind in ("Link", "Span", "Quoted", "Code", "Math") else inner, into)

    def walk(node: Any, into: list[str]) -> None:
        if isinstance(node, list):
            for one in node:
                walk(one, into)
        elif isinstance(node, dict):
            if node.get("t") in ("Para", "Plain", "Header"):
                into.append(said(node["c"][2] if node["t"] == "Header" else node["c"], into))
            else:
                walk(node.get("c", []), into)

    walk(tree["blocks"], lines)
    return [line for text in (*lines, *notes) if (line := " ".join(text.split()))]
