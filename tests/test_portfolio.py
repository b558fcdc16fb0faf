"""The portfolio of whole stores: what each row says is what the drafts, receipts and histories say, and it can be read."""

from __future__ import annotations

import html.parser
import io
import json
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from journeys import Run

import pipeline.cli as command_line
from pipeline.assess.records import unconfirmed
from pipeline.cli.ending import ending
from pipeline.compose.annexes import choices_open, placed
from pipeline.compose.citations import citations
from pipeline.compose.plan import plan
from pipeline.model.library import Library
from pipeline.model.problem import Exit
from pipeline.project import overview
from pipeline.project.country import decided
from pipeline.project.making import context_of
from pipeline.project.portfolio import Approved, Calendar, Portfolio, Reached, Row, Unsettled, due, portfolio
from pipeline.project.reach import reach
from pipeline.project.standing import receipt_of

ROOT = Path(__file__).resolve().parents[1]
NORLAND = ROOT / "intake" / "examples" / "norland"
TEMBALA = ROOT / "intake" / "examples" / "tembala"
BEFORE, AFTER = "2026-07-26", "2026-07-27"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://x.test","y")',
    "+cmd|'/c calc'!A1",
    "{{ 7 * 7 }}{% raw %}",
    "a\x1b[31mb\u202ec\x00",
    "&amp;&lt;",
    "http://x.test/",
)


