"""Work shared out: here and in processes, with workers that die, work that kills them, and callers who stop early."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.model.problem import Exit, MachineFault
from pipeline.project import running
from pipeline.project.running import AHEAD, Deadly, run

ROOT = Path(__file__).resolve().parents[1]
MANY = range(40)


def double(number: int) -> int:
    return 2 * number


def die_at_seven(number: int) -> int:
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def die_always(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def die_once(task: tuple[int, Path]) -> int:
    """Kill the worker the first time that a task is met; the file remembers."""
    number, mark = task
    if number % 9 == 0 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def fail_at_three(number: int) -> int:
    if number == 3:
        raise KeyError(number)
    return number


def wait_long(number: int) -> int:
    time.sleep(60 if number else 0)
    return number


def who(number: int) -> int:
    time.sleep(0.01)
    return os.getpid()


@pytest.fixture(autouse=True)
def nobody_is_left() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    assert multiprocessing.active_children() == []
    assert gc.get_threshold() == before


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_every_task_comes_back_with_its_result(jobs: int) -> None:
    assert sorted(run(double, MANY, jobs)) == [(n, 2 * n) for n in MANY]


def test_nothing_to_do_starts_nobody() -> None:
    assert list(run(double, [], 2)) == []


def test_one_alone_and_one_job_are_worked_here() -> None:
    assert [r for _, r in run(who, [1], 2, count=1)] == [os.getpid()]
    assert {r for _, r in run(who, MANY, 1)} == {os.getpid()}
    elsewhere = {r for _, r in run(who, MANY, 2)}
    assert os.getpid() not in elsewhere and len(elsewhere) == 2


@pytest.mark.parametrize("jobs", [1, 2])
def test_tasks_are_taken_only_as_workers_are_free(jobs: int) -> None:
    taken = 0

    def tasks() -> Iterator[int]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield number

    for count, _ in enumerate(run(double, tasks(), jobs), 1):
        assert taken <= count + jobs * AHEAD + 1
    assert taken == 1000


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_work_raises_ends_the_run(jobs: int) -> None:
    with pytest.raises(KeyError):
        list(run(fail_at_three, MANY, jobs))


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    tasks = [(n, tmp_path / str(n)) for n in MANY]
    assert sorted((t[0], r) for t, r in run(die_once, tasks, 2)) == [(n, 2 * n) for n in MANY]
    assert len(list(tmp_path.iterdir())) == 5, "so many workers died"


def test_a_worker_killed_from_outside_loses_nothing() -> None:
    found = []
    for count, pair in enumerate(run(who, range(60), 2)):
        found.append(pair)
        if count == 10:
            os.kill(pair[1], signal.SIGKILL)
    assert sorted(n for n, _ in found) == list(range(60))


def test_work_that_kills_every_worker_is_named_and_all_else_is_done() -> None:
    found: list[tuple[int, int]] = []
    with pytest.raises(Deadly, match=r"each time, 3 times: 7; all else was done") as caught:
        found.extend(run(die_at_seven, MANY, 2))
    assert caught.value.tasks == (7,) and caught.value.exit_code == Exit.MACHINE
    assert sorted(found) == [(n, 2 * n) for n in MANY if n != 7]


def test_where_all_workers_die_the_run_ends() -> None:
    with pytest.raises(MachineFault, match="keep dying"):
        list(run(die_always, range(1000), 2))


def test_who_stops_early_waits_for_nobody() -> None:
    start = time.monotonic()
    results = run(wait_long, range(9), 2)
    assert next(results) == (0, 0)
    results.close()  # type: ignore[attr-defined]
    assert time.monotonic() - start < 10


INTERRUPTED = """
import sys
sys.path[:0] = [{root!r}, {tests!r}]
from test_running import wait_long
from pipeline.project.running import run
for pair in run(wait_long, range(9), 2):
    print(*pair, *sorted(p.pid for p in __import__("multiprocessing").active_children()), flush=True)
"""


def started() -> tuple[subprocess.Popen[str], list[int]]:
    """Return a process that waits for two workers, and these."""
    code = INTERRUPTED.format(root=str(ROOT), tests=str(ROOT / "tests"))
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert child.stdout is not None
    return child, [int(word) for word in child.stdout.readline().split()[2:]]


def gone(pid: int) -> bool:
    """Tell whether a process has ended; one that nobody has asked after stays as a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] == "Z"
    except FileNotFoundError:
        return True


def ended(pids: list[int]) -> bool:
    for _ in range(200):
        if all(map(gone, pids)):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.usefixtures("heeded")
def test_an_interrupt_leaves_quickly_and_leaves_nobody() -> None:
    child, pids = started()
    assert len(pids) == 2
    os.killpg(child.pid, signal.SIGINT)  # as the terminal does: to all of them
    _, err = child.communicate(timeout=10)
    assert err.count("Traceback") == 1 and "KeyboardInterrupt" in err, "the workers say nothing"
    assert ended(pids)


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_the_one_that_started_them(sent: signal.Signals) -> None:
    child, pids = started()
    child.send_signal(sent)
    child.communicate(timeout=10)
    assert ended(pids)


# Schedulers


@pytest.mark.parametrize(
    "address",
    [
        "tcp://10.0.0.1:8786", "tcp://127.0.0.1.evil.example:8786", "tcp://localhost@evil.example:8786",
        "tcp://evil.example:8786#@127.0.0.1", "inproc://1/2/3", "ws://127.0.0.1:1", "127.0.0.1:8786", "nonsense",
    ],
)  # fmt: skip
def test_a_scheduler_elsewhere_is_used_through_tls_only(address: str) -> None:
    with pytest.raises(MachineFault, match="tls://"):
        list(run(double, MANY, scheduler=address))


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MachineFault, match=r"clausewright\[cluster\]"):
        list(run(double, MANY, scheduler="tcp://127.0.0.1:1"))


def test_what_a_worker_must_have_in_common_is_known() -> None:
    library, drawn, tools = running.program()
    assert len(library) == len(drawn) == 64 and "typst" in dict(tools)
