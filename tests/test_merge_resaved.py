"""Files that LibreOffice has saved (case 27), in both profiles of anchors: theirs comes back, without false conflicts."""

from __future__ import annotations

import shutil
import subprocess

import ministry
import pytest
import revisions
from draft_changes import cell, clause_added, note_changed, paragraph_added, word
from merging import AGENCIES, GATE, HEAD, LOGS, arabic, english, merge, ours
from ministry import Document
from revisions import Pair

from pipeline.model.draft import Draft
from pipeline.render.docx import Anchors

pytestmark = [
    pytest.mark.slow, pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed"),
]  # fmt: skip
PROFILES: tuple[Anchors, ...] = ("word", "libre")


@pytest.fixture(scope="module")
def resaved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return drafts and a file that the ministry edited, each saved by LibreOffice, by name and profile."""
    folder = tmp_path_factory.mktemp("libreoffice")
    given: dict[str, bytes] = {}
    for profile in PROFILES:
        for name, draft in (("english", english()), ("arabic", arabic())):
            given[f"{name}-{profile}"] = revisions.drawn(draft, profile)
    edited = Document(revisions.drawn(english(), "word"))
    ministry.replace(edited, "every twelve months", "every six months", "clause:data-quality")
    ministry.add_paragraph(edited, "lend it to others;", GATE, after="data of real persons")
    for anchor in edited.anchors():
        ministry.remove_control(edited, anchor)
    given["edited-libre"] = edited.bytes()
    for name, data in given.items():
        (folder / f"{name}.docx").write_bytes(data)
    words = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "docx"]
    words += ["--outdir", str(folder / "again"), *(str(folder / f"{n}.docx") for n in given)]
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    return {name: (folder / "again" / f"{name}.docx").read_bytes() for name in given}


def changed(draft: Draft) -> Pair:
    new = clause_added("clause:new", "New", "It is new.", after=GATE)
    return ours(
        word(GATE, "written approval", "written consent"), cell(AGENCIES, 0, 2, "Regional"), note_changed(LOGS, "Art. 25", "Art. 26"),
        paragraph_added(HEAD, "It is told.", 1), new, of=draft,
    )  # fmt: skip


@pytest.mark.parametrize("profile", PROFILES)
def test_27_an_english_file_is_merged_without_a_false_conflict(resaved: dict[str, bytes], profile: str) -> None:
    one = merge(resaved[f"english-{profile}"], changed(english()))
    states = {a: s for a, s in one.states().items() if a.startswith(("clause:", "part:agencies"))}
    wanted = {GATE: "updated", AGENCIES: "updated", LOGS: "updated", HEAD: "updated", "clause:new": "added"}
    assert {a: "updated" if s == "merged" else s for a, s in states.items()} == wanted
    assert one.conflicts() == []
    assert "without a written consent under" in one.text()
    assert any("Art. 26(1)" in t for t in one.lines())
    doubts = {d.kind for d in one.revised.doubts}
    assert ("resaved" in doubts) is (profile == "word")


@pytest.mark.parametrize("profile", PROFILES)
def test_27_nothing_is_marked_where_we_change_nothing(resaved: dict[str, bytes], profile: str) -> None:
    same = Pair(english(), english(), revisions.drawn(english()), revisions.drawn(english()))
    one = merge(resaved[f"english-{profile}"], same)
    assert one.states() == {}
    assert one.data == one.theirs


def test_27_what_the_ministry_edited_there_stays(resaved: dict[str, bytes]) -> None:
    one = merge(resaved["edited-libre"], changed(english()))
    assert one.conflicts() == []
    assert "again every six months for:" in one.text()
    assert "lend it to others;" in one.lines()


def test_27_an_arabic_file_of_our_own_profile_is_merged(resaved: dict[str, bytes]) -> None:
    at = "clause:erasure-and-retention"
    one = merge(resaved["arabic-libre"], ours(word(at, "ثلاثين", "ستين"), of=arabic(), profile="libre"))
    assert one.conflicts() == []
    assert set(one.states()) == {at}
    assert any("خلال ستين يوماً" in t for t in one.lines())


def test_27_an_arabic_file_with_controls_is_told_to_be_damaged_where_it_is(resaved: dict[str, bytes]) -> None:
    at = "clause:erasure-and-retention"
    one = merge(resaved["arabic-word"], ours(word(at, "ثلاثين", "ستين"), of=arabic()))
    kinds = {d.kind for d in one.revised.doubts}
    assert "resaved" in kinds
