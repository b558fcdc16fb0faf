"""The tables of states, memberships and treaties: what ships is sound, and every fault in one is told at its cell."""

from __future__ import annotations

import csv
import datetime
import io
import re
import time

import pytest
from intake_samples import ROOT

from pipeline.library.load import load
from pipeline.library.records import COLUMNS, FOLDER, MEMBERSHIPS, STATES, TREATIES, read_records
from pipeline.model.library import Library
from pipeline.model.problem import Problem
from pipeline.model.record import NO_RECORDS, Records
from pipeline.project import content

INSTRUMENTS = ("CAT", "COE-108P", "CRC", "CRPD", "ICCPR")
FILES = {
    STATES: b"KE,KEN,Kenya,Africa,Sub-Saharan Africa,en sw,y,,other,S1,\nTV,TUV,Tuvalu,Oceania,Polynesia,tvl en,n,,other,S1,\n",
    MEMBERSHIPS: b'KE,AU,,,recalled,recalled,"dates, not gathered"\n',
    TREATIES: b"KE,ICCPR,acceded,1972-05-01,other,S4 S5,\nKE,CRPD,ratified,2008,other,S5,year only\n",
}


def files(**rows: bytes) -> dict[str, bytes]:
    """Return small tables, with further rows in some of them."""
    return {p: ",".join(c).encode() + b"\n" + FILES[p] + rows.get(stem(p), b"") for p, c in COLUMNS.items()}


def stem(path: str) -> str:
    return path.removeprefix(FOLDER).removesuffix(".csv")


def read(**rows: bytes) -> tuple[Records, list[Problem]]:
    return read_records(files(**rows), INSTRUMENTS)


def shipped() -> dict[str, bytes]:
    return {path: (ROOT / path).read_bytes() for path in COLUMNS}


def test_small_tables_become_records() -> None:
    found, problems = read()
    assert problems == []
    assert found.states["KE"].name == "Kenya" and found.states["KE"].languages == ("en", "sw")
    assert [(m.organisation, m.since, m.mark, m.note) for m in found.memberships["KE"]] == [
        ("UN", "", "other", ""), ("INTERPOL", "", "other", ""), ("AU", "", "recalled", "dates, not gathered"),
    ]  # fmt: skip
    assert [m.organisation for m in found.memberships["TV"]] == ["UN"]
    assert [(t.instrument, t.status, t.date, str(t.place)) for t in found.treaties["KE"]] == [
        ("ICCPR", "acceded", "1972-05-01", f"{TREATIES}:2:1"),
        ("CRPD", "ratified", "2008", f"{TREATIES}:3:1"),
    ]
    assert found.treaties["TV"] == ()


def test_a_library_without_tables_has_no_records() -> None:
    assert read_records({}, INSTRUMENTS) == (NO_RECORDS, [])


@pytest.mark.parametrize(
    ("table", "row", "column", "at", "hint"),
    [
        ("treaties", b"KE,ICPCR,acceded,1972,other,S4,\n", "instrument", 4, "did you mean 'ICCPR'?"),
        ("treaties", b"KE,CAT,aceded,1997,other,S4,\n", "status", 8, "did you mean 'acceded'?"),
        ("treaties", b"KE,CAT,acceded,1997-02-30,other,S4,\n", "date", 16, "'1997-02-30' is no date"),
        ("treaties", b"KE,CAT,acceded,1997-2,other,S4,\n", "date", 16, "'1997-2' is no date"),
        ("treaties", b"KE,CAT,acceded,0997,other,S4,\n", "date", 16, "'0997' is no date"),
        ("treaties", b"KE,CAT,acceded,1997,V2,S4,\n", "mark", 21, "'V2' is not allowed here"),
        ("treaties", b"XX,CAT,acceded,1997,other,S4,\n", "state", 1, "no state 'XX'"),
        ("treaties", b"KE,ICCPR,acceded,1972-05-01,read,S9,\n", "state", 1, "line 2 says the same already"),
        ("memberships", b"KE,COMESA,1994-12-08,1993,read,S1,\n", "until", 22, "before it begins"),
        ("memberships", b"KE,COMESA,1994-13,,read,S1,\n", "since", 11, "'1994-13' is no date"),
        ("memberships", b'KE,"A,""B",1994,1901-02-29,read,S1,\n', "until", 17, "'1901-02-29' is no date"),
        ("memberships", b"KE,,1994,,read,S1,\n", "organisation", 4, "no organisation"),
        ("memberships", b"KEN,EAC,2000,,read,S1,\n", "state", 1, "no state 'KEN'"),
        ("states", b"UGA,UGA,Uganda,Africa,x,en,y,,read,S1,\n", "state", 1, "no code of a state"),
        ("states", b"UG,UGA,Uganda,Africa,x,en,yes,,read,S1,\n", "interpol", 27, "'yes' is not allowed here"),
        ("states", b"UG,UGA,Uganda,Africa,x,en,y,once,read,S1,\n", "interpol_since", 29, "'once' is no date"),
        ("states", b"KE,KEN,Kenya,Africa,x,en,y,,read,S1,\n", "state", 1, "line 2 says the same already"),
    ],
)
def test_a_wrong_cell_is_told_where_it_stands(table: str, row: bytes, column: str, at: int, hint: str) -> None:
    _, problems = read(**{table: row})
    there = [p for p in problems if p.field == column and hint in p.message]
    line = files()[f"{FOLDER}{table}.csv"].count(b"\n") + 1
    assert [str(p.place) for p in there] == [f"{FOLDER}{table}.csv:{line}:{at}"], problems
    assert all(p.code == "RECORD-001" and p.fix for p in problems)


