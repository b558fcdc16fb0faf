"""Where orders are worked: in this process, in others on this machine, or on a Dask cluster.

All three are a `concurrent.futures.Executor`, so that nothing else differs. Results come as they are done, and orders
are taken only as fast as workers are free. Workers return bytes; one process writes. So a worker can be killed at any
moment: what it had is worked again, and an order that kills whoever works it is worked alone, named and left.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import cache, partial
from itertools import chain
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pipeline.model.problem import MachineFault, shown
from pipeline.project import shelf
from pipeline.project.content import style_files, styles
from pipeline.store.receipt import tool_versions
from pipeline.store.version import digest

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 3
"""Orders sent ahead for each worker: enough to keep it busy, few enough to keep memory flat."""
TRIES = 3
"""How often an order is worked alone before it is held to end whatever process works it."""
REACH = 10.0
"""Seconds within which a scheduler has to answer."""
LOOK = 5.0
"""Seconds without a result after which a cluster is asked whether it still has workers."""
PATIENCE = 60.0
"""Seconds for which a cluster may be without workers, or out of reach."""
LOCAL = ("127.0.0.1", "localhost", "::1")
"""Hosts whose scheduler may be spoken to without TLS: it runs anybody's code, and these are reached from here alone."""
COLLECTING = (50_000, 20, 100)
"""When memory is searched for circles: a library lives as long as its process, and an order leaves few."""


class Deadly(MachineFault):
    """Some orders end every process that works them; all others were worked.

    Attributes:
        tasks: These orders.
    """

    def __init__(self, tasks: Iterable[object]) -> None:
        self.tasks = tuple(tasks)
        names = ", ".join(shown(getattr(t, "slug", t)) for t in self.tasks)
        super().__init__(
            f"the process that worked them ended each time, {TRIES} times: {names}; all else was done; free some "
            "memory, or run again with --jobs 1 and --verbose"
        )


def workers() -> int:
    """Return how many processes this machine can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(
    work: Callable[[T], R], tasks: Iterable[T], jobs: int = 0, scheduler: str = "", count: int | None = None
) -> Iterator[tuple[T, R]]:
    """Work tasks and yield each with its result as soon as it is done.

    Where the caller stops early, or is interrupted, nobody waits for what is still being worked.

    Args:
        work: A function of the module level, so that it can be sent. What it raises ends the run.
        tasks: What is worked; taken only as fast as workers are free.
        jobs: Processes; 0 for as many as the machine runs at once, 1 for none beside this one.
        scheduler: Address of a Dask scheduler, else this machine.
        count: How many tasks there are, where known: one alone needs no other process.

    Raises:
        MachineFault: The scheduler cannot be reached or may not be used, or it lost all its workers.
        Deadly: All was done but for the tasks that it names.
    """
    if scheduler:
        return _clustered(work, tasks, scheduler)
    if jobs == 1 or count == 1 or (jobs == 0 and workers() == 1):
        return _here(work, tasks)
    return _pooled(work, tasks, jobs or workers())


def _here(work: Callable[[T], R], tasks: Iterable[T]) -> Iterator[tuple[T, R]]:
    with _steady():
        for task in tasks:
            yield task, work(task)


@contextlib.contextmanager
def _steady() -> Iterator[None]:
    """Search memory for circles less often, and not what was there before."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*COLLECTING)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


# Processes on this machine


def _pooled(work: Callable[[T], R], tasks: Iterable[T], jobs: int) -> Iterator[tuple[T, R]]:
    """Yield results of a pool of processes; where one of them dies, what was out is worked again, each alone."""
    waiting = iter(tasks)
    first = next(waiting, None)
    if first is None:
        return
    _ = shelf.built_in().library  # read before the processes fork, so that they need not
    waiting = chain((first,), waiting)
    deadly: list[T] = []
    while True:
        lost: list[T] = []
        with _pool(jobs) as pool:
            yield from _drained(pool, work, waiting, partial(_room, jobs, lost), lost)
        if not lost:
            break
        dead = len(deadly)
        yield from _alone(work, lost, deadly)
        if len(deadly) - dead == len(lost) > 1:
            raise MachineFault("worker processes keep dying here; free some memory, or run again with --jobs 1")
    if deadly:
        raise Deadly(deadly)


