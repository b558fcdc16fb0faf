"""A country folder: what is read, and that every fault is told with its place and a repair."""

from __future__ import annotations

import csv
import difflib
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_samples import COUNTRY, PROFILE, STATES, faults, folder, library

from pipeline.intake import codes
from pipeline.intake.answers import read_answers, scale_of
from pipeline.intake.folder import read
from pipeline.intake.forms import yaml_form
from pipeline.intake.layout import fit, slug_of
from pipeline.intake.writing import Flow, dump
from pipeline.model.assessment import answers_of
from pipeline.model.problem import Problem
from pipeline.model.question import SUBJECTS
from pipeline.source.text import FORBIDDEN
from pipeline.source.tree import at, parse

RISK = b"format: 1\nname: Plate reader\nanswers:\n"


def country(*lines: str) -> dict[str, bytes]:
    """Return a folder that holds only country.yaml, with further lines."""
    return {"country.yaml": COUNTRY + "\n".join(lines).encode() + b"\n"}


def only(files: dict[str, bytes], code: str) -> Problem:
    """Return the one problem of a folder, which has the code given."""
    _, problems = read(files, library())
    assert [p.code for p in problems] == [code], "\n".join(map(str, problems))
    return problems[0]


def test_smallest_folder_is_an_assessment_with_nothing_answered() -> None:
    found, problems = read({"country.yaml": COUNTRY}, library())
    assert problems == []
    assert found is not None
    assert (found.name, found.packs, found.languages, found.as_of) == (
        "Republic of Norland",
        ("eu",),
        ("en",),
        "",
    )
    assert found.answers == {}
    assert found.agencies == ()
    assert found.decisions == ()
    assert found.since == {}
    assert found.files == {"country.yaml": hashlib.sha256(COUNTRY).hexdigest()}


def test_every_part_of_a_folder_arrives() -> None:
    files = country("since: {member_eu: 2004-05-01}", "answers: {member_eu: yes}", "law: {evidence: {title: Code}}")
    files["agencies/police/profile.yaml"] = PROFILE + b"answers: {kind: national_police}\n"
    files["agencies/police/readiness.yaml"] = b"format: 1\nanswers: {process_inventory: level_2}\n"
    files["agencies/police/systems/plates/risk.yaml"] = RISK + b"  use: {value: plate_recognition, source: register}\n"
    found, problems = read(files, library())
    assert problems == []
    assert found is not None
    agency = found.agencies[0]
    assert agency.answers["agency.name"].value == "Norland National Police"
    assert agency.answers["agency.process_inventory"].value == "level_2"
    assert answers_of(found, "police/plates")["system.use"].source == "register"
    assert agency.systems[0].key == "police/plates"
    assert agency.systems[0].name == "Plate reader"
    assert found.since == {"country.member_eu": "2004-05-01"}
    assert found.law["evidence"].title == "Code"
    assert sorted(found.files) == sorted(files)


def test_no_country_file_is_named_as_missing() -> None:
    problem = only({"agencies/police/profile.yaml": PROFILE}, codes.MISSING_FILE)
    assert problem.place.file == "country.yaml"
    assert "start" in problem.fix


def test_all_faults_come_at_once_and_each_has_a_place_and_a_repair() -> None:
    files = country(
        "as_of: 2026-02-30",
        "colour: red",
        "law: {police: {title: x}}",
        "answers: {member_eu: maybe, memberr_coe: yes, legal_form: [policy]}",
    )
    files["agencies/police/profile.yaml"] = b"format: 1\nname: P\nanswers: {kind: nationl_police, staff_number: many}\n"
    _, problems = read(files, library())
    found = {p.code for p in problems}
    assert {codes.SHAPE, codes.DATE, codes.NAME, codes.CODE, codes.QUESTION, codes.KIND} <= found
    assert all(p.place.line > 0 and p.fix for p in problems)
    assert sum(p.code == codes.CODE for p in problems) == 2