def called(*words: str | Path) -> int:
    """Run a command as it is typed."""
    sys.argv = ["clausewright", *map(str, words)]
    return ending(command_line.cli)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store: Norland with guidelines 0.1 and a strategy released and regenerated, Tembala with four documents."""
    kept = sys.argv
    out = tmp_path_factory.mktemp("portfolio") / "output"
    try:
        assert called("draft", NORLAND, "--as-of", BEFORE, "--format", "docx", "--out", out) == Exit.FINE
        release = ("--approved-by", "Council of Ministers", "--on", "2026-07-30")
        assert called("release", out / "norland" / "strategy" / "0.1", *release) == Exit.FINE
        assert called("regenerate", out / "norland" / "strategy", "--as-of", AFTER, "--out", out) == Exit.FINE
        kinds = [w for d in ("guidelines", "brief") for w in ("--document", d)]
        assert called("draft", TEMBALA, *kinds, "--format", "docx", "--out", out) == Exit.FINE
        wish = ("--document", "strategy", "--audience", "public", "--format", "docx")
        assert called("draft", TEMBALA, *wish, "--out", out) == Exit.FINE
        stage = ("--stage", "consultation", "--on", "2026-08-03", "--to", "Bar Association")
        assert called("history", out / "norland" / "guidelines" / "0.1", *stage) == Exit.FINE
        stage = ("--stage", "in_force", "--on", "2026-09-01", "--to", "Official Gazette")
        assert called("history", out / "norland" / "strategy" / "1.0", *stage) == Exit.FINE
    finally:
        sys.argv = kept
    return out


def rows(made: Path, as_of: str = AFTER) -> dict[tuple[str, str], Row]:
    found = portfolio([made], as_of)
    assert not found.problems
    return {(r.slug, r.document): r for r in found.rows}


def row(**said: object) -> Row:
    """Return a row of an invented country."""
    blank = Row(
        "output", "norland", "Norland", "guidelines", "0.1", AFTER, ("en",), "working", Unsettled(1, 2, 3), None, None,
        "", "", (),
    )  # fmt: skip
    return replace(blank, **said)  # type: ignore[arg-type]


# What the rows say


def test_each_document_has_a_row_with_its_newest_version(made: Path) -> None:
    found = rows(made)
    assert [(k, r.version, r.law) for k, r in found.items()] == [
        (("norland", "guidelines"), "0.1", BEFORE),
        (("norland", "strategy"), found["norland", "strategy"].version, AFTER),
        (("tembala", "brief"), "0.1", "2026-11-23"),
        (("tembala", "guidelines"), "0.1", "2026-11-23"),
        (("tembala", "strategy"), "0.1", "2026-11-23"),
    ]
    assert found["norland", "guidelines"].state == "Republic of Norland"
    assert found["tembala", "strategy"].audience == "public"


@pytest.mark.parametrize(("folder", "document"), [(NORLAND, "guidelines"), (TEMBALA, "guidelines")])
def test_what_is_not_settled_is_what_composing_finds(made: Path, folder: Path, document: str) -> None:
    one = rows(made)[folder.name, document]
    context = context_of(decided(folder, one.law), document, "en", "working", one.version)
    layout = plan(context, frozenset())
    cited = [c.provision for p in placed(layout) for c in citations(context, p.clause.cites)]
    assert one.unsettled == Unsettled(
        len(choices_open(context, layout)),
        len({p.ref for p in cited if p.mark == "recalled"}),
        len(unconfirmed(context.assessment, context.library, one.law)),
    )
    assert one.unsettled.choices and one.unsettled.provisions


def test_records_that_nobody_confirmed_are_counted(run: Run, tmp_path: Path) -> None:
    run("start", "Kenya", "--out", "Kenya")
    assert run("draft", "Kenya", "--document", "guidelines", "--format", "docx")[0] == Exit.FINE
    country = decided(tmp_path / "Kenya", "")
    expected = len(unconfirmed(country.assessment, country.library, country.as_of))
    [one] = portfolio([tmp_path / "output"]).rows
    assert one.unsettled.records == expected > 5
    assert one.unsettled.unread == expected + (one.unsettled.provisions or 0)


def test_a_copy_without_such_lists_says_so_and_not_that_nothing_is_open(made: Path) -> None:
    found = rows(made)
    assert found["tembala", "strategy"].unsettled == Unsettled(None, None, None)
    assert found["tembala", "brief"].unsettled == Unsettled(None, None, None)
    assert found["tembala", "brief"].unsettled.unread is None


def test_the_stage_is_the_last_one_and_names_its_version(made: Path) -> None:
    found = rows(made)
    assert found["norland", "guidelines"].reached == Reached("consultation", "0.1", "2026-08-03", "Bar Association")
    assert found["norland", "strategy"].reached == Reached("in_force", "1.0", "2026-09-01", "Official Gazette")
    assert found["tembala", "brief"].reached is None


def test_an_approval_lapses_when_the_newest_version_reads_otherwise(made: Path) -> None:
    found = rows(made)
    assert found["norland", "strategy"].approved == Approved("1.0", "Council of Ministers", "2026-07-30", True)
    assert found["norland", "guidelines"].approved is None


def test_an_approval_stands_over_its_own_release_and_over_the_same_text(made: Path, tmp_path: Path) -> None:
    out = tmp_path / "output"
    shutil.copytree(made, out)
    later = next(p for p in (out / "norland" / "strategy").iterdir() if p.name.startswith("1.") and p.name != "1.0")
    shutil.copyfile(out / "norland/strategy/1.0/draft.json", tmp_path / "draft.json")
    (later / "draft.json").chmod(0o644)
    (later / "draft.json").write_bytes((tmp_path / "draft.json").read_bytes())
    assert rows(out)["norland", "strategy"].lapsed is False
    shutil.rmtree(later)
    history = out / "norland" / "strategy" / "history.jsonl"
    lines = [x for x in history.read_bytes().splitlines(keepends=True) if b"in_force" not in x]
    history.chmod(0o644)
    history.write_bytes(b"".join(lines[:2]))
    found = rows(out)["norland", "strategy"]
    assert found.approved is not None and (found.version, found.approved.lapsed) == ("1.0", False)


def test_a_new_version_may_be_called_for_where_law_moved(made: Path) -> None:
    found = rows(made)
    assert found["norland", "guidelines"].called == ("law or library",)
    assert found["norland", "strategy"].called == ()
    assert rows(made, BEFORE)["norland", "guidelines"].called == ()


def test_the_next_change_is_the_first_day_that_touches_the_version(made: Path, library: Library) -> None:
    one = rows(made)["norland", "guidelines"]
    assert (one.changes, "EU AI Act" in one.changing) == (AFTER, True)
    receipt = receipt_of(made, "norland", "guidelines", "0.1")
    assert not reach(library, BEFORE, library, BEFORE).touches(receipt)
    for document in ("guidelines", "strategy"):
        late = rows(made)["tembala", document]
        receipt = receipt_of(made, "tembala", document, "0.1")
        assert late.changes > receipt.as_of
        eve = max(d for d in Calendar(library).days if d < late.changes)
        assert not reach(library, receipt.as_of, library, max(eve, receipt.as_of)).touches(receipt)
        assert reach(library, receipt.as_of, library, late.changes).touches(receipt)


def test_no_next_change_is_told_where_none_is_known(made: Path, library: Library) -> None:
    receipt = replace(receipt_of(made, "tembala", "guidelines", "0.1"), as_of="2199-01-01", days=("2200-05",))
    assert Calendar(library).following(receipt) == ("2200-05-01", "the state's own law")
    assert Calendar(library).following(replace(receipt, days=())) == ("", "")


def test_what_needs_attention_comes_first(made: Path) -> None:
    approved = Approved("1.0", "Minister", "2026-01-01", True)
    later, soon, lapsed, now = (
        row(slug="a", changes="2028-01-01"), row(slug="b", changes="2027-01-01"), row(slug="c", approved=approved),
        row(slug="d", called=("program",)),
    )  # fmt: skip
    never = row(slug="e")
    assert due([never, later, soon, lapsed, now]) == (now, lapsed, soon, later, never)


def test_rows_stand_by_the_name_of_the_state(run: Run, made: Path) -> None:
    names = [r.state for r in portfolio([made]).rows]
    assert names == sorted(names, key=str.casefold)


def test_a_document_that_cannot_be_read_is_told_and_hides_no_other(run: Run, made: Path, tmp_path: Path) -> None:
    out = tmp_path / "output"
    shutil.copytree(made, out)
    for broken, data in (("norland/guidelines/0.1/draft.json", b"{}"), ("tembala/brief/0.1/receipt.json", b"[]")):
        (out / broken).chmod(0o644)
        (out / broken).write_bytes(data)
    (out / "tembala" / "strategy" / "0.1" / "draft.json").unlink()
    code, text, err = run("portfolio", "--as-of", AFTER)
    assert code == Exit.DOES_NOT_HOLD
    assert {"PORTFOLIO-001", "STORE-010"} <= set(re.findall(r"[A-Z]+-\d{3}", err))
    assert "norland/guidelines/0.1/draft.json" in err and "Traceback" not in err
    assert "3 documents" not in text and "2 documents of 2 countries" in text
    code, _, err = run("portfolio", "-o", "p.html")
    assert code == Exit.DOES_NOT_HOLD
    assert "Not read, and so not in the table" in (tmp_path / "p.html").read_text()


# As a person and a program read it


def test_the_terminal_shows_what_matters_within_its_width(
    run: Run, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = run("portfolio", "--out", made, "--as-of", AFTER)
    assert (code, err) == (Exit.FINE, "")
    assert max(map(len, out.splitlines())) <= 120
    for words in ("Republic of Norland", "consultation", "2026-08-03", "lapsed", "may be", "called for", "choices"):
        assert words in out
    assert "5 documents of 2 countries, law as of 2026-07-27. A new version may be called for: " in " ".join(
        out.split()
    )
    for whole in ("guidelines", "consultation", "2026-11-23"):
        assert re.search(rf"(?<!\S){whole}(?!\S)", out), f"{whole} is not broken"


def test_json_says_the_same(run: Run, made: Path) -> None:
    code, out, _ = run("portfolio", "--out", made, "--as-of", AFTER, "--json")
    found = json.loads(out)
    assert code == Exit.FINE
    assert found == [json.loads(json.dumps(overview.plain(r))) for r in portfolio([made], AFTER).rows]
    first = next(r for r in found if r["country"] == "norland" and r["document"] == "strategy")
    assert first["approval"]["lapsed"] is True
    assert first["stage"]["on"] == "2026-09-01"


def test_several_stores_stand_in_one_portfolio(run: Run, made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "second")
    code, out, _ = run("portfolio", "--out", made, "--out", "second", "--out", "second", "--json")
    assert (code, len(json.loads(out))) == (Exit.FINE, 10)
    assert "second" in run("portfolio", "--out", made, "--out", "second")[1]


def test_wrong_wishes_are_refused_before_anything_is_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.html").write_text("mine")
    (tmp_path / "output").mkdir()
    assert run("portfolio", "-o", "p.pdf")[0] == Exit.USAGE
    assert run("portfolio", "-o", "p.html")[0] == Exit.REFUSED
    assert (tmp_path / "p.html").read_text() == "mine"
    code, _, err = run("portfolio", "--out", "nowhere")
    assert (code, "PORTFOLIO-001" in err) == (Exit.INTAKE, True)
    code, out, _ = run("portfolio")
    assert (code, "0 documents of 0 countries" in out) == (Exit.FINE, True)


class Reader(html.parser.HTMLParser):
    """Reads a page as a strict reader would: every element that is opened is closed, nothing is fetched."""

    VOID = ("meta", "br", "col", "img", "link", "input", "hr")

    def __init__(self, page: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page.decode("utf-8"))
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def test_the_page_is_by_itself_and_says_in_words_what_it_shows(run: Run, made: Path, tmp_path: Path) -> None:
    code, out, _ = run("portfolio", "--out", made, "--as-of", AFTER, "-o", "p.html")
    assert (code, out) == (Exit.FINE, "p.html\n")
    data = (tmp_path / "p.html").read_bytes()
    page = Reader(data)
    assert not {"script", "link", "img", "iframe", "form", "object"} & {t for t, _ in page.tags}
    assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on") or a == "src"]
    assert not re.search(rb"https?://|url\(|@import", data)
    assert page.of("html") == [{"lang": "en"}]
    assert len(page.of("caption")) == len(page.of("h1")) == len(page.of("main")) == 1
    assert {a.get("scope") for a in page.of("th")} == {"col", "row"}
    heads = len([a for a in page.of("th") if a.get("scope") == "col"])
    assert heads == len(page.of("col"))
    assert len(page.of("tr")) == 6
    assert len(page.of("td")) == 5 * (heads - 1)
    text = " ".join(" ".join(page.words).split())
    for words in ("may be called for", "lapsed", "not listed", "none recorded", "Council of Ministers", "consultation"):
        assert words in text
    assert b"@page" in data and b"A4 landscape" in data and b"table-header-group" in data


def test_the_page_has_enough_contrast(run: Run, made: Path) -> None:
    style = (ROOT / "templates" / "portfolio" / "portfolio.html").read_text()
    grounds = ("#ffffff", "#f0f2f4")
    inks = {f"#{c}" for c in re.findall(r"(?<!-)color: #([0-9a-f]{6})", style)} - set(grounds)
    assert inks >= {"#1b1b1b", "#4a4a4a", "#8a1c00"}
    assert all(_contrast(ink, ground) >= 7 for ink in inks for ground in grounds)


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def hostile() -> Portfolio:
    """Return a portfolio whose every text was written by somebody who means harm."""
    found = [
        row(
            state=text, slug=f"s{n}", store=text, changing=text, changes="2027-01-01", called=("program",),
            approved=Approved("1.0", text, "2026-01-01", True), reached=Reached("internal", "0.1", "2026-01-01", text),
        )
        for n, text in enumerate(HOSTILE)
    ]  # fmt: skip
    return Portfolio(AFTER, tuple(found), ())


def test_hostile_names_are_text_on_the_page() -> None:
    data = overview.page(hostile())
    page = Reader(data)
    assert not {"script", "img"} & {t for t, _ in page.tags}
    assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on")]
    shown = "".join(page.words)
    assert all(overview.words(text) in shown for text in HOSTILE)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", data.decode())
    assert "49" not in shown


def test_hostile_names_are_text_in_the_workbook() -> None:
    data = overview.workbook(hostile())
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    assert [c.value for c in sheet[1]] == list(overview.HEADINGS)
    for n, text in enumerate(HOSTILE, 2):
        assert sheet.cell(n, 1).value == overview.words(text)
    assert all(c.data_type in ("s", "n") and c.hyperlink is None for r in sheet.iter_rows() for c in r)
    assert not [c for r in sheet.iter_rows() for c in r if c.data_type == "f"]


def test_hostile_names_cannot_steer_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipeline.cli import printing

    printing.table("", overview.COLUMNS, overview.lines(hostile()), overview.WHOLE)
    out = capsys.readouterr().out
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", out)


def test_a_country_may_bear_any_name_that_its_folder_may(run: Run, tmp_path: Path) -> None:
    shutil.copytree(TEMBALA, tmp_path / "t")
    file = tmp_path / "t" / "country.yaml"
    file.write_text(file.read_text().replace('name: "Republic of Tembala"', "name: '=<script>alert(1)</script>'"))
    assert run("draft", "t", "--document", "brief", "--format", "docx")[0] == Exit.FINE
    assert run("portfolio", "-o", "p.html")[0] == run("portfolio", "-o", "p.xlsx")[0] == Exit.FINE
    assert b"<script" not in (tmp_path / "p.html").read_bytes()
    sheet = openpyxl.load_workbook(tmp_path / "p.xlsx").active
    assert sheet is not None
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=<script>alert(1)</script>", "s")


def test_files_are_the_same_every_time(made: Path) -> None:
    found = portfolio([made], AFTER)
    assert overview.page(found) == overview.page(portfolio([made], AFTER))
    assert overview.workbook(found) == overview.workbook(found)


def test_the_template_lies_where_the_wheel_takes_it_from() -> None:
    setup = (ROOT / "setup.py").read_text()
    assert '"templates")' in setup  # test_packaging holds that all of it travels
    assert (ROOT / "templates" / "portfolio" / overview.TEMPLATE).is_file()


def test_two_lines_to_choose_from_and_one_unsettled_thing_read_well() -> None:
    cells = next(overview.lines(Portfolio(AFTER, (row(),), ())))
    assert cells[4] == "1 choice\n5 unread"
    assert cells[3] == cells[5] == cells[6] == overview.NONE
    cells = next(overview.lines(Portfolio(AFTER, (row(unsettled=Unsettled(None, None, None)),), ())))
    assert cells[4] == overview.NONE
