"""A long draft out of a seed, and its sibling a third of whose clauses are changed: for measuring speed and memory.

Its clauses have the shape of the shipped ones: one to four numbered paragraphs, lists of points, footnotes, references to
other clauses, and annexes with long tables. Words are drawn for each clause anew, so that two clauses share phrases and
no sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from draft_changes import (
    Change,
    bold,
    clause_added,
    clause_dropped,
    clause_moved,
    clauses_of,
    heading,
    note_changed,
    paragraph_added,
    paragraph_dropped,
    unit_of,
    word,
)
from draft_counting import recounted
from sample_draft import NUMBERING, WORDS, cell

from pipeline.model.draft import (
    Block,
    Column,
    Cover,
    Draft,
    Footnote,
    Heading,
    Inline,
    Origin,
    Paragraph,
    Ref,
    Run,
    Table,
    Unit,
    Zone,
    plain,
)

WHO = (
    "the agency", "the head of the agency", "the system owner", "the operator", "the authorizing officer", "the court",
    "the data protection officer", "the oversight body", "the legal adviser", "the supervisor of the operators",
    "the head of internal audit", "the records manager", "the technical lead", "the head of procurement",
    "the national coordinator", "the review board", "the head of training", "the prosecutor", "the complaints body",
    "the head of information security", "the ministry", "the data steward", "the duty officer", "the contractor",
)  # fmt: skip
DOES = (
    "examine", "record", "publish", "approve", "refuse", "suspend", "test", "repeat", "delete", "keep", "report",
    "disclose", "compare", "measure", "review", "sign", "withdraw", "correct", "separate", "limit", "document",
    "authorize", "monitor", "notify", "retire", "encrypt", "justify", "weigh", "confirm", "archive", "trace", "list",
)  # fmt: skip
WHAT = (
    "each output", "the watch list", "the error rates by sex and age", "the file of the case", "the impact assessment",
    "the contract with the supplier", "the training data", "the log of the system", "the images without a match",
    "the grounds of the decision", "the threshold of likeness", "the register of systems", "the plan of deployment",
    "the opinion of the community", "the result of the trial", "the transfer to a foreign authority", "the complaint",
    "the samples taken from children", "the source code in escrow", "the certificate of the operator", "the incident",
    "the authorization", "the figures of the supplier", "the access rights", "the version of the model", "the costs",
    "the interpretation of speech", "the search of seized devices", "the score of the scene", "the retention period",
    "the notice to the person concerned", "the request for explanation", "the audit of the past year", "the drones",
)  # fmt: skip
WHEN = (
    "before first use", "within {n} days", "every {n} months", "at the end of each deployment", "on request of the court",
    "where a child is concerned", "after each change of the model", "before it is shared", "in writing and without delay",
    "unless a statute provides otherwise", "as far as the investigation allows", "for at least {n} months",
    "at the place of deployment", "with the reasons for and against", "in the language of the person", "once in {n} years",
    "as soon as the aim is reached", "where the rates differ between groups", "under seal", "by two persons apart",
)  # fmt: skip
WHY = (
    "so that a court can follow each step", "because a likeness is no proof", "so that nobody is judged by a score alone",
    "so that the public knows what is used", "because local streets differ from a laboratory",
    "so that an error is found where it arose", "because secrecy ends where rights begin",
    "so that the supplier cannot decide in its place", "because figures age faster than contracts",
    "so that the burden falls on those who chose the system", "because consent under pressure is none",
)  # fmt: skip
ABOUT = (
    "Examination", "Retention", "Approval", "Disclosure", "Testing", "Suspension", "Publication", "Separation",
    "Authorization", "Correction", "Notice", "Training", "Transfer", "Audit", "Refusal", "Review", "Security", "Costs",
)  # fmt: skip
OF = (
    "of outputs", "of images", "of logs", "of systems on trial", "of contracts", "of watch lists", "of cases", "of errors",
    "of complaints", "of shared platforms", "of models", "of deployments", "of operators", "of data on children",
    "of foreign requests", "of searches", "of scores", "of drones", "of records", "of incidents",
)  # fmt: skip
ACTS = ("Police Act", "Code of Criminal Procedure", "Data Protection Act", "AI Act", "Evidence Act", "Covenant")
CHAPTERS = 14
PER_PAGE = 2.2
"""Clauses of the usual length on a page of the standard style, as LibreOffice breaks pages."""


class _Writer:
    """Draws words from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def sentence(self) -> str:
        """Return a sentence of 10 to 35 words."""
        pick = self.random.choice
        duty = pick(("shall", "shall", "should", "may"))
        text = f"{pick(WHO)} {duty} {pick(DOES)} {pick(WHAT)}"
        if self.random.random() < 0.4:
            text += f" and {pick(WHAT)}"
        text += f" {self.when()}"
        if self.random.random() < 0.35:
            text += f", {self.when()}"
        if self.random.random() < 0.3:
            text += f", {pick(WHY)}"
        return text[0].upper() + text[1:] + "."

    def when(self) -> str:
        """Return when or how."""
        return self.random.choice(WHEN).replace("{n}", str(self.random.randint(2, 60)))

    def paragraph(self, sentences: int) -> str:
        """Return sentences in a row."""
        return " ".join(self.sentence() for _ in range(sentences))

    def point(self) -> str:
        """Return what can stand in a list."""
        pick = self.random.choice
        return f"{pick(WHAT)} {self.when()};"

    def title(self) -> str:
        """Return a heading."""
        return f"{self.random.choice(ABOUT)} {self.random.choice(OF)}"

    def note(self) -> str:
        """Return the words of a footnote."""
        acts = self.random.sample(ACTS, self.random.randint(1, 3))
        return "; ".join(f"{a}, section {self.random.randint(1, 180)}" for a in acts) + "."


