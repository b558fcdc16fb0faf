"""The library: what is shipped is sound, and what is wrong is said at its place."""

from __future__ import annotations

from collections.abc import Mapping

import one_clause
import pytest

from pipeline.library.checks import check, takers
from pipeline.library.drafting import Usage, check_texts, sentences
from pipeline.library.load import load, overlaid, usage_of
from pipeline.library.texts import read_text
from pipeline.library.vocabulary import reads
from pipeline.model.clause import PRINCIPLES, STRENGTHS
from pipeline.model.library import Library, clause_at
from pipeline.model.problem import Problem

CLAUSE = "clauses/governance/test-clause/2025-01-01"
YAML = one_clause.YAML.encode()
TEXT = b"""# A clause for a test

## shall

The agency shall keep one list of all its clauses.

## purpose

To test.
"""


def with_clause(files: Mapping[str, bytes], yaml: bytes = YAML, text: bytes = TEXT) -> list[Problem]:
    _, problems = load({**files, f"{CLAUSE}/clause.yaml": yaml, f"{CLAUSE}/en.md": text})
    return problems


def test_the_shipped_library_is_sound_in_form_links_and_wording(library_files: dict[str, bytes]) -> None:
    library, problems = load(library_files)
    assert not problems, "\n".join(map(str, problems[:10]))
    assert library is not None
    usage, problems = usage_of(library_files)
    assert not problems and usage.avoid and usage.terms_of_art
    faults = check_texts(library, usage)
    assert not faults, "\n".join(map(str, faults[:10]))


def test_the_shipped_library_has_the_breadth_promised(library: Library) -> None:
    assert len(library.clauses) >= 140
    assert len(library.instruments) >= 60
    assert len(library.provisions) >= 350
    readiness = [q for q in library.questions.values() if q.questionnaire == "readiness"]
    risk = [q for q in library.questions.values() if q.questionnaire == "risk"]
    assert len(readiness) >= 40 and len(risk) >= 35
    assert len([r for r in library.questions if r.startswith("country.use_")]) >= 20
    assert sum(q.first for q in library.questions.values()) <= 30
    assert set(library.packs) >= {"un", "eu", "au", "us"}


def test_every_principle_is_served_at_several_strengths(library: Library) -> None:
    reached: dict[str, set[str]] = {p: set() for group in PRINCIPLES.values() for p in group}
    for states in library.clauses.values():
        clause = states[-1]
        if clause.kind == "norm" and clause.strength:
            for principle in clause.principles:
                reached[principle] |= {clause.strength, *(e.to for e in clause.escalate)}
    assert all(len(s) >= 2 for s in reached.values()), {p: s for p, s in reached.items() if len(s) < 2}


def test_live_face_recognition_is_regulated_without_any_condition(library: Library) -> None:
    found = [
        c[-1] for c in library.clauses.values()
        if c[-1].topic == "live-biometrics" and c[-1].stance == "prohibit" and c[-1].when is None
    ]  # fmt: skip
    assert found


