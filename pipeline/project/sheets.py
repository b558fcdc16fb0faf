"""Tables as sheets of a workbook: text only, a frozen heading, the same bytes every time."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

OPTIONS: Mapping[str, object] = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
"""What is written is data: nothing in it becomes a formula or a link."""
CREATED = datetime.datetime(1980, 1, 1)  # noqa: DTZ001 - a workbook's dates have no zone
WIDEST = 60
"""Characters that a column is at most wide; longer text wraps."""


def sheet(book: Any, name: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Add a sheet with a heading row and rows of text to an xlsxwriter workbook.

    Args:
        book: The workbook.
        name: Name of the sheet, at most 31 characters.
        headings: Words of the heading row.
        rows: Texts by row, as many as there are headings.
    """
    book.set_properties({"created": CREATED})
    found = [tuple(row) for row in rows]
    one = book.add_worksheet(name)
    bold, wrapped = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True, "valign": "top"})
    for column, heading in enumerate(headings):
        longest = max([len(heading), *(len(row[column]) for row in found)])
        one.set_column(column, column, min(WIDEST, longest + 2))
        one.write_string(0, column, heading, bold)
    for number, row in enumerate(found, 1):
        for column, text in enumerate(row):
            one.write_string(number, column, text[:32_000], wrapped)
    one.freeze_panes(1, 0)
    one.set_landscape()
    one.set_paper(9)
    one.fit_to_pages(1, 0)
    one.repeat_rows(0)
    one.autofilter(0, 0, max(1, len(found)), len(headings) - 1)
