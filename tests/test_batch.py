"""Many countries at once: folders and lists of jobs, wrong ones, failures beside what succeeds, and going on."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from journeys import Run
from simulated import simulated

from pipeline.model.problem import Exit, Faulty
from pipeline.project import batching
from pipeline.project.batching import batch
from pipeline.project.drafting import Wish
from pipeline.project.jobs import jobs_of
from pipeline.project.making import worked
from pipeline.project.order import Order, Outcome
from pipeline.store.verify import verify

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "intake" / "examples"
QUICK = ("--format", "docx", "--document", "strategy")
NAMES = ("alba", "norland", "tembala")
SIMULATED = (
    "AD", "BT", "CH", "DE", "EG", "FJ", "GE", "HT", "IS", "JP", "KE", "LA", "MW", "NR", "OM", "PY", "QA", "SE", "TV", "US",
)  # fmt: skip


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """Return a folder of three countries, one a copy of another."""
    folder = tmp_path / "three"
    shutil.copytree(EXAMPLES / "norland", folder / "norland")
    shutil.copytree(EXAMPLES / "tembala", folder / "tembala")
    shutil.copytree(EXAMPLES / "tembala", folder / "alba")
    return folder


def wish(out: Path) -> Wish:
    return Wish(("strategy",), (), ("docx",), "working", "", "", None, out)


def lines(text: str) -> list[str]:
    """Return the lines of countries in order, and the closing line."""
    *countries, last = text.splitlines()
    return [*sorted(countries), last]


MADE = [*(f"{name}: strategy 0.1" for name in NAMES), "3 new versions, 3 countries"]
SAME = [*(f"{name}: nothing changed" for name in NAMES), "0 new versions, 3 countries"]


def test_a_folder_of_countries_is_drafted_and_a_second_time_nothing_changed(
    run: Run,
    three: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, out, err = run("batch", three, *QUICK, "--jobs", "1")
    assert (code, lines(out), err) == (Exit.FINE, MADE, "")
    assert verify(Path("output")) == []
    before = tree(Path("output"))

    def never(order: Order) -> Outcome:
        raise AssertionError("what stands is found without making it")

    monkeypatch.setattr(batching, "worked", never)
    code, out, err = run("batch", three, *QUICK, "--jobs", "1")
    assert (code, lines(out), err) == (Exit.FINE, SAME, "")
    assert tree(Path("output")) == before


def test_the_same_bytes_come_whatever_the_number_of_processes_and_from_draft(
    run: Run,
    three: Path,
    tmp_path: Path,
) -> None:
    for jobs in ("1", "2"):
        assert run("batch", three, *QUICK, "--jobs", jobs, "--out", tmp_path / jobs)[0] == Exit.FINE
    for name in NAMES:
        assert run("draft", three / name, *QUICK, "--out", tmp_path / "alone")[0] == Exit.FINE
    assert tree(tmp_path / "1") == tree(tmp_path / "2") == tree(tmp_path / "alone")
    assert len(tree(tmp_path / "1")) > 30


@pytest.mark.parametrize(
    ("change", "made"),
    [
        (lambda folder: (folder / "alba" / "decisions.yaml").unlink(), ["alba"]),
        (lambda folder: (folder / "alba" / "note.txt").write_text("x"), ["alba"]),
        (lambda folder: shutil.rmtree(folder.parent / "output" / "norland"), ["norland"]),
    ],
    ids=["an answer less", "another file", "a version lost"],
)
def test_what_is_missing_is_made_and_no_more(
    change: Callable[[Path], object],
    made: list[str],
    run: Run,
    three: Path,
) -> None:
    assert run("batch", three, *QUICK, "--jobs", "1")[0] == Exit.FINE
    change(three)
    code, out, _ = run("batch", three, *QUICK, "--jobs", "1")
    assert (code, [line.split(":")[0] for line in lines(out) if "strategy" in line]) == (Exit.FINE, made)


@pytest.mark.parametrize(
    "words",
    [
        ("--as-of", "2026-06-01"), ("--style", "ministere"), ("--audience", "public"), ("--format", "md"),
        ("--document", "brief"),
    ],
)  # fmt: skip
def test_whoever_asks_for_something_else_gets_it(words: tuple[str, str], run: Run, three: Path) -> None:
    shutil.rmtree(three / "alba")
    shutil.rmtree(three / "norland")
    assert run("batch", three, *QUICK, "--jobs", "1")[0] == Exit.FINE
    code, out, _ = run("batch", three, *QUICK, *words, "--jobs", "1")
    assert code == Exit.FINE and lines(out)[0] != "tembala: nothing changed"
    code, out, _ = run("batch", three, *QUICK, *words, "--jobs", "1")
    assert code == Exit.FINE and lines(out)[0] == "tembala: nothing changed"


def test_one_failure_does_not_end_the_run(run: Run, three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (three / "alba" / "country.yaml").write_text("format: 1\nnme: Alba\n")
    code, out, err = run("batch", three, *QUICK, "--jobs", "1")
    assert code == Exit.DOES_NOT_HOLD
    assert lines(out) == [
        "alba: failed; the reason stands at the end", "norland: strategy 0.1", "tembala: strategy 0.1",
        "2 new versions, 3 countries, 1 of them failed",
    ]  # fmt: skip
    assert f"{three}/alba/country.yaml:2:1: error INTAKE-" in err
    assert verify(Path("output")) == []

    def odd(order: Order) -> Outcome:
        raise KeyError("one of ours")

    monkeypatch.setattr(batching, "worked", odd)
    shutil.rmtree("output/norland")
    code, out, err = run("batch", three, *QUICK, "--jobs", "1", "--json")
    assert code == Exit.DOES_NOT_HOLD
    assert [row["problems"] > 0 for row in json.loads(out)] == [True, True, False]
    assert [p["code"] for p in json.loads(err)][-1] == "BATCH-004"


def test_another_state_of_the_same_name_is_refused_and_the_rest_goes_on(run: Run, three: Path) -> None:
    assert run("batch", three, *QUICK, "--jobs", "1")[0] == Exit.FINE
    shutil.rmtree(three / "alba")
    shutil.copytree(EXAMPLES / "norland", three / "alba")
    (three / "tembala" / "note.txt").write_text("x")
    code, out, err = run("batch", three, *QUICK, "--jobs", "1")
    assert code == Exit.DOES_NOT_HOLD and "tembala: strategy 0.2" in out
    assert "BATCH-001" in err and "are those of" in err


def die(order: Order) -> Outcome:
    if order.slug == "norland":
        os.kill(os.getpid(), signal.SIGKILL)
    return worked(order)


def test_a_country_that_ends_its_process_is_named_and_the_rest_is_made(
    three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "attempted", die)
    found, _ = jobs_of(three, wish(tmp_path / "out"))
    done = {d.slug: d for d in batch(found, (2, ""), lambda count, names: None)}
    assert [p.code for p in done["norland"].problems] == ["BATCH-003"]
    assert all(done[name].made[0].new for name in ("alba", "tembala"))
    assert verify(tmp_path / "out") == []


def test_progress_counts_up_and_names_who_is_worked_on(three: Path, tmp_path: Path) -> None:
    told: list[tuple[int, tuple[str, ...]]] = []
    found, _ = jobs_of(three, wish(tmp_path / "out"))
    assert len(list(batch(found, (1, ""), lambda count, names: told.append((count, names))))) == 3
    assert [count for count, _ in told] == sorted(count for count, _ in told)
    assert told[0] == (0, ("alba",)) and told[-1] == (3, ())


@pytest.mark.usefixtures("heeded")
def test_an_interrupt_leaves_whole_versions(three: Path, tmp_path: Path) -> None:
    for number in range(6):
        shutil.copytree(three / "alba", three / f"more-{number}")
    words = [sys.executable, "-m", "pipeline.cli", "batch", str(three), *QUICK, "--jobs", "2"]
    around = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=around,
        start_new_session=True,
    )  # fmt: skip
    assert child.stdout is not None
    child.stdout.readline()
    os.killpg(child.pid, signal.SIGINT)
    start = time.monotonic()
    _, err = child.communicate(timeout=30)
    assert (child.returncode, err.strip()) == (Exit.BUG, "clausewright: interrupted; nothing was half-written")
    assert time.monotonic() - start < 10
    assert verify(tmp_path / "output") == []
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, env=around, check=False)
    assert done.returncode == Exit.FINE and "nothing changed" in done.stdout
    assert len(list((tmp_path / "output").glob("*/strategy/0.1"))) == 9
    assert list((tmp_path / "output").glob("*/strategy/0.2")) == []


def test_twenty_simulated_countries_as_whole_versions(run: Run, tmp_path: Path) -> None:
    for state in SIMULATED:
        for path, data in simulated(state, 1).items():
            place = tmp_path / "world" / state.lower() / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
    code, out, err = run("batch", "world", "--format", "docx")
    assert (code, err) == (Exit.FINE, "")
    assert lines(out)[-1] == "40 new versions, 20 countries"
    assert verify(Path("output")) == []
    assert lines(run("batch", "world", "--format", "docx")[1])[-1] == "0 new versions, 20 countries"


# What is handed in


def test_a_list_of_jobs_says_what_each_country_gets(run: Run, three: Path) -> None:
    (three.parent / "jobs.yaml").write_text(
        "format: 1\njobs:\n- {intake: three/alba}\n- {intake: three/../three/tembala, documents: [brief, strategy], "
        "formats: [md], audience: public, style: ministere, as_of: 2026-06-01, langs: [en]}\n"
    )
    code, out, err = run("batch", "jobs.yaml", *QUICK, "--jobs", "1")
    assert (code, err) == (Exit.FINE, "")
    assert lines(out) == ["alba: strategy 0.1", "tembala: brief 0.1, strategy 0.1", "3 new versions, 2 countries"]
    assert Path("output/alba/strategy/0.1/strategy.en.docx").is_file()
    receipt = json.loads(Path("output/tembala/brief/0.1/receipt.json").read_text())
    assert (receipt["as_of"], receipt["style"], list(receipt["renditions"])) == (
        "2026-06-01", "ministere", ["brief.en.public.md"],
    )  # fmt: skip
    assert lines(run("batch", "jobs.yaml", *QUICK, "--jobs", "1")[1])[-1].startswith("0 new")


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("format: 1\n", "BATCH-002", 1),
        ("format: 1\njobs: []\n", "BATCH-002", 2),
        ("format: 2\njobs:\n- intake: three/alba\n", "BATCH-002", 1),
        ("format: 1\njobs:\n- intke: three/alba\n", "BATCH-002", 3),
        ("format: 1\njobs:\n- intake: three/alba\n  formats: [pdf, doc]\n", "BATCH-002", 4),
        ("format: 1\njobs:\n- intake: three/alba\n  documents: [law]\n", "BATCH-002", 4),
        ("format: 1\njobs:\n- intake: three/alba\n  audience: press\n", "BATCH-002", 4),
        ("format: 1\njobs:\n- intake: three/alba\n  as_of: 2026-02-30\n", "BATCH-002", 4),
        ("format: 1\njobs:\n- intake: three/alba\n  style: baroque\n", "BATCH-002", 4),
        ("format: 1\njobs:\n- intake: three/alab\n", "BATCH-002", 3),
        ("format: 1\njobs:\n- intake: three\n", "BATCH-002", 3),
        ("format: 1\njobs:\n- intake: /etc\n", "BATCH-002", 3),
        ("format: 1\njobs:\n- intake: three/alba\n- intake: three/alba\n", "BATCH-002", 4),
        ("format: 1\njobs:\n- intake: three/alba\n- intake: four/Alba\n", "BATCH-002", 4),
        ("format: 1\njobs:\n- intake: link/alba\n", "FOLDER-001", 3),
        ("format: 1\njobs:\n- intake: three/linked\n", "FOLDER-001", 3),
        ("format: 1\njobs: &a\n- intake: three/alba\n", "BATCH-002", 2),
        ("format: 1\njobs:\n- intake: three/alba\n  intake: three/alba\n", "BATCH-002", 4),
        ("format: 1\njobs:\n  intake: three/alba\n", "BATCH-002", 3),
        ("- three/alba\n", "BATCH-002", 1),
    ],
)
def test_a_wrong_list_is_told_with_place_and_repair(text: str, code: str, line: int, three: Path) -> None:
    shutil.copytree(three / "alba", three.parent / "four" / "Alba")
    (three.parent / "link").symlink_to(three)
    (three / "linked").symlink_to(three / "alba")
    path = three.parent / "jobs.yaml"
    path.write_text(text)
    with pytest.raises(Faulty) as caught:
        jobs_of(path, wish(three.parent / "out"))
    assert {(p.code, p.place.file) for p in caught.value.problems} == {(code, str(path))}
    assert caught.value.problems[0].place.line == line and caught.value.exit_code == Exit.INTAKE


def test_all_problems_of_a_list_come_at_once(three: Path) -> None:
    path = three.parent / "jobs.yaml"
    path.write_text("format: 1\njobs:\n- {intake: a}\n- {intake: three/alba, style: x}\n- {intake: three/alba}\n")
    with pytest.raises(Faulty) as caught:
        jobs_of(path, wish(three.parent / "out"))
    assert [p.place.line for p in caught.value.problems] == [3, 4, 5]


def test_a_wrong_folder_is_told(three: Path, tmp_path: Path, run: Run) -> None:
    def said(path: Path) -> str:
        with pytest.raises(Faulty) as caught:
            jobs_of(path, wish(tmp_path / "out"))
        return str(caught.value)

    (tmp_path / "empty").mkdir()
    assert "no country folder in it" in said(tmp_path / "empty")
    assert "no such folder or file" in said(tmp_path / "nowhere")
    assert "clausewright draft" in said(three / "alba")
    (three / "linked").symlink_to(three / "alba")
    assert "FOLDER-001" in said(three)
    (three / "linked").unlink()
    (three / "notes").mkdir()
    _, odd = jobs_of(three, wish(three / "out"))
    assert [(p.code, p.warning) for p in odd] == [("BATCH-002", True)] and "notes" in odd[0].place.file
    assert run("batch", three, "--out", three / "alba" / "output")[0] == Exit.REFUSED
    assert run("batch", three, "--jobs", "2", "--scheduler", "tcp://127.0.0.1:1")[0] == Exit.USAGE
