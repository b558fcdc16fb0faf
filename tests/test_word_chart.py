from __future__ import annotations

import io

import openpyxl
from lxml import etree

from pipeline.model.draft import Chart, Series
from pipeline.word import chart

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
ONE = Chart(
    "Figure 1",
    "Readiness",
    "alt",
    ("=1+1", "People & <law>", "数据"),
    (Series("Today", (3, None, 1)), Series('="x"', (4, 4, 4))),
    5,
)


def test_a_missing_value_is_a_gap_and_never_zero() -> None:
    root = etree.fromstring(chart.part(ONE, ("112233",), 900, "rId1"))
    first = next(root.iter(f"{C}ser"))
    points = {p.get("idx"): p.findtext(f"{C}v") for p in first.find(f"{C}val").iter(f"{C}pt")}  # type: ignore[union-attr]
    assert points == {"0": "3", "2": "1"}
    sheet = openpyxl.load_workbook(io.BytesIO(chart.workbook(ONE))).active
    assert sheet is not None
    assert sheet["B3"].value is None
    assert (sheet["B2"].value, sheet["B4"].value) == (3, 1)


def test_words_stay_words_in_the_workbook() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(chart.workbook(ONE))).active
    assert sheet is not None
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")
    assert (sheet["C1"].value, sheet["C1"].data_type) == ('="x"', "s")
    assert sheet["A4"].value == "数据"


def test_the_workbook_is_the_same_each_time_and_names_nobody() -> None:
    once = chart.workbook(ONE)
    assert once == chart.workbook(ONE)
    book = openpyxl.load_workbook(io.BytesIO(once))
    assert book.properties.creator in (None, "")
    assert book.properties.created.year == 2000


def test_the_chart_says_which_cells_it_draws() -> None:
    root = etree.fromstring(chart.part(ONE, ("112233", "445566"), 900, "rId1"))
    assert [f.text for f in root.iter(f"{C}f")] == [
        "Sheet1!$B$1",
        "Sheet1!$A$2:$A$4",
        "Sheet1!$B$2:$B$4",
        "Sheet1!$C$1",
        "Sheet1!$A$2:$A$4",
        "Sheet1!$C$2:$C$4",
    ]
    assert [v.text for v in root.iter(f"{C}v")][1:4] == ["=1+1", "People & <law>", "数据"]
