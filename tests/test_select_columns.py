"""Selection over columns decides as the tracing form does, clause by clause and case by case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from random import Random

import pytest
from conftest import ROOT
from countries import AS_OF, HERE, answer, country, system
from generated import library_files as generated_files
from generated_countries import AS_OF as DATES
from generated_countries import assessment as generated_country
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.assess.columns import Runs, columns
from pipeline.assess.findings import assess
from pipeline.library.load import load
from pipeline.model.assessment import Agency, Assessment, Decision, System
from pipeline.model.condition import Truth
from pipeline.model.library import Library
from pipeline.project.country import decided
from pipeline.select.columns import Decisions, cases_of, decide, national
from pipeline.select.selection import select

Line = tuple[str, str, bool, list[tuple[str, Truth, str | None, bool]]]


def traced(library: Library, assessment: Assessment, as_of: str) -> list[Line]:
    """Every clause with its status, whether it is printed, and its cases, by the tracing form."""
    findings, readings = assess(assessment, library, as_of)
    selection = select(assessment, library, findings, readings, as_of)
    return [
        (i, d.status, d.printed, [(c.subject, c.truth, c.strength, c.strength_open) for c in d.cases])
        for i, d in selection.decisions.items()
    ]


def lines(decisions: Decisions, country_at: int) -> list[Line]:
    """The same from columns."""
    return [
        (
            i,
            *national(decisions, i, country_at),
            [(c.subject, c.truth, c.strength, c.strength_open) for c in cases_of(decisions, i, country_at)],
        )
        for i in decisions.clauses
    ]


def compared(library: Library, assessments: Sequence[Assessment], as_of: str) -> Counter[str]:
    """Assert that both forms agree on all of some countries, and count what was decided."""
    decisions = decide(columns(library, assessments, as_of))
    seen: Counter[str] = Counter()
    for i, one in enumerate(assessments):
        expected, found = traced(library, one, as_of), lines(decisions, i)
        assert [pair for pair in zip(expected, found, strict=True) if pair[0] != pair[1]] == []
        for _, status, printed, cases in found:
            seen.update([status, f"{status} {'printed' if printed else 'not printed'}"])
            seen.update(f"case {c[1].value}" for c in cases)
            seen["strength open"] += sum(c[3] for c in cases)
            seen["decisions"] += len(cases)
    return seen


# The built-in library


@pytest.mark.parametrize("name", ["norland", "tembala", "us-federal"])
def test_the_examples(name: str) -> None:
    folder = decided(ROOT / "intake" / "examples" / name)
    found = lines(decide(columns(folder.library, [folder.assessment], folder.as_of)), 0)
    assert found == [
        (i, d.status, d.printed, [(c.subject, c.truth, c.strength, c.strength_open) for c in d.cases])
        for i, d in folder.selection.decisions.items()
    ]


def shipped_country(random: Random, library: Library) -> Assessment:
    """A country of the kind that the generator makes, with few uses expected: the tracing form takes each by itself."""
    made = generated_country(random, library, completeness=random.choice((0.2, 0.6, 0.9, 1.0)), agencies=2, systems=2)
    packs = random.choice(((), ("un",), ("un", "eu"), ("au",), ("us",), tuple(library.packs)))
    uses = [r for r in library.questions if r.startswith("country.use_")]
    settled = {r: answer("out_of_scope") for r in uses if random.random() < 0.92}
    return replace(made, packs=packs, answers={**made.answers, **settled})


def test_three_hundred_countries_out_of_luck(library: Library) -> None:
    random = Random(20261101)
    assessments = [shipped_country(random, library) for _ in range(300)]
    seen = compared(library, assessments, AS_OF)
    assert seen["decisions"] > 300 * len(library.clauses)
    assert all(
        seen[k] > 1000 for k in ("in", "out", "open", "open printed", "open not printed", "case open", "strength open")
    )


def test_an_earlier_date(library: Library) -> None:
    random = Random(3)
    for as_of in ("2025-03-01", "2026-02-01"):
        compared(library, [shipped_country(random, library) for _ in range(4)], as_of)


def test_no_country_and_an_empty_one(library: Library) -> None:
    decisions = decide(columns(library, [], AS_OF))
    assert not any(c.ins or c.open or c.printed for c in decisions.clauses.values())
    compared(library, [country(agencies=()), country(), country(packs=())], AS_OF)


# Libraries out of luck


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32))
def test_libraries_out_of_luck(seed: int) -> None:
    random = Random(seed)
    library, problems = load(generated_files(random, clauses=random.randint(4, 20)))
    assert library is not None, problems
    shares = [random.choice((0.0, 0.2, 0.5, 0.8, 1.0)) for _ in range(6)]
    compared(library, [generated_country(random, library, completeness=s) for s in shares], random.choice(DATES))


# Small libraries by hand: what luck seldom makes

TEXTS = b"# T\n\n## shall\n\nThe agency shall act.\n\n## should\n\nThe agency should act.\n\n## may\n\nThe agency may act.\n"


def questionnaire(subject: str, *lines: str) -> bytes:
    head = f"{{id: {subject}, version: '1', subject: {subject}, illustrative: 'true', title: {{en: T}}, sections: [{{id: all, title: {{en: All}}}}], questions: [\n"
    return (head + ",\n".join(f"{{section: all, text: {{en: Q}}, {line}}}" for line in lines) + "]}").encode()


LEVELS = "{low: {en: L}, mid: {en: M}, top: {en: T}}"
YES_NO = "type: choice, values: {'yes': {en: Y}, 'no': {en: N}}"
FORMS = {
    "intake/questionnaires/country.yaml": questionnaire(
        "country", f"id: a, {YES_NO}", f"id: b, {YES_NO}",
        "id: use_faces, type: choice, values: {in_use: {en: I}, planned: {en: P}, out_of_scope: {en: O}}",
        f"id: later, {YES_NO}, relevant: country.a is yes",
    ),
    "intake/questionnaires/agency.yaml": questionnaire("agency", f"id: a, {YES_NO}", "id: staff, type: number"),
    "intake/questionnaires/system.yaml": questionnaire("system", "id: use, type: choice, values: {faces: {en: F}, plates: {en: P}}", f"id: a, {YES_NO}", f"id: b, {YES_NO}"),
}  # fmt: skip


def made(findings: Sequence[str], clauses: Mapping[str, str], forms: Mapping[str, bytes] = FORMS) -> Library:
    """A library of small clauses: name to the lines of its clause.yaml that differ from the plain one."""
    files = dict(forms)
    values = f"scales:\n  size: {{ordered: 'true', values: {{small: {{en: S}}, large: {{en: L}}}}}}\n  level: {{ordered: 'true', values: {LEVELS}}}\n"
    rules = "".join(f"- {{title: {{en: T}}, {f}}}\n" for f in findings)
    files["intake/findings/all.yaml"] = f"{values}findings:{' []' if not findings else ''}\n{rules}".encode()
    for name, given_lines in clauses.items():
        given_ = dict(line.split(": ", 1) for line in given_lines.split("; ") if line)
        plain = {
            "kind": "norm",
            "documents": "[guidelines]",
            "scope": "country",
            "topic": "all",
            "stance": "require",
            "strength": "should",
            "bearer": "agency",
            **given_,
        }
        folder = f"clauses/all/{name.replace('_', '-')}/2025-01-01"
        files[f"{folder}/clause.yaml"] = "".join(f"{k}: {v}\n" for k, v in plain.items()).encode()
        files[f"{folder}/en.md"] = TEXTS
    library, problems = load(files, checked=False)
    assert library is not None, "\n".join(map(str, problems))
    return library


def every(subject: str, ids: Iterable[str], values: Sequence[str | None]) -> list[dict[str, str]]:
    """Every way to answer some questions, or not."""
    names = list(ids)
    return [{i: v for i, v in zip(names, found, strict=True) if v} for found in product(values, repeat=len(names))]


ANSWERS = (None, "yes", "no", "withheld", "not_applicable")


def everywhere(*, decisions: tuple[Decision, ...] = ()) -> list[Assessment]:
    """Countries with two agencies, two systems and one use expected or not decided, answered in many ways."""
    found: list[Assessment] = []
    for i, given_ in enumerate(every("country", ("a", "b"), ANSWERS)):
        for k, faces in enumerate((None, "withheld", "planned", "out_of_scope")):
            states = [ANSWERS[(i + k + n * n) % 5] for n in range(6)]

            def of(name: str, one: str | None, other: str | None) -> System:
                return system(name, **{q: v for q, v in (("a", one), ("b", other)) if v})

            def agency(slug: str, state: str | None, *systems: System) -> Agency:
                renamed = tuple(replace(s, key=f"{slug}/{s.name}") for s in systems)
                return Agency(slug, slug, {"agency.a": answer(state)} if state else {}, renamed)

            agencies = (
                agency("one", states[0], of("x", states[1], states[2]), of("y", states[3], states[4])),
                agency("two", states[5]),
                agency(
                    "three",
                    states[2],
                    of("z", states[5], states[1]),
                    of("u", states[4], states[0]),
                    of("v", states[1], states[1]),
                ),
            )
            answers = {**given_, **({"use_faces": faces} if faces else {})}
            some: tuple[Agency, ...] = (agencies, agencies[:2], ())[(i + k) % 3]
            found.append(country(country=answers, agencies=some, packs=(), decisions=decisions))
    return found


RISE = "strength: may; escalate: [{to: should, when: system.b is yes}, {to: shall, when: country.b is yes}]"
LIBRARIES: Mapping[str, Mapping[str, str]] = {
    "a narrow one requires wider ones": {
        "narrow": f"scope: system; when: system.a is yes; requires: [middle, wide]; {RISE}",
        "middle": "scope: agency; when: agency.a is yes; requires: [wide]",
        "wide": "when: country.a is yes",
    },
    "a wide one requires narrower ones": {
        "wide": "when: country.a is yes; requires: [middle, narrow]",
        "middle": "scope: agency; when: agency.a is yes; requires: [narrow]",
        "narrow": f"scope: system; when: system.a is yes; {RISE}",
    },
    "two require one": {
        "first": "when: country.a is yes; requires: [both]; escalate: [{to: shall, when: country.b is yes}]",
        "second": "when: country.b is yes; requires: [both]",
        "both": "when: country.later is yes",
    },
    "wide ones defeat narrower ones": {
        "wide": "when: country.a is yes; supersedes: [middle, narrow]",
        "middle": "scope: agency; when: agency.a is yes; supersedes: [narrow]",
        "narrow": f"scope: system; {RISE}",
    },
    "narrow ones defeat wider ones": {
        "narrow": "scope: system; when: system.a is yes; supersedes: [middle, wide]",
        "middle": "scope: agency; when: agency.a is yes; supersedes: [wide]",
        "wide": "when: country.b is yes",
    },
    "what is required is defeated": {
        "pulls": "scope: system; when: system.a is yes; requires: [stands]; escalate: [{to: shall, when: system.b is yes}]",
        "beats": "when: country.a is yes; stance: permit; if_open: hold; supersedes: [stands]",
        "stands": "scope: agency; when: agency.a is yes",
    },
    "permissions": {
        "agencies": "scope: agency; stance: permit; strength: may; if_open: hold; when: agency.a is yes",
        "systems": "scope: system; stance: permit; strength: may; if_open: hold; when: system.a is yes; supersedes: [others]",
        "others": "scope: system; when: system.b is yes",
        "kept": "scope: agency; stance: permit; strength: may; if_open: keep; when: agency.a is yes",
    },
}


@pytest.mark.parametrize("name", LIBRARIES)
def test_precedence_between_scopes(name: str) -> None:
    seen = compared(made((), LIBRARIES[name]), everywhere(), AS_OF)
    assert seen["case in"] and seen["case open"] and seen["case out"]


@pytest.mark.parametrize("name", LIBRARIES)
def test_each_clause_left_out(name: str) -> None:
    for target in LIBRARIES[name]:
        left = Decision("leave_out", target, "", "minister", "2026-10-01", "Covered.", HERE)
        plain = everywhere()
        compared(made((), LIBRARIES[name]), [*everywhere(decisions=(left,))[::3], *plain[::7]], AS_OF)


COUNTED = (
    "id: some, subject: country, form: some, systems: system.a is yes",
    "id: every, subject: country, form: every, systems: system.a is yes",
    "id: two, subject: country, form: at_least, n: 2, systems: system.a is yes",
    "id: three, subject: country, form: at_least, n: 3, systems: system.a is not no",
    "id: mixed, subject: country, form: some, systems: {all: [system.a is yes, {any: [system.b is yes, country.b is yes]}]}",
    "id: someone, subject: country, form: some_agency, agencies: agency.a is yes",
    "id: all, subject: country, form: every_agency, agencies: agency.some is no",
    "id: some, subject: agency, form: some, systems: system.a is yes",
    "id: every, subject: agency, form: every, systems: system.b is yes",
    "id: two, subject: agency, form: at_least, n: 2, systems: system.a is yes",
    "id: size, subject: agency, values: size, form: band, of: agency.staff, bands: [{value: small, below: 10}, {value: large}]",
)


def test_counting_over_every_subject() -> None:
    refs = [f.split(", ")[1].removeprefix("subject: ") + "." + f.split(", ")[0].removeprefix("id: ") for f in COUNTED]
    clauses = {
        f"c{i}": f"scope: {ref.partition('.')[0]}; when: {ref} is {'large' if ref == 'agency.size' else 'yes'}"
        for i, ref in enumerate(refs)
    }
    expected = country(
        systems=[system(a="withheld", b="yes")], packs=()
    )  # asks in its expected use and not in its system
    seen = compared(made(COUNTED, clauses), [*everywhere(), expected], AS_OF)
    assert seen["case in"] and seen["case open"] and seen["case out"]


TABLE = "{low: [low, low, mid], mid: [low, mid, top], top: [mid, top, top]}"
LAYERED = (
    f"id: cell, subject: system, values: level, form: table, rows: system.l, columns: system.s, table: {TABLE}",
    "id: worst, subject: system, values: level, form: worst_of, of: [system.cell, system.p]",
    "id: lowest, subject: system, values: level, form: worst_of, lowest: 'true', of: [system.worst, system.q]",
    f"id: again, subject: system, values: level, form: table, rows: system.worst, columns: system.q, table: {TABLE}",
    "id: highest, subject: system, values: level, form: worst_of, of: [system.cell, system.lowest]",
    "id: kind, subject: system, values: level, form: cases, cases: [{value: top, when: system.cell is at least mid}, {value: top, when: system.q is low}], otherwise: low",
    "id: three, subject: system, values: level, form: cases, cases: [{value: top, when: system.q is low}, {value: mid, when: system.s is low}, {value: top, when: system.l is low}], otherwise: low",
    "id: over, subject: system, values: level, form: worst_of, lowest: 'true', of: [system.kind, system.p]",
)


def test_findings_over_findings_in_every_state_of_four_answers() -> None:
    refs = [f"system.{f.split(',')[0].removeprefix('id: ')}" for f in LAYERED]
    tests = [f"{r} {t}" for r in refs for t in ("is at least mid", "is at least top", "is at most low", "is not mid")]
    scales = f"type: scale, values: {LEVELS}"
    asked = {"intake/questionnaires/system.yaml": questionnaire("system", *(f"id: {i}, {scales}" for i in "lspq"))}
    clauses = {f"c{i}": f"scope: system; when: {t}" for i, t in enumerate(tests)}
    library = made(LAYERED, clauses, {**FORMS, **asked})
    states = every("system", "lspq", (None, "withheld", "not_applicable", "low", "mid", "top"))
    systems = [system(str(i), **given_) for i, given_ in enumerate(states)]
    seen = compared(library, [country(systems=systems, packs=())], AS_OF)
    assert len(systems) == 6**4
    assert seen["case in"] > 1000 and seen["case open"] > 1000 and seen["case out"] > 1000


def test_bands_over_numbers() -> None:
    size = "id: size, subject: agency, values: size, form: band, of: agency.staff, bands: [{value: small, below: 10}, {value: large}]"
    other = size.replace("id: size", "id: other").replace("below: 10", "below: -3")
    tested = ("agency.size is large", "agency.other is at most small")
    library = made((size, other), {f"c{i}": f"scope: agency; when: {t}" for i, t in enumerate(tested)})
    numbers = ("-100", "-4", "-3", "0", "9", "10", "11", "99999", "withheld", "not_applicable")
    agencies = [Agency(f"a{i}", "A", {"agency.staff": answer(n)}, ()) for i, n in enumerate(numbers)]
    seen = compared(library, [country(agencies=(a,), packs=()) for a in agencies], AS_OF)
    assert seen["case in"] and seen["case out"]


# Runs


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), max_size=8), st.integers(0, 2**64), st.integers(0, 4))
def test_runs_count_upwards_and_copy_downwards(shape: list[tuple[int, int]], luck: int, n: int) -> None:
    """A run of some rows and their parent, then rows that are in none."""
    runs: list[range] = []
    at = 0
    for body, beside in shape:
        runs.append(range(at, at + body))
        at += body + 1 + beside
    parents = sum(1 << r.stop for r in runs)
    made_ = Runs.of(parents, sum(1 << row for r in runs for row in r))
    column = luck & ((1 << at) - 1)
    inside = [[row for row in r if column >> row & 1] for r in runs]
    assert made_.some(column) == sum(1 << r.stop for r, rows in zip(runs, inside, strict=True) if rows)
    assert made_.first(column) == sum(1 << rows[0] for rows in inside if rows)
    assert made_.at_least(column, n) == sum(1 << r.stop for r, rows in zip(runs, inside, strict=True) if len(rows) >= n)
    assert made_.down(column) == sum(1 << row for r in runs if column >> r.stop & 1 for row in (*r, r.stop))
