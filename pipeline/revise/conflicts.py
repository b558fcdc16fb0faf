"""A conflict of words: what ours says beside what they say, and the comment that holds the sentence three times."""

from __future__ import annotations

from lxml import etree

from pipeline.revise import tokens
from pipeline.revise.desk import Desk
from pipeline.revise.grafting import near
from pipeline.word.story import Paragraph


def of_words(
    edit: tokens.Edit, clash: tokens.Clash, theirs: Paragraph, ours: Paragraph, desk: Desk, note: Paragraph | None,
    begun: dict[tokens.Clash, etree._Element | None],
) -> None:  # fmt: skip
    """Put ours beside theirs, and a comment with the sentence on both; one for all conflicts of a sentence.

    Args:
        edit: The last conflict of the paragraph that was not yet looked at.
        clash: Its sentence.
        theirs: As they have it.
        ours: As it is to be.
        desk: What is worked with.
        note: For a paragraph of a footnote, the paragraph of the body with its mark, which gets the comment.
        begun: Where the comment on a sentence begins whose later conflicts were looked at; it is moved to this one.
    """
    put = _beside(edit, theirs, ours, desk) if desk.terms.conflict_text and edit.new_end > edit.new_start else None
    desk.marker.part(theirs, edit.start, edit.end)  # so that the comment stands on these words and no others
    inside = [x for x in theirs.leaves if edit.start <= x.start and x.end <= edit.end and x.text and x.runs]
    ends = [*(leaf.runs[0] for leaf in inside[:1]), *(leaf.runs[-1] for leaf in inside[-1:])]
    ends += [put] if put is not None else []
    if clash in begun:
        start = begun[clash]
        if start is not None and ends:
            desk.margin.reach(start, ends[0])
        return
    begun[clash] = None
    lines = desk.conflicts("words" if note is None else "note", clash.base, clash.theirs, clash.ours, clash.wider)
    if note is not None:
        desk.margin.on(note.elements[-1], lines, True)
    elif ends:
        begun[clash] = desk.margin.beside(ends[0], ends[-1], lines, True)
    else:
        desk.margin.on(theirs.elements[-1], lines, True)


def _beside(edit: tokens.Edit, theirs: Paragraph, ours: Paragraph, desk: Desk) -> etree._Element | None:
    """Put the words of ours behind those of theirs, parted from letters by a space; return the mark."""
    here = tokens.printed(ours.words, edit.new_start, edit.new_end)
    runs = desk.graft.runs(ours, edit.new_start, edit.new_end, theirs, edit.start)
    around = theirs.words.text[: edit.end][-1:], theirs.words.text[edit.end :][:1]
    if around[0].isalnum() and here[:1].isalnum():
        runs = [*desk.graft.text(" ", near(theirs, edit.start)), *runs]
    if here[-1:].isalnum() and around[1].isalnum():
        runs = [*runs, *desk.graft.text(" ", near(theirs, edit.start))]
    return desk.marker.inserted(theirs, edit.end, runs) if runs else None
