"""Whatever is done to a stored version, verify names the file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from store_samples import COUNTRY, DOCUMENT, ZIP, put, stored_receipt, tree

from pipeline.model.problem import MachineFault, Problem
from pipeline.store.codec import dump
from pipeline.store.verify import verify
from pipeline.store.version import digest, sums

FILES = (
    "SHA256SUMS",
    "receipt.json",
    "draft.json",
    "guidelines.en.docx",
    "guidelines.en.pdf",
    "intake/country.yaml",
    "intake/agencies/police/Réponses (final).xlsx",
)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return a store with three versions in a row."""
    out = tmp_path / "out"
    for version in ("0.1", "0.2", "0.3"):
        put(out, version)
    return out


def place(store: Path, version: str = "0.2") -> Path:
    return store / COUNTRY / DOCUMENT / version


def told(problems: list[Problem]) -> str:
    return "\n".join(str(p) for p in problems)


def write_over(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def list_anew(folder: Path) -> None:
    """Write SHA256SUMS again for what stands in a folder, as a forger would."""
    files = {n: d for n, d in tree(folder).items() if isinstance(d, bytes) and n != "SHA256SUMS"}
    write_over(folder / "SHA256SUMS", sums(files))


def test_a_sound_store_holds_at_every_level(store: Path) -> None:
    for level in (store, store / COUNTRY, store / COUNTRY / DOCUMENT, place(store)):
        assert verify(level) == [], level


def test_verify_changes_nothing(store: Path) -> None:
    before = tree(store)
    verify(store)
    assert tree(store) == before


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("bit", range(8))
def test_one_flipped_bit_is_found(store: Path, name: str, bit: int) -> None:
    path = place(store) / name
    data = bytearray(path.read_bytes())
    data[(len(data) * bit) // 8] ^= 1 << bit
    write_over(path, bytes(data))
    problems = verify(store)
    assert any(name in str(p.place) or name in p.message for p in problems), told(problems)
    assert verify(place(store))


@pytest.mark.parametrize("name", FILES)
def test_a_removed_file_is_found(store: Path, name: str) -> None:
    (place(store) / name).unlink()
    problems = verify(store)
    assert any(name in str(p.place) and "missing" in p.message for p in problems), told(problems)


@pytest.mark.parametrize("name", ["more.txt", "intake/agencies/more.yaml", "new/folder/more.txt", ".hidden", "a\nb"])
def test_an_added_file_is_found(store: Path, name: str) -> None:
    path = place(store) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    (problem,) = verify(store)
    assert "added" in problem.message
    assert str(problem.place).isprintable()


@pytest.mark.parametrize("pair", [(a, b) for i, a in enumerate(FILES[1:]) for b in FILES[i + 2 :]])
def test_two_swapped_files_are_found_and_named(store: Path, pair: tuple[str, str]) -> None:
    one, other = (place(store) / name for name in pair)
    first, second = one.read_bytes(), other.read_bytes()
    write_over(one, second)
    write_over(other, first)
    text = told(verify(store))
    assert f"{pair[0]}: error STORE-030: it holds the content of {pair[1]}" in text
    assert f"{pair[1]}: error STORE-030: it holds the content of {pair[0]}" in text


def test_a_renamed_file_is_found_with_its_new_name(store: Path) -> None:
    (place(store) / "guidelines.en.pdf").rename(place(store) / "strategy.en.pdf")
    assert "its content stands in strategy.en.pdf" in told(verify(store))


def test_a_link_to_the_very_same_content_is_found(store: Path, tmp_path: Path) -> None:
    path = place(store) / "draft.json"
    shutil.copyfile(path, tmp_path / "copy.json")
    path.unlink()
    path.symlink_to(tmp_path / "copy.json")
    assert "a link stands here" in told(verify(store))


def test_a_linked_folder_is_found_and_not_entered(store: Path, tmp_path: Path) -> None:
    (place(store) / "intake").rename(tmp_path / "intake")
    (place(store) / "intake").symlink_to(tmp_path / "intake")
    text = told(verify(store))
    assert "intake: error STORE-030: a link stands here" in text
    assert "country.yaml: error STORE-030: the file is missing" in text


@pytest.mark.parametrize("where", [COUNTRY, f"{COUNTRY}/{DOCUMENT}", f"{COUNTRY}/{DOCUMENT}/0.2", "library"])
def test_a_link_above_the_files_is_found(store: Path, tmp_path: Path, where: str) -> None:
    (store / where).rename(tmp_path / "moved")
    (store / where).symlink_to(tmp_path / "moved")
    assert "a link stands here" in told(verify(store))


def test_a_device_is_found_and_not_opened(store: Path) -> None:
    path = place(store) / "draft.json"
    path.unlink()
    os.mkfifo(path)
    assert "no plain file" in told(verify(store))


def test_a_change_hidden_by_a_new_list_is_found_by_the_receipt(store: Path) -> None:
    write_over(place(store) / "guidelines.en.docx", b"PK other words")
    list_anew(place(store))
    text = told(verify(place(store)))
    assert "SHA256SUMS and receipt.json give different digests of guidelines.en.docx" in text


def test_a_file_added_with_a_new_list_is_found_by_the_receipt(store: Path) -> None:
    (place(store) / "extra.pdf").write_bytes(b"x")
    list_anew(place(store))
    assert "SHA256SUMS lists extra.pdf, which receipt.json does not name" in told(verify(place(store)))


def test_a_file_removed_with_a_new_list_is_found_by_the_receipt(store: Path) -> None:
    (place(store) / "guidelines.en.pdf").unlink()
    list_anew(place(store))
    assert "receipt.json names guidelines.en.pdf, which SHA256SUMS does not list" in told(verify(place(store)))


def test_a_change_hidden_by_a_new_receipt_is_found_by_the_next_version(store: Path) -> None:
    data = b"PK other words"
    write_over(place(store) / "guidelines.en.docx", data)
    old = stored_receipt(store, "0.2")
    forged = replace(old, renditions={**old.renditions, "guidelines.en.docx": digest(data)})
    write_over(place(store) / "receipt.json", dump(forged))
    list_anew(place(store))
    assert verify(place(store)) == []  # by itself it looks sound
    text = told(verify(store))
    assert "0.3: error STORE-030: the version does not follow upon version 0.2" in text
    assert "history.jsonl:2:1: error STORE-030: version 0.2, of which the line tells, has another receipt" in text


def test_answers_that_were_taken_out_with_a_new_list_are_found_by_the_receipt(store: Path) -> None:
    shutil.rmtree(place(store) / "intake")
    list_anew(place(store))
    assert "intake/country.yaml" in told(verify(place(store)))
    assert "intake/country.yaml" in told(verify(store))


def remove(store: Path) -> None:
    shutil.rmtree(place(store, "0.2"))


def slip_in(store: Path) -> None:
    shutil.copytree(place(store, "0.1"), place(store, "0.4"))


def swap(store: Path) -> None:
    place(store, "0.1").rename(store / "x")
    place(store, "0.2").rename(place(store, "0.1"))
    (store / "x").rename(place(store, "0.2"))


def rename_document(store: Path) -> None:
    (store / COUNTRY / DOCUMENT).rename(store / COUNTRY / "strategy")


def rename_country(store: Path) -> None:
    (store / COUNTRY).rename(store / "sudland")


@pytest.mark.parametrize("act", [remove, slip_in, swap, rename_document, rename_country])
def test_a_history_that_was_altered_is_found(store: Path, act: Callable[[Path], None]) -> None:
    act(store)
    problems = verify(store)
    assert problems
    assert any("follow" in p.message or "receipt is that of" in p.message for p in problems), told(problems)


def test_a_library_that_is_missing_or_changed_is_found(store: Path) -> None:
    stored = store / "library" / f"{digest(ZIP)}.zip"
    write_over(stored, ZIP[:-1] + b"x")
    text = told(verify(store))
    assert "the library was changed" in text
    assert text.count(f"its library library/{digest(ZIP)}.zip was changed") == 3
    stored.unlink()
    assert told(verify(store)).count("is missing") == 3
    assert "is missing" in told(verify(place(store)))


def test_what_is_no_library_among_them_is_found(store: Path) -> None:
    (store / "library" / "notes.txt").write_text("x")
    assert "this is no stored library" in told(verify(store))


def test_a_broken_list_or_receipt_is_told_and_never_breaks(store: Path) -> None:
    for data in (b"", b"\xff\xfe", b"x\n", b"0" * 64 + b"  ../../etc/passwd\n", b"{}", b"[" * 9_000, b"\x00" * 500):
        for name in ("SHA256SUMS", "receipt.json"):
            before = (place(store) / name).read_bytes()
            write_over(place(store) / name, data)
            problems = verify(store)
            assert problems
            assert all(p.message.isprintable() for p in problems)
            write_over(place(store) / name, before)
    assert verify(store) == []


def test_what_a_dead_run_left_is_told_as_a_warning(store: Path) -> None:
    (store / ".writing").mkdir()
    (problem,) = verify(store)
    assert problem.warning


def test_an_empty_or_missing_folder_does_not_hold(tmp_path: Path) -> None:
    (problem,) = verify(tmp_path)
    assert "no version" in problem.message
    with pytest.raises(MachineFault, match="there is no folder"):
        verify(tmp_path / "missing")
