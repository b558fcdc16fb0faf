"""A document's history: a line for each version and stage, sealed, in order, and never without the version it tells of."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from crashes import STEPS, watched
from store_samples import COUNTRY, DOCUMENT, ZIP, in_child, items, put, tree

from pipeline.model.problem import DoesNotHold, Exit, Faulty, MachineFault, Refused
from pipeline.model.version import STAGES, Entry
from pipeline.store import chain, history, staging
from pipeline.store.canonical import compact
from pipeline.store.names import HISTORY, STAGING
from pipeline.store.verify import heads, verify
from pipeline.store.version import digest, versions, write_many

SENT = Entry("stage", "0.1", stage="consultation", on="2026-12-01", to="Bar Association")


def place(root: Path) -> Path:
    return root / COUNTRY / DOCUMENT / HISTORY


def read(root: Path) -> tuple[Entry, ...]:
    return history.read(root, COUNTRY, DOCUMENT)


def record(root: Path, entry: Entry = SENT) -> None:
    history.record(root, COUNTRY, DOCUMENT, entry)


def write_over(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def test_each_version_enters_it_with_its_receipt_and_the_date_of_the_law(tmp_path: Path) -> None:
    assert read(tmp_path) == ()
    for version in ("0.1", "0.2", "1.0"):
        put(tmp_path, version)
    receipts = [
        digest((tmp_path / COUNTRY / DOCUMENT / v / "receipt.json").read_bytes()) for v in ("0.1", "0.2", "1.0")
    ]
    assert read(tmp_path) == (
        Entry("version", "0.1", "2026-11-01", receipts[0]),
        Entry("version", "0.2", "2026-11-01", receipts[1]),
        Entry("release", "1.0", "2026-11-01", receipts[2]),
    )
    assert verify(tmp_path) == []


def test_a_line_is_canonical_json_that_names_the_one_before_it(tmp_path: Path) -> None:
    put(tmp_path, "0.1")
    record(tmp_path)
    first, second = place(tmp_path).read_bytes().splitlines()
    one, other = json.loads(first), json.loads(second)
    assert list(one) == ["digest", "event", "law", "n", "receipt", "version"]
    assert list(other) == ["digest", "event", "n", "on", "previous", "stage", "to", "version"]
    assert other["previous"] == one["digest"]
    unsealed = b"{" + second.split(b",", 1)[1]  # the seal stands first, so that it can be cut off by hand
    assert hashlib.sha256(unsealed).hexdigest() == other["digest"]


def test_a_history_tells_nothing_of_answers_clock_or_machine(tmp_path: Path) -> None:
    put(tmp_path, "0.1")
    record(tmp_path)
    text = place(tmp_path).read_text()
    assert "Norland" not in text and str(tmp_path) not in text
    again = tmp_path / "again"
    put(again, "0.1")
    record(again)
    assert place(again).read_text() == text


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_is_recorded_with_day_and_office(tmp_path: Path, stage: str) -> None:
    put(tmp_path, "0.1")
    known = next(s for s in STAGES if s == stage)
    entry = Entry("stage", "0.1", stage=known, on="2026-12-01", to="Ministry of Justice", by="Head of Legal Affairs")
    record(tmp_path, entry)
    assert read(tmp_path)[1] == entry
    put(tmp_path, "0.2")
    record(tmp_path, replace(entry, version="0.1"))
    assert [e.version for e in read(tmp_path)] == ["0.1", "0.1", "0.2", "0.1"]
    assert verify(tmp_path) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"stage": "lunch"}, {"stage": ""}, {"on": ""}, {"on": "2026-13-01"}, {"on": "20261201"}, {"on": "2026-12-01T00:00"},
        {"to": ""}, {"to": " "}, {"to": " a"}, {"to": "a\nb"}, {"to": "a\u202eb"}, {"to": "a" * 201}, {"by": "a\tb"},
        {"by": "\ud800"}, {"law": "2026-12-01"}, {"receipt": "0" * 64},
    ],
)  # fmt: skip
def test_a_wrong_stage_is_refused_and_changes_nothing(tmp_path: Path, wrong: dict[str, str]) -> None:
    put(tmp_path, "0.1")
    before = tree(tmp_path)
    with pytest.raises(Faulty) as caught:
        record(tmp_path, replace(SENT, **wrong))  # type: ignore[arg-type]
    assert caught.value.problems[0].code == "STORE-041"
    assert caught.value.exit_code == Exit.INTAKE
    assert str(caught.value).replace("\n", "").isprintable()
    assert tree(tmp_path) == before


def test_a_stage_of_a_version_that_does_not_stand_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "0.1")
    with pytest.raises(Refused, match=r"no version 0\.2"):
        record(tmp_path, replace(SENT, version="0.2"))
    with pytest.raises(Faulty, match="not a version number"):
        record(tmp_path, replace(SENT, version="../0.1"))
    with pytest.raises(Faulty):
        history.record(tmp_path, "../x", DOCUMENT, SENT)
    with pytest.raises(ValueError, match="as they are written"):
        record(tmp_path, Entry("version", "0.1", "2026-11-01", "0" * 64))


# Lines that were changed

Lines = list[bytes]


def drop(lines: Lines) -> Lines:
    return [*lines[:1], *lines[2:]]


def drop_first(lines: Lines) -> Lines:
    return lines[1:]


def double(lines: Lines) -> Lines:
    return [*lines[:2], *lines[1:]]


def swap(lines: Lines) -> Lines:
    return [lines[1], lines[0], *lines[2:]]


def swap_last(lines: Lines) -> Lines:
    return [*lines[:-2], lines[-1], lines[-2]]


def tear(lines: Lines) -> Lines:
    return [*lines[:-1], lines[-1][:-30]]


def tear_feed(lines: Lines) -> Lines:
    return [*lines[:-1], lines[-1][:-1]]


def pad(lines: Lines) -> Lines:
    return [*lines, b"\n"]


def spaces(lines: Lines) -> Lines:
    return [lines[0].replace(b":", b": ", 1), *lines[1:]]


def empty(lines: Lines) -> Lines:
    return []


def more(lines: Lines) -> Lines:
    return [*lines, b"{}\n"]


def deep(lines: Lines) -> Lines:
    return [*lines, b"[" * 3_000 + b"\n"]


def huge(lines: Lines) -> Lines:
    return [*lines, b"9" * 3_900 + b"\n"]


def other_end(lines: Lines) -> Lines:
    return [*lines[:-1], lines[-1].replace(b"Bar Association", b"Bar Associatiom")]


CHANGES = (drop, drop_first, double, swap, swap_last, tear, tear_feed, pad, spaces, empty, more, deep, huge, other_end)


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_done_to_the_lines_is_found(tmp_path: Path, change: Callable[[Lines], Lines]) -> None:
    for version in ("0.1", "0.2", "0.3"):
        put(tmp_path, version)
    record(tmp_path)
    lines = place(tmp_path).read_bytes().splitlines(keepends=True)
    write_over(place(tmp_path), b"".join(change(list(lines))))
    before = tree(tmp_path)
    problems = verify(tmp_path)
    assert any(f"{HISTORY}:" in str(p.place) for p in problems), problems
    assert all(not p.warning and p.message.isprintable() for p in problems)
    with pytest.raises(Faulty) as caught:
        read(tmp_path)
    assert caught.value.exit_code == Exit.DOES_NOT_HOLD
    assert all(p.place.line > 0 for p in caught.value.problems)
    with pytest.raises((Faulty, DoesNotHold)) as stopped:
        put(tmp_path, "0.4")
    assert stopped.value.exit_code == Exit.DOES_NOT_HOLD
    with pytest.raises((Faulty, DoesNotHold)):
        record(tmp_path)
    assert tree(tmp_path) == before


def test_a_line_that_says_what_this_program_does_not_know_was_written_by_a_newer_one() -> None:
    tree = {"event": "withdrawn", "n": 1, "version": "0.1"}
    seal = hashlib.sha256(compact(tree).encode()).hexdigest()
    line = compact({**tree, "digest": seal}).encode() + b"\n"
    with pytest.raises(Faulty, match="newer version"):
        chain.parsed(line, HISTORY)


@pytest.mark.parametrize(
    "entry",
    [
        Entry("version", "1.0", "2026-11-01", "0" * 64), Entry("release", "0.1", "2026-11-01", "0" * 64),
        Entry("adopted", "1.0", "2026-11-01", "0" * 64),
        Entry("version", "0.1", "", "0" * 64), Entry("version", "0.1", "2026-11-01"),
        Entry("version", "0.1", "2026-11-01", "0" * 64, to="x"), Entry("version", "x", "2026-11-01", "0" * 64),
    ],
)  # fmt: skip
def test_a_sealed_line_that_makes_no_sense_is_found(entry: Entry) -> None:
    with pytest.raises(Faulty):
        chain.parsed(chain.extended(b"", [entry]), HISTORY)


def test_versions_out_of_order_and_stages_of_unknown_versions_are_found() -> None:
    first, second = (Entry("version", v, "2026-11-01", "0" * 64) for v in ("0.1", "0.2"))
    with pytest.raises(Faulty, match="does not come after"):
        chain.parsed(chain.extended(b"", [second, first]), HISTORY)
    with pytest.raises(Faulty, match="does not come after"):
        chain.parsed(chain.extended(b"", [first, first]), HISTORY)
    with pytest.raises(Faulty, match="no line before it names"):
        chain.parsed(chain.extended(b"", [first, replace(SENT, version="0.2")]), HISTORY)


def test_the_last_seal_stands_for_all_before_it(tmp_path: Path) -> None:
    put(tmp_path, "0.1")
    first = heads(tmp_path)
    put(tmp_path, "0.2")
    second = heads(tmp_path)
    assert first.keys() == second.keys() == {f"{COUNTRY}/{DOCUMENT}"}
    assert first != second
    lines = [json.loads(line) for line in place(tmp_path).read_text().splitlines()]
    assert [*first.values(), *second.values()] == [line["digest"] for line in lines]
    assert heads(tmp_path / COUNTRY / DOCUMENT) == heads(tmp_path / COUNTRY) == second
    shutil.rmtree(tmp_path / COUNTRY / DOCUMENT / "0.2")  # with the end of the history nothing within tells of it
    write_over(place(tmp_path), place(tmp_path).read_bytes().splitlines(keepends=True)[0])
    assert verify(tmp_path) == []
    assert heads(tmp_path) == first != second


# Versions and history together


def test_a_version_that_a_history_lacks_or_tells_of_in_vain_is_found_and_stops_the_next(tmp_path: Path) -> None:
    for version in ("0.1", "0.2", "0.3"):
        put(tmp_path, version)
    whole = place(tmp_path).read_bytes()
    write_over(place(tmp_path), b"".join(whole.splitlines(keepends=True)[:2]))
    (problem,) = verify(tmp_path)
    assert str(problem.place).endswith("guidelines/0.3")
    assert "does not tell of this version" in problem.message
    with pytest.raises(DoesNotHold, match=r"0\.3 by its folders and 0\.2 by its history"):
        put(tmp_path, "0.4")
    write_over(place(tmp_path), whole)
    shutil.rmtree(tmp_path / COUNTRY / DOCUMENT / "0.3")
    (problem,) = verify(tmp_path)
    assert f"{HISTORY}:3:1" in str(problem.place)
    with pytest.raises(DoesNotHold, match=r"0\.2 by its folders and 0\.3 by its history"):
        put(tmp_path, "0.3")


def test_a_history_that_was_taken_away_is_missed(tmp_path: Path) -> None:
    put(tmp_path, "0.1")
    place(tmp_path).unlink()
    (problem,) = verify(tmp_path)
    assert "the history is missing" in problem.message
    with pytest.raises(DoesNotHold, match="missing"):
        put(tmp_path, "0.2")
    with pytest.raises(DoesNotHold, match="missing"):
        record(tmp_path)
    assert [e.version for e in read(tmp_path)] == ["0.1"]  # what the receipts tell


def test_a_version_made_after_another_than_the_newest_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "0.1")
    late = items(tmp_path, ["0.3"])
    put(tmp_path, "0.2")
    with pytest.raises(Refused, match="another run wrote in the meantime"):
        write_many(tmp_path, late)
    early = items(tmp_path, ["0.1"])
    with pytest.raises(Refused, match="already exists, or would come before"):
        write_many(tmp_path, early)
    assert versions(tmp_path, COUNTRY, DOCUMENT) == ("0.1", "0.2")


def test_a_receipt_of_another_version_is_not_written(tmp_path: Path) -> None:
    (item,) = items(tmp_path, ["0.1"])
    for wrong in (replace(item, version="0.2"), replace(item, document="strategy"), replace(item, country="sudland")):
        with pytest.raises(ValueError, match="receipt is not that of"):
            write_many(tmp_path, [wrong])


@pytest.mark.parametrize("name", [HISTORY, "library/x.zip", "SHA256SUMS"])
def test_names_that_a_packed_version_needs_are_no_files_of_a_version(tmp_path: Path, name: str) -> None:
    (item,) = items(tmp_path, ["0.1"])
    with pytest.raises(ValueError, match=name):
        write_many(tmp_path, [replace(item, files={**item.files, name: b"x"})])
    assert not (tmp_path / COUNTRY).exists()


def test_many_versions_are_written_in_one_go(tmp_path: Path) -> None:
    put(tmp_path, "0.1")
    many = items(tmp_path, ["0.2", "0.3"]) + items(tmp_path, ["0.1", "0.2", "1.0"], document="strategy")
    places = write_many(tmp_path, many, ZIP)
    assert [p.name for p in places] == ["0.2", "0.3", "0.1", "0.2", "1.0"]
    assert verify(tmp_path) == []
    one = tmp_path / "one by one"
    for version in ("0.1", "0.2", "0.3"):
        put(one, version)
    for version in ("0.1", "0.2", "1.0"):
        put(one, version, document="strategy")
    assert tree(one / COUNTRY) == tree(tmp_path / COUNTRY)
    assert write_many(tmp_path, []) == ()


def test_of_many_versions_those_before_the_fault_stand_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, moved = os.rename, list[object]()

    def full(*args: object, **kwargs: object) -> None:
        moved.append(args)
        if len(moved) == 6:  # library, 0.1, its history, 0.2, its history, 0.3
            raise OSError(errno.ENOSPC, "full")
        real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(MachineFault, match="no space left"):
        write_many(tmp_path, items(tmp_path, ["0.1", "0.2", "0.3", "0.4"]), ZIP)
    monkeypatch.undo()
    assert versions(tmp_path, COUNTRY, DOCUMENT) == ("0.1", "0.2")
    assert verify(tmp_path) == []
    assert not (tmp_path / STAGING).exists()
    put(tmp_path, "0.3")
    assert verify(tmp_path) == []


# A run that died between a version and its history


def left_behind(root: Path, version: str) -> None:
    """Write a version in a child that dies before the history is renamed to its place."""
    real = os.rename

    def die(source: str, *args: object, **kwargs: object) -> None:
        if source.endswith(staging.LINES):
            os._exit(9)
        real(source, *args, **kwargs)  # type: ignore[arg-type]

    def act() -> None:
        os.rename = die  # type: ignore[assignment]
        put(root, version)

    assert in_child(act) == 9
    assert (root / STAGING / f"{COUNTRY}.{DOCUMENT}.{version}.jsonl").is_file()


@pytest.mark.parametrize("before", [(), ("0.1",), ("0.1", "0.2")])
def test_what_a_dead_run_left_is_told_and_finished_by_the_next(tmp_path: Path, before: tuple[str, ...]) -> None:
    for version in before:
        put(tmp_path, version)
    number = f"0.{len(before) + 1}"
    left_behind(tmp_path, number)
    problems = verify(tmp_path)
    assert all(p.warning for p in problems)
    assert any(f"wrote version {number} died" in p.message for p in problems)
    for level in (tmp_path / COUNTRY, tmp_path / COUNTRY / DOCUMENT):
        assert all(p.warning for p in verify(level))
    record(tmp_path, replace(SENT, version=number))
    assert verify(tmp_path) == []
    assert [e.version for e in read(tmp_path)] == [*before, number, number]


def test_another_document_finishes_it_too(tmp_path: Path) -> None:
    put(tmp_path, "0.1")
    left_behind(tmp_path, "0.2")
    put(tmp_path, "0.1", document="strategy")
    assert verify(tmp_path) == []
    assert [e.version for e in read(tmp_path)] == ["0.1", "0.2"]


def stale_beginning(left: Path) -> None:
    write_over(left, chain.extended(b"", [Entry("version", "0.2", "2026-11-01", "1" * 64)]))


def another_receipt(left: Path) -> None:
    lines = left.read_bytes().splitlines(keepends=True)
    write_over(left, chain.extended(lines[0], [Entry("version", "0.2", "2026-11-01", "1" * 64)]))


def torn(left: Path) -> None:
    write_over(left, left.read_bytes()[:-5])


def renamed(left: Path) -> None:
    left.rename(left.with_name(f"{COUNTRY}.{DOCUMENT}.0.3.jsonl"))


@pytest.mark.parametrize("act", [stale_beginning, another_receipt, torn, renamed])
def test_what_does_not_fit_is_not_put_in_its_place(tmp_path: Path, act: Callable[[Path], None]) -> None:
    put(tmp_path, "0.1")
    left_behind(tmp_path, "0.2")
    act(tmp_path / STAGING / f"{COUNTRY}.{DOCUMENT}.0.2.jsonl")
    assert any("does not tell of this version" in p.message for p in verify(tmp_path) if not p.warning)
    before = place(tmp_path).read_bytes()
    with pytest.raises(DoesNotHold):
        put(tmp_path, "0.3")
    assert place(tmp_path).read_bytes() == before


@pytest.mark.parametrize(
    "name", ["x.jsonl", "../x.jsonl", "a.b.c.jsonl", "norland.guidelines.0.1", "A.b.0.1.jsonl", ".jsonl"]
)
def test_only_the_name_of_a_history_is_taken_for_one(name: str) -> None:
    assert staging.named(name) is None
    assert staging.named("norland.guidelines.1.0.1-draft.2.jsonl") == ("norland", "guidelines", "1.0.1-draft.2")


@pytest.mark.parametrize("to", ["a file", "nothing"])
def test_a_link_in_place_of_the_history_is_refused_and_never_followed(tmp_path: Path, to: str) -> None:
    put(tmp_path / "out", "0.1")
    outside = tmp_path / "outside"
    if to == "a file":
        shutil.copyfile(place(tmp_path / "out"), outside)
    place(tmp_path / "out").unlink()
    place(tmp_path / "out").symlink_to(outside)
    before = outside.read_bytes() if outside.exists() else None
    for act in (lambda: put(tmp_path / "out", "0.2"), lambda: record(tmp_path / "out"), lambda: read(tmp_path / "out")):
        with pytest.raises(Refused):
            act()
    assert (outside.read_bytes() if outside.exists() else None) == before
    assert place(tmp_path / "out").is_symlink()
    assert any("a link stands here" in p.message for p in verify(tmp_path / "out"))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_stage_whose_recording_fails_changes_nothing(tmp_path: Path, number: int) -> None:
    put(tmp_path, "0.1")
    with watched(STEPS, lambda _name, _n: None) as steps:
        record(tmp_path)
    last = len(steps) - steps[::-1].index("rename")
    for nth in range(2, last + 1):
        before = tree(tmp_path)

        def fail(_name: str, n: int, nth: int = nth) -> None:
            if n == nth:
                raise OSError(number, "fault")

        with watched(STEPS, fail), pytest.raises(MachineFault):
            record(tmp_path)
        assert tree(tmp_path) == before, steps[nth - 1]
    record(tmp_path)
    assert len(read(tmp_path)) == 3
