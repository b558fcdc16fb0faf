from __future__ import annotations

import pytest

from pipeline.word import anchors
from pipeline.word.anchors import Base
from pipeline.word.wording import OBJECT, Row, Words

UNITS = (
    Base(
        "clause:scope",
        "scope",
        "2026-01-01",
        (
            Words("Scope & <aim>", style="heading 2", label="5.3A"),
            Words(f"See{OBJECT} Annex: \tall.", ("note",), ("",), ((0, "b"), (4, ""), (10, "i"))),
            Row(
                ((Words("Key"),), (Words(f"{OBJECT} of{OBJECT}", ("ref clause:aim", "note"), ("5.3", "")), Words("x")))
            ),
        ),
        (Words("Act, s. 12", looks=((0, "bi"), (3, "")), style="footnote text"),),
        "5.3A Scope",
        "5.3A",
    ),
    Base("part:cover", "", "", (Words("وزارة"),)),
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
    data = anchors.part({"library": "2026-11", "country": "a & b"}, UNITS, {"_Ref000000001": "clause:scope"})
    kept = anchors.kept({"customXml/item3.xml": data, "customXml/item1.xml": b"<other/>"})
    assert kept is not None
    assert kept.record == {"country": "a & b", "library": "2026-11"}
    assert tuple(kept.units.values()) == UNITS
    assert kept.targets == {"_Ref000000001": "clause:scope"}
    assert kept.units["clause:scope"].lines == ("5.3A\tScope & <aim>", "See Annex: \tall.", "Key", "5.3 of", "x")
    assert UNITS[0].digest.encode() in data
    assert anchors.kept({"customXml/item1.xml": b"<other/>"}) is None


def test_a_digest_sees_every_word_and_where_the_notes_begin() -> None:
    assert anchors.digest(["a", "b"]) != anchors.digest(["a b"])
    assert anchors.digest(["a"], ["b"]) != anchors.digest(["a", "b"])