def _room(jobs: int, lost: list[T]) -> int:
    """Return how many tasks may be out: none once the pool is broken."""
    return 0 if lost else jobs * AHEAD


def _alone(work: Callable[[T], R], tasks: list[T], deadly: list[T]) -> Iterator[tuple[T, R]]:
    """Work each task in a process of its own, so that the one that ends it is known; it is put to `deadly`."""
    for task in tasks:
        for _ in range(TRIES):
            try:
                with _pool(1) as pool:
                    result = pool.submit(work, task).result()
            except BrokenProcessPool:
                continue
            yield task, result
            break
        else:
            deadly.append(task)


@contextlib.contextmanager
def _pool(jobs: int) -> Iterator[Executor]:
    """Give a pool of processes; where the work in it is broken off, they are ended, for they hold nothing."""
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(jobs, initializer=_settle)
    try:
        yield pool
    except BaseException:
        for process in set(multiprocessing.active_children()) - others:
            process.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _settle() -> None:
    """Make a worker process ready: it leaves interrupts to the one that started it, and ends when that one is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _ = shelf.built_in().library
    gc.freeze()
    gc.set_threshold(*COLLECTING)
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    """End this process once the one that started it has ended, however that came."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _drained(
    pool: Executor,
    work: Callable[[T], R],
    tasks: Iterator[T],
    room: Callable[[], int],
    lost: list[T],
    idle: Callable[[], None] | None = None,
) -> Iterator[tuple[T, R]]:
    """Yield results while keeping a few tasks ahead of the workers.

    Args:
        pool: Who works.
        work: What is done with a task.
        tasks: What is worked.
        room: Tells how many tasks may be out.
        lost: Tasks whose worker died are put here.
        idle: Called where nothing was done for a while; raises where nothing will be.
    """
    out: dict[Future[R], T] = {}

    def send() -> None:
        while len(out) < room():
            for task in tasks:
                try:
                    out[pool.submit(work, task)] = task
                except BrokenProcessPool:
                    lost.append(task)
                break
            else:
                return

    send()
    while out:
        done, _ = wait(out, LOOK if idle else None, FIRST_COMPLETED)
        if idle and not done:
            idle()
        while done:
            future = done.pop()
            task = out.pop(future)
            error = future.exception()
            if error is None:
                yield task, future.result()
            elif isinstance(error, BrokenProcessPool) or type(error).__name__ == "KilledWorker":
                lost.append(task)
            else:
                raise error
            del future
        send()


# A Dask cluster


def _clustered(work: Callable[[T], R], tasks: Iterable[T], scheduler: str) -> Iterator[tuple[T, R]]:
    """Yield results of a cluster. It sends again by itself what a dead worker had; what it gives up is sent alone."""
    client = _client(scheduler)
    ours = program()
    deadly: list[T] = []
    with contextlib.closing(client):
        _same_program(client, scheduler, ours)
        executor = client.get_executor(pure=False, retries=0)
        try:
            sent = partial(_as_ours, work, ours)
            lost: list[T] = []
            idle = _Watch(client, scheduler)
            yield from _drained(executor, sent, iter(tasks), lambda: max(1, _count(client)) * AHEAD, lost, idle)
            yield from _drained(executor, sent, iter(lost), lambda: 1, deadly, idle)
        except CancelledError:
            raise MachineFault(_gone(scheduler)) from None
        finally:
            executor.shutdown(wait=False)
    if deadly:
        raise Deadly(deadly)


