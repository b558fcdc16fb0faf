"""Selection: cases, precedence, strength, what is kept and held, and what settles it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from countries import AS_OF, HERE, answer, country, system
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.assess.findings import assess
from pipeline.assess.readings import PROSPECTIVE
from pipeline.library.load import load
from pipeline.model.assessment import COUNTRY, Agency, Assessment, Decision, System
from pipeline.model.library import Library
from pipeline.model.selection import ClauseDecision, Selection
from pipeline.select.selection import select

FOLDER = "clauses/governance/{}/2025-01-01"
TEXTS = b"# T\n\n## shall\n\nThe agency shall act.\n\n## should\n\nThe agency should act.\n\n## may\n\nThe agency may act.\n"


def decided(assessment: Assessment, library: Library, as_of: str = AS_OF) -> Selection:
    findings, readings = assess(assessment, library, as_of)
    return select(assessment, library, findings, readings, as_of)


@pytest.fixture(scope="session")
def bare(library_files: dict[str, bytes]) -> dict[str, bytes]:
    """The library's files without clauses."""
    keep = ("clauses/instruments", "clauses/packs", "clauses/glossary", "intake", "templates")
    return {p: d for p, d in library_files.items() if p.startswith(keep)}


def made(bare: Mapping[str, bytes], **clauses: str) -> Library:
    """A library of small clauses: name to the lines of its clause.yaml that differ from the plain one."""
    files = dict(bare)
    for name, lines in clauses.items():
        given_ = dict(line.split(": ", 1) for line in lines.split("; ") if line)
        plain = {
            "kind": "norm", "documents": "[guidelines]", "scope": "country", "topic": "governance-bodies",
            "stance": "require", "strength": "should", "bearer": "agency", **given_,
        }  # fmt: skip
        folder = FOLDER.format(name.replace("_", "-"))
        files[f"{folder}/clause.yaml"] = "".join(f"{k}: {v}\n" for k, v in plain.items()).encode()
        files[f"{folder}/en.md"] = TEXTS
    library, problems = load(files, checked=False)
    assert library is not None, "\n".join(map(str, problems))
    return library


def one(selection: Selection, name: str) -> ClauseDecision:
    return selection.decisions[name]


def test_a_clause_without_condition_is_always_in(bare: dict[str, bytes]) -> None:
    decision = one(decided(country(), made(bare, plain="")), "plain")
    assert (decision.status, decision.ground, decision.printed) == ("in", "always", True)
    assert decision.strengths == (("should", (COUNTRY,)),)


def test_open_safeguards_are_kept_and_open_permissions_are_held(bare: dict[str, bytes]) -> None:
    library = made(
        bare, guard="when: country.federal_structure is yes",
        leave="when: country.federal_structure is yes; stance: permit; strength: may; if_open: hold",
    )  # fmt: skip
    selection = decided(country(), library)
    assert (one(selection, "guard").status, one(selection, "guard").printed) == ("open", True)
    assert (one(selection, "leave").status, one(selection, "leave").printed) == ("open", False)
    assert one(selection, "guard").asks == (("country.federal_structure", COUNTRY),)
    assert selection.ask_next[0] == (("country.federal_structure", COUNTRY), ("guard", "leave"))


def test_withheld_answers_let_the_clause_s_own_rule_decide(bare: dict[str, bytes]) -> None:
    library = made(
        bare, guard="when: country.federal_structure is yes",
        leave="when: country.federal_structure is yes; stance: permit; strength: may; if_open: hold",
    )  # fmt: skip
    selection = decided(country(country={"federal_structure": "withheld"}), library)
    assert (one(selection, "guard").status, one(selection, "guard").ground) == ("in", "withheld")
    assert one(selection, "leave").status == "out"
    assert selection.ask_next == ()


def test_a_special_clause_takes_the_general_one_s_place_only_when_it_is_in(bare: dict[str, bytes]) -> None:
    library = made(bare, general="", special="when: country.member_eu is yes; supersedes: [general]")
    eu = decided(country(country={"member_eu": "yes"}), library)
    assert (one(eu, "special").status, one(eu, "general").status) == ("in", "out")
    assert one(eu, "general").ground == "superseded"
    assert "“T”" in one(eu, "general").reason
    other = decided(country(country={"member_eu": "no"}), library)
    assert (one(other, "special").status, one(other, "general").status) == ("out", "in")
    unknown = decided(country(), library)
    assert one(unknown, "general").printed and not one(unknown, "special").printed
    assert one(unknown, "general").asks == (("country.member_eu", COUNTRY),)


def test_rank_of_the_law_cited_decides_between_clauses_that_exclude_each_other(bare: dict[str, bytes]) -> None:
    library = made(bare, low="cites: ['UDHR 12']; excludes: [high]", high="cites: ['ICCPR 17']")
    selection = decided(country(), library)
    assert (one(selection, "low").status, one(selection, "low").ground) == ("out", "excluded")
    assert one(selection, "high").status == "in"


def test_what_a_clause_requires_comes_in_with_it(bare: dict[str, bytes]) -> None:
    library = made(
        bare, first="when: country.member_eu is yes; requires: [second]", second="when: country.member_au is yes"
    )
    selection = decided(country(country={"member_eu": "yes", "member_au": "no"}), library)
    assert (one(selection, "second").status, one(selection, "second").ground) == ("in", "required")
    assert "“T”" in one(selection, "second").reason
    neither = decided(country(country={"member_eu": "no", "member_au": "no"}), library)
    assert one(neither, "second").status == "out"


