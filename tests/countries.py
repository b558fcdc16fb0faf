"""Small countries made in a line, for tests of the stages: no disk, no workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.model.assessment import Agency, Answer, Assessment, Decision, LegalForm, System
from pipeline.model.problem import Place

AS_OF = "2026-11-01"
HERE = Place("country.yaml", 1, 1)


def answer(value: str) -> Answer:
    return Answer(value, None, HERE)


def answered(subject: str, values: Mapping[str, str]) -> dict[str, Answer]:
    return {f"{subject}.{k}": answer(v) for k, v in values.items()}


def system(name: str = "one", /, **values: str) -> System:
    return System(f"police/{name}", f"System {name}", answered("system", values))


def country(
    *,
    country: Mapping[str, str] | None = None,
    agency: Mapping[str, str] | None = None,
    systems: Sequence[System] = (),
    packs: tuple[str, ...] = ("un",),
    name: str = "Republic of Example",
    decisions: tuple[Decision, ...] = (),
    agencies: tuple[Agency, ...] | None = None,
    form: LegalForm | None = None,
) -> Assessment:
    police = Agency("police", "National Police", answered("agency", agency or {}), tuple(systems))
    return Assessment(
        name=name, name_in_text=f"the {name}", issuer="Ministry of the Interior", fictional=True, demonstration="", packs=packs, as_of=AS_OF,
        languages=("en",), form=form or LegalForm("decimal", "standard", ""), law={},
        answers=answered("country", country or {}), agencies=(police,) if agencies is None else agencies,
        decisions=decisions, files={}, since={},
    )  # fmt: skip
