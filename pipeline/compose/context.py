"""What composing draws on, and the words and values that stand in a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pipeline.compose.dates import long_date
from pipeline.compose.frozen import Circulated
from pipeline.model.assessment import COUNTRY, Assessment, answers_of
from pipeline.model.clause import Clause, Outline
from pipeline.model.draft import Audience
from pipeline.model.finding import Findings
from pipeline.model.law import SlotLaw
from pipeline.model.library import Library, clause_at
from pipeline.model.question import NOT_APPLICABLE, WITHHELD, Texts
from pipeline.model.selection import ClauseDecision, Selection

NAMED_ROLES: Mapping[str, str] = {
    "ministry": "country.ministry_name",
    "oversight_body": "country.oversight_body_name",
    "data_protection_authority": "country.data_protection_authority_name",
}
"""Roles whose body has a name of its own in the country, and the question that gives it."""


@dataclass(frozen=True)
class Context:
    """Everything a document is composed from.

    Attributes:
        assessment: The answers and human decisions.
        library: Clauses, law and words, with the country's overlay.
        findings: Drawn findings.
        selection: Decided clauses.
        document: Kind of document.
        lang: Language tag.
        audience: For whom the file is made.
        version: Version number to print.
        as_of: ISO date of the law.
        approved_by: For a release: the role that approved it; else empty.
        approved_on: For a release: the ISO day.
        library_release: Name of the library's release, for the control table.
        circulated: The version whose numbers stay, or against which new ones are told, by document.
    """

    assessment: Assessment
    library: Library
    findings: Findings
    selection: Selection
    document: str
    lang: str
    audience: Audience
    version: str
    as_of: str
    approved_by: str = ""
    approved_on: str = ""
    library_release: str = ""
    circulated: Mapping[str, Circulated] = field(default_factory=dict)

    @property
    def outline(self) -> Outline:
        """The outline of the document."""
        return self.library.outlines[self.document]

    @property
    def working(self) -> bool:
        """Whether readers may see answers, findings and names of systems."""
        return self.audience == "working"

    @property
    def issuer(self) -> str:
        """The body that issues the document: as the folder says, else the ministry's name, else a bracket."""
        return self.assessment.issuer or self.answer("country.ministry_name") or f"[{self.word('issuer_unnamed')}]"

    def text(self, texts: Texts) -> str:
        """Return a text in the draft's language, English where that is wanting."""
        return texts.get(self.lang) or texts.get("en", "")

    def word(self, key: str, **values: str) -> str:
        """Return a word of the document, with its values filled in."""
        texts = self.outline.words.get(key) or self.library.words[key]
        found = self.text(texts)
        for name, value in values.items():
            found = found.replace("{" + name + "}", value)
        return found

    def date(self, iso: str) -> str:
        """Return an ISO date, month or year in the language's long form; empty stays empty."""
        return long_date(iso, self.lang)

    def label(self, ref: str, value: str | None) -> str:
        """Return the label of an answer or finding."""
        if value is None:
            return self.word("not_assessed")
        if value in (NOT_APPLICABLE, WITHHELD):
            return self.word(value)
        variable = self.library.variables.get(ref)
        return variable.scale.label(value, self.lang) if variable and variable.scale else value

    def answer(self, ref: str, subject: str = COUNTRY) -> str | None:
        """Return an answer's value, None where it is not known."""
        answer = answers_of(self.assessment, subject).get(ref)
        return None if answer is None or answer.value == WITHHELD else answer.value

    def role(self, role_id: str) -> str:
        """Return a role's name, the country's own name for its body where it gave one."""
        own = self.answer(NAMED_ROLES[role_id]) if role_id in NAMED_ROLES else None
        return self.word("named_body", name=own) if own else self.text(self.library.roles[role_id].name)

    def short_role(self, role_id: str) -> str:
        """Return a role's short name for tables."""
        own = self.answer(NAMED_ROLES[role_id]) if role_id in NAMED_ROLES else None
        return own or self.text(self.library.roles[role_id].short)

    def clause(self, clause_id: str) -> Clause:
        """Return the state of a clause valid at the draft's date."""
        found = clause_at(self.library, clause_id, self.as_of)
        if found is None:
            raise KeyError(clause_id)
        return found

    def effective(self, clause: Clause) -> str:
        """Return the ISO day from which a clause binds, the one of its provision where it names one; else empty."""
        if " " in clause.effective:
            provision = self.library.provisions.get(clause.effective)
            return provision.start if provision else ""
        return clause.effective

    def title(self, clause: Clause) -> str:
        """Return a clause's title in the draft's language."""
        return (clause.texts.get(self.lang) or clause.texts["en"]).title

    def block(self, clause: Clause, name: str) -> str:
        """Return a block of a clause's text, empty where it has none."""
        return (clause.texts.get(self.lang) or clause.texts["en"]).blocks.get(name, "")

    @cached_property
    def chosen(self) -> Mapping[str, str]:
        """The words of choices that have been made, by choice id."""
        made: dict[str, str] = {}
        for decision in self.assessment.decisions:
            choice = self.library.choices.get(decision.target)
            if decision.kind == "choose" and choice is not None:
                option = choice.options.get(decision.value)
                made[choice.id] = self.text(option) if option else decision.value
        return made

    def proposed(self, choice_id: str) -> str:
        """Return the words a choice prints until it is made."""
        choice = self.library.choices[choice_id]
        option = choice.options.get(choice.default)
        return self.text(option) if option else choice.default

    def own_law(self, slot: str) -> SlotLaw | None:
        """Return the state's own law in a slot, or None where the slot is empty or its law has ended."""
        own = self.assessment.law.get(slot)
        return None if own is None or (own.until and own.until <= self.as_of) else own

    def slot(self, slot: str) -> str | None:
        """Return the state's own law in a slot as it is cited, or None where the slot is empty."""
        own = self.own_law(slot)
        if own is None:
            return None
        return f"{own.title}, {own.provision}" if own.provision else own.title

    def slot_note(self, slot: str) -> str:
        """Return the bracketed note to counsel for an empty slot."""
        return self.word("counsel_slot", subject=self.word(f"slot_{slot}"))

    def printed(self, document: str | None = None) -> tuple[tuple[ClauseDecision, Clause], ...]:
        """Return the clauses that stand in a document (this one by default), in order of id."""
        wanted = document or self.document
        found = ((d, self.clause(d.clause)) for d in self.selection.printed())
        return tuple((d, c) for d, c in found if wanted in c.documents)

    def system_name(self, key: str) -> str:
        """Return the name of a system or agency, or of the use that a prospective system stands for."""
        if key.startswith("use:"):
            return self.word("prospective", use=self.label("system.use", key.removeprefix("use:")))
        for agency in self.assessment.agencies:
            if agency.slug == key:
                return agency.name
            for system in agency.systems:
                if system.key == key:
                    return system.name
        return key