def test_every_clause_has_one_place_in_each_of_its_documents(library: Library) -> None:
    taken = {d: takers(library.outlines[d]) for d in ("guidelines", "strategy")}
    for states in library.clauses.values():
        for document in states[-1].documents:
            assert len(taken[document][states[-1].topic]) == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"topic: governance-bodies", b"topic: governance-body", "no section of the guidelines takes topic 'governance-body'; did you mean"),
        (b'cites: ["ICCPR 17"]', b'cites: ["ICCPR 170"]', "the register has no provision 'ICCPR 170'"),
        (b'cites: ["ICCPR 17"]', b'cites: ["slot:police-act"]', "no slot 'police-act'; did you mean 'police_act'?"),
        (b"bearer: agency", b"bearer: agenzy", "no role 'agenzy'; did you mean 'agency'?"),
        (b"bearer: agency\n", b"", "a norm needs a bearer"),
        (b"strength: shall", b"strength: must", "'must' is not allowed here"),
        (b"strength: shall", b"strenght: shall", "unknown key 'strenght'; did you mean 'strength'?"),
        (b"strength: shall", b"strength: should", "the text has no block 'should'"),
        (b"[GOV.ACC]", b"[GOV.AC]", "no instrumental principle 'GOV.AC'"),
        (b"stance: require", b"stance: permit", "a permission must not be printed on missing answers"),
        (b"stance: require", b"stance: require\nif_open: hold", "a safeguard must not be dropped"),
        (b"stance: require", b"stance: require\nrequires: [no-such-clause]", "no clause 'no-such-clause'"),
        (b"stance: require", b"stance: require\nsupersedes: [test-clause]", "a clause names itself"),
        (b"stance: require", b"stance: require\nwhen: country.membr_eu is yes", "'country.membr_eu' is no question or finding; did you mean 'country.member_eu'?"),
        (b"stance: require", b"stance: require\nchoices: [no_such]", "no choice 'no_such'"),
        (b"strength: shall", b"strength: shall\nescalate: [{to: should, when: country.member_eu is yes}]", "which is no rise from 'shall'"),
    ],
)  # fmt: skip
def test_a_wrong_clause_is_refused_in_words(
    library_files: dict[str, bytes], old: bytes, new: bytes, message: str
) -> None:
    assert old in YAML
    problems = with_clause(library_files, YAML.replace(old, new))
    assert any(message in p.message for p in problems), [p.message for p in problems]
    assert all(p.fix and p.place.file for p in problems)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"list of all", b"{{ choice.no_such }} of all", "no choice of that name"),
        (b"list of all", b"{{ chioce.x }} of all", "unknown value; did you mean 'choice'?"),
        (b"list of all", b"[[clause:no-such]] of all", "refers to no clause 'no-such'"),
        (b"## purpose", b"## purpos", "unknown block 'purpos'; did you mean 'purpose'?"),
        (b"# A clause for a test\n", b"", "the title is missing"),
        (b"## purpose\n\nTo test.\n", b"## purpose\n", "block 'purpose' is empty"),
    ],
)
def test_a_wrong_text_is_refused_in_words(
    library_files: dict[str, bytes], old: bytes, new: bytes, message: str
) -> None:
    assert old in TEXT
    problems = with_clause(library_files, text=TEXT.replace(old, new))
    assert any(message in p.message for p in problems), [p.message for p in problems]


def test_circular_defeat_and_ties_are_errors_when_the_library_loads(library_files: dict[str, bytes]) -> None:
    other = CLAUSE.replace("test-clause", "test-other")
    files = {
        **library_files,
        f"{CLAUSE}/clause.yaml": YAML + b"supersedes: [test-other]\n", f"{CLAUSE}/en.md": TEXT,
        f"{other}/clause.yaml": YAML + b"supersedes: [test-clause]\n", f"{other}/en.md": TEXT,
    }  # fmt: skip
    _, problems = load(files)
    assert any("circular defeat: test-clause → test-other → test-clause" in p.message for p in problems)
    files[f"{CLAUSE}/clause.yaml"] = YAML + b"excludes: [test-other]\n"
    files[f"{other}/clause.yaml"] = YAML
    _, problems = load(files)
    assert any("neither rank nor date decides" in p.message for p in problems)


def test_a_narrow_clause_cannot_defeat_a_wide_one(library_files: dict[str, bytes]) -> None:
    wide = next(
        p.split("/")[2]
        for p, d in library_files.items()
        if p.endswith("clause.yaml") and b"scope: country" in d and b"guidelines" in d
    )
    yaml = YAML.replace(b"scope: country", b"scope: system") + f"supersedes: [{wide}]\n".encode()
    assert any("half a clause cannot go" in p.message for p in with_clause(library_files, yaml))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("The agency shall keep a list. It must be short.", "'must' stands in the block 'shall'"),
        ("The agency shall keep a list and shall publish it.", "two duties in one sentence"),
        ("The agency keeps a list.", "lays down nothing with 'shall'"),
        ("The agency shall keep a list, notes, etc. and more.", "'etc.' is not used"),
        ("The agency shall " + "keep it " * 25 + "safe.", "a sentence has"),
        ("The minister shall keep a list.", "the duty lies on the minister"),
        ("The agency shall mind its frobnicator.", "'frobnicator' is a term of art without a definition"),
    ],
)
def test_the_rules_of_drafting_can_fail(library_files: dict[str, bytes], text: str, message: str) -> None:
    wording = TEXT.replace(b"The agency shall keep one list of all its clauses.", text.encode())
    library, problems = load({**library_files, f"{CLAUSE}/clause.yaml": YAML, f"{CLAUSE}/en.md": wording})
    assert library is not None, problems
    usage, _ = usage_of(library_files)
    faults = check_texts(library, Usage(usage.avoid, (*usage.terms_of_art, "frobnicator")))
    assert any(message in p.message for p in faults), [p.message for p in faults]


