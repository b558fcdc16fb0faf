"""Stores of other formats: an old one is read, verified and gone on with; of a newer one a single line tells."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from store_samples import COUNTRY, DOCUMENT, put

from pipeline.model.draft import Draft
from pipeline.model.problem import Faulty
from pipeline.model.version import Entry
from pipeline.store import codec, history, library_zip, typed
from pipeline.store.receipt import Receipt
from pipeline.store.verify import heads, verify
from pipeline.store.version import digest, latest, next_version, read, versions

OLD = Path(__file__).resolve().parent / "data" / "stores" / "format-1"
LAND = ("tinyland", "guidelines")


def receipt(root: Path, version: str) -> Receipt:
    return codec.load(read(root, *LAND, version, "receipt.json"), Receipt)


def test_an_old_store_is_read_whole() -> None:
    assert versions(OLD, *LAND) == ("0.1", "0.2")
    first, second = receipt(OLD, "0.1"), receipt(OLD, "0.2")
    assert (first.version, first.state, first.weight, first.reasons) == ("0.1", "Tinyland", "", ())
    assert second.previous == digest(read(OLD, *LAND, "0.1", "receipt.json"))
    drafts = [codec.load(read(OLD, *LAND, v, "draft.json"), Draft) for v in ("0.1", "0.2")]
    assert drafts[0].units != drafts[1].units
    files = library_zip.read(OLD, second.library)
    assert "clauses/planted/allow/2025-01-01/clause.yaml" in files


def test_what_an_old_receipt_told_of_the_library_still_holds() -> None:
    data = read(OLD, *LAND, "0.1", "receipt.json")
    files = library_zip.read(OLD, receipt(OLD, "0.1").library)
    assert b'"library_files"' in data
    assert all(digest(content).encode() in data for content in files.values())
    assert codec.format_of(data) == 1


def test_an_old_draft_written_again_is_of_the_new_format_and_otherwise_the_same() -> None:
    data = read(OLD, *LAND, "0.1", "draft.json")
    again = codec.dump(codec.load(data, Draft))
    assert again == data.replace(b'"@format": 1,', b'"@format": %d,' % codec.FORMAT, 1)


def test_an_old_store_verifies_with_a_word_on_its_history() -> None:
    (problem,) = verify(OLD)
    assert problem.warning
    assert "older than histories" in problem.message
    assert heads(OLD) == {}
    for version in ("0.1", "0.2"):
        assert verify(OLD / "tinyland" / "guidelines" / version) == []


def test_a_change_in_an_old_store_is_still_found(tmp_path: Path) -> None:
    shutil.copytree(OLD, tmp_path / "out")
    draft = tmp_path / "out" / "tinyland" / "guidelines" / "0.1" / "draft.json"
    draft.chmod(0o644)
    draft.write_bytes(draft.read_bytes().replace(b"Tinyland", b"Tinylamd", 1))
    assert [p for p in verify(tmp_path / "out") if not p.warning]


def test_the_next_line_completes_the_history_of_an_old_store(tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(OLD, out)
    told = history.read(out, *LAND)
    assert [(e.event, e.version) for e in told] == [("version", "0.1"), ("version", "0.2")]
    sent = Entry("stage", "0.2", stage="internal", on="2026-06-02", to="Legal Department")
    history.record(out, *LAND, sent)
    assert history.read(out, *LAND) == (*told, sent)
    assert verify(out) == []
    assert latest(out, *LAND) == "0.2" and next_version(out, *LAND) == "0.3"


def test_of_a_newer_store_one_clear_line_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "FORMAT", codec.FORMAT + 1)
    for version in ("0.1", "0.2", "0.3"):
        put(tmp_path / "out", version)
    monkeypatch.undo()
    (problem,) = verify(tmp_path / "out")
    assert "written by a newer version" in problem.message
    assert "install the newer version" in problem.fix
    with pytest.raises(Faulty, match="written by a newer version") as caught:
        codec.load(read(tmp_path / "out", COUNTRY, DOCUMENT, "0.3", "receipt.json"), Receipt)
    assert len(caught.value.problems) == 1


def test_only_what_an_old_format_said_is_passed_over() -> None:
    data = read(OLD, *LAND, "0.1", "receipt.json")
    for name in (b'"library_file"', b'"more"'):
        with pytest.raises(Faulty, match="has no field"):
            codec.load(data.replace(b'"library_files"', name), Receipt)
    with pytest.raises(Faulty, match="has no field 'library_files'"):
        codec.load(data.replace(b'"@format": 1,', b'"@format": 2,'), Receipt)
    assert typed.MAX_DEPTH > 50
