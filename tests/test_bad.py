"""What a person is told for bad input: each folder of tests/bad holds files, a command, and what was accepted to be said.

`files/` is copied to an empty folder in which the words of `command.txt` are run; `library/` is laid over the built-in
library and packed as `library.zip` beside them. `stderr.txt` and `exit.txt` are what must come out. `make accept`
writes these two anew.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
from journeys import ROOT, Ran, run, tree

from pipeline.model.problem import Exit
from pipeline.project import content, country
from pipeline.store import library_zip

BAD = ROOT / "tests" / "bad"
CASES = sorted(p.name for p in BAD.iterdir() if p.is_dir())
TOPICS = (
    "CLAUSE", "TEXT", "DRAFT", "LAW", "PACK", "RECORD", "FINDING", "QUESTION", "GLOSSARY", "OUTLINE", "INTAKE", "FOLDER", "TEMPLATE",
    "STORE", "WHY", "RENDER", "UPDATE", "ADOPT", "COMMENT",
)  # fmt: skip
"""Each family of problem codes that bad input can bring out."""

MADE = {"stderr.txt", "exit.txt"}
KNOWN = {"command.txt", "files", "library", *MADE}

pytestmark = pytest.mark.golden


@pytest.fixture
def ran(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ran:
    """Run the command of a case in a copy of its files, and check that it writes nothing."""
    case = BAD / request.param
    here = tmp_path / "here"
    shutil.copytree(case / "files", here) if (case / "files").is_dir() else here.mkdir()
    if (case / "library").is_dir():
        laid = {**content.library_files(), **tree(case / "library")}
        monkeypatch.setattr(content, "library_files", lambda: laid)
        monkeypatch.setattr(country, "drafting_files", lambda: laid)
        (here / "library.zip").write_bytes(library_zip.pack(laid))
    words = shlex.split((case / "command.txt").read_text("utf-8"))
    assert words[0] == "clausewright"
    before = tree(tmp_path)
    found = run(*words[1:], at=here)
    assert tree(tmp_path) == before, "bad input wrote a file"
    return found


@pytest.mark.parametrize(("ran", "slug"), [(c, c) for c in CASES], ids=CASES, indirect=["ran"])
def test_bad_input_is_told_as_was_accepted(ran: Ran, slug: str) -> None:
    case = BAD / slug
    said = {"stderr.txt": ran.err, "exit.txt": f"{ran.code}\n"}
    if os.environ.get("CLAUSEWRIGHT_ACCEPT") == "1":
        assert os.environ.get("CI") != "true", "nothing is accepted in CI"
        for name, text in said.items():
            (case / name).write_text(text, "utf-8")
    assert ran.code not in (Exit.FINE, Exit.BUG)
    assert "Traceback" not in ran.err
    assert ran.err.count("fix:") == len(re.findall(r"(?:error|warning) [A-Z]+-\d{3}:", ran.err)) > 0
    assert {n: (case / n).read_text("utf-8") for n in said} == said


def test_every_topic_has_a_case_that_ends_with_its_exit_code() -> None:
    found: dict[str, set[str]] = {}
    for slug in CASES:
        for topic in re.findall(r"(?:error|warning) ([A-Z]+)-\d{3}:", (BAD / slug / "stderr.txt").read_text("utf-8")):
            found.setdefault(topic, set()).add((BAD / slug / "exit.txt").read_text("utf-8").strip())
    assert [t for t in TOPICS if t not in found] == []
    codes = re.findall(r'"([A-Z]+)-\d{3}"', "".join(p.read_text("utf-8") for p in (ROOT / "pipeline").rglob("*.py")))
    assert set(TOPICS) <= set(codes), "a topic that the code no longer has"
    for topic in ("LAW", "PACK", "RECORD", "FINDING", "QUESTION", "GLOSSARY", "OUTLINE", "TEMPLATE", "RENDER"):
        assert found[topic] == {str(int(Exit.LIBRARY))}, topic


def test_nothing_is_accepted_that_nobody_makes() -> None:
    for slug in CASES:
        names = {p.name for p in (BAD / slug).iterdir()}
        assert MADE | {"command.txt"} <= names <= KNOWN, slug
    assert sorted(p.name for p in BAD.iterdir()) == CASES
    assert len(CASES) >= len(TOPICS)
