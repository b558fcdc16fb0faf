"""A version appears whole or not at all, once, under its root, whatever happens."""

from __future__ import annotations

import errno
import os
import resource
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from crashes import STEPS, watched
from store_samples import COUNTRY, DOCUMENT, ZIP, files_of, in_child, put, tree

from pipeline.model.problem import ClausewrightError, DoesNotHold, Faulty, MachineFault, Refused
from pipeline.store import folder, version
from pipeline.store.names import LOCK, STAGING
from pipeline.store.verify import verify
from pipeline.store.version import digest, latest, next_release, next_version, read, versions, write

HOSTILE = (
    "", ".", "..", "../x", "../../etc/passwd", "..\\x", "/etc", "/", "//x", "a/b", "a\\b", "a/../b", "./a", "a/.",
    "~", "~root", "$HOME", "${HOME}", "`id`", "$(id)", "a;b", "a|b", "a\x00b", "a\nb", "a\rb", "a\tb", " a", "a ",
    "-rf", "--help", ".hidden", "con", "NUL.txt", "a\u202eb", "\u2025/x", "．．/x", "%2e%2e%2fx", "file:///etc",
    "C:\\x", "C:x", "a" * 300, "\udc80", "A", "é",
)  # fmt: skip


def test_a_version_holds_its_files_and_a_list_that_sha256sum_accepts(tmp_path: Path) -> None:
    files = files_of("0.1")
    place = write(tmp_path / "out", COUNTRY, DOCUMENT, "0.1", files, library=ZIP)
    assert place == tmp_path / "out" / COUNTRY / DOCUMENT / "0.1"
    assert {n: d for n, d in tree(place).items() if d != "folder"}.keys() == {*files, "SHA256SUMS"}
    for name, data in files.items():
        assert (place / name).read_bytes() == data
    done = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=place, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(b": OK") == len(files)
    assert verify(tmp_path / "out") == []


def test_nothing_but_the_version_the_library_and_the_lock_is_left(tmp_path: Path) -> None:
    put(tmp_path, "0.1")
    names = {p.relative_to(tmp_path).as_posix() for p in tmp_path.iterdir()}
    assert names == {COUNTRY, "library", LOCK}
    assert (tmp_path / "library" / f"{digest(ZIP)}.zip").read_bytes() == ZIP


def test_versions_are_numbered_as_numbers(tmp_path: Path) -> None:
    assert next_version(tmp_path, COUNTRY, DOCUMENT) == "0.1"
    assert latest(tmp_path, COUNTRY, DOCUMENT) is None
    for _ in range(11):
        put(tmp_path, next_version(tmp_path, COUNTRY, DOCUMENT), 200)
    assert versions(tmp_path, COUNTRY, DOCUMENT) == tuple(f"0.{n}" for n in range(1, 12))
    assert latest(tmp_path, COUNTRY, DOCUMENT) == "0.11"
    assert next_release(tmp_path, COUNTRY, DOCUMENT) == "1.0"
    put(tmp_path, "1.0", 200)
    assert next_version(tmp_path, COUNTRY, DOCUMENT, "major") == "2.0-draft.1"
    put(tmp_path, "1.1-draft.1", 200)
    assert next_version(tmp_path, COUNTRY, DOCUMENT, "patch") == "1.1-draft.2"
    assert next_release(tmp_path, COUNTRY, DOCUMENT) == "1.1"
    assert versions(tmp_path, COUNTRY, DOCUMENT)[-3:] == ("0.11", "1.0", "1.1-draft.1")
    assert version.documents(tmp_path) == ((COUNTRY, DOCUMENT),)


def test_an_existing_version_is_never_overwritten(tmp_path: Path) -> None:
    put(tmp_path, "0.1")
    before = tree(tmp_path)
    with pytest.raises(Refused, match="already exists"):
        write(tmp_path, COUNTRY, DOCUMENT, "0.1", files_of("0.1", 9_000), library=ZIP)
    assert tree(tmp_path) == before


