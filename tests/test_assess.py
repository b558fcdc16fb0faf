"""Findings: closed forms, reasons, and nothing read as low that was not rated."""

from __future__ import annotations

from dataclasses import replace

import pytest
from countries import AS_OF, country, system
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.assess.binding import in_force
from pipeline.assess.findings import assess
from pipeline.model.assessment import COUNTRY
from pipeline.model.finding import Findings
from pipeline.model.library import Library

LEVELS = ("low", "moderate", "high", "very_high")


def drawn(library: Library, **parts: object) -> Findings:
    return assess(country(**parts), library, AS_OF)[0]  # type: ignore[arg-type]


def test_an_unrated_system_has_no_level_at_all(library: Library) -> None:
    found = drawn(library, systems=[system()])
    assert found.value("police/one", "system.risk") is None
    assert found.value("police/one", "system.privacy_risk") is None
    finding = found.get("police/one", "system.risk")
    assert finding is not None and len(finding.asks) == 34


def test_one_high_principle_settles_at_least_high_and_keeps_the_rest_open(library: Library) -> None:
    found = drawn(library, systems=[system(privacy_likelihood="likely", privacy_severity="grave")])
    finding = found.get("police/one", "system.risk")
    assert finding is not None and finding.value in (None, "very_high")
    assert (finding.possible or ("very_high",))[0] in ("high", "very_high")
    privacy = found.get("police/one", "system.privacy_risk")
    assert privacy is not None and {leaf.test.ref for leaf in privacy.because} == {
        "system.privacy_likelihood", "system.privacy_severity",
    }  # fmt: skip


def test_severity_alone_can_fire(library: Library) -> None:
    found = drawn(library, systems=[system(equality_severity="grave")])
    assert found.value("police/one", "system.grave_harm") == "yes"
    assert found.value("police/one", "system.equality_risk") in (None, "high", "very_high")
    finding = found.get("police/one", "system.equality_risk")
    assert finding is not None and "low" not in finding.possible


def test_readiness_is_the_weakest_practice_and_says_at_most_while_answers_are_missing(library: Library) -> None:
    found = drawn(library, agency={"culture_vision": "level_2"})
    finding = found.get("police", "agency.readiness_culture")
    assert finding is not None and finding.value is None
    assert finding.possible == ("level_1", "level_2")


def test_withheld_answers_are_unknown_and_never_asked_again(library: Library) -> None:
    found = drawn(library, systems=[system(privacy_likelihood="withheld", privacy_severity="grave")])
    finding = found.get("police/one", "system.privacy_risk")
    assert finding is not None and finding.value is None
    assert ("system.privacy_likelihood", "police/one") not in finding.asks


def test_a_question_that_is_not_relevant_reads_as_not_applicable(library: Library) -> None:
    question = next(q for q in library.questions.values() if q.relevant is not None and q.ref.startswith("system."))
    _, readings = assess(country(systems=[system(personal_data="no")]), library, AS_OF)
    relevant = [
        q for q in library.questions.values() if q.relevant is not None and "personal_data is yes" in str(q.relevant)
    ]
    assert question.relevant is not None
    assert relevant
    assert readings.reading(relevant[0].ref, "police/one").value == "not_applicable"


def test_some_and_every_count_over_systems(library: Library) -> None:
    both = [system("one", use="live_face_recognition"), system("two", use="plate_recognition")]
    found = drawn(library, systems=both)
    assert found.value("police", "agency.uses_live_face_recognition") == "yes"
    assert found.value("police", "agency.uses_individual_risk_assessment") == "no"
    assert drawn(library).value("police", "agency.uses_live_face_recognition") == "no"


def test_what_binds_follows_memberships_and_dates(library: Library) -> None:
    eu = drawn(library, country={"member_eu": "yes"}, packs=("eu",))
    law = eu.get(COUNTRY, "country.bound_by")
    assert law is not None and law.members is not None
    assert law.members["EU-AIA"] is True
    assert "ICCPR" not in law.members and law.member_asks["ICCPR"] == (("country.party_iccpr", COUNTRY),)
    assert law.members.get("COE-225") is False
    none = drawn(library, country={"member_eu": "no"}, packs=("eu",)).get(COUNTRY, "country.bound_by")
    assert none is not None and none.members is not None and none.members["EU-AIA"] is False


def test_law_not_yet_in_force_does_not_bind(library: Library) -> None:
    act = library.instruments["EU-AIA"]
    assert in_force(act, "2024-08-01") and not in_force(act, "2024-07-31")
    assert not in_force(library.instruments["COE-225"], "2030-01-01")
    assert not in_force(replace(act, until="2026-01-01"), "2026-01-01")


def test_expected_uses_are_those_without_a_system(library: Library) -> None:
    found = drawn(
        library, country={"use_plate_recognition": "in_use", "use_drone_analytics": "regulated", "use_public_chatbot": "prohibited"},
        systems=[system(use="plate_recognition")],
    )  # fmt: skip
    assert found.prospective == ("drone_analytics",)


@pytest.mark.parametrize("likelihood", ["rare", "possible", "likely", "almost_certain"])
def test_risk_never_falls_as_severity_rises(library: Library, likelihood: str) -> None:
    ranks = []
    for severity in ("negligible", "limited", "serious", "grave"):
        found = drawn(library, systems=[system(privacy_likelihood=likelihood, privacy_severity=severity)])
        ranks.append(LEVELS.index(found.value("police/one", "system.privacy_risk") or ""))
    assert ranks == sorted(ranks)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_known_findings_stay_when_more_is_answered(library: Library, data: st.DataObject) -> None:
    asked = [q for q in library.questions.values() if q.ref.startswith("system.") and q.type in ("choice", "scale")]
    picked = data.draw(st.lists(st.sampled_from(asked), min_size=4, max_size=14, unique_by=lambda q: q.ref))
    answers = {q.ref.partition(".")[2]: data.draw(st.sampled_from(q.scale.codes())) for q in picked if q.scale}
    part = dict(list(answers.items())[: len(answers) // 2])
    early = drawn(library, systems=[system(**part)]).by_subject["police/one"]
    late = drawn(library, systems=[system(**answers)]).by_subject["police/one"]
    relevance = {q.ref for q in library.questions.values() if q.relevant is not None}
    unasked = {f"system.{k}" for k in answers} & relevance
    if not unasked:
        for ref, finding in early.items():
            if finding.value is not None:
                assert late[ref].value == finding.value, ref