@pytest.mark.parametrize(
    ("answers", "code", "hint"),
    [
        ("{legal_from: policy}", codes.QUESTION, "legal_form"),
        ("{country.member_eu: yes}", codes.QUESTION, "subject twice"),
        ("{use: plate_recognition}", codes.QUESTION, "about the system"),
        ("{legal_form: polcy}", codes.CODE, "policy"),
        ("{legal_form: Policy without legal force}", codes.CODE, "label of 'policy'"),
        ("{legal_form: level_3}", codes.CODE, "not an answer"),
        ("{legal_form: {value: {a: b}}}", codes.KIND, "keys of its own"),
        ("{legal_form: {value: policy, sorce: x}}", codes.SHAPE, "source"),
        ("{legal_form: {members: {policy: yes}}}", codes.KIND, "sets only"),
        ("[policy]", codes.KIND, "keys with answers"),
        ("{ministry_name: " + "x" * 2001 + "}", codes.TEXT, "2,001"),
        ('{ministry_name: "a\\u202Eb"}', codes.TEXT, "RIGHT-TO-LEFT OVERRIDE"),
    ],
)
def test_a_wrong_answer_is_told_with_a_hint(answers: str, code: str, hint: str) -> None:
    problem = only(country(f"answers: {answers}"), code)
    assert hint in problem.message
    assert problem.place.line == 4


def test_findings_cannot_be_given_as_answers() -> None:
    name = next(r for r in library().variables if r.startswith("country.") and r not in library().questions)
    assert "finding" in only(country(f"answers: {{{name.partition('.')[2]}: yes}}"), codes.QUESTION).message


def test_a_set_is_complete_as_a_list_and_partial_as_members() -> None:
    def answer(text: str):  # type: ignore[no-untyped-def]
        tree, _ = parse(f"data_source: {text}".encode(), "f", "X")
        found, problems = read_answers(tree, "system", library())
        return found.get("system.data_source"), problems

    complete, problems = answer("[own_records]")
    assert problems == []
    assert complete.members["own_records"] is True
    assert complete.members["commercial"] is False
    assert set(complete.members) == set(scale_of(library().questions["system.data_source"]).codes())
    partial, problems = answer('{members: {own_records: "yes", commercial: "no"}, source: contract}')
    assert problems == []
    assert partial.members == {"own_records": True, "commercial": False}
    assert partial.source == "contract"
    assert answer("not_applicable")[0].value == "not_applicable"
    for wrong in (
        "own_records",
        "[own_records, own_records]",
        "[own_recrds]",
        "{members: {own_records: maybe}}",
    ):
        found, problems = answer(wrong)
        assert found is None
        assert len(problems) == 1
        assert problems[0].place.line == 1


@pytest.mark.parametrize("number", ["12,500", "-4", "1e3", "many", "12.5"])
def test_numbers_are_whole_and_in_digits(number: str) -> None:
    files = {
        "country.yaml": COUNTRY,
        "agencies/p/profile.yaml": PROFILE + f'answers: {{staff_number: "{number}"}}'.encode(),
    }
    assert only(files, codes.KIND).field == "answers.staff_number"


def test_withheld_and_not_applicable_are_known_everywhere_and_blank_is_absent() -> None:
    found, problems = read(
        country("answers:", "  member_eu: withheld", "  legal_form: not_applicable", "  member_coe:"),
        library(),
    )
    assert problems == []
    assert found is not None
    assert found.answers["country.member_eu"].value == "withheld"
    assert "country.member_coe" not in found.answers


def test_an_answer_whose_question_does_not_arise_is_a_warning() -> None:
    files = {"country.yaml": COUNTRY, "agencies/p/profile.yaml": PROFILE}
    files["agencies/p/systems/s/risk.yaml"] = RISK + b"  personal_data: no\n  dpia: yes\n"
    found, problems = read(files, library())
    assert found is not None
    assert [p.code for p in problems] == [codes.RELEVANCE]
    assert problems[0].warning
    assert "system.personal_data is yes" in problems[0].message
    assert problems[0].place.line == 5
    files["agencies/p/systems/s/risk.yaml"] = RISK + b"  dpia: yes\n"
    assert read(files, library())[1] == [], "an open relevance is no reason to warn"


