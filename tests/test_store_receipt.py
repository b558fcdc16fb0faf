"""The receipt: what it says, what it never says, and when nothing has changed."""

from __future__ import annotations

import getpass
import json
import os
import platform
from dataclasses import fields, replace
from pathlib import Path

import pytest
from store_samples import content, put, receipt_for, stored_receipt

from pipeline.store.codec import dump, load
from pipeline.store.receipt import Approval, Receipt, same_content, tool_versions

OLD = receipt_for("0.1", content("0.1"))
CHANGED = {
    "state": "Kingdom of Otherland",
    "style": "ministere",
    "country": "sudland",
    "document": "strategy",
    "languages": ("en", "fr"),
    "audiences": ("public",),
    "as_of": "2026-12-01",
    "library": "0" * 64,
    "intake": {"country.yaml": "0" * 64},
    "templates": {"standard/brand.yaml": "0" * 64},
    "approval": Approval("head of the legal department", "2026-11-20"),
}


def test_the_same_again_makes_nothing() -> None:
    again = receipt_for("0.2", content("0.2"), previous="1" * 64)
    assert again.renditions != OLD.renditions  # they print their version's number
    assert same_content(OLD, again)


@pytest.mark.parametrize("field", CHANGED)
def test_any_change_in_what_was_consulted_makes_a_new_version(field: str) -> None:
    again = receipt_for("0.2", content("0.2"))
    assert not same_content(OLD, replace(again, **{field: CHANGED[field]}))  # type: ignore[arg-type]


def test_every_field_either_makes_a_new_version_or_is_known_not_to() -> None:
    idle = {"version", "previous", "records"}
    follows = {"release", "weight", "reasons", "state_code", "law", "updates", "days", "dated"}
    weighed = {"tools", "renditions"}
    numbering = {"numbers", "renumbered", "left"}  # whether they make one is told by composing
    never = {"adopted"}  # what is compared is always a draft of ours
    assert {f.name for f in fields(Receipt)} == CHANGED.keys() | idle | weighed | follows | numbering | never


def test_another_format_makes_a_new_version_and_fewer_do_not() -> None:
    again = receipt_for("0.2", content("0.2"))
    more = replace(again, renditions={**again.renditions, "guidelines.en.odt": "2" * 64})
    fewer = replace(again, renditions={"guidelines.en.docx": "3" * 64})
    assert not same_content(OLD, more)
    assert same_content(OLD, fewer)


def test_a_change_of_tools_counts_unless_the_same_number_gives_the_same_bytes() -> None:
    newer = {**OLD.tools, "typst": "0.16.0"}
    assert not same_content(OLD, replace(receipt_for("0.2", content("0.2")), tools=newer))
    assert same_content(OLD, replace(receipt_for("0.1", content("0.1")), tools=newer))
    other = replace(OLD, renditions={**OLD.renditions, "guidelines.en.pdf": "4" * 64})
    assert not same_content(OLD, replace(other, tools=newer))


def test_a_receipt_survives_the_store(tmp_path: Path) -> None:
    put(tmp_path, "0.1")
    put(tmp_path, "0.2")
    receipt = stored_receipt(tmp_path, "0.2")
    assert receipt.previous
    released = replace(receipt, approval=Approval("minister", "2026-11-20"))
    assert load(dump(released), Receipt) == released


def test_a_receipt_tells_nothing_of_the_machine_or_its_user(tmp_path: Path) -> None:
    put(tmp_path / "out", "0.1")
    receipt = replace(stored_receipt(tmp_path / "out", "0.1"), tools=tool_versions())
    text = dump(receipt).decode()
    hidden = (str(tmp_path), os.sep + "home", platform.node(), platform.release(), getpass.getuser() + "@")
    assert [h for h in hidden if h and h in text] == []
    assert "name: Norland" not in text


def test_the_tools_are_named_with_their_versions() -> None:
    tools = tool_versions()
    assert tools["python"] == platform.python_version()
    assert {"clausewright", "typst", "docxtpl", "Jinja2", "lxml"} <= tools.keys()
    assert list(tools) == sorted(tools)
    assert json.dumps(tools)
