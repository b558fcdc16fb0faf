from __future__ import annotations

import pytest

from pipeline.word import anchors
from pipeline.word.anchors import Base

UNITS = (
    Base("clause:scope", "scope", "2026-01-01", ("Scope & <aim>", "It applies to:\tall."), ("Act, s. 12",)),
    Base("part:cover", "", "", ("وزارة",)),
)


def test_names_depend_on_the_anchor_alone_and_fit_word() -> None:
    anchor = "clause:" + "a" * 56
    name, number = anchors.bookmark(anchor), anchors.control_id(anchor)
    assert (name, number) == (anchors.bookmark(anchor), anchors.control_id(anchor))
    assert name.startswith("_Cw")
    assert len(name) == 11
    assert 1 <= number < 2**31
    assert anchors.bookmark("clause:b") != name
    assert anchors.neutral(1) == "_Ref000000001"


def test_collisions_name_both_anchors(monkeypatch: pytest.MonkeyPatch) -> None:
    assert anchors.collisions(["clause:a", "clause:b", "clause:a"]) == ()
    monkeypatch.setattr(anchors, "bookmark", lambda anchor: "_Cw0")
    assert anchors.collisions(["clause:a", "clause:b"]) == (("clause:a", "clause:b"),)


def test_what_is_kept_is_read_back_exactly() -> None:
    data = anchors.part({"library": "2026-11", "country": "a & b"}, UNITS)
    kept = anchors.kept({"customXml/item3.xml": data, "customXml/item1.xml": b"<other/>"})
    assert kept is not None
    assert kept.record == {"country": "a & b", "library": "2026-11"}
    assert tuple(kept.units.values()) == UNITS
    assert UNITS[0].digest.encode() in data
    assert anchors.kept({"customXml/item1.xml": b"<other/>"}) is None


def test_a_digest_sees_every_word_and_where_the_notes_begin() -> None:
    assert anchors.digest(["a", "b"]) != anchors.digest(["a b"])
    assert anchors.digest(["a"], ["b"]) != anchors.digest(["a", "b"])