@pytest.mark.parametrize("slug", ["Big One", "con", "country", "-x", "ä", "a_b", "x" * 64])
def test_unfit_folder_names_are_refused_with_a_better_one(slug: str) -> None:
    problem = only({"country.yaml": COUNTRY, f"agencies/{slug}/profile.yaml": PROFILE}, codes.PATH)
    better = problem.fix.split("'")[1]
    assert fit(better)


def test_stray_files_are_warned_of_and_quiet_ones_are_not() -> None:
    files = country()
    files |= {"decision.yaml": b"", "agencies/p/profil.yaml": b"", "agencies/p/profile.yaml": PROFILE}
    files |= {"clauses/x/clause.yaml": b"\xff", ".DS_Store": b"", "~$first.xlsx": b"", "README.md": b""}
    found, problems = read(files, library())
    assert found is not None
    assert all(p.warning for p in problems)
    assert {p.place.file: p.message.rpartition("'")[0].rpartition("'")[2] for p in problems} == {
        "decision.yaml": "decisions.yaml",
        "agencies/p/profil.yaml": "profile.yaml",
    }


def test_an_agency_needs_a_name() -> None:
    files = {"country.yaml": COUNTRY, "agencies/p/readiness.yaml": b"format: 1\n"}
    assert only(files, codes.MISSING_FILE).place.file == "agencies/p/profile.yaml"


def test_the_name_is_given_once_or_alike() -> None:
    files = {"country.yaml": COUNTRY, "agencies/p/profile.yaml": PROFILE + b"answers: {name: Other Police}\n"}
    problem = only(files, codes.DIFFERENT)
    assert "Norland National Police" in problem.message
    assert "Other Police" in problem.message
    assert "agencies/p/profile.yaml:3" in problem.message


def test_law_dates_must_exist_and_be_in_order() -> None:
    problem = only(country("law: {evidence: {title: Code, from: 2020-01-01, until: 2019-12-31}}"), codes.DATE)
    assert problem.field == "law.evidence.until"
    assert only(country("law: {evidence: {title: Code, from: 2023-02-29}}"), codes.DATE).field == "law.evidence.from"
    assert "police_act" in only(country("law: {police: {title: x}}"), codes.NAME).message
    assert read(country("law: {evidence: {title: Code, from: 2020-05-01, until: 2020}}"), library())[1] == []


def test_since_belongs_to_memberships_and_treaties_that_hold() -> None:
    assert "party_iccpr" in only(country("since: {party_icpr: 1990}"), codes.QUESTION).message
    problem = only(country("since: {party_iccpr: 1990}", "answers: {party_iccpr: no}"), codes.TOGETHER)
    assert "country.yaml:5" in problem.message
    assert problem.place.line == 4


def test_packs_languages_and_numbering_are_known_and_listed_once() -> None:
    files = {
        "country.yaml": b"format: 1\nname: N\npacks: [eu, eu, uu]\nlanguages: [en, en]\nform: {numbering: decimals}\n"
    }
    _, problems = read(files, library())
    assert [p.code for p in problems] == [codes.NAME] * 4
    assert "did you mean" in problems[-1].message


def test_a_running_system_against_the_countrys_position_is_a_warning() -> None:
    files = country("answers: {use_plate_recognition: prohibited}")
    files["agencies/p/profile.yaml"] = PROFILE
    files["agencies/p/systems/s/risk.yaml"] = RISK + b"  use: plate_recognition\n  stage: operation_and_monitoring\n"
    found, problems = read(files, library())
    assert found is not None
    assert [p.code for p in problems] == [codes.TOGETHER]
    assert problems[0].warning
    files["agencies/p/systems/s/risk.yaml"] = RISK + b"  use: plate_recognition\n  stage: retirement\n"
    assert read(files, library())[1] == []


