"""country.yaml: names, packs, dates, languages, legal form, the state's own law, answers about the state."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.intake import codes
from pipeline.intake.answers import known_day, read_answers, tidy
from pipeline.intake.formats import CountryFile
from pipeline.intake.tree import blankless
from pipeline.model.assessment import Answers, LegalForm
from pipeline.model.law import SLOTS, SlotLaw
from pipeline.model.library import Library
from pipeline.model.problem import Place, Problem, shown
from pipeline.model.record import StateRecord
from pipeline.source.shape import LONGEST_WORD, nearest
from pipeline.source.shape import read as read_shape
from pipeline.source.tree import Mapping as TreeMapping
from pipeline.source.tree import Node, Scalar, Sequence, at, place_at

DATED = ("member_", "party_")
"""Beginnings of the ids of questions that a date under `since:` can belong to."""


@dataclass(frozen=True, slots=True)
class Head:
    """What country.yaml says; fields as in `Assessment`, and where each date of `since` stands."""

    name: str
    name_in_text: str
    issuer: str
    fictional: bool
    demonstration: str
    packs: tuple[str, ...]
    as_of: str
    languages: tuple[str, ...]
    form: LegalForm
    law: Mapping[str, SlotLaw]
    answers: Answers
    since: Mapping[str, str]
    since_places: Mapping[str, Place]
    state: str


def read_head(data: bytes, path: str, library: Library) -> tuple[Head | None, list[Problem]]:
    """Read country.yaml; None where its shape is wrong, with the problems of shape and answers alike."""
    tree, problems = blankless(data, path, codes.SHAPE)
    if tree is None:
        return None, problems
    shape, faults = read_shape(tree, CountryFile, codes.SHAPE)
    answers, more = read_answers(at(tree, ("answers",)), "country", library)
    since, places, odd = _since(at(tree, ("since",)), library)
    problems += faults + more + odd + _dates(tree) + _slots(tree) + _names(tree, library) + _state(tree, library)
    if shape is None:
        return None, problems
    name, faults = tidy(shape.name, place_at(tree, ("name",)), "name", codes.MAX_NAME)
    in_text, odd = tidy(
        shape.name_in_text or shape.name, place_at(tree, ("name_in_text",)), "name_in_text", codes.MAX_NAME
    )
    problems += odd
    issuer, more = tidy(shape.issuer, place_at(tree, ("issuer",)), "issuer", codes.MAX_NAME)
    marking, odd = tidy(shape.form.marking, place_at(tree, ("form", "marking")), "form.marking", 200)
    problems += faults + more + odd
    law = {
        slot: SlotLaw(
            slot, one.title, one.provision, one.from_ or "", one.until or "", one.read_by, one.read_on or "",
            place_at(tree, ("law", slot)),
        )
        for slot, one in shape.law.items()
    }  # fmt: skip
    texts = shape.demonstration
    demonstration = texts if isinstance(texts, str) else texts.get(shape.languages[0]) or texts.get("en", "")
    if not isinstance(texts, str) and not demonstration:
        place = place_at(tree, ("demonstration",))
        fix = f"add it under `{shape.languages[0]}:` or `en:`"
        problems.append(
            Problem(codes.SHAPE, place, "the sentence is missing in the first language", fix, "demonstration")
        )
    head = Head(
        name, in_text, issuer, shape.fictional == "true", " ".join(demonstration.split()), shape.packs,
        shape.as_of or "", shape.languages, LegalForm(shape.form.numbering, shape.form.style, marking), law,
        answers, since, places, shape.state,
    )  # fmt: skip
    return head, problems


def _names(tree: Node, library: Library) -> list[Problem]:
    """Report packs and numberings that the library lacks, and names listed twice."""
    problems: list[Problem] = []
    for key, known in (("packs", tuple(library.packs)), ("languages", ())):
        listed = at(tree, (key,))
        seen: set[str] = set()
        for item in listed.items if isinstance(listed, Sequence) else ():
            if not isinstance(item, Scalar):
                continue
            if item.text in seen:
                problems.append(
                    Problem(codes.NAME, item.place, f"'{shown(item.text)}' is listed twice", "keep one", key)
                )
            elif key == "packs" and item.text not in known:
                message = f"no pack '{shown(item.text)}'{nearest(item.text, known)}"
                fix = f"use one or more of: {', '.join(known) or 'none; the library has no packs'}"
                problems.append(Problem(codes.NAME, item.place, message, fix, key))
            seen.add(item.text)
    numbering = at(tree, ("form", "numbering"))
    levels = tuple(library.numberings)
    if isinstance(numbering, Scalar) and levels and numbering.text not in levels:
        message = f"no numbering '{shown(numbering.text)}'{nearest(numbering.text, levels)}"
        problems.append(
            Problem(codes.NAME, numbering.place, message, f"use one of: {', '.join(levels)}", "form.numbering")
        )
    return problems


def _state(tree: Node, library: Library) -> list[Problem]:
    """Report a state that the library has no record of; one without records knows no state and takes any."""
    node, states = at(tree, ("state",)), library.records.states
    if not isinstance(node, Scalar) or not states or node.text in states:
        return []
    named = at(tree, ("name",))
    said = [node.text, named.text if isinstance(named, Scalar) else ""]
    meant = states.get(node.text.upper()) or next((s for words in said if (s := _called(words, library))), None)
    hint = f"; did you mean '{meant.code}' ({meant.name})?" if meant else ""
    fix = "write the two letters that ISO 3166 gives to a member state of the United Nations, such as KE"
    return [Problem(codes.NAME, node.place, f"no state '{shown(node.text)}'{hint}", fix, "state")]


def _called(words: str, library: Library) -> StateRecord | None:
    """Return the state that is named, or nearly so, by some words: `Kenya` for `Republic of Kenya`."""
    by_name = {s.name.casefold(): s for s in library.records.states.values()}
    told = words.casefold()[:LONGEST_WORD]
    within = [name for name in by_name if set(name.split()) <= set(told.split())]
    close = [max(within, key=len)] if within else difflib.get_close_matches(told, by_name, 1)
    return by_name[close[0]] if close else None


def _slots(tree: Node) -> list[Problem]:
    law = at(tree, ("law",))
    if not isinstance(law, TreeMapping):
        return []
    fix = f"use one of: {', '.join(SLOTS)}"
    return [
        Problem(
            codes.NAME,
            law.keys[slot],
            f"no slot '{shown(slot)}'{nearest(slot, SLOTS)}",
            fix,
            f"law.{shown(slot)}",
        )
        for slot in law.entries
        if slot not in SLOTS
    ]


def _dates(tree: Node) -> list[Problem]:
    """Report dates that do not exist and laws that end before they begin; the shape sees to the form of dates."""
    paths: list[tuple[str, ...]] = [("as_of",)]
    law = at(tree, ("law",))
    slots = tuple(law.entries) if isinstance(law, TreeMapping) else ()
    paths += [("law", slot, key) for slot in slots for key in ("from", "until", "read_on")]
    problems: list[Problem] = []
    for path in paths:
        node = at(tree, path)
        if isinstance(node, Scalar) and _dated(node.text) and not known_day(node.text):
            problems.append(_no_day(node, ".".join(path)))
    for slot in slots:
        start, end = at(tree, ("law", slot, "from")), at(tree, ("law", slot, "until"))
        if isinstance(start, Scalar) and isinstance(end, Scalar) and end.text < start.text[: len(end.text)]:
            message = f"the law ends ({shown(end.text)}) before it begins ({shown(start.text)})"
            problems.append(Problem(codes.DATE, end.place, message, "correct one of the two", f"law.{slot}.until"))
    return problems


def _dated(text: str) -> bool:
    """Return whether a text has the form of a date; where it has not, the shape says so."""
    return bool(re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", text))


def _no_day(node: Scalar, field: str) -> Problem:
    fix = "write a date between 1800 and 2199, as 2026-11-23"
    return Problem(codes.DATE, node.place, f"there is no date '{shown(node.text)}'", fix, field)


def _since(node: Node | None, library: Library) -> tuple[dict[str, str], dict[str, Place], list[Problem]]:
    """Read the dates of memberships and treaties by ref."""
    if not isinstance(node, TreeMapping):
        return {}, {}, []
    known = [
        r.removeprefix("country.") for r in library.questions if r.startswith(tuple(f"country.{d}" for d in DATED))
    ]
    since: dict[str, str] = {}
    places: dict[str, Place] = {}
    problems: list[Problem] = []
    for key, value in node.entries.items():
        field = f"since.{shown(key)}"
        if key not in known:
            message = f"'{shown(key)}' is no membership or treaty{nearest(key, known)}"
            fix = "use the id of a question that begins with member_ or party_"
            problems.append(Problem(codes.QUESTION, node.keys[key], message, fix, field))
        elif isinstance(value, Scalar):
            if _dated(value.text) and not known_day(value.text):
                problems.append(_no_day(value, field))
            since[f"country.{key}"] = value.text
            places[f"country.{key}"] = value.place
    return since, places, problems