@pytest.mark.parametrize(
    ("data", "place", "hint"),
    [
        (b"state,instrument,status,mark,source,note\nKE,CAT,acceded,read,S1,\n", "1:1", "columns"),
        (b"", "1:1", "columns"),
        (b"state,instrument,status,date,mark,source,note\nKE,CAT,acceded,1997,read,S1\n", "2:1", "6 cells"),
        (b'state,instrument,status,date,mark,source,note\nKE,CAT,"acceded"x,1997,read,S1,\n', "2:1", "cannot be read"),
        (b"state,instrument,status,date,mark,source,note\nKE,CAT,acceded,1997,read,S\xff,\n", "2:27", "0xFF"),
        (
            "state,instrument,status,date,mark,source,note\nKE,CAT,acceded,1997,read,S1,\u202e\n".encode(),
            "2:29",
            "OVERRIDE",
        ),
    ],
)
def test_a_table_laid_out_otherwise_is_told(data: bytes, place: str, hint: str) -> None:
    _, problems = read_records({**files(), TREATIES: data}, INSTRUMENTS)
    assert [(str(p.place), hint in p.message) for p in problems] == [(f"{TREATIES}:{place}", True)]


def test_of_a_table_full_of_faults_some_are_told_and_the_rest_are_counted() -> None:
    _, problems = read(treaties=b"".join(b"XX,CAT,acceded,%d,other,S4,\n" % year for year in range(1900, 2000)))
    assert len(problems) == 51 and "50 more" in problems[-1].message


def test_the_library_does_not_load_with_a_wrong_record(library_files: dict[str, bytes]) -> None:
    assert load(library_files)[0] is not None
    found, problems = load({**library_files, TREATIES: library_files[TREATIES] + b"KE,ICCPR,left,2020,read,S4,\n"})
    assert found is None and [p.code for p in problems] == ["RECORD-001"] and problems[0].caret


def test_the_tables_travel_with_the_library(library_files: dict[str, bytes], library: Library) -> None:
    for found in (content.library_files(), content.drafting_files(), library_files):
        assert set(COLUMNS) <= set(found)
    assert set(COLUMNS) <= set(library.files)
    assert len(library.records.states) == 193
    assert not any("records" in pack.place.file for pack in library.packs.values())


def test_what_ships_is_counted_as_its_sources_say(library: Library) -> None:
    def members(organisation: str) -> int:
        rows = [m for ms in library.records.memberships.values() for m in ms if m.organisation == organisation]
        return sum(not m.until for m in rows)

    def parties(instrument: str) -> int:
        held = library.records.treaties.values()
        return sum(
            [t.status for t in ts if t.instrument == instrument][-1:] in (["ratified"], ["acceded"]) for ts in held
        )

    known = {
        "UN": 193, "INTERPOL": 191, "EU": 27, "EEA": 30, "SCHENGEN": 29, "COE": 46, "AU": 54, "ASEAN": 11, "OAS": 34,
        "OECD": 38, "ECOWAS": 12, "SADC": 16, "LAS": 21, "GCC": 6, "CARICOM": 14, "PIF": 14, "Mercosur": 6,
    }  # fmt: skip
    assert {o: members(o) for o in known} == known
    known = {
        "ICCPR": 173, "ICESCR": 171, "CERD": 180, "CEDAW": 187, "CAT": 171, "CRC": 192, "CRPD": 186, "ECHR": 46,
        "COE-108": 55, "COE-108P": 31, "COE-185": 78, "COE-224": 3, "COE-225": 0, "ACHPR": 53, "AU-MALABO": 16,
        "ACHR": 23,
    }  # fmt: skip
    assert {i: parties(i) for i in known} == known


def test_nothing_that_ships_comes_from_the_source_left_out_and_every_source_is_explained() -> None:
    told = set(re.findall(r"^\| (S\d+) \|", (ROOT / FOLDER / "SOURCES.md").read_text("utf-8"), re.MULTILINE))
    for path, data in shipped().items():
        rows = list(csv.DictReader(io.StringIO(data.decode())))
        assert "un_regional_group" not in rows[0]
        used = {s for row in rows for s in row["source"].split()}
        assert used <= {*told, "recalled"}, path
        assert all((row["source"] == "recalled") <= (row["mark"] == "recalled") for row in rows), path
    assert "S2" not in told


def test_no_date_that_ships_lies_in_the_future_and_each_state_stands_once() -> None:
    found, problems = read_records(shipped(), [t.stem for t in (ROOT / "clauses" / "instruments").glob("*.yaml")])
    assert problems == []
    dates = [m.since for ms in found.memberships.values() for m in ms] + [
        t.date for ts in found.treaties.values() for t in ts
    ]
    assert max(d for d in dates if d) <= "2026-11-23"
    assert all(datetime.date.fromisoformat(d) for d in dates if len(d) == 10)
    assert len({s.name for s in found.states.values()}) == 193


def test_reading_the_tables_does_not_run_away() -> None:
    tables = shipped()
    known = {row["instrument"] for row in csv.DictReader(io.StringIO(tables[TREATIES].decode()))}

    def seconds() -> float:
        before = time.process_time()
        read_records(tables, known)
        return time.process_time() - before

    assert min(seconds() for _ in range(7)) < 1, "13 ms where nothing else runs"
