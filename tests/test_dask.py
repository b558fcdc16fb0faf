"""A batch on a Dask cluster: a scheduler and two workers as processes, one of which is killed; with TLS, too."""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import distributed
import pytest
from simulated import simulated

from pipeline.model.problem import Exit, MachineFault
from pipeline.project import running
from pipeline.store.verify import verify

ROOT = Path(__file__).resolve().parents[1]
QUICK = ("--format", "docx", "--document", "strategy")
CODES = ("AD", "BT", "FJ", "KE", "PY")


@dataclass
class Cluster:
    """A scheduler and its workers, to be ended."""

    folder: Path
    around: Mapping[str, str]
    address: str = ""
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def begin(self, part: str, *words: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{part}-{len(self.running)}.log").open("wb") as log:
            command = [sys.executable, "-m", f"distributed.cli.dask_{part}", *words]
            child = subprocess.Popen(command, stdout=log, stderr=log, env=self.around, cwd=self.folder)
        self.running.append(child)
        return child

    def worker(self, nanny: bool = False) -> subprocess.Popen[bytes]:
        kept = "--nanny" if nanny else "--no-nanny"
        words = ("--nthreads", "1", kept, "--no-dashboard", "--local-directory", str(self.folder))
        return self.begin("worker", self.address, "--host", "127.0.0.1", *words)

    def end(self) -> None:
        for child in self.running:
            child.kill()
            child.wait()


def cluster(folder: Path, protocol: str, settings: Mapping[str, str]) -> Cluster:
    around = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}", **settings}
    made = Cluster(folder, around)
    told = folder / "scheduler.json"
    words = ("--host", "127.0.0.1", "--port", "0", "--protocol", protocol, "--no-dashboard", "--scheduler-file", told)
    made.begin("scheduler", *map(str, words))
    for _ in range(300):
        if told.exists() and told.stat().st_size:
            made.address = json.loads(told.read_text())["address"]
            return made
        time.sleep(0.1)
    made.end()
    raise AssertionError((folder / "scheduler-0.log").read_text())


def countries(folder: Path, codes: tuple[str, ...] = CODES) -> Path:
    for code in codes:
        for path, data in simulated(code, 1).items():
            place = folder / code.lower() / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
    return folder


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "pipeline.cli", "batch", *map(str, words), *QUICK]


def stands(out: Path) -> dict[str, bytes]:
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


@pytest.fixture
def plain(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    made = cluster(tmp_path, "tcp", getattr(request, "param", {}))
    yield made
    made.end()


def test_a_batch_on_a_cluster_survives_a_killed_worker(plain: Cluster, tmp_path: Path) -> None:
    jobs, out = countries(tmp_path / "jobs"), tmp_path / "out"
    first = plain.worker()
    plain.worker()
    words = command(jobs, "--scheduler", plain.address, "--out", out)
    child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=plain.around)
    assert child.stdout is not None
    assert "strategy 0.1" in child.stdout.readline()
    first.send_signal(signal.SIGKILL)
    said, err = child.communicate(timeout=120)
    assert (child.returncode, err) == (Exit.FINE, "")
    assert said.splitlines()[-1] == f"{len(CODES)} new versions, {len(CODES)} countries"
    assert verify(out) == []
    there = tmp_path / "there"
    subprocess.run(command(jobs, "--jobs", "1", "--out", there), check=True, capture_output=True, env=plain.around)
    assert stands(out) == stands(there), "the same bytes as without a cluster"


def test_a_scheduler_without_workers_is_told(plain: Cluster, tmp_path: Path) -> None:
    words = command(countries(tmp_path / "jobs"), "--scheduler", plain.address, "--out", tmp_path / "out")
    done = subprocess.run(words, capture_output=True, text=True, env=plain.around, check=False, timeout=120)
    assert done.returncode == Exit.MACHINE and "no workers" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "tls://127.0.0.1:9", "tls://no-such-host.invalid:8786"])
def test_a_scheduler_that_is_not_there_is_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "REACH", 0.5)
    with pytest.raises(MachineFault, match="no scheduler answers"):
        list(running.run(str, [1, 2], scheduler=address))
    assert not [o for o in gc.get_objects() if isinstance(o, distributed.Client)], "its end would wait for the next one"


WORKS = """
import sys
from pipeline.project import running
from test_dask import die_at_three
running.LOOK, running.PATIENCE = 0.2, float(sys.argv[2])
found = []
try:
    for number, _ in running.run(die_at_three, range(8), scheduler=sys.argv[1]):
        found.append(number)
        print(number, flush=True)
except running.MachineFault as fault:
    print(type(fault).__name__, fault)
print(sorted(found))
"""


def die_at_three(number: int) -> int:
    time.sleep(0.1)
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def works(around: Cluster, patience: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WORKS, around.address, str(patience)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=around.around)


def certified(folder: Path) -> dict[str, str]:
    """Make a certificate that signs itself, and return Dask's configuration with it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is missing")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    words = (
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=here",
    )
    paths = ("-keyout", str(key), "-out", str(certificate))
    subprocess.run(["openssl", "req", *words, *paths], check=True, capture_output=True)
    begin = "DASK_DISTRIBUTED__COMM__"
    found = {f"{begin}TLS__CA_FILE": str(certificate), f"{begin}REQUIRE_ENCRYPTION": "true"}
    for part in ("SCHEDULER", "WORKER", "CLIENT"):
        found |= {f"{begin}TLS__{part}__CERT": str(certificate), f"{begin}TLS__{part}__KEY": str(key)}
    return found


def test_a_batch_on_a_cluster_with_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = cluster(tmp_path, "tls", certified(tmp_path))
    try:
        made.worker()
        out = tmp_path / "out"
        words = command(countries(tmp_path / "jobs", CODES[:2]), "--scheduler", made.address, "--out", out)
        assert made.address.startswith("tls://")
        done = subprocess.run(words, capture_output=True, text=True, env=made.around, check=False, timeout=120)
        assert (done.returncode, done.stderr) == (Exit.FINE, "")
        assert verify(out) == []
        monkeypatch.setattr(running, "REACH", 1.0)
        with pytest.raises(MachineFault, match="certificates"):
            list(running.run(str, [1, 2], scheduler=made.address))  # here, nothing is configured
    finally:
        made.end()


@pytest.mark.slow
@pytest.mark.parametrize("plain", [{"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}], indirect=True)
def test_work_that_kills_every_worker_is_named(plain: Cluster) -> None:
    plain.worker(nanny=True)  # it starts its worker again
    out, err = works(plain, 30).communicate(timeout=120)
    lines = out.splitlines()
    assert lines[-1] == str([n for n in range(8) if n != 3]), (out, err)
    assert lines[-2].startswith("Deadly") and ": 3;" in lines[-2]


@pytest.mark.slow
@pytest.mark.parametrize("part", ["workers", "scheduler"])
def test_a_cluster_that_goes_away_is_told(plain: Cluster, part: str) -> None:
    plain.worker()
    child = works(plain, 1)
    assert child.stdout is not None
    child.stdout.readline()
    (plain.running[-1] if part == "workers" else plain.running[0]).kill()
    out, err = child.communicate(timeout=60)
    assert out.splitlines()[-2].startswith("MachineFault"), out + err
    assert "are gone" in out
