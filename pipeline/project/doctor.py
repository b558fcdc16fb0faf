"""`doctor`: what drafting needs on this machine, and the remedy for what is missing."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable

from pipeline.model.problem import ClausewrightError
from pipeline.project import content

PACKAGES = (
    ("pydantic", "pydantic"), ("click", "click"), ("rich", "rich"), ("jinja2", "Jinja2"), ("yaml", "PyYAML"),
    ("markdown_it", "markdown-it-py"), ("lxml", "lxml"), ("docx", "python-docx"), ("docxtpl", "docxtpl"),
    ("typst", "typst"), ("pypandoc", "pypandoc_binary"), ("babel", "Babel"), ("rapidfuzz", "rapidfuzz"),
    ("xlsxwriter", "xlsxwriter"), ("python_calamine", "python-calamine"),
)  # fmt: skip
OLDEST_JINJA = (3, 1, 6)
"""Older ones let a template out of its sandbox (CVE-2025-27516)."""


def examined() -> tuple[tuple[bool, str], ...]:
    """Return each thing looked at: whether it is sound, and a line with the remedy where it is not."""
    checks: tuple[Callable[[], tuple[bool, str]], ...] = (_python, _packages, _jinja, _fonts, _pandoc, _content)
    return tuple(check() for check in checks)


def _python() -> tuple[bool, str]:
    sound = sys.version_info >= (3, 11)
    return sound, f"Python {sys.version_info.major}.{sys.version_info.minor}" + (
        "" if sound else ": install Python 3.11 or newer"
    )


def _packages() -> tuple[bool, str]:
    missing = [name for module, name in PACKAGES if importlib.util.find_spec(module) is None]
    if missing:
        return False, f"packages: pip install {' '.join(missing)}"
    return True, f"{len(PACKAGES)} packages"


def _jinja() -> tuple[bool, str]:
    from importlib.metadata import version

    found = tuple(int(p) for p in version("Jinja2").split(".")[:3])
    return found >= OLDEST_JINJA, "Jinja2 " + (
        "is safe" if found >= OLDEST_JINJA else "is too old: pip install 'Jinja2>=3.1.6'"
    )


def _fonts() -> tuple[bool, str]:
    from pipeline.render.pdf import fonts

    try:
        folders = fonts.folders()
    except ClausewrightError as error:
        return False, f"fonts for PDF: {error}"
    return True, f"fonts for PDF in {len(folders)} packages"


def _pandoc() -> tuple[bool, str]:
    if importlib.util.find_spec("pypandoc") is None:
        return False, "pandoc for HTML, ODT and Markdown: pip install pypandoc_binary"
    import pypandoc

    try:
        return True, f"pandoc {pypandoc.get_pandoc_version()}"
    except OSError:
        return False, "pandoc for HTML, ODT and Markdown: pip install pypandoc_binary (not pypandoc)"


def _content() -> tuple[bool, str]:
    try:
        count = len(content.library_files())
    except ClausewrightError as error:
        return False, str(error)
    return (
        True,
        f"clause library: {count:,} files, {len(content.styles())} house styles, {len(content.examples())} examples",
    )