def test_the_same_library_is_stored_once_and_a_damaged_one_stops_the_work(tmp_path: Path) -> None:
    put(tmp_path, "0.1")
    stored = tmp_path / "library" / f"{digest(ZIP)}.zip"
    written = stored.stat().st_mtime_ns
    put(tmp_path, "0.2")
    assert stored.stat().st_mtime_ns == written
    stored.chmod(0o644)
    stored.write_bytes(ZIP[:-1] + b"x")
    with pytest.raises(DoesNotHold, match="library/"):
        put(tmp_path, "0.3")
    assert versions(tmp_path, COUNTRY, DOCUMENT) == ("0.1", "0.2")


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o027, 0o002, 0o000])
def test_files_are_read_only_and_the_umask_has_its_say(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        place = put(tmp_path / "out", "0.1")
    finally:
        os.umask(before)
    for path in [place, *place.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o777 if path.is_dir() else 0o444) & ~umask, path.name


# Names


@pytest.mark.parametrize("hostile", HOSTILE, ids=[f"{i:02}" for i in range(len(HOSTILE))])
@pytest.mark.parametrize("field", ["country", "document", "version", "file", "file in a folder"])
def test_no_name_leads_out_of_the_store(tmp_path: Path, hostile: str, field: str) -> None:
    named = {"country": COUNTRY, "document": DOCUMENT, "version": "0.1"}
    files = files_of("0.1")
    if field == "file":
        files[hostile] = b"x"
    elif field == "file in a folder":
        files[f"intake/{hostile}"] = b"x"
    else:
        named[field] = hostile
    before = tree(tmp_path)
    root = tmp_path / "box" / "out"
    allowed_as_file = field.startswith("file") and hostile in ("a/b", "a;b", "A", "é", "%2e%2e%2fx")
    if allowed_as_file:
        place = write(root, named["country"], named["document"], named["version"], files)
        assert all(p.resolve().is_relative_to(place) for p in place.rglob("*"))
        return
    with pytest.raises(Faulty) as caught:
        write(root, named["country"], named["document"], named["version"], files)
    assert tree(tmp_path) == before
    assert str(caught.value).encode("utf-8")
    assert "\x00" not in str(caught.value)
    assert "\u202e" not in str(caught.value)


@pytest.mark.parametrize(
    "pair",
    [("a.txt", "A.txt"), ("caf\u00e9.txt", "cafe\u0301.txt"), ("a", "a/b"), ("Intake", "intake/x")],
    ids=["case", "accents", "file and folder", "file and folder by case"],
)
def test_names_that_fall_on_one_another_elsewhere_are_refused(tmp_path: Path, pair: tuple[str, str]) -> None:
    files = {**files_of("0.1"), pair[0]: b"1", pair[1]: b"2"}
    with pytest.raises(Faulty, match="rename one of them"):
        write(tmp_path / "out", COUNTRY, DOCUMENT, "0.1", files)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("reserved", ["library", "con", "lpt1"])
def test_reserved_names_are_no_countries(tmp_path: Path, reserved: str) -> None:
    with pytest.raises(Faulty, match="cannot name a country"):
        write(tmp_path, reserved, DOCUMENT, "0.1", files_of("0.1"))


# Links

PLANTED = (
    COUNTRY,
    f"{COUNTRY}/{DOCUMENT}",
    f"{COUNTRY}/{DOCUMENT}/0.1",
    f"{COUNTRY}/{DOCUMENT}/history.jsonl",
    STAGING,
    LOCK,
    "library",
    f"library/{digest(ZIP)}.zip",
)


@pytest.mark.parametrize("to", ["a folder", "a file", "nothing"])
@pytest.mark.parametrize("where", PLANTED)
def test_a_planted_link_is_refused_and_never_followed(tmp_path: Path, where: str, to: str) -> None:
    outside = tmp_path / "outside"
    (outside / "folder").mkdir(parents=True)
    (outside / "folder" / "kept.txt").write_text("kept")
    (outside / "file").write_bytes(b"kept")
    root = tmp_path / "out"
    link = root / where
    link.parent.mkdir(parents=True)
    link.symlink_to(outside / {"a folder": "folder", "a file": "file", "nothing": "missing"}[to])
    before = tree(outside)
    with pytest.raises((Refused, MachineFault)) as caught:
        write(root, COUNTRY, DOCUMENT, "0.1", files_of("0.1"), library=ZIP)
    assert tree(outside) == before
    assert link.is_symlink()
    assert "\n" not in str(caught.value)
    assert not (root / STAGING).is_dir() or where == STAGING


def test_links_planted_on_the_desk_are_cleared_and_never_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "0.2").mkdir(parents=True)
    put(tmp_path / "out", "0.1")
    desk = tmp_path / "out" / STAGING
    desk.mkdir()
    history = tmp_path / "out" / COUNTRY / DOCUMENT / "history.jsonl"
    (outside / "history.jsonl").write_bytes(history.read_bytes() * 2)
    for name, to in (
        (f"{COUNTRY}.{DOCUMENT}.0.1.jsonl", "history.jsonl"),
        (f"{COUNTRY}.{DOCUMENT}.0.2", "0.2"),
        (f"{COUNTRY}.{DOCUMENT}.0.2.jsonl", "missing"),
        (f"{digest(ZIP)}.zip", "missing"),
    ):
        (desk / name).symlink_to(outside / to)
    before = tree(outside)
    put(tmp_path / "out", "0.2")
    assert tree(outside) == before
    assert verify(tmp_path / "out") == []