DECISION = "owner: Legal adviser, date: 2026-10-01, reason: because"


@pytest.mark.parametrize(
    ("decision", "code", "hint"),
    [
        ("{choose: log_retentin, value: one_year, " + DECISION + "}", codes.NAME, "log_retention"),
        ("{choose: log_retention, value: one_yaer, " + DECISION + "}", codes.CODE, "one_year"),
        ("{choose: log_retention, " + DECISION + "}", codes.SHAPE, "not what was chosen"),
        ("{leave_out: no-such-clause, " + DECISION + "}", codes.NAME, "no clause"),
        ("{waive: country.party_icpr, " + DECISION + "}", codes.NAME, "country.party_iccpr"),
        ("{waive: country.party_crc, value: x, " + DECISION + "}", codes.KIND, "no meaning"),
        ("{" + DECISION + "}", codes.SHAPE, "nothing that is decided"),
        ("{waive: country.party_crc, choose: log_retention, " + DECISION + "}", codes.SHAPE, "at once"),
        ("{waive: country.party_crc, owner: x, date: 2026-02-30, reason: y}", codes.DATE, "2026-02-30"),
        ("{waive: country.party_crc, owner: x, date: 2026-02-03}", codes.SHAPE, "'reason' is missing"),
    ],
)
def test_decisions_name_what_exists_and_say_who_when_and_why(decision: str, code: str, hint: str) -> None:
    files = {"country.yaml": COUNTRY, "decisions.yaml": f"format: 1\ndecisions:\n  - {decision}\n".encode()}
    problem = only(files, code)
    assert hint in problem.message
    assert problem.place.line == 3


def test_a_point_is_decided_once() -> None:
    one = "  - {choose: log_retention, value: one_year, " + DECISION + "}\n"
    files = {"country.yaml": COUNTRY, "decisions.yaml": f"format: 1\ndecisions:\n{one}{one}".encode()}
    assert "decisions.yaml:3" in only(files, codes.REPEATED).message


@pytest.mark.parametrize("name", ["norland", "tembala", "us-federal"])
def test_examples_are_read_without_a_word(name: str) -> None:
    found, problems = read(folder(name), library(clauses=True))
    assert problems == []
    assert found is not None
    assert found.fictional is (name != "us-federal")
    assert bool(found.demonstration) is (name == "us-federal")


def test_norland_is_rich_and_leaves_a_little_open() -> None:
    found, _ = read(folder("norland"), library(clauses=True))
    assert found is not None
    assert [len(a.systems) for a in found.agencies] == [1, 5]
    practices = [r for r, q in library().questions.items() if q.questionnaire == "readiness"]
    for agency in found.agencies:
        share = sum(r in agency.answers for r in practices) / len(practices)
        assert 0.85 <= share < 1
    values = [a.value for g in found.agencies for s in g.systems for a in s.answers.values()]
    assert "withheld" in values
    assert "not_applicable" in values
    assert {d.kind for d in found.decisions} == {"leave_out", "choose", "waive"}
    assert 0 < len(found.law) < 12


def test_tembala_has_no_system_and_a_position_on_every_use() -> None:
    found, _ = read(folder("tembala"), library(clauses=True))
    assert found is not None
    assert all(a.systems == () for a in found.agencies)
    uses = {r: found.answers.get(r) for r in library().questions if r.startswith("country.use_")}
    assert all(a is not None and a.value in ("planned", "regulated", "prohibited") for a in uses.values())


@pytest.mark.skipif(not STATES.exists(), reason="the table of states is not beside the checkout")
def test_invented_states_sound_like_no_real_one() -> None:
    with STATES.open(encoding="utf-8", newline="") as stream:
        real = [row["name_un"].casefold() for row in csv.DictReader(stream)]
    for name in ("norland", "tembala"):
        assert name not in real
        assert not difflib.get_close_matches(name, real, n=1, cutoff=0.8)


