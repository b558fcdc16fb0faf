"""The typefaces of the PDF, found in the font packages that are installed beside the program.

The packages are never imported (that costs more than it gives): only their place is looked up. No typeface of the
machine is used, so that the same draft gives the same bytes everywhere. Libertinus Serif needs no package: the
compiler carries it.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.model.problem import MachineFault

if TYPE_CHECKING:
    import typst

FOLDERS: tuple[tuple[str, str, str], ...] = (
    ("fontpkg-noto-sans", "fontpkg_noto_sans", "files"),
    ("fontpkg-amiri", "fontpkg_amiri", "files"),
    ("justmytype-intl-cjk", "justmytype_intl_cjk", "fonts/ofl/notosanssc"),
    ("justmytype-intl-cjk", "justmytype_intl_cjk", "fonts/ofl/notosanskr"),
)
"""Distribution, package and the folder within it that holds font files. Japanese and Taiwanese cuts stay unread."""


def folders() -> tuple[Path, ...]:
    """Return the folders that hold the font files.

    Raises:
        MachineFault: A font package is not installed, or its files are gone.
    """
    return tuple(_folder(*entry) for entry in FOLDERS)


def _folder(distribution: str, package: str, inner: str) -> Path:
    spec = find_spec(package)
    for root in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(root, inner)
        if any(folder.glob("*.[ot]tf")):
            return folder
    raise MachineFault(f"the typefaces of {distribution} are missing here; install it: pip install {distribution}")


@cache
def book() -> typst.Fonts:
    """Return the typefaces as Typst keeps them; read once in a process."""
    import typst  # heavy: 81 MB of compiler, loaded only where a PDF is made

    paths = [str(folder) for folder in folders()]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=paths)


def families(main: str, lang: str) -> tuple[str, ...]:
    """Return the typefaces to try in turn: the script of the language first, then the house's, then all others.

    Args:
        main: The house style's typeface.
        lang: The draft's language, a BCP 47 tag.
    """
    first = {"ar": ("Amiri",), "fa": ("Amiri",), "ur": ("Amiri",), "ko": ("Noto Sans KR",)}
    lead = first.get(lang.split("-", maxsplit=1)[0].lower(), ())
    return tuple(dict.fromkeys((*lead, main, "Noto Sans", "Amiri", "Noto Sans SC", "Noto Sans KR")))
