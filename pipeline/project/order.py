"""Orders: what is to be made for one country, and what became of it; plain values that can be sent anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.model.change import Shift
from pipeline.model.draft import Audience
from pipeline.model.problem import Problem
from pipeline.store.receipt import Approval, Receipt


@dataclass(frozen=True, slots=True)
class Past:
    """A version that stands, as far as the next one is compared with it.

    Attributes:
        receipt: Its receipt's bytes.
        drafts: Its composed drafts by language.
        intake: The country folder as it was, by path.
        library: The zip of the library it consulted, empty where that is the one consulted now.
    """

    receipt: bytes
    drafts: Mapping[str, bytes]
    intake: Mapping[str, bytes]
    library: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """A circulated version, as far as the next one follows its numbers.

    Attributes:
        version: Its number.
        drafts: Its composed drafts by language, or those of the version from which an adopted file was made.
        left: Numbers given up before, as its receipt has them.
        renumbered: True where the next version is numbered anew, and tells old numbers from new.
    """

    version: str
    drafts: Mapping[str, bytes]
    left: Mapping[str, str]
    renumbered: bool


def numbered_by(document: str) -> tuple[str, ...]:
    """Return the documents whose numbers a document prints: its own and, in the explanatory note, the guidelines'."""
    return (document, "guidelines") if document == "explanatory" else (document,)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made for one country.

    Attributes:
        name: The country folder's own name.
        shown: The folder as the user would type it.
        slug: The name under which its versions are kept.
        files: The country folder's files by path.
        documents: Kinds of document.
        langs: Languages, else the country's.
        formats: Formats.
        audience: For whom.
        style: House style, else the country's.
        as_of: ISO date of the law, else the country's.
        library: Zip of a stored library, empty for the built-in one.
        numbers: Version numbers that stand, by document.
        past: The newest version that we drafted by document, where there is one.
        released: The last release by document, where it is another one.
        needed_only: True where a version is made only if its text, template or tools differ beyond the date.
        approval: For a release: who approved it and when.
        number: For a release or a rebuild: the number it bears; else the next one.
        follows: Digest of the newest version's receipt by document, where it may be another than `past`.
        deleted: What the ministry deleted from its own file, by document and language: changes of it are not told.
        circulated: The circulated versions whose numbers are followed, by document.
    """

    name: str
    shown: str
    slug: str
    files: Mapping[str, bytes]
    documents: tuple[str, ...]
    langs: tuple[str, ...]
    formats: tuple[str, ...]
    audience: Audience
    style: str
    as_of: str
    library: bytes
    numbers: Mapping[str, tuple[str, ...]]
    past: Mapping[str, Past]
    released: Mapping[str, Past]
    needed_only: bool = False
    approval: Approval | None = None
    number: str = ""
    follows: Mapping[str, str] = field(default_factory=dict)
    deleted: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    circulated: Mapping[str, Kept] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Planned:
    """What became of one document of an order.

    Attributes:
        receipt: The new version's receipt, or the standing one's where nothing changed.
        files: Every file of the new version by name; empty where nothing changed.
        shifts: What changed since the version before.
        renumbered: True where it carries a concordance.
    """

    receipt: Receipt
    files: Mapping[str, bytes]
    shifts: tuple[Shift, ...]
    renumbered: bool = False

    @property
    def new(self) -> bool:
        """Whether there is a version to write."""
        return bool(self.files)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an order: its documents, the library to keep beside them, and what was odd or wrong.

    Attributes:
        name: The country folder's own name.
        slug: The name under which its versions are kept.
        planned: What became of each document, in the order asked.
        library: The zip to keep, empty where it is the built-in one.
        warnings: What is odd and did not stop the work.
        asked: The questions worth asking next: words, whom, how many clauses, ref.
        problems: Why nothing was made; empty where all is well.
        exit_code: The exit code of these problems.
    """

    name: str
    slug: str
    planned: tuple[Planned, ...] = ()
    library: bytes = b""
    warnings: tuple[Problem, ...] = ()
    asked: tuple[tuple[str, str, int, str], ...] = ()
    problems: tuple[Problem, ...] = ()
    exit_code: int = 0
