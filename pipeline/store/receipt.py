"""The receipt of a version: what made it, as digests, dates and version numbers; and whether anything changed.

A receipt holds no answer, host, user, path of a machine or clock, so that it may travel with the version. Each
names its predecessor by digest: what is taken out of the middle of a history, or slipped into it, is found.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from typing import Literal

import pipeline
from pipeline.model.change import Weight
from pipeline.model.draft import Audience

TOOLS = (
    "Babel", "docxtpl", "Jinja2", "lxml", "markdown-it-py", "mdit-py-plugins", "pydantic", "pypandoc_binary",
    "python-docx", "PyYAML", "typst", "xlsxwriter",
    "fontpkg-noto-sans", "fontpkg-amiri", "justmytype-intl-cjk",
)  # fmt: skip
"""Distributions that have a hand in the bytes of a version; the typefaces are among them."""


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved a release: a role, never a person, and the ISO date on which it was done."""

    by: str
    on: str


@dataclass(frozen=True, slots=True)
class Adopted:
    """That a version is the ministry's own file: our version that it was made from, and the digest of the file."""

    version: str
    file: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What made a version. Every digest is a SHA-256 in hexadecimal.

    Attributes:
        country: Slug of the country.
        document: `guidelines`, `strategy`, ….
        version: Its number.
        languages: Languages drafted, in order.
        audiences: For whom it has files, in order.
        as_of: ISO date of the law.
        library: Digest of the zip of the library consulted, kept as `library/<digest>.zip`. The digests of its files
            are those in the zip; receipts of format 1 told them too.
        intake: Digest of each file of the country folder, by path.
        templates: Digest of each file of the house styles used, by path.
        tools: Version of each program and package that had a hand in it, by name.
        records: Digest of each file of data in the version (draft.json, …), by name.
        renditions: Digest of each rendition, by name.
        previous: Digest of the receipt of the version before; empty for the first.
        approval: For a release, who approved it and when.
        state: Name of the state, so that another state's folder of the same name is not taken for its next version.
        style: Name of the house style.
        release: Name of the release of the library consulted, for readers; empty where it has none. `library` decides.
        weight: How its text differs from the last release; empty where there was none.
        reasons: Why it exists beside the version before it, in words for readers; no answer is among them.
        state_code: Two letters of the state, where the country folder gives them.
        law: Ids of the instruments that mean something to the state: a change of any other leaves the version as it is.
        updates: Ids of the updates that concern the state, likewise.
        dated: The date of the law that the country folder fixes; empty where it fixes none.
        days: ISO dates on which the state's own law, as the folder gives it, starts or ends.
        numbers: The circulated version whose numbers it keeps, or tells against its own in a concordance, by document:
            its own and, for the explanatory note, the guidelines; empty where nothing had been circulated.
        renumbered: Those of these documents that are numbered anew.
        left: Numbers that were circulated and that it has no more, as `clause 5.3`, each with the anchor that had it;
            no other text gets them.
        adopted: For the ministry's own file: what it was made from. `library`, `intake`, `templates`, `tools` and the
            law are then those of that version.
    """

    country: str
    document: str
    version: str
    languages: tuple[str, ...]
    audiences: tuple[Audience, ...]
    as_of: str
    library: str
    intake: Mapping[str, str]
    templates: Mapping[str, str]
    tools: Mapping[str, str]
    records: Mapping[str, str]
    renditions: Mapping[str, str]
    previous: str = ""
    approval: Approval | None = None
    state: str = ""
    style: str = "standard"
    release: str = ""
    weight: Weight | Literal[""] = ""
    reasons: tuple[str, ...] = ()
    state_code: str = ""
    law: tuple[str, ...] = ()
    updates: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    dated: str = ""
    adopted: Adopted | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)
    renumbered: tuple[str, ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)


def same_content(previous: Receipt, new: Receipt) -> bool:
    """Tell whether a new version would say nothing that the previous one does not.

    That is so when all that went in is the same, and each new rendition is among the previous ones. Renditions
    print the number of their version, so their digests can be compared only where both bear the same: to be
    sure after a change of tools, render with the previous number and ask again. Under another number the tools
    must be the same as well, for then the same input gives the same bytes. An approval is always something new;
    weight, reasons and the name of the library's release follow from the rest. Whose numbers are kept is not looked at:
    most often they are those of the previous version, and only composing tells.
    """
    if _consulted(previous) != _consulted(new):
        return False
    if previous.version == new.version:
        return all(previous.renditions.get(name) == digest for name, digest in new.renditions.items())
    return previous.tools == new.tools and new.renditions.keys() <= previous.renditions.keys()


def _consulted(receipt: Receipt) -> tuple[object, ...]:
    return (
        receipt.country, receipt.document, receipt.languages, receipt.audiences, receipt.as_of, receipt.library,
        receipt.intake, receipt.templates, receipt.approval,
        receipt.state, receipt.style,
    )  # fmt: skip


def tool_versions() -> Mapping[str, str]:
    """Return the version of clausewright, Python and every distribution in TOOLS that is installed, by name."""
    found = {"clausewright": pipeline.__version__, "python": platform.python_version()}
    for name in TOOLS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return dict(sorted(found.items()))
