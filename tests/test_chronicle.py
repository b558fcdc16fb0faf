"""What becomes of versions, as a person types it: stages, the history as listed, signatures, and versions handed on."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from journeys import Run
from store_samples import COUNTRY, DOCUMENT, ZIP, content, newest_receipt, put, receipt_for, tree

from pipeline.model.problem import Exit, Faulty
from pipeline.model.version import STAGES
from pipeline.project import chronicle
from pipeline.store import history
from pipeline.store.codec import dump
from pipeline.store.receipt import Approval
from pipeline.store.version import write

needs_keys = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return a store with drafts 0.1 and 0.2 of the guidelines, their release, and a draft of the strategy."""
    out = tmp_path / "output"
    put(out, "0.1")
    put(out, "0.2")
    approval = Approval("Council of Ministers", "2026-12-10")
    _written(out, "1.0", approval=approval, reasons=("the library's text of audit-logs", "answers"), release="2026.11")
    put(out, "0.1", document="strategy")
    return out


def _written(out: Path, version: str, **said: object) -> Path:
    files = {**content(version), "selection.json": b'{"out": []}\n', "findings.json": b'{"risk": "high"}\n'}
    receipt = replace(receipt_for(version, files, newest_receipt(out)), state="Republic of Norland", **said)  # type: ignore[arg-type]
    return write(out, COUNTRY, DOCUMENT, version, {**files, "receipt.json": dump(receipt)}, ZIP)


def spot(out: Path, version: str = "0.2", document: str = DOCUMENT) -> Path:
    return out / COUNTRY / document / version


def stage(
    run: Run, version: Path, stage: str = "consultation", on: str = "2026-12-01", *more: str
) -> tuple[int, str, str]:
    return run("history", version, "--stage", stage, "--on", on, "--to", "Bar Association", *more)


# Stages


def test_a_stage_is_recorded_and_stands_in_the_list(run: Run, store: Path) -> None:
    before = {n: d for n, d in tree(store).items() if not n.endswith("history.jsonl")}
    code, out, err = stage(run, spot(store), "consultation", "2026-12-01", "--by", "Legal Department")
    assert (code, err) == (Exit.FINE, "")
    assert out == "norland, guidelines 0.2: consultation on 2026-12-01, to Bar Association\n"
    last = history.read(store, COUNTRY, DOCUMENT)[-1]
    assert (last.stage, last.version, last.on, last.to, last.by) == (
        "consultation",
        "0.2",
        "2026-12-01",
        "Bar Association",
        "Legal Department",
    )
    assert {n: d for n, d in tree(store).items() if not n.endswith("history.jsonl")} == before
    code, out, _ = run("history")
    assert code == Exit.FINE
    assert "Bar Association" in out and "by: Legal Department" in out and "2026-12-01" in out


@pytest.mark.parametrize("name", STAGES)
def test_each_stage_can_be_recorded(run: Run, store: Path, name: str) -> None:
    assert stage(run, spot(store), name)[0] == Exit.FINE
    assert history.read(store, COUNTRY, DOCUMENT)[-1].stage == name


@pytest.mark.parametrize("day", ["2026-02-30", "26-12-01", "1 December 2026", "2026-12", "2026-13-01", "\u0661\u0662"])
def test_a_day_that_is_none_is_refused_by_its_option(run: Run, store: Path, day: str) -> None:
    before = tree(store)
    code, _, err = stage(run, spot(store), "internal", day)
    assert (code, "--on" in err) == (Exit.USAGE, True)
    assert tree(store) == before


@pytest.mark.parametrize("office", ["", " ", "a\nb", "a\x1b[31mb", "a\u202eb", "x" * 201])
def test_an_office_that_cannot_be_printed_is_refused(run: Run, store: Path, office: str) -> None:
    before = history.read(store, COUNTRY, DOCUMENT)
    code, _, err = run("history", spot(store), "--stage", "internal", "--on", "2026-12-01", "--to", office)
    assert code in (Exit.USAGE, Exit.INTAKE), err
    assert "\x1b" not in err
    assert history.read(store, COUNTRY, DOCUMENT) == before


def test_the_same_stage_twice_is_refused_and_another_day_is_not(run: Run, store: Path) -> None:
    assert stage(run, spot(store))[0] == Exit.FINE
    code, _, err = stage(run, spot(store))
    assert (code, "recorded already" in err) == (Exit.REFUSED, True)
    assert stage(run, spot(store), "consultation", "2026-12-02")[0] == Exit.FINE


def test_an_earlier_day_is_recorded_and_remarked_on(run: Run, store: Path) -> None:
    stage(run, spot(store), "consultation", "2026-12-01")
    code, _, err = stage(run, spot(store), "legal_clearance", "2026-11-20")
    assert (code, "lies before 2026-12-01" in err) == (Exit.FINE, True)
    assert history.read(store, COUNTRY, DOCUMENT)[-1].on == "2026-11-20"
    assert stage(run, spot(store), "validation", "2026-12-01")[2] == ""


