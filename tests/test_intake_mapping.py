"""Foreign tables: every cell accounted for, codes only where the mapping says so, nothing guessed or dropped."""

from __future__ import annotations

import csv
import hashlib
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_samples import CUT, INVENTORY, MAPPING, folder, library

from pipeline.intake import codes
from pipeline.intake.accounting import FATES, Accounting, as_text
from pipeline.intake.folder import read
from pipeline.intake.mapping import TableMapping, folded, matches, read_mapping
from pipeline.intake.table import read_table
from pipeline.model.problem import Faulty

TEXT = MAPPING.read_text(encoding="utf-8")
FREE_TEXT = (
    "purpose_benefits",
    "outputs",
    "iqa_compliance",
    "agency_data",
    "key_risks",
    "disparity_mitigation",
)


def checked(text: str = TEXT) -> TableMapping:
    """Return the mapping, which must be sound."""
    found, problems = read_mapping(text.encode(), "mapping.yaml", library())
    assert found is not None, "\n".join(map(str, problems))
    return found


MAP = checked()
HEADERS = [c.header for c in MAP.file.columns]
IDS = [c.id for c in MAP.file.columns]


def table(*rows: dict[str, str]) -> bytes:
    """Return a table in the inventory's layout from cells by column id."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADERS)
    writer.writerows([[row.get(c, "") for c in IDS] for row in rows])
    return out.getvalue().encode("windows-1252")


def row(**cells: str) -> dict[str, str]:
    """Return a row of the FBI with further cells."""
    return {"agency_abbreviation": "DOJ", "bureau": "FBI", "use_case_name": "Plate reader", **cells}


def answers(files: dict[str, bytes], subject: str) -> dict[str, str | None]:
    """Return the answers of one system as the reader of country folders finds them."""
    found, problems = read(files, library())
    assert found is not None, "\n".join(map(str, problems))
    slug, _, _ = subject.partition("/")
    systems = next(a for a in found.agencies if a.slug == slug).systems
    system = next(s for s in systems if s.key == subject)
    return {ref.removeprefix("system."): a.value for ref, a in system.answers.items()}


def tally(account: Accounting, column: str) -> dict[str, int]:
    """Return the tally of a column by its id."""
    return {str(fate): n for fate, n in account.columns[IDS.index(column)].counts.items()}


def test_the_mapping_says_what_becomes_of_all_62_columns() -> None:
    assert len(IDS) == 62
    assert sum(c.header == "If Other, please explain." for c in MAP.file.columns) == 9
    used = {q.column for q in MAP.file.systems.questions} | set(MAP.file.not_mapped)
    assert set(IDS) - used == {"use_case_name", "agency_abbreviation", "bureau"}
    assert all(MAP.file.not_mapped.values())


def test_codes_become_answers_and_nothing_else_does() -> None:
    files, account = read_table(
        table(
            row(
                dev_stage="Retired",
                impact_type="Both\n",
                purpose_benefits="A long sentence.",
                contains_pii="Yes",
            )
        ),
        MAP,
        library(),
    )
    assert answers(files, "fbi/plate-reader") == {
        "name": "Plate reader",
        "listed_in_register": "yes",
        "stage": "retirement",
        "legal_classification": "high_risk",
        "personal_data": "yes",
    }
    assert b"long sentence" not in b"".join(files.values())
    assert account.balanced()
    assert account.cells == 62


def test_each_answer_says_from_which_cell_it_comes() -> None:
    files, _ = read_table(table(row(), row(use_case_name="Other", dev_stage="Retired")), MAP, library())
    found, _ = read(files, library())
    assert found is not None
    assert found.agencies[0].systems[0].answers["system.stage"].source == "us-ai-inventory-2024, row 3, dev_stage"


@pytest.mark.parametrize(
    ("column", "cell", "question"),
    [
        ("dev_stage", "Implementation and Assessment", "stage"),
        ("impact_type", "Neither", "legal_classification"),
        ("contains_pii", "No", "personal_data"),
        ("dev_method", "Developed with both contracting and in-house resources.", "supplier"),
        ("impact_assessment", "Planned or in-progress.", "impact_assessment"),
        (
            "autonomous_impact",
            "No - Some individual decisions or actions require direct human oversight.",
            "automation",
        ),
    ],
)
def test_a_code_that_says_less_than_our_question_answers_nothing(column: str, cell: str, question: str) -> None:
    files, account = read_table(table(row(**{column: cell})), MAP, library())
    assert question not in answers(files, "fbi/plate-reader")
    assert tally(account, column)["not mapped"] == 1
    assert any(why for (_, _, why), n in account.left.items() if n == 1)


@pytest.mark.parametrize(
    ("column", "cell", "why"),
    [
        ("impact_type", "Case-by-case assessment", "no code"),
        ("ai_notice", "In-person,Other", "several answers"),
        (
            "ai_notice",
            "Online - in the terms or instructions for the service.,In-person,Other",
            "several answers",
        ),
        ("disparity_mitigation", "Tested with many faces.", "words"),
        ("contains_pii", "Maybe", "no code"),
    ],
)
def test_sentences_and_double_answers_are_unreadable_with_row_and_column(column: str, cell: str, why: str) -> None:
    files, account = read_table(table(row(), row(use_case_name="B", **{column: cell})), MAP, library())
    assert len(account.unreadable) == 1
    found = account.unreadable[0]
    assert found.row == 3
    assert found.column == HEADERS[IDS.index(column)]
    assert why in found.why
    assert set(answers(files, "fbi/b")) == {"name", "listed_in_register"}


@pytest.mark.parametrize("cell", ["Safety-Impacting", "Safety-impacting", " safety-impacting\n", "SAFETY‑IMPACTING"])
def test_spellings_of_one_code_are_one_code(cell: str) -> None:
    rows = {c: cell if c == "impact_type" else row().get(c, "") for c in IDS}
    out = io.StringIO(newline="")
    csv.writer(out).writerows([HEADERS, list(rows.values())])
    utf8 = checked(TEXT.replace("encoding: windows-1252", "encoding: utf-8"))
    files, _ = read_table(out.getvalue().encode(), utf8, library())
    assert answers(files, "fbi/plate-reader")["legal_classification"] == "high_risk"


def test_a_bureau_that_is_not_listed_is_reported_cell_by_cell_and_not_taken_over() -> None:
    files, account = read_table(table(row(bureau="F.B.I.", dev_stage="Retired", topic_area="Law")), MAP, library())
    assert [(u.column, u.value) for u in account.unreadable] == [
        ("Bureau", "F.B.I."),
        ("Stage of Development", "Retired"),
    ]
    assert account.balanced()
    assert account.agencies == {}
    assert list(files) == ["country.yaml"]
    assert tally(account, "topic_area")["not mapped"] == 1


def test_bureau_names_in_every_variant_listed_lead_to_one_agency() -> None:
    names = ["FBI", " fbi ", "Federal Bureau of Investigation"]
    rows = [row(bureau=b, use_case_name=f"System {i}") for i, b in enumerate(names)]
    files, account = read_table(table(*rows), MAP, library())
    assert account.agencies == {"fbi": 3}
    assert account.unreadable == ()
    assert sum(p.endswith("profile.yaml") for p in files) == 1


def test_one_abbreviation_may_mean_two_agencies_in_two_departments() -> None:
    rows = [row(bureau="Department-wide"), row(bureau="Department-wide", agency_abbreviation="DHS")]
    assert read_table(table(*rows), MAP, library())[1].agencies == {"dhs": 1, "doj": 1}


def test_rows_of_other_departments_are_passed_over_and_counted() -> None:
    _, account = read_table(
        table(row(), row(agency_abbreviation="TREAS"), row(agency_abbreviation=" doj")), MAP, library()
    )
    assert (account.rows, account.passed_over) == (2, 1)


def test_systems_of_one_name_are_kept_apart() -> None:
    files, account = read_table(table(row(), row(), row(use_case_name="PLATE  reader")), MAP, library())
    assert account.agencies == {"fbi": 3}
    assert {p.split("/")[3] for p in files if p.endswith("risk.yaml")} == {
        "plate-reader",
        "plate-reader-2",
        "plate-reader-3",
    }
    found, problems = read(files, library())
    assert found is not None
    assert problems == []
    assert len({s.name for s in found.agencies[0].systems}) == 3


def test_names_lose_line_breaks_and_refuse_control_characters() -> None:
    files, _ = read_table(table(row(use_case_name=" License Plate\nReader ")), MAP, library())
    assert answers(files, "fbi/license-plate-reader")["name"] == "License Plate Reader"
    _, account = read_table(table(row(use_case_name="A\x07B", dev_stage="Retired")), MAP, library())
    assert "U+0007" in account.unreadable[0].why
    assert account.balanced()
    assert account.agencies == {}


def test_an_unnamed_row_is_unreadable_and_still_balances() -> None:
    _, account = read_table(table(row(use_case_name=" ", dev_stage="Retired")), MAP, library())
    assert account.balanced()
    assert account.agencies == {}
    assert [u.column for u in account.unreadable] == ["Stage of Development"]


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"", "empty"),
        (table(row()).replace(b"Bureau", b"Office", 1), "headed 'Bureau'"),
        (table(row()).replace(b"\r\n", b",More\r\n", 1), "61"),
        (table(row()) + b"a,b\r\n", "2 cells"),
        (table(row()).replace(b"Plate", b"Pl\x81te"), "0x81"),
        (table(row()) + b'"open', "cannot be read"),
    ],
)
def test_a_table_in_another_layout_stops_with_a_repair(data: bytes, hint: str) -> None:
    with pytest.raises(Faulty) as caught:
        read_table(data, MAP, library(), "t.csv")
    text = "\n".join(map(str, caught.value.problems))
    assert hint in text or "More" in text
    assert all(p.fix and p.code == codes.TABLE for p in caught.value.problems)


def test_columns_are_found_by_header_and_not_by_position() -> None:
    plain = list(csv.reader(io.StringIO(table(row(dev_stage="Retired")).decode("windows-1252"), newline="")))
    alike = [i for i, h in enumerate(HEADERS) if h == "If Other, please explain."]
    others = [i for i in range(62) if i not in alike]
    order = sorted(others, key=lambda i: HEADERS[i]) + alike
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[line[i] for i in order] for line in plain])
    shuffled, one = read_table(out.getvalue().encode("windows-1252"), MAP, library())
    straight, other = read_table(table(row(dev_stage="Retired")), MAP, library())
    assert shuffled == straight
    assert one == other


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("question: stage", "question: stge", "'stage'"),
        ('"Retired": retirement', '"Retired": retired', "did you mean 'retirement'"),
        ("column: dev_stage", "column: dev_stag", "dev_stage"),
        ('  topic_area_other: "free text"\n', "", "nothing says what becomes"),
        ('"Both": high_risk', '"both.": high_risk\n        "Both": high_risk', "meet the same cell"),
        ("slug: dea", "slug: fbi", "taken"),
        ('written: ["DEA"]', 'written: ["DEA", "FBI"]', "already stands for fbi"),
        ("question: bias_tested", "question: purpose_statement", "takes words"),
        ("question: bias_tested", "question: data_source", "cannot be read from a column"),
        ('party_iccpr: {value: "yes"', 'party_iccpr: {value: "yess"', "did you mean 'yes'"),
    ],
)
def test_a_mapping_that_names_what_is_not_there_is_refused(old: str, new: str, hint: str) -> None:
    assert old in TEXT
    found, problems = read_mapping(TEXT.replace(old, new, 1).encode(), "m.yaml", library())
    assert found is None
    assert any(hint in p.message for p in problems), "\n".join(map(str, problems))
    assert all(p.code == codes.MAPPING and p.place.line and p.fix for p in problems)


def test_an_open_end_matches_by_the_beginning_only() -> None:
    assert matches("No testing:…", "No testing: none so far")
    assert not matches("No testing:…", "Some testing: x")
    assert matches("Yes – by the CAIO", "yes - by the  CAIO.")
    assert not matches("Yes", "Yes – by the CAIO")


@given(st.text(max_size=40))
def test_folding_is_stable(text: str) -> None:
    assert folded(folded(text)) == folded(text)


CELLS = st.sampled_from(
    ["", " ", "Yes", "No", "Retired", "Initiated", "Both", "Neither", "None", "N/A", "In-person,Other",
     "Other", "a, b", "x" * 300, "—", '"', "\n"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "agency_abbreviation": st.sampled_from(["DOJ", "DHS", "dhs ", "DOC", ""]),
                "bureau": st.sampled_from(["FBI", "CBP", "Department-wide", "Nowhere", ""]),
                "use_case_name": st.text(st.characters(codec="windows-1252"), max_size=20),
            },
            optional={c: CELLS for c in IDS if c not in ("agency_abbreviation", "bureau", "use_case_name")},
        ),
        max_size=8,
    )
)
def test_every_cell_of_every_selected_row_is_counted_once(rows: list[dict[str, str]]) -> None:
    files, account = read_table(table(*rows), MAP, library())
    selected = [r for r in rows if r["agency_abbreviation"].strip().upper() in ("DOJ", "DHS")]
    assert account.rows == len(selected)
    assert account.rows + account.passed_over == len(rows)
    assert account.balanced()
    assert sum(account.total(fate) for fate in FATES) == account.cells == len(selected) * 62
    assert account.total("blank") == sum(not r.get(c, "").strip() for r in selected for c in IDS)
    assert sum(account.agencies.values()) == sum(p.endswith("risk.yaml") for p in files)
    found, problems = read(files, library())
    assert found is not None
    assert not [p for p in problems if not p.warning]


def test_the_account_prints_as_a_table() -> None:
    _, account = read_table(CUT.read_bytes(), MAP, library(), CUT.name)
    text = as_text(account)
    assert f"{account.rows} rows x 62 columns = {account.cells:,} cells" in text
    assert len(re.findall(r"^.{20,}( +[\d,]+){4}$", text, re.MULTILINE)) == 63
    assert all(f"row {u.row}," in text for u in account.unreadable)
    assert "and 1 more" in as_text(account, most=len(account.unreadable) - 1)


def test_the_cut_reads_as_its_rows_say() -> None:
    files, account = read_table(CUT.read_bytes(), MAP, library(), CUT.name)
    assert (account.rows, account.passed_over, account.cells) == (39, 3, 39 * 62)
    assert account.balanced()
    assert {u.why for u in account.unreadable} == {
        "several answers in one cell",
        "no code of the table of values",
    }
    pattern = answers(files, "fbop/prisoner-assessment-tool-targeting-estimated")
    assert {"name", "listed_in_register"} <= set(pattern)
    assert "use" not in pattern
    served = answers(files, "cbp/supervised-traveler-identity-verification")
    assert served["independent_evaluation"] == "yes"
    assert served["monitoring_plan"] == "yes"
    assert "notice_given" not in served, "two answers in one cell"
    assert not any(
        re.search(r"\b(use|family|\w+_(likelihood|severity)):", f.decode()) for p, f in files.items() if "risk" in p
    )


def test_the_cut_holds_no_descriptive_sentence() -> None:
    lines = list(csv.reader(io.StringIO(CUT.read_bytes().decode("windows-1252"), newline="")))
    for i, column in enumerate(IDS):
        if column in FREE_TEXT or column.endswith("_other"):
            assert all(line[i] == "" for line in lines[1:]), column


@pytest.mark.skipif(not INVENTORY.exists(), reason="the inventory is not beside the checkout")
class TestWholeInventory:
    """The table as it was published."""

    def test_all_26226_cells_of_the_423_rows(self) -> None:
        files, account = read_table(INVENTORY.read_bytes(), MAP, library(), INVENTORY.name)
        assert (account.rows, account.passed_over, account.cells) == (423, 1710, 26226)
        assert account.balanced()
        assert len(account.columns) == 62
        assert sum(account.agencies.values()) == 423
        counted = {
            "fbi": 19,
            "dea": 39,
            "atf": 38,
            "usms": 10,
            "cbp": 63,
            "ice": 25,
            "tsa": 19,
            "usss": 1,
            "usncb": 5,
        }
        assert {slug: account.agencies[slug] for slug in counted} == counted
        lines = list(csv.reader(io.StringIO(INVENTORY.read_bytes().decode("windows-1252"), newline="")))[1:]
        kept = [line for line in lines if line[2] in ("DOJ", "DHS")]
        for i, column in enumerate(IDS):
            assert tally(account, column)["blank"] == sum(not line[i].strip() for line in kept), column
        risks = [f for p, f in files.items() if p.endswith("risk.yaml")]
        stages = {
            "retirement": 48,
            "inception": 69,
            "operation_and_monitoring": 229,
            "design_and_development": 54,
        }
        for code, n in stages.items():
            assert sum(f"stage: {{value: {code}," in f.decode() for f in risks) == n

    def test_the_example_is_what_the_mapping_makes_today(self) -> None:
        files, _ = read_table(INVENTORY.read_bytes(), MAP, library(), INVENTORY.name)
        digests = {p: hashlib.sha256(data).hexdigest() for p, data in files.items()}
        assert digests == {p: hashlib.sha256(data).hexdigest() for p, data in folder("us-federal").items()}

    def test_no_descriptive_sentence_enters_the_example(self) -> None:
        lines = list(csv.reader(io.StringIO(INVENTORY.read_bytes().decode("windows-1252"), newline="")))[1:]
        written = b"".join(folder("us-federal").values()).decode()
        columns = [IDS.index(c) for c in FREE_TEXT]
        sentences = {" ".join(line[i].split()) for line in lines for i in columns if len(line[i]) > 40}
        assert len(sentences) > 1000
        assert not [s for s in sentences if s in written]
