"""Whatever is done to any file of a store, by chance or on purpose, verify finds it."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from store_samples import COUNTRY, DOCUMENT, put, tree

from pipeline.model.version import Entry
from pipeline.store import history
from pipeline.store.names import LOCK
from pipeline.store.verify import verify

FLIPS = 1_500


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store of two documents with a release, drafts and stages, to be copied."""
    out = tmp_path_factory.mktemp("whole") / "out"
    for document, versions in ((DOCUMENT, ("0.1", "1.0", "1.1-draft.1")), ("strategy", ("0.1",))):
        for version in versions:
            put(out, version, 300, document)
    for stage, on in (("consultation", "2026-12-01"), ("approval", "2026-12-20")):
        known = next(s for s in ("consultation", "approval") if s == stage)
        entry = Entry("stage", "1.0", stage=known, on=on, to="Cabinet", by="Minister")
        history.record(out, COUNTRY, DOCUMENT, entry)
    assert verify(out) == []
    return out


@pytest.fixture
def store(whole: Path, tmp_path: Path) -> Path:
    """Return a copy that may be spoiled."""
    return Path(shutil.copytree(whole, tmp_path / "out"))


def files(store: Path) -> list[Path]:
    """Return every file of a store but for the lock, which holds nothing."""
    return sorted(p for p in store.rglob("*") if p.is_file() and p.name != LOCK)


def write_over(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def found(store: Path) -> bool:
    return any(not p.warning for p in verify(store))


def test_a_flipped_bit_in_any_file_is_found(store: Path) -> None:
    chance = random.Random(20)
    every = files(store)
    assert len(every) == 4 * 7 + 2 + 1
    missed = []
    for n in range(FLIPS):
        path = every[n % len(every)]
        before = path.read_bytes()
        place, bit = chance.randrange(len(before)), chance.randrange(8)
        data = bytearray(before)
        data[place] ^= 1 << bit
        write_over(path, bytes(data))
        if not found(store):
            missed.append((path.relative_to(store), place, bit))
        path.write_bytes(before)
    assert missed == []
    assert verify(store) == []


@pytest.mark.slow
def test_every_single_bit_of_a_history_and_a_list_is_found(store: Path) -> None:
    document = store / COUNTRY / "strategy"
    for path in (document / "history.jsonl", document / "0.1" / "SHA256SUMS"):
        before = path.read_bytes()
        for place in range(len(before)):
            for bit in range(8):
                data = bytearray(before)
                data[place] ^= 1 << bit
                write_over(path, bytes(data))
                assert any(not p.warning for p in verify(document)), (path.name, place, bit)
        write_over(path, before)


def test_any_byte_put_in_place_of_another_is_found(store: Path) -> None:
    chance = random.Random(7)
    document = store / COUNTRY / "strategy"
    for path in (document / "history.jsonl", document / "0.1" / "SHA256SUMS", document / "0.1" / "receipt.json"):
        before = path.read_bytes()
        for _ in range(150):
            place, byte = chance.randrange(len(before)), chance.randrange(256)
            data = before[:place] + bytes([byte]) + before[place + 1 :]
            write_over(path, data)
            assert any(not p.warning for p in verify(document)) == (data != before), (path.name, place, byte)
        write_over(path, before)


def test_any_file_taken_away_is_found(store: Path) -> None:
    for path in files(store):
        before = path.read_bytes()
        path.unlink()
        assert found(store), path
        path.write_bytes(before)
    assert verify(store) == []


def test_a_file_added_in_any_folder_is_found(store: Path) -> None:
    folders = [p for p in sorted(store.rglob("*")) if p.is_dir()]
    for place in folders:
        for name in ("more.txt", "history.jsonl.old", ".hidden", "0.9", "SHA256SUMS~"):
            (place / name).write_bytes(b"x")
            assert found(store), place / name
            (place / name).unlink()
    assert verify(store) == []


def test_any_two_files_of_other_content_that_are_swapped_are_found(store: Path) -> None:
    chance = random.Random(3)
    every = files(store)
    pairs = [(a, b) for i, a in enumerate(every) for b in every[i + 1 :] if a.read_bytes() != b.read_bytes()]
    for one, other in chance.sample(pairs, 200):
        first, second = one.read_bytes(), other.read_bytes()
        write_over(one, second)
        write_over(other, first)
        assert found(store), (one, other)
        one.write_bytes(first)
        other.write_bytes(second)
    assert verify(store) == []


def test_lines_of_a_history_in_any_other_order_or_number_are_found(store: Path) -> None:
    path = store / COUNTRY / DOCUMENT / "history.jsonl"
    before = path.read_bytes()
    lines = before.splitlines(keepends=True)
    assert len(lines) == 5
    chance = random.Random(5)
    tried = 0
    for _ in range(200):
        other = [chance.choice(lines) for _ in range(chance.randint(0, 7))]
        if other == lines[: len(other)] and len(other) >= 3:
            continue  # stages cut off at the end cannot be seen from within; `heads` kept elsewhere show it
        write_over(path, b"".join(other))
        assert found(store), other
        tried += 1
    assert tried > 150
    write_over(path, before)
    assert verify(store) == []


def test_verify_of_a_spoiled_store_changes_nothing(store: Path) -> None:
    write_over(store / COUNTRY / DOCUMENT / "history.jsonl", b"torn")
    before = tree(store)
    verify(store)
    assert tree(store) == before