def test_strength_rises_with_risk_and_the_stricter_is_printed_while_open(bare: dict[str, bytes]) -> None:
    library = made(bare, rise="scope: system; escalate: [{to: shall, when: system.privacy_risk is at least high}]")
    grave = system("grave", privacy_likelihood="likely", privacy_severity="grave")
    mild = system("mild", privacy_likelihood="rare", privacy_severity="negligible")
    blank = system("blank")
    settled = {f"use_{u}": "out_of_scope" for u in uses(library)}
    selection = decided(country(country=settled, systems=[grave, mild]), library)
    assert one(selection, "rise").strengths == (("shall", ("police/grave",)), ("should", ("police/mild",)))
    assert one(selection, "rise").asks == ()
    unknown = one(decided(country(country=settled, systems=[blank]), library), "rise")
    assert unknown.strengths == (("shall", ("police/blank",)),)
    assert {ref for ref, _ in unknown.asks} == {"system.privacy_likelihood", "system.privacy_severity"}


def uses(library: Library) -> list[str]:
    return [r.removeprefix("country.use_") for r in library.questions if r.startswith("country.use_")]


def test_a_use_to_be_regulated_keeps_its_safeguards_without_any_system(bare: dict[str, bytes]) -> None:
    library = made(
        bare, guard="scope: system; when: system.personal_data is yes; escalate: [{to: shall, when: system.risk is at least high}]",
        leave="scope: system; stance: permit; strength: may; if_open: hold; when: system.personal_data is no",
    )  # fmt: skip
    answers = {f"use_{u}": "out_of_scope" for u in uses(library)} | {"use_drone_analytics": "regulated"}
    selection = decided(country(country=answers), library)
    guard = one(selection, "guard")
    assert (guard.status, guard.ground) == ("in", "prospective")
    assert guard.strengths == (("shall", (f"{PROSPECTIVE}drone_analytics",)),)
    assert one(selection, "leave").status == "out"
    assert selection.ask_next == ()


def test_a_permission_for_agencies_needs_every_agency(bare: dict[str, bytes]) -> None:
    library = made(
        bare, leave="scope: agency; stance: permit; strength: may; if_open: hold; when: agency.has_legal_service is yes"
    )
    yes, no = ({"agency.has_legal_service": answer(v)} for v in ("yes", "no"))
    both = (Agency("a", "A", yes, ()), Agency("b", "B", yes, ()))
    assert one(decided(country(agencies=both), library), "leave").status == "in"
    mixed = (Agency("a", "A", yes, ()), Agency("b", "B", no, ()))
    assert one(decided(country(agencies=mixed), library), "leave").status == "out"


def test_a_safeguard_for_agencies_needs_only_one(bare: dict[str, bytes]) -> None:
    library = made(bare, guard="scope: agency; when: agency.has_legal_service is no")
    mixed = tuple(Agency(s, s, {"agency.has_legal_service": answer(v)}, ()) for s, v in (("a", "yes"), ("b", "no")))
    decision = one(decided(country(agencies=mixed), library), "guard")
    assert decision.strengths == (("should", ("b",)),)


def test_a_clause_left_out_by_decision_says_so(bare: dict[str, bytes]) -> None:
    decision = Decision("leave_out", "plain", "", "minister", "2026-10-01", "Covered by statute.", HERE)
    out = one(decided(country(decisions=(decision,)), made(bare, plain="")), "plain")
    assert (out.status, out.ground, out.reason) == ("out", "left_out", "Left out by decision of the country.")


def test_a_clause_not_yet_valid_is_out_at_an_earlier_date(library: Library) -> None:
    late = next(i for i, states in library.clauses.items() if states[0].valid_from > "2025-06-01")
    early = decided(country(packs=("eu",), country={"member_eu": "yes"}), library, "2025-03-01")
    assert early.decisions[late].ground == "not_in_force"


def test_the_country_without_any_answer_gets_a_whole_document(library: Library) -> None:
    selection = decided(country(packs=("un", "eu", "au", "us")), library)
    printed = [d for d in selection.decisions.values() if d.printed]
    assert len(printed) > 140
    assert all(d.reason for d in selection.decisions.values())


def test_live_face_recognition_is_in_every_document(library: Library) -> None:
    for disposition in ("in_use", "planned", "regulated", "prohibited", "out_of_scope"):
        selection = decided(country(country={"use_live_face_recognition": disposition}), library)
        topics = {library.clauses[d.clause][-1].topic for d in selection.printed()}
        assert "live-biometrics" in topics, disposition


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_answering_what_an_open_clause_asks_settles_it(library: Library, data: st.DataObject) -> None:
    assessment = country(packs=("eu",), systems=[system(use="plate_recognition")])
    for _ in range(12):
        selection = decided(assessment, library)
        open_ = [d for d in selection.decisions.values() if d.asks]
        if not open_:
            break
        target = data.draw(st.sampled_from(sorted(open_, key=lambda d: d.clause))).clause
        for _ in range(4):  # relevance may ask for a question first, and then for the one behind it
            asks = decided(assessment, library).decisions[target].asks
            if not asks:
                break
            for ref, subject in asks:
                assessment = _answered(assessment, library, ref, subject, data)
        assert not decided(assessment, library).decisions[target].asks, target
        break


def _answered(assessment: Assessment, library: Library, ref: str, subject: str, data: st.DataObject) -> Assessment:
    scale = library.questions[ref].scale
    given_ = answer(data.draw(st.sampled_from(scale.codes())) if scale else "12")
    if subject == COUNTRY:
        return replace(assessment, answers={**assessment.answers, ref: given_})

    def system_with(s: System) -> System:
        return replace(s, answers={**s.answers, ref: given_}) if s.key == subject else s

    agencies = tuple(
        replace(
            a, answers={**a.answers, ref: given_} if a.slug == subject else a.answers,
            systems=tuple(system_with(s) for s in a.systems),
        )
        for a in assessment.agencies
    )  # fmt: skip
    return replace(assessment, agencies=agencies)