def test_a_version_is_on_the_disk_before_its_history_tells_of_it(tmp_path: Path) -> None:
    order: list[str] = []
    real_rename, real_sync = os.rename, os.fsync

    def rename(source: str, target: str, **folders: int) -> None:
        order.append("history" if target == "history.jsonl" else "version" if target == "0.2" else "library")
        real_rename(source, target, **folders)

    def sync(descriptor: int) -> None:
        kind = "flush" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        if order[-1:] != [kind]:
            order.append(kind)
        real_sync(descriptor)

    put(tmp_path, "0.1")
    os.rename, os.fsync = rename, sync  # type: ignore[assignment]
    try:
        put(tmp_path, "0.2")
    finally:
        os.rename, os.fsync = real_rename, real_sync
    assert order[-6:] == ["file", "flush", "version", "flush", "history", "flush"]


def test_reading_follows_no_link(tmp_path: Path) -> None:
    place = put(tmp_path / "out", "0.1")
    (tmp_path / "secret").write_bytes(b"secret")
    (place / "draft.json").unlink()
    (place / "draft.json").symlink_to(tmp_path / "secret")
    with pytest.raises(Refused):
        read(tmp_path / "out", COUNTRY, DOCUMENT, "0.1", "draft.json")
    with pytest.raises(Refused):
        read(tmp_path / "out", COUNTRY, DOCUMENT, "0.2", "draft.json")
    with pytest.raises(Refused, match=r"there is no 'none\.json'"):
        read(tmp_path / "out", COUNTRY, DOCUMENT, "0.1", "none.json")
    assert read(tmp_path / "out", COUNTRY, DOCUMENT, "0.1", "intake/country.yaml") == b"name: Norland\n"


def test_the_root_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "disk")
    assert put(tmp_path / "out", "0.1") == tmp_path / "disk" / COUNTRY / DOCUMENT / "0.1"


# Faults of the machine


def steps_of_a_write(tmp_path: Path) -> list[str]:
    put(tmp_path, "0.1")
    with watched(STEPS, lambda _name, _n: None) as made:
        put(tmp_path, "0.2")
    return made


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO])
def test_whichever_step_fails_nothing_is_left_and_one_message_tells_why(tmp_path: Path, number: int) -> None:
    steps = steps_of_a_write(tmp_path / "count")
    assert len(steps) > 25
    out = tmp_path / "out"
    put(out, "0.1")
    before = tree(out)
    last = len(steps) - steps[::-1].index("rename")  # with it the history tells of the version; the rest clears up
    making_the_root = steps.index("mkdir") + 1  # it is there already, so that failing to make it does no harm
    for nth in range(1, len(steps) + 1):

        def fail(_name: str, n: int, nth: int = nth) -> None:
            if n == nth:
                raise OSError(number, os.strerror(number))

        step = f"{steps[nth - 1]} as step {nth}"
        if nth == making_the_root or nth > last:
            continue
        with watched(STEPS, fail), pytest.raises(MachineFault) as caught:
            put(out, "0.2")
        message = str(caught.value)
        assert os.strerror(number)[1:] in message or "keeps no locks" in message, step
        assert "\n" not in message
        assert tree(out) == before, step
    put(out, "0.2")
    assert verify(out) == []


