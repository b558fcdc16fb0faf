"""What leaves the desk: secrets put into every answer are in no byte of a file for outside readers."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pymupdf
import pytest
import yaml
from journeys import EXAMPLES, ROOT, draft_of, put, run, tree, version
from test_reproducible import CLOCK

from pipeline.intake.writing import dump
from pipeline.model.draft import Draft
from pipeline.model.problem import DoesNotHold
from pipeline.project import pdf_text, scan
from pipeline.render import docx, pdf
from pipeline.render.style import HouseStyle

FORMATS = ("docx", "pdf", "html", "odt", "md")
DOCUMENTS = ("guidelines", "strategy", "explanatory")
READERS = ("consultation", "public")


def canary(seed: str) -> str:
    """Return a word that no text holds by chance, always the same for a seed."""
    return "zq" + "".join(chr(97 + b % 26) for b in hashlib.sha256(seed.encode()).digest()[:12])


def secret(seed: str) -> str:
    """Return a sentence around a canary."""
    return f"{canary(seed)} is known to few"


class Planted:
    """A copy of Norland with a canary wherever words can be written that are not printed for outsiders."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.words: list[str] = []
        shutil.copytree(EXAMPLES / "norland", folder)
        for path in sorted(folder.rglob("*.yaml")):
            data: Any = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)
            self._sources(path, data)
            match path.name:
                case "country.yaml":
                    for slot, law in data["law"].items():
                        law["read_by"] = self._put(f"read by {slot}")
                case "decisions.yaml":
                    for number, decision in enumerate(data["decisions"]):
                        decision["reason"] = self._put(f"reason {number}")
                        decision["owner"] = self._put(f"owner {number}")
                case "risk.yaml":
                    data["name"] = self._put(f"name {path}").capitalize()
                    data["answers"]["purpose_statement"] = self._put(f"purpose {path}")
            path.write_bytes(dump(data))
        for path in sorted(folder.glob("agencies/*/systems/*")):
            path.rename(path.with_name(self._named(path.name)))
        for path in sorted(folder.glob("agencies/*")):
            path.rename(path.with_name(self._named(path.name)))
        put(folder, {f"{self._named('note')}.txt": secret("in the note"), "README.md": self._put("readme")})

    def _put(self, seed: str) -> str:
        self.words.append(canary(seed))
        return secret(seed)

    def _named(self, seed: str) -> str:
        self.words.append(canary(f"file {seed}"))
        return canary(f"file {seed}")

    def _sources(self, path: Path, data: dict[str, Any]) -> None:
        """Give every answer a source."""
        for key, value in list(data.get("answers", {}).items()):
            given = value if isinstance(value, dict) else {"value": value}
            data["answers"][key] = {**given, "source": self._put(f"source {path.parent.name} {key}")}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    """Return the country folder with its canaries."""
    return Planted(tmp_path_factory.mktemp("planted") / "norland")


