"""A library as one zip: the same bytes everywhere, and read back within limits."""

from __future__ import annotations

import hashlib
import io
import random
import struct
import warnings
import zipfile
from pathlib import Path

import pytest
from store_samples import LIBRARY, ZIP, put

from pipeline.model.problem import Faulty, Refused
from pipeline.store import library_zip
from pipeline.store.library_zip import pack, unpack
from pipeline.store.version import digest

PINNED = "1c639f209695ad2697efc14fa10a455444cabfb34fdda5f25d5f235b4d74b995"


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip as another program would make it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def test_the_order_of_the_files_makes_no_difference() -> None:
    names = sorted(LIBRARY)
    assert pack({n: LIBRARY[n] for n in reversed(names)}) == pack({n: LIBRARY[n] for n in names}) == ZIP


def test_the_bytes_are_the_same_on_every_machine() -> None:
    assert digest(ZIP) == PINNED


def test_what_is_packed_comes_back(library_files: dict[str, bytes]) -> None:
    assert unpack(pack(library_files)) == library_files
    assert unpack(zipped(LIBRARY)) == LIBRARY


def test_other_tools_read_it_and_find_no_time_or_machine() -> None:
    with zipfile.ZipFile(io.BytesIO(ZIP)) as archive:
        assert archive.testzip() is None
        for member in archive.infolist():
            assert member.date_time == (1980, 1, 1, 0, 0, 0)
            assert not member.extra
            assert not member.comment


def test_the_library_of_a_version_is_read_from_the_store(tmp_path: Path) -> None:
    put(tmp_path, "0.1")
    assert library_zip.read(tmp_path, digest(ZIP)) == LIBRARY
    with pytest.raises(Refused, match="there is no"):
        library_zip.read(tmp_path, "0" * 64)
    with pytest.raises(Refused, match="there is no"):
        library_zip.read(tmp_path / "empty", digest(ZIP))
    with pytest.raises(Faulty, match="not a SHA-256 digest"):
        library_zip.read(tmp_path, "../../etc/passwd")


def test_a_damaged_library_is_not_used(tmp_path: Path) -> None:
    put(tmp_path, "0.1")
    stored = tmp_path / "library" / f"{digest(ZIP)}.zip"
    stored.chmod(0o644)
    stored.write_bytes(ZIP.replace(b"norm", b"NORM"))
    with pytest.raises(Faulty, match="not those that its name stands for"):
        library_zip.read(tmp_path, digest(ZIP))


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../x", "a\\..\\x", "C:/x", ".hidden", "a\x01b", "con/x", "a//b"])
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(Faulty, match="cannot name"):
        unpack(zipped({name: b"x"}))
    with pytest.raises(Faulty):
        pack({name: b"x"})


def test_a_name_that_hides_behind_a_zero_byte_is_refused() -> None:
    data = zipped({"a.yamlX.exe": b"x"}).replace(b"a.yamlX", b"a.yaml\x00")
    with pytest.raises(Faulty):
        unpack(data)


def test_a_file_that_is_there_twice_is_refused() -> None:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("a.yaml", b"1")
        archive.writestr("A.yaml", b"2")
    with pytest.raises(Faulty, match="twice"):
        unpack(out.getvalue())


def test_limits_hold_before_anything_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library_zip, "MAX_MEMBERS", 2)
    with pytest.raises(Faulty, match="at most 2"):
        unpack(zipped({"a": b"", "b": b"", "c": b""}))
    monkeypatch.setattr(library_zip, "MAX_UNPACKED", 1_000)
    with pytest.raises(Faulty, match="more than 1,000 bytes"):
        unpack(zipped({"a": b"\0" * 2_000}))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_only_the_two_common_ways_of_packing_are_read(method: int) -> None:
    with pytest.raises(Faulty, match="packed in a way"):
        unpack(zipped(LIBRARY, method))


def test_a_member_that_is_longer_than_it_says_is_refused() -> None:
    data = bytearray(zipped({"a": b"\0" * 100_000}))
    place = data.index(b"PK\x01\x02") + 24  # the unpacked size in the central directory
    data[place : place + 4] = struct.pack("<I", 10)
    with pytest.raises(Faulty):
        unpack(bytes(data))


def test_damage_anywhere_is_told_and_never_breaks() -> None:
    chance = random.Random(7)
    whole = zipped(LIBRARY)
    refused = 0
    for _ in range(2_000):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        try:
            unpack(bytes(data))
        except Faulty:
            refused += 1
    assert refused > 1_000
    for end in range(0, len(whole), 11):
        with pytest.raises(Faulty):
            unpack(whole[:end])


def test_the_digest_is_that_of_the_bytes() -> None:
    assert digest(b"abc") == hashlib.sha256(b"abc").hexdigest()
