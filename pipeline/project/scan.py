"""The last look at a file for outside readers: every unpacked byte is searched for what they may not see.

A `consultation` file may hold its own words and anchors, and no answer; a `public` file holds the text and nothing
else. What is drawn without secrets has none to strip; this proves it, or the file is not written (design, "Audiences").
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator

from pipeline.model.assessment import Assessment
from pipeline.model.draft import Audience, Draft, Heading
from pipeline.model.library import Library
from pipeline.model.problem import DoesNotHold
from pipeline.project import pdf_text

SHORTEST = 6
"""Answers shorter than this many characters cannot be told from the text's own words."""
MAX_DEPTH = 4
OWN_NAMES = ("clausewright", "Clausewright", "CLAUSEWRIGHT")
SECRET_FACTS = ("library", "tool", "previous")
"""Facts of the record that no public file may hold; country, document, language, date and version are printed."""

_RUN = re.compile(rb"[\t -~]{%d,}" % SHORTEST)
_LITTLE = re.compile(rb"(?:[ -~]\0){%d,}" % SHORTEST)
_BIG = re.compile(rb"(?:\0[ -~]){%d,}" % SHORTEST)
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}){%d,}" % SHORTEST)
_BASE64 = re.compile(rb"[0-9A-Za-z+/]{%d,}" % (SHORTEST * 2))
_TAG = re.compile(r"<[^<>]*>")
_BLANK = re.compile(r"[\s\u00ad\u200b]+")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_WORDS = re.compile(r"\w")
_WORD = re.compile(r"\w+")
_NAME = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


def secrets(assessment: Assessment, library: Library) -> tuple[str, ...]:
    """Return the words in answers that an outside reader may not see: names of systems, free texts, sources, reasons.

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
    for decision in assessment.decisions:
        found += [decision.reason, decision.owner]
    found += [law.read_by for law in assessment.law.values()]
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
    facts = [draft.record[k] for k in SECRET_FACTS if draft.record.get(k)]
    return (*ids, *anchors, *hashes, *facts, *OWN_NAMES)


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
    purpose = squeezed(shown_words)
    said = [text for layer in dict.fromkeys(layers(data)) for text in readings(layer)]
    plain, bare = "\n".join(said), squeezed("\n".join(said))
    names = _names(plain)
    for needle in hidden:
        found = squeezed(needle) in bare if " " in needle else _stands(needle, plain, names)
        if found and squeezed(needle) not in purpose:
            raise DoesNotHold(
                f"{name}: not written, since a {audience} file may not hold '{needle[:40]}' and it was found inside; "
                "if it is a common word, give that system or answer a longer name"
            )


def _names(text: str) -> frozenset[str]:
    """Return every word of a text, and every run of words that hyphens join."""
    found: set[str] = set()
    for joined in set(_NAME.findall(text)):
        words = joined.split("-")
        found |= {"-".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, min(len(words), i + 28) + 1)}
    return frozenset(found)


def _stands(word: str, text: str, names: frozenset[str]) -> bool:
    """Return whether a word stands in a text by itself, not as a piece of a longer one."""
    if word in names:
        return True
    if _NAME.fullmatch(word) or not names.issuperset(_NAME.findall(word)):
        return False
    edges = [r"(?<![^\W_])" if word[0].isalnum() else "", r"(?![^\W_])" if word[-1].isalnum() else ""]
    return re.search(re.escape(word).join(edges), text) is not None


def readings(layer: bytes, depth: int = 0) -> Iterator[str]:
    """Yield every text that may be read out of bytes.

    As they stand, in UTF-16, with marks and escapes undone, and what is written in them in hexadecimal or base64. Of
    bytes that are no text only runs of printable letters are read, so that fonts and pictures cost little.
    """
    text = _decoded(layer)
    if text is None:
        yield "\n".join(run.decode() for run in _RUN.findall(layer))
    else:
        yield text
        if "<" in text or "&" in text:
            yield html.unescape(_TAG.sub("", text))
        if "\\" in text:
            yield html.unescape(_ESCAPED.sub(r"\1", text))
    if b"\0" in layer:
        yield "\n".join(run[::2].decode() for run in _LITTLE.findall(layer))
        yield "\n".join(run[1::2].decode() for run in _BIG.findall(layer))
        yield layer[: len(layer) // 2 * 2].decode("utf-16-be", "ignore") if layer[:2] == b"\xfe\xff" else ""
    if depth:
        return
    inner = [bytes.fromhex(run.decode()) for run in _HEX.findall(layer)]
    for run in _BASE64.findall(layer):
        for start in range(4):
            piece = run[start:]
            inner.append(base64.b64decode(piece[: len(piece) // 4 * 4]))
    yield from readings(b"\n".join(inner), depth + 1)


def _decoded(layer: bytes) -> str | None:
    if b"\0" in layer[:4096]:
        return None
    try:
        return layer.decode()
    except UnicodeDecodeError:
        return None


def squeezed(text: str) -> str:
    """Return text without spaces and soft hyphens, in one form of each letter, so that a line's end hides nothing."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", text))


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
        streams = dict(pdf_text.streams(data))
        yield from streams.values()
        words = pdf_text.text(data, streams)
        yield words.encode()
        yield words.replace("-\n", "").replace("\u00ad\n", "").encode()
        yield pdf_text.unescaped(data)


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
        if isinstance(value, Heading):  # a heading's words joined by hyphens name it in HTML and Markdown
            parts.append("-".join(_WORD.findall(value.text.lower())))

    for unit in draft.units:
        walk(unit.blocks)
    walk(draft.cover)
    return "\n".join(parts)
