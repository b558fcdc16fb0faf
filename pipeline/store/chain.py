"""The lines of a history: entries to bytes, each line sealed and naming the one before; and back, with every fault.

A line is canonical JSON: what its entry says; `n`, its number from 1; `digest`, its seal, which is the SHA-256 of the
line without that member; and `previous`, the seal of the line before (not there in the first). So a line that was
changed, taken out, doubled or moved is found, the last one too. What cannot be seen from within: the last lines cut
off, or lines written anew up to the end; who wants to see that keeps the last seal elsewhere.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from pipeline.model.problem import Exit, Faulty, Place, Problem, shown
from pipeline.model.version import EVENTS, STAGES, Entry
from pipeline.store import names
from pipeline.store.canonical import compact

CODE = "STORE-040"
RESTORE = "restore it from a copy; a history is never repaired by hand"
NEWER = "install the newer version of clausewright, then try again"

MAX_LINE = 4_000
"""Bytes."""
MAX_TEXT = 200
"""Signs of an office's name."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIELDS = tuple(f.name for f in fields(Entry))
_LINKS = ("n", "previous", "digest")


def extended(data: bytes, entries: Iterable[Entry]) -> bytes:
    """Return a history with lines added.

    Args:
        data: The history, sound; empty for a new one.
        entries: What is to be added, sound each by itself.
    """
    lines = data.splitlines()
    seal = str(json.loads(lines[-1])["digest"]) if lines else ""
    added: list[bytes] = []
    for number, entry in enumerate(entries, len(lines) + 1):
        told = {name: value for name in _FIELDS if (value := getattr(entry, name))}
        tree = {**told, "n": number, **({"previous": seal} if seal else {})}
        seal = _seal(tree)
        added.append(f"{compact({**tree, 'digest': seal})}\n".encode())
    return data + b"".join(added)


def _seal(tree: Mapping[str, object]) -> str:
    return hashlib.sha256(compact(tree).encode()).hexdigest()


def parsed(data: bytes, file: str) -> tuple[Entry, ...]:
    """Return the entries of a history.

    Args:
        data: Its bytes.
        file: Its name, for messages.

    Raises:
        Faulty: A line was changed, taken out, added, doubled or moved; each problem names its line.
    """
    entries, problems = read(data, file)
    if problems:
        raise Faulty(problems, Exit.DOES_NOT_HOLD)
    return tuple(entry for entry in entries if entry is not None)


def read(data: bytes, file: str) -> tuple[list[Entry | None], list[Problem]]:
    """Return the entry of each line, None where it cannot be used, and what is wrong with the lines."""
    entries: list[Entry | None] = []
    problems: list[Problem] = []
    if not data.endswith(b"\n"):
        message = "the last line is torn" if data else "the history is empty"
        problems.append(Problem(CODE, Place(file, data.count(b"\n") + 1, 1), message, RESTORE))
    seal: object = ""
    newest, known = (0, 0, 0, 0), set[str]()
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        tree = _tree(line)
        entry, fault = (None, "the line was changed") if tree is None else _entry(tree)
        if tree is not None and seal is not None and (tree["n"], tree.get("previous", "")) != (number, seal):
            fault = "the line does not follow upon the one before; a line was taken out, added or moved"
        seal = None if tree is None else tree["digest"]
        if entry is not None and not fault:
            if entry.event == "stage":
                fault = "" if entry.version in known else "it tells of a version that no line before it names"
            elif names.ordinal(entry.version) <= newest:
                fault = f"version {entry.version} does not come after the one before"
            else:
                newest = names.ordinal(entry.version)
                known.add(entry.version)
        if fault:
            fix = NEWER if "newer version" in fault else RESTORE
            problems.append(Problem(CODE, Place(file, number, 1), fault, fix))
        entries.append(entry)
    return entries, problems


def _tree(line: bytes) -> dict[str, Any] | None:
    """Return what a line holds, or None where it is not the canonical line that its seal stands for."""
    if len(line) > MAX_LINE:
        return None
    try:
        tree = json.loads(line)
        if not isinstance(tree, dict) or compact(tree).encode() != line:
            return None
        unsealed = {name: value for name, value in tree.items() if name != "digest"}
        sound = "n" in tree and tree.get("digest") == _seal(unsealed)
    except (ValueError, RecursionError):
        return None
    return tree if sound else None


def _entry(tree: Mapping[str, Any]) -> tuple[Entry | None, str]:
    """Return a line's entry, or what is wrong with it."""
    told = {name: value for name, value in tree.items() if name not in _LINKS}
    if not told.keys() <= set(_FIELDS) or told.get("event") not in EVENTS:
        return None, "the line was written by a newer version"
    if not all(isinstance(value, str) and value for value in told.values()) or "version" not in told:
        return None, "the line says what no history says"
    entry = Entry(**told)
    fault = fault_of(entry)
    return (None, fault) if fault else (entry, "")


def fault_of(entry: Entry) -> str:
    """Say what speaks against an entry, looked at by itself, or nothing."""
    if not names.VERSION.fullmatch(entry.version):
        return f"'{shown(entry.version)}' is not a version number"
    if entry.event == "stage":
        return _stage_fault(entry)
    if (entry.event == "release") != names.is_release(entry.version):
        return f"{entry.version} is not the number of a {'release' if entry.event == 'release' else 'draft'}"
    if not _is_day(entry.law):
        return f"the date of the law is none: '{shown(entry.law)}'"
    if not names.DIGEST.fullmatch(entry.receipt):
        return "the receipt is not named by a digest"
    return "a version has no stage" if entry.stage or entry.on or entry.to or entry.by else ""


def _stage_fault(entry: Entry) -> str:
    if entry.stage not in STAGES:
        return f"'{shown(entry.stage)}' is no stage; use one of {', '.join(STAGES)}"
    if not _is_day(entry.on):
        return f"'{shown(entry.on)}' is no date; write it as 2026-11-30"
    if not _is_office(entry.to):
        return f"'{shown(entry.to)}' names no office to which it went; give it in one line, at most {MAX_TEXT} signs"
    if entry.by and not _is_office(entry.by):
        return f"'{shown(entry.by)}' names no office; give it in one line, at most {MAX_TEXT} signs"
    return "a stage has no receipt and no date of the law" if entry.law or entry.receipt else ""


def _is_office(text: str) -> bool:
    return text.isprintable() and text == text.strip() and 0 < len(text) <= MAX_TEXT


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def head(data: bytes) -> str:
    """Return the last seal of a history, which stands for all of it; nothing where there is none."""
    line = _tree(data.rstrip(b"\n").rpartition(b"\n")[2])
    return "" if line is None else str(line["digest"])


def finishes(staged: bytes, present: bytes, version: str, receipt: str) -> bool:
    """Tell whether a history that a dead run left is the one to go on with.

    Args:
        staged: What it left.
        present: The history in its place, empty where there is none.
        version: The version that it left it for, which stands.
        receipt: The digest of that version's receipt.
    """
    entries, problems = read(staged, "")
    last = entries[-1] if entries else None
    told = last is not None and last.event != "stage" and (last.version, last.receipt) == (version, receipt)
    return told and not problems and staged.startswith(present) and len(staged) > len(present)
