"""An edited Word file, checked: which draft it is, what is still open in it, and what its editor did to our marks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.model.problem import Place, Problem
from pipeline.project.revising.sources import of_file
from pipeline.revise.finding import Doubt, found
from pipeline.revise.open_marks import OpenMark, open_marks
from pipeline.revise.reading import number_of
from pipeline.word import counting, names, package
from pipeline.word.anchors import Kept

UNKNOWN, CONFLICT, CHANGE = "EDITED-001", "EDITED-002", "EDITED-003"
LOST, RESAVED, REPEATED = "EDITED-004", "EDITED-005", "EDITED-006"

PLACES = {"header": "header", "footer": "footer", "footno": "footnotes", "endnot": "endnotes"}
"""What a part is called, by the beginning of its name."""


def looked_at(path: Path) -> tuple[str, tuple[Problem, ...], tuple[Problem, ...]]:
    """Return what a file is, what is still open in it, and what else a reader should know.

    Raises:
        Faulty: It is no Word file, damaged, or beyond the limits.
    """
    file = str(path)
    one = of_file(path, None)
    if one.kept is None:
        fix = "check the edited draft itself; a copy for publication, or a file saved by another program, has no marks"
        message = "the file tells nothing of the draft that it came from"
        return f"{path}: a Word file", (), (Problem(UNKNOWN, Place(file), message, fix, warning=True),)
    parts = package.opened(one.data, file)
    document = package.parsed(parts[names.DOCUMENT], names.DOCUMENT, file)
    finding = found(document, one.kept)
    numbers = counting.labels(parts, document)
    printed = {u.anchor: number_of(u, numbers) for u in finding.units}
    record = one.record
    said = (
        f"{path}: {record.get('document', 'document')} of {record.get('country', '?')}, version "
        f"{record.get('version', '?')}, law as of {record.get('as_of', '?')}; {len(finding.units)} of "
        f"{len(one.kept.units)} blocks found"
    )
    odd = [_lost(a, one.kept.units[a].alias, file) for a in finding.lost]
    odd += [_doubted(d, file) for d in finding.warnings]
    return said, tuple(_open(m, one.kept, printed, file) for m in open_marks(parts, file)), tuple(odd)


def _open(mark: OpenMark, kept: Kept, printed: Mapping[str, str], file: str) -> Problem:
    unit = kept.units.get(mark.anchor)
    where = mark.words if mark.anchor else PLACES.get(mark.part.rpartition("/")[2][:6], "cover")
    if unit is not None and unit.alias:
        where = f"{printed.get(mark.anchor) or unit.label} {unit.title}".strip()
    place = Place(file, spot=where)
    if mark.kind == "conflict":
        fix = "choose between the two texts, then resolve or delete the comment"
        return Problem(CONFLICT, place, f"a conflict is not decided: “{mark.words}”", fix)
    told = "1 tracked change of ours is" if mark.count == 1 else "tracked changes of ours are"
    return Problem(CHANGE, place, f"{told} neither accepted nor rejected: “{mark.words}”", "accept or reject each")


def _lost(anchor: str, alias: str, file: str) -> Problem:
    message = f"{alias or anchor} is not there, or not to be told from other text"
    fix = "nothing, if it was left out on purpose; else put it back from the draft"
    return Problem(LOST, Place(file), message, fix, warning=True)


def _doubted(doubt: Doubt, file: str) -> Problem:
    if doubt.kind == "resaved":
        message = f"{doubt.count} blocks have lost their marks, as LibreOffice leaves them"
        return Problem(RESAVED, Place(file), message, "edit in Word, or draft with bookmarks alone", warning=True)
    message = f"a sentence stands {doubt.count} times in one paragraph of {doubt.anchor.partition(':')[2]}"
    return Problem(
        REPEATED, Place(file), message, "delete the copies; LibreOffice makes them of Arabic text", warning=True
    )
