"""Makes the three files of `docs/trying-by-hand.md`: `python tests/hand_trial.py FOLDER`, or `make trial`.

1. a draft as it is sent out; 2. the same, edited by a ministry and merged with a new version, with marks of both and a
conflict; 3. a merged draft in Arabic, with figures and Latin names in its sentences.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import ministry
import revisions

from pipeline.model.draft import Draft
from pipeline.project.files import write_file
from pipeline.revise.desk import Terms
from pipeline.revise.merge import Asked, merged
from pipeline.revise.outcome import Reason
from pipeline.word.runs import Script

NAMES = ("1-draft.docx", "2-merged.docx", "3-arabic.docx")
REASON = Reason(("Regulation (EU) 2026/1744, the Digital Omnibus on AI, amends the AI Act",), ("EU AI Act, Art. 26",))


@dataclass(frozen=True, slots=True)
class Trial:
    """What the checklist asks people to look for in the second file.

    Attributes:
        conflict: The clause with a conflict.
        pending: The clause with a tracked change by the ministry.
        deleted: The clause that the ministry deleted.
        commented: The clause with a comment and a reply by the ministry.
    """

    conflict: str = "clause:monitoring-duty-eu"
    pending: str = "clause:legal-classification-eu"
    deleted: str = "clause:retro-face-lead-only"
    commented: str = "clause:review-and-override"


TRIAL = Trial()


def files() -> dict[str, bytes]:
    """Return the three files by name."""
    english, arabic = revisions.english(), revisions.arabic()
    return {
        NAMES[0]: english.old_docx,
        NAMES[1]: _merged(edited(english.old_docx), english.new_docx, english.new, "latin"),
        NAMES[2]: _merged(arabic.old_docx, arabic.new_docx, arabic.new, "rtl"),
    }


def edited(data: bytes) -> bytes:
    """Return a draft as a ministry leaves it: edits, a tracked change, a comment with a reply, a clause deleted."""
    document = ministry.Document(data)
    ministry.replace(document, "2 August 2026", "1 March 2027", within=TRIAL.conflict, tracked=False)
    ministry.replace(document, "before the assessment", "ahead of the assessment", within=TRIAL.pending, tracked=True)
    ministry.delete_clause(document, TRIAL.deleted)
    words = document.lines(TRIAL.commented)[1].split()[1]
    ministry.comment(
        document, words, "Is this workable at night?", within=TRIAL.commented, replies=[("Legal Service", "Yes.")]
    )
    return document.bytes()


def _merged(theirs: bytes, ours: bytes, draft: Draft, script: Script) -> bytes:
    terms = Terms(conflict_text=True, moves=False, kept_numbers=True, words=dict(draft.words))
    reasons = {u.anchor: REASON for u in draft.units}
    return merged(Asked(theirs, ours, None, "trial.docx", draft.as_of, terms, reasons, {}, script)).data


def main() -> None:
    """Write the three files into the folder that is named."""
    folder = Path(sys.argv[1])
    for name, data in files().items():
        write_file(folder / name, data)
        print(folder / name)  # noqa: T201 - a script for people


if __name__ == "__main__":
    main()
