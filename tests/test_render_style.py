from __future__ import annotations

from itertools import pairwise

import pytest
from word_samples import STYLES, style

from pipeline.model.problem import Exit, Faulty
from pipeline.render.style import BOXES, SHADES, luminance, read, warnings


def files(name: str = "standard") -> dict[str, bytes]:
    return {f.name: f.read_bytes() for f in (STYLES / name).iterdir()}


def faults(**changed: bytes) -> list[str]:
    with pytest.raises(Faulty) as caught:
        read("house", {**files(), **{k.replace("__", "."): v for k, v in changed.items()}})
    assert caught.value.exit_code is Exit.LIBRARY
    return [str(p) for p in caught.value.problems]


@pytest.mark.parametrize("name", ["standard", "ministere"])
def test_a_house_style_is_read_whole(name: str) -> None:
    house = style(name)
    assert house.name == name
    assert house.logo.startswith(b"\x89PNG")
    assert house.logo_svg.lstrip().startswith(b"<svg")
    assert {"ar", "en", "es", "fr", "ru", "zh"} <= set(house.logo_alt)
    assert set(house.boxes) == set(BOXES)
    assert warnings(house) == ()


@pytest.mark.parametrize("name", ["standard", "ministere"])
def test_tints_get_darker_with_the_rating_so_that_they_hold_in_grey(name: str) -> None:
    tints = [luminance(style(name).table.shades[shade]) for shade in SHADES[:5]]
    assert tints == sorted(tints, reverse=True)
    assert min(a - b for a, b in pairwise(tints)) > 0.05


def test_alternative_text_falls_back_on_english_and_on_the_plain_language() -> None:
    assert style().alt("fr-CA") == style().alt("fr")
    assert style().alt("pt") == style().alt("en")


def test_each_fault_of_brand_yaml_is_told_with_its_line() -> None:
    brand = files()["brand.yaml"].replace(b'accent: "1B3A63"', b"accent: blue", 1).replace(b"EFF3F8", b"101010", 1)
    told = faults(brand__yaml=brand)
    assert any("house/brand.yaml:2:1" in t and "blue" in t for t in told)
    assert any("black words cannot be read" in t for t in told)


@pytest.mark.parametrize(
    "text",
    [
        b"accent: [1",
        b"a: &x 1\nb: *x",
        b"a: !!python/object:os.system 1",
        b"\xff\xfe",
        b"x: " + b"[" * 1500,
        b"#" * 70_000,
    ],
)
def test_what_is_not_plain_yaml_is_told_and_nothing_built(text: bytes) -> None:
    assert any("TEMPLATE-032" in t for t in faults(brand__yaml=text))


def test_unknown_keys_twice_given_keys_and_missing_files_are_told() -> None:
    brand = files()["brand.yaml"]
    assert any("unknown key colour" in t for t in faults(brand__yaml=brand + b"\ncolour: red\n"))
    assert any("stands here twice" in t for t in faults(brand__yaml=brand + b'\naccent: "112233"\n'))
    assert any("not a PNG" in t for t in faults(logo__png=b"GIF89a"))
    with pytest.raises(Faulty) as caught:
        read("house", {"brand.yaml": brand})
    assert "house/template.docx" in str(caught.value)


def test_a_fault_of_the_template_is_told_with_the_house_style() -> None:
    assert any("house/template.docx" in t for t in faults(template__docx=b"no word file"))