def test_a_disk_that_fails_once_all_is_in_place_leaves_a_version_that_stands(tmp_path: Path) -> None:
    steps = steps_of_a_write(tmp_path / "count")
    last = len(steps) - steps[::-1].index("rename")

    def fail(_name: str, n: int) -> None:
        if n == last + 1:
            raise OSError(errno.EIO, "fault")

    put(tmp_path / "out", "0.1")
    with watched(STEPS, fail), pytest.raises(MachineFault):
        put(tmp_path / "out", "0.2")
    assert versions(tmp_path / "out", COUNTRY, DOCUMENT) == ("0.1", "0.2")
    assert verify(tmp_path / "out") == []


@pytest.mark.parametrize("nth", [1, 2, 3], ids=["the library", "the version", "the history"])
def test_a_first_version_that_fails_leaves_no_folders(tmp_path: Path, nth: int) -> None:
    renames: list[int] = []

    def full(name: str, _n: int) -> None:
        renames.extend([1] if name == "rename" else [])
        if name == "rename" and len(renames) == nth:
            raise OSError(errno.ENOSPC, "full")

    with watched(STEPS, full), pytest.raises(MachineFault, match="no space left"):
        put(tmp_path, "0.1")
    assert len(renames) >= nth
    assert tree(tmp_path) == {LOCK: b""}


def limited(out: Path, size: int) -> Callable[[], None]:
    """Return an act that writes version 0.2 where no file may grow beyond 20,000 bytes; exit code 5 when told so."""

    def act() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        try:
            put(out, "0.2", size)
        except MachineFault as fault:
            raise SystemExit(5 if "file too large" in str(fault).lower() else 6) from None

    return act


def test_a_file_that_the_system_cuts_short_is_a_fault_of_the_machine(tmp_path: Path) -> None:
    put(tmp_path, "0.1")
    before = tree(tmp_path)
    assert in_child(limited(tmp_path, 100_000)) == 5
    assert tree(tmp_path) == before
    assert in_child(limited(tmp_path, 10_000)) == 0
    assert verify(tmp_path) == []


def test_a_disk_that_returns_other_bytes_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def rot(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode) and os.fstat(descriptor).st_size > 100:
            os.pwrite(descriptor, b"\x00", 50)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", rot)
    with pytest.raises(MachineFault, match="came back from the disk changed"):
        put(tmp_path, "0.1")
    assert tree(tmp_path) == {LOCK: b""}


