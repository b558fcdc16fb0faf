"""What must hold between the parts of a library: names resolve, clauses have a place, no defeat is a circle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.library import defeat
from pipeline.library.defeat import check_defeat, place_of
from pipeline.library.drafting import PLACEHOLDER, applied
from pipeline.model.clause import PRINCIPLES, Choice, Clause, Outline, OutlinePart, Term
from pipeline.model.law import SLOTS
from pipeline.model.library import Library
from pipeline.model.problem import Place, Problem, shown
from pipeline.source.shape import listed, nearest

CODE_LINK = "CLAUSE-002"
CODE_BLOCK = "CLAUSE-003"
CODE_TOPIC = "CLAUSE-004"

WIDTH = defeat.WIDTH
INSTRUMENTAL = tuple(p for group in PRINCIPLES.values() for p in group)
MACHINERY = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
"""Signs of a template that may stand in a text only as part of a placeholder."""
CROSS_REFERENCE = re.compile(r"\[\[clause:([^\]]*)\]\]")


def check(library: Library) -> list[Problem]:
    """Return every problem between the parts of a library."""
    found: list[Problem] = []
    for states in library.clauses.values():
        for clause in states:
            found += _links(clause, library)
            found += _effective(clause, library)
            found += _blocks(clause)
            found += _placeholders(clause, library)
    found += _topics(library)
    found += check_defeat(library)
    found += _glossary(library)
    return found


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of name that clauses use, with the names that exist."""

    what: str
    known: tuple[str, ...]
    fix: str


def _links(clause: Clause, library: Library) -> Iterator[Problem]:
    clauses = _Kind("clause", tuple(library.clauses), "name an existing clause")
    roles = _Kind("role", tuple(library.roles), "add the role to clauses/glossary/roles.yaml")
    choices = _Kind("choice", tuple(library.choices), "add the choice to clauses/glossary/choices/")
    refs = _Kind("finding or question", tuple(library.variables), "name an existing one")
    principles = _Kind("instrumental principle", INSTRUMENTAL, f"use one of: {listed(INSTRUMENTAL)}")
    named = (
        ("requires", clause.requires, clauses), ("excludes", clause.excludes, clauses),
        ("supersedes", clause.supersedes, clauses), ("depends_on", clause.depends_on, clauses),
        ("bearer", (clause.bearer,), roles), ("owner_role", (clause.owner_role,), roles),
        ("lead", (clause.lead,), roles), ("cost_role", (clause.cost_role,), roles),
        ("support", clause.support, roles), ("choices", clause.choices, choices),
        ("mitigates", clause.mitigates, refs), ("answers_gap", clause.answers_gap, refs),
        ("principles", clause.principles, principles),
    )  # fmt: skip
    for field, names, kind in named:
        for n, name in enumerate(names):
            if name and name not in kind.known:
                message = f"no {kind.what} '{shown(name)}'{nearest(name, kind.known)}"
                yield Problem(CODE_LINK, place_of(clause, field, n), message, kind.fix, field)
            if name == clause.id:
                yield Problem(CODE_LINK, place_of(clause, field, n), "a clause names itself", "remove it", field)
    for n, cite in enumerate(clause.cites):
        place = place_of(clause, "cites", n)
        slot = cite.removeprefix("slot:")
        if slot != cite:
            if slot not in SLOTS:
                message = f"no slot '{shown(slot)}'{nearest(slot, SLOTS)}"
                yield Problem(CODE_LINK, place, message, f"use one of: {listed(SLOTS)}", "cites")
        elif cite not in library.provisions:
            instrument = cite.partition(" ")[0]
            known = [p for p in library.provisions if p.startswith(instrument + " ")] or list(library.provisions)
            message = f"the register has no provision '{shown(cite)}'{nearest(cite, known)}"
            yield Problem(CODE_LINK, place, message, "cite one that stands in clauses/instruments", "cites")


def _effective(clause: Clause, library: Library) -> Iterator[Problem]:
    """Check the provision from which a clause takes the day on which it starts to bind."""
    if " " not in clause.effective:
        return
    found = library.provisions.get(clause.effective)
    if found is None or not found.start:
        known = [p.ref for p in library.provisions.values() if p.start]
        message = f"no dated provision '{shown(clause.effective)}'{nearest(clause.effective, known)}"
        yield Problem(CODE_LINK, place_of(clause, "effective"), message, "name one of the register", "effective")


def _blocks(clause: Clause) -> Iterator[Problem]:
    def fault(place: Place, message: str, fix: str, field: str) -> Problem:
        return Problem(CODE_BLOCK, place, message, fix, field)

    if clause.kind in ("norm", "measure") and clause.strength is None:
        yield fault(clause.place, f"a {clause.kind} needs a strength", "add `strength: should` or the like", "strength")
    if clause.kind == "norm" and not clause.bearer:
        yield fault(clause.place, "a norm needs a bearer", "add `bearer:` with a role", "bearer")
    if clause.kind == "measure" and not (clause.lead and clause.pillar and clause.years and clause.cost_role):
        yield fault(clause.place, "a measure needs pillar, lead, years and cost_role", "add what is missing", "lead")
    if clause.stance == "permit" and clause.if_open != "hold":
        place = place_of(clause, "if_open" if "if_open" in clause.places else "stance")
        yield fault(place, "a permission must not be printed on missing answers", "write `if_open: hold`", "if_open")
    if clause.stance in ("require", "prohibit") and clause.if_open != "keep":
        fix = "use `if_open: keep`, or `stance: permit` for a relaxation"
        yield fault(place_of(clause, "if_open"), "a safeguard must not be dropped on missing answers", fix, "if_open")
    order = ("may", "should", "shall")
    for n, e in enumerate(clause.escalate):
        if clause.strength is not None and order.index(e.to) <= order.index(clause.strength):
            yield fault(
                place_of(clause, "escalate", n),
                f"escalates to '{e.to}', which is no rise from '{clause.strength}'",
                "raise it",
                "escalate",
            )
    if "en" not in clause.texts:
        yield fault(clause.place, "the clause has no English text", "add en.md", "texts")
    needed: list[str | None] = (
        [clause.strength, *(e.to for e in clause.escalate)] if clause.kind == "norm" else ["text"]
    )
    if clause.kind == "measure":
        needed += ["result", "baseline", "target", "verification"]
    for text in clause.texts.values():
        for name in dict.fromkeys(n for n in needed if n):
            if name not in text.blocks:
                yield fault(text.place, f"the text has no block '{name}'", f"add `## {name}`", name)
        for name in ("shall", "should", "may"):
            if name in text.blocks and clause.kind == "norm" and name not in needed:
                yield fault(
                    Place(text.place.file, text.lines[name], 1), f"the clause can never reach '{name}'",
                    "remove the block, or add an escalation", name,
                )  # fmt: skip


