"""The last look at a file for outside readers: every unpacked byte is searched for what they may not see.

A `consultation` file may hold its own words and anchors, and no answer; a `public` file holds the text and nothing
else. What is drawn without secrets has none to strip; this proves it, or the file is not written (design, "Audiences").
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator

from pipeline.model.assessment import Assessment
from pipeline.model.draft import Audience, Draft
from pipeline.model.library import Library
from pipeline.model.problem import DoesNotHold

SHORTEST = 6
"""Answers shorter than this many characters cannot be told from the text's own words."""
MAX_DEPTH = 4
OWN_NAME = "clausewright"

_STREAM = re.compile(rb"stream\r?\n")
_WORDS = re.compile(r"\w")


def secrets(assessment: Assessment, library: Library) -> tuple[str, ...]:
    """Return the words in answers that an outside reader may not see: names of systems, free texts, sources.

    Names of the state, its ministry, bodies and agencies, and the state's own law, are printed on purpose.
    """
    found: list[str] = []
    for agency in assessment.agencies:
        for system in agency.systems:
            found.append(system.name)
            found += _told(system.answers.items(), library)
        found += [t for t in _told(agency.answers.items(), library) if t != agency.name]
    for answer in assessment.answers.values():
        found.append(answer.source)
    found += [d.reason for d in assessment.decisions]
    printed = {assessment.name, assessment.issuer, *(a.name for a in assessment.agencies)}
    printed |= {a.value for a in assessment.answers.values() if a.value}
    return tuple(dict.fromkeys(f for f in found if len(f) >= SHORTEST and f not in printed and _WORDS.search(f)))


def _told(answers: Iterable[tuple[str, object]], library: Library) -> Iterator[str]:
    for ref, answer in answers:
        question = library.questions.get(ref)
        if question is not None and question.type == "text":
            yield getattr(answer, "value", None) or ""
        yield getattr(answer, "source", "")


def marks(draft: Draft, library: Library) -> tuple[str, ...]:
    """Return what identifies clauses and us in a file: anchors, ids that are no plain word, their digests, our name."""
    ids = [i for i in library.clauses if "-" in i]
    anchors = [u.anchor for u in draft.units]
    hashes = [hashlib.sha256(a.encode()).hexdigest()[:8] for a in anchors]
    return (*ids, *anchors, *hashes, *draft.record.values(), OWN_NAME)


def scanned(name: str, data: bytes, audience: Audience, hidden: tuple[str, ...], shown_words: str) -> None:
    """Search a finished file.

    Args:
        name: The file's name, for the message.
        data: Its bytes.
        audience: For whom it is.
        hidden: What may not be in it.
        shown_words: All words of the draft for this audience: what stands there was put there on purpose.

    Raises:
        DoesNotHold: Something was found; the file must not be written.
    """
    wanted = [h for h in hidden if h and h not in shown_words]
    haystacks = list(layers(data))
    for needle in wanted:
        forms = [
            needle.encode(),
            needle.encode("utf-16-le"),
            needle.encode("utf-16-be"),
            needle.encode().hex().encode(),
        ]
        encoded = base64.b64encode(needle.encode()).rstrip(b"=")[:-1]
        if len(encoded) >= 8:
            forms.append(encoded)
        for layer in haystacks:
            if any(f in layer for f in forms):
                raise DoesNotHold(
                    f"{name}: not written, since a {audience} file may not hold '{needle[:40]}' and it was found inside"
                )


def layers(data: bytes, depth: int = 0) -> Iterator[bytes]:
    """Yield a file's bytes, and those of everything packed inside it: zip members, PDF streams."""
    yield data
    if depth >= MAX_DEPTH:
        return
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                yield member.filename.encode()
                yield from layers(archive.read(member), depth + 1)
    elif data[:5] == b"%PDF-":
        for match in _STREAM.finditer(data):
            try:
                inflated = zlib.decompressobj().decompress(data[match.end() :])
            except zlib.error:
                continue
            yield inflated


def words_of(draft: Draft) -> str:
    """Return all words that a draft prints, joined, to tell what stands in it on purpose."""
    parts: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, str):
            parts.append(value)
        elif isinstance(value, tuple):
            for item in value:
                walk(item)
        elif hasattr(value, "__dataclass_fields__"):
            for name in value.__dataclass_fields__:
                if name not in ("anchor", "origin", "alias"):
                    walk(getattr(value, name))

    for unit in draft.units:
        walk(unit.blocks)
    walk(draft.cover)
    return "\n".join(parts)
