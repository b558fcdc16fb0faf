"""The report of a redline or merge as a Word file, in the house style of the document that it is about."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline.compose.tables import stacked, table
from pipeline.model.draft import (
    Block,
    Cell,
    Cover,
    Draft,
    Heading,
    Inline,
    Numbering,
    NumberLevel,
    Origin,
    Paragraph,
    Run,
    Unit,
)
from pipeline.project.drawing import LIBRE_ANCHORS
from pipeline.project.revising.report import GENERATED, Entry, Report
from pipeline.render import docx
from pipeline.render.style import HouseStyle
from pipeline.revise.outcome import Hunk
from pipeline.revise.tokens import hunks, tokens
from pipeline.word.anchors import COVER
from pipeline.word.wording import Words

AROUND = 14
"""Words that are shown on either side of a change in a long text."""
_LEVEL = NumberLevel("decimal", "{chapter}")
_NUMBERING = Numbering("report", _LEVEL, _LEVEL, _LEVEL, _LEVEL, _LEVEL, _LEVEL, False)


def drawn(report: Report, record: Mapping[str, str], words: Mapping[str, str], style: HouseStyle) -> bytes:
    """Return a report as a .docx.

    Args:
        report: The report.
        record: What the newer file says of itself, which names state, issuer and marking.
        words: Words of the language.
        style: The house style.
    """
    told = {name: record.get(f"cover.{name}", "") for name in COVER}
    title = words[f"report_{report.kind}"]
    older, newer = report.older, report.newer
    status = _filled(words["report_between"], older=older.version, older_date=older.as_of, newer=newer.version,
                     newer_date=newer.as_of)  # fmt: skip
    cover = Cover(
        told["state"], told["issuer"], title, told["title"], status, "", told["marking"], told["audience"],
        told["notice"], ((words["document"], told["title"]), (words["version"], newer.version)),
    )  # fmt: skip
    lang = report.language or "en"
    draft = Draft(
        "report", lang, lang.split("-", maxsplit=1)[0] in LIBRE_ANCHORS, "public", newer.version,
        newer.as_of or "1980-01-01", cover, _NUMBERING, words, tuple(_units(report, words)), {},
    )  # fmt: skip
    return docx.write(draft, style)


def _filled(text: str, **values: object) -> str:
    """Return a text with `{name}` filled; anything else in it stays as it is."""
    return string.Template(text.replace("{", "${")).safe_substitute({k: str(v) for k, v in values.items()})


def _units(report: Report, words: Mapping[str, str]) -> Iterator[Unit]:
    yield _unit("summary", words["report_summary"], *_summary(report, words))
    conflicts = [(e, h) for g in report.groups for e in g.entries for h in e.hunks if h.conflict]
    if conflicts:
        yield _unit("conflicts", words["report_conflicts"], _text(words["report_conflicts_intro"]),
                    _conflicts(conflicts, words))  # fmt: skip
    for number, group in enumerate(report.groups, 1):
        rows = [row for entry in group.entries for row in _rows(entry, words)]
        if rows:
            head = _filled(words["report_by_cause"], cause=group.text) if group.text else words["report_no_cause"]
            yield _unit(f"cause-{number}", head, _changes(rows, words))
    if report.own:
        own = [(f"{o.number} {o.title}".strip(), words[_state(o.state)]) for o in report.own]
        columns = ((words["report_clause"], 0.6), (words["report_outcome"], 0.4))
        yield _unit("own", words["report_own"], _text(words["report_own_intro"]), table(columns, own))
    yield from _doubts(report, words)


def _unit(name: str, title: str, *blocks: Block) -> Unit:
    anchor = f"part:report-{name}"
    return Unit(anchor, title, Origin("template", "report"), "front", (Heading("front", 1, "", title, anchor), *blocks))


def _text(text: str) -> Paragraph:
    return Paragraph("body", (Run(text),))


def _summary(report: Report, words: Mapping[str, str]) -> Iterator[Block]:
    rows = [(words[_state(state)], str(count)) for state, count in report.counted.items()]
    yield table(((words["report_outcome"], 0.7), (words["report_count"], 0.3)), rows)
    if not report.groups:
        yield _text(words["report_no_change"])


def _conflicts(conflicts: Sequence[tuple[Entry, Hunk]], words: Mapping[str, str]) -> Block:
    columns = ((words["report_clause"], 0.19), (words["report_base"], 0.27), (words["report_theirs"], 0.27),
               (words["report_ours"], 0.27))  # fmt: skip
    none = words["merge_nothing"]
    rows = []
    for entry, hunk in conflicts:
        texts = (_against(hunk.before, text, none) for text in (hunk.before, hunk.theirs, hunk.after))
        rows.append((stacked(_name(entry)), *texts))
    return table(columns, rows, landscape=True)


def _against(base: str, text: str, none: str) -> Cell:
    """Return one of the texts of a conflict, in bold what the base does not say; each paragraph on lines of its own."""
    if not base or not text or "\n" in base + text:
        return stacked(*(text.split("\n") if text else (none,)))
    old, new = Words(base), Words(text)
    return stacked(_shown(new, [(h.new_start, h.new_end) for h in hunks(tokens(old), tokens(new))], len(text)))


def _changes(rows: Sequence[tuple[Cell, ...]], words: Mapping[str, str]) -> Block:
    columns = ((words["report_clause"], 0.2), (words["report_change"], 0.16), (words["report_before"], 0.32),
               (words["report_after"], 0.32))  # fmt: skip
    return table(columns, rows, landscape=True)


def _rows(entry: Entry, words: Mapping[str, str]) -> Iterator[tuple[Cell, ...]]:
    """Yield a row for each tracked change of a unit, each with its name, since a page may begin there."""
    state = [words["safeguard_weakens"]] if any(s.weakens_safeguard for s in entry.strength) else []
    state += [_filled(words[f"change_{s.kind}"], before=s.before, after=s.after) for s in entry.strength]
    state += [] if state else [words[_state("updated" if entry.state == "conflict" else entry.state)]]
    if entry.replaces:
        state.append(_filled(words["state_split"], clauses=", ".join(a.partition(":")[2] for a in entry.replaces)))
    shown = [h for h in entry.hunks if not h.conflict]
    for hunk in shown:
        if hunk.kind == "look":
            yield (
                stacked(_name(entry)),
                stacked(words["change_look"]),
                stacked(hunk.before),
                stacked(words["same_words"]),
            )
            continue
        before, after = _both(_headed(hunk) if entry.anchor.startswith(GENERATED) else hunk)
        yield (stacked(_name(entry)), stacked(*state), before, after)


def _headed(hunk: Hunk) -> Hunk:
    """Return a whole generated part that came or went by its heading: its tables follow from the rest."""
    if hunk.kind != "unit":
        return hunk
    return replace(hunk, before=hunk.before.partition("\n")[0], after=hunk.after.partition("\n")[0])


def _name(entry: Entry) -> str:
    return f"{entry.number} {entry.title}".strip()


def _both(hunk: Hunk) -> tuple[Cell, Cell]:
    """Return what a change struck out and put in, changed words in bold, far-off words left out."""
    if not hunk.before or not hunk.after:
        return stacked(*hunk.before.split("\n")), stacked(*hunk.after.split("\n"))
    old, new = Words(hunk.before), Words(hunk.after)
    some = hunks(tokens(old), tokens(new))
    if not some:  # what a reference prints
        return stacked(*hunk.before.split("\n")), stacked(*hunk.after.split("\n"))
    return (
        stacked(_shown(old, [(h.start, h.end) for h in some])),
        stacked(_shown(new, [(h.new_start, h.new_end) for h in some])),
    )


def _shown(words: Words, changed: Sequence[tuple[int, int]], around: int = AROUND) -> tuple[Inline, ...]:
    found = tokens(words)
    near = {k for a, b in changed or [(0, 0)] for k in range(a - around, b + around)}
    bold = {k for a, b in changed for k in range(a, b)}
    for k, token in enumerate(found):  # what is left of a text begins with a word, not with the stop before it
        if k - 1 not in near and k > 0 and k not in bold and not token.key[0].isalnum():
            near.discard(k)
    runs: list[Run] = []
    for k, token in enumerate(found):
        if k not in near:
            if not runs or runs[-1].text != " … ":
                runs.append(Run(" … "))
            continue
        if runs and runs[-1].bold == (k in bold) and runs[-1].text != " … ":
            runs[-1] = Run(runs[-1].text + token.key, k in bold)
        else:
            runs.append(Run(token.key, k in bold))
    return tuple(runs) or (Run("–"),)


def _doubts(report: Report, words: Mapping[str, str]) -> Iterator[Unit]:
    if report.doubtful:
        rows = [
            (d.title, words[f"found_{d.found_by}"] if d.found_by else words["found_nothing"],
             f"{round(100 * d.sure)} %" if d.found_by else "–")
            for d in report.doubtful
        ]  # fmt: skip
        columns = ((words["report_clause"], 0.5), (words["report_how"], 0.3), (words["report_sure"], 0.2))
        yield _unit("found", words["report_found"], _text(words["report_found_intro"]), table(columns, rows))
    if report.dangling:
        titles = {e.anchor: _name(e) for g in report.groups for e in g.entries}
        referring = [(titles.get(a, a.partition(":")[2]), number) for a, number in report.dangling]
        heads = ((words["report_refers"], 0.6), (words["report_number"], 0.4))
        yield _unit("dangling", words["report_dangling"], table(heads, referring))
    if report.remarks:
        told = [_text(_filled(words[f"remark_{kind}"], count=count)) for kind, _, count in report.remarks]
        yield _unit("remarks", words["report_remarks"], *told)


def _state(state: str) -> str:
    return f"state_{state.replace('-', '_')}"
