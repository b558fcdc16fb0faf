"""A radar chart that Word draws and a person can edit: the chart part, and the workbook with its numbers.

A value that is missing is left out of the series and of the sheet, so that it shows as a gap; zero would be a claim.
"""

from __future__ import annotations

import datetime
import io
from xml.sax.saxutils import escape

from pipeline.model.draft import Chart
from pipeline.word import names

DASHES = ("solid", "dash", "sysDot", "dashDot", "lgDash", "sysDash")
MARKERS = ("circle", "square", "triangle", "diamond", "x", "star")
"""Lines differ by dash and marker as well, so that they can be told apart in black and white."""

SHEET = "Sheet1"
_CREATED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
"""The date in every workbook: the format wants one, and the draft's own stands in the document."""

_HAIRLINE = '<c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="BFC5CC"/></a:solidFill></a:ln></c:spPr>'


def workbook(chart: Chart) -> bytes:
    """Return the numbers of a chart as an .xlsx: axes in column A, a series in each further column.

    Texts are written as texts, never as formulas; the file carries a fixed date and no author.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": _CREATED})
    sheet = book.add_worksheet(SHEET)
    for column, series in enumerate(chart.series, 1):
        sheet.write_string(0, column, series.name)
        for row, value in enumerate(series.values, 1):
            if value is not None:
                sheet.write_number(row, column, value)
    for row, axis in enumerate(chart.axes, 1):
        sheet.write_string(row, 0, axis)
    book.close()
    return buffer.getvalue()


def part(chart: Chart, colours: tuple[str, ...], font_size: int, relation: str) -> bytes:
    """Return the chart part.

    Args:
        chart: What to draw.
        colours: Line colours as six hex digits, used in turn.
        font_size: Size of all words, in hundredths of a point.
        relation: Id of the relationship to the workbook.
    """
    series = "".join(_series(chart, n, colours[n % len(colours)]) for n in range(len(chart.series)))
    text = (
        f'<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="{font_size}"/></a:pPr>'
        '<a:endParaRPr lang="en-GB"/></a:p></c:txPr>'
    )
    grid = f"<c:majorGridlines>{_HAIRLINE}</c:majorGridlines>"
    xml = (
        f'{names.DECLARATION}<c:chartSpace xmlns:c="{names.C}" xmlns:a="{names.A}" xmlns:r="{names.R}">'
        '<c:date1904 val="0"/><c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>'
        f'<c:radarChart><c:radarStyle val="marker"/><c:varyColors val="0"/>{series}<c:axId val="111111111"/>'
        '<c:axId val="111111112"/></c:radarChart>'
        '<c:catAx><c:axId val="111111111"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
        f'<c:axPos val="b"/>{grid}<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/>'
        '<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        '<c:crossAx val="111111112"/><c:crosses val="autoZero"/>'
        '<c:auto val="1"/><c:lblAlgn val="ctr"/><c:lblOffset val="100"/><c:noMultiLvlLbl val="0"/></c:catAx>'
        '<c:valAx><c:axId val="111111112"/><c:scaling><c:orientation val="minMax"/>'
        f'<c:max val="{chart.maximum}"/><c:min val="0"/></c:scaling><c:delete val="0"/><c:axPos val="l"/>{grid}'
        '<c:numFmt formatCode="0" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
        f'<c:tickLblPos val="nextTo"/>{_HAIRLINE}'
        '<c:crossAx val="111111111"/><c:crosses val="autoZero"/><c:crossBetween val="between"/>'
        '<c:majorUnit val="1"/></c:valAx></c:plotArea>'
        '<c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend><c:plotVisOnly val="1"/>'
        f'<c:dispBlanksAs val="gap"/></c:chart><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{text}'
        f'<c:externalData r:id="{relation}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    )
    return xml.encode()


def _series(chart: Chart, place: int, colour: str) -> str:
    series, column, rows = chart.series[place], _column(place + 1), len(chart.axes)
    axes = "".join(f'<c:pt idx="{n}"><c:v>{escape(a)}</c:v></c:pt>' for n, a in enumerate(chart.axes))
    points = "".join(f'<c:pt idx="{n}"><c:v>{v}</c:v></c:pt>' for n, v in enumerate(series.values) if v is not None)
    fill = f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'
    return (
        f'<c:ser><c:idx val="{place}"/><c:order val="{place}"/><c:tx><c:strRef><c:f>{SHEET}!${column}$1</c:f>'
        f'<c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{escape(series.name)}</c:v></c:pt></c:strCache>'
        "</c:strRef></c:tx>"
        f'<c:spPr><a:ln w="25400">{fill}<a:prstDash val="{DASHES[place % len(DASHES)]}"/></a:ln></c:spPr>'
        f'<c:marker><c:symbol val="{MARKERS[place % len(MARKERS)]}"/><c:size val="6"/>'
        f"<c:spPr>{fill}</c:spPr></c:marker>"
        f"<c:cat><c:strRef><c:f>{SHEET}!$A$2:$A${rows + 1}</c:f><c:strCache>"
        f'<c:ptCount val="{rows}"/>{axes}</c:strCache>'
        f"</c:strRef></c:cat><c:val><c:numRef><c:f>{SHEET}!${column}$2:${column}${rows + 1}</c:f><c:numCache>"
        f'<c:formatCode>General</c:formatCode><c:ptCount val="{rows}"/>{points}</c:numCache></c:numRef></c:val></c:ser>'
    )


def _column(place: int) -> str:
    """Return the letters of a sheet column, counted from 0."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
