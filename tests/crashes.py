"""Runs of a writer that end as runs end in the field: killed, on a full disk, beside others; and what must hold after."""

from __future__ import annotations

import errno
import io
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from store_samples import COUNTRY, ZIP, in_child, items, put, tree

from pipeline.model.problem import Refused
from pipeline.store.names import LOCK, STAGING
from pipeline.store.verify import verify
from pipeline.store.version import next_version, versions, write_many

SOAK = int(os.environ.get("CLAUSEWRIGHT_SOAK", "0"))
RUNS = SOAK or 20
"""Kills of each kind; `make soak` asks for more."""

DOCUMENTS = ("guidelines", "strategy")
STEPS = ("mkdir", "open", "fsync", "rename", "fchmod")
"""The system calls through which a version comes about."""

CALLS = ("mkdir", "open", "fsync", "fchmod", "rename", "fdopen", "rmdir", "unlink")
"""The system calls through which a store changes; `fdopen` stands for writing to what was opened."""

Tree = Mapping[str, bytes | str]


class Torn(io.BufferedRandom):
    """A file on a disk that is full after half of what is written."""

    def write(self, data: object) -> int:
        assert isinstance(data, bytes)
        super().write(data[: len(data) // 2])
        self.flush()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def torn(descriptor: int, *_: object) -> Torn:
    return Torn(io.FileIO(descriptor, "r+b"))


@contextmanager
def watched(calls: Sequence[str], act: Callable[[str, int], Callable[..., object] | None]) -> Iterator[list[str]]:
    """Call `act` with the name and number of each of some system calls before it is made; give their names.

    Where `act` returns a function, that is called instead.
    """
    made: list[str] = []
    real = {name: getattr(os, name) for name in calls}

    def stand_in(name: str) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            made.append(name)
            return (act(name, len(made)) or real[name])(*args, **kwargs)

        return call

    for name in calls:
        setattr(os, name, stand_in(name))
    try:
        yield made
    finally:
        for name, function in real.items():
            setattr(os, name, function)


@contextmanager
def at_call(nth: int, act: Callable[[], None]) -> Iterator[list[str]]:
    """Count the calls of CALLS and do something at the nth; where that is a write and the act fails, it is torn."""

    def when(name: str, number: int) -> Callable[..., object] | None:
        if number == nth:
            try:
                act()
            except OSError:
                if name != "fdopen":
                    raise
                return torn
        return None

    with watched(CALLS, when) as made:
        yield made


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def steps(act: Callable[[], object]) -> int:
    """Return how many calls something makes."""
    with at_call(0, die) as made:
        act()
    return len(made)


def held(out: Path, before: Tree) -> Tree:
    """Check a store after a run that ended badly, and return what stands in it.

    All that stood before stands unchanged, but that histories may have grown; verify finds nothing but, as a warning,
    what the next run will finish.
    """
    faults = [p for p in verify(out) if not p.warning and "no version stands" not in p.message] if out.is_dir() else []
    assert faults == []
    now = {n: d for n, d in tree(out).items() if not n.startswith(STAGING) and n != LOCK} if out.is_dir() else {}
    for name, data in before.items():
        same = now.get(name)
        if name.endswith("history.jsonl"):
            assert isinstance(same, bytes) and isinstance(data, bytes) and same.startswith(data), name
        else:
            assert same == data, name
    return now


def goes_on(out: Path) -> None:
    """Check that the next run makes its version, and that nothing is left to be said then."""
    number = next_version(out, COUNTRY, DOCUMENTS[0])
    write_many(out, items(out, [number], few=True), ZIP)
    assert versions(out, COUNTRY, DOCUMENTS[0])[-1] == number
    assert verify(out) == []
    assert not (out / STAGING).exists()


def batch(out: Path, size: int = 60_000, few: bool = False) -> int:
    """Write the next two versions of each document in one go; return how many that are."""
    made = []
    for document in DOCUMENTS:
        first = next_version(out, COUNTRY, document)
        major, _, minor = first.partition(".")
        made += items(out, [first, f"{major}.{int(minor) + 1}"], size, document, few)
    return len(write_many(out, made, ZIP))


WRITER = """
import sys
from pathlib import Path
from crashes import batch
print("ready", flush=True)
while True:
    batch(Path(sys.argv[1]))
"""


def started(code: str, *words: str) -> subprocess.Popen[bytes]:
    """Start Python on some code and wait until it says that it is ready."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen([sys.executable, "-c", code, *words], stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def killed_at_random(place: Path, runs: int, seed: int) -> int:
    """Kill a busy writer at a random moment, again and again; return how often it was caught in the middle.

    Each twenty runs share a store, so that it does not grow without end.
    """
    chance = random.Random(seed)
    before: Tree = {}
    caught = 0
    for run in range(runs):
        out = place / str(run // 20)
        before = before if run % 20 else {}
        with started(WRITER, str(out)) as writer:
            time.sleep(chance.uniform(0.0, 0.12))
            writer.kill()
            assert writer.stdout is not None
            writer.stdout.close()
        assert writer.returncode == -signal.SIGKILL
        caught += (out / STAGING).exists()
        before = held(out, before)
        if run % 10 == 9:
            goes_on(out)
            before = held(out, before)
    return caught


def writing_beside_others(out: Path, chance: random.Random, turns: int) -> Callable[[], None]:
    """Return an act that writes the next versions a few times; exit code 10 plus the number of those it wrote."""
    documents = [chance.choice(DOCUMENTS) for _ in range(turns)]

    def act() -> None:
        wrote = 0
        for document in documents:
            try:
                put(out, next_version(out, COUNTRY, document), 20_000, document)
                wrote += 1
            except Refused:
                continue
        raise SystemExit(10 + wrote)

    return act


def several_at_once(out: Path, writers: int, seed: int) -> int:
    """Let several processes write to a store at once; return how many versions they wrote."""
    acts = [writing_beside_others(out, random.Random(f"{seed}.{n}"), 4) for n in range(writers)]
    children = []
    for act in acts:
        child = os.fork()
        if child == 0:
            os._exit(abs(in_child(act)))
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert all(10 <= code <= 14 for code in codes), codes
    return sum(code - 10 for code in codes)