def _placeholders(clause: Clause, library: Library) -> Iterator[Problem]:
    used: set[str] = set()
    for text in clause.texts.values():
        for name, body in text.blocks.items():
            place = Place(text.place.file, text.lines[name], 1)
            for match in PLACEHOLDER.finditer(body):
                path = match[1]
                fault = _placeholder(path, library)
                used.add(path)
                if fault:
                    yield Problem(
                        CODE_LINK, place, f"{{{{ {shown(path)} }}}}: {fault}", "see docs/formats.md, placeholders", name
                    )
            rest = PLACEHOLDER.sub("", body)
            if sign := MACHINERY.search(rest):
                message = f"'{shown(rest[sign.start() : sign.start() + 40])}' is no placeholder"
                fix = "print a plain value, such as {{ country }}; conditions decide the wording"
                yield Problem(CODE_LINK, place, message, fix, name)
            for match in CROSS_REFERENCE.finditer(body):
                if match[1] not in library.clauses:
                    message = f"refers to no clause '{shown(match[1])}'{nearest(match[1], list(library.clauses))}"
                    yield Problem(CODE_LINK, place, message, "name an existing clause", name)
    for n, choice in enumerate(clause.choices):
        if f"choice.{choice}" not in used:
            message = f"declares the choice '{choice}' and prints it nowhere"
            fix = "remove it, or print {{ choice." + choice + " }}"
            yield Problem(CODE_LINK, place_of(clause, "choices", n), message, fix, "choices")
    for path in sorted(used):
        group, _, name = path.partition(".")
        if group == "choice" and name in library.choices and name not in clause.choices:
            yield Problem(
                CODE_LINK,
                clause.place,
                f"prints the choice '{name}' without declaring it",
                f"add it: choices: [{name}]",
                "choices",
            )


def _placeholder(path: str, library: Library) -> str:
    group, _, name = path.partition(".")
    if path in ("country", "agencies"):
        return ""
    if ref := applied(path):
        found = library.provisions.get(ref)
        if found is None:
            return f"the register has no provision of that name{nearest(ref, list(library.provisions))}"
        return "" if found.start else "the register does not know from when it applies"
    known: Mapping[str, tuple[str, ...]] = {
        "choice": tuple(library.choices),
        "role": tuple(library.roles),
        "law": SLOTS,
    }
    if group not in known:
        return f"unknown value{nearest(group, [*known, 'country', 'agencies'])}"
    return "" if name in known[group] else f"no {group} of that name{nearest(name, known[group])}"


def all_parts(parts: tuple[OutlinePart, ...]) -> Iterator[OutlinePart]:
    """Yield parts and those within them, in order."""
    for part in parts:
        yield part
        yield from all_parts(part.parts)


def takers(outline: Outline) -> dict[str, list[OutlinePart]]:
    """Return the sections of an outline by the topic they take."""
    found: dict[str, list[OutlinePart]] = {}
    for part in all_parts(outline.parts):
        for topic in part.topics:
            found.setdefault(topic, []).append(part)
    return found


def _topics(library: Library) -> Iterator[Problem]:
    by_document = {d: takers(o) for d, o in library.outlines.items()}
    for states in library.clauses.values():
        for clause in states:
            for document in clause.documents:
                taken = by_document.get(document, {}).get(clause.topic, [])
                if len(taken) != 1:
                    what = "no section" if not taken else f"{len(taken)} sections"
                    known = list(by_document.get(document, {}))
                    message = f"{what} of the {document} takes topic '{clause.topic}'{nearest(clause.topic, known)}"
                    fix = f"let exactly one section of templates/documents/{document}.yaml take it"
                    yield Problem(CODE_TOPIC, place_of(clause, "topic"), message, fix, "topic")
    used = {(d, c.topic) for states in library.clauses.values() for c in states for d in c.documents}
    for document, topics in by_document.items():
        for topic, sections in topics.items():
            if (document, topic) not in used:
                message = f"no clause has topic '{topic}'"
                yield Problem(CODE_TOPIC, sections[0].place, message, "remove the topic, or add a clause", "topics")


def _glossary(library: Library) -> Iterator[Problem]:
    holders: tuple[Term | Choice, ...] = (*library.terms.values(), *library.choices.values())
    for holder in holders:
        for cite in holder.cites:
            if cite not in library.provisions and not cite.startswith("slot:"):
                message = f"the register has no provision '{shown(cite)}'{nearest(cite, list(library.provisions))}"
                yield Problem(
                    "GLOSSARY-002", holder.place, message, "cite one that stands in clauses/instruments", "cites"
                )