def test_twins_are_found(library_files: dict[str, bytes]) -> None:
    other = CLAUSE.replace("test-clause", "test-twin")
    files = {**library_files}
    for folder in (CLAUSE, other):
        files |= {f"{folder}/clause.yaml": YAML, f"{folder}/en.md": TEXT}
    library, _ = load(files)
    assert library is not None
    assert any("says nearly the same as 'test-twin'" in p.message for p in check_texts(library, Usage({}, ())))


def test_sentences_are_cut_at_stops_and_points() -> None:
    found = list(sentences("The agency shall act. It shall stop:\n\n1. at once;\n2. in full."))
    assert found == ["The agency shall act.", "It shall stop:", "at once;", "in full."]


def test_texts_know_the_lines_of_their_blocks() -> None:
    text, problems = read_text(TEXT, "en.md")
    assert text is not None and not problems
    assert text.title == "A clause for a test"
    assert text.lines == {"shall": 3, "purpose": 7}


def test_a_national_overlay_adds_and_replaces_whole_clauses(library: Library) -> None:
    files = {f"{CLAUSE}/clause.yaml": YAML, f"{CLAUSE}/en.md": TEXT}
    laid, problems = overlaid(library, files)
    assert laid is not None and not problems
    assert laid.clauses["test-clause"][0].national
    assert "test-clause" not in library.clauses
    assert any(k.startswith("national/") for k in laid.files)


def test_a_clause_s_state_is_chosen_by_date(library: Library) -> None:
    many = [(i, s) for i, s in library.clauses.items() if len(s) > 1]
    assert many, "the library should hold a clause whose wording follows a law"
    clause_id, states = many[0]
    assert clause_at(library, clause_id, states[0].valid_from) is states[0]
    assert clause_at(library, clause_id, states[-1].valid_from) is states[-1]
    assert clause_at(library, clause_id, "1900-01-01") is None


def test_findings_read_only_what_comes_before_them(library: Library) -> None:
    seen = set(library.questions)
    for rule in library.rules:
        assert set(reads(rule)) <= seen, rule.ref
        seen.add(rule.ref)


def test_shared_scales_are_equal_wherever_they_are_written(library: Library) -> None:
    severities = {q.scale.codes() for r, q in library.questions.items() if r.endswith("_severity") and q.scale}
    assert len(severities) == 1


def test_strengths_rise_only(library: Library) -> None:
    for states in library.clauses.values():
        for clause in states:
            for e in clause.escalate:
                assert clause.strength and STRENGTHS.index(e.to) > STRENGTHS.index(clause.strength)


def test_ids_fit_word_and_have_no_colliding_marks(library: Library) -> None:
    from pipeline.word import anchors

    names = [f"clause:{i}" for i in library.clauses]
    assert all(len(i) <= 56 for i in library.clauses)
    assert not anchors.collisions(names)


def test_loading_is_the_same_whatever_the_order_of_files(library_files: dict[str, bytes], library: Library) -> None:
    shuffled = dict(reversed(list(library_files.items())))
    again, _ = load(shuffled)
    assert again is not None
    assert list(again.clauses) == list(library.clauses)
    assert [r.ref for r in again.rules] == [r.ref for r in library.rules]
    assert check(again) == []
