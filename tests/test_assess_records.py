"""What records say of a state at a date: what is known answers, what is not is asked, and the folder comes first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from countries import HERE, country
from intake_samples import ROOT, faults
from intake_samples import library as drawn_on

from pipeline.assess.facts import queries
from pipeline.assess.readings import Readings
from pipeline.assess.records import contradicted, name_of, recorded, stated, unconfirmed
from pipeline.compose.draft import compose
from pipeline.intake import codes
from pipeline.intake.folder import read
from pipeline.library.records import COLUMNS, read_records
from pipeline.library.vocabulary import scale_ranks
from pipeline.model.assessment import Answer, Assessment
from pipeline.model.draft import Table
from pipeline.model.library import Library
from pipeline.model.record import NO_RECORDS
from pipeline.project.country import Country, decide, read_country
from pipeline.project.why import context

DATES = ("2021-01-27", "2025-06-01", "2026-11-23")


def kenya(memberships: str = "", treaties: str = "") -> Library:
    """Return the library with records of one state only, of which these rows are all that is known."""
    rows = {"states": "KE,KEN,Kenya,Africa,x,en,y,,read,S1,\nTV,TUV,Tuvalu,Oceania,x,en,n,,read,S1,\n"}
    rows |= {"memberships": memberships, "treaties": treaties}
    tables = {p: f"{','.join(c)}\n{rows[p.split('/')[-1][:-4]]}".encode() for p, c in COLUMNS.items()}
    records, problems = read_records(tables, drawn_on().instruments)
    assert problems == []
    return replace(drawn_on(), records=records)


def said(library: Library, as_of: str, question: str, state: str = "KE") -> str:
    """Return what the records answer: yes, no, or nothing."""
    found = stated(state, library, as_of).get(f"country.{question}")
    return (found.answer.value or "") if found else ""


def of(state: str, **answers: str) -> Assessment:
    return replace(country(country=answers), state=state)


# What ships


@pytest.mark.parametrize("as_of", DATES)
def test_the_members_are_as_many_as_they_are(as_of: str) -> None:
    known = {"member_un": 193, "member_eu": 27, "member_au": 54, "member_oecd": 38 if as_of > "2021-05-25" else 37}
    known["member_asean"] = 11 if as_of > "2025-10-26" else 10
    known["member_coe"] = 47 if as_of < "2022-03-16" else 46
    known["member_oas"] = 35 if as_of < "2023-11-19" else 34
    known["member_interpol"] = 189 if as_of < "2021-11" else 191
    everyone = [stated(code, drawn_on(), as_of) for code in drawn_on().records.states]
    assert {q: sum(one[f"country.{q}"].answer.value == "yes" for one in everyone) for q in known} == known
    assert {f"country.{q}" for q in known} == {r for r in drawn_on().questions if r.startswith("country.member_")}


def test_russia_left_the_council_of_europe_on_a_day_and_its_convention_on_another() -> None:
    def russia(question: str, as_of: str) -> str:
        return said(drawn_on(), as_of, question, "RU")

    assert [russia("member_coe", d) for d in ("1996-02-27", "1996-02-28", "2022-03-15", "2022-03-16")] == [
        "no", "yes", "yes", "no",
    ]  # fmt: skip
    assert [russia("party_echr", d) for d in ("1998-05-04", "2022-09-15", "2022-09-16")] == ["", "yes", "no"]


def test_what_is_blank_is_asked() -> None:
    for code, rows in drawn_on().records.treaties.items():
        known = {name_of(ref) for ref in stated(code, drawn_on(), "2026-11-23") if "party" in ref}
        assert not known & {row.instrument for row in rows if not row.date}, code
        assert not known & {"COE-108", "UNTOC"}, code
    assert said(drawn_on(), "2026-11-23", "party_achr", "US") == "", "signed, and no more"


@pytest.mark.parametrize("as_of", DATES)
def test_no_declared_fact_speaks_against_the_records(as_of: str) -> None:
    ranks = scale_ranks(drawn_on().variables)
    for code in drawn_on().records.states:
        assessment = recorded(of(code), drawn_on(), as_of)
        readings = Readings(assessment, drawn_on(), ranks)
        assert [str(p) for p in queries(assessment, drawn_on(), readings)] == [], code


def test_each_answer_points_at_its_row() -> None:
    lines = {path: (ROOT / path).read_text("utf-8").split("\n") for path in COLUMNS}
    for code in ("DE", "KE", "RU", "PW", "US"):
        for ref, one in stated(code, drawn_on(), "2026-11-23").items():
            place = one.answer.place
            if place.line:
                row = lines[place.file][place.line - 1]
                assert row.startswith(f"{code},") and (name_of(ref) in row or "states" in place.file), (ref, row)
            else:
                assert one.answer.value == "no" and "not among the members" in one.answer.source
    germany = stated("DE", drawn_on(), "2026-11-23")["country.party_iccpr"]
    assert germany.answer.source == "ratified 1973-12-17; read in another text"
    assert (germany.since, germany.mark) == ("1973-12-17", "other")


# Dates


@pytest.mark.parametrize(
    ("row", "as_of", "answer"),
    [
        ("1994-12-08,", "1994-12-07", "no"),
        ("1994-12-08,", "1994-12-08", "yes"),
        ("1994,", "1993-12-31", "no"),
        ("1994,", "1994-06-01", ""),
        ("1994,", "1995-01-01", "yes"),
        ("1994-12,", "1994-11-30", "no"),
        ("1994-12,", "1994-12-31", ""),
        (",", "2021-01-01", "yes"),
        (",2020-01-31", "2020-01-30", "yes"),
        (",2020-01-31", "2020-01-31", "no"),
        (",2020", "2020-01-31", ""),
        ("1994,1994", "1994-05-05", ""),
        ("1994,2020", "1993-05-05", "no"),
        ("1994,2020", "2021-05-05", "no"),
    ],
)
def test_a_membership_holds_from_its_first_day_to_the_day_before_its_end(row: str, as_of: str, answer: str) -> None:
    assert said(kenya(memberships=f"KE,EU,{row},read,S1,\n"), as_of, "member_eu") == answer


def test_a_state_that_came_back_is_a_member() -> None:
    library = kenya(memberships="KE,EU,1990-01-01,2000-01-01,read,S1,\nKE,EU,2010-01-01,,read,S1,\n")
    assert [said(library, f"{y}-06-01", "member_eu") for y in (1980, 1995, 2005, 2015)] == ["no", "yes", "no", "yes"]


def test_a_list_that_names_nobody_says_nothing() -> None:
    assert said(kenya(), "2026-01-01", "member_eu") == ""
    assert said(kenya(memberships="TV,EU,,,recalled,recalled,\n"), "2026-01-01", "member_eu") == "no"
    assert (
        stated("KE", kenya(memberships="TV,EU,,,recalled,recalled,\n"), "2026-01-01")["country.member_eu"].mark
        == "recalled"
    )
    assert said(kenya(), "2026-01-01", "member_interpol") == "yes"
    assert said(kenya(), "2026-01-01", "member_interpol", "TV") == "no"


@pytest.mark.parametrize(
    ("rows", "as_of", "answer"),
    [
        (["acceded,1972-05-01"], "1972-04-30", ""),
        (["acceded,1972-05-01"], "1972-05-01", "yes"),
        (["signed,1972-05-01"], "2026-01-01", ""),
        (["ratified,1972-05-01", "signed,1973-01-01"], "2026-01-01", "yes"),
        (["ratified,"], "2026-01-01", ""),
        (["ratified,2008"], "2008-12-31", ""),
        (["ratified,2008"], "2009-01-01", "yes"),
        (["ratified,2008-03"], "2008-03-31", ""),
        (["ratified,2008-03"], "2008-04-01", "yes"),
        (["denounced,1999-05-26"], "1999-05-25", ""),
        (["ratified,1991-05-28", "denounced,1999-05-26"], "1999-05-25", "yes"),
        (["ratified,1991-05-28", "denounced,1999-05-26"], "1999-05-26", "no"),
        (["denounced,1999-05-26", "ratified,1991-05-28"], "2020-01-01", "no"),
        (["ratified,1991", "denounced,1999", "acceded,2005-01-01"], "2020-01-01", "yes"),
        (["ratified,1991", "denounced,2020"], "2020-01-01", ""),
        (["ratified,1991", "denounced,"], "2020-01-01", ""),
    ],
)
def test_the_last_act_on_a_treaty_decides(rows: list[str], as_of: str, answer: str) -> None:
    library = kenya(treaties="".join(f"KE,CAT,{row},read,S4,\n" for row in rows))
    assert said(library, as_of, "party_cat") == answer


# The folder and the records


def test_the_answers_of_the_folder_come_first_and_a_contradiction_is_told() -> None:
    library = kenya(
        "KE,AU,,,recalled,recalled,\n", "KE,CAT,acceded,1997-02-21,other,S4,\nKE,CRC,ratified,1990-07-30,read,S4,\n"
    )
    own = of("KE", party_cat="no", party_crc="withheld", member_interpol="yes")
    found = recorded(own, library, "2026-01-01")
    assert {r: a.value for r, a in found.answers.items()} == {
        "country.party_cat": "no", "country.party_crc": "withheld", "country.member_interpol": "yes",
        "country.member_au": "yes", "country.member_un": "yes",
    }  # fmt: skip
    assert all(found.answers[r] == a for r, a in own.answers.items())
    [odd] = contradicted(found, library, "2026-01-01")
    assert (odd.code, odd.place, odd.field, odd.warning) == ("INTAKE-099", HERE, "answers.party_cat", True)
    assert "treaties.csv:2:1" in odd.message and "acceded 1997-02-21" in odd.message
    assert list(contradicted(recorded(of("KE"), library, "2026-01-01"), library, "2026-01-01")) == []


def test_since_when_is_taken_over_where_the_folder_has_no_date() -> None:
    library = kenya(
        "KE,EU,1994,,recalled,recalled,\n", "KE,CAT,acceded,1997-02-21,other,S4,\nKE,CRC,ratified,1990,read,S4,\n"
    )
    own = of("KE", party_cat="yes", party_crc="no")
    assert recorded(own, library, "2026-01-01").since == {
        "country.member_eu": "1994", "country.party_cat": "1997-02-21",
    }  # fmt: skip
    dated = replace(own, since={"country.party_cat": "1997-03-23"})
    assert recorded(dated, library, "2026-01-01").since["country.party_cat"] == "1997-03-23"


def test_what_is_taken_from_records_not_read_in_the_original_is_unconfirmed() -> None:
    library = kenya(
        "KE,AU,,,recalled,recalled,\n", "KE,CAT,acceded,1997-02-21,other,S4,\nKE,CRC,ratified,1990-07-30,read,S4,\n"
    )
    found = recorded(of("KE", party_cat="yes"), library, "2026-01-01")
    assert set(unconfirmed(found, library, "2026-01-01")) == {"country.member_au"}
    assert unconfirmed(of("KE"), library, "2026-01-01") == {}, "nothing was taken"


def test_without_state_or_records_nothing_is_added() -> None:
    for assessment, library in ((of(""), drawn_on()), (of("KE"), replace(drawn_on(), records=NO_RECORDS))):
        assert recorded(assessment, library, "2026-01-01") == assessment
        assert list(contradicted(assessment, library, "2026-01-01")) == []


# country.yaml


@pytest.mark.parametrize(
    ("state", "name", "hint"),
    [
        ("ke", "X", "did you mean 'KE' (Kenya)?"),
        ("KEN", "Republic of Kenya", "did you mean 'KE' (Kenya)?"),
        ("Germany", "X", "did you mean 'DE' (Germany)?"),
        ("UK", "United Kingdom of Great Britain", "did you mean 'GB'"),
        ("XX", "Federal Republic of Nigeria", "did you mean 'NG' (Nigeria)?"),
        ("XX", "Norland", "no state 'XX'"),
        ("x" * 399, "Norland", "no state 'xxx"),
    ],
)
def test_a_state_that_is_none_is_told_with_a_hint(state: str, name: str, hint: str) -> None:
    _, problems = read({"country.yaml": f"format: 1\nname: {name}\nstate: {state}\n".encode()}, drawn_on())
    assert [p.code for p in problems] == [codes.NAME]
    assert hint in problems[0].message and problems[0].field == "state"
    assert (problems[0].place.line, problems[0].place.column) == (3, 8)


def test_the_state_of_a_folder_is_read_and_any_is_taken_where_nobody_could_know_it() -> None:
    files = {"country.yaml": b"format: 1\nname: Kenya\nstate: KE\n"}
    found, problems = read(files, drawn_on())
    assert found is not None and found.state == "KE" and problems == []
    found, problems = read(files, replace(drawn_on(), records=NO_RECORDS))
    assert found is not None and found.state == "KE" and problems == []
    found, problems = read({"country.yaml": b"format: 1\nname: Norland\n"}, drawn_on())
    assert found is not None and found.state == "" and not faults(problems)


# A draft


def folder(text: str, library: Library, as_of: str = "2026-11-23") -> Country:
    files = {"country.yaml": f'format: 1\nname: "Republic of Kenya"\n{text}'.encode()}
    return decide(read_country("kenya", "kenya", files, (library, {})), as_of)


def test_a_folder_with_its_state_alone_has_the_packs_and_the_law_that_bind_it(library: Library) -> None:
    found = folder("state: KE\n", library)
    assert "au" in found.assessment.packs and "eu" not in found.assessment.packs
    law = found.findings.get("country", "country.bound_by")
    assert law is not None and law.members is not None and law.members["ICCPR"] and not law.members["EU-AIA"]
    assert found.findings.since["ICCPR"] == "1976-03-23", "the treaty's own day where the state acted before it"
    assert found.warnings == ()


def test_a_contradiction_is_told_in_the_folder_and_a_fact_about_records_at_its_row(library: Library) -> None:
    found = folder("state: DE\nanswers: {party_iccpr: no, has_police_data_law: no}\n", library)
    places = {p.code: str(p.place) for p in found.warnings}
    assert places["INTAKE-099"] == "kenya/country.yaml:4:24"
    assert {p.code for p in found.warnings} == {"INTAKE-098", "INTAKE-099"}
    assert all(str(p.place).startswith(("kenya/country.yaml:", "clauses/packs/records/")) for p in found.warnings)


@pytest.mark.parametrize("document", ["guidelines", "strategy", "explanatory"])
def test_only_the_working_copy_lists_what_nobody_confirmed(document: str, library: Library) -> None:
    found = folder("state: RU\n", library)

    def notes(audience: str) -> str:
        draft = compose(context(found, document, audience=audience))
        unit = next(u for u in draft.units if u.anchor == "part:counsel-notes")
        return str([b for b in unit.blocks if isinstance(b, Table)])

    said = notes("working")
    assert "Memberships and treaties" in said and "not confirmed" in said
    for words in (
        "Member of: the United Nations; INTERPOL.",
        "Not a member of: the European Union; the Council of Europe;",
    ):
        assert words in said
    assert (
        "Party to: ICCPR (16 October 1973)" in said
        and "No longer a party to: European Convention on Human Rights." in said
    )
    for audience in ("consultation", "public"):
        draft = compose(context(found, document, audience=audience))
        assert "not confirmed. Check each" not in str(draft.units)


def test_every_organisation_that_is_asked_about_has_a_name_to_print(library: Library) -> None:
    for ref in library.questions:
        if ref.startswith("country.member_"):
            assert f"organisation_{name_of(ref).lower()}" in library.words
        if ref.startswith("country.party_"):
            assert name_of(ref) in library.instruments, ref


def test_an_answer_given_twice_over_is_the_folders_own() -> None:
    own = Answer("yes", None, HERE, "Gazette 7")
    assessment = replace(of("KE"), answers={"country.party_iccpr": own})
    assert recorded(assessment, drawn_on(), "2026-11-23").answers["country.party_iccpr"] == own
