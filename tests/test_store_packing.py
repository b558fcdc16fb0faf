"""A packed version stands by itself: verify and sha256sum say so, with the answers or without them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from store_samples import COUNTRY, DOCUMENT, ZIP, content, newest_receipt, receipt_for, tree

from pipeline.model.problem import DoesNotHold, Faulty, Refused
from pipeline.model.version import Entry
from pipeline.store import chain, folder, history
from pipeline.store.codec import dump
from pipeline.store.packing import packed
from pipeline.store.verify import verify
from pipeline.store.version import digest, sums, write

ZIPPED = f"library/{digest(ZIP)}.zip"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return a store with versions 0.1, 0.2 and 0.3 and a stage of 0.2; all have findings and a selection."""
    out = tmp_path / "out"
    for version in ("0.1", "0.2", "0.3"):
        files = {**content(version), "selection.json": b'{"out": []}\n', "findings.json": b'{"risk": "high"}\n'}
        receipt = dump(receipt_for(version, files, newest_receipt(out)))
        write(out, COUNTRY, DOCUMENT, version, {**files, "receipt.json": receipt}, ZIP)
        if version == "0.2":
            entry = Entry("stage", "0.1", stage="internal", on="2026-12-01", to="Legal Department")
            history.record(out, COUNTRY, DOCUMENT, entry)
    return out


def laid(store: Path, to: Path, version: str = "0.2", answers: bool = True) -> Path:
    """Pack a version into a folder."""
    files = packed(store, COUNTRY, DOCUMENT, version, answers)
    to.mkdir()
    with folder.opened(to) as within:
        folder.write_tree(files, within)
    return to


def list_anew(place: Path) -> None:
    files = {n: d for n, d in tree(place).items() if isinstance(d, bytes) and n != "SHA256SUMS"}
    (place / "SHA256SUMS").chmod(0o644)
    (place / "SHA256SUMS").write_bytes(sums(files))


def write_over(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


@pytest.mark.parametrize("answers", [True, False])
@pytest.mark.parametrize("version", ["0.1", "0.2", "0.3"])
@pytest.mark.parametrize("name", ["packed", "{version}"])
def test_a_packed_version_holds_by_itself(store: Path, tmp_path: Path, version: str, answers: bool, name: str) -> None:
    place = laid(store, tmp_path / name.format(version=version), version, answers)
    store.rename(tmp_path / "away")
    assert verify(place) == []
    done = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=place, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    names = {p.relative_to(place).as_posix() for p in place.rglob("*") if p.is_file()}
    assert {"guidelines.en.docx", "draft.json", "receipt.json", "history.jsonl", ZIPPED} <= names
    told = {"selection.json", "findings.json", "intake/country.yaml"}
    assert told <= names if answers else not [n for n in names if n in told or n.startswith("intake")]


def test_packing_changes_nothing_and_is_the_same_twice(store: Path) -> None:
    before = tree(store)
    assert packed(store, COUNTRY, DOCUMENT, "0.2") == packed(store, COUNTRY, DOCUMENT, "0.2")
    assert tree(store) == before


def test_the_history_goes_up_to_the_version_and_what_became_of_it(store: Path) -> None:
    told = {v: chain.parsed(packed(store, COUNTRY, DOCUMENT, v)["history.jsonl"], "x") for v in ("0.1", "0.2", "0.3")}
    assert [e.version for e in told["0.1"]] == ["0.1"]
    assert [(e.event, e.version) for e in told["0.2"]] == [("version", "0.1"), ("version", "0.2"), ("stage", "0.1")]
    assert len(told["0.3"]) == 4
    whole = (store / COUNTRY / DOCUMENT / "history.jsonl").read_bytes()
    assert packed(store, COUNTRY, DOCUMENT, "0.3")["history.jsonl"] == whole
    assert whole.startswith(packed(store, COUNTRY, DOCUMENT, "0.2")["history.jsonl"])


@pytest.mark.parametrize("answers", [True, False])
@pytest.mark.parametrize("forged", [False, True], ids=["listed as it was", "listed anew"])
def test_a_change_in_a_packed_version_is_found(store: Path, tmp_path: Path, answers: bool, forged: bool) -> None:
    place = laid(store, tmp_path / "packed", answers=answers)
    for path in sorted(p for p in place.rglob("*") if p.is_file()):
        if path.name == "SHA256SUMS" or (forged and path.name == "receipt.json"):
            continue
        before = path.read_bytes()
        sound = (place / "SHA256SUMS").read_bytes()
        for change in (before[:-1] + bytes([before[-1] ^ 1]), None):
            if change is None:
                path.unlink()
            else:
                write_over(path, change)
            if forged:
                list_anew(place)
            assert verify(place), path.name
            if path.exists():
                path.chmod(0o644)
            path.write_bytes(before)
            write_over(place / "SHA256SUMS", sound)
    assert verify(place) == []


def test_answers_may_be_left_behind_only_all_together(store: Path, tmp_path: Path) -> None:
    for name in ("findings.json", "selection.json", "intake/country.yaml"):
        place = laid(store, tmp_path / name.replace("/", " "))
        (place / name).unlink()
        list_anew(place)
        assert any(name in p.message for p in verify(place))


def test_the_history_of_another_version_is_found(store: Path, tmp_path: Path) -> None:
    place = laid(store, tmp_path / "packed")
    write_over(place / "history.jsonl", packed(store, COUNTRY, DOCUMENT, "0.1")["history.jsonl"])
    list_anew(place)
    assert any("newest version is not 0.2" in p.message for p in verify(place))


def test_a_packed_version_put_back_among_the_others_is_found(store: Path, tmp_path: Path) -> None:
    place = laid(store, tmp_path / "packed")
    (store / COUNTRY / DOCUMENT / "0.2").rename(tmp_path / "0.2")
    place.rename(store / COUNTRY / DOCUMENT / "0.2")
    assert any("history.jsonl" in p.message for p in verify(store))


def test_a_changed_version_is_not_packed(store: Path) -> None:
    write_over(store / COUNTRY / DOCUMENT / "0.2" / "draft.json", b"{}")
    with pytest.raises(DoesNotHold, match="not what it was"):
        packed(store, COUNTRY, DOCUMENT, "0.2")


def test_what_is_not_there_cannot_be_packed(store: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no version"):
        packed(store, COUNTRY, DOCUMENT, "0.9")
    with pytest.raises(Faulty):
        packed(store, COUNTRY, DOCUMENT, "../0.1")
    (store / ZIPPED).rename(tmp_path / "x")
    with pytest.raises(Refused, match="there is no"):
        packed(store, COUNTRY, DOCUMENT, "0.1")


def test_no_link_is_followed_into_a_packed_version(store: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (store / COUNTRY / DOCUMENT / "0.2" / "more.txt").symlink_to(tmp_path / "secret")
    with pytest.raises(Refused):
        packed(store, COUNTRY, DOCUMENT, "0.2")