def _client(scheduler: str) -> Any:
    """Return a client of a scheduler; certificates for TLS are those of Dask's own configuration.

    Raises:
        MachineFault: It may not be used, is out of reach, or the extra is missing.
    """
    parts = urlsplit(scheduler)
    local = parts.scheme == "tcp" and parts.hostname in LOCAL and "@" not in scheduler
    if not local and parts.scheme != "tls":
        raise MachineFault(
            f"{shown(scheduler)}: a scheduler elsewhere is used through tls:// only, for it runs whatever it is sent; "
            "name tls://… and set the certificates in Dask's configuration"
        )
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError:
        raise MachineFault(
            "the cluster extra is missing; install it with: pip install 'clausewright[cluster]'"
        ) from None
    for name in ("distributed", "distributed.client"):  # Dask gives the client a level of its own
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what a person must know, we say
    try:
        return distributed.Client(scheduler, timeout=REACH, set_as_default=False)
    except (OSError, TimeoutError, TypeError, ValueError) as error:  # no such host, nobody there, no certificate
        why = type(error).__name__
    gc.collect()  # the client that failed: collected while another begins, it waits for the lock that the other holds
    raise MachineFault(
        f"{shown(scheduler)}: no scheduler answers there, or not to the certificates of Dask's configuration "
        f"({why}); see the README"
    )


class _Watch:
    """Tells a cluster that is slow from one that is gone."""

    def __init__(self, client: Any, scheduler: str) -> None:
        self.client = client
        self.scheduler = scheduler
        self.without = 0.0

    def __call__(self) -> None:
        """Look once; nothing was done for a while.

        Raises:
            MachineFault: The scheduler, or every worker, has been gone for too long.
        """
        if self.client.status == "running" and _count(self.client):
            self.without = 0.0
            return
        self.without += LOOK
        if self.without >= PATIENCE or self.client.status == "closed":
            raise MachineFault(_gone(self.scheduler))


def _gone(scheduler: str) -> str:
    return (
        f"{shown(scheduler)}: the scheduler or all its workers are gone; start them again and run again: "
        "what was made stands"
    )


def _count(client: Any) -> int:
    """Return how many workers there are; 0 where nobody can say."""
    try:
        return len(client.scheduler_info(n_workers=-1).get("workers", {}))
    except (OSError, TimeoutError):
        return 0


@cache
def program() -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """Return what a worker must have in common with us, for the bytes to be the same: library, styles, tools."""
    drawn = {f"{name}/{path}": digest(data) for name in styles() for path, data in style_files(name).items()}
    return shelf.built_in().digest, digest(repr(sorted(drawn.items())).encode()), tuple(tool_versions().items())


def _same_program(client: Any, scheduler: str, ours: object) -> None:
    """Refuse a cluster whose workers run another program or hold another library; this warms them, too.

    Raises:
        MachineFault: There are none, or one of them differs.
    """
    with contextlib.suppress(TimeoutError):
        client.wait_for_workers(1, timeout=REACH)  # they may have been started just now
    found: dict[str, object] = client.run(program, on_error="return")
    if not found:
        raise MachineFault(f"{shown(scheduler)}: the scheduler has no workers; start one, see the README")
    other = sorted(address for address, theirs in found.items() if theirs != ours)
    if other:
        raise MachineFault(_another(f"the worker at {other[0]}"))


def _another(who: str) -> str:
    return (
        f"{who} has another version of clausewright, its library, its styles or its packages; "
        "install the same on all of them"
    )


_ONE = threading.Lock()
"""Held while an order is worked: a worker of many threads works one after the other."""


def _as_ours(work: Callable[[T], R], ours: object, task: T) -> R:
    """Work a task in a worker, which may have joined after the others were asked.

    Raises:
        MachineFault: It has another program or library.
    """
    if program() != ours:
        raise MachineFault(_another("a worker that joined"))
    with _ONE:
        return work(task)
