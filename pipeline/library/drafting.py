"""The rules of drafting, checked on every text: one duty and one bearer, short sentences, the glossary's words.

The rules and word lists follow common legislative drafting practice; `clauses/glossary/usage.yaml` holds the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from pipeline.model.clause import Clause, ClauseText, Role, Term
from pipeline.model.library import Library
from pipeline.model.problem import Place, Problem
from pipeline.source.shape import Line, Shape, read
from pipeline.source.tree import parse as parse_yaml

CODE_SENTENCE = "DRAFT-001"
CODE_MODAL = "DRAFT-002"
CODE_BEARER = "DRAFT-003"
CODE_WORD = "DRAFT-004"
CODE_TERM = "DRAFT-005"
CODE_TWIN = "DRAFT-006"
CODE_USAGE = "USAGE-001"

MAX_WORDS = 45
MAX_TITLE = 70
TWIN_RATIO = 90.0
"""From this likeness (rapidfuzz ratio, 0 to 100) two blocks of different clauses count as the same duty."""

PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_.]*|applies\[\"[^\"\]{}]{1,80}\"\])\s*\}\}")
"""A plain value, or the day from which a provision applies: `applies["EU-AIA 26(10)"]`."""
_APPLIES = re.compile(r'applies\["(.*)"\]')
_SENTENCE = re.compile(r"(?<=[.!?:;])\s+(?=[A-Z(\"“])")
_WORD = re.compile(r"[A-Za-z0-9'’-]+")
_MODALS = re.compile(r"\b(shall|should|must|will)\b")
_ITEM = re.compile(r"^\s*(?:\d+[.)]|[-*])\s+")


def applied(value: str) -> str:
    """Return the provision whose day of application a placeholder's value prints; empty where it prints another."""
    found = _APPLIES.fullmatch(value)
    return found[1] if found else ""


class UsageFile(Shape):
    """clauses/glossary/usage.yaml: words that are not used, and terms of art that need a definition."""

    avoid: Annotated[dict[Line, Line], Field(max_length=400)] = {}
    terms_of_art: Annotated[tuple[Line, ...], Field(max_length=400)] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """Words not to use, with what to write instead, and terms of art that need a definition."""

    avoid: Mapping[str, str]
    terms_of_art: tuple[str, ...]


def read_usage(data: bytes, path: str) -> tuple[Usage, list[Problem]]:
    """Read the word lists."""
    tree, problems = parse_yaml(data, path, CODE_USAGE)
    shape, more = read(tree, UsageFile, CODE_USAGE)
    return Usage(shape.avoid if shape else {}, shape.terms_of_art if shape else ()), problems + more


def check_texts(library: Library, usage: Usage) -> list[Problem]:
    """Return what the English texts of a library do against the rules of drafting."""
    found: list[Problem] = []
    clauses = [states[-1] for states in library.clauses.values()]
    avoid = {w: re.compile(rf"(?<![\w-]){re.escape(w)}(?![\w-])", re.IGNORECASE) for w in usage.avoid}
    defined = _forms(library.terms)
    for clause in clauses:
        text = clause.texts.get("en")
        if text is None:
            continue
        found += _title(text)
        for name, body in text.blocks.items():
            place = Place(text.place.file, text.lines[name], 1)
            found += _sentences(body, place, name)
            found += _words(body, place, name, avoid, usage)
            if name != "counsel":
                found += _terms(body, place, name, defined, usage)
            if clause.kind == "norm" and name in ("shall", "should", "may"):
                found += _modals(body, place, name)
                found += _bearer(clause, body, place, name, library.roles)
    found += _twins(clauses)
    return found


def _title(text: ClauseText) -> Iterator[Problem]:
    if len(text.title) > MAX_TITLE:
        fix = f"shorten it to {MAX_TITLE} characters"
        yield Problem(CODE_SENTENCE, text.place, f"the title has {len(text.title)} characters", fix, "title")
    if text.title.endswith("."):
        yield Problem(CODE_SENTENCE, text.place, "the title ends in a full stop", "remove it", "title")


def sentences(body: str) -> Iterator[str]:
    """Yield the sentences of a block; each list item counts as sentences of its own, the lead-in too."""
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:\d+[.)]|[-*])\s)", body):
        flat = _ITEM.sub("", " ".join(paragraph.split()))
        for sentence in _SENTENCE.split(flat):
            if sentence.strip():
                yield sentence.strip()


def _sentences(body: str, place: Place, name: str) -> Iterator[Problem]:
    for sentence in sentences(body):
        count = len(_WORD.findall(PLACEHOLDER.sub("value", sentence)))
        if count > MAX_WORDS:
            message = f"a sentence has {count} words: '{sentence[:50]}…'"
            yield Problem(CODE_SENTENCE, place, message, f"cut it; at most {MAX_WORDS}", name)


