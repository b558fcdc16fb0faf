"""The shapes of files on law: instruments, updates and packs; docs/formats.md says the same for people."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from pipeline.library.formats import Few, Many, Ref
from pipeline.source.shape import Code, ExistingDate, ExistingDay, Line, Name, Shape, Slug, TextByLang


class StatusFile(Shape):
    """What is known of an instrument's standing, and as of when."""

    text: TextByLang
    as_of: ExistingDate


RankName = Literal["constitution", "treaty", "union_law", "statute", "regulation", "policy", "soft_law", "standard"]
MarkName = Literal["read", "other", "recalled"]


ProvisionStrength = Literal[
    "shall", "shall_not", "should", "may", "right", "permission", "condition", "definition", "status"
]


class ProvisionFile(Shape):
    """A numbered part of an instrument."""

    id: Line
    gist: TextByLang
    addressee: Line = "-"
    strength: ProvisionStrength
    from_: Annotated[ExistingDate | None, Field(alias="from")] = None
    until: ExistingDate | None = None
    replaced_by: Line | None = None
    mark: MarkName
    source: Annotated[str, StringConstraints(max_length=2000)] = ""
    note: TextByLang = {}


class InstrumentFile(Shape):
    """clauses/instruments/<ID>.yaml."""

    id: Name
    title: TextByLang
    short: TextByLang
    body: Line
    kind: Literal[
        "treaty", "regulation", "directive", "soft_law", "standard", "national_law", "national_policy",
        "organisation_rules", "case",
    ]  # fmt: skip
    binding: Literal["yes", "no", "not_yet"]
    rank: RankName
    group: Code
    applies: TextByLang = {}
    adopted: ExistingDate | None = None
    published: ExistingDate | None = None
    in_force: ExistingDate | None = None
    until: ExistingDate | None = None
    status: StatusFile | None = None
    mark: MarkName
    source: Annotated[str, StringConstraints(max_length=2000)] = ""
    provisions: Annotated[tuple[ProvisionFile, ...], Many] = ()


class ChangeFile(Shape):
    """What an update changes in one instrument; `kind` says which keys belong to it."""

    kind: Literal["date", "applies", "wording", "enters", "ends", "status", "instrument", "withdrawn"]
    instrument: Name | None = None
    provisions: Annotated[tuple[Line, ...], Many] = ()
    was: ExistingDate | None = None
    becomes: ExistingDate | None = None
    provision: Line | None = None
    gist: TextByLang = {}
    addressee: Line | None = None
    strength: ProvisionStrength | None = None
    from_: Annotated[ExistingDate | None, Field(alias="from")] = None
    mark: MarkName | None = None
    source: Annotated[str, StringConstraints(max_length=2000)] = ""
    note: TextByLang = {}
    new: Annotated[tuple[ProvisionFile, ...], Many] = ()
    status: StatusFile | None = None
    binding: Literal["yes", "no", "not_yet"] | None = None
    in_force: ExistingDate | None = None
    whole: InstrumentFile | None = None


class UpdateFile(Shape):
    """clauses/updates/<id>.yaml."""

    id: Slug
    title: TextByLang
    standing: Literal["adopted", "watched"]
    date: ExistingDay
    published: ExistingDate | None = None
    retroactive: Literal["true", "false"] = "false"
    added: ExistingDay
    mark: MarkName
    source: Annotated[str, StringConstraints(max_length=2000)] = ""
    when: Any = None
    states: Annotated[tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")], ...], Many] = ()
    note: TextByLang = {}
    ends: ExistingDay | None = None
    slots: Annotated[tuple[Code, ...], Few] = ()
    asks: Annotated[tuple[Ref, ...], Few] = ()
    changes: Annotated[tuple[ChangeFile, ...], Many] = ()


class BindingFile(Shape):
    """One line of a pack."""

    instrument: Name
    when: Any = None


class PackFile(Shape):
    """clauses/packs/<id>.yaml."""

    id: Code
    title: TextByLang
    includes: Annotated[tuple[Code, ...], Few] = ()
    suits: Any = None
    ranks: Annotated[tuple[Code, ...], Few]
    binds: Annotated[tuple[BindingFile, ...], Many] = ()
    guides: Annotated[tuple[Name, ...], Many] = ()
    watches: Annotated[tuple[Name, ...], Many] = ()
