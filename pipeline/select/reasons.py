"""Reasons in words: why a clause is in, open or out, and why an answer counts."""

from __future__ import annotations

from pipeline.condition.grammar import titled
from pipeline.model.clause import Clause
from pipeline.model.condition import Leaf
from pipeline.model.library import Library
from pipeline.model.question import NOT_APPLICABLE, WITHHELD
from pipeline.model.selection import CaseDecision, Ground, Status

MOST_LEAVES = 3


def value_label(library: Library, ref: str, value: str | None) -> str:
    """Return a code's label in English, in small letters, for a sentence."""
    variable = library.variables.get(ref)
    if value is None:
        return "not answered"
    if value in (NOT_APPLICABLE, WITHHELD):
        return value.replace("_", " ")
    if variable is None or variable.scale is None:
        return value
    label = variable.scale.label(value, "en")
    return mid_sentence(label)


def mid_sentence(label: str) -> str:
    """Return a label as it stands within a sentence: a small letter first, but for an abbreviation (`AI on drones`)."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def leaf_words(library: Library, leaf: Leaf) -> str:
    """Return a leaf as words: the question or finding, and how it was answered."""
    variable = library.variables.get(leaf.test.ref)
    title = titled(variable, "en").rstrip("?.") if variable else leaf.test.ref
    if leaf.test.op in ("includes", "does not include"):
        names = ", ".join(_short(library, v) for v in leaf.test.values)
        verb = {"in": "bound by", "out": "not bound by", "open": "not known whether bound by"}[
            leaf.truth.value if leaf.test.op == "includes" else {"in": "out", "out": "in"}.get(leaf.truth.value, "open")
        ]
        return f"{verb} {names}" if leaf.test.ref.endswith(".bound_by") else f"{title}: {leaf.value or 'none of these'}"
    return f"{title}: {value_label(library, leaf.test.ref, leaf.value)}"


def _short(library: Library, instrument: str) -> str:
    found = library.instruments.get(instrument)
    return found.short.get("en", instrument) if found else instrument


def sentence(
    clause: Clause,
    status: Status,
    ground: Ground,
    printed: bool,
    cases: tuple[CaseDecision, ...],
    asked: int,
    library: Library,
) -> str:
    """Return one sentence on why a clause came out as it did for the national document."""
    if status == "in" and ground == "always":
        return "Part of every national document."
    agreeing = [c for c in cases if c.truth.value == status]
    case = agreeing[0] if agreeing else None
    facts = "; ".join(leaf_words(library, leaf) for leaf in (case.because if case else ())[:MOST_LEAVES])
    by = ", ".join(f"“{title_of(library, c)}”" for c in (case.by if case else ()))
    where = f" ({len(agreeing)} cases)" if len(agreeing) > 1 and clause.scope != "country" else ""
    match status, ground:
        case "in", "required":
            return f"Needed by {by}."
        case "in", "prospective":
            return (
                f"The country expects a use of this kind{where}, and a safeguard stands before the first system does."
            )
        case "in", "withheld":
            return "The answers it depends on are withheld; a safeguard is kept."
        case "in", _:
            return f"Brought in by this{where}: {facts}." if facts else "Its condition holds."
        case "open", _:
            kept = "kept as a safeguard" if printed else "held back"
            return f"Open, and {kept}, until {asked} {'question is' if asked == 1 else 'questions are'} answered."
        case "out", "superseded" | "excluded":
            return f"Its place is taken by {by}."
        case "out", "left_out":
            return "Left out by decision of the country."
        case _:
            return f"Kept out by this: {facts}." if facts else "No agency or system gives rise to it."


def title_of(library: Library, clause_id: str) -> str:
    """Return a clause's English title."""
    states = library.clauses.get(clause_id)
    text = states[-1].texts.get("en") if states else None
    return text.title if text else clause_id