@pytest.fixture(scope="module")
def files(planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """Return every rendition by name for each kind of reader, in all formats; drawn once."""
    found: dict[str, dict[str, bytes]] = {}
    for audience in (*READERS, "working"):
        out = tmp_path_factory.mktemp(audience)
        formats = FORMATS if audience != "working" else ("md",)
        words = [w for d in DOCUMENTS for w in ("--document", d)] + [w for f in formats for w in ("--format", f)]
        ran = run("draft", planted.folder, *words, "--audience", audience, "--out", out)
        assert ran.code == 0, ran.err
        kept = tree(out / "norland")
        found[audience] = {n: d for n, d in kept.items() if n.endswith(FORMATS) and "/intake/" not in n}
        assert len(found[audience]) == len(DOCUMENTS) * len(formats)
    return found


@pytest.fixture(scope="module")
def drafts(planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Draft]:
    """Return the drafts of the working audience, which know every anchor."""
    out = tmp_path_factory.mktemp("drafts")
    words = [w for d in DOCUMENTS for w in ("--document", d)]
    assert run("draft", planted.folder, *words, "--format", "md", "--out", out).code == 0
    return {d: draft_of(version(out, "norland", d)) for d in DOCUMENTS}


def unpacked(data: bytes) -> Iterator[bytes]:
    """Yield a file and all that is packed in it, read by other programs than the one under test."""
    yield data
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive.comment
            for info in archive.infolist():
                yield info.filename.encode() + info.comment + info.extra
                yield from unpacked(archive.read(info))
    elif data[:5] == b"%PDF-":
        opened: Any = pymupdf.open
        with opened(stream=data, filetype="pdf") as document:
            yield unicodedata.normalize("NFKC", "".join(sheet.get_text() for sheet in document)).encode()
            yield json.dumps([document.metadata, document.get_toc()], default=str, ensure_ascii=False).encode()
        with pikepdf.open(io.BytesIO(data)) as package:
            for thing in package.objects:
                if isinstance(thing, pikepdf.Stream):
                    yield thing.read_bytes()
            yield from (thing.unparse() for thing in package.objects if isinstance(thing, pikepdf.String))
            yield bytes(str(package.docinfo), "utf-8")


@cache
def all_forms(data: bytes) -> str:
    """Return all that may be read in a file: as it is, in UTF-16, without marks, from hexadecimal and base64.

    Small letters without spaces; every canary is made of the letters a to z.
    """
    parts: list[str] = []
    for layer in dict.fromkeys(unpacked(data)):
        parts.append(layer.decode("latin-1"))
        if b"\0" not in layer[:4096] and (b"<" in layer or b"\\" in layer):
            parts.append(html.unescape(re.sub(r"<[^>]*>", "", layer.decode("utf-8", "ignore"))).replace("\\", ""))
        parts += [run_[::2].decode() for run_ in re.findall(rb"(?:[ -~]\0){8,}", layer)]
        parts += [run_[1::2].decode() for run_ in re.findall(rb"(?:\0[ -~]){8,}", layer)]
        for run_ in re.findall(rb"[0-9A-Fa-f]{16,}", layer):
            inner = bytes.fromhex(run_[: len(run_) // 2 * 2].decode())
            parts += [inner.decode("latin-1"), inner[1::2].decode("latin-1")]
        for run_ in re.findall(rb"[0-9A-Za-z+/]{16,}", layer):
            for start in range(4):
                piece = run_[start:]
                parts.append(base64.b64decode(piece[: len(piece) // 4 * 4]).decode("latin-1"))
    return re.sub(r"\s", "", "\n".join(parts)).lower()


@pytest.mark.parametrize(
    "hidden",
    [
        lambda word: word.encode(),
        lambda word: word.encode("utf-16-be"),
        lambda word: word.encode().hex().upper().encode(),
        lambda word: base64.b64encode(b"x " + word.encode() + b" yz"),
        lambda word: f"<w:t>{word[:4]}</w:t></w:r><w:r><w:t>{word[4:]}</w:t>".encode(),
    ],
    ids=["plain", "utf-16", "hex", "base64", "split"],
)
def test_both_searches_see_a_word_however_it_is_written(hidden: Any) -> None:
    word, kept = canary("seen"), io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"before " + hidden(word) + b" after")
    data = kept.getvalue()
    assert word in all_forms(data)
    with pytest.raises(DoesNotHold):
        scan.scanned("f.docx", data, "public", (word,), "other words")
    scan.scanned("f.docx", data, "public", (word + "x", "unlikely"), "other words")


def test_a_word_within_another_is_no_leak_and_one_printed_on_purpose_is_none() -> None:
    scan.scanned("f.md", b"/FontDescriptor is a description", "public", ("Descript", "scripti"), "")
    scan.scanned("f.md", b"The Face Finder searches.", "public", ("Face Finder",), "The Face\nFinder searches.")
    for text in (b"a Descript tool", b"(Descript)", b"x-Descript-y", b"_Descript_", b"clause:Descript"):
        with pytest.raises(DoesNotHold):
            scan.scanned("f.md", text, "public", ("Descript",), "")


def test_the_words_on_the_pages_of_a_pdf_are_searched(files: dict[str, dict[str, bytes]]) -> None:
    data = files["public"]["guidelines/0.1/guidelines.en.public.pdf"]
    opened: Any = pymupdf.open
    with opened(stream=data, filetype="pdf") as document:
        said = {w for sheet in document for w in re.findall(r"\b[a-z]{9,}\b", sheet.get_text())}
    plain = data.decode("latin-1")
    hidden = sorted(w for w in said if w not in plain)
    assert len(hidden) > 100
    read = set(re.findall(r"\b[a-z]{9,}\b", pdf_text.text(data, dict(pdf_text.streams(data)))))
    assert said - read == set()
    for word in hidden[:: len(hidden) // 3]:
        with pytest.raises(DoesNotHold):
            scan.scanned("f.pdf", data, "public", (word,), "")


@pytest.mark.parametrize("audience", READERS)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_secret_is_in_any_byte(
    planted: Planted, files: dict[str, dict[str, bytes]], audience: str, document: str
) -> None:
    assert len(planted.words) > 300
    for name, data in files[audience].items():
        if name.startswith(document):
            said = all_forms(data)
            assert len(said) > 20_000
            assert [w for w in planted.words if w in said] == [], name


def test_the_working_copy_holds_what_the_others_must_not(planted: Planted, files: dict[str, dict[str, bytes]]) -> None:
    names = [canary(f"name {p}") for p in (EXAMPLES / "norland").rglob("risk.yaml")]
    assert len(names) >= 5
    said = all_forms(files["working"]["guidelines/0.1/guidelines.en.md"])
    assert any(w in said for w in planted.words)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_nothing_in_a_public_file_tells_of_clauses_digests_or_us(
    files: dict[str, dict[str, bytes]], drafts: dict[str, Draft], document: str
) -> None:
    draft = drafts[document]
    anchors = {u.anchor for u in draft.units}
    printed = scan.words_of(draft).lower()
    clauses = {u.anchor.partition(":")[2] for d in drafts.values() for u in d.units if u.origin.kind == "clause"}
    ids = {i for i in clauses if "-" in i and i not in printed}
    assert len(anchors) > 3
    assert len(ids) > 100
    digests = {hashlib.sha256(a.encode()).hexdigest()[:8] for a in anchors} | {str(draft.record["library"])}
    for name, data in files["public"].items():
        if name.startswith(document):
            said = all_forms(data)
            assert [w for w in (*anchors, *digests, *ids, "clausewright") if w in said] == [], name


@pytest.mark.parametrize("audience", READERS)
@pytest.mark.parametrize("format_", ["docx", "pdf"])
def test_a_writer_that_leaks_writes_nothing(
    planted: Planted, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, audience: str, format_: str
) -> None:
    leaked = secret("reason 1")
    whole: Any = {"docx": docx.write, "pdf": pdf.write}[format_]

    def leaking(draft: Draft, style: HouseStyle, **options: Any) -> bytes:
        from dataclasses import replace

        return bytes(whole(replace(draft, cover=replace(draft.cover, subtitle=leaked)), style, **options))

    monkeypatch.setattr(f"pipeline.render.{format_}.write", leaking)
    words = ("--document", "brief", "--document", "guidelines", "--format", format_, "--audience", audience)
    ran = run("draft", planted.folder, *words, "--out", tmp_path / "out")
    assert ran.code == 7, ran.err
    assert "not written" in ran.err
    assert leaked not in ran.out
    assert tree(tmp_path) == {}


def test_no_user_host_path_or_clock_is_in_any_file(tmp_path: Path) -> None:
    place = tmp_path / "zzpath"
    shutil.copytree(EXAMPLES / "tembala", place / "tembala")
    before = CLOCK + (
        "import os, platform, socket, getpass\n"
        "socket.gethostname = socket.getfqdn = platform.node = lambda *_: 'zzhost'\n"
        "_uname = os.uname\n"
        "os.uname = lambda: os.uname_result(('Linux', 'zzhost', *_uname()[2:]))\n"
    )
    put(place / "before", {"sitecustomize.py": before})
    surroundings = {
        **os.environ, "USER": "zzcanary", "LOGNAME": "zzcanary", "USERNAME": "zzcanary", "HOME": str(place / "home"),
        "HOSTNAME": "zzhost", "EMAIL": "zzcanary@example.org", "TMPDIR": str(place),
        "PYTHONPATH": os.pathsep.join([str(place / "before"), str(ROOT)]), "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    words = [w for f in FORMATS for w in ("--format", f)]
    command = [sys.executable, "-m", "pipeline.cli", "draft", str(place / "tembala"), "--out", str(place / "out")]
    done = subprocess.run(
        [*command, "--document", "brief", "--document", "strategy", *words],
        cwd=place, env=surroundings, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    year = subprocess.run(
        [sys.executable, "-c", "import datetime; print(datetime.date.today())"],
        env=surroundings, capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    canaries = ["zzcanary", "zzpath", "zzhost", str(tmp_path), str(ROOT), year, f"d:{year.replace('-', '')}"]
    host = socket.gethostname().lower()
    canaries += [host] if len(host) > 8 else []
    made = tree(place / "out")
    assert len(made) > 20
    for name, data in made.items():
        if name.endswith(".lock"):
            assert data == b""
        said = all_forms(name.encode() + b"\n" + data) if data[:2] != b"PK" else all_forms(data)
        assert [c for c in canaries if re.sub(r"\s", "", c).lower() in said] == [], name
        if data[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}, name
