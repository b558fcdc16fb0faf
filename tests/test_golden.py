"""What the example of Norland gives today, compared with what was last accepted.

One changed clause changes a few lines of these files, so that a reviewer reads what a change does to a whole
document. `make accept` writes them anew; CI never does. A change in them is explained in the commit that brings it.
"""

from __future__ import annotations

import difflib
import json
import os
from pathlib import Path

import pytest

from pipeline.project.drafting import Wish, draft

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden" / "norland"
DOCUMENTS = ("guidelines", "strategy")
SHOWN = 40
"""Lines of a difference that a failure repeats."""

pytestmark = pytest.mark.golden


@pytest.fixture(scope="module")
def produced(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return each text that is compared, by file name, from one run of `draft`."""
    out = tmp_path_factory.mktemp("out")
    wish = Wish(DOCUMENTS, ("en",), ("md",), "working", "", "", None, out)
    _, made = draft(ROOT / "intake" / "examples" / "norland", wish, lambda _said: None)
    texts = {f"{one.document}.md": (one.folder / f"{one.document}.en.md").read_text("utf-8") for one in made}
    selections = {(one.folder / "selection.json").read_bytes() for one in made}
    assert len(selections) == 1, "the documents of one country rest on one selection"
    return {**texts, "decisions.txt": decisions(selections.pop())}


def decisions(data: bytes) -> str:
    """Return one line for each clause: its id, in, out or open, its strengths with their subjects, and the reason."""
    lines = []
    for clause, decision in sorted(json.loads(data)["decisions"].items()):
        strengths = "; ".join(f"{s}: {', '.join(who)}" for s, who in decision["strengths"].items())
        lines.append(" | ".join((clause, decision["status"], strengths, decision["reason"])))
    return "\n".join(lines) + "\n"


FILES = ["decisions.txt", *(f"{d}.md" for d in DOCUMENTS)]


@pytest.mark.parametrize("name", FILES)
def test_the_example_gives_what_was_accepted(produced: dict[str, str], name: str) -> None:
    path = GOLDEN / name
    if os.environ.get("CLAUSEWRIGHT_ACCEPT") == "1":
        in_ci = os.environ.get("CI") == "true"
        assert not in_ci, "nothing is accepted in CI"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(produced[name], "utf-8")
    accepted = path.read_text("utf-8").splitlines()
    difference = list(difflib.unified_diff(accepted, produced[name].splitlines(), "accepted", "now", lineterm="", n=0))
    assert difference == [], "\n".join([*difference[:SHOWN], f"{len(difference)} lines; make accept takes them over"])


def test_nothing_accepted_is_left_that_nobody_makes(produced: dict[str, str]) -> None:
    assert sorted(p.name for p in GOLDEN.iterdir()) == sorted(produced) == FILES