def large(clauses: int = 220, pages: int = 80, seed: int = 1) -> Draft:
    """Return a draft of so many clauses and about so many pages.

    Args:
        clauses: How many clauses.
        pages: About how many pages in the standard style; clauses are as long as that takes.
        seed: What the words are drawn from.
    """
    writer = _Writer(seed)
    length = pages * PER_PAGE / clauses
    units: list[Unit] = []
    for n in range(1, clauses + 1):
        if (n - 1) * CHAPTERS // clauses != (n - 2) * CHAPTERS // clauses:
            units.append(_chapter(len(units), writer))
        units.append(_clause(n, clauses, length, writer))
    units += (_annex("registry", 60, writer), _annex("measures", 45, writer))
    cover = Cover("Republic of Example", "Ministry", "Guidelines", "", "Draft 0.1", "Law as of 1 July 2026", "", "", "", (("Version", "0.1"),))  # fmt: skip
    record = {"country": "example", "document": "guidelines", "lang": "en", "version": "0.1", "as_of": "2026-07-01"}
    draft = Draft(
        "guidelines", "en", False, "consultation", "0.1", "2026-07-01", cover, NUMBERING, WORDS, tuple(units), record
    )  # fmt: skip
    return recounted(draft)


def _unit(anchor: str, zone: Zone, *blocks: Block) -> Unit:
    return Unit(anchor, anchor, Origin("clause", anchor.partition(":")[2], "2026-01-01"), zone, blocks)


def _chapter(number: int, writer: _Writer) -> Unit:
    anchor = f"part:chapter-{number}"
    lead = Paragraph("lead", (Run(writer.paragraph(2)),))
    return _unit(anchor, "body", Heading("chapter", 1, "", writer.title(), anchor), lead)


def _clause(number: int, clauses: int, length: float, writer: _Writer) -> Unit:
    """Return a clause; `length` is how long it is against a usual one."""
    random = writer.random
    anchor = f"clause:rule-{number}"
    blocks: list[Block] = [Heading("clause", 2, "", writer.title(), anchor)]
    for at in range(random.choice((1, 1, 2, 2, 3, 4))):
        sentences = int(random.randint(1, 4) * length + random.random())
        inlines: list[Inline] = [Run(writer.paragraph(max(1, sentences)))]
        if random.random() < 0.25:
            inlines += [Run(" See "), Ref(f"clause:rule-{random.randint(1, clauses)}", ""), Run(".")]
        if at == 0 and random.random() < 0.75:
            inlines.append(Footnote(0, (Run(writer.note()),)))
        blocks.append(Paragraph("clause", tuple(inlines)))
        if random.random() < 0.25:
            blocks += (Paragraph("point", (Run(writer.point()),)) for _ in range(random.randint(2, 5)))
    return _unit(anchor, "body", *blocks)


def _annex(name: str, rows: int, writer: _Writer) -> Unit:
    anchor = f"part:{name}"
    columns = (Column("No.", 0.1), Column("Measure", 0.45), Column("Lead", 0.2), Column("When", 0.25))
    table = Table(
        "", "", columns,
        tuple((cell(f"M{n}", heads_row=True), cell(writer.sentence()), cell(writer.random.choice(WHO)), cell(writer.when())) for n in range(1, rows + 1)),
    )  # fmt: skip
    return _unit(anchor, "annex", Heading("annex", 1, "", writer.title(), anchor), table)


def third_changed(draft: Draft, seed: int = 2) -> Iterator[Change]:
    """Yield changes to a third of the clauses of a large draft, most of them of a word or two, and to its tables."""
    writer = _Writer(seed)
    random = writer.random
    names = clauses_of(draft)
    chosen = sorted(random.sample(range(len(names)), len(names) // 3))
    left = [n for at, n in enumerate(names) if at not in chosen]
    for at in chosen:
        yield _changed(unit_of(draft, names[at]), left, writer)
    for anchor in ("part:registry", "part:measures"):
        table = next(b for b in unit_of(draft, anchor).blocks if isinstance(b, Table))
        for row in random.sample(range(len(table.rows)), len(table.rows) // 6):
            old = plain(table.rows[row][1].paragraphs[0])
            yield word(anchor, old, writer.sentence())


def _changed(unit: Unit, left: list[str], writer: _Writer) -> Change:
    """Return a change to a clause; one that is moved goes behind one of those left as they are."""
    random, anchor = writer.random, unit.anchor
    paragraphs = [b for b in unit.blocks if isinstance(b, Paragraph)]
    first = plain(paragraphs[0].inlines).split(".")[0]
    words = first.split()
    kind = random.random()
    if kind < 0.55:
        piece = " ".join(words[-2:])
        return word(anchor, piece, f"{random.choice(DOES)} {writer.when()}")
    if kind < 0.65:
        return paragraph_added(anchor, writer.paragraph(2), 0)
    if kind < 0.72 and len(paragraphs) > 1:
        return paragraph_dropped(anchor, len(paragraphs) - 1)
    if kind < 0.78:
        return heading(anchor, writer.title())
    if kind < 0.84:
        return bold(anchor, words[0])
    notes = [i for p in paragraphs for i in p.inlines if isinstance(i, Footnote)]
    if kind < 0.9 and notes:
        return note_changed(anchor, "section", "sections")
    if kind < 0.94:
        return clause_added(anchor.replace("rule", "new"), writer.title(), writer.paragraph(3), after=anchor)
    if kind < 0.97:
        return clause_dropped(anchor)
    return clause_moved(anchor, random.choice(left))