@pytest.mark.parametrize("name", ["country", "agency", "readiness", "risk"])
def test_a_blank_yaml_form_is_valid_and_answers_nothing(name: str) -> None:
    sheet = library().questionnaires[name]
    form = yaml_form(sheet, "en")
    tree, problems = parse(form.encode(), "form.yaml", "X")
    assert problems == []
    assert tree is not None
    answers, problems = read_answers(at(tree, ("answers",)), sheet.subject, library())
    assert (answers, problems) == ({}, [])
    for question in sheet.questions:
        assert f"# {question.ref.partition('.')[2]}:" in form
        assert all(f"{v.code}" in form for v in (question.scale.values if question.scale else ()))
    assert max(len(line) for line in form.split("\n")) <= 100


def test_an_uncommented_line_of_the_form_is_an_answer() -> None:
    form = yaml_form(library().questionnaires["agency"], "en")
    files = {"country.yaml": COUNTRY}
    filled = form.replace("# name:", "name: Norland National Police").replace("  # tier:", "  tier: national")
    files["agencies/p/profile.yaml"] = filled.encode()
    found, problems = read(files, library())
    assert problems == []
    assert found is not None
    assert found.agencies[0].answers["agency.tier"].value == "national"


@st.composite
def answer_sets(draw: st.DrawFn) -> tuple[str, dict[str, str | Flow]]:
    """Draw a subject and answers by code to some of its questions."""
    subject = draw(st.sampled_from(SUBJECTS))
    coded = [q for r, q in library().questions.items() if r.startswith(f"{subject}.") and q.scale is not None]
    chosen = draw(st.lists(st.sampled_from(coded), unique_by=lambda q: q.ref, max_size=12))
    answers: dict[str, str | Flow] = {}
    for question in chosen:
        known = question.scale.codes() if question.scale else ()
        key = question.ref.partition(".")[2]
        if question.type == "set":
            answers[key] = Flow(tuple(draw(st.lists(st.sampled_from(known), unique=True, min_size=1))))
        else:
            answers[key] = draw(st.sampled_from((*known, "withheld", "not_applicable")))
    return subject, answers


@settings(max_examples=60, deadline=None)
@given(answer_sets())
def test_codes_written_are_codes_read(drawn: tuple[str, dict[str, str | Flow]]) -> None:
    subject, answers = drawn
    tree, problems = parse(dump({"answers": dict(answers)}), "f.yaml", "X")
    assert problems == []
    assert tree is not None
    found, problems = read_answers(at(tree, ("answers",)), subject, library())  # type: ignore[arg-type]
    assert problems == []
    back = {
        ref.partition(".")[2]: a.value if a.members is None else frozenset(m for m, known in a.members.items() if known)
        for ref, a in found.items()
    }
    assert back == {k: frozenset(v.value) if isinstance(v, Flow) else v for k, v in answers.items()}


allowed = st.text(st.characters(codec="utf-8"), max_size=60).filter(lambda t: not FORBIDDEN.search(t))


@settings(max_examples=150, deadline=None)
@given(allowed)
def test_any_allowed_text_survives_writing_and_reading(text: str) -> None:
    tree, problems = parse(dump({"name": text, "other": "x"}), "f.yaml", "X")
    assert problems == []
    assert tree is not None
    node = at(tree, ("name",))
    assert (node.text if node else "") == text  # type: ignore[union-attr]


@given(st.text(max_size=200))
def test_every_name_has_a_slug_that_can_be_a_folder(name: str) -> None:
    assert fit(slug_of(name))
    assert len(slug_of(name)) <= 50


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["country.yaml", "decisions.yaml", "agencies/p/profile.yaml", "a.xlsx"]),
        st.binary(max_size=80),
    )
)
def test_no_bytes_whatever_raise(files: dict[str, bytes]) -> None:
    found, problems = read(files, library())
    assert found is not None or faults(problems)