@pytest.mark.parametrize(
    "words",
    [
        ("--stage", "internal"),
        ("--stage", "internal", "--on", "2026-12-01"),
        ("--on", "2026-12-01"),
        ("--to", "Bar"),
        ("--by", "Bar"),
        ("--stage", "sent", "--on", "2026-12-01", "--to", "Bar"),
    ],
)
def test_half_a_stage_is_wrong_usage(run: Run, store: Path, words: tuple[str, ...]) -> None:
    before = tree(store)
    assert run("history", spot(store), *words)[0] == Exit.USAGE
    assert tree(store) == before


def test_a_stage_wants_a_version_of_a_store(run: Run, store: Path, tmp_path: Path) -> None:
    assert stage(run, spot(store).parent)[0] == Exit.INTAKE
    assert stage(run, spot(store, "0.9"))[0] == Exit.INTAKE
    shutil.copytree(spot(store), tmp_path / "alone")
    assert stage(run, tmp_path / "alone")[0] == Exit.REFUSED


# The list


def test_the_list_tells_number_event_dates_library_reasons_and_addressee(run: Run, store: Path) -> None:
    stage(run, spot(store, "1.0"), "in_force", "2027-01-01")
    code, out, _ = run("history", "--json")
    rows = json.loads(out)
    assert code == Exit.FINE
    assert [(r["document"], r["entry"]["event"], r["entry"]["version"]) for r in rows] == [
        ("guidelines", "version", "0.1"),
        ("guidelines", "version", "0.2"),
        ("guidelines", "release", "1.0"),
        ("guidelines", "stage", "1.0"),
        ("strategy", "version", "0.1"),
    ]
    release, sent = rows[2], rows[3]
    assert (release["release"], release["approved_by"], release["approved_on"]) == (
        "2026.11",
        "Council of Ministers",
        "2026-12-10",
    )
    assert release["reasons"] == ["the library's text of audit-logs", "answers"]
    assert (release["entry"]["law"], sent["entry"]["to"], sent["state"]) == (
        "2026-11-01",
        "Bar Association",
        "Republic of Norland",
    )
    _, text, _ = run("history")
    words = " ".join(text.split())
    assert "approved by: Council of Ministers;" in words and "in force" in words and "2026.11" in words
    assert not any(len(w) == 64 for w in text.split()), "text on the screen holds no digests"


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("output", 4),
        ("output/norland", 4),
        ("output/norland/guidelines", 3),
        ("output/norland/strategy", 1),
        ("output/norland/guidelines/0.2", 1),
        ("norland/guidelines", 3),
    ],
)
def test_a_store_a_country_a_document_and_a_version_can_be_asked(run: Run, store: Path, path: str, count: int) -> None:
    code, out, err = run("history", path, "--json")
    assert (code, len(json.loads(out))) == (Exit.FINE, count), err


@pytest.mark.parametrize("path", ["nowhere", ".", "output/library", "output/norland/guidelines/0.1/intake"])
def test_what_is_no_place_of_a_store_is_told(run: Run, store: Path, path: str) -> None:
    code, _, err = run("history", path)
    assert (code, "HISTORY-001" in err) == (Exit.INTAKE, True)


def test_one_broken_history_does_not_hide_the_others(run: Run, store: Path) -> None:
    file = store / COUNTRY / DOCUMENT / "history.jsonl"
    file.chmod(0o644)
    file.write_bytes(file.read_bytes().replace(b"2026-11-01", b"2025-11-01", 1))
    code, out, err = run("history")
    assert (code, "STORE-040" in err) == (Exit.DOES_NOT_HOLD, True)
    assert "strategy" in out


def test_a_link_into_a_store_is_not_followed(store: Path) -> None:
    (store / "other").symlink_to(store / COUNTRY)
    with pytest.raises(Faulty):
        chronicle.told(store / "other" / DOCUMENT)


# Seals and signatures


def test_seals_are_shown_when_asked_for_and_only_then(run: Run, store: Path) -> None:
    seal = json.loads(run("verify", "--json")[1])["heads"]["norland/guidelines"]
    assert len(seal) == 64
    code, out, _ = run("verify", "--heads")
    assert code == Exit.FINE
    assert seal[:32] in out and seal not in out and "Keep them where" in out
    assert seal[:32] not in run("verify")[1]
    assert seal[:32].encode() in (store / COUNTRY / DOCUMENT / "history.jsonl").read_bytes()
    stage(run, spot(store))
    later = json.loads(run("verify", "--json")[1])["heads"]["norland/guidelines"]
    assert later != seal


def test_what_does_not_hold_is_told_as_json_too(run: Run, store: Path) -> None:
    file = spot(store) / "guidelines.en.docx"
    file.chmod(0o644)
    file.write_bytes(b"PK other")
    code, out, err = run("verify", "--json")
    assert (code, json.loads(out)["holds"]) == (Exit.DOES_NOT_HOLD, False)
    assert json.loads(err)[0]["code"] == "STORE-030"