def test_a_root_that_cannot_be_made_is_a_fault_of_the_machine(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises((MachineFault, Refused)) as caught:
        put(tmp_path / "file" / "out", "0.1")
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user without rights here")
def test_a_folder_without_rights_is_a_fault_of_the_machine(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir(mode=0o555)
    for place in (tmp_path, *tmp_path.parents[:3]):
        place.chmod(place.stat().st_mode | 0o011)

    def act() -> None:
        os.setgid(65534)
        os.setuid(65534)
        try:
            put(out, "0.1")
        except MachineFault as fault:
            raise SystemExit(5 if "permission denied" in str(fault) else 6) from None

    assert in_child(act) == 5
    assert tree(out) == {}


# Death


def dying(out: Path, nth: int) -> Callable[[], None]:
    """Return an act that writes version 0.2 and kills itself before its nth system call."""

    def die(_name: str, n: int) -> None:
        if n == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    def act() -> None:
        with watched(STEPS, die):
            put(out, "0.2")

    return act


def test_death_at_any_step_leaves_the_version_whole_or_absent(tmp_path: Path) -> None:
    steps = steps_of_a_write(tmp_path / "count")
    whole = swept = 0
    for nth in range(1, len(steps) + 1):
        out = tmp_path / f"at-{nth:03}"
        put(out, "0.1")
        before = tree(out / COUNTRY)

        assert in_child(dying(out, nth)) == -signal.SIGKILL
        swept += (out / STAGING).exists()
        after = tree(out / COUNTRY)
        whole += after != before
        assert [p for p in verify(out) if not p.warning] == [], f"{steps[nth - 1]} as step {nth}"
        put(out, "0.2" if after == before else "0.3")
        assert verify(out) == []
        assert not (out / STAGING).exists()
        assert without_history(tree(out / COUNTRY)).items() >= without_history(before).items()
    assert swept > len(steps) // 2
    assert 1 <= whole <= 10


def without_history(found: dict[str, bytes | str]) -> dict[str, bytes | str]:
    """Return a tree without the histories, which grow."""
    return {name: data for name, data in found.items() if not name.endswith("history.jsonl")}


WRITER = """
import sys
from pathlib import Path
from store_samples import put
from pipeline.store.version import next_version
out = Path(sys.argv[1])
print("ready", flush=True)
while True:
    put(out, next_version(out, "norland", "guidelines"), 300_000)
"""


def test_twenty_kills_at_odd_moments_tear_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    kept: dict[str, bytes | str] = {}
    caught_writing = 0
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for run in range(20):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(out)], stdout=subprocess.PIPE, env=environment
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            time.sleep(0.004 + 0.0037 * run)
            writer.kill()
        assert writer.returncode == -signal.SIGKILL
        if not out.exists():
            continue
        caught_writing += (out / STAGING).exists()
        assert [p for p in verify(out) if not p.warning and "no version" not in p.message] == []
        now = tree(out / COUNTRY) if (out / COUNTRY).exists() else {}
        assert without_history(now).items() >= without_history(kept).items()
        kept = now
    assert caught_writing > 0
    put(out, next_version(out, COUNTRY, DOCUMENT))
    assert not (out / STAGING).exists()
    assert verify(out) == []


def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    put(tmp_path, "0.1")
    before = tree(tmp_path)

    def interrupt(name: str, n: int) -> None:
        if name == "fsync" and n > 12:
            raise KeyboardInterrupt

    with watched(STEPS, interrupt), pytest.raises(KeyboardInterrupt):
        put(tmp_path, "0.2")
    assert {n: d for n, d in tree(tmp_path).items() if not n.startswith(STAGING)} == before
    put(tmp_path, "0.2")
    assert verify(tmp_path) == []


# Two at once


def test_of_several_writers_of_one_version_exactly_one_wins(tmp_path: Path) -> None:
    for turn in range(5):
        out = tmp_path / str(turn)
        children = [start(put, out, "0.1", 50_000) for _ in range(4)]
        codes = sorted(os.waitstatus_to_exitcode(os.waitpid(c, 0)[1]) for c in children)
        assert codes == [0, 6, 6, 6]
        assert verify(out) == []


def test_writers_of_several_documents_wait_for_one_another(tmp_path: Path) -> None:
    documents = ["guidelines", "strategy", "brief", "explanatory"]
    children = [start(put, tmp_path, "0.1", 50_000, d) for d in documents]
    assert [os.waitstatus_to_exitcode(os.waitpid(c, 0)[1]) for c in children] == [0, 0, 0, 0]
    assert {d for _, d in version.documents(tmp_path)} == set(documents)
    assert not (tmp_path / STAGING).exists()


def start(act: Callable[..., object], *arguments: object) -> int:
    """Start a child that calls this and ends with the exit code of the error it meets; return its id."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            act(*arguments)
            code = 0
        except ClausewrightError as error:
            code = int(error.exit_code)
        finally:
            os._exit(code)
    return child


def test_a_writer_that_never_ends_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    with folder.opened(tmp_path) as top, folder.locked(top):
        other = folder.locked(top, 0.05)
        with pytest.raises(Refused, match="another run"):
            other.__enter__()


def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    def act() -> None:
        with folder.opened(tmp_path) as top, folder.locked(top):
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_child(act) == -signal.SIGKILL
    with folder.opened(tmp_path) as top, folder.locked(top, 0.0):
        pass
    put(tmp_path, "0.1")
