"""The portfolio as people and programs read it: a table for the terminal, a workbook, a page to print, plain values."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator, Sequence

from pipeline.model.version import Stage
from pipeline.project.content import root
from pipeline.project.portfolio import Portfolio, Row

STAGES: dict[Stage, str] = {
    "internal": "internal", "inter_agency": "inter-agency", "legal_clearance": "legal clearance",
    "consultation": "consultation", "validation": "validation", "approval": "approval", "in_force": "in force",
}  # fmt: skip
"""The stages of the national process in words."""
COLUMNS = ("Country", "Document", "Law as of,\nnext change", "Stage", "Open", "Approval", "New version")
"""Columns on the terminal; the rest stands in the workbook and on the page."""
WHOLE = COLUMNS[1:]
"""Those whose lines are not broken."""
HEADINGS = (
    "Country", "Document", "Version", "Law as of", "Languages", "Copy", "Stage", "Stage reached by", "Stage on",
    "Stage at", "Open choices", "Provisions not read", "Records not confirmed", "Approved version", "Approved by",
    "Approved on", "Approval today", "Law changes on", "What changes", "New version", "Because of", "Store",
    "Ministry's own text",
)  # fmt: skip
"""Columns of the workbook."""
CALLED = "may be called for"
OWN = "ministry's"
"""Before the version that is the ministry's own file, where that counts as the text."""
LAPSED = "lapsed"
NONE = "–"
TEMPLATE = "portfolio.html"
JOINERS = "\u200c\u200d"
"""Signs of no width that some scripts need within a word."""


def words(text: str) -> str:
    """Return a text from a store with signs that print nothing, or turn the order of others, made visible."""
    return "".join(c if c.isprintable() or c in JOINERS else "\ufffd" for c in text)


def lines(found: Portfolio) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the terminal's table, two or three lines each."""
    several = len({r.store for r in found.rows}) > 1
    for row in found.rows:
        cells = (
            f"{row.state}\n{row.store}" if several else row.state,
            f"{row.document}\n{row.version}" + (f"\n{OWN}: {row.record}" if row.record else ""),
            f"{row.law}\n{row.changes}" if row.changes else f"{row.law}\n{NONE}",
            _stage(row),
            _open(row),
            _approval(row),
            CALLED.replace(" called", "\ncalled") if row.called else NONE,
        )
        yield tuple("\n".join(words(line) for line in cell.split("\n")) for cell in cells)


def _stage(row: Row) -> str:
    """Return the stage that a document came to, with the version where that is not the newest."""
    if row.reached is None:
        return NONE
    older = f"\n({row.reached.version})" if row.reached.version != row.version else ""
    return f"{STAGES[row.reached.stage]}{older}\n{row.reached.on}"


def _open(row: Row) -> str:
    """Return what is not settled; a dash where a copy has no list of it."""
    choices, unread = row.unsettled.choices, row.unsettled.unread
    told = [] if choices is None else [f"{choices} {'choice' if choices == 1 else 'choices'}"]
    return "\n".join(told + ([] if unread is None else [f"{unread} unread"])) or NONE


def _approval(row: Row) -> str:
    if row.approved is None:
        return NONE
    return f"{row.approved.version}\n{LAPSED}" if row.lapsed else row.approved.version


def covers(row: Row) -> str:
    """Return in words whether the newest version has the text that was approved; nothing where none was."""
    if row.approved is None:
        return ""
    return {True: LAPSED, False: "stands", None: "not told, the newest version is another copy"}[row.approved.lapsed]


def summed(found: Portfolio) -> str:
    """Return the closing line."""
    rows = found.rows
    countries = len({(r.store, r.slug) for r in rows})
    many = f"{_plural(len(rows), 'document', 'documents')} of {_plural(countries, 'country', 'countries')}"
    called, lapsed = sum(1 for r in rows if r.called), sum(1 for r in rows if r.lapsed)
    return (
        f"{many}, law as of {found.as_of}. A new version may be called for: {called}. "
        f"Approvals that no longer cover the newest text: {lapsed}"
    )


def _plural(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def plain(row: Row) -> dict[str, object]:
    """Return a row as plain values; null where there is nothing, or nothing can be told."""
    return {
        "store": row.store, "country": row.slug, "state": row.state, "document": row.document, "version": row.version,
        "as_of": row.law, "languages": list(row.languages), "audience": row.audience,
        "stage": dataclasses.asdict(row.reached) if row.reached else None,
        "open": dataclasses.asdict(row.unsettled),
        "approval": dataclasses.asdict(row.approved) if row.approved else None,
        "law_changes": {"on": row.changes, "what": row.changing} if row.changes else None,
        "called_for": list(row.called), "text_of_record": row.record or None,
    }  # fmt: skip


def workbook(found: Portfolio) -> bytes:
    """Return the portfolio as XLSX; every cell is text, so that nothing in it is a formula or a link."""
    import xlsxwriter

    from pipeline.project.sheets import OPTIONS, sheet

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, OPTIONS)
    sheet(book, "Portfolio", HEADINGS, (_cells(r) for r in found.rows))
    book.close()
    return out.getvalue()


def _cells(row: Row) -> tuple[str, ...]:
    reached, approved, open_ = row.reached, row.approved, row.unsettled
    cells: Sequence[str] = (
        row.state, row.document, row.version, row.law, ", ".join(row.languages), row.audience,
        STAGES[reached.stage] if reached else "", reached.version if reached else "", reached.on if reached else "",
        reached.to if reached else "",
        *("" if n is None else str(n) for n in (open_.choices, open_.provisions, open_.records)),
        approved.version if approved else "", approved.by if approved else "", approved.on if approved else "",
        covers(row), row.changes, row.changing, CALLED if row.called else "", ", ".join(row.called), row.store,
        row.record,
    )  # fmt: skip
    return tuple(words(c) for c in cells)


def page(found: Portfolio) -> bytes:
    """Return the portfolio as one HTML page: by itself, without a script, escaped, to be read and printed anywhere."""
    import jinja2

    folder = root() / "templates" / "portfolio"
    space = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    space.filters["words"] = words
    several = len({r.store for r in found.rows}) > 1
    drawn = space.get_template(TEMPLATE).render(
        rows=found.rows, as_of=found.as_of, summary=summed(found), several=several, stages=STAGES, covers=covers,
        called=CALLED, problems=[str(p.place) for p in found.problems],
    )  # fmt: skip
    return drawn.encode("utf-8")