@needs_keys
def test_a_version_is_signed_and_the_signature_checked(run: Run, store: Path, tmp_path: Path) -> None:
    for name in ("mine", "other"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True)
        public = (tmp_path / f"{name}.pub").read_text()
        (tmp_path / f"{name}.allowed").write_text(f'ministry@norland namespaces="clausewright" {public}')
    code, _, err = run("verify", "--signers", "mine.allowed")
    assert (code, "nothing here is signed" in err) == (Exit.DOES_NOT_HOLD, True)
    code, out, err = run("history", spot(store), "--sign", "mine")
    assert (code, "0.2.sig" in out) == (Exit.FINE, True), err
    assert run("history", spot(store), "--sign", "mine")[0] == Exit.REFUSED
    code, out, err = run("verify", "--signers", "mine.allowed")
    assert code == Exit.FINE, err
    assert "guidelines 0.2: signed by ministry@norland" in out and "strategy 0.1: not signed" in out
    assert run("verify", spot(store), "--signers", "mine.allowed")[0] == Exit.FINE
    assert run("verify", spot(store, "0.1"), "--signers", "mine.allowed")[0] == Exit.DOES_NOT_HOLD
    code, _, err = run("verify", "--signers", "other.allowed")
    assert (code, "HISTORY-001" in err) == (Exit.DOES_NOT_HOLD, True)
    assert run("history", spot(store), "--sign", "mine", "--stage", "internal")[0] == Exit.USAGE


# Packed


@pytest.mark.parametrize("target", ["packed", "deep/er/packed", "0.2"])
def test_a_packed_folder_stands_by_itself(run: Run, store: Path, tmp_path: Path, target: str) -> None:
    stage(run, spot(store, "1.0"), "in_force", "2027-01-01")
    before = tree(store)
    code, out, err = run("pack", spot(store, "1.0"), "-o", target)
    assert (code, out.startswith(f"{target}: ")) == (Exit.FINE, True), err
    assert tree(store) == before
    store.rename(tmp_path / "away")
    place = tmp_path / target
    if target != "0.2":  # whoever calls the folder by another number has it told to them
        assert run("verify", target)[0] == Exit.FINE
        code, out, _ = run("history", target)
        assert code == Exit.FINE and "in force" in out and "Council of Ministers" in out
    done = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=place, capture_output=True, check=False)
    assert done.returncode == 0
    assert not [p for p in place.parent.iterdir() if p.name.startswith(".") and p.name.endswith(".new")]


def test_a_zip_has_the_same_bytes_twice_and_holds_one_folder(run: Run, store: Path, tmp_path: Path) -> None:
    assert run("pack", spot(store), "-o", "one.zip")[0] == Exit.FINE
    assert run("pack", spot(store), "-o", "two.ZIP")[0] == Exit.FINE
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.ZIP").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert {n.split("/")[0] for n in archive.namelist()} == {"norland-guidelines-0.2"}
        archive.extractall(tmp_path / "out")
    assert run("verify", tmp_path / "out" / "norland-guidelines-0.2")[0] == Exit.FINE


def test_for_readers_the_answers_stay_behind(run: Run, store: Path, tmp_path: Path) -> None:
    _written(store, "1.0.1-draft.1", audiences=("consultation",))
    code, out, err = run("pack", spot(store, "1.0.1-draft.1"), "-o", "sent", "--readers")
    assert (code, "without the answers" in out) == (Exit.FINE, True), err
    names = set(tree(tmp_path / "sent"))
    assert not [n for n in names if n.startswith("intake") or n in ("selection.json", "findings.json")]
    assert {"guidelines.en.docx", "receipt.json", "history.jsonl"} <= names
    assert run("verify", "sent")[0] == Exit.FINE


def test_a_working_copy_is_not_packed_for_readers(run: Run, store: Path, tmp_path: Path) -> None:
    code, _, err = run("pack", spot(store), "-o", "sent", "--readers")
    assert (code, "working copy" in err) == (Exit.REFUSED, True)
    assert not (tmp_path / "sent").exists()


@pytest.mark.parametrize(
    "target", ["there", "there.zip", "link", "output/packed", "output/norland/guidelines/0.3", "."]
)
def test_nothing_is_overwritten_and_nothing_put_into_a_store(
    run: Run, store: Path, tmp_path: Path, target: str
) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there.zip").write_bytes(b"mine")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    before = tree(tmp_path)
    assert run("pack", spot(store), "-o", target)[0] == Exit.REFUSED
    assert tree(tmp_path) == before


def test_a_changed_version_is_not_packed(run: Run, store: Path, tmp_path: Path) -> None:
    file = spot(store) / "guidelines.en.docx"
    file.chmod(0o644)
    file.write_bytes(b"PK other")
    assert run("pack", spot(store), "-o", "sent")[0] == Exit.DOES_NOT_HOLD
    assert not (tmp_path / "sent").exists()
    assert run("pack", store, "-o", "sent")[0] == Exit.INTAKE


def test_a_folder_that_cannot_be_written_whole_is_not_left_in_part(
    run: Run, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipeline.store.folder.os.fsync", full)
    assert run("pack", spot(store), "-o", "sent")[0] == Exit.MACHINE
    assert {p.name for p in tmp_path.iterdir()} == {"output"}
