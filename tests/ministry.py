"""A ministry that edits a draft in Word: each way of editing as a function on a `Document`, and many at random.

Each function does what Word does when a person does it, with change tracking on (`tracked=True`, under the name
`AUTHOR`) or off. Words are looked for in the text as accepted; `within` is a unit's anchor, or `NOTES` for footnotes.
`edited` makes many edits by a seed and tells what was done.
"""

from __future__ import annotations

from manuscript import AUTHOR, DATE, NOTES, Document, Spot
from ministry_comments import comment
from ministry_edits import EVERYDAY, KINDS, WHOLE, Edit, edited
from ministry_habits import google, languages, paragraph_ids, renamed_styles, rsids, scattered
from ministry_paragraphs import (
    add_paragraph,
    add_paragraph_between,
    delete_paragraph,
    join,
    move_paragraph,
    restyle,
    split,
)
from ministry_units import (
    add_footnote,
    add_row,
    delete_clause,
    delete_footnote,
    delete_row,
    duplicate_control,
    merge_cells,
    move_clause,
    remove_anchors,
    remove_bookmark,
    remove_control,
)
from ministry_words import bold, delete, insert, replace

__all__ = [
    "AUTHOR",
    "DATE",
    "EVERYDAY",
    "KINDS",
    "NOTES",
    "WHOLE",
    "Document",
    "Edit",
    "Spot",
    "add_footnote",
    "add_paragraph",
    "add_paragraph_between",
    "add_row",
    "bold",
    "comment",
    "delete",
    "delete_clause",
    "delete_footnote",
    "delete_paragraph",
    "delete_row",
    "duplicate_control",
    "edited",
    "google",
    "insert",
    "join",
    "languages",
    "merge_cells",
    "move_clause",
    "move_paragraph",
    "paragraph_ids",
    "remove_anchors",
    "remove_bookmark",
    "remove_control",
    "renamed_styles",
    "replace",
    "restyle",
    "rsids",
    "scattered",
    "split",
]
