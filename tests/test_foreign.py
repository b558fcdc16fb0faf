"""Redline of files without our clauses: Docxodus reads both, and what is missing or wrong is told in one line."""

from __future__ import annotations

import threading
from importlib import import_module
from pathlib import Path
from types import ModuleType

import marks
import ministry
import pytest
import revisions

from pipeline.model.problem import Exit, Faulty, MachineFault
from pipeline.project.revising import foreign

DAY = "2026-07-27"


@pytest.fixture(scope="module")
def files() -> tuple[bytes, bytes]:
    pair = revisions.dozen(anchors="libre")
    return unanchored(pair.old_docx), unanchored(pair.new_docx)


def unanchored(data: bytes) -> bytes:
    doc = ministry.Document(data)
    ministry.remove_anchors(doc, custom_part=True)
    return doc.bytes()


def test_to_accept_gives_the_newer_and_to_reject_the_older(files: tuple[bytes, bytes]) -> None:
    old, new = files
    marked = foreign.redline(old, new, "Clausewright", DAY)
    assert marks.authors(marked) == {"Clausewright"}
    assert marks.plain(marks.accepted(marked, "Clausewright", f"{DAY}T00:00:00Z")) == marks.plain(new)
    assert marks.plain(marks.rejected(marked, "Clausewright", f"{DAY}T00:00:00Z")) == marks.plain(old)
    assert marks.plain(new) != marks.plain(old)


def test_the_same_files_give_the_same_bytes(files: tuple[bytes, bytes]) -> None:
    assert foreign.redline(*files, "A", DAY) == foreign.redline(*files, "A", DAY)


def test_changes_that_the_files_hold_count_as_accepted(files: tuple[bytes, bytes]) -> None:
    _, new = files
    anchored = revisions.dozen().old_docx
    tracked, edits = ministry.edited(anchored, 3, 8, kinds=("replace words", "insert a sentence"), tracked=1.0)
    pending = unanchored(tracked)
    marked = foreign.redline(pending, new, "A", DAY)
    assert len(edits) > 4
    assert marks.authors(marked) == {"A"}
    assert marks.plain(marks.rejected(marked)) == marks.plain(marks.accepted(pending))
    assert marks.plain(marks.accepted(marked)) == marks.plain(new)


def test_it_is_unpacked_once_and_whole_into_the_cache(
    files: tuple[bytes, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found: list[bytes] = []
    runs = [threading.Thread(target=lambda: found.append(foreign.redline(*files, "A", DAY))) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    (home,) = (
        tmp_path / "cache" / "clausewright"
    ).iterdir()  # both began to unpack it, one was first, and no rest is left
    stamp = home.stat().st_mtime_ns
    assert len(found) == 2
    assert foreign.redline(*files, "A", DAY) == found[0] == found[1]
    assert home.stat().st_mtime_ns == stamp


def test_a_cache_that_cannot_be_written_is_told(
    files: tuple[bytes, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(MachineFault, match="cannot be made ready"):
        foreign.redline(*files, "A", DAY)


@pytest.mark.parametrize("missing", ["platformdirs", "python_redlines"])
def test_without_the_extra_the_remedy_is_told(
    files: tuple[bytes, bytes], missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(import_module("sys").modules, missing, None)  # as if it were not installed
    with pytest.raises(MachineFault, match=r"pip install 'clausewright\[compare\]'") as told:
        foreign.redline(*files, "A", DAY)
    assert told.value.exit_code == Exit.MACHINE


def test_the_extra_without_a_program_for_this_machine_is_told(
    files: tuple[bytes, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    redlines: ModuleType = import_module("python_redlines.engines")
    monkeypatch.setattr(redlines, "_detect_rid", lambda: "linux-other")
    with pytest.raises(MachineFault, match="cannot be made ready"):
        foreign.redline(*files, "A", DAY)


def test_what_is_no_word_file_is_refused_before_the_program_sees_it(files: tuple[bytes, bytes]) -> None:
    with pytest.raises(Faulty, match="OLD: error DOCX-001"):
        foreign.redline(b"no file", files[1], "A", DAY, ("OLD", "NEW"))
    with pytest.raises(Faulty, match="NEW: error DOCX-001"):
        foreign.redline(files[0], files[1][:2000], "A", DAY, ("OLD", "NEW"))


def test_what_the_program_cannot_read_is_told_in_one_line(files: tuple[bytes, bytes]) -> None:
    parts = marks.unpacked(files[1])
    parts["_rels/.rels"] = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
    with pytest.raises(Faulty, match="NEW: error REVISE-002: it cannot be compared with OLD") as told:
        foreign.redline(files[0], marks.packed(parts), "A", DAY, ("OLD", "NEW"))
    assert told.value.exit_code == Exit.INTAKE
    assert len(str(told.value).splitlines()) == 2
