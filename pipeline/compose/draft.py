"""Compose a document: `compose(context) -> Draft`, numbered and worded, with nothing left for a writer to decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.compose.clauses import Notes, clause_unit
from pipeline.compose.concordance import with_concordance
from pipeline.compose.contents import CONTENTS
from pipeline.compose.context import Context
from pipeline.compose.plan import Plan, PlannedPart, plan
from pipeline.compose.prose import paragraph
from pipeline.compose.tables import box
from pipeline.library.checks import all_parts
from pipeline.model.clause import OutlinePart
from pipeline.model.draft import (
    Block,
    Chart,
    Cover,
    Draft,
    Heading,
    HeadingRole,
    Origin,
    Paragraph,
    Run,
    Table,
    Unit,
)

RTL = ("ar", "fa", "he", "ur")
FORMULA_DOCUMENTS = ("guidelines",)
OPENED = ("guidelines", "strategy")
"""Documents whose chapters open with a leading paragraph."""
BRIEF_CONTROL = ("version", "law_date", "audience")
"""What the control table of a two-page brief says."""


@dataclass(frozen=True, slots=True)
class _Composer:
    context: Context
    plan: Plan
    notes: Notes
    contents: Mapping[str, tuple[Block, ...]]


def compose(context: Context, record_facts: Mapping[str, str] | None = None) -> Draft:
    """Compose one document for one audience in one language.

    Args:
        context: What it is composed from.
        record_facts: Facts to embed for a later merge (library digest, tool version), no answers.

    Returns:
        The draft. It has no empty heading, no reference without a target, and each clause once.
    """
    parts = {p.id: p for p in all_parts(context.outline.parts)}
    layout = plan(context, frozenset(p.id for p in parts.values() if p.make))
    contents = _generated(context, layout, parts)
    filled = frozenset(i for i, blocks in contents.items() if blocks)
    if len(filled) < len(contents):
        layout = plan(context, filled)
        contents = _generated(context, layout, parts)
    composer = _Composer(context, layout, Notes(), contents)
    units = tuple(u for p in layout.parts for u in _units(p, composer))
    units = _captioned(units, context)
    words = {k: context.text(t) for k, t in {**context.library.words, **context.outline.words}.items()}
    draft = Draft(
        context.document, context.lang, context.lang.partition("-")[0] in RTL, context.audience, context.version,
        context.as_of, _cover(context), layout.numbering, words, units, _record(context, record_facts or {}),
    )  # fmt: skip
    return with_concordance(draft, context)


def renumbered(draft: Draft, context: Context, record_facts: Mapping[str, str] | None = None) -> Draft:
    """Return a draft under the version number of another context that says the same otherwise.

    Args:
        draft: The draft.
        context: What it was composed from, with the number it is to bear.
        record_facts: As for `compose`.
    """
    record = _record(context, record_facts or {})
    return replace(draft, version=context.version, cover=_cover(context), record=record)


def _record(context: Context, facts: Mapping[str, str]) -> dict[str, str]:
    """Return the facts that are embedded for a later merge."""
    return {
        "country": context.assessment.name, "document": context.document, "lang": context.lang,
        "as_of": context.as_of, "version": context.version, "library_release": context.library.release, **facts,
    }  # fmt: skip


def _generated(context: Context, layout: Plan, parts: Mapping[str, OutlinePart]) -> dict[str, tuple[Block, ...]]:
    return {
        i: CONTENTS[p.make](context, layout)
        for i, p in parts.items()
        if p.make and (not p.audiences or context.audience in p.audiences)
    }


def _units(planned: PlannedPart, composer: _Composer) -> Iterator[Unit]:
    part, context = planned.part, composer.context
    anchor = f"part:{part.id}"
    title = context.text(part.title)
    blocks: list[Block] = [Heading(_role(planned), planned.depth, planned.label, title, anchor)]
    intro = context.text(part.intro)
    if intro:
        mark = intro.startswith("[")
        text = _filled(intro, context)
        opens = planned.depth == 1 and planned.zone == "body" and context.document in OPENED
        lead = Paragraph("lead" if opens else "body", (Run(text, mark="choice" if mark else ""),))
        blocks.append(lead)
    if part.principles and planned.zone == "body" and planned.depth == 1:
        names = ", ".join(context.word(f"principle_{p.lower().replace('.', '_')}") for p in part.principles)
        blocks.append(box("principle", context.word("principle_served"), names))
    if part.id == _first_body(composer) and context.document in FORMULA_DOCUMENTS:
        blocks += _formula("opening", context)
    blocks += composer.contents.get(part.id, ())
    origin = Origin("template", part.id, reason=context.word("origin_outline") if context.working else "")
    yield Unit(anchor, f"{planned.label} {title}".strip(), origin, planned.zone, tuple(blocks))
    for placed in planned.clauses:
        yield clause_unit(placed, context, composer.plan, composer.notes, planned.zone)
    for inner in planned.parts:
        yield from _units(inner, composer)
    if part.id == _last_body(composer) and context.document in FORMULA_DOCUMENTS:
        closing = tuple(_formula("closing", context))
        if closing:
            heading = Heading("sub", 2, "", context.word("closing_formula"), "part:closing")
            yield Unit(
                "part:closing",
                heading.text,
                Origin("template", "closing", reason=origin.reason),
                "body",
                (heading, *closing),
            )


def _first_body(composer: _Composer) -> str:
    return next((p.part.id for p in composer.plan.parts if p.zone == "body"), "")


def _last_body(composer: _Composer) -> str:
    return next((p.part.id for p in reversed(composer.plan.parts) if p.zone == "body"), "")


def _role(planned: PlannedPart) -> HeadingRole:
    if planned.depth > 1:
        return "sub"
    return {"front": "front", "body": "chapter", "annex": "annex"}[planned.zone]  # type: ignore[return-value]


def _filled(text: str, context: Context) -> str:
    """Fill the state and the issuer into a text of the outline."""
    return text.replace("{issuer}", context.issuer).replace("{state}", context.assessment.name_in_text)


def _formula(name: str, context: Context) -> Iterator[Paragraph]:
    texts = context.outline.formulae.get(name, {}).get(context.answer("country.legal_form") or "policy")
    if texts:
        yield paragraph(_filled(context.text(texts), context))


def _captioned(units: tuple[Unit, ...], context: Context) -> tuple[Unit, ...]:
    """Number the captions of tables and figures through the document."""
    tables = figures = 0
    numbered: list[Unit] = []
    for unit in units:
        blocks: list[Block] = []
        for block in unit.blocks:
            if isinstance(block, Table) and block.caption:
                tables += 1
                blocks.append(replace(block, label=f"{context.word('table')} {tables}"))
            elif isinstance(block, Chart):
                figures += 1
                blocks.append(replace(block, label=f"{context.word('figure')} {figures}"))
            else:
                blocks.append(block)
        numbered.append(replace(unit, blocks=tuple(blocks)))
    return tuple(numbered)


def _cover(context: Context) -> Cover:
    assessment = context.assessment
    status = context.word("release_status" if context.approved_by else "draft_status", version=context.version)
    law_date = context.word("law_as_of", date=context.date(context.as_of))
    audience = context.word(
        {"working": "working_copy", "consultation": "consultation_copy", "public": "public_copy"}[context.audience]
    )
    notice = assessment.demonstration or (context.word("fictional_notice") if assessment.fictional else "")
    form = context.answer("country.legal_form")
    count = str(len(context.library.clauses))
    rows = [
        ("document", context.text(context.outline.title)), ("state", assessment.name), ("issuer", context.issuer),
        ("legal_form", context.label("country.legal_form", form) if form else ""), ("version", context.version),
        ("law_date", context.date(context.as_of)), ("audience", audience), ("marking", assessment.form.marking),
        ("library_state", context.word("library_of", release=context.library.release, count=count)),
    ]  # fmt: skip
    if context.document == "brief":
        rows = [(k, v) for k, v in rows if k in BRIEF_CONTROL]
    control = tuple((context.word(k), v) for k, v in rows if v)
    return Cover(
        assessment.name, context.issuer, context.text(context.outline.title), context.text(context.outline.subtitle),
        status, law_date, assessment.form.marking, audience, notice, control,
    )  # fmt: skip