def _modals(body: str, place: Place, name: str) -> Iterator[Problem]:
    seen = 0
    for sentence in sentences(body):
        modals = _MODALS.findall(sentence)
        seen += modals.count(name)
        foreign = sorted({m for m in modals if m != name})
        if foreign:
            message = f"'{foreign[0]}' stands in the block '{name}': '{sentence[:50]}…'"
            yield Problem(CODE_MODAL, place, message, f"use '{name}', or another block", name)
        if modals.count(name) > 1:
            message = f"two duties in one sentence: '{sentence[:60]}…'"
            yield Problem(CODE_MODAL, place, message, "give each duty a sentence of its own", name)
    if name != "may" and not seen:
        yield Problem(CODE_MODAL, place, f"the block '{name}' lays down nothing with '{name}'", "state the duty", name)


def _bearer(clause: Clause, body: str, place: Place, name: str, roles: Mapping[str, Role]) -> Iterator[Problem]:
    """Each duty's subject must be the bearer, or a thing; never another role."""
    if name == "may" or clause.bearer not in roles:
        return
    bearer = _noun(roles[clause.bearer].name["en"])
    for sentence in sentences(body):
        match = re.search(rf"\b{name}\b", sentence)
        if not match:
            continue
        subject = (
            sentence[: match.start()].rpartition(",")[2]
            if "," in sentence[: match.start()]
            else sentence[: match.start()]
        )
        subject = PLACEHOLDER.sub(lambda m: _named(m[1], roles), subject).lower()
        others = [
            r
            for r in roles.values()
            if re.match(
                rf"^\s*(the|an?|each|every|no)\s+{re.escape(_noun(r.name['en']))}\s*(who[^,]*|that[^,]*|of[^,]*)?$",
                subject,
            )
        ]
        if others and all(_noun(r.name["en"]) != bearer for r in others):
            message = f"the duty lies on {others[0].name['en']}, the clause's bearer is the {bearer}"
            yield Problem(CODE_BEARER, place, message, "give the other bearer a clause of its own", name)


def _noun(name: str) -> str:
    return re.sub(r"^(the|an?)\s+", "", name.lower())


def _named(path: str, roles: Mapping[str, Role]) -> str:
    group, _, role = path.partition(".")
    return roles[role].name["en"] if group == "role" and role in roles else path


def _words(body: str, place: Place, name: str, avoid: Mapping[str, re.Pattern[str]], usage: Usage) -> Iterator[Problem]:
    for word, pattern in avoid.items():
        if pattern.search(body):
            yield Problem(CODE_WORD, place, f"'{word}' is not used", f"write: {usage.avoid[word]}", name)


def _forms(terms: Mapping[str, Term]) -> set[str]:
    return {f.lower() for t in terms.values() for f in (*t.term.values(), *(x for v in t.forms.values() for x in v))}


def _terms(body: str, place: Place, name: str, defined: set[str], usage: Usage) -> Iterator[Problem]:
    low = body.lower()
    for term in usage.terms_of_art:
        if term.lower() not in defined and re.search(rf"\b{re.escape(term.lower())}s?\b", low):
            fix = "define it in clauses/glossary/terms.yaml, or use a defined term"
            yield Problem(CODE_TERM, place, f"'{term}' is a term of art without a definition", fix, name)


def _twins(clauses: list[Clause]) -> Iterator[Problem]:
    from rapidfuzz import fuzz, process  # costs 30 ms to import; only checking needs it

    blocks: list[tuple[Clause, str, str]] = []
    for clause in clauses:
        if clause.kind in ("norm", "measure") and "en" in clause.texts:
            for name, body in clause.texts["en"].blocks.items():
                if name in ("shall", "should", "may", "text"):
                    blocks.append((clause, name, " ".join(body.lower().split())))
    scores = process.cdist([b[2] for b in blocks], [b[2] for b in blocks], scorer=fuzz.ratio, score_cutoff=TWIN_RATIO)
    for i, (clause, name, _) in enumerate(blocks):
        for j in range(i + 1, len(blocks)):
            other = blocks[j][0]
            if (
                scores[i][j]
                and other.id != clause.id
                and other.id not in (*clause.supersedes, *clause.excludes)
                and (clause.id not in (*other.supersedes, *other.excludes))
            ):
                message = f"says nearly the same as '{other.id}' ({scores[i][j]:.0f} of 100)"
                text = clause.texts["en"]
                yield Problem(
                    CODE_TWIN,
                    Place(text.place.file, text.lines[name], 1),
                    message,
                    "join the two, or let one supersede the other",
                    name,
                )
