"""Text as Typst literals: whatever a person wrote stays text."""

from __future__ import annotations

import re


def run(text: str) -> str:
    """Return text as it goes into markup; nothing for no text."""
    return f"#{quoted(text)}" if text else ""


def quoted(text: str) -> str:
    """Return a Typst string literal that stands for exactly this text."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + CONTROL.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", escaped) + '"'


CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def truth(value: bool) -> str:
    """Return a truth value as Typst writes it."""
    return "true" if value else "false"
