"""However a run ends, a store holds whole versions, nothing that stood is changed, and the next run goes on."""

from __future__ import annotations

import errno
import os
import random
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from crashes import RUNS, SOAK, at_call, batch, die, full, goes_on, held, killed_at_random, several_at_once, steps
from store_samples import COUNTRY, DOCUMENT, in_child, put, tree

from pipeline.cli import main
from pipeline.model.problem import MachineFault
from pipeline.model.version import Entry
from pipeline.store import history
from pipeline.store.names import STAGING
from pipeline.store.verify import verify
from pipeline.store.version import versions

LIBRARY = next((Path(__file__).resolve().parent / "data" / "stores" / "format-1" / "library").glob("*.zip"))


@pytest.mark.slow
def test_kills_at_random_moments_tear_nothing(tmp_path: Path) -> None:
    assert killed_at_random(tmp_path, RUNS, SOAK) > RUNS // 4


def standing(tmp_path: Path) -> Path:
    """Return a store in which something stands."""
    out = tmp_path / "standing"
    batch(out, few=True)
    return out


def recorded(out: Path) -> None:
    history.record(
        out, COUNTRY, DOCUMENT, Entry("stage", "0.1", stage="internal", on="2026-12-01", to="Legal Department")
    )


ACTS: dict[str, Callable[[Path], object]] = {"versions": lambda out: batch(out, few=True), "a stage": recorded}


@pytest.mark.slow
@pytest.mark.parametrize("name", ACTS)
def test_death_before_every_single_step_of_many_versions_tears_nothing(tmp_path: Path, name: str) -> None:
    whole, act = standing(tmp_path), ACTS[name]
    before = held(whole, {})
    counted = Path(shutil.copytree(whole, tmp_path / "count"))
    count = steps(lambda: act(counted))
    ends = set()
    for nth in range(1, count + 1):
        out = Path(shutil.copytree(whole, tmp_path / f"at {nth}"))

        def dying(nth: int = nth, out: Path = out) -> None:
            with at_call(nth, die):
                act(out)

        assert in_child(dying) == -signal.SIGKILL
        held(out, before)
        ends.add(tuple(len(versions(out, COUNTRY, d)) for d in ("guidelines", "strategy")))
        goes_on(out)
        held(out, before)
        shutil.rmtree(out)
    assert ends == ({(2, 2), (3, 2), (4, 2), (4, 3), (4, 4)} if name == "versions" else {(2, 2)})


@pytest.mark.slow
@pytest.mark.parametrize("name", ACTS)
def test_a_disk_that_fills_at_every_single_step_of_many_versions_tears_nothing(tmp_path: Path, name: str) -> None:
    whole, act = standing(tmp_path), ACTS[name]
    before = held(whole, {})
    counted = Path(shutil.copytree(whole, tmp_path / "count"))
    count = steps(lambda: act(counted))
    told = 0
    for nth in range(1, count + 1):
        out = Path(shutil.copytree(whole, tmp_path / f"at {nth}"))
        with at_call(nth, full):
            try:
                act(out)
            except MachineFault as fault:
                told += "\n" not in str(fault)
        assert [p for p in verify(out) if "a run is writing" not in p.message] == [], nth
        held(out, before)
        goes_on(out)
        shutil.rmtree(out)
    assert told > count * 2 // 3  # the rest makes the root that stands, or clears up


def test_a_limit_on_the_size_of_files_is_a_full_disk(tmp_path: Path) -> None:
    out = tmp_path / "out"
    put(out, "0.1")
    before = held(out, {})

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        try:
            batch(out, 100_000)
        except MachineFault:
            raise SystemExit(5) from None

    assert in_child(limited) == 5
    assert held(out, before) == before
    assert not (out / STAGING).exists()
    goes_on(out)


@pytest.mark.parametrize("writers", [2, 3, 4])
def test_several_writers_at_once_write_whole_versions_one_after_the_other(tmp_path: Path, writers: int) -> None:
    for turn in range(max(2, SOAK // 10)):
        out = tmp_path / str(turn)
        wrote = several_at_once(out, writers, turn)
        assert wrote == sum(len(versions(out, COUNTRY, d)) for d in ("guidelines", "strategy"))
        assert wrote >= 4
        assert verify(out) == []
        goes_on(out)


# The command itself


def drafting(folder: Path, out: Path, turn: int) -> Callable[[], None]:
    """Return an act that drafts Tinyland, told anew each turn, from a library of a few lines."""

    def act() -> None:
        folder.mkdir(exist_ok=True)
        (folder / "country.yaml").write_text(f"format: 1\nname: Tinyland\nissuer: Office {turn}\n")
        words = ["--document", DOCUMENT, "--library", str(LIBRARY), "--format", "docx", "--out", str(out)]
        sys.argv = ["clausewright", "draft", str(folder), *words]
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        main()

    return act


@pytest.mark.slow
def test_the_command_killed_or_out_of_space_leaves_whole_versions_and_goes_on(tmp_path: Path) -> None:
    out, folder, counted = tmp_path / "out", tmp_path / "tinyland", tmp_path / "counted"

    def count() -> None:
        with at_call(0, die) as made:
            try:
                drafting(folder, tmp_path / "count", 0)()
            finally:
                counted.write_text(str(len(made)))

    assert in_child(count) == 0
    last = int(counted.read_text())
    assert last > 25
    chance = random.Random(SOAK)
    before = held(out, {})
    left = 0
    for turn in range(RUNS):
        nth = last - turn if turn < 4 else chance.randint(1, last)
        act, ending = drafting(folder, out, turn), die if turn % 2 else full

        def failing(nth: int = nth, act: Callable[[], None] = act, ending: Callable[[], None] = ending) -> None:
            with at_call(nth, ending):
                act()

        assert in_child(failing) in (0, 5, -signal.SIGKILL)
        left += (out / STAGING).exists()
        before = held(out, before)
    assert left > 0
    assert in_child(drafting(folder, out, RUNS)) == 0
    assert verify(out) == []
    held(out, before)


def test_what_fills_the_disk_is_told_in_one_sentence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out, folder = tmp_path / "out", tmp_path / "tinyland"

    def act() -> None:
        real = os.rename

        def rename(*args: object, **kwargs: object) -> None:
            if "history.jsonl" in args:
                raise OSError(errno.ENOSPC, "full")
            real(*args, **kwargs)  # type: ignore[arg-type]

        os.rename = rename
        drafting(folder, out, 0)()

    assert in_child(act) == 5
    assert "no space left on device" in capfd.readouterr().err
    assert {n for n in tree(out) if n != ".lock"} == set()
